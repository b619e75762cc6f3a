"""Decay of the Hermite coefficients of tanh', in the proof of Lemma B.5."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from eigenlaw.numerics.hermite import hermite_balls
from eigenlaw.theory import decay
from eigenlaw.verify.claim import Asymptotic, Budget, Claim, Envelope, Instance, Rng
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.murray.common import phi_of

INDICES = (20, 60, 200, 600)


@cache
def _coefficients() -> tuple[Any, ...]:
    """|μ_p| of tanh' = 1 − tanh², by quadrature of its own integral."""
    found = hermite_balls(phi_of("1 - tanh(x)**2"), max(INDICES), 20)
    return tuple(map(abs, found.balls))


def _instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"activation": "tanh"}]


def _no_parameters(_: Instance) -> Mapping[str, Fraction]:
    return {}


def _terms(_: Instance, indices: Sequence[int]) -> Sequence[Any]:
    return [_coefficients()[p] for p in indices]


def _envelope(_: Instance) -> Envelope:
    return Envelope(Formula(decay.tanh_slope_leading, derived=True), "~")


def _rate_printed() -> Any:
    import sympy

    (p,) = symbols("p")
    return sympy.exp(-sympy.pi * sympy.sqrt(p) / 4)


def _asymptotic(kind: Literal["O", "~"]) -> Asymptotic:
    return Asymptotic(
        kind,
        "p",
        _instances,
        _no_parameters,
        lambda _: INDICES,
        _terms,
        _envelope,
        vanishing=lambda _: (1, 3, 5, 101),
        minimum=1,
    )


_MU = r"|\mu_p(\tanh')|"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:tanh-derivative-rate",
        "printed",
        "proof of Lemma B.5, from Panigrahi et al.",
        _MU,
        Formula(_rate_printed),
        _asymptotic("O"),
        note="True but far from sharp: the exponent is twice as large.",
        activations=1,
    ),
    Claim(
        "murray:tanh-derivative-rate",
        "sharp",
        "proof of Lemma B.5, even p; at odd p the coefficients are zero",
        _MU,
        Formula(decay.tanh_slope_leading, derived=True),
        _asymptotic("~"),
        activations=1,
    ),
)
