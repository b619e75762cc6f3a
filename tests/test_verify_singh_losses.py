"""The problems behind the claims on losses: Hessians by differences, ranks against floats, a counterexample."""

from typing import Any

import mpmath
import numpy as np
import pytest

from eigenlaw.numerics.ranks import rank
from eigenlaw.verify.chain_hessians import (
    functional_hessian,
    jacobian,
    residual_covariance,
    sampled_outer_hessian,
)
from eigenlaw.verify.claim import Budget
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.linear_chains import LinearNetwork, random_network, rational_draw
from eigenlaw.verify.losses import cross_entropy, log_cosh
from eigenlaw.verify.papers.singh import cross_entropy as ce_claims
from eigenlaw.verify.papers.singh import initialisations, squared_error, tangent_gram
from eigenlaw.verify.papers.singh import log_cosh as cosh_claims
from eigenlaw.verify.papers.singh.common import instance_of
from eigenlaw.verify.papers.singh.loss_problems import problem_of
from eigenlaw.verify.papers.singh.rows_losses import ROWS

WEIGHTS = ([[0.5, -1.0], [0.25, 0.75]], [[1.0, 0.5], [-0.5, 0.25]])
X = np.array([[1.0, -0.5], [0.5, 2.0]])
Y = np.array([[1.0, 0.25], [0.0, 0.75]])


def differentiated(loss: str) -> np.ndarray:
    """The Hessian of the summed loss of F = W² W¹ x by differences at forty digits."""

    def total(*w: Any) -> Any:
        value = mpmath.mpf(0)
        for n in range(2):
            h = [w[2 * i] * X[0, n] + w[2 * i + 1] * X[1, n] for i in range(2)]
            F = [w[4 + 2 * k] * h[0] + w[5 + 2 * k] * h[1] for k in range(2)]
            if loss == "log-cosh":
                value += sum(mpmath.log(mpmath.cosh(F[k] - Y[k, n])) for k in range(2))
            else:
                value -= sum(Y[k, n] * (F[k] - mpmath.log(mpmath.exp(F[0]) + mpmath.exp(F[1]))) for k in range(2))
        return value

    point = tuple(mpmath.mpf(entry) for weight in WEIGHTS for row in weight for entry in row)
    orders = np.eye(8, dtype=int)
    with mpmath.workdps(40):
        found = [
            [mpmath.diff(total, point, tuple(map(int, orders[i] + orders[j]))) for j in range(8)] for i in range(8)
        ]
    return np.array(found, dtype=float)


def float_outer(network: LinearNetwork, inputs: np.ndarray, second: np.ndarray) -> np.ndarray:
    """H_o in floats, from the exact derivatives of the outputs."""
    J = jacobian(network, inputs).astype(float)
    return np.asarray(np.einsum("pnk,nkl,qnl->pq", J, second, J))


@pytest.mark.parametrize("loss", ["cross-entropy", "log-cosh"])
def test_the_hessian_is_that_of_the_loss(loss: str) -> None:
    network = LinearNetwork(tuple(np.array(weight) for weight in WEIGHTS))
    F = network.outputs(X)
    first, second = cross_entropy(np.exp(F), Y) if loss == "cross-entropy" else log_cosh(np.exp(2 * (F - Y)))
    H = float_outer(network, X, second)
    H = H + functional_hessian(network, residual_covariance(network, X, first)).astype(float)
    np.testing.assert_allclose(H, differentiated(loss), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("widths", [(2, 2, 3), (3, 2, 3, 2)])
def test_the_rank_at_a_residue_is_that_at_the_true_exponentials(widths: tuple[int, ...], bias: bool) -> None:
    """Well away from rank deficiency floats see the same rank; only there they may be asked."""
    rng = np.random.default_rng(3)
    draw = rational_draw(rng)
    network, inputs = random_network(widths, draw, bias=bias), draw((widths[0], 5))
    outputs = network.outputs(inputs).astype(float)
    values = np.linalg.svd(float_outer(network, inputs, cross_entropy(np.exp(outputs), outputs)[1]), compute_uv=False)
    problem = problem_of(instance("cross-entropy", widths, widths[0], 0, bias=bias))
    assert values[problem.outer_rank - 1] > 1e6 * values[problem.outer_rank]


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("loss", ["mse", "cross-entropy", "log-cosh"])
def test_sums_over_samples_may_come_first(loss: str, bias: bool) -> None:
    problem = problem_of(instance(loss, (3, 2, 2, 4), 2, 1, bias=bias))
    inputs = problem.X[:-1] if bias else problem.X
    assert (problem.outer == sampled_outer_hessian(problem.network, inputs, problem.second)).all()
    assert 0 < problem.outer_rank < len(problem.outer)


def instance(loss: str, widths: tuple[int, ...], r: int, s: int, **more: Any) -> dict[str, Any]:
    return {**instance_of(widths, r, s, field="p", **more), "loss": loss}


@pytest.mark.parametrize("loss", ["mse", "cross-entropy", "log-cosh"])
def test_residuals_have_the_wanted_rank_and_data_too(loss: str) -> None:
    for r, s in ((1, 0), (2, 1), (3, 2)):
        problem = problem_of(instance(loss, (4, 3, 3), r, s))
        assert (rank(problem.X), rank(problem.omega)) == (r, s)
        assert problem.second.shape == (r + 2, 3, 3)
        assert all(total == 0 for total in problem.first.sum(axis=0)) == (loss == "cross-entropy" or s == 0)


def test_the_mean_of_the_residual_counts_with_biases_only_if_it_is_there() -> None:
    for mean, expected in (("generic", 2), ("zero", 1)):
        problem = problem_of(instance("log-cosh", (3, 2, 3), 2, 1, bias=True, mean=mean))
        assert rank(problem.omega) == expected
        assert rank(problem.X) == 3


def test_digits_are_measured_not_assumed() -> None:
    case = {"data": "digits", "widths": [64, 3, 2, 4], "n": 100, "draw": 0, "loss": "mse", "weights": "gaussian"}
    chain = problem_of(case).chain
    assert chain.data_rank < 61
    assert chain.residual_rank == 4
    few = problem_of({**case, "n": 2, "loss": "cross-entropy"}).chain
    assert (few.data_rank, few.residual_rank, few.outputs) == (2, 2, 3)


def test_one_residual_with_labels_three_times_the_output_lowers_the_rank() -> None:
    """Full-rank weights do not suffice: widths 1, 1, 1 with both weights 1, x = 1, y = 3."""
    printed, corrected = initialisations.CLAIMS[-2:]
    verdict = judge(printed, Context(Budget("quick")))
    assert verdict.verdict == "fails"
    assert verdict.counterexample is not None
    assert verdict.counterexample["instance"] == {"widths": [1, 1, 1], "entries": [1, 1], "Y": [3]}
    assert (verdict.counterexample["predicted"], verdict.counterexample["measured"]) == ("2", "1")
    assert judge(corrected, Context(Budget("quick"))).verdict == "holds"


def test_every_row_has_its_claims() -> None:
    modules = (squared_error, ce_claims, cosh_claims, initialisations, tangent_gram)
    ids = {claim.id.rpartition(".")[0] for module in modules for claim in module.CLAIMS}
    assert ids == {row.id for row in ROWS}
    keys = [claim.key for module in modules for claim in module.CLAIMS]
    assert len(set(keys)) == len(keys)


def test_a_stratum_takes_the_weights_of_an_initialisation() -> None:
    balanced = problem_of({**instance("mse", (2, 3, 2), 2, 1), "weights": "balanced"}).network.weights
    assert (balanced[1].T @ balanced[1] == balanced[0] @ balanced[0].T).all()
    others = problem_of(instance("mse", (2, 3, 2), 2, 1)).network.weights
    assert not (others[1].T @ others[1] == others[0] @ others[0].T).all()
