"""The outer layer's kernel of any finite network: Lemma C.9 and Corollaries C.10 and C.11, over rational weights."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.theory import finite_width
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, ball, is_exact, rational, symbols
from eigenlaw.verify.one_hidden_layer import hidden_layer
from eigenlaw.verify.papers.murray.common import phi_array
from eigenlaw.verify.papers.murray.exact_networks import (
    fractions,
    gram,
    inputs,
    networks,
    random_network,
    squared_norms,
    weights,
)
from eigenlaw.verify.surds import root

Array = NDArray[Any]


def _square(matrix: Array) -> Any:
    """‖A‖_2², exact where it is rational."""
    return eigenvalues(gram(matrix))[0]


def _frobenius(matrix: Array) -> Any:
    return sum(squared_norms(matrix), fmpq(0))


def _halves(W: Array, X: Array) -> tuple[Array, Array]:
    """φ(WXᵀ) and φ(−WXᵀ)."""
    return hidden_layer(phi_array("relu"), W, X).T, hidden_layer(phi_array("relu"), -W, X).T


def _condition(W: Array) -> tuple[Any, Any]:
    """σ_max(W)² and σ_min(W)²: of the min(m, d) singular values, or as a control wants it, of those that are not 0."""
    smaller = gram(W) if len(W) < W.shape[1] else gram(W.T)
    values = eigenvalues(smaller)
    return values[0], values[-1]


def _bound_values(instance: Instance, value: Evaluate) -> Sequence[Any]:
    (W, _), X = weights(instance), inputs(instance)
    largest, least = _condition(W)
    if "least" in instance:
        least = rational(Fraction(instance["least"]))
    return [value(s_max2=largest, s_min2=least, trace=_frobenius(X), lambda_1=_square(X.T))]


def _lemma() -> Any:
    largest, least, trace, top = symbols("s_max2 s_min2 trace lambda_1")
    return largest / least * trace / top


def _corollary() -> Any:
    return 4 * _lemma()


def _over_both(instance: Instance, _: Rng) -> Sequence[Any]:
    """‖φ(WXᵀ)‖_F²/[‖φ(WXᵀ)‖ + ‖φ(−WXᵀ)‖]²."""
    one, other = _halves(weights(instance)[0], inputs(instance))
    p, q = _square(one), _square(other)
    cross = root(p * q) if is_exact(p) and is_exact(q) else ball(p * q).sqrt()
    return [_frobenius(one) / (p + q + 2 * cross)]


def _over_larger(W: Array, X: Array) -> Any:
    one, other = _halves(W, X)
    top = [_square(one), _square(other)]
    if not all(map(is_exact, top)):
        top = [ball(value) for value in top]
    largest = top[0].max(top[1]) if not is_exact(top[0]) else max(top)
    return max(_frobenius(one), _frobenius(other)) / largest


def _maxima(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_over_larger(weights(instance)[0], inputs(instance))]


def _tall(instance: Instance) -> bool:
    return len(instance["W"]) >= len(instance["W"][0])


FULL_RANK = Hypothesis(r"W\text{ of full rank}", lambda i: "least" not in i and bool(_condition(weights(i)[0])[1] > 0))
TALL = Hypothesis(r"m\ge d", _tall, tight=lambda i: len(i["W"]) == len(i["W"][0]))
LONG_INPUT = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "10"]]
FLAT = [["1", "0", "0"], ["0", "1", "0"]]
SINGULAR: Instance = {"X": LONG_INPUT, "W": [*FLAT, ["0", "0", "0"]], "a": ["1"] * 3, "least": "1"}
WIDE: Instance = {"X": LONG_INPUT, "W": FLAT, "a": ["1"] * 2}
WIDER: Instance = {
    "X": [["100" if i == j == 5 else str(int(i == j)) for j in range(6)] for i in range(6)],
    "W": [[str(int(i == j)) for j in range(6)] for i in range(5)],
    "a": ["1"] * 5,
}
POSITIVE: Instance = {"X": [["1", "2"], ["2", "1"]], "W": [["1", "0"], ["0", "1"]], "a": ["1", "1"]}
CASES = networks(("relu",), (POSITIVE,))


def _instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    shapes = [(n, d, d + more) for d in (1, 2, 3) for more in (0, 1, 2) for n in (2, 4)]
    fixed = [random_network("relu", *shape, draw=2) for shape in shapes]
    return [POSITIVE, *fixed, *CASES(budget, rng)]


# sharpness of the factor 4


def _blocks(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"k": k} for k in range(budget.of(20, 22, 30))]


def _block_ratio(instance: Instance, _: Rng) -> Sequence[Any]:
    """[max/max]/eff(XXᵀ) with W the unit matrix."""
    size = instance["k"] + 2
    X = np.array([[Fraction(int(i == j)) for j in range(size)] for i in range(size)], dtype=object)
    X[0, 1] = X[1, 0] = Fraction(-1)
    unit = np.array([[Fraction(int(i == j)) for j in range(size)] for i in range(size)], dtype=object)
    return [_over_larger(unit, X) * _square(X) / _frobenius(X)]


# Corollary C.11


def _signs(m: int, d: int) -> Iterable[Array]:
    for entries in product((1, -1), repeat=m * d):
        yield fractions(np.array(entries, dtype=object).reshape(m, d))


def _laws(instance: Instance) -> list[Array]:
    """Equally probable W of full rank: all matrices of signs, times a diagonal of scales; −1 alone in a control."""
    if instance.get("law") == "negative":
        return [fractions([["-1"]])]
    scales = np.array([Fraction(scale) for scale in instance["scales"]], dtype=object)
    found = [W * scales[:, None] for W in _signs(len(scales), len(instance["X"][0]))]
    return [W for W in found if bool(_condition(W)[1] > 0)]


def _event(W: Array, X: Array) -> bool:
    """eff(K_outer) ≤ 4 κ² eff(XXᵀ), false for K_outer = 0."""
    one, _ = _halves(W, X)
    if not one.any():
        return False
    largest, least = _condition(W)
    left, right = _frobenius(one) / _square(one), 4 * largest / least * _frobenius(X) / _square(X.T)
    if not (is_exact(left) and is_exact(right)):
        left, right = ball(left), ball(right)
        if left.overlaps(right):
            raise ArithmeticError(f"{left} ≤ {right}: the balls are too wide to decide it")
    return bool(left <= right)


def _chance(instance: Instance, _: Rng) -> Sequence[Any]:
    X, law = inputs(instance), _laws(instance)
    return [fmpq(sum(_event(W, X) for W in law), len(law))]


def _sign_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    found: list[Instance] = [{"X": [["1"]], "scales": ["1"]}, {"X": [["1"], ["2"]], "scales": ["1"]}]
    shapes = [(1, 1, 1), (2, 1, 2), (2, 2, 2), (3, 2, 2), (4, 2, 3), (5, 1, 3)]
    for _ in range(budget.of(4, 10, 30)):
        for n, d, m in shapes:
            X = random_network("relu", n, d, m, draw=int(rng.integers(10**6)))["X"]
            found.append({"X": X, "scales": [str(Fraction(int(s), 2)) for s in rng.integers(1, 5, m)]})
    return found


def _half() -> Any:
    import sympy

    return sympy.Rational(1, 2)


SYMMETRIC = Hypothesis(r"W\sim-W", lambda i: "law" not in i)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:lem-c.9",
        "printed",
        "Lemma C.9",
        r"\|\phi(WX^T)\|_F^2/[\|\phi(WX^T)\|_2+\|\phi(-WX^T)\|_2]^2",
        Formula(_lemma),
        Value(_instances, _bound_values, _over_both, "<=", controls=(SINGULAR, WIDE)),
        (FULL_RANK, TALL),
        note="An equality where W is the unit matrix and X ≥ 0.",
        activations=1,
    ),
    Claim(
        "murray:cor-c.10",
        "printed",
        "Corollary C.10",
        r"\max\|\phi(\pm WX^T)\|_F^2/\max\|\phi(\pm WX^T)\|_2^2",
        Formula(_corollary),
        Value(_instances, _bound_values, _maxima, "<=", controls=(WIDER,)),
        (FULL_RANK, TALL),
        activations=1,
    ),
    Claim(
        "murray:cor-c.10",
        "sharp",
        "Corollary C.10 at W = I: no factor below 4 will do",
        r"\sup\frac{\max\|\phi(\pm X^T)\|_F^2}{\max\|\phi(\pm X^T)\|_2^2}\Big/\mathrm{eff}(XX^T)",
        Formula(finite_width.outer_extreme, derived=True),
        Value(_blocks, lambda i, value: [value(k=i["k"])], _block_ratio, ">="),
        activations=1,
    ),
    Claim(
        "murray:cor-c.11",
        "printed",
        "Corollary C.11",
        r"P\Bigl(\mathrm{eff}(K_{\mathrm{outer}})\le4\tfrac{\|W\|_2^2}{\sigma_{\min}(W)^2}\mathrm{eff}(XX^T)\Bigr)",
        Formula(_half),
        Value(_sign_cases, lambda _, value: [value()], _chance, ">=", controls=({"X": [["1"]], "law": "negative"},)),
        (SYMMETRIC,),
        note="By enumeration of all matrices of signs, their rows scaled; an equality for one neuron and one input.",
        activations=1,
    ),
)
