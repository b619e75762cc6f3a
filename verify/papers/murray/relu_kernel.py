"""The ReLU kernel with γ_w² = 1, σ_w² = 2 and no biases: R, R' and the recursion (42)."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import acb, arb, ctx

from eigenlaw.theory import layers
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, ball, evaluate, symbols, undefined
from eigenlaw.verify.integrals import gaussian_mean
from eigenlaw.verify.papers.murray.deep_sampling import correlations, deep_cases, extrapolated, sampled_kernels

# measured: one-dimensional Gaussian integrals over U, given which V is Gaussian with mean ρU and variance 1 − ρ²


def _density(t: Any) -> Any:
    return (-t * t / 2).exp() / (2 * acb.pi()).sqrt()


def _above(t: Any) -> Any:
    """P(Z > −t)."""
    return (-t / acb(2).sqrt()).erfc() / 2


def _zero(z: Any) -> Any:
    return 0 * z


def products_mean(rho: Any) -> Any:
    """2 E[max(U, 0) max(V, 0)]."""
    if rho == -1:
        return arb(0)
    if rho == 1:
        return 2 * gaussian_mean([_zero, lambda z: z * z], [arb(0)], 2)
    r, s = _mean_and_deviation(rho)

    def mean(z: Any) -> Any:
        return z * (r * z * _above(r * z / s) + s * _density(r * z / s))

    return 2 * gaussian_mean([_zero, mean], [arb(0)], 2)


def gates_mean(rho: Any) -> Any:
    """2 P(U > 0, V > 0)."""
    if rho == -1:
        return arb(0)
    if rho == 1:
        return 2 * gaussian_mean([_zero, lambda z: 1 + 0 * z], [arb(0)])
    r, s = _mean_and_deviation(rho)
    return 2 * gaussian_mean([_zero, lambda z: _above(r * z / s)], [arb(0)])


def _mean_and_deviation(rho: Any) -> tuple[Any, Any]:
    r = ball(rho)
    return acb(r), acb((1 - r * r).sqrt())


def _correlations(budget: Budget, _: Rng) -> Iterable[Instance]:
    count = budget.of(12, 24, 48)
    return [{"activation": "relu", "rho": str(Fraction(k, count))} for k in range(-count, count + 1)]


def _measured(mean: Callable[[Any], Any]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [mean(Fraction(instance["rho"]))]


def _at_correlation(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(rho=Fraction(instance["rho"]))]


def _correlation_printed() -> Any:
    import sympy

    (rho,) = symbols("rho")
    return (sympy.sqrt(1 - rho**2) + rho * sympy.asin(rho)) / sympy.pi + rho / 2


def _slope_printed() -> Any:
    import sympy

    (rho,) = symbols("rho")
    return sympy.asin(rho) / sympy.pi + sympy.Rational(1, 2)


# (42)


def _kernel_printed() -> Any:
    import sympy

    (layer,) = symbols("l")
    rho = undefined("rho")
    return rho(layer) + rho(layer - 1) * (sympy.asin(rho(layer - 1)) / sympy.pi + sympy.Rational(1, 2))


def _composed() -> Any:
    """ρ_l = R(ρ_{l−1})."""
    import sympy

    (layer,) = symbols("l")
    below = undefined("rho")(layer - 1)
    return (sympy.sqrt(1 - below**2) + below * sympy.asin(below)) / sympy.pi + below / 2


def _layer_cases(budget: Budget, _: Rng) -> Iterable[Instance]:
    count = budget.of(3, 6, 12)
    correlations = [Fraction(0), *(sign * Fraction(k, count) for k in range(1, count + 1) for sign in (1, -1))]
    return [{"activation": "relu", "layers": n, "rho": str(rho)} for n in (2, 3, 4, 5) for rho in correlations]


@cache
def _correlation_at(rho: Fraction, layer: int) -> Any:
    """ρ_l, by integrals; inputs that are equal stay equal."""
    return rho if layer == 1 or rho == 1 else products_mean(_correlation_at(rho, layer - 1))


@cache
def _gates_at(rho: Fraction, layer: int) -> Any:
    return gates_mean(_correlation_at(rho, layer))


def _integrated(instance: Instance, _: Rng) -> Sequence[Any]:
    """Σ_h ρ_h ∏_{j≥h} E_j, the solution of (12); E_j = 2 P(U > 0, V > 0) at ρ_j is an integral, and so is ρ_h."""
    rho, top = Fraction(instance["rho"]), instance["layers"]
    total, product = arb(0), arb(1)
    for layer in range(top, 0, -1):
        total += product * ball(_correlation_at(rho, layer))
        product = product * _gates_at(rho, layer - 1) if layer > 1 else product
    return [total]


def _correlation_measured(instance: Instance, _: Rng) -> Sequence[Any]:
    return [ball(_correlation_at(Fraction(instance["rho"]), instance["layers"]))]


def _closed_correlation(rho: Fraction, layer: int) -> Any:
    """ρ_l in closed form, that of eigenlaw.theory."""
    return _correlation_in_bits(rho, layer, ctx.prec)


@cache
def _correlation_in_bits(rho: Fraction, layer: int, bits: int) -> Any:
    del bits
    if layer < 1:
        raise IndexError(f"l={layer}: expected a layer from 1")
    if layer == 1 or rho == 1:
        return rho
    return evaluate(layers.relu_correlation(), {"rho": _closed_correlation(rho, layer - 1)})


def _closed_kernel(rho: Fraction, layer: int) -> Any:
    """Θ_l of eigenlaw.theory."""
    return _kernel_in_bits(rho, layer, ctx.prec)


@cache
def _kernel_in_bits(rho: Fraction, layer: int, bits: int) -> Any:
    del bits
    if layer == 1:
        return rho
    return evaluate(layers.relu_kernel(), {"l": layer, **_closed(rho, layer)})


def _closed(rho: Fraction, top: int) -> dict[str, Callable[[int], Any]]:
    """ρ_l up to the top layer, and Θ_l below it."""

    def correlation(layer: int) -> Any:
        if layer > top:
            raise IndexError(f"l={layer}: expected a layer up to {top}")
        return _closed_correlation(rho, layer)

    def kernel(layer: int) -> Any:
        if not 1 <= layer < top:
            raise IndexError(f"l={layer}: expected a layer below {top}")
        return _closed_kernel(rho, layer)

    return {"rho": correlation, "Theta": kernel}


def _by_recursion(instance: Instance, value: Evaluate) -> Sequence[Any]:
    top = instance["layers"]
    return [value(l=top, **_closed(Fraction(instance["rho"]), top))]


def _on_data(instance: Instance, value: Evaluate) -> Sequence[Any]:
    top = instance["layers"]
    return [value(l=top, **_closed(rho, top)) for rho in correlations(instance)]


def _one_layer_up(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at the top layer, of which it is not told the correlation."""
    top = instance["layers"]
    return [value(l=top, rho=_closed(Fraction(instance["rho"]), top - 1)["rho"])]


RELU_DATA = deep_cases((3, 3, 4), (("relu", "2", "0"),) * 24)
THETA = r"\Theta_l"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:relu-dual.1",
        "printed",
        "B.3, R",
        r"2E[\mathrm{ReLU}(U)\mathrm{ReLU}(V)]",
        Formula(_correlation_printed),
        Value(_correlations, _at_correlation, _measured(products_mean)),
        activations=1,
    ),
    Claim(
        "murray:relu-dual.1",
        "new",
        "B.3, R in eigenlaw.theory",
        r"2E[\mathrm{ReLU}(U)\mathrm{ReLU}(V)]",
        Formula(layers.relu_correlation, derived=True),
        Value(_correlations, _at_correlation, _measured(products_mean)),
        activations=1,
    ),
    Claim(
        "murray:relu-dual.2",
        "printed",
        "B.3, R'",
        r"2E[\mathrm{ReLU}'(U)\mathrm{ReLU}'(V)]",
        Formula(_slope_printed),
        Value(_correlations, _at_correlation, _measured(gates_mean)),
        activations=1,
    ),
    Claim(
        "murray:relu-dual.2",
        "new",
        "B.3, R' in eigenlaw.theory",
        r"2E[\mathrm{ReLU}'(U)\mathrm{ReLU}'(V)]",
        Formula(layers.relu_slope, derived=True),
        Value(_correlations, _at_correlation, _measured(gates_mean)),
        activations=1,
    ),
    Claim(
        "murray:eq-42.1",
        "printed",
        "(42), the kernel",
        THETA,
        Formula(_kernel_printed),
        Value(_layer_cases, _by_recursion, _integrated),
        note="Right at l = 2 only: the factor of R' is Θ_{l-1}, of which ρ_{l-1} is the first term.",
        activations=1,
    ),
    Claim(
        "murray:eq-42.1",
        "corrected",
        "(42), with Θ_{l-1} for ρ_{l-1} before R'",
        THETA,
        Formula(layers.relu_kernel, derived=True),
        Value(_layer_cases, _by_recursion, _integrated),
        activations=1,
    ),
    Claim(
        "murray:eq-42.2",
        "printed",
        "(42), the correlations",
        r"\rho_l",
        Formula(_composed),
        Value(_layer_cases, _one_layer_up, _correlation_measured),
        activations=1,
    ),
    Claim(
        "murray:eq-42.3",
        "printed",
        "(42) and networks with 3 and 4 layers",
        THETA,
        Formula(_kernel_printed),
        extrapolated(RELU_DATA, _on_data, sampled_kernels(), draws=500),
        activations=1,
    ),
    Claim(
        "murray:eq-42.3",
        "corrected",
        "(42) and networks with 3 and 4 layers, with Θ_{l-1} for ρ_{l-1} before R'",
        THETA,
        Formula(layers.relu_kernel, derived=True),
        extrapolated(RELU_DATA, _on_data, sampled_kernels(), draws=500),
        activations=1,
    ),
)
