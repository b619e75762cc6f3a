"""The singular value decomposition, Section 2: the factors, and the eigenvectors of WᵀW."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from flint import acb, acb_mat, arb, arb_mat, fmpq, fmpz_mat

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.rational_weights import orthogonal

SHAPES = ((1, 1), (2, 1), (4, 1), (2, 2), (3, 2), (5, 2), (3, 3), (4, 3), (7, 3), (4, 4), (6, 4), (5, 5))
NARROW = Hypothesis(r"m\le n", lambda i: len(i["W"][0]) <= len(i["W"]), lambda i: len(i["W"][0]) == len(i["W"]))


def _entries(rng: Rng, law: str, n: int, m: int) -> list[list[int]]:
    """Whole numbers: uniform, rounded normal, or signs with one shifted entry so that no singular value is double."""
    match law:
        case "uniform":
            W = rng.integers(-20, 21, (n, m))
        case "normal":
            W = np.rint(10 * rng.standard_normal((n, m))).astype(int)
        case _:
            W = 10 * rng.choice([-1, 1], (n, m)) + rng.integers(-2, 3, (n, m))
    return [[int(entry) for entry in row] for row in W]


def _full_rank(budget: Budget, rng: Rng) -> Iterable[Instance]:
    for _ in range(budget.of(1, 2, 4)):
        for law in ("uniform", "normal", "signs"):
            for n, m in SHAPES:
                W = _entries(rng, law, n, m)
                while (fmpz_mat(W).transpose() * fmpz_mat(W)).rank() < m:
                    W = _entries(rng, law, n, m)
                yield {"law": law, "W": W}


@lru_cache(maxsize=1024)
def _decomposed(rows: tuple[tuple[int, ...], ...]) -> tuple[Any, list[Any], Any]:
    """Return U (n × m), ν and V as balls, from the eigenvectors of WᵀW."""
    W = fmpz_mat([list(row) for row in rows])
    m = W.ncols()
    values, vectors = acb_mat(W.transpose() * W).eig(right=True)
    V = arb_mat(m, m, [_real(vectors[i, k]) for i in range(m) for k in range(m)])
    norms = [sum((V[i, k] ** 2 for i in range(m)), arb(0)).sqrt() for k in range(m)]
    V = arb_mat(m, m, [V[i, k] / norms[k] for i in range(m) for k in range(m)])
    nu = [_real(value).sqrt() for value in values]
    U = arb_mat(W) * V
    return arb_mat(W.nrows(), m, [U[i, k] / nu[k] for i in range(W.nrows()) for k in range(m)]), nu, V


def _real(value: acb) -> Any:
    """The real part: WᵀW is symmetric with simple eigenvalues, so that its eigenvectors are real after scaling."""
    return value.real


def _rows(instance: Instance) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in instance["W"])


def _at(matrix: Any) -> Callable[[int, int], Any]:
    return lambda i, k: matrix[i - 1, k - 1]


def _places(rows: int, columns: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(1, rows + 1) for j in range(1, columns + 1)]


# W = U S Vᵀ


def _product() -> Any:
    i, j, k, m = symbols("i j k m")
    U, S, V = indexed("U"), indexed("nu"), indexed("V")
    return summation(U[i, k] * S[k] * V[j, k], (k, 1, m))


def _entry(instance: Instance, value: Evaluate) -> Sequence[Any]:
    U, nu, V = _decomposed(_rows(instance))
    given = {"U": _at(U), "nu": lambda k: nu[k - 1], "V": _at(V), "m": len(nu)}
    return [value(**given, i=i, j=j) for i, j in _places(U.nrows(), len(nu))]


def _given_entries(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(entry) for row in instance["W"] for entry in row]


# orthogonal factors


def _delta() -> Any:
    import sympy

    j, k = symbols("j k")
    return sympy.KroneckerDelta(j, k)


def _unit(instance: Instance, value: Evaluate) -> Sequence[Any]:
    m = len(instance["W"][0])
    return [value(j=j, k=k) for j, k in _places(m, m)] * 2


def _inner_products(instance: Instance, _: Rng) -> Sequence[Any]:
    U, nu, V = _decomposed(_rows(instance))
    found = (U.transpose() * U, V.transpose() * V)
    return [product[j - 1, k - 1] for product in found for j, k in _places(len(nu), len(nu))]


# eigenvectors of WᵀW, singular values that are known because W is made of them


def _made(budget: Budget, rng: Rng) -> Iterable[Instance]:
    for _ in range(budget.of(1, 3, 8)):
        for n, m in SHAPES[:9]:
            for kind in ("distinct", "equal", "deficient"):
                values = [int(value) for value in rng.integers(1, 30, m)]
                values = [values[0]] * m if kind == "equal" else values
                values = [*values[:-1], 0] if kind == "deficient" else values
                yield {"n": n, "nu": values, "seed": int(rng.integers(2**31))}


@lru_cache(maxsize=1024)
def _factors(n: int, nu: tuple[int, ...], seed: int) -> tuple[Any, Any]:
    """Return W = U S Vᵀ and V over the rationals."""
    rng = np.random.default_rng(seed)
    U, V = orthogonal(n, rng), orthogonal(len(nu), rng)
    return (U[:, : len(nu)] * np.array([fmpq(v) for v in nu])) @ V.T, V


def _factors_of(instance: Instance) -> tuple[Any, Any]:
    return _factors(instance["n"], tuple(instance["nu"]), instance["seed"])


def _eigen() -> Any:
    j, k = symbols("j k")
    return indexed("nu")[k] ** 2 * indexed("V")[j, k]


def _scaled(instance: Instance, value: Evaluate) -> Sequence[Any]:
    V, nu = _factors_of(instance)[1], instance["nu"]
    given = {"nu": lambda k: nu[k - 1], "V": _at(V)}
    return [value(**given, j=j, k=k) for j, k in _places(len(nu), len(nu))]


def _gram_on_columns(instance: Instance, _: Rng) -> Sequence[Any]:
    W, V = _factors_of(instance)
    return list((W.T @ (W @ V)).ravel())


# singular values are not negative


def _any_rank(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield {"W": [[0]]}
    yield from _full_rank(budget, rng)
    for n, m in SHAPES[3:]:
        left, right = rng.integers(-9, 10, (n, m - 1)), rng.integers(-9, 10, (m - 1, m))
        yield {"W": [[int(entry) for entry in row] for row in left @ right]}


def _nothing() -> Any:
    import sympy

    return sympy.Integer(0)


def _elementary_sums(instance: Instance, _: Rng) -> Sequence[Any]:
    """The coefficients of det(t + WᵀW): a symmetric matrix has no negative eigenvalue when none is negative."""
    W = fmpz_mat(instance["W"])
    m = W.ncols()
    coefficients = (W.transpose() * W).charpoly().coeffs()
    return [fmpq(c * (-1) ** (m - k)) for k, c in enumerate(coefficients)]


WHOLE = "Whole entries of three laws; the factors are certified, from the eigenvectors of WᵀW."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "thamm:svd.1",
        "printed",
        "Section 2",
        r"W_{ij}=(USV^T)_{ij}",
        Formula(_product),
        Value(_full_rank, _entry, _given_entries, stream="thamm:svd"),
        (NARROW,),
        note=WHOLE,
    ),
    Claim(
        "thamm:svd.2",
        "printed",
        "Section 2, U and V are orthogonal",
        r"(U^TU)_{jk}\text{ and }(V^TV)_{jk}",
        Formula(_delta),
        Value(_full_rank, _unit, _inner_products, stream="thamm:svd"),
        (NARROW,),
        note=f"{WHOLE} For m < n these are the first m columns of U, which any orthonormal basis completes.",
    ),
    Claim(
        "thamm:svd.3",
        "printed",
        "Section 4, right singular vectors are the eigenvectors of WᵀW",
        r"(W^TWV)_{jk}",
        Formula(_eigen),
        Value(_made, _scaled, _gram_on_columns),
        (Hypothesis(r"m\le n", lambda i: len(i["nu"]) <= i["n"], lambda i: len(i["nu"]) == i["n"]),),
        note="W is made of rational orthogonal matrices and known singular values, repeated ones and 0 among them.",
    ),
    Claim(
        "thamm:svd.4",
        "printed",
        "Section 2, the diagonal of S is not negative",
        r"[t^k]\det(t+W^TW)",
        Formula(_nothing),
        Value(_any_rank, lambda i, value: [value()] * (len(i["W"][0]) + 1), _elementary_sums, ">="),
        (NARROW,),
        note="A symmetric matrix has no negative eigenvalue when no such coefficient is negative; ν are their roots.",
    ),
)
