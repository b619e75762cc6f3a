"""How fast the laws of random matrices are: certified digits next to float64, mpmath's quadrature and SciPy.

Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/laws.py``; about a minute, in one process. Where another library has
the same law its value must agree to 12 digits before it is timed.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import mpmath
import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import integrate, stats
from timing import median_seconds, paired_seconds

from eigenlaw.laws import build
from eigenlaw.numerics.frozen import Frozen
from eigenlaw.numerics.law import Law, What, law_values

_CLOSE = 1e-12
_MANY = 10_000


@dataclass(frozen=True)
class Rival:
    """The same number by another library."""

    name: str
    compute: Callable[[], float]


def certified(law: Any, what: What, at: str, digits: int) -> float:
    """Return a value from its ball."""
    return float(law_values(law, what, [Fraction(at)], digits).balls[0])


def marchenko_pastur_quadrature() -> float:
    """Return P(ν ≤ 1) for C = 1/4 by mpmath, at 30 digits."""
    with mpmath.workdps(30):
        low, high = mpmath.mpf(1) / 4, mpmath.mpf(9) / 4
        total = mpmath.quad(lambda t: mpmath.sqrt((high - t) * (t - low)) / t, [low, 1])
        return float(2 * total / mpmath.pi)


def meijer_quadrature() -> float:
    """Return P(Y ≤ 2) for sizes 1, 1 by mpmath, Y of the density 2 K_0(2√y), at 30 digits."""
    with mpmath.workdps(30):
        return float(mpmath.quad(lambda y: 2 * mpmath.besselk(0, 2 * mpmath.sqrt(y)), [0, 0.01, 0.5, 2]))


def semicircle_quadrature() -> float:
    """Return P(X ≤ 1) by SciPy's adaptive quadrature."""
    return float(integrate.quad(lambda x: np.sqrt(4 - x * x) / (2 * np.pi), -2, 1, epsabs=1e-14, epsrel=1e-14)[0])


ROWS: tuple[tuple[str, dict[str, str], What, str, Rival | None], ...] = (
    ("marchenko-pastur", {"ratio": "1/4"}, "cdf", "1", Rival("mpmath quad", marchenko_pastur_quadrature)),
    ("semicircle", {}, "cdf", "1", Rival("scipy quad", semicircle_quadrature)),
    ("semicircle", {}, "quantile", "9/10", Rival("scipy ppf", lambda: float(stats.semicircular.ppf(0.9, scale=2)))),
    ("rectangular-product", {"sizes": "1,1"}, "cdf", "2", Rival("mpmath quad", meijer_quadrature)),
    (
        "porter-thomas",
        {"dimension": "9"},
        "cdf",
        "1/3",
        Rival("scipy beta", lambda: float(stats.beta(4, 4).cdf(2 / 3))),
    ),
    ("rectangular-product", {"sizes": "1000"}, "quantile", "1/2", None),
    ("rectangular-product", {"sizes": "20,784"}, "quantile", "1/2", None),
    ("goe-spacing", {}, "pdf", "1", None),
    ("tracy-widom", {"beta": "2"}, "cdf", "-2", None),
    ("tracy-widom", {"beta": "2"}, "quantile", "1/2", None),
    ("smallest-singular-value", {"rows": "20", "columns": "10"}, "cdf", "1", None),
)
"""Law, parameters, question, point, and who else answers it."""


def title(name: str, parameters: dict[str, str], what: str, at: str) -> str:
    """Return a row's name."""
    return " ".join([name, *parameters.values(), what, at])


def add_values(table: Table, repetitions: int) -> None:
    """Add certified values at 15 and 50 digits, next to another library's number at about 15."""
    for name, parameters, what, at, rival in ROWS:
        law = build(name, parameters)
        short, long = (partial(certified, law, what, at, digits) for digits in (15, 50))
        fifty = median_seconds(long, 1)
        if rival is None:
            ours, other = median_seconds(short, repetitions), ""
        else:
            if abs(short() - rival.compute()) > _CLOSE:
                raise ArithmeticError(f"{title(name, parameters, what, at)}: {short()} and {rival.compute()} differ")
            ours, theirs, ratio = paired_seconds(short, rival.compute, repetitions)
            other = f"{rival.name} {1e3 * theirs:.2f} ms, of it {ratio:.2f}"
        table.add_row(title(name, parameters, what, at), f"{1e3 * ours:.2f} ms", f"{1e3 * fifty:.1f} ms", other)


def add_floats(table: Table, repetitions: int) -> None:
    """Add the float64 route: many points at once, next to the same number of balls."""
    points = np.linspace(0.6, 1.4, _MANY)
    for name, parameters in {
        "marchenko-pastur": {"ratio": "1/4"},
        "goe-spacing": {},
        "rectangular-product": {"sizes": "2,3"},
        "tracy-widom": {"beta": "1"},
    }.items():
        law = build(name, parameters)
        if not isinstance(law, Law):
            raise TypeError(name)
        frozen = Frozen(law)
        seconds = median_seconds(partial(frozen.cdf, points), repetitions)
        one = median_seconds(partial(certified, law, "cdf", "1", 15), repetitions)
        table.add_row(
            f"{name} cdf, {_MANY} points in float64",
            f"{1e3 * seconds:.2f} ms",
            "",
            f"{_MANY * one / seconds:.0f} × balls",
        )


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("laws.py: expected one thread; run OPENBLAS_NUM_THREADS=1 python benchmarks/laws.py")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3)
    given = parser.parse_args()
    table = Table("law", "15 digits", "50 digits", "next to", title="Laws of random matrices, medians, one process")
    add_values(table, given.repetitions)
    add_floats(table, given.repetitions)
    Console().print(table)


if __name__ == "__main__":
    main()
