"""Fixed points, the edge of chaos and depth scales: against deep chains, floats, and what is known by hand."""

from fractions import Fraction

import mpmath
import pytest
from flint import arb

from eigenlaw.numerics.edge_of_chaos import critical_variances, fixed_point
from eigenlaw.numerics.meanfield import order_parameters
from eigenlaw.numerics.precision import is_accurate
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.wide_network import wide_network

F = Fraction


@pytest.mark.parametrize(("name", "weight", "bias"), [("erf", 9, 1), ("sin", 3, F(1, 2)), ("tanh", 6, F(1, 4))])
def test_deep_chaotic_chains_end_at_the_fixed_point_and_approach_it_at_its_rate(
    name: str, weight: int, bias: F | int
) -> None:
    layers = 40
    found = fixed_point(activation(name), F(weight), F(bias), 20)
    assert found.chi_1 > 1 and is_accurate(found.correlation, 18) and 0 < found.correlation < 1
    chain = order_parameters(wide_network(name, layers, weight, bias), 20)
    q = [weight * chain.q_hat[n] + arb(F(bias).numerator) / F(bias).denominator for n in range(layers)]
    gaps = [chain.q_hat_st[n] - chain.q_hat_st[layers - 1] for n in (20, 21)]
    assert abs(q[-1] - found.variance) < 1e-9
    overlap = weight * chain.q_hat_st[layers - 1] + arb(F(bias).numerator) / F(bias).denominator
    assert abs(overlap / q[-1] - found.correlation) < 0.3 * found.chi_c ** (layers / 2)
    assert abs(gaps[1] / gaps[0] - found.chi_c) < 0.05
    assert (found.depth * -found.chi_c.log()).contains(1)


def test_the_ordered_phase_ends_at_correlation_one() -> None:
    found = fixed_point(activation("relu"), F(1), F(1, 10), 20)
    assert found.variance.overlaps(arb(1) / 5) and found.correlation == 1
    assert found.chi_1.overlaps(arb(1) / 2) and found.depth.overlaps(1 / arb(2).log())


def test_without_biases_an_odd_activation_ends_at_correlation_zero() -> None:
    found = fixed_point(activation("tanh"), F(3), F(0), 15)
    assert found.correlation == 0 and found.chi_1 > 1 > found.chi_c


def test_the_edge_of_chaos_of_sine_and_tanh() -> None:
    """sin: σ_w² = e^q/cosh q, σ_b² = q − tanh q; tanh by quadrature."""
    weight, bias = critical_variances(activation("sin"), F(2, 3), 30)
    q = arb(2) / 3
    assert weight.overlaps(q.exp() / q.cosh()) and bias.overlaps(q - q.tanh()) and is_accurate(bias, 30)
    weight, bias = critical_variances(activation("tanh"), F(9, 4), 20)
    own, steep = (
        mpmath.quad(lambda x, f=f: f(mpmath.tanh(1.5 * x)) * mpmath.npdf(x), [-12, -3, 0, 3, 12])
        for f in (lambda t: t**2, lambda t: (1 - t**2) ** 2)
    )
    assert float(weight) == pytest.approx(float(1 / steep)) and float(bias) == pytest.approx(float(2.25 - own / steep))
    beyond = fixed_point(
        activation("sin"), F(float(critical_variances(activation("sin"), F(1), 20)[0])) * F(11, 10), F(1, 5), 10
    )
    assert beyond.chi_1 > 1


@pytest.mark.parametrize(("name", "weight", "bias"), [("relu", 2, F(1, 10)), ("erf", F(1, 4), 0), ("sign", 1, 1)])
def test_what_has_no_fixed_point_is_refused(name: str, weight: F | int, bias: F | int) -> None:
    with pytest.raises(InputError):
        fixed_point(activation(name), F(weight), F(bias), 10)
