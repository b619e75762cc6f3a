"""`eigenlaw eval law`: density, distribution function, quantiles, moments and values of the laws of random matrices."""

from fractions import Fraction
from typing import cast

from eigenlaw.commands import arguments
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.evaluation import Evaluation
from eigenlaw.commands.output import check_choice
from eigenlaw.theory.errors import InputError

QUESTIONS = ("pdf", "cdf", "quantile", "moment", "value")
_HEADS = {"pdf": "p(x)", "cdf": "P(X ≤ x)", "quantile": "quantile", "moment": "E[Xⁿ]", "value": "value"}
_POINTS = {"pdf": "x", "cdf": "x", "quantile": "u", "moment": "n", "value": "l"}
_MOST_MOMENT = 10**4


def law(options: Options, digits: int) -> Evaluation:
    """Return the balls of a law by the points as typed.

    Args:
        options: ``name``, ``what`` (pdf, cdf, quantile, moment or value), ``at`` and the law's parameters, as typed.
        digits: relative digits.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    from eigenlaw.laws import LAWS, build, find
    from eigenlaw.numerics.law import What, law_values

    name = options.get("name")
    if name is None:
        raise InputError.of("name", "(not given)", f"expected one of {', '.join(LAWS)}; see `eigenlaw show laws`")
    entry = find(name)
    chosen = build(name, {key: text for key in arguments.LAW if (text := options.get(key)) is not None})
    asked = options.get("what") or (None if entry.is_law else "value")
    if asked is None:
        raise InputError.of("what", "(not given)", "expected pdf, cdf, quantile or moment; add --what pdf")
    what = cast("What", check_choice("what", asked, QUESTIONS))
    places = _points(options.get("at"), what, entry.at)
    found = law_values(chosen, what, [point for _, point in places], digits)
    heads = (_POINTS[what] if entry.at else "", _HEADS[what])
    return Evaluation(heads, [typed for typed, _ in places], found.balls, found.certified, settled={"what": what})


def _points(text: str | None, what: str, at: str) -> list[tuple[str, Fraction]]:
    """Return the points, each with its text as typed; one without a meaning where a function takes none."""
    if not at:
        if text is not None:
            raise InputError.of("at", text, "it is one number; expected no --at")
        return [("value", Fraction(0))]
    if text is None:
        raise InputError.of("at", "(not given)", "expected points; add --at 1/2")
    places = [(part.strip(), arguments.rational("at", part, negative=True)) for part in text.split(",")]
    if what == "moment" and (large := [typed for typed, point in places if point > _MOST_MOMENT]):
        raise InputError.of("at", large[0], f"expected a moment of order {_MOST_MOMENT} at most")
    return places
