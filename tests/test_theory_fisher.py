"""The laws of the Fisher information matrix: against explicit matrices, exact moments, and numbers of known size."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from eigenlaw.theory import depth, fisher, regression
from eigenlaw.verify.linear_networks import LinearNetworks

OWN, OVERLAP, C, T = 2.0, 0.5, 3, 4


def block_matrix() -> Any:
    block = (OWN - OVERLAP) * np.eye(T) + OVERLAP
    return np.kron(np.eye(C), block) / T


@pytest.fixture
def law() -> fisher.BlockGram:
    return fisher.BlockGram(OWN, OVERLAP, C, T, 50, 1 / T)


def test_the_law_of_equal_blocks_is_that_of_the_matrix(law: fisher.BlockGram) -> None:
    values = np.linalg.eigvalsh(block_matrix())[::-1]
    assert np.allclose(values[:C], law.lambda_max)
    assert np.allclose(values[C:], law.bulk)
    assert np.isclose(values.sum() / 50, law.mean)
    assert np.isclose((values**2).sum() / 50, law.second_moment)
    assert law.multiplicity == C


def test_mean_subtraction_leaves_the_bulk(law: fisher.BlockGram) -> None:
    centre = np.kron(np.eye(C), np.eye(T) - 1 / T)
    values = np.linalg.eigvalsh(centre @ block_matrix() @ centre)[::-1]
    centred = fisher.CentredGram(law)
    assert np.allclose(values[: centred.multiplicity], centred.lambda_max)
    assert np.allclose(values[centred.multiplicity :], 0)
    assert np.isclose(values.sum() / 50, centred.mean)
    assert np.isclose((values**2).sum() / 50, centred.second_moment)


def limits(b: int, layer: int) -> dict[Any, Any]:
    """The order parameters of linear networks with one hidden layer, v = 1."""
    values = {
        "alpha_l": {0: 1, 1: 1},
        "q_hat": {0: 1, 1: 1 + b},
        "q_hat_st": {0: 0, 1: b},
        "q_tilde": {1: 1, 2: 1},
        "q_tilde_st": {1: 1, 2: 1},
    }
    return {
        sympy.Function(name)(at): value for name, given in values.items() for at, value in given.items() if at <= layer
    }


def test_the_second_moment_of_the_first_block_counts_the_overlaps_of_inputs() -> None:
    """By exact moments: tr (A ⊗ B)² for A the Gram of the last weights, B = X Xᵀ + 1, at T = 2M."""
    formula = fisher.block_second_moment()
    for size in (10**4, 10**6):
        samples = 2 * size
        exact = Fraction(size + 2, size) * (samples * (size**2 + 4 * size + 1) + samples * (samples - 1) * (size + 1))
        exact = exact / samples**2 / (size * (size + 1))
        found = formula.subs({"l": 1, "T": samples, "C": 1, "M": size}).subs(limits(0, 1))
        assert abs(float(exact) / float(found) - 1) < 20 / size
        without = formula.subs({"l": 1, "T": samples, "C": 1, "M": 10**30}).subs(limits(0, 1))
        assert float(exact) > 2.9 * float(without)


@pytest.mark.parametrize("ratio", [Fraction(1, 2), 1, 3])
def test_the_second_moment_without_biases_is_that_of_exact_means(ratio: Fraction) -> None:
    size = 10**6
    samples = int(ratio * size)
    networks = LinearNetworks(size, size, 2, samples, Fraction(3), Fraction(0))
    exact = networks.square() / samples**2 / networks.parameters
    found = fisher.centred_second_moment().subs({"C": 2, "v": 3, "T": samples, "M": size})
    assert abs(float(exact) / float(found) - 1) < 1e-4


def test_the_bound_of_the_centred_metric_is_above_what_is_sampled() -> None:
    rng = np.random.default_rng(3)
    size, outputs = 30, 2
    bound = float(fisher.centred_bound().subs({"v": 1, "C": outputs, "r": 1}))
    found = []
    for _ in range(30):
        X, inner = rng.standard_normal((size, size)), rng.standard_normal((size, size)) / np.sqrt(size)
        outer = rng.standard_normal((outputs, size)) / np.sqrt(size)
        X = X - X.mean(axis=0)
        H = X @ inner.T
        gram = np.kron(outer @ outer.T, X @ X.T) + np.kron(np.eye(outputs), H @ H.T)
        found.append(np.linalg.norm(gram, 2) / size)
    assert bound / 20 < np.median(found) < bound


def test_the_density_is_normalised() -> None:
    r = sympy.symbols("r", positive=True)
    for outputs in (1, 2, 3):
        area = 2 * sympy.pi ** sympy.Rational(outputs, 2) / sympy.gamma(sympy.Rational(outputs, 2))
        density = regression.density().subs({"C": outputs, "r2": r**2})
        assert sympy.simplify(sympy.integrate(density * area * r ** (outputs - 1), (r, 0, sympy.oo))) == 1


def test_the_divergence_is_half_the_quadratic_form() -> None:
    """For f(θ) = θ: KL[N(θ, 1) : N(θ + ε, 1)] = ε²/2, F = 1."""
    form = regression.divergence().subs({"P": 1}).doit()
    assert form.subs({sympy.Function("F")(1, 1): 1, sympy.Function("d")(1): 1}) == sympy.Rational(1, 2)


def test_the_share_of_the_depth_is_a_third_or_a_quarter() -> None:
    at = {"q": 1, "L": 12, "T": 10**9}
    assert abs(float(depth.critical_lambda_max().subs({**at, "r": 1})) - 4) < 1e-6
    assert abs(float(depth.critical_lambda_max().subs({**at, "r": 2})) - 3) < 1e-6
    assert depth.critical_mean().subs({"C": 3, "q": 2}) == 6
