"""Unfolding by Gaussian broadening, (4) and (5): the density, its ends, the mean spacing, and what fluctuates after it.

What is measured are integrals in ball arithmetic over exact levels, and spectra of random matrices.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import acb, arb, fmpq

from eigenlaw.theory import broadening
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, rational, symbols, undefined
from eigenlaw.verify.null_calibration import null_values
from eigenlaw.verify.unfolding import broadening_widths, unfold_by_broadening

REACH = 14
"""Gaussians are integrated over so many deviations: what is beyond is below 10⁻⁴³."""
RATIOS = (Fraction(1), Fraction(9, 16), Fraction(4, 9), Fraction(1, 4), Fraction(1, 9))
"""m/n: squares, so that the edges of (2) are rational."""


# exact levels


def _spectra(budget: Budget, rng: Rng) -> list[Instance]:
    """Return rational levels, at least 2a + 2 of them; the smallest first."""
    found: list[Instance] = [{"levels": [str(k) for k in range(1, 2 * a + 3)], "a": a} for a in (1, 2)]
    for _ in range(budget.of(20, 40, 200)):
        a = int(rng.integers(1, 5))
        steps = rng.integers(1, 30, 2 * a + 2 + int(rng.integers(0, 6)))
        found.append({"levels": [str(Fraction(int(place), 10)) for place in np.cumsum(steps)], "a": a})
    return found


def _with_ends(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [{**instance, "ends": "stopped"} for instance in _spectra(budget, rng)]


def _gaussians(instance: Instance) -> list[tuple[Any, Any]]:
    """Return level and width of each Gaussian of (4).

    Without a rule for the ends, the levels k with 1 ≤ k − a and k + a ≤ m have one. With it, an index stops at the ends
    and the width is scaled up to 2a spacings, as `verify.unfolding` has it.
    """
    levels, a = [rational(Fraction(level)) for level in instance["levels"]], instance["a"]
    if instance.get("ends") == "stopped":
        widths = broadening_widths(np.array([float(Fraction(level)) for level in instance["levels"]]), a)
        return [(level, rational(Fraction(float(width)))) for level, width in zip(levels, widths, strict=True)]
    return [(levels[k], (levels[k + a] - levels[k - a]) / 2) for k in range(a, len(levels) - a)]


def _integral(instance: Instance, upper: Any = None) -> Any:
    """Return m ∫P from −∞ to a level or to ∞, by integration in balls."""
    gaussians = _gaussians(instance)
    low = min(level - REACH * width for level, width in gaussians)
    high = upper if upper is not None else max(level + REACH * width for level, width in gaussians)

    def density(x: Any, _: bool) -> Any:
        return sum(((-(((x - level) / width) ** 2) / 2).exp() / width for level, width in gaussians), acb(0))

    found = acb.integral(density, acb(low), acb(high), rel_tol=arb(2) ** -60, abs_tol=arb(2) ** -60)
    return found.real / (2 * arb.pi()).sqrt()


def _whole(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_integral(instance) / len(instance["levels"])]


def _sizes(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(m=len(instance["levels"]), a=instance["a"])]


def _counting() -> Any:
    m, x = symbols("m x")
    return broadening.counting(m, x, undefined("nu"), undefined("sigma"))


def _counted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    gaussians = _gaussians(instance)

    def part(which: int) -> Callable[[int], Any]:
        def at(k: int) -> Any:
            if not 1 <= k <= len(gaussians):
                raise IndexError(f"k={k}: expected 1 to {len(gaussians)}")
            return gaussians[k - 1][which]

        return at

    places = (gaussians[0][0], gaussians[len(gaussians) // 2][0])
    return [value(m=len(gaussians), nu=part(0), sigma=part(1), x=place) for place in places]


def _counts(instance: Instance, _: Rng) -> Sequence[Any]:
    gaussians = _gaussians(instance)
    return [_integral(instance, gaussians[place][0]) for place in (0, len(gaussians) // 2)]


def _exact_mean_spacing(instance: Instance, _: Rng) -> Sequence[Any]:
    """Return the mean of the spacings of ξ_{a+1}, …, ξ_{m−a}, or of all ξ where every level has a width."""
    levels, a = [rational(Fraction(level)) for level in instance["levels"]], instance["a"]
    first, last = levels[a], levels[len(levels) - a - 1]
    total = arb(0)
    for level, width in _gaussians(instance):
        scale = arb(width) * arb(2).sqrt()
        total += (((last - level) / scale).erf() - ((first - level) / scale).erf()) / 2
    return [total / (len(levels) - 2 * a - 1)]


# a modulated lattice


def _waves(budget: Budget, rng: Rng) -> Iterable[Instance]:
    waves = [(2, Fraction(1, 2)), (3, Fraction(1, 3)), (8, Fraction(1, 8)), (15, Fraction(1, 10))]
    waves += [
        (int(rng.integers(2, 21)), Fraction(int(rng.integers(5, 60)), 100)) for _ in range(budget.of(20, 60, 200))
    ]
    return [{"a": a, "omega": str(omega)} for a, omega in waves]


def _waved(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(a=instance["a"], omega=Fraction(instance["omega"]))]


def _response(instance: Instance, _: Rng) -> Sequence[Any]:
    """Return dξ_0/dε for the levels k + ε cos(ωk), ε = 0, all k: for a ≥ 2 and ω < 3/5 to an error below 10⁻²⁰.

    Those beyond 16a from 0 are left out; a lattice sum is an integral up to the terms e^{−a²(2πj ± ω)²/2}, j ≠ 0.
    """
    a, omega = instance["a"], arb(rational(Fraction(instance["omega"])))
    total, root = arb(0, 1e-20), (2 * arb.pi()).sqrt()
    for k in range(-16 * a, 16 * a + 1):
        normal = (-(arb(fmpq(k, a)) ** 2) / 2).exp() / (a * root)
        moved = 1 - (omega * k).cos()
        widened = ((omega * (k + a)).cos() - (omega * (k - a)).cos()) / 2
        total += normal * (moved + widened * fmpq(k, a))
    return [total]


def _transfer() -> Any:
    a, omega = symbols("a omega")
    return broadening.transfer(a * omega)


# random matrices


def _unfolded(instance: Instance, columns: int, rng: Rng) -> Any:
    rows = round(columns / Fraction(instance["m/n"]))
    return unfold_by_broadening(null_values(rng, rows, columns), instance["a"])


def _shapes(**choices: Sequence[Any]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        cases: list[dict[str, Any]] = [{"m/n": str(ratio)} for ratio in RATIOS]
        for name, values in choices.items():
            cases = [{**case, name: value} for value in values for case in cases]
        return cases

    return instances


def _density() -> Any:
    """(2) with σ̃ = 1."""
    import sympy

    c, nu, low, high = symbols("c nu nu_min nu_max")
    return (1 / c) / (sympy.pi * nu) * sympy.sqrt((high**2 - nu**2) * (nu**2 - low**2))


def _place(instance: Instance) -> tuple[Fraction, Fraction, Fraction]:
    """Return ν, ν_min and ν_max; ν is inside by a part of their distance."""
    ratio = Fraction(instance["m/n"])
    root = Fraction(int(ratio.numerator**0.5), int(ratio.denominator**0.5))
    return 1 - root + 2 * root * Fraction(instance["inside"]), 1 - root, 1 + root


def _expected_density(instance: Instance, value: Evaluate) -> Sequence[Any]:
    nu, low, high = _place(instance)
    return [value(c=Fraction(instance["m/n"]), nu=nu, nu_min=low, nu_max=high)]


def _densities(instance: Instance, columns: int, rng: Rng, draws: int) -> Any:
    rows, place = round(columns / Fraction(instance["m/n"])), float(_place(instance)[0])
    found = []
    for _ in range(draws):
        values = null_values(rng, rows, columns) / np.sqrt(rows)
        widths = broadening_widths(values, instance["a"])
        found.append([np.mean(np.exp(-(((place - values) / widths) ** 2) / 2) / widths) / np.sqrt(2 * np.pi)])
    return np.array(found)


def _mean_spacings(instance: Instance, columns: int, rng: Rng, draws: int) -> Any:
    """Return the mean of all spacings, or of the first or last a of them, or of the middle third."""
    a, place = instance["a"], instance["place"]
    found = []
    for _ in range(draws):
        spacings = np.diff(_unfolded(instance, columns, rng))
        third = len(spacings) // 3
        parts = {"bottom": spacings[:a], "middle": spacings[third:-third], "top": spacings[-a:], "all": spacings}
        found.append([parts[place].mean()])
    return np.array(found)


def _one(derived: bool = False) -> Formula:
    def build() -> Any:
        import sympy

        return sympy.Integer(1)

    return Formula(build, derived=derived)


def _says(_: Instance, value: Evaluate) -> Sequence[Any]:
    return [value()]


def _means(
    instances: Callable[[Budget, Rng], Iterable[Instance]], power: int, controls: tuple[Instance, ...] = ()
) -> Sample:
    widths, powers = (72, 108, 162), (Fraction(power),)
    return Sample(instances, _says, _mean_spacings, lambda b: b.of(40, 80, 300), widths, powers, controls)


ENDS = Hypothesis(r"\sigma_k\text{ for every }k", lambda i: i.get("ends") == "stopped")
INSIDE = Hypothesis(r"\xi_i\text{ in the bulk}", lambda i: i["place"] in ("middle", "all"))
_NO_RULE: Instance = {"levels": ["1", "2", "3", "4"], "a": 1}
_TOP: Instance = {"m/n": "1/4", "a": 12, "place": "top"}
_WIDTHS = "m = 72, …, Gaussian entries; an index beyond the ends stops there."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "thamm:eq-4.1",
        "printed",
        "(4): P is a density",
        r"\int P(\nu)\,d\nu",
        _one(),
        Value(_spectra, _says, _whole),
        activations=1,
        note="σ_k exists for 1 ≤ k − a and k + a ≤ m alone: the sum over all m levels needs a rule for the others. The "
        "window of 15 of Figure 3 is no 2a for a whole a.",
    ),
    Claim(
        "thamm:eq-4.1",
        "corrected",
        "(4) without a rule for the ends",
        r"\int P(\nu)\,d\nu",
        Formula(lambda: broadening.mass(*symbols("m a")), derived=True),
        Value(_spectra, _sizes, _whole),
        activations=1,
    ),
    Claim(
        "thamm:eq-4.2",
        "new",
        "(4) with a width for every level",
        r"\int P(\nu)\,d\nu",
        _one(derived=True),
        Value(_with_ends, _says, _whole, controls=(_NO_RULE,)),
        (ENDS,),
        activations=1,
        note="Here an index that leaves 1 … m stops there, and the width is scaled up to 2a spacings.",
    ),
    Claim(
        "thamm:eq-4.3",
        "printed",
        "(4): P approximates the density, (2) for random matrices",
        r"\lim_{m\to\infty}E\,P(\nu),\ \tilde\sigma=1",
        Formula(_density),
        Sample(
            _shapes(inside=("1/4", "2/5", "11/20", "7/10"), a=(4,)),
            _expected_density,
            _densities,
            lambda b: b.of(100, 160, 300),
            (60, 84, 120),
            (Fraction(1),),
        ),
        activations=1,
        note=f"At points inside the bulk. {_WIDTHS}",
    ),
    Claim(
        "thamm:eq-5.1",
        "printed",
        "(5): the mean spacing of ξ is 1",
        r"\overline{\xi_{i+1}-\xi_i}",
        _one(),
        Value(lambda b, r: [*_spectra(b, r), *_with_ends(b, r)], _says, _exact_mean_spacing),
        activations=1,
        note="It is 1 to the order a/m only, with and without a rule for the ends.",
    ),
    Claim(
        "thamm:eq-5.1",
        "corrected",
        "(5): the mean spacing of ξ tends to 1",
        r"\lim_{m\to\infty}E\,\overline{\xi_{i+1}-\xi_i}",
        _one(derived=True),
        _means(_shapes(a=(2, 3, 4, 6), place=("all",)), 1),
        activations=1,
        note=_WIDTHS,
    ),
    Claim(
        "thamm:eq-5.2",
        "printed",
        "(5): the ξ are uniformly distributed",
        r"\lim_{m\to\infty}E(\xi_{i+1}-\xi_i)",
        _one(),
        _means(_shapes(a=(4, 6), place=("bottom", "middle", "top")), 2),
        activations=1,
        note="At the ends the Gaussians reach beyond the spectrum: the first and last a spacings that have a width are "
        "shorter, for any m.",
    ),
    Claim(
        "thamm:eq-5.2",
        "corrected",
        "(5): the ξ are uniformly distributed in the bulk",
        r"\lim_{m\to\infty}E(\xi_{i+1}-\xi_i)",
        _one(derived=True),
        _means(_shapes(a=(2, 3, 4, 6), place=("middle",)), 2, (_TOP,)),
        (INSIDE,),
        activations=1,
        note=_WIDTHS,
    ),
    Claim(
        "thamm:eq-5.3",
        "new",
        "(5), integrated",
        r"m\int_{-\infty}^xP(\nu)\,d\nu",
        Formula(_counting, derived=True),
        Value(_with_ends, _counted, _counts),
        activations=1,
    ),
    Claim(
        "thamm:eq-5.4",
        "new",
        "(5): what is left of a slow fluctuation",
        r"\partial\xi_0/\partial\varepsilon,\ \nu_k=k+\varepsilon\cos(\omega k)",
        Formula(_transfer, derived=True),
        Value(_waves, _waved, _response),
        activations=1,
        note="Fluctuations longer than the window 2a are taken for the mean density and disappear; those near a ω = 1 "
        "come out with the sign changed.",
    ),
)
