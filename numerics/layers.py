"""The kernels of every layer: one step a layer on a number or on a power series, at any variances.

On inputs of norm 1 with correlation ρ, (11)–(12) of Murray et al. 2023 are Σ^(1) = Θ^(1) = γ_w² ρ + γ_b² and

    Σ^(l+1) = σ_w² R(z_l) + σ_b²,   Θ^(l+1) = Θ^(l) σ_w² S(z_l) + Σ^(l+1),   z_l = Σ^(l)/q_l,

with R(z) = E[φ(U)φ(V)] and S(z) = E[φ'(U)φ'(V)] at the variance q_l of the pre-activations of layer l and correlation
z, q_1 = γ_w² + γ_b², q_{l+1} = σ_w² E[φ(√q_l Z)²] + σ_b². Everything that a step composes has coefficients ≥ 0 as a
power series in ρ, and z_l(1) = 1: nothing cancels, and the exponents whose coefficients vanish are known (``support``).
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flint import acb, arb, arb_series, ctx, fmpq

from eigenlaw.numerics import support
from eigenlaw.numerics.correlation import Correlation, SeriesCorrelation, coefficients_of, exact, series_terms
from eigenlaw.numerics.derivative import require_derivative
from eigenlaw.numerics.dual import ClosedDual, closed_dual
from eigenlaw.numerics.dual_integrals import IntegralDual, integral_dual
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.hermite_dual import HermiteDual
from eigenlaw.numerics.recurrences import rational
from eigenlaw.numerics.second_moments import LONGEST, short_second_moment
from eigenlaw.numerics.variances import Variances
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

Dual = ClosedDual | IntegralDual | HermiteDual


def dual_of(activation: Activation, variance: Any) -> Dual:
    """Return the dual of φ at a variance: in closed form, by integrals, or as Hermite series."""
    return closed_dual(activation, variance) or integral_dual(activation, variance) or HermiteDual(activation, variance)


@dataclass(frozen=True)
class LayeredKernel:
    """The NTK of a network with any number of layers; every method computes at the working precision, with radii.

    Attributes:
        activation: φ.
        variances: the hyper-parameters.
        layers: l, the number of weight layers, at least 1.
        certified: whether φ is proved to be free of jumps; every radius is a proof then.
    """

    activation: Activation
    variances: Variances
    layers: int
    certified: bool
    _duals: dict[Any, Dual] = field(default_factory=dict, repr=False, compare=False)
    _stages: dict[int, list[tuple[Any, Dual]]] = field(default_factory=dict, repr=False, compare=False)

    def value(self, rho: Any) -> Any:
        """Return Θ^(l)(ρ).

        Args:
            rho: a rational in [−1, 1], both ends included; an ``arb`` of a number in [−1, 1]; or, where
                ``takes_complex``, an ``acb``: the recursion with principal roots, which continues Θ^(l) from the
                interval (−1, 1) as long as no correlation z_l crosses the cuts (−∞, −1] and [1, ∞).
        """
        return self._at(rho)[0]

    def covariance(self, rho: Any) -> Any:
        """Return Σ^(l)(ρ), ρ as in ``value``."""
        return self._at(rho)[1]

    def slope(self, rho: Any) -> Any:
        """Return Σ̇^(l)(ρ) = σ_w² E[φ'(U)φ'(V)], ρ as in ``value``, l ≥ 2."""
        return self._at(rho)[2]

    @property
    def duals(self) -> list[Dual]:
        """The duals in use, that of the first layer first."""
        if not self._duals and self.layers > 1:
            self._duals[self.variances.variance] = dual_of(self.activation, self.variances.variance)
        return list(self._duals.values())

    @property
    def takes_complex(self) -> bool:
        """Whether ``value`` takes complex balls: the dual activation is known in closed form."""
        return all(isinstance(dual, ClosedDual) for dual in self.duals)

    def _at(self, rho: Any) -> tuple[Any, Any, Any]:
        """Return Θ^(l)(ρ), Σ^(l)(ρ) and Σ̇^(l)(ρ)."""
        if not isinstance(rho, arb | acb):
            rho = exact(correlation_in_range(rho))
        if isinstance(rho, acb) and not self.takes_complex:
            raise InputError.of("rho", rho, "expected a real correlation: the dual activation is not in closed form")
        sigma_w2, sigma_b2 = self.sigmas
        if (constant := self._constant()) is not None:
            return _ball(constant), _ball(constant), arb(0)
        theta = covariance = first = exact(self.variances.gamma_w2) * rho + exact(self.variances.gamma_b2)
        z, rate = None, arb(0)
        for q, dual in self.stages():
            z = Correlation(first / exact(q)) if z is None else self._next(z, covariance, q)
            value, slope = dual.pair(z)
            covariance, rate = sigma_w2 * value + sigma_b2, sigma_w2 * slope
            theta = theta * rate + covariance
        return _ball(theta), _ball(covariance), _ball(rate)

    @property
    def sigmas(self) -> tuple[Any, Any]:
        """(σ_w², σ_b²) as FLINT's rationals if both are rational, else as balls at the working precision."""
        found = self.variances.exact
        if found is not None:
            return exact(found[0]), exact(found[1])
        return self.variances.sigma_w2_ball(), self.variances.sigma_b2_ball()

    def series(self, order: int) -> list[Any]:
        """Return κ_0 … κ_order of Θ^(l)(ρ) = Σ κ_p ρ^p, γ_w > 0; zero with radius zero where that is proved."""
        gamma_w2, gamma_b2 = self.variances.gamma_w2, self.variances.gamma_b2
        with series_terms(max(order, 1) + 1):
            if (constant := self._constant()) is not None:
                return coefficients_of(arb_series([_ball(constant)]), order)
            theta = arb_series([rational(gamma_b2), rational(gamma_w2)])
            return coefficients_of(_Run(self, max(order, 1)).through(theta), order)

    def stages(self) -> list[tuple[Any, Dual]]:
        """Return q_l and the dual at variance q_l for l = 1 … layers − 1."""
        if ctx.prec not in self._stages:
            out = []
            q: Any = self.variances.variance
            for layer in range(1, self.layers):
                key = q if isinstance(q, Fraction) else (ctx.prec, layer)
                if key not in self._duals:
                    self._duals[key] = dual_of(self.activation, q)
                out.append((q, self._duals[key]))
                if layer + 1 < self.layers:
                    q = self._next_variance(q, self._duals[key])
            self._stages[ctx.prec] = out
        return self._stages[ctx.prec]

    def _constant(self) -> Any:
        """Return Θ^(l) = Σ^(l) = σ_w² c² + σ_b² where φ = c, or where σ_w = 0, l ≥ 2; else None."""
        squares = support.exact_squares(self.activation, Fraction(1))
        if self.layers == 1 or not (self.variances.sigma_w2 == 0 or (squares is not None and not any(squares[1:]))):
            return None
        sigma_w2, sigma_b2 = self.sigmas
        return sigma_b2 if squares is None else sigma_w2 * squares[0] + sigma_b2

    def _next_variance(self, q: Any, dual: Dual) -> Any:
        """Return q_{l+1}, a rational where it is known to be one."""
        if self.variances.normalised and q == 1:
            return q
        if isinstance(q, Fraction) and self.variances.exact is not None:
            moment = short_second_moment(self.activation, q)
            if moment is not None:
                sigma_w2, sigma_b2 = self.variances.exact
                return sigma_w2 * moment + sigma_b2
        return self.variances.sigma_w2_ball() * dual.value(Fraction(1)) + self.variances.sigma_b2_ball()

    def _next(self, z: Correlation, covariance: Any, q: Any) -> Correlation:
        """Return z_{l+1}, exact at the ends."""
        if z.end == 1 or (z.end == -1 and self.activation.parity == "even"):
            return Correlation(Fraction(1))
        if z.end == -1 and self.activation.parity == "odd" and self.variances.sigma_b2 == 0:
            return Correlation(Fraction(-1))
        found = covariance / exact(q)
        return Correlation(arb(found) if isinstance(found, fmpq) and found.q.bit_length() > LONGEST else found)


class _Run:
    """The recursion on power series; FLINT's cap holds the order."""

    def __init__(self, kernel: LayeredKernel, order: int) -> None:
        self.kernel, self.order = kernel, order
        self.sigma_w2, self.sigma_b2 = kernel.sigmas

    def through(self, theta: Any) -> Any:
        """Return Θ^(l) from Θ^(1)."""
        covariance = theta
        known = theta_known = support.exponents(coefficients_of(theta, self.order))
        for layer, (q, dual) in enumerate(self.kernel.stages()):
            if layer == 0 and not self.kernel.variances.gamma_b2:
                squares = self._squares(q, dual)
                covariance = self._shifted(arb_series(squares))
                theta = self._shifted(arb_series([(p + 1) * square for p, square in enumerate(squares)]))
                known = theta_known = support.exponents(coefficients_of(covariance, self.order))
                continue
            start = Correlation(self.kernel.variances.gamma_b2 / q) if layer == 0 else None
            z = SeriesCorrelation(covariance * (1 / exact(q)), start)
            if not (z.start.z < 1 and q > 0):  # more bits are needed to tell
                return arb_series([arb("nan")] * (self.order + 1))
            value, slope = dual.composed(z)
            covariance = self._shifted(value)
            theta = theta * (slope * self.sigma_w2) + covariance
            value_known, slope_known = support.composed_duals(self.kernel.activation, q, known, self.order)
            known = value_known | (self.sigma_b2 != 0)
            theta_known = support.sums(theta_known, slope_known, self.order) | known
            covariance, theta = self._blanked(covariance, known), self._blanked(theta, theta_known)
        return theta

    def _shifted(self, value: Any) -> Any:
        return value * self.sigma_w2 + self.sigma_b2

    def _squares(self, q: Fraction, dual: Dual) -> list[Any]:
        """Return μ_0² … μ_order² of x ↦ φ(√q x)."""
        if isinstance(dual, HermiteDual):
            return dual.squares(self.order)
        return [mu * mu for mu in hermite_sweep(self.kernel.activation, self.order, ctx.prec, q)]

    def _blanked(self, series: Any, known: int) -> Any:
        """Return the series with exact zeros where the coefficients vanish."""
        if known == support.everything(self.order):
            return series
        found = coefficients_of(series, self.order)
        return arb_series([c if known >> p & 1 else arb(0) for p, c in enumerate(found)])


def layered_kernel(activation: Activation, variances: Variances, layers: int = 2) -> LayeredKernel:
    """Return the NTK of a network.

    Args:
        activation: φ.
        variances: the hyper-parameters, from ``hyper_parameters``.
        layers: the number of weight layers, at least 1.

    Raises:
        InputError: if φ has a jump or ``layers`` is less than 1; the methods raise it if φ or φ' cannot be shown to be
            in L²(γ).

    Example:
        >>> from eigenlaw.numerics.variances import hyper_parameters
        >>> from eigenlaw.theory.activations import activation
        >>> relu = activation("relu")
        >>> kernel = layered_kernel(relu, hyper_parameters(relu, digits=15), 3)
        >>> kernel.value(Fraction(1)).overlaps(arb(7) / 4)
        True
    """
    if layers < 1:
        raise InputError.of("layers", layers, "expected an integer of at least 1")
    return LayeredKernel(activation, variances, layers, require_derivative(activation))


def _ball(value: Any) -> Any:
    return arb(value) if isinstance(value, fmpq) else value


def correlation_in_range(rho: Any) -> Fraction:
    """Return ρ as a Fraction in [−1, 1]."""
    at = Fraction(int(rho.p), int(rho.q)) if isinstance(rho, fmpq) else Fraction(rho)
    if not -1 <= at <= 1:
        raise InputError.of("rho", rho, "expected a rational from -1 to 1")
    return at
