"""Ranks of random matrices and of their products: Lemmas 20 and 21, Corollary 22.

A law without atoms is drawn to some digits: a random number then takes each of its values with a chance below 2^−200,
so that by the bound of Lemma 20 in its sharp form the rank of no draw falls short by accident. Among the laws are
singular ones, on the Cantor set, which have no density. That of Lemma 20 for laws with atoms is decided by counting.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import pairwise, product
from typing import Any

import numpy as np
from flint import fmpq, fmpz_mat, nmod_mat
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.random_rank import deficiency_bound, full_rank_chance, product_rank
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, symbols, undefined

Array = NDArray[Any]
DIGITS = 220


def _digits(rng: np.random.Generator, base: int, allowed: Sequence[int], count: int) -> Any:
    """A number in [0, 1] with random digits."""
    chosen = rng.integers(0, len(allowed), count)
    return fmpq(int("".join(str(allowed[place]) for place in chosen), base), base**count)


LAWS: dict[str, Callable[[np.random.Generator], Any]] = {
    "uniform": lambda rng: 2 * _digits(rng, 2, (0, 1), DIGITS) - 1,
    "Cantor": lambda rng: _digits(rng, 3, (0, 2), DIGITS),
    "Cantor, 1 and 2 of 5": lambda rng: _digits(rng, 5, (1, 2), DIGITS),
    "uniform squared": lambda rng: _digits(rng, 2, (0, 1), DIGITS) ** 2,
    "signed Cantor": lambda rng: _digits(rng, 3, (0, 2), DIGITS) - fmpq(1, 2),
    "coin": lambda rng: fmpq(int(rng.integers(0, 2))),
    "half zero": lambda rng: int(rng.integers(0, 2)) * _digits(rng, 2, (0, 1), DIGITS),
}
WITH_ATOMS = ("coin", "half zero")


def _matrix(law: str, shape: tuple[int, int], rng: np.random.Generator) -> Array:
    return np.array([[LAWS[law](rng) for _ in range(shape[1])] for _ in range(shape[0])], dtype=object)


def _factors(instance: Instance) -> list[Array]:
    """Independent matrices of the widths of the instance, or, in a control, W orthogonal to V = (v_1, v_2)."""
    widths = instance["widths"]
    rng = np.random.default_rng([instance["draw"], *widths])
    found = [_matrix(instance["law"], shape, rng) for shape in pairwise(widths)]
    if instance.get("dependent"):
        (v,) = found[0]
        found[1] = np.array([[-v[1]], [v[0]]])
    return found


def _cases(factors: Sequence[int], most: int) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Widths m_1, …, m_{n+1} of n factors, the small ones first, each law in turn."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        small = [widths for n in factors for widths in product(range(1, most + 1), repeat=n + 1)]
        small.sort(key=lambda widths: (sum(a * b for a, b in pairwise(widths)), widths))
        for _ in range(budget.of(6, 25, 200)):
            n = int(rng.choice(factors))
            small.append(tuple(int(width) for width in rng.integers(1, 9, n + 1)))
        free = [law for law in LAWS if law not in WITH_ATOMS]
        return [{"law": free[draw % len(free)], "widths": list(w), "draw": draw} for draw, w in enumerate(small)]

    return instances


def _measured_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(reduce(np.matmul, _factors(instance))))]


# the formulas as printed


def _lemma_20() -> Any:
    import sympy

    return sympy.Min(*symbols("m n"))


def _predicted_20(instance: Instance, value: Evaluate) -> Sequence[Any]:
    m, n = instance["widths"]
    return [value(m=m, n=n)]


def _lemma_21() -> Any:
    import sympy

    return sympy.Min(*symbols("m n k"))


def _predicted_21(instance: Instance, value: Evaluate) -> Sequence[Any]:
    m, n, k = instance["widths"]
    return [value(m=m, n=n, k=k)]


def _corollary_22() -> Any:
    """The least of m_1, …, m_n."""
    (n,) = symbols("n")
    return undefined("min_m")(n)


def _corrected_22() -> Any:
    return product_rank(*symbols("m_1 m_2 m_3 m_4 m_5"))


def _predicted_22(instance: Instance, value: Evaluate) -> Sequence[Any]:
    widths = instance["widths"]
    filled = {f"m_{place}": widths[min(place, len(widths)) - 1] for place in range(1, 6)}

    def least(count: int) -> int:
        if not 1 <= count <= len(widths):
            raise IndexError(f"count={count}: expected 1 to {len(widths)}")
        return int(min(widths[:count]))

    return [value(n=len(widths) - 1, min_m=least, **filled)]


# by counting: entries with atoms, and entries of a finite field


ATOMS: dict[str, tuple[tuple[int, Fraction], ...]] = {
    "0, 1": ((0, Fraction(1, 2)), (1, Fraction(1, 2))),
    "-1, 1": ((-1, Fraction(1, 2)), (1, Fraction(1, 2))),
    "0, 1, 2": ((0, Fraction(1, 3)), (1, Fraction(1, 3)), (2, Fraction(1, 3))),
    "0 often": ((0, Fraction(3, 4)), (1, Fraction(1, 8)), (-2, Fraction(1, 8))),
    "0 rarely": ((0, Fraction(1, 5)), (1, Fraction(2, 5)), (3, Fraction(2, 5))),
    "four": ((-1, Fraction(1, 4)), (0, Fraction(1, 4)), (2, Fraction(1, 4)), (5, Fraction(1, 4))),
}
MOST_MATRICES = 5000


def _countable(count: int) -> list[tuple[int, int]]:
    """The shapes m × n, n ≤ m, of which there are few enough matrices with so many values."""
    shapes = [(m, n) for m in range(1, 7) for n in range(1, m + 1) if count ** (m * n) <= MOST_MATRICES]
    return sorted(shapes, key=lambda shape: shape[0] * shape[1])


def _with_atoms(_: Budget, __: Rng) -> Iterable[Instance]:
    return [{"atoms": name, "shape": list(s)} for name, atoms in ATOMS.items() for s in _countable(len(atoms))]


def _predicted_bound(instance: Instance, value: Evaluate) -> Sequence[Any]:
    m, n = instance["shape"]
    return [value(alpha=max(chance for _, chance in ATOMS[instance["atoms"]]), m=m, n=n)]


@lru_cache(maxsize=256)
def _deficient(name: str, m: int, n: int) -> Fraction:
    total = Fraction(0)
    for entries in product(ATOMS[name], repeat=m * n):
        if fmpz_mat(m, n, [value for value, _ in entries]).rank() < n:
            total += reduce(lambda chance, entry: chance * entry[1], entries, Fraction(1))
    return total


def _measured_deficiency(instance: Instance, _: Rng) -> Sequence[Any]:
    return [rational(_deficient(instance["atoms"], *instance["shape"]))]


def _finite_fields(_: Budget, __: Rng) -> Iterable[Instance]:
    return [{"prime": p, "shape": list(shape)} for p in (2, 3, 5, 7, 11) for shape in _countable(p)]


def _predicted_chance(instance: Instance, value: Evaluate) -> Sequence[Any]:
    m, n = instance["shape"]
    return [value(N=instance["prime"], m=m, n=n)]


@lru_cache(maxsize=256)
def _full(p: int, m: int, n: int) -> Fraction:
    matrices = product(range(p), repeat=m * n)
    return Fraction(sum(nmod_mat(m, n, list(entries), p).rank() == n for entries in matrices), p ** (m * n))


def _measured_chance(instance: Instance, _: Rng) -> Sequence[Any]:
    return [rational(_full(instance["prime"], *instance["shape"]))]


def _bound() -> Any:
    return deficiency_bound(*symbols("alpha m n"))


def _chance() -> Any:
    return full_rank_chance(*symbols("N m n"))


NO_ATOMS = Hypothesis(r"\text{the law of the entries has no atoms}", lambda instance: instance["law"] not in WITH_ATOMS)
INDEPENDENT = Hypothesis(r"\text{the factors are independent}", lambda instance: not instance.get("dependent"))
_ATOMS_CONTROLS = {
    count: tuple({"law": law, "widths": [2] * (count + 1), "draw": 3} for law in WITH_ATOMS) for count in (1, 2)
}
_ORTHOGONAL = {"law": "signed Cantor", "widths": [1, 2, 1], "draw": 1, "dependent": 1}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:lem-20",
        "printed",
        "Lemma 20",
        r"\operatorname{rk}\mathbf W",
        Formula(_lemma_20),
        Value(_cases((1,), 5), _predicted_20, _measured_rank, controls=_ATOMS_CONTROLS[1]),
        (NO_ATOMS,),
        note="Continuous must mean without atoms: a law that is half zero and half uniform is not discrete, and fails.",
        activations=1,
    ),
    Claim(
        "singh:lem-20",
        "sharp",
        "Lemma 20 for laws with atoms",
        r"P(\operatorname{rk}\mathbf W<n\le m)",
        Formula(_bound, derived=True),
        Value(_with_atoms, _predicted_bound, _measured_deficiency, "<="),
        note="α is the largest chance of a value. It is attained by a column of entries that are most often 0, and "
        "is 0 where there are no atoms. Independence suffices, the entries need no common law.",
        activations=1,
    ),
    Claim(
        "singh:lem-20",
        "new",
        "Lemma 20 over a finite field",
        r"P(\operatorname{rk}\mathbf W=n\le m)",
        Formula(_chance, derived=True),
        Value(_finite_fields, _predicted_chance, _measured_chance),
        note="All matrices over a field of N = 2, …, 11 elements are counted.",
        activations=1,
    ),
    Claim(
        "singh:lem-21",
        "printed",
        "Lemma 21",
        r"\operatorname{rk}(\mathbf V\mathbf W)",
        Formula(_lemma_21),
        Value(_cases((2,), 3), _predicted_21, _measured_rank, controls=(*_ATOMS_CONTROLS[2], _ORTHOGONAL)),
        (NO_ATOMS, INDEPENDENT),
        note="V and W must be independent: V = (a, b), W = (−b, a)ᵀ have independent entries each, and V W = 0.",
        activations=1,
    ),
    Claim(
        "singh:cor-22",
        "printed",
        "Corollary 22",
        r"\operatorname{rk}(\mathbf W^1\cdots\mathbf W^n)",
        Formula(_corollary_22),
        Value(_cases((1, 2, 3, 4), 2), _predicted_22, _measured_rank),
        (NO_ATOMS, INDEPENDENT),
        note="min m is min(m_1, …, m_n); it forgets the columns of W^n, m_{n+1} in number.",
        activations=1,
    ),
    Claim(
        "singh:cor-22",
        "corrected",
        "Corollary 22 with m_{n+1}",
        r"\operatorname{rk}(\mathbf W^1\cdots\mathbf W^n)",
        Formula(_corrected_22, derived=True),
        Value(
            _cases((1, 2, 3, 4), 2),
            _predicted_22,
            _measured_rank,
            controls=(*_ATOMS_CONTROLS[1], *_ATOMS_CONTROLS[2], _ORTHOGONAL),
        ),
        (NO_ATOMS, INDEPENDENT),
        note="Here for four factors; fewer of them end in identities.",
        activations=1,
    ),
)
