"""Exact limits of wide networks with a polynomial activation, by two routes.

From networks: the mean over networks with finite widths is exact (``averages``), and given its hidden layer every
neuron above it is Gaussian, with a covariance that is a mean over the m neurons of that layer. So the mean of a
polynomial of degree D in that covariance is a polynomial in 1/m of degree D - 1; exact means at D widths give its value
at 1/m = 0. This reaches three weight layers, and any number of them when the activation is affine.

From the recursion: equations (11) and (12) of murray, layer by layer, with E[U^i V^j] of a Gaussian pair by Isserlis'
theorem.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_poly

from eigenlaw.verify.averages import Coefficients, Inputs, mean_product, mean_tangent_kernel, polynomial_derivative
from eigenlaw.verify.networks import HyperParameters


def wide_limit(mean: Callable[[int], Coefficients], degree: int) -> Coefficients:
    """Return the value at 1/m = 0 of the polynomial in 1/m that is mean(m) at the widths m = 1, ..., degree + 1.

    Example:
        >>> wide_limit(lambda m: (Fraction(5) + Fraction(2, m),), degree=1)
        (Fraction(5, 1),)
    """
    widths = range(1, degree + 2)
    found = {m: mean(m) for m in widths}
    total = [Fraction(0)] * max(map(len, found.values()))
    for m, entries in found.items():
        weight = math.prod((Fraction(m, m - other) for other in widths if other != m), start=Fraction(1))
        for index, entry in enumerate(entries):
            total[index] += weight * entry
    return tuple(total)


def limit_kernel(
    coefficients: Sequence[Fraction],
    hyper: HyperParameters,
    layers: int,
    *,
    output_bias: bool = True,
    inputs: Inputs | None = None,
) -> Coefficients:
    """Return the limit of E <grad f(x), grad f(y)> for wide hidden layers, from exact means of finite networks.

    Args:
        coefficients: a_0, a_1, ... of the activation.
        hyper: exact variances.
        layers: number of weight layers, 2 or 3; any number for an affine activation.
        output_bias: whether the output layer has its bias.
        inputs: two exact vectors, in place of unit vectors with correlation c.

    Returns:
        The coefficients of c^p; the limit alone if inputs are given.

    Raises:
        ValueError: more layers than this route reaches.

    Example:
        >>> unit = HyperParameters(Fraction(1), Fraction(0), Fraction(1), Fraction(0))
        >>> limit_kernel((Fraction(0), Fraction(1)), unit, layers=4)
        (Fraction(0, 1), Fraction(4, 1))
    """
    degree = len(coefficients) - 1
    _check_reach("layers", layers, 2, degree)

    def mean(width: int) -> Coefficients:
        hidden = (width, *[1] * (layers - 2))
        return mean_tangent_kernel(coefficients, hyper, hidden, output_bias, inputs)

    return mean(1) if layers == 2 else wide_limit(mean, degree - 1)


def limit_product(
    coefficients_f: Sequence[Fraction],
    coefficients_g: Sequence[Fraction],
    coefficients: Sequence[Fraction],
    hyper: HyperParameters,
    layer: int,
    inputs: Inputs | None = None,
) -> Coefficients:
    """Return the limit of E[f(U) g(V)] for wide hidden layers; U, V are preactivations of a neuron of a layer at x, y.

    Args:
        coefficients_f: coefficients of f, constant term first.
        coefficients_g: coefficients of g, constant term first.
        coefficients: those of the activation.
        hyper: exact variances.
        layer: 1 or 2; any for an affine activation.
        inputs: two exact vectors, in place of unit vectors with correlation c.

    Returns:
        The coefficients of c^p; the limit alone if inputs are given.

    Raises:
        ValueError: a layer that this route does not reach.

    Example:
        >>> unit = HyperParameters(Fraction(1), Fraction(0), Fraction(1), Fraction(0))
        >>> line, square = (Fraction(0), Fraction(1)), (Fraction(0), Fraction(0), Fraction(1))
        >>> limit_product(line, line, square, unit, layer=2)  # E[U^2 V^2] = 1 + 2 c^2
        (Fraction(1, 1), Fraction(0, 1), Fraction(2, 1))
    """
    _check_reach("layer", layer, 1, len(coefficients) - 1)

    def mean(width: int) -> Coefficients:
        hidden = (width, *[1] * (layer - 2)) if layer > 1 else ()
        return mean_product(coefficients_f, coefficients_g, hyper, coefficients, hidden, inputs)

    degree = (len(coefficients_f) + len(coefficients_g) - 2) // 2
    return mean(1) if layer == 1 else wide_limit(mean, max(degree - 1, 0))


def pair_mean(coefficients_f: Sequence[Any], coefficients_g: Sequence[Any], a: Any, c: Any, b: Any) -> Any:
    """Return E[f(U) g(V)] for centred Gaussian U, V with E U^2 = a, E UV = c, E V^2 = b, by Isserlis' theorem.

    Args:
        coefficients_f: exact coefficients of f, constant term first.
        coefficients_g: exact coefficients of g, constant term first.
        a: ``fmpq``.
        c: ``fmpq``, or a polynomial, then so is the mean.
        b: ``fmpq``.

    Example:
        >>> square = (fmpq(0), fmpq(0), fmpq(1))
        >>> pair_mean(square, square, fmpq(1), fmpq(1, 2), fmpq(2))  # ab + 2 c^2
        5/2
    """
    total = 0 * c
    for i, first in enumerate(coefficients_f):
        for j, second in enumerate(coefficients_g):
            if first and second and (i + j) % 2 == 0:
                total += _exact(first) * _exact(second) * _moment(i, j, a, c, b)
    return total


@dataclass(frozen=True)
class Layer:
    """The kernels of one layer of a wide network on unit vectors, as polynomials in their correlation.

    Attributes:
        variance: of the preactivations.
        covariance: of the preactivations, that is, Sigma of the layer.
        slope: the derivative kernel, Sigma-dot; 0 in the first layer, which has none.
        kernel: Theta of the layer.
    """

    variance: fmpq
    covariance: fmpq_poly
    slope: fmpq_poly
    kernel: fmpq_poly


def layer_kernels(coefficients: Sequence[Fraction], hyper: HyperParameters, layers: int) -> tuple[Layer, ...]:
    """Return the kernels of the layers 1, ..., layers by equations (11) and (12), with exact moments.

    Args:
        coefficients: a_0, a_1, ... of the activation.
        hyper: exact variances.
        layers: number of weight layers, at least 1.

    Example:
        >>> unit = HyperParameters(Fraction(1), Fraction(0), Fraction(1, 3), Fraction(0))
        >>> layer_kernels((Fraction(0), Fraction(0), Fraction(1)), unit, layers=2)[1].kernel
        2*x^2 + 1/3
    """
    slopes = polynomial_derivative(coefficients)
    weight, bias = _exact(hyper.sigma_w2), _exact(hyper.sigma_b2)
    first = fmpq_poly([_exact(hyper.gamma_b2), _exact(hyper.gamma_w2)])
    found = [Layer(first(fmpq(1)), first, fmpq_poly([0]), first)]
    for _ in range(layers - 1):
        q, c = found[-1].variance, found[-1].covariance
        covariance = weight * pair_mean(coefficients, coefficients, q, c, q) + bias
        slope = weight * pair_mean(slopes, slopes, q, c, q)
        variance = weight * pair_mean(coefficients, coefficients, q, q, q) + bias
        found.append(Layer(variance, covariance, slope, found[-1].kernel * slope + covariance))
    return tuple(found)


def _check_reach(name: str, value: int, first: int, degree: int) -> None:
    if value < first or (value > first + 1 and degree > 1):
        raise ValueError(f"{name}={value}: expected {first} or {first + 1}; more only for an affine activation")


def _moment(i: int, j: int, a: Any, c: Any, b: Any) -> Any:
    """Return E[U^i V^j]: the pairings in which r of the U meet a V, each counted once."""
    total = 0 * c
    for r in range(i % 2, min(i, j) + 1, 2):
        within, without = (i - r) // 2, (j - r) // 2
        denominator = math.factorial(r) * math.factorial(within) * math.factorial(without) * 2 ** (within + without)
        pairings = fmpq(math.factorial(i) * math.factorial(j), denominator)
        total += pairings * a**within * b**without * c**r
    return total


def _exact(value: Any) -> fmpq:
    return value if isinstance(value, fmpq) else fmpq(value.numerator, value.denominator)
