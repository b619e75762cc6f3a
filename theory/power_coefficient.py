"""The coefficients F(p, k, ā) of powers of a power series, (4) of Murray et al. 2023."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb, factorial
from typing import Any

from eigenlaw.theory.hermite_polynomials import check_index


@dataclass(frozen=True)
class PowerCoefficient:
    r"""F(p, k, ā), the sum of all ordered products of k elements of ā whose indices sum to p.

    $$ F(p, k, \bar a) = [t^p] \Bigl(\sum_{j \ge 0} a_j t^j\Bigr)^k, \qquad F(p, 0, \bar a) = \delta_{p0} $$

    Source: Murray et al. 2023, (4); the generating function is the Cauchy product (34).

    Attributes:
        p: the sum of the indices, at least 0.
        k: the number of factors, at least 0.

    Example:
        >>> PowerCoefficient(2, 3).value()
        3*a[0]**2*a[2] + 3*a[0]*a[1]**2
    """

    p: int
    k: int

    def __post_init__(self) -> None:
        """Refuse negative indices."""
        check_index("p", self.p)
        check_index("k", self.k)

    def value(self, a: Sequence[Any] | None = None) -> Any:
        """Return F as a polynomial in a_0 … a_p: a sum over the partitions of p with at most k parts.

        Args:
            a: the sequence, missing entries are 0; the symbols a[0], a[1], … if not given.
        """
        import sympy

        terms = []
        for parts in _partitions(self.p, self.k):
            zeros = self.k - sum(parts.values())
            weight = factorial(self.k) // factorial(zeros)
            for count in parts.values():
                weight //= factorial(count)
            powers = [self._entry(a, 0) ** zeros, *(self._entry(a, j) ** count for j, count in parts.items())]
            terms.append(sympy.Mul(weight, *powers))
        return sympy.Add(*terms)

    def generating_function(self, a: Any = None) -> Any:
        """Return (Σ_{j≤p} a_j t^j)^k, whose coefficient of t^p is F: Σ_p F(p, k, ā) t^p = (Σ_j a_j t^j)^k."""
        import sympy

        t = sympy.Symbol("t")
        return sympy.Add(*(self._entry(a, j) * t**j for j in range(self.p + 1))) ** self.k

    @staticmethod
    def recurrence() -> Any:
        r"""Return J. C. P. Miller's recurrence in p at fixed k, for a_0 ≠ 0 and p ≥ 1, as a SymPy equation.

        $$ F(p, k) = \frac{1}{p\,a_0} \sum_{j=1}^{p} (jk - p + j)\, a_j\, F(p - j, k), \qquad F(0, k) = a_0^k $$

        With A = Σ_j a_j t^j, G = A^k satisfies A G' = k A' G; compare the coefficients of t^{p−1}. It costs p steps,
        whatever k is. ``power_coefficients`` runs it.
        """
        import sympy

        p, k, j, a, f = _recurrence_symbols()
        total = sympy.Sum((j * k - p + j) * a[j] * f(p - j, k), (j, 1, p))
        return sympy.Eq(f(p, k), total / (p * a[0]), evaluate=False)

    @staticmethod
    def step() -> Any:
        r"""Return the recurrence in k, $F(p, k) = \sum_{j=0}^{p} a_j F(p - j, k - 1)$, k ≥ 1, as a SymPy equation.

        One more factor A: the Cauchy product, (34) of murray. It holds for a_0 = 0 as well.
        """
        import sympy

        p, k, j, a, f = _recurrence_symbols()
        return sympy.Eq(f(p, k), sympy.Sum(a[j] * f(p - j, k - 1), (j, 0, p)), evaluate=False)

    @staticmethod
    def _entry(a: Sequence[Any] | None, j: int) -> Any:
        import sympy

        if a is None:
            return sympy.IndexedBase("a")[j]
        return sympy.sympify(a[j]) if j < len(a) else sympy.Integer(0)


def _recurrence_symbols() -> tuple[Any, ...]:
    """Return p, k, j, the sequence a and the function F(p, k)."""
    import sympy

    p, k, j = sympy.symbols("p k j", integer=True, nonnegative=True)
    return p, k, j, sympy.IndexedBase("a"), sympy.Function("F")


def power_coefficients(order: int, k: int, a: Sequence[Any]) -> tuple[Any, ...]:
    """Return F(0, k, ā) … F(order, k, ā) by Miller's recurrence; leading zeros of ā are divided out first.

    Args:
        order: the largest p.
        k: the number of factors.
        a: the sequence, exact numbers or SymPy expressions; missing entries are 0.

    Raises:
        InputError: if order or k is not an integer of at least 0.

    Example:
        >>> power_coefficients(4, 2, [0, 1, 1])
        (0, 0, 1, 2, 1)
    """
    import sympy

    check_index("order", order)
    check_index("k", k)
    zero, one = sympy.Integer(0), sympy.Integer(1)
    entries = [sympy.sympify(value) for value in a[: order + 1]]
    start = next((j for j, value in enumerate(entries) if value != 0), None)
    if k == 0 or start is None:
        return (one if k == 0 else zero, *(zero for _ in range(order)))
    shift = start * k
    entries = entries[start:]
    found: list[Any] = [entries[0] ** k]
    for p in range(1, order - shift + 1):
        total = sympy.Add(
            *((j * k - p + j) * entries[j] * found[p - j] for j in range(1, min(p, len(entries) - 1) + 1))
        )
        found.append(sympy.expand(total / (p * entries[0])))
    return tuple(([zero] * shift + found)[: order + 1])


def number_of_products(p: int, k: int) -> int:
    """Return |J(p, k)|, the number of k-tuples of integers of at least 0 with sum p.

    Example:
        >>> number_of_products(2, 3)
        6
    """
    check_index("p", p)
    check_index("k", k)
    return comb(p + k - 1, p) if k else int(p == 0)


def _partitions(total: int, parts: int, largest: int | None = None) -> Iterator[dict[int, int]]:
    """Yield the partitions of ``total`` into at most ``parts`` positive parts, as counts of the parts."""
    if total == 0:
        yield {}
        return
    top = min(total, largest if largest is not None else total)
    for part in range(top, 0, -1):
        for count in range(min(parts, total // part), 0, -1):
            for rest in _partitions(total - part * count, parts - count, part - 1):
                yield {part: count, **rest}
