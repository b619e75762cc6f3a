"""Which eigenvalues of ReLU networks on the sphere vanish, and how the others decay: the closing remark of C.4."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from eigenlaw.theory import sphere, sphere_decay
from eigenlaw.theory.ntk import Hyperparameters
from eigenlaw.verify.claim import Budget, Claim, Envelope, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, ball, rational, symbols
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE
from eigenlaw.verify.papers.murray.sphere_spectrum import (
    BIAS,
    NO_BIAS,
    asymptotic,
    eigenvalues,
    leading,
    middle_places,
    networks,
    ordered_envelope,
    place_terms,
)
from eigenlaw.verify.sphere_integrals import eigenvalue_integral, sphere_volume

# without bias


def _zero() -> Any:
    import sympy

    return sympy.Integer(0)


def _even_frequencies(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [instance for instance in _zero_bias_cases(budget, rng) if instance["k"] % 2 == 0]


def _without_bias() -> Any:
    """The eigenvalues 0, 1, the even ones and 0, each from its own closed form."""
    import sympy

    _, k, d = sphere.symbols()
    sigma_w2 = sympy.Symbol("sigma_w2", positive=True)
    hyper = Hyperparameters(sympy.Integer(1), sympy.Integer(0), sigma_w2, 1 - sigma_w2 / 2)
    first, second = (sphere.rectified_ntk_eigenvalue(1, j, d, hyper) for j in (0, 1))
    even = sigma_w2 * sphere.relu_ntk_even_eigenvalue(k, d).rewrite(sympy.gamma)
    return sympy.Piecewise(
        (first, sympy.Eq(k, 0)), (second, sympy.Eq(k, 1)), (even, sympy.Eq(sympy.Mod(k, 2), 0)), (0, True)
    )


def _zero_bias_cases(budget: Budget, _: Rng) -> Iterable[Instance]:
    weights = ("1", "1/2", "2")
    return [
        {"activation": "relu", "gamma_b2": "0", "sigma_w2": weights[(k + d) % 3], "d": d, "k": k}
        for k in range(budget.of(9, 21, 41))
        for d in (2, 3, 4, 5)
    ]


def _relu_integral(instance: Instance, _: Rng) -> Sequence[Any]:
    """Θ = σ_w² (ρ S + R) + σ_b² at ρ = cos θ, S = (π−θ)/(2π), R = (sin θ + (π−θ) cos θ)/(2π)."""
    weight = ball(rational(Fraction(instance["sigma_w2"])))
    d = instance["d"]

    def kernel(theta: Any) -> Any:
        slope = arb.pi() - theta
        return weight * (2 * slope * theta.cos() + theta.sin()) / (2 * arb.pi()) + 1 - weight / 2

    return [eigenvalue_integral(kernel, instance["k"], d) / sphere_volume(d)]


def _zero_bias_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(k=instance["k"], d=instance["d"], sigma_w2=Fraction(instance["sigma_w2"]))]


# with bias


def _frequency_terms(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    found = eigenvalues(instance, max(indices))
    return [found[k] for k in indices]


def _decades(_: Instance) -> Sequence[int]:
    return (10, 30, 100, 300)


def _frequency_envelope(instance: Instance) -> Envelope:
    return Envelope(Formula(lambda: leading(instance).expression, derived=True), "~")


def _frequency_rate() -> Any:
    k, d = symbols("k d")
    return k ** (-d - 1)


def _relu_frequency() -> Any:
    _, d = sphere_decay.rate_symbols()
    found = sphere_decay.ntk_leading("relu", bias=True, d=d)
    return found.expression if found is not None else None


def _relu_refined() -> Any:
    """With the middle of the frequencies, κ = k + (d−1)/2, as in ``power_refined``."""
    k, (_, d) = sphere_decay.frequency_symbol(), sphere_decay.rate_symbols()
    return _relu_frequency().subs(k, k + (d - 1) / 2)


def _place_rate() -> Any:
    ell, d = symbols("ell d")
    return ell ** (-(d + 1) / d)


_REMARK = "closing remark of C.4"
_BIASES = ("1/2", "1/4", "3/4")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:remark-c.4-zero-bias",
        "printed",
        _REMARK,
        r"\lambda_k\text{ at even }k,\ \phi=\mathrm{ReLU},\ \gamma_b=0",
        Formula(_zero),
        Value(_even_frequencies, lambda _, value: [value()], _relu_integral),
        (UNIT_VARIANCE, NO_BIAS),
        note="The odd frequencies from 3 on have eigenvalue 0 (Basri et al. 2019), the even ones and 1 have not.",
        activations=1,
    ),
    Claim(
        "murray:remark-c.4-zero-bias",
        "corrected",
        _REMARK + ", with odd k ≥ 3 for even k",
        r"\lambda_k,\ \phi=\mathrm{ReLU},\ \gamma_b=0",
        Formula(_without_bias, derived=True),
        Value(_zero_bias_cases, _zero_bias_value, _relu_integral),
        (UNIT_VARIANCE, NO_BIAS),
        note="For the probability measure; σ_b enters λ_0 alone.",
        activations=1,
    ),
    Claim(
        "murray:remark-c.4-bias.1",
        "printed",
        _REMARK,
        r"\lambda_k,\ \phi=\mathrm{ReLU},\ \gamma_b>0",
        Formula(_frequency_rate),
        asymptotic("Theta", "k", networks("relu", _BIASES, (2, 3)), _decades, _frequency_terms, _frequency_envelope),
        (UNIT_VARIANCE, BIAS),
        activations=1,
    ),
    Claim(
        "murray:remark-c.4-bias.1",
        "sharp",
        _REMARK + ", with the constant",
        r"\lambda_k,\ \phi=\mathrm{ReLU},\ \gamma_b>0",
        Formula(_relu_frequency, derived=True),
        asymptotic(
            "~",
            "k",
            networks("relu", _BIASES, (2, 3)),
            _decades,
            _frequency_terms,
            lambda _: Envelope(Formula(_relu_refined, derived=True), "~"),
        ),
        (UNIT_VARIANCE, BIAS),
        note="For the probability measure.",
        activations=1,
    ),
    Claim(
        "murray:remark-c.4-bias.2",
        "printed",
        _REMARK,
        r"\lambda_\ell,\ \phi=\mathrm{ReLU},\ \gamma_b>0",
        Formula(_place_rate),
        asymptotic(
            "Theta", "ell", networks("relu", ("1/2", "1/4"), (2, 3)), middle_places, place_terms(150), ordered_envelope
        ),
        (UNIT_VARIANCE, BIAS),
        note="Each eigenvalue is counted as often as its multiplicity says.",
        activations=1,
    ),
)
