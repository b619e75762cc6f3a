"""The dual of an activation without closed form, from the Hermite series with Parseval's remainder.

R(z) = Σ_k μ_k² z^k and v S(z) = Σ_k k μ_k² z^{k−1} (Murray et al. 2023, Lemmas B.1 and B.3; μ_k of x ↦ φ(√v x)). What
a sum up to K leaves out is bounded by Parseval: Σ_{k>K} μ_k² = R(1) − Σ_{k≤K} μ_k² =: T and
Σ_{k>K} k μ_k² = v S(1) − Σ_{k≤K} k μ_k² =: T', with R(1) and S(1) from one-dimensional means; for the tanh family
``tails`` bounds them as well. So

    |R(z) − Σ_{k≤K}| ≤ |z|^{K+1} T,     |v S(z) − Σ_{k≤K}| ≤ |z|^K T' and, if (K+1)(1−|z|) ≥ 1, ≤ (K+1) |z|^K T,

for |z| ≤ 1, the last because k|z|^{k−1} does not increase for k ≥ 1/(1−|z|).

Of a power series z(ρ) = z_0 + ω x(ρ), whose coefficients are not negative and sum to at most 1, S∘z is one composition:
S is expanded around z_0, and x is put in. The coefficient of ρ^p misses at most T'/v times that of ``PowerBounds``. R∘z
is the integral of v z' S∘z.
"""

import math
import operator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flint import arb, arb_poly, arb_series, ctx

from eigenlaw.numerics import quadrature
from eigenlaw.numerics.composition import Expansion, Goals, PowerBounds, taylor_shift
from eigenlaw.numerics.correlation import Correlation, SeriesCorrelation, coefficients_of
from eigenlaw.numerics.dual_ends import slope_at_end, value_at_end
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.recurrences import rational
from eigenlaw.numerics.tails import explicit_bound
from eigenlaw.numerics.variance_balls import Middle, middle
from eigenlaw.theory.activations import Activation

_BOUND_BITS = 64
_FIRST_TERMS = 64
_LONG_SWEEP = 300
_KEPT = 1 << 12  # an expansion is kept to this fraction of what may be left out of it now
_SWEEP_BITS = 10  # and one for each doubling of K: what a sweep loses
_SPARE_BITS = 12  # of the working precision: what rounding takes
_MOST_TERMS = {"expression": 1 << 11}
_MOST_TERMS_OTHERWISE = 1 << 18


@dataclass
class HermiteDual:
    """R(z) and S(z) of one activation at one variance; every method computes at the working precision.

    Attributes:
        activation: φ, without jumps.
        variance: v, positive; a rational or a ball.
        exhausted: whether a sum has met the limit on its terms, so that more precision alone does not help.
    """

    activation: Activation
    variance: Any
    exhausted: bool = False
    _squares: dict[int, list[Any]] = field(default_factory=dict, repr=False)
    _slope_squares: dict[int, list[Any]] = field(default_factory=dict, repr=False)
    _expansions: dict[int, Expansion] = field(default_factory=dict, repr=False)
    _ends: dict[tuple[int, int, int], Any] = field(default_factory=dict, repr=False)
    _remainders: dict[tuple[int, int, int], Any] = field(default_factory=dict, repr=False)

    @property
    def most_terms(self) -> int:
        """The limit on K, by what the coefficients cost."""
        return _MOST_TERMS.get(self.activation.family, _MOST_TERMS_OTHERWISE)

    @cached_property
    def _middle(self) -> Middle:
        return middle(self.activation, self.variance)

    @cached_property
    def _has_tails(self) -> bool:
        """Whether ``tails`` bounds T and T' without a sweep."""
        return explicit_bound(self.activation, _FIRST_TERMS, _BOUND_BITS, self.variance) is not None

    def value(self, z: Any) -> Any:
        """Return E[φ(U)φ(V)] at a correlation z in [−1, 1], a rational or an ``arb``."""
        c = Correlation(z)
        if c.end:
            return self._at_end(0, c.end)
        squares, rest = self._until_negligible(c.z, 0)
        return self._closed_off(arb_poly(squares)(c.z), rest, len(squares) - 1)

    def slope(self, z: Any) -> Any:
        """Return E[φ'(U)φ'(V)] at a correlation z in [−1, 1], a rational or an ``arb``."""
        c = Correlation(z)
        if c.end:
            return self._at_end(1, c.end)
        squares, rest = self._until_negligible(c.z, 1)
        return self._closed_off(arb_poly(squares).derivative()(c.z), rest, len(squares) - 1) / rational(self.variance)

    def pair(self, z: Correlation) -> tuple[Any, Any]:
        """Return E[φ(U)φ(V)] and E[φ'(U)φ'(V)] at a correlation; the latter needs more terms, and comes first."""
        at = z.z if z.exact is None else z.exact
        slope = self.slope(at)
        return self.value(at), slope

    def composed(self, z: SeriesCorrelation) -> tuple[Any, Any]:
        """Return the power series R∘z and S∘z; z has no negative coefficient, and they sum to at most 1."""
        slope = self._composed_slope(z)
        start = z.start.z if z.start.exact is None else z.start.exact
        return z.integral(slope * rational(self.variance), self.value(start)), slope

    def squares(self, order: int) -> list[Any]:
        """Return μ_0² … μ_order²."""
        return self._until(order)[: order + 1]

    def _at_end(self, which: int, sign: int) -> Any:
        """Return R(±1) (which = 0) or S(±1) (which = 1)."""
        key = (ctx.prec, which, sign)
        if key not in self._ends:
            self._ends[key] = (slope_at_end if which else value_at_end)(self.activation, self.variance, sign)
        return self._ends[key]

    def _closed_off(self, total: Any, rest: Any, terms: int) -> Any:
        """Return the sum up to K = terms with the bound of its rest as radius."""
        if terms >= self.most_terms and rest > total.rad():
            self.exhausted = True
        return total + _ball(rest)

    def _composed_slope(self, z: SeriesCorrelation) -> Any:
        order = ctx.cap - 1
        if z.start.z.is_zero():
            return arb_series(self._slopes(order))(z.z)
        coefficients, linear = coefficients_of(z.z, order), z.z.length() <= 2
        bounds = PowerBounds(coefficients)
        terms, goals = self._plan(bounds, coefficients, linear)
        if linear:
            floor = min(goals.values(), default=arb(2) ** -ctx.prec) / terms
            found = taylor_shift(self._slopes(terms), z.start.z, coefficients[1], order, floor)
        else:
            found, terms = self._expanded(coefficients, terms, goals)
        rest = self._rest(terms + 1, 1) / rational(self.variance)
        rests = [(rest * bound).upper() for bound in bounds.until(terms + 1, order)]
        if terms >= self.most_terms:
            self.exhausted = any(rest > total.rad() for rest, total in zip(rests, found, strict=True))
        return arb_series([total + _ball(rest) for total, rest in zip(found, rests, strict=True)])

    def _expanded(self, z: list[Any], terms: int, goals: Goals) -> tuple[list[Any], int]:
        """Return the coefficients of S∘z, S cut at a K of at least ``terms``, and K.

        From the second composition on S is kept as expanded around z(0): the next layer starts closer to 1, where fewer
        terms are needed, and its expansion follows from this one.
        """
        lowest = min(goals.values(), default=arb(2) ** -ctx.prec)
        spare, known = lowest / _KEPT, self._expansions.get(ctx.prec)
        if known is None or not self._has_tails:
            known, spare = self._power_series(terms), None
        elif not (known.degree >= terms and known.start < z[0] and 16 * known.cut < lowest):
            while terms < self.most_terms and self._rest(terms + 1, 1) > spare:
                terms = self._more(terms)
            known = self._power_series(terms)
        found, around = known.composed(z, goals, spare)
        self._expansions = {ctx.prec: around}
        return found, known.degree

    def _power_series(self, terms: int) -> Expansion:
        return Expansion(arb(0), arb(1), self._slopes(terms), terms, arb(0))

    def _slopes(self, order: int) -> list[Any]:
        """Return the coefficients 0 … order of S, (k+1) μ_{k+1}²/v."""
        known = self._slope_squares.get(ctx.prec, [])
        if len(known) <= order:
            v = rational(self.variance)
            known = [k * square / v for k, square in enumerate(self.squares(order + 1))][1:]
            self._slope_squares = {ctx.prec: known}
        return known[: order + 1]

    def _plan(self, bounds: PowerBounds, coefficients: list[Any], linear: bool) -> tuple[int, Goals]:
        """Return K so that the rest of S∘z is likely below the rounding errors, and their sizes at some p.

        Whether that is so decides about the accuracy alone; the rest is a radius in any case.
        """
        order = len(coefficients) - 1
        precision = arb(2) ** (_SPARE_BITS - ctx.prec)
        terms = max(_FIRST_TERMS, order + 1)
        slopes = self._slopes(terms)
        probes = {0, 1, order // 8, order // 2, order - 1, order}
        size = _size_if_linear if linear else _size
        sizes = {p: size(slopes, coefficients, p) for p in probes}
        goals = {p: precision * size for p, size in sizes.items() if size > 0}
        while terms < self.most_terms:
            rest = self._rest(terms + 1, 1)
            if all(rest * bounds.at(terms + 1, p) <= goal for p, goal in goals.items()):
                break
            if self._rest_is_rounding(terms + 1, 1):
                break
            terms = self._more(terms)
        return terms, goals

    def _more(self, terms: int) -> int:
        """Return the next K to try: small steps where a bound needs no sweep, or where a sweep is long."""
        if self._has_tails:
            return min(self.most_terms, math.ceil(1.125 * terms))
        return min(self.most_terms, 2 * terms if terms < _LONG_SWEEP else math.ceil(1.4 * terms))

    def _until_negligible(self, z: Any, which: int) -> tuple[list[Any], Any]:
        """Return μ_k² for k = 0 … K and the bound of the rest: rounding, or K is the largest allowed.

        Args:
            z: the correlation, in [−1, 1].
            which: 0 for R, 1 for v S.
        """
        terms, rest = (_FIRST_TERMS, None) if not z.is_zero() else (1, arb(0))
        goal, size = arb(2) ** (-ctx.prec), abs(z).upper().min(arb(1))
        while rest is None:
            slow = which == 1 and not (terms + 1) * (1 - size) >= 1
            factor = size**terms * (terms + 1 if which == 1 and not slow else 1)
            rest = (factor * self._rest(terms, int(slow))).upper()
            if terms < self.most_terms and rest > goal and not self._rest_is_rounding(terms, int(slow)):
                terms, rest = self._more(terms), None
        return self.squares(terms), rest

    def _until(self, terms: int) -> list[Any]:
        """Return at least μ_0² … μ_terms² at the working precision."""
        bits = ctx.prec
        known = self._squares.get(bits, [])
        if len(known) <= terms:
            terms = max(terms, min(self.most_terms, len(known) * 6 // 5))  # the next request may be for little more
            general = self.activation.family == "expression"
            guard = quadrature.guard_bits(terms) if general else _SWEEP_BITS + terms.bit_length()
            sweep = hermite_sweep(self.activation, terms, bits + guard, self._middle.variance)
            known = [mu * mu for mu in self._moved(sweep)]
            self._squares = {bits: known}
        return known

    def _moved(self, sweep: list[Any]) -> list[Any]:
        """Return the coefficients for every variance in the ball; those that parity makes vanish stay zero."""
        if self._middle.shift.is_zero():
            return sweep
        error, kind = _ball(self._middle.shift), self.activation.parity
        other = {"odd": 0, "even": 1}.get(kind or "", -1)
        return [mu if k % 2 == other else mu + error for k, mu in enumerate(sweep)]

    def _rest(self, terms: int, which: int) -> Any:
        """Return an upper bound of T (which = 0) or T' (which = 1), from ``tails`` if it is known there."""
        with working(_BOUND_BITS):
            explicit = explicit_bound(self.activation, terms, _BOUND_BITS, self.variance)
            if (
                explicit is not None
                and (rest := explicit.slope_tail(terms) if which else explicit.tail(terms)).is_finite()
            ):
                return rest
        return self._remainder(terms, which).upper()

    def _rest_is_rounding(self, terms: int, which: int) -> bool:
        """Tell whether nothing but rounding is left, as far as Parseval's sum shows."""
        known = self._remainders.get((ctx.prec, terms, which))
        return known is not None and bool(known.contains(0))

    def _remainder(self, terms: int, which: int) -> Any:
        key = (ctx.prec, terms, which)
        if key not in self._remainders:
            squares = self._until(terms)[: terms + 1]
            if which:
                rest = rational(self.variance) * self._at_end(1, 1) - _dot(squares, range(terms + 1))
            else:
                rest = self._at_end(0, 1) - sum(squares, arb(0))
            if rest < 0:
                raise ArithmeticError(f"activation={self.activation.name}: the Hermite series exceeds Parseval's sum")
            self._remainders[key] = rest
        return self._remainders[key]


def _size(slopes: list[Any], coefficients: list[Any], p: int) -> Any:
    """Return about the size of the coefficient of ρ^p in S∘z, from below: S'(z_0) z_p, or S(z_0) for p = 0."""
    start = coefficients[0].mid()
    if p == 0:
        return sum((slopes[k].mid() * start**k for k in range(40)), arb(0))
    return sum((k * slopes[k].mid() * start ** (k - 1) for k in range(1, 40)), arb(0)) * coefficients[p].mid()


def _size_if_linear(slopes: list[Any], coefficients: list[Any], p: int) -> Any:
    """Return the same for z = z_0 + z_1 ρ: the largest of some terms of Σ_k binom(k, p) z_0^{k−p} z_1^p S_k."""
    start, step = coefficients[0].mid(), coefficients[1].mid()
    last = min(len(slopes) - 2, math.ceil(p / (1 - float(start))))
    near = {p + (last - p) * i // 8 + j for i in range(9) for j in (0, 1)}
    return max(slopes[k].mid() * arb.bin_uiui(k, p) * start ** (k - p) * step**p for k in near)


def _ball(radius: Any) -> Any:
    return arb(0, radius.upper())


def _dot(left: Any, right: Any) -> Any:
    return sum(map(operator.mul, left, right), arb(0))
