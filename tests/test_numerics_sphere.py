"""Eigenvalues on the sphere: routes against each other, against the closed forms and mpmath, and their proofs."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath
import pytest
import sympy
from flint import arb, ctx

from eigenlaw.numerics.continuation import analytic_kernel
from eigenlaw.numerics.kernel_degrees import Degrees, kernel_degrees
from eigenlaw.numerics.layers import LayeredKernel, layered_kernel
from eigenlaw.numerics.ntk import ntk_coefficients, ntk_values
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.numerics.rules import gauss_legendre, legendre_count
from eigenlaw.numerics.sphere import (
    as_rectifier,
    multiplicity,
    quadrature_eigenvalues,
    rectifier_eigenvalues,
    sphere_eigenvalues,
    sphere_volume,
)
from eigenlaw.numerics.sphere_quadrature import SphereIntegrals
from eigenlaw.numerics.sphere_series import Weights, largest_weight, next_index, series_eigenvalues
from eigenlaw.numerics.variances import Variances, hyper_parameters
from eigenlaw.theory import sphere as theory
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.ntk import hyperparameters

HALF, ZERO = Fraction(1, 2), Fraction(0)


def kernel_of(name: str, layers: int = 2, **given: Any) -> LayeredKernel:
    phi = activation(name)
    return layered_kernel(phi, hyper_parameters(phi, digits=60, **given), layers)


def eigenvalues(name: str, order: int, digits: int = 30, **given: Any) -> list[Any]:
    where = {key: given.pop(key) for key in ("dimension", "layers", "measure") if key in given}
    phi = activation(name)
    found = sphere_eigenvalues(phi, order, digits, hyper_parameters(phi, digits=digits, **given), **where)
    assert found.reached and found.certified
    assert all(is_accurate(ball, digits) for ball in found.balls)
    return found.balls


def by_quadrature(kernel: LayeredKernel, order: int, dimension: int, digits: int) -> list[Any]:
    analytic = analytic_kernel(kernel)
    assert analytic is not None
    found = quadrature_eigenvalues(analytic, order, dimension, digits)
    assert found is not None
    return found


def overlap(left: list[Any], right: list[Any]) -> bool:
    return all(a.is_finite() and b.is_finite() and a.overlaps(b) for a, b in zip(left, right, strict=True))


# routes


@pytest.mark.parametrize(
    ("name", "layers", "dimension", "given"),
    [
        ("gelu", 2, 2, {}),
        ("gelu", 3, 3, {"gamma_w2": Fraction(2), "gamma_b2": Fraction(1), "sigma_b2": Fraction(1, 3)}),
        ("erf", 2, 1, {}),
        ("gaussian", 4, 5, {"gamma_b2": HALF}),
        ("sin", 3, 2, {"gamma_b2": Fraction(1, 3), "sigma_w2": "unit"}),
        ("cos(2)", 2, 2, {}),
        ("exp(1/2)", 2, 2, {"sigma_b2": ZERO}),
        ("polynomial(1,1/2,1)", 3, 4, {"sigma_b2": HALF}),
    ],
)
def test_series_and_quadrature_agree(name: str, layers: int, dimension: int, given: dict[str, Any]) -> None:
    kernel = kernel_of(name, layers, **given)
    series, reached = series_eigenvalues(kernel, 10, dimension, 40)
    assert reached
    other = by_quadrature(kernel, 10, dimension, 40)
    assert overlap(series, other)
    assert all(is_accurate(ball, 39) for ball in other)


@pytest.mark.parametrize("name", ["relu", "leaky_relu(1/10)", "abs", "rectified_monomial(2)"])
def test_closed_form_quadrature_and_theory_agree(name: str) -> None:
    given: dict[str, Any] = {"sigma_w2": Fraction(1, 5), "sigma_b2": Fraction(2)}
    exact = hyperparameters(name, **given)
    for dimension in (1, 2, 5):
        kernel = kernel_of(name, **given)
        closed = rectifier_eigenvalues(kernel, 12, dimension, 40)
        assert overlap(closed, by_quadrature(kernel, 12, dimension, 20))
        for k in (0, 1, 2, 3, 8):
            value = theory.ntk_eigenvalue(name, k, dimension, exact)
            with working(160):
                assert closed[k].overlaps(arb(str(sympy.N(value, 45))) + arb(0, 1e-44))
            assert closed[k].is_zero() == (value == 0)


def relu_ntk(rho: Any, layers: int, gamma_b2: Any, sigma_w2: Any, sigma_b2: Any) -> Any:
    """(11)–(12) for ReLU at γ_w² + γ_b² = 1, in mpmath, also for complex angles of moderate size."""
    z = covariance = theta = (1 - gamma_b2) * rho + gamma_b2
    q = mpmath.mpf(1)
    for _ in range(layers - 1):
        z = covariance / q
        angle = mpmath.pi - mpmath.acos(z)
        covariance = sigma_w2 * q * (mpmath.sqrt(1 - z) * mpmath.sqrt(1 + z) + z * angle) / (2 * mpmath.pi) + sigma_b2
        theta = theta * sigma_w2 * angle / (2 * mpmath.pi) + covariance
        q = sigma_w2 * q / 2 + sigma_b2
    return theta


@pytest.mark.parametrize(
    ("layers", "dimension", "given"),
    [
        (5, 2, {}),
        (3, 3, {"gamma_b2": HALF}),
        (4, 2, {"sigma_w2": Fraction(2)}),
        (3, 1, {"gamma_b2": Fraction(1, 10), "sigma_w2": Fraction(3), "sigma_b2": Fraction(1, 4)}),
    ],
)
def test_deep_relu_against_mpmath(layers: int, dimension: int, given: dict[str, Any]) -> None:
    found = eigenvalues("relu", 9, 20, layers=layers, dimension=dimension, **given)
    s, b = given.get("sigma_w2", Fraction(1)), given.get("sigma_b2")
    s, b = mpmath.mpf(s.numerator), mpmath.mpf(float(1 - s / 2 if b is None else b))
    g = given.get("gamma_b2", ZERO)
    with mpmath.workdps(20):
        h = mpmath.mpf(dimension + 1) / 2
        norm = mpmath.gamma(h) / (mpmath.sqrt(mpmath.pi) * mpmath.gamma(h - mpmath.mpf(1) / 2))
        for k in (0, 9):

            def integrand(a: Any, k: int = k) -> Any:
                x = mpmath.cos(a)
                p = mpmath.cos(k * a) if dimension == 1 else gegenbauer(k, dimension, x)
                value = relu_ntk(x, layers, mpmath.mpf(g.numerator) / g.denominator, s, b)
                return value * p * mpmath.sin(a) ** (dimension - 1)

            expected = norm * mpmath.quad(integrand, [0, 1, 2, 2.9, mpmath.pi] if g else [0, 2, mpmath.pi])
            assert abs(expected - mpmath.mpf(found[k].str(25, radius=False))) < 1e-14


def gegenbauer(k: int, d: int, x: Any) -> Any:
    before, now = x * 0 + 1, x
    for j in range(1, k):
        before, now = now, ((2 * j + d - 1) * x * now - j * before) / (j + d - 1)
    return now if k else before


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "x*tanh(x)"])
def test_series_without_a_closed_dual(name: str) -> None:
    """Θ(ρ) = Σ N(2, k) λ_k P_k(ρ), what is left of it at most what is left at ρ = 1."""
    found = eigenvalues(name, 6, 12)
    phi = activation(name)
    points = [Fraction(1), *(Fraction(i, 4) for i in range(-4, 4))]
    values = ntk_values(phi, points, 15, hyper_parameters(phi, digits=15)).balls
    with working(80):
        scaled = [(2 * k + 1) * ball for k, ball in enumerate(found)]
        rest = (values[0] - sum(scaled, arb(0))).upper()
        assert rest > 0 and rest < 0.01
        for point, value in zip(points, values, strict=True):
            rho = arb(point.numerator) / point.denominator
            series = sum((c * gegenbauer(k, 2, rho) for k, c in enumerate(scaled)), arb(0))
            assert abs(value - series).upper() <= rest + 1e-15


# identities


@pytest.mark.parametrize(
    ("name", "layers", "dimension", "order", "decay"),
    [("gaussian", 3, 2, 60, None), ("polynomial(1,1,1)", 2, 3, 4, None), ("relu", 4, 2, 150, 1)],
)
def test_the_trace_identity(name: str, layers: int, dimension: int, order: int, decay: int | None) -> None:
    given = {"sigma_b2": HALF}
    phi = activation(name)
    found = eigenvalues(name, order, 25, layers=layers, dimension=dimension, **given)
    top = ntk_values(phi, [Fraction(1)], 30, hyper_parameters(phi, digits=30, **given), layers).balls[0]
    with working(100):
        rest = top - sum((multiplicity(k, dimension) * ball for k, ball in enumerate(found)), arb(0))
        if decay is None:
            assert rest.contains(0) or (rest > 0 and rest < 1e-15)
            assert rest.rad() < 1e-20
        else:  # N λ_k ~ k^{-2}: the rest is about K N(d, K) λ_K
            last = order * multiplicity(order, dimension) * found[order]
            assert rest > last / 2 and rest < 2 * last


def test_the_measures_differ_by_the_volume() -> None:
    for dimension in (1, 2, 5):
        one = eigenvalues("relu", 6, 25, dimension=dimension, layers=3)
        other = eigenvalues("relu", 6, 25, dimension=dimension, layers=3, measure="surface")
        with working(120):
            volume = sphere_volume(dimension)
            assert volume.overlaps(arb(str(sympy.N(theory.sphere_volume(dimension), 40))))
            assert overlap([ball * volume for ball in one], other)
        assert [multiplicity(k, dimension) for k in range(6)] == [theory.multiplicity(k, dimension) for k in range(6)]


def test_zeros_are_exact() -> None:
    def zeros(name: str, order: int = 8, **given: Any) -> list[int]:
        return [k for k, ball in enumerate(eigenvalues(name, order, 10, **given)) if ball.is_zero()]

    assert zeros("relu") == [3, 5, 7]
    assert zeros("leaky_relu(1/10)", dimension=3) == [3, 5, 7]
    assert zeros("abs", layers=3) == zeros("gaussian") == [1, 3, 5, 7]
    assert zeros("gelu") == [*zeros("silu", 4), 5, 7] == [3, 5, 7]
    assert zeros("erf") == [2, 4, 6, 8] and zeros("erf", sigma_w2="unit", layers=3) == [0, 2, 4, 6, 8]
    assert zeros("sigmoid", 4) == [2, 4]
    assert zeros("polynomial(0,1,1)", sigma_b2=ZERO) == [3, 4, 5, 6, 7, 8]
    assert zeros("rectified_monomial(2)", sigma_b2=ZERO) == [4, 6, 8]
    assert zeros("relu", layers=3) == zeros("gelu", layers=3) == zeros("relu", gamma_b2=HALF) == []
    assert zeros("relu", layers=1) == [0, 2, 3, 4, 5, 6, 7, 8]
    assert zeros("relu", gamma_b2=Fraction(1)) == zeros("tanh", gamma_b2=Fraction(1)) == list(range(1, 9))
    assert zeros("relu", sigma_w2=ZERO) == list(range(1, 9))


def test_degrees() -> None:
    assert kernel_degrees(kernel_of("gelu")) == Degrees(None, 1)
    assert (
        kernel_degrees(kernel_of("gelu", 3)) == kernel_degrees(kernel_of("gelu", gamma_b2=HALF)) == Degrees(None, None)
    )
    assert kernel_degrees(kernel_of("tanh")) == Degrees(0, None)
    assert kernel_degrees(kernel_of("tanh", 3)) == Degrees(None, None)
    assert kernel_degrees(kernel_of("polynomial(0,1,1)", 4, sigma_b2=ZERO)) == Degrees(8, 8)
    phi = activation("x/2+cos(x)")
    kappa = ntk_coefficients(phi, 9, 10, hyper_parameters(phi, digits=10)).balls
    bound = kernel_degrees(layered_kernel(phi, hyper_parameters(phi, digits=10)))
    assert all(ball.is_zero() == bound.vanishes(p) for p, ball in enumerate(kappa))


def test_a_typed_rectifier_is_one() -> None:
    for typed, name, factor in (
        ("max(x,0)", "relu", 1),
        ("max(3*x, x)", "leaky_relu(1/3)", 9),
        ("max(-2*x,0)", "relu", 4),
    ):
        variances = hyper_parameters(activation(typed), digits=20, sigma_w2="unit", gamma_b2=HALF)
        phi, inside = as_rectifier(activation(typed), variances)
        assert phi.name in {name, "leaky_relu(0)"}
        assert arb(inside.sigma_w2).overlaps(arb(variances.sigma_w2) * factor)
        assert overlap(eigenvalues(typed, 4, sigma_w2="unit"), eigenvalues(name, 4, sigma_w2="unit"))
    plain = Variances(Fraction(1), ZERO, Fraction(1), ZERO)
    for typed in ("max(x,1)", "x*tanh(x)", "abs(x) + x**2"):
        phi = activation(typed)
        assert as_rectifier(phi, plain) == (phi, plain)


# proofs


def test_tails_cover_what_is_left_out() -> None:
    with working(80):
        weights = Weights(3, 400)
        for k in (0, 3, 20):
            for last in (25, 26, 90):
                first = next_index(last, k)
                assert first > last and first >= k and (first - k) % 2 == 0
                bound = largest_weight(first, k, 3)
                left = [weights.at(p, k) for p in range(first, 300, 2)]
                assert all(not weight > bound for weight in left)
                assert max(float(weight) for weight in left) > 0.99 * float(bound)
            exact = theory.weight(26, k + k % 2, 3)
            assert weights.at(26, k + k % 2).overlaps(arb(exact.p) / exact.q)


@pytest.mark.parametrize(("name", "layers"), [("relu", 2), ("relu", 4), ("gelu", 3), ("tanh", 2)])
def test_more_digits_give_a_smaller_ball_that_overlaps(name: str, layers: int) -> None:
    before = (ctx.prec, ctx.cap)
    last: list[Any] = []
    for digits in (12, 40):
        balls = eigenvalues(name, 6, digits, layers=layers, gamma_b2=ZERO if name == "tanh" else Fraction(1, 7))
        for old, new in zip(last, balls, strict=bool(last)):
            assert old.overlaps(new) and (new.rad() < old.rad() or new.is_zero())
        last = balls
    assert (ctx.prec, ctx.cap) == before


def test_large_degrees_keep_their_relative_digits() -> None:
    found = eigenvalues("gaussian", 400, 40)
    phi = activation("gaussian")
    kappa = ntk_coefficients(phi, 900, 45, hyper_parameters(phi, digits=45)).balls
    with working(250):
        h, total = arb(3) / 2, arb(0)
        for p in range(400, 901, 2):
            log = arb(p + 1).lgamma() - arb((p - 400) // 2 + 1).lgamma() - ((p + 400) // 2 + h).lgamma()
            total += kappa[p] * (log + h.lgamma() - p * arb(2).log()).exp()
        assert (found[400] / total - 1).abs_upper() < arb(10) ** -38
        assert found[400] < arb(10) ** -229
    closed = eigenvalues("relu", 1000, 40)
    with working(200):
        assert abs(2 * arb.pi() * arb(1000) ** 3 * closed[1000] - 1) < 0.01  # λ_k ~ k^{−3}/(2π) for even k


def test_planted_errors_show(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = kernel_of("relu", 2, gamma_b2=ZERO)
    closed = rectifier_eigenvalues(kernel, 6, 2, 40)

    def shifted(count: int) -> list[tuple[Any, Any]]:
        nodes = gauss_legendre(count)
        return [(nodes[0][0], nodes[0][1] * (1 + arb(2) ** -90)), *nodes[1:]]

    monkeypatch.setattr("eigenlaw.numerics.sphere_quadrature.gauss_legendre", shifted)
    assert not overlap(closed, by_quadrature(kernel, 6, 2, 35))


def test_with_too_few_nodes_the_radii_grow_and_stay_true(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = kernel_of("relu", 2, gamma_b2=ZERO)
    closed = rectifier_eigenvalues(kernel, 20, 2, 40)
    monkeypatch.setattr(
        "eigenlaw.numerics.sphere_quadrature.legendre_count", lambda *given: legendre_count(*given) - 12
    )
    analytic = analytic_kernel(kernel)
    assert analytic is not None
    with working(160):
        found = SphereIntegrals(analytic, 20, 2).eigenvalues()
    assert overlap(closed, found)
    assert all(1e-45 < float(ball.rad()) < 1e-5 for ball in found if not ball.is_zero())


def test_a_limit_that_is_met_is_said() -> None:
    phi = activation("elu")
    variances = hyper_parameters(phi, digits=15, sigma_b2=ZERO)
    found = sphere_eigenvalues(phi, 3, 15, variances)
    assert found.certified and not found.reached
    points = [Fraction(i, 200) for i in range(-200, 201)]
    values = ntk_values(phi, points, 12, variances).balls
    mean = sum(float(a) + float(b) for a, b in pairwise(values)) / 800
    assert abs(float(found.balls[0]) - mean) < 1e-4
    assert all(ball.is_finite() and ball.rad() > 0 for ball in found.balls)


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("relu", {"order": -1}, "order=-1"),
        ("relu", {"dimension": 0}, "dimension=0"),
        ("relu", {"layers": 0}, "layers=0"),
        ("relu", {"measure": "uniform"}, "measure=uniform"),
        ("relu", {"digits": -5}, "digits=-"),
        ("heaviside", {}, "activation=heaviside"),
    ],
)
def test_bad_input(name: str, given: dict[str, Any], message: str) -> None:
    phi = activation(name)
    arguments = {"order": 3, "digits": 10, **given}
    with pytest.raises(InputError) as error:
        sphere_eigenvalues(phi, variances=Variances(Fraction(1), ZERO, Fraction(1), ZERO), **arguments)
    assert str(error.value).startswith(message)
