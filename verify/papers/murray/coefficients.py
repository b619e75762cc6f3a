"""The coefficients of the kernel's power series: (9)."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb

from eigenlaw.numerics import ntk as numerics
from eigenlaw.theory import ntk, shallow
from eigenlaw.verify.averages import mean_tangent_kernel
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, evaluate, indexed, rational, summation, symbols, undefined
from eigenlaw.verify.networks import HyperParameters
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE, bindings, mu, phi_of
from eigenlaw.verify.papers.murray.sampling import (
    INNER,
    KERNEL,
    SAMPLED,
    TERMS,
    WHOLE,
    WIDTH,
    correlations_of,
    draws,
    kernel_draws,
    kernel_sample,
    sampled_kernel,
)


def kappa_printed() -> Any:
    """(9), as printed."""
    import sympy

    p, gamma_w2, gamma_b2, sigma_w2, sigma_b2 = symbols("p gamma_w2 gamma_b2 sigma_w2 sigma_b2")
    m = indexed("mu")
    return (
        sigma_w2 * (1 + gamma_w2 * p) * m[p] ** 2
        + sigma_w2 * gamma_b2 * (1 + p) * m[p + 1] ** 2
        + sympy.KroneckerDelta(p, 0) * sigma_b2
    )


def _polynomial_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    shapes = [["0", "1"], ["0", "0", "1"], ["1", "1"], ["1", "-1/2", "1/3"], ["0", "1", "0", "1/6"]]
    shapes += [[str(int(c)) for c in rng.integers(-2, 3, 4)] + ["1"] for _ in range(budget.of(2, 10, 40))]
    return [
        {"activation": f"polynomial({','.join(shape)})", "gamma_b2": gamma, "sigma_w2": sigma}
        for gamma in ("0", "1/2", "1/5")
        for sigma in ("1/4", "1/300")
        for shape in shapes
    ]


@cache
def _exact_mu(name: str, k: int) -> Any:
    from eigenlaw.theory.hermite import hermite_coefficient

    return evaluate(hermite_coefficient(phi_of(name), k), {})


def _exact_kernel(instance: Instance, _: Rng) -> Sequence[Any]:
    b = {name: Fraction(str(value)) for name, value in bindings(instance).items()}
    found = mean_tangent_kernel(phi_of(instance["activation"]).parameters, HyperParameters(**b))
    size = 2 * len(phi_of(instance["activation"]).parameters)
    padded = [*found, *([Fraction(0)] * size)][:size]
    return [rational(value) for value in padded]


def _exact_coefficients(instance: Instance, value: Evaluate) -> Sequence[Any]:
    name = instance["activation"]
    degree = len(phi_of(name).parameters) - 1

    def coefficient(k: int) -> Any:
        if k < 0:
            raise IndexError(f"k={k}: expected an index of at least 0")
        return _exact_mu(name, k) if k <= degree else 0

    return [value(p=p, mu=coefficient, oo=degree, **bindings(instance)) for p in range(2 * (degree + 1))]


def _summed(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """Σ_p κ_p ρ^p up to p = TERMS; at |ρ| ≤ 3/4 what is left out is below 1e-9."""
    coefficient = mu(instance["activation"], TERMS + 2)
    kappa = [value(p=p, mu=coefficient, **bindings(instance)) for p in range(TERMS + 1)]
    return [_series(kappa, rho) for rho in correlations_of(instance)]


def _series(kappa: Sequence[Any], rho: Fraction) -> Any:
    x, total = rational(rho), arb(0)
    for term in reversed(kappa):
        total = total * x + term
    return total


def _resummed(instance: Instance, value: Evaluate) -> Sequence[Any]:
    coefficient = mu(instance["activation"], TERMS + 2)
    return [value(rho=rho, mu=coefficient, oo=TERMS, **bindings(instance)) for rho in correlations_of(instance)]


def _power_series() -> Any:
    import sympy

    p, rho = symbols("p rho")
    return summation(indexed("kappa")[p] * rho**p, (p, 0, sympy.oo))


def _numeric_series(instance: Instance, value: Evaluate) -> Sequence[Any]:
    b = bindings(instance)
    found = numerics.ntk_coefficients(
        phi_of(instance["activation"]),
        60,
        20,
        numerics.Variances(b["gamma_w2"], b["gamma_b2"], b["sigma_w2"], b["sigma_b2"]),
    ).balls
    return [value(rho=rho, kappa=lambda p: found[p], oo=60) for rho in correlations_of(instance)]


def _off_unit_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    variances = [("1/2", "1/4"), ("3/2", "0"), ("1", "1/2")]
    return [
        {"activation": name, "gamma_w2": w, "gamma_b2": b, "sigma_w2": "3/4", "sigma_b2": "1/10", "rho": list(WHOLE)}
        for w, b in variances
        for name in (*SAMPLED, "x*tanh(x)", "erf(2)")
    ]


def _given(instance: Instance) -> dict[str, Fraction]:
    return {name: Fraction(instance[name]) for name in ("gamma_w2", "gamma_b2", "sigma_w2", "sigma_b2")}


def _variances(instance: Instance) -> numerics.Variances:
    v = _given(instance)
    return numerics.Variances(v["gamma_w2"], v["gamma_b2"], v["sigma_w2"], v["sigma_b2"])


def _off_unit_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    name, variances = instance["activation"], _variances(instance)
    return [value(rho=rho, Theta=lambda r: _theta_at(name, variances, str(r))) for rho in correlations_of(instance)]


@cache
def _theta_at(name: str, variances: numerics.Variances, rho: str) -> Any:
    return numerics.layered_kernel(phi_of(name), variances).value(Fraction(rho))


def _off_unit_kernel(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    hyper = HyperParameters(**{name: float(value) for name, value in _given(instance).items()})
    return kernel_draws(instance, hyper, width, rng, n)


CLOSED = ("linear", "relu", "abs", "leaky_relu(1/10)", "erf", "gelu", "gaussian", "sin", "cos(1/2)", "exp(1/2)")


def _closed_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [
        {"activation": name, "gamma_b2": gamma, "sigma_w2": "1/2", "rho": list(WHOLE)}
        for gamma in ("0", "1/2")
        for name in CLOSED
    ]


@cache
def _closed_kernel(name: str, gamma_b2: str, sigma_w2: str) -> Any:
    h = ntk.hyperparameters(name, gamma_b2=Fraction(gamma_b2), sigma_w2=Fraction(sigma_w2))
    found = ntk.kernel(name, h)
    if found is None:
        raise LookupError(f"activation={name}: expected one with a closed kernel")
    return found


def _closed_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    tree = _closed_kernel(instance["activation"], instance["gamma_b2"], instance["sigma_w2"])
    return [value(rho=rho, Theta=lambda r: evaluate(tree, {"rho": r})) for rho in correlations_of(instance)]


def _off_unit_closed_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [i for i in _off_unit_cases(budget, rng) if i["activation"] in CLOSED]


def _off_unit_closed(instance: Instance, value: Evaluate) -> Sequence[Any]:
    tree = ntk.kernel(instance["activation"], _symbolic_given(instance))
    return [value(rho=rho, Theta=lambda r: evaluate(tree, {"rho": r})) for rho in correlations_of(instance)]


def _symbolic_given(instance: Instance) -> ntk.Hyperparameters:
    import sympy

    return ntk.Hyperparameters(*(sympy.Rational(str(v)) for v in _given(instance).values()))


def _exact_off_unit_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    variances = [("1", "0"), ("1/2", "0"), ("1/2", "1/2"), ("3/2", "1/2")]
    shapes = ("0,1", "0,0,1", "1,-1/2,1/3")
    return [
        {"activation": f"polynomial({c})", "gamma_w2": w, "gamma_b2": b, "sigma_w2": "1/4", "sigma_b2": "1/10", "p": p}
        for p in range(3)
        for w, b in variances
        for c in shapes
    ]


def _exact_off_unit(instance: Instance, value: Evaluate) -> Sequence[Any]:
    h = _symbolic_given(instance)

    def kappa(p: int) -> Any:
        return evaluate(ntk.kappa_shallow(instance["activation"], p, h), {})

    return [value(p=instance["p"], kappa=kappa)]


def _numeric_off_unit(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = numerics.ntk_coefficients(phi_of(instance["activation"]), 4, 25, _variances(instance)).balls
    return [value(p=instance["p"], kappa=lambda p: found[p] if p >= 0 else arb("nan"))]


def _exact_off_unit_kernel(instance: Instance, _: Rng) -> Sequence[Any]:
    found = mean_tangent_kernel(phi_of(instance["activation"]).parameters, HyperParameters(**_given(instance)))
    return [rational([*found, *[Fraction(0)] * 3][instance["p"]])]


def _kappa() -> Any:
    (p,) = symbols("p")
    return indexed("kappa")[p]


def _theta() -> Any:
    (rho,) = symbols("rho")
    return undefined("Theta")(rho)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-9.1",
        "printed",
        "(9), polynomial activations",
        r"\kappa_{p,2}",
        Formula(kappa_printed),
        Value(_polynomial_cases, _exact_coefficients, _exact_kernel),
        (UNIT_VARIANCE,),
        note="(9) has the correlation x·y of the inputs where the preactivations have γ_w² x·y + γ_b².",
    ),
    Claim(
        "murray:eq-9.1",
        "corrected",
        "(9), polynomial activations",
        r"\kappa_{p,2}",
        Formula(shallow.kappa_law, derived=True),
        Value(_polynomial_cases, _exact_coefficients, _exact_kernel),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-9.2",
        "printed",
        "(9), in (5)",
        rf"[\rho^p]\,{KERNEL}",
        Formula(kappa_printed),
        kernel_sample(INNER, _summed),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-9.2",
        "corrected",
        "(9), in (5)",
        KERNEL,
        Formula(shallow.kernel_law, derived=True),
        kernel_sample(INNER, _resummed),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-9.3",
        "new",
        "the coefficients of eigenlaw.numerics",
        KERNEL,
        Formula(_power_series),
        kernel_sample(INNER, _numeric_series),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-9.4",
        "new",
        "the kernel of eigenlaw.numerics off unit variance",
        KERNEL,
        Formula(_theta),
        Sample(_off_unit_cases, _off_unit_value, _off_unit_kernel, draws, widths=(WIDTH,)),
        note="γ_w² + γ_b² ≠ 1, so that Assumption 2 is not met; inputs on the unit sphere.",
    ),
    Claim(
        "murray:eq-9.5",
        "new",
        "the closed kernel of eigenlaw.theory",
        KERNEL,
        Formula(_theta),
        Sample(_closed_cases, _closed_value, sampled_kernel(output_bias=True), draws, widths=(WIDTH,)),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-9.6",
        "new",
        "the closed kernel of eigenlaw.theory off unit variance",
        KERNEL,
        Formula(_theta),
        Sample(_off_unit_closed_cases, _off_unit_closed, _off_unit_kernel, draws, widths=(WIDTH,)),
    ),
    Claim(
        "murray:eq-9.7",
        "new",
        "the exact coefficients of eigenlaw.theory, polynomial activations",
        r"\kappa_{p,2}",
        Formula(_kappa),
        Value(_exact_off_unit_cases, _exact_off_unit, _exact_off_unit_kernel),
    ),
    Claim(
        "murray:eq-9.8",
        "new",
        "the coefficients of eigenlaw.numerics, polynomial activations",
        r"\kappa_{p,2}",
        Formula(_kappa),
        Value(_exact_off_unit_cases, _numeric_off_unit, _exact_off_unit_kernel),
    ),
)
