"""Singular values and second moments of random matrices: Theorems C.12 and C.13, Lemma C.14, by exact laws."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from flint import arb, fmpq

from eigenlaw.theory import finite_width
from eigenlaw.verify.chances import binomial_cdf, chi_square_tails, over_open_gates
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, ball, evaluate, rational, symbols
from eigenlaw.verify.wishart import singular_values_within

# Theorem C.12


def _shapes(budget: Budget, _: Rng) -> Iterable[Instance]:
    shapes = [(1, 1), (2, 1), (10, 1), (100, 1), (2, 2), (3, 2), (20, 2), (4, 3), (3, 5), (9, 4)]
    shapes += [(n + more, n) for n in range(5, budget.of(6, 9, 12)) for more in (0, 3, 20)]
    return [{"N": N, "n": n, "t": t} for N, n in shapes for t in ("0", "1/2", "5/4", "3/2", "2", "3", "5")]


def _inside(instance: Instance, _: Rng) -> Sequence[Any]:
    N, n = arb(instance["N"]).sqrt(), arb(instance["n"]).sqrt()
    t, scale = ball(Fraction(instance["t"])), ball(Fraction(instance.get("deviation", "1")))
    low, high = (N - n - t) / scale, (N + n + t) / scale
    return [singular_values_within(instance["N"], instance["n"], low, high)]


def _at_t(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(t=Fraction(instance["t"]))]


def _two_tails() -> Any:
    import sympy

    (t,) = symbols("t")
    return 1 - 2 * sympy.exp(-(t**2) / 2)


STANDARD = Hypothesis(r"A_{ij}\sim N(0,1)\text{ i.i.d.}", lambda i: "deviation" not in i)
NONNEGATIVE = Hypothesis(r"t\ge0", lambda i: Fraction(i["t"]) >= 0, tight=lambda i: Fraction(i["t"]) == 0)
DOUBLED: Instance = {"N": 100, "n": 1, "t": "3/2", "deviation": "2"}

# Theorem C.13 and Lemma C.14


def _concentrated() -> Any:
    import sympy

    t, c = symbols("t c_K")
    return 1 - 2 * sympy.exp(-c * t**2)


def _constants(kind: Any, K: Any) -> tuple[Any, Any]:
    """(c_K, C_K) that serve."""
    c, C = finite_width.covariance_constants(kind)
    return evaluate(c, {"K": K}), evaluate(C, {"K": K})


def _allowed(n: int, N: int, t: Any, C: Any) -> Any:
    """max(δ, δ²), δ = C √(n/N) + t/√N."""
    delta = (C * arb(n).sqrt() + ball(t)) / arb(N).sqrt()
    return delta.max(delta * delta)


ROWS = ("signs", "coin")
"""Rows: two fair signs (±s, ±s), of which ‖·‖_ψ2 = s; or one fair coin, 0 or s, with s/√(2e ln 2)."""


def _row_norm(instance: Instance) -> Any:
    scale = ball(Fraction(instance["s"]))
    return scale if instance["rows"] == "signs" else scale / (2 * arb.const_e() * arb(2).log()).sqrt()


def _rows(budget: Budget, _: Rng) -> Iterable[Instance]:
    sizes = (1, 5, 50, 1000, 4000)[: budget.of(4, 5, 5)]
    cases = [("1", "15"), ("1", "30"), ("1/2", "20"), ("3", "150"), ("1", "0")]
    return [{"rows": rows, "N": N, "s": s, "t": t} for rows in ROWS for N in sizes for s, t in cases]


def _row_chance(instance: Instance, _: Rng) -> Sequence[Any]:
    """P(‖AᵀA/N − Σ‖ ≤ max(δ, δ²)) for N draws of a fair coin, k heads: s²|2k/N − 1|, half of it for the coin."""
    N, columns = instance["N"], 2 if instance["rows"] == "signs" else 1
    size = rational(Fraction(instance["s"])) ** 2 * fmpq(columns, 2)
    _, C = _constants("psi2", _row_norm(instance))
    allowed = _allowed(columns, N, Fraction(instance["t"]), C)
    if instance.get("dependent"):
        return [fmpq(int(bool(ball(size) <= allowed)))]
    farthest = (N * allowed / size).min(arb(N)).floor().unique_fmpz()  # the largest |2k − N| that is allowed
    if farthest is None:
        return [arb("nan")]
    return [1 - 2 * binomial_cdf(N, (N - int(farthest) + 1) // 2 - 1)]


def _row_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(t=Fraction(instance["t"]), c_K=_constants("psi2", _row_norm(instance))[0])]


INDEPENDENT = Hypothesis(r"\text{independent rows}", lambda i: "dependent" not in i)
EQUAL_ROWS: Instance = {"rows": "signs", "N": 20000, "s": "1", "t": "40", "dependent": True}


def _entries(instance: Instance) -> list[Any]:
    return [rational(Fraction(entry)) for entry in instance["X"]]


def _lines(budget: Budget, _: Rng) -> Iterable[Instance]:
    lines = (["1"], ["1", "-1"], ["1/2", "-2", "1"], ["1/3", "1/3", "1/3", "-1/3"])
    sizes = (1, 10, 100, 1000)[: budget.of(3, 4, 4)]
    starts: list[Instance] = [{"X": X, "nu": nu} for X in lines for nu in ("1", "1/3", "1/10", "2")]
    return [
        {**start, "m": m, "t": str(factor * ceil(5 * max(1, _size(start)) * _size(start)))}
        for start in starts
        for m in sizes
        for factor in (0, 1, 2)
    ]


def _size(instance: Instance) -> float:
    return float(_norm_of_data(instance, frobenius=False))


def _norm_of_data(instance: Instance, frobenius: bool) -> Any:
    """K = Mν√n, or ν‖X‖_F."""
    X, nu = _entries(instance), ball(Fraction(instance["nu"]))
    if frobenius:
        return nu * ball(sum((x * x for x in X), fmpq(0))).sqrt()
    M = rational(Fraction(instance["M"])) if "M" in instance else max(map(abs, X))
    return nu * M * arb(len(X)).sqrt()


def _line_chance(frobenius: bool) -> Callable[[Instance, Rng], Sequence[Any]]:
    """The same for A = φ(WXᵀ), d = 1: with k positive weights the positive inputs see χ²_k, the negative χ²_{m−k}."""

    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        X, m, nu2 = _entries(instance), instance["m"], rational(Fraction(instance["nu"])) ** 2
        _, C = _constants("relu", _norm_of_data(instance, frobenius))
        allowed = _allowed(len(X), m, Fraction(instance["t"]), C)
        near = []
        for sign in (1, -1):
            square = nu2 * sum((x * x for x in X if sign * x > 0), fmpq(0))
            if square == 0:
                near.append([arb(1)] * (m + 1))
                continue
            reach = allowed / square
            tails = [chi_square_tails(m, m * (arb(1) / 2 + side * reach)) for side in (-1, 1)]
            near.append([low - high for low, high in zip(*tails, strict=True)])
        return [over_open_gates([p * q for p, q in zip(near[0], reversed(near[1]), strict=True)])]

    return measured


def _line_value(frobenius: bool) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        c, _ = _constants("relu", _norm_of_data(instance, frobenius))
        return [value(t=Fraction(instance["t"]), c_K=c)]

    return predicted


LARGEST = Hypothesis(r"M=\max_i\|x_i\|_2", lambda i: "M" not in i)
TOO_SMALL: Instance = {"X": ["1"], "nu": "1", "m": 50, "t": "1/10", "M": "1/100"}

_WITNESS = "The constants are not given; these serve: C = √(ln 9/c) and c = 1/"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:thm-c.12",
        "printed",
        "Theorem C.12",
        r"P(\sqrt N-\sqrt n-t\le\sigma_{\min}(A)\le\sigma_1(A)\le\sqrt N+\sqrt n+t)",
        Formula(_two_tails),
        Value(_shapes, _at_t, _inside, ">=", controls=(DOUBLED,)),
        (STANDARD, NONNEGATIVE),
        note="The probability is exact: a ratio of two Pfaffians of incomplete gamma functions.",
        activations=1,
    ),
    Claim(
        "murray:thm-c.12",
        "sharp",
        "Theorem C.12, with Φ(t) − e^{−t²/2} for 1 − 2e^{−t²/2}",
        r"P(\sqrt N-\sqrt n-t\le\sigma_{\min}(A)\le\sigma_1(A)\le\sqrt N+\sqrt n+t)",
        Formula(finite_width.singular_value_chance, derived=True),
        Value(_shapes, _at_t, _inside, ">=", controls=(DOUBLED,)),
        (STANDARD, NONNEGATIVE),
        activations=1,
    ),
    Claim(
        "murray:lem-c.14.1",
        "printed",
        "Theorem C.13",
        r"P(\|\tfrac1NA^*A-\Sigma\|_2\le\max(\delta,\delta^2))",
        Formula(_concentrated),
        Value(_rows, _row_value, _row_chance, ">=", controls=(EQUAL_ROWS,)),
        (NONNEGATIVE, INDEPENDENT),
        note=_WITNESS + "(13 max(K, K²))².",
        activations=1,
    ),
    Claim(
        "murray:lem-c.14.2",
        "printed",
        "Lemma C.14",
        r"P(\|\tfrac1mA^TA-\Sigma\|_2\le\max(\delta,\delta^2)),\ A=\phi(WX^T)",
        Formula(_concentrated),
        Value(_lines, _line_value(False), _line_chance(False), ">=", controls=(TOO_SMALL,)),
        (NONNEGATIVE, LARGEST),
        note=_WITNESS + "(5 max(K, K²))².",
        activations=1,
    ),
    Claim(
        "murray:lem-c.14.2",
        "sharp",
        "Lemma C.14, with K = ν‖X‖_F for Mν√n",
        r"P(\|\tfrac1mA^TA-\Sigma\|_2\le\max(\delta,\delta^2)),\ A=\phi(WX^T)",
        Formula(_concentrated),
        Value(_lines, _line_value(True), _line_chance(True), ">="),
        (NONNEGATIVE, LARGEST),
        activations=1,
    ),
)
