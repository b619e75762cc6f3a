"""Certified Gaussian means E[f(Z)] by rigorous integration, with no use of Hermite series."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from flint import acb, arb

from eigenlaw.numerics.activation import acb_value, arb_constant
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.expression import Node
from eigenlaw.theory.structure import piece

EDGE = 32
"""The integral is cut at ±EDGE; beyond, |f(x)| ≤ GROWTH(x) is taken, which every caller's function must satisfy."""


def growth(x: Any, order: int) -> Any:
    """Return 16 (1 + x)^(8 + order) e^(2x), the bound of |f(±x)| for x ≥ EDGE on which the tail rests."""
    return 16 * (1 + x) ** (8 + order) * (2 * x).exp()


def gaussian_mean(pieces: Sequence[Callable[[Any], Any]], breaks: Sequence[Any], order: int = 0) -> Any:
    """Return a ball that contains E[f(Z)], Z standard normal.

    Args:
        pieces: f on each of the intervals that the breaks cut the line into, as analytic functions of ``acb``;
            not finite over a box on which f is not analytic.
        breaks: increasing balls between −EDGE and EDGE.
        order: the degree of a polynomial factor in f, for the bound of the tail.

    Example:
        >>> gaussian_mean([lambda z: z * z], []).overlaps(arb(1))
        True
    """
    edges = [arb(-EDGE), *breaks, arb(EDGE)]
    scale = (2 * arb.pi()).sqrt()
    total = arb(0)
    for f, (left, right) in zip(pieces, pairwise(edges), strict=True):
        value = acb.integral(lambda z, _, f=f: f(z) * (-z * z / 2).exp(), left, right)
        total += value.real
    tail = 2 * growth(arb(EDGE), order) * (-(arb(EDGE) ** 2) / 2).exp()
    return total / scale + arb(0, tail.upper())


def smooth_pieces(phi: Activation) -> list[Node]:
    """Return φ on each of the intervals between its breakpoints, as smooth trees."""
    return [piece(phi.tree, index) for index in range(len(phi.breakpoints) + 1)]


def derivative_pieces(phi: Activation) -> list[Node]:
    """Return φ' on each of the intervals between the breakpoints of φ, differentiated by SymPy."""
    from eigenlaw.theory.symbolic import from_sympy, to_sympy, x_symbol

    return [from_sympy(to_sympy(node).diff(x_symbol())) for node in smooth_pieces(phi)]


def activation_mean(
    phi: Activation, factor: Callable[[Any], Any], order: int = 0, pieces: Sequence[Node] | None = None
) -> Any:
    """Return a ball that contains E[φ(Z) factor(Z)].

    Args:
        phi: an activation with |φ(x)| ≤ 16 (1+|x|)^8 e^{2|x|}.
        factor: an entire function of ``acb``, such as a polynomial of degree ``order``.
        order: that degree.
        pieces: smooth trees on the same intervals, such as those of φ', in place of φ's own.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> activation_mean(activation("relu"), lambda z: z, 1).overlaps(arb(1) / 2)
        True
    """
    breaks = [arb_constant(place) for place in phi.breakpoints]

    def times_factor(node: Node) -> Callable[[Any], Any]:
        return lambda z: acb_value(node, z) * factor(z)

    return gaussian_mean([times_factor(node) for node in pieces or smooth_pieces(phi)], breaks, order)
