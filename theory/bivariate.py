"""Gaussian expectations in two variables: E[f(U) g(V)] for centred U, V of given covariance, by Stein's lemma.

The integrands are products of X^m Y^n, exponentials of quadratics in X and in Y, and at most one factor erf(α X + β) or
sign(X), and one of Y. The exponentials only change the Gaussian: with precision S⁻¹ = C⁻¹ − 2 diag(q, q') and linear
part r = (r, r') the variables are Gaussian of covariance S and mean S r, of mass √(det S/det C) exp(½ rᵀ S r). Then

    E[X F] = mean_X E[F] + S_XX E[∂_X F] + S_XY E[∂_Y F]

lowers the powers; the derivative of erf is an exponential again, that of sign is twice the point mass at 0.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.gaussian import GaussianMoments, tidy
from eigenlaw.theory.symbolic import x_symbol
from eigenlaw.theory.terms import Piece, Term, terms


@dataclass(frozen=True)
class Factor:
    """One variable's part of an integrand: X^n exp(q X² + r X) · (erf(α X + β) | sign X | 1).

    Attributes:
        n: the power.
        q: the coefficient of X² in the exponent.
        r: the coefficient of X in the exponent.
        erf: (α, β) or None.
        sign: whether sign X is a factor; not together with ``erf``.
    """

    n: int = 0
    q: Any = 0
    r: Any = 0
    erf: tuple[Any, Any] | None = None
    sign: bool = False


@dataclass(frozen=True)
class _Measure:
    """The Gaussian that the exponentials leave: covariance (xx, xy, yy), mean (x, y), mass."""

    xx: Any
    xy: Any
    yy: Any
    x: Any
    y: Any
    mass: Any


def dual_by_rules(pieces: tuple[Piece, ...], rho: Any, v: Any) -> Any | None:
    """Return E[φ(U) φ(V)] for φ given by its smooth pieces, or None if the rules do not reach it.

    Raises:
        InputError: if φ(√v Z) is not square-integrable.
    """
    import sympy

    factors = _factors(pieces)
    if factors is None:
        return None
    for _, factor in factors:
        if (1 - 4 * factor.q * v).is_nonpositive:
            raise InputError.of("variance", v, f"expected E[phi^2] < oo, but phi has exp({factor.q}*x**2)")
    moments = BivariateMoments(v, v * rho, v)
    total = []
    for i, (c, left) in enumerate(factors):
        for d, right in factors[i:]:
            if (value := moments.of(left, right)) is None:
                return None
            total.append(c * d * value * (1 if left == right else 2))
    return tidy(sympy.Add(*total))


def _factors(pieces: tuple[Piece, ...]) -> tuple[tuple[Any, Factor], ...] | None:
    """Return φ as a sum of coefficient times factor; None if it has a kink off 0 or a part without rule."""
    x = x_symbol()
    if len(pieces) == 1:
        parts = [(term, False) for term in terms(pieces[0].expression, x)]
    elif len(pieces) == 2 and pieces[1].low == 0:
        left, right = pieces[0].expression, pieces[1].expression
        parts = [(term, False) for term in terms((left + right) / 2, x)]
        parts += [(term, True) for term in terms((right - left) / 2, x)]
    else:
        return None
    found = []
    for term, sign in parts:
        if term.others or len(term.erfs) + sign > 1:
            return None
        erf = term.erfs[0] if term.erfs else None
        found.append((term.coefficient, Factor(term.n, term.q, term.r, erf, sign)))
    return tuple(found)


@dataclass(frozen=True)
class BivariateMoments:
    """The expectations of products of factors under one covariance, each computed once.

    Attributes:
        xx: Var X.
        xy: Cov(X, Y).
        yy: Var Y.
    """

    xx: Any
    xy: Any
    yy: Any
    known: dict[tuple[Factor, Factor], Any] = field(default_factory=dict, compare=False)

    def of(self, f: Factor, g: Factor) -> Any | None:
        """Return E[f(X) g(Y)], or None where there is no closed form."""
        if (f, g) not in self.known:
            if f.n:
                value = self._lower(f, g)
            elif g.n:
                value = self._mirror()._lower(g, f)
            else:
                value = self._base(f, g)
            self.known[f, g] = value
        return self.known[f, g]

    def _mirror(self) -> "BivariateMoments":
        return BivariateMoments(self.yy, self.xy, self.xx)

    def _measure(self, f: Factor, g: Factor) -> _Measure:
        import sympy

        xx, xy, yy, mass = self.xx, self.xy, self.yy, sympy.Integer(1)
        if (f.q, g.q) != (0, 0):
            det = self.xx * self.yy - self.xy**2
            # S⁻¹ = C⁻¹ − 2 diag(q, q'), times det C
            a, b, c = self.yy - 2 * f.q * det, -self.xy, self.xx - 2 * g.q * det
            below = sympy.simplify((a * c - b**2) / det)
            xx, xy, yy = sympy.simplify(c / below), sympy.simplify(-b / below), sympy.simplify(a / below)
            mass = 1 / sympy.sqrt(below)
        x, y = xx * f.r + xy * g.r, xy * f.r + yy * g.r
        return _Measure(xx, xy, yy, x, y, mass * sympy.exp(sympy.expand(f.r * x + g.r * y) / 2))

    def _lower(self, f: Factor, g: Factor) -> Any | None:
        import sympy

        m = self._measure(f, g)
        lower = replace(f, n=f.n - 1)
        parts: list[tuple[Any, Factor, Factor]] = [(m.x, lower, g)]
        if f.n > 1:
            parts.append((m.xx * (f.n - 1), replace(f, n=f.n - 2), g))
        if g.n:
            parts.append((m.xy * g.n, lower, replace(g, n=g.n - 1)))
        if f.erf:
            front, slope = _slope(lower)
            parts.append((m.xx * front, slope, g))
        if g.erf:
            front, slope = _slope(g)
            parts.append((m.xy * front, lower, slope))
        total = sympy.Integer(0)
        if f.sign and f.n == 1 and m.xx != 0:
            if (edge := _edge(m, g)) is None:
                return None
            total += m.xx * edge
        if g.sign and g.n == 0:
            flipped = _Measure(m.yy, m.xy, m.xx, m.y, m.x, m.mass)
            if (edge := _edge(flipped, lower)) is None:
                return None
            total += m.xy * edge
        for front, left, right in parts:
            if front != 0:
                if (value := self.of(left, right)) is None:
                    return None
                total += front * value
        return total

    def _base(self, f: Factor, g: Factor) -> Any | None:
        """Return E for powers 0: means of erf, and arcsines."""
        import sympy

        m = self._measure(f, g)
        first = _spread(f, m.x, m.xx)
        second = _spread(g, m.y, m.yy)
        if first is None and second is None:
            return m.mass
        if first is None or second is None:
            shift, spread, side = first or second or (0, 1, 1)
            return m.mass * side * sympy.erf(shift / sympy.sqrt(2 * spread))
        if first[0] != 0 or second[0] != 0:
            return None
        cosine = m.xy / sympy.sqrt(sympy.simplify(first[1] * second[1]))
        return m.mass * first[2] * second[2] * 2 / sympy.pi * sympy.asin(sympy.simplify(cosine))


def _spread(f: Factor, mean: Any, variance: Any) -> tuple[Any, Any, Any] | None:
    """Return (shift, spread, side) with E erf(α X + β) = side · erf(shift/√(2 spread)): sign(X + noise) on average."""
    import sympy

    if f.sign:
        return sympy.simplify(mean), variance, sympy.Integer(1)
    if f.erf is None:
        return None
    alpha, beta = f.erf
    return sympy.simplify(mean + beta / alpha), variance + 1 / (2 * alpha**2), sympy.sign(alpha)


def _slope(f: Factor) -> tuple[Any, Factor]:
    """Return the derivative of the erf of a factor, as a number times a factor without it."""
    import sympy

    alpha, beta = f.erf if f.erf else (0, 0)
    front = 2 * alpha / sympy.sqrt(sympy.pi) * sympy.exp(-(beta**2))
    return front, replace(f, q=f.q - alpha**2, r=f.r - 2 * alpha * beta, erf=None)


def _edge(m: _Measure, g: Factor) -> Any | None:
    """Return E[2δ(X) g(Y)] without the exponential of g, which the measure has already."""
    import sympy

    density = sympy.exp(-(m.x**2) / (2 * m.xx)) / sympy.sqrt(2 * sympy.pi * m.xx)
    mean = m.y - m.xy * m.x / m.xx
    deviation = sympy.sqrt(sympy.simplify(m.yy - m.xy**2 / m.xx))
    z = x_symbol()
    body = (mean + deviation * z) ** g.n
    if g.sign:
        if mean != 0:
            return None
        moments = GaussianMoments(sympy.Integer(0), sympy.oo)
        values = [moments.of(Term(1, n=g.n))] if g.n % 2 else []
        value = sympy.Add(*(2 * deviation**g.n * part for part in values))
        return 2 * m.mass * density * value
    if g.erf:
        alpha, beta = g.erf
        body = body * sympy.erf(alpha * deviation * z + alpha * mean + beta)
    total = sympy.Integer(0)
    moments = GaussianMoments(-sympy.oo, sympy.oo)
    for term in terms(body, z):
        if (part := moments.of(term)) is None:
            return None
        total += term.coefficient * part
    return 2 * m.mass * density * total
