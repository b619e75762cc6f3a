"""The limit NTK of any depth off the segment [−1, 1], for activations with a closed dual.

Smooth activations: erf, gelu, gaussian, sin, cos, exp, polynomials. R_v and S_v are analytic in the correlation z
where f z avoids the cuts (−∞, −1] and [1, ∞), f from ``_reach``; f = 0 for entire functions. So the recursion (11)–(12)
of Murray et al. 2023 is run on complex ρ as it stands. The coefficients κ_p are not negative: a finite value at real
r > 1 shows that the series converges there, and κ_p ≤ Θ(r) r^{−p}.

Activations with a kink: relu, leaky_relu, abs, rectified_monomial. R and S are singular at z = ±1 but entire functions
of the angle θ, z = cos θ, and R_v = v^n R_1, S_v = v^{n−1} S_1. The next angle is an analytic function of this one also
at the end θ = 0: with q' = σ_w² R_q(1) + σ_b² the next correlation is z' = (σ_w² R_q(z) + σ_b²)/q', and

    1 − z' = s (R_1(1) − R_1(cos θ)) = s θ² g(θ),   s = σ_w² q^n/q',   g(θ) = ∫_0^1 t S_1(cos tθ) sinc(tθ) dt

by dR_1/dz = S_1; g is entire and g(0) > 0. As 1 − cos θ' = 2 sin²(θ'/2),

    θ' = 2 arcsin y,   y = θ √(s g(θ)/2),   dθ'/dθ = s S_1 sin θ/sin θ' = s S_1 sinc θ/(2 √(s g/2) √(1−y²)),

without a square root of something that vanishes at 0. The first layer has y = √(γ_w²/v) sin(θ/2), or θ' = θ if γ_b = 0.
At real angles s g > 0 and 0 ≤ y < 1.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from flint import acb, arb, ctx

from eigenlaw.numerics.correlation import Correlation
from eigenlaw.numerics.dual import ClosedDual, closed_dual
from eigenlaw.numerics.layers import LayeredKernel
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.recurrences import rational
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

_ROUGH_BITS = 64
_NEAR = 0.35
"""Boxes within this distance of θ = 0 take g and sinc from means, the others from quotients."""


class _Angle(Correlation):
    """The correlation cos θ, θ a real or complex ball."""

    def __init__(self, theta: Any) -> None:
        self.exact = None
        self.sine, self.z = theta.sin_cos()
        self.angle, self.arcsine = arb.pi() - theta, arb.pi() / 2 - theta


def off_cuts(z: Any) -> bool:
    """Tell whether a ball surely avoids (−∞, −1] and [1, ∞)."""
    real, imaginary = (z.real, z.imag) if isinstance(z, acb) else (z, arb(0))
    return bool(abs(real) < 1) or not imaginary.contains(0)


def _arcsine(z: Any) -> Any:
    return z.asin() if off_cuts(z) else z + arb("nan")


def _root(z: Any) -> Any:
    return z.sqrt(analytic=True) if isinstance(z, acb) else z.sqrt()


def _inverse_root(box: Any) -> Any:
    """Return 1/√z on a complex box by the mean-value theorem, finite only off (−∞, 0]."""
    rough, middle = box.rsqrt(analytic=True), box.mid()
    return middle.rsqrt() - rough / (2 * box) * (box - middle)


def _reach(activation: Activation, v: Any) -> Any:
    """Return f such that R_v and S_v are analytic where f z is off the cuts; 0 for entire functions."""
    match activation.family:
        case "erf":
            t = 2 * rational(activation.parameters[0] ** 2) * v
            return t / (1 + t)
        case "gelu":
            return v / (1 + v)
        case "gaussian":
            return v / (rational(activation.parameters[0] ** 2) + v)
        case _:
            return arb(0)


@dataclass(frozen=True)
class Step:
    """What is known of one layer on a box of angles.

    Attributes:
        value: R_1(cos θ).
        slope: S_1(cos θ).
        image: θ'.
    """

    value: Any
    slope: Any
    image: Any


class AnalyticKernel:
    """Θ^(l) as an analytic function of the angle and, for smooth activations, of the correlation.

    Every method computes at the working precision.

    Attributes:
        kernel: Θ^(l) on [−1, 1].
        smooth: whether Θ is analytic at ρ = ±1.
        power: n of the module's docstring; 1 for smooth activations.
        biased: whether γ_b > 0.
    """

    def __init__(self, kernel: LayeredKernel) -> None:
        self.kernel, activation = kernel, kernel.activation
        self.smooth = kernel.layers == 1 or not activation.breakpoints
        self.power = int(activation.parameters[0]) if activation.family == "rectified_monomial" else 1
        self.biased = bool(kernel.variances.gamma_b2)
        self._known: dict[int, tuple[Any, ...]] = {}
        self._tops: dict[int, Any] = {}

    def at_angle(self, theta: Any) -> Any:
        """Return Θ(cos θ) at a real number θ; for smooth activations also on a complex box, as ``at_correlation``."""
        if self.smooth:
            return self.at_correlation(theta.cos())
        gamma_w2, gamma_b2, sigma_w2, sigma_b2, *scales = self.constants()
        total = gamma_w2 * theta.cos() + gamma_b2
        theta = self._first(theta)
        for q, share in zip(scales, [*self.shares(), None], strict=True):
            value, slope = self._unit.pair(_Angle(theta))
            total = sigma_w2 * q**self.power * (total * slope / q + value) + sigma_b2
            if share is not None:
                theta = self._advanced(theta, value, slope, share)
        return total

    def at_correlation(self, rho: Any) -> Any:
        """Return Θ(ρ) for smooth activations and a real or complex ball ρ, finite only if Θ is analytic on it."""
        gamma_w2, gamma_b2, sigma_w2, sigma_b2, *scales = self.constants()
        covariance = total = gamma_w2 * rho + gamma_b2
        for q, (_, dual) in zip(scales, self.kernel.stages(), strict=True):
            z = covariance / q
            free = off_cuts(_reach(self.kernel.activation, q) * z)
            value, slope = dual.pair(Correlation(z if free else z + arb("nan")))
            covariance = sigma_w2 * value + sigma_b2
            total = sigma_w2 * total * slope + covariance
        return total

    def constants(self) -> tuple[Any, ...]:
        """Return γ_w², γ_b², σ_w², σ_b² and q_1 … q_{l−1}, the variances of the pre-activations, as balls."""
        if ctx.prec not in self._known:
            given = self.kernel.variances
            scales = [rational(q) for q, _ in self.kernel.stages()]
            known = rational(given.gamma_w2), rational(given.gamma_b2), given.sigma_w2_ball(), given.sigma_b2_ball()
            self._known[ctx.prec] = *known, *scales
        return self._known[ctx.prec]

    def shares(self) -> list[Any]:
        """Return s of the module's docstring for the layers that have a next angle."""
        _, _, sigma_w2, _, *scales = self.constants()
        return [sigma_w2 * q**self.power / following for q, following in pairwise(scales)]

    def first_on_box(self, box: Any) -> Any:
        """Return a box that contains the first angles for all θ of a complex box, finite only if y is off the cuts."""
        root, middle = self._first_root(), box.mid()
        y = root * (box / 2).sin()
        return self._first(middle) + root * (box / 2).cos() * _inverse_root(1 - y * y) * (box - middle)

    def step_on_box(self, box: Any, share: Any) -> Step:
        """Return the layer on a complex box, its image finite only if s g is off (−∞, 0] and y off its cuts.

        Everything is enclosed by the mean-value theorem, with g' = (S_1 sinc θ − 2g)/θ. Near 0 sinc is enclosed as the
        mean of cos tθ over [0, 1], and g as in the module's docstring, both over the hull of 0 and the box.
        """
        angle, middle = _Angle(box), box.mid()
        value, slope = self._unit.pair(angle)
        if share is None:
            return Step(value, slope, box)
        spread, start = box - middle, self._unit.pair(_Angle(middle))[0]
        if box.abs_upper() < _NEAR:
            hull = _Angle(acb(0).union(box))
            sinc, rise = hull.z, self._unit.pair(hull)[1] * hull.z / 2
        else:
            sinc, rough = angle.sine / box, (self._top - value) / (box * box)
            rise = (self._top - start) / (middle * middle) + (slope * sinc - 2 * rough) / box * spread
        y2 = box * box * share * rise / 2
        derivative = share * slope * sinc * _inverse_root(2 * share * rise) * _inverse_root(1 - y2)
        return Step(value, slope, self._next(middle, start, share) + derivative * spread)

    @cached_property
    def _unit(self) -> ClosedDual:
        found = closed_dual(self.kernel.activation)
        if found is None:
            raise InputError.of("activation", self.kernel.activation.name, "expected one with a closed dual")
        return found

    @property
    def _top(self) -> Any:
        """Return R_1(1)."""
        if ctx.prec not in self._tops:
            self._tops[ctx.prec] = self._unit.value(1)
        return self._tops[ctx.prec]

    def _first_root(self) -> Any:
        return rational(self.kernel.variances.gamma_w2 / self.kernel.variances.variance).sqrt()

    def _first(self, theta: Any) -> Any:
        return 2 * _arcsine(self._first_root() * (theta / 2).sin()) if self.biased else theta

    def _advanced(self, theta: Any, value: Any, slope: Any, share: Any) -> Any:
        """Return θ' for a real ball θ, by the mean-value theorem: a ball of z loses a factor 1/θ in every layer."""
        middle = theta.mid()
        image = self._next(middle, self._unit.pair(_Angle(middle))[0], share)
        with working(_ROUGH_BITS):
            derivative = share * slope * theta.sin() / self._next(theta, value, share).sin()
        return image + derivative * (theta - middle) if derivative.is_finite() else self._next(theta, value, share)

    def _next(self, theta: Any, value: Any, share: Any) -> Any:
        """Return θ' from θ and R_1(cos θ)."""
        return 2 * _arcsine(theta * _root(share * (self._top - value) / (2 * theta * theta)))


def analytic_kernel(kernel: LayeredKernel) -> AnalyticKernel | None:
    """Return the continuation of a kernel, None without a closed dual.

    Example:
        >>> from fractions import Fraction
        >>> from eigenlaw.numerics.layers import layered_kernel
        >>> from eigenlaw.numerics.variances import hyper_parameters
        >>> from eigenlaw.theory.activations import activation
        >>> relu = activation("relu")
        >>> found = analytic_kernel(layered_kernel(relu, hyper_parameters(relu, digits=15), 3))
        >>> found is not None and found.at_angle(arb.pi() / 2).overlaps(found.kernel.value(Fraction(0)))
        True
    """
    return AnalyticKernel(kernel) if kernel.takes_complex else None
