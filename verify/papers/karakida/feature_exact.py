"""The metric of inputs and features over the rationals: its eigenvectors, and the matrix whose square it is."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, rational, summation, symbols, undefined
from eigenlaw.verify.metric_grams import feature_gram
from eigenlaw.verify.papers.karakida.exact_networks import (
    NO_KINK,
    at,
    derivatives,
    drawn,
    entries,
    exact_cases,
    phi_of,
    signals_of,
)
from eigenlaw.verify.papers.karakida.tangent_exact import NAMES, power_sums
from eigenlaw.verify.parameter_metrics import feature_gradient
from eigenlaw.verify.wide_networks import WideParameters, propagate, rational_array, rational_network

Array = NDArray[Any]

EVEN = ("monomial(2)", "abs", "polynomial(1,0,1/2)", "polynomial(-1,0,2)")
MIRRORED = ((1, 1, 1), (2, 1, 1), (1, 2, 1), (2, 2, 1), (3, 2, 1), (2, 3, 1), (1, 2, 1, 1), (2, 2, 2, 1))


def moved_gradients(instance: Instance) -> Array:
    """R̃ but for 1/√T: the derivatives by every entry of h^0 … h^{L−1}, without backpropagation, shape (N_h, CT)."""
    parts = []
    for layer in range(len(instance["widths"]) - 1):
        found = derivatives(instance, "h", layer)
        parts.append(found.reshape(found.shape[0] * found.shape[1], -1))
    return np.concatenate(parts, axis=1).T


def _square() -> Any:
    index, count, samples = symbols("n CT T")
    return summation(undefined("R_i")(index) * undefined("R_j")(index), (index, 1, count)) / samples


def _from_columns(instance: Instance, value: Evaluate) -> Sequence[Any]:
    rows, samples = moved_gradients(instance), instance["samples"]
    size = rows.shape[1]
    flat = [value(R_i=at(a), R_j=at(b), CT=size, T=samples) for a in rows for b in rows]
    matrix = np.array(flat, dtype=object).reshape(len(rows), len(rows))
    return [*flat, *power_sums(matrix)]


def _from_outputs(instance: Instance, _: Rng) -> Sequence[Any]:
    """The entries of Σ_k A_k, (12), from the signals, and the power sums of the eigenvalues of A*."""
    network, _X = drawn(instance)
    gradients = feature_gradient(signals_of(instance), network)
    whole = sum(part.T @ part for part in gradients) / Fraction(instance["samples"])
    dual = feature_gram(signals_of(instance), network) / Fraction(instance["samples"])
    return [*entries(whole), *power_sums(dual)]


def _mirrored(budget: Budget, _rng: Rng) -> Iterable[Instance]:
    """Even activations without biases, at x and −x: A_k* has equal diagonal entries, so that ν̃ is an eigenvector."""
    draws = range(1, budget.of(4, 6, 20))
    return [_mirror(name, shape, draw) for shape in MIRRORED for draw in draws for name in EVEN]


def _mirror(name: str, widths: Sequence[int], draw: int) -> Instance:
    return {"activation": name, "widths": list(widths), "draw": draw}


def gradients_of(instance: Instance) -> Array:
    """∇_h f_1, of shape (N_h, T)."""
    rng = np.random.default_rng([instance["draw"], *instance["widths"]])
    network: WideParameters = rational_network(instance["widths"], rng, bias=False, size=7, denominator=5)
    x = rational_array((1, instance["widths"][0]), rng, size=9, denominator=4) + Fraction(1, 7)
    signals = propagate(network, phi_of(instance), np.concatenate([x, -x]))
    return np.asarray(feature_gradient(signals, network)[0].T)


def top_pair(instance: Instance) -> tuple[Any, Array]:
    """The largest eigenvalue of A_k, N_h × N_h, and a vector of its eigenspace."""
    gradients = gradients_of(instance)
    metric = gradients @ gradients.T / Fraction(2)
    largest = eigenvalues(metric)[0]
    shifted = fmpq_mat([[rational(entry) for entry in row] for row in metric])
    for i in range(len(metric)):
        shifted[i, i] -= largest
    return largest, _kernel_vector(shifted)


def _kernel_vector(matrix: Any) -> Array:
    """A vector that the matrix takes to 0: the first free entry is 1."""
    reduced, rank = matrix.rref()
    pivots = [next(j for j in range(matrix.ncols()) if reduced[i, j] != 0) for i in range(rank)]
    free = next(j for j in range(matrix.ncols()) if j not in pivots)
    vector = [fmpq(0)] * matrix.ncols()
    vector[free] = fmpq(1)
    for row, pivot in enumerate(pivots):
        vector[pivot] = -reduced[row, free]
    return np.array([Fraction(int(v.p), int(v.q)) for v in vector], dtype=object)


def _scaled() -> Any:
    eigenvalue = symbols("lambda_max")[0]
    return eigenvalue * undefined("w")(symbols("i")[0])


def _transferred(instance: Instance, value: Evaluate) -> Sequence[Any]:
    largest, vector = top_pair(instance)
    image = gradients_of(instance).T @ vector
    return [value(lambda_max=largest, w=at(image), i=i) for i in range(1, len(image) + 1)]


def _dual_image(instance: Instance, _: Rng) -> Sequence[Any]:
    """A_k* (∇_h f_kᵀ v)."""
    gradients = gradients_of(instance)
    return entries(gradients.T @ (gradients @ (gradients.T @ top_pair(instance)[1])) / Fraction(2))


def _from_vector(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """λ_max v, where v is so long that ∇_h f_kᵀ v = ν̃ has the sum T."""
    largest, vector = top_pair(instance)
    total = sum(gradients_of(instance).T @ vector, Fraction(0)) / 2
    scaled = vector / total if total else vector
    return [value(lambda_max=largest, w=at(scaled), i=i) for i in range(1, len(scaled) + 1)]


def _mean_gradient(instance: Instance, _: Rng) -> Sequence[Any]:
    return entries(gradients_of(instance).sum(axis=1) / Fraction(2))


def _has_rational_top(instance: Instance) -> bool:
    """Whether the largest eigenvalue is rational and simple."""
    gradients = gradients_of(instance)
    values = eigenvalues(gradients @ gradients.T / Fraction(2))
    return isinstance(values[0], fmpq) and (len(values) == 1 or values[0] != values[1])


def _constant_is_top(instance: Instance) -> bool:
    """Whether ν̃ = (1, …, 1) is the eigenvector of the largest eigenvalue of A_k*."""
    gradients = gradients_of(instance)
    image = gradients.T @ gradients.sum(axis=1)
    return bool(image[0] == image[1]) and bool(2 * image[0] > (gradients**2).sum())


SIMPLE = Hypothesis(r"\lambda_{\max}\text{ is rational and simple}", _has_rational_top)
CONSTANT = Hypothesis(r"\tilde\nu=(1,\ldots,1)\text{ is the eigenvector of }A_k^*", _constant_is_top)

CONTROL = _mirror("monomial(2)", (1, 2, 1), 1)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-e.3.1",
        "printed",
        "(E.3)",
        r"(A_k^*(\nabla_hf_k^\top v))_i",
        Formula(_scaled),
        Value(_mirrored, _transferred, _dual_image),
        (SIMPLE,),
    ),
    Claim(
        "karakida:eq-e.3.2",
        "printed",
        "(E.4)",
        r"E[\nabla_hf_k]_i",
        Formula(_scaled),
        Value(_mirrored, _from_vector, _mean_gradient, "=", (CONTROL,)),
        (SIMPLE, CONSTANT),
        note="v is scaled so that ν̃ = ∇_h f_kᵀ v is (1, …, 1). The inputs are x and −x at even activations, where ν̃ "
        "is an eigenvector at finite width too.",
    ),
    Claim(
        "karakida:eq-e.5",
        "printed",
        "(E.5)",
        r"A=\sum_kA_k;\ \mathrm{tr}\,A^{*n},\ n=1,2,3",
        Formula(_square),
        Value(exact_cases(NAMES, {}), _from_columns, _from_outputs),
        (NO_KINK,),
    ),
)
