"""How many eigenvalues of a product of real Gaussian matrices are real: the expected number, and the chance of all.

A_j is n_j × n_{j+1} with independent standard normal entries, n_{k+1} = n_1 = n the smallest, ν_j = n_j − n. The
density of the real eigenvalues of a product of k matrices (Forrester and Ipsen, Linear Algebra Appl. 510 (2016); for
rectangular ones each weight takes a factor |x|^{ν_j}, Ipsen and Kieburg, Phys. Rev. E 89 (2014)) is

    ∫ w(x) w(v) |x − v| Σ_{i=0}^{n−2} (xv)^i ∏_j 1/(2√(2π) (i + ν_j)!) dv,   with one more real eigenvalue for odd n,

w the law of ∏_j x_j with weights |x_j|^{ν_j} e^{−x_j²/2}. Split by the signs of x and v and integrated, term i is
2 P(A_i > B_i) for even i and −2 P(A_i < B_i) for odd i, so that for even and odd n alike

    E N = n − 2 Σ_{i=0}^{n−2} P(A_i < B_i),   A_i = ∏_j Γ(β_ij + ¼), B_i = ∏_j Γ(β_ij − ¼), β_ij = (i + ν_j)/2 + ¾,

products of independent Gamma variables. In the same way the determinant of Forrester (J. Phys. A 47 (2014)) is

    P(all real) = det P(∏_j Γ(c + ν_j/2) > ∏_j Γ(r − ½ + ν_j/2)),   r, c = 1 … ⌈n/2⌉, the last column ones for odd n.

The chances are integrals of Mellin and Barnes with poles known on both sides (``mellin``). For one square factor
E N = ½ + √2 ₂F₁(1, −½; n; ½)/B(n, ½) and P(all real) = 2^{−n(n−1)/4} (Edelman, Kostlan and Shub 1994; Edelman 1997).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import acb, arb, arb_mat, ctx, fmpq

from eigenlaw.numerics.law import Quantity
from eigenlaw.numerics.mellin import Line, aliases, plan, trapezoid
from eigenlaw.numerics.rectangular_product import checked_sizes

_GUARD = 12
_NEAR = 64
_THETA = fmpq(5, 8)  # an exponent below the least β = ¾


@dataclass(frozen=True)
class RealEigenvalues(Quantity):
    """Expected number of real eigenvalues of a product of real Gaussian matrices.

    Attributes:
        sizes: n_1 … n_k, the first the smallest.

    Source: the module; Edelman, Kostlan and Shub 1994 for one factor.

    Example:
        >>> RealEigenvalues((2,)).value().str(10, radius=False), RealEigenvalues((2, 2)).value().str(10, radius=False)
        ('1.414213562', '1.570796327')
    """

    sizes: tuple[int, ...]

    name = "real-eigenvalues"

    def __post_init__(self) -> None:
        checked_sizes(self.sizes)

    def value(self, x: Any = None) -> Any:
        """Return the expected number; there is no argument."""
        return expected_number(self.sizes)

    def fraction(self) -> Any:
        """Return the expected number over n_1."""
        return expected_number(self.sizes) / self.sizes[0]


def expected_number(sizes: Sequence[int]) -> Any:
    """Return the expected number of real eigenvalues, a ball at the working precision.

    Raises:
        InputError: the sizes are not whole numbers with the smallest first.

    Example:
        >>> expected_number([1, 7]), expected_number([3]).str(10, radius=False)
        (1.00000000000000, '1.707106781')
    """
    n, *others = checked_sizes(sizes)
    if n == 1:
        return arb(1)
    if not others:
        beta = arb(n).gamma() * arb.pi().sqrt() / (n + arb(1) / 2).gamma()
        return arb(1) / 2 + arb(2).sqrt() * (arb(1) / 2).hypgeom_2f1(1, arb(-1) / 2, n) / beta
    return n - 2 * _complex_pairs(n, [m - n for m in (n, *others)])


def one_matrix(n: int) -> tuple[Any, Any]:
    """Return rationals (a, b), E N = a + b√2 for one n × n matrix, by the finite sum of Edelman, Kostlan and Shub.

    Example:
        >>> one_matrix(4), one_matrix(5)
        ((0, 11/8), (1, 13/16))
    """
    (n,) = checked_sizes([n])
    first = 0 if n % 2 == 0 else 1
    term, total = fmpq(1) if n % 2 == 0 else fmpq(1, 2), fmpq(0)
    for k in range(first, first + n // 2):
        total += term
        a, b = (4 * k + 1, 4 * k + 2) if n % 2 == 0 else (4 * k - 1, 4 * k)
        term *= fmpq(a * (a + 2), b * (b + 2))
    return fmpq(n % 2), total


def all_real(sizes: Sequence[int]) -> Any:
    """Return the probability that every eigenvalue is real, a ball at the working precision.

    Raises:
        InputError: the sizes are not whole numbers with the smallest first.

    Example:
        >>> all_real([4]), all_real([2, 2]).overlaps(arb.pi() / 4)
        (0.125000000000000, True)
    """
    n, *others = checked_sizes(sizes)
    if not others:
        return arb(2) ** (-fmpq(n * (n - 1), 4))
    halves = [fmpq(m - n, 2) for m in sizes]
    size = (n + 1) // 2
    rows = []
    for r in range(1, size + 1):
        lower = [r - fmpq(1, 2) + half for half in halves]
        rows.append([exceeds([c + half for half in halves], lower) for c in range(1, n // 2 + 1)] + [arb(1)] * (n % 2))
    return arb_mat(rows).det()


def exceeds(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """Return P(∏_j Γ(left_j) > ∏_j Γ(right_j)) for independent Gamma variables of positive exact shapes.

    Example:
        >>> exceeds([fmpq(1)], [fmpq(1, 2)]).overlaps(arb("0.5").sqrt())
        True
    """
    ends = (-float(min(left)), float(min(right)))

    def log_moment(s: float) -> float:
        return math.fsum(
            [math.lgamma(float(a) + s) - math.lgamma(float(a)) for a in left]
            + [math.lgamma(float(b) - s) - math.lgamma(float(b)) for b in right]
        )

    if log_moment(ends[1] / _NEAR) > log_moment(ends[0] / _NEAR):
        return 1 - exceeds(right, left)
    line = plan(log_moment, 0.0, ends, ends[1] / 4, ctx.prec + _GUARD)
    norm = math.prod([1 / arb(a).gamma() for a in (*left, *right)], start=arb(1))

    def moment(s: Any) -> Any:
        return norm * math.prod([*((s + a).gamma() for a in left), *((b - s).gamma() for b in right)])

    def tail(c: Any, height: Any) -> tuple[Any, Any]:
        s = acb(c, height)
        rates = [*((height / (c + a)).atan() for a in left), *((height / (b - c)).atan() for b in right)]
        return abs(moment(s) / s), sum(rates, start=arb(0))

    total = trapezoid(lambda s: moment(s) / s, tail, arb(1), line)
    if line.below <= 0:
        total -= 1 / (arb(line.c) * arb(line.log_q)).expm1()
    return total + arb(0, aliases(moment, arb(0), line))


def _complex_pairs(n: int, excess: Sequence[int]) -> Any:
    """Return Σ_{i=0}^{n−2} P(A_i < B_i), all terms on the line Re s = −¼ with s = −¼ + z, z imaginary.

    E (A_i/B_i)^s = ∏_j Γ(β_ij + z) Γ(β_ij − z)/(Γ(β_ij + ¼) Γ(β_ij − ¼)), and β_{i+2,j} = β_ij + 1. What
    aliasing adds to a term is q^{−l/4} for l ≥ 1, taken off exactly, and less than 2 q^{−lθ} times that at z = θ.
    """
    theta, quarter = arb(_THETA), arb(1) / 4
    shapes = [[arb(fmpq(2 * (i + v) + 3, 4)) for v in excess] for i in range(n - 1)]
    rises = [[(b * b, 1 / (b * b - quarter * quarter)) for b in row] for row in shapes]
    norms = [_symmetric(first, excess, quarter) for first in (0, 1)]

    def mixture(square: Any, starts: Sequence[Any]) -> Any:
        """Return Σ_i of ∏_j Γ(β_ij + z) Γ(β_ij − z)/…, from z² and the numerators for i = 0 and 1."""
        total, current = arb(0), [starts[0] / norms[0], starts[1] / norms[1]]
        for i, row in enumerate(rises):
            total += current[i % 2]
            current[i % 2] *= math.prod(((b - square) * rise for b, rise in row), start=arb(1))
        return total

    def kernel(z: Any) -> Any:
        height = z.imag
        starts = [_symmetric(first, excess, z).real for first in (0, 1)]
        return acb(quarter * mixture(-height * height, starts) / (quarter * quarter + height * height))

    def tail(_: Any, height: Any) -> tuple[Any, Any]:
        rate = 2 * sum(((height / b).atan() for b in shapes[-1]), start=arb(0))
        return abs(kernel(acb(0, height))), rate

    bound = mixture(theta * theta, [_symmetric(first, excess, theta) for first in (0, 1)])
    log_q = (float(bound.log().mid()) + (ctx.prec + _GUARD) * math.log(2)) / float(theta.mid())
    total = trapezoid(kernel, tail, arb(1), Line(0.0, log_q, 0.0, 0.0))
    missed = 2 * bound / (theta * arb(log_q)).expm1()
    return total - (n - 1) / (quarter * arb(log_q)).expm1() + arb(0, missed.upper())


def _symmetric(first: int, excess: Sequence[int], z: Any) -> Any:
    """Return ∏_j Γ(β_j + z) Γ(β_j − z), β_j = (first + ν_j)/2 + ¾, for a real ball z or an imaginary one."""
    shapes = [fmpq(2 * (first + v) + 3, 4) for v in excess]
    return math.prod(((z + shape).gamma() * (shape - z).gamma() for shape in shapes), start=arb(1))
