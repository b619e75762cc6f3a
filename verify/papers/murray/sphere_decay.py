"""How fast the eigenvalues on the sphere decay, for sequences of coefficients: Corollary 4.7."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from flint import arb, fmpq

from eigenlaw.numerics.sphere_sums import binomial_eigenvalue, summed_eigenvalue
from eigenlaw.theory import sphere_decay as theory
from eigenlaw.verify.claim import (
    Asymptotic,
    Budget,
    Claim,
    Envelope,
    Evaluate,
    Hypothesis,
    Instance,
    Rng,
    Value,
)
from eigenlaw.verify.formula import Formula, ball, rational, symbols
from eigenlaw.verify.sphere_integrals import eigenvalue_integral

DECADES = (20, 61, 200, 601, 2000)
EVEN = (20, 60, 200, 600, 2000)
ROOT_DECADE = (30, 101, 300)
ODD = (3, 5, 21, 101)


def _parameters(instance: Instance) -> Mapping[str, Fraction]:
    values = {name: Fraction(instance[name]) for name in ("a", "d", "b") if name in instance}
    return {**values, "C": Fraction(2 if instance.get("oscillates") else 1)}


def _constant() -> Any:
    return symbols("C")[0]


def _cases(*cases: tuple[str, int], **more: Any) -> Callable[[Budget, Rng], Iterable[Instance]]:
    return lambda _b, _r: [{"a": a, "d": d, **more} for a, d in cases]


def _both(*sources: Callable[[Budget, Rng], Iterable[Instance]]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    return lambda budget, rng: [instance for source in sources for instance in source(budget, rng)]


def _leading(build: Callable[[], Any]) -> Callable[[Instance], Envelope]:
    return lambda _: Envelope(Formula(build, derived=True), "~")


# Corollary 4.7.1, 4.7.2 and 4.7.4: c_p = Γ(p+1+b)/p! a^{−p}, or 2 + (−1)^⌊p/2⌋ times that, which has no limit


@cache
def _binomial(k: int, d: int, power: Fraction, ratio: Fraction, oscillates: bool) -> Any:
    plain = binomial_eigenvalue(k, d, -power, ratio)
    if not oscillates:
        return plain
    return 2 * plain + (-1) ** (k // 2) * binomial_eigenvalue(k, d, -power, ratio, alternating=True)


def _power_terms(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    power = -Fraction(instance["a"])
    only_even = instance.get("parity") == "even"
    return [
        fmpq(0) if only_even and k % 2 else _binomial(k, instance["d"], power, Fraction(1), "oscillates" in instance)
        for k in indices
    ]


def _geometric_terms(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    ratio = Fraction(instance["a"])
    return [_binomial(k, instance["d"], Fraction(1, 2), ratio, "oscillates" in instance) for k in indices]


def _power_rate() -> Any:
    k, a, d = symbols("k a d")
    return k ** (-d - 2 * a + 2)


def _upper_rate() -> Any:
    k, a, d = symbols("k a d")
    return k ** (-d + 1) * a ** (-k)


def _lower_rate() -> Any:
    k, a, d = symbols("k a d")
    return k ** (-d / 2 + 1) * 2 ** (-k) * a ** (-k)


def _geometric_half() -> Any:
    import sympy

    return theory.geometric_leading(_constant(), sympy.Rational(1, 2))


def _geometric_half_rate() -> Any:
    import sympy

    return theory.geometric_rate(sympy.Rational(1, 2))


def _poisson() -> Any:
    """The leading term for b = (d−1)/2, at which the kernel is that of Poisson and the leading term exact."""
    _, d = theory.rate_symbols()
    return theory.geometric_leading(1, (d - 1) / 2)


def _singular_kernels(budget: Budget, _: Rng) -> Iterable[Instance]:
    frequencies = range(0, budget.of(9, 25, 49), 2)
    return [{"k": k, "a": a, "d": d} for k in frequencies for d in (2, 3, 6) for a in ("3/2", "5/2", "7/2")]


def _singular_integral(instance: Instance, _: Rng) -> Sequence[Any]:
    """Γ(1−a)(1−t)^{a−1}, in which 1 − t = 2 sin²(θ/2)."""
    a = Fraction(instance["a"])
    power = int(2 * a - 2)
    front = ball(rational(1 - a)).gamma() * arb(2**power).sqrt()
    return [eigenvalue_integral(lambda theta: front * (theta / 2).sin() ** power, instance["k"], instance["d"])]


def _analytic_kernels(budget: Budget, _: Rng) -> Iterable[Instance]:
    frequencies = range(1, budget.of(10, 24, 40), 3)
    return [{"k": k, "a": a, "d": d} for k in frequencies for d in (2, 3, 6) for a in ("11/10", "5/4", "2", "7")]


def _analytic_integral(instance: Instance, _: Rng) -> Sequence[Any]:
    """Γ((d+1)/2)(1−t/a)^{−(d+1)/2}."""
    a, half = ball(rational(Fraction(instance["a"]))), ball(rational(Fraction(instance["d"] + 1, 2)))
    return [
        eigenvalue_integral(lambda theta: half.gamma() * (1 - theta.cos() / a) ** -half, instance["k"], instance["d"])
    ]


def at_instance(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at k, a and d of the instance."""
    return [value(k=instance["k"], a=Fraction(instance["a"]), d=instance["d"])]


# Corollary 4.7.3: c_p = p^b e^{−a√p}


@cache
def _stretched(k: int, d: int, rate: Fraction, power: int) -> Any:
    a = ball(rational(rate))

    def coefficient(p: int) -> Any:
        return (-a * arb(p).sqrt()).exp() * (arb(p) ** power if power else 1)

    def tail(p: int) -> Any:  # the first term and half the integral, for b ≤ 0
        root = arb(p).sqrt()
        return (-a * root).exp() * (1 + (a * root + 1) / a**2)

    return summed_eigenvalue(k, d, coefficient, tail)


def _stretched_terms(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    return [_stretched(k, instance["d"], Fraction(instance["a"]), int(instance["b"])) for k in indices]


def _stretched_rate() -> Any:
    import sympy

    k, a, d = symbols("k a d")
    return k ** (-d + sympy.Rational(1, 2)) * sympy.exp(-a * sympy.sqrt(k))


def _stretched_leading() -> Any:
    return theory.stretched_leading(1, symbols("b")[0])


def _stretched_refined() -> Any:
    return theory.stretched_refined(symbols("b")[0])


DIMENSION = Hypothesis(r"d\ge2", lambda i: i["d"] >= 2, tight=lambda i: i["d"] == 2)
AT_LEAST_ONE = Hypothesis(r"a\ge1", lambda i: Fraction(i["a"]) >= 1, tight=lambda i: Fraction(i["a"]) == 1)
SUMMABLE = Hypothesis(r"a>1-d/2", lambda i: Fraction(i["a"]) > 1 - Fraction(i["d"], 2))
CONVERGENT = Hypothesis(r"a>1,\text{ for }K(x,x)\text{ to be finite}", lambda i: Fraction(i["a"]) > 1)
STRETCHED = Hypothesis(
    r"a>0,\ c_p=O(e^{-a\sqrt p})", lambda i: Fraction(i["a"]) > 0 and int(i["b"]) <= 0, tight=lambda i: i["b"] == "0"
)
_EIGENVALUE, _COROLLARY = r"\lambda_k", "Corollary 4.7, item "
_POWERS = _cases(("1", 2), ("3/2", 3), ("2", 5), ("7/3", 2))
_OSCILLATING_POWERS = _both(_POWERS, _cases(("1", 2), ("3/2", 3), oscillates=True))
_EVEN_POWERS = _cases(("1", 2), ("3/2", 3), ("2", 5), parity="even")
_RATIOS = _both(_cases(("101/100", 2), ("5/4", 3), ("5", 5)), _cases(("2", 3), oscillates=True))
_ROOTS = _both(_cases(("1/2", 2), ("2", 3), b="0"), _cases(("1", 5), b="-1"))


def _check(
    kind: Literal["O", "Omega", "Theta", "~"],
    cases: Callable[[Budget, Rng], Iterable[Instance]],
    terms: Callable[[Instance, Sequence[int]], Sequence[Any]],
    envelope: Callable[[Instance], Envelope],
    indices: Sequence[int] = DECADES,
    zeros: Sequence[int] = (),
) -> Asymptotic:
    return Asymptotic(kind, "k", cases, _parameters, lambda _: indices, terms, envelope, lambda _: zeros)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:cor-4.7.1",
        "printed",
        _COROLLARY + "1",
        _EIGENVALUE,
        Formula(_power_rate),
        _check("Theta", _OSCILLATING_POWERS, _power_terms, _leading(lambda: theory.power_leading(_constant()))),
        (DIMENSION, AT_LEAST_ONE),
        note="True; c_p is Γ(p+1−a)/p!, also times 2 + (−1)^⌊p/2⌋, which has no limit.",
    ),
    Claim(
        "murray:cor-4.7.1",
        "sharp",
        _COROLLARY + "1, with the constant and for a > 1 − d/2",
        _EIGENVALUE + r"\text{ for }c_p=\Gamma(p+1-a)/p!\sim p^{-a}",
        Formula(theory.power_leading, derived=True),
        _check("~", _both(_POWERS, _cases(("1/2", 3), ("0", 5))), _power_terms, _leading(theory.power_refined)),
        (DIMENSION, SUMMABLE),
    ),
    Claim(
        "murray:cor-4.7.1",
        "new",
        _COROLLARY + "1, a sequence whose eigenvalues are exact",
        _EIGENVALUE + r"\text{ for }c_p=\Gamma(p+1-a)/p!",
        Formula(theory.power_exact, derived=True),
        Value(_singular_kernels, at_instance, _singular_integral),
        (DIMENSION,),
    ),
    Claim(
        "murray:cor-4.7.2",
        "printed",
        _COROLLARY + "2",
        _EIGENVALUE,
        Formula(_power_rate),
        _check("Theta", _EVEN_POWERS, _power_terms, _leading(lambda: theory.power_leading(_constant())), EVEN, ODD),
        (DIMENSION, AT_LEAST_ONE),
        note="True; its proof in C.4 has the parities of k the wrong way round.",
    ),
    Claim(
        "murray:cor-4.7.2",
        "sharp",
        _COROLLARY + "2, with the constant",
        _EIGENVALUE + r"\text{ for }c_p=\delta_{(p\text{ even})}\Gamma(p+1-a)/p!",
        Formula(theory.power_leading, derived=True),
        _check("~", _EVEN_POWERS, _power_terms, _leading(theory.power_refined), EVEN, ODD),
        (DIMENSION, AT_LEAST_ONE),
    ),
    Claim(
        "murray:cor-4.7.3",
        "printed",
        _COROLLARY + "3",
        _EIGENVALUE + r"\text{ for }c_p=p^be^{-a\sqrt p},\ b\le0",
        Formula(_stretched_rate),
        _check("O", _ROOTS, _stretched_terms, _leading(_stretched_leading), ROOT_DECADE),
        (DIMENSION, STRETCHED),
        note="True but far from sharp: the largest eigenvalues that are possible decay like exp(−(3/2)(ak)^{2/3}).",
    ),
    Claim(
        "murray:cor-4.7.3",
        "sharp",
        _COROLLARY + "3, the leading term",
        _EIGENVALUE + r"\text{ for }c_p=p^be^{-a\sqrt p}",
        Formula(_stretched_leading, derived=True),
        _check("~", _ROOTS, _stretched_terms, _leading(_stretched_refined), ROOT_DECADE),
        (DIMENSION, STRETCHED),
    ),
    Claim(
        "murray:cor-4.7.4.1",
        "printed",
        _COROLLARY + "4, upper bound",
        _EIGENVALUE,
        Formula(_upper_rate),
        _check("O", _RATIOS, _geometric_terms, _leading(_geometric_half)),
        (DIMENSION, CONVERGENT),
        note="True but loose: a + √(a²−1) stands in the place of a.",
    ),
    Claim(
        "murray:cor-4.7.4.1",
        "sharp",
        _COROLLARY + "4, the rate from both sides",
        _EIGENVALUE,
        Formula(_geometric_half_rate, derived=True),
        _check("Theta", _RATIOS, _geometric_terms, _leading(_geometric_half)),
        (DIMENSION, CONVERGENT),
    ),
    Claim(
        "murray:cor-4.7.4.2",
        "printed",
        _COROLLARY + "4, lower bound",
        _EIGENVALUE,
        Formula(_lower_rate),
        _check("Omega", _RATIOS, _geometric_terms, _leading(_geometric_half)),
        (DIMENSION, CONVERGENT),
        note="True but loose: a + √(a²−1) stands in the place of 2a; the power of k is right.",
    ),
    Claim(
        "murray:cor-4.7.4.3",
        "new",
        _COROLLARY + "4, the constant, where the leading term is exact",
        _EIGENVALUE + r"\text{ for }c_p=\Gamma(p+\tfrac{d+1}2)/p!\,a^{-p}",
        Formula(_poisson, derived=True),
        Value(_analytic_kernels, at_instance, _analytic_integral),
        (DIMENSION, CONVERGENT),
    ),
)
