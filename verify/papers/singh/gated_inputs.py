"""The assumption A2' of Singh et al. on gated inputs, S6.4, and the dimensions that all gated inputs span."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import piecewise_linear_rank as theory
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.one_hidden_layer_hessian import Array, HiddenLayer
from eigenlaw.verify.papers.singh.gated import SIGMA, each_unit, input_rank, layer_of, random_layers, stack

# S6.4: when the gated inputs span all


def _gated_samples(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Samples in the plane with entries 0 and 1, fewest first, then random ones, some of them repeated."""
    points = [(1, 0), (0, 1), (1, 1)]
    for N in (2, 3):
        for chosen in product(points, repeat=N):
            X = [list(row) for row in zip(*chosen, strict=True)]
            yield {"activation": "relu", "V": [[1, 0]], "W": [[1]], "X": X, "i": 1}
    for copies in (0, 2, 3):
        yield from each_unit(random_layers(rng, budget.of(20, 60, 300), copies=copies))


def _gated_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(layer_of(instance).gated(instance["i"] - 1)))]


def _open(instance: Instance) -> int:
    """The rank of Λ^i."""
    return int(np.count_nonzero(layer_of(instance).slopes[instance["i"] - 1] != 0))


def _just_r() -> Any:
    (r,) = symbols("r")
    return r


def _just_r_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(r=input_rank(layer_of(instance)))]


def _general_law() -> Any:
    return theory.gated_rank(*symbols("rk_Lambda r"))


def _general_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(rk_Lambda=_open(instance), r=input_rank(layer_of(instance)))]


def _in_general_position(instance: Instance) -> bool:
    X, r = layer_of(instance).X, input_rank(layer_of(instance))
    return all(rank(X[:, list(chosen)]) == r for chosen in combinations(range(X.shape[1]), r))


OPEN = Hypothesis(
    r"\mathrm{rk}(\Lambda^i)\ge r",
    lambda i: _open(i) >= input_rank(layer_of(i)),
    tight=lambda i: _open(i) == input_rank(layer_of(i)),
)
GENERAL = Hypothesis(r"\text{every }r\text{ inputs are independent}", _in_general_position)
REPEATED: Instance = {"activation": "relu", "V": [[1, 0]], "W": [[1]], "X": [[1, 1, 0], [0, 0, 1]], "i": 1}

# S6.4: random samples


def _symmetric(budget: Budget, rng: Rng) -> Iterable[Instance]:
    for r in (1, 2, 3):
        for N in range(1, 7):
            for draw in range(budget.of(3, 5, 10)):
                yield {"r": r, "N": N, "draw": draw, "symmetric": True}


def _signed(instance: Instance) -> list[tuple[Array, Array]]:
    """All samples ± x_1, …, ± x_N with their gates; for a distribution that is not symmetric, x_1, …, x_N alone."""
    rng = np.random.default_rng([instance["draw"], instance["r"], instance["N"]])
    X = rng.integers(-50, 51, (instance["r"], instance["N"])).astype(object)
    v = rng.integers(-50, 51, instance["r"]).astype(object)
    N = instance["N"]
    if not instance["symmetric"]:
        return [(X * np.where(v @ X > 0, 1, -1), np.ones(N, dtype=bool))]
    return [(X * np.array(signs, dtype=object), (v @ X) * signs > 0) for signs in product((1, -1), repeat=N)]


def _mean_open(instance: Instance, _: Rng) -> Sequence[Any]:
    cases = _signed(instance)
    return [fmpq(sum(int(gates.sum()) for _, gates in cases), len(cases))]


def _half() -> Any:
    (N,) = symbols("N")
    return N / 2


def _half_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(N=instance["N"])]


def _chance(instance: Instance, _: Rng) -> Sequence[Any]:
    cases = _signed(instance)
    good = sum(rank(X * gates.astype(int)) == instance["r"] for X, gates in cases)
    return [fmpq(good, len(cases))]


def _chance_law() -> Any:
    return theory.full_rank_chance(*symbols("N r"))


def _chance_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(N=instance["N"], r=instance["r"])]


def _signed_general(instance: Instance) -> bool:
    (X, gates), N, r = _signed(instance)[0], instance["N"], instance["r"]
    del gates
    return all(rank(X[:, list(c)]) == min(r, N) for c in combinations(range(N), min(r, N)))


def _no_tie(instance: Instance) -> bool:
    cases = _signed(instance)
    return len(cases) == 1 or all(a != b for a, b in zip(cases[0][1], cases[-1][1], strict=True))


def _twice(instance: Instance) -> bool:
    return bool(instance["N"] >= 2 * instance["r"])


SYMMETRIC = Hypothesis(
    r"x\text{ and }-x\text{ are equally likely, }V_{i,\bullet}^\top x\ne0", lambda i: i["symmetric"] and _no_tie(i)
)
TWICE = Hypothesis(r"N\ge2r", _twice, tight=lambda i: bool(i["N"] == 2 * i["r"]))
POSITION = Hypothesis(r"\text{every }r\text{ inputs are independent}", _signed_general)
LOPSIDED: Instance = {"r": 2, "N": 4, "draw": 0, "symmetric": False}

# the span of all gated inputs


def _arrangements(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Neurons with small entries, so that some are parallel or opposite, and r independent samples in each cell."""
    for index in range(budget.of(60, 150, 600)):
        r, M = int(rng.integers(1, 4)), int(rng.integers(1, 5))
        V = rng.integers(-2, 3, (M, r))
        if index % 3 == 0 and M > 1:
            V[1] = -V[0]
        name = ("relu", "leaky_relu(1/10)", "leaky_relu(2)")[index % 3]
        if (V != 0).any(axis=1).all():
            yield _with_cells(V, name)


def _with_cells(V: Array, name: str) -> dict[str, Any]:
    """The samples: in each cell of the arrangement r independent ones, as far as small integers reach."""
    r = V.shape[1]
    points = np.array(list(product(range(-6, 7), repeat=r)))
    z = points @ V.T
    chosen: dict[tuple[bool, ...], list[list[int]]] = {}
    for x, gates in zip(points[(z != 0).all(axis=1)].tolist(), z[(z != 0).all(axis=1)] > 0, strict=True):
        samples = chosen.setdefault(tuple(gates), [])
        if len(samples) < r and rank(np.array([*samples, x], dtype=object)) > len(samples):
            samples.append(x)
    X = [list(row) for row in zip(*(x for samples in chosen.values() for x in samples), strict=True)]
    return {"activation": name, "V": V.tolist(), "W": [[1] * len(V)], "X": X}


def _lines(layer: HiddenLayer) -> dict[tuple[Any, ...], set[int]]:
    """The hyperplanes, and the directions of their neurons."""
    found: dict[tuple[Any, ...], set[int]] = {}
    for v in layer.V:
        first = next(entry for entry in v if entry != 0)
        found.setdefault(tuple(Fraction(entry, first) for entry in v), set()).add(1 if first > 0 else -1)
    return found


def _every_cell(instance: Instance) -> bool:
    """Tell whether the samples lie in as many cells as ℓ hyperplanes make at most, r independent ones in each."""
    layer = layer_of(instance)
    r = len(layer.X)
    cells: dict[tuple[bool, ...], list[int]] = {}
    for n, z in enumerate(layer.preactivations.T):
        cells.setdefault(tuple(z > 0), []).append(n)
    most = 2 * sum(math.comb(len(_lines(layer)) - 1, k) for k in range(r))
    return len(cells) == most and all(rank(layer.X[:, samples]) == r for samples in cells.values())


def _span(instance: Instance, _: Rng) -> Sequence[Any]:
    layer = layer_of(instance)
    return [fmpq(rank(stack(layer, range(len(layer.V)))))]


def _span_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    lines = _lines(layer_of(instance))
    both = any(len(directions) == 2 for directions in lines.values())
    return [value(ell=len(lines), b=int(both), r=len(instance["X"]))]


CELLS = Hypothesis(
    r"\text{every cell of the hyperplanes }V_{i,\bullet}^\top x=0\text{ holds }r\text{ independent inputs}", _every_cell
)
SPARSE: Instance = {"activation": "relu", "V": [[1, 0], [0, 1]], "W": [[1, 1]], "X": [[1, -1, 1, -1], [1, 1, -1, -1]]}

SIGNS = "Exact mean over all 2^N choices of sign of N inputs."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:sec-6.4.1",
        "printed",
        "S6.4: A2' holds as soon as rk Λ^i ≥ r",
        r"\mathrm{rk}(X\Lambda^i)",
        Formula(_just_r),
        Value(_gated_samples, _just_r_value, _gated_rank),
        (SIGMA, OPEN),
        note="Samples may be dependent, though together they span all: one input seen twice.",
    ),
    Claim(
        "singh:sec-6.4.1",
        "corrected",
        "S6.4, for inputs of which every r are independent",
        r"\mathrm{rk}(X\Lambda^i)",
        Formula(_general_law, derived=True),
        Value(_gated_samples, _general_value, _gated_rank, controls=(REPEATED,)),
        (SIGMA, GENERAL),
        note="It is r exactly where rk Λ^i ≥ r.",
    ),
    Claim(
        "singh:sec-6.4.2",
        "printed",
        "S6.4: non-zero with probability 1/2",
        r"E\,\mathrm{rk}\,\Lambda^i",
        Formula(_half),
        Value(_symmetric, _half_value, _mean_open, controls=(LOPSIDED,)),
        (SYMMETRIC,),
        note=SIGNS,
        activations=1,
    ),
    Claim(
        "singh:sec-6.4.3",
        "printed",
        "S6.4: 2r examples, in expectation",
        r"E\,\mathrm{rk}\,\Lambda^i",
        Formula(_just_r),
        Value(_symmetric, lambda i, value: [value(r=i["r"])], _mean_open, ">="),
        (SYMMETRIC, TWICE),
        note=SIGNS,
        activations=1,
    ),
    Claim(
        "singh:sec-6.4.4",
        "new",
        "S6.4: the chance that A2' holds for a neuron",
        r"P(\mathrm{rk}(X\Lambda^i)=r)",
        Formula(_chance_law, derived=True),
        Value(_symmetric, _chance_value, _chance, controls=(LOPSIDED,)),
        (SYMMETRIC, POSITION),
        note=f"{SIGNS} At N = 2r it is 1/2 + C(2r, r)/2^(2r + 1): 3/4 for r = 1, 0.54 for r = 30.",
        activations=1,
    ),
    Claim(
        "singh:thm-9.4",
        "new",
        "the rank of all gated inputs together",
        r"\mathrm{rk}\,(X\Lambda^1;\dots;X\Lambda^M)",
        Formula(lambda: theory.all_gates_rank(*symbols("ell b r")), derived=True),
        Value(_arrangements, _span_value, _span, controls=(SPARSE,)),
        (CELLS,),
        note="ℓ hyperplanes in general position; b = 1 if one of them has neurons of both directions, else 0.",
    ),
)
