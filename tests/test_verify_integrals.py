"""Certified Gaussian means against closed forms and mpmath's quadrature, with small radii."""

import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from flint import acb, arb

from eigenlaw.numerics.activation import arb_value
from eigenlaw.numerics.precision import working
from eigenlaw.theory.activations import activation
from eigenlaw.verify.integrals import activation_mean, derivative_pieces, gaussian_mean, growth, smooth_pieces

BITS = 256
CLOSED: dict[str, Callable[[], Any]] = {
    "relu": lambda: 1 / (2 * arb.pi()).sqrt(),
    "abs": lambda: (2 / arb.pi()).sqrt(),
    "monomial(6)": lambda: arb(15),
    "heaviside": lambda: arb(1) / 2,
    "exp": lambda: arb(1).exp().sqrt(),
    "cos(2)": lambda: arb(-2).exp(),
    "gaussian": lambda: 1 / (2 * arb.pi().sqrt()),
    "gelu": lambda: 1 / (2 * arb.pi().sqrt()),
    "selu": lambda: arb(0),
    "tanh": lambda: arb(0),
    "sigmoid": lambda: arb(1) / 2,
    "hermite(4)": lambda: arb(0),
    "rectified_monomial(3)": lambda: 2 / (2 * arb.pi()).sqrt(),
    "elu": lambda: 1 / (2 * arb.pi()).sqrt() + arb(1).exp().sqrt() * (arb(1) / 2).sqrt().erfc() / 2 - arb(1) / 2,
    "leaky_relu(1/10)": lambda: arb(9) / 10 / (2 * arb.pi()).sqrt(),
    "x if x < pi else 2*x - pi": lambda: _beyond_pi(),
}


def _beyond_pi() -> Any:
    """E[(Z − π)₊] = density(π) − π P(Z > π)."""
    density = (-(arb.pi() ** 2) / 2).exp() / (2 * arb.pi()).sqrt()
    return density - arb.pi() * (arb.pi() / arb(2).sqrt()).erfc() / 2


@pytest.mark.parametrize("name", CLOSED)
def test_means_contain_the_closed_form_and_are_sharp(name: str) -> None:
    with working(BITS):
        found = activation_mean(activation(name), lambda _: acb(1))
        assert found.overlaps(CLOSED[name]())
        assert found.rad() < arb("1e-60")


@pytest.mark.parametrize("name", ["tanh", "softplus", "silu", "hard_tanh", "erf(1/2)", "abs(x - 1/3)"])
@pytest.mark.parametrize("k", [0, 1, 4])
def test_moments_agree_with_mpmath(name: str, k: int) -> None:
    phi = activation(name)
    functions: dict[str, Callable[[Any], Any]] = {
        "tanh": mpmath.tanh,
        "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
        "silu": lambda x: x / (1 + mpmath.exp(-x)),
        "hard_tanh": lambda x: max(-1, min(1, x)),
        "erf(1/2)": lambda x: mpmath.erf(x / 2),
        "abs(x - 1/3)": lambda x: abs(x - mpmath.mpf(1) / 3),
    }
    with working(BITS), mpmath.workdps(30):
        found = activation_mean(phi, lambda z: z**k, k)
        f, third = functions[name], mpmath.mpf(1) / 3
        edges = [-14, -5, -1, 0, third, 1, 5, 14]
        expected = mpmath.quad(lambda x: f(x) * x**k * mpmath.npdf(x), edges)
        assert abs(found - arb(mpmath.nstr(expected, 28))) < arb("1e-20")
        assert found.rad() < arb("1e-50")


@pytest.mark.parametrize("name", ["relu", "selu", "tanh", "hard_tanh", "x*abs(x)", "softplus"])
def test_stein_s_lemma_ties_a_function_to_its_derivative(name: str) -> None:
    phi = activation(name)
    with working(BITS):
        slope = activation_mean(phi, lambda _: acb(1), 0, derivative_pieces(phi))
        moment = activation_mean(phi, lambda z: z, 1)
        assert slope.overlaps(moment)
        assert (slope - moment).rad() < arb("1e-50")


def test_a_jump_breaks_stein_s_lemma() -> None:
    phi = activation("sign")
    assert not activation_mean(phi, lambda _: acb(1), 0, derivative_pieces(phi)).overlaps(
        activation_mean(phi, lambda z: z, 1)
    )


def test_the_tail_beyond_the_edge_is_part_of_the_radius() -> None:
    with working(1200):
        one = gaussian_mean([lambda _: acb(1)], [])
        assert one.contains(1)
        assert one.rad() > math.exp(-520)
        assert one.rad() < arb("1e-150")


def test_the_growth_bound_covers_the_catalogue() -> None:
    for name in ("relu", "softplus", "exp(2)", "monomial(8)", "gelu", "elu", "selu", "hermite(8)"):
        phi = activation(name)
        for x in (32, 64, 200):
            assert abs(arb_value(smooth_pieces(phi)[-1], arb(x))) < growth(arb(x), 0)


def test_a_singularity_on_the_line_gives_no_number() -> None:
    assert not activation_mean(activation("1/x"), lambda _: acb(1)).is_finite()


def test_the_pieces_must_match_the_breaks() -> None:
    with pytest.raises(ValueError, match="zip"):
        gaussian_mean([lambda z: z], [arb(0)])


def test_a_wrong_break_is_noticed() -> None:
    with working(BITS):
        for place in ("1e-10", "0.01"):
            moved = gaussian_mean([lambda _: acb(0), lambda z: z], [arb(place)])
            assert not moved.overlaps(1 / (2 * arb.pi()).sqrt())
