"""The laws of the smallest and of the largest singular value of a Gaussian matrix, exact at every size."""

from abc import abstractmethod
from typing import Any, Literal

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.laguerre_extremes import Laguerre, sharpened
from eigenlaw.numerics.law import Floats, Law
from eigenlaw.theory.errors import InputError

Field = Literal["real", "complex"]


class ExtremeSingularValue(Law):
    """What both ends have in common: z = σ²/2 (real) or σ² (complex) are the points of a Laguerre ensemble.

    Args:
        rows: n ≥ 1.
        columns: m ≥ 1.
        field: standard real Gaussian entries, or complex ones with E|w|² = 1.

    Raises:
        InputError: a size or the field is not one of these.
    """

    def __init__(self, rows: int, columns: int, field: Field = "real") -> None:
        for name, size in (("rows", rows), ("columns", columns)):
            if size < 1:
                raise InputError.of(name, size, "expected a positive size")
        self.rows, self.columns, self.field = rows, columns, _field(field)
        self._beta: Literal[1, 2] = 1 if field == "real" else 2
        self._count, long = sorted((rows, columns))
        self._points = Laguerre(self._count, fmpq((long - self._count + 1) * self._beta, 2), self._beta)
        self._square = rows == columns

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.rows}, {self.columns}, {self.field!r})"

    def support(self) -> tuple[Any, Any]:
        """Return 0 and ∞."""
        return arb(0), arb.pos_inf()

    @abstractmethod
    def _chance(self, x: Any, upper: bool) -> Any:
        """Return P(X > x) or, unless ``upper``, P(X ≤ x) at an exact x > 0, the working precision already raised."""

    @abstractmethod
    def _slope(self, x: Any) -> Any:
        """Return the density at an exact x > 0, likewise."""

    def _one_sided(self, x: Any, upper: bool) -> tuple[Any, Any]:
        """Return P(all singular values beyond x) and |its derivative|."""
        x = arb(x)
        chance, slope = self._points.one_sided(x * x * self._beta / 2, upper)
        return chance, abs(slope) * x * self._beta

    def _at(self, x: Any, upper: bool) -> Any:
        """Return ``_chance`` to the working precision, of both ends of a ball."""
        if isinstance(x, arb) and not x.is_exact():
            return self._at(x.lower(), upper).union(self._at(x.upper(), upper))
        if not x > 0:
            return arb(1 if upper else 0) if x <= 0 else arb.nan()
        if isinstance(x, arb) and not x.is_finite():
            return arb(0 if upper else 1)
        return sharpened(lambda: self._chance(x, upper), self._count)

    def distribution(self, x: Any) -> Any:
        """Return P(X ≤ x), to the working precision."""
        return self._at(x, False)

    def survival(self, x: Any) -> Any:
        """Return P(X > x), to the working precision."""
        return self._at(x, True)

    def distribution_at(self, x: Any) -> Any:
        """Return P(X ≤ x) at an exact ``fmpq``."""
        return self._at(x, False)

    def density(self, x: Any) -> Any:
        """Return the density; wide for a ball that is not exact."""
        return self.density_at(x)

    def density_at(self, x: Any) -> Any:
        """Return the density at an exact ``fmpq``, to the working precision."""
        if x == 0:
            return self._density_at_zero()
        return arb(0) if x < 0 else sharpened(lambda: self._slope(x), self._count)

    def _density_at_zero(self) -> Any:
        return arb(0)

    def moment(self, n: int) -> Any:
        """Return E Xⁿ where it is closed: one row or column (a chi law).

        Raises:
            InputError: no closed form is known for this size.
        """
        if self._count == 1:
            a = self._points.a
            return arb(a + fmpq(n, 2)).gamma() / arb(a).gamma() * (arb(2) / self._beta).sqrt() ** n
        if n == 0:
            return arb(1)
        raise InputError.of(
            "moment", n, f"no closed form for {self.rows} x {self.columns}; expected pdf, cdf, quantile"
        )

    def _bidiagonal(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw the singular values of matrices, by decreasing size, as those of bidiagonal ones with chi entries."""
        count, long = sorted((self.rows, self.columns))
        matrices = np.zeros((size, count, count))
        for k in range(count):
            matrices[:, k, k] = np.sqrt(rng.chisquare(self._beta * (long - k), size) / self._beta)
            if k + 1 < count:
                matrices[:, k + 1, k] = np.sqrt(rng.chisquare(self._beta * (count - 1 - k), size) / self._beta)
        return np.asarray(np.linalg.svd(matrices, compute_uv=False))


class SmallestSingularValue(ExtremeSingularValue):
    r"""The law of the least of the min(n, m) singular values of an n × m Gaussian matrix, not scaled.

    Square and real, $P(\sigma>x)=\pi^{-1/2}\Gamma(\tfrac{n+1}2)\,e^{-nx^2/2}\,U(\tfrac n2,\tfrac12,\tfrac{x^2}2)$;
    square and complex, e^{−nx²}; else a determinant or a Pfaffian of incomplete gamma functions.

    Source: Edelman, SIAM J. Matrix Anal. Appl. 9 (1988), whose density is the derivative of the former.

    Example:
        >>> round(float(SmallestSingularValue(4, 4, "complex").survival(arb("0.5"))), 12)  # e^{−1}
        0.367879441171
    """

    name = "smallest-singular-value"

    def _chance(self, x: Any, upper: bool) -> Any:
        if not self._square:
            above = self._one_sided(x, True)[0]
        elif self._beta == 2:
            return (-self.rows * arb(x) ** 2).exp() if upper else -((-self.rows * arb(x) ** 2).expm1())
        else:
            half = fmpq(self.rows, 2)
            above = arb(half + fmpq(1, 2)).gamma() / arb.pi().sqrt() * self._tricomi(x, half, fmpq(1, 2))
        return above if upper else 1 - above

    def _slope(self, x: Any) -> Any:
        if not self._square:
            return self._one_sided(x, True)[1]
        if self._beta == 2:
            return 2 * self.rows * arb(x) * (-self.rows * arb(x) ** 2).exp()
        front = self.rows * arb(fmpq(self.rows + 1, 2)).gamma() * (2 / arb.pi()).sqrt()
        return front * self._tricomi(x, fmpq(self.rows - 1, 2), fmpq(-1, 2))

    def _tricomi(self, x: Any, a: Any, b: Any) -> Any:
        """Return e^{−nz} U(a, b, z), z = x²/2."""
        z = arb(x) ** 2 / 2
        return (-self.rows * z).exp() * z.hypgeom_u(arb(a), arb(b))

    def _density_at_zero(self) -> Any:
        """Return the density at 0, which only square real matrices have: 2nΓ((n+1)/2)U((n−1)/2, −1/2, 0)/√(2π)."""
        if not (self._square and self._beta == 1):
            return arb(0)
        n = self.rows
        tricomi = arb(fmpq(3, 2)).gamma() / arb(fmpq(n + 2, 2)).gamma()
        return n * arb(fmpq(n + 1, 2)).gamma() * (2 / arb.pi()).sqrt() * tricomi

    def moment(self, n: int) -> Any:
        """Return E Xⁿ where it is closed: square matrices, and one row or column.

        Raises:
            InputError: no closed form is known for this size.
        """
        if not self._square or n == 0:
            return super().moment(n)
        k, s = self.rows, fmpq(n, 2)
        if self._beta == 2:
            return arb(1 + s).gamma() / arb(k) ** arb(s)
        half = fmpq(k, 2)
        front = arb(2) ** arb(s) * arb(half + fmpq(1, 2)).gamma() / arb.pi().sqrt() * s
        gammas = arb(s).gamma() * arb(s + fmpq(1, 2)).gamma() / arb(half + s + fmpq(1, 2)).gamma()
        series = arb(1 - fmpq(1, k)).hypgeom_2f1(arb(half), arb(s), arb(half + s + fmpq(1, 2)))
        return front * gammas * series / arb(k) ** arb(s)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw by the singular values of bidiagonal matrices."""
        return np.asarray(self._bidiagonal(rng, size)[:, -1])


class LargestSingularValue(ExtremeSingularValue):
    """The law of the largest singular value of an n × m Gaussian matrix, not scaled: a determinant or a Pfaffian.

    Source: Khatri, Ann. Math. Statist. 35 (1964); Chiani, J. Multivariate Anal. 129 (2014).

    Example:
        >>> law = LargestSingularValue(1, 2)  # a chi law with 2 degrees of freedom
        >>> round(float(law.survival(arb(2)) * arb(2).exp()), 12)
        1.0
    """

    name = "largest-singular-value"

    def _chance(self, x: Any, upper: bool) -> Any:
        below = self._one_sided(x, False)[0]
        return 1 - below if upper else below

    def _slope(self, x: Any) -> Any:
        return self._one_sided(x, False)[1]

    def _density_at_zero(self) -> Any:
        """Return the density at 0, which only one number has."""
        return (2 / arb.pi()).sqrt() if self.rows == self.columns == self._beta == 1 else arb(0)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw by the singular values of bidiagonal matrices."""
        return np.asarray(self._bidiagonal(rng, size)[:, 0])


class HardEdge(Law):
    r"""The limit of √n σ_min for square n × n Gaussian matrices: P(X > x) = e^{−x²/2−x} (real) or e^{−x²} (complex).

    Args:
        field: "real" or "complex".

    Raises:
        InputError: the field is neither.

    Source: Edelman, SIAM J. Matrix Anal. Appl. 9 (1988).

    Example:
        >>> round(float(HardEdge("real").survival(arb(1)) * arb("1.5").exp()), 12)
        1.0
    """

    name = "smallest-singular-value"

    def __init__(self, field: Field = "real") -> None:
        self.field = _field(field)
        self._real = field == "real"

    def __repr__(self) -> str:
        return f"HardEdge({self.field!r})"

    def support(self) -> tuple[Any, Any]:
        """Return 0 and ∞."""
        return arb(0), arb.pos_inf()

    def _exponent(self, x: Any) -> Any:
        return x * x / 2 + x if self._real else x * x

    def density(self, x: Any) -> Any:
        """Return (1 + x) e^{−x²/2−x} or 2x e^{−x²}."""
        if x < 0:
            return arb(0)
        value = ((1 + x) if self._real else 2 * x) * (-self._exponent(x)).exp()
        return value if x >= 0 else value.union(arb(0))

    def distribution(self, x: Any) -> Any:
        """Return 1 − e^{−x²/2−x} or 1 − e^{−x²}."""
        return arb(0) if x <= 0 else -(-self._exponent(x.max(arb(0)))).expm1()

    def survival(self, x: Any) -> Any:
        """Return e^{−x²/2−x} or e^{−x²}."""
        return arb(1) if x <= 0 else (-self._exponent(x.max(arb(0)))).exp()

    def known_quantile(self, u: Any) -> Any | None:
        """Return the root of the exponent."""
        level = -arb(1 - u).log()
        return 2 * level / ((1 + 2 * level).sqrt() + 1) if self._real else level.sqrt()

    def moment(self, n: int) -> Any:
        """Return n! 2^{−n/2} U(n/2, 1/2, 1/2), or Γ(1 + n/2)."""
        half = fmpq(n, 2)
        if not self._real:
            return arb(1 + half).gamma()
        tricomi = (arb(1) / 2).hypgeom_u(arb(half), arb(1) / 2)
        return arb(n + 1).gamma() * arb(2) ** arb(-half) * tricomi if n else arb(1)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw by inversion."""
        level = rng.exponential(size=size)
        return np.asarray(2 * level / (np.sqrt(1 + 2 * level) + 1) if self._real else np.sqrt(level))


def tracy_widom_scaling(rows: int, columns: int, field: Field = "real") -> tuple[Any, Any]:
    r"""Return (μ, τ) with (σ_max² − μ)/τ → the Tracy–Widom law, β = 1 for real and 2 for complex entries.

    μ = (√(n − δ) + √(m − δ))², τ = √μ (1/√(n − δ) + 1/√(m − δ))^{1/3}; δ = ½ for real entries makes the error of
    order N^{−2/3}, δ = 0 serves complex ones.

    Raises:
        InputError: a size is not positive, or the field is neither real nor complex.

    Source: Johnstone, Ann. Statist. 29 (2001); Ma, Bernoulli 18 (2012).

    Example:
        >>> [round(float(part), 3) for part in tracy_widom_scaling(4, 4, "complex")]
        [16.0, 4.0]
    """
    if min(rows, columns) < 1:
        raise InputError.of("sizes", f"{rows},{columns}", "expected positive sizes")
    off = fmpq(1, 2) if _field(field) == "real" else fmpq(0)
    first, second = arb(rows - off).sqrt(), arb(columns - off).sqrt()
    return (first + second) ** 2, (first + second) * (1 / first + 1 / second) ** (arb(1) / 3)


def _field(field: Field) -> Field:
    if field not in ("real", "complex"):
        raise InputError.of("field", field, "expected real or complex")
    return field
