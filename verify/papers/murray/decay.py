"""Decay of the coefficients of the shallow kernel: Lemma 3.2 (B.5) and the Wallis ratio (37)."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from flint import fmpq

from eigenlaw.numerics import ntk as numerics
from eigenlaw.theory import bounds, decay
from eigenlaw.verify.claim import Asymptotic, Budget, Claim, Envelope, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE, bindings, phi_of

EVEN = (20, 60, 200, 600)
ODD = (21, 61, 201, 601, 1201)
EVERY = (20, 61, 200, 601)


@cache
def _kappa(name: str, order: int, gamma_b2: str, sigma_w2: str) -> tuple[Any, ...]:
    b = bindings({"activation": name, "gamma_b2": gamma_b2, "sigma_w2": sigma_w2})
    variances = numerics.Variances(b["gamma_w2"], b["gamma_b2"], b["sigma_w2"], b["sigma_b2"])
    return tuple(numerics.ntk_coefficients(phi_of(name), order, 20, variances).balls)


def _terms(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    found = _kappa(instance["activation"], max(indices), instance["gamma_b2"], instance["sigma_w2"])
    return [found[p] for p in indices]


def _has_bias(instance: Instance) -> bool:
    return Fraction(instance["gamma_b2"]) > 0


def _parameters(instance: Instance) -> Mapping[str, Fraction]:
    values = {"gamma_w2": 1 - Fraction(instance["gamma_b2"]), "sigma_w2": Fraction(instance["sigma_w2"])}
    if "sigma" in instance:
        values["sigma2"] = Fraction(instance["sigma"]) ** 2
    return values


def _cases(names: Sequence[str], gammas: Sequence[str]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def one(name: str, gamma: str) -> Instance:
        instance = {"activation": name, "gamma_b2": gamma, "sigma_w2": "1/2"}
        return {**instance, "sigma": name[9:-1]} if name.startswith("gaussian(") else instance

    return lambda _b, _r: [one(name, gamma) for gamma in gammas for name in names]


def _parity_indices(instance: Instance) -> Sequence[int]:
    return EVERY if _has_bias(instance) else EVEN


def _odd_zeros(instance: Instance) -> Sequence[int]:
    return () if _has_bias(instance) else (3, 5, 7, 101)


def _even_zeros(instance: Instance) -> Sequence[int]:
    return () if _has_bias(instance) else (2, 4, 6, 100)


def _relu_envelope(instance: Instance) -> Envelope:
    return Envelope(Formula(lambda: decay.relu_leading(bias=_has_bias(instance)), derived=True), "~")


def _gaussian_envelope(instance: Instance) -> Envelope:
    return Envelope(Formula(lambda: decay.gaussian_leading(bias=_has_bias(instance)), derived=True), "~")


def _tanh_envelope(instance: Instance) -> Envelope:
    if _has_bias(instance):
        return Envelope(Formula(decay.tanh_upper, derived=True), "<=")
    return Envelope(Formula(decay.tanh_leading, derived=True), "~")


def _tanh_indices(instance: Instance) -> Sequence[int]:
    return (10, 31, 60, 101) if _has_bias(instance) else ODD


def _relu_rate() -> Any:
    import sympy

    (p,) = symbols("p")
    return p ** sympy.Rational(-3, 2)


def _tanh_rate() -> Any:
    import sympy

    (p,) = symbols("p")
    return sympy.exp(-sympy.pi * sympy.sqrt(p - 1) / 2)


def _gaussian_rate() -> Any:
    import sympy

    p, sigma2 = symbols("p sigma2")
    return sympy.sqrt(p) * (sigma2 + 1) ** (-p)


def _asymptotic(
    kind: Literal["O", "Theta"],
    instances: Callable[[Budget, Rng], Iterable[Instance]],
    indices: Callable[[Instance], Sequence[int]],
    envelope: Callable[[Instance], Envelope],
    vanishing: Callable[[Instance], Sequence[int]],
) -> Asymptotic:
    return Asymptotic(kind, "p", instances, _parameters, indices, _terms, envelope, vanishing)


WIDTHS = ("gaussian(1)", "gaussian(1/2)", "gaussian(2)")
ALL_BIASES = ("0", "1/2", "1/4", "3/4")


# (37)


def _even_numbers(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"p": p} for p in [*range(0, budget.of(80, 200, 400), 2), 1000, 2000, 10000]]


def _wallis(instance: Instance, _: Rng) -> Sequence[Any]:
    """(p−1)!!/p!!, multiplied out."""
    p = instance["p"]
    return [fmpq(math.prod(range(p - 1, 0, -2)), math.prod(range(p, 0, -2)))]


def _at_p(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(p=instance["p"])]


def _kazarinoff(shift: int) -> Callable[[], Any]:
    def build() -> Any:
        import sympy

        (p,) = symbols("p")
        return sympy.sqrt(1 / (sympy.pi * (p + sympy.Rational(1, shift))))

    return build


IS_EVEN = Hypothesis(r"p\text{ even}", lambda i: i["p"] % 2 == 0 and i["p"] >= 0, tight=lambda i: i["p"] == 0)
POSITIVE = Hypothesis(r"p\ge4\text{ even; at }p=2\text{ it is an equality}", lambda i: i["p"] % 2 == 0 and i["p"] >= 4)


def _side(which: str, sharp: bool) -> Formula:
    def build() -> Any:
        (p,) = symbols("p")
        found = bounds.sharp_wallis_bounds(p) if sharp else bounds.wallis_bounds(p)
        return getattr(found, which)

    return Formula(build, derived=True)


_RATIO = r"\frac{(p-1)!!}{p!!}"
_LEMMA = "Lemma 3.2 (B.5), item "

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:lem-3.2.1",
        "printed",
        _LEMMA + "1",
        r"\kappa_{p,2}(\mathrm{ReLU})",
        Formula(_relu_rate),
        _asymptotic("Theta", _cases(["relu"], ALL_BIASES), _parity_indices, _relu_envelope, _odd_zeros),
        (UNIT_VARIANCE,),
        note="At γ_b = 0 the odd coefficients vanish from p = 3 on; κ_1 does not.",
        activations=1,
    ),
    Claim(
        "murray:lem-3.2.2",
        "printed",
        _LEMMA + "2",
        r"\kappa_{p,2}(\tanh)",
        Formula(_tanh_rate),
        _asymptotic("O", _cases(["tanh"], ("0", "1/2", "1/4")), _tanh_indices, _tanh_envelope, _even_zeros),
        (UNIT_VARIANCE,),
        note="True but far from sharp: the exponent is twice as large.",
        activations=1,
    ),
    Claim(
        "murray:lem-3.2.2",
        "sharp",
        _LEMMA + "2, γ_b = 0 and odd p",
        r"\kappa_{p,2}(\tanh)",
        Formula(decay.tanh_rate, derived=True),
        Asymptotic(
            "Theta",
            "p",
            lambda _b, _r: [{"activation": "tanh", "gamma_b2": "0", "sigma_w2": s} for s in ("1", "1/2", "2")],
            _parameters,
            _tanh_indices,
            _terms,
            _tanh_envelope,
            _even_zeros,
        ),
        (UNIT_VARIANCE, Hypothesis(r"\gamma_b=0", lambda i: not _has_bias(i))),
        activations=1,
    ),
    Claim(
        "murray:lem-3.2.3",
        "printed",
        _LEMMA + "3",
        r"\kappa_{p,2}(\omega_\sigma)",
        Formula(_gaussian_rate),
        _asymptotic("Theta", _cases(WIDTHS, ALL_BIASES), _parity_indices, _gaussian_envelope, _odd_zeros),
        (UNIT_VARIANCE,),
        note="For γ_b > 0 the coefficients decay faster, like (1 + σ²/γ_w²)^{-p}.",
    ),
    Claim(
        "murray:lem-3.2.3",
        "corrected",
        _LEMMA + "3, with σ²/γ_w² for σ²",
        r"\kappa_{p,2}(\omega_\sigma)",
        Formula(decay.gaussian_rate, derived=True),
        _asymptotic("Theta", _cases(WIDTHS, ALL_BIASES), _parity_indices, _gaussian_envelope, _odd_zeros),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-37.1",
        "printed",
        "(37), left",
        _RATIO,
        Formula(_kazarinoff(2)),
        Value(_even_numbers, _at_p, _wallis, ">"),
        (IS_EVEN,),
        note="True, but short of the ratio by √2 in the limit: p stands for p/2.",
    ),
    Claim(
        "murray:eq-37.1",
        "corrected",
        "(37), left, with p/2 for p",
        _RATIO,
        _side("lower", False),
        Value(_even_numbers, _at_p, _wallis, ">"),
        (IS_EVEN,),
    ),
    Claim(
        "murray:eq-37.1",
        "sharp",
        "(37), left, with the best constant for p ≥ 2",
        _RATIO,
        _side("lower", True),
        Value(_even_numbers, _at_p, _wallis, ">="),
        (POSITIVE,),
    ),
    Claim(
        "murray:eq-37.2",
        "printed",
        "(37), right",
        _RATIO,
        Formula(_kazarinoff(4)),
        Value(_even_numbers, _at_p, _wallis, "<"),
        (IS_EVEN,),
        note="p stands for p/2.",
    ),
    Claim(
        "murray:eq-37.2",
        "corrected",
        "(37), right, with p/2 for p",
        _RATIO,
        _side("upper", False),
        Value(_even_numbers, _at_p, _wallis, "<", controls=({"p": 1},)),
        (IS_EVEN,),
    ),
    Claim(
        "murray:eq-37.2",
        "sharp",
        "(37), right, with the best constant",
        _RATIO,
        _side("upper", True),
        Value(_even_numbers, _at_p, _wallis, "<"),
        (IS_EVEN,),
    ),
)
