"""How fast λ_n(K_n) decays for arbitrary data: Theorem C.24, and Theorem 4.8 without its assumption on r and m."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from flint import arb

from eigenlaw.theory import tail_bounds, tail_rank
from eigenlaw.verify.circles import circle_spectrum
from eigenlaw.verify.claim import Asymptotic, Budget, Claim, Envelope, Hypothesis, Instance, Rng
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.papers.murray.tail_sequences import circle_data, least_eigenvalue, truncation

POINTS: dict[int, tuple[int, ...]] = {
    2: (8, 24, 80),
    3: (54, 150, 540),
    4: (24, 48, 76),
    5: (80, 160, 253),
    6: (46, 70, 100),
    7: (119, 170, 260),
    8: (77, 100, 138),
    9: (168, 230, 300),
    10: (116, 150, 184),
}
"""By rank r: the points a circle, so that n runs over a decade from about 2 r^r on."""

ORDERS = (4, 12, 40)
"""By which the sharp forms go: n is the least number of points of the kind with n > N(r, m)."""


def _weight(instance: Instance) -> Fraction:
    """The ratio a = 2z/(1+z²) of c_p = a^p."""
    z = Fraction(instance["z"])
    return 2 * z / (1 + z * z)


def _eigenvalue(instance: Instance, points: int) -> Any:
    """λ_n of data on a product of circles, or an eigenvalue above it."""
    scale = str(_weight(instance)) if "z" in instance else instance["alpha"]
    return least_eigenvalue({**instance, "scale": scale, "points": points})


def _count(r: int, points: int) -> int:
    return circle_data(r, points).count


def _counts(instance: Instance) -> Sequence[int]:
    return [_count(instance["r"], points) for points in POINTS[instance["r"]]]


def _by_count(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    points = {_count(instance["r"], points): points for points in POINTS[instance["r"]]}
    return [_eigenvalue(instance, points[n]) for n in indices]


def _enough(r: int, m: int) -> int:
    """The least number of points a circle with n > N(r, m)."""
    points = 2
    while _count(r, points) <= tail_rank.sphere_head_rank(r, m):
        points += 1
    return points


def _by_order(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    return [_eigenvalue(instance, _enough(instance["r"], m)) for m in indices]


def _parameters(instance: Instance) -> Mapping[str, Fraction]:
    names = ("r", "alpha", "z", "slope")
    return {name: Fraction(instance[name]) for name in names if name in instance}


def _instances(sequence: str, ranks: Sequence[int], *scales: Mapping[str, str]) -> Any:
    """Every rank with every choice of the parameters; α = "r+2" is relative to the rank."""

    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        chosen = ranks[: budget.of(3, 4, 9)]
        return [
            {"sequence": sequence, "r": r, **{name: str(r + 2) if text == "r+2" else text for name, text in s.items()}}
            for r in chosen
            for s in scales
        ]

    return instances


def _upper(function: Callable[..., Any], name: str, at: Callable[[], Any]) -> Callable[[Instance], Envelope]:
    """A bound of theory in the parameter of that name, at a place in terms of the index."""
    return lambda _: Envelope(Formula(lambda: function(*symbols(name), at()), derived=True), "<=")


def _root() -> Any:
    n, r = symbols("n r")
    return n ** (1 / r)


def _order() -> Any:
    return symbols("m")[0]


def _power_rate() -> Any:
    n, r, alpha = symbols("n r alpha")
    return n ** (-(alpha - 1) / r)


def _stretched_rate() -> Any:
    import sympy

    n, r, slope = symbols("n r slope")
    root = n ** (1 / (2 * r))
    return root * sympy.exp(-slope * root)


def _exponential_rate() -> Any:
    import sympy

    (slope,) = symbols("slope")
    return sympy.exp(-slope * _root())


LARGE = Hypothesis(
    r"m(n)=\lfloor(n/2)^{1/r}\rfloor\ge r\ge7",
    lambda i: min(truncation(n, i["r"]) for n in _counts(i)) >= i["r"] >= 7,
    tight=lambda i: min(truncation(n, i["r"]) for n in _counts(i)) == i["r"] == 7,
)
BETTER = Hypothesis(r"\alpha>r+1", lambda i: Fraction(i["alpha"]) > i["r"] + 1)
SLOPE = Hypothesis(
    r"\alpha'<\alpha2^{-1/(2r)}",
    lambda i: bool(rational(Fraction(i["slope"])) < rational(Fraction(i["alpha"])) / arb(2).root(2 * i["r"])),
)

HIGH, LOW, EVERY = (7, 8, 9, 10), (3, 2, 4, 5, 6), (2, 3, 7, 8)
_LAMBDA = r"\lambda_n(K_n)"
_NOTES = {
    1: "It holds for every α > 1; for α > r + 1 it says more than λ_n ≤ Tr(K)/n.",
    2: "It holds with α' = α too: H_m has a rank of less than n for m = n^{1/r} + 1 and more.",
    3: "The proof reaches α' < α 2^{-1/r} only; with the exact rank of H_m every α' ≤ α will do.",
}


def _printed(
    number: int, sequence: str, rate: Callable[[], Any], taylor: Callable[..., Any], **scale: str
) -> Iterator[Claim]:
    """Theorem C.24 and Theorem 4.8."""
    stated = BETTER if number == 1 else SLOPE

    def check(ranks: Sequence[int]) -> Asymptotic:
        instances, envelope = _instances(sequence, ranks, scale), _upper(taylor, "alpha", _root)
        return Asymptotic("O", "n", instances, _parameters, _counts, _by_count, envelope)

    yield Claim(
        f"murray:thm-c.24.{number}.1",
        "printed",
        f"Theorem C.24, item {number}",
        _LAMBDA,
        Formula(rate),
        check(HIGH),
        (LARGE, stated),
        note=_NOTES[number],
    )
    yield Claim(
        f"murray:thm-c.24.{number}.2",
        "printed",
        f"Theorem 4.8, item {number}, r ≥ 2",
        _LAMBDA,
        Formula(rate),
        check(LOW),
        (stated,),
        note="The informal statement asks neither r ≥ 7 nor m(n) ≥ r.",
    )


def _sharp(number: int, sequence: str, name: str, *scales: str) -> Claim:
    tail, rate = (getattr(tail_bounds, f"{sequence}_{kind}") for kind in ("tail", "rate"))
    instances = _instances(sequence, EVERY, *({name: scale} for scale in scales))
    return Claim(
        f"murray:thm-c.24.{number}.1",
        "sharp",
        f"Theorem C.24, item {number}, r ≥ 2, by the largest m with binom(r+m−2, r−1) + binom(r+m−3, r−1) < n",
        _LAMBDA,
        Formula(lambda: rate(*symbols(name), _order()), derived=True),
        Asymptotic("O", "m", instances, _parameters, lambda _: ORDERS, _by_order, _upper(tail, name, _order)),
        note="m grows like ((r−1)! n/2)^{1/(r−1)}, and Chebyshev polynomials stand in the place of powers.",
    )


# the rate is attained by equidistant points of a circle


def _circle_term(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    """The least of all eigenvalues of K for 2m points, from the first row of the circulant matrix."""
    a = arb(rational(_weight(instance)))
    spectra = (circle_spectrum(lambda rho: 1 / (1 - a * rho), 2 * m) for m in indices)
    return [reduce(lambda x, y: x.min(y), spectrum) for spectrum in spectra]


def _attained() -> Claim:
    instances = [{"r": 2, "z": z} for z in ("1/2", "1/3", "2/3", "9/10")]

    def leading(_: Instance) -> Envelope:
        return Envelope(Formula(lambda: tail_bounds.circle_leading(*symbols("z m")), derived=True), "~")

    return Claim(
        "murray:thm-c.24.3.3",
        "new",
        "Theorem C.24, item 3: 2m equidistant points of a circle",
        _LAMBDA,
        Formula(lambda: tail_bounds.geometric_rate(*symbols("z m")), derived=True),
        Asymptotic("Theta", "m", lambda _b, _r: instances, _parameters, lambda _: (5, 20, 80), _circle_term, leading),
        note="So the sharp form of item 3 cannot be improved at r = 2.",
    )


CLAIMS: tuple[Claim, ...] = (
    *_printed(1, "power", _power_rate, tail_bounds.power_taylor, alpha="r+2"),
    _sharp(1, "power", "alpha", "3", "6"),
    *_printed(2, "stretched", _stretched_rate, tail_bounds.stretched_taylor, alpha="2", slope="8/5"),
    _sharp(2, "stretched", "alpha", "2", "1/2"),
    *_printed(3, "exponential", _exponential_rate, tail_bounds.exponential_taylor, alpha="1", slope="4/5"),
    _sharp(3, "geometric", "z", "1/2", "1/5"),
    _attained(),
)
