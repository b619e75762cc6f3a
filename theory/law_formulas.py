"""The laws of random matrices side by side: density or value, support, mean and variance, where they are closed."""

from dataclasses import dataclass
from typing import Any

from eigenlaw.theory import ginibre, matrices
from eigenlaw.theory.number_variance import number_variance
from eigenlaw.theory.porter_thomas import porter_thomas_density


@dataclass(frozen=True)
class LawFormulas:
    """Expressions in x, and in the symbols of the parameters.

    Attributes:
        formula: the density, or the value of a function; None where there is no closed form.
        support: its two ends, None for a function.
        mean: E X, None where it is not closed.
        variance: E X² − (E X)², None where it is not closed.
        case: what the expressions hold for, where that is not all.
    """

    formula: Any
    support: tuple[Any, Any] | None = None
    mean: Any = None
    variance: Any = None
    case: str = ""


def law_formulas() -> dict[str, LawFormulas]:
    """Return the formulas by the names of the command line.

    Example:
        >>> found = law_formulas()["semicircle"]
        >>> found.formula, found.mean, found.variance
        (sqrt(4 - x**2)/(2*pi), 0, 1)
    """
    return {**_marchenko_pastur(), **_spectra(), **_statistics(), **_products()}


def _marchenko_pastur() -> dict[str, LawFormulas]:
    import sympy

    C, x, of = matrices.ratio_symbol(), matrices.place_symbol(), matrices.marchenko_pastur_moment
    low, high = sympy.symbols("nu_- nu_+", positive=True)
    mean, middle, half = of(1), (low + high) / 2, (high - low) / 2
    free = sympy.sqrt((high**2 - x**2) * (x**2 - low**2)) / (sympy.pi * half**2 * x)
    moved = middle * mean.subs(C, (half / middle) ** 2)
    support, density = matrices.marchenko_pastur_support, matrices.marchenko_pastur_density
    squares = of(1, "eigenvalues"), of(2, "eigenvalues")
    return {
        "marchenko-pastur": LawFormulas(density(), support(), mean, of(2) - mean**2, "moments for C ≤ 1"),
        "marchenko-pastur --of eigenvalues": LawFormulas(
            density("eigenvalues"),
            support("eigenvalues"),
            squares[0],
            squares[1] - squares[0] ** 2,
            "and an atom 1 − 1/C at 0 for C > 1",
        ),
        "modified-marchenko-pastur": LawFormulas(free, (low, high), moved, middle**2 - moved**2),
        "spiked": LawFormulas(matrices.spiked_place(), case="θ above C^(1/4)"),
        "spiked --model covariance": LawFormulas(matrices.spiked_place(covariance=True), case="|ℓ − 1| above √C"),
    }


def _spectra() -> dict[str, LawFormulas]:
    import sympy

    x, n = matrices.place_symbol(), sympy.Symbol("n", positive=True)
    two, pi, infinity, rational = sympy.Integer(2), sympy.pi, sympy.oo, sympy.Rational
    moments, disc = [matrices.semicircle_moment(k) for k in (1, 2)], matrices.circular_distribution().diff(x)
    radii = [sympy.integrate(x**k * disc, (x, 0, 1)) for k in (1, 2)]
    complex_survival = matrices.smallest_singular_value_survival(n, real=False)
    return {
        "semicircle": LawFormulas(matrices.semicircle_density(), (-two, two), moments[0], moments[1] - moments[0] ** 2),
        "circular": LawFormulas(disc, (sympy.Integer(0), sympy.Integer(1)), radii[0], radii[1] - radii[0] ** 2),
        "smallest-singular-value": LawFormulas(
            matrices.smallest_singular_value_density(n), (sympy.Integer(0), infinity), case="n × n, real"
        ),
        "smallest-singular-value --field complex": LawFormulas(
            -complex_survival.diff(x),
            (sympy.Integer(0), infinity),
            sympy.sqrt(pi / n) / 2,
            (1 - pi / 4) / n,
            "n × n",
        ),
        "largest-singular-value": LawFormulas(None, (sympy.Integer(0), infinity), case="a determinant or a Pfaffian"),
        "tracy-widom": LawFormulas(None, (-infinity, infinity), case="a Fredholm determinant"),
        "wigner-surmise": LawFormulas(
            pi * x / 2 * sympy.exp(-pi * x**2 / 4), (sympy.Integer(0), infinity), sympy.Integer(1), 4 / pi - 1
        ),
        "porter-thomas": LawFormulas(
            porter_thomas_density(sympy.Symbol("m", positive=True), x),
            (-sympy.Integer(1), sympy.Integer(1)),
            sympy.Integer(0),
            rational(1) / sympy.Symbol("m", positive=True),
            "m ≥ 2",
        ),
    }


def _statistics() -> dict[str, LawFormulas]:
    import sympy

    zero, one = sympy.Integer(0), sympy.Integer(1)
    spacing = LawFormulas(None, (zero, sympy.oo), one, case="the second derivative of a Fredholm determinant")
    return {
        "goe-spacing": spacing,
        "gue-spacing": spacing,
        "goe-number-variance": LawFormulas(number_variance(1)),
        "gue-number-variance": LawFormulas(number_variance(2)),
    }


def _products() -> dict[str, LawFormulas]:
    import sympy

    x, m, n = matrices.place_symbol(), sympy.Symbol("m", positive=True), sympy.Symbol("n", positive=True)
    first, second, i = sympy.symbols("n_1 n_2 i", integer=True, positive=True)
    excess, zero, one = second - first, sympy.Integer(0), sympy.Integer(1)
    below = sympy.gamma(i) * sympy.gamma(i + excess)
    density = sympy.meijerg([[], []], [[0, excess], []], x) * sympy.Sum(x ** (i - 1) / below, (i, 1, first)) / first

    def moment(k: int) -> Any:
        rising = sympy.Poly(sympy.prod([(i + j) * (i + excess + j) for j in range(k)]), i)
        return sympy.factor(sum(c * _power_sum(p, first) for (p,), c in rising.terms()) / first)

    radii = [2 / (m * k + 2) for k in (1, 2)]
    return {
        "ginibre-product": LawFormulas(
            ginibre.modulus_density(m, x), (zero, one), radii[0], sympy.factor(radii[1] - radii[0] ** 2)
        ),
        "rectangular-product": LawFormulas(
            density, (zero, sympy.oo), moment(1), sympy.factor(moment(2) - moment(1) ** 2), "k = 2"
        ),
        "real-eigenvalues": LawFormulas(ginibre.expected_real_eigenvalues(n), case="k = 1"),
    }


def _power_sum(power: int, n: Any) -> Any:
    """Return Σ_{i=1}^n i^power as a polynomial in n, by Bernoulli's polynomials."""
    import sympy

    x = sympy.Dummy("x")
    difference = sympy.bernoulli(power + 1, x).subs(x, n + 1) - sympy.bernoulli(power + 1, x).subs(x, 1)
    return sympy.expand(difference) / (power + 1)
