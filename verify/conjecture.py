"""Conjectures: the simplest piecewise polynomial law of a table of integers, and what became of it on further cases.

One law for all cases is tried first; if there is none, or a long one, the cases are split by a condition a < b or
a = min a on the features, and the part without a law once more. Each piece has its own verdict: ``fits`` if its law
gives every training case and every further case, ``broken`` with the smallest case found that it misses, ``not
determined`` if several laws of the same simplicity fit, or the cases are too few to tell, ``no law found``. Nothing
here is a proof.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from eigenlaw.verify.polynomial_laws import Case, Feature, Law, Point, Search, Space

Verdict = Literal["fits", "broken", "not determined", "no law found"]
VERDICTS: tuple[Verdict, ...] = ("no law found", "not determined", "broken", "fits")
"""The worst first: that of a conjecture is the worst of its pieces."""

LONG = 10
"""A law with more terms is given up for a piecewise one with fewer in all."""
SPLITS = 2
COMPARED = 6
SAMPLE = 500
"""How often a table may be split, how many splits are followed, and on about how many cases one is tried first."""


@dataclass(frozen=True, slots=True)
class Condition:
    """left < right or, where there is no right, left <= least; or the contrary."""

    left: Feature
    right: Feature | None
    least: int = 0
    holds: bool = True

    def at(self, point: Point) -> bool:
        """Tell whether it is true for these parameters."""
        found = self.left.at(point) < self.right.at(point) if self.right else self.left.at(point) <= self.least
        return found == self.holds

    @property
    def contrary(self) -> "Condition":
        """The condition that is true where this one is not."""
        return Condition(self.left, self.right, self.least, not self.holds)

    def __str__(self) -> str:
        if self.right:
            return f"{self.left.name} {'<' if self.holds else '>='} {self.right.name}"
        return f"{self.left.name} {'<=' if self.holds else '>'} {self.least}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A law for the cases that meet some conditions, and what was found about it.

    Attributes:
        where: the conditions.
        verdict: as in the head of this module.
        law: the law, if one was found.
        training: how many cases it was fitted to.
        survived: how many further cases it gave rightly; up to the first that it missed, where it is broken.
        counterexample: the smallest case found that it misses.
        rival: another law that is as simple and fits as well.
        apart: parameters at which the rival differs.
        why: a sentence for people where the verdict needs one.
    """

    where: tuple[Condition, ...]
    verdict: Verdict
    law: Law | None
    training: int
    survived: int = 0
    counterexample: Case | None = None
    rival: Law | None = None
    apart: Point | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Conjecture:
    """The pieces of a law and how many sets of features were looked at to find them."""

    pieces: tuple[Piece, ...]
    tried: int

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of a piece."""
        return min((piece.verdict for piece in self.pieces), key=VERDICTS.index)


def conjecture(
    training: Sequence[Case],
    further: Sequence[Case],
    space: Space,
    probes: Sequence[Point] = (),
    smaller: Callable[[Case], Iterable[Case]] = lambda _: (),
) -> Conjecture:
    """Propose a law of the training cases and try to break it on further ones.

    Args:
        training: cases that the law is fitted to, of any order; equal ones count once.
        further: cases to break it on, the smallest first.
        space: the laws to try.
        probes: parameters at which two laws must agree to count as one.
        smaller: returns cases a little smaller than one, to shrink a counterexample.

    Returns:
        One piece, or several with conditions.

    Example:
        >>> cases = [Case({"a": a, "b": b}, a * b, {}) for a in range(5) for b in range(5)]
        >>> conjecture(cases[:20], cases[20:], Space((Feature("a"), Feature("b")))).verdict
        'fits'
    """
    distinct = list({(*sorted(case.point.items()), case.value): case for case in training}.values())
    tried: list[int] = []
    found = _split(distinct, space, (), SPLITS, tried)
    pieces = tuple(_judge(entry, further, probes, smaller) for entry in found)
    return Conjecture(pieces, sum(tried))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What the training cases say in one piece; the verdict is that of a piece without law."""

    where: tuple[Condition, ...]
    cases: Sequence[Case]
    laws: Sequence[Law]
    verdict: Verdict = "fits"
    why: str = ""


def _split(
    cases: Sequence[Case], space: Space, where: tuple[Condition, ...], depth: int, tried: list[int]
) -> list[_Fitted]:
    """Return one law for all cases or, if there is none, laws for the two sides of a condition."""
    search = Search(cases, space)
    laws = search.simplest()
    tried.append(search.tried)
    alone = [_Fitted(where, cases, laws) if laws else _without(where, search)]
    long = len(laws[0].terms) > LONG if laws else alone[0].verdict == "no law found"
    if depth == 0 or not long:
        return alone
    both: list[list[_Fitted]] = []
    one: list[tuple[int, Condition]] = []
    for condition, sides in _conditions(cases, space):
        found = [Search(_some(side), space) for side in sides]
        possible = [side.possible for side in found]
        tried.extend(side.tried for side in found)
        if all(possible) and len(both) < COMPARED:
            pieces = [_split(side, space, (*where, c), 0, tried)[0] for c, side in _sides(condition, sides)]
            if all(piece.laws for piece in pieces):
                both.append(pieces)
                if not any(len(piece.laws[0].terms) > LONG for piece in pieces):
                    break
        one += [(len(side), c) for (c, side), yes in zip(_sides(condition, sides), possible, strict=True) if yes]
    if both:
        return min([*both, alone] if laws else both, key=_terms)
    best: list[_Fitted] = []
    for _, condition in sorted(one, key=lambda entry: -entry[0])[:COMPARED]:
        inside = [case for case in cases if condition.at(case.point)]
        outside = [case for case in cases if not condition.at(case.point)]
        pieces = _split(inside, space, (*where, condition), 0, tried)
        if pieces[0].laws:
            pieces += _split(outside, space, (*where, condition.contrary), depth - 1, tried)
            best = max(best, pieces, key=_covered)
        if _covered(best) == len(cases):
            break
    if laws:
        return min(best, alone, key=_terms) if _covered(best) == len(cases) else alone
    return best or alone


def _some(cases: Sequence[Case]) -> Sequence[Case]:
    """Return cases spread over all; what has no law on them has none on all."""
    return cases[:: max(1, len(cases) // SAMPLE)]


def _covered(pieces: Sequence[_Fitted]) -> int:
    return sum(len(piece.cases) for piece in pieces if piece.laws)


def _terms(pieces: Sequence[_Fitted]) -> int:
    return sum(len(piece.laws[0].terms) for piece in pieces)


def _sides(condition: Condition, sides: tuple[list[Case], list[Case]]) -> list[tuple[Condition, list[Case]]]:
    return [(condition, sides[0]), (condition.contrary, sides[1])]


def _conditions(cases: Sequence[Case], space: Space) -> Iterator[tuple[Condition, tuple[list[Case], list[Case]]]]:
    """Return the conditions that are true for some of the cases only, each with the cases of its two sides, once."""
    seen: set[tuple[bool, ...]] = set()
    pairs = [Condition(a, b) for pair in combinations(space.compared, 2) for a, b in (pair, pair[::-1])]
    least = [Condition(f, None, min(f.at(case.point) for case in cases)) for f in space.compared]
    for condition in (*pairs, *least):
        holds = tuple(condition.at(case.point) for case in cases)
        contrary = tuple(not yes for yes in holds)
        if len(set(holds)) == 2 and holds not in seen and contrary not in seen:
            seen.add(holds)
            inside = [case for case, yes in zip(cases, holds, strict=True) if yes]
            yield condition, (inside, [case for case, yes in zip(cases, holds, strict=True) if not yes])


def _without(where: tuple[Condition, ...], search: Search) -> _Fitted:
    """Return what to say of cases that have no law."""
    if search.contradiction is not None:
        first, second = (f"{_shown(case.where)} gives {case.value}" for case in search.contradiction)
        why = f"no parameter tells two cases apart: {first}, {second}"
        return _Fitted(where, search.cases, (), "no law found", why)
    if search.free:
        why = f"{len(search.cases)} cases are too few: a law must have at most half as many terms"
        return _Fitted(where, search.cases, (), "not determined", why)
    return _Fitted(where, search.cases, (), "no law found")


def _shown(where: object) -> str:
    return str(where).replace("'", "")


def _judge(
    fitted: _Fitted,
    further: Sequence[Case],
    probes: Sequence[Point],
    smaller: Callable[[Case], Iterable[Case]],
) -> Piece:
    """Try to break the laws of one piece."""

    def meets(point: Point) -> bool:
        return all(condition.at(point) for condition in fitted.where)

    trials = [case for case in further if meets(case.point)]
    size = len(fitted.cases)
    if not fitted.laws:
        return Piece(fitted.where, fitted.verdict, None, size, why=fitted.why)
    alive = [law for law in fitted.laws if law.wrong(trials) is None]
    if not alive:
        law = fitted.laws[0]
        broken = next(case for case in trials if law.at(case.point) != case.value)
        survived = trials.index(broken)
        while step := law.wrong(case for case in smaller(broken) if meets(case.point)):
            broken = step
        return Piece(fitted.where, "broken", law, size, survived, broken)
    law, *rivals = alive
    points = [point for point in probes if meets(point)]
    for rival in rivals:
        apart = next((point for point in points if rival.at(point) != law.at(point)), None)
        if apart is not None:
            return Piece(fitted.where, "not determined", law, size, len(trials), rival=rival, apart=apart)
    if not trials:
        return Piece(fitted.where, "not determined", law, size, why="no further case meets the condition")
    return Piece(fitted.where, "fits", law, size, len(trials))
