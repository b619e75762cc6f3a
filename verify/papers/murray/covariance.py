"""The covariances of the preactivations: (11)."""

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from eigenlaw.theory import shallow
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, rational, symbols, undefined
from eigenlaw.verify.measure import jacobian, preactivation_covariance
from eigenlaw.verify.networks import Architecture, HyperParameters, Parameters, measure_networks, rational_parameters
from eigenlaw.verify.papers.murray.common import (
    mu,
    phi_array,
)
from eigenlaw.verify.papers.murray.sampling import (
    TERMS,
    WIDTH,
    draws,
)

# (11): covariances of the preactivations


def _pair_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    points = [("1", "0", "1", "0"), ("1", "0", "0", "1"), ("1", "0", "3/5", "4/5"), ("2", "0", "0", "1")]
    points += [("1", "1", "1", "-1"), ("1/2", "0", "-1", "2"), ("3", "-1", "1/2", "1/3")]
    weights = [("1", "0"), ("1/4", "1/4"), ("9/16", "25/16"), ("4", "1/9")]
    return [{"x": list(p[:2]), "y": list(p[2:]), "gamma_w2": w, "gamma_b2": b} for w, b in weights for p in points]


def _point(entries: Sequence[str]) -> Any:
    return np.array([Fraction(entry) for entry in entries], dtype=object)


def _first_covariance(instance: Instance, _: Rng) -> Sequence[Any]:
    """E[g(x) g(y)] of the linear function g of standard normal parameters, from its Jacobian."""
    X = np.array([_point(instance["x"]), _point(instance["y"])])
    hyper = HyperParameters(Fraction(instance["gamma_w2"]), Fraction(instance["gamma_b2"]), Fraction(1), Fraction(0))
    architecture = Architecture((2, 1, 1))
    parameters = rational_parameters(architecture, np.random.default_rng(0), 1)
    J = jacobian(parameters, hyper, lambda u: u, X, layer=1)[0]
    return [rational(J[0] @ J[1])]


def _inner_products(instance: Instance) -> dict[str, Any]:
    x, y = _point(instance["x"]), _point(instance["y"])
    return {"xx": x @ x, "xy": x @ y, "yy": y @ y}


def _first_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    weights = {name: Fraction(instance[name]) for name in ("gamma_w2", "gamma_b2")}
    return [value(**_inner_products(instance), **weights)]


def _first_printed() -> Any:
    xx, gamma_w2, gamma_b2 = symbols("xx gamma_w2 gamma_b2")
    return gamma_w2 * xx + gamma_b2


def _norm_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    pairs = [("1", "1", "1/2"), ("1", "2", "1/2"), ("2", "1/2", "-1/3")]
    return [
        {"activation": name, "xx": a, "yy": b, "xy": c, "gamma_b2": "1/4", "sigma_w2": "1/2"}
        for a, b, c in pairs
        for name in ("linear", "relu", "erf", "tanh", "gelu", "sin", "softplus", "gaussian")
    ]


def _norm_parameters(instance: Instance) -> tuple[HyperParameters, dict[str, Fraction]]:
    values = {name: Fraction(instance[name]) for name in ("xx", "yy", "xy", "gamma_b2", "sigma_w2")}
    hyper = HyperParameters(1 - float(values["gamma_b2"]), float(values["gamma_b2"]), float(values["sigma_w2"]), 0.25)
    return hyper, values


def _second_layer(of: Any) -> Callable[[Instance, int, Rng, int], Draws]:
    def measured(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
        hyper, v = _norm_parameters(instance)
        a, b, c = (float(v[name]) for name in ("xx", "yy", "xy"))
        X = np.array([[math.sqrt(a), 0.0], [c / math.sqrt(a), math.sqrt(b - c * c / a)]])
        phi = phi_array(instance["activation"])

        def product(parameters: Parameters) -> Draws:
            # given the first layer, g^(2) is Gaussian with this covariance, so that its product needs no further draw
            found: Draws = preactivation_covariance(parameters, hyper, phi, X, layer=1, of=of)[:, 0, 1:]
            return float(hyper.sigma_w2) * found + (float(hyper.sigma_b2) if of == "activation" else 0.0)

        return measure_networks(product, Architecture((2, width, 1)), rng, n)

    return measured


def _gaussian_pair(name: str, slope: bool) -> Callable[..., Any]:
    """(a, c, b) ↦ E[φ(U)φ(V)], or of φ', for variances a and b and covariance c, by Hermite series."""

    def expectation(a: Any, c: Any, b: Any) -> Any:
        u, v = Fraction(str(a)), Fraction(str(b))
        first, second = mu(name, TERMS + 1, u), mu(name, TERMS + 1, v)
        scale = (arb(rational(u)) * arb(rational(v))).sqrt()
        x, total = arb(rational(Fraction(str(c)))) / scale, arb(0)
        for k in range(TERMS, -1, -1):
            term = first(k + 1) * second(k + 1) * (k + 1) / scale if slope else first(k) * second(k)
            total = total * x + term
        return total

    return expectation


def _second_value(slope: bool) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        _, v = _norm_parameters(instance)
        S = {name: (1 - v["gamma_b2"]) * v[name] + v["gamma_b2"] for name in ("xx", "xy", "yy")}
        pair = _gaussian_pair(instance["activation"], slope)
        return [value(Sxx=S["xx"], Sxy=S["xy"], Syy=S["yy"], E=pair, sigma_w2=v["sigma_w2"], sigma_b2=Fraction(1, 4))]

    return predicted


def _covariance(second: str, constant: bool) -> Callable[[], Any]:
    def build() -> Any:
        sxx, sxy, syy, sigma_w2, sigma_b2 = symbols("Sxx Sxy Syy sigma_w2 sigma_b2")
        last = {"Sxx": sxx, "Syy": syy}[second]
        product = sigma_w2 * undefined("E")(sxx, sxy, last)
        return product + sigma_b2 if constant else product

    return build


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-11.1",
        "printed",
        "(11), first line",
        r"E[g^{(1)}(x)g^{(1)}(y)]",
        Formula(_first_printed),
        Value(_pair_cases, _first_value, _first_covariance),
    ),
    Claim(
        "murray:eq-11.1",
        "corrected",
        "(11), with x·y",
        r"E[g^{(1)}(x)g^{(1)}(y)]",
        Formula(shallow.first_covariance, derived=True),
        Value(_pair_cases, _first_value, _first_covariance),
    ),
    Claim(
        "murray:eq-11.2",
        "printed",
        "(11), A^{(2)} and Σ^{(2)}",
        r"E[g^{(2)}(x)g^{(2)}(y)]",
        Formula(_covariance("Sxx", True)),
        Sample(_norm_cases, _second_value(False), _second_layer("activation"), draws, widths=(WIDTH,)),
        note="The last entry of A^{(l)} must be Σ(y, y); on inputs of one norm both are the same.",
    ),
    Claim(
        "murray:eq-11.2",
        "corrected",
        "(11), with Σ(y, y) in A^{(2)}",
        r"E[g^{(2)}(x)g^{(2)}(y)]",
        Formula(_covariance("Syy", True)),
        Sample(_norm_cases, _second_value(False), _second_layer("activation"), draws, widths=(WIDTH,)),
    ),
    Claim(
        "murray:eq-11.3",
        "printed",
        "(11), derivative",
        r"\dot\Sigma^{(2)}(x,y)",
        Formula(_covariance("Sxx", False)),
        Sample(_norm_cases, _second_value(True), _second_layer("derivative"), draws, widths=(WIDTH,)),
    ),
    Claim(
        "murray:eq-11.3",
        "corrected",
        "(11), derivative, with Σ(y, y) in A^{(2)}",
        r"\dot\Sigma^{(2)}(x,y)",
        Formula(_covariance("Syy", False)),
        Sample(_norm_cases, _second_value(True), _second_layer("derivative"), draws, widths=(WIDTH,)),
    ),
)
