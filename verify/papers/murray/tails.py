"""The lower spectrum for arbitrary data: Lemma C.20 and Lemma C.23, exact and with explicit constants."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import tail_bounds, tail_rank
from eigenlaw.verify.circles import circle_spectrum
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.data import rational_unit_vectors
from eigenlaw.verify.effective_rank import EffectiveRank
from eigenlaw.verify.eigenvalue_ratio import EigenvalueRatio
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols, undefined
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.papers.murray.tail_sequences import (
    SEQUENCES,
    circle_data,
    least_eigenvalue,
    truncation,
)

SERIES: tuple[tuple[str, ...], ...] = (
    ("1", "1", "1", "1"),
    ("0", "0", "2", "0", "1/3"),
    ("1/2", "0", "1/3", "1/4"),
    ("0", "1", "0", "1/5", "0", "1/7"),
)
TERMS = 40


def _coefficient(instance: Instance, j: int) -> Any:
    """c_j, of a finite sequence or of c_j = a^j."""
    if j < 0:
        raise IndexError(f"j={j}: expected an index of at least 0")
    if "a" in instance:
        return rational(Fraction(instance["a"])) ** j
    return rational(Fraction(instance["c"][j])) if j < len(instance["c"]) else fmpq(0)


def _points(instance: Instance) -> Any:
    """Rational points on the unit sphere, or what the instance puts in their place; shape (n, d)."""
    if "points" in instance:
        return np.array([[Fraction(entry) for entry in row] for row in instance["points"]], dtype=object)
    rng = np.random.default_rng(instance["draw"])
    copies, opposites = instance.get("duplicates", 0), instance.get("antipodes", 0)
    n, d = instance["n"], instance["d"]
    return rational_unit_vectors(rng, n, d, duplicates=copies, antipodes=opposites, size=max(3, n))


def _gram(instance: Instance) -> Any:
    """G, a matrix of rationals."""
    X = _points(instance)
    return np.array([[rational(value) for value in row] for row in X @ X.T], dtype=object)


def _head(instance: Instance) -> Any:
    """H_m = Σ_{j<m} c_j G^{∘j}."""
    G = _gram(instance)
    return sum((_coefficient(instance, j) * G**j for j in range(instance["m"])), fmpq(0) * G)


def _tail(instance: Instance, first: int | None = None) -> Any:
    """T_m = Σ_{j≥m} c_j G^{∘j}; the whole of nK from first = 0."""
    G, start = _gram(instance), instance["m"] if first is None else first
    if "a" in instance:
        scaled = rational(Fraction(instance["a"])) * G
        return scaled**start / (1 - scaled)
    return sum((_coefficient(instance, j) * G**j for j in range(start, len(instance["c"]))), fmpq(0) * G)


@cache
def _rank_of(name: str) -> int:
    import json

    return rank(_head(json.loads(name)))


def _head_rank(instance: Instance) -> int:
    return _rank_of(instance_text({key: value for key, value in instance.items() if key != "k"}))


# Lemma C.20


def _data_sets(budget: Budget, rng: Rng) -> Iterator[dict[str, Any]]:
    basis = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
    yield {"points": basis}
    yield {"points": [["1", "0"], ["0", "1"], ["3/5", "4/5"]]}
    shapes = [(4, 2, 0, 0), (5, 2, 1, 1), (5, 3, 0, 0), (6, 3, 2, 0), (6, 2, 0, 2), (6, 4, 0, 1)]
    shapes += [(int(rng.integers(4, 9)), int(rng.integers(2, 5)), 0, 0) for _ in range(budget.of(0, 6, 40))]
    for position, (n, d, copies, opposites) in enumerate(shapes):
        yield {"n": n, "d": d, "duplicates": copies, "antipodes": opposites, "draw": position}


def _admitted(data_sets: Iterable[dict[str, Any]], series: Sequence[dict[str, Any]]) -> Iterator[Instance]:
    """Every sequence on all data, for m = 1, 2, 3 and the first and the last k beyond the rank of H_m."""
    for data in data_sets:
        for coefficients in series:
            for m in (1, 2, 3):
                instance = {**data, **coefficients, "m": m}
                n, head = len(_points(instance)), _head_rank(instance)
                yield from ({**instance, "k": k} for k in sorted({head + 1, n}) if head < k <= n)


def _small_matrices(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return _admitted(_data_sets(budget, rng), [*({"c": list(c)} for c in SERIES), {"a": "1/2"}])


def _all_matrices(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Points of any norm and coefficients of any sign too."""
    long = {"points": [["2", "0", "1"], ["0", "1/2", "0"], ["1", "1", "1"], ["1", "-1", "0"], ["0", "0", "3"]]}
    signs = [{"c": ["1", "-2", "1/2", "-1/3"]}, {"c": ["0", "-1", "1", "0", "-1/4"]}]
    yield from _small_matrices(budget, rng)
    yield from _admitted([*_data_sets(budget, rng), long], signs)


def _relative_eigenvalue(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_k(K)/‖G^{∘m}‖."""
    G = _gram(instance)
    return [EigenvalueRatio(_tail(instance, 0) / fmpq(len(G)), instance["k"], G ** instance["m"])]


def _printed_tail() -> Any:
    import sympy

    j, m, n = symbols("j m n")
    return summation(indexed("c")[j], (j, m, sympy.oo)) / n


def _with_rest(instance: Instance, value: Evaluate) -> Sequence[Any]:
    last = max(TERMS, instance["m"]) if "a" in instance else len(instance["c"]) - 1
    rest = _coefficient(instance, last + 1) / (1 - _coefficient(instance, 1)) if "a" in instance else fmpq(0)
    n = len(_points(instance))
    return [value(c=lambda j: _coefficient(instance, j), m=instance["m"], n=n, oo=last) + rest / n]


def _weyl_ratio(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_k(nK)/λ_{k−rank H_m}(T_m)."""
    return [EigenvalueRatio(_tail(instance, 0), instance["k"], _tail(instance), instance["k"] - _head_rank(instance))]


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _all_unit(instance: Instance) -> bool:
    return all(entry == 1 for entry in _gram(instance).diagonal())


UNIT_NORM = Hypothesis(r"\|x_i\|=1", _all_unit)
NONNEGATIVE = Hypothesis(
    r"c_j\ge0",
    lambda i: "a" in i or min(map(Fraction, i["c"])) >= 0,
    tight=lambda i: "a" not in i and min(map(Fraction, i["c"])) == 0,
)
RANK = Hypothesis(r"r\ge2", lambda i: rank(_gram(i)) >= 2, tight=lambda i: rank(_gram(i)) == 2)
BEYOND = Hypothesis(
    r"n\ge k>\mathrm{rank}(H_m)", lambda i: i["k"] > _head_rank(i), tight=lambda i: i["k"] == _head_rank(i) + 1
)
CONTROLS: tuple[Instance, ...] = (
    {"points": [["1", "0"], ["-1", "0"], ["0", "1"]], "c": ["0", "1", "-1/2"], "m": 1, "k": 1},
    {"points": [["2", "0"], ["0", "2"]], "c": ["0", "1", "1"], "m": 1, "k": 1},
    {"points": [["1", "0"], ["0", "1"], ["3/5", "4/5"]], "c": ["1", "1"], "m": 2, "k": 3},
)

# Lemma C.23


def _decaying(budget: Budget, _: Rng) -> Iterable[Instance]:
    sizes = {7: (119, 200), 8: (77, 120), 9: (168,), 10: (116,)}
    scales = {"power": ("8", "11"), "stretched": ("1", "3"), "geometric": ("1/3", "2/3")}
    return [
        {"sequence": name, "scale": scale, "r": r, "points": points}
        for r, choices in sizes.items()
        for points in choices[: budget.of(1, 2, 2)]
        for name, pair in scales.items()
        for scale in pair
    ]


def _printed_rate() -> Any:
    m, n, nu = symbols("m n nu")
    return n ** (-nu) * undefined("U")(m)


def _rate_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    sequence = SEQUENCES[instance["sequence"]]
    data = circle_data(instance["r"], instance["points"])
    return [
        value(
            n=data.count,
            nu=0,
            m=truncation(data.count, data.rank),
            U=lambda m: sequence.integral(Fraction(instance["scale"]), m - 1),
        )
    ]


def _order(instance: Instance) -> int:
    data = circle_data(instance["r"], instance["points"])
    return truncation(data.count, data.rank)


LARGE = Hypothesis(
    r"m(n)=\lfloor(n/2)^{1/r}\rfloor\ge r\ge7,\ U(\ell,m(n))<\infty,\ \nu=0",
    lambda i: _order(i) >= i["r"] >= 7,
    tight=lambda i: _order(i) == i["r"] == 7,
)


def _spread(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Equidistant points of the circle, then rational points of spheres, with every m that the bound admits."""
    for n in (4, 6, 8, 20):
        yield from ({"circle": n, "a": a, "m": m, "k": n} for a in ("2/1001", "4/5") for m in (n // 2, 1))
    shapes = [(3, 2), (4, 2), (5, 3), (6, 3), (7, 2)] + [(8, 3), (9, 4), (6, 2)] * budget.of(0, 1, 2)
    for draw, (n, d) in enumerate(shapes):
        for coefficients in ({"c": ["1", "1", "1", "1", "1"]}, {"c": ["0", "0", "1", "0", "0", "1/2"]}, {"a": "3/5"}):
            orders = [m for m in range(1, 5) if tail_rank.sphere_head_rank(d, m) < n]
            yield from ({**coefficients, "n": n, "d": d, "draw": draw, "m": m, "k": n} for m in orders)


def _measured_eigenvalue(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_k(K), exactly; that of equidistant points of a circle from its characters."""
    if "circle" not in instance:
        return [EigenvalueRatio(_tail({**instance, "m": 0}) / fmpq(instance["n"]), instance["k"])]
    a = arb(rational(Fraction(instance["a"])))
    spectrum = circle_spectrum(lambda rho: 1 / (1 - a * rho), instance["circle"])
    least = spectrum[0]
    for value in spectrum[1:]:
        least = least.min(value)
    return [least]


def _walk_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    last = TERMS if "a" in instance else len(instance["c"]) - 1
    rest = _coefficient(instance, last + 1) / (1 - _coefficient(instance, 1)) if "a" in instance else fmpq(0)
    return [value(c=lambda j: _coefficient(instance, j), m=instance["m"], J=last) + rest]


def _enough_points(instance: Instance) -> bool:
    r, n = (2, instance["circle"]) if "circle" in instance else (instance["d"], instance["n"])
    return bool(tail_rank.sphere_head_rank(r, instance["m"]) < instance["k"] <= n)


ENOUGH = Hypothesis(r"n\ge k>\binom{r+m-2}{r-1}+\binom{r+m-3}{r-1}", _enough_points)


def _power_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(r=rank(_gram(instance)), m=instance["m"])]


def _powers(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [{**data, "c": ["1"], "m": m} for data in _data_sets(budget, rng) for m in (1, 2, 3, 4)]


def _derived_power() -> Any:
    return tail_rank.power_effective_rank(*symbols("r m"))


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:lem-c.20",
        "printed",
        "Lemma C.20",
        r"\lambda_k(K)/\|G^{\odot m}\|",
        Formula(_printed_tail),
        Value(_small_matrices, _with_rest, _relative_eigenvalue, "<=", controls=CONTROLS),
        (UNIT_NORM, NONNEGATIVE, RANK, BEYOND),
        note="Attained by orthonormal data, and wherever H_m = 0. The proof needs no r ≥ 2.",
    ),
    Claim(
        "murray:lem-c.20",
        "sharp",
        "Lemma C.20, for every symmetric G and real c_j",
        r"\lambda_k(nK)/\lambda_{k-\mathrm{rank}(H_m)}(T_m),\ T_m=\sum_{j\ge m}c_jG^{\odot j}",
        Formula(_one, derived=True),
        Value(_all_matrices, lambda _, value: [value()], _weyl_ratio, "<="),
        (BEYOND,),
        note="Weyl's inequality with the eigenvalue of T_m in the place of the sum of norms.",
    ),
    Claim(
        "murray:lem-c.23.1",
        "printed",
        "Lemma C.23 (105), with c_j = ℓ(j) and the constant 1",
        r"\lambda_n(K_n)",
        Formula(_printed_rate),
        Value(_decaying, _rate_value, lambda i, _: [least_eigenvalue(i)], "<="),
        (LARGE,),
        note="ν: Z≥1 → Z≥1 as printed admits no data, see part 2; it is read as ν ≥ 0, and Theorem C.24 takes ν = 0.",
    ),
    Claim(
        "murray:lem-c.23.1",
        "sharp",
        "Lemma C.23, for every n and r, with Chebyshev polynomials in the place of powers",
        r"\lambda_k(K)",
        Formula(tail_bounds.walk_tail, derived=True),
        Value(_spread, _walk_value, _measured_eigenvalue, "<="),
        (ENOUGH,),
        note="P(|S_j| ≥ m) of a random walk is the share of x^j that is left to degrees of at least m.",
    ),
    Claim(
        "murray:lem-c.23.2",
        "new",
        "Lemma C.23, the assumption on ν",
        r"\mathrm{eff}(G^{\odot m})=n/\|G^{\odot m}\|",
        Formula(_derived_power, derived=True),
        Value(_powers, _power_value, lambda i, _: [EffectiveRank(_gram(i) ** i["m"])], "<="),
        (UNIT_NORM,),
        note="With n ≥ 2m^r and m ≥ r it gives ‖G^{∘m(n)}‖ ≥ 2m/e, so that ν(n) = 1 is never possible.",
    ),
)
