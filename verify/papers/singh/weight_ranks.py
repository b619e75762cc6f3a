"""Lemma 8: the rank of each weight matrix stays the same along the gradient flow, and the steps of its proof.

The rank is read off the power series of W^l(t): an invariant factor t^v with v > 0 would be a rank that grows. Where
Ẇ^l = W^l Y or Ẇ^l = Y W^l with bounded Y, W^l(t) = W^l(0) Φ(t) or Φ(t) W^l(0) with invertible Φ, for all times;
balanced weights alone give this, for every Ω: (W^{l+1})ᵀ has the column space of W^l, for W^L likewise the rows.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import rank
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols
from eigenlaw.verify.gradient_flow import chain
from eigenlaw.verify.matrix_series import determinant, product, rank_to_order, transposed
from eigenlaw.verify.papers.singh.flows import (
    BALANCED,
    CENTRED,
    ONE_RATE,
    SQUARE,
    balanced_cases,
    data_covariance,
    moving,
    rates,
    series,
    square_cases,
    start,
)

Array = NDArray[Any]


def _initial() -> Any:
    return symbols("rho_0")[0]


def _initial_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(rho_0=rank(weight)) for weight in start(instance)]


def _later(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank_to_order(own)) for own in series(instance)]


def _initial_twice(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [*_initial_value(instance, value), *_initial_value(instance, value)]


def _spans(instance: Instance, rng: Rng) -> Sequence[Any]:
    """The ranks at later times, and those of [W^l, Ẇ^l], for l = L one over the other."""
    moved = series(instance)
    last = len(moved) - 1
    spans = [np.concatenate(own[:2], axis=0 if layer == last else 1) for layer, own in enumerate(moved)]
    return [*_later(instance, rng), *(fmpq(rank(both)) for both in spans)]


def _gram_powers(gram: Array, count: int) -> Callable[..., Any]:
    """(n, i, j) ↦ the entries of gramⁿ, n < count."""
    powers = [np.eye(len(gram), dtype=int).astype(object)]
    for _ in range(count - 1):
        powers.append(powers[-1] @ gram)

    def entry(n: int, i: int, j: int) -> Any:
        if not 0 <= n < count:
            raise IndexError(f"n={n}: no such power")
        return _entries(powers[n])(i, j)

    return entry


def _incoming(instance: Instance, layer: int) -> Array:
    """W^{l−1:1} Σ (W^{l−1:1})ᵀ."""
    down = chain([[weight] for weight in start(instance)], layer - 1, 1)[0]
    return np.asarray(down @ data_covariance(instance) @ down.T)


def _entries(matrix: Array) -> Callable[..., Any]:
    def entry(i: int, j: int) -> Any:
        if not (1 <= i <= matrix.shape[0] and 1 <= j <= matrix.shape[1]):
            raise IndexError(f"i={i}, j={j}: no such entry")
        return rational(matrix[i - 1, j - 1])

    return entry


def _velocity() -> Any:
    """−η ((W Wᵀ)^{L−l} W W^{l−1:1} Σ W^{1:l−1})_{ij}."""
    i, j, a, b, M, L, layer, eta = symbols("i j a b M L l eta")
    gram, W, S = (indexed(name) for name in ("G", "W", "S"))
    inner = summation(gram[L - layer, i, a] * W[a, b] * S[b, j], (b, 1, M))
    return -eta * summation(inner, (a, 1, M))


def _velocity_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found, weights = [], start(instance)
    M, L = len(weights[0]), len(weights)
    for layer, own in enumerate(weights, start=1):
        bound: dict[str, Any] = {
            "G": _gram_powers(own @ own.T, L + 1),
            "W": _entries(own),
            "S": _entries(_incoming(instance, layer)),
        }
        bound |= {"M": M, "L": L, "l": layer, "eta": rates(instance)[0]}
        found += [value(**bound, i=i, j=j) for i in range(1, M + 1) for j in range(1, M + 1)]
    return found


def _velocities(instance: Instance, _: Rng) -> Sequence[Any]:
    return [rational(entry) for own in series(instance) for entry in own[1].ravel()]


def _decay() -> Any:
    """−η det(W^l) tr(B), B = ((W^l)ᵀ W^l)^{L−l} W^{l−1:1} Σ W^{1:l−1}."""
    i, j, M, L, layer, eta, det = symbols("i j M L l eta det")
    gram, S = indexed("G"), indexed("S")
    trace = summation(summation(gram[L - layer, i, j] * S[j, i], (j, 1, M)), (i, 1, M))
    return -eta * det * trace


def _decay_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found, weights = [], start(instance)
    L = len(weights)
    for layer, own in enumerate(weights, start=1):
        bound: dict[str, Any] = {"G": _gram_powers(own.T @ own, L + 1), "S": _entries(_incoming(instance, layer))}
        bound |= {"M": len(own), "L": L, "l": layer, "eta": rates(instance)[0]}
        found.append(value(**bound, det=determinant([own])[0]))
    return found


def _rate(instance: Instance, _: Rng) -> Sequence[Any]:
    """The coefficient of t in det W^l(t)."""
    return [determinant(own)[1] for own in series(instance)]


def _solution() -> Any:
    """The coefficient of tⁿ of exp(−η ∫_0^t tr B) det W_0; I[k, n] is that of (∫_0^t tr B)^k."""
    import sympy

    k, n, eta, det = symbols("k n eta det")
    return det * summation((-eta) ** k / sympy.factorial(k) * indexed("I")[k, n], (k, 0, n))


def _integral(instance: Instance, layer: int) -> list[Array]:
    """∫_0^t tr B as a series of matrices of size 1, up to the order of the instance."""
    moved, order = series(instance), instance["order"]
    own, down = moved[layer - 1], chain(moved, layer - 1, 1)
    sigma = [data_covariance(instance), *(data_covariance(instance) * 0 for _ in range(order))]
    B = product(*([transposed(own), own] * (len(moved) - layer)), down, sigma, transposed(down))
    traces = [np.array([[np.trace(coefficient)]], dtype=object) for coefficient in B[:order]]
    return [traces[0] * 0, *(trace / fmpq(n + 1) for n, trace in enumerate(traces))]


def _solution_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = []
    for layer, own in enumerate(start(instance), start=1):
        integral = _integral(instance, layer)

        def power(k: int, n: int, integral: list[Array] = integral) -> Any:
            if k < 0 or n >= len(integral):
                raise IndexError(f"k={k}, n={n}: no such coefficient")
            unit = fmpq(int(n == 0))
            return rational(product(*[integral] * k)[n][0, 0]) if k else unit

        det = determinant([own])[0]
        found += [value(I=power, det=det, eta=rates(instance)[0], n=n) for n in range(instance["order"] + 1)]
    return found


def _determinants(instance: Instance, _: Rng) -> Sequence[Any]:
    return [det for own in series(instance) for det in determinant(own)[: instance["order"] + 1]]


def _half_of_the_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [*square_cases(budget, rng)][::2]


def _regular_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [instance for instance in square_cases(budget, rng) if instance["rank"] == instance["widths"][0]]


def _deeper(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [{**instance, "order": 3} for instance in _regular_cases(budget, rng)]


RANK = r"\mathrm{rk}\,W^l_t"
HYPOTHESES = (CENTRED, BALANCED, SQUARE, ONE_RATE)
SINGULAR = [moving((2, 2, 2), 1, "any", data) for data in ("centred", "any", "path")]
REGULAR = moving((2, 2, 2), 2, "any", "centred")
LABELLED = moving((2, 2, 2), 2, "balanced", "any")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:lem-8.1",
        "printed",
        "Lemma 8",
        RANK,
        Formula(_initial),
        Value(square_cases, _initial_value, _later, controls=(SINGULAR[0],)),
        HYPOTHESES,
        note="The rank that the coefficients up to t² show, for weights of every rank. Neither centred classes nor "
        "square weights are needed: see the sharp form.",
        activations=1,
    ),
    Claim(
        "singh:lem-8.1",
        "sharp",
        "Lemma 8 without (a) and (c)",
        RANK + r",\ \mathrm{rk}[W^l,\dot W^l]",
        Formula(_initial),
        Value(balanced_cases, _initial_twice, _spans, controls=tuple(SINGULAR)),
        (BALANCED, ONE_RATE),
        note="Balanced weights of any widths and any rank keep their ranks for all data and every loss: "
        "Ẇ^l = W^l Y for l < L, Ẇ^L = Y W^L.",
        activations=1,
    ),
    Claim(
        "singh:lem-8.2",
        "printed",
        "proof of Lemma 8, the gradient flow",
        r"\dot W^l_{ij}",
        Formula(_velocity),
        Value(_half_of_the_cases, _velocity_value, _velocities, controls=(REGULAR, LABELLED)),
        HYPOTHESES,
        activations=1,
    ),
    Claim(
        "singh:lem-8.3",
        "printed",
        "proof of Lemma 8, the determinant",
        r"\tfrac{d}{dt}\det W^l_t",
        Formula(_decay),
        Value(_regular_cases, _decay_value, _rate, controls=(REGULAR, LABELLED)),
        HYPOTHESES,
        activations=1,
    ),
    Claim(
        "singh:lem-8.4",
        "printed",
        "proof of Lemma 8, its solution",
        r"\det W^l_t\text{ at }t^n",
        Formula(_solution),
        Value(_deeper, _solution_value, _determinants, controls=(REGULAR, LABELLED)),
        HYPOTHESES,
        note="Coefficients of t⁰ to t³ of det W^l_t and of exp(−η ∫ tr B) det W^l_0.",
        activations=1,
    ),
)
