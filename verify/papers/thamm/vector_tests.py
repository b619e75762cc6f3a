"""Kolmogorov–Smirnov tests of singular vectors against N(0, 1/m): what their p-values are for random matrices.

The right singular vectors of a Gaussian matrix are uniform in direction; those of other entries come from the matrix.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq, fmpq_poly
from numpy.typing import NDArray

from eigenlaw.theory import goodness_of_fit
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Sample, Value
from eigenlaw.verify.confidence import sampled_mean
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.judge import LEVEL
from eigenlaw.verify.singular_vectors import entry_distances, textbook_p_values

Array = NDArray[np.float64]

EACH = LEVEL / 100
ENTRIES: dict[str, Callable[[Rng, tuple[int, ...]], Array]] = {
    "gaussian": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.uniform(-1, 1, shape),
    "signs": lambda rng, shape: rng.choice([-1.0, 1.0], shape),
}
POINTS = tuple(Fraction(k, 4) for k in (-7, -5, -4, -2, 0, 1, 3, 4, 6, 8))
SIZES = (16, 24, 48, 96)


def _one_vector(instance: Instance, length: int, rng: Rng, draws: int) -> Array:
    """Return one right singular vector of each of so many random matrices, as columns."""
    if instance["entries"] == "gaussian":
        found = rng.standard_normal((length, draws))
        return np.asarray(found / np.linalg.norm(found, axis=0))
    if instance["entries"] == "half zero":  # a control: each vector avoids half of the inputs
        kept = rng.permuted(np.tile(np.arange(length) % 2, (draws, 1)), axis=1).T
        found = rng.standard_normal((length, draws)) * kept
        return np.asarray(found / np.linalg.norm(found, axis=0))
    rows = 3 * length // 2
    matrices = ENTRIES[instance["entries"]](rng, (draws, rows, length))
    vectors = np.linalg.eigh(np.swapaxes(matrices, 1, 2) @ matrices)[1]
    signs = rng.choice([-1.0, 1.0], draws)
    return np.asarray(vectors[np.arange(draws), :, rng.integers(length, size=draws)].T * signs)


# p-values


@lru_cache(maxsize=64)
def _p_values(entries: str, length: int, draws: int, fitted: bool, seed: int) -> Array:
    rng = np.random.default_rng([seed, length])
    return textbook_p_values(entry_distances(_one_vector({"entries": entries}, length, rng, draws), fitted), length)


def _cases(fitted: bool) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        seed = int(rng.integers(2**31))
        gaussian = [("gaussian", length, 10000) for length in (16, 24, 32, 48, 64, 128)[: budget.of(4, 6, 6)]]
        others = [(entries, 16, budget.of(10000, 20000, 40000)) for entries in ("uniform", "signs")]
        return [
            {"entries": entries, "m": length, "fitted": fitted, "draws": draws, "seed": seed}
            for entries, length, draws in gaussian + others
        ]

    return instances


def _found(instance: Instance) -> Array:
    return _p_values(*(instance[name] for name in ("entries", "m", "draws", "fitted", "seed")))


def _mean_p(instance: Instance, _: Rng) -> Sequence[Any]:
    return [sampled_mean(_found(instance), EACH)]


def _says(_: Instance, value: Evaluate) -> Sequence[Any]:
    return [value()]


def _rational(text: str) -> Formula:
    def build() -> Any:
        import sympy

        return sympy.Rational(text)

    return Formula(build)


# averages of p-values over a window


def _averages_law() -> Any:
    return goodness_of_fit.uniform_mean_chance(*symbols("n x top"))


def _averages(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    places = [Fraction(k, 20) for k in (1, 3, 5, 6, 7, 8, 9, 10, 12)]
    return [{"n": n, "x": str(x)} for n in (1, 2, 3, 5, 15) for x in places]


def _averaged(instance: Instance, value: Evaluate) -> Sequence[Any]:
    n, x = instance["n"], Fraction(instance["x"])
    return [value(n=n, x=x, top=int(n * x))]


def _convolved(instance: Instance, _: Rng) -> Sequence[Any]:
    """Return the same by adding one uniform number at a time: polynomials on each unit interval."""
    n, x = instance["n"], Fraction(instance["x"])
    pieces = [fmpq_poly([0, 1]), fmpq_poly([1])]  # the distribution function of one number on [0, 1) and [1, 2)
    step = fmpq_poly([-1, 1])
    for count in range(2, n + 1):
        integrals = [piece.integral() for piece in pieces]
        sums, total = [], fmpq(0)  # ∫_0^y of the distribution function so far
        for place, integral in enumerate(integrals):
            sums.append(integral - integral(fmpq(place)) + total)
            total += integral(fmpq(place + 1)) - integral(fmpq(place))
        below = [fmpq_poly([0]), *(part(step) for part in sums)]
        pieces = [part - lower for part, lower in zip([*sums, sums[-1]], below, strict=True)][:count]
        pieces.append(fmpq_poly([1]))
    total_place = n * x
    return [pieces[min(int(total_place), n)](rational(total_place))]


# the empirical distribution function


def _textbook() -> Any:
    """N Var F_N(x) of N independent normal numbers, Φ(1 − Φ)."""
    import sympy

    (x,) = symbols("x")
    upper = (1 + sympy.erf(x / sympy.sqrt(2))) / 2
    return upper * (1 - upper)


def _fitted(*names: str) -> Formula:
    return Formula(lambda: goodness_of_fit.empirical_variance(symbols("x")[0], names), derived=True)


def _points(fitted: bool) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        return [{"x": str(x), "fitted": fitted, "entries": "gaussian", "draw": draw} for x in POINTS for draw in (0, 1)]

    return instances


def _at(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(x=Fraction(instance["x"]))]


def _squares(instance: Instance, length: int, rng: Rng, draws: int) -> Array:
    """Return m (F_m(x) − F̄)², F̄ the mean of all draws: its mean is m Var F_m(x), up to 1/draws."""
    entries = _one_vector(instance, length, rng, draws) * np.sqrt(length)
    if instance["fitted"]:
        entries = (entries - entries.mean(axis=0)) / entries.std(axis=0)
    shares = (entries <= float(Fraction(instance["x"]))).mean(axis=0)
    return np.asarray(length * draws / (draws - 1) * (shares - shares.mean()) ** 2)[:, None]


def _variance(fitted: bool, controls: tuple[Instance, ...] = ()) -> Sample:
    return Sample(
        _points(fitted), _at, _squares, lambda b: b.of(12000, 24000, 50000), SIZES, (Fraction(1), Fraction(2)), controls
    )


UNIT = Hypothesis(r"V\text{ uniform in direction}", lambda i: i["entries"] == "gaussian")
_SPARSE: Instance = {"x": "1/2", "fitted": False, "entries": "half zero", "draw": 0}
_VECTORS = "Vectors of 16 to 128 entries of random matrices with Gaussian, uniform and ±1 entries."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "thamm:porter-thomas-p-values.1",
        "printed",
        "§5: p-values of random weights fluctuate around 0.5",
        r"E\,p",
        _rational("1/2"),
        Value(_cases(False), _says, _mean_p, minimum=5, sampled=True, stream="thamm:vector p-values"),
        activations=1,
        note=f"They lie about 0.54: the entries of a unit vector have the mean square 1/m exactly. {_VECTORS}",
    ),
    Claim(
        "thamm:porter-thomas-p-values.1",
        "corrected",
        "§5: p-values of random weights fluctuate around more than 0.5",
        r"E\,p",
        _rational("1/2"),
        Value(_cases(False), _says, _mean_p, ">", minimum=5, sampled=True, stream="thamm:vector p-values"),
        activations=1,
        note="About 0.54, whatever m and the law of the entries; to the eye of Figure 3 it is 0.5.",
    ),
    Claim(
        "thamm:porter-thomas-p-values.2",
        "new",
        "§4: the average of 15 p-values",
        r"P(\bar p\le x)",
        Formula(_averages_law, derived=True),
        Value(_averages, _averaged, _convolved),
        activations=1,
        note="For independent uniform p-values. An average is no p-value: of 15 of them it is below 0.3 with "
        "probability 0.0036 and below 0.05 with 10⁻¹⁴.",
    ),
    Claim(
        "thamm:porter-thomas-fitted.1",
        "printed",
        "§4: the test against N(0, 1/m)",
        r"\lim m\operatorname{Var}F_m(x)",
        Formula(_textbook),
        _variance(False),
        activations=1,
        note="The test supposes independent entries. The norm of a singular vector is 1, so that it is as if the "
        "deviation were fitted, and p-values are too large: 4.3 % of random vectors are rejected at 5 %.",
    ),
    Claim(
        "thamm:porter-thomas-fitted.1",
        "corrected",
        "§4: the test against N(0, 1/m)",
        r"\lim m\operatorname{Var}F_m(x)",
        _fitted("deviation"),
        _variance(False, (_SPARSE,)),
        (UNIT,),
        activations=1,
    ),
    Claim(
        "thamm:porter-thomas-fitted.2",
        "printed",
        "§4: the test against a Gaussian with fitted mean and deviation",
        r"\lim m\operatorname{Var}F_m(x)",
        Formula(_textbook),
        _variance(True),
        activations=1,
    ),
    Claim(
        "thamm:porter-thomas-fitted.2",
        "corrected",
        "§4: the test against a Gaussian with fitted mean and deviation",
        r"\lim m\operatorname{Var}F_m(x)",
        _fitted("mean", "deviation"),
        _variance(True),
        activations=1,
        note="Lilliefors' case; about 0.01 % of random vectors are rejected at 5 %.",
    ),
    Claim(
        "thamm:porter-thomas-fitted.3",
        "new",
        "§4: p-values with fitted mean and deviation",
        r"E\,p",
        _rational("3/4"),
        Value(_cases(True), _says, _mean_p, ">", minimum=5, sampled=True, stream="thamm:vector p-values"),
        activations=1,
        note=f"About 0.78 to 0.79, where it would be 0.5 for a valid test; 3/4 is a round bound below that. {_VECTORS}",
    ),
)
