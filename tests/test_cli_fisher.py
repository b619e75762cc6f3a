"""`eigenlaw eval`, `table` and `derive` for order-parameters and fisher, and the functions of the Python face."""

import csv
import io
import json
import runpy
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import mpmath
import pytest

import eigenlaw
from eigenlaw.numerics.meanfield import order_parameters
from eigenlaw.theory.wide_network import wide_network

CONTRACT = Path(__file__).parent / "contract"
TANH = "--activation tanh --layers 3 --sigma-w2 3 --sigma-b2 0.64"
SIZES = "--width 200 --outputs 10 --samples 100"

Run = Callable[..., tuple[int, str, str]]


def document(text: str) -> Any:
    found = json.loads(text)
    jsonschema.validate(found, json.loads((CONTRACT / "eval.schema.json").read_text(encoding="utf-8")))
    return found


def values_of(found: Any) -> dict[Any, dict[str, str]]:
    pairs = ((entry["index"], entry) for entry in found["values"])
    return {tuple(index) if isinstance(index, list) else index: entry for index, entry in pairs}


def test_eval_order_parameters_keeps_the_contract(run: Run) -> None:
    status, out, err = run("eval", "order-parameters", *TANH.split(), "--alpha", "1,2,1/2", "--digits", "30", "--json")
    assert (status, err) == (0, "")
    found = document(out)
    assert found["quantity"] == "order-parameters" and found["certified"] is True and found["digits"] == 30
    assert found["parameters"] == {
        "activation": "tanh", "layers": 3, "sigma_w2": "3", "sigma_b2": "0.64", "alpha": "1,2,1/2",
    }  # fmt: skip
    values = values_of(found)
    forward = {(name, layer) for name in ("q_hat", "q_hat_st") for layer in range(3)}
    backward = {(name, layer) for name in ("q_tilde", "q_tilde_st") for layer in range(1, 4)}
    kappas = {f"kappa_{i}{kind}" for i in (1, 2) for kind in ("", "_prime", "_tilde")}
    assert set(values) == forward | backward | kappas
    for entry in values.values():
        assert Decimal(entry["radius"]) <= Decimal(10) ** -30 * Decimal(entry["value"])
    assert values["q_hat_st", 0]["value"] == values["q_hat_st", 0]["radius"] == "0"
    with mpmath.workdps(30):
        own = mpmath.quad(lambda x: mpmath.tanh(mpmath.sqrt(3.64) * x) ** 2 * mpmath.npdf(x), [-12, -4, 0, 4, 12])
        assert abs(own - mpmath.mpf(values["q_hat", 1]["value"])) < 1e-12


def test_eval_fisher_keeps_the_contract(run: Run) -> None:
    status, out, err = run("eval", "fisher", *TANH.split(), *SIZES.split(), "--digits", "30", "--json")
    assert (status, err) == (0, "")
    found = document(out)
    assert found["parameters"] == {
        "activation": "tanh", "layers": 3, "sigma_w2": "3", "sigma_b2": "0.64",
        "width": 200, "outputs": 10, "samples": 100,
    }  # fmt: skip
    values = values_of(found)
    matrices = ["F", *(f"F[{n}]" for n in (1, 2, 3)), "F_bar", "NTK"]
    matrices += [name + part for name in ("A_k", "A") for part in ("", "[0]", "[1]", "[2]")]
    statistics = ("mean", "second_moment", "lambda_max", "multiplicity")
    assert set(values) == {(m, s, f) for m in matrices for s in statistics for f in ("asymptotic", "finite")}
    for entry in values.values():
        assert Decimal(entry["radius"]) <= Decimal(10) ** -30 * Decimal(entry["value"])
    assert values["F", "multiplicity", "finite"]["value"] == "10"
    mean = Decimal(values["F", "mean", "finite"]["value"])
    top, bulk = (Decimal(values[name, "lambda_max", "finite"]["value"]) for name in ("F", "F_bar"))
    parameters = 2 * 200 * 201 + 10 * 201
    assert abs(mean * parameters - 10 * top - 990 * bulk) < Decimal("1e-25")


def test_tables_for_people_name_a_matrix_once_and_fit(run: Run) -> None:
    status, out, _ = run("eval", "fisher", *TANH.split(), *SIZES.split())
    assert status == 0
    lines = out.splitlines()
    assert sum(line.startswith("F ") for line in lines) == 1 and sum(line.startswith("NTK") for line in lines) == 1
    assert any("both" in line for line in lines) and max(map(len, lines[2:])) <= 80
    status, out, _ = run("eval", "order-parameters", *TANH.split())
    assert status == 0 and "q_hat_st[2]" in out and "kappa_2_tilde" in out


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("--sigma-w2 2 --sigma-b2 0 --width 5 --alpha 1,1/2 --outputs 1 --samples 1", "width=5"),
        ("--sigma-w2 2 --sigma-b2 0 --width 4 --outputs 0 --samples 1", "outputs=0"),
        ("--sigma-w2 2 --sigma-b2 0 --width 4 --outputs 1 --samples 0", "samples=0"),
        ("--sigma-w2 2 --sigma-b2 0 --width 4 --outputs 1", "--samples 100"),
        ("--sigma-w2 2 --sigma-b2 0 --outputs 1 --samples 1", "--width 200"),
        ("--sigma-w2 2 --width 4 --outputs 1 --samples 1", "--sigma-b2 1/10"),
        ("--sigma-b2 2 --width 4 --outputs 1 --samples 1", "--sigma-w2 2"),
        ("--sigma-w2 0 --sigma-b2 1 --width 4 --outputs 1 --samples 1", "sigma_w2=0"),
        ("--sigma-w2 unit --sigma-b2 1 --width 4 --outputs 1 --samples 1", "sigma_w2=unit"),
        ("--sigma-w2 2 --sigma-b2 0 --width 4 --outputs 1 --samples 1 --layers 1", "layers=1"),
        ("--sigma-w2 2 --sigma-b2 0 --width 4 --outputs 1 --samples 1 --alpha 1,0", "alpha=0"),
        ("--sigma-w2 2 --sigma-b2 0 --width 4 --outputs 1 --samples 1 --alpha 1,1,1", "alpha=1,1,1"),
        ("--sigma-w2 2 --sigma-b2 0 --width 4 --outputs 1 --samples 1 --order 3", "takes no such option"),
    ],
)
def test_bad_input_is_one_line(run: Run, typed: str, says: str) -> None:
    status, out, err = run("eval", "fisher", "--activation", "relu", *typed.split())
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1


def test_activations_without_order_parameters_are_one_line(run: Run) -> None:
    for phi in ("sign", "0*x", "exp(x**2)"):
        typed = ("--activation", phi, "--layers", "3", "--sigma-w2", "1", "--sigma-b2", "0")
        status, out, err = run("eval", "order-parameters", *typed)
        assert (status, out) == (2, "") and err.count("\n") == 1


def test_table_order_parameters(run: Run) -> None:
    status, out, err = run("table", "order-parameters", "--format", "csv")
    assert (status, err) == (0, "")
    head, *rows = csv.reader(io.StringIO(out))
    assert head == ["network", "l", "q_hat", "q_hat_st", "q_tilde", "q_tilde_st"] and len(rows) == 16
    assert rows[0][:4] == ["tanh (3, 0.64)", "0", "1", "0"] and rows[1][4] != ""
    half = 1 / (2 * mpmath.pi)
    assert abs(mpmath.mpf(rows[9][3]) - 2 * half) < 1e-6  # relu (2, 0): 1/π
    typed = ("--activation", "relu", "--layers", "2", "--sigma-w2", "2", "--sigma-b2", "0", "--digits", "20")
    status, out, _ = run("table", "order-parameters", *typed, "--format", "latex")
    assert status == 0 and r"$\hat q_{st}^l$" in out and "0.31830988618379067154" in out


def test_table_fisher(run: Run) -> None:
    status, out, err = run("table", "fisher", "--format", "csv")
    assert (status, err) == (0, "")
    head, *rows = csv.reader(io.StringIO(out))
    assert head == ["matrix", "form", "mean", "second moment", "λ_max", "multiplicity"]
    assert [row[:2] for row in rows[:2]] == [["F", "asymptotic"], ["", "finite"]]
    assert rows[0][4] == "50.7938" and rows[1][4] == "52.6766"
    both = ["NTK", *(name + part for name in ("A_k", "A") for part in ("", "[0]", "[1]", "[2]"))]
    assert [row[0] for row in rows if row[1] == "both"] == both
    _, out, _ = run("table", "fisher", "--format", "latex")
    assert r"$F^{22}$" in out and r"$\bar F$" in out and r"$A_k^{00}$" in out
    status, out, err = run("table", "fisher", "--activation", "relu", "--sigma-w2", "2", "--sigma-b2", "0")
    assert (status, out) == (2, "") and "--width 200" in err
    status, out, err = run("table", "order-parameters", "--sigma-w2", "2")
    assert (status, out) == (2, "") and "--activation" in err


def test_the_python_face_returns_the_same_balls(run: Run) -> None:
    typed = "--activation erf --layers 2 --sigma-w2 2 --sigma-b2 1/4 --alpha 1,1/2 --digits 25"
    order = eigenlaw.order_parameters("erf", 2, 2, "1/4", ["1", Fraction(1, 2)], digits=25)
    values = values_of(document(run("eval", "order-parameters", *typed.split(), "--json")[1]))
    assert {index: ball.decimal(25)[0] for index, ball in order.items()} == {i: e["value"] for i, e in values.items()}
    sizes = "--width 8 --outputs 2 --samples 3"
    found = eigenlaw.fisher_statistics("erf", 2, 2, "1/4", 8, 2, 3, ["1", Fraction(1, 2)], digits=25)
    values = values_of(document(run("eval", "fisher", *typed.split(), *sizes.split(), "--json")[1]))
    assert {index: ball.decimal(25)[0] for index, ball in found.items()} == {i: e["value"] for i, e in values.items()}
    number: Any = 0.5
    with pytest.raises(eigenlaw.InputError, match="sigma_w2"):
        eigenlaw.order_parameters("erf", 2, number, 0)
    with pytest.raises(eigenlaw.InputError, match="digits"):
        eigenlaw.fisher_statistics("erf", 2, 1, 0, 8, 2, 3, digits=0)


def module_of(text: str, folder: Path) -> dict[str, Any]:
    path = folder / "derived.py"
    path.write_text(text, encoding="utf-8")
    return runpy.run_path(str(path))


def test_derive_order_parameters_in_every_format(run: Run, tmp_path: Path) -> None:
    typed = ("derive", "order-parameters", "erf", "--layers", "3", "--sigma-w2", "2", "--sigma-b2", "1/4")
    status, out, err = run(*typed)
    assert (status, err) == (0, "") and "edge of chaos" in out and max(map(len, out.splitlines())) <= 80
    certified = order_parameters(wide_network("erf", 3, 2, Fraction(1, 4)), 20)
    names = module_of(run(*typed, "--format", "python")[1], tmp_path)
    found = names["qhat_st_2"]
    while found.free_symbols:
        found = found.subs({symbol: names[symbol.name] for symbol in found.free_symbols})
    assert abs(float(found) - float(certified.q_hat_st[2])) < 1e-14
    entries = json.loads(run(*typed, "--format", "json")[1])["values"]
    decimals = {entry["name"]: entry["decimal"] for entry in entries}
    assert float(decimals["qtilde_st_1"]) == pytest.approx(float(certified.q_tilde_st[1]), rel=1e-11)
    assert r"\hat{q}_{st 2}" in run(*typed, "--format", "latex")[1]


@pytest.mark.parametrize("name", ["", "tanh", "relu", "gelu"])
def test_derive_order_parameters_fits_and_says_what_is_open(run: Run, name: str) -> None:
    status, out, _ = run("derive", "order-parameters", *([name] if name else []))
    assert status == 0 and max(map(len, out.splitlines())) <= 80
    assert ("could not be done" in out) == (name == "tanh") and ("μ[k]" in out) == (name in {"", "tanh"})
    assert ("q*, where" in out) == (name == "relu")


def test_derive_fisher_is_the_law_of_the_numbers(run: Run, tmp_path: Path) -> None:
    status, out, err = run("derive", "fisher", "--format", "python")
    assert (status, err) == (0, "")
    at = {"C": 3, "M": 50, "T": 4, "alpha": 2, "kappa_1": 5, "kappa_2": 2}
    names = module_of(out, tmp_path)
    for name, value in (("F_second_moment", Fraction(2 * 3 * (3 * 2**2 + 5**2), 4)), ("F_lambda_max", 275)):
        assert names[name].subs({symbol: at[symbol.name] for symbol in names[name].free_symbols}) == value
    assert names["kappa_2"].has(names["qhat_st"])
    assert max(map(len, run("derive", "fisher")[1].splitlines())) <= 80


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("fisher relu", "activation=relu"),
        ("order-parameters sign", "no jumps"),
        ("order-parameters relu --layers 1", "layers=1"),
        ("order-parameters relu --sigma-w2 0", "sigma_w2=0"),
        ("order-parameters relu --sigma-w2 unit", "sigma_w2=unit"),
    ],
)
def test_derive_refuses_with_one_line(run: Run, typed: str, says: str) -> None:
    status, out, err = run("derive", *typed.split())
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1
