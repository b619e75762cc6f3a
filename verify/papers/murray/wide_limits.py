"""Networks with polynomial activations in the wide limit, exactly: their covariances and kernels at every layer."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from operator import mul
from typing import Any

from flint import fmpq

from eigenlaw.verify.averages import Inputs, polynomial_derivative
from eigenlaw.verify.claim import Budget, Hypothesis, Instance, Rng
from eigenlaw.verify.formula import rational
from eigenlaw.verify.limits import limit_kernel, limit_product, pair_mean
from eigenlaw.verify.networks import HyperParameters
from eigenlaw.verify.papers.murray.polynomial_layers import VARIANCES, exact_variances, polynomial

LINE = (Fraction(0), Fraction(1))
PAIRS = (
    *((("1", "0"), ("3/5", "4/5")), (("1", "0"), ("1", "0")), (("1", "0"), ("-1", "0")), (("1", "0"), ("0", "2"))),
    *((("1/2", "1"), ("-1", "1/3")), (("2", "0"), ("1/2", "1")), (("1", "0", "0"), ("1/3", "2/3", "2/3"))),
)
"""Two inputs: unit vectors, the same one twice, antipodes, and inputs of different norms."""

GIVEN = (("1", "0", "1/2", "1/4"), ("2/3", "1/3", "1/2", "0"), ("2", "1/2", "1/3", "1/5"), ("1/4", "1", "1", "1/2"))
QUADRATIC = ("0,1", "0,0,1", "1,-1/2,1/3", "0,1,1")
AFFINE = ("0,1", "1,2", "-1,1/2")


def pair_cases(counts: Sequence[int], more: Sequence[str] = ()) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Two inputs of any norm, variances of any size: what Assumption 1 admits.

    Args:
        counts: numbers of weight layers; from 4 on the activations are affine.
        more: coefficients of further activations for the lower ones.
    """

    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        cases = [
            (count, shape, variances)
            for count in counts
            for variances in GIVEN
            for shape in ([*QUADRATIC, "1,2", *more] if count <= 3 else AFFINE)
        ]
        each = budget.of(1, 3, 6)
        return [
            {
                "activation": f"polynomial({shape})",
                **dict(zip(VARIANCES, variances, strict=True)),
                "layers": count,
                **dict(zip("xy", map(list, PAIRS[(index + shift) % len(PAIRS)]), strict=True)),
            }
            for shift in range(each)
            for index, (count, shape, variances) in enumerate(cases)
        ]

    return instances


def inputs_of(instance: Instance) -> Inputs:
    """The two inputs of an instance."""
    x, y = ([Fraction(entry) for entry in instance[name]] for name in "xy")
    return x, y


def _key(instance: Instance) -> tuple[Any, ...]:
    variances = tuple(exact_variances(instance).values())
    return instance["activation"], variances, tuple(instance["x"]), tuple(instance["y"])


@cache
def _network_pair(name: str, variances: Any, x: Any, y: Any, layer: int, slopes: bool) -> Any:
    """E[φ(U)φ(V)], or of φ', for the preactivations of a layer, in the wide limit."""
    phi = polynomial(name)
    factor = polynomial_derivative(phi) if slopes else phi
    inputs = [Fraction(entry) for entry in x], [Fraction(entry) for entry in y]
    return rational(limit_product(factor, factor, phi, HyperParameters(*variances), layer, inputs)[0])


@cache
def _network_covariance(name: str, variances: Any, x: Any, y: Any, layer: int) -> Any:
    """E[g^(l)(x) g^(l)(y)] in the wide limit."""
    inputs = [Fraction(entry) for entry in x], [Fraction(entry) for entry in y]
    return rational(limit_product(LINE, LINE, polynomial(name), HyperParameters(*variances), layer, inputs)[0])


def network_covariance(instance: Instance, layer: int) -> Any:
    """Σ^(l)(x, y) of networks: E[g^(l)(x) g^(l)(y)], above the second layer from the products one layer below."""
    if layer <= 2 or len(polynomial(instance["activation"])) <= 2:
        return _network_covariance(*_key(instance), layer)
    found = exact_variances(instance)
    below = _network_pair(*_key(instance), layer - 1, False)
    return rational(found["sigma_w2"]) * below + rational(found["sigma_b2"])


def network_slope(instance: Instance, layer: int) -> Any:
    """Σ̇^(l)(x, y) of networks: σ_w² E[φ'(g^(l−1)(x)) φ'(g^(l−1)(y))]."""
    weight = rational(exact_variances(instance)["sigma_w2"])
    return weight * _network_pair(*_key(instance), layer - 1, True)


@cache
def _network_kernel(name: str, variances: Any, x: Any, y: Any, layer: int, output_bias: bool) -> Any:
    inputs = [Fraction(entry) for entry in x], [Fraction(entry) for entry in y]
    phi, hyper = polynomial(name), HyperParameters(*variances)
    return rational(limit_kernel(phi, hyper, layer, output_bias=output_bias, inputs=inputs)[0])


def network_kernel(instance: Instance, layer: int, output_bias: bool = True) -> Any:
    """Θ^(l)(x, y) of networks with l layers; Θ^(1) is the covariance of a linear function of its parameters."""
    if layer == 1:
        return _network_covariance(*_key(instance), 1)
    return _network_kernel(*_key(instance), layer, output_bias)


def at_top(quantity: Callable[[Instance, int], Any]) -> Callable[[Instance, Rng], Sequence[Any]]:
    """A quantity of the last layer, as what a check measures."""
    return lambda instance, _: [quantity(instance, instance["layers"])]


def alone(instance: Instance, which: str = "x") -> Instance:
    """One of the inputs, twice."""
    return {**instance, "x": instance[which], "y": instance[which]}


def network_variance(instance: Instance, layer: int, which: str = "x") -> Any:
    """Σ^(l)(x, x) of networks."""
    return network_covariance(alone(instance, which), layer)


def below(layer: int, top: int) -> int:
    """A layer that must be below the top one."""
    if not 1 <= layer < top:
        raise IndexError(f"l={layer}: expected a layer below {top}")
    return layer


# unit variance

UNIT_SHAPES = (
    *(("0,1", "1/2"), ("0,0,1", "1/3"), ("1,1", "1/2"), ("0,1,1", "1/8"), ("1,-1/2,1/3", "2/5"), ("0,1", "1")),
    *(("0,0,1", "1/4"), ("-1,0,1", "1/4"), ("0,1,1", "1/5")),
)
"""Coefficients of φ and a σ_w² that Assumption 2 admits; χ = σ_w² E[φ'(Z)²] is 1 for the last four."""

CUBIC = ("0,1,0,1/6", "2/5")

UNIT_PAIRS = (
    *((("1", "0"), ("3/5", "4/5")), (("1", "0"), ("1", "0")), (("3/5", "-4/5"), ("-3/5", "4/5"))),
    *((("1", "0", "0"), ("1/3", "2/3", "2/3")), (("-1",), ("1",))),
)
"""Two unit vectors: in the plane, the same one twice, antipodes, in space, on the line."""


def unit_instance(shape: str, weight: str, gamma_b2: str, count: int, pair: Any) -> Instance:
    """Two unit vectors under Assumption 2."""
    square = sum_of_squares(polynomial(f"polynomial({shape})"))
    given = (1 - Fraction(gamma_b2), Fraction(gamma_b2), Fraction(weight), 1 - Fraction(weight) * square)
    return {
        "activation": f"polynomial({shape})",
        **dict(zip(VARIANCES, map(str, given), strict=True)),
        "layers": count,
        **dict(zip("xy", map(list, pair), strict=True)),
    }


def sum_of_squares(coefficients: Sequence[Fraction]) -> Fraction:
    """E[f(Z)²] of a polynomial f."""
    found = pair_mean(coefficients, coefficients, fmpq(1), fmpq(1), fmpq(1))
    return Fraction(int(found.p), int(found.q))


def unit_cases(counts: Sequence[int], *more: tuple[str, str]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Assumption 2, without and with γ_b, for polynomial activations; more than 3 layers for affine ones."""

    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        cases = [
            (shape, weight, gamma, count)
            for count in counts
            for gamma in ("0", "1/3")
            for shape, weight in (*UNIT_SHAPES, *more)
            if count <= 3 or shape.count(",") == 1
        ]
        return [unit_instance(*case, UNIT_PAIRS[index % len(UNIT_PAIRS)]) for index, case in enumerate(cases)]

    return instances


def _is_unit(instance: Instance) -> bool:
    given = exact_variances(instance)
    square = sum_of_squares(polynomial(instance["activation"]))
    norms = [sum(map(mul, point, point), Fraction(0)) for point in inputs_of(instance)]
    return (
        given["gamma_w2"] + given["gamma_b2"] == 1
        and given["sigma_b2"] == 1 - given["sigma_w2"] * square
        and norms == [1, 1]
    )


UNIT = Hypothesis(
    r"\gamma_w^2+\gamma_b^2=1,\ \sigma_b^2=1-\sigma_w^2E[\phi^2]\ge0,\ \|x\|=1",
    _is_unit,
    tight=lambda i: Fraction(i["sigma_b2"]) == 0,
)


def off_unit(**changes: Any) -> Instance:
    """An instance outside Assumption 2."""
    return {**unit_instance("1,-1/2,1/3", "2/5", "1/3", 2, UNIT_PAIRS[0]), **changes}


UNIT_NORM = Hypothesis(r"\|x\|=\|y\|", lambda i: len({sum(map(mul, p, p), Fraction(0)) for p in inputs_of(i)}) == 1)
LONG: Instance = off_unit(x=["2", "0"])
LOUD: Instance = off_unit(sigma_w2="1")


def off_unit_cases(counts: Sequence[int], *more: str) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Two inputs of one norm, at variances that are not 1."""
    pairs = [(["3/5", "4/5"], ["1", "0"]), (["2", "1"], ["1", "-2"]), (["1", "0"], ["1", "0"]), (["1"], ["-1"])]

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        cases = enumerate(pair_cases(counts, more)(budget, rng))
        return [{**case, **dict(zip("xy", pairs[index // 2 % 4], strict=True))} for index, case in cases]

    return instances
