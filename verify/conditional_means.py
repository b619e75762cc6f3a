"""E f(m + s Z) in closed form as an analytic function of m, and integrals E f(U) f(V) made of it, certified.

The inner integral of E f(U) f(V) is elementary for these activations; the outer one is done by rigorous integration.
No Hermite series and no dual kernel takes part.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from flint import acb, arb

from eigenlaw.numerics.activation import acb_value, arb_constant
from eigenlaw.theory.activations import Activation
from eigenlaw.verify.formula import ball, is_exact, rational
from eigenlaw.verify.integrals import gaussian_mean, smooth_pieces

Mean = Callable[[Any, Any], Any]


def _below(m: Any, s: Any) -> Any:
    """P(m + s Z < 0)."""
    return (m / (s * arb(2).sqrt())).erfc() / 2


def _density(m: Any, s: Any) -> Any:
    return (-m * m / (2 * s * s)).exp() / (s * (2 * arb.pi()).sqrt())


def _relu(m: Any, s: Any) -> Any:
    return m * _below(-m, s) + s * s * _density(m, s)


def _gelu(m: Any, s: Any) -> Any:
    wide = (1 + s * s).sqrt()
    return m * _below(-m, wide) + s * s * _density(m, wide)


def _elu(m: Any, s: Any) -> Any:
    return _relu(m, s) + (m + s * s / 2).exp() * _below(m + s * s, s) - _below(m, s)


_MEANS: dict[str, Callable[..., Any]] = {
    "relu": _relu,
    "leaky_relu": lambda m, s, a: a * m + (1 - a) * _relu(m, s),
    "abs": lambda m, s: 2 * _relu(m, s) - m,
    "hard_tanh": lambda m, s: _relu(m + 1, s) - _relu(m - 1, s) - 1,
    "elu": lambda m, s, a: a * _elu(m, s) + (1 - a) * _relu(m, s),
    "gelu": _gelu,
    "erf": lambda m, s, a: (a * m / (1 + 2 * a * a * s * s).sqrt()).erf(),
    "sin": lambda m, s, a: (-a * a * s * s / 2).exp() * (a * m).sin(),
    "cos": lambda m, s, a: (-a * a * s * s / 2).exp() * (a * m).cos(),
    "gaussian": lambda m, s, a: _density(m, (a * a + s * s).sqrt()),
}


def conditional_mean(phi: Activation) -> Mean:
    """Return (m, s) ↦ E φ(m + s Z), s > 0, for complex m.

    Raises:
        ValueError: if there is no closed form here.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> conditional_mean(activation("monomial(2)"))(acb(3), arb(2))
        13.0000000000000
    """
    if (coefficients := phi.polynomial) is not None:
        given = [rational(c) for c in coefficients]
        return lambda m, s: sum((c * _power(m, s, n) for n, c in enumerate(given)), acb(0))
    if phi.family not in _MEANS:
        raise ValueError(f"activation={phi.name}: expected one of {', '.join(_MEANS)} or a polynomial")
    parameters = [arb(rational(a)) for a in phi.parameters]
    return lambda m, s: _MEANS[phi.family](m, s, *parameters)


def _power(m: Any, s: Any, n: int) -> Any:
    """E (m + s Z)^n."""
    terms = (math.comb(n, 2 * k) * math.prod(range(2 * k - 1, 0, -2)) * m ** (n - 2 * k) * s ** (2 * k)
             for k in range(n // 2 + 1))  # fmt: skip
    return sum(terms, acb(0))


def product_integral(phi: Activation, p: Any, q: Any, r: Any) -> Any:
    """Return ∫∫ Dx Dy φ(p x) φ(q x + r y) as a ball, p > 0; r counts as 0 only where it is exactly that.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> product_integral(activation("relu"), 1, 0, 1).overlaps(1 / (2 * arb.pi()))
        True
    """
    slope, drift, spread = ball(_exact(p)), ball(_exact(q)), ball(_exact(r))
    if not (slope > 0 and drift.is_finite() and spread.is_finite()):
        raise ValueError(f"p={p}, q={q}, r={r}: expected finite numbers, the first of them positive")
    if _is_zero(r):
        return _cut(phi, [slope, drift], lambda x, node: acb_value(node[0], slope * x) * acb_value(node[1], drift * x))
    mean = conditional_mean(phi)
    return _cut(phi, [slope], lambda x, node: acb_value(node[0], slope * x) * mean(drift * x, abs(spread)))


def square_integral(phi: Activation, s: Any, t: Any) -> Any:
    """Return ∫ Dy (∫ Dx φ(s x + t y))² as a ball; s counts as 0 only where it is exactly that.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> square_integral(activation("relu"), 1, 0).overlaps(1 / (2 * arb.pi()))
        True
    """
    spread, drift = ball(_exact(s)), ball(_exact(t))
    if not (spread.is_finite() and drift.is_finite()):
        raise ValueError(f"s={s}, t={t}: expected finite numbers")
    if _is_zero(s):
        return _cut(phi, [drift], lambda y, node: acb_value(node[0], drift * y) ** 2)
    mean = conditional_mean(phi)
    return gaussian_mean([lambda y: mean(drift * y, abs(spread)) ** 2], [])


def _exact(value: Any) -> Any:
    return rational(value) if isinstance(value, int) else value


def _is_zero(value: Any) -> bool:
    return (isinstance(value, int) and value == 0) or (is_exact(value) and value == 0)


def _cut(phi: Activation, slopes: Sequence[Any], value: Callable[[Any, Sequence[Any]], Any]) -> Any:
    """Return E value(Z, …) with the smooth parts of φ that hold at slope·Z for each slope, between all kinks."""
    places = [arb_constant(place) for place in phi.breakpoints]
    kinks = [place / slope for slope in slopes for place in places if not slope.contains(0)]
    kinks = sorted(kinks, key=lambda kink: float(kink.mid()))
    distinct = [kink for number, kink in enumerate(kinks) if number == 0 or not kink.overlaps(kinks[number - 1])]
    nodes = smooth_pieces(phi)
    edges = [-40.0, *(float(kink.mid()) for kink in distinct), 40.0]
    pieces = []
    for left, right in pairwise(edges):
        middle = arb((left + right) / 2)
        active = [nodes[sum(bool(slope * middle > place) for place in places)] for slope in slopes]
        pieces.append(lambda x, active=active: value(x, active))
    return gaussian_mean(pieces, distinct)
