"""The modified Marchenko–Pastur law, Section 4: what its additional parameter is, on planted mixtures."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.theory import matrices as theory
from eigenlaw.verify.bulk_fit import Floats, fit_modified
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.entry_laws import ENTRY_LAWS
from eigenlaw.verify.formula import Formula, ball, rational, symbols
from eigenlaw.verify.law_integrals import square_integral
from eigenlaw.verify.papers.thamm.marchenko_pastur import density, nodes_for
from eigenlaw.verify.random_spectra import singular_values

SHAPES = ((2, 2), (3, 2), (4, 4), (5, 3), (8, 5), (10, 10), (60, 40), (512, 512), (4096, 1000))

# the curve


def _mixtures(budget: Budget, _: Rng) -> Iterable[Instance]:
    """Columns that are random, besides columns that are large and orthogonal to them."""
    scales = ("1/3", "5", "1")[: budget.of(1, 1, 3)]
    return [
        {"n": n, "m": m, "random": kept, "sigma": sigma}
        for sigma in scales
        for n, m in SHAPES
        for kept in sorted({1, m // 4, m // 2, 3 * m // 4, m} - {0})
    ]


def _mass(f: Any, low: Any, high: Any, size: Any) -> Any:
    """∫ f with an error below size · c^(N−1), c = ((high − low)/(high + low))²."""
    ratio = Fraction(float((((high - low) / (high + low)) ** 2).mid())).limit_denominator(10**6)
    equal = bool(low.is_zero())
    nodes = nodes_for(Fraction(1) if equal else max(ratio, Fraction(1, 1000)))
    error = 0 if equal else size * ((high - low) / (high + low)) ** (2 * (nodes - 1))
    return square_integral(f, low, high, error, nodes)


def _bulk_edges(instance: Instance) -> tuple[Any, Any]:
    """The edges of the random columns alone, σ(√n ± √k)."""
    n, kept, sigma = instance["n"], instance["random"], ball(Fraction(instance["sigma"]))
    low = arb(0) if n == kept else sigma * (arb(n).sqrt() - arb(kept).sqrt())
    return low, sigma * (arb(n).sqrt() + arb(kept).sqrt())


def _share(instance: Instance, value: Evaluate) -> Sequence[Any]:
    low, high = _bulk_edges(instance)
    scale = ball(Fraction(instance["sigma"])) * arb(instance["n"]).sqrt()
    given = {"n": instance["n"], "m": instance["m"], "sigma_t": scale, "nu_min": low, "nu_max": high}
    return [_mass(lambda nu: value(nu=nu, **given), low, high, arb(1))]


def _planted_share(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(instance["random"], instance["m"])]


def _free_edges(budget: Budget, _: Rng) -> Iterable[Instance]:
    edges = (("0", "1"), ("1/2", "3/2"), ("1", "2"), ("1/10", "2"), ("3", "5"), ("0", "7/2"))
    ratios = (("1", "1"), ("1/2", "2/3"), ("1/3", "1"), ("1", "5"))[: budget.of(4, 4, 4)]
    return [{"low": a, "high": b, "ratio": c, "sigma_t": s} for c, s in ratios for a, b in edges]


def _four(instance: Instance) -> tuple[Any, ...]:
    return tuple(rational(Fraction(instance[name])) for name in ("low", "high", "ratio", "sigma_t"))


def _closed_mass(instance: Instance, value: Evaluate) -> Sequence[Any]:
    low, high, ratio, scale = _four(instance)
    return [value(**{"nu_-": low, "nu_+": high, "C": ratio, "sigma": scale})]


def _integrated_mass(instance: Instance, _: Rng) -> Sequence[Any]:
    low, high, ratio, scale = _four(instance)

    def curve(nu: Any) -> Any:
        return ((high**2 - nu**2) * (nu**2 - low**2)).sqrt() / (arb.pi() * scale**2 * ratio * nu)

    return [_mass(curve, arb(low), arb(high), (arb(high) - low) ** 2 / (4 * scale**2 * ratio))]


# the fit

FITS = 8


def _planted(budget: Budget, _: Rng) -> Iterable[Instance]:
    shapes = ((60, 40), (100, 100), (120, 80), (240, 80), (160, 120), (320, 160))[: budget.of(4, 5, 6)]
    return [
        {"n": n, "m": m, "structure": kind, "rank": m * percent // 100, "entries": law}
        for n, m in shapes
        for kind, law in (("columns", "gaussian"), ("columns", "uniform"), ("spikes", "gaussian"), ("spikes", "signs"))
        for percent in (0, 10, 30)
    ]


def _matrix(instance: Instance, rng: Rng) -> Floats:
    """Random entries; large orthogonal columns in place of some, or a large matrix of low rank added."""
    n, m, rank = instance["n"], instance["m"], instance["rank"]
    if instance["structure"] == "even":
        left, right = (np.linalg.qr(rng.standard_normal((size, m)))[0] for size in (n, m))
        return np.asarray((left * np.linspace(1, 10, m)) @ right.T)
    W = ENTRY_LAWS[instance["entries"]].draw(rng, (n, m))
    left = np.linalg.qr(rng.standard_normal((n, rank)))[0] * np.sqrt(n) * rng.uniform(6, 12, rank)
    if instance["structure"] == "columns":
        return np.concatenate([W[:, rank:], left], axis=1)
    return np.asarray(W + left @ np.linalg.qr(rng.standard_normal((m, rank)))[0].T)


def _off(instance: Instance, rng: Rng) -> Sequence[Any]:
    """How far the mean of the fitted fraction is from the share of the columns that are random."""
    spectra = [singular_values(_matrix(instance, rng)[None])[0] for _ in range(FITS)]
    fraction = float(np.mean([fit_modified(values, instance["n"]).fraction for values in spectra]))
    return [abs(arb(fraction) - (1 - fmpq(instance["rank"], instance["m"])))]


def _allowed() -> Any:
    (m,) = symbols("m")
    return 6 / m


SHARE = Hypothesis(r"\text{a random bulk}", lambda i: i["structure"] != "even")
EVEN: Instance = {"n": 60, "m": 40, "structure": "even", "rank": 40, "entries": "gaussian"}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "thamm:modified-marchenko-pastur.1",
        "printed",
        "Section 4, the additional parameter is the share of the spectrum that follows the law",
        r"\text{share of the columns that are random}",
        Formula(density),
        Value(_mixtures, _share, _planted_share),
        (Hypothesis(r"m\le n", lambda i: i["random"] <= i["m"] <= i["n"], lambda i: i["random"] == i["m"] == i["n"]),),
        note="The curve (2) of the whole matrix with the edges of k random columns integrates to k/m, when the other "
        "columns are large and orthogonal to them: with free edges it is no density.",
    ),
    Claim(
        "thamm:modified-marchenko-pastur.1",
        "new",
        "Section 4, the integral of the curve with free edges",
        r"\int_{\nu_-}^{\nu_+}\frac{1}{\pi\tilde\sigma^2C\nu}\sqrt{(\nu_+^2-\nu^2)(\nu^2-\nu_-^2)}\,d\nu",
        Formula(theory.modified_fraction, derived=True),
        Value(_free_edges, _closed_mass, _integrated_mass),
        note="The parameter is no share by itself: nothing keeps it below 1.",
    ),
    Claim(
        "thamm:modified-marchenko-pastur.2",
        "new",
        "Section 4, the fitted fraction of planted mixtures",
        r"|\langle\text{fraction}\rangle-\text{share of random directions}|",
        Formula(_allowed),
        Value(_planted, lambda i, value: [value(m=i["m"])], _off, "<=", controls=(EVEN,), floating=True),
        (SHARE,),
        note="ν_min is the smallest value, ν_max and σ are fitted; the mean of eight matrices. The control has an even "
        "spectrum and nothing random, and yet most of it is fitted: the fraction counts what has the shape of the law.",
    ),
)
