"""The blocks of the Hessian of a deep linear network, (3)–(5), and Proposition 2, against second derivatives."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.theory.hessian_blocks import functional_block, outer_block
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.linear_chains import LinearNetwork, random_network, rational_draw
from eigenlaw.verify.papers.karakida.exact_networks import at, by_layer, entries
from eigenlaw.verify.papers.singh.exact_networks import LOSSES, Array
from eigenlaw.verify.second_derivatives import gradient, hessian, propagate, variables, with_variables

SHAPES = ((1, 1, 1), (1, 2, 1), (2, 1, 2), (1, 1, 1, 1), (2, 2, 1), (1, 2, 1, 2), (3, 2, 2), (2, 1, 2, 1), (2, 3, 2, 1))
DEEP = ((2, 2, 2, 2), (3, 2, 1, 2), (1, 2, 1, 2, 1), (2, 1, 2, 2, 1), (1, 1, 2, 1, 1, 2))
"""Widths M_0 … M_L."""


@dataclass(frozen=True)
class Sampled:
    """A linear network, inputs and targets; derivatives by jets in the parameters, row by row of [W^l, b^l].

    Attributes:
        network: weights and biases.
        X: inputs, one a column, shape (d, N).
        Y: targets, one a column, shape (K, N).
        loss: ℓ, of outputs and target.
    """

    network: LinearNetwork
    X: Array
    Y: Array
    loss: Callable[[Array, Array], Any]

    @cached_property
    def layers(self) -> list[Array]:
        """W^l, or [W^l, b^l]."""
        network = self.network
        if not network.biases:
            return list(network.weights)
        pairs = zip(network.weights, network.biases, strict=True)
        return [np.concatenate([weight, bias[:, None]], axis=1) for weight, bias in pairs]

    @property
    def parameters(self) -> int:
        """How many there are."""
        return sum(layer.size for layer in self.layers)

    @cached_property
    def outputs(self) -> list[Array]:
        """F(x_n) as jets in all parameters."""
        jets = with_variables(self.layers)
        return [propagate(jets, x)[-1] for x in self.X.T]

    @cached_property
    def losses_of_outputs(self) -> list[Any]:
        """ℓ at each sample as a jet in the outputs."""
        values = [[output.value for output in outputs] for outputs in self.outputs]
        return [self.loss(variables(F), y) for F, y in zip(values, self.Y.T, strict=True)]

    @cached_property
    def omega(self) -> Array:
        """Ω = E ∂ℓ xᵀ."""
        residuals = np.array([gradient(jet, len(self.Y)) for jet in self.losses_of_outputs]).T
        return np.asarray(residuals @ self.network.homogeneous(self.X).T * self.share)

    @property
    def share(self) -> Any:
        """1/N."""
        return fmpq(1, self.X.shape[1])

    @cached_property
    def outer(self) -> Array:
        """H_o = E ∇Fᵀ ∂²ℓ ∇F."""
        parts = []
        for outputs, jet in zip(self.outputs, self.losses_of_outputs, strict=True):
            J = np.array([gradient(output, self.parameters) for output in outputs])
            parts.append(J.T @ hessian(jet, len(outputs)) @ J)
        return np.asarray(sum(parts) * self.share)

    @cached_property
    def functional(self) -> Array:
        """H_f = E Σ_c ∂ℓ_c ∇²F_c."""
        parts = []
        for outputs, jet in zip(self.outputs, self.losses_of_outputs, strict=True):
            for output, delta in zip(outputs, gradient(jet, len(outputs)), strict=True):
                parts.append(hessian(output, self.parameters) * delta)
        return np.asarray(sum(parts) * self.share)

    @cached_property
    def whole(self) -> Array:
        """The Hessian of E ℓ(F(x), y)."""
        pairs = zip(self.outputs, self.Y.T, strict=True)
        return np.asarray(hessian(sum(self.loss(F, y) for F, y in pairs), self.parameters) * self.share)

    def block(self, layer: int) -> slice:
        """Return the places of the parameters of layer l = 1 … L."""
        start = sum(matrix.size for matrix in self.layers[: layer - 1])
        return slice(start, start + self.layers[layer - 1].size)


def sampled(instance: Instance) -> Sampled:
    """Return the network and the data of an instance."""
    return _sampled(instance_text({name: value for name, value in instance.items() if name != "block"}))


@lru_cache(maxsize=128)
def _sampled(text: str) -> Sampled:
    instance = json.loads(text)
    widths, N = tuple(instance["widths"]), instance["samples"]
    draw = rational_draw(np.random.default_rng([instance["draw"], N, *widths]), 20, 3)
    network = random_network(widths, draw, bias=instance.get("bias", False))
    return Sampled(network, draw((widths[0], N)), draw((widths[-1], N)), LOSSES[instance.get("loss", "mse")])


def block_cases(
    keep: Callable[[int, int], bool], *, general: bool = False
) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Return small networks with one block each; with biases and other losses too, or with squared error alone."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        shapes = [*SHAPES, *SHAPES, *SHAPES]
        shapes += [(SHAPES + DEEP)[int(place)] for place in rng.integers(0, len(SHAPES + DEEP), budget.of(8, 30, 200))]
        for number, shape in enumerate(shapes):
            L = len(shape) - 1
            pairs = [(k, m) for k in range(1, L + 1) for m in range(1, L + 1) if keep(k, m)]
            found = {"widths": list(shape), "samples": 1 + number % 3, "draw": number}
            if general:
                found |= {"loss": list(LOSSES)[number % len(LOSSES)], "bias": number % 3 > 0}
            yield found | {"block": list(pairs[(7 * number) % len(pairs)])}

    return instances


# the formulas as printed


def _outer() -> Any:
    k, layer, c, i, j, a, b, u, v, K, D = symbols("k l c i j a b u v K D")
    up, down, sigma = indexed("up"), indexed("down"), indexed("Sigma")
    inner = summation(down[k, j, u] * summation(sigma[u, v] * down[layer, b, v], (v, 1, D)), (u, 1, D))
    return summation(up[k, c, i] * up[layer, c, a], (c, 1, K)) * inner


def _functional_above() -> Any:
    k, layer, c, i, j, a, b, u, K, D = symbols("k l c i j a b u K D")
    up, down, between, omega = indexed("up"), indexed("down"), indexed("between"), indexed("Omega")
    outside = summation(down[k, j, u] * summation(omega[c, u] * up[layer, c, a], (c, 1, K)), (u, 1, D))
    return between[layer, k, b, i] * outside


def _functional_below() -> Any:
    k, layer, c, i, j, a, b, u, K, D = symbols("k l c i j a b u K D")
    up, down, between, omega = indexed("up"), indexed("down"), indexed("between"), indexed("Omega")
    outside = summation(up[k, c, i] * summation(omega[c, u] * down[layer, b, u], (u, 1, D)), (c, 1, K))
    return outside * between[k, layer, j, a]


def _whole() -> Any:
    import sympy

    k, layer = symbols("k l")
    functional = sympy.Piecewise((_functional_above(), k < layer), (_functional_below(), k > layer), (0, True))
    return _outer() + functional


def given(case: Sampled) -> dict[str, Any]:
    """Return the symbols of the formulas: products of the layers' matrices, Σ, Ω, and the samples."""
    network, L = case.network, case.network.layers
    X = network.homogeneous(case.X)
    middle = {(above, below): network.product(above - 1, below + 1) for above, below in _pairs(L)}
    metrics = np.array([hessian(jet, len(case.Y)) for jet in case.losses_of_outputs])
    return {
        "up": by_layer({layer: network.product(L, layer + 1) for layer in range(1, L + 1)}),
        "down": by_layer({layer: network.product(layer - 1, 1) for layer in range(1, L + 1)}),
        "between": lambda above, below, b, i: at(middle[above, below])(b, i),
        "Sigma": at(X @ X.T * case.share),
        "Omega": at(case.omega),
        "S": at(metrics),
        "x": at(X.T),
        "K": len(case.Y),
        "D": len(X),
        "N": X.shape[1],
    }


def _pairs(L: int) -> Iterable[tuple[int, int]]:
    return ((above, below) for above in range(2, L + 1) for below in range(1, above))


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = sampled(instance)
    known, (k, layer) = given(case), instance["block"]
    rows, columns = case.layers[k - 1].shape, case.layers[layer - 1].shape
    return [
        value(k=k, l=layer, i=i + 1, j=j + 1, a=a + 1, b=b + 1, **known)
        for i, j in np.ndindex(rows)
        for a, b in np.ndindex(columns)
    ]


def _block_of(part: str) -> Callable[[Instance, Rng], Sequence[Any]]:
    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        case = sampled(instance)
        k, layer = instance["block"]
        return entries(getattr(case, part)[case.block(k), case.block(layer)])

    return measured


# Proposition 2


def _factor() -> Any:
    k, c, i, j, u = symbols("k c i j u")
    return indexed("up")[k, c, i] * indexed("down")[k, j, u]


def _predicted_factor(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = sampled(instance)
    known = given(case)
    return [
        value(k=k, i=i + 1, j=j + 1, c=c + 1, u=u + 1, **known)
        for k, layer in enumerate(case.layers, 1)
        for i, j in np.ndindex(layer.shape)
        for c, u in np.ndindex(len(case.Y), len(case.X))
    ]


def _map_by_weights(case: Sampled) -> Array:
    """The derivative of vec_r W^{L:1}, the map that takes unit vectors to outputs, by all weights: shape (p, K d)."""
    jets = with_variables(case.layers, order=1)
    columns = [propagate(jets, unit)[-1] for unit in np.eye(len(case.X), dtype=int).astype(object)]
    outputs = np.array(columns, dtype=object).T.ravel()
    return np.array([gradient(output, case.parameters) for output in outputs]).T


def _measured_factor(instance: Instance, _: Rng) -> Sequence[Any]:
    return entries(_map_by_weights(sampled(instance)))


def _congruence() -> Any:
    s, t, c, u, v, K, D = symbols("s t c u v K D")
    A, sigma = indexed("A"), indexed("Sigma")
    row = summation(A[s, c, u] * summation(sigma[u, v] * A[t, c, v], (v, 1, D)), (u, 1, D))
    return summation(row, (c, 1, K))


def _predicted_congruence(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = sampled(instance)
    p, K, d = case.parameters, len(case.Y), len(case.X)
    known = given(case) | {"A": at(_map_by_weights(case).reshape(p, K, d))}
    return [value(s=s, t=t, **known) for s in range(1, p + 1) for t in range(s, p + 1)]


def _measured_outer(instance: Instance, _: Rng) -> Sequence[Any]:
    case = sampled(instance)
    return [entry for s in range(case.parameters) for entry in entries(case.outer[s, s:])]


def _whole_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    for instance in block_cases(lambda k, m: k == m)(budget, rng):
        size = sum(below * above for below, above in pairwise(instance["widths"]))
        if size <= 10:
            yield {name: value for name, value in instance.items() if name != "block"}


SQUARED = Hypothesis(r"\ell=\tfrac12\|F-y\|^2", lambda instance: instance.get("loss", "mse") == "mse")
_OTHER_LOSS = {"widths": [1, 2, 2], "samples": 2, "draw": 1, "loss": "cross-entropy"}
_ENTRY = r"\left(\mathbf H_{%s}^{kl}\right)_{(i,j),(a,b)}"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:eq-3.1",
        "printed",
        "(3), S1.1",
        _ENTRY % "o",
        Formula(_outer),
        Value(
            block_cases(lambda k, m: True),
            _predicted,
            _block_of("outer"),
            controls=({**_OTHER_LOSS, "block": [1, 2]},),
        ),
        (SQUARED,),
        activations=1,
    ),
    Claim(
        "singh:eq-3.1",
        "new",
        "(3), S1.1, any loss, with biases",
        _ENTRY % "o",
        Formula(outer_block, derived=True),
        Value(block_cases(lambda k, m: True, general=True), _predicted, _block_of("outer")),
        note="For squared error, cross-entropy, log-cosh and a quartic loss; with biases as last columns of the W^l.",
        activations=1,
    ),
    Claim(
        "singh:eq-3.2",
        "printed",
        "(4), S4.1, k < l",
        _ENTRY % "f",
        Formula(_functional_above),
        Value(block_cases(lambda k, m: k < m), _predicted, _block_of("functional")),
        note="W^{k+1:l−1} ⊗ W^{k−1:1} Ωᵀ W^{L:l+1}, the columns being those of the transposed W^l.",
        activations=1,
    ),
    Claim(
        "singh:eq-3.2",
        "new",
        "(4), S4.1, k < l, any loss, with biases",
        _ENTRY % "f",
        Formula(functional_block, derived=True),
        Value(block_cases(lambda k, m: k < m, general=True), _predicted, _block_of("functional")),
        note="Ω = E ∂ℓ xᵀ, with a column E ∂ℓ where there are biases.",
        activations=1,
    ),
    Claim(
        "singh:eq-3.3",
        "printed",
        "(5), S4.1, k > l",
        _ENTRY % "f",
        Formula(_functional_below),
        Value(block_cases(lambda k, m: k > m), _predicted, _block_of("functional")),
        note="W^{k+1:L} Ω W^{1:l−1} ⊗ W^{k−1:l+1}, the columns being those of the transposed W^l.",
        activations=1,
    ),
    Claim(
        "singh:eq-3.4",
        "printed",
        "(3)–(5), S1.1",
        _ENTRY % "L",
        Formula(_whole),
        Value(
            block_cases(lambda k, m: True),
            _predicted,
            _block_of("whole"),
            controls=({**_OTHER_LOSS, "block": [1, 1]},),
        ),
        (SQUARED,),
        note="The Hessian of the loss itself is H_o plus a block-hollow H_f.",
        activations=1,
    ),
    Claim(
        "singh:prop-2.1",
        "printed",
        "Proposition 2, the factor",
        r"(\mathbf A_o)_{(k,i,j),(c,u)}",
        Formula(_factor),
        Value(_whole_cases, _predicted_factor, _measured_factor),
        note=r"W^{L:k+1} ⊗ W^{1:k−1} is the derivative of vec_r W^{L:1} by vec_r W^k.",
        activations=1,
    ),
    Claim(
        "singh:prop-2.2",
        "printed",
        "Proposition 2",
        r"(\mathbf H_o)_{st}",
        Formula(_congruence),
        Value(_whole_cases, _predicted_congruence, _measured_outer, controls=(_OTHER_LOSS,)),
        (SQUARED,),
        activations=1,
    ),
)
