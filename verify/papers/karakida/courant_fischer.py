"""The eigenvalues of F_cross as maxima on the complements of the eigenvectors before them: (C.1)."""

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import fmpz_mat

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.papers.karakida.exact_networks import at
from eigenlaw.verify.papers.karakida.softmax_bounds import limit_matrix, limit_spectrum
from eigenlaw.verify.papers.karakida.softmax_networks import Array

STEADY = (("1/2", "1/2"), ("1/3", "2/3"), ("1/3", "1/3", "1/3"), ("1/2", "1/4", "1/4"), ("1/4", "1/4", "1/4", "1/4"))
"""Softmax outputs whose Q has rational eigenvectors."""


def _courant_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """The same outputs at one to three inputs: the whole spectrum is rational."""
    roots = (("1", "1"), ("1/2", "1"), ("2", "1/3"))
    found = []
    for index in range(budget.of(30, 45, 200)):
        g, T = STEADY[index % len(STEADY)], 1 + index // len(STEADY) % 3
        rank = 1 + int(rng.integers(len(g) * T))
        a, b = roots[index % 3]
        found.append({"g": [list(g)] * T, "a": a, "b": b, "r": rank, "draw": int(rng.integers(10**6))})
    return found


def _eigenvectors(instance: Instance) -> list[Array]:
    """Orthogonal eigenvectors of F_cross in the limiting Gram, in the order of its eigenvalues."""
    return _orthogonal_basis(instance_text({name: instance[name] for name in ("g", "a", "b")}))


@cache
def _orthogonal_basis(text: str) -> list[Array]:
    matrix = limit_matrix(json.loads(text))
    found: list[Array] = []
    for value in dict.fromkeys(eigenvalues(matrix)):
        shifted = matrix - Fraction(int(value.p), int(value.q)) * np.eye(len(matrix), dtype=np.int64).astype(object)
        scale = int(np.lcm.reduce([Fraction(entry).denominator for entry in shifted.ravel()]))
        kernel, dimension = fmpz_mat([[int(entry * scale) for entry in row] for row in shifted]).nullspace()
        for j in range(dimension):
            vector = np.array([Fraction(int(kernel[i, j])) for i in range(len(matrix))], dtype=object)
            found.append(_orthogonal(vector, found))
    return found


def _orthogonal(x: Array, others: Sequence[Array]) -> Array:
    """What is left of x after its projections on orthogonal vectors are taken away."""
    for u in others:
        x = x - (u @ x) / (u @ u) * u
    return x


def _vectors(instance: Instance) -> list[Array]:
    """The vectors x of an instance: a random one and the maximiser in U_{r−1}^⊥; or an eigenvector outside of it."""
    found = _eigenvectors(instance)
    if "outside" in instance:
        return [found[instance["outside"] - 1]]
    r = instance["r"]
    rng = np.random.default_rng(instance["draw"])
    entries = [Fraction(int(entry)) for entry in rng.integers(-5, 6, len(found))]
    x = _orthogonal(np.array(entries, dtype=object), found[: r - 1])
    return [x if any(x) else found[r - 1], found[r - 1]]


def _quotient() -> Any:
    a, b, n = symbols("a b n")
    x, F = indexed("x"), indexed("F")
    square = summation(x[a] * x[a], (a, 1, n))
    return summation(summation(x[a] * F[a, b] * x[b], (b, 1, n)), (a, 1, n)) / square


def _quotients(instance: Instance, value: Evaluate) -> Sequence[Any]:
    matrix = limit_matrix(instance)
    return [value(x=at(x), F=at(matrix), n=len(matrix)) for x in _vectors(instance)]


def _level(instance: Instance, _: Rng) -> Sequence[Any]:
    count = 1 if "outside" in instance else 2
    return [limit_spectrum(instance)[instance["r"] - 1]] * count


def _is_orthogonal(instance: Instance) -> bool:
    found = _eigenvectors(instance)[: instance["r"] - 1]
    return all(u @ x == 0 for u in found for x in _vectors(instance))


ORTHOGONAL = Hypothesis(r"x\in U_{r-1}^\perp", _is_orthogonal)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-c.1",
        "printed",
        "(C.1)",
        r"\lambda_r",
        Formula(_quotient),
        Value(
            _courant_cases,
            _quotients,
            _level,
            ">=",
            controls=({"g": [["1/2", "1/2"]], "a": "1", "b": "1", "r": 2, "draw": 0, "outside": 1},),
        ),
        (ORTHOGONAL,),
        note="A random x, and the one at which the maximum is attained.",
    ),
)
