"""Exact Gaussian averages of polynomial networks, from the network itself.

With a polynomial activation the output f(x; theta) of equation (1) is a polynomial in all parameters. It is written
out over the rationals, differentiated with respect to every parameter, multiplied, summed and averaged monomial by
monomial. Every parameter theta stands in (1) only as z = s * theta, where s is one of gamma_w, gamma_b,
sigma_w / sqrt(m), sigma_b; so the ring has the variables z, d/dtheta = s d/dz, and E z^(2k) = s^(2k) (2k - 1)!!:
only the squares of the hyper-parameters are left, and they are rational.

The two inputs are x = (1, 0) and y = (c, s) with c^2 + s^2 = 1: unit vectors with correlation c; or two given vectors.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx, fmpq_poly

from eigenlaw.verify.networks import HyperParameters

Coefficients = tuple[Fraction, ...]
Inputs = tuple[Sequence[Fraction], Sequence[Fraction]]

_C, _S = 0, 1  # the first two variables of every ring


def mean_tangent_kernel(
    coefficients: Sequence[Fraction],
    hyper: HyperParameters,
    hidden_widths: Sequence[int] = (1,),
    output_bias: bool = True,
    inputs: Inputs | None = None,
) -> Coefficients:
    """Return E <grad f(x), grad f(y)> over standard normal parameters, as a polynomial in the correlation of x and y.

    It is the mean at the given widths, not the limit of wide networks; for one hidden layer it is the same for all
    widths. The cost grows fast with the depth, the widths and the degree: degree 6 in one hidden layer of width 1,
    or degree 2 in two hidden layers of width 2, take well under a second. Source: murray, equations (1) and (2).

    Args:
        coefficients: a_0, a_1, ... of the activation a_0 + a_1 u + a_2 u^2 + ...
        hyper: exact variances.
        hidden_widths: m_1, ..., m_L, each at least 1.
        output_bias: whether the output layer has its bias.
        inputs: two exact vectors of any norm and of one dimension, in place of those with correlation c.

    Returns:
        kappa_0, kappa_1, ...: the coefficients of c^p, without zeros at the end; the mean alone if inputs are given.

    Raises:
        ValueError: a width is below 1, or a variance is not an exact rational.

    Example:
        >>> unit = HyperParameters(Fraction(1), Fraction(0), Fraction(1), Fraction(0))
        >>> mean_tangent_kernel((Fraction(0), Fraction(0), Fraction(1)), unit)  # 4 c^2 + (1 + 2 c^2)
        (Fraction(1, 1), Fraction(0, 1), Fraction(6, 1))
    """
    if not hidden_widths or min(hidden_widths) < 1:
        raise ValueError(f"hidden_widths={tuple(hidden_widths)}: expected at least one width, all at least 1")
    f_x, f_y, variances = _outputs(coefficients, hyper, hidden_widths, output_bias, inputs)
    product = 0 * f_x
    for index, variance in enumerate(variances, start=2):
        if variance:
            product += variance * f_x.derivative(index) * f_y.derivative(index)
    return _mean(product, variances)


def mean_product(
    coefficients_f: Sequence[Fraction],
    coefficients_g: Sequence[Fraction],
    hyper: HyperParameters,
    coefficients: Sequence[Fraction] = (),
    hidden_widths: Sequence[int] = (),
    inputs: Inputs | None = None,
) -> Coefficients:
    """Return E[f(U) g(V)] for the preactivations U, V of a neuron at x, y, as a polynomial in the correlation of x, y.

    The neuron is in the layer above the hidden ones; without any it is in the first, and the mean is that of equation
    (11) at l = 2. Above hidden layers it is the mean at the given widths. Source: murray, equation (1).

    Args:
        coefficients_f: coefficients of f, constant term first.
        coefficients_g: coefficients of g, constant term first.
        hyper: exact variances.
        coefficients: those of the activation of the hidden layers.
        hidden_widths: m_1, ..., m_(l-1) for a neuron of layer l.
        inputs: two exact vectors of any norm and of one dimension, in place of those with correlation c.

    Returns:
        The coefficients of c^p, without zeros at the end; the mean alone if inputs are given.

    Raises:
        ValueError: a variance is not an exact rational.

    Example:
        >>> unit = HyperParameters(Fraction(1), Fraction(0), Fraction(1), Fraction(0))
        >>> mean_product((Fraction(0), Fraction(0), Fraction(1)), (Fraction(0), Fraction(0), Fraction(1)), unit)
        (Fraction(1, 1), Fraction(0, 1), Fraction(2, 1))
    """
    U, V, variances = _outputs(coefficients, hyper, hidden_widths, True, inputs)
    return _mean(_evaluated(coefficients_f, U) * _evaluated(coefficients_g, V), variances)


def polynomial_derivative(coefficients: Sequence[Fraction]) -> Coefficients:
    """Return the coefficients of the derivative of a polynomial; (0,) for a constant.

    Example:
        >>> polynomial_derivative((Fraction(1), Fraction(0), Fraction(3)))
        (Fraction(0, 1), Fraction(6, 1))
    """
    return _fractions(fmpq_poly([_rational(a) for a in coefficients]).derivative())


def _outputs(
    coefficients: Sequence[Fraction],
    hyper: HyperParameters,
    hidden_widths: Sequence[int],
    output_bias: bool,
    inputs: Inputs | None,
) -> tuple[Any, Any, list[fmpq]]:
    """Return the output at both inputs, as polynomials in c, s and the z, and the variance of each z."""
    widths = (2 if inputs is None else len(inputs[0]), *hidden_widths, 1)
    ring, variances = _ring(widths, hyper, output_bias)
    c, s, *z = ring.gens()
    if inputs is None:
        x, y = (ring.constant(1), ring.constant(0)), (c, s)
    else:
        x, y = (tuple(ring.constant(_rational(entry)) for entry in point) for point in inputs)
    return _network(x, z, widths, coefficients), _network(y, z, widths, coefficients), variances


def _ring(widths: Sequence[int], hyper: HyperParameters, output_bias: bool) -> tuple[Any, list[fmpq]]:
    """Return the ring of c, s and the scaled parameters z layer by layer, and the variance of each z.

    The order is that of a row of ``sample_parameters``: W^(1) row by row, b^(1), W^(2), ...
    """
    names, variances = ["c", "s"], []
    for layer, (fan_in, fan_out) in enumerate(pairwise(widths), start=1):
        weight = _rational(hyper.weight_variance(layer, fan_in))
        bias = _rational(hyper.bias_variance(layer) * (output_bias or layer < len(widths) - 1))
        names += [f"w{layer}_{i}_{j}" for i in range(fan_out) for j in range(fan_in)]
        names += [f"b{layer}_{i}" for i in range(fan_out)]
        variances += [weight] * (fan_out * fan_in) + [bias] * fan_out
    return fmpq_mpoly_ctx.get(tuple(names), Ordering.degrevlex), variances


def _network(x: Sequence[Any], z: Sequence[Any], widths: Sequence[int], coefficients: Sequence[Fraction]) -> Any:
    """Return the output of equation (1) at input x as a polynomial in the scaled parameters z."""
    f, start = list(x), 0
    for layer, (fan_in, fan_out) in enumerate(pairwise(widths), start=1):
        middle = start + fan_in * fan_out
        W, b = z[start:middle], z[middle : middle + fan_out]
        g = [sum((W[i * fan_in + j] * f[j] for j in range(fan_in)), b[i]) for i in range(fan_out)]
        f = g if layer == len(widths) - 1 else [_evaluated(coefficients, neuron) for neuron in g]
        start = middle + fan_out
    return f[0]


def _evaluated(coefficients: Sequence[Fraction], u: Any) -> Any:
    """Return the polynomial at u, by Horner's rule."""
    total = 0 * u
    for a in reversed(coefficients):
        total = total * u + _rational(a)
    return total


def _mean(polynomial: Any, variances: Sequence[fmpq]) -> Coefficients:
    """Average over the scaled parameters and put 1 - c^2 for s^2; the coefficients of the polynomial in c are left."""
    terms: dict[tuple[int, int], fmpq] = {}
    for exponents, coefficient in polynomial.to_dict().items():
        if any(exponent % 2 for exponent in exponents[2:]):
            continue
        place = int(exponents[_C]), int(exponents[_S])
        moment = coefficient
        for exponent, variance in zip(exponents[2:], variances, strict=True):
            if exponent:
                moment *= _gaussian_moment(int(exponent), variance)
        terms[place] = terms.get(place, fmpq(0)) + moment
    # s stands in y only, always beside a weight that x = (1, 0) does not meet: its power is even with that weight's
    total = fmpq_poly([0])
    for (power_c, power_s), moment in terms.items():
        half, odd = divmod(power_s, 2)
        assert not odd
        total += moment * fmpq_poly([0, 1]) ** power_c * fmpq_poly([1, 0, -1]) ** half
    return _fractions(total)


def _gaussian_moment(order: int, variance: fmpq) -> fmpq:
    """Return E z^(2k) = variance^k (2k - 1)!! for order 2k."""
    return variance ** (order // 2) * math.prod(range(order - 1, 0, -2))


def _rational(value: Any) -> fmpq:
    if isinstance(value, float):
        raise ValueError(f"coefficient={value}: expected an exact rational; give a Fraction")
    return fmpq(value.numerator, value.denominator)


def _fractions(polynomial: fmpq_poly) -> Coefficients:
    entries = tuple(Fraction(int(a.p), int(a.q)) for a in polynomial.coeffs())
    return entries or (Fraction(0),)
