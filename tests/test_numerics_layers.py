"""Kernels of any depth: against Cauchy's integral, the sums of the paper, integrals over the plane, exact rationals."""

import operator
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise, repeat
from math import isqrt
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import acb, arb, arb_series, ctx, fmpq, fmpq_poly

from eigenlaw.numerics import hermite_dual
from eigenlaw.numerics.composition import taylor_shift
from eigenlaw.numerics.correlation import coefficients_of, series_terms
from eigenlaw.numerics.moments import hermite_from_moments, power_sums
from eigenlaw.numerics.ntk import Variances, hyper_parameters, layered_kernel, ntk_coefficients, ntk_values
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError

DEPTHS, ORDER, DIGITS = (2, 3, 5, 8), 100, 45
BITS = 1300  # sin has κ_100 ~ 1e-158 at 2 layers, and the circle of radius 1/2 costs 100 bits
POINTS = 256  # on the circle: what is aliased is 2^-256 κ_{p+256}
PLAIN = Variances(Fraction(1), Fraction(0), Fraction(1), Fraction(0))
SQUEEZED = Variances(Fraction(2), Fraction(1, 4), Fraction(3, 4), Fraction(1, 3))  # off unit variance, q_1 = 9/4

BOTH = (PLAIN, SQUEEZED)


def half_circle_angle(z: Any) -> Any:
    return arb.pi() / 2 + z.asin()


Pair = Callable[[Any], tuple[Any, Any]]
CLOSED: dict[str, Pair] = {  # z ↦ E φ(U)φ(V), E φ'(U)φ'(V) at variance 1, written out by hand
    "relu": lambda z: (
        ((1 - z * z).sqrt() + z * half_circle_angle(z)) / (2 * arb.pi()),
        half_circle_angle(z) / (2 * arb.pi()),
    ),
    "leaky_relu(0.1)": lambda z: (
        z / 10 + arb("0.81") * ((1 - z * z).sqrt() + z * half_circle_angle(z)) / (2 * arb.pi()),
        arb(1) / 10 + arb("0.81") * half_circle_angle(z) / (2 * arb.pi()),
    ),
    "erf": lambda z: (2 * (2 * z / 3).asin() / arb.pi(), 4 / (arb.pi() * (9 - 4 * z * z).sqrt())),
    "gelu": lambda z: (
        z / 4 + z * (z / 2).asin() / (2 * arb.pi()) + 1 / (2 * arb.pi() * (4 - z * z).sqrt()),
        arb(1) / 4 + ((z / 2).asin() + z / (4 - z * z).sqrt() + z / (4 - z * z).sqrt() ** 3) / (2 * arb.pi()),
    ),
    "sin": lambda z: (((-1 + z).exp() - (-1 - z).exp()) / 2, ((-1 + z).exp() + (-1 - z).exp()) / 2),
    "gaussian(1)": lambda z: (1 / (2 * arb.pi() * (4 - z * z).sqrt()), z / (2 * arb.pi() * (4 - z * z).sqrt() ** 3)),
}


def around_the_circle(pair: Pair, gamma_b2: Fraction) -> dict[int, list[Any]]:
    """κ_0 … κ_ORDER at every depth from Θ(ρ) at the roots of unity times 1/2, half of them by conjugate symmetry."""
    bias, sigma_b2 = arb(gamma_b2.numerator) / gamma_b2.denominator, 1 - pair(acb(1))[0].real
    turns = [(acb(0, 2) * arb.pi() * j / POINTS).exp() for j in range(POINTS)]
    theta = [(1 - bias) * turns[j] / 2 + bias for j in range(POINTS // 2 + 1)]
    covariance, out = list(theta), {}
    for layer in range(2, max(DEPTHS) + 1):
        pairs = [pair(z) for z in covariance]
        covariance = [value + sigma_b2 for value, _ in pairs]
        theta = [t * slope + c for t, (_, slope), c in zip(theta, pairs, covariance, strict=True)]
        if layer in DEPTHS:
            inside = range(1, POINTS // 2)
            out[layer] = [
                2**p
                * (
                    theta[0].real
                    + (-1) ** p * theta[-1].real
                    + 2 * sum(((theta[j] * turns[-j * p % POINTS]).real for j in inside), arb(0))
                )
                / POINTS
                for p in range(ORDER + 1)
            ]
    return out


def agrees(found: Any, other: Any) -> bool:
    """45 digits of a certified ball, or a zero where the other route has nothing to see."""
    if found.is_zero():
        return bool(other.abs_upper() < arb(2) ** -200)
    return is_accurate(found, DIGITS) and bool(abs(found - other).upper() < arb(10) ** -DIGITS * abs(found).lower())


@pytest.mark.parametrize("gamma_b2", [Fraction(0), Fraction(1, 2)])
@pytest.mark.parametrize("name", CLOSED)
def test_coefficients_are_cauchy_s_integrals(name: str, gamma_b2: Fraction) -> None:
    phi = activation(name)
    variances = hyper_parameters(phi, gamma_b2=gamma_b2, digits=DIGITS)
    with working(BITS):
        others = around_the_circle(CLOSED[name], gamma_b2)
    for layers in DEPTHS:
        found = ntk_coefficients(phi, ORDER, DIGITS, variances, layers)
        assert found.certified and found.reached
        with working(BITS):
            assert all(agrees(a, b) for a, b in zip(found.balls, others[layers], strict=True))


@cache
def hermite_squares(scale: int, order: int, bits: int) -> list[Any]:
    """μ_k² of tanh(x/scale) from the trapezoidal rule: its error is about e^{−π² scale/h + π scale √k/2}.

    It ends where |h_k(x)| e^{−x²/2} <= 1.1 e^{−x²/4} (Cramér) has fallen to 2^-bits.
    """
    with working(bits + 64 + 3 * order // 4):
        nats = 0.7 * bits + 0.5 * np.pi * scale * np.sqrt(order)
        step = Fraction(int(2**20 * np.pi**2 * scale / nats), 2**20)
        h = arb(step.numerator) / step.denominator
        nodes = [j * h for j in range(1, int(2 * np.sqrt(0.7 * bits) / step) + 1)]
        weights = [2 * h * x * (x / scale).tanh() * (-x * x / 2).exp() / (2 * arb.pi()).sqrt() for x in nodes]
        moments = power_sums([x * x for x in nodes], weights, (order + 1) // 2)
        odd = hermite_from_moments(moments, 1, 2)
    with working(bits):
        return [odd[k // 2] ** 2 if k % 2 else arb(0) for k in range(2 * len(odd))]


def summed(coefficients: list[Any], z: Any) -> Any:
    """Σ_k c_k z^k term by term, the sums (7) and (8) of Murray et al. 2023; z^k = z^i (z^n)^j."""
    n = isqrt(len(coefficients)) + 1
    powers = list(accumulate(repeat(z, n), operator.mul, initial=arb_series([1])))
    total = arb_series([0])
    for i in reversed(range(0, len(coefficients), n)):
        total = total * powers[n] + sum(map(operator.mul, powers, coefficients[i : i + n]), arb_series([0]))
    return total


@pytest.mark.parametrize("gamma_b2", [Fraction(0), Fraction(1, 2)])
@pytest.mark.parametrize(("name", "scale", "terms"), [("tanh", 1, 2400), ("sigmoid", 2, 700)])
def test_coefficients_are_the_sums_over_every_hermite_coefficient(
    name: str, scale: int, terms: int, gamma_b2: Fraction
) -> None:
    phi = activation(name)
    variances = hyper_parameters(phi, gamma_b2=gamma_b2, digits=DIGITS)
    odd = hermite_squares(scale, terms, 240)
    with working(240), series_terms(ORDER + 1):
        squares = odd if name == "tanh" else [arb(1) / 4, *(c / 4 for c in odd[1:])]
        slopes = [k * c for k, c in enumerate(squares)][1:]
        bias = arb(gamma_b2.numerator) / gamma_b2.denominator
        theta = covariance = arb_series([bias, 1 - bias])
        sigma_b2 = 1 - sum(squares, arb(0))
        for layers in range(2, max(DEPTHS) + 1):
            rate = summed(slopes, covariance)
            covariance = summed(squares, covariance) + sigma_b2
            theta = theta * rate + covariance
            if layers in DEPTHS:
                found = ntk_coefficients(phi, ORDER, DIGITS, variances, layers)
                assert found.certified and found.reached
                for one, other in zip(found.balls, coefficients_of(theta, ORDER), strict=True):
                    assert agrees(one, other)


def test_three_layers_of_relu_by_hand() -> None:
    found = ntk_coefficients(activation("relu"), 1, 40, hyper_parameters(activation("relu"), digits=40), 3).balls
    with working(200):
        pi = arb.pi()
        a = arb(1) / 2 + 1 / (2 * pi)  # Σ^(2) = a + ρ/4 + …, Θ^(2) = a + ρ/2 + …
        angle, root = pi / 2 + a.asin(), (1 - a * a).sqrt()
        assert found[0].overlaps(a * angle / (2 * pi) + (root + a * angle) / (2 * pi) + arb(1) / 2)
        assert found[1].overlaps(3 * angle / (8 * pi) + a / (8 * pi * root))


def panels(s: float) -> tuple[Any, Any]:
    """Nodes and weights of Gauss–Legendre rules on [−9s, 9s], cut where an activation may have a kink."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    edges = sorted({-9 * s, *(place for place in (-1.0, 0.0, 1.0) if place < 9 * s), 9 * s})
    x = np.concatenate([(a + b) / 2 + (b - a) / 2 * nodes for a, b in pairwise(edges)])
    return x, np.concatenate([(b - a) / 2 * weights for a, b in pairwise(edges)])


def plane_mean(f: Callable[[Any], Any], v: float, c: float) -> float:
    """E f(U) f(V) for variances v and covariance c."""
    x, w = panels(v**0.5)
    rest = v * v - c * c
    density = np.exp(-(v * x[:, None] ** 2 - 2 * c * np.outer(x, x) + v * x**2) / (2 * rest))
    return float((w * f(x)) @ density @ (w * f(x)) / (2 * np.pi * rest**0.5))


def line_mean(f: Callable[[Any], Any], v: float) -> float:
    """E f(U)² for variance v."""
    x, w = panels(v**0.5)
    return float(np.sum(w * f(x) ** 2 * np.exp(-x * x / (2 * v))) / np.sqrt(2 * np.pi * v))


def logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


PLANE: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "relu": (lambda x: np.maximum(x, 0), lambda x: 1.0 * (x > 0)),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "sin": (np.sin, np.cos),
    "silu": (lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * (1 - logistic(x)))),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), lambda x: np.exp(np.minimum(x, 0))),
    "hard_tanh": (lambda x: np.clip(x, -1, 1), lambda x: 1.0 * (abs(x) < 1)),
    "polynomial(1,1/2,1/3)": (lambda x: 1 + x / 2 + x * x / 3, lambda x: 0.5 + 2 * x / 3),
    "x*tanh(x)": (lambda x: x * np.tanh(x), lambda x: np.tanh(x) + x * (1 - np.tanh(x) ** 2)),
}


@pytest.mark.parametrize("name", PLANE)
def test_off_unit_variance_the_values_are_integrals_over_the_plane(name: str) -> None:
    phi, (f, slope) = activation(name), PLANE[name]
    for rho in (Fraction(1, 2), Fraction(-3, 4)):
        q, theta = 2.25, 2 * float(rho) + 0.25
        covariance = theta
        for layers in (2, 3, 4) if "*" not in name else (2, 3):
            rate = 0.75 * plane_mean(slope, q, covariance)
            covariance = 0.75 * plane_mean(f, q, covariance) + 1 / 3
            theta = theta * rate + covariance
            q = 0.75 * line_mean(f, q) + 1 / 3
            found = ntk_values(phi, [rho], 20, SQUEEZED, layers)
            assert found.certified and found.reached
            assert float(found.balls[0]) == pytest.approx(theta, rel=1e-11)


@pytest.mark.parametrize(
    ("name", "variances", "order", "layers"),
    [
        *((name, which, 150, 4) for name in [*PLANE, "erf", "gelu", "selu"] if "*" not in name for which in BOTH),
        ("x*tanh(x)", SQUEEZED, 24, 3),
    ],
)
def test_the_series_sums_to_the_values(name: str, variances: Variances, order: int, layers: int) -> None:
    """Σ_{p>P} κ_p |ρ|^p <= |ρ|^{P+1} (Θ(1) − Σ_{p<=P} κ_p), for κ_p >= 0."""
    points = [Fraction(1, 3), Fraction(-1, 2), Fraction(1)]
    every = ntk_coefficients(activation(name), order, 25, variances, layers)
    values = ntk_values(activation(name), points, 25, variances, layers)
    assert every.certified and every.reached and values.certified and values.reached
    with working(150):
        assert all(kappa >= 0 for kappa in every.balls)
        rest = (values.balls[2] - sum(every.balls, arb(0))).upper()
        for rho, value in zip(points[:2], values.balls, strict=False):
            at = arb(fmpq(rho.numerator, rho.denominator))
            total = sum((c * at**p for p, c in enumerate(every.balls)), arb(0))
            assert (total - value).abs_upper() <= abs(at) ** (order + 1) * rest.max(arb(0)) + 1e-22


def test_polynomials_are_exact() -> None:
    """φ = x³ − x + 1/2 off unit variance: the recursion on polynomials over the rationals."""
    variances = Variances(Fraction(1), Fraction(1, 5), Fraction(1, 30), Fraction(1, 7))
    q, z = fmpq(6, 5), fmpq_poly([fmpq(1, 6), fmpq(5, 6)])
    theta = q * z
    for layers in (2, 3, 4):
        # R = Σ μ_k² z^k with √q x = s: φ = (q^{3/2}) He_3 + (3q − 1) √q He_1 + 1/2
        value = 6 * q**3 * z**3 + (3 * q - 1) ** 2 * q * z + fmpq(1, 4)
        rate = (18 * q**2 * z**2 + (3 * q - 1) ** 2) / 30
        covariance = value / 30 + fmpq(1, 7)
        theta, q = theta * rate + covariance, covariance(fmpq(1))
        z = covariance / q
        found = ntk_coefficients(activation("polynomial(1/2,-1,0,1)"), 100, 30, variances, layers)
        exact = [theta[p] for p in range(101)]
        with working(400):
            for ball, number in zip(found.balls, exact, strict=True):
                assert ball.contains(arb(number)) and ball.is_zero() == (number == 0)
        for rho in (Fraction(-1), Fraction(-2, 3), Fraction(1)):
            value_there = ntk_values(activation("polynomial(1/2,-1,0,1)"), [rho], 30, variances, layers).balls[0]
            with working(400):
                assert value_there.overlaps(arb(theta(fmpq(rho.numerator, rho.denominator))))


def test_zeros_are_exact_at_every_depth() -> None:
    def pattern(name: str, variances: Variances, layers: int) -> str:
        balls = ntk_coefficients(activation(name), 8, 20, variances, layers).balls
        return "".join("0" if ball.is_zero() else "+" if ball > 0 else "?" for ball in balls)

    for layers in (2, 3, 6):
        for name in ("tanh", "erf", "sin", "hard_tanh", "tanh(x)**3"):
            assert pattern(name, PLAIN, layers) == "0+0+0+0+0" if name != "tanh(x)**3" or layers < 3 else True
        for name in ("gaussian", "cos", "abs"):
            assert pattern(name, SQUEEZED, layers) == "+++++++++"
            assert pattern(name, PLAIN, layers) == "+0+0+0+0+"
        relu = hyper_parameters(activation("relu"), sigma_w2="unit", digits=20)
        assert pattern("relu", relu, layers) == ("+++0+0+0+" if layers == 2 else "+++++++++")
        selu = hyper_parameters(activation("selu"), digits=20)
        assert pattern("selu", selu, layers) == "0++++++++"
        assert pattern("monomial(2)", PLAIN, layers) == {2: "+0+000000", 3: "+0+0+0000", 6: "+0+0+0+0+"}[layers]
        assert pattern("hermite(3)", PLAIN, layers) == {2: "000+00000", 3: "000000000", 6: "000000000"}[layers]
        assert pattern("polynomial(2)", SQUEEZED, layers) == "+00000000"
        assert pattern("tanh", Variances(Fraction(1), Fraction(0), Fraction(0), Fraction(1, 2)), layers) == "+00000000"
    assert pattern("relu", SQUEEZED, 1) == "++0000000"


def test_the_ends_are_exact_states() -> None:
    ends = [Fraction(1), Fraction(-1), Fraction(0)]
    relu, tanh = activation("relu"), activation("tanh")
    for layers in (2, 5, 9):
        right, left, _ = ntk_values(relu, ends, 30, hyper_parameters(relu, digits=30), layers).balls
        assert right.overlaps(2 - arb(2) ** (1 - layers)) and left < right
        right, left, middle = ntk_values(tanh, ends, 30, PLAIN, layers).balls
        assert right.overlaps(-left) and middle.is_zero() and is_accurate(left, 30)
        right, left, middle = ntk_values(activation("gaussian"), ends, 30, SQUEEZED, layers).balls
        assert not right.overlaps(left)
        right, left, _ = ntk_values(activation("gaussian"), ends, 30, PLAIN, layers).balls
        assert right.overlaps(left) and is_accurate(left, 30)


def test_near_the_ends_every_digit_is_there() -> None:
    tiny = Fraction(1, 10**30)
    relu = activation("relu")
    found = ntk_values(relu, [1 - tiny, tiny - 1], 40, hyper_parameters(relu, digits=40), 6).balls
    with mpmath.workdps(200):
        for sign, ball in zip((1, -1), found, strict=True):
            z = theta = sign * (1 - mpmath.mpf(10) ** -30)
            for _ in range(5):
                angle = mpmath.pi / 2 + mpmath.asin(z)
                theta = theta * angle / (2 * mpmath.pi)
                z = (mpmath.sqrt(1 - z * z) + z * angle) / (2 * mpmath.pi) + mpmath.mpf(1) / 2
                theta += z
            assert is_accurate(ball, 40)
            with working(300):
                assert ball.overlaps(arb(mpmath.nstr(theta, 120)))


def test_very_deep_kernels_keep_their_digits() -> None:
    """Every layer halves 1 − z for relu: 60 digits before any of them shows at 200 layers."""
    for name, layers in (("relu", 200), ("tanh", 40), ("elu", 30)):
        phi = activation(name)
        variances = hyper_parameters(phi, sigma_w2=Fraction(1, 2) if name == "elu" else Fraction(1), digits=20)
        kappa = ntk_coefficients(phi, 6, 20, variances, layers)
        low, high = ntk_values(phi, [Fraction(-1, 2), Fraction(1)], 20, variances, layers).balls
        assert kappa.reached and all(ball > 0 for ball in kappa.balls)
        with working(120):
            assert 0 < kappa.balls[1] < arb(2) ** -30
            assert low < kappa.balls[0] or low.overlaps(kappa.balls[0])
            assert (high - kappa.balls[0]).abs_upper() < 1e-6


@pytest.mark.parametrize("name", ["relu", "gelu", "exp(1/2)", "polynomial(1,1,1)"])
def test_complex_correlations_are_served_where_the_dual_is_closed(name: str) -> None:
    kernel = layered_kernel(activation(name), SQUEEZED, 3)
    with working(200):
        rho = acb("0.3", "0.4")
        kappa = kernel.series(160)
        total = sum((c * rho**p for p, c in enumerate(kappa)), acb(0))
        assert kernel.takes_complex and not layered_kernel(activation("tanh"), SQUEEZED, 3).takes_complex
        assert (kernel.value(rho) - total).abs_upper() < 1e-45
        assert kernel.value(arb("0.3")).overlaps(kernel.value(Fraction(3, 10)))
        assert kernel.value(acb("0.3")).real.overlaps(kernel.value(Fraction(3, 10)))


def test_more_digits_give_a_smaller_ball_that_overlaps_and_no_state_leaks() -> None:
    before = ctx.prec, ctx.cap
    for name in ("relu", "softplus", "selu", "hard_tanh"):
        last: list[Any] = []
        for digits in (15, 60):
            balls = ntk_coefficients(activation(name), 12, digits, SQUEEZED, 4).balls
            balls += ntk_values(activation(name), [Fraction(-1), Fraction(1, 7)], digits, SQUEEZED, 4).balls
            assert all(is_accurate(ball, digits) for ball in balls)
            assert all(a.overlaps(b) and b.rad() < a.rad() for a, b in zip(last, balls, strict=bool(last)))
            last = balls
    assert (ctx.prec, ctx.cap) == before
    short, long = (ntk_coefficients(activation("tanh"), order, 20, SQUEEZED, 3).balls for order in (0, 30))
    assert len(short) == 1 and short[0].overlaps(long[0])


def test_unusable_depths_and_jumps_are_refused() -> None:
    with pytest.raises(InputError, match="layers=0: expected an integer of at least 1"):
        ntk_coefficients(activation("relu"), 3, 10, PLAIN, 0)
    with pytest.raises(InputError, match="layers=-2"):
        ntk_values(activation("relu"), [Fraction(0)], 10, PLAIN, -2)
    with pytest.raises(InputError, match="without jumps"):
        ntk_coefficients(activation("sign"), 3, 10, PLAIN, 4)


def test_planted_errors_show(monkeypatch: pytest.MonkeyPatch) -> None:
    def off_by_one_ulp(*arguments: Any) -> list[Any]:
        found = taylor_shift(*arguments)
        found[3] *= 1 + arb(2) ** -150
        return found

    true = ntk_coefficients(activation("tanh"), 8, 45, SQUEEZED, 3).balls
    monkeypatch.setattr(hermite_dual, "taylor_shift", off_by_one_ulp)
    wrong = ntk_coefficients(activation("tanh"), 8, 45, SQUEEZED, 3).balls
    assert not wrong[4].overlaps(true[4]) and is_accurate(wrong[4], 44)
