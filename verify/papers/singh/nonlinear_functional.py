"""The functional Hessian of a piecewise linear network of one hidden layer, and the rank of the whole Hessian."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import piecewise_linear_rank as theory
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols
from eigenlaw.verify.papers.singh.gated import (
    A1,
    A2,
    DIFFERENTIABLE,
    SIGMA,
    at,
    layer_of,
    listed,
    random_layers,
)
from eigenlaw.verify.papers.singh.piecewise_linear import APART, EXACT, INDEPENDENT, USED, at_sizes, layers, rich

# H_f and H_L


def _functional(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(layer_of(instance).functional))]


def _functional_bound() -> Any:
    import sympy

    active, r, K = symbols("M_tilde r K")
    return 2 * active * sympy.Min(r, K)


def _functional_law() -> Any:
    i, M = symbols("i M")
    s = indexed("s")
    return summation(theory.functional_rank(s[i]), (i, 1, M))


def _functional_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    layer = layer_of(instance)
    M = len(layer.V)
    return [value(s=listed([rank(layer.omega(i)) for i in range(M)]), M=M)]


def _block() -> Any:
    import sympy

    i, m, j, k, n, N = symbols("i m j k n N")
    delta, lam, X = indexed("delta"), indexed("Lambda"), indexed("X")
    return sympy.KroneckerDelta(i, m) * summation(delta[k, n] * lam[i, n] * X[j, n], (n, 1, N))


def _block_entries(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The whole of H_f: rows of V and W, columns alike, 0 inside either."""
    layer = layer_of(instance)
    (K, M), (d, N) = layer.W.shape, layer.X.shape
    given = {"delta": at(layer.delta), "Lambda": at(layer.slopes), "X": at(layer.X), "N": N}
    size = layer.V.size + layer.W.size
    H = np.full((size, size), fmpq(0), dtype=object)
    for i in range(M):
        for j in range(d):
            for k in range(K):
                for m in range(M):
                    entry = value(**given, i=i + 1, m=m + 1, j=j + 1, k=k + 1)
                    a, b = i * d + j, layer.V.size + k * M + m
                    H[a, b] = H[b, a] = entry
    return list(H.ravel())


def _differentiated(instance: Instance, _: Rng) -> Sequence[Any]:
    return [rational(entry) for entry in layer_of(instance).differentiated_functional.ravel()]


def _few(budget: Budget, rng: Rng) -> Iterable[Instance]:
    for instance in random_layers(rng, budget.of(24, 60, 300), samples=3):
        yield {**instance, "M": min(2, instance["M"]), "K": min(2, instance["K"])}


BENT: Instance = {"activation": "monomial(2)", "V": [[1]], "W": [[1]], "X": [[2]]}

CURVED: Instance = {**BENT, "V": [[1, 1]], "X": [[1, 0], [0, 1]], "delta": [[1, 1]]}


def _loss(instance: Instance, _: Rng) -> Sequence[Any]:
    layer = layer_of(instance)
    return [fmpq(rank(layer.outer + instance["t"] * layer.functional))]


def _with_residual(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return ({**instance, "t": 1 + n % 7} for n, instance in enumerate(rich(budget, rng)))


def _loss_law() -> Any:
    return theory.loss_rank(*symbols("M_tilde r K"))


def _sees_scaling(instance: Instance) -> bool:
    layer = layer_of(instance)
    return all(layer.W[:, i] @ layer.omega(i) @ layer.V[i] != 0 for i in layer.active)


SCALES = Hypothesis(r"W_{\bullet,i}^\top\Omega_iV_{i,\bullet}\ne0\text{ for every active neuron}", _sees_scaling)
STATIONARY: Instance = {"activation": "relu", "V": [[1]], "W": [[1]], "X": [[1, 2]], "delta": [[2, -1]], "t": 1}

UNSEEN = "The main text is not at hand: this is the bound that follows from the blocks of H_f, neuron by neuron."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:functional-nonlinear.1",
        "printed",
        "Theorems 10 and 11 of the main text, reconstructed",
        r"\mathrm{rk}(H_f)",
        Formula(_functional_bound),
        Value(layers, at_sizes, _functional, "<="),
        (SIGMA, A1, A2),
        note=f"{UNSEEN} {EXACT} The residuals are arbitrary, hence so is the loss.",
    ),
    Claim(
        "singh:functional-nonlinear.1",
        "sharp",
        "the rank of H_f of a piecewise linear network",
        r"\mathrm{rk}(H_f)",
        Formula(_functional_law, derived=True),
        Value(layers, _functional_value, _functional, controls=(CURVED,)),
        (SIGMA,),
        note=f"{EXACT} Ω_i = E σ'(V_i x) δ xᵀ; the residuals are arbitrary, hence so is the loss.",
    ),
    Claim(
        "singh:functional-nonlinear.2",
        "new",
        "the entries of H_f of a piecewise linear network",
        r"\partial^2\langle\delta,F\rangle/\partial V_{ij}\partial W_{km}",
        Formula(_block),
        Value(_few, _block_entries, _differentiated, controls=(BENT,)),
        (SIGMA, DIFFERENTIABLE),
        note="All entries by algorithmic differentiation of second order; those inside V and inside W are 0.",
    ),
    Claim(
        "singh:functional-nonlinear.3",
        "new",
        "the rank of H_o + t H_f where the gated inputs are independent",
        r"\mathrm{rk}(H_o+tH_f)",
        Formula(_loss_law, derived=True),
        Value(_with_residual, at_sizes, _loss, controls=(STATIONARY,)),
        (SIGMA, APART, INDEPENDENT, A2, USED, SCALES),
        note=f"{EXACT} So for all but finitely many t; t = 1 … 7 here. The bounds on H_o and H_f add up to more.",
    ),
    Claim(
        "singh:functional-nonlinear.4",
        "new",
        "the bound on the rank of H_f for every network and every sample",
        r"\mathrm{rk}(H_f)",
        Formula(lambda: theory.functional_rank_bound(*symbols("M_tilde r K")), derived=True),
        Value(layers, at_sizes, _functional, "<="),
        (SIGMA,),
        note=f"{EXACT} Neither A1 nor A2.",
    ),
)
