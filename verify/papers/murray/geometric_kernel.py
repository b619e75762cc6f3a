"""The kernel of geometric coefficients at every depth: (49) and Lemma B.9, over the rationals."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_poly

from eigenlaw.theory import geometric_layers
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Identity, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.judge_identities import by_simplification
from eigenlaw.verify.papers.murray.geometric import (
    NOT_NEEDED,
    ORDER,
    SUM,
    ZERO,
    all_layers,
    closed,
    cut,
    derived,
    first_layers,
    in_x,
    layer_series,
    layers,
    points,
    slope_constants,
)


def _biased(instances: Callable[[Budget, Rng], Iterable[Instance]]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    gammas = ("0", "2/5")
    return lambda budget, rng: [{**i, "gamma_b2": gamma} for i in instances(budget, rng) for gamma in gammas]


_shallow = _biased(first_layers)


def _numbers(instance: Instance) -> tuple[Any, Any, Any]:
    return (
        rational(Fraction(instance["C"])),
        rational(Fraction(instance["eta"])),
        rational(Fraction(instance["gamma_b2"])),
    )


FROM_ONE = (1, 2, 4, ORDER)
FROM_ZERO = (0, *FROM_ONE)


def _kappa(instance: Instance, _: Rng) -> Sequence[Any]:
    """κ_{p,l} by (6), from p = 0 on."""
    _, _, bias = _numbers(instance)
    kernel = fmpq_poly([bias, 1 - bias])
    for depth in range(2, instance["l"] + 1):
        alpha, upsilon = layer_series({**instance, "l": depth})
        kernel = cut(alpha + kernel * upsilon)
    return [kernel[p] for p in FROM_ZERO]


def _kappa_from_one(instance: Instance, rng: Rng) -> Sequence[Any]:
    return _kappa(instance, rng)[1:]


def _quotient(top: fmpq_poly, bottom: fmpq_poly) -> fmpq_poly:
    """The power series of top/bottom, by long division."""
    found: list[Any] = []
    for p in range(ORDER + 1):
        known = sum((bottom[j] * found[p - j] for j in range(1, p + 1)), fmpq(0))
        found.append((top[p] - known) / bottom[0])
    return fmpq_poly(found)


def _network_kappa(instance: Instance, _: Rng) -> Sequence[Any]:
    """κ_{p,l}, p ≥ 1, by (11)–(12): R(z) = Σ_k C η^{−k} z^k = Cz/(η − z) at the correlation z of a layer."""
    c, eta, bias = _numbers(instance)
    covariance = kernel = fmpq_poly([bias, 1 - bias])
    for _layer in range(1, instance["l"]):
        gap = eta - covariance
        slope = _quotient(fmpq_poly([c * eta]), cut(gap * gap))
        covariance = _quotient(c * covariance, gap)
        kernel = cut(kernel * slope + covariance)
    return [kernel[p] for p in FROM_ONE]


_OF_LAYER = {
    "C_l": derived(lambda: geometric_layers.geometric_layer().weight),
    "eta_l": derived(lambda: geometric_layers.geometric_layer().radius),
}


def _law(indices: Sequence[int]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        c, eta, bias = _numbers(instance)
        known = {"C": c, "eta": eta, "l": instance["l"], "gamma_b2": bias, "gamma_w2": 1 - bias}
        known |= {name: law.value(known) for name, law in _OF_LAYER.items()}
        return [value(p=p, **known) for p in indices]

    return predicted


def _kappa_printed() -> Any:
    p, c, eta, gamma_w2, gamma_b2 = symbols("p C eta gamma_w2 gamma_b2")
    return ((c + gamma_b2 * c / eta) + (gamma_b2 * c / eta + gamma_w2 * c) * p) * eta ** (-p)


def _bound_printed() -> Any:
    p, layers, m, k, eta_l = symbols("p l M_l K_l eta_l")
    return (m + k * p ** (2 * layers - 3)) * eta_l ** (-p)


def _bound_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The right-hand side of (48) with the constants M' and K' of its proof."""
    c_2, eta_2, bias = _numbers(instance)
    c, eta = c_2, eta_2
    constant, power = c_2 + bias * c_2 / eta_2, bias * c_2 / eta_2 + (1 - bias) * c_2
    for _ in range(instance["l"] - 2):
        known = {"C": c_2, "eta": eta_2, "C_l": c, "eta_l": eta}
        free, linear = (formula.value(known) for formula in _SLOPE)
        most = max(c_2 / eta_2, free)
        c, eta = c * c_2 / (eta_2 + c), eta * eta_2 / (eta_2 + c)
        grown = constant * most + 2 * constant * linear + power * most + power * linear
        constant, power = c + constant * most, grown
    return [value(p=p, l=instance["l"], M_l=constant, K_l=power, eta_l=eta) for p in FROM_ONE]


_SLOPE = (Formula(lambda: slope_constants()[0]), Formula(lambda: slope_constants()[1]))

UNIT = Hypothesis(
    r"\gamma_w^2+\gamma_b^2=1",
    lambda i: 0 <= Fraction(i["gamma_b2"]) < 1,
    tight=lambda i: Fraction(i["gamma_b2"]) == 0,
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-49.1",
        "printed",
        "(49), κ by (6)",
        r"\kappa_{p,2}",
        Formula(_kappa_printed),
        Value(_shallow, _law(FROM_ONE), _kappa_from_one),
        (ZERO, SUM, UNIT),
    ),
    Claim(
        "murray:eq-49.2",
        "printed",
        "(49), κ the coefficients of the network's kernel (11)-(12)",
        r"\kappa_{p,2}",
        Formula(_kappa_printed),
        Value(_shallow, _law(FROM_ONE), _network_kappa),
        (ZERO, SUM, UNIT),
        note="For γ_b > 0 the preactivations have the correlation γ_w² ρ + γ_b², not ρ.",
    ),
    Claim(
        "murray:eq-49.2",
        "corrected",
        "(49), κ the coefficients of the network's kernel (11)-(12)",
        r"\kappa_{p,2}",
        derived(geometric_layers.shallow_network_law),
        Value(_shallow, _law(FROM_ONE), _network_kappa),
        (ZERO, SUM, UNIT),
    ),
    Claim(
        "murray:lem-b.9.1",
        "printed",
        "Lemma B.9 (48), M' and K' as in its proof",
        r"\kappa_{p,l}",
        Formula(_bound_printed),
        Value(_biased(layers), _bound_value, _kappa_from_one, "<="),
        (ZERO, SUM, UNIT),
        note="True, but the power of p is 1 at every depth, not 2l − 3.",
    ),
    Claim(
        "murray:lem-b.9.1",
        "sharp",
        "Lemma B.9: linear in p, with equality",
        r"\kappa_{p,l}",
        derived(geometric_layers.kappa_law),
        Value(_biased(all_layers), _law(FROM_ZERO), _kappa),
        (ZERO, UNIT),
        note=NOT_NEEDED,
    ),
    Claim(
        "murray:lem-b.9.2",
        "new",
        "Lemma B.9: from Θ^{(l)} to Θ^{(l+1)} by (6), for a symbolic l",
        r"\Theta^{(l)}\dot\Sigma^{(l+1)}+\Sigma^{(l+1)}",
        closed(lambda layer, x: layer.kernel(x)),
        Identity(in_x(geometric_layers.kernel_step), points, by_simplification),
    ),
    Claim(
        "murray:lem-b.9.3",
        "new",
        "Lemma B.9 for the coefficients of the network's kernel (11)-(12)",
        r"\kappa_{p,l}",
        derived(geometric_layers.network_law),
        Value(_biased(layers), _law(FROM_ONE), _network_kappa),
        (ZERO, SUM, UNIT),
        note="For γ_b > 0 the coefficients decay faster, like p ((η_l − γ_b²)/γ_w²)^{-p}.",
    ),
)
