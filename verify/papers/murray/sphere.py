"""Eigenvalues on the sphere from the power series: Theorem 4.6 and its proof, (55)-(62)."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from flint import fmpq_poly

from eigenlaw.theory import sphere
from eigenlaw.verify import harmonics
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols, undefined
from eigenlaw.verify.sphere_integrals import sphere_volume

SERIES: tuple[tuple[str, ...], ...] = (
    ("1",),
    ("0", "1"),
    ("1", "1/2", "1/3"),
    ("1/5", "0", "2", "0", "1"),
    ("0", "3", "0", "1/2", "0", "1/7", "0", "1"),
    ("1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1"),
    ("2", "0", "1/3", "0", "0", "1/5", "1", "0", "4/3", "0", "1/2", "0", "1/9"),
)
SIGNED: tuple[tuple[str, ...], ...] = (("-1", "1"), ("1", "-2", "0", "1/3", "-1"), ("0", "1", "-1", "1", "-1", "1"))


def _coefficients(instance: Instance) -> list[Fraction]:
    return [Fraction(c) for c in instance["c"]]


def _image(instance: Instance) -> tuple[Any, Any]:
    """E[K(x, y) f(y)] over the data's distribution and f(x), for a harmonic f, integrated monomial by monomial."""
    return _image_of(
        tuple(instance["c"]),
        instance["d"],
        instance["k"],
        instance["draw"],
        Fraction(instance.get("radius", "1")),
        instance.get("skew", 0),
    )


@cache
def _image_of(c: tuple[str, ...], d: int, k: int, draw: int, radius: Fraction, skew: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(draw)
    y = harmonics.coordinates(min(d + 1, 3))
    t = [Fraction(int(a), int(b)) for a, b in rng.integers(1, 4, (len(y) - 1, 2))]
    square = sum(entry * entry for entry in t)
    x = [radius * entry / (square + 1) for entry in (*(2 * entry for entry in t), square - 1)]
    f = harmonics.harmonic(rng, k, y)
    coefficients = [Fraction(entry) * radius ** (p + k) for p, entry in enumerate(c)]
    image = harmonics.kernel_image(coefficients, x, f * (1 + skew * y[0]), d, y)
    return image, harmonics.polynomial_value(f, x)


def _term(c: Sequence[Fraction]) -> Callable[[int], Fraction]:
    def value(p: int) -> Fraction:
        if p < 0:
            raise IndexError(f"p={p}: expected an index of at least 0")
        return c[p] if p < len(c) else Fraction(0)

    return value


def _instances(series: Sequence[tuple[str, ...]], dimensions: Sequence[int]) -> Any:
    """Frequencies up to two above the degree, where λ_k is zero; each with one dimension of the list in turn."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        least = 0 if series is SERIES else -9
        drawn = [tuple(f"{a}/7" for a in rng.integers(least, 10, 9)) for _ in range(budget.of(2, 6, 30))]
        cases = [(k, c) for k, c in product(range(budget.of(6, 9, 13)), (*series, *drawn)) if k < len(c) + 2]
        return [
            {"c": list(c), "d": dimensions[(k + number) % len(dimensions)], "k": k, "draw": number}
            for number, (k, c) in enumerate(cases)
        ]

    return instances


NONNEGATIVE = Hypothesis(r"c_p\ge0", lambda i: min(_coefficients(i)) >= 0, tight=lambda i: 0 in _coefficients(i))
DIMENSION = Hypothesis(r"d\ge2", lambda i: i["d"] >= 2, tight=lambda i: i["d"] == 2)
UNIFORM = Hypothesis(r"\text{uniform on }S^d", lambda i: "radius" not in i and "skew" not in i)
LONG: Instance = {"c": ["1", "1", "1"], "d": 2, "k": 1, "draw": 0, "radius": "2"}
SKEW: Instance = {"c": ["1", "1", "1"], "d": 2, "k": 1, "draw": 0, "skew": 1}


# Theorem 4.6


def _theorem() -> Any:
    import sympy

    k, p, d = symbols("k p d")
    half = (p - k + 1) / 2
    above = sympy.gamma(p + 1) * sympy.gamma(half)
    below = sympy.gamma(p - k + 1) * sympy.gamma(half + k + d / 2)
    even = sympy.Piecewise((indexed("c")[p] * above / below, sympy.Eq(sympy.Mod(p - k, 2), 0)), (0, True))
    return sympy.pi ** (d / 2) / 2 ** (k - 1) * summation(even, (p, k, sympy.oo))


def _eigenvalue_times_f(instance: Instance, value: Evaluate) -> Sequence[Any]:
    c = _coefficients(instance)
    return [value(k=instance["k"], d=instance["d"], c=_term(c), oo=len(c) - 1) * _image(instance)[1]]


def _surface_image(instance: Instance, _: Rng) -> Sequence[Any]:
    return [sphere_volume(instance["d"]) * _image(instance)[0]]


def _law(measure: sphere.Measure) -> Formula:
    return Formula(lambda: sphere.eigenvalue_law(measure), derived=True)


# (55) and (56): Funk-Hecke with Rodrigues' formula


def _funk_hecke() -> Any:
    import sympy

    k, d = symbols("k d")
    volume = 2 * sympy.pi ** (d / 2) / sympy.gamma(d / 2)
    polynomial = (-1) ** k / 2**k * sympy.gamma(d / 2) / sympy.gamma(k + d / 2)
    return volume * polynomial * undefined("I")(k, d)


def _beta(d: int) -> Any:
    """∫ (1−t²)^{(d−2)/2} dt, the surface of S^d divided by that of S^{d−1}."""
    return sphere_volume(d) / sphere_volume(d - 1)


def _rodrigues_integral(c: Sequence[Fraction]) -> Callable[[int, int], Any]:
    """(k, d) ↦ ∫ Θ(t) (d/dt)^k (1−t²)^{k+(d−2)/2} dt, differentiated and integrated exactly."""

    def value(k: int, d: int) -> Any:
        kernel = fmpq_poly([rational(a) for a in c])
        return harmonics.correlation_mean(kernel * harmonics.rodrigues_derivative(k, d), d) * _beta(d)

    return value


def _funk_hecke_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    integral = _rodrigues_integral(_coefficients(instance))
    return [value(k=instance["k"], d=instance["d"], I=integral) * _image(instance)[1]]


# (57)-(62): integration by parts


def _by_parts() -> Any:
    import sympy

    k, p, d, j = symbols("k p d j")
    falling = sympy.Product(p - j, (j, 0, k - 1))
    half = (p - k + 1) / 2
    beta = sympy.gamma(half) * sympy.gamma(k + d / 2) / sympy.gamma(half + k + d / 2)
    even = sympy.And(sympy.Eq(sympy.Mod(p - k, 2), 0), sympy.Ge(p, k))
    return sympy.Piecewise(((-1) ** k * falling * beta, even), (0, True))


def _monomials(budget: Budget, _: Rng) -> Iterable[Instance]:
    top = budget.of(7, 12, 20)
    return [{"k": k, "p": p, "d": d} for p in range(top + 1) for k in range(top - 1) for d in (2, 3, 4, 5)]


def _monomial_integral(instance: Instance, _: Rng) -> Sequence[Any]:
    k, p, d = instance["k"], instance["p"], instance["d"]
    return [_rodrigues_integral([Fraction(0)] * p + [Fraction(1)])(k, d)]


# the trace: how often each eigenvalue counts


def _trace_instances(_budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"c": list(c), "d": d} for c in (*SERIES, *SIGNED) for d in (2, 3, 6)]


def _trace_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula with λ_k = E[K(x, y) f(y)]/f(x) as measured."""
    found = [_image({**instance, "k": k, "draw": k}) for k in range(len(instance["c"]))]
    return [value(**{"lambda": lambda k: found[k][0] / found[k][1]}, oo=len(found) - 1, d=instance["d"])]


_THEOREM = "Theorem 4.6"
_LHS = r"\int_{S^d}K(x,y)f(y)\,dy/f(x)\text{ for a spherical harmonic }f\text{ of frequency }k"
_ANY, _ALL = (*SERIES, *SIGNED), (1, 2, 3, 4, 6)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:thm-4.6.1",
        "printed",
        _THEOREM,
        _LHS,
        Formula(_theorem),
        Value(_instances(SERIES, (2, 3, 4, 5, 6)), _eigenvalue_times_f, _surface_image, controls=(LONG, SKEW)),
        (NONNEGATIVE, DIMENSION, UNIFORM),
        note="For the surface measure of S^d, as in (55); uniform data have 1/Vol(S^d) times that in the limit.",
    ),
    Claim(
        "murray:thm-4.6.1",
        "sharp",
        _THEOREM + ", for every real c_p and d ≥ 1",
        _LHS,
        _law("surface"),
        Value(_instances(_ANY, _ALL), _eigenvalue_times_f, _surface_image, controls=(LONG, SKEW)),
        (UNIFORM,),
    ),
    Claim(
        "murray:thm-4.6.1",
        "new",
        _THEOREM + ", for the probability measure",
        r"E_yK(x,y)f(y)/f(x)",
        _law("probability"),
        Value(_instances(_ANY, _ALL), _eigenvalue_times_f, lambda i, _: [_image(i)[0]], controls=(LONG, SKEW)),
        (UNIFORM,),
    ),
    Claim(
        "murray:thm-4.6.2",
        "printed",
        "(55), (56)",
        _LHS,
        Formula(_funk_hecke),
        Value(_instances(SERIES, (2, 3, 4, 5, 6)), _funk_hecke_value, _surface_image, controls=(LONG, SKEW)),
        (NONNEGATIVE, DIMENSION, UNIFORM),
        note="I(k, d) is the integral of Θ(t) times the k-th derivative in Rodrigues' formula.",
    ),
    Claim(
        "murray:thm-4.6.3",
        "printed",
        "(57)-(62)",
        r"\int_{-1}^1t^p\frac{d^k}{dt^k}(1-t^2)^{k+(d-2)/2}dt",
        Formula(_by_parts),
        Value(_monomials, lambda i, value: [value(k=i["k"], p=i["p"], d=i["d"])], _monomial_integral),
        (DIMENSION,),
    ),
    Claim(
        "murray:thm-4.6.4",
        "new",
        "Mercer's theorem at x = y, with the multiplicities",
        r"K(x,x)=\sum_pc_p",
        Formula(lambda: sphere.trace_identity().lhs, derived=True),
        Value(_trace_instances, _trace_value, lambda i, _: [rational(sum(_coefficients(i)))]),
    ),
)
