"""The two-dimensional Gaussian integral in both of its forms: (17)."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, fmpq

from eigenlaw.numerics.layers import dual_of
from eigenlaw.numerics.precision import working
from eigenlaw.theory.activations import Activation, activation
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Identity, Instance, Rng, Value
from eigenlaw.verify.conditional_means import product_integral, square_integral
from eigenlaw.verify.formula import Formula, ball, symbols, undefined
from eigenlaw.verify.judge_identities import by_simplification
from eigenlaw.verify.papers.karakida.common import CASES, network_of, order_parameters_of
from eigenlaw.verify.papers.karakida.order_parameters import MORE

BITS = 64

NAMES = (
    *("relu", "linear", "erf", "gelu", "abs", "sin", "cos", "gaussian(1)", "leaky_relu(1/10)", "hard_tanh", "elu"),
    *("monomial(2)", "polynomial(1,-1/2,1/3)", "monomial(3)"),
)
"""Activations with an elementary E φ(m + s Z)."""

PLACES = (("1", "0"), ("2", "2"), ("7/3", "7/6"), ("1/2", "9/20"), ("3/2", "-1/2"), ("3/4", "-3/4"))
"""Variance a and covariance b: uncorrelated, equal, between, close to equal, negative, opposite."""


def _cases(budget: Budget, _rng: Rng) -> Iterable[Instance]:
    turns = budget.of(2, 3, 6)
    return [
        {"activation": name, "a": a, "b": b}
        for turn in range(turns)
        for number, name in enumerate(NAMES)
        for a, b in [PLACES[(number + turn * 6 // turns) % len(PLACES)]]
    ]


def _remembered(integral: Callable[..., Any]) -> Callable[[str], Callable[..., Any]]:
    """The integral of an activation, kept by the text of its arguments."""
    known: dict[tuple[str, ...], Any] = {}

    def of(name: str) -> Callable[..., Any]:
        def value(*arguments: Any) -> Any:
            key = (name, *(x.str(30, more=True) if isinstance(x, arb) else str(x) for x in arguments))
            if key not in known:
                known[key] = integral(activation(name), *arguments)
            return known[key]

        return value

    return of


_PRODUCT, _SQUARE = _remembered(product_integral), _remembered(square_integral)


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    name = instance["activation"]
    with working(BITS):
        return [value(a=Fraction(instance["a"]), b=Fraction(instance["b"]), J=_PRODUCT(name), K=_SQUARE(name))]


@cache
def _dual(phi: Activation, a: Fraction, b: Fraction) -> Any:
    with working(BITS):
        return ball(dual_of(phi, a).value(b / a))


def _measured(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_dual(activation(instance["activation"]), Fraction(instance["a"]), Fraction(instance["b"]))]


def _two_dimensional() -> Any:
    import sympy

    a, b = symbols("a b")
    c = b / a
    return undefined("J")(sympy.sqrt(a), sympy.sqrt(a) * c, sympy.sqrt(a) * sympy.sqrt(1 - c**2))


def _nested() -> Any:
    import sympy

    a, b = symbols("a b")
    return undefined("K")(sympy.sqrt(a - b), sympy.sqrt(b))


def _first_exponent() -> Any:
    import sympy

    a, b, s, t = symbols("a b s t")
    c = b / a
    return (sympy.sqrt(a) * (s + c * t)) ** 2 + (sympy.sqrt(a) * sympy.sqrt(1 - c**2) * t) ** 2


def _second_exponent() -> Any:
    import sympy

    a, b, s, t = symbols("a b s t")
    return sympy.sqrt(a - b) ** 2 * (s**2 + t**2) + (sympy.sqrt(b) * (s + t)) ** 2


def _points(_budget: Budget, rng: Rng) -> Iterable[Instance]:
    drawn = [[Fraction(int(n), 12) for n in rng.integers(1, 40, 4)] for _ in range(24)]
    return [{"a": str(a + b), "b": str(b), "s": str(s), "t": str(-t)} for a, b, s, t in drawn]


# c ∈ [0, 1] in every layer


def _layered(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    found = [{"activation": n, "sigma_w2": w, "sigma_b2": b, "layers": 5} for n, w, b in CASES + MORE]
    bare = [(name, "3/2", "0") for name in ("tanh", "sin", "monomial(3)", "linear", "abs")]
    return [*found, *({"activation": n, "sigma_w2": w, "sigma_b2": b, "layers": 5} for n, w, b in bare)]


def _margins(instance: Instance, _: Rng) -> Sequence[Any]:
    """q_st^l and q_t^l − q_st^l of the layers."""
    network = network_of(instance)
    known = order_parameters_of(network)
    found = []
    for layer in range(network.layers):
        weight, bias = (ball(v[layer]) for v in (network.sigma_w2, network.sigma_b2))
        q_hat, q_hat_st = known.q_hat[layer], known.q_hat_st[layer]
        found += [fmpq(0) if q_hat_st == 0 and bias == 0 else weight * q_hat_st + bias, weight * (q_hat - q_hat_st)]
    return found


def _lower(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value()] * (2 * instance["layers"])


def _zero() -> Any:
    import sympy

    return sympy.Integer(0)


WITHIN = Hypothesis(r"|b|\le a", lambda i: abs(Fraction(i["b"])) <= Fraction(i["a"]), lambda i: i["a"] == i["b"])
POSITIVE = Hypothesis(
    r"0\le b\le a", lambda i: 0 <= Fraction(i["b"]) <= Fraction(i["a"]), lambda i: i["b"] in {"0", i["a"]}
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-17.1",
        "printed",
        "(17)",
        r"E\,\phi(U)\phi(V),\ E\,U^2=E\,V^2=a,\ E\,UV=b",
        Formula(_two_dimensional),
        Value(_cases, _predicted, _measured),
        (WITHIN,),
        note="J(p, q, r) = ∫∫ Dy Dx φ(p x) φ(q x + r y), integrated rigorously; against the dual activation.",
    ),
    Claim(
        "karakida:eq-17.2",
        "printed",
        "(17), second form",
        r"E\,\phi(U)\phi(V),\ E\,U^2=E\,V^2=a,\ E\,UV=b",
        Formula(_nested),
        Value(_cases, _predicted, _measured, minimum=14),
        (POSITIVE,),
        note="K(p, q) = ∫Dy (∫Dx φ(p x + q y))². It needs b ≥ 0, which every layer has.",
    ),
    Claim(
        "karakida:eq-17.3",
        "new",
        "(17), both forms, every φ",
        r"-2\log E\,e^{i(sU+tV)}",
        Formula(_second_exponent),
        Identity(Formula(_first_exponent), _points, by_simplification),
        note="Both pairs of arguments are centred Gaussian with the same characteristic function, for 0 ≤ b ≤ a.",
    ),
    Claim(
        "karakida:eq-17.4",
        "new",
        "after (17)",
        r"q_{st}^l,\ q_t^l-q_{st}^l",
        Formula(_zero),
        Value(_layered, _lower, _margins, relation=">="),
        note="So that c lies in [0, 1] in every layer, and the second form of (17) always applies.",
    ),
)
