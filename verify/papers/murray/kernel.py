"""The kernel of networks with one hidden layer: (1), (2) and (12)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from eigenlaw.numerics import ntk as numerics
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Instance, Rng, Sample
from eigenlaw.verify.formula import Formula, symbols, undefined
from eigenlaw.verify.measure import tangent_kernel
from eigenlaw.verify.networks import Architecture, Parameters, measure_networks
from eigenlaw.verify.papers.murray.common import (
    UNIT_VARIANCE,
    bindings,
    correlated_inputs,
    hyper_parameters,
    phi_array,
    phi_of,
)
from eigenlaw.verify.papers.murray.sampling import INNER, KERNEL, WHOLE, WIDTH, correlations_of, draws, kernel_sample

# (12) and (1): the recursion, with the Gaussian expectations from eigenlaw.numerics


def _recursion() -> Any:
    first, second, slope = (undefined(name) for name in ("Theta1", "Sigma2", "Sigmadot2"))
    (rho,) = symbols("rho")
    return first(rho) * slope(rho) + second(rho)


def _expectations(instance: Instance) -> dict[str, Any]:
    b = bindings(instance)
    phi = phi_of(instance["activation"])
    variances = numerics.Variances(b["gamma_w2"], b["gamma_b2"], b["sigma_w2"], b["sigma_b2"])
    first, kernel = (numerics.layered_kernel(phi, variances, layers) for layers in (1, 2))
    return {"Theta1": first.value, "Sigma2": kernel.covariance, "Sigmadot2": kernel.slope}


def _recursive(instance: Instance, value: Evaluate) -> Sequence[Any]:
    expectations = _expectations(instance)
    return [value(rho=rho, **expectations) for rho in correlations_of(instance)]


# (2): the kernel of f^(l) and of g^(l)


def _layered_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    cases = [("linear", "0"), ("relu", "0"), ("relu", "1/2"), ("tanh", "0"), ("erf", "1/4"), ("gelu", "1/2")]
    cases += [("sin", "1/2"), ("softplus", "1/4"), ("abs", "0"), ("hard_tanh", "1/2")]
    return [
        {"activation": name, "gamma_b2": gamma, "sigma_w2": "1/2", "rho": list(INNER), "layer": layer}
        for layer in (1, 2)
        for name, gamma in cases
    ]


def _layer_kernel(of: Any) -> Callable[[Instance, int, Rng, int], Draws]:
    def measured(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
        X, layer = correlated_inputs(correlations_of(instance)), instance["layer"]
        phi, hyper = phi_array(instance["activation"]), hyper_parameters(instance)
        count, size = (n, width) if layer == 2 else (n * width, 1)

        def kernel(parameters: Parameters) -> Draws:
            found: Draws = tangent_kernel(parameters, hyper, phi, X, layer=layer, of=of)[:, 0, 1:]
            return found

        found = measure_networks(kernel, Architecture((2, size, 1)), rng, count)
        batches: Draws = found.reshape(n, -1, found.shape[1]).mean(axis=1)
        return batches

    return measured


def _by_layer() -> Any:
    import sympy

    layer, rho = symbols("l rho")
    first = undefined("Theta1")(rho)
    return sympy.Piecewise((first, sympy.Eq(layer, 1)), (_recursion(), True))


def _layered(instance: Instance, value: Evaluate) -> Sequence[Any]:
    expectations = _expectations(instance)
    return [value(rho=rho, l=instance["layer"], **expectations) for rho in correlations_of(instance)]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-1.1",
        "printed",
        "(1)",
        KERNEL,
        Formula(_recursion),
        kernel_sample(WHOLE, _recursive, output_bias=False),
        (UNIT_VARIANCE,),
        note="The last layer of (1) has no bias, the kernel (12) has its variance σ_b².",
    ),
    Claim(
        "murray:eq-1.1",
        "corrected",
        "(1), with σ_b b^{(L+1)} in the last layer",
        KERNEL,
        Formula(_recursion),
        kernel_sample(WHOLE, _recursive),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-2.1",
        "printed",
        "(2), at every layer",
        r"E\langle\nabla f^{(l)},\nabla f^{(l)}\rangle",
        Formula(_by_layer),
        Sample(_layered_cases, _layered, _layer_kernel("activation"), draws, widths=(WIDTH,)),
        (UNIT_VARIANCE,),
        note="At a hidden layer Θ^{(l)} of (12) is the kernel of g^{(l)}, not of f^{(l)} = φ(g^{(l)}).",
    ),
    Claim(
        "murray:eq-2.1",
        "corrected",
        "(2), with g^{(l)} for f^{(l)}",
        r"E\langle\nabla g^{(l)},\nabla g^{(l)}\rangle",
        Formula(_by_layer),
        Sample(_layered_cases, _layered, _layer_kernel("preactivation"), draws, widths=(WIDTH,)),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-12.1",
        "printed",
        "(12), l = 2",
        KERNEL,
        Formula(_recursion),
        kernel_sample(WHOLE, _recursive),
        (UNIT_VARIANCE,),
        note="Held against networks whose last layer has a bias.",
    ),
)
