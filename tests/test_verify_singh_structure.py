"""What the structural claims of Singh et al. stand on: slopes, hypotheses and counterexamples, each by another way."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from eigenlaw.theory.hessian_rank import outer_rank_of_products
from eigenlaw.verify.papers.singh import outer_rank, random_matrices, rank_lemmas
from eigenlaw.verify.papers.singh.exact_networks import ACTIVATIONS, AT_KINK, LOSSES, NO_KINK, case_of
from eigenlaw.verify.papers.singh.rows_structure import ROWS

SLOPES: dict[str, Callable[[float], Any]] = {
    "linear": lambda x: 1,
    "relu": lambda x: x > 0,
    "leaky_relu(1/10)": lambda x: 1 if x > 0 else 0.1,
    "abs": np.sign,
    "monomial(2)": lambda x: 2 * x,
    "polynomial(1,-1/2,1/3)": lambda x: -0.5 + 2 * x / 3,
    "monomial(3)": lambda x: 3 * x * x,
    "x*abs(x)": lambda x: 2 * abs(x),
    "x/(1 + x^2)": lambda x: (1 - x * x) / (1 + x * x) ** 2,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_those_of_the_activation(name: str) -> None:
    instance = {"activation": name, "widths": [2, 3, 2, 1], "draw": 1}
    assert NO_KINK.met(instance)
    case = case_of(instance)
    for units, slopes in zip(case.preactivations[:-1], case.slopes[:-1], strict=True):
        expected = [float(SLOPES[name](float(u.p) / float(u.q))) for u in units]
        assert [float(s) for s in slopes] == pytest.approx(expected)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_of_the_outputs_has_a_symmetric_metric_and_the_network_its_block_sizes(loss: str) -> None:
    case = case_of({"activation": "abs", "widths": [2, 2, 3], "draw": 1, "loss": loss})
    assert (case.metric == case.metric.T).all()
    assert case.metric.shape == (3, 3)
    assert (case.block(1), case.block(2), case.parameters) == (slice(0, 4), slice(4, 10), 10)
    if loss == "cross-entropy":  # softmax does not see a common shift of the outputs
        assert not case.metric.sum(axis=1).any()
        assert case.residual.sum() == 0


def test_a_control_at_the_kink_is_at_the_kink() -> None:
    assert not NO_KINK.met(AT_KINK)
    assert NO_KINK.met({**AT_KINK, "draw": 1, "kink": 0})


@pytest.mark.parametrize("B", [[[2, 1], [1, 2]], [[1, 1], [1, 1]], [[1, 0], [0, -1]], [[0, 0], [0, 0]], [[-1]], [[3]]])
def test_definiteness_is_that_of_the_eigenvalues(B: list[list[int]]) -> None:
    instance = {"A": [[1] * len(B)], "B": B}
    eigenvalues = np.linalg.eigvalsh(np.array(B, dtype=float)).round(9)
    assert rank_lemmas._definite(instance) == bool((eigenvalues > 0).all())
    assert rank_lemmas._semidefinite(instance) == bool((eigenvalues >= 0).all())
    assert rank_lemmas._singular(instance) == bool((eigenvalues == 0).any())


def numerical_rank(weights: list[np.ndarray]) -> int:
    """The rank of the differential of W ↦ W^L ⋯ W^1, which is linear in each entry, from differences."""

    def product(moved: int) -> np.ndarray:
        flat = np.concatenate([weight.ravel() for weight in weights])
        if moved >= 0:
            flat[moved] += 1
        found, start = np.eye(weights[0].shape[1]), 0
        for weight in weights:
            found = flat[start : start + weight.size].reshape(weight.shape) @ found
            start += weight.size
        return found.ravel()

    size = sum(weight.size for weight in weights)
    return int(np.linalg.matrix_rank(np.array([product(place) - product(-1) for place in range(size)])))


@pytest.mark.parametrize(
    ("instance", "found", "printed"), [(outer_rank._ACCIDENT, 1, 2), (outer_rank._DEEP_ACCIDENT, 1, 0)]
)
def test_networks_of_full_rank_layers_whose_products_vanish(instance: dict[str, Any], found: int, printed: int) -> None:
    weights = [np.array(weight, dtype=float) for weight in instance["weights"]]
    assert all(np.linalg.matrix_rank(weight) == min(weight.shape) for weight in weights)
    assert outer_rank.A1.met(instance)
    assert not outer_rank.FULL_PRODUCTS.met(instance)
    assert numerical_rank(weights) == found != printed


def test_the_rank_for_every_weights_is_that_of_differences() -> None:
    rng = np.random.default_rng(0)
    for _ in range(60):
        widths = rng.integers(1, 4, int(rng.integers(3, 6)))
        weights = [rng.choice([-1.0, 0.0, 1.0], (above, below)) for below, above in pairwise(widths)]
        forward, backward = [np.eye(widths[0])], [np.eye(widths[-1])]
        for weight in weights[:-1]:
            forward.append(weight @ forward[-1])
        for weight in reversed(weights[1:]):
            backward.append(backward[-1] @ weight)
        ranks = [[int(np.linalg.matrix_rank(m)) for m in chain] for chain in (forward, backward[::-1])]
        assert outer_rank_of_products(*ranks) == numerical_rank(weights)


def test_the_laws_without_atoms_never_repeat_a_value_and_those_with_atoms_do() -> None:
    for name, law in random_matrices.LAWS.items():
        values = [law(np.random.default_rng([draw])) for draw in range(40)]
        assert (len(set(map(str, values))) < 40) == (name in random_matrices.WITH_ATOMS)
        assert all(-1 <= value <= 1 for value in values)


def test_the_rows_are_those_of_the_first_three_sections() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS) == 19
