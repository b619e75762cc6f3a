"""How far the truncated NTK is from the NTK: Figure 2 and the remarks of Appendix B.3, in certified balls.

All coefficients of Θ − Θ_T are non-negative, so that on |ρ| ≤ r its size is largest at ρ = r: one number decides.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, arb_poly

from eigenlaw.numerics.layers import layered_kernel
from eigenlaw.numerics.truncated import truncation_errors
from eigenlaw.numerics.variances import Variances, hyper_parameters
from eigenlaw.theory import shallow
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, symbols, undefined
from eigenlaw.verify.papers.murray.common import phi_of
from eigenlaw.verify.papers.murray.hermite import measured_coefficient

DIGITS = 20
RADII = ("1/2", "9/20", "2/5", "7/20", "3/10", "1/4", "1/5", "1/10")


@cache
def _variances(name: str, sigma_w2: str) -> Variances:
    if sigma_w2 == "unit":
        return hyper_parameters(phi_of(name), sigma_w2="unit", digits=40)
    return hyper_parameters(phi_of(name), sigma_w2=Fraction(sigma_w2), digits=40)


@cache
def _error(name: str, sigma_w2: str, hidden: int, last: int, rho: str) -> Any:
    """|Θ − Θ_T| at ρ for a number of hidden layers."""
    variances = _variances(name, sigma_w2)
    return truncation_errors(phi_of(name), [Fraction(rho)], last, DIGITS, variances, hidden + 1).balls[0]


def _error_at(instance: Instance, **changes: Any) -> Any:
    given = {"activation": "relu", "sigma_w2": "2", **instance, **changes}
    return _error(given["activation"], given["sigma_w2"], given["L"], given["T"], given["rho"])


def _measured(**changes: Any) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [_error_at(instance, **changes)]


def _mirrored(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_error_at(instance, rho=str(-Fraction(instance["rho"])))]


def _grid(hidden: Sequence[int], lasts: Sequence[int], radii: Sequence[str]) -> Callable[..., Iterable[Instance]]:
    return lambda _budget, _rng: [{"L": h, "T": t, "rho": r} for h in hidden for t in lasts for r in radii]


# machine precision


def _machine_precision() -> Any:
    import sympy

    return sympy.Pow(2, -53)


LEAST = {1: 42, 2: 59, 3: 77, 4: 97}
"""The smallest T with an error of at most 2^{−53} at ρ = 1/2, by the number of hidden layers."""


def _with_least(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"L": hidden, "T": last, "rho": rho} for hidden, last in LEAST.items() for rho in RADII]


def _constant(_instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value()]


@cache
def _whole_coefficients(hidden: int, last: int) -> tuple[Any, Any]:
    """The kernel, and Σ_{p≤T} κ_{p,l} ρ^p with the coefficients of the whole series."""
    kernel = layered_kernel(phi_of("relu"), _variances("relu", "2"), hidden + 1)
    return kernel, arb_poly(kernel.series(last))


def _rest(instance: Instance, _: Rng) -> Sequence[Any]:
    """Σ_{p>T} κ_{p,l} ρ^p."""
    kernel, polynomial = _whole_coefficients(instance["L"], instance["T"])
    rho = Fraction(instance["rho"])
    return [abs(kernel.value(rho) - polynomial(rational(rho)))]


# uniformly


def _tenth() -> Any:
    import sympy

    return sympy.Rational(1, 10)


def _power_of_ten(instance: Instance, _: Rng) -> Sequence[Any]:
    """The power of ten nearest to the error, on the logarithmic scale of the figure."""
    exponent = (_error_at(instance).log() / arb(10).log() + arb(1) / 2).floor().unique_fmpz()
    return [arb("nan") if exponent is None else rational(Fraction(10) ** int(exponent))]


# comparisons


def _error_of(name: str) -> Callable[[], Any]:
    """The error as a function of what it is compared in."""
    return lambda: undefined("Delta")(symbols(name)[0])


def _other(name: str, at: Callable[[Instance], Any]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    """The error of the instance with another value in the place of one of its entries."""

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        def delta(x: Any) -> Any:
            return _error_at(instance, **{name: x if name in {"L", "T", "activation"} else str(x)})

        return [value(Delta=delta, **{name: at(instance)})]

    return predicted


def _negatives(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [
        {"L": hidden, "T": last, "rho": rho}
        for hidden in (2, 3, 4)
        for last in (2, 10, 50)
        for rho in ("1/10", "1/2", "9/10", "1")
    ]


def _inside(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [
        {"activation": name, "sigma_w2": "unit", "L": hidden, "T": last, "rho": rho}
        for name in ("relu", "erf", "gelu", "gaussian", "tanh")
        for hidden in (1, 2, 3)
        for last in (3, 10)
        for rho in ("-4/5", "-1/2", "1/5", "1/2")
    ]


def _rivals(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [
        {"activation": name, "sigma_w2": weight, "L": hidden, "T": last, "rho": "1"}
        for hidden in (1, 2, 3)
        for last in (10, 50)
        for weight in ("1", "unit")
        for name in ("tanh", "sigmoid", "gaussian")
    ]


def _of_relu(instance: Instance, value: Evaluate) -> Sequence[Any]:
    def delta(rho: Any) -> Any:
        return _error_at(instance, activation="relu", rho=str(rho))

    return [value(Delta=delta, rho=Fraction(instance["rho"]))]


# one hidden layer


def _odd_printed() -> Any:
    import sympy

    return sympy.Integer(0)


def _odd_indices(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"p": p} for p in range(1, 40, 2)]


def _at_index(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(p=instance["p"], sigma_w2=2)]


def _odd_alpha(instance: Instance, _: Rng) -> Sequence[Any]:
    """σ_w² μ_p², the Hermite coefficient by rigorous integration."""
    mu = measured_coefficient("relu", instance["p"])
    return [2 * mu * mu]


def _rho(instance: Instance) -> Fraction:
    return Fraction(instance["rho"])


HALF = Hypothesis(r"|\rho|\le1/2", lambda i: abs(_rho(i)) <= Fraction(1, 2), tight=lambda i: _rho(i) == Fraction(1, 2))
POSITIVE = Hypothesis(r"0<\rho\le1", lambda i: 0 < _rho(i) <= 1, tight=lambda i: _rho(i) == 1)
ENOUGH = Hypothesis(
    r"T\ge42, 59, 77, 97\text{ for }L=1, 2, 3, 4", lambda i: i["T"] >= LEAST[i["L"]], lambda i: i["T"] == LEAST[i["L"]]
)
LINEAR = Hypothesis(r"T\ge1", lambda i: i["T"] >= 1, tight=lambda i: i["T"] == 1)
INSIDE = Hypothesis(r"|\rho|\le9/10", lambda i: abs(_rho(i)) <= Fraction(9, 10))

_LARGEST = r"\max_{|x|\le\rho}|\Theta^{(L+1)}(x)-\Theta^{(L+1)}_T(x)|"
_ERROR = r"|\Theta^{(L+1)}(\rho)-\Theta^{(L+1)}_T(\rho)|"
_FIGURE = "Figure 2 and Appendix B.3, "
_MACHINE = Formula(_machine_precision)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:fig-2.1",
        "printed",
        _FIGURE + "T = 50, L = 1, 2, 3: machine precision for |ρ| ≤ 1/2",
        _LARGEST,
        _MACHINE,
        Value(_grid((1, 2, 3), (50,), RADII), _constant, _measured(), "<="),
        (HALF,),
        note="True for one hidden layer; from two on (40) cuts Σ_k a_k Σ(ρ)^k at k = 50, and Σ(1/2) is 0.61 already.",
        activations=1,
    ),
    Claim(
        "murray:fig-2.1",
        "corrected",
        _FIGURE + "T = 42, 59, 77, 97 for L = 1, 2, 3, 4: machine precision for |ρ| ≤ 1/2",
        _LARGEST,
        _MACHINE,
        Value(
            _with_least,
            _constant,
            _measured(),
            "<=",
            controls=tuple({"L": hidden, "T": last - 1, "rho": "1/2"} for hidden, last in LEAST.items()),
        ),
        (HALF, ENOUGH),
        note="These are the smallest T.",
        activations=1,
    ),
    Claim(
        "murray:fig-2.1",
        "new",
        "T = 50 coefficients κ_{p,l} of the whole series: machine precision for |ρ| ≤ 1/2 at L = 1, …, 6",
        r"\max_{|x|\le\rho}|\sum_{p>T}\kappa_{p,L+1}x^p|",
        _MACHINE,
        Value(
            _grid(range(1, 7), (50,), RADII[:6:2] + RADII[-1:]),
            _constant,
            _rest,
            "<=",
            controls=({"L": 1, "T": 50, "rho": "9/10"},),
        ),
        (HALF,),
        activations=1,
    ),
    Claim(
        "murray:fig-2.2",
        "printed",
        "caption of Figure 2: a uniform error of 10^{-1}, to the nearest power of ten, at T = 50, L = 1, 2, 3",
        _LARGEST,
        Formula(_tenth),
        Value(_grid((1, 2, 3), (50,), ("1",)), _constant, _power_of_ten, minimum=3),
        (POSITIVE,),
        note="The errors are 0.036, 0.11 and 0.23.",
        activations=1,
    ),
    Claim(
        "murray:fig-2.3",
        "printed",
        _FIGURE + "the error goes up with depth",
        _LARGEST,
        Formula(_error_of("L"), opaque="the error for another number of layers"),
        Value(
            _grid((2, 3, 4), (5, 20, 50), ("1/4", "1/2", "1")),
            _other("L", lambda i: i["L"] - 1),
            _measured(),
            ">",
            controls=({"L": 2, "T": 50, "rho": "-1"},),
        ),
        (POSITIVE,),
        note="At each ρ > 0, and so uniformly; at ρ = −1 it goes down with depth.",
        activations=1,
    ),
    Claim(
        "murray:fig-2.4",
        "printed",
        _FIGURE + "a larger T makes the error smaller",
        _LARGEST,
        Formula(_error_of("T"), opaque="the error for another T"),
        Value(
            _grid((1, 2, 3), (4, 9, 22, 50), ("1/4", "1/2", "1")),
            _other("T", lambda i: i["T"] - 2),
            _measured(),
            "<",
            controls=({"L": 3, "T": 6, "rho": "-1"},),
        ),
        (POSITIVE,),
        note="At each ρ > 0, and so uniformly, from T to T + 2; at ρ = −1 it may go up.",
        activations=1,
    ),
    Claim(
        "murray:fig-2.5",
        "printed",
        "Appendix B.3: the error is smaller at −ρ than at ρ, L ≥ 2",
        r"|\Theta^{(L+1)}(-\rho)-\Theta^{(L+1)}_T(-\rho)|",
        Formula(_error_of("rho"), opaque="the error at another correlation"),
        Value(
            _negatives,
            _other("rho", _rho),
            _mirrored,
            "<",
            controls=({"L": 2, "T": 10, "rho": "-1/2"},),
        ),
        (POSITIVE,),
        activations=1,
    ),
    Claim(
        "murray:fig-2.6",
        "printed",
        "Appendix B.3: the uniform error of other activations, those of Table 1, is smaller than for ReLU",
        _LARGEST,
        Formula(_error_of("rho"), opaque="the error for ReLU"),
        Value(_rivals, _of_relu, _measured(), "<"),
        (POSITIVE,),
    ),
    Claim(
        "murray:fig-2.7",
        "new",
        "the error on |ρ| ≤ 9/10 is largest at the right end",
        _ERROR,
        Formula(_error_of("rho"), opaque="the error at another correlation"),
        Value(
            _inside,
            _other("rho", lambda _: Fraction(9, 10)),
            _measured(),
            "<",
            controls=({"activation": "relu", "sigma_w2": "unit", "L": 1, "T": 10, "rho": "1"},),
        ),
        (INSIDE,),
        note="All coefficients of Θ − Θ_T are non-negative.",
    ),
    Claim(
        "murray:remark-b.3.1",
        "printed",
        "Appendix B.3: the error is symmetric for one hidden layer, T ≥ 1",
        r"|\Theta^{(2)}(-\rho)-\Theta^{(2)}_T(-\rho)|",
        Formula(_error_of("rho"), opaque="the error at another correlation"),
        Value(
            _grid((1,), (1, 2, 5, 10, 50), ("1/10", "1/4", "1/2", "9/10", "1")),
            _other("rho", _rho),
            _mirrored,
            controls=({"L": 1, "T": 0, "rho": "1/2"}, {"L": 1, "T": 0, "rho": "1"}),
        ),
        (POSITIVE, LINEAR),
        note="κ_{p,2} vanishes at odd p ≥ 3, so that Θ − Θ_T is even from T = 1 on.",
        activations=1,
    ),
    Claim(
        "murray:remark-b.3.2",
        "printed",
        "Appendix B.3: its reason, at all odd p",
        r"\alpha_{p,2}",
        Formula(_odd_printed),
        Value(_odd_indices, _at_index, _odd_alpha),
        note="Not at p = 1; the coefficients of index 1 are in Θ_T.",
        activations=1,
    ),
    Claim(
        "murray:remark-b.3.2",
        "corrected",
        "Appendix B.3: its reason, at all odd p",
        r"\alpha_{p,2}",
        Formula(shallow.odd_relu_law, derived=True),
        Value(_odd_indices, _at_index, _odd_alpha),
        activations=1,
    ),
)
