"""The tangent kernel of Karakida et al.: what the claims measure, against brute force and known values."""

import numpy as np
import pytest

from eigenlaw.verify.claim import Budget, Claim
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.metric_grams import feature_gram, gradient_gram
from eigenlaw.verify.papers.karakida import tangent, tangent_exact, tangent_scaling
from eigenlaw.verify.papers.karakida.rows_tangent import ROWS
from eigenlaw.verify.papers.karakida.wide_limits import (
    blocks,
    limits_of,
    measured,
    own_and_overlap,
    top_group,
    wide_case,
)
from eigenlaw.verify.registry import row_of
from eigenlaw.verify.wide_networks import WideParameters, propagate, sample_inputs, sample_network

THEMES = (*tangent.CLAIMS, *tangent_scaling.CLAIMS, *tangent_exact.CLAIMS)


def test_many_networks_at_a_time_have_the_grams_of_each() -> None:
    rng = np.random.default_rng(0)
    networks, X = sample_network((3, 4, 5, 2), (1.0, 2.0, 3.0), (0.1, 0.2, 0.3), rng, 4), sample_inputs(6, 3, rng, 4)
    signals = propagate(networks, np.tanh, X)
    for index in range(4):
        parts = ([array[index] for array in arrays] for arrays in (networks.weights, networks.biases))
        network = WideParameters(*map(tuple, parts))
        alone = propagate(network, np.tanh, X[index])
        np.testing.assert_allclose(gradient_gram(signals)[index], gradient_gram(alone))
        np.testing.assert_allclose(feature_gram(signals, networks)[index], feature_gram(alone, network))


def test_blocks_stand_where_the_inputs_of_an_output_do() -> None:
    gram = np.arange(36.0).reshape(1, 6, 6)  # two outputs, three inputs
    assert blocks(gram, 2)[0, 1, 0].tolist() == gram[0, 3:, :3].tolist()
    own = np.array([[[[2.0, 5.0], [7.0, 4.0]]]])
    assert [float(value[0]) for value in own_and_overlap(own)] == [3.0, 6.0]
    assert [float(value[0]) for value in top_group(np.diag([1.0, 2.0, 6.0])[None], 2)] == [4.0, 16.0]


def test_linear_networks_have_kappa_prime_in_closed_form() -> None:
    bound = limits_of(wide_case("linear", "1", "1/10", 3, 1, 2, False))
    assert abs(float(bound["kappa_1p"] * bound["alpha"]) - (1.1 + 1.2 + 1.3)) < 1e-15  # σ_w² = 1: Σ q̂ + σ_b²
    assert abs(float(bound["kappa_2p"] * bound["alpha"]) - (0.1 + 0.2 + 0.3)) < 1e-15


def test_the_kernel_of_a_network_with_one_neuron() -> None:
    case = wide_case("linear", "1", "0", 2, 1, 1, False)
    rng = np.random.default_rng(5)
    found = measured(tangent.mean)(case, 1, rng, 3)
    rng = np.random.default_rng(5)
    network = sample_network((1, 1, 1), (1.0, 1.0), (0.0, 0.0), rng, 3)
    x = sample_inputs(1, 1, rng, 3)[:, 0, 0]
    w, v = (weight[:, 0, 0] for weight in network.weights)
    np.testing.assert_allclose(found[:, 0], x**2 * (v**2 + w**2))  # f = v w x


def test_gradient_flow_is_not_that_of_the_standard_coordinates() -> None:
    ntk, standard = (tangent_exact._case("relu", (4, 1, 2), 9, coordinates) for coordinates in ("NTK", "standard"))
    rng = np.random.default_rng(0)
    assert tangent_exact._measured_flow(ntk, rng) != tangent_exact._measured_flow(standard, rng)


def test_the_infinite_kernel_by_hand() -> None:
    case = wide_case("linear", "2", "1/3", 2, 1, 2, False)
    own, overlap = tangent_scaling.infinite_kernel(case, np.random.default_rng(0))
    # Θ^(1) = Σ^(1) = 2ρ + 1/3, Σ̇ = 2, Θ^(2) = 2 Θ^(1) + 2 Σ^(1) + 1/3
    assert [own * 3, overlap * 3] == [29, 5]


def test_every_row_has_a_claim_and_every_claim_a_row() -> None:
    assert {row.id for row in ROWS} - {"karakida:fig-5-left", "karakida:fig-5-right"} == {
        row_of(claim.id) for claim in THEMES
    }


@pytest.mark.parametrize("claim", tangent_exact.CLAIMS, ids=lambda claim: claim.key)
def test_the_exact_claims_hold(claim: Claim) -> None:
    assert judge(claim, Context(Budget("quick"))).verdict == "holds"


def test_kappa_prime_is_not_the_infinite_kernel() -> None:
    (claim,) = (claim for claim in THEMES if claim.key == "karakida:kappa-prime-jacot printed")
    assert judge(claim, Context(Budget("quick"))).verdict == "fails"
