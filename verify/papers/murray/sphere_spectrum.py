"""Eigenvalues of two-layer networks on the sphere: in the order of k, and in the order of their size."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from eigenlaw.numerics.sphere import multiplicity, sphere_eigenvalues
from eigenlaw.numerics.variances import hyper_parameters
from eigenlaw.theory import sphere_decay
from eigenlaw.theory.decay import LeadingTerm
from eigenlaw.verify.claim import Asymptotic, Budget, Envelope, Hypothesis, Instance, Rng
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE, phi_of

Cases = Callable[[Budget, Rng], Iterable[Instance]]


@cache
def _balls(name: str, gamma_b2: str, sigma_w2: str, d: int, order: int) -> tuple[Any, ...]:
    """λ_0, …, λ_order for the probability measure."""
    phi = phi_of(name)
    variances = hyper_parameters(phi, gamma_b2=Fraction(gamma_b2), sigma_w2=Fraction(sigma_w2), digits=25)
    return tuple(sphere_eigenvalues(phi, order, 20, variances, dimension=d).balls)


def eigenvalues(instance: Instance, order: int) -> tuple[Any, ...]:
    """λ_0, …, λ_order of an instance for the probability measure, with the multiplicities of the sphere."""
    return _balls(instance["activation"], instance["gamma_b2"], instance["sigma_w2"], instance["d"], order)


def has_bias(instance: Instance) -> bool:
    """Whether γ_b > 0."""
    return Fraction(instance["gamma_b2"]) > 0


def parameters(instance: Instance) -> Mapping[str, Fraction]:
    """The values of the symbols of the leading terms."""
    return {
        "gamma_w2": 1 - Fraction(instance["gamma_b2"]),
        "sigma_w2": Fraction(instance["sigma_w2"]),
        "d": Fraction(instance["d"]),
    }


def networks(name: str, biases: Sequence[str], dimensions: Sequence[int] = (2,)) -> Cases:
    """Networks of one activation, among them one with σ_b = 0 for ReLU."""
    weights = {"1/2": "2", "1/4": "1/2"}
    return lambda _b, _r: [
        {"activation": name, "gamma_b2": bias, "sigma_w2": weights.get(bias, "1"), "d": d}
        for d in dimensions
        for bias in biases
    ]


def without_bias(name: str) -> Cases:
    """Networks of one activation without first-layer bias on S²."""
    return lambda _b, _r: [{"activation": name, "gamma_b2": "0", "sigma_w2": s, "d": 2} for s in ("1/2", "1", "2")]


def leading(instance: Instance) -> LeadingTerm:
    """The leading term of λ_k, which eigenlaw.theory derives."""
    found = sphere_decay.ntk_leading(instance["activation"], bias=has_bias(instance), d=instance["d"])
    if found is None:
        raise LookupError(f"activation={instance['activation']}: expected one with a known decay")
    return found


@cache
def _in_order(name: str, gamma_b2: str, sigma_w2: str, d: int, order: int) -> tuple[tuple[Any, int], ...]:
    """The eigenvalues above all those that are not computed, the largest first, each with its multiplicity.

    λ_{k+2} ≤ λ_k for a power series without negative coefficients: every weight of Theorem 4.6 falls in k. So what is
    not computed is at most the larger of the last two.
    """
    found = _balls(name, gamma_b2, sigma_w2, d, order)
    bound = found[-1].max(found[-2])
    pairs = [(value, multiplicity(k, d)) for k, value in enumerate(found) if value > bound]
    pairs.sort(key=lambda pair: float(pair[0].log().mid()), reverse=True)
    if any(not a > b for (a, _), (b, _) in pairwise(pairs)):
        raise ArithmeticError(f"activation={name}: the balls are too wide to put the eigenvalues in order")
    return tuple(pairs)


def place_terms(order: int) -> Callable[[Instance, Sequence[int]], Sequence[Any]]:
    """The ℓ-th largest eigenvalues, from those of the frequencies up to an order."""

    def terms(instance: Instance, places: Sequence[int]) -> Sequence[Any]:
        keys = (instance["activation"], instance["gamma_b2"], instance["sigma_w2"], instance["d"], order)
        pairs = _in_order(*keys)
        counts = np.cumsum([count for _, count in pairs])
        return [pairs[int(np.searchsorted(counts, place))][0] for place in places]

    return terms


def middle_places(instance: Instance) -> Sequence[int]:
    """Places in the middle of those of a frequency, for ReLU; without bias λ_1 comes among those of even frequency."""
    d = instance["d"]

    def place(k: int) -> int:
        before = range(k) if has_bias(instance) else (1, *range(0, k, 2))
        return sum(multiplicity(j, d) for j in before) + multiplicity(k, d) // 2

    return [place(k) for k in ((4, 10, 30, 100) if d == 2 else (4, 10, 20, 40))]


def ordered_envelope(instance: Instance) -> Envelope:
    """The leading term of λ_ℓ where λ_k decays like a power."""
    return Envelope(Formula(lambda: sphere_decay.ordered(leading(instance), instance["d"]), derived=True), "~")


BIAS = Hypothesis(r"\gamma_b>0", has_bias)
ASSUMPTION = Hypothesis(UNIT_VARIANCE.says, UNIT_VARIANCE.met)
NO_BIAS = Hypothesis(r"\gamma_b=0", lambda i: not has_bias(i))


def asymptotic(
    kind: Literal["O", "Theta", "~"],
    index: str,
    cases: Cases,
    indices: Callable[[Instance], Sequence[int]],
    terms: Callable[[Instance, Sequence[int]], Sequence[Any]],
    envelope: Callable[[Instance], Envelope],
) -> Asymptotic:
    """The check of a rate in k or ℓ."""
    return Asymptotic(kind, index, cases, parameters, indices, terms, envelope)
