r"""The laws of large random matrices in closed form: density, distribution function, support, moments.

W is n × m with independent entries of variance 1, C = m/n. The singular values ν of W/√n, and the eigenvalues t = ν² of
WᵀW/n, fill [ν_−, ν_+] and its square, ν_± = |1 ± √C|. With

    R = √((t − ν_−²)(ν_+² − t)),   θ = 2 arctan √((t − ν_−²)/(ν_+² − t)),   φ = 2 arctan((ν_+/ν_−) tan(θ/2)),

dR/dt = (1 + C − t)/R, dθ/dt = 1/R and dφ/dt = |1 − C|/(tR), so that R + (1 + C)θ − |1 − C|φ has the derivative R/t: the
closed distribution function, from no integration. All moments follow from t = |1 + √C e^{iα}|², whose density in α is
(2/π) sin²α/t for C ≤ 1: expand the powers of 1 + √C e^{±iα} and use orthogonality.
"""

from typing import Any, Literal

from eigenlaw.theory.errors import InputError

Of = Literal["singular-values", "eigenvalues"]


def ratio_symbol() -> Any:
    """Return C > 0."""
    import sympy

    return sympy.Symbol("C", positive=True)


def place_symbol() -> Any:
    """Return x, a place inside the support."""
    import sympy

    return sympy.Symbol("x", positive=True)


def marchenko_pastur_support(of: Of = "singular-values") -> tuple[Any, Any]:
    r"""Return the ends of the continuous part, |1 − √C| and 1 + √C, squared for eigenvalues.

    Source: thamm, (2).

    Raises:
        InputError: there is no such spectrum.

    Example:
        >>> marchenko_pastur_support()[1]
        sqrt(C) + 1
    """
    import sympy

    power, root = _power(of), sympy.sqrt(ratio_symbol())
    return abs(1 - root) ** power, (1 + root) ** power


def marchenko_pastur_atom() -> Any:
    """Return the mass of the eigenvalue 0 of the m × m Gram, max(0, 1 − 1/C).

    Example:
        >>> marchenko_pastur_atom().subs(ratio_symbol(), 4)
        3/4
    """
    import sympy

    return sympy.Max(0, 1 - 1 / ratio_symbol())


def marchenko_pastur_density(of: Of = "singular-values") -> Any:
    r"""Return the density inside the bulk: of the min(m, n) singular values, or of the eigenvalues besides the atom.

    Source: thamm, (2), there for C ≤ 1 and times σ̃.

    Raises:
        InputError: there is no such spectrum.

    Example:
        >>> marchenko_pastur_density("eigenvalues").subs({ratio_symbol(): 1, place_symbol(): 1})
        sqrt(3)/(2*pi)
    """
    import sympy

    C, x = ratio_symbol(), place_symbol()
    low, high = marchenko_pastur_support("eigenvalues")
    if _power(of) == 2:
        return sympy.sqrt((high - x) * (x - low)) / (2 * sympy.pi * C * x)
    return sympy.sqrt((high - x**2) * (x**2 - low)) / (sympy.pi * sympy.Min(1, C) * x)


def marchenko_pastur_distribution(of: Of = "singular-values") -> Any:
    """Return P(X ≤ x) inside the bulk, the atom of the eigenvalues included; C ≠ 1.

    Raises:
        InputError: there is no such spectrum.

    Example:
        >>> F = marchenko_pastur_distribution()
        >>> round(float(F.subs({ratio_symbol(): 0.25, place_symbol(): 1.4999999})), 6)
        1.0
    """
    import sympy

    C, x = ratio_symbol(), place_symbol()
    low, high = marchenko_pastur_support()
    t = x if _power(of) == 2 else x**2
    slope = sympy.sqrt((t - low**2) / (high**2 - t))
    bulk = sympy.sqrt((t - low**2) * (high**2 - t)) + 2 * (1 + C) * sympy.atan(slope)
    bulk -= 2 * abs(1 - C) * sympy.atan(high / low * slope)
    if _power(of) == 1:
        return bulk / (2 * sympy.pi * sympy.Min(1, C))
    return marchenko_pastur_atom() + bulk / (2 * sympy.pi * C)


def narayana(k: int, r: int) -> Any:
    """Return N(k, r) = C(k, r) C(k, r − 1)/k, 1 ≤ r ≤ k.

    Raises:
        InputError: k or r is out of range.

    Example:
        >>> [narayana(4, r) for r in range(1, 5)]
        [1, 6, 6, 1]
    """
    import sympy

    if not 1 <= r <= k:
        raise InputError.of("narayana", f"{k},{r}", "expected 1 <= r <= k")
    return sympy.binomial(k, r) * sympy.binomial(k, r - 1) / k


def marchenko_pastur_moment(n: int, of: Of = "singular-values") -> Any:
    r"""Return E Xⁿ for C ≤ 1 (singular values) or every C (eigenvalues, with their atom).

    E t^k = Σ_r N(k, r) C^{r−1}; odd moments of singular values are ₂F₁(−n/2, 1 − n/2; 2; C).

    Raises:
        InputError: n is negative, or there is no such spectrum.

    Example:
        >>> marchenko_pastur_moment(3, "eigenvalues")
        C**2 + 3*C + 1
    """
    import sympy

    if n < 0:
        raise InputError.of("n", n, "expected a moment of order 0 or more")
    C = ratio_symbol()
    doubled = n * _power(of)
    if n == 0:
        return sympy.Integer(1)
    if doubled % 2:
        half = sympy.Rational(n, 2)
        return sympy.hyper((-half, 1 - half), (2,), C)
    return sum(narayana(doubled // 2, r) * C ** (r - 1) for r in range(1, doubled // 2 + 1))


def modified_fraction() -> Any:
    r"""Return what the curve (n/m)√((ν_+²−ν²)(ν²−ν_−²))/(πσ̃²ν) of free edges integrates to: (ν_+ − ν_−)²/(4σ̃²C).

    Source: thamm, Section 4, where this is the percentage of the spectrum that follows the law.

    Example:
        >>> modified_fraction()
        (nu_+ - nu_-)**2/(4*C*sigma**2)
    """
    import sympy

    low, high, sigma = sympy.symbols("nu_- nu_+ sigma", positive=True)
    return (high - low) ** 2 / (4 * sigma**2 * ratio_symbol())


def semicircle_density() -> Any:
    """Return √(4 − x²)/(2π) on [−2, 2].

    Source: dees, Theorem II.2.

    Example:
        >>> semicircle_density().subs(place_symbol(), 0)
        1/pi
    """
    import sympy

    return sympy.sqrt(4 - place_symbol() ** 2) / (2 * sympy.pi)


def semicircle_distribution() -> Any:
    """Return ½ + x√(4 − x²)/(4π) + arcsin(x/2)/π on [−2, 2].

    Example:
        >>> semicircle_distribution().subs(place_symbol(), 2)
        1
    """
    import sympy

    x = place_symbol()
    return sympy.Rational(1, 2) + x * sympy.sqrt(4 - x**2) / (4 * sympy.pi) + sympy.asin(x / 2) / sympy.pi


def semicircle_moment(n: int) -> Any:
    """Return the Catalan number of n/2, and 0 for odd n.

    Raises:
        InputError: n is negative.

    Example:
        >>> [semicircle_moment(n) for n in range(7)]
        [1, 0, 1, 0, 2, 0, 5]
    """
    import sympy

    if n < 0:
        raise InputError.of("n", n, "expected a moment of order 0 or more")
    return sympy.Integer(0) if n % 2 else sympy.catalan(n // 2)


def circular_distribution() -> Any:
    """Return P(|λ| ≤ x) = x² on [0, 1].

    Source: dees, Theorem II.3.

    Example:
        >>> circular_distribution().diff(place_symbol())
        2*x
    """
    return place_symbol() ** 2


def smallest_singular_value_survival(n: Any, real: bool = True) -> Any:
    r"""Return P(σ_min > x) of a standard Gaussian n × n matrix, U(a, b, z) in functions of SymPy.

    Real: with z = x²/2, Γ((n+1)/2) π^{−1/2} e^{−nz} U(n/2, ½, z), and U in terms of two ₁F₁; complex: e^{−nx²}.

    Example:
        >>> smallest_singular_value_survival(1).subs(place_symbol(), 1).evalf(6)  # P(|Z| > 1)
        0.317311
    """
    import sympy

    x = place_symbol()
    if not real:
        return sympy.exp(-n * x**2)
    a, z, half = sympy.sympify(n) / 2, x**2 / 2, sympy.Rational(1, 2)
    odd = 2 * sympy.gamma(a + half) / sympy.gamma(a) * sympy.sqrt(z)
    tricomi = sympy.hyper((a,), (half,), z) - odd * sympy.hyper((a + half,), (3 * half,), z)
    return sympy.exp(-n * z) * tricomi


def smallest_singular_value_density(n: Any) -> Any:
    r"""Return nΓ((n+1)/2)√(2/π) e^{−nz} U((n−1)/2, −½, z), z = x²/2, of a standard real Gaussian n × n matrix.

    U is Tricomi's function, which SymPy does not have: an undefined function of that name.

    Source: Edelman, SIAM J. Matrix Anal. Appl. 9 (1988).

    Example:
        >>> smallest_singular_value_density(1)
        sqrt(2)*U(0, -1/2, x**2/2)*exp(-x**2/2)/sqrt(pi)
    """
    import sympy

    x, n, half = place_symbol(), sympy.sympify(n), sympy.Rational(1, 2)
    tricomi = sympy.Function("U")((n - 1) / 2, -half, x**2 / 2)
    return n * sympy.gamma((n + 1) / 2) * sympy.sqrt(2 / sympy.pi) * sympy.exp(-n * x**2 / 2) * tricomi


def spiked_place(covariance: bool = False) -> Any:
    r"""Return where the outlier of a spike θ above the threshold lies, or of an eigenvalue ℓ of a covariance.

    Example:
        >>> spiked_place(covariance=True)
        C*ell/(ell - 1) + ell
    """
    import sympy

    C, theta, ell = ratio_symbol(), sympy.Symbol("theta", positive=True), sympy.Symbol("ell", positive=True)
    return ell + C * ell / (ell - 1) if covariance else sympy.sqrt((1 + theta**2) * (C + theta**2)) / theta


def spiked_threshold(covariance: bool = False) -> Any:
    """Return the least spike above which the bulk is left, C^{1/4} or 1 + √C.

    Example:
        >>> spiked_threshold()
        C**(1/4)
    """
    import sympy

    C = ratio_symbol()
    return 1 + sympy.sqrt(C) if covariance else C ** sympy.Rational(1, 4)


def _power(of: Of) -> int:
    if of not in ("singular-values", "eigenvalues"):
        raise InputError.of("of", of, "expected singular-values or eigenvalues")
    return 1 if of == "singular-values" else 2
