"""Small wrong edits of a formula: what a check must be able to see.

Each mutant is the formula's own tree with one edit: the whole scaled by 1 %, 10 % or 2, its sign changed, a term
lost or its sign changed, an index or exponent off by one, two symbols swapped. A check is worth what it kills.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from eigenlaw.verify.formula import unevaluated

Fate = Literal["killed", "survived", "invisible"]


@dataclass(frozen=True)
class Mutant:
    """One wrong formula and the edit that made it."""

    edit: str
    tree: Any
    quick: bool


@dataclass(frozen=True)
class MutantReport:
    """What a check made of a mutant.

    Attributes:
        edit: the edit, in words.
        fate: killed; survived, though it changes a predicted value; or invisible, for it changes none.
        change: the largest relative change of a predicted value; None if the mutant has no value.
    """

    edit: str
    fate: Fate
    change: float | None


def mutants(tree: Any, *, every: bool, tightening: Literal["up", "down"] | None = None) -> list[Mutant]:
    """Return the mutants of a formula.

    Args:
        tree: the SymPy expression.
        every: all of them; otherwise the small fixed set that each run uses.
        tightening: for a bound, the direction in which an edit makes the statement stronger; then only the
            edits of the whole formula in that direction are made.

    Example:
        >>> import sympy
        >>> a, b = sympy.symbols("a b")
        >>> [m.edit for m in mutants(a + b, every=False)][:4]
        ['times 101/100', 'times 11/10', 'times 2', 'sign']
    """
    if tightening is not None:
        return [m for m in _scalings(tree, inverse=tightening == "down") if m.edit != "sign"]
    made = [*_scalings(tree), *_terms(tree), *_branches(tree), *_growths(tree), *_indices(tree), *_swaps(tree)]
    return made if every else [mutant for mutant in made if mutant.quick]


def _scalings(tree: Any, *, inverse: bool = False) -> Iterator[Mutant]:
    import sympy

    for percent in (101, 110, 200):
        factor = sympy.Rational(100, percent) if inverse else sympy.Rational(percent, 100)
        with unevaluated():
            yield Mutant(f"times {factor}", sympy.Mul(factor, tree), True)
    with unevaluated():
        yield Mutant("sign", sympy.Mul(-1, tree), True)


def _paths(tree: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    yield path, tree
    for position, child in enumerate(tree.args):
        yield from _paths(child, (*path, position))


def _replaced(tree: Any, path: tuple[int, ...], new: Any) -> Any:
    if not path:
        return new
    children = list(tree.args)
    children[path[0]] = _replaced(children[path[0]], path[1:], new)
    return tree.func(*children)


def _edited(tree: Any, path: tuple[int, ...], new: Any) -> Any:
    with unevaluated():
        return _replaced(tree, path, new)


def _inside_condition(tree: Any, path: tuple[int, ...]) -> bool:
    node = tree
    for position in path:
        if getattr(node, "is_Boolean", False) or getattr(node, "is_Relational", False):
            return True
        node = node.args[position]
    return bool(getattr(node, "is_Boolean", False))


def _terms(tree: Any) -> Iterator[Mutant]:
    import sympy

    quick_left = 6
    for path, node in _paths(tree):
        if not node.is_Add or _inside_condition(tree, path):
            continue
        for position, term in enumerate(node.args):
            rest = [other for index, other in enumerate(node.args) if index != position]
            quick = quick_left > 0
            quick_left -= 1
            with unevaluated():
                without = rest[0] if len(rest) == 1 else sympy.Add(*rest)
                flipped = sympy.Add(*rest, sympy.Mul(-1, term))
            yield Mutant(f"lost term {term}", _edited(tree, path, without), quick)
            yield Mutant(f"sign of term {term}", _edited(tree, path, flipped), False)


def _branches(tree: Any) -> Iterator[Mutant]:
    import sympy

    for path, node in _paths(tree):
        if isinstance(node, sympy.Piecewise):
            for position, (value, condition) in enumerate(node.args):
                if value == 0:
                    continue
                with unevaluated():
                    flipped = sympy.functions.elementary.piecewise.ExprCondPair(sympy.Mul(-1, value), condition)
                yield Mutant(f"sign where {condition}", _edited(tree, (*path, position), flipped), True)


def _growths(tree: Any) -> Iterator[Mutant]:
    """Exponents that are no constants, times 11/10 and 2: what changes the rate of an exponential."""
    import sympy

    for path, node in _paths(tree):
        exponential = isinstance(node, sympy.exp)
        if not (exponential or (node.is_Pow and node.args[1].free_symbols)) or _inside_condition(tree, path):
            continue
        place = len(node.args) - 1
        for factor in (sympy.Rational(11, 10), sympy.Integer(2)):
            with unevaluated():
                scaled = sympy.Mul(factor, node.args[place])
            yield Mutant(f"exponent times {factor} in {node}", _edited(tree, (*path, place), scaled), True)


def _indices(tree: Any) -> Iterator[Mutant]:
    import sympy

    quick_left = 4
    for path, node in _paths(tree):
        applied = isinstance(node, sympy.core.function.AppliedUndef | sympy.Indexed)
        if applied or type(node).__name__ in {"factorial", "factorial2", "binomial", "KroneckerDelta", "gamma"}:
            for position, argument in enumerate(node.args):
                if isinstance(argument, sympy.IndexedBase):
                    continue
                for step in (1, -1):
                    with unevaluated():
                        moved = sympy.Add(argument, step)
                    quick = quick_left > 0
                    quick_left -= 1
                    yield Mutant(f"index {argument}{step:+d} in {node}", _edited(tree, (*path, position), moved), quick)
        elif isinstance(node, sympy.Sum | sympy.Product):
            ends = [(place, end) for place in range(1, len(node.args)) for end in (1, 2)]
            for place, end in ends:
                bound = node.args[place].args[end]
                for step in (1, -1) if bound.is_finite is not False else ():
                    with unevaluated():
                        moved = sympy.Add(bound, step)
                    quick = quick_left > 0
                    quick_left -= 1
                    yield Mutant(f"limit {bound}{step:+d}", _edited(tree, (*path, place, end), moved), quick)
        elif node.is_Pow and node.args[1].is_Rational and abs(node.args[1]) != 1:
            for step in (1, -1):
                yield Mutant(f"exponent {step:+d} in {node}", _edited(tree, (*path, 1), node.args[1] + step), False)
        elif node.is_Integer and _inside_condition(tree, path):
            for step in (1, -1):
                yield Mutant(f"limit {node}{step:+d}", _edited(tree, path, node + step), False)


def _swaps(tree: Any) -> Iterator[Mutant]:
    import sympy

    labels = {base.label for base in tree.atoms(sympy.IndexedBase)}
    symbols = sorted((s for s in tree.free_symbols if s.is_Symbol and s not in labels), key=str)
    alike = [(a, b) for a, b in combinations(symbols, 2) if a.is_integer == b.is_integer]
    for number, (a, b) in enumerate(alike):
        with unevaluated():
            swapped = tree.xreplace({a: b, b: a})
        if swapped != tree:
            yield Mutant(f"swapped {a} and {b}", swapped, number < 2)
