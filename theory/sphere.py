r"""The Funk–Hecke eigenvalues of a dot-product kernel $\Theta(x\cdot y) = \sum_p c_p (x\cdot y)^p$ on $S^d$.

S^d is the unit sphere of R^{d+1}, d ≥ 1. Spherical harmonics of degree k are eigenfunctions of the kernel, with

    λ_k = Vol(S^{d−1}) ∫_{−1}^{1} Θ(t) P_{k,d}(t) (1−t²)^{(d−2)/2} dt

for the surface measure, and λ_k/Vol(S^d) = E[Θ(T) P_{k,d}(T)], T = x·y of independent uniform x, y, for the probability
measure. P_{k,d} is the Legendre polynomial of d+1 dimensions, the Gegenbauer polynomial $C_k^{((d-1)/2)}$ scaled to 1
at t = 1. By Rodrigues' formula (``rodrigues``) k integrations by parts turn t^p into a Beta integral. What they leave
at the ends vanishes because k − j + (d−2)/2 > 0 for j < k, also for d = 1. With h = (d+1)/2

    E[T^p P_{k,d}(T)] = Γ(h) 2^{−p} p!/(((p−k)/2)! Γ((p+k)/2 + h)) if p − k is even and not negative, else 0,

which is Theorem 4.6 of Murray et al. 2023 after Legendre's duplication formula.

The arc-cosine kernels R_n(z) = E[max(U,0)^n max(V,0)^n]. E[max(Z,0)^n He_p(Z)] = n! 2^{(p−n−2)/2}/Γ((n−p)/2+1), the
moment of a parabolic cylinder function, gives μ_p² = n!² 2^{p−n−2}/(p! Γ((n−p)/2+1)²) for every p, odd or even. Then

    E[R_n(T) P_{k,d}(T)] = Σ_m μ_{k+2m}² E[T^{k+2m} P_{k,d}(T)]
        = n!² 2^{−n−2} Γ(h)/(Γ((n−k)/2+1)² Γ(k+h)) · 2F1((k−n)/2, (k−n)/2; k+h; 1)
        = n!² 2^{−n−2} Γ(h) Γ(n+h)/(Γ((n−k)/2+1) Γ((n+k)/2+h))²

by Gauss' theorem: it is E|w|^{2n} times the square of E[max(T,0)^n P_{k,d}(T)], w ~ N(0, I_{d+1}) (Bach 2017). The NTK
of 2 weight layers is σ_w²(t v S + R) + σ_b² with S = n² R_{n−1}, and t P_k is a mean of P_{k+1} and P_{k−1}.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.hermite_polynomials import check_index

if TYPE_CHECKING:
    from eigenlaw.theory.ntk import Hyperparameters

Measure = Literal["probability", "surface"]
MEASURES: tuple[Measure, ...] = ("probability", "surface")


def check_measure(measure: str) -> Measure:
    """Return the measure if it is one of ``MEASURES``.

    Raises:
        InputError: otherwise.
    """
    for known in MEASURES:
        if measure == known:
            return known
    raise InputError.of("measure", measure, f"expected one of {', '.join(MEASURES)}")


def check_dimension(d: Any) -> Any:
    """Return the dimension d of S^d, an integer of at least 1, or a symbol.

    The paper asks for d ≥ 2; nothing in the proof needs more than d ≥ 1, the circle.

    Raises:
        InputError: for any other number.
    """
    if isinstance(d, bool) or (isinstance(d, int) and d < 1) or isinstance(d, float | str):
        raise InputError.of("dimension", d, "expected an integer of at least 1: the sphere S^d lies in R^(d+1)")
    return d


def symbols() -> tuple[Any, Any, Any]:
    """Return the SymPy symbols (p, k, d) of this module: p, k integers of at least 0, d a positive integer."""
    import sympy

    p, k = sympy.symbols("p k", integer=True, nonnegative=True)
    return p, k, sympy.Symbol("d", integer=True, positive=True)


def legendre_polynomial(k: int, d: Any, t: Any) -> Any:
    r"""Return P_{k,d}(t), the Legendre polynomial of d+1 dimensions, P_{k,d}(1) = 1.

    $$ P_{k,d}(t) = \sum_{j \le k/2} \frac{(-1)^j k!}{4^j j! (k-2j)! (d/2)_j} (1-t^2)^j t^{k-2j} $$

    Args:
        k: the degree, an integer of at least 0.
        d: the dimension of the sphere, an integer of at least 1 or a symbol.
        t: a number or a symbol.

    Raises:
        InputError: for an argument out of range.

    Example:
        >>> import sympy
        >>> t = sympy.Symbol("t")
        >>> legendre_polynomial(2, 2, t), legendre_polynomial(2, 1, t)
        (3*t**2/2 - 1/2, 2*t**2 - 1)
    """
    import sympy

    check_index("k", k)
    check_dimension(d)
    half = sympy.sympify(d) / 2
    terms = (
        sympy.Rational((-1) ** j, 4**j) * sympy.binomial(k, 2 * j) * sympy.factorial(2 * j)
        / (sympy.factorial(j) * sympy.rf(half, j)) * (1 - t**2) ** j * t ** (k - 2 * j)
        for j in range(k // 2 + 1)
    )  # fmt: skip
    return sympy.expand(sympy.Add(*terms))


def rodrigues(k: int, d: Any, t: Any) -> Any:
    r"""Return P_{k,d}(t) by Rodrigues' formula, with its derivative left unevaluated.

    $$ P_{k,d}(t) = \frac{(-1)^k}{2^k} \frac{\Gamma(d/2)}{\Gamma(k+d/2)} (1-t^2)^{-(d-2)/2}
       \frac{d^k}{dt^k} (1-t^2)^{k+(d-2)/2} $$

    Source: Murray et al. 2023, Appendix C.4, below (55).
    """
    import sympy

    check_index("k", k)
    check_dimension(d)
    half = sympy.sympify(d) / 2
    front = sympy.Rational((-1) ** k, 2**k) * sympy.gamma(half) / sympy.gamma(k + half)
    return front * (1 - t**2) ** (1 - half) * sympy.Derivative((1 - t**2) ** (k + half - 1), (t, k))


def three_term_recurrence(t: Any = None) -> Any:
    """Return (k+d−1) P_{k+1}(t) = (2k+d−1) t P_k(t) − k P_{k−1}(t), k ≥ 1, unevaluated, P = P(k, t)."""
    import sympy

    _, k, d = symbols()
    t = sympy.Symbol("t") if t is None else t
    P = sympy.Function("P")
    right = (2 * k + d - 1) * t * P(k, t) - k * P(k - 1, t)
    return sympy.Eq((k + d - 1) * P(k + 1, t), right, evaluate=False)


def sphere_volume(d: Any) -> Any:
    """Return Vol(S^d) = 2 π^{(d+1)/2}/Γ((d+1)/2), d ≥ 0.

    Example:
        >>> [sphere_volume(d) for d in range(4)]
        [2, 2*pi, 4*pi, 2*pi**2]
    """
    import sympy

    h = (sympy.sympify(d) + 1) / 2
    return 2 * sympy.pi**h / sympy.gamma(h)


def multiplicity(k: Any, d: Any) -> Any:
    r"""Return N(d, k), the dimension of the spherical harmonics of degree k on S^d.

    $$ N(d, k) = \binom{k+d}{d} - \binom{k+d-2}{d} $$

    Args:
        k: the degree, an integer of at least 0 or a symbol.
        d: the dimension, an integer of at least 1 or a symbol.

    Example:
        >>> [multiplicity(k, 2) for k in range(4)], [multiplicity(k, 1) for k in range(3)], multiplicity(2, 3)
        ([1, 3, 5, 7], [1, 2, 2], 9)
    """
    import sympy

    check_dimension(d)
    if k == 0:
        return sympy.Integer(1)
    k, d = sympy.sympify(k), sympy.sympify(d)
    if k.is_Integer and d.is_Integer:
        return sympy.binomial(k + d, d) - sympy.binomial(k + d - 2, d)
    return (2 * k + d - 1) * sympy.gamma(k + d - 1) / (sympy.gamma(k + 1) * sympy.gamma(d))


def weight(p: Any, k: Any, d: Any, measure: Measure = "probability") -> Any:
    r"""Return the share of c_p in λ_k for p = k, k+2, …: Theorem 4.6 in its shortest form.

    $$ w_{p,k} = 2\pi^{h} \frac{2^{-p}\, p!}{\left(\frac{p-k}{2}\right)!\; \Gamma\left(\frac{p+k}{2} + h\right)},
       \qquad h = \frac{d+1}{2}, $$

    for the surface measure; Γ(h) stands for 2π^h for the probability measure. For integers p, k with p − k odd or
    negative the value is 0.

    Raises:
        InputError: for a dimension or measure out of range.

    Example:
        >>> weight(4, 2, 2), weight(3, 2, 2), weight(2, 0, 2, "surface")
        (4/35, 0, 4*pi/3)
    """
    import sympy

    check_dimension(d)
    h = (sympy.sympify(d) + 1) / 2
    front = sympy.gamma(h) if check_measure(measure) == "probability" else 2 * sympy.pi**h
    p, k = sympy.sympify(p), sympy.sympify(k)
    if (p - k).is_Integer and (p < k or (p - k) % 2):
        return sympy.Integer(0)
    half = (p - k) / 2
    return front * sympy.factorial(p) / (2**p * sympy.factorial(half) * sympy.gamma(half + k + h))


def eigenvalue_law(measure: Measure = "probability") -> Any:
    """Return λ_k = Σ_{m≥0} c_{k+2m} w_{k+2m,k} in the symbols k and d, c an ``IndexedBase``.

    Source: Murray et al. 2023, Theorem 4.6.
    """
    import sympy

    _, k, d = symbols()
    m = sympy.Symbol("m", integer=True, nonnegative=True)
    return sympy.Sum(sympy.IndexedBase("c")[k + 2 * m] * weight(k + 2 * m, k, d, measure), (m, 0, sympy.oo))


@dataclass(frozen=True)
class WeightRatios:
    """The three rational ratios from which every weight follows, w_{0,0} = 1 (probability) or Vol(S^d) (surface).

    Attributes:
        in_p: w_{p+2,k}/w_{p,k}.
        in_k: w_{p,k+2}/w_{p,k}.
        diagonal: w_{p+1,k+1}/w_{p,k}.
    """

    in_p: Any
    in_k: Any
    diagonal: Any


def weight_ratios() -> WeightRatios:
    """Return the ratios of neighbouring weights in the symbols p, k, d.

    Example:
        >>> weight_ratios().in_k
        (-k + p)/(d + k + p + 1)
    """
    p, k, d = symbols()
    below = p + k + d + 1
    return WeightRatios((p + 1) * (p + 2) / ((p - k + 2) * below), (p - k) / below, (p + 1) / below)


def trace_identity(measure: Measure = "probability") -> Any:
    """Return Σ_k N(d, k) λ_k = Θ(1) = Σ_p c_p, times Vol(S^d) for the surface measure, unevaluated.

    Mercer's theorem at x = y; for each p it says Σ_k N(d, k) w_{p,k} = w_{0,0}.
    """
    import sympy

    p, k, d = symbols()
    lam, c = sympy.IndexedBase("lambda"), sympy.IndexedBase("c")
    total = sympy.Sum(c[p], (p, 0, sympy.oo))
    left = sympy.Sum(multiplicity(k, d) * lam[k], (k, 0, sympy.oo))
    return sympy.Eq(
        left, total if check_measure(measure) == "probability" else sphere_volume(d) * total, evaluate=False
    )


def arc_cosine_eigenvalue(n: int, k: Any, d: Any) -> Any:
    r"""Return λ_k of the arc-cosine kernel R_n(x·y) = E[max(w·x,0)^n max(w·y,0)^n], w ~ N(0, I), probability measure.

    $$ \lambda_k = \frac{n!^2\, \Gamma(h)\, \Gamma(n+h)}{2^{n+2}} \Bigl[\Gamma\bigl(\tfrac{n-k}{2}+1\bigr)
       \Gamma\bigl(\tfrac{n+k}{2}+h\bigr)\Bigr]^{-2}, \qquad h = \tfrac{d+1}{2}, $$

    which is 0 for k = n+2, n+4, …

    Args:
        n: the order, 0 for the step, 1 for ReLU.
        k: the degree, an integer of at least 0 or a symbol.
        d: the dimension, an integer of at least 1 or a symbol.

    Raises:
        InputError: for an argument out of range.

    Example:
        >>> [arc_cosine_eigenvalue(1, k, 2) for k in range(4)]
        [3/16, 1/12, 3/256, 0]
    """
    import sympy

    check_index("n", n)
    check_dimension(d)
    k, h = sympy.sympify(k), (sympy.sympify(d) + 1) / 2
    pole = (n - k) / 2 + 1
    if pole.is_Integer and pole <= 0:
        return sympy.Integer(0)
    front = sympy.factorial(n) ** 2 * sympy.gamma(h) * sympy.gamma(n + h) / sympy.Integer(2) ** (n + 2)
    return front / (sympy.gamma(pole) * sympy.gamma((n + k) / 2 + h)) ** 2


def rectified_ntk_eigenvalue(n: int, k: int, d: Any, hyper: "Hyperparameters", measure: Measure = "probability") -> Any:
    """Return λ_k of the NTK with 2 weight layers of φ(x) = max(x,0)^n, n ≥ 1, without first biases.

    λ_k = σ_w² v^n (r_k + n² ((k+d−1) s_{k+1} + k s_{k−1})/(2k+d−1)) + δ_{k0} σ_b², r and s those of R_n and R_{n−1}.
    For k = n+2, n+4, … it is 0.

    Args:
        n: the power, 1 for ReLU.
        k: the degree.
        d: the dimension, an integer of at least 1 or a symbol.
        hyper: the variances, with γ_b² = 0.
        measure: of the sphere.

    Raises:
        InputError: for an argument out of range.

    Example:
        >>> from eigenlaw.theory.ntk import hyperparameters
        >>> [rectified_ntk_eigenvalue(1, k, 2, hyperparameters("relu")) for k in range(4)]
        [3/4, 1/6, 5/128, 0]
    """
    import sympy

    check_index("n", n)
    check_index("k", k)
    check_dimension(d)
    if n < 1 or hyper.gamma_b2 != 0:
        raise InputError.of("gamma_b2", hyper.gamma_b2, f"expected 0, and a power of at least 1 (it is {n})")
    value = arc_cosine_eigenvalue(n, k, d)
    if k == 0:  # t P_0 = P_1
        value += n**2 * arc_cosine_eigenvalue(n - 1, 1, d)
    else:
        above, below = arc_cosine_eigenvalue(n - 1, k + 1, d), arc_cosine_eigenvalue(n - 1, k - 1, d)
        value += n**2 * ((k + d - 1) * above + k * below) / (2 * sympy.sympify(k) + d - 1)
    value = hyper.sigma_w2 * hyper.variance**n * value + (hyper.sigma_b2 if k == 0 else 0)
    return sympy.simplify(value * (1 if check_measure(measure) == "probability" else sphere_volume(d)))


def ntk_eigenvalue(
    spec: object, k: int, d: int, hyper: "Hyperparameters", measure: Measure = "probability"
) -> Any | None:
    """Return λ_k of the NTK with 2 weight layers exactly, or None where no finite form is known here.

    Known are, without first biases, max(x,0)^n and the piecewise linear activations: with a x for x < 0 and x for
    x > 0, φ = ((1+a) x + (1−a) |x|)/2, and x and |x| have no mixed terms in the dual; and polynomials.

    Args:
        spec: an activation, or what ``activation`` reads.
        k: the degree.
        d: the dimension, an integer of at least 1.
        hyper: the variances.
        measure: of the sphere.

    Raises:
        InputError: for an argument out of range, or an activation that cannot be used.

    Example:
        >>> from eigenlaw.theory.ntk import hyperparameters
        >>> ntk_eigenvalue("abs", 2, 2, hyperparameters("abs")), ntk_eigenvalue("tanh", 2, 2, hyperparameters("relu"))
        (5/32, None)
    """
    import sympy

    from eigenlaw.theory.hermite import recognised
    from eigenlaw.theory.laws import rational
    from eigenlaw.theory.ntk import kappa_shallow

    phi = recognised(spec)
    if phi.polynomial is not None:
        degree = len(phi.polynomial) - 1
        terms = (kappa_shallow(phi, p, hyper) * weight(p, k, d, measure) for p in range(k, degree + 1, 2))
        return sympy.simplify(sympy.Add(*terms))
    if hyper.gamma_b2 != 0:
        return None
    match phi.family:
        case "rectified_monomial":
            return rectified_ntk_eigenvalue(int(phi.parameters[0]), k, d, hyper, measure)
        case "relu" | "abs" | "leaky_relu":
            slope = rational(phi.parameters[0]) if phi.parameters else sympy.Integer(-1 if phi.family == "abs" else 0)
            factor = (1 + slope if k % 2 else 1 - slope) ** 2
            scaled = replace(hyper, sigma_w2=hyper.sigma_w2 * factor)
            return rectified_ntk_eigenvalue(1, k, d, scaled, measure)
    return None


def relu_ntk_even_eigenvalue(k: Any = None, d: Any = None) -> Any:
    r"""Return λ_k/σ_w² of the two-layer ReLU NTK for even k ≥ 2, γ_w = 1, γ_b = 0, probability measure, one product.

    $$ \frac{\lambda_k}{\sigma_w^2} = \frac{1}{2\pi} \left[\frac{\Gamma(h)\, (-\frac12)_{k/2}}{\Gamma(\frac k2 + h +
       \frac12)}\right]^2 \left(\frac{(k-1)^2}{2} + (k+1) h\right), \qquad h = \tfrac{d+1}{2} $$

    It is ``rectified_ntk_eigenvalue`` put over one denominator.
    """
    import sympy

    _, symbol, dimension = symbols()
    k = symbol if k is None else sympy.sympify(k)
    h = ((dimension if d is None else sympy.sympify(d)) + 1) / 2
    half = sympy.Rational(1, 2)
    square = (sympy.gamma(h) * sympy.rf(-half, k / 2) / sympy.gamma(k / 2 + h + half)) ** 2
    return square * ((k - 1) ** 2 * half + (k + 1) * h) / (2 * sympy.pi)
