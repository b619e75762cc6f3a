r"""How fast the eigenvalues λ_k of a dot-product kernel on S^d decay: leading terms with their constants.

λ_k = Σ_{p ≥ k, p − k even} c_p w_{p,k} (``theory.sphere``). With κ = k + (d−1)/2, by Stirling's formula,

    w_{p,k} = 2 (2π)^{d/2} p^{−d/2} exp(−κ²/(2p) − κ⁴/(12p³) − O(κ⁶/p⁵)) (1 + o(1)),   k, p → ∞, k = o(p),

for the surface measure: 2^{−p} binom(p, (p−k)/2) ~ √(2/(πp)) e^{−pH}, H(x) = (1+x)/2 log(1+x) + (1−x)/2 log(1−x) at
x = k/p, and the d−1 halves of a factor ((p+k)/2)^{−1} that are left. Only p = k, k+2, … count, hence ½ ∫ dp:

* c_p ~ C p^{−a}: p is of the order κ², the sum is a Gamma integral (``power_leading``);
* c_p ~ C p^b e^{−a√p}: a√p + κ²/(2p) is least, (3/2)(aκ)^{2/3}, at p₀ = (κ²/a)^{2/3}, where κ⁴/(12p₀³) = a²/12
  (``stretched_leading``);
* c_p ~ C p^b a^{−p}, a > 1: p log a + pH(k/p) is least, k log(a + √(a²−1)), at p₀ = ka/√(a²−1), of the order of k
  itself (``geometric_leading``).

Since every w_{p,k} is positive, constants between which c_p/(its rate) stays bound λ_k/(its rate) from both sides; and
if c_p is zero at one parity of p, so is λ_k at that parity of k, and nothing changes at the other.
"""

from dataclasses import dataclass
from typing import Any

from eigenlaw.theory import decay
from eigenlaw.theory.decay import LeadingTerm, index_symbol
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.sphere import Measure, check_dimension, check_measure, sphere_volume
from eigenlaw.theory.structure import Parity


def frequency_symbol() -> Any:
    """Return the symbol k, positive, of the frequency."""
    import sympy

    return sympy.Symbol("k", positive=True)


def order_symbol() -> Any:
    """Return the symbol ell, positive, of the place in the list of all eigenvalues, the largest first."""
    import sympy

    return sympy.Symbol("ell", positive=True)


def rate_symbols() -> tuple[Any, Any]:
    """Return the symbols (a, d), positive, of a decay rate and of the dimension of the sphere."""
    import sympy

    a, d = sympy.symbols("a d", positive=True)
    return a, d


def power_leading(constant: Any = 1, a: Any = None, d: Any = None) -> Any:
    r"""Return the leading term of λ_k, surface measure, for $c_p \sim C p^{-a}$, $a > 1 - d/2$.

    $$ \lambda_k \sim C \tfrac12 \int_0^\infty 2 (2\pi)^{d/2} p^{-a-d/2} e^{-k^2/(2p)} dp
       = C\, 2^{a+d-1} \pi^{d/2}\, \Gamma(a + \tfrac d2 - 1)\, k^{2-2a-d} $$

    The rate is that of Murray et al. 2023, Corollary 4.7.1.

    Args:
        constant: C.
        a: the exponent; a symbol if not given.
        d: the dimension; a symbol if not given.

    Raises:
        InputError: if a is at most 1 − d/2, or for a dimension out of range.

    Example:
        >>> power_leading(a=1, d=2)
        4*pi/k**2
    """
    import sympy

    a, d = _or_symbols(a, d)
    if (a + d / 2 - 1).is_nonpositive:
        raise InputError.of("a", a, "expected more than 1 - d/2, so that the sum converges")
    front = constant * 2 ** (a + d - 1) * sympy.pi ** (d / 2) * sympy.gamma(a + d / 2 - 1)
    return front * frequency_symbol() ** (2 - 2 * a - d)


def power_refined(a: Any = None, d: Any = None) -> Any:
    r"""Return ``power_leading`` for C = 1 with $\kappa = k + (d-1)/2$ for k, right up to a factor $1 + O(\kappa^{-2})$.

    The Gamma functions of ``power_exact`` have their middle there.

    Example:
        >>> power_refined(a=1, d=3)
        4*pi**2/(k + 1)**3
    """
    a, d = _or_symbols(a, d)
    k = frequency_symbol()
    return power_leading(1, a, d).subs(k, k + (d - 1) / 2)


def power_exact(a: Any = None, d: Any = None) -> Any:
    r"""Return λ_k, surface measure, for $c_p = \Gamma(p+1-a)/p! \sim p^{-a}$, at every k > a − 1.

    $$ \lambda_k = 2^{a+d-1} \pi^{d/2}\, \Gamma(a + \tfrac d2 - 1) \frac{\Gamma(k+1-a)}{\Gamma(k+a+d-1)} $$

    The kernel is Γ(1−a)(1−t)^{a−1}; k integrations by parts leave the Beta integral of (1−t)^{a+d/2−2} (1+t)^{k+d/2−1}.
    For an integer a both sides are limits, and the terms with p < a are dropped.

    Example:
        >>> power_exact(a=2, d=2).subs(frequency_symbol(), 3)
        pi/15
    """
    import sympy

    a, d = _or_symbols(a, d)
    k = frequency_symbol()
    front = 2 ** (a + d - 1) * sympy.pi ** (d / 2) * sympy.gamma(a + d / 2 - 1)
    return front * sympy.gamma(k + 1 - a) / sympy.gamma(k + a + d - 1)


def stretched_leading(constant: Any = 1, power: Any = 0, a: Any = None, d: Any = None) -> Any:
    r"""Return the leading term of λ_k, surface measure, for $c_p \sim C p^b e^{-a\sqrt p}$.

    $$ \lambda_k \sim C\, \frac{2}{\sqrt3} (2\pi)^{\frac{d+1}2} a^{\frac d3-1-\frac{2b}3} e^{-a^2/12}
       \kappa^{1-\frac{2d}3+\frac{4b}3} e^{-\frac32 (a\kappa)^{2/3}}, \qquad \kappa = k + \tfrac{d-1}2, $$

    Laplace's method at p₀ with second derivative (3/4) a p₀^{−3/2}. Corollary 4.7.3 of Murray et al. 2023 has the
    weaker e^{−a√k}.

    Args:
        constant: C.
        power: b.
        a: the rate; a symbol if not given.
        d: the dimension; a symbol if not given.

    Example:
        >>> stretched_leading(a=1, d=3)
        8*sqrt(3)*pi**2*exp(-1/12)*exp(-3*(k + 1)**(2/3)/2)/(3*(k + 1))
    """
    import sympy

    a, d = _or_symbols(a, d)
    b, third = sympy.sympify(power), sympy.Rational(1, 3)
    shifted = frequency_symbol() + (d - 1) / 2
    front = constant * 2 / sympy.sqrt(3) * (2 * sympy.pi) ** ((d + 1) / 2) * sympy.exp(-(a**2) / 12)
    powers = a ** ((d - 3 - 2 * b) * third) * shifted ** ((3 - 2 * d + 4 * b) * third)
    return front * powers * sympy.exp(-sympy.Rational(3, 2) * a ** (2 * third) * shifted ** (2 * third))


def stretched_refined(power: Any = 0, a: Any = None, d: Any = None) -> Any:
    r"""Return ``stretched_leading`` for C = 1 with the next term of its expansion, a factor $1 + c/M + O(M^{-2})$.

    M = (aκ)^{2/3}. In units of p₀ the exponent is −M φ(u), φ = (1+u)^{1/2} + (1+u)^{−1}/2, and the rest is
    g(u) = (1+u)^{b−d/2} e^{−(a²/12)(1+u)^{−3}}. Laplace's method to the next order has 2g''/(3g) + 7g'/(3g) + 17/18 at
    u = 0; −κ⁶/(30p₀⁵) and the factor 1 + (d+1)κ²/(4p₀²) of w_{p,k} add −a⁴/30 + (d+1)a²/4.
    """
    import sympy

    a, d = _or_symbols(a, d)
    exponent, square = sympy.sympify(power) - d / 2, a**2
    slope = exponent + square / 4
    second = slope**2 - exponent - square
    c = (2 * second + 7 * slope) / 3 + sympy.Rational(17, 18) - square**2 / 30 + (d + 1) * square / 4
    scale = (a * (frequency_symbol() + (d - 1) / 2)) ** sympy.Rational(2, 3)
    return stretched_leading(1, power, a, d) * (1 + c / scale)


def geometric_leading(constant: Any = 1, power: Any = 0, a: Any = None, d: Any = None) -> Any:
    r"""Return the leading term of λ_k, surface measure, for $c_p \sim C p^b a^{-p}$, a > 1.

    $$ \lambda_k \sim C\, 2\pi^{\frac{d+1}2} \Bigl(\frac{ka}{s}\Bigr)^{b} \frac as
       \Bigl(\frac{kr}{2s}\Bigr)^{-\frac{d-1}2} r^{-k}, \qquad s = \sqrt{a^2-1},\; r = a + s, $$

    Laplace's method at p₀ = k/x, x = s/a, with second derivative x²/(p₀(1−x²)). So r is between a and 2a, the rates of
    Corollary 4.7.4 of Murray et al. 2023. At b = 1/2 and d = 2 it is exact for c_p = Γ(p+3/2)/p! a^{−p}.

    Args:
        constant: C.
        power: b.
        a: the ratio; a symbol if not given.
        d: the dimension; a symbol if not given.

    Raises:
        InputError: if a is at most 1, or for a dimension out of range.

    Example:
        >>> from sympy import Rational
        >>> geometric_leading(a=Rational(5, 4), d=1)
        10*pi/(3*2**k)
    """
    import sympy

    a, d = _or_symbols(a, d)
    if (a - 1).is_nonpositive:
        raise InputError.of("a", a, "expected more than 1")
    k, s = frequency_symbol(), sympy.sqrt(a**2 - 1)
    root = a + s
    front = constant * 2 * sympy.pi ** ((d + 1) / 2) * (a / s) ** (sympy.sympify(power) + 1)
    return front * k ** (power - (d - 1) / 2) * (root / (2 * s)) ** (-(d - 1) / 2) * root ** (-k)


def geometric_rate(power: Any, a: Any = None, d: Any = None) -> Any:
    r"""Return $k^{b-(d-1)/2} (a + \sqrt{a^2-1})^{-k}$, the rate of ``geometric_leading``.

    Example:
        >>> from sympy import Rational
        >>> geometric_rate(1, a=Rational(5, 4), d=3)
        2**(-k)
    """
    import sympy

    a, d = _or_symbols(a, d)
    k = frequency_symbol()
    return k ** (power - (d - 1) / 2) * (a + sympy.sqrt(a**2 - 1)) ** (-k)


@dataclass(frozen=True)
class Shape:
    """C p^b e^{−a√p} η^{−p}.

    Attributes:
        constant: C.
        power: b.
        root_rate: a.
        ratio: η.
    """

    constant: Any
    power: Any
    root_rate: Any
    ratio: Any


def shape_of(expression: Any) -> Shape:
    """Return C, b, a, η of a product C p^b e^{−a√p} η^{−p} in ``index_symbol()``.

    Raises:
        InputError: if the expression is no such product.

    Example:
        >>> from sympy import exp, sqrt
        >>> shape_of(3 * sqrt(index_symbol()) * exp(-2 * sqrt(index_symbol())))
        Shape(constant=3, power=1/2, root_rate=2, ratio=1)
    """
    import sympy

    p = index_symbol()
    parts = {sympy.log(p): sympy.Integer(0), sympy.sqrt(p): sympy.Integer(0), p: sympy.Integer(0)}
    rest = sympy.Integer(0)
    for term in sympy.Add.make_args(sympy.expand(sympy.expand_log(sympy.log(expression), force=True))):
        factor, dependent = term.as_independent(p)
        if dependent == 1:
            rest += factor
        elif dependent in parts:
            parts[dependent] += factor
        else:
            raise InputError.of("expression", expression, "expected C*p**b*exp(-a*sqrt(p))*eta**(-p)")
    power, root_rate, ratio = parts.values()
    return Shape(sympy.simplify(sympy.exp(rest)), power, -root_rate, sympy.simplify(sympy.exp(-ratio)))


def eigenvalue_leading(coefficient: Any, d: Any = None, measure: Measure = "probability") -> Any:
    """Return the leading term of λ_k for the leading term of c_p, C p^b e^{−a√p} η^{−p}, η ≥ 1, a = 0 if η > 1.

    Args:
        coefficient: an expression in ``decay.index_symbol()``.
        d: the dimension; a symbol if not given.
        measure: of the sphere.

    Raises:
        InputError: if the coefficient is not of this shape or has both rates, or for a dimension out of range.

    Example:
        >>> eigenvalue_leading(index_symbol() ** -2, d=2)
        2/k**4
    """
    import sympy

    shape, (_, d) = shape_of(coefficient), _or_symbols(None, d)
    if shape.ratio != 1 and shape.root_rate != 0:
        raise InputError.of("coefficient", coefficient, "expected one exponential rate, not two")
    if shape.ratio != 1:
        surface = geometric_leading(shape.constant, shape.power, shape.ratio, d)
    elif shape.root_rate != 0:
        surface = stretched_leading(shape.constant, shape.power, shape.root_rate, d)
    else:
        surface = power_leading(shape.constant, -shape.power, d)
    return surface if check_measure(measure) == "surface" else sympy.powsimp(surface / sphere_volume(d))


def ntk_leading(spec: object, *, bias: bool, d: Any = None, measure: Measure = "probability") -> LeadingTerm | None:
    """Return the leading term of λ_k of the NTK with 2 weight layers, γ_w² + γ_b² = 1; None where it is not known.

    Args:
        spec: an activation.
        bias: whether γ_b > 0. Without it an odd or even φ has eigenvalue 0 at every second frequency, from some on.
        d: the dimension; a symbol if not given.
        measure: of the sphere.

    Raises:
        InputError: if the activation, the dimension or the measure cannot be used.

    Example:
        >>> ntk_leading("relu", bias=True, d=2).expression
        sqrt(gamma_w2)*sigma_w2/(4*pi*k**3)
    """
    term = decay.leading_term(spec, "kappa", bias=bias)
    return None if term is None else LeadingTerm(eigenvalue_leading(term.expression, d, measure), term.parity)


def ordered(leading: LeadingTerm, d: int) -> Any:
    r"""Return the leading term of the ℓ-th largest eigenvalue, each counted as often as its multiplicity says.

    Up to k there are $\sum_{j \le k} N(d, j) \sim 2k^d/d!$ harmonics, half of them if every second eigenvalue is zero,
    so that k ~ (d! ℓ/2)^{1/d} or (d! ℓ)^{1/d}. For a power of k this gives the leading term; an exponential needs k
    itself (``last_frequency``).

    Args:
        leading: of λ_k, in ``frequency_symbol()``.
        d: the dimension.

    Raises:
        InputError: for a dimension out of range.

    Example:
        >>> ordered(LeadingTerm(frequency_symbol() ** -3, None), 2)
        ell**(-3/2)
    """
    import sympy

    check_dimension(d)
    share = sympy.Rational(1, 2) if leading.parity is None else 1
    k = (sympy.factorial(d) * share * order_symbol()) ** sympy.Rational(1, d)
    return leading.expression.subs(frequency_symbol(), k)


def last_frequency(parity: Parity | None) -> Any:
    r"""Return the k whose harmonics end at place ℓ on S², when the eigenvalues decrease in k.

    Up to k there are (k+1)² harmonics, (k+1)(k+2)/2 of them of the parity of k. At other places k is the least integer
    above.

    Args:
        parity: of the frequencies whose eigenvalues are not zero; None: every frequency.

    Example:
        >>> last_frequency(None)
        sqrt(ell) - 1
    """
    import sympy

    ell = order_symbol()
    return sympy.sqrt(ell) - 1 if parity is None else (sympy.sqrt(8 * ell + 1) - 3) / 2


def summand_peak(a: Any = None, d: Any = None) -> Any:
    r"""Return $k^2/(d+2a)$, to which the p of the largest summand $p^{-a} w_{p,k}$ is asymptotic.

    p^{−a−d/2} e^{−k²/(2p)} rises up to there. Murray et al. 2023 show for (66) that it rises up to k²/(d+24a).

    Example:
        >>> summand_peak(1, 2)
        k**2/4
    """
    a, d = _or_symbols(a, d)
    return frequency_symbol() ** 2 / (d + 2 * a)


def summand_maximum(a: Any = None, d: Any = None) -> Any:
    r"""Return the leading term of the largest value over p of f_a(p), Murray et al. 2023, (66).

    f_a(p) ~ e^{−d/2} p^{−a−d/2} e^{−k²/(2p)} for p of the order of k², so that it is
    $e^{-a-d} ((d+2a)/k^2)^{a+d/2}$ at ``summand_peak``.

    Example:
        >>> summand_maximum(1, 2)
        16*exp(-3)/k**4
    """
    import sympy

    a, d = _or_symbols(a, d)
    return sympy.exp(-a - d) * (1 / summand_peak(a, d)) ** (a + d / 2)


def _or_symbols(a: Any, d: Any) -> tuple[Any, Any]:
    import sympy

    rate, dimension = rate_symbols()
    check_dimension(d)
    return rate if a is None else sympy.sympify(a), dimension if d is None else sympy.sympify(d)
