"""The truncated NTK of Definition B.6: its coefficients beside those of the NTK, for polynomial activations exactly."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, arb_poly, fmpq, fmpq_poly

from eigenlaw.numerics.truncated import truncated_coefficients
from eigenlaw.numerics.variances import hyper_parameters
from eigenlaw.theory import shallow
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, symbols
from eigenlaw.verify.papers.murray.common import DIGITS, UNIT_VARIANCE, bindings, coefficients, phi_of
from eigenlaw.verify.papers.murray.polynomial_layers import exact_layers, exact_mu, polynomial
from eigenlaw.verify.papers.murray.slopes import truncated_printed, truncated_printed_deep

SHAPES = ("0,1", "1,1", "0,0,1", "1,-1/2,1/3", "1/3,1,1", "0,1,0,1/6", "1/2,0,1,1", "-1,0,0,1")
CENTRED = ("0,1", "0,1,0,1/6", "-1/2,1,1/2", "-1,0,1", "-1/3,1/2,1/3,1/2")
"""Polynomials with E φ(Z) = 0."""


def _mean_square(name: str) -> Fraction:
    return sum((Fraction(str(exact_mu(name, k) * exact_mu(name, k))) for k in range(_degree(name) + 1)), Fraction(0))


def _degree(name: str) -> int:
    return len(polynomial(name)) - 1


def _cases(shapes: Sequence[str], layers: Sequence[int]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Polynomials at γ_b = 0, with σ_w² = 1/E[φ²], so that σ_b = 0, for those with E φ(Z) = 0."""

    def weight(name: str) -> str:
        return str(1 / _mean_square(name) if exact_mu(name, 0) == 0 else Fraction(1, 100))

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        drawn = [",".join(str(int(c)) for c in [*rng.integers(-2, 3, 3), 1]) for _ in range(budget.of(1, 4, 20))]
        weights = {name: weight(name) for name in (f"polynomial({shape})" for shape in (*shapes, *drawn))}
        return [
            {"activation": name, "gamma_b2": "0", "sigma_w2": sigma_w2, "layers": count, "T": last}
            for last in range(5)
            for count in layers
            for name, sigma_w2 in weights.items()
        ]

    return instances


@cache
def _first_alpha(name: str, sigma_w2: str, sigma_b2: str, last: int) -> tuple[Any, ...]:
    """α̂_{0,2}, …, α̂_{last,2} by (40)."""
    weight, bias = rational(Fraction(sigma_w2)), rational(Fraction(sigma_b2))
    squares = [exact_mu(name, p) * exact_mu(name, p) for p in range(last + 1)]
    return (weight * squares[0] + bias, *(weight * square for square in squares[1:]))


def _alpha(instance: Instance) -> tuple[Any, ...]:
    """α̂_{0,2}, …, α̂_{T+1,2}: (41) asks for the last."""
    bias = str(bindings(instance)["sigma_b2"])
    return _first_alpha(instance["activation"], instance["sigma_w2"], bias, instance["T"] + 1)


@cache
def _deep_alpha(first: tuple[Any, ...], layers: int) -> dict[int, fmpq_poly]:
    """Σ_{p≤T} α̂_{p,l} x^p of the layers 2, …, l, by (40)."""
    last = len(first) - 2
    rows = {2: fmpq_poly(list(first[:-1]))}
    for layer in range(3, layers + 1):
        powers = [rows[layer - 1] ** k for k in range(last + 1)]
        rows[layer] = fmpq_poly(
            [sum((first[k] * powers[k][p] for k in range(last + 1)), fmpq(0)) for p in range(last + 1)]
        )
    return rows


def _known(instance: Instance) -> dict[str, Any]:
    """What (41) needs: α̂_{p,2}, F(p, k, ᾱ̂_l) and T."""
    first, last = _alpha(instance), instance["T"]
    rows = _deep_alpha(first, instance["layers"])

    def entry(p: int) -> Any:
        if not 0 <= p < len(first):
            raise IndexError(f"p={p}: expected an index from 0 to {len(first) - 1}")
        return first[p]

    def power(p: int, k: int, layer: int) -> Any:
        if layer not in rows or not (0 <= p <= last and k >= 0):
            raise IndexError(f"F({p}, {k}) of layer {layer}: expected indices of at least 0 and a layer from 2")
        return (rows[layer] ** k)[p]

    return {"alpha": entry, "F": power, "T": last}


def _kappa(instance: Instance, slopes: Callable[[int], list[Any]]) -> list[Any]:
    """κ̂_{0,l}, …, κ̂_{T,l} by (39), from l ↦ (υ̂_{0,l}, …, υ̂_{T,l})."""
    rows, last = _deep_alpha(_alpha(instance), instance["layers"]), instance["T"]
    kappa: list[Any] = [fmpq(0), fmpq(1), *[fmpq(0)] * last][: last + 1]
    for layer in range(2, instance["layers"] + 1):
        upsilon = slopes(layer)
        kappa = [
            rows[layer][p] + sum((kappa[q] * upsilon[p - q] for q in range(p + 1)), fmpq(0)) for p in range(last + 1)
        ]
    return kappa


def _right_slopes(instance: Instance) -> Callable[[int], list[Any]]:
    """υ̂_{p,l} = Σ_{k≤T} (k+1) α̂_{k+1,2} F(p, k, ᾱ̂_{l−1}), with ᾱ̂_1 = (0, 1, 0, …)."""
    first, last = _alpha(instance), instance["T"]
    rows = {1: fmpq_poly([0, 1]), **_deep_alpha(first, instance["layers"])}

    def slopes(layer: int) -> list[Any]:
        powers = [rows[layer - 1] ** k for k in range(last + 1)]
        return [sum(((k + 1) * first[k + 1] * powers[k][p] for k in range(last + 1)), fmpq(0)) for p in range(last + 1)]

    return slopes


def _shallow_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """κ̂ with υ̂_{p,2} by the formula."""
    known = _known(instance)
    return _kappa(instance, lambda _: [value(p=p, **known) for p in range(instance["T"] + 1)])


def _deep_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """κ̂ with υ̂_{p,l}, l ≥ 3, by the formula."""
    known, right = _known(instance), _right_slopes(instance)

    def slopes(layer: int) -> list[Any]:
        return right(2) if layer == 2 else [value(p=p, l=layer, **known) for p in range(instance["T"] + 1)]

    return _kappa(instance, slopes)


def _exact_kappa(instance: Instance, _: Rng) -> Sequence[Any]:
    """κ_{0,l}, …, κ_{T,l} by (11) and (12), by exact moments."""
    kernel = exact_layers(instance)[-1].kernel
    return [kernel[p] for p in range(instance["T"] + 1)]


def _kappa_of(indices: Callable[[Instance], Sequence[int]]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        kernel = exact_layers(instance)[-1].kernel
        return [value(p=p, kappa=lambda p: kernel[p]) for p in indices(instance)]

    return predicted


def _truncated(instance: Instance, _: Rng) -> Sequence[Any]:
    return _kappa(instance, _right_slopes(instance))


def _entry() -> Any:
    (p,) = symbols("p")
    return indexed("kappa")[p]


# eigenlaw.numerics


def _numeric_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    names = ("relu", "tanh", "erf", "gelu", "gaussian", "polynomial(1,-1/2,1/3)")
    return [
        {"activation": name, "gamma_b2": gamma, "sigma_w2": "1/2", "layers": count, "T": last}
        for last in (0, 1, 4, 9)
        for count in (2, 4)
        for gamma in ("0", "1/3")
        for name in names
    ]


def _numeric(instance: Instance, value: Evaluate) -> Sequence[Any]:
    phi, last = phi_of(instance["activation"]), instance["T"]
    weight, bias = Fraction(instance["sigma_w2"]), Fraction(instance["gamma_b2"])
    variances = hyper_parameters(phi, gamma_b2=bias, sigma_w2=weight, digits=DIGITS)
    found = truncated_coefficients(phi, last, 25, variances, instance["layers"]).balls

    def entry(p: int) -> Any:
        if not 0 <= p <= last:
            raise IndexError(f"p={p}: expected an index from 0 to {last}")
        return found[p]

    return [value(p=p, kappa=entry) for p in range(last + 1)]


def _multiplied_out(instance: Instance, _: Rng) -> Sequence[Any]:
    """κ̂ by (39), (40) and the right form of (41), ᾱ̂_1 = (γ_b², γ_w², 0, …), all powers multiplied out."""
    b, last = bindings(instance), instance["T"]
    weight, offset, gamma = (arb(rational(x)) for x in (b["sigma_w2"], b["sigma_b2"], b["gamma_b2"]))
    a = [weight * mu * mu for mu in coefficients(instance["activation"], last + 1)]
    slopes = [(k + 1) * a[k + 1] for k in range(last + 1)]

    def cut(series: Any) -> Any:
        return arb_poly([series[p] for p in range(last + 1)])

    alpha = kappa = cut(arb_poly([gamma, 1 - gamma]))
    for _layer in range(1, instance["layers"]):
        power, value, slope = arb_poly([1]), arb_poly([offset]), arb_poly([])
        for k in range(last + 1):
            value, slope = value + a[k] * power, slope + slopes[k] * power
            power = cut(power * alpha)
        alpha, kappa = cut(value), cut(value + kappa * slope)
    return [kappa[p] for p in range(last + 1)]


NO_BIAS = Hypothesis(r"\gamma_b=0", lambda i: Fraction(i["gamma_b2"]) == 0)


def _start(instance: Instance) -> Any:
    return _alpha(instance)[0]


ZERO = Hypothesis(r"\alpha_{0,2}=0", lambda i: _start(i) == 0)
STRICT = Hypothesis(
    r"l\ge3,\ \alpha_{0,2}>0,\ \mu_k\ne0\text{ for some }k>T",
    lambda i: i["layers"] >= 3 and _start(i) > 0 and _degree(i["activation"]) > i["T"],
    tight=lambda i: _degree(i["activation"]) == i["T"] + 1,
)
BASE: Instance = {"activation": "polynomial(1,-1/2,1/3)", "gamma_b2": "0", "sigma_w2": "1/3", "layers": 3, "T": 1}
_KAPPA, _HAT = r"\kappa_{p,l},\ p\le T", r"\hat\kappa_{p,l},\ p\le T"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:def-b.6.1",
        "printed",
        "Definition B.6, l = 2: the coefficients (38)-(41) are those of Θ, up to T; the formula is υ̂ of (41)",
        r"\kappa_{p,2},\ p\le T",
        Formula(truncated_printed),
        Value(_cases(SHAPES, (2,)), _shallow_value, _exact_kappa),
        (UNIT_VARIANCE, NO_BIAS),
        note="(41) has √(p+1) for p + 1.",
    ),
    Claim(
        "murray:def-b.6.1",
        "corrected",
        "Definition B.6, l = 2, with υ̂ as in (36)",
        r"\kappa_{p,2},\ p\le T",
        Formula(shallow.truncated_slope_law, derived=True),
        Value(_cases(SHAPES, (2,)), _shallow_value, _exact_kappa),
        (UNIT_VARIANCE, NO_BIAS),
    ),
    Claim(
        "murray:def-b.6.2",
        "printed",
        "Definition B.6, l ≥ 3, where the sums over k lose nothing; the formula is υ̂ of (41)",
        _KAPPA,
        Formula(truncated_printed_deep),
        Value(_cases(CENTRED, (3, 4)), _deep_value, _exact_kappa),
        (UNIT_VARIANCE, NO_BIAS, ZERO),
        note="(41) has √(k+1) α̂_{p+1,2} for (k+1) α̂_{k+1,2}, and layer l for l − 1.",
    ),
    Claim(
        "murray:def-b.6.2",
        "corrected",
        "Definition B.6, l ≥ 3, with (k+1) α̂_{k+1,2} and layer l − 1",
        _KAPPA,
        Formula(shallow.truncated_deep_slope_law, derived=True),
        Value(_cases(CENTRED, (3, 4)), _deep_value, _exact_kappa, controls=(BASE,)),
        (UNIT_VARIANCE, NO_BIAS, ZERO),
        note="Where α_{0,2} > 0, infinitely many k contribute to each coefficient, and (40) cuts them at T.",
    ),
    Claim(
        "murray:def-b.6.3",
        "new",
        "Definition B.6 with (41) corrected: no coefficient is above that of Θ",
        _HAT,
        Formula(_entry),
        Value(_cases(SHAPES + CENTRED, (2, 3, 4)), _kappa_of(lambda i: range(i["T"] + 1)), _truncated, "<="),
        (UNIT_VARIANCE, NO_BIAS),
        note="With equality at l = 2, at α_{0,2} = 0, and for polynomials of degree at most T.",
    ),
    Claim(
        "murray:def-b.6.4",
        "new",
        "Definition B.6 with (41) corrected: otherwise the first coefficient is below that of Θ",
        r"\hat\kappa_{0,l}",
        Formula(_entry),
        Value(
            _cases(SHAPES, (3, 4)),
            _kappa_of(lambda _: (0,)),
            lambda i, r: _truncated(i, r)[:1],
            "<",
            controls=({**BASE, "layers": 2}, {**BASE, "T": 2}),
        ),
        (UNIT_VARIANCE, NO_BIAS, STRICT),
    ),
    Claim(
        "murray:def-b.6.5",
        "new",
        "Definition B.6 with (41) corrected, the coefficients of eigenlaw.numerics",
        _HAT,
        Formula(_entry),
        Value(_numeric_cases, _numeric, _multiplied_out),
        (UNIT_VARIANCE,),
    ),
)
