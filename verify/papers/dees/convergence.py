"""Modes of convergence: Definitions VI.1 to VI.3, their implications, and what the disc example leaves out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq

from eigenlaw.verify.claim import Asymptotic, Budget, Claim, Envelope, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols

# Random variables on finitely many equally likely points: X, and X_n, X_{n+1}, … for as long as they change


def _spaces(budget: Budget, rng: Rng) -> Iterable[Instance]:
    few: list[Instance] = [
        {"X": [0], "X_n": [[0]], "epsilon": 1, "x": 0},
        {"X": [0, 1], "X_n": [[1, 1], [0, 1]], "epsilon": 1, "x": 0},
        {"X": [0, 2], "X_n": [[2, 2], [0, 4]], "epsilon": 1, "x": 1},
        {"X": [0, 0, 4], "X_n": [[2, 0, 4]], "epsilon": 1, "x": 1},
    ]
    drawn = []
    for _ in range(budget.of(60, 200, 2000)):
        points, later = int(rng.integers(2, 7)), int(rng.integers(1, 4))
        X = [int(x) for x in rng.integers(-4, 5, points)]
        moved = rng.integers(-3, 4, (later, points)) * (rng.random((later, points)) < 0.5)
        path = [[x + int(d) for x, d in zip(X, row, strict=True)] for row in moved]
        drawn.append({"X": X, "X_n": path, "epsilon": int(rng.integers(1, 4)), "x": int(rng.integers(-4, 5))})
    return [*few, *drawn]


def _share(outcomes: Iterable[bool]) -> Any:
    found = list(outcomes)
    return fmpq(sum(found), len(found))


def _far(instance: Instance, row: Sequence[int]) -> list[bool]:
    return [abs(a - b) > instance["epsilon"] for a, b in zip(row, instance["X"], strict=True)]


def _far_now(instance: Instance, _: Rng) -> Sequence[Any]:
    """P(|X_n − X| > ε)."""
    return [_share(_far(instance, instance["X_n"][0]))]


def _far_ever(instance: Instance, value: Evaluate) -> Sequence[Any]:
    rows = [_far(instance, row) for row in instance["X_n"]]
    return [value(s=_share(any(column) for column in zip(*rows, strict=True)))]


def _step(values: Sequence[int], x: int) -> Any:
    return _share(value <= x for value in values)


def _difference(instance: Instance, _: Rng) -> Sequence[Any]:
    """|F_n(x) − F(x)|."""
    return [abs(_step(instance["X_n"][0], instance["x"]) - _step(instance["X"], instance["x"]))]


def _distance_bound() -> Any:
    import sympy

    above, here, below, far = symbols("F_above F_here F_below p")
    return sympy.Max(above - here, here - below) + far


def _bounded(instance: Instance, value: Evaluate) -> Sequence[Any]:
    X, x, epsilon = instance["X"], instance["x"], instance["epsilon"]
    [far] = [_share(_far(instance, instance["X_n"][0]))]
    return [value(F_above=_step(X, x + epsilon), F_here=_step(X, x), F_below=_step(X, x - epsilon), p=far)]


# The converses


def _blocks(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"n": n} for n in range(1, 65)]


def _typewriter(n: int) -> tuple[Fraction, Fraction]:
    """Return the interval of [0, 1] on which X_n is 1: the n-th of the dyadic intervals, by size and then by place."""
    level = n.bit_length() - 1
    start = Fraction(n - 2**level, 2**level)
    return start, start + Fraction(1, 2**level)


def _typewriter_chances(instance: Instance, _: Rng) -> Sequence[Any]:
    """P(|X_n| > ½), and the share of the ω with X_m(ω) = 1 for some m from n to 2n."""
    n = instance["n"]
    low, high = _typewriter(n)
    total, end = Fraction(0), Fraction(0)
    for a, b in sorted(_typewriter(m) for m in range(n, 2 * n + 1)):
        total += max(b, end) - max(a, end)
        end = max(b, end)
    return [fmpq(*(high - low).as_integer_ratio()), fmpq(*total.as_integer_ratio())]


def _dyadic() -> Any:
    import sympy

    level, ever = symbols("level ever")
    return sympy.Piecewise((sympy.Integer(1), sympy.Eq(ever, 1)), (sympy.Integer(2) ** (-level), True))


def _at_block(instance: Instance, value: Evaluate) -> Sequence[Any]:
    level = instance["n"].bit_length() - 1
    return [value(level=level, ever=0), value(level=level, ever=1)]


# Laws on [0, 1] that tend to the uniform one or to a point

_LAWS: dict[str, tuple[Callable[[int, Any], Any], Callable[[Any], Any], tuple[Fraction, ...]]] = {
    "uniform on 1/n, …, n/n": (
        lambda n, x: fmpq(min(n, max(0, int((x * n).floor()))), n),
        lambda x: min(fmpq(1), max(fmpq(0), x)),
        (),
    ),
    "1/n": (lambda n, x: fmpq(int(x * n >= 1)), lambda x: fmpq(int(x >= 0)), (Fraction(0),)),
    "0, and n with chance 1/n": (
        lambda n, x: fmpq(n - 1, n) * int(x >= 0) + fmpq(1, n) * int(x >= n),
        lambda x: fmpq(int(x >= 0)),
        (Fraction(0),),
    ),
    "a fair sign times 1 + 1/n": (
        lambda n, x: (fmpq(int(x * n >= -n - 1)) + fmpq(int(x * n >= n + 1))) / 2,
        lambda x: (fmpq(int(x >= -1)) + fmpq(int(x >= 1))) / 2,
        (Fraction(-1), Fraction(1)),
    ),
}
"""Distribution functions of X_n and of the limit, and where the latter jumps."""


def _laws(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    places = dict.fromkeys(_LAWS, ("1/3", "1/2", "7/5"))
    places["a fair sign times 1 + 1/n"] = ("-1/2", "1/3", "5/2")
    return [{"X_n": name, "x": x} for name in _LAWS for x in places[name]]


def _jumps(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"X_n": "1/n", "x": "0", "n": n} for n in range(1, 21)]


def _missed(instance: Instance, _: Rng) -> Sequence[Any]:
    """F(x) − F_n(x)."""
    law, limit, _jump = _LAWS[instance["X_n"]]
    return [limit(fmpq(0)) - law(instance["n"], fmpq(0))]


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _distributions(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    x = Fraction(instance["x"])
    return [_LAWS[instance["X_n"]][0](n, fmpq(x.numerator, x.denominator)) for n in indices]


def _limit(instance: Instance) -> Mapping[str, Fraction]:
    x = Fraction(instance["x"])
    value = _LAWS[instance["X_n"]][1](fmpq(x.numerator, x.denominator))
    return {"F": Fraction(int(value.p), int(value.q))}


def _limit_formula() -> Any:
    return symbols("F")[0]


CONTINUOUS = Hypothesis(r"F\text{ is continuous at }x", lambda i: Fraction(i["x"]) not in _LAWS[i["X_n"]][2])

# Points of a square grid as the atoms of μ_n

Place = tuple[Fraction, Fraction]


def _inside(z: Place, radius: Fraction = Fraction(1)) -> bool:
    return z[0] ** 2 + z[1] ** 2 <= radius**2


_SETS: dict[str, tuple[Callable[[Place], bool], Fraction, bool, Fraction]] = {
    "the right half": (lambda z: z[0] > 0, Fraction(1, 2), True, Fraction(1, 2)),
    "the first quadrant": (lambda z: min(z) > 0, Fraction(1, 4), True, Fraction(1, 4)),
    "the disc of radius 1/2": (lambda z: _inside(z, Fraction(1, 2)), Fraction(1, 4), True, Fraction(1, 4)),
    "the ring from 1/2 to 1": (lambda z: not _inside(z, Fraction(1, 2)), Fraction(3, 4), True, Fraction(3, 4)),
    "the eighth below the diagonal": (lambda z: 0 < z[1] < z[0], Fraction(1, 8), True, Fraction(1, 8)),
    "the right half, and all points with an irrational coordinate": (
        lambda z: z[0] > 0,
        Fraction(1),
        False,
        Fraction(1, 2),
    ),
}
"""Subsets of the disc: membership of a rational point, share of the area, whether the boundary has area 0, and the
share of the disc, by area, in which the rational points belong to it."""


def _subsets(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"A": name, "offset": offset} for name in _SETS for offset in ("1/2", "1/3")]


def _grid_shares(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    """The share of the atoms of μ_n in A: (i + offset)/n inside the disc."""
    member, offset = _SETS[instance["A"]][0], Fraction(instance["offset"])
    found = []
    for n in indices:
        side = [(i + offset) / n for i in range(-n - 1, n + 1)]
        inside = [z for a in side for b in side if _inside(z := (a, b))]
        found.append(fmpq(sum(member(z) for z in inside), len(inside)))
    return found


def _area(instance: Instance) -> Mapping[str, Fraction]:
    return {"alpha": _SETS[instance["A"]][1], "alpha_seen": _SETS[instance["A"]][3]}


def _alpha() -> Any:
    return symbols("alpha")[0]


def _seen() -> Any:
    return symbols("alpha_seen")[0]


NULL_BOUNDARY = Hypothesis(r"\Pr(\mu\in\partial A)=0", lambda i: _SETS[i["A"]][2])


def _grid_sizes(_: Instance) -> Sequence[int]:
    return (3, 8, 19, 40)


def _swollen(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"offset": offset} for offset in ("1/2", "1/3", "1/5")]


def _within(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    """P(|μ_n| ≤ 1), μ_n uniform on the points (i + offset)/n of the disc of radius 1 + 1/n."""
    offset, found = Fraction(instance["offset"]), []
    for n in indices:
        side = [(i + offset) / n for i in range(-n - 2, n + 2)]
        atoms = [z for a in side for b in side if _inside(z := (a, b), 1 + Fraction(1, n))]
        found.append(fmpq(sum(map(_inside, atoms)), len(atoms)))
    return found


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:convergence.1",
        "printed",
        "Definition VI.1, by distribution functions",
        r"F_n(x),\ n\to\infty",
        Formula(_limit_formula),
        Asymptotic(
            "~",
            "n",
            _laws,
            _limit,
            lambda _: (11, 31, 101, 331),
            _distributions,
            lambda _: Envelope(Formula(_limit_formula, derived=True), "~"),
            minimum=12,
        ),
        (CONTINUOUS,),
        note="Discrete laws that tend to a uniform one, to a point, to two points; one of them with mass escaping.",
    ),
    Claim(
        "dees:convergence.2",
        "new",
        "Definition VI.1, continuity is needed",
        r"F(0)-F_n(0),\ X_n=1/n",
        Formula(_one, derived=True),
        Value(_jumps, lambda i, value: [value()], _missed),
        note="X_n → 0 for every ω, yet F_n(0) = 0 for all n and F(0) = 1.",
    ),
    Claim(
        "dees:convergence.3",
        "printed",
        "after Definition VI.2, almost surely ⇒ in probability",
        r"\Pr(|X_n-X|>\epsilon)",
        Formula(lambda: symbols("s")[0]),
        Value(_spaces, _far_ever, _far_now, relation="<="),
        note="By s = Pr(sup_{m≥n} |X_m − X| > ε), which tends to 0 exactly where X_n → X almost surely. Axiom 3 "
        "before it asks for A_i ∩ A_j = ∅ for all i, j; it needs i ≠ j.",
    ),
    Claim(
        "dees:convergence.4",
        "printed",
        "after Definition VI.2, in probability ⇒ in distribution",
        r"|F_n(x)-F(x)|",
        Formula(_distance_bound),
        Value(_spaces, _bounded, _difference, relation="<="),
        note="p = Pr(|X_n − X| > ε), F_above = F(x + ε), F_below = F(x − ε): first n → ∞, then ε → 0, where F is "
        "continuous at x.",
    ),
    Claim(
        "dees:convergence.5",
        "new",
        "after Definition VI.3, no converse",
        r"\Pr(|X_n|>\tfrac12),\ \Pr(X_m=1\text{ for some }n\le m\le2n)",
        Formula(_dyadic, derived=True),
        Value(_blocks, _at_block, _typewriter_chances),
        note="X_n is 1 on the n-th dyadic interval: it tends to 0 in probability and converges for no ω.",
    ),
    Claim(
        "dees:convergence.6",
        "printed",
        "last paragraph of the appendix, 'means firstly'",
        r"\Pr(|\mu_n|\le1),\ n\to\infty",
        Formula(_one),
        Asymptotic(
            "~",
            "n",
            _swollen,
            lambda _: {},
            lambda _: (5, 14, 30, 52),
            _within,
            lambda _: Envelope(Formula(_one, derived=True), "~"),
        ),
        note="Atoms on a grid of a slightly larger disc; the unit circle has area 0.",
    ),
    Claim(
        "dees:convergence.7",
        "printed",
        "last paragraph of the appendix, 'Secondly, if A is a subset of the unit disc'",
        r"\Pr(\mu_n\in A),\ n\to\infty",
        Formula(_alpha),
        Asymptotic(
            "~", "n", _subsets, _area, _grid_sizes, _grid_shares, lambda _: Envelope(Formula(_seen, derived=True), "~")
        ),
        note="False without Definition VI.1's condition on the boundary: the empirical spectral distribution has "
        "countably many atoms, and some A of full area holds half of them. Here the atoms are rational.",
    ),
    Claim(
        "dees:convergence.7",
        "corrected",
        "last paragraph of the appendix, for A with a boundary of area 0",
        r"\Pr(\mu_n\in A),\ n\to\infty",
        Formula(_alpha),
        Asymptotic(
            "~", "n", _subsets, _area, _grid_sizes, _grid_shares, lambda _: Envelope(Formula(_seen, derived=True), "~")
        ),
        (NULL_BOUNDARY,),
        note="μ_n on a grid tends to the uniform law of the disc.",
    ),
)
