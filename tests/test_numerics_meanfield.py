"""Order parameters of wide networks: by closed duals, by Hermite series, by quadrature, and where they are known."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb, ctx

from eigenlaw.numerics import layers as duals
from eigenlaw.numerics import meanfield
from eigenlaw.numerics.hermite_dual import HermiteDual
from eigenlaw.numerics.meanfield import OrderParameters, order_parameters
from eigenlaw.numerics.precision import bits_for, is_accurate, working
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.wide_network import wide_network

FAMILIES = ("q_hat", "q_hat_st", "q_tilde", "q_tilde_st")
F = Fraction


def balls(found: OrderParameters) -> list[Any]:
    return [ball for name in FAMILIES for ball in getattr(found, name).values()]


@pytest.mark.parametrize("name", ["erf", "sin", "cos(2)", "gaussian(1)"])
def test_hermite_series_agree_with_the_closed_duals(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network = wide_network(name, 4, F(3, 2), F(1, 4))
    closed = balls(order_parameters(network, 45))
    assert not isinstance(duals.dual_of(network.activations[0], F(1)), HermiteDual)
    used = []

    def series(phi: Any, variance: Any) -> HermiteDual:
        used.append(phi)
        return HermiteDual(phi, variance)

    monkeypatch.setattr(meanfield, "dual_of", series)
    found = balls(order_parameters(network, 45))
    assert used
    for a, b in zip(closed, found, strict=True):
        assert a.overlaps(b) and is_accurate(a, 44) and is_accurate(b, 44)


def test_tanh_agrees_with_sums_in_two_dimensions() -> None:
    """The trapezoidal rule for the second form of (17), also for φ', with FLINT's tanh: no Hermite coefficient."""
    found = order_parameters(wide_network("tanh", 2, 3, F(16, 25)), 42)
    with working(170):
        q_t, q_st = 3 + arb(16) / 25, arb(16) / 25
        pairs = [inner(q_t - q_st, q_st.sqrt() * y) for y, _ in RULE]
        q_hat, q_hat_st = mean(lambda y: (q_t.sqrt() * y).tanh() ** 2), weighted(value * value for value, _ in pairs)
        q_tilde = 3 * mean(lambda y: (1 - (q_t.sqrt() * y).tanh() ** 2) ** 2)
        q_tilde_st = 3 * weighted(slope * slope for _, slope in pairs)
    assert near(found.q_hat[1], q_hat) and near(found.q_hat_st[1], q_hat_st)
    assert near(found.q_tilde[1], q_tilde) and near(found.q_tilde_st[1], q_tilde_st)
    assert found.certified and found.reached


def rule() -> list[tuple[Any, Any]]:
    """Nodes x ≥ 0 and weights of N(0, 1) for even functions; tanh'(√3.7 x)² is analytic for |Im x| < 0.81."""
    with working(170):
        h = arb(1) / 24
        weights = [h * (-((j * h) ** 2) / 2).exp() / (arb.pi() / 2).sqrt() for j in range(24 * 15)]
        return [(j * h, weight if j else weight / 2) for j, weight in enumerate(weights)]


RULE = rule()


def weighted(values: Iterable[Any]) -> Any:
    return sum((value * weight for value, (_, weight) in zip(values, RULE, strict=True)), arb(0))


def mean(f: Callable[[Any], Any]) -> Any:
    return weighted(f(x) for x, _ in RULE)


def inner(variance: Any, shift: Any) -> tuple[Any, Any]:
    """Return E tanh(X + shift) and E tanh'(X + shift), X ~ N(0, variance)."""
    scale = variance.sqrt()
    pairs = [((scale * x + shift).tanh(), (scale * x - shift).tanh()) for x, _ in RULE]
    return weighted((a - b) / 2 for a, b in pairs), weighted(1 - (a * a + b * b) / 2 for a, b in pairs)


def near(ball: Any, value: Any) -> bool:
    with working(200):
        return bool(abs(ball - value.mid()) <= 1e-40 * abs(ball))


def close(ball: Any, value: Any) -> bool:
    with working(bits_for(60)):
        return bool(abs(ball - arb(mpmath.nstr(value, 50))) <= 1e-40 * abs(ball))


def test_relu_by_its_arc_cosine_kernel() -> None:
    """Cho and Saul's closed form, layer by layer with different variances, in mpmath."""
    weights, biases = [F(2), F(3, 2), F(5, 2)], [F(1, 10), F(0), F(7, 5)]
    found = order_parameters(wide_network("relu", 3, weights, biases), 45)
    with mpmath.workdps(55):
        q_t, q_st, rates = mpmath.mpf(1), mpmath.mpf(0), []
        for layer, (weight, bias) in enumerate(zip(weights[:2], biases[:2], strict=True), 1):
            a, b = (mpmath.mpf(weight.numerator) / weight.denominator * q for q in (q_t, q_st))
            a, b = (q + mpmath.mpf(bias.numerator) / bias.denominator for q in (a, b))
            angle = mpmath.acos(b / a)
            q_t, q_st = a / 2, a / (2 * mpmath.pi) * (mpmath.sin(angle) + (mpmath.pi - angle) * mpmath.cos(angle))
            rates.append((mpmath.pi - angle) / (2 * mpmath.pi))
            assert close(found.q_hat[layer], q_t) and close(found.q_hat_st[layer], q_st)
        assert close(found.q_tilde_st[2], mpmath.mpf(5) / 2 * rates[1])
        assert close(found.q_tilde_st[1], mpmath.mpf(3) / 2 * rates[0] * found_value(found.q_tilde_st[2]))
    assert found.q_tilde[2].overlaps(arb(5) / 4) and found.q_tilde[1].overlaps(arb(15) / 16)


def found_value(ball: Any) -> Any:
    return mpmath.mpf(ball.str(55, radius=False))


def test_own_activations_layer_by_layer() -> None:
    """Linear, then x², then linear: all four by hand, the last q̃ with the variance of the layer above."""
    network = wide_network(["linear", "monomial(2)"], 3, [1, 2, 5], [F(1, 2), 1, 7])
    found = order_parameters(network, 20)
    u, b = F(3, 2), F(1, 2)  # q_t and q_st of layer 1
    v, c = 2 * u + 1, 2 * b + 1  # of layer 2; E U⁴ = 3v², E U²V² = v² + 2c², E 4UV = 4c
    expected = {
        "q_hat": [F(1), u, 3 * v**2],
        "q_hat_st": [F(0), b, v**2 + 2 * c**2],
        "q_tilde": [2 * 5 * 4 * v, 5 * 4 * v, F(1)],
        "q_tilde_st": [2 * 5 * 4 * c, 5 * 4 * c, F(1)],
    }
    for name in FAMILIES:
        for ball, value in zip(getattr(found, name).values(), expected[name], strict=True):
            assert ball.contains(arb(value.numerator) / value.denominator)


def test_zeros_are_exact_zeros() -> None:
    odd = order_parameters(wide_network("tanh", 4, 3, 0), 30)
    assert all(odd.q_hat_st[layer] == 0 for layer in range(4)) and odd.q_tilde_st[1] > 0 and odd.reached
    even = order_parameters(wide_network("monomial(2)", 3, F(1, 2), 0), 30)
    assert even.q_hat_st[0] == 0 and even.q_hat_st[1] > 0
    assert even.q_tilde_st[1] == 0 and even.q_tilde_st[2] > 0
    biased = order_parameters(wide_network("monomial(2)", 3, F(1, 2), F(1, 3)), 30)
    assert biased.q_tilde_st[1] > 0 and biased.q_hat_st[0] == 0


@pytest.mark.parametrize(("name", "layers"), [("erf", 200), ("tanh", 40)])
def test_correlations_that_tend_to_one(name: str, layers: int) -> None:
    """In the ordered phase q̂_t − q̂_st falls by χ a layer; at depth 200 it is below 1e-15 of them."""
    network = wide_network(name, layers, 1, F(1, 10))
    found = order_parameters(network, 40)
    assert found.reached
    gaps = [found.q_hat[layer] - found.q_hat_st[layer] for layer in range(layers)]
    assert all(gap > 0 for gap in gaps)
    chi = found.q_tilde[layers - 1] / found.q_tilde[layers]
    rate = gaps[layers - 1] / gaps[layers - 2]
    assert abs(rate / chi - 1) < 1e-3


def test_chaotic_signals_at_depth_keep_their_digits() -> None:
    deep = order_parameters(wide_network("tanh", 50, 3, F(16, 25)), 46)
    assert deep.reached and deep.certified and all(is_accurate(ball, 46) for ball in balls(deep))
    with working(200):
        q, q_st = (3 * arb(deep.q_hat[49]) + arb(16) / 25, 3 * arb(deep.q_hat_st[49]) + arb(16) / 25)
    assert 0 < q_st / q < 1  # a fixed point c* below 1
    assert abs(deep.q_hat_st[49] / deep.q_hat_st[48] - 1) < 1e-2


def test_more_digits_shrink_to_an_overlapping_ball() -> None:
    network = wide_network("gelu", 5, 2, F(1, 10))
    for few, many in zip(balls(order_parameters(network, 12)), balls(order_parameters(network, 50)), strict=True):
        assert few.overlaps(many) and is_accurate(many, 50) and is_accurate(few, 12)


@pytest.mark.parametrize(
    ("phi", "says"),
    [("0*x", "expected a signal"), ("sign", "without jumps"), ("exp(x**2/3)", "not square-integrable")],
)
def test_what_has_no_order_parameters_is_refused(phi: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        order_parameters(wide_network(phi, 3, 1, 0), 15)


def test_variances_beyond_all_bounds_leave_the_layers_below() -> None:
    """E exp(U)² is e^{2q}: the fifth variance has more than 10^1701193966686072138841107433649793081934 digits."""
    found = order_parameters(wide_network("exp", 8, 1, 1), 10)
    assert not found.reached and found.q_hat[1].overlaps(arb(4).exp()) and is_accurate(found.q_hat[2], 10)
    assert not found.q_hat[7].is_finite() and not found.q_tilde[1].is_finite() and found.q_tilde[8] == 1


def test_precision_does_not_leak() -> None:
    before = ctx.prec
    order_parameters(wide_network("tanh", 2, 1, 1), 15)
    assert ctx.prec == before
