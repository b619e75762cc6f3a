"""Hermite coefficients of any square-integrable expression: panels of Gauss–Legendre nodes and proven bounds.

The line is cut at the breakpoints and at ±T. On each panel the rule is applied to φ(√v x) h_k(x) w(x), for all k at
once through the moments (``moments``). Its error follows from the bound of the integrand on an ellipse: by Mehler's
formula Σ_k r^k |h_k(z)|² = (1−r²)^{−1/2} exp(r x²/(1+r) + r y²/(1−r)), z = x + iy, so for every 0 ≤ r < 1

    |h_k(z) w(z)| ≤ (2π)^{−1/2} r^{−k/2} (1−r²)^{−1/4} exp(−x²/(2(1+r)) + y²/(2(1−r))),

which increases with k. What lies beyond ±T is bounded by the same inequality at y = 0 and the growth of φ (``growth``).
One radius serves all k ≤ N.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from flint import arb, ctx

from eigenlaw.numerics import recurrences
from eigenlaw.numerics.activation import arb_constant, arb_value
from eigenlaw.numerics.growth import Growth, growth_at_ends
from eigenlaw.numerics.moments import hermite_from_moments, power_sums
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.recurrences import rational, signed_root
from eigenlaw.numerics.rules import gauss_legendre, legendre_count, legendre_error
from eigenlaw.numerics.sheet import Sheet
from eigenlaw.numerics.symmetry import parity_parts
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import ZERO, Node, to_text
from eigenlaw.theory.structure import branch, breakpoints, parity, polynomial

_BITS = 64
_DEEPEST = 34
_RADII = (0.05, 0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.96, 0.98, 0.99, 0.995)
_SLACK = 2.0**-46
_LONGEST = 400  # nodes of one panel


@dataclass(frozen=True)
class _Panel:
    """An interval, the smooth tree on it, and the rule: n nodes, ρ, and the logarithm of the bound on the ellipse."""

    left: Any
    right: Any
    sheet: Sheet
    count: int
    rho: float
    log_bound: Any


@dataclass(frozen=True)
class _Integrand:
    """φ(√v x)^power times h_k(x) w(x) for all k ≤ order, with what is proved of φ."""

    tree: Node
    variance: Fraction
    order: int
    power: int

    def r_for(self, height: float) -> float:
        """Return the r that makes Mehler's bound at height y least, r = 1 − y/√k roughly; 0 for order 0."""
        return 0.0 if self.order == 0 else max(0.02, min(0.995, 1 - height / math.sqrt(self.order)))

    def log_front(self, r: float) -> Any:
        """Return log of (2π)^{−1/2} r^{−N/2} (1−r²)^{−1/4}."""
        value = -(2 * arb.pi()).log() / 2 - (1 - arb(r) ** 2).log() / 4
        return value if self.order == 0 else value - self.order * arb(r).log() / 2


@lru_cache(maxsize=32)
def _ends(tree: Node, variance: Fraction) -> tuple[Any, Growth, Growth]:
    """Return (t, left, right), the growth of φ(√v x) for |x| ≥ t.

    Raises:
        InputError: if φ(√v Z) is not shown to have a second moment.
    """
    start, left, right = growth_at_ends(tree)
    with working(_BITS):
        s = signed_root(variance)
        left, right = left.scaled(s), right.scaled(s)
        for side, growth in (("-infinity", left), ("infinity", right)):
            if not growth.c < arb(1) / 4:
                raise InputError.of(
                    "activation",
                    to_text(tree),
                    f"not square-integrable as far as shown, it may grow like exp(c x**2) with "
                    f"c >= 1/4 for x -> {side}; expected a smaller growth",
                )
        return (rational(start) / s).upper(), left, right


@lru_cache(maxsize=64)
def _sheet(tree: Node, variance: Fraction) -> Sheet:
    with working(_BITS):
        return Sheet(tree, signed_root(variance))


def _tail(growth: Growth, end: Any, order: int, r: float) -> Any:
    """Return a bound of ∫_T^∞ A(1+x)^n e^{bx+cx²} |h_k w| dx for all k ≤ N, or an infinite ball.

    With q = 1/(2(1+r)) − c and (1+x)^n ≤ (1+T)^n e^{n(x−T)/(1+T)} the integrand is at most its value at T times
    e^{−(2qT − b − n/(1+T))(x−T)}.
    """
    q = 1 / (2 * (1 + arb(r))) - growth.c
    rate = 2 * q * end - growth.b - growth.n / (1 + end)
    if not (q > 0 and rate > 0):
        return arb(math.inf)
    front = -(2 * arb.pi()).log() / 2 - (1 - arb(r) ** 2).log() / 4
    if order:
        front -= order * arb(r).log() / 2
    return (front + growth.n * (1 + end).log() + growth.b * end - q * end * end).exp() * growth.a / rate


def _cut(integrand: _Integrand, nats: float) -> tuple[Any, Any]:
    """Return (T, bound of both tails), the bound about e^{−nats}."""
    start, left, right = _ends(integrand.tree, integrand.variance)
    if integrand.power == 2:
        left, right = left * left, right * right
    radii = _RADII if integrand.order else (0.0,)
    with working(_BITS):
        goal = (-arb(nats)).exp()
        end = max(float(start), 1.0)
        while True:
            here = arb(math.ceil(end * 8)) / 8
            bounds = [_tail(left, here, integrand.order, r) + _tail(right, here, integrand.order, r) for r in radii]
            finite = [bound for bound in bounds if bound.is_finite()]
            best = min(finite, key=lambda ball: float(ball.log().mid()), default=None)
            if best is not None and best < goal:
                return here, best.upper()
            end = end * 1.02 + 0.125


def _best_rule(integrand: _Integrand, sheet: Sheet, left: Any, right: Any, log_tolerance: float) -> _Panel | None:
    """Return the panel's rule with the fewest nodes over a range of ellipses, or None if none is certified."""
    middle, half = float((left + right) / 2), float((right - left) / 2)
    best: _Panel | None = None
    height = math.sqrt(-log_tolerance) + 1
    height = min(height, 6 * half)
    for _ in range(18):
        ratio = height / half
        rho = ratio + math.hypot(ratio, 1)
        r = integrand.r_for(height)
        slack = _SLACK * (abs(middle) + half)  # what float arithmetic may have moved the ellipse by, and more
        found = sheet.log_bound(middle, half * (rho + 1 / rho) / 2 + slack, height + slack, r, integrand.power)
        if found is not None:
            with working(_BITS):
                bound = found + integrand.log_front(r)
            count = legendre_count(float(bound), log_tolerance, half, rho)
            if best is None or count < best.count:
                best = _Panel(left, right, sheet, count, rho, bound)
            elif count > 1.2 * best.count:
                break
        height *= 0.75
        if height < 0.05 * half:
            break
    return best


def _partition(
    integrand: _Integrand, sheet: Sheet, left: Any, right: Any, log_tolerance: float, depth: int = 0
) -> list[_Panel]:
    """Return panels that cover [left, right], halved where that is needed or saves nodes.

    Raises:
        InputError: if φ is not shown to be bounded near some place.
    """
    whole = _best_rule(integrand, sheet, left, right, log_tolerance)
    if whole is not None and whole.count <= 24:
        return [whole]
    with working(_BITS):
        middle = ((left + right) / 2).mid()
        place = middle * sheet.scale
    if whole is None and depth >= _DEEPEST:
        raise InputError.of(
            "activation",
            to_text(integrand.tree),
            f"not shown to be bounded near x = {float(place):.6g}; expected an expression without real singularities",
        )
    halves = [(left, middle), (middle, right)]
    if whole is not None and (whole.count <= max(_LONGEST, -log_tolerance) or depth >= _DEEPEST):
        parts = [_best_rule(integrand, sheet, a, b, log_tolerance) for a, b in halves]
        if any(part is None for part in parts) or sum(part.count for part in parts if part is not None) >= whole.count:
            return [whole]
    return [panel for a, b in halves for panel in _partition(integrand, sheet, a, b, log_tolerance, depth + 1)]


def _panels(integrand: _Integrand, end: Any, log_tolerance: float, half_line: bool) -> list[_Panel]:
    """Return the panels of [−T, T], or of [0, T]."""
    with working(_BITS + ctx.prec):
        s = signed_root(integrand.variance)
        places = [arb_constant(node) / s for node in breakpoints(integrand.tree)]
    edges = [-end, *places, end]
    if half_line:
        edges = [arb(0), *(place for place in places if place > 0), end]
    out: list[_Panel] = []
    for left, right in pairwise(edges):
        smooth = branch(integrand.tree, float(s) * float(left + right) / 2)
        out += _partition(integrand, _sheet(smooth, integrand.variance), left, right, log_tolerance)
    return out


def _weighted_nodes(integrand: _Integrand, panels: list[_Panel]) -> tuple[list[Any], list[Any]]:
    """Return x_j and ω_j φ(√v x_j)^p w(x_j) over all panels."""
    s, root = signed_root(integrand.variance), (2 * arb.pi()).sqrt()
    nodes, weights = [], []
    for panel in panels:
        middle, half = (panel.left + panel.right) / 2, (panel.right - panel.left) / 2
        for node, weight in gauss_legendre(panel.count):
            x = middle + half * node
            value = arb_value(panel.sheet.tree, s * x)
            nodes.append(x)
            value = value * value if integrand.power == 2 else value
            weights.append(weight * half * value * (-x * x / 2).exp() / root)
    return nodes, weights


def _error(panels: list[_Panel], tails: Any) -> Any:
    with working(_BITS):
        total = tails
        for panel in panels:
            total += legendre_error(panel.log_bound, (panel.right - panel.left) / 2, panel.rho, panel.count)
        return total.upper()


def hermite_coefficients(tree: Node, order: int, variance: Fraction) -> list[Any]:
    """Return μ_0 … μ_order of x ↦ φ(√v x), with radii about 2^-bits at the working precision of ``bits``.

    Args:
        tree: φ.
        order: the last k, at least 0.
        variance: v, positive.

    Raises:
        InputError: if φ is not shown to be square-integrable.

    Example:
        >>> from eigenlaw.theory.parse import parse_expression
        >>> [mu.str(5, radius=False) for mu in hermite_coefficients(parse_expression("x**3"), 3, Fraction(1))]
        ['0', '3.0000', '0', '2.4495']
    """
    parts = parity_parts(tree)
    if parts is not None:
        for part, rest in (parts, parts[::-1]):
            if (coefficients := polynomial(part)) is not None:
                exact = recurrences.polynomial(order, variance, coefficients, Fraction(1))
                return [a + b for a, b in zip(exact, _sweep(rest, order, variance), strict=True)]
    return _sweep(tree, order, variance)


def _sweep(tree: Node, order: int, variance: Fraction) -> list[Any]:
    """Return the coefficients of one tree, those that its parity shows to vanish as exact zeros."""
    kind = parity(tree)
    bits = ctx.prec
    integrand = _Integrand(tree, variance, order, 1)
    nats = bits * math.log(2)
    end, tails = _cut(integrand, nats)
    panels = _panels(integrand, end, -nats - 3, kind is not None)
    out = [arb(0)] * (order + 1)
    if tree == ZERO:
        return out
    first, step = (1, 2) if kind == "odd" else (0, 2 if kind == "even" else 1)
    indices = range(first, order + 1, step)
    if not indices:
        return out
    with working(bits + guard_bits(order)):
        nodes, weights = _weighted_nodes(integrand, panels)
        if kind is not None:
            weights = [2 * w * x if kind == "odd" else 2 * w for x, w in zip(nodes, weights, strict=True)]
            nodes = [x * x for x in nodes]
        values = hermite_from_moments(power_sums(nodes, weights, len(indices)), first, step)
    error = arb(0, _error(panels, tails) * (1 if kind is None else 2))
    for k, value in zip(indices, values, strict=True):
        out[k] = value + error
    return out


def square_integral(tree: Node, variance: Fraction) -> Any:
    """Return E φ(√v Z)² as a ball, with a radius about 2^-bits at the working precision of ``bits``.

    Raises:
        InputError: if φ is not shown to be square-integrable.
    """
    kind = parity(tree)
    bits = ctx.prec
    integrand = _Integrand(tree, variance, 0, 2)
    nats = bits * math.log(2)
    end, tails = _cut(integrand, nats)
    panels = _panels(integrand, end, -nats - 3, kind is not None)
    with working(bits + 16):
        _, weights = _weighted_nodes(integrand, panels)
        total = sum(weights, arb(0))
        return (1 if kind is None else 2) * (total + arb(0, _error(panels, tails)))


def guard_bits(order: int) -> int:
    """Return what the passage from moments to Hermite coefficients may cost: about 2^{k/2}, and the block products."""
    return 32 + math.ceil(0.75 * order)
