"""The spectrum of H_o: its closed form for linear networks, its plateaus for all networks (S8.1, Figures S4, S5)."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.hessian_spectrum import outer_plateau_width
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.digits import digits, digits_hash
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.network_hessian import Pass, forward, outer_hessian
from eigenlaw.verify.one_hidden_layer_hessian import ACTIVATIONS, Array
from eigenlaw.verify.papers.singh.gated import at
from eigenlaw.verify.plateaus import Factor, characteristic, distinct, multiplicities, plateaus

NAMES = ("linear", "relu", "leaky_relu(1/10)", "abs", "monomial(2)", "1 + x^2")


@lru_cache(maxsize=256)
def _network(text: str) -> tuple[list[Array], Array]:
    """The weights and the inputs, one a row, of an instance: integers."""
    instance = json.loads(text)
    widths, N = instance["widths"], instance["N"]
    rng = np.random.default_rng([instance["draw"], N, *widths])
    weights = [rng.integers(-9, 10, (above, below)).astype(object) for below, above in pairwise(widths)]
    if "last_rank" in instance:
        g = instance["last_rank"]
        weights[-1] = rng.integers(-9, 10, (widths[-1], g)).astype(object) @ rng.integers(-9, 10, (g, widths[-2]))
    means = rng.integers(-6, 7, (3, widths[0]))  # a mixture of three classes
    X = (means[rng.integers(0, 3, N)] + rng.integers(-4, 5, (N, widths[0]))).astype(object)
    if instance.get("data") == "digits":
        X = _whole(digits(rng, N, side=math.isqrt(widths[0]), classes=widths[-1])[0].T)
    if "X" in instance:
        X = np.array(instance["X"], dtype=object)
    if "weights" in instance:
        weights = [np.array(weight, dtype=object) for weight in instance["weights"]]
    return weights, X


def _whole(X: Array) -> Array:
    """Rationals times their common denominator, as integers."""
    scale = math.lcm(*(int(entry.q) for entry in X.ravel()))
    return np.array([[int((entry * scale).p) for entry in row] for row in X], dtype=object)


def _signals(instance: Instance) -> tuple[list[Array], Pass]:
    weights, X = _network(instance_text(instance))
    return weights, forward(weights, X, ACTIVATIONS[instance["activation"]])


def _outer(instance: Instance) -> Array:
    """H_o of the mean squared error."""
    weights, signals = _signals(instance)
    N, K = signals.outputs.shape
    second = np.broadcast_to(np.eye(K, dtype=int).astype(object), (N, K, K))
    return np.asarray(outer_hessian(weights, signals, second) * Fraction(1, N))


def _features(instance: Instance) -> Array:
    """F^{L−1} at the inputs, one a row."""
    return np.asarray(_signals(instance)[1].h[-1])


def _symmetric_functions(polynomial: Any, size: int) -> list[Any]:
    """e_1, …, e_size of the roots of a monic polynomial."""
    n = polynomial.degree()
    return [(-1) ** k * polynomial[n - k] if k <= n else fmpq(0) for k in range(1, size + 1)]


# The eigenvalues for linear networks


def _linear(budget: Budget, rng: Rng) -> Iterable[Instance]:
    shapes = [
        (1, 1, 1),
        (2, 1, 1),
        (1, 1, 2),
        (2, 2, 1),
        (2, 1, 2),
        (2, 2, 2),
        (1, 1, 1, 1),
        (2, 1, 2, 2),
        (2, 2, 1, 1, 2),
    ]
    for _ in range(budget.of(16, 40, 200)):
        layers = int(rng.integers(2, 5))
        shapes.append(tuple(int(n) for n in rng.integers(1, 4 if layers < 4 else 3, layers + 1)))
    for draw, widths in enumerate(shapes):
        yield {"activation": "linear", "widths": list(widths), "N": 1 + draw % 5, "draw": draw}


def _sum() -> Any:
    a, b, c, d, layer, L = symbols("a b c d l L")
    up, down = indexed("U"), indexed("D")
    return summation(up[layer, a, b] * down[layer, c, d], (layer, 1, L))


def _reduced(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The symmetric functions of the matrix Σ_l W^{L:l+1}W^{l+1:L} ⊗ W^{1:l−1}W^{l−1:1}Σ, built entry by entry."""
    weights, X = _network(instance_text(instance))
    d, K = weights[0].shape[1], len(weights[-1])
    sigma = X.T @ X * Fraction(1, len(X))
    up, down = [np.eye(K, dtype=int).astype(object)], [np.eye(d, dtype=int).astype(object)]
    for weight in reversed(weights[1:]):
        up.insert(0, up[0] @ weight)
    for weight in weights[:-1]:
        down.append(weight @ down[-1])
    given = {
        "U": at(np.stack([U @ U.T for U in up])),
        "D": at(np.stack([D.T @ D @ sigma for D in down])),
        "L": len(weights),
    }
    places = list(product(range(1, K + 1), range(1, d + 1)))
    matrix = [[value(a=a, b=b, c=c, d=e, **given) for b, e in places] for a, c in places]
    size = sum(weight.size for weight in weights)
    return _of_matrix(matrix, max(size, K * d))


def _of_matrix(matrix: Any, size: int) -> list[Any]:
    if not all(isinstance(entry, fmpq) for row in matrix for entry in row):
        return [row[0] for row in matrix][:1] * size  # no value
    return _symmetric_functions(characteristic(matrix), size)


def _of_hessian(instance: Instance, _: Rng) -> Sequence[Any]:
    H = _outer(instance)
    widths = instance["widths"]
    return _symmetric_functions(characteristic(H), max(len(H), widths[0] * widths[-1]))


LINEAR = Hypothesis(r"\sigma(z)=z", lambda i: bool(i["activation"] == "linear"))
BENT: Instance = {"activation": "relu", "widths": [2, 2, 2], "N": 4, "draw": 1}

# The plateaus

OPPOSITE: Instance = {
    "activation": "relu",
    "widths": [1, 2, 4],
    "weights": [[[1], [-1]], [[1, 0], [0, 2], [1, 1], [0, 1]]],
    "X": [[1], [-2]],
    "N": 2,
    "draw": 0,
}
"""Two neurons that see one input each."""


def _wide(least: int) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Networks whose last layer is wider by so much at least than the one before it, the smallest first."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        if least == 2:
            yield OPPOSITE
        for index, (d, M) in enumerate([(1, 1), (1, 2), (2, 1), (2, 2), (3, 2)]):
            for name in NAMES:
                yield {"activation": name, "widths": [d, M, M + least + index % 2], "N": 2 * d + 1, "draw": index}
        for index in range(budget.of(12, 40, 150)):
            hidden = [int(n) for n in rng.integers(1, 4, int(rng.integers(1, 3)))]
            K = hidden[-1] + least + int(rng.integers(0, 2))
            widths = [int(rng.integers(1, 4)), *hidden, K]
            name = NAMES[index % len(NAMES)]
            yield {"activation": name, "widths": widths, "N": int(rng.integers(2, 8)), "draw": int(rng.integers(10**6))}
        if least == 2:
            yield from ({"activation": "relu", "widths": [5, M, 20], "N": 20, "draw": M} for M in (2, 3, 4))
            digit = {"activation": "relu", "data": "digits", "N": 20}
            sizes = budget.of(0, 1, 3)
            yield from ({**digit, "widths": [25, M, 10], "draw": M} for M in (3, 4, 5)[:sizes])

    return instances


@cache
def _found(text: str) -> list[tuple[Factor, int]]:
    instance = json.loads(text)
    return plateaus(_outer(instance), least=instance["widths"][-1] - instance["widths"][-2])


def _count(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(distinct(_found(instance_text(instance))))]


def _q() -> Any:
    (q,) = symbols("q")
    return q


def _q_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    _, X = _network(instance_text(instance))
    return [value(q=min(rank(X), *instance["widths"][1:]))]


def _rank() -> Any:
    (rho,) = symbols("rho")
    return rho


def _rank_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(rho=rank(_features(instance)))]


def _gram() -> Any:
    a, b, n, N = symbols("a b n N")
    F = indexed("F")
    return summation(F[a, n] * F[b, n], (n, 1, N)) / N


def _gram_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    F = _features(instance).T
    M, N = F.shape
    matrix = [[value(F=at(F), a=a, b=b, N=N) for b in range(1, M + 1)] for a in range(1, M + 1)]
    return _of_matrix(matrix, M)


def _places(instance: Instance, _: Rng) -> Sequence[Any]:
    """The symmetric functions of the eigenvalues at which plateaus are found."""
    from flint import fmpq_poly

    polynomial = fmpq_poly([1])
    for factor, _n in _found(instance_text(instance)):
        polynomial *= fmpq_poly(list(factor))
    return _symmetric_functions(polynomial, instance["widths"][-2])


def _gram_factors(instance: Instance) -> list[tuple[Factor, int]]:
    F = _features(instance)
    return plateaus(F.T @ F * Fraction(1, len(F)))


def _widths_of(instance: Instance, _: Rng) -> Sequence[Any]:
    """How often H_o has the eigenvalues of E FFᵀ, one factor of its characteristic polynomial after the other."""
    found = multiplicities(_outer(instance))
    return [fmpq(found[factor], times) for factor, times in _gram_factors(instance)]


def _printed_width() -> Any:
    K, M = symbols("K M")
    return K - M


def _printed_width_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(K=instance["widths"][-1], M=instance["widths"][-2])] * len(_gram_factors(instance))


def _width_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    weights, signals = _signals(instance)
    active = (signals.slopes[-1] != 0).any(axis=0)
    return [value(K=len(weights[-1]), g=rank(weights[-1][:, active]))] * len(_gram_factors(instance))


def _any_last(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Networks whose last layer has a low rank, narrow ones among them."""
    for index, instance in enumerate(_wide(1)(budget, rng)):
        widths = [*instance["widths"][:-1], instance["widths"][-1] - index % 3]
        if widths[-1] > 1:
            yield {**instance, "widths": widths, "last_rank": 1 + index % (min(widths[-2:]))}


def _full_ranks(instance: Instance) -> bool:
    return all(rank(weight) == min(weight.shape) for weight in _network(instance_text(instance))[0])


def _not_dead(instance: Instance) -> bool:
    return bool(_gram_factors(instance))


def _apart(instance: Instance) -> bool:
    return all(times == 1 for _, times in _gram_factors(instance))


WIDE = Hypothesis(
    r"K>M_{L-1}",
    lambda i: bool(i["widths"][-1] > i["widths"][-2]),
    lambda i: bool(i["widths"][-1] == i["widths"][-2] + 1),
)
WIDER = Hypothesis(
    r"K>M_{L-1}+1",
    lambda i: bool(i["widths"][-1] > i["widths"][-2] + 1),
    lambda i: bool(i["widths"][-1] == i["widths"][-2] + 2),
)
FULL = Hypothesis(r"\mathrm{A1}:\ \text{every }W^l\text{ has full rank}", _full_ranks)
ALIVE = Hypothesis(r"F^{L-1}\ne0", _not_dead)
DISTINCT = Hypothesis(r"E[F^{L-1}F^{L-1\top}]\text{ has no repeated eigenvalue but }0", _apart)
COUNTED = (
    "Eigenvalues of H_o that occur K − M_{L−1} ≥ 2 times or more, from the factors of its characteristic polynomial."
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:sec-8.1-eigenvalues",
        "printed",
        "S8.1",
        r"e_k(\mathrm{evals}(H_o)),\ k=1,2,\dots",
        Formula(_sum),
        Value(_linear, _reduced, _of_hessian, controls=(BENT,)),
        (LINEAR,),
        note="The characteristic polynomials agree up to a power of λ: all symmetric functions e_k of the eigenvalues.",
        activations=1,
    ),
    Claim(
        "singh:sec-8.1-plateaus.1",
        "printed",
        "S8.1, Figures S4 and S5: q plateaus",
        r"\text{number of plateaus}",
        Formula(_q),
        Value(_wide(2), _q_value, _count, sources=digits_hash),
        (WIDER, FULL),
        note=f"{COUNTED} One input and two ReLU neurons of opposite signs make two plateaus, q = 1.",
    ),
    Claim(
        "singh:sec-8.1-plateaus.1",
        "corrected",
        "S8.1, with the rank of E FFᵀ",
        r"\text{number of plateaus}",
        Formula(_rank),
        Value(_wide(2), _rank_value, _count, sources=digits_hash),
        (WIDER, FULL, DISTINCT),
        note=f"{COUNTED} ρ = rk E[F^{{L−1}}F^{{L−1}}ᵀ].",
    ),
    Claim(
        "singh:sec-8.1-plateaus.2",
        "printed",
        "S8.1: the size of the plateaus",
        r"\text{multiplicity in }H_o\text{ of each eigenvalue of }E[F^{L-1}F^{L-1\top}]",
        Formula(_printed_width),
        Value(_wide(1), _printed_width_value, _widths_of, ">="),
        (WIDE, ALIVE),
        note="At least so often; more where W^L has a lower rank, or a neuron is dead. Eigenvalues other than 0.",
    ),
    Claim(
        "singh:sec-8.1-plateaus.2",
        "sharp",
        "S8.1 for every W^L, also where K ≤ M_{L−1}, and with dead neurons",
        r"\text{multiplicity in }H_o\text{ of each eigenvalue of }E[F^{L-1}F^{L-1\top}]",
        Formula(lambda: outer_plateau_width(*symbols("K g")), derived=True),
        Value(_any_last, _width_value, _widths_of, ">="),
        (ALIVE,),
        note="At least so often; g is the rank of the columns of W^L at active neurons. Eigenvalues other than 0.",
    ),
    Claim(
        "singh:sec-8.1-plateaus.3",
        "printed",
        "S8.1: where the plateaus lie",
        r"e_k(\text{the eigenvalues of the plateaus}),\ k=1,\dots,M_{L-1}",
        Formula(_gram),
        Value(_wide(2), _gram_value, _places, sources=digits_hash),
        (WIDER, FULL, DISTINCT),
        note=COUNTED,
    ),
)
