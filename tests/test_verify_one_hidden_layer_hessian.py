"""The Hessians of one hidden layer: two routes, finite differences, and networks that can be done by hand."""

import numpy as np
import pytest

from eigenlaw.verify.one_hidden_layer_hessian import ACTIVATIONS, HiddenLayer


def layer(activation: str, M: int, d: int, K: int, N: int, draw: int = 0) -> HiddenLayer:
    rng = np.random.default_rng([draw, M, d, K, N])
    V, W, X, delta = (rng.integers(-9, 10, shape).astype(object) * 2 + 1 for shape in ((M, d), (K, M), (d, N), (K, N)))
    return HiddenLayer(V, W, X, delta, activation)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_both_routes_to_the_functional_hessian_agree(name: str) -> None:
    for sizes in ((1, 1, 1, 1), (2, 1, 2, 3), (2, 3, 1, 2)):
        found = layer(name, *sizes)
        assert (found.preactivations != 0).all()
        assert (found.functional == found.differentiated_functional).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_outer_hessian_is_the_gram_of_the_jacobian(name: str) -> None:
    found = layer(name, 3, 2, 2, 4)
    J = np.sum([found.unit_jacobian(i) for i in range(3)], axis=0)
    assert (found.outer == J @ J.T).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_differences(name: str) -> None:
    z = np.array([-2.0, -0.5, 0.5, 3.0])
    smooth = ACTIVATIONS[name]
    differences = (smooth.phi(z + 1e-6) - smooth.phi(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(np.asarray(smooth.slope(z), dtype=float), differences.astype(float), rtol=1e-7)


def test_a_network_by_hand() -> None:
    one = np.array([[1]], dtype=object)
    found = HiddenLayer(2 * one, 3 * one, np.array([[1, -1]], dtype=object), np.array([[5, 7]], dtype=object), "relu")
    assert found.slopes.tolist() == [[1, 0]]
    assert found.gated(0).tolist() == [[1, 0]]
    assert found.omega(0).tolist() == [[5]]
    assert found.outer.tolist() == [[9, 6], [6, 4]]  # (3, 2) at the first sample
    assert found.functional.tolist() == [[0, 5], [5, 0]]
    assert found.unit_jacobian(0).tolist() == [[3, 0], [2, 0]]


def test_dead_neurons_are_not_active() -> None:
    V, one = np.array([[1], [-1]], dtype=object), np.array([[1]], dtype=object)
    found = HiddenLayer(V, np.array([[1, 1]], dtype=object), one, one, "relu")
    assert found.active == [0]
    assert found.unit(1).outer.tolist() == [[0, 0], [0, 0]]
