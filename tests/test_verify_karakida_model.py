"""What the claims on Section 2 of Karakida et al. rest on: germs, conditional means, the laws of overlaps, limits."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from flint import acb, arb, fmpq

from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.numerics.meanfield import order_parameters
from eigenlaw.numerics.precision import working
from eigenlaw.theory import centred
from eigenlaw.theory.activations import activation
from eigenlaw.theory.wide_network import wide_network
from eigenlaw.verify.claim import Budget, Instance
from eigenlaw.verify.conditional_means import conditional_mean, product_integral, square_integral
from eigenlaw.verify.germs import Germ, Place, outputs_along
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.papers.karakida import condition, exact_limits, exact_networks
from eigenlaw.verify.papers.karakida import order_parameters as sampled
from eigenlaw.verify.papers.karakida.rows_model import ROWS
from eigenlaw.verify.registry import row_of
from eigenlaw.verify.wide_networks import WideParameters, propagate, rational_array

F = Fraction
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(120)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@pytest.fixture(autouse=True)
def precise() -> Iterator[None]:
    with working(80):
        yield


# germs


def test_germs_are_cut_polynomials() -> None:
    x = Germ((F(1), F(2), F(0)))
    assert ((x - 1) * (3 - x)).coefficients == (0, 4, -4)
    assert (x**3).coefficients == (1, 6, 12)
    assert (-x + F(1, 2) * x).coefficients == (F(-1, 2), -1, 0)


def test_germs_are_ordered_just_above_zero() -> None:
    rising, falling = Germ((F(0), F(1), F(-9))), Germ((F(0), F(-1), F(9)))
    assert falling < 0 < rising < F(1, 10**9)
    assert Germ((F(0), F(0), F(1))) > 0 == Germ((F(0), F(0), F(0)))
    relu = numpy_function(activation("relu").tree)
    found = relu(np.array([rising, falling], dtype=object))
    assert [Germ((0, 0, 0)) + germ for germ in found] == [rising, Germ((0, 0, 0))]


@pytest.mark.parametrize("name", ["monomial(2)", "polynomial(1,-1/2,1/3)"])
def test_germs_of_full_degree_are_the_moved_network(name: str) -> None:
    instance: Instance = {"activation": name, "widths": [2, 2, 2, 1], "samples": 2, "draw": 4}
    (network, X), phi = exact_networks.drawn(instance), exact_networks.phi_of(instance)
    direction: dict[Place, Any] = {
        ("W", 1): rational_array((2, 2), np.random.default_rng(1)),
        ("b", 2): rational_array((2,), np.random.default_rng(2)),
    }
    step = F(1, 7)
    W, b = [W.copy() for W in network.weights], [b.copy() for b in network.biases]
    W[0] = W[0] + step * direction["W", 1]
    b[1] = b[1] + step * direction["b", 2]
    moved = propagate(WideParameters(tuple(W), tuple(b)), phi, X).outputs
    germs = outputs_along(network, phi, X, direction, order=8)
    assert [
        sum(c * step**n for n, c in enumerate(germ.coefficients)) for germ in germs.ravel()
    ] == moved.ravel().tolist()


def test_a_kink_is_seen() -> None:
    instance: Instance = {"activation": "relu", "widths": [2, 2, 1], "samples": 2, "draw": 0}
    assert exact_networks.NO_KINK.met(instance)
    kinked = {**instance, "kink": 1}
    assert not exact_networks.NO_KINK.met(kinked)
    assert exact_networks.preactivations(kinked)[0][0, 0] == 0
    assert exact_networks.NO_KINK.met({**kinked, "activation": "monomial(2)"})


# E φ(m + s Z) and the integrals


@pytest.mark.parametrize("name", ["gelu", "erf(2)", "sin(2)", "cos(1/2)", "gaussian(2)", "polynomial(1,-1/2,1/3)"])
def test_smooth_conditional_means_are_quadrature(name: str) -> None:
    phi, mean = numpy_function(activation(name).tree), conditional_mean(activation(name))
    for m, s in ((0.0, 0.4), (-1.3, 0.7), (2.0, 1.1)):
        expected = float(WEIGHTS @ phi(m + s * NODES))
        assert float(mean(acb(m), arb(s)).real) == pytest.approx(expected, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("name", ["relu", "leaky_relu(1/10)", "abs", "hard_tanh", "elu(2)"])
def test_kinked_conditional_means_are_quadrature(name: str) -> None:
    phi, mean = numpy_function(activation(name).tree), conditional_mean(activation(name))
    x = np.linspace(-12, 12, 400001)
    density = np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * (x[1] - x[0])
    for m, s in ((0.0, 0.4), (-1.3, 0.7), (2.0, 1.1)):
        assert float(mean(acb(m), arb(s)).real) == pytest.approx(float(density @ phi(m + s * x)), abs=1e-8)


@pytest.mark.parametrize("name", ["relu", "hard_tanh", "gelu", "monomial(3)", "elu"])
def test_both_integrals_agree_also_at_their_ends(name: str) -> None:
    phi = activation(name)
    for a, b in ((F(2), F(1, 2)), (F(1), F(0)), (F(3, 2), F(3, 2))):
        square, c = arb(fmpq(a.numerator, a.denominator)).sqrt(), fmpq(b.numerator, b.denominator)
        rest = fmpq((a - b).numerator, (a - b).denominator)
        left = square_integral(phi, arb(rest).sqrt() if rest else 0, arb(c).sqrt())
        correlation = fmpq((b / a).numerator, (b / a).denominator)
        height = arb(1 - correlation**2).sqrt() if correlation != 1 else 0
        right = product_integral(phi, square, square * correlation, square * height if correlation != 1 else 0)
        assert left.overlaps(right)
        assert float(left.rad()) < 1e-12
        assert float(right.rad()) < 1e-12


def test_integrals_by_hand() -> None:
    relu = activation("relu")
    assert abs(product_integral(relu, 1, -1, 0)) < 1e-15  # max(x, 0) max(−x, 0) = 0
    assert product_integral(relu, 2, 3, 0).overlaps(arb(3))
    assert product_integral(activation("monomial(2)"), 1, 1, 1).overlaps(arb(4))
    with pytest.raises(ValueError, match="finite"):
        product_integral(relu, 1, 1, arb("nan"))
    with pytest.raises(ValueError, match="finite"):
        square_integral(relu, arb("nan"), 1)
    with pytest.raises(ValueError, match="activation=tanh"):
        conditional_mean(activation("tanh"))


# order parameters and when they vanish


@pytest.mark.parametrize("shape", exact_limits.SHAPES)
def test_order_parameters_of_polynomials_are_exact_moments(shape: str) -> None:
    network = wide_network(f"polynomial({shape})", 4, [F(2), F(1, 2), F(1), F(1, 2)], [F(0), F(1, 3), F(0), F(1)])
    found = order_parameters(network, 20)
    weights, exact = network.sigma_w2, condition._polynomial_layers(network)
    tilde, tilde_st = fmpq(1), fmpq(1)
    for number in range(3, 0, -1):
        (q_t, q_st, slope, slope_st), _, _ = exact[number - 1]
        scale = fmpq(weights[number].numerator, weights[number].denominator)
        tilde, tilde_st = tilde * scale * slope, tilde_st * scale * slope_st
        pairs = (found.q_hat[number], q_t), (found.q_hat_st[number], q_st)
        backward = (found.q_tilde[number], tilde), (found.q_tilde_st[number], tilde_st)
        for ball, value in (*pairs, *backward):
            with working(400):
                assert ball.contains(value)
            assert (ball == 0) == (value == 0)


@pytest.mark.parametrize(("name", "signs"), condition.SIGNS.items())
def test_means_have_the_signs_of_the_table(name: str, signs: tuple[int, int]) -> None:
    phi = numpy_function(activation("gaussian(1)" if name == "gaussian" else name).tree)
    x = np.linspace(-12, 12, 100002)
    density = np.exp(-x * x / 2)
    for q in (0.2, 1.0, 5.0):
        means = [density @ phi(np.sqrt(q) * x), density @ (x * phi(np.sqrt(q) * x))]  # E Z φ(√q Z) = √q E φ'
        for sign, mean in zip(signs, means, strict=True):
            assert mean > 1e-3 * density.sum() if sign else abs(mean) < 1e-6 * density.sum()


def test_the_laws_of_vanishing_overlaps_are_the_recursion() -> None:
    """For all three-layer networks of lines, squares and centred squares, with and without biases."""
    law = centred.forward_overlap_law(), centred.backward_overlap_law(), centred.kappa_2_law()
    names = ("linear", "monomial(2)", "polynomial(-1,0,1)")
    for hidden in product(names, repeat=2):
        for below, above in product(("0", "1/2"), repeat=2):
            biases = (below, above, "1/2")
            instance = {"activation": list(hidden), "sigma_w2": ["1"] * 3, "sigma_b2": list(biases), "layers": 3}
            forward, backward = condition._overlaps(instance)
            means = condition._means(instance)

            def value(tree: Any, means: dict[str, Any] = means, **at: int) -> int:
                from eigenlaw.verify.formula import evaluate

                return int(evaluate(tree, {**means, **at}))

            assert [value(law[0], l=layer) for layer in (1, 2)] == [int(q > 0) for q in forward]
            assert [value(law[1], l=layer, L=3) for layer in (1, 2, 3)] == [int(q > 0) for q in backward]
            assert value(law[2], L=3) == int(condition._kappa_2(instance) > 0)


def test_the_counterexample_in_sampled_networks() -> None:
    """φ = x² − 2 has a mean at variance 1, but at σ_w² = 2 the activities of two inputs do not overlap."""
    instance = {"activation": "polynomial(-2,0,1)", "sigma_w2": "2", "sigma_b2": "0", "layers": 2}
    assert condition.NON_CENTRED.met(instance)
    measured = sampled._sampled(sampled._forward_draws("overlap"))
    found = measured(instance, 100, np.random.default_rng(0), 200)[:, 0]
    assert abs(found.mean()) < 5 * found.std() / np.sqrt(200) + 20 / 100  # a bias of order 1/M
    instance["sigma_w2"] = "1"
    found = measured(instance, 100, np.random.default_rng(0), 200)[:, 0]
    assert found.mean() == pytest.approx(1, abs=0.1)


# what is sampled


def test_statistics_of_draws_are_sums_over_pairs() -> None:
    rows = np.random.default_rng(2).standard_normal((3, 4, 5))
    own = [sum(rows[n, t] @ rows[n, t] for t in range(4)) / 4 for n in range(3)]
    pairs = [sum(rows[n, s] @ rows[n, t] for s in range(4) for t in range(4) if s != t) / 12 for n in range(3)]
    np.testing.assert_allclose(sampled._mean_products(rows, "own"), own)
    np.testing.assert_allclose(sampled._mean_products(rows, "overlap"), pairs)


def test_batches_are_of_the_size_asked_for() -> None:
    instance = {"activation": "relu", "sigma_w2": "2", "sigma_b2": "0", "layers": 2}
    found = sampled._sampled(sampled._forward_draws("own"))(instance, 4, np.random.default_rng(0), sampled.BATCH + 7)
    assert found.shape == (sampled.BATCH + 7, 1)
    assert len(np.unique(found)) == len(found)


def test_every_row_of_the_model_is_a_definition_or_has_claims() -> None:
    from eigenlaw.verify.papers.karakida import gaussian_pairs, metrics, signals

    themes = (signals, metrics, gaussian_pairs, sampled, exact_limits, condition)
    claims = [claim for theme in themes for claim in theme.CLAIMS]
    assert len({claim.key for claim in claims}) == len(claims)
    assert {row_of(claim.id) for claim in claims} == {row.id for row in ROWS if row.status == "testable"}
    by_id = {claim.key: claim for claim in claims}
    verdict = judge(by_id["karakida:condition-ii.3 printed"], Context(Budget("quick")))
    assert verdict.verdict == "fails"
    assert verdict.counterexample is not None
    assert verdict.counterexample["instance"]["activation"] == "polynomial(-2,0,1)"
