"""`eigenlaw conjecture`: its text, its document, its exit status, and what it says of unusable input."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


def table(path: Path, rows: list[str]) -> str:
    target = path / "mine.csv"
    target.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(target)


def test_a_law_of_ranks_survives_and_is_typeset(run: Run) -> None:
    options = "--layers 2 --max-width 3 --cases 8 --break-width 4 --degree 2 --seed 1"
    status, out, err = run("conjecture", "hessian-rank", "--of", "H_o", *options.split())
    assert (status, err) == (0, "")
    assert "law    K*q - q**2 + q*r, q = min(r, m, K)" in out and "8 further ones survived" in out
    assert "a conjecture, not a proof" in out and "chance of a rank too low below" in out


def test_the_document_says_what_was_tried(run: Run) -> None:
    options = "--of H_f --layers 2 --max-width 3 --break-layers 3 --break-width 4 --cases 20"
    status, out, err = run("conjecture", "hessian-rank", *options.split(), "--json")
    found = json.loads(out)
    assert (status, err, found["verdict"]) == (1, "", "broken")  # two layers do not show what a third one does
    (piece,) = found["pieces"]
    assert piece["counterexample"]["value"] != int(piece["counterexample"]["predicted"])
    assert len(piece["counterexample"]["where"]["widths"]) == 4
    assert found["training"]["ranges"]["L"] == [2, 2] and found["further"]["cases"] == 20 and found["tried"] > 0
    assert run("conjecture", "hessian-rank", *options.split(), "--json")[1] == out


def test_a_table_of_one_s_own(run: Run, tmp_path: Path) -> None:
    rows = ["a,b,rank", *(f"{a},{b},{min(a, b) * a}" for a in range(1, 6) for b in range(1, 6))]
    status, out, err = run("conjecture", table(tmp_path, rows), "--value", "rank", "--min", "a,b", "--json")
    found = json.loads(out)
    assert (status, err, found["verdict"]) == (0, "", "fits")
    (piece,) = found["pieces"]
    assert piece["law"] == "a*min(a,b)" and piece["latex"] == r"a \min(a,b)" and piece["survived"] == 6
    assert piece["terms"] == [{"coefficient": "1", "powers": {"a": 1, "min(a,b)": 1}}]
    rows[-1] = "5,5,24"
    status, out, _ = run("conjecture", table(tmp_path, rows), "--value", "rank")
    assert status == 1 and "broken at a = 5, b = 5, row = 25, which has 24, not 25" in out


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["a,rank", "1,2", "2,", "3,4"], "row=2"),
        (["a,rank", "1,2", "2,3,4", "3,4"], "row=2"),
        (["a,rank", "1,2", "2,x", "3,4"], "rank=x"),
        (["a,rank", "1,2", "2,1.5", "3,4"], "rank=1.5"),
        (["a,rank", "1,2", "2," + "9" * 5000, "3,4"], "5000 characters"),
        (["a,rank", "1,2", "2,__import__('os')", "3,4"], "rank=__import__"),
        (["a,rank", "1,2", "1,3", "3,4"], "contradicts row 1"),
        (["a,rank", "1,2"], "rows=1"),
        (["a,b", "1,2", "2,3", "3,4"], "value=rank"),
        (["a,a", "1,2", "2,3", "3,4"], "different names"),
        (["a,ra nk", "1,2", "2,3", "3,4"], "column=ra nk"),
        (["a,rank", "1,2", "1,2", "1,2"], "rows=1"),
        ([], "is empty"),
        (["a,rank", '1,"2', "2,3", "3,4"], "CSV file"),
    ],
)
def test_unusable_tables_are_one_line(run: Run, tmp_path: Path, rows: list[str], says: str) -> None:
    target = tmp_path / "mine.csv"
    target.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    status, out, err = run("conjecture", str(target), "--value", "rank")
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("hessian-rank --of H", "of=H"),
        ("hessian-rank --layers 1", "layers=1"),
        ("hessian-rank --max-width 50", "max_width=50"),
        ("hessian-rank --value rank", "value=rank"),
        ("hessian-rank --min a,b", "min=a,b"),
        ("hessian-rank --cases 0", "cases=0"),
        ("hessian-rank --mean-residual some", "mean_residual=some"),
        ("missing.csv --value rank", "cannot be read"),
        ("missing.csv", "--value rank"),
        ("missing.csv --value rank --of H_f", "of=H_f"),
        ("missing.csv --value rank --bias", "bias"),
    ],
)
def test_unusable_options_are_one_line(run: Run, typed: str, says: str) -> None:
    status, out, err = run("conjecture", *typed.split())
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1
