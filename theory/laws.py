"""Hermite laws μ_k(φ) = E[φ(Z) h_k(Z)] for symbolic k, one for each family of the catalogue that has one.

The tool behind most of them: with M_k = √(k!) μ_k = E[φ(Z) He_k(Z)],

    E[φ(Z + t)] = Σ_k M_k t^k/k!,   so   M_k = d^k/dt^k E[φ(Z + t)] at t = 0 = E[φ^{(k)}(Z)]

with the derivatives taken as distributions. A jump of φ^{(j)} at b adds jump · n(b) He_{k−1−j}(b), n the normal
density.
"""

from fractions import Fraction
from typing import Any, Literal

from eigenlaw.theory.hermite_polynomials import index_symbol

Kind = Literal["closed form", "finite sum", "integral"]
KINDS: tuple[Kind, ...] = ("closed form", "finite sum", "integral")


def rational(value: Fraction) -> Any:
    """Return a Fraction as a SymPy rational."""
    import sympy

    return sympy.Rational(value.numerator, value.denominator)


def is_even(k: Any) -> Any:
    """Return the condition that k is even."""
    import sympy

    return sympy.Eq(sympy.Mod(k, 2), 0)


def is_odd(k: Any) -> Any:
    """Return the condition that k is odd."""
    import sympy

    return sympy.Eq(sympy.Mod(k, 2), 1)


def delta(n: Any, value: Any = 1) -> Any:
    """Return the law that is ``value`` at k = n and 0 elsewhere."""
    import sympy

    return sympy.Piecewise((value, sympy.Eq(index_symbol(), n)), (0, True))


def monomial(n: Any) -> Any:
    """Return μ_k(x^n) = n!/(2^{(n−k)/2} ((n−k)/2)! √(k!)) for k ≤ n with n − k even, 0 otherwise."""
    import sympy

    k = index_symbol()
    value = sympy.factorial(n) / (2 ** ((n - k) / 2) * sympy.factorial((n - k) / 2) * sympy.sqrt(sympy.factorial(k)))
    return sympy.Piecewise((value, sympy.And(k <= n, is_even(n - k))), (0, True))


def monomial_coefficient(n: int, k: int) -> Any:
    """Return μ_k(x^n) for concrete n and k."""
    return monomial(n).subs(index_symbol(), k)


def polynomial(*coefficients: Any) -> Any:
    """Return μ_k of c_0 + c_1 x + c_2 x² + …, one case for each k up to the degree."""
    import sympy

    size = len(coefficients)
    values = [sympy.Add(*(c * monomial_coefficient(n, k) for n, c in enumerate(coefficients))) for k in range(size)]
    return sympy.Piecewise(*((value, sympy.Eq(index_symbol(), k)) for k, value in enumerate(values)), (0, True))


def rectified_monomial(n: int) -> Any:
    """Return μ_k(max(x, 0)^n), n ≥ 0; n = 0 is the Heaviside step.

    For k ≤ n: M_k = n!/(n−k)! E[Z_+^{n−k}] = n! 2^{(k−n)/2−1}/Γ((n−k)/2+1). For k > n the n-th derivative is n! times
    the step, so M_k = n! He_{k−n−1}(0)/√(2π) = n! (−1)^{(k−n−1)/2} (k−n−2)!!/√(2π) for odd k − n and 0 for even k − n.
    """
    import sympy

    k = index_symbol()
    below = sympy.factorial(n) * 2 ** ((k - n) / 2 - 1) / sympy.gamma((n - k) / 2 + 1)
    above = sympy.factorial(n) * (-1) ** ((k - n - 1) / 2) * sympy.factorial2(k - n - 2) / sympy.sqrt(2 * sympy.pi)
    root = sympy.sqrt(sympy.factorial(k))
    small = [(sympy.simplify((below / root).subs(k, j)), sympy.Eq(k, j)) for j in range(n + 1)]
    return sympy.Piecewise(*small, (above / root, is_even(k - n - 1)), (0, True))


def relu() -> Any:
    """Return μ_k(max(x, 0)).

    μ_0 = 1/√(2π), μ_1 = 1/2, μ_k = (−1)^{k/2−1} (k−3)!!/√(2π k!) for even k ≥ 2, 0 for odd k ≥ 3. Lemma A.4 (27) of
    Murray et al. 2023 prints it without the sign.
    """
    import sympy

    k = index_symbol()
    value = (-1) ** (k / 2 - 1) * sympy.factorial2(k - 3) / sympy.sqrt(2 * sympy.pi * sympy.factorial(k))
    half = sympy.Rational(1, 2)
    return sympy.Piecewise(
        (1 / sympy.sqrt(2 * sympy.pi), sympy.Eq(k, 0)), (half, sympy.Eq(k, 1)), (value, is_even(k)), (0, True)
    )


def leaky_relu(a: Any) -> Any:
    """Return μ_k of x for x > 0, a x for x < 0, which is a x + (1 − a) max(x, 0)."""
    import sympy

    k, a = index_symbol(), sympy.sympify(a)
    first, _, even, _ = (value for value, _ in relu().args)
    cases = [((1 - a) * first, sympy.Eq(k, 0)), ((1 + a) / 2, sympy.Eq(k, 1)), ((1 - a) * even, is_even(k))]
    return sympy.Piecewise(*cases, (0, True))


def absolute() -> Any:
    """Return μ_k(|x|) = 2 μ_k(max(x, 0)) − δ_{k1}."""
    return leaky_relu(-1)


def heaviside() -> Any:
    """Return μ_k of the unit step: 1/2 at k = 0, h_{k−1}(0)/√(2πk) for k ≥ 1."""
    return rectified_monomial(0)


def sign() -> Any:
    """Return μ_k(sign x) = 2 h_{k−1}(0)/√(2πk) = 2 (−1)^{(k−1)/2} (k−2)!!/√(2π k!) for odd k, 0 for even k."""
    import sympy

    k = index_symbol()
    value = 2 * (-1) ** ((k - 1) / 2) * sympy.factorial2(k - 2) / sympy.sqrt(2 * sympy.pi * sympy.factorial(k))
    return sympy.Piecewise((value, is_odd(k)), (0, True))


def gaussian_density(s: Any) -> Any:
    """Return μ_k(ω_s) = (−1)^{k/2} √(k!)/((k/2)! 2^{k/2} √(2π) (1+s²)^{(k+1)/2}) for even k (Murray et al., B.2)."""
    import sympy

    k, s2 = index_symbol(), s**2
    below = sympy.factorial(k / 2) * 2 ** (k / 2) * sympy.sqrt(2 * sympy.pi) * (1 + s2) ** ((k + 1) / 2)
    return sympy.Piecewise(((-1) ** (k / 2) * sympy.sqrt(sympy.factorial(k)) / below, is_even(k)), (0, True))


def erf_law(a: Any) -> Any:
    """Return μ_k(erf(a x)).

    φ' = (2a/√π) e^{−a²x²} and μ_k(φ) = μ_{k−1}(φ')/√k. With m = (k−1)/2, for odd k,
    μ_k = 2a/√(π(1+2a²)) (−1)^m √((2m)!)/(m! √(2m+1)) (a²/(1+2a²))^m; 0 for even k.
    """
    import sympy

    k = index_symbol()
    m = (k - 1) / 2
    front = 2 * a / sympy.sqrt(sympy.pi * (1 + 2 * a**2))
    value = front * (-1) ** m * sympy.sqrt(sympy.factorial(k - 1) / k) / sympy.factorial(m)
    return sympy.Piecewise((value * (a**2 / (1 + 2 * a**2)) ** m, is_odd(k)), (0, True))


def gelu() -> Any:
    """Return μ_k(x Φ(x)).

    By x h_k = √(k+1) h_{k+1} + √k h_{k−1} and the law of Φ = (1 + erf(x/√2))/2: with m = k/2, for even k,
    μ_k = (−1)^{m+1} (k+1) √(k!)/(2√π (k−1) m! 4^m); μ_1 = 1/2; 0 for odd k ≥ 3.
    """
    import sympy

    k = index_symbol()
    below = 2 * sympy.sqrt(sympy.pi) * (k - 1) * sympy.factorial(k / 2) * 2**k
    value = (-1) ** (k / 2 + 1) * (k + 1) * sympy.sqrt(sympy.factorial(k)) / below
    return sympy.Piecewise((sympy.Rational(1, 2), sympy.Eq(k, 1)), (value, is_even(k)), (0, True))


def sine(a: Any) -> Any:
    """Return μ_k(sin(a x)) = e^{−a²/2} (−1)^{(k−1)/2} a^k/√(k!) for odd k: E sin(a(Z+t)) = e^{−a²/2} sin(a t)."""
    import sympy

    k = index_symbol()
    value = sympy.exp(-(a**2) / 2) * (-1) ** ((k - 1) / 2) * a**k / sympy.sqrt(sympy.factorial(k))
    return sympy.Piecewise((value, is_odd(k)), (0, True))


def cosine(a: Any) -> Any:
    """Return μ_k(cos(a x)) = e^{−a²/2} (−1)^{k/2} a^k/√(k!) for even k: E cos(a(Z+t)) = e^{−a²/2} cos(a t)."""
    import sympy

    k = index_symbol()
    value = sympy.exp(-(a**2) / 2) * (-1) ** (k / 2) * a**k / sympy.sqrt(sympy.factorial(k))
    return sympy.Piecewise((value, is_even(k)), (0, True))


def exponential(a: Any) -> Any:
    """Return μ_k(exp(a x)) = e^{a²/2} a^k/√(k!): E exp(a(Z+t)) = e^{a²/2} e^{a t}."""
    import sympy

    k = index_symbol()
    return sympy.exp(a**2 / 2) * a**k / sympy.sqrt(sympy.factorial(k))


def exponential_tail(j: Any) -> Any:
    """Return I_j = E[e^Z He_j(Z); Z < 0] for symbolic j ≥ 0.

    By parts I_j = I_{j−1} − He_{j−1}(0)/√(2π), I_0 = √e erfc(1/√2)/2: the truncated asymptotic series of erfc, whose
    remainder is an incomplete gamma function. With m = ⌊(j+1)/2⌋,
    I_j = (−1)^m (2m−1)!! √e Γ(1/2−m, 1/2)/(2^{m+1} √π), free of cancellation.
    """
    import sympy

    m = sympy.floor((j + 1) / sympy.Integer(2))
    half = sympy.Rational(1, 2)
    below = 2 ** (m + 1) * sympy.sqrt(sympy.pi)
    return (-1) ** m * sympy.factorial2(2 * m - 1) * sympy.exp(half) * sympy.uppergamma(half - m, half) / below


def elu(a: Any, scale: Any = 1) -> Any:
    """Return μ_k of scale·(x for x > 0, a(e^x − 1) for x < 0).

    φ' = a e^x on x < 0 and 1 on x > 0, so with I_j of ``exponential_tail`` √(k!) μ_k = a I_{k−1} + He_{k−2}(0)/√(2π) =
    (a − 1) I_{k−1} + I_{k−2} for k ≥ 2; μ_1 = 1/2 + a I_0, μ_0 = 1/√(2π) + a(I_0 − 1/2).
    """
    import sympy

    k, half = index_symbol(), sympy.Rational(1, 2)
    start = sympy.exp(half) * sympy.erfc(1 / sympy.sqrt(2)) / 2  # I_0
    zeroth = 1 / sympy.sqrt(2 * sympy.pi) + a * (start - half)
    value = ((a - 1) * exponential_tail(k - 1) + exponential_tail(k - 2)) / sympy.sqrt(sympy.factorial(k))
    return sympy.Piecewise(
        (scale * zeroth, sympy.Eq(k, 0)), (scale * (half + a * start), sympy.Eq(k, 1)), (scale * value, True)
    )


def selu_constants() -> tuple[Any, Any]:
    """Return (λ, α) of selu, the exact constants with E[φ] = 0 and E[φ²] = 1."""
    from eigenlaw.theory.activations import SELU_ALPHA, SELU_LAMBDA
    from eigenlaw.theory.parse import parse_expression
    from eigenlaw.theory.symbolic import to_sympy

    return to_sympy(parse_expression(SELU_LAMBDA)), to_sympy(parse_expression(SELU_ALPHA))


def selu() -> Any:
    """Return μ_k of λ elu(α), with μ_0 = 0 exactly."""
    import sympy

    scale, alpha = selu_constants()
    law = elu(alpha, scale)
    k = index_symbol()
    return sympy.Piecewise((0, sympy.Eq(k, 0)), *law.args[1:])


def hard_tanh() -> Any:
    """Return μ_k of the clip to [−1, 1].

    φ'' is a unit mass at −1 less one at 1: for odd k ≥ 3, √(k!) μ_k = −2 n(1) He_{k−2}(1), n(1) = 1/√(2πe);
    μ_1 = P(|Z| < 1) = erf(1/√2); 0 for even k.
    """
    import sympy

    k = index_symbol()
    value = -sympy.sqrt(2 / (sympy.pi * sympy.E)) * sympy.hermite_prob(k - 2, 1) / sympy.sqrt(sympy.factorial(k))
    return sympy.Piecewise((sympy.erf(1 / sympy.sqrt(2)), sympy.Eq(k, 1)), (value, is_odd(k)), (0, True))
