"""A product of independent Gamma variables whose shapes move together: Y = ∏_j Γ(i + ν_j), i uniform on 1 … n.

    density  w(y) Σ_{i=1}^n y^{i−1}/(n ∏_j Γ(i + ν_j)),   w(y) = G^{k,0}_{0,k}(y | ν_1 … ν_k),
    moments  M(s) = E Y^s = (1/n) Σ_i ∏_j Γ(i + ν_j + s)/Γ(i + ν_j),   s > −1.

Where y is not small, w and P(Y > y) are inverse Mellin transforms along a line (``mellin``). Where y is small, w and
P(Y ≤ y) are sums of residues at the poles 0, −1, …, −L of ∏_j Γ(ν_j + s), and the rest is the integral along
Re s = a = −L − ½. With ν_1 = 0, from |Γ(b + it)| ≤ |Γ(b)| and the theorem of Cauchy and Schwarz,

    (1/2π) ∫ ∏_j |Γ(a + ν_j + it)| dt ≤ B(a) = ∏_{j≥2} |Γ(a + ν_j)| √(C(a + 1)/(2|a|)),
    C(b) = (1/2π) ∫ |Γ(b + it)|² dt = 4^{−b} Γ(2b) for b > 0, and at most C(b + m) (Γ(b)/Γ(b + m))² otherwise.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import acb, arb, arb_series, ctx

from eigenlaw.numerics.correlation import series_terms
from eigenlaw.numerics.mellin import aliases, plan, trapezoid

_GUARD = 12
_MOST_POLES = 5000
_LEAST_ABSCISSA = 0.5


@dataclass(frozen=True)
class GammaProduct:
    """Law of Y = ∏_j Γ(i + ν_j), i uniform on 1 … count.

    Attributes:
        excess: the whole numbers ν_j, rising from ν_1 = 0.
        count: n.

    Example:
        >>> one = GammaProduct((0,), 1)
        >>> (one.survival(arb(3)) - arb(-3).exp()).contains(0), one.distribution(arb("1e-30")).str(10, radius=False)
        (True, '1.000000000e-30')
    """

    excess: tuple[int, ...]
    count: int

    def density(self, y: Any) -> Any:
        """Return the density at y > 0; for one factor Q(n, y)/n of the incomplete Gamma function."""
        if len(self.excess) == 1:
            return _above(self.count, y) / self.count
        total = arb(0)
        for norm in reversed(self._norms()):
            total = total * y + norm
        return total * self.weight(y)

    def weight(self, y: Any) -> Any:
        """Return w(y) = (1/2πi) ∫ ∏_j Γ(ν_j + s) y^{−s} ds, y > 0."""
        if y < self._turn:
            return self._residues(y, lambda _, __: 1, lambda a: _line_bound(self.excess, a))
        line = plan(self._log_weight, float(y.log().mid()), (0, math.inf), 1, ctx.prec + _GUARD)
        total = trapezoid(self._gammas, self._weight_tail, y, line)
        return total + arb(0, aliases(lambda a: _line_bound(self.excess, a), y.log(), line))

    def distribution(self, y: Any) -> Any:
        """Return P(Y ≤ y), y > 0; for one factor P(n, y) + (y/n) Q(n − 1, y) of incomplete Gamma functions."""
        if len(self.excess) == 1:
            return _below(self.count, y) + y / self.count * _above(self.count - 1, y)
        if not y < self._turn:
            return 1 - (self._hardly_above(y) or self.survival(y))

        def factor(pole: int, epsilon: Any) -> Any:
            return self._mixture(epsilon - pole) / (1 + pole - epsilon)

        return y * self._residues(y, factor, self._mixture_bound)

    def survival(self, y: Any) -> Any:
        """Return P(Y > y), y > 0; for one factor e^{−y} Σ_{k<n} (1 − k/n) y^k/k!."""
        if len(self.excess) == 1:
            return _mean_above(self.count, y)
        if y < self._turn:
            return 1 - self.distribution(y)
        line = plan(self.log_moment, float(y.log().mid()), (-1, math.inf), _LEAST_ABSCISSA, ctx.prec + _GUARD)
        total = trapezoid(self._survival_transform, self._survival_tail, y, line)
        if line.below <= 0:
            total -= 1 / (arb(line.c) * arb(line.log_q)).expm1()
        return total + arb(0, aliases(self._moment, y.log(), line))

    def _hardly_above(self, y: Any) -> Any:
        """Return a ball of P(Y > y) around 0 where M(a) y^{−a} shows that it is below the working precision."""
        a = arb(math.ceil(ctx.prec / 16))
        bound = (self._moment(a) * (-a * y.log()).exp()).upper()
        return arb(0).union(bound) if bound < arb(2) ** (-2 * ctx.prec) else None

    def log_moment(self, a: float) -> float:
        """Return log M(a) in float64, a > −1."""
        start = math.fsum(math.lgamma(1 + v + a) - math.lgamma(1 + v) for v in self.excess)
        terms = [start]
        for i in range(1, self.count):
            terms.append(terms[-1] + math.log(math.prod((1 + a / (i + v)) for v in self.excess)))
        top = max(terms)
        return top + math.log(math.fsum(math.exp(term - top) for term in terms) / self.count)

    def at_zero(self) -> Any:
        """Return the density at 0, infinite where two of the ν_j are 0."""
        zeros = self.excess.count(0)
        return arb("inf") if zeros > 1 else 1 / arb(self.count * math.prod(v for v in self.excess if v))

    @cached_property
    def _turn(self) -> float:
        """Below this y the saddle point of w lies left of 1."""
        psi = sum(float(arb(1 + v).digamma().mid()) for v in self.excess)
        return math.exp(min(psi, 700.0))

    def _norms(self) -> list[Any]:
        """Return 1/(n ∏_j Γ(i + ν_j)), i = 1 … n, at the working precision."""
        if ctx.prec not in self._known_norms:
            norms = [1 / (self.count * math.prod((arb(v + 1).gamma() for v in self.excess), start=arb(1)))]
            for i in range(1, self.count):
                norms.append(norms[-1] / math.prod(i + v for v in self.excess))
            self._known_norms[ctx.prec] = norms
        return self._known_norms[ctx.prec]

    @cached_property
    def _known_norms(self) -> dict[int, list[Any]]:
        return {}

    @cached_property
    def _distinct(self) -> list[tuple[int, int]]:
        """The different ν_j and how often each occurs."""
        return [(v, self.excess.count(v)) for v in sorted(set(self.excess))]

    def _log_weight(self, a: float) -> float:
        return math.fsum(math.lgamma(a + v) for v in self.excess)

    def _gammas(self, s: Any) -> Any:
        """Return ∏_j Γ(ν_j + s), s a complex ball."""
        return math.prod(((s + v).gamma() ** times for v, times in self._distinct), start=acb(1))

    def _mixture(self, s: Any) -> Any:
        """Return Σ_i ∏_j (s + ν_j)(s + ν_j + 1) ⋯ (s + ν_j + i − 2)/(n ∏_j Γ(i + ν_j)) of a ball or a power series."""
        norms = self._norms()
        power, total = 1, s * 0 + norms[0]
        for i in range(1, self.count):
            power = power * math.prod(((s + (v + i - 1)) ** times for v, times in self._distinct), start=1)
            total = total + power * norms[i]
        return total

    def _moment(self, a: Any) -> Any:
        """Return M(a), a a ball above −1."""
        return (self._gammas(acb(a + 1)) * self._mixture(acb(a + 1))).real

    def _survival_transform(self, s: Any) -> Any:
        return self._gammas(s + 1) * self._mixture(s + 1) / s

    def _weight_tail(self, c: Any, height: Any) -> tuple[Any, Any]:
        rate = sum(((height / (c + v)).atan() for v in self.excess), start=arb(0))
        return abs(self._gammas(acb(c, height))), rate

    def _survival_tail(self, c: Any, height: Any) -> tuple[Any, Any]:
        """Bound term by term: |Γ(c + i + ν_j + it)| decays at the rate arctan(T/(c + i + ν_j)), least for i = n."""
        s, norms = acb(c, height), self._norms()
        power, total = arb(1), norms[0]
        for i in range(1, self.count):
            power *= math.prod((abs(s + (v + i)) ** times for v, times in self._distinct), start=arb(1))
            total += power * norms[i]
        rate = sum(((height / (c + self.count + v)).atan() for v in self.excess), start=arb(0))
        return abs(self._gammas(s + 1)) * total / abs(s), rate

    def _mixture_bound(self, a: Any) -> Any:
        """Return a bound of (1/2π) ∫ |∏_j Γ(ν_j + s) mixture(s)/(1 − s)| dt along Re s = a < 0."""
        terms = (norm * _line_bound(self.excess, a + i) for i, norm in enumerate(self._norms()))
        return sum(terms, start=arb(0)) / (1 - a)

    def _residues(self, y: Any, factor: Callable[[int, Any], Any], bound: Callable[[Any], Any]) -> Any:
        """Return (1/2πi) ∫ ∏_j Γ(ν_j + s) factor(s) y^{−s} ds as residues at 0, −1, … and a bound of the rest."""
        k, log_y, total, power = len(self.excess), y.log(), arb(0), arb(1)
        with series_terms(k):
            epsilon = arb_series([0, 1])
            fade = (-epsilon * log_y).exp()
            regular = math.prod((arb_series([max(v, 1), 1]).gamma() for v in self.excess), start=arb_series([1]))
            for pole in range(_MOST_POLES):
                order = sum(v <= pole for v in self.excess)
                coefficients = (regular * fade * factor(pole, epsilon)).coeffs()
                term = power * coefficients[order - 1] if order <= len(coefficients) else arb(0)
                total += term
                power *= y
                enough = abs(total).mid() * arb(2) ** -ctx.prec + total.rad()
                rest = bound(-pole - arb(1) / 2) * power / y.sqrt() if abs(term) < enough else arb("inf")
                if rest < enough:
                    break
                shifts = [v - pole - 1 for v in self.excess]
                regular /= math.prod((epsilon + shift for shift in shifts if shift), start=arb_series([1]))
        return total + arb(0, rest.upper())


def _above(n: int, y: Any) -> Any:
    """Return Q(n, y) = e^{−y} Σ_{k<n} y^k/k!, all terms positive."""
    total = arb(0)
    for k in range(n - 1, -1, -1):
        total = total * y / (k + 1) + 1
    return (-y).exp() * total


def _mean_above(n: int, y: Any) -> Any:
    """Return the mean of Q(1, y) … Q(n, y), e^{−y} Σ_{k<n} (1 − k/n) y^k/k!, all terms positive."""
    total = arb(0)
    for k in range(n - 1, -1, -1):
        total = total * y / (k + 1) + (n - k)
    return (-y).exp() * total / n


def _below(n: int, y: Any) -> Any:
    """Return P(n, y) = (e^{−y} yⁿ/n!) Σ_k y^k/((n + 1) ⋯ (n + k)), or 1 − Q(n, y) for y > n."""
    if not y < n + 1:
        return 1 - _above(n, y)
    term, total, k = arb(1), arb(0), n
    while not term < arb(2) ** -ctx.prec:  # total is at least 1
        total += term
        k += 1
        term *= y / k
    rest = term / (1 - y / (k + 1))  # the ratios of the terms fall
    return (n * y.log() - y).exp() / arb(n + 1).gamma() * (total + arb(0).union(rest))


def _line_bound(excess: tuple[int, ...], a: Any) -> Any:
    """Return B(a) of the module, a not a whole number below 1."""
    rest = math.prod((abs((a + v).gamma()) for v in excess[1:]), start=arb(1))
    return rest * (_square_integral(a + 1) / (2 * abs(a))).sqrt()


def _square_integral(b: Any) -> Any:
    """Return C(b) of the module, a bound of it where b is negative."""
    shift = max(0, math.ceil(-float(b.mid())))
    lifted = b + shift
    value = (2 * lifted).gamma() * arb(4) ** (-lifted)
    return value * (b.gamma() / lifted.gamma()) ** 2 if shift else value
