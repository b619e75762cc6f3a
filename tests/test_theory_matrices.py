"""The closed laws of large matrices: derivatives, ends, integrals, traces of words, and the constants of one number."""

import math
from typing import Any

import mpmath
import pytest
import sympy

from eigenlaw.theory import matrices
from eigenlaw.theory.errors import InputError

C, X = matrices.ratio_symbol(), matrices.place_symbol()
ROOT = sympy.Symbol("s", positive=True)  # √C


def rational(expression: sympy.Expr) -> sympy.Expr:
    """The expression with the roots of squares taken."""
    half = sympy.Rational(1, 2)
    return expression.replace(
        lambda part: part.is_Pow and abs(part.exp) == half,
        lambda part: sympy.sqrt(sympy.factor(sympy.cancel(part.base))) ** (2 * part.exp),
    )


@pytest.mark.parametrize("of", ["singular-values", "eigenvalues"])
@pytest.mark.parametrize("above", [False, True])
def test_the_distribution_has_the_density_as_derivative(of: matrices.Of, above: bool) -> None:
    """For all C on each side of 1: with t = (ν_−² + ν_+² y²)/(1 + y²) all is rational in √C and y > 0."""
    y = sympy.Symbol("y", positive=True)
    t = sympy.cancel(((1 - ROOT) ** 2 + (1 + ROOT) ** 2 * y**2) / (1 + y**2))
    signs = {sympy.Min(1, C): 1 if above else C, sympy.Max(0, 1 - 1 / C): 1 - 1 / C if above else 0}
    signs |= {part: part.args[0] if above else -part.args[0] for part in (abs(C - 1), abs(sympy.sqrt(C) - 1))}

    def in_y(expression: sympy.Expr) -> sympy.Expr:
        opened = expression.subs(signs).subs(C, ROOT**2)
        opened = opened.subs(X**2, t) if of == "singular-values" else opened.subs(X, t)
        assert not opened.has(sympy.Abs, sympy.Min, sympy.Max, X)
        return rational(opened)

    F = in_y(matrices.marchenko_pastur_distribution(of))
    weight = in_y(matrices.marchenko_pastur_density(of) / (2 * X if of == "singular-values" else 1))  # of dt
    assert sympy.cancel(sympy.diff(F, y) - weight * sympy.diff(t, y)) == 0
    held = 1 - 1 / ROOT**2 if above and of == "eigenvalues" else 0
    assert sympy.cancel(F.subs(y, 0) - held) == 0
    assert sympy.limit(F.subs(ROOT, sympy.Rational(1, 2) + int(above)), y, sympy.oo) == 1


def test_the_moments_are_those_of_non_crossing_words() -> None:
    """E tr((WᵀW)^k)/m over the leading order: pair partitions of 2k without crossings, C to the number of row loops."""

    def count(k: int) -> sympy.Expr:
        total = sympy.Integer(0)
        for blocks in non_crossing(tuple(range(k))):
            total += C ** (k - blocks)
        return sympy.expand(total)

    for k in range(1, 7):
        assert sympy.expand(matrices.marchenko_pastur_moment(k, "eigenvalues")) == count(k)
        assert sympy.expand(matrices.marchenko_pastur_moment(2 * k)) == count(k)


def non_crossing(points: tuple[int, ...]) -> list[int]:
    """The numbers of blocks of all non-crossing partitions of the points, one entry a partition."""
    if not points:
        return [0]
    found = []
    for chosen in range(1 << (len(points) - 1)):
        block = [0] + [i for i in range(1, len(points)) if chosen >> (i - 1) & 1]
        gaps = [points[a + 1 : b] for a, b in zip(block, [*block[1:], len(points)], strict=True)]
        counts = [1]
        for gap in gaps:
            counts = [have + more for have in counts for more in non_crossing(gap)]
        found += counts
    return found


@pytest.mark.parametrize("n", [1, 3, 5])
def test_the_odd_moments_by_integration(n: int) -> None:
    density = sympy.lambdify(X, matrices.marchenko_pastur_density().subs(C, sympy.Rational(1, 4)), "mpmath")
    integral = mpmath.quad(lambda x: x**n * density(x), [0.5, 1, 1.5])
    assert mpmath.almosteq(integral, mpmath.mpf(matrices.marchenko_pastur_moment(n).subs(C, 0.25).evalf(20)), 1e-12)


def test_the_fraction_under_free_edges_by_integration() -> None:
    low, high, sigma, ratio = 0.3, 1.9, 1.3, 0.7
    curve = mpmath.quad(
        lambda v: mpmath.sqrt((high**2 - v**2) * (v**2 - low**2)) / (ratio * mpmath.pi * sigma**2 * v), [low, 1, high]
    )
    values = {"nu_-": low, "nu_+": high, "sigma": sigma, "C": ratio}
    fraction = matrices.modified_fraction()
    assert float(fraction.subs({s: values[s.name] for s in fraction.free_symbols})) == pytest.approx(
        float(mpmath.re(curve))
    )


def test_the_semicircle() -> None:
    assert sympy.simplify(matrices.semicircle_distribution().diff(X) - matrices.semicircle_density()) == 0
    assert matrices.semicircle_distribution().subs(X, -2) == 0
    integral = mpmath.quad(sympy.lambdify(X, X**6 * matrices.semicircle_density(), "mpmath"), [0, 2])
    assert mpmath.almosteq(2 * mpmath.re(integral), 5, 1e-12)
    assert matrices.semicircle_moment(6) == 5
    assert matrices.circular_distribution().subs(X, 1) == 1


@pytest.mark.parametrize("n", [1, 2, 5])
def test_edelmans_density_is_the_derivative_of_the_closed_survival(n: int) -> None:
    """Edelman's density of λ = σ², n Γ((n+1)/2)/√(2π) λ^{−1/2} e^{−nλ/2} U((n−1)/2, −1/2, λ/2)."""
    survival = sympy.lambdify(X, matrices.smallest_singular_value_survival(n), "mpmath")
    with mpmath.workdps(40):
        assert mpmath.almosteq(survival(mpmath.mpf(0)), 1)
        for x in (mpmath.mpf("0.2"), mpmath.mpf("0.9")):
            front = n * mpmath.gamma(mpmath.mpf(n + 1) / 2) * mpmath.sqrt(2 / mpmath.pi)
            tricomi = mpmath.hyperu(mpmath.mpf(n - 1) / 2, mpmath.mpf(-1) / 2, x**2 / 2)
            density = front * mpmath.exp(-n * x**2 / 2) * tricomi
            assert mpmath.almosteq(-mpmath.diff(survival, x), density, 1e-15)


def test_one_number() -> None:
    survival = matrices.smallest_singular_value_survival(1).subs(X, sympy.Rational(7, 10))
    assert survival.evalf(15) == pytest.approx(math.erfc(0.7 / math.sqrt(2)), abs=1e-14)
    assert float(matrices.smallest_singular_value_survival(3, real=False).subs(X, 1)) == pytest.approx(math.exp(-3))


@pytest.mark.parametrize("covariance", [False, True])
def test_an_outlier_starts_at_the_edge_and_is_least_there(covariance: bool) -> None:
    place, threshold = matrices.spiked_place(covariance), matrices.spiked_threshold(covariance)
    (spike,) = place.free_symbols - {C}
    edge = matrices.marchenko_pastur_support("eigenvalues" if covariance else "singular-values")[1]
    if covariance:
        assert sympy.simplify((place - edge).subs(spike, threshold)) == 0
    else:
        assert sympy.simplify((place**2 - edge**2).subs(spike, threshold)) == 0
    assert sympy.simplify(place.diff(spike).subs(spike, threshold)) == 0
    assert place.diff(spike).subs({C: 0.5, spike: 3.0}) > 0


def test_what_is_refused() -> None:
    rows: Any = "rows"
    with pytest.raises(InputError, match="of=rows"):
        matrices.marchenko_pastur_density(rows)
    with pytest.raises(InputError, match="n=-1"):
        matrices.semicircle_moment(-1)
    with pytest.raises(InputError, match="n=-2"):
        matrices.marchenko_pastur_moment(-2)
    with pytest.raises(InputError, match="narayana=2,3"):
        matrices.narayana(2, 3)
