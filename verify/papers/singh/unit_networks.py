"""The Jacobian of a single hidden neuron, its rank, and the assumption on gated inputs: S6.2 and S6.4."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import piecewise_linear_rank as theory
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols
from eigenlaw.verify.papers.singh.gated import (
    A1,
    A2,
    ACTIVE,
    DIFFERENTIABLE,
    HOMOGENEOUS,
    SIGMA,
    at,
    binary_layers,
    each_unit,
    input_rank,
    layer_of,
    random_layers,
)

ALL = (*HOMOGENEOUS, "monomial(2)", "monomial(3)")


# Lemma 25: the matrix, entry by entry


def _small(names: Sequence[str]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        return each_unit(random_layers(rng, budget.of(12, 28, 200), names, samples=3))

    return instances


def _inner() -> Any:
    import sympy

    i, m, j, k, n = symbols("i m j k n")
    X, lam, W = indexed("X"), indexed("Lambda"), indexed("W")
    return sympy.KroneckerDelta(i, m) * X[j, n] * lam[i, n] * W[k, i]


def _outer() -> Any:
    import sympy

    i, m, j, k, c, n, r = symbols("i m j k c n r")
    V, X, lam = indexed("V"), indexed("X"), indexed("Lambda")
    kept = sympy.KroneckerDelta(i, m) * sympy.KroneckerDelta(k, c)
    return kept * summation(V[i, j] * X[j, n] * lam[i, n], (j, 1, r))


def _bound(instance: Instance) -> dict[str, Any]:
    layer = layer_of(instance)
    arrays = {"V": layer.V, "W": layer.W, "X": layer.X, "Lambda": layer.slopes}
    return {"i": instance["i"], "r": len(layer.X), **{name: at(array) for name, array in arrays.items()}}


def _columns(instance: Instance) -> Iterable[dict[str, int]]:
    """The columns of XΛ ⊗ Wᵀ and of VᵀXΛ ⊗ I_K: the outputs of the first sample come first."""
    K, N = layer_of(instance).delta.shape
    return ({"n": n, "k": k} for n in range(1, N + 1) for k in range(1, K + 1))


def _inner_entries(instance: Instance, value: Evaluate) -> Sequence[Any]:
    M, d = layer_of(instance).V.shape
    given = _bound(instance)
    rows = product(range(1, M + 1), range(1, d + 1))
    return [value(**given, m=m, j=j, **column) for m, j in rows for column in _columns(instance)]


def _outer_entries(instance: Instance, value: Evaluate) -> Sequence[Any]:
    K, M = layer_of(instance).W.shape
    given = _bound(instance)
    rows = product(range(1, K + 1), range(1, M + 1))
    return [value(**given, m=m, c=c, **column) for c, m in rows for column in _columns(instance)]


def _derivatives(part: str) -> Callable[[Instance, Rng], Sequence[Any]]:
    def entries(instance: Instance, _: Rng) -> Sequence[Any]:
        layer = layer_of(instance)
        J = layer.unit_jacobian(instance["i"] - 1)
        rows = J[: layer.V.size] if part == "V" else J[layer.V.size :]
        return [rational(entry) for entry in rows.ravel()]

    return entries


SQUARE: Instance = {"activation": "monomial(2)", "V": [[1]], "W": [[1]], "X": [[2]], "i": 1}
SHIFTED: Instance = {"activation": "1 + x^2", "V": [[1]], "W": [[1]], "X": [[1, 2]], "i": 1}

# Lemma 26: the rank of it


def _units(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from each_unit(binary_layers(("linear", "relu")))
    yield from each_unit(random_layers(rng, budget.of(60, 200, 1000)))
    for copies in (1, 2):
        yield from each_unit(random_layers(rng, budget.of(8, 20, 100), copies=copies))
    yield from each_unit(random_layers(rng, budget.of(8, 20, 100), d=4))


def _unit_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(layer_of(instance).unit(instance["i"] - 1).outer))]


def _printed_rank() -> Any:
    r, K = symbols("r K")
    return r + K - 1


def _printed_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    layer = layer_of(instance)
    return [value(r=input_rank(layer), K=len(layer.W))]


def _unit_law() -> Any:
    return theory.same_gates_rank(*symbols("rho K q h"))


def _unit_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    layer, i = layer_of(instance), instance["i"] - 1
    gated = layer.gated(i)
    q, h = rank(layer.W[:, i : i + 1]), rank(layer.V[i : i + 1] @ gated)
    return [value(rho=rank(gated), K=len(layer.W), q=q, h=h)]


def _nonzero(instance: Instance) -> bool:
    layer, i = layer_of(instance), instance["i"] - 1
    return any(layer.W[:, i] != 0) and any(layer.preactivations[i] != 0)


NONZERO = Hypothesis(r"W_{\bullet,i}\ne0,\ V_{i,\bullet}^\top X\ne0", _nonzero)
FEW: Instance = {"activation": "relu", "V": [[1, 0]], "W": [[1]], "X": [[1, -1], [0, 1]], "i": 1}
SILENT: Instance = {"activation": "linear", "V": [[1], [0]], "W": [[1, 0]], "X": [[1]], "i": 2}

ENTRIES = "The Jacobian by algorithmic differentiation of W_i σ(V_i x) by all parameters; columns sample by sample."
EXACT = "Ranks over the rationals; the networks with entries 0 and 1 first, fewest parameters first."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:lem-25.1",
        "printed",
        "Lemma 25, the rows of V",
        r"\partial F_i^k(x_n)/\partial V_{mj}",
        Formula(_inner),
        Value(_small(ALL), _inner_entries, _derivatives("V")),
        (DIFFERENTIABLE,),
        note=f"{ENTRIES} This block is so for every σ.",
    ),
    Claim(
        "singh:lem-25.2",
        "printed",
        "Lemma 25, the rows of W",
        r"\partial F_i^k(x_n)/\partial W_{cm}",
        Formula(_outer),
        Value(_small(HOMOGENEOUS), _outer_entries, _derivatives("W"), controls=(SQUARE,)),
        (SIGMA, DIFFERENTIABLE),
        note=ENTRIES,
    ),
    Claim(
        "singh:lem-26",
        "printed",
        "Lemma 26",
        r"\mathrm{rk}\,\nabla F_i(X)",
        Formula(_printed_rank),
        Value(_units, _printed_value, _unit_rank),
        (SIGMA, A1, A2, ACTIVE),
        note=f"{EXACT} Matrices of full rank may have a column W_i = 0 or a row V_i = 0.",
    ),
    Claim(
        "singh:lem-26",
        "corrected",
        "Lemma 26, with W_i ≠ 0 and V_i ≠ 0 on the inputs, and without A1",
        r"\mathrm{rk}\,\nabla F_i(X)",
        Formula(_printed_rank),
        Value(_units, _printed_value, _unit_rank, controls=(FEW, SILENT)),
        (SIGMA, A2, NONZERO),
        note=EXACT,
    ),
    Claim(
        "singh:lem-26",
        "sharp",
        "the rank for every neuron and every sample",
        r"\mathrm{rk}\,\nabla F_i(X)",
        Formula(_unit_law, derived=True),
        Value(_units, _unit_value, _unit_rank, controls=(SHIFTED,)),
        (SIGMA,),
        note=EXACT,
    ),
)
