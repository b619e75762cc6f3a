"""Vectorisation by rows and columns, (15), (16), and derivatives as matrices, Theorem 19."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols, undefined
from eigenlaw.verify.linear_chains import rational_draw
from eigenlaw.verify.papers.karakida.exact_networks import at, entries
from eigenlaw.verify.second_derivatives import gradient, variables

Array = NDArray[Any]


def _cases(**more: Any) -> Any:
    """Matrices A (m, n), X (n, p), B (p, q) of growing size, then random ones."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        shapes: list[tuple[int, ...]] = [(m, n, p, q) for m in (1, 2) for n in (1, 2) for p in (1, 2) for q in (1, 3)]
        shapes += [tuple(int(size) for size in rng.integers(1, 5, 4)) for _ in range(budget.of(8, 24, 100))]
        return [{"shape": list(shape), "draw": number, **more} for number, shape in enumerate(shapes)]

    return instances


def _matrices(instance: Instance) -> tuple[Array, Array, Array]:
    m, n, p, q = instance["shape"]
    draw = rational_draw(np.random.default_rng([instance["draw"], m, n, p, q]), 9, 2)
    return draw((m, n)), draw((n, p)), draw((p, q))


def _vec(matrix: Array, order: str) -> Array:
    return matrix.ravel() if order == "row" else matrix.T.ravel()


# (15): vec_c A = vec_r Aᵀ; a place k counts from 0, rows and columns from 1


def _column_by_column() -> Any:
    k, m = symbols("k m")
    quotient, remainder = undefined("quo"), undefined("rem")
    return indexed("A")[remainder(k, m) + 1, quotient(k, m) + 1]


_WHERE: Mapping[str, Any] = {"quo": operator.floordiv, "rem": operator.mod}


def _predicted_vec(instance: Instance, value: Evaluate) -> Sequence[Any]:
    A = _matrices(instance)[0]
    return [value(A=at(A), k=k, m=len(A), **_WHERE) for k in range(A.size)]


def _measured_vec(instance: Instance, _: Rng) -> Sequence[Any]:
    """vec_r of Aᵀ, or of A in a control."""
    A = _matrices(instance)[0]
    return entries(_vec(A if instance["matrix"] == "itself" else A.T, "row"))


# the matrix of X ↦ AXB


def _row_product() -> Any:
    k, j, p, q, size = symbols("k j p q P")
    A, B, x = indexed("A"), indexed("B"), indexed("x")
    quotient, remainder = undefined("quo"), undefined("rem")
    left = A[quotient(k, q) + 1, quotient(j, p) + 1]
    return summation(left * B[remainder(j, p) + 1, remainder(k, q) + 1] * x[j + 1], (j, 0, size - 1))


def _column_product() -> Any:
    k, j, m, n, size = symbols("k j m n P")
    A, B, x = indexed("A"), indexed("B"), indexed("x")
    quotient, remainder = undefined("quo"), undefined("rem")
    left = B[quotient(j, n) + 1, quotient(k, m) + 1]
    return summation(left * A[remainder(k, m) + 1, remainder(j, n) + 1] * x[j + 1], (j, 0, size - 1))


def _given(instance: Instance) -> dict[str, Any]:
    A, X, B = _matrices(instance)
    sizes = dict(zip("mnpq", instance["shape"], strict=True))
    return {"A": at(A), "B": at(B), "x": at(_vec(X, instance["vec"])), "P": X.size, **sizes, **_WHERE}


def _predicted_product(instance: Instance, value: Evaluate) -> Sequence[Any]:
    given = _given(instance)
    return [value(k=k, **given) for k in range(given["m"] * given["q"])]


def _measured_product(instance: Instance, _: Rng) -> Sequence[Any]:
    A, X, B = _matrices(instance)
    return entries(_vec(A @ X @ B, instance["vec"]))


def _row_entry() -> Any:
    k, j, p, q = symbols("k j p q")
    quotient, remainder = undefined("quo"), undefined("rem")
    left = indexed("A")[quotient(k, q) + 1, quotient(j, p) + 1]
    return left * indexed("B")[remainder(j, p) + 1, remainder(k, q) + 1]


def _column_entry() -> Any:
    k, j, m, n = symbols("k j m n")
    quotient, remainder = undefined("quo"), undefined("rem")
    left = indexed("B")[quotient(j, n) + 1, quotient(k, m) + 1]
    return left * indexed("A")[remainder(k, m) + 1, remainder(j, n) + 1]


def _predicted_derivative(instance: Instance, value: Evaluate) -> Sequence[Any]:
    given = _given(instance)
    return [value(k=k, j=j, **given) for k in range(given["m"] * given["q"]) for j in range(given["P"])]


def _measured_derivative(instance: Instance, _: Rng) -> Sequence[Any]:
    """∂ vec AXB / ∂ (vec X)ᵀ by jets."""
    A, X, B = _matrices(instance)
    jets = variables(list(_vec(X, instance["vec"])), order=1)
    jets = jets.reshape(X.shape) if instance["vec"] == "row" else jets.reshape(X.T.shape).T
    return entries([gradient(entry, X.size) for entry in _vec(A @ jets @ B, instance["vec"])])


# Theorem 19: the differential of a polynomial map


def _differential() -> Any:
    i, j, n = symbols("i j n")
    return summation(indexed("D")[i, j] * indexed("h")[j], (j, 1, n))


def _map(instance: Instance) -> tuple[Any, Array, Array]:
    """A cubic map f from n to m variables, a point x and a direction h."""
    m, n, _, _ = instance["shape"]
    draw = rational_draw(np.random.default_rng([1, instance["draw"], m, n]), 9, 2)
    A, B, C = draw((m, n)), draw((m, n)), draw((m, n))
    return lambda x: A @ x + (B @ x) ** 2 * (C @ x), draw((n,)), draw((n,))


def _predicted_differential(instance: Instance, value: Evaluate) -> Sequence[Any]:
    f, x, h = _map(instance)
    D = np.array([gradient(entry, len(x)) for entry in f(variables(list(x), order=1))])
    return [value(D=at(D), h=at(h), i=i, n=len(x)) for i in range(1, len(D) + 1)]


def _measured_differential(instance: Instance, _: Rng) -> Sequence[Any]:
    """The derivative at t = 0 of the cubic f(x + t h), by its four values at t = −2, −1, 1, 2."""
    f, x, h = _map(instance)
    values = {t: f(x + t * h) for t in (-2, -1, 1, 2)}
    return entries((8 * (values[1] - values[-1]) - (values[2] - values[-2])) * fmpq(1, 12))


ROWS = Hypothesis(r"\operatorname{vec}\text{ row by row}", lambda instance: instance["vec"] == "row")
COLUMNS = Hypothesis(r"\operatorname{vec}\text{ column by column}", lambda instance: instance["vec"] == "column")
TRANSPOSED = Hypothesis(r"\operatorname{vec}_r\text{ of }A^\top", lambda instance: instance["matrix"] != "itself")
_SHAPE = {"shape": [2, 2, 2, 2], "draw": 1}
_BY_ROWS, _BY_COLUMNS = {**_SHAPE, "vec": "row"}, {**_SHAPE, "vec": "column"}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:eq-15.1",
        "printed",
        "(15)",
        r"(\operatorname{vec}_rA^\top)_k",
        Formula(_column_by_column),
        Value(_cases(matrix="transposed"), _predicted_vec, _measured_vec, controls=({**_SHAPE, "matrix": "itself"},)),
        (TRANSPOSED,),
        note="The k-th entry of vec_c A, from 0, stands in row rem(k, m) and column quo(k, m).",
        activations=1,
    ),
    Claim(
        "singh:eq-15.2",
        "printed",
        "S2.5",
        r"(\operatorname{vec}_cAXB)_k",
        Formula(_column_product),
        Value(_cases(vec="column"), _predicted_product, _measured_product, controls=(_BY_ROWS,)),
        (COLUMNS,),
        note="Bᵀ ⊗ A on vec_c X.",
        activations=1,
    ),
    Claim(
        "singh:eq-15.3",
        "printed",
        "(16)",
        r"(\operatorname{vec}_rAXB)_k",
        Formula(_row_product),
        Value(_cases(vec="row"), _predicted_product, _measured_product, controls=(_BY_COLUMNS,)),
        (ROWS,),
        note="A ⊗ Bᵀ on vec_r X.",
        activations=1,
    ),
    Claim(
        "singh:eq-15.4",
        "printed",
        "S2.5, derivative",
        r"\left(\frac{\partial AXB}{\partial X}\right)_{kj}",
        Formula(_row_entry),
        Value(_cases(vec="row"), _predicted_derivative, _measured_derivative, controls=(_BY_COLUMNS,)),
        (ROWS,),
        activations=1,
    ),
    Claim(
        "singh:eq-15.5",
        "printed",
        "S2.5, remark",
        r"\left(\frac{\partial AXB}{\partial X}\right)_{kj}",
        Formula(_column_entry),
        Value(_cases(vec="column"), _predicted_derivative, _measured_derivative, controls=(_BY_ROWS,)),
        (COLUMNS,),
        activations=1,
    ),
    Claim(
        "singh:eq-15.6",
        "printed",
        "Theorem 19",
        r"df_i",
        Formula(_differential),
        Value(_cases(), _predicted_differential, _measured_differential),
        note="Cubic maps; df is the linear part of f(x + t h) in t, found from four values of it.",
        activations=1,
    ),
)
