"""Networks with any activation over the rationals, one input each: their signals, slopes, Jacobians and losses."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Hypothesis, Instance, Rng
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.linear_chains import identity
from eigenlaw.verify.second_derivatives import (
    Function,
    exponential,
    gradient,
    hessian,
    logarithm,
    propagate,
    variables,
    with_variables,
)

Array = NDArray[Any]

PIECEWISE_LINEAR: dict[str, Function] = {
    "linear": lambda x: x,
    "relu": lambda x: np.where(x < 0, 0 * x, x),
    "leaky_relu(1/10)": lambda x: np.where(x < 0, x / 10, x),
    "abs": lambda x: np.where(x < 0, -x, x),
}
CURVED: dict[str, Function] = {
    "monomial(2)": lambda x: x * x,
    "polynomial(1,-1/2,1/3)": lambda x: 1 - x / 2 + x * x / 3,
    "monomial(3)": lambda x: x * x * x,
    "x*abs(x)": lambda x: np.where(x < 0, -x * x, x * x),
    "x/(1 + x^2)": lambda x: x / (1 + x * x),
}
ACTIVATIONS = PIECEWISE_LINEAR | CURVED
KINKED = ("relu", "leaky_relu(1/10)", "abs", "x*abs(x)")
"""Those without a second derivative at 0."""

LOSSES: dict[str, Callable[[Array, Array], Any]] = {
    "mse": lambda F, y: ((F - y) ** 2).sum() / 2,
    "cross-entropy": lambda F, _: _log_sum_exp(F) - F[0],
    "log-cosh": lambda F, y: sum(_log_cosh(exponential(z, fmpq(c + 2, 3))) for c, z in enumerate(F - y)),
    "quartic": lambda F, y: ((F - y) ** 4).sum() / 12 + F.prod(),
}
"""Losses of the outputs F and targets y. A rational number stands for each exponential; see ``exponential``."""

SHAPES = ((1, 1, 1), (1, 1, 2), (2, 1, 1), (1, 2, 1), (1, 1, 1, 1), (2, 2, 1), (2, 1, 2), (2, 1, 2, 1), (3, 2, 1, 2))
DEEP = ((1, 2, 1, 2, 1), (2, 2, 2, 2), (2, 2, 3, 1), (3, 2, 2, 2), (1, 2, 2, 1, 2))
"""Widths M_0 … M_L, those with few parameters first."""


def _log_sum_exp(F: Array) -> Any:
    return logarithm(np.array([exponential(z, fmpq(c + 2)) for c, z in enumerate(F)]).sum())


def _log_cosh(e: Any) -> Any:
    return logarithm(e + 1 / e)


@dataclass(frozen=True)
class Case:
    """A network, an input and a target over the rationals.

    Attributes:
        weights: W^1 … W^L.
        sigmas: σ_1 … σ_L.
        x: input.
        y: target.
        loss: ℓ, of outputs and target.
    """

    weights: tuple[Array, ...]
    sigmas: tuple[Function, ...]
    x: Array
    y: Array
    loss: Callable[[Array, Array], Any]

    @property
    def layers(self) -> int:
        """L."""
        return len(self.weights)

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(weight.size for weight in self.weights)

    @cached_property
    def signals(self) -> list[Array]:
        """F^{l:1}(x), l = 0 … L."""
        return propagate(self.weights, self.x, self.sigmas)

    @cached_property
    def preactivations(self) -> list[Array]:
        """W^l F^{l−1:1}(x), l = 1 … L."""
        return [weight @ below for weight, below in zip(self.weights, self.signals[:-1], strict=True)]

    @cached_property
    def slopes(self) -> list[Array]:
        """σ_l' at the pre-activations, l = 1 … L: the diagonals of Λ^l."""
        pairs = zip(self.sigmas, self.preactivations, strict=True)
        return [np.array([_slope(sigma, u) for u in units], dtype=object) for sigma, units in pairs]

    @cached_property
    def backward(self) -> dict[int, Array]:
        """J^{L:l}, l = 1 … L + 1, as products of the Λ^l W^l; the identity for L + 1."""
        found = {self.layers + 1: identity(len(self.y))}
        for layer in range(self.layers, 0, -1):
            found[layer] = found[layer + 1] @ (self.slopes[layer - 1][:, None] * self.weights[layer - 1])
        return found

    @cached_property
    def residual(self) -> Array:
        """∂ℓ at the outputs."""
        return gradient(self._loss_of_outputs, len(self.y))

    @cached_property
    def metric(self) -> Array:
        """∂²ℓ at the outputs."""
        return hessian(self._loss_of_outputs, len(self.y))

    @cached_property
    def _loss_of_outputs(self) -> Any:
        return self.loss(variables(list(self.signals[-1])), self.y)

    @cached_property
    def outputs(self) -> Array:
        """F(x) as jets in all weights."""
        return propagate(with_variables(self.weights), self.x, self.sigmas)[-1]

    @cached_property
    def jacobian(self) -> Array:
        """∂F by all weights, of shape (K, p)."""
        return np.array([gradient(output, self.parameters) for output in self.outputs])

    @cached_property
    def curvatures(self) -> Array:
        """∂²F_c by all weights, of shape (K, p, p)."""
        return np.array([hessian(output, self.parameters) for output in self.outputs])

    @cached_property
    def loss_jet(self) -> Any:
        """The loss as a jet in all weights."""
        return self.loss(self.outputs, self.y)

    def block(self, layer: int) -> slice:
        """Return the places of W^l among the parameters, l = 1 … L."""
        start = sum(weight.size for weight in self.weights[: layer - 1])
        return slice(start, start + self.weights[layer - 1].size)


def _slope(sigma: Function, u: Any) -> Any:
    return sigma(variables([u], order=1))[0].slope[0]


def case_of(instance: Instance) -> Case:
    """Return the network of an instance; with ``kink`` the first unit of the first layer is at 0."""
    return _case(instance_text({name: value for name, value in instance.items() if name != "layer"}))


@lru_cache(maxsize=128)
def _case(text: str) -> Case:
    instance = json.loads(text)
    widths = instance["widths"]
    rng = np.random.default_rng([instance["draw"], *widths])

    def draw(shape: tuple[int, ...]) -> Array:
        numerators = rng.integers(1, 20, shape) * rng.choice([-1, 1], shape)
        return np.asarray(numerators.astype(object) * fmpq(1, 5))

    weights = tuple(draw((above, below)) for below, above in pairwise(widths))
    x, y = draw((widths[0],)), draw((widths[-1],))
    if instance.get("kink"):
        weights[0][0] = 0 * x
        weights[0][0, :2] = x[1], -x[0]
    hidden, last = ACTIVATIONS[instance["activation"]], ACTIVATIONS[instance.get("last", "linear")]
    return Case(weights, (*[hidden] * (len(widths) - 2), last), x, y, LOSSES[instance.get("loss", "mse")])


def cases(
    names: Sequence[str] = tuple(ACTIVATIONS),
    losses: Sequence[str] = ("mse",),
    last: bool = True,
    counts: tuple[int, int, int] = (10, 40, 200),
) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Return small networks with each activation and loss in turn, also with σ on the last layer, then random ones."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        found = []
        shapes: tuple[tuple[int, ...], ...] = SHAPES + DEEP
        plan: list[tuple[tuple[int, ...], str]]
        plan = [(shape, name) for shape in SHAPES for name in names[:: 1 + (len(shape) > 3)]]
        for _ in range(budget.of(*counts)):
            shape = shapes[int(rng.integers(len(shapes)))]
            plan.append((shape, names[int(rng.integers(len(names)))]))
        for number, (shape, name) in enumerate(plan):
            more = {"last": name} if last and number % 3 == 1 else {}
            loss = {"loss": losses[number % len(losses)]} if len(losses) > 1 else {}
            found.append({"activation": name, **more, **loss, "widths": list(shape), "draw": number})
        return found

    return instances


def _smooth_there(instance: Instance) -> bool:
    hidden = [instance["activation"]] * (len(instance["widths"]) - 2)
    names = [*hidden, instance.get("last", "linear")]
    kinked = [units for name, units in zip(names, case_of(instance).preactivations, strict=True) if name in KINKED]
    return not any(u == 0 for units in kinked for u in units)


NO_KINK = Hypothesis(r"\sigma\text{ is smooth at every pre-activation}", _smooth_there)
AT_KINK: Mapping[str, Any] = {"activation": "relu", "widths": [2, 1, 1], "draw": 2, "kink": 1}
"""The pre-activation is 0, and both components of the input are negative."""
