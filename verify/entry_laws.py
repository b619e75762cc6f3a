"""Laws of the independent entries of a random matrix, of mean 0 and variance 1: exact moments, and draws."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq, fmpz
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EntryLaw:
    """A law of mean 0 and variance 1.

    Attributes:
        moment: k ↦ E X^k, exact.
        draw: independent numbers of a shape.
    """

    moment: Callable[[int], Any]
    draw: Callable[[np.random.Generator, tuple[int, ...]], Floats]


def _even(moment: Callable[[int], Any]) -> Callable[[int], Any]:
    """Return the moments of a symmetric law from those of order 2j."""
    return lambda k: moment(k // 2) if k % 2 == 0 else fmpq(0)


def _sparse(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return np.asarray(np.where(rng.random(shape) < 0.25, 2.0, 0.0) * rng.choice([-1.0, 1.0], shape), np.float64)


def _laplace(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return np.asarray(rng.laplace(0, math.sqrt(0.5), shape), np.float64)


ENTRY_LAWS: dict[str, EntryLaw] = {
    "gaussian": EntryLaw(
        _even(lambda j: fmpq(fmpz.fac_ui(2 * j), 2**j * fmpz.fac_ui(j))),
        lambda rng, shape: rng.standard_normal(shape),
    ),
    "uniform": EntryLaw(
        _even(lambda j: fmpq(3**j, 2 * j + 1)),
        lambda rng, shape: rng.uniform(-np.sqrt(3), np.sqrt(3), shape),
    ),
    "signs": EntryLaw(_even(lambda j: fmpq(1)), lambda rng, shape: rng.choice([-1.0, 1.0], shape)),
    "laplace": EntryLaw(_even(lambda j: fmpq(fmpz.fac_ui(2 * j), 2**j)), _laplace),
    "sparse": EntryLaw(_even(lambda j: fmpq(4**j, 4 if j else 1)), _sparse),
    "skewed": EntryLaw(
        lambda k: (fmpq(2) ** k + 4 * fmpq(-1, 2) ** k) / 5,
        lambda rng, shape: rng.choice([2.0, -0.5], shape, p=[0.2, 0.8]),
    ),
}
"""Gaussian; uniform on (−√3, √3); ±1; Laplace; ±2 or, three times in four, 0; 2 once in five times or −1/2."""
