"""Mutants: each is one edit of the tree that changes its value, and the fixed set holds every kind of the design."""

from typing import Any

import pytest
import sympy

from eigenlaw.verify.formula import evaluate, symbols, undefined, unevaluated
from eigenlaw.verify.mutants import Mutant, mutants

a, b, k, n = symbols("a b k n")
mu = undefined("mu")
BINDINGS: dict[str, Any] = {"a": 2, "b": 5, "k": 3, "n": 4, "mu": lambda i: 7 + i**2}


def edits(tree: Any, **options: Any) -> dict[str, Mutant]:
    found = mutants(tree, **{"every": True, **options})
    assert len({m.edit for m in found}) == len(found)
    return {m.edit: m for m in found}


def value(tree: Any) -> Any:
    return evaluate(tree, BINDINGS)


def test_scalings_and_sign_of_the_whole() -> None:
    found = edits(a * b)
    assert value(found["times 101/100"].tree) * 100 == 1010
    assert value(found["times 11/10"].tree) == 11
    assert value(found["times 2"].tree) == 20
    assert value(found["sign"].tree) == -10


def test_terms_are_lost_and_flipped_wherever_they_stand() -> None:
    with unevaluated():
        tree = (a + b) * (k + 1)
    found = {edit: value(m.tree) for edit, m in edits(tree).items()}
    assert found["lost term a"] == 20
    assert found["lost term b"] == 8
    assert found["lost term k"] == 7
    assert found["lost term 1"] == 21
    assert found["sign of term a"] == 12
    assert found["sign of term k"] == -14


def test_indices_move_by_one() -> None:
    found = {edit: value(m.tree) for edit, m in edits(mu(k)).items()}
    assert found["index k+1 in mu(k)"] == 7 + 16
    assert found["index k-1 in mu(k)"] == 7 + 4
    factorial = {edit: value(m.tree) for edit, m in edits(sympy.factorial(k)).items()}
    assert {24, 2} <= set(factorial.values())


def test_exponents_move_by_one() -> None:
    found = {edit: value(m.tree) for edit, m in edits(a**3).items()}
    assert found["exponent +1 in a**3"] == 16
    assert found["exponent -1 in a**3"] == 4
    roots = {edit: m for edit, m in edits(sympy.sqrt(a)).items() if edit.startswith("exponent")}
    assert len(roots) == 2


def test_limits_of_sums_move_by_one() -> None:
    tree = sympy.Sum(mu(k), (k, 1, n))
    assert value(tree) == 4 * 7 + 30
    found = {edit: value(m.tree) for edit, m in edits(tree).items()}
    assert found["limit 1+1"] == 3 * 7 + 29
    assert found["limit 1-1"] == 5 * 7 + 30
    assert found["limit n+1"] == 5 * 7 + 55
    assert found["limit n-1"] == 3 * 7 + 14
    endless = edits(sympy.Sum(mu(k), (k, 0, sympy.oo)))
    assert {edit for edit in endless if edit.startswith("limit")} == {"limit 0+1", "limit 0-1"}


def test_branches_change_sign_and_their_limits_move() -> None:
    tree = sympy.Piecewise((a, k < 4), (b, True))
    found = {edit: value(m.tree) for edit, m in edits(tree).items()}
    assert found["sign where k < 4"] == -2
    assert found["limit 4-1"] == 5


def test_symbols_are_swapped() -> None:
    found = {edit: value(m.tree) for edit, m in edits(a - 3 * b).items()}
    assert found["swapped a and b"] == 5 - 6


@pytest.mark.parametrize("tree", [a + b * mu(k), sympy.sqrt(a) / b + sympy.factorial(k), (a + b) ** 2 * sympy.exp(a)])
def test_every_mutant_is_another_formula_and_the_original_is_untouched(tree: Any) -> None:
    before = sympy.srepr(tree)
    for mutant in mutants(tree, every=True):
        assert mutant.tree != tree, mutant.edit
    assert sympy.srepr(tree) == before


def test_the_small_set_is_part_of_the_whole_and_has_every_kind() -> None:
    tree = a * mu(k) + b
    small = [m.edit for m in mutants(tree, every=False)]
    every = [m.edit for m in mutants(tree, every=True)]
    assert set(small) < set(every)
    for kind in ("times 101/100", "times 11/10", "times 2", "sign", "lost term", "index", "swapped"):
        assert any(edit.startswith(kind) for edit in small), kind


def test_the_small_set_stays_small() -> None:
    big = sum((undefined(f"f{i}")(k + i) for i in range(40)), sympy.Integer(0))
    assert len(mutants(big, every=False)) < 25
    assert len(mutants(big, every=True)) > 150


def test_a_bound_is_only_tightened() -> None:
    down = edits(a, tightening="down")
    assert [value(m.tree) < 2 for m in down.values()] == [True] * 3
    up = edits(a, tightening="up")
    assert [value(m.tree) > 2 for m in up.values()] == [True] * 3
