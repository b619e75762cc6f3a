"""The spectrum of a Gram with two different entries, and what the subtraction of (23) leaves of it, exactly."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from eigenlaw.theory.fisher import BlockGram, CentredGram
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational
from eigenlaw.verify.metric_grams import Array, centred_gram

STATISTICS = ("mean", "second_moment", "lambda_max")
SYMBOLS = ("own", "overlap", "C", "T", "P")


def _gram(instance: Instance) -> Array:
    """F* itself: C blocks T × T over T."""
    samples = instance["T"]
    own, overlap = (Fraction(instance[name]) / samples for name in ("own", "overlap"))
    block = np.full((samples, samples), overlap, dtype=object)
    block[np.arange(samples), np.arange(samples)] = own
    whole = np.full((samples * instance["C"],) * 2, Fraction(0), dtype=object)
    for k in range(instance["C"]):
        part = slice(k * samples, (k + 1) * samples)
        whole[part, part] = block
    return whole


def _instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    sizes = [(outputs, samples) for outputs in (1, 2, 3) for samples in (2, 3, 4, 5)]
    found = []
    for outputs, samples in sizes * budget.of(2, 3, 6):
        overlap, more, size = (int(value) for value in rng.integers(1, 20, 3))
        entries = {"own": f"{overlap + more}/7", "overlap": f"{overlap}/7"}
        found.append({**entries, "C": outputs, "T": samples, "P": outputs * samples * size})
    return found


def _eigenvalue(gram: Array, vector: Sequence[int]) -> Fraction:
    """The eigenvalue of an eigenvector whose first entry is not 0.

    Raises:
        ValueError: it is none.
    """
    image = gram @ np.array([Fraction(entry) for entry in vector], dtype=object)
    value = Fraction(image[0]) / vector[0]
    if any(found != value * entry for found, entry in zip(image, vector, strict=True)):
        raise ValueError(f"vector={list(vector)}: expected an eigenvector")
    return value


def _measured(centred: bool) -> Callable[[Instance, Rng], Sequence[Any]]:
    def statistics(instance: Instance, _: Rng) -> Sequence[Any]:
        gram, samples, size = _gram(instance), instance["T"], instance["P"]
        gram = centred_gram(gram, instance["C"]) if centred else gram
        rest = [0] * (len(gram) - samples)
        constant, difference = [1] * samples + rest, [1, -1, *[0] * (samples - 2), *rest]
        values = [_eigenvalue(gram, vector) for vector in (constant, difference)]
        squares = Fraction(np.sum(gram * gram))
        return [rational(value) for value in (Fraction(np.trace(gram)) / size, squares / size, max(values))]

    return statistics


def _formula(centred: bool) -> Formula:
    def build() -> Any:
        import sympy

        own, overlap, outputs, samples, size = sympy.symbols(" ".join(SYMBOLS))
        whole = BlockGram(own, overlap, outputs, samples, size, 1 / samples)
        gram = CentredGram(whole) if centred else whole
        weights = sympy.symbols("w:3")
        return sympy.Add(*(w * getattr(gram, name) for w, name in zip(weights, STATISTICS, strict=True)))

    return Formula(build, derived=True)


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    given = {name: rational(Fraction(instance[name])) for name in SYMBOLS}
    return [value(**given, **{f"w{i}": int(i == place) for i in range(3)}) for place in range(3)]


def _claim(name: str, source: str, centred: bool, matrix: str) -> Claim:
    lhs = rf"w_0m_\lambda+w_1s_\lambda+w_2\lambda_{{\max}}\text{{ of }}{matrix}"
    check = Value(_instances, _predicted, _measured(centred))
    return Claim(name, "new", source, lhs, _formula(centred), check, note=NOTE, activations=1)


NOTE = "Exact in rationals, one statistic at a time; an eigenvector is either constant on a block or sums to 0 there."

CLAIMS: tuple[Claim, ...] = (
    _claim("karakida:eq-a.4", "(A.4), (A.5): the Gram with entries own and overlap, C blocks", False, "F"),
    _claim("karakida:fbar.5", "(23) in the limiting Gram, T fixed", True, r"\bar F"),
)
