"""The tangent kernel over the rationals: its definition, its dual metric, and the gradient flow that it governs."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, summation, symbols, undefined
from eigenlaw.verify.germs import Place, coefficient, outputs_along
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.papers.karakida.exact_networks import NO_KINK, at, derivatives, drawn, entries, phi_of, signals_of

Array = NDArray[Any]

SHAPES = ((1, 1, 1), (4, 1, 2), (1, 4, 1), (1, 4, 1, 1), (4, 1, 1, 2), (1, 1, 4, 1, 2))
"""Widths M_0 … M_L whose square roots are rational, but for the last."""
NAMES = ("linear", "relu", "monomial(2)", "polynomial(1,-1/2,1/3)", "abs", "leaky_relu(1/10)")
SIGMAS = (("3/2", "1/2"), ("1", "0"), ("2/3", "5/4"))
"""σ_w, σ_b."""
ETA = Fraction(3, 10)


def _cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    found = [(name, shape, index) for index, shape in enumerate(SHAPES[:4]) for name in NAMES]
    for _ in range(budget.of(4, 20, 100)):
        name, shape = NAMES[int(rng.integers(len(NAMES)))], SHAPES[int(rng.integers(len(SHAPES)))]
        found.append((name, shape, int(rng.integers(10**6))))
    return [_case(name, shape, draw, "NTK") for name, shape, draw in found]


def _case(name: str, shape: Sequence[int], draw: int, coordinates: str) -> Instance:
    sigma_w, sigma_b = SIGMAS[draw % len(SIGMAS)]
    sizes = {"activation": name, "widths": list(shape), "samples": 1 + draw % 3, "draw": draw}
    return {**sizes, "sigma_w": sigma_w, "sigma_b": sigma_b, "coordinates": coordinates}


def scales(instance: Instance) -> list[tuple[Fraction, Fraction]]:
    """∂W^l/∂ω^l = σ_w/√M_{l−1} and ∂b^l/∂β^l = σ_b, layer by layer; 1 where the coordinates are W and b."""
    widths = instance["widths"]
    if instance["coordinates"] == "standard":
        return [(Fraction(1), Fraction(1)) for _ in widths[1:]]
    sigma_w, sigma_b = Fraction(instance["sigma_w"]), Fraction(instance["sigma_b"])
    return [(sigma_w / round(width**0.5), sigma_b) for width in widths[:-1]]


def jacobian(instance: Instance) -> Array:
    """The derivatives of all outputs at all inputs by all parameters, of shape (CT, P), without backpropagation."""
    parts = []
    for layer, (by_weight, by_bias) in enumerate(scales(instance), start=1):
        for kind, scale in (("W", by_weight), ("b", by_bias)):
            found = derivatives(instance, kind, layer) * scale
            parts.append(found.reshape(found.shape[0] * found.shape[1], -1))
    return np.concatenate(parts, axis=1)


def kernel(instance: Instance) -> Array:
    """Θ of the NTK parametrisation, by backpropagation."""
    factors = scales({**instance, "coordinates": "NTK"})
    weights, biases = ([pair[which] ** 2 for pair in factors] for which in (0, 1))
    return gradient_gram(signals_of(instance), weights=weights, biases=biases)


def targets(instance: Instance) -> Array:
    """y, of shape (T, C): integers of both signs."""
    rng = np.random.default_rng([instance["draw"], 7])
    y = rng.integers(-9, 10, (instance["samples"], instance["widths"][-1]))
    return np.asarray(np.vectorize(Fraction, otypes=[object])(y))


def _definition() -> Any:
    index, count = symbols("p P")
    left, right = undefined("D_i"), undefined("D_j")
    return summation(left(index) * right(index), (index, 1, count))


def _products(instance: Instance, value: Evaluate) -> Sequence[Any]:
    rows = jacobian(instance)
    return [value(D_i=at(a), D_j=at(b), P=len(a)) for a in rows for b in rows]


def _flow() -> Any:
    eta, samples, index, count = symbols("eta T j CT")
    gap = undefined("y")(index) - undefined("f")(index)
    return eta / samples * summation(undefined("Theta_i")(index) * gap, (index, 1, count))


def _predicted_flow(instance: Instance, value: Evaluate) -> Sequence[Any]:
    y, f = (array.T.reshape(-1) for array in (targets(instance), signals_of(instance).outputs))
    bound = {"eta": ETA, "T": instance["samples"], "CT": len(y), "y": at(y), "f": at(f)}
    return [value(**bound, Theta_i=at(row)) for row in kernel(instance)]


def _measured_flow(instance: Instance, _: Rng) -> Sequence[Any]:
    """The derivatives of f along −η ∇ (1/2T) Σ ‖y − f‖², taken in the coordinates of the instance."""
    network, X = drawn(instance)
    gap = signals_of(instance).outputs - targets(instance)
    direction: dict[Place, Array] = {}
    for layer, (by_weight, by_bias) in enumerate(scales(instance), start=1):
        places: tuple[tuple[Place, Fraction], ...] = ((("W", layer), by_weight), (("b", layer), by_bias))
        for place, scale in places:
            slope = np.tensordot(gap.T, derivatives(instance, *place), axes=2) / instance["samples"]  # of the loss
            direction[place] = -ETA * scale**2 * slope
    moved = outputs_along(network, phi_of(instance), X, direction)
    return entries(coefficient(moved, 1).T)


def _dual() -> Any:
    theta, samples = symbols("Theta T")
    return theta / samples


def power_sums(matrix: Array) -> list[Any]:
    """The traces of the first three powers, which determine at most three eigenvalues."""
    found, power = [], matrix
    for _ in range(3):
        found.append(sum(entries(np.diagonal(power)), fmpq(0)))
        power = power @ matrix
    return found


def _from_kernel(instance: Instance, value: Evaluate) -> Sequence[Any]:
    flat = [value(Theta=entry, T=instance["samples"]) for entry in entries(kernel(instance))]
    size = instance["samples"] * instance["widths"][-1]
    matrix = np.array(flat, dtype=object).reshape(size, size)
    return [*flat, *power_sums(matrix)]


def _from_metric(instance: Instance, _: Rng) -> Sequence[Any]:
    """The entries of F* = RᵀR, and the power sums of the eigenvalues of F = RRᵀ."""
    rows = jacobian(instance)
    samples = Fraction(instance["samples"])
    return [*entries(rows @ rows.T / samples), *power_sums(rows.T @ rows / samples)]


def _value(
    predicted: Callable[[Instance, Evaluate], Sequence[Any]],
    measured: Callable[[Instance, Rng], Sequence[Any]],
    controls: tuple[Instance, ...] = (),
) -> Value:
    return Value(_cases, predicted, measured, "=", controls)


STANDARD = (_case("relu", (4, 1, 2), 9, "standard"), _case("monomial(2)", (1, 4, 1), 2, "standard"))
SCALED = Hypothesis(r"W^l=\sigma_w\omega^l/\sqrt{M_{l-1}},\ b^l=\sigma_b\beta^l", lambda i: i["coordinates"] == "NTK")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-30",
        "printed",
        "(30)-(31)",
        r"\Theta_{(k,s),(k',t)}",
        Formula(_definition),
        _value(_products, lambda instance, _: entries(kernel(instance)), STANDARD),
        (SCALED, NO_KINK),
        note="The derivatives are taken parameter by parameter; the kernel is made of forward and backward signals.",
    ),
    Claim(
        "karakida:eq-32",
        "printed",
        "(32)",
        r"\frac{df_k(s)}{dt}",
        Formula(_flow),
        _value(_predicted_flow, _measured_flow, STANDARD),
        (SCALED, NO_KINK),
        note="With the kernel of the moment it is exact at every width, for the loss (1/2T) Σ‖y − f‖².",
    ),
    Claim(
        "karakida:ntk-dual",
        "printed",
        "Section 4.1",
        r"F^*=R^\top R;\ \mathrm{tr}\,F^n,\ n=1,2,3",
        Formula(_dual),
        _value(_from_kernel, _from_metric, STANDARD),
        (SCALED, NO_KINK),
        note="In the coordinates W and b it does not hold.",
    ),
)
