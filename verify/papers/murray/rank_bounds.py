"""The rank of H_m: Lemma C.21 and Corollary C.22, against exact ranks of matrices."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import tail_rank
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.data import rational_unit_vectors
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.ranks import random_residues, rank_modulo


def _gram(instance: Instance) -> Any:
    """G = YYᵀ for integer points Y of rank r, or for rational points of the unit sphere; a matrix of fmpq."""
    rng = np.random.default_rng(instance["draw"])
    n, r = instance["n"], instance["r"]
    if instance["data"] == "sphere":
        copies = instance.get("duplicates", 0)
        points = rational_unit_vectors(rng, n, r, duplicates=copies, size=max(4, n // 2))
    elif instance["data"] == "basis":
        points = np.eye(n, r, dtype=object)
    else:
        points = rng.integers(-999, 1000, (n, r)).astype(object)
    gram = points @ points.T
    return np.array([[rational(value) for value in row] for row in gram], dtype=object)


def _coefficient(instance: Instance, j: int) -> Any:
    """c_j of real numbers: all 1, of changing sign, or with gaps."""
    pattern = instance["c"]
    return rational(Fraction(pattern[j % len(pattern)]))


@cache
def _modular_rank(n: int, r: int, m: int, unit: bool, draw: int) -> int:
    return rank_modulo(random_residues(np.random.default_rng(draw), n, r, unit=unit), range(m))


def _rank(instance: Instance, _: Rng) -> Sequence[Any]:
    """The rank of H_m; for large n the rank modulo a prime, which is exact where it is n."""
    m, n = instance["m"], instance["n"]
    if instance["data"].startswith("residues"):
        unit = instance["data"] == "residues of the sphere"
        return [fmpq(_modular_rank(n, instance["r"], m, unit, instance["draw"]))]
    G = _gram(instance)
    head = sum((_coefficient(instance, j) * G**j for j in range(m)), fmpq(0) * G)
    return [fmpq(rank(head))]


def _matrices(budget: Budget, _: Rng) -> Iterable[Instance]:
    """Points of rank r, as many as generic data need for the largest rank and a few more, if not too many."""
    patterns = (["1"], ["1", "-2"], ["0", "1", "1/3"], ["-1", "1/2", "0"])
    limit = budget.of(25, 45, 60)
    cases: list[Instance] = [{"data": "basis", "n": 3, "r": 2, "m": 1, "c": ["1"], "draw": 0}]
    for r in (1, 2, 3, 4, 5):
        for m in (1, 2, 3, 4, 5, 6):
            n = int(_monomials(r, m)) + 2
            if n <= limit:
                cases += [
                    {"data": data, "n": max(n, r), "r": r, "m": m, "c": c, "draw": position}
                    for position, c in enumerate(patterns)
                    for data in ("integers", "sphere")[: 1 + (r > 1)]
                ]
    copied = {"data": "sphere", "n": 9, "duplicates": 3, "r": 3, "m": 3, "c": ["1"], "draw": 1}
    return [*cases, copied]


def _shapes(budget: Budget, _: Rng) -> Iterable[Instance]:
    limit = budget.of(15, 24, 45)
    cases = [(r, m) for r in range(1, limit) for m in range(1, 13) if _monomials(r, m) <= limit]
    return [{"r": r, "m": m, "draw": r} for r, m in cases]


def _largest_of_several(instance: Instance, rng: Rng) -> Sequence[Any]:
    """The largest rank among matrices of more rows than that, of several kinds of data and coefficients."""
    r, m = instance["r"], instance["m"]
    n = int(_monomials(r, m)) + 2
    kinds = ("integers", "sphere") if r > 1 else ("integers",)
    patterns = (["1"], ["1", "-2"], ["0", "1", "1/3"])
    return [max(_rank({**instance, "n": n, "data": data, "c": c}, rng)[0] for data in kinds for c in patterns)]


def _monomials(r: int, m: int) -> Any:
    """The monomials of degree below m in r variables, counted degree by degree: H_m has no larger rank."""
    counts = [1] * m  # in one variable
    for _ in range(r - 1):
        counts = list(accumulate(counts))
    return fmpq(sum(counts))


def _printed_lemma() -> Any:
    import sympy

    r, m = symbols("r m")
    first = sympy.Min(r - 1, m - 1) * (2 * sympy.E) ** (r - 1)
    second = sympy.Max(0, m - r) * (2 * sympy.E / (r - 1)) ** (r - 1) * (m - 1) ** (r - 1)
    return 1 + first + second


def _in_r_and_m(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(r=instance["r"], m=instance["m"])]


def _of_rank(instance: Instance) -> bool:
    return bool(rank(_gram(instance)) == instance["r"])


RANK = Hypothesis(r"G\succeq0\text{ of rank }r", _of_rank)
AT_LEAST_TWO = Hypothesis(r"r\ge2", lambda i: i["r"] >= 2, tight=lambda i: i["r"] == 2)


# the rank for generic points of the sphere, with gaps among the coefficients


def _generic(budget: Budget, _: Rng) -> Iterable[Instance]:
    gaps = ([0], [1], [0, 1], [0, 2], [1, 4], [0, 1, 2], [0, 3], [1, 2, 5], [2], [0, 1, 2, 3, 4])
    sizes = ((2, 12), (3, 30), (4, 60), (5, budget.of(80, 200, 500)), (7, budget.of(90, 250, 800)))
    return [
        {"r": r, "n": n, "degrees": degrees, "draw": position}
        for r, most in sizes
        for position, degrees in enumerate(gaps)
        for n in (r, most)
    ]


def _generic_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    rng = np.random.default_rng(instance["draw"])
    points = random_residues(rng, instance["n"], instance["r"], unit=True)
    return [fmpq(rank_modulo(points, instance["degrees"]))]


def _largest_degrees(instance: Instance, value: Evaluate) -> Sequence[Any]:
    even, odd = (max((j for j in instance["degrees"] if j % 2 == parity), default=-1) for parity in (0, 1))
    return [value(r=instance["r"], n=instance["n"], even=even, odd=odd)]


# Corollary C.22


def _large(budget: Budget, _: Rng) -> Iterable[Instance]:
    """A matrix that attains the largest rank at m = r = 7, then larger r and m, and points of the sphere."""
    cases: list[Instance] = [{"data": "residues", "n": 1716, "r": 7, "m": 7, "draw": 0}]
    cases += [{"data": "any", "r": r, "m": m} for r in range(7, budget.of(11, 16, 30)) for m in (r, r + 1, 2 * r, 50)]
    spheres = ((7, 7, 60), (8, 9, 120), (9, 10, budget.of(150, 400, 800)), (7, 12, budget.of(200, 500, 1500)))
    return cases + [{"data": "residues of the sphere", "n": n, "r": r, "m": m, "draw": 1} for r, m, n in spheres]


def _largest_rank(instance: Instance, rng: Rng) -> Sequence[Any]:
    """The rank of a matrix, or the largest that any data have."""
    return [_monomials(instance["r"], instance["m"])] if instance["data"] == "any" else _rank(instance, rng)


def _largest_ratio(instance: Instance, _: Rng) -> Sequence[Any]:
    """The largest of rank(H_m)/m^r over m ≥ r ≥ first, where generic points of a finite field attain it, if few do."""
    first = instance["first"]
    ratios = [_monomials(r, m) / m**r for r in range(first, first + 5) for m in range(r, r + 9)]
    needed = int(_monomials(first, first))
    if needed <= 1716:
        ratios[0] = fmpq(_modular_rank(needed, first, first, False, 0)) / first**first
    return [max(ratios)]


def _printed_corollary() -> Any:
    r, m = symbols("r m")
    return 2 * m**r


SEVEN = Hypothesis(
    r"m\ge r\ge7", lambda i: i["m"] >= i["r"] >= 7, tight=lambda i: i["m"] == i["r"] == 7 and i["data"] != "any"
)
_RANK = r"\mathrm{rank}(H_m)"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:lem-c.21",
        "printed",
        "Lemma C.21 (103)",
        _RANK,
        Formula(_printed_lemma),
        Value(_matrices, _in_r_and_m, _rank, "<="),
        (RANK, AT_LEAST_TWO),
        note="True but far from sharp.",
    ),
    Claim(
        "murray:lem-c.21",
        "sharp",
        "Lemma C.21: the largest rank over all data of rank r and all real c_j",
        r"\max\mathrm{rank}(H_m)",
        Formula(lambda: tail_rank.head_rank(*symbols("r m")), derived=True),
        Value(_shapes, _in_r_and_m, _largest_of_several),
        note="Generic data have it, if every c_j ≠ 0 and n is not smaller.",
    ),
    Claim(
        "murray:lem-c.21",
        "new",
        "Lemma C.21, generic points of the sphere, c_j > 0; a, b the largest even and odd j, −1 if there is none",
        _RANK,
        Formula(lambda: tail_rank.sphere_rank(*symbols("r n even odd")), derived=True),
        Value(_generic, _largest_degrees, _generic_rank),
        note="With all j < m it is the number of harmonics of degree below m.",
    ),
    Claim(
        "murray:cor-c.22",
        "printed",
        "Corollary C.22",
        _RANK,
        Formula(_printed_corollary),
        Value(_large, _in_r_and_m, _largest_rank, "<"),
        (SEVEN,),
        note="It holds for all m and r of at least 1, with m^r in the place of 2m^r.",
    ),
    Claim(
        "murray:cor-c.22",
        "sharp",
        "Corollary C.22: the best constant in the place of 2, for m ≥ r ≥ f",
        r"\max_{m\ge r\ge f}\mathrm{rank}(H_m)/m^r",
        Formula(lambda: tail_rank.power_constant(*symbols("f")), derived=True),
        Value(
            lambda budget, _: [{"first": f} for f in range(1, budget.of(22, 30, 50))],
            lambda instance, value: [value(f=instance["first"])],
            _largest_ratio,
        ),
        note="At f = 7 it is 1716/7^7, attained by 1716 generic points at m = r = 7.",
    ),
)
