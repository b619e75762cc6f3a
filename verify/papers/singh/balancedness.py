"""Lemma 23: along the gradient flow (W^{k+1})ᵀ W^{k+1} − W^k (W^k)ᵀ does not change.

Both sides are power series in t; the coefficients of t⁰, t¹ and t² are compared entry by entry. Since the coefficient
of t¹ of the difference vanishes at all weights, the difference is constant for all times.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols
from eigenlaw.verify.matrix_series import product, transposed
from eigenlaw.verify.network_hessian import ACTIVATIONS, Smooth, forward, gradients, weight_gradients
from eigenlaw.verify.papers.singh.flows import (
    BALANCED,
    ONE_RATE,
    any_cases,
    balanced_cases,
    moving,
    series,
)

Place = tuple[int, int, int, int]  # k, n, i, j


def _places(instance: Instance) -> list[Place]:
    """Every pair of neighbouring layers, every power of t and every entry (i, j), i ≤ j."""
    widths = instance["widths"]
    return [
        (k, n, i, j)
        for k in range(1, len(widths) - 1)
        for n in range(instance["order"] + 1)
        for i in range(widths[k])
        for j in range(i, widths[k])
    ]


def _above(instance: Instance, _: Rng) -> Sequence[Any]:
    """The entries of (W^{k+1})ᵀ W^{k+1}."""
    grams = [product(transposed(own), own) for own in series(instance)]
    return [rational(grams[k][n][i, j]) for k, n, i, j in _places(instance)]


def _below() -> Any:
    """The coefficient of tⁿ of (W^k (W^k)ᵀ)_{ij}: Σ_a Σ_m W_a[i, m] W_{n−a}[j, m]."""
    n, a, m, width = symbols("n a m M_below")
    W, V = indexed("W_i"), indexed("W_j")
    return summation(summation(W[a, m] * V[n - a, m], (m, 1, width)), (a, 0, n))


def _kept() -> Any:
    """The same, and at t⁰ what the difference was."""
    return indexed("D")[symbols("n")[0]] + _below()


def _row(own: Sequence[Any], i: int) -> Callable[[int, int], Any]:
    def entry(a: int, m: int) -> Any:
        if not (0 <= a < len(own) and 1 <= m <= own[0].shape[1]):
            raise IndexError(f"a={a}, m={m}: no such coefficient")
        return own[a][i, m - 1]

    return entry


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    flow = series(instance)
    widths = instance["widths"]

    def at(k: int, n: int, i: int, j: int) -> Any:
        below, above = flow[k - 1], flow[k]
        start = (above[0].T @ above[0] - below[0] @ below[0].T)[i, j]
        return value(
            W_i=_row(below, i),
            W_j=_row(below, j),
            D=lambda power: rational(start) if power == 0 else fmpq(0),
            n=n,
            M_below=widths[k - 1],
        )

    return [at(*place) for place in _places(instance)]


HOMOGENEOUS: dict[str, Smooth] = {
    "relu": ACTIVATIONS["relu"],
    "leaky_relu(1/10)": Smooth(
        lambda x: np.where(x > 0, x, x / 10), lambda x: np.where(x > 0, 1 + 0 * x, Fraction(1, 10) + 0 * x)
    ),
    "abs": Smooth(lambda x: np.where(x > 0, x, -x), lambda x: np.where(x > 0, 1 + 0 * x, 0 * x - 1)),
    "x^2": Smooth(lambda x: x * x, lambda x: 2 * x),
}
_ORDER_ONE = Hypothesis(r"\sigma(z)=\sigma'(z)z", lambda i: i["activation"] != "x^2")
_DIAGONAL = Hypothesis("i=j", lambda i: not i.get("beside", False))


def _units(budget: Budget, rng: Rng) -> Iterable[Instance]:
    small = [(1, 1, 1), (2, 2, 1), (1, 2, 2), (2, 3, 2), (2, 2, 2, 2)]
    more = [tuple(int(w) for w in rng.integers(1, 5, rng.integers(3, 6))) for _ in range(budget.of(3, 20, 100))]
    names = [name for name in HOMOGENEOUS if name != "x^2"]
    return [
        {"activation": name, "widths": list(widths), "draw": draw}
        for draw, widths in enumerate([*small, *more])
        for name in names
    ]


def _motion(instance: Instance) -> tuple[list[Any], list[Any]]:
    """Weights and −dW/dt for a loss with a random ∂ℓ at each of five samples."""
    widths = instance["widths"]
    rng = np.random.default_rng([instance["draw"], *widths])

    def draw(*shape: int) -> Any:
        return np.vectorize(lambda k: Fraction(int(k), 10), otypes=[object])(rng.integers(-99, 100, shape))

    weights = [draw(above, below) for below, above in pairwise(widths)]
    X, delta = draw(5, widths[0]), draw(5, widths[-1])
    signals = forward(weights, X, HOMOGENEOUS[instance["activation"]])
    return weights, weight_gradients(signals, gradients(weights, signals, delta))


def _pairs(instance: Instance) -> list[tuple[int, int, int]]:
    """Layer and entry: the diagonal, or what stands beside it."""
    widths, shift = instance["widths"], int(instance.get("beside", False))
    return [(k, i, i + shift) for k in range(1, len(widths) - 1) for i in range(widths[k] - shift)]


def _outgoing(instance: Instance, _: Rng) -> Sequence[Any]:
    """The entries of (W^{k+1})ᵀ dW^{k+1} + transposed."""
    weights, moved = _motion(instance)
    rate = [V.T @ dV + dV.T @ V for V, dV in zip(weights, moved, strict=True)]
    return [rational(rate[k][i, j]) for k, i, j in _pairs(instance)]


def _incoming() -> Any:
    m, width = symbols("m M_below")
    W, V, dW, dV = (indexed(name) for name in ("W_i", "W_j", "dW_i", "dW_j"))
    return summation(W[m] * dV[m] + dW[m] * V[m], (m, 1, width))


def _incoming_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    weights, moved = _motion(instance)

    def entry(row: Any) -> Callable[[int], Any]:
        def at(m: int) -> Any:
            if not 1 <= m <= len(row):
                raise IndexError(f"m={m}: no such weight")
            return row[m - 1]

        return at

    def one(k: int, i: int, j: int) -> Any:
        W, dW = weights[k - 1], moved[k - 1]
        rows = {"W_i": W[i], "W_j": W[j], "dW_i": dW[i], "dW_j": dW[j]}
        return value(**{name: entry(row) for name, row in rows.items()}, M_below=W.shape[1])

    return [one(*pair) for pair in _pairs(instance)]


_LHS = r"\bigl((W_t^{k+1})^\top W_t^{k+1}\bigr)_{ij}\text{ at }t^n"
UNBALANCED = moving((2, 2, 2), 2, "any", "any")
TWO_RATES = [moving((2, 2, 2), 2, start, "any", eta=["1/2", "1/3"]) for start in ("balanced", "any")]

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:lem-23",
        "printed",
        "Lemma 23",
        _LHS,
        Formula(_below),
        Value(balanced_cases, _predicted, _above, controls=(UNBALANCED, TWO_RATES[0])),
        (BALANCED, ONE_RATE),
        note="Coefficients of t⁰, t¹ and t² of the flow, for squared error and for an arbitrary path of E[δ xᵀ].",
        activations=1,
    ),
    Claim(
        "singh:lem-23",
        "sharp",
        "after Lemma 23",
        _LHS,
        Formula(_kept),
        Value(any_cases, _predicted, _above, controls=(TWO_RATES[1],)),
        (ONE_RATE,),
        note="From any weights the difference (W^{k+1})ᵀW^{k+1} − W^k(W^k)ᵀ stays what it is, for every loss.",
        activations=1,
    ),
    Claim(
        "singh:lem-23",
        "new",
        "after Lemma 23",
        r"\frac{d}{dt}\bigl((W^{k+1})^\top W^{k+1}\bigr)_{ii}",
        Formula(_incoming),
        Value(
            _units,
            _incoming_value,
            _outgoing,
            controls=(
                {"activation": "relu", "widths": [3, 3, 3], "draw": 0, "beside": True},
                {"activation": "x^2", "widths": [3, 3, 3], "draw": 0},
            ),
        ),
        (_ORDER_ONE, _DIAGONAL),
        note="With homogeneous activations the diagonal is conserved unit by unit, for every loss; the rest is not.",
    ),
)
