"""Lemma 24, Jacobi's formula: d det A = tr(adj A dA), exact on polynomial matrices, and proved for size 3."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Identity, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols
from eigenlaw.verify.linear_chains import low_rank, rational_draw
from eigenlaw.verify.matrix_series import determinant, minor

Array = NDArray[Any]

PROVED = 3
"""Size of the matrix for which the identity is proved symbolically."""


def _cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Sizes, ranks of A at t = 0 and degrees: all small ones, then random ones."""
    found = [(n, rank, degree) for n in range(1, 4) for rank in range(n + 1) for degree in (1, 2)]
    for _ in range(budget.of(10, 60, 300)):
        n = int(rng.integers(2, 8))
        found.append((n, int(rng.integers(0, n + 1)), int(rng.integers(1, 4))))
    return [
        {"n": n, "rank": rank, "degree": degree, "draw": draw} for draw, (n, rank, degree) in enumerate(sorted(found))
    ]


@lru_cache(maxsize=64)
def _drawn(n: int, rank: int, degree: int, draw: int, columns: int) -> tuple[Array, ...]:
    numbers = rational_draw(np.random.default_rng([draw, n, rank, degree]))
    return low_rank(n, columns, rank, numbers), *(numbers((n, columns)) for _ in range(degree))


def _matrices(instance: Instance) -> tuple[Array, ...]:
    """A_0, …, A_degree of A(t) = Σ A_k t^k; A_0 has the rank of the instance."""
    return _drawn(*(instance[name] for name in ("n", "rank", "degree", "draw")), instance["n"])


def _adjugate(matrix: Array) -> Array:
    """The transposed matrix of cofactors."""
    size = range(len(matrix))
    return np.array([[(-1) ** (i + j) * minor(matrix, j, i) for j in size] for i in size], dtype=object)


def _entries(matrix: Array) -> Callable[[int, int], Any]:
    def entry(i: int, j: int) -> Any:
        if not (1 <= i <= matrix.shape[0] and 1 <= j <= matrix.shape[1]):
            raise IndexError(f"i={i}, j={j}: no such entry")
        return fmpq(0) + matrix[i - 1, j - 1]

    return entry


def _trace() -> Any:
    i, j, n = symbols("i j n")
    adj, rate = indexed("adj"), indexed("Adot")
    return summation(summation(adj[i, j] * rate[j, i], (j, 1, n)), (i, 1, n))


def _trace_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    A = _matrices(instance)
    return [value(n=instance["n"], adj=_entries(_adjugate(A[0])), Adot=_entries(A[1]))]


def _rate(instance: Instance, _: Rng) -> Sequence[Any]:
    """The coefficient of t in det A(t)."""
    return [determinant(_matrices(instance))[1]]


def _scalar() -> Any:
    i, j = symbols("i j")
    from sympy import KroneckerDelta

    return symbols("det")[0] * KroneckerDelta(i, j)


def _scalar_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    n = instance["n"]
    det = determinant(_matrices(instance))[0]
    return [value(det=det, i=i, j=j) for _ in range(2) for i in range(1, n + 1) for j in range(1, n + 1)]


def _products(instance: Instance, _: Rng) -> Sequence[Any]:
    """The entries of A adj A, then of adj A A."""
    A = _matrices(instance)[0]
    adjugate = _adjugate(A)
    return [rational(entry) for found in (A @ adjugate, adjugate @ A) for entry in found.ravel()]


def _symbolic() -> tuple[Any, Any]:
    """A + t B with symbols for entries."""
    import sympy

    def matrix(name: str) -> Any:
        size = range(1, PROVED + 1)
        return sympy.Matrix([[sympy.Symbol(f"{name}_{i}{j}") for j in size] for i in size])

    return matrix("a"), matrix("b")


def _derived_determinant() -> Any:
    """d/dt det(A + t B) at t = 0, where det is expanded into a polynomial first."""
    import sympy

    t = sympy.Symbol("t")
    with sympy.evaluate(True):
        A, B = _symbolic()
        return sympy.expand((A + t * B).det(method="berkowitz")).diff(t).subs(t, 0)


def _written_trace() -> Any:
    """tr(adj A B), each cofactor written out."""
    import sympy

    A, B = _symbolic()
    terms = []
    for i in range(PROVED):
        for j in range(PROVED):
            (a, b), (c, d) = A.minor_submatrix(j, i).tolist()
            terms.append((-1) ** (i + j) * (a * d - b * c) * B[j, i])
    return sympy.Add(*terms)


def _points(budget: Budget, rng: Rng) -> Iterable[Instance]:
    names = [f"{letter}_{i}{j}" for letter in "ab" for i in range(1, PROVED + 1) for j in range(1, PROVED + 1)]
    for _ in range(budget.of(20, 40, 100)):
        yield {name: str(Fraction(int(value), 7)) for name, value in zip(names, rng.integers(-20, 21, 18), strict=True)}


def _by_expansion(lhs: Any, rhs: Any) -> bool:
    import sympy

    return bool(sympy.expand(lhs.doit() - rhs.doit()) == 0)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:lem-24.1",
        "printed",
        "Lemma 24",
        r"\tfrac{d}{dt}\det A(t)",
        Formula(_trace),
        Value(_cases, _trace_value, _rate),
        note="Singular matrices among them; the determinant of the polynomial matrix is found by interpolation.",
        activations=1,
    ),
    Claim(
        "singh:lem-24.2",
        "printed",
        "Lemma 24: A adj A = adj A A = det(A) I",
        r"(A\,\mathrm{adj}A)_{ij},\ (\mathrm{adj}A\,A)_{ij}",
        Formula(_scalar),
        Value(_cases, _scalar_value, _products),
        activations=1,
    ),
    Claim(
        "singh:lem-24.3",
        "printed",
        "Lemma 24, for matrices of size 3",
        r"\tfrac{d}{dt}\det(A+tB)|_{t=0}",
        Formula(_written_trace),
        Identity(Formula(_derived_determinant), _points, _by_expansion),
        note="Proved for all entries.",
        activations=1,
    ),
)
