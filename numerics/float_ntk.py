"""The power series of the NTK in float64: every coefficient to 1e-12, relatively, up to order 2000 and 10 layers.

Every series of a kernel has coefficients ≥ 0. So the recurrences below add and multiply numbers of one sign and nothing
cancels, where an FFT would lose all digits of the small coefficients. With t = b z, u = 1/√(1−t²) solves
(1−t²) u' = t t' u, that is, with w = t²,

    (1−w_0) n u_n = Σ_{k=1}^n (n − k/2) w_k u_{n−k},

arcsin t has the derivative t' u, cosh and sinh of t are integrals of t' times each other, and for R(z) = E[φ(U)φ(V)],
S(z) = E[φ'(U)φ'(V)] at variance v, R∘z = R(z_0) + v ∫ z' S∘z. What happens at ρ = 0, 1 − z_0² above all, is computed in
balls and then rounded: an error there would move the singularity, and n times it would be the error at index n.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import arb

from eigenlaw.numerics.correlation import Correlation, exact
from eigenlaw.numerics.dual import ClosedDual, closed_dual
from eigenlaw.numerics.layers import layered_kernel
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.variances import Variances
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.activations import activation as named
from eigenlaw.theory.errors import InputError

Series = npt.NDArray[np.float64]

_BITS = 160


def _rounded(ball: Any) -> float:
    return float(arb(ball).mid())


def product(left: Series, right: Series) -> Series:
    """Return the product of two power series of one order, each term multiplied out.

    Example:
        >>> product(np.array([1.0, 2.0, 0.0]), np.array([1.0, 1.0, 1.0])).tolist()
        [1.0, 3.0, 3.0]
    """
    return np.convolve(left, right)[: len(left)]


@dataclass(frozen=True)
class _Correlation:
    """The correlation z of a layer as a power series with coefficients ≥ 0, and z_0 as a ball."""

    z: Series
    start: Correlation

    @cached_property
    def indices(self) -> Series:
        return np.arange(len(self.z), dtype=np.float64)

    def integral(self, slope: Series, first: Any = 0) -> Series:
        """Return first + ∫ z' slope."""
        out = product(self.indices * self.z, slope)
        out[1:] /= self.indices[1:]
        out[0] = _rounded(first)
        return out

    def inverse(self, factor: Any = 1) -> Series:
        """Return 1/√(1−t²), t = factor·z, by the recurrence of the module."""
        at = self.start.scaled(factor)
        squares = _rounded(arb(exact(factor)) ** 2) * product(self.z, self.z)
        gap, backwards = _rounded(at.sine**2), squares[::-1].copy()
        out, weighted = np.zeros_like(self.z), np.zeros_like(self.z)
        out[0] = _rounded(at.inverse)
        for n in range(1, len(out)):
            window = backwards[-n - 1 : -1]
            out[n] = (n * (window @ out[:n]) + window @ weighted[:n]) / (2 * n * gap)
            weighted[n] = n * out[n]
        return out

    def step(self) -> Series:
        """Return (π/2 + arcsin z)/(2π)."""
        two_pi = 2 * arb.pi()
        return self.integral(self.inverse() / _rounded(two_pi), self.start.angle / two_pi)

    def waves(self, rate: Any) -> tuple[Series, Series]:
        """Return cosh(rate z) and sinh(rate z)."""
        up, down = self.start.exponential(rate), self.start.exponential(-rate)
        even, odd = np.zeros_like(self.z), np.zeros_like(self.z)
        even[0], odd[0] = _rounded((up + down) / 2), _rounded((up - down) / 2)
        steps = (_rounded(rate) * self.indices * self.z)[::-1].copy()
        for n in range(1, len(even)):
            window = steps[-n - 1 : -1]
            even[n], odd[n] = window @ odd[:n] / n, window @ even[:n] / n
        return even, odd


Slope = Callable[..., Series]
"""S∘z, but for its constant term, as a function of the correlation, the variance and the activation's parameters."""


def _leaky_relu(c: _Correlation, v: Any, a: Any) -> Series:
    return _rounded((1 - a) ** 2) * c.step()


def _rectified(c: _Correlation, v: Any, n: Any) -> Series:
    """Return n² D_{n−1}, D_k = E[max(U,0)^k max(V,0)^k], D_k' = k² D_{k−1}."""
    out = c.step()
    for k in range(1, int(n)):
        out = c.integral(_rounded(k * k * v) * out, _closed(named(f"rectified_monomial({k})"), v).laws[0](c.start))
    return int(n) ** 2 * out


def _erf(c: _Correlation, v: Any, a: Any) -> Series:
    b = 2 * a * a * v / (1 + 2 * a * a * v)
    return _rounded(2 * b / (v * arb.pi())) * c.inverse(b)


def _gelu(c: _Correlation, v: Any) -> Series:
    factor = v / (1 + v)
    inverse = c.inverse(factor)
    bells = _rounded(2 / (1 + v)) * inverse + product(product(inverse, inverse), inverse) / _rounded((1 + v) ** 2)
    return _rounded(factor / (2 * arb.pi())) * (c.integral(inverse) + product(c.z, bells))


def _gaussian(c: _Correlation, v: Any, s: Any) -> Series:
    total = s * s + v
    inverse = c.inverse(v / total)
    return _rounded(v / (2 * arb.pi() * total**3)) * product(c.z, product(inverse, product(inverse, inverse)))


def _wave(which: int) -> Slope:
    def slope(c: _Correlation, v: Any, a: Any) -> Series:
        rate = a * a * v
        return _rounded((-arb(rate)).exp() * a * a) * c.waves(rate)[which]

    return slope


def _exponential(c: _Correlation, v: Any, a: Any) -> Series:
    rate = a * a * v
    return _rounded(arb(rate).exp() * a * a) * np.add(*c.waves(rate))


_SLOPES: dict[str, Slope] = {
    "relu": lambda c, v: c.step(),
    "leaky_relu": _leaky_relu,
    "abs": lambda c, v: 4 * c.step(),
    "rectified_monomial": _rectified,
    "erf": _erf,
    "gelu": _gelu,
    "gaussian": _gaussian,
    "sin": _wave(0),
    "cos": _wave(1),
    "exp": _exponential,
}


def _closed(activation: Activation, variance: Any) -> ClosedDual:
    found = closed_dual(activation, variance)
    if found is None or (found.squares is None and activation.family not in _SLOPES):
        known = ", ".join(sorted(_SLOPES))
        raise InputError.of("activation", activation.name, f"expected a polynomial or one of {known}")
    return found


def _slope(activation: Activation, dual: ClosedDual, c: _Correlation) -> Series:
    """Return S∘z but for its constant term."""
    if dual.squares is None:
        return _SLOPES[activation.family](c, dual.variance, *map(exact, activation.parameters))
    total = np.zeros_like(c.z)
    for k in range(len(dual.squares) - 1, 0, -1):
        total = product(total, c.z)
        total[0] += _rounded(k * dual.squares[k] / dual.variance)
    return total


def float_coefficients(activation: Activation, order: int, variances: Variances, layers: int = 2) -> Series:
    """Return κ_0 … κ_order of Θ^(l)(ρ) = Σ κ_p ρ^p in float64.

    The error is at most 1e-12 of each coefficient for order ≤ 2000, layers ≤ 10, γ_b² ≤ 1/2: an estimate, from
    comparison with balls. Coefficients below 1e-290 may underflow.

    Args:
        activation: φ, a polynomial or one whose dual has a closed form.
        order: the last p, at least 0.
        variances: the hyper-parameters, from ``hyper_parameters``, γ_w and σ_w positive.
        layers: l, the number of weight layers, at least 1.

    Returns:
        Shape (order + 1,).

    Raises:
        InputError: for an argument out of range, or an activation with a jump or without a closed dual.

    Example:
        >>> from eigenlaw.numerics.variances import hyper_parameters
        >>> relu = named("relu")
        >>> float_coefficients(relu, 3, hyper_parameters(relu, digits=15), 3).round(6).tolist()
        [1.100266, 0.308283, 0.165289, 0.035118]
    """
    if order < 0:
        raise InputError.of("order", order, "expected an integer of at least 0")
    for name, value in (("gamma_w2", variances.gamma_w2), ("sigma_w2", variances.sigma_w2)):
        if not value > 0:
            raise InputError.of(name, value, "expected a positive number")
    kernel = layered_kernel(activation, variances, layers)
    covariance = np.zeros(order + 1)
    covariance[:2] = [float(variances.gamma_b2), float(variances.gamma_w2)][: order + 1]
    theta = covariance.copy()
    with working(_BITS):
        sigma_w2, sigma_b2 = variances.sigma_w2_ball(), variances.sigma_b2_ball()
        at_zero = exact(variances.gamma_b2)
        for q, _ in kernel.stages():
            dual = _closed(activation, q)
            c = _Correlation(covariance / _rounded(exact(q)), Correlation(at_zero / exact(q)))
            slope = _slope(activation, dual, c)
            value, slope[0] = dual.laws[0](c.start), _rounded(dual.slope(c.start.z))
            at_zero = sigma_w2 * value + sigma_b2
            covariance = c.integral(_rounded(sigma_w2 * exact(q)) * slope, at_zero)
            theta = product(theta, _rounded(sigma_w2) * slope) + covariance
    return theta
