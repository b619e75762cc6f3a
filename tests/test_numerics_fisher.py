"""The statistics of the metrics: against the eigenvalues of their Grams, and against the laws on exact numbers."""

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from eigenlaw.numerics.fisher import STATISTICS, fisher_statistics, kappas
from eigenlaw.numerics.meanfield import order_parameters
from eigenlaw.numerics.precision import is_accurate
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.fisher import BlockGram, CentredGram
from eigenlaw.theory.metrics import FORMS, Form, Setting, metric_grams
from eigenlaw.theory.wide_network import wide_network

F = Fraction
MATRICES = ["F", "F[1]", "F[2]", "F[3]", "F_bar", "NTK", "A_k", "A_k[0]", "A_k[1]", "A_k[2]"]
MATRICES += ["A", "A[0]", "A[1]", "A[2]"]


def block_matrix(own: float, overlap: float, outputs: int, samples: int) -> Any:
    block = np.full((samples, samples), overlap) + (own - overlap) * np.eye(samples)
    return np.kron(np.eye(outputs), block)


@pytest.mark.parametrize(("own", "overlap"), [(2.0, 0.5), (2.0, 0.0), (2.0, 2.0), (0.0, 0.0)])
@pytest.mark.parametrize(("outputs", "samples"), [(1, 1), (3, 1), (1, 4), (2, 5)])
def test_the_laws_are_those_of_the_matrix(own: float, overlap: float, outputs: int, samples: int) -> None:
    """The metric has the Gram's eigenvalues and zeros; its largest eigenvalue is counted by NumPy."""
    dimension, scale = 60, 0.25
    gram = block_matrix(own, overlap, outputs, samples) * scale
    centring = np.kron(np.eye(outputs), np.eye(samples) - np.full((samples, samples), 1 / samples))
    whole = BlockGram(own, overlap, outputs, samples, dimension, scale)
    for law, dual in ((whole, gram), (CentredGram(whole), centring @ gram @ centring)):
        values = np.concatenate([np.linalg.eigvalsh(dual), np.zeros(dimension - len(dual))])
        assert law.mean == pytest.approx(values.mean())
        assert law.second_moment == pytest.approx((values**2).mean())
        assert law.lambda_max == pytest.approx(values.max())
        assert law.multiplicity == np.sum(abs(values - values.max()) < 1e-9)


def metrics(order: Any, setting: Setting, form: Form) -> dict[str, Any]:
    return {**metric_grams(order, setting, form)}


def exact_setting() -> tuple[Any, Setting]:
    order = SimpleNamespace(
        q_hat={0: F(1), 1: F(2, 3), 2: F(3, 4)},
        q_hat_st={0: F(0), 1: F(1, 5), 2: F(1, 3)},
        q_tilde={1: F(5, 4), 2: F(6, 5), 3: F(1)},
        q_tilde_st={1: F(1, 7), 2: F(1, 2), 3: F(1)},
    )
    return order, Setting([1, 2, F(1, 2)], [3, 2, 1], [F(1, 2), 0, 1], F(8), F(3), F(4))


def test_the_finite_gram_counts_every_parameter_and_every_gradient() -> None:
    """Widths 8, 16, 4, 3: P, and the expected products of gradients, by hand."""
    order, setting = exact_setting()
    grams = metrics(order, setting, "finite")
    assert list(grams) == MATRICES
    assert [grams[f"F[{n}]"].dimension for n in (1, 2, 3)] == [16 * 9, 4 * 17, 3 * 5]
    assert grams["F"].dimension == grams["F_bar"].dimension == 16 * 9 + 4 * 17 + 3 * 5
    own = [F(5, 4) * (8 + 1), F(6, 5) * (16 * F(2, 3) + 1), 4 * F(3, 4) + 1]
    overlap = [F(1, 7), F(1, 2) * (16 * F(1, 5) + 1), 4 * F(1, 3) + 1]
    for n in (1, 2, 3):
        assert (grams[f"F[{n}]"].own, grams[f"F[{n}]"].overlap) == (own[n - 1], overlap[n - 1])
    assert grams["F"].lambda_max == (sum(own) + 3 * sum(overlap)) / 4
    assert grams["F_bar"].lambda_max == (sum(own) - sum(overlap)) / 4


def test_the_asymptotic_gram_is_that_of_the_theorems() -> None:
    """Theorems 3.1, 3.2, 4.1, 5.1, 5.2 written out, with the corrections to Θ, A and A^{ll}."""
    order, s = exact_setting()
    grams = metric_grams(order, s, "asymptotic")
    alpha, width, outputs, samples = F(3), s.width, s.outputs, s.samples
    kappa_1 = (F(5, 4) + 2 * F(6, 5) * F(2, 3) + F(1, 2) * F(3, 4)) / alpha
    kappa_2 = (2 * F(1, 2) * F(1, 5) + F(1, 2) * F(1, 3)) / alpha
    mixed = (samples - 1) / samples * kappa_2 + kappa_1 / samples
    assert grams["F"].mean == kappa_1 * outputs / width
    square = (samples - 1) / samples * kappa_2**2 + kappa_1**2 / samples
    assert (grams["F"].second_moment, grams["F"].lambda_max) == (alpha * square * outputs, alpha * mixed * width)
    assert grams["F[2]"].mean == F(6, 5) * F(2, 3) * outputs / (F(1, 2) * width)
    assert grams["F[3]"].dimension == outputs * F(1, 2) * width
    assert grams["F"].lambda_max == sum(grams[f"F[{n}]"].lambda_max for n in (1, 2, 3))
    tangent = 3 * F(5, 4) + F(5, 8) + 2 * F(6, 5) * F(2, 3) + F(3, 4) + 1
    assert grams["NTK"].mean == tangent
    features = 3 * F(5, 4) + 2 * F(6, 5) + 1
    assert grams["A_k"].mean == features / samples * samples / (F(7, 2) * width)
    assert grams["A"].mean == outputs * grams["A_k"].mean and grams["A"].lambda_max == grams["A_k"].lambda_max
    assert grams["A[1]"].lambda_max == 2 * (3 * F(1, 2) + F(6, 5)) / 4
    assert grams["A_k[2]"].dimension == 4
    assert metric_grams(order, s, "finite")["NTK"] == grams["NTK"]


def test_symbols_pass_through() -> None:
    import sympy

    symbols = sympy.symbols("a b c d", positive=True)
    order = SimpleNamespace(
        q_hat={0: symbols[0], 1: symbols[0]},
        q_hat_st={0: 0, 1: symbols[1]},
        q_tilde={1: symbols[2], 2: 1},
        q_tilde_st={1: symbols[3], 2: 1},
    )
    width, outputs, samples = sympy.symbols("M C T", positive=True)
    one = sympy.Integer(1)
    grams = metric_grams(order, Setting([one, one], [one, one], [one, one], width, outputs, samples), "asymptotic")
    a, b, c, _ = symbols
    assert sympy.simplify(grams["F"].lambda_max - width * (a * c + a + (samples - 1) * b) / samples) == 0
    assert grams["F[1]"].multiplicity == outputs * samples and grams["F"].multiplicity == outputs


def test_balls_enclose_the_laws_at_their_order_parameters() -> None:
    network = wide_network("erf", 3, [2, 3, 1], [F(1, 4), 0, 1], [1, 2, F(1, 2)])
    found = fisher_statistics(network, 40, 3, 7, 30)
    assert found.certified and found.reached
    assert set(found.balls) == {(m, s, f) for m in MATRICES for s in STATISTICS for f in FORMS}
    assert all(is_accurate(ball, 30) for ball in found.balls.values())
    order = order_parameters(network, 20)
    floats = SimpleNamespace(
        **{
            name: {layer: float(ball) for layer, ball in getattr(order, name).items()}
            for name in ("q_hat", "q_hat_st", "q_tilde", "q_tilde_st")
        }
    )
    setting = Setting([1, 2, 0.5], [2, 3, 1], [0.25, 0, 1], 40, 3, 7)
    grams = {form: metrics(floats, setting, form) for form in FORMS}
    for (matrix, statistic, form), ball in found.balls.items():
        assert float(ball) == pytest.approx(getattr(grams[form][matrix], statistic), rel=1e-12)


def test_one_input_leaves_nothing_after_centring() -> None:
    found = fisher_statistics(wide_network("relu", 2, 2, F(1, 10)), 5, 2, 1, 15).balls
    for form, parameters in zip(FORMS, (25, 5 * 6 + 2 * 6), strict=True):
        assert [found["F_bar", name, form] for name in STATISTICS] == [0, 0, 0, parameters]
        assert found["F", "multiplicity", form] == 2


def test_more_eigenvalues_than_dimensions_cannot_be() -> None:
    found = fisher_statistics(wide_network("tanh", 2, 1, 0), 4, 3, 50, 15).balls
    assert found["F[1]", "multiplicity", "asymptotic"] == 16
    assert found["A[0]", "multiplicity", "asymptotic"] == 3


def test_kappas_are_the_sums_of_the_theorems() -> None:
    network = wide_network("relu", 3, 2, F(1, 10), [1, 2, F(1, 2)])
    values = kappas(network, 30).values
    q1, q2 = values["q_hat", 1], values["q_hat", 2]
    assert (values["kappa_1"] - (1 + 2 * q1 + q2 / 2) / 3).contains(0)
    expected = (values["q_tilde_st", 2] * 2 * values["q_hat_st", 1] + values["q_hat_st", 2] / 2) / 3
    assert (values["kappa_2"] - expected).contains(0)
    assert (values["kappa_1_prime"] - (2 * (1 + q1 + q2) + ratio(3, 10)) / 3).contains(0)
    steps = values["q_tilde_st", 1] + values["q_tilde_st", 2] + 1
    assert (values["kappa_2_tilde"] - 2 * steps / ratio(7, 2)).contains(0)
    assert all(is_accurate(ball, 30) for ball in values.values())


def ratio(numerator: int, denominator: int) -> Any:
    from flint import arb

    return arb(numerator) / denominator


@pytest.mark.parametrize(
    ("sizes", "name"),
    [((0, 1, 1), "width"), ((4, 0, 1), "outputs"), ((4, 1, 0), "samples"), ((3, 1, 1), "width"), ((4, True, 1), "out")],
)
def test_sizes_out_of_range_are_refused(sizes: tuple[int, int, int], name: str) -> None:
    with pytest.raises(InputError, match=name):
        fisher_statistics(wide_network("relu", 2, 2, 0, [1, F(1, 2)]), *sizes, 15)
