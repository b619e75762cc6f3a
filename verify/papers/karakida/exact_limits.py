"""The recursions (16) and (19) with polynomial activations, held against exact means of finite networks."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import fmpq

from eigenlaw.theory.activations import activation
from eigenlaw.verify.averages import mean_product, mean_tangent_kernel, polynomial_derivative
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.limits import limit_kernel, limit_product, pair_mean
from eigenlaw.verify.networks import HyperParameters
from eigenlaw.verify.papers.karakida.order_parameters import overlap_step, overlap_step_back, own_step, own_step_back

SHAPES = ("0,1", "1,1", "0,0,1", "-2,0,1", "1,-1/2,1/3", "0,1,1/2", "1/2,2")
"""Coefficients; degree 2 reaches three weight layers, which is as far as the exact means of networks go."""

VARIANCES = (("2", "0", "1/2", "0"), ("1", "1/10", "1/2", "1/10"), ("1/2", "1/3", "3/2", "0"))
"""σ_w², σ_b² of the first layer, and of the others."""


def cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    """Three weight layers; the first layer has variances of its own."""
    return [
        {"activation": f"polynomial({shape})", "sigma_w2": [w1, w, w], "sigma_b2": [b1, b, b], "layers": 3}
        for w1, b1, w, b in VARIANCES
        for shape in SHAPES
    ]


def finite_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    """The same with an affine activation, at small widths M_1 and M_2."""
    shapes = ("0,1", "1,1", "1/2,2")
    found = [case for case in cases(_budget, _rng) if case["activation"][11:-1] in shapes]
    return [{**case, "widths": widths} for widths in ([1, 1], [2, 1], [1, 2]) for case in found]


def _polynomial(instance: Instance) -> tuple[Fraction, ...]:
    found = activation(instance["activation"]).polynomial
    if found is None:
        raise ValueError(f"activation={instance['activation']}: expected a polynomial")
    return found


def _variances(instance: Instance) -> tuple[list[Fraction], list[Fraction]]:
    return [Fraction(v) for v in instance["sigma_w2"]], [Fraction(v) for v in instance["sigma_b2"]]


@cache
def _product(coefficients: tuple[Fraction, ...], hyper: HyperParameters, layer: int) -> tuple[Fraction, ...]:
    return limit_product(coefficients, coefficients, coefficients, hyper, layer)


@cache
def _kernel(coefficients: tuple[Fraction, ...], hyper: HyperParameters, layers: int) -> tuple[Fraction, ...]:
    return limit_kernel(coefficients, hyper, layers)


def _hyper(instance: Instance) -> HyperParameters:
    """Inputs with q̂_t^0 = 1 and q̂_st^0 = ρ are unit vectors of correlation ρ; σ² of the first layer stands for γ²."""
    (w1, w, _), (b1, b, _) = _variances(instance)
    return HyperParameters(w1, b1, w, b)


def _at(coefficients: Sequence[Fraction], own: bool) -> Any:
    """The value at ρ = 1, of an input with itself, or at ρ = 0, of two inputs."""
    return rational(sum(coefficients, Fraction(0)) if own else coefficients[0])


def _measured_forward(instance: Instance, own: bool) -> Sequence[Any]:
    return [_at(_product(_polynomial(instance), _hyper(instance), layer), own) for layer in (1, 2)]


def _measured_tangents(instance: Instance, own: bool) -> Sequence[Any]:
    return [_at(_kernel(_polynomial(instance), _hyper(instance), layers), own) for layers in (2, 3)]


def _finite_forward(instance: Instance, own: bool) -> Sequence[Any]:
    phi, (first, _) = _polynomial(instance), instance["widths"]
    return [_at(mean_product(phi, phi, _hyper(instance), phi, hidden), own) for hidden in ((), (first,))]


def _finite_tangents(instance: Instance, own: bool) -> Sequence[Any]:
    phi, (first, second) = _polynomial(instance), instance["widths"]
    return [_at(mean_tangent_kernel(phi, _hyper(instance), hidden), own) for hidden in ((first,), (first, second))]


def _means(coefficients: Sequence[Fraction]) -> dict[str, Any]:
    """S and I of a polynomial, by pairing off its powers."""
    given = [rational(c) for c in coefficients]

    def mean(a: Any, b: Any = None) -> Any:
        return pair_mean(given, given, a, a if b is None else b, a)

    return {"S": mean, "I": mean}


def _forward(instance: Instance, value: Evaluate, own: bool) -> list[tuple[Any, Any]]:
    """(q̂_t, q̂_st) of the layers 0, 1, 2; the one in question by the formula, the other by its moments."""
    weights, biases = _variances(instance)
    means = _means(_polynomial(instance))
    found: list[tuple[Any, Any]] = [(fmpq(1), fmpq(0))]
    for w, b in list(zip(weights, biases, strict=True))[:2]:
        q_t, q_st = found[-1]
        formula = value(q_t=q_t, q_st=q_st, sigma_w2=w, sigma_b2=b, **means)
        other = means["S"](rational(w) * q_t + rational(b))
        found.append((formula, formula) if own else (other, formula))
    return found


def _predicted_forward(instance: Instance, value: Evaluate, own: bool) -> Sequence[Any]:
    return [q[not own] for q in _forward(instance, value, own)[1:]]


def _predicted_tangents(instance: Instance, value: Evaluate, own: bool) -> Sequence[Any]:
    """Σ_l q̃^l (σ_w² q̂^{l−1} + σ_b²), the kernel of all gradients, for two and three weight layers."""
    weights, biases = _variances(instance)
    coefficients = _polynomial(instance)
    plain, slopes = _means(coefficients), _means(polynomial_derivative(coefficients))

    def step(q_t: Any, q_st: Any, sigma_w2: Any, sigma_b2: Any, **_: Any) -> Any:
        w, b = rational(sigma_w2), rational(sigma_b2)
        return plain["I"](w * q_t + b, w * q_t + b if own else w * q_st + b)

    q_hat = _forward(instance, step, own)
    pre = [
        tuple(rational(w) * q + rational(b) for q in layer) for layer, w, b in zip(q_hat, weights, biases, strict=True)
    ]
    found = []
    for layers in (2, 3):
        q_tilde = [fmpq(1)]
        for layer in range(layers - 1, 0, -1):
            here = {"q_t": pre[layer - 1][0], "q_st": pre[layer - 1][1]}
            above = {"q_tilde": q_tilde[-1], "q_tilde_st": q_tilde[-1], "sigma_w2": weights[layer]}
            q_tilde.append(value(**here, **above, **slopes))
        terms = zip(reversed(q_tilde), pre, strict=False)
        found.append(sum((q * below[not own] for q, below in terms), fmpq(0)))
    return found


AFFINE = Hypothesis(r"\phi\text{ is affine}", lambda instance: len(_polynomial(instance)) <= 2)
_SQUARE: Instance = {
    "activation": "polynomial(0,0,1)",
    "sigma_w2": ["2", "1/2", "1/2"],
    "sigma_b2": ["0", "0", "0"],
    "layers": 3,
    "widths": [1, 1],
}


def _claim(name: str, where: str, lhs: str, parts: tuple[Any, Any, Any], *, own: bool, finite: bool = False) -> Claim:
    formula, predicted, measured = parts

    def expected(instance: Instance, value: Evaluate) -> Sequence[Any]:
        numbers: Sequence[Any] = predicted(instance, value, own)
        return numbers

    def found(instance: Instance, _: Rng) -> Sequence[Any]:
        numbers: Sequence[Any] = measured(instance, own)
        return numbers

    if finite:
        check = Value(finite_cases, expected, found, controls=(_SQUARE,))
        note = (
            "At every width, for inputs of mean square 1 and overlap 0 or 1: affine networks have no correction in 1/M."
        )
        return Claim(name, "new", where, lhs, Formula(formula), check, (AFFINE,), note)
    note = "Exact means of networks of several widths, as polynomials in 1/M, give the limit."
    return Claim(name, "printed", where, lhs, Formula(formula), Value(cases, expected, found), note=note)


# the inputs


def _input_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"inputs": inputs, "s": 1, "t": t} for inputs in range(1, 13) for t in (1, 2)]


def _mean_monomial(variables: Sequence[Any]) -> int:
    """The mean of a product of standard normal variables: Π (n − 1)!! over their powers n."""
    powers = [variables.count(v) for v in set(variables)]
    return 0 if any(n % 2 for n in powers) else math.prod(math.prod(range(n - 1, 0, -2)) for n in powers)


def _input_means(instance: Instance, _: Rng) -> Sequence[Any]:
    """E q̂^0(s, t), term by term."""
    size, s, t = (instance[name] for name in ("inputs", "s", "t"))
    return [fmpq(sum(_mean_monomial([(s, i), (t, i)]) for i in range(size)), size)]


def _input_deviations(instance: Instance, rng: Rng) -> Sequence[Any]:
    """E (q̂^0(s, t) − E q̂^0(s, t))², term by term."""
    size, s, t = (instance[name] for name in ("inputs", "s", "t"))
    (mean,) = _input_means(instance, rng)
    places = [(i, j) for i in range(size) for j in range(size)]
    square = sum(_mean_monomial([(s, i), (t, i), (s, j), (t, j)]) for i, j in places)
    return [fmpq(square, size**2) - mean**2]


def _one_or_zero() -> Any:
    import sympy

    return sympy.KroneckerDelta(*symbols("s t"))


def _fluctuation() -> Any:
    import sympy

    s, t, size = symbols("s t M_0")
    return (1 + sympy.KroneckerDelta(s, t)) / size


def _of_inputs(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(s=instance["s"], t=instance["t"], M_0=instance["inputs"])]


_FORWARD = _predicted_forward, _measured_forward
_TANGENTS = _predicted_tangents, _measured_tangents
_SUM = r"\sum_lE\,\tilde q_{%s}^l(\sigma_w^2\hat q_{%s}^{l-1}+\sigma_b^2)"
_OWN, _OVERLAP = _SUM % ("t", "t"), _SUM % ("st", "st")

CLAIMS: tuple[Claim, ...] = (
    _claim("karakida:eq-16.4", "(16), own, polynomial φ", r"\lim E\,\hat q_t^l", (own_step, *_FORWARD), own=True),
    _claim(
        *("karakida:eq-16.5", "(16), overlap, polynomial φ", r"\lim E\,\hat q_{st}^l", (overlap_step, *_FORWARD)),
        own=False,
    ),
    _claim(
        *("karakida:eq-16.6", "(16), own, affine φ", r"E\,\hat q_t^l"),
        *((own_step, _predicted_forward, _finite_forward),),
        own=True,
        finite=True,
    ),
    Claim(
        "karakida:eq-16.7",
        "printed",
        "after (16), the inputs",
        r"E\,\hat q^0(s,t)",
        Formula(_one_or_zero),
        Value(_input_cases, _of_inputs, _input_means),
        note="q̂_t^0 = 1 and q̂_st^0 = 0 hold in the mean at every M_0; of the inputs themselves in the limit only.",
    ),
    Claim(
        "karakida:eq-16.8",
        "new",
        "after (16), the inputs at finite M_0",
        r"\operatorname{Var}\hat q^0(s,t)",
        Formula(_fluctuation),
        Value(_input_cases, _of_inputs, _input_deviations),
        note="So that overlaps of single inputs are of order M_0^{-1/2} where the limit is 0.",
    ),
    _claim("karakida:eq-19.3", "(19), own, polynomial φ", r"\lim" + _OWN, (own_step_back, *_TANGENTS), own=True),
    _claim(
        *("karakida:eq-19.4", "(19), overlap, polynomial φ", r"\lim" + _OVERLAP, (overlap_step_back, *_TANGENTS)),
        own=False,
    ),
    _claim(
        *("karakida:eq-19.5", "(19), overlap, affine φ", _OVERLAP),
        *((overlap_step_back, _predicted_tangents, _finite_tangents),),
        own=False,
        finite=True,
    ),
)
