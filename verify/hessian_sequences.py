"""Sequences of exact ranks: those of the Hessian of deep linear networks, measured on random ones modulo a prime.

The parameters of a case are L, the number of weight layers, d, r = rk Σ, s = rk Ω, K, M = M_1 + … + M_{L−1} and m, the
smallest M_l; for the columns of H_f that belong to W^l also l, a = M_{l−1} and b = M_l; with biases and a residual with
a mean, to which the order of the layers matters, also t and N, the number and the total width of the hidden layers
behind the last narrowest one. Everything else is random, uniform modulo a prime of 61 bits, so that a measured rank is
at most the generic one and rarely less.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import missed_rank, random_prime, rank
from eigenlaw.verify.chain_hessians import centred_moments, columns_of, functional_hessian, outer_hessian
from eigenlaw.verify.linear_chains import low_rank, random_network, residue_draw
from eigenlaw.verify.polynomial_laws import Case, Feature

Array = NDArray[Any]
Of = Literal["H_o", "H_f", "H_L", "column"]


@dataclass(frozen=True, slots=True)
class Architecture:
    """Widths d, M_1, …, M_{L−1}, K with the ranks r of the data and s of the residual; l, for a column block."""

    widths: tuple[int, ...]
    r: int
    s: int
    layer: int = 0

    @property
    def possible(self) -> bool:
        """Whether 1 ≤ r ≤ d, 0 ≤ s ≤ min(r, K), the widths are positive and there is a hidden layer."""
        widths = self.widths
        ranks = 1 <= self.r <= widths[0] and 0 <= self.s <= min(self.r, widths[-1])
        return len(widths) > 2 and min(widths) > 0 and ranks and self.layer < len(widths)

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(below * above for below, above in zip(self.widths, self.widths[1:], strict=False))

    @property
    def point(self) -> dict[str, int]:
        """The parameters of the case."""
        hidden = self.widths[1:-1]
        found = {"L": len(self.widths) - 1, "d": self.widths[0], "K": self.widths[-1], "r": self.r, "s": self.s}
        found |= {"s+1": self.s + 1, "M": sum(hidden), "m": min(hidden)}
        behind = hidden[len(hidden) - hidden[::-1].index(min(hidden)) :]
        found |= {"t": len(behind), "N": sum(behind)}
        if self.layer:
            found |= {"l": self.layer, "a": self.widths[self.layer - 1], "b": self.widths[self.layer]}
        return found

    def smaller(self) -> Iterator["Architecture"]:
        """Return the architectures with one number less, or one hidden layer less."""
        widths = self.widths
        found = [replace(self, widths=(*widths[:i], *widths[i + 1 :])) for i in range(1, len(widths) - 1)]
        found += [replace(self, widths=(*widths[:i], widths[i] - 1, *widths[i + 1 :])) for i in range(len(widths))]
        found += [replace(self, r=self.r - 1), replace(self, s=self.s - 1)]
        found += [replace(self, layer=self.layer - 1)] if self.layer > 1 else []
        return (architecture for architecture in found if architecture.possible)


@dataclass(frozen=True, slots=True)
class HessianRank:
    """A sequence of ranks, one for each architecture.

    Args:
        of: H_o, H_f, H_L, or the columns of H_f that belong to one W^l.
        bias: whether every layer has biases; the inputs have mean zero.
        mean: whether E δ is generic or zero; it matters with biases only.
        seed: everything random follows from it and from the architecture.
    """

    of: Of
    bias: bool = False
    mean: Literal["generic", "zero"] = "generic"
    seed: int = 0

    @property
    def columns(self) -> tuple[Feature, ...]:
        """The parameters that a law may depend on."""
        ordered = "tN" if self.bias and self.mean == "generic" else ""
        return tuple(map(Feature, ("LlabrsKd" if self.of == "column" else "LrsKMd") + ordered))

    @property
    def compared(self) -> tuple[Feature, ...]:
        """The features that a condition may compare: those that a minimum is taken of, and the place of a block."""
        s = "s_tilde" if self.bias and self.mean == "generic" else "s"
        found = {feature.name: feature for feature in self.minima}
        names = (*("lL" if self.of == "column" else ""), "m", s, "r", "K")
        return tuple(found.get(name, Feature(name)) for name in names)

    @property
    def minima(self) -> tuple[Feature, ...]:
        """The minima that a law may depend on."""
        found = {"q": ("r", "m", "K"), "q_hat": ("s", "m")}
        if self.bias and self.mean == "generic":
            found |= {"s_tilde": ("s+1", "K"), "q_tilde": ("s+1", "m", "K")}
        found |= {f"min({a},{b})": (a, b) for a, b in (("r", "K"), ("r", "m"), ("m", "K"))}
        return tuple(Feature(name, arguments) for name, arguments in found.items())

    def tiny(self, layers: Sequence[int], width: int) -> Iterator[Architecture]:
        """Return every architecture with these numbers of layers and widths up to the given one."""
        for depth in layers:
            for widths in product(range(1, width + 1), repeat=depth + 1):
                for r in range(1, widths[0] + 1):
                    for s in range(min(r, widths[-1]) + 1):
                        yield from self._blocks(Architecture(widths, r, s))

    def random(self, rng: np.random.Generator, layers: int, width: int) -> Iterator[Architecture]:
        """Return random architectures without end, of 2 to so many layers; deep ones are narrower."""
        while True:
            depth = int(rng.integers(2, layers + 1))
            most = max(2, width - max(0, depth - 3))
            widths = tuple(int(w) for w in rng.integers(1, most + 1, depth + 1))
            r = int(rng.integers(1, widths[0] + 1))
            s = int(rng.integers(0, min(r, widths[-1]) + 1))
            blocks = list(self._blocks(Architecture(widths, r, s)))
            yield blocks[int(rng.integers(len(blocks)))]

    def case(self, architecture: Architecture) -> Case:
        """Measure the rank of one architecture."""
        where = {"widths": list(architecture.widths), "r": architecture.r, "s": architecture.s}
        where |= {"l": architecture.layer} if architecture.layer else {}
        return Case(architecture.point, rank(self._matrix(architecture)), where)

    def architecture(self, case: Case) -> Architecture:
        """Return the architecture of a case."""
        where = case.where
        return Architecture(tuple(where["widths"]), where["r"], where["s"], where.get("l", 0))

    def missed(self, case: Case) -> Fraction:
        """Return a bound on the chance that the measured rank is not the generic one.

        The entries of the Hessian are polynomials in the numbers drawn, of degree 2L + 2 or less.
        """
        architecture = self.architecture(case)
        size = architecture.parameters + sum(architecture.widths)
        return missed_rank(size, 2 * case.point["L"] + 2, 2**60)

    def _blocks(self, architecture: Architecture) -> Iterator[Architecture]:
        if self.of != "column":
            yield architecture
            return
        for layer in range(1, len(architecture.widths)):
            yield replace(architecture, layer=layer)

    def _matrix(self, architecture: Architecture) -> Array:
        widths, r, s, layer = architecture.widths, architecture.r, architecture.s, architecture.layer
        rng = np.random.default_rng([self.seed, len(widths), *widths, r, s, layer])
        draw = residue_draw(rng, random_prime(rng))
        d, K = widths[0], widths[-1]
        network = random_network(widths, draw, bias=self.bias)
        span, factor, delta = draw((d, r)), draw((r, r)), draw((K, 1))
        sigma, omega = span @ factor @ factor.T @ span.T, low_rank(K, r, s, draw) @ span.T
        if self.bias:
            sigma, omega = centred_moments(sigma, omega, delta if self.mean == "generic" else 0 * delta)
        if self.of == "H_o":
            return outer_hessian(network, sigma)
        functional = functional_hessian(network, omega)
        if self.of == "column":
            return functional[:, columns_of(network, layer)[0]]
        return functional if self.of == "H_f" else np.asarray(functional + outer_hessian(network, sigma))
