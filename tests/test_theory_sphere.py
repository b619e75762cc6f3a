"""Gegenbauer polynomials, Theorem 4.6 and the closed forms on the sphere, held against integrals and counting."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy

from eigenlaw.theory import sphere
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.ntk import Hyperparameters, hyperparameters
from eigenlaw.theory.sphere import legendre_polynomial, multiplicity, sphere_volume, weight

t = sympy.Symbol("t", real=True)
PLAIN = Hyperparameters(sympy.Integer(1), sympy.Integer(0), sympy.Integer(1), sympy.Rational(1, 2))


def integral(f: Any, d: int) -> Any:
    """Vol(S^{d−1}) ∫ f(t) (1−t²)^{(d−2)/2} dt of a polynomial, by the Beta function."""
    total = sympy.Integer(0)
    for (power,), c in sympy.Poly(f, t).terms():
        if power % 2 == 0:
            total += c * sympy.beta(sympy.Rational(power + 1, 2), sympy.Rational(d, 2))
    return sympy.simplify(sphere_volume(d - 1) * total.rewrite(sympy.gamma))


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_the_polynomials_are_gegenbauer_s_and_rodrigues_s(d: int) -> None:
    for k in range(7):
        found = legendre_polynomial(k, d, t)
        assert found.subs(t, 1) == 1
        if d == 1:
            assert sympy.expand(found - sympy.chebyshevt(k, t)) == 0
        else:
            plain = sympy.gegenbauer(k, sympy.Rational(d - 1, 2), t)
            assert sympy.expand(found - plain / plain.subs(t, 1)) == 0
        if k < 5:
            at = sympy.Rational(1, 3)
            assert sympy.simplify(sphere.rodrigues(k, d, t).doit().subs(t, at) - found.subs(t, at)) == 0


def test_the_recurrence_holds_for_symbolic_dimension() -> None:
    _, k, d = sphere.symbols()
    equation = sphere.three_term_recurrence(t)
    for n in (1, 2, 4):
        at = equation.subs(k, n).replace(sympy.Function("P"), lambda degree, x: legendre_polynomial(int(degree), d, x))
        assert sympy.simplify(at.lhs - at.rhs) == 0


@pytest.mark.parametrize("d", [1, 2, 4])
def test_the_multiplicity_is_that_of_orthogonal_harmonics(d: int) -> None:
    _, k, dimension = sphere.symbols()
    for n in range(1, 6):
        square = integral(legendre_polynomial(n, d, t) ** 2, d)
        assert sympy.simplify(square * multiplicity(n, d) - sphere_volume(d)) == 0
        homogeneous = sympy.binomial(n + d, d) - (sympy.binomial(n + d - 2, d) if n > 1 else 0)
        assert multiplicity(n, d) == homogeneous
        assert sympy.simplify(multiplicity(k, dimension).subs({k: n, dimension: d})) == homogeneous


def printed_weight(p: int, k: int, d: int) -> Any:
    """The summand of Theorem 4.6 as it is printed."""
    half = sympy.Rational(1, 2)
    front = sympy.pi ** (d * half) / sympy.Integer(2) ** (k - 1)
    above = sympy.gamma(p + 1) * sympy.gamma((p - k + 1) * half)
    return front * above / (sympy.gamma(p - k + 1) * sympy.gamma((p - k + 1) * half + k + d * half))


@pytest.mark.parametrize("d", [1, 2, 3, 6])
def test_weights_are_the_integrals_and_theorem_4_6(d: int) -> None:
    for k in range(5):
        for p in range(8):
            exact = integral(t**p * legendre_polynomial(k, d, t), d)
            assert sympy.simplify(weight(p, k, d, "surface") - exact) == 0
            assert sympy.simplify(weight(p, k, d) * sphere_volume(d) - exact) == 0
            if p >= k and (p - k) % 2 == 0:
                assert sympy.simplify(printed_weight(p, k, d) - exact) == 0


def test_ratios_lead_from_weight_to_weight() -> None:
    p, k, d = sphere.symbols()
    ratios = sphere.weight_ratios()
    for dimension in (1, 2, 5):
        for n in range(4):
            for m in range(n, n + 7, 2):
                at = {p: m, k: n, d: dimension}
                here = weight(m, n, dimension)
                assert here > 0
                assert weight(m + 2, n, dimension) / here == ratios.in_p.subs(at)
                assert weight(m, n + 2, dimension) / here == ratios.in_k.subs(at)
                assert weight(m + 1, n + 1, dimension) / here == ratios.diagonal.subs(at)


@pytest.mark.parametrize("measure", sphere.MEASURES)
def test_the_trace_identity_holds_power_by_power(measure: sphere.Measure) -> None:
    for d in (1, 2, 3):
        for p in range(7):
            total = sum(multiplicity(k, d) * weight(p, k, d, measure) for k in range(p + 1))
            assert sympy.simplify(total - weight(0, 0, d, measure)) == 0
    identity, law = sphere.trace_identity(measure), sphere.eigenvalue_law(measure)
    _, k, d = sphere.symbols()
    c = [2, sympy.Rational(1, 3), 5, 0, 7]  # a polynomial kernel through both objects
    of = {sympy.IndexedBase("c")[p]: value for p, value in enumerate(c)}

    def eigenvalue(n: int) -> Any:
        at = law.subs({k: n, d: 3})
        m = at.variables[0]
        return sum(at.function.subs(m, i).subs(of) for i in range((4 - n) // 2 + 1))

    [term] = identity.lhs.args[:1]
    left = sum(term.subs({k: n, d: 3}).subs(sympy.IndexedBase("lambda")[n], eigenvalue(n)) for n in range(5))
    right = identity.rhs.subs(d, 3).subs(sympy.oo, 4).doit().subs(of)
    assert sympy.simplify(left - right) == 0
    assert right == sum(c) * (2 * sympy.pi**2 if measure == "surface" else 1)


def mean(f: Callable[[Any], Any], k: int, d: int) -> Any:
    """E[f(T) P_{k,d}(T)] by quadrature in the angle, P from its recurrence."""

    def legendre(x: Any) -> Any:
        before, now = mpmath.mpf(1), x
        for j in range(1, k):
            before, now = now, ((2 * j + d - 1) * x * now - j * before) / (j + d - 1)
        return now if k else before

    norm = mpmath.gamma(mpmath.mpf(d + 1) / 2) / (mpmath.sqrt(mpmath.pi) * mpmath.gamma(mpmath.mpf(d) / 2))
    return norm * mpmath.quad(
        lambda a: f(mpmath.cos(a)) * legendre(mpmath.cos(a)) * mpmath.sin(a) ** (d - 1), [0, mpmath.pi / 2, mpmath.pi]
    )


def arc_cosine(n: int) -> Callable[[Any], Any]:
    """R_n by Cho and Saul's J_n, n ≤ 2."""

    def kernel(z: Any) -> Any:
        a, s = mpmath.acos(z), mpmath.sqrt(1 - z * z)
        j = [mpmath.pi - a, s + (mpmath.pi - a) * z, 3 * s * z + (mpmath.pi - a) * (1 + 2 * z * z)][n]
        return j / (2 * mpmath.pi)

    return kernel


@pytest.mark.parametrize("n", [0, 1, 2])
def test_arc_cosine_kernels_in_closed_form(n: int) -> None:
    for d, degrees in ((1, (2,)), (4, range(4))):
        for k in degrees:
            exact = sphere.arc_cosine_eigenvalue(n, k, d)
            assert abs(mean(arc_cosine(n), k, d) - mpmath.mpf(str(sympy.N(exact, 20)))) < 1e-14
            # E|w|^{2n} E[max(T,0)^n P_k(T)]²
            above = mean(lambda x: max(x, 0) ** n if x > 0 else mpmath.mpf(0), k, d)
            radius = 2**n * mpmath.gamma(mpmath.mpf(d + 1) / 2 + n) / mpmath.gamma(mpmath.mpf(d + 1) / 2)
            assert abs(radius * above**2 - mpmath.mpf(str(sympy.N(exact, 20)))) < 1e-14
    k, d = sphere.symbols()[1:]
    symbolic = sphere.arc_cosine_eigenvalue(n, k, d)
    assert sympy.simplify(symbolic.subs({k: 1, d: 3}) - sphere.arc_cosine_eigenvalue(n, 1, 3)) == 0


def test_relu_on_the_two_sphere_by_exact_integration() -> None:
    """As Basri et al. 2019: the kernel integrated term by term, ∫ t^j (t (π − arccos t)) dt by parts."""
    for k in range(7):
        total = sympy.Integer(0)
        for (power,), c in sympy.Poly(legendre_polynomial(k, 2, t), t).terms():
            total += c * (root_moment(power) + 2 * angle_moment(power + 1)) / (2 * sympy.pi)
        exact = sympy.simplify(total / 2 + (sympy.Rational(1, 2) if k == 0 else 0))
        assert sympy.simplify(sphere.rectified_ntk_eigenvalue(1, k, 2, PLAIN) - exact) == 0


def root_moment(power: int) -> Any:
    """∫ t^j √(1−t²) dt over [−1, 1]."""
    half = sympy.Rational(1, 2)
    return sympy.beta((power + 1) * half, 3 * half).rewrite(sympy.gamma) if power % 2 == 0 else sympy.Integer(0)


def angle_moment(power: int) -> Any:
    """∫ t^j (π − arccos t) dt = π/(j+1) − (1/(j+1)) ∫ t^{j+1}/√(1−t²) dt, the boundary term at t = 1."""
    half = sympy.Rational(1, 2)
    inner = sympy.beta((power + 2) * half, half).rewrite(sympy.gamma) if power % 2 else sympy.Integer(0)
    return (sympy.pi - inner) / (power + 1)


def test_one_product_for_relu() -> None:
    for d in (1, 2, 7):
        for k in (2, 10):
            both = sphere.relu_ntk_even_eigenvalue(k, d) - sphere.rectified_ntk_eigenvalue(1, k, d, PLAIN)
            assert sympy.simplify(both) == 0
    k, d = sphere.symbols()[1:]
    value = sphere.relu_ntk_even_eigenvalue().subs({k: 4, d: 2})
    assert sympy.simplify(value) == sympy.Rational(1, 384)


DUALS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "abs": (
        lambda z: 2 * (mpmath.sqrt(1 - z * z) + z * mpmath.asin(z)) / mpmath.pi,
        lambda z: 2 * mpmath.asin(z) / mpmath.pi,
    ),
    "leaky_relu(1/3)": (
        lambda z: z / 3 + 4 * arc_cosine(1)(z) / 9,
        lambda z: mpmath.mpf(1) / 3 + 4 * arc_cosine(0)(z) / 9,
    ),
    "rectified_monomial(2)": (arc_cosine(2), lambda z: 4 * arc_cosine(1)(z)),
    "polynomial(1,0,2)": (lambda z: 9 + 8 * z * z, lambda z: 16 * z),  # φ = 1 + 2x²
}


@pytest.mark.parametrize("spec", sorted(DUALS))
def test_other_closed_forms_against_quadrature(spec: str) -> None:
    gamma_b2 = Fraction(1, 3) if spec.startswith("polynomial") else Fraction(0)
    hyper = hyperparameters(spec, gamma_b2=gamma_b2, sigma_w2=Fraction(1, 5), sigma_b2=2)
    value, slope = DUALS[spec]

    def kernel(rho: Any) -> Any:
        z = (1 - mpmath.mpf(gamma_b2.numerator) / gamma_b2.denominator) * (rho - 1) + 1
        return (z * slope(z) + value(z)) / 5 + 2

    for d, degrees in ((1, (3,)), (3, range(4))):
        for k in degrees:
            exact = sphere.ntk_eigenvalue(spec, k, d, hyper)
            assert abs(mean(kernel, k, d) - mpmath.mpf(str(sympy.N(exact, 20)))) < 1e-13
            surface = sphere.ntk_eigenvalue(spec, k, d, hyper, "surface")
            assert sympy.simplify(surface - sphere_volume(d) * exact) == 0


def test_what_has_no_closed_form_says_so() -> None:
    assert sphere.ntk_eigenvalue("tanh", 1, 2, hyperparameters("tanh")) is None
    assert sphere.ntk_eigenvalue("relu", 1, 2, hyperparameters("relu", gamma_b2=Fraction(1, 2))) is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: legendre_polynomial(-1, 2, t), "k=-1"),
        (lambda: legendre_polynomial(2, 0, t), "dimension=0"),
        (lambda: weight(2, 0, 2.5), "dimension=2.5"),
        (lambda: sphere.check_measure("uniform"), "measure=uniform"),
        (lambda: sphere.arc_cosine_eigenvalue(-1, 0, 2), "n=-1"),
        (lambda: sphere.rectified_ntk_eigenvalue(1, 2, 2, hyperparameters("relu", gamma_b2=1)), "gamma_b2=1"),
        (lambda: sphere.rectified_ntk_eigenvalue(0, 2, 2, PLAIN), "gamma_b2=0"),
    ],
)
def test_bad_input(call: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value).startswith(message)
