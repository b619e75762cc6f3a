"""The laws of softmax outputs against the matrices themselves."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

from eigenlaw.theory import softmax_fisher as laws
from eigenlaw.theory.fisher import BlockGram
from eigenlaw.verify.formula import evaluate

CASES = [(2, 1, 0), (3, 2, 1), (4, 5, 2), (5, 3, 3)]


def drawn(outputs: int, samples: int, seed: int) -> tuple[Any, float, float]:
    """Softmax outputs and κ_1 > κ_2."""
    rng = np.random.default_rng(seed)
    g = rng.dirichlet(np.ones(outputs), samples)
    overlap = float(rng.uniform(0.1, 1))
    return g, overlap + float(rng.uniform(0, 1)), overlap


def metric(row: Any) -> Any:
    return np.diag(row) - np.outer(row, row)


def spectrum(g: Any, own: float, overlap: float) -> Any:
    """The eigenvalues of QF*, the largest first, F* = K/T for each output, rows ordered by inputs."""
    samples, outputs = g.shape
    Q = np.zeros((samples, outputs, samples, outputs))
    for t in range(samples):
        Q[t, :, t, :] = metric(g[t])
    K = (own - overlap) * np.eye(samples) + overlap * np.ones((samples, samples))
    X = Q.reshape(samples * outputs, -1) @ np.kron(K, np.eye(outputs)) / samples
    return np.sort(np.linalg.eigvals(X).real)[::-1]


def statistics(g: Any, own: float, overlap: float, dimension: int) -> laws.SoftmaxGram:
    samples, outputs = g.shape
    return laws.SoftmaxGram(BlockGram(own, overlap, outputs, samples, dimension, 1 / samples), laws.betas(g.tolist()))


@pytest.mark.parametrize("case", CASES)
def test_moments_are_those_of_the_eigenvalues(case: tuple[int, int, int]) -> None:
    g, own, overlap = drawn(*case)
    values, found = spectrum(g, own, overlap), statistics(g, own, overlap, 7)
    assert found.mean == pytest.approx(values.sum() / 7)
    assert found.second_moment == pytest.approx((values**2).sum() / 7)


@pytest.mark.parametrize("case", CASES)
def test_eigenvalues_are_within_the_bounds(case: tuple[int, int, int]) -> None:
    g, own, overlap = drawn(*case)
    values, found = spectrum(g, own, overlap), statistics(g, own, overlap, 7)
    levels = np.linalg.eigvalsh(np.array(laws.mean_softmax_metric(g.tolist())))[::-1]
    spread = max(float(np.linalg.eigvalsh(metric(row))[-1]) for row in g)
    assert found.lambda_max_at_least <= found.outlier_at_least(levels[0]) <= values[0] + 1e-12
    assert values[0] ** 2 <= found.lambda_max_squared_at_most + 1e-12
    for value, level in zip(values, levels, strict=False):
        assert found.outlier_at_least(level) - 1e-12 <= value <= found.outlier_at_most(level, spread) + 1e-12
    assert all(value <= found.outlier_at_most(0, spread) + 1e-12 for value in values[len(levels) :])
    assert laws.least_level(g.tolist()) <= levels[found.outliers - 1] + 1e-12


def test_there_is_one_outlier_less_than_outputs() -> None:
    g, _, _ = drawn(4, 1, 5)
    values = spectrum(np.repeat(g, 40, axis=0), 2.0, 1.0)
    assert statistics(g, 2.0, 1.0, 7).outliers == 3
    assert values[2] > 5 * values[3]


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        (laws.mean_law, "beta_1*kappa_1/M"),
        (laws.second_moment_law, "alpha*(beta_2*kappa_2**2 + beta_3*kappa_1**2/T)"),
        (laws.lower_law, "rho*alpha*M*((T - 1)*kappa_2 + kappa_1)/T"),
        (laws.upper_law, "alpha*M*(rho*kappa_2 + omega*(kappa_1 - kappa_2)/T)"),
        (laws.outlier_law, "alpha*M*rho*kappa_2"),
        (laws.bulk_law, "alpha*M*(kappa_1 - kappa_2)/(2*T)"),
        (laws.rank_law, "C*T - T"),
    ],
)
def test_laws_in_symbols(law: Callable[[], Any], expected: str) -> None:
    assert sympy.simplify(law() - sympy.sympify(expected)) == 0


def test_two_outputs_have_the_logistic_function_for_their_metric() -> None:
    d = np.array([0.3, -1.2, 2.0])
    first = 1 / (1 + np.exp(-d))
    slope = first * (1 - first)
    found = laws.betas(np.stack([first, 1 - first], axis=1).tolist())
    squares = (slope[:, None] * slope[None]).sum()
    assert found.beta_1 == pytest.approx(float(evaluate(laws.two_outputs_beta_law(), {"p": 1, "S": 1})) * slope.mean())
    given = {"alpha": 1, "T": 3, "kappa_1": 1, "kappa_2": 0, "S_t": 1, "S_st": 1}
    assert found.beta_3 / 3 == pytest.approx(
        float(evaluate(laws.two_outputs_second_moment_law(), given)) * (slope**2).mean()
    )
    given |= {"kappa_1": 0, "kappa_2": 1}
    overlap = (squares - (slope**2).sum()) / 6
    assert found.beta_2 == pytest.approx(float(evaluate(laws.two_outputs_second_moment_law(), given)) * overlap)
    given = {"S": 1, "kappa_1": 1, "M": 1}
    assert found.beta_1 == pytest.approx(float(evaluate(laws.two_outputs_mean_law(), given)) * slope.mean())


@pytest.mark.parametrize("power", [1, 2, 3])
def test_power_traces(power: int) -> None:
    X = np.arange(9).reshape(3, 3) - 2
    bindings = {"n": 3, "X": lambda a, b: int(X[a - 1, b - 1])}
    assert evaluate(laws.power_trace(power), bindings) == np.trace(np.linalg.matrix_power(X, power))


def test_the_response_is_that_of_the_jacobian() -> None:
    g, _, _ = drawn(3, 2, 4)
    D = np.random.default_rng(0).integers(-3, 4, (3, 2))
    exact = {
        "C": 3,
        "T": 2,
        "D": lambda k, t: int(D[k - 1, t - 1]),
        "g": lambda k, t: sympy.Rational(float(g[t - 1, k - 1])),
    }
    expected = sum(float(np.sum((metric(row) @ D[:, t]) ** 2)) for t, row in enumerate(g)) / 2
    assert float(evaluate(laws.response_law(), exact)) == pytest.approx(expected)
