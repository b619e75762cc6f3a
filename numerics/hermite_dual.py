"""The dual of an activation without closed form, from the Hermite series with Parseval's remainder.

R(z) = Σ_k μ_k² z^k and v S(z) = Σ_k k μ_k² z^{k−1} (Murray et al. 2023, Lemmas B.1 and B.3; μ_k of x ↦ φ(√v x)). What
a sum up to K leaves out is bounded by Parseval: Σ_{k>K} μ_k² = R(1) − Σ_{k≤K} μ_k² =: T and
Σ_{k>K} k μ_k² = v S(1) − Σ_{k≤K} k μ_k² =: T', with R(1) and S(1) from one-dimensional means. So

    |R(z) − Σ_{k≤K}| ≤ |z|^{K+1} T,     |v S(z) − Σ_{k≤K}| ≤ |z|^K T' and, if (K+1)(1−|z|) ≥ 1, ≤ (K+1) |z|^K T,

for |z| ≤ 1, the last because k|z|^{k−1} does not increase for k ≥ 1/(1−|z|).

Around β the coefficients in ρ of R(β + ωρ), ω = 1 − β, are A_p = Σ_{k≥p} binom(k, p) ω^p β^{k−p} μ_k². The weight is a
binomial probability in p; its ratio (k+1)β/(k+1−p) from k to k+1 is at most 1 once k + 1 ≥ p/ω, so the rest after K is
at most T binom(K+1, p) ω^p β^{K+1−p} if K + 1 ≥ p/ω, and at most T anyway.
"""

import math
import operator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import Any

from flint import arb, arb_poly, ctx

from eigenlaw.numerics import quadrature
from eigenlaw.numerics.dual_ends import slope_at_end, value_at_end
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.recurrences import rational
from eigenlaw.theory.activations import Activation

_BOUND_BITS = 64
_FIRST_TERMS = 64
_SUMMED_ORDER = 40
_MOST_TERMS = {"expression": 1 << 11}
_MOST_TERMS_OTHERWISE = 1 << 15


@dataclass
class HermiteDual:
    """R(z) and S(z) of one activation at one variance; every method computes at the working precision.

    Attributes:
        activation: φ, without jumps.
        variance: v, positive.
        exhausted: whether a sum has met the limit on its terms, so that more precision alone does not help.
    """

    activation: Activation
    variance: Fraction
    exhausted: bool = False
    _squares: dict[int, list[Any]] = field(default_factory=dict, repr=False)
    _remainders: dict[tuple[int, int, int], Any] = field(default_factory=dict, repr=False)

    @property
    def most_terms(self) -> int:
        """The limit on K, by what the coefficients cost."""
        return _MOST_TERMS.get(self.activation.family, _MOST_TERMS_OTHERWISE)

    def value(self, z: Fraction) -> Any:
        """Return E[φ(U)φ(V)] at correlation z in [−1, 1]."""
        if abs(z) == 1:
            return value_at_end(self.activation, self.variance, int(z))
        squares, powers, rest = self._until_negligible(z, 0)
        return self._closed_off(_dot(squares, powers), rest, len(powers) - 1)

    def slope(self, z: Fraction) -> Any:
        """Return E[φ'(U)φ'(V)] at correlation z in [−1, 1]."""
        if abs(z) == 1:
            return slope_at_end(self.activation, self.variance, int(z))
        squares, powers, rest = self._until_negligible(z, 1)
        total = _dot([k * square for k, square in enumerate(squares)][1:], powers)
        return self._closed_off(total, rest, len(powers) - 1) / rational(self.variance)

    def _closed_off(self, total: Any, rest: Any, terms: int) -> Any:
        """Return the sum up to K = terms with the bound of its rest as radius."""
        if terms >= self.most_terms and rest > total.rad():
            self.exhausted = True
        return total + _ball(rest)

    def shifted(self, beta: Fraction, order: int, wanted_bits: int) -> list[Any]:
        """Return A_0 … A_order, the coefficients in ρ of R(β + (1−β)ρ), 0 < β < 1.

        Args:
            beta: β.
            order: the last p.
            wanted_bits: terms are added until what is left out is below 2^-wanted_bits of every A_p.
        """
        terms = max(_FIRST_TERMS, _doubled(math.ceil(order / (1 - beta)) + 1))
        while True:
            terms = min(terms, self.most_terms)
            sums = _taylor_shift(self._until(terms)[: terms + 1], beta, order)
            rests = self._shifted_rests(terms, beta, order)
            if all(rest * 2**wanted_bits <= abs(total).upper() for rest, total in zip(rests, sums, strict=True)):
                break
            if self._rest_is_rounding(terms, 0):
                break
            if terms >= self.most_terms:
                self.exhausted = any(rest > total.rad() for rest, total in zip(rests, sums, strict=True))
                break
            terms *= 2
        return [total + _ball(rest) for total, rest in zip(sums, rests, strict=True)]

    def _until_negligible(self, z: Fraction, which: int) -> tuple[list[Any], list[Any], Any]:
        """Return μ_k² and z^k for k = 0 … K and the bound of the rest: rounding, or K is the largest allowed.

        Args:
            z: the correlation, inside (−1, 1).
            which: 0 for R, 1 for v S.
        """
        terms, rest = (_FIRST_TERMS, None) if z else (1, arb(0))
        goal, size = arb(2) ** (-ctx.prec), rational(abs(z))
        while rest is None:
            slow = which == 1 and (terms + 1) * (1 - abs(z)) < 1
            factor = size**terms * (terms + 1 if which == 1 and not slow else 1)
            rest = (factor * self._rest(terms, int(slow))).upper()
            if terms < self.most_terms and rest > goal and not self._rest_is_rounding(terms, int(slow)):
                terms, rest = 2 * terms, None
        powers = list(accumulate([rational(z)] * terms, operator.mul, initial=arb(1)))
        return self._until(terms)[: terms + 1], powers, rest

    def _until(self, terms: int) -> list[Any]:
        """Return at least μ_0² … μ_terms² at the working precision."""
        bits = ctx.prec
        known = self._squares.get(bits)
        if known is None or len(known) <= terms:
            self._squares = {bits: known} if known else {}
            guard = quadrature.guard_bits(terms) if self.activation.family == "expression" else 0
            sweep = hermite_sweep(self.activation, terms, bits + guard, self.variance)
            known = [mu * mu for mu in sweep]
            self._squares[bits] = known
        return known

    def _rest(self, terms: int, which: int) -> Any:
        """Return an upper bound of T (which = 0) or T' (which = 1)."""
        return self._remainder(terms, which).upper()

    def _rest_is_rounding(self, terms: int, which: int) -> bool:
        """Tell whether the remainder is zero up to rounding."""
        return bool(self._remainder(terms, which).contains(0))

    def _remainder(self, terms: int, which: int) -> Any:
        key = (ctx.prec, terms, which)
        if key not in self._remainders:
            squares = self._until(terms)[: terms + 1]
            if which:
                whole = rational(self.variance) * slope_at_end(self.activation, self.variance, 1)
                rest = whole - _dot(squares, range(terms + 1))
            else:
                rest = value_at_end(self.activation, self.variance, 1) - sum(squares, arb(0))
            if rest < 0:
                raise ArithmeticError(f"activation={self.activation.name}: the Hermite series exceeds Parseval's sum")
            self._remainders[key] = rest
        return self._remainders[key]

    def _shifted_rests(self, terms: int, beta: Fraction, order: int) -> list[Any]:
        """Return the bounds of Σ_{k>K} binom(k, p) ω^p β^{k−p} μ_k² for p = 0 … order."""
        rest = self._rest(terms, 0)
        with working(_BOUND_BITS):
            first = terms + 1
            weight, odds = rational(beta) ** first, rational((1 - beta) / beta)
            out = []
            for p in range(order + 1):
                out.append((rest * (weight if first * (1 - beta) >= p else 1)).upper())
                weight = weight * odds * (first - p) / (p + 1)
            return out


def _doubled(count: int) -> int:
    return 1 << (2 * count - 1).bit_length() - 1


def _ball(radius: Any) -> Any:
    return arb(0, radius.upper())


def _dot(left: Any, right: Any) -> Any:
    return sum(map(operator.mul, left, right), arb(0))


def _taylor_shift(coefficients: list[Any], beta: Fraction, order: int) -> list[Any]:
    """Return the coefficients 0 … order in ρ of Σ c_k (β + ωρ)^k, ω = 1 − β.

    Few of them are summed one by one, from w_{k,p} = binom(k, p) ω^p β^{k−p}, w_{k,p+1} = w_{k,p} (k−p) ω/((p+1) β).
    """
    if order > _SUMMED_ORDER:
        shifted = arb_poly(coefficients)(arb_poly([rational(beta), rational(1 - beta)])).coeffs()[: order + 1]
        return list(shifted) + [arb(0)] * (order + 1 - len(shifted))
    powers = accumulate([rational(beta)] * (len(coefficients) - 1), operator.mul, initial=arb(1))
    terms = list(map(operator.mul, coefficients, powers))
    odds, out = rational((1 - beta) / beta), []
    for p in range(order + 1):
        out.append(sum(terms, arb(0)) * odds**p)
        terms = [term * (k - p) / (p + 1) for k, term in enumerate(terms)]
    return out
