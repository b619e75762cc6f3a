"""The chance that all points of a Laguerre ensemble lie on one side of x: determinants of incomplete gamma functions.

The m points have density ∝ ∏|z_i − z_j|^β ∏ z_i^{a−1} e^{−z_i}, β = 1 or 2, w(z) = z^{a−1} e^{−z}. Over one side R of x

    β = 2:  ∫_R … = m! det ∫_R z^{i+j} w,
    β = 1:  ∫_R … = m! Pf ∫∫_{R²} sgn(v − u) u^i v^j w(u) w(v), with a border ∫_R z^i w for odd m

(Andréief, de Bruijn). The double integrals follow from a neighbour by parts: each recurrence is run in the direction in
which all its terms are positive.

Source: Khatri, Ann. Math. Statist. 35 (1964); Chiani, J. Multivariate Anal. 129 (2014).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from flint import arb, arb_mat, ctx, fmpq

from eigenlaw.numerics.precision import working

_MOST_GUARD = 1 << 13
_BITS_A_POINT = 6


@dataclass(frozen=True)
class Laguerre:
    """The ensemble: m points, the exponent a (exact, positive), and β."""

    count: int
    a: Any
    beta: Literal[1, 2]

    def one_sided(self, x: Any, upper: bool) -> tuple[Any, Any]:
        """Return P(all points ≥ x), or ≤ x unless ``upper``, and the derivative in x, for a ball x > 0.

        Example:
            >>> chance, slope = Laguerre(1, fmpq(1), 2).one_sided(arb(1), True)
            >>> [round(float(part * arb(1).exp()), 12) for part in (chance, slope)]
            [1.0, -1.0]
        """
        return self._hankel(x, upper) if self.beta == 2 else self._pfaffian(x, upper)

    def _hankel(self, x: Any, upper: bool) -> tuple[Any, Any]:
        moments = incomplete(self.a, 2 * self.count - 1, x, upper)
        matrix = arb_mat([moments[i : i + self.count] for i in range(self.count)])
        powers = arb_mat(self.count, 1, [x**i for i in range(self.count)])
        whole = arb(1)
        for i in range(self.count):
            whole *= arb(self.a + i).gamma() * arb(i + 1).gamma()
        chance = matrix.det() / whole
        growth = (powers.transpose() * matrix.solve(powers))[0, 0] * x ** arb(self.a - 1) * (-x).exp()
        return chance, chance * (-growth if upper else growth)

    def _pfaffian(self, x: Any, upper: bool) -> tuple[Any, Any]:
        m, a = self.count, self.a
        single = incomplete(a, m, x, upper)
        double = [
            value * arb(2) ** arb(-2 * a - k) for k, value in enumerate(incomplete(2 * a, 2 * m - 1, 2 * x, upper))
        ]
        size = m + m % 2
        rows = [[arb(0)] * size for _ in range(size)]
        for j in range(m):
            inner = single[j] ** 2 / 2  # ∫∫ over u < v of u^i v^j, below; of u > v, above
            for i in reversed(range(j)) if not upper else range(j + 1, m):
                inner = (inner + double[i + j]) / (a + i) if not upper else inner * (a + i - 1) + double[i + j - 1]
                entry = 2 * inner - single[i] * single[j]
                rows[i][j], rows[j][i] = (-entry, entry) if upper else (entry, -entry)
            if m % 2:
                rows[j][m], rows[m][j] = single[j], -single[j]
        matrix = arb_mat(rows)
        edge = x ** arb(a - 1) * (-x).exp()
        ends = arb_mat(size, 1, [edge * x**i for i in range(m)] + [arb(0)] * (size - m))
        column = arb_mat(size, 1, single + [arb(1) if upper else arb(-1)] * (size - m))
        chance = matrix.det().sqrt() / self._whole()
        return chance, chance * (ends.transpose() * matrix.solve(column))[0, 0]

    def _whole(self) -> Any:
        """Return the Pfaffian of the whole line, Selberg's integral over m!."""
        value = arb(1)
        for j in range(self.count):
            half = fmpq(j, 2)
            value *= arb(self.a + half).gamma() * arb(fmpq(3, 2) + half).gamma() / (arb(fmpq(3, 2)).gamma() * (j + 1))
        return value


def incomplete(a: Any, count: int, x: Any, upper: bool) -> list[Any]:
    """Return Γ(a + k, x), or γ(a + k, x) unless ``upper``, for k < count and an exact a > 0.

    Example:
        >>> [float(value) for value in incomplete(fmpq(1), 3, arb(0), True)]
        [1.0, 1.0, 2.0]
    """
    decay = (-x).exp()
    if upper:
        values = [x.gamma_upper(arb(a))]
        for k in range(count - 1):
            values.append((a + k) * values[-1] + x ** arb(a + k) * decay)
        return values
    values = [x.gamma_lower(arb(a + count - 1))]
    for k in reversed(range(count - 1)):
        values.append((values[-1] + x ** arb(a + k) * decay) / (a + k))
    return values[::-1]


def sharpened(compute: Callable[[], Any], points: int) -> Any:
    """Return ``compute()`` to the working precision: bits are added until it has them, or more bits bring none.

    Example:
        >>> sharpened(lambda: (1 + arb(2) ** -400) - 1, 1).rel_accuracy_bits() >= ctx.prec
        True
    """
    wanted, guard, before = ctx.prec, _BITS_A_POINT * points + 16, 0
    while True:
        with working(wanted + guard):
            try:
                value = compute()
            except ZeroDivisionError:
                value = arb.nan()
        known = value.rel_accuracy_bits() if value.is_finite() else 0
        if known >= wanted or guard > _MOST_GUARD or 0 < known <= before + guard // 8:
            return value
        guard, before = 2 * guard, known
