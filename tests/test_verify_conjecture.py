"""Conjectures find the laws that are planted, say where they cannot tell, and break on what does not fit."""

import subprocess
import sys
from itertools import islice, product

import numpy as np
import pytest
import sympy
from flint import fmpq

from eigenlaw.numerics.sparse_solution import sparse_solutions
from eigenlaw.verify.conjecture import conjecture
from eigenlaw.verify.hessian_sequences import Architecture, HessianRank, Of
from eigenlaw.verify.polynomial_laws import Case, Feature, Search, Space

CHAINS: tuple[Of, ...] = ("H_o", "H_f", "H_L")
AB = (Feature("a"), Feature("b"))
MIN = Feature("min(a,b)", ("a", "b"))


def case(a: int, b: int, value: int) -> Case:
    return Case({"a": a, "b": b}, value, {"a": a, "b": b})


GRID = list(product(range(6), repeat=2))


@pytest.mark.parametrize(
    ("of", "law"),
    [
        ("H_o", "q*(r + K - q)"),
        ("H_f", "2*q_hat*M + 2*q_hat*s - L*q_hat**2"),
        ("H_L", "q*(r + K - q) + 2*q_hat*M - (L - 1)*q_hat**2"),
    ],
)
def test_the_laws_of_linear_chains_are_found_again(of: Of, law: str) -> None:
    sequence = HessianRank(of)
    training = [sequence.case(a) for a in sequence.tiny((2, 3), 3)]
    further = [sequence.case(a) for a in islice(sequence.random(np.random.default_rng(0), 5, 5), 15)]
    found = conjecture(training, further, Space(sequence.columns, sequence.minima, 3))
    (piece,) = found.pieces
    assert (found.verdict, piece.survived) == ("fits", 15) and piece.law is not None
    names = [sympy.Symbol(feature.name) for feature in piece.law.features]
    own = sum(
        sympy.Rational(str(c)) * sympy.prod(x**n for x, n in zip(names, powers, strict=True))
        for powers, c in piece.law.terms.items()
    )
    assert sympy.expand(own - sympy.sympify(law)) == 0


def test_biases_split_the_law_at_the_bottleneck() -> None:
    sequence = HessianRank("H_f", bias=True)
    wide = [a for a in sequence.tiny((2, 3), 3) if min(a.widths[1:-1]) >= min(a.s + 1, a.widths[-1])]
    further = [a for a in islice(sequence.random(np.random.default_rng(0), 4, 5), 40) if min(a.widths[1:-1]) > a.s]
    found = conjecture([*map(sequence.case, wide)], [*map(sequence.case, further)], Space(sequence.columns,
                       sequence.minima, 3))  # fmt: skip
    assert found.verdict == "fits" and len(found.pieces) == 1
    law = found.pieces[0].law
    assert law is not None
    s, L, M = 2, 7, 30  # 2 s̃ M + 2 s̃² − L s̃² + (L − 2) s̃ with s̃ = 3
    point = {**further[0].point, "s": s, "s+1": s + 1, "K": 9, "L": L, "M": M}
    assert law.at(point) == 2 * 3 * M + (2 - L) * 9 + (L - 2) * 3


def test_two_pieces_are_found_where_no_polynomial_fits() -> None:
    cases = [case(a, b, 2 * a + 1 if a < b else a * b) for a, b in GRID]
    further = [case(a, b, 2 * a + 1 if a < b else a * b) for a, b in ((6, 9), (9, 6), (7, 7))]
    found = conjecture(cases, further, Space(AB, degree=2))
    assert found.verdict == "fits"
    assert {tuple(map(str, piece.where)) for piece in found.pieces} == {("a < b",), ("a >= b",)}


def test_a_minimum_is_found() -> None:
    cases = [case(a, b, min(a, b) ** 2 + a * (a + 1) // 2) for a, b in GRID]
    law = Search(cases, Space(AB, (MIN,))).simplest()[0]
    assert {feature.name for feature in law.features} == {"a", "min(a,b)"}
    assert sorted(law.terms.values()) == [fmpq(1, 2), fmpq(1, 2), 1]


def test_noise_has_no_law() -> None:
    rng = np.random.default_rng(3)
    cases = [case(a, b, int(rng.integers(0, 100))) for a, b in GRID]
    found = conjecture(cases, [], Space(AB, (MIN,)))
    assert found.verdict == "no law found" and all(piece.law is None for piece in found.pieces)


def test_few_cases_determine_nothing() -> None:
    found = conjecture([case(0, 0, 5), case(1, 3, 2), case(2, 5, 11)], [], Space(AB))
    assert found.verdict == "not determined" and "too few" in found.pieces[0].why


def test_two_laws_that_the_cases_cannot_tell_apart_are_both_named() -> None:
    cases = [case(n, 2 * n, 2 * n) for n in range(6)]
    found = conjecture(cases[:4], cases[4:], Space(AB), probes=[{"a": 3, "b": 5}])
    (piece,) = found.pieces
    assert found.verdict == "not determined" and piece.rival is not None and piece.apart == {"a": 3, "b": 5}


def test_a_planted_exception_breaks_the_law_and_is_shrunk() -> None:
    def make(a: int, b: int) -> Case:
        return case(a, b, a * b - (a > 6))

    def smaller(big: Case) -> list[Case]:
        a, b = big.point["a"], big.point["b"]
        return [make(*pair) for pair in ((a - 1, b), (a, b - 1)) if min(pair) >= 0]

    found = conjecture([make(*pair) for pair in GRID], [make(6, 6), make(20, 9)], Space(AB), smaller=smaller)
    (piece,) = found.pieces
    assert (found.verdict, piece.survived) == ("broken", 1)
    assert piece.counterexample is not None and dict(piece.counterexample.point) == {"a": 7, "b": 0}


def test_sequences_that_no_parameter_explains_name_two_cases() -> None:
    found = conjecture([case(1, 1, 1), case(1, 1, 2), case(2, 1, 3)], [], Space(AB))
    assert found.verdict == "no law found" and "a: 1, b: 1} gives 1" in found.pieces[0].why


def test_what_fits_and_measures_knows_no_rank_law() -> None:
    code = "import sys, eigenlaw.verify.conjecture, eigenlaw.verify.hessian_sequences; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "eigenlaw.verify.chain_hessians" in found
    assert not {name for name in found if name.startswith(("eigenlaw.theory.", "sympy"))}


def test_ranks_are_those_of_a_network_worked_out_by_hand() -> None:
    """F = w₂ w₁ x: H_f = ω [[0, 1], [1, 0]], H_o = (w₂, w₁)ᵀ(w₂, w₁) σ."""
    architecture = Architecture((1, 1, 1), 1, 1)
    assert [HessianRank(of).case(architecture).value for of in CHAINS] == [1, 2, 2]
    assert HessianRank("column").case(Architecture((1, 1, 1), 1, 1, 2)).value == 1
    assert all(smaller.possible for smaller in Architecture((3, 2, 2), 2, 1).smaller())


def test_the_sparsest_of_many_solutions_is_found() -> None:
    """x² on the points 0, 1, 2: with x³ and x as well there are many cubics."""
    columns = [[x**n for x in range(3)] for n in range(5)]
    found = sparse_solutions(columns, [0, 1, 4], 2**61 - 1, np.random.default_rng(0))
    assert found[0] == {2: 1}
    assert sparse_solutions(columns[:2], [0, 1, 4], 2**61 - 1, np.random.default_rng(0)) == []
