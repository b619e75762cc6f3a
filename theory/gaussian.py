"""Gaussian expectations in one variable that SymPy cannot do itself.

E[f(Z)], Z ~ N(0, 1), for sums of terms x^n exp(q x² + r x) ∏ erf(α x + β), on the line, a half-line or an interval, by
Stein's lemma: with s = 1 − 2q and w(x) = n(x) exp(q x² + r x), w' = (r − s x) w, so that by parts

    s ∫ x^n E w = r ∫ x^{n−1} E w + (n−1) ∫ x^{n−2} E w + ∫ x^{n−1} E' w − [x^{n−1} E w]

for E = ∏ erf(α_i x + β_i). E' has one error function less and a wider exponent; what is left has closed forms.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.terms import Piece, Term, pieces_of_expression, terms

_SIMPLIFY_LIMIT = 150  # operations; larger results are left expanded


def normal_density(x: Any) -> Any:
    """Return n(x) = e^{−x²/2}/√(2π)."""
    import sympy

    return sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi)


def normal_cdf(x: Any) -> Any:
    """Return Φ(x) = erfc(−x/√2)/2."""
    import sympy

    return sympy.erfc(-x / sympy.sqrt(2)) / 2


def shifted_probit(a: Any, b: Any) -> Any:
    r"""Return E[Φ(a + b Z)] = Φ(a/√(1 + b²)).

    Φ(a + bZ) = P(Y ≤ a + bZ | Z) with Y ~ N(0, 1) independent, and Y − bZ ~ N(0, 1 + b²).

    Example:
        >>> shifted_probit(0, 3)
        1/2
    """
    import sympy

    return normal_cdf(sympy.sympify(a) / sympy.sqrt(1 + sympy.sympify(b) ** 2))


def erf_product(a: Any, b: Any, c: Any = 1) -> Any:
    r"""Return E[erf(a X) erf(b Y)] for standard Gaussian X, Y of covariance c.

    $$ \frac{2}{\pi} \arcsin \frac{2abc}{\sqrt{(1+2a^2)(1+2b^2)}} $$

    (Williams 1997); d/dc of the left side is E[(2a/√π)e^{−a²X²} (2b/√π)e^{−b²Y²}], a Gaussian integral.

    Example:
        >>> erf_product(1, 1)
        2*asin(2/3)/pi
    """
    import sympy

    a, b = sympy.sympify(a), sympy.sympify(b)
    return 2 / sympy.pi * sympy.asin(2 * a * b * c / sympy.sqrt((1 + 2 * a**2) * (1 + 2 * b**2)))


def gaussian_expectation(expression: Any, x: Any, low: Any = None, high: Any = None) -> Any | None:
    """Return E[f(Z); low < Z < high] in closed form, or None if these rules do not reach it.

    Covers sums of products of polynomials, exponentials of quadratics, erf and erfc of linear arguments, sin, cos,
    sinh, cosh, cut into pieces by Abs, Max, sign, Heaviside or Piecewise. Other symbols are taken as real.

    Args:
        expression: f, a SymPy expression.
        x: its variable.
        low: lower limit; minus infinity if not given.
        high: upper limit; infinity if not given.

    Raises:
        InputError: if the integral visibly diverges.

    Example:
        >>> import sympy
        >>> x = sympy.Symbol("x", real=True)
        >>> gaussian_expectation(x * sympy.erf(x), x)
        2*sqrt(3)/(3*sqrt(pi))
        >>> gaussian_expectation(sympy.tanh(x)**2, x) is None
        True
    """
    import sympy

    expression = sympy.sympify(expression)
    real = {s: sympy.Dummy(s.name, real=True) for s in expression.free_symbols | {x} if s.is_real is None}
    back = {dummy: symbol for symbol, dummy in real.items()}
    plain, variable = expression.subs(real), real.get(x, x)
    if low is None and high is None:
        parts = pieces_of_expression(plain, variable)
    else:
        limits = (-sympy.oo if low is None else low, sympy.oo if high is None else high)
        parts = (Piece(plain, *(sympy.sympify(limit).subs(real) for limit in limits)),)
    result = expectation_over_pieces(parts, variable)
    return None if result is None else result.subs(back)


def expectation_over_pieces(parts: tuple[Piece, ...], x: Any, factor: Any = 1) -> Any | None:
    """Return E[f(Z) factor(Z)] for f given by its smooth pieces, or None if the rules do not reach it."""
    import sympy

    total = []
    for part in parts:
        moments = GaussianMoments(part.low, part.high)
        for term in terms(part.expression * factor, x):
            if term.others or (value := moments.of(term)) is None:
                return None
            total.append(term.coefficient * value)
    return tidy(sympy.Add(*total))


def simplified(expression: Any) -> Any:
    """Return SymPy's simplification, unless there is an integral inside, which it would try to evaluate."""
    import sympy

    return expression if expression.has(sympy.Integral) else sympy.simplify(expression)


def tidy(expression: Any) -> Any | None:
    """Return the expression in a short form without the imaginary unit; None if that cannot be had."""
    import sympy

    if expression.has(sympy.I):
        expression = sympy.expand(expression).as_real_imag()[0]
        if expression.has(sympy.I, sympy.re, sympy.im):
            return None
    small = expression.count_ops() < _SIMPLIFY_LIMIT
    return sympy.simplify(expression) if small else sympy.expand(expression)


@dataclass(frozen=True)
class GaussianMoments:
    """The integrals ∫ x^n exp(q x² + r x) ∏ erf(α x + β) n(x) dx between two limits, each computed once."""

    low: Any
    high: Any
    known: dict[Term, Any] = field(default_factory=dict, compare=False)

    def of(self, term: Term) -> Any | None:
        """Return the integral of a term with coefficient 1, or None where there is no closed form.

        Raises:
            InputError: if the integral diverges.
        """
        shape = replace(term, coefficient=1)
        if shape not in self.known:
            self.known[shape] = self._by_parts(shape) if shape.n else self._base(shape)
        return self.known[shape]

    def _by_parts(self, term: Term) -> Any | None:
        import sympy

        s, n = width(term), term.n
        parts = [(term.r, replace(term, n=n - 1))]
        if n > 1:
            parts.append((sympy.Integer(n - 1), replace(term, n=n - 2)))
        for i, (alpha, beta) in enumerate(term.erfs):
            front = 2 * alpha / sympy.sqrt(sympy.pi) * sympy.exp(-(beta**2))
            rest = term.erfs[:i] + term.erfs[i + 1 :]
            inner = replace(term, n=n - 1, q=term.q - alpha**2, r=term.r - 2 * alpha * beta, erfs=rest)
            parts.append((front, inner))
        total = self._edge(term, self.low) - self._edge(term, self.high)
        for front, part in parts:
            if front != 0:
                if (value := self.of(part)) is None:
                    return None
                total += front * value
        return sympy.expand(total / s)

    def _edge(self, term: Term, at: Any) -> Any:
        """Return x^{n−1} E(x) w(x) at a limit."""
        import sympy

        if at.is_infinite:
            return sympy.Integer(0)
        erfs = sympy.Mul(*(sympy.erf(alpha * at + beta) for alpha, beta in term.erfs))
        return at ** (term.n - 1) * erfs * sympy.exp(term.q * at**2 + term.r * at) * normal_density(at)

    def _base(self, term: Term) -> Any | None:
        """Return the integral for n = 0: w is e^{r²/(2s)}/√s times the density of N(r/s, 1/s)."""
        import sympy

        s = width(term)
        mean, mass = term.r / s, sympy.exp(term.r**2 / (2 * s)) / sympy.sqrt(s)
        if not term.erfs:
            return mass * self._probability(s, mean)
        # erf(α x + β) = erf(a Y + b) with Y = √s (x − m) standard Gaussian
        scaled = [(alpha / sympy.sqrt(s), sympy.simplify(alpha * mean + beta)) for alpha, beta in term.erfs]
        whole = self.low == -sympy.oo and self.high == sympy.oo
        value = _erfs_on_line(scaled) if whole else self._erfs_on_part(scaled, s, mean)
        return None if value is None else mass * value

    def _probability(self, s: Any, mean: Any) -> Any:
        import sympy

        low, high = (sympy.sqrt(s / 2) * (limit - mean) for limit in (self.low, self.high))
        if self.low.is_infinite and self.high.is_infinite:
            return sympy.Integer(1)
        if self.high.is_infinite:
            return sympy.erfc(low) / 2
        if self.low.is_infinite:
            return sympy.erfc(-high) / 2
        return (sympy.erf(high) - sympy.erf(low)) / 2

    def _erfs_on_part(self, scaled: list[tuple[Any, Any]], s: Any, mean: Any) -> Any | None:
        import sympy

        root = sympy.sqrt(2)
        if len(scaled) == 1 and scaled[0][1] == 0 and (scaled[0][0] ** 2).equals(sympy.Rational(1, 2)):
            # ∫ erf(u) e^{−u²} du = (√π/4) erf(u)²
            ends = (sympy.sqrt(s / 2) * (limit - mean) for limit in (self.low, self.high))
            low, high = (sympy.limit(sympy.erf(end), end, end) if end.is_infinite else sympy.erf(end) for end in ends)
            return scaled[0][0] * root * (high**2 - low**2) / 4
        if any(b != 0 for _, b in scaled):
            return None
        above = self.high == sympy.oo and sympy.simplify(self.low - mean) == 0
        below = self.low == -sympy.oo and sympy.simplify(self.high - mean) == 0
        if not (above or below):
            return None
        if len(scaled) == 1:  # E[erf(aY); Y > 0] = arctan(√2 a)/π, the angle of a wedge
            return (1 if above else -1) * sympy.atan(root * scaled[0][0]) / sympy.pi
        return erf_product(scaled[0][0], scaled[1][0]) / 2 if len(scaled) == 2 else None


def _erfs_on_line(scaled: list[tuple[Any, Any]]) -> Any | None:
    """Return E ∏ erf(a Y + b) for a standard Gaussian Y."""
    import sympy

    if len(scaled) == 1:
        ((a, b),) = scaled
        return sympy.erf(b / sympy.sqrt(1 + 2 * a**2))
    if any(b != 0 for _, b in scaled):
        return None
    if len(scaled) % 2:
        return sympy.Integer(0)
    return erf_product(scaled[0][0], scaled[1][0]) if len(scaled) == 2 else None


def width(term: Term) -> Any:
    """Return s = 1 − 2q.

    Raises:
        InputError: if s is not positive, so that the integral over a half-line diverges.
    """
    import sympy

    s = sympy.simplify(1 - 2 * term.q)
    if s.is_nonpositive:
        raise InputError.of("expression", f"exp({term.q}*x**2)*...", "expected an integrable function under N(0, 1)")
    return s
