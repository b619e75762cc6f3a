"""Hermite laws for symbolic k of expressions that are not in the catalogue, put together by rules.

All rules are for M_k(f) = √(k!) μ_k(f) = E[f(Z) He_k(Z)] = E[f^{(k)}(Z)]:

* exponentials: E exp(q(Z+t)² + r(Z+t)) = e^{r²/(2s)}/√s · exp((q t² + r t)/s), s = 1 − 2q;
* derivative (Lemma B.3 of Murray et al.): M_{k+1}(f) = M_k(f');
* power (25): M_k(x f) = M_{k+1}(f) + k M_{k−1}(f);
* step: for f = 1_{x>b} P with a polynomial P, M_k = n(b) Σ_j P^{(j)}(b) He_{k−1−j}(b) once k > deg P;
* Fourier: tanh y = ∫_0^∞ sin(ω y)/sinh(πω/2) dω.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from eigenlaw.theory.activations import Activation
from eigenlaw.theory.gaussian import GaussianMoments, normal_density, tidy, width
from eigenlaw.theory.hermite_polynomials import index_symbol, unnormalised
from eigenlaw.theory.laws import KINDS, Kind, is_even
from eigenlaw.theory.symbolic import x_symbol
from eigenlaw.theory.terms import Piece, Term, pieces_of_activation, terms

Moment = Callable[[Any], Any]  # an index, symbolic or not, to M of that index

_REWRITE_LIMIT = 60  # operations of an expression that is worth rewriting in tanh


@dataclass(frozen=True)
class Synthesis:
    """What the rules made of an expression.

    Attributes:
        expression: μ_k for symbolic k ≥ 0, or None.
        kind: the weakest kind among its parts.
        steps: the rules that were used, one line each.
        missing: the parts for which there is no rule; empty exactly if ``expression`` is not None.
    """

    expression: Any | None
    kind: Kind
    steps: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    moment: Moment
    kind: Kind
    step: str


def synthesise(activation: Activation) -> Synthesis:
    """Return the law of any activation, as far as the rules go."""
    import sympy

    k = index_symbol()
    parts, missing = _parts(pieces_of_activation(activation))
    wrap: Callable[[Moment], Moment] = _same
    notes: tuple[str, ...] = ()
    if missing and not activation.breakpoints:
        for form, leads_back, note in _other_forms(activation):
            again, still = _parts((Piece(form, -sympy.oo, sympy.oo),))
            if not still:
                parts, missing, wrap, notes = again, [], leads_back, (note,)
                break
    steps = notes + tuple(dict.fromkeys(part.step for part in parts))
    if missing:
        return Synthesis(None, "integral", steps, tuple(missing))
    total = wrap(lambda index: sympy.Add(*(part.moment(index) for part in parts)))(k)
    kind = KINDS[max((KINDS.index(part.kind) for part in parts), default=0)]
    return Synthesis(total / sympy.sqrt(sympy.factorial(k)), kind, steps, ())


def _same(moment: Moment) -> Moment:
    return moment


def _other_forms(activation: Activation) -> list[tuple[Any, Callable[[Moment], Moment], str]]:
    """Return other ways to write φ, or φ' with the rule that leads back."""
    import sympy

    phi = activation.expression()
    if phi.count_ops() > _REWRITE_LIMIT:
        return []
    start = sympy.Integral(phi * normal_density(x_symbol()), (x_symbol(), -sympy.oo, sympy.oo))

    def integrated(moment: Moment) -> Moment:
        return lambda k: sympy.Piecewise((start, sympy.Eq(k, 0)), (moment(k - 1), True))

    slope = phi.diff(x_symbol())
    note = "derivative rule μ_{k+1}(φ) = μ_k(φ')/√(k+1), μ_0 left as an integral"
    forms: list[tuple[Any, Callable[[Moment], Moment], str]] = []
    for form, wrap, text in ((phi, _same, "rewritten with tanh"), (slope, integrated, note)):
        forms.append((form, wrap, text))
        forms.append((sympy.simplify(form.rewrite(sympy.tanh)), wrap, text))
    return forms[1:]


def _parts(pieces: tuple[Piece, ...]) -> tuple[list[_Part], list[str]]:
    """Return the parts of φ = piece_0 + Σ_j 1_{x > b_j} (piece_j − piece_{j−1}), and what has no rule."""
    x = x_symbol()
    parts: list[_Part] = []
    missing: list[str] = []
    for term in terms(pieces[0].expression, x):
        _take(_on_line(term), term, "", parts, missing)
    for left, right in pairwise(pieces):
        polynomial = []
        for term in terms(right.expression - left.expression, x):
            if not (term.others or term.erfs) and term.q == 0 and term.r == 0:
                polynomial.append(term)
            else:
                _take(_above(term, right.low), term, f" on x > {right.low}", parts, missing)
        if polynomial:
            parts.append(_polynomial_above(polynomial, right.low))
    return parts, missing


def _take(part: _Part | None, term: Term, where: str, parts: list[_Part], missing: list[str]) -> None:
    if part is None:
        missing.append(shown(term) + where)
    else:
        parts.append(part)


def shown(term: Term) -> str:
    """Return a term as text, its constant factor left out.

    Example:
        >>> import sympy
        >>> shown(Term(2, n=1, others=(sympy.tanh(sympy.Symbol("x")),)))
        'x*tanh(x)'
    """
    import sympy

    x = sympy.Symbol("x")
    exponent = sympy.exp(term.q * x**2 + term.r * x)
    return str(sympy.Mul(x**term.n, exponent, *(sympy.erf(a * x + b) for a, b in term.erfs), *term.others))


def _scaled(moment: Moment, factor: Any) -> Moment:
    return lambda k: factor * moment(k)


def times_power(moment: Moment, n: int) -> Moment:
    """Return M(x^n f) from M(f), the n-fold use of the power rule in closed form.

    M_k(x^n f) = Σ_{i,j} n!/(2^i i! j! (n−2i−j)!) · k!/(k−j)! · M_{k+n−2i−2j}(f), j ≤ k.
    """
    import sympy

    if n == 0:
        return moment

    def raised(k: Any) -> Any:
        total = []
        for i in range(n // 2 + 1):
            for j in range(n - 2 * i + 1):
                f = sympy.factorial
                weight = f(n) / (2**i * f(i) * f(j) * f(n - 2 * i - j)) * sympy.ff(k, j)
                value = weight * moment(k + n - 2 * i - 2 * j)
                total.append(sympy.Piecewise((value, k >= j), (0, True)) if j else value)
        return sympy.Add(*total)

    return raised


def _on_line(term: Term) -> _Part | None:
    """Return the law of a term on the whole line."""
    import sympy

    base: _Part | None = None
    if not term.erfs and not term.others:
        base = _exponential(term)
    elif term.q != 0 or term.r != 0:
        return None
    elif len(term.erfs) == 1 and not term.others:
        base = _erf(*term.erfs[0])
    elif len(term.others) == 1 and not term.erfs and isinstance(term.others[0], sympy.tanh):
        whole = _tanh(term.others[0].args[0], term.n)
        return None if whole is None else _Part(_scaled(whole.moment, term.coefficient), whole.kind, whole.step)
    if base is None:
        return None
    step = base.step + (f"; power rule (25) applied {term.n} times" if term.n else "")
    if term.r.is_real is False:  # the conjugate term is in the sum: the real part of both is the sum of both
        return _wave(term)
    return _Part(_scaled(times_power(base.moment, term.n), term.coefficient), base.kind, step)


def _exponential(term: Term) -> _Part | None:
    import sympy

    s = width(term)
    a, b = term.q / s, term.r / s
    mass = sympy.exp(term.r**2 / (2 * s)) / sympy.sqrt(s)
    if a == 0 and b == 0:
        return _Part(lambda k: sympy.Piecewise((1, sympy.Eq(k, 0)), (0, True)), "closed form", "constant: M_k = δ_{k0}")
    if a == 0:
        return _Part(lambda k: mass * b**k, "closed form", "exponential: E exp(r(Z+t)) = exp(r²/2 + r t)")
    if b == 0:

        def even(k: Any) -> Any:
            value = mass * a ** (k / 2) * sympy.factorial(k) / sympy.factorial(k / 2)
            return sympy.Piecewise((value, is_even(k)), (0, True))

        return _Part(even, "closed form", "Gaussian: E exp(q(Z+t)²) = exp(q t²/s)/√s, s = 1 − 2q")
    step = "Gaussian: E exp(q(Z+t)² + r(Z+t)) generates Hermite polynomials"
    if a.is_negative:
        root = sympy.sqrt(-2 * a)
        return _Part(lambda k: mass * root**k * sympy.hermite_prob(k, b / root), "closed form", step)

    def summed(k: Any) -> Any:
        j = sympy.Symbol("j", integer=True, nonnegative=True)
        f = sympy.factorial
        addend = f(k) * a**j * b ** (k - 2 * j) / (f(j) * f(k - 2 * j))
        return mass * sympy.Sum(addend, (j, 0, sympy.floor(k / sympy.Integer(2))))

    return _Part(summed, "finite sum", step)


def _wave(term: Term) -> _Part | None:
    """Return the real part of the law of c x^n exp(r x) with complex r."""
    import sympy

    if term.q != 0 or term.erfs or term.others:
        return None
    weight = sympy.expand(term.coefficient * sympy.exp(sympy.expand(term.r**2 / 2)))
    size, angle = sympy.Abs(term.r), sympy.arg(term.r)
    real, imaginary = weight.as_real_imag()

    def moment(k: Any) -> Any:
        return size**k * (real * sympy.cos(k * angle) - imaginary * sympy.sin(k * angle))

    step = "waves: E exp(iω(Z+t)) = exp(−ω²/2 + iω t), real parts"
    return _Part(times_power(moment, term.n), "closed form", step)


def _erf(alpha: Any, beta: Any) -> _Part | None:
    import sympy

    slope = _exponential(Term(1, q=-(alpha**2), r=-2 * alpha * beta))
    if slope is None:
        return None
    front = 2 * alpha / sympy.sqrt(sympy.pi) * sympy.exp(-(beta**2))
    start = sympy.erf(beta / sympy.sqrt(1 + 2 * alpha**2))

    def moment(k: Any) -> Any:
        return sympy.Piecewise((start, sympy.Eq(k, 0)), (front * slope.moment(k - 1), True))

    return _Part(moment, slope.kind, "derivative rule: erf(αx+β)' is a Gaussian")


def _tanh(argument: Any, n: int) -> _Part | None:
    """Return the law of x^n tanh(a x + c), one integral.

    M_k(tanh(a x + c)) = (1/a) ∫_0^∞ u^k sin(cu/a + kπ/2) e^{−u²/2}/sinh(πu/(2a)) du. The power rule turns u^k into
    Σ_{i,j} (−1)^{i+j} n!/(2^i i! j! (n−2i−j)!) k!/(k−j)! u^{k+n−2i−2j} and k in the sine into k + n.
    """
    import sympy

    x, f = x_symbol(), sympy.factorial
    if not argument.is_polynomial(x) or sympy.degree(argument, x) != 1:
        return None
    a, c = sympy.Poly(argument, x).all_coeffs()
    u = sympy.Symbol("u", positive=True)

    def moment(k: Any) -> Any:
        powers = sympy.Add(
            *(
                (-1) ** (i + j)
                * f(n)
                / (2**i * f(i) * f(j) * f(n - 2 * i - j))
                * sympy.ff(k, j)
                * u ** (2 * (n - i - j))
                for i in range(n // 2 + 1)
                for j in range(n - 2 * i + 1)
            )
        )
        weight = u ** (k - n) * powers * sympy.exp(-(u**2) / 2) / sympy.sinh(sympy.pi * u / (2 * a))
        if c == 0:
            value = sympy.Integral(weight, (u, 0, sympy.oo)) / a
            return sympy.Piecewise(((-1) ** ((k + n - 1) / 2) * value, is_even(k + n - 1)), (0, True))
        return sympy.Integral(weight * sympy.sin(c * u / a + (k + n) * sympy.pi / 2), (u, 0, sympy.oo)) / a

    step = "Fourier: tanh y = ∫_0^∞ sin(ωy)/sinh(πω/2) dω gives one integral that holds for symbolic k"
    return _Part(moment, "integral", step)


def _polynomial_above(polynomial: list[Term], b: Any) -> _Part:
    """Return the law of 1_{x>b} P(x)."""
    import sympy

    x = x_symbol()
    p = sympy.Add(*(term.coefficient * x**term.n for term in polynomial))
    degree = max(term.n for term in polynomial)
    moments = GaussianMoments(b, sympy.oo)

    def small(k: int) -> Any:
        parts = terms(sympy.expand(p * unnormalised(k, x)), x)
        return tidy(sympy.Add(*(term.coefficient * moments.of(term) for term in parts)))

    low = [small(k) for k in range(degree + 1)]
    jumps = [sympy.diff(p, x, j).subs(x, b) for j in range(degree + 1)]

    def moment(k: Any) -> Any:
        tail = normal_density(b) * sympy.Add(
            *(jump * _hermite_at(k - 1 - j, b) for j, jump in enumerate(jumps) if jump != 0)
        )
        return sympy.Piecewise(*((value, sympy.Eq(k, j)) for j, value in enumerate(low)), (tail, True))

    return _Part(moment, "closed form", "step: derivatives of 1_{x>b} P(x) are point masses at b")


def _hermite_at(k: Any, b: Any) -> Any:
    """Return He_k(b), at b = 0 as a double factorial."""
    import sympy

    if b != 0:
        return sympy.hermite_prob(k, b)
    return sympy.Piecewise(((-1) ** (k / 2) * sympy.factorial2(k - 1), is_even(k)), (0, True))


def _above(term: Term, b: Any) -> _Part | None:
    """Return the law of 1_{x>b} c x^n e^{r x}: M_k = r^k M_0 + n(b) e^{r b} Σ_{j<k} r^{k−1−j} He_j(b) for n = 0."""
    import sympy

    if term.others or term.erfs or term.q != 0 or not term.r.is_real:
        return None
    r = term.r
    start = tidy(GaussianMoments(b, sympy.oo).of(Term(1, r=r)))
    edge = sympy.exp(r * b) * normal_density(b)

    def moment(k: Any) -> Any:
        j = sympy.Symbol("j", integer=True, nonnegative=True)
        he = sympy.hermite_prob(j, b) if b != 0 else _hermite_at(j, b)
        return r**k * start + edge * sympy.Sum(r ** (k - 1 - j) * he, (j, 0, k - 1))

    step = "step: by parts for 1_{x>b} e^{rx}, one boundary term an order"
    return _Part(_scaled(times_power(moment, term.n), term.coefficient), "finite sum", step)
