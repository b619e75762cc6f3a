"""Products whose spectrum is invariant under rotation: the last paragraph of Section II."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Instance, Rng, Sample
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.matrix_ensembles import in_batches, product_spectra
from eigenlaw.verify.papers.dees.products import SIZES


def _turn() -> Any:
    import sympy

    (t,) = symbols("t")
    return t / (2 * sympy.pi)


TURNS = (fmpq(1, 8), fmpq(1, 2), fmpq(1), fmpq(5, 4), fmpq(7, 4))


def _turned_products(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": ["complex gaussian"] * len(sizes), "sizes": list(sizes)} for sizes in SIZES]


def _one_turned(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    pairs = [(first, second) for first in ("unit circle", "ring") for second in ("gaussian", "uniform", "rademacher")]
    sizes = [(2, 2), (2, 3), (3, 3), (1, 4), (3, 4), (2, 5)]
    return [{"entries": list(pair), "sizes": list(size)} for pair, size in zip(pairs, sizes, strict=True)]


def _sectors(_: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(t=arb.pi() * turn) for turn in TURNS]


def _angles(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    limits = np.pi * np.array([float(arb(turn)) for turn in TURNS])

    def shares(count: int) -> Any:
        found = np.angle(product_spectra(instance["entries"], instance["sizes"], rng, count)) % (2 * np.pi)
        return (found[:, :, None] < limits).mean(axis=1)

    return in_batches(shares, n, 4096)


ROUND = {"complex gaussian", "unit circle", "ring"}
ALL_ROUND = Hypothesis("every entry is a complex Gaussian", lambda i: set(i["entries"]) == {"complex gaussian"})
ONE_ROUND = Hypothesis(
    "the entries of one factor are invariant under rotation", lambda i: bool(ROUND & {*i["entries"]})
)
REAL: Instance = {"entries": ["gaussian", "gaussian"], "sizes": [2, 3]}
ELLIPTIC: Instance = {"entries": ["elliptic", "elliptic"], "sizes": [2, 3]}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:rotation-invariance.1",
        "printed",
        "Section II, last paragraph",
        r"P(0\le\arg\lambda<t),\ \arg\lambda\in[0,2\pi)",
        Formula(_turn),
        Sample(
            _turned_products,
            _sectors,
            _angles,
            lambda b: b.of(10000, 20000, 100000),
            (1,),
            controls=(REAL, ELLIPTIC),
            minimum=10,
        ),
        (ALL_ROUND,),
        note="At each finite n. The controls are real entries, and complex ones whose parts differ in variance.",
    ),
    Claim(
        "dees:rotation-invariance.2",
        "sharp",
        "Section II, last paragraph",
        r"P(0\le\arg\lambda<t),\ \arg\lambda\in[0,2\pi)",
        Formula(_turn),
        Sample(
            _one_turned,
            _sectors,
            _angles,
            lambda b: b.of(16000, 32000, 100000),
            (1,),
            controls=(REAL,),
            minimum=6,
        ),
        (ONE_ROUND,),
        note="One factor whose entries are invariant under rotation suffices, whatever the others are.",
    ),
)
