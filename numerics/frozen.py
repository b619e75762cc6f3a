"""A law as a frozen distribution in the manner of SciPy: float64 in and out, arrays of any shape."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import ArrayLike

from eigenlaw.numerics.law import Floats, Law, quantile
from eigenlaw.numerics.precision import bits_for, until_accurate
from eigenlaw.theory.errors import InputError

_DIGITS = 15
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(18)
_LEVELS = 2.0 ** -np.arange(54.0, 0.0, -1.0)


class Frozen:
    """A law with the methods of a frozen distribution of ``scipy.stats``; ``kstest`` and its like take it.

    Atoms are part of ``cdf``, ``sf``, ``ppf``, ``rvs`` and the moments; ``pdf`` is the density of the rest.

    Args:
        law: the law.

    Example:
        >>> from eigenlaw.numerics.semicircle import Semicircle
        >>> law = Frozen(Semicircle())
        >>> law.cdf(0), law.ppf([0.5, 1]), law.var()
        (0.5, array([0., 2.]), 1.0)
    """

    def __init__(self, law: Law) -> None:
        self.law = law

    def __repr__(self) -> str:
        return f"Frozen({self.law!r})"

    def pdf(self, x: ArrayLike) -> Any:
        """Return the density of the continuous part."""
        return _mapped(self.law.densities, x)

    def logpdf(self, x: ArrayLike) -> Any:
        """Return the logarithm of the density, −∞ outside the support."""
        with np.errstate(divide="ignore"):
            return np.log(self.pdf(x))

    def cdf(self, x: ArrayLike) -> Any:
        """Return P(X ≤ x)."""
        return _mapped(self.law.distributions, x)

    def sf(self, x: ArrayLike) -> Any:
        """Return P(X > x)."""
        return _mapped(self.law.survivals, x)

    def logcdf(self, x: ArrayLike) -> Any:
        """Return log P(X ≤ x)."""
        with np.errstate(divide="ignore"):
            return np.log(self.cdf(x))

    def logsf(self, x: ArrayLike) -> Any:
        """Return log P(X > x)."""
        with np.errstate(divide="ignore"):
            return np.log(self.sf(x))

    def ppf(self, q: ArrayLike) -> Any:
        """Return the quantile of q, the ends of the support for 0 and 1, NaN outside [0, 1]."""
        return _mapped(self.law.quantiles, q)

    def isf(self, q: ArrayLike) -> Any:
        """Return the x with P(X > x) = q, precise for small q."""
        return _mapped(self.law.upper_quantiles, q)

    def rvs(self, size: int | tuple[int, ...] | None = None, random_state: Any = None) -> Any:
        """Draw numbers of that shape; ``random_state`` is a seed, a ``numpy.random.Generator``, or None for fresh ones.

        Raises:
            InputError: a ``RandomState``, which draws otherwise than a ``Generator``.
        """
        if isinstance(random_state, np.random.RandomState):
            raise InputError.of("random_state", "RandomState", "expected a seed or a numpy.random.Generator")
        shape = (1,) if size is None else tuple(np.atleast_1d(size))
        drawn = self.law.sample(np.random.default_rng(random_state), int(np.prod(shape)))
        return float(drawn[0]) if size is None else drawn.reshape(shape)

    def moment(self, order: int) -> float:
        """Return E Xⁿ, by integration where the law knows no closed form.

        Raises:
            InputError: the order is negative.
        """
        if order < 0:
            raise InputError.of("order", order, "expected a moment of order 0 or more")
        try:
            return _float(lambda: self.law.moment(order))
        except InputError:
            return self.expect(lambda x: x**order)

    def mean(self) -> float:
        """Return E X."""
        return self.moment(1)

    def var(self) -> float:
        """Return E X² − (E X)², without cancellation where the moments are closed."""
        try:
            return _float(lambda: self.law.moment(2) - self.law.moment(1) ** 2)
        except InputError:
            mean = self.mean()
            return self.expect(lambda x: (x - mean) ** 2)

    def std(self) -> float:
        """Return the standard deviation."""
        return float(np.sqrt(self.var()))

    def stats(self, moments: str = "mv") -> tuple[float, ...]:
        """Return mean (m), variance (v), skewness (s) and excess kurtosis (k) as asked.

        Raises:
            InputError: a letter is not one of m, v, s, k.
        """
        return tuple(self._statistic(letter) for letter in moments)

    def _statistic(self, letter: str) -> float:
        if letter in "mv":
            return self.mean() if letter == "m" else self.var()
        if letter not in "sk":
            raise InputError.of("moments", letter, "expected letters of mvsk")
        mean, std = self.mean(), self.std()
        scaled = self.expect(lambda x: ((x - mean) / std) ** (3 if letter == "s" else 4))
        return scaled if letter == "s" else scaled - 3

    def median(self) -> float:
        """Return the median."""
        return _float(lambda: quantile(self.law, fmpq(1, 2)))

    def support(self) -> tuple[float, float]:
        """Return the ends of the support."""
        low, high = self.law.support()
        return float(low), float(high)

    def interval(self, confidence: float) -> tuple[Any, Any]:
        """Return the points that leave half of 1 − confidence at either side."""
        return self.ppf((1 - confidence) / 2), self.isf((1 - confidence) / 2)

    def expect(self, func: Callable[[Floats], Floats]) -> float:
        """Return E func(X) in float64, by Gauss' rule on panels whose probabilities shrink towards the ends."""
        atoms = sum(float(mass) * float(func(np.array([float(place)]))[0]) for place, mass in self.law.atoms())
        points, weights = self._rule
        return float(atoms + np.sum(func(points) * weights))

    @cached_property
    def _rule(self) -> tuple[Floats, Floats]:
        """Return points and weights, density included; atoms are taken to lie below the rest."""
        held = sum(float(mass) for _, mass in self.law.atoms())
        inner = (1 - held) * _LEVELS
        knots = np.concatenate([self.law.quantiles(held + inner), self.law.upper_quantiles(inner)[-2::-1]])
        half = np.diff(knots)[:, None] / 2
        points = (knots[:-1, None] + half * (1 + _NODES)).ravel()
        return points, (half * _WEIGHTS).ravel() * self.law.densities(points)

    def entropy(self) -> float:
        """Return −∫ p log p, the differential entropy of a law without atoms.

        Raises:
            InputError: the law has atoms.
        """
        if self.law.atoms():
            raise InputError.of("law", self.law.name, "expected a law without atoms for an entropy")
        return -self.expect(lambda x: np.log(np.maximum(self.law.densities(x), np.finfo(np.float64).tiny)))


def _mapped(function: Callable[[Floats], Floats], x: ArrayLike) -> Any:
    """Return the function of numbers of any shape: a number for a number."""
    points = np.asarray(x, np.float64)
    values = np.asarray(function(points.ravel())).reshape(points.shape)
    return values if points.ndim else float(values)


def _float(compute: Callable[[], Any]) -> float:
    (ball,), _ = until_accurate(lambda _: [compute()], _DIGITS, bits_for(_DIGITS) + 16, 1024)
    return float(ball if isinstance(ball, arb) else arb(ball))
