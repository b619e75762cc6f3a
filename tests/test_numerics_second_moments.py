from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.numerics.second_moments import exact_second_moment, second_moment, second_moment_ball
from eigenlaw.theory.activations import CATALOGUE, activation
from eigenlaw.theory.errors import InputError

EXAMPLES = {
    "monomial": "monomial(3)",
    "rectified_monomial": "rectified_monomial(2)",
    "polynomial": "polynomial(1,0,-2,1/7)",
    "hermite": "hermite(4)",
}


@pytest.mark.parametrize("variance", [Fraction(1), Fraction(3, 7), Fraction(4)], ids=str)
@pytest.mark.parametrize("family", CATALOGUE)
def test_closed_forms_agree_with_quadrature_of_the_tree(family: str, variance: Fraction) -> None:
    phi = activation(EXAMPLES.get(family, family))
    closed = second_moment(phi, 40, variance)
    general = second_moment_ball(activation(phi.tree), 140, variance)
    assert is_accurate(closed, 40) and general.overlaps(closed) and general.rad() < 1e-35


def test_exact_values() -> None:
    cases = {
        "linear": Fraction(2),
        "relu": Fraction(1),
        "leaky_relu(1/2)": Fraction(5, 4),
        "abs": Fraction(2),
        "heaviside": Fraction(1, 2),
        "sign": Fraction(1),
        "monomial(3)": Fraction(15 * 8),
        "rectified_monomial(2)": Fraction(6),
        "polynomial(1,0,1)": Fraction(1 + 2 * 2 + 3 * 4),
        "hermite(1)": Fraction(2),
        "hermite(2)": Fraction(3 * 4 - 2 * 2 + 1, 2),
        "x**2 + 1": Fraction(17),
        "elu(0)": Fraction(1),
    }
    for name, wanted in cases.items():
        assert exact_second_moment(activation(name), Fraction(2)) == wanted, name
    assert exact_second_moment(activation("selu")) == 1
    assert exact_second_moment(activation("selu"), Fraction(2)) is None
    assert exact_second_moment(activation("hermite(9)")) == 1
    for name in ("gelu", "tanh", "erf", "x*tanh(x)", "elu"):
        assert exact_second_moment(activation(name)) is None


def test_exact_values_have_radius_zero_where_they_are_dyadic() -> None:
    for name in ("relu", "sign", "selu", "hermite(5)"):
        ball = second_moment(activation(name), 50)
        assert ball.is_exact() and not ball.is_zero()


def test_gelu_and_erf_at_variance_one_are_known() -> None:
    with working(200):
        gelu, erf = second_moment(activation("gelu"), 50), second_moment(activation("erf"), 50)
        assert gelu.overlaps(arb(1) / 3 + 1 / (2 * arb.pi() * arb(3).sqrt()))
        assert erf.overlaps(2 / arb.pi() * (arb(2) / 3).asin())


def test_samples_agree() -> None:
    rng = np.random.default_rng(7)
    z = rng.standard_normal(400_000)
    for name, f in (("tanh", np.tanh), ("silu", lambda x: x / (1 + np.exp(-x)))):
        values = f(2 * z) ** 2
        mean, error = values.mean(), values.std() / np.sqrt(z.size)
        assert abs(float(second_moment(activation(name), 10, Fraction(4))) - mean) < 6 * error


def test_it_is_refused_where_it_is_infinite() -> None:
    with pytest.raises(InputError, match="square-integrable"):
        second_moment(activation("exp(x**2/3)"), 10)
