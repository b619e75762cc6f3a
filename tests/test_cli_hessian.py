"""`eigenlaw eval`, `table` and `derive` for hessian-rank, and the function of the Python face."""

import csv
import io
import json
import runpy
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import sympy
from numpy.typing import NDArray

import eigenlaw
from eigenlaw.numerics.ranks import random_prime, rank
from eigenlaw.theory.hessian_symbols import hessian_laws
from eigenlaw.theory.linear_chain import LinearChain, linear_chain
from eigenlaw.verify.chain_hessians import columns_of, functional_hessian, residual_covariance, sampled_outer_hessian
from eigenlaw.verify.linear_chains import LinearNetwork, random_network, residue_draw

CONTRACT = Path(__file__).parent / "contract"
SMALL = "--widths 5,4,3,6 --data-rank 4 --residual-rank 2"

Run = Callable[..., tuple[int, str, str]]
Array = NDArray[Any]


def document(text: str) -> Any:
    found = json.loads(text)
    jsonschema.validate(found, json.loads((CONTRACT / "eval.schema.json").read_text(encoding="utf-8")))
    return found


def values_of(found: Any) -> dict[Any, int]:
    assert all(entry["radius"] == "0" for entry in found["values"])
    pairs = ((entry["index"], int(entry["value"])) for entry in found["values"])
    return {tuple(index) if isinstance(index, list) else index: value for index, value in pairs}


def test_eval_keeps_the_contract(run: Run) -> None:
    status, out, err = run("eval", "hessian-rank", *SMALL.split(), "--json")
    assert (status, err) == (0, "")
    found = document(out)
    assert found["quantity"] == "hessian-rank" and found["certified"] is True and found["digits"] == 15
    assert found["parameters"] == {"widths": "5,4,3,6", "data_rank": 4, "residual_rank": 2}
    assert values_of(found) == {
        "H_o": 21, "H_f": 24, "H_L": 41, ("H_f", 1): 8, ("H_f", 2): 10, ("H_f", 3): 6,
        ("printed", "H_o"): 21, ("printed", "H_f"): 24, ("printed", "H_L"): 45,
        ("printed", "H_f", 1): 8, ("printed", "H_f", 2): 10, ("printed", "H_f", 3): 6,
    }  # fmt: skip


def test_eval_leaves_out_what_is_not_printed(run: Run) -> None:
    typed = ("eval", "hessian-rank", "--widths", "3,2,4,5", "--bias", "--loss", "cross-entropy", "--json")
    found = document(run(*typed)[1])
    assert found["parameters"] == {
        "widths": "3,2,4,5", "bias": True, "loss": "cross-entropy", "data_rank": 3, "residual_rank": 3,
    }  # fmt: skip
    values = values_of(found)
    assert {index for index in values if index[0] == "printed"} == {("printed", "H_o")}
    assert [index for index in values if index[0] == "H_f" and index != "H_f"] == [("H_f", k) for k in range(1, 7)]
    zero = values_of(document(run(*typed, "--mean-residual", "zero")[1]))
    assert zero["H_o"] == values["H_o"] == values["printed", "H_o"]
    assert zero["H_f"] < values["H_f"] and [zero["H_f", k] for k in (4, 5, 6)] == [0, 0, 0]


def test_ranks_beyond_the_digits_are_exact(run: Run) -> None:
    huge = 10**12
    typed = ("--widths", f"{huge},{huge},{huge},{huge}", "--digits", "3", "--json")
    values = values_of(document(run("eval", "hessian-rank", *typed)[1]))
    assert values["H_o"] == huge * huge and values["H_f"] == values["H_L"] == 3 * huge * huge
    odd = values_of(document(run("eval", "hessian-rank", *typed[:1], f"{huge},{huge - 1},1,7", *typed[2:])[1]))
    assert odd["H_f"] == 2 * huge + 2 * 7 - 3 and odd["H_o"] == huge + 6


def sampled(chain: LinearChain, seed: int) -> tuple[LinearNetwork, Array, Array]:
    """A random network of the stratum modulo a prime, H_o and H_f from samples with E x = 0."""
    rng = np.random.default_rng(seed)
    prime = random_prime(rng)
    numbers = residue_draw(rng, prime)
    network = random_network(chain.widths, numbers, bias=chain.bias)
    d, K, n = chain.widths[0], chain.widths[-1], chain.data_rank + 3
    X = numbers((d, chain.data_rank)) @ numbers((chain.data_rank, n))
    X[:, -1] -= X.sum(axis=1)
    second = np.array([np.diag(numbers((K,))) for _ in range(n)])
    outputs = np.eye(K, chain.outputs, dtype=int).astype(object)
    if chain.loss == "cross-entropy":
        outputs[-1] = -1  # δ sums to zero
        p = numbers((n, K))
        p[:, -1] = numbers((1,))[0] ** 0 - p[:, :-1].sum(axis=1)
        second = np.array([np.diag(row) - np.outer(row, row) for row in p])
    # δ with E δ xᵀ of rank s: the samples beyond the space of the inputs only change the mean
    inside = numbers((chain.outputs, chain.residual_rank)) @ numbers((chain.residual_rank, d))
    residuals = outputs @ (inside @ X if chain.residual_rank else numbers((chain.outputs, n)) * 0)
    if chain.shifted:
        residuals = residuals + outputs @ numbers((chain.outputs, 1))
    return (
        network,
        sampled_outer_hessian(network, X, second),
        functional_hessian(network, residual_covariance(network, X, residuals)),
    )


@pytest.mark.parametrize("loss", ["mse", "cross-entropy", "log-cosh"])
@pytest.mark.parametrize("bias", ["", "--bias", "--bias --mean-residual zero"])
def test_ranks_are_those_of_the_dense_hessian(run: Run, loss: Any, bias: str) -> None:
    cases = [((3, 2, 3), 2, 1), ((3, 4, 2), 3, 1), ((2, 3, 1, 3), 2, 2), ((3, 1, 2, 3), 2, 0), ((2, 2, 3, 2, 2), 2, 1)]
    cases += [((3, 1, 3, 2, 3), 3, 2), ((1, 3, 1, 3, 3), 1, 1)]
    for seed, (widths, r, s) in enumerate(cases):
        typed = ["--widths", ",".join(map(str, widths)), "--data-rank", str(r), "--residual-rank", str(s)]
        values = values_of(document(run("eval", "hessian-rank", *typed, *bias.split(), "--loss", loss, "--json")[1]))
        mean: Any = "zero" if "zero" in bias else "generic"
        chain = LinearChain(widths, r, s, bool(bias), mean, loss)
        network, outer, functional = sampled(chain, seed)
        found: dict[Any, int] = {"H_o": rank(outer), "H_f": rank(functional), "H_L": rank(outer + functional)}
        for layer in range(1, chain.layers + 1):
            weights, biases = columns_of(network, layer)
            found["H_f", layer] = rank(functional[:, weights])
            if bias:
                found["H_f", layer + chain.layers] = rank(functional[:, biases])
        assert found == {index: value for index, value in values.items() if index[0] != "printed"}


def test_the_table_for_people_marks_what_differs(run: Run) -> None:
    status, out, err = run("eval", "hessian-rank", *SMALL.split())
    assert (status, err) == (0, "") and max(map(len, out.splitlines())) <= 80
    lines = {line.split("  ")[0]: line.split() for line in out.splitlines() if line.startswith("H_")}
    assert lines["H_o"] == ["H_o", "50", "21", "21", "0.4200"]
    assert lines["H_L"] == ["H_L", "50", "41", "≠", "45", "0.8200"]
    assert lines["H_f[2]"] == ["H_f[2]", "12", "W^2", "10", "10", "0.8333"]
    assert "exact integers" in out and "q = 3, q̂ = 2" in out and out.count("≠") == 2
    out = run("eval", "hessian-rank", *SMALL.split(), "--bias")[1]
    assert "b^3" in out and "q̃ = 3, s̃ = 3, τ = 0" in out and ", bias;" in out
    assert "K − 1 = 5" in run("eval", "hessian-rank", *SMALL.split(), "--loss", "cross-entropy")[1]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "widths=(not given)"),
        ("--widths 5", "widths=5: expected d,M1,…,K"),
        ("--widths 5,4", "widths=5,4: expected d,M1,…,K"),
        ("--widths 5,4,x", "widths=x"),
        ("--widths 5,2.5,3", "widths=2.5"),
        ("--widths 5,,3", "widths=:"),
        ("--widths 5,0,3", "widths=0"),
        ("--widths 5,4,3 --data-rank 0", "data_rank=0: expected 1 ≤ r ≤ d = 5"),
        ("--widths 5,4,3 --data-rank 6", "data_rank=6: expected 1 ≤ r ≤ d = 5"),
        ("--widths 5,4,3 --data-rank 1/2", "data_rank=1/2"),
        ("--widths 5,4,3 --residual-rank 4", "residual_rank=4: expected 0 ≤ s ≤ min(K, r) = 3"),
        ("--widths 5,4,3 --data-rank 2 --residual-rank 3", "residual_rank=3: expected 0 ≤ s ≤ min(K, r) = 2"),
        ("--widths 5,4,3 --loss cross-entropy --residual-rank 3", "residual_rank=3: expected 0 ≤ s ≤ min(K − 1, r)"),
        ("--widths 5,4,3 --residual-rank -1", "residual_rank=-1"),
        ("--widths 5,4,1 --loss cross-entropy", "expected K ≥ 2 outputs for cross-entropy"),
        ("--widths 5,4,3 --loss hinge", "loss=hinge: expected one of mse, cross-entropy, log-cosh"),
        ("--widths 5,4,3 --bias --mean-residual 1", "mean_residual=1: expected one of generic, zero"),
        ("--widths 5,4,3 --activation relu", "takes no such option"),
        ("--widths 5,4,3 --digits 0", "digits=0"),
    ],
)
def test_bad_input_is_one_line(run: Run, typed: str, says: str) -> None:
    status, out, err = run("eval", "hessian-rank", *typed.split())
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1


def test_too_many_widths_and_options_of_other_quantities_are_refused(run: Run) -> None:
    status, out, err = run("eval", "hessian-rank", "--widths", ",".join(["1"] * 1002))
    assert (status, out) == (2, "") and "expected at most 1001" in err and err.count("\n") == 1
    status, out, err = run("eval", "dual", "--activation", "relu", "--at", "1", "--bias")
    assert (status, out) == (2, "") and "bias=true" in err and err.count("\n") == 1


def table(run: Run, *typed: str) -> tuple[list[str], list[list[str]]]:
    status, out, err = run("table", "hessian-rank", *typed, "--format", "csv")
    assert (status, err) == (0, "")
    head, *rows = csv.reader(io.StringIO(out))
    return head, rows


def test_table_over_each_thing_that_varies(run: Run) -> None:
    head, rows = table(run)
    assert head == ["r", "s", "#params", "H_o", "H_f", "H_L", "printed", "H_L/#params"]
    assert rows[0] == ["1", "1", "5200", "10", "217", "226", "same", "0.04346"]
    assert rows[-1] == ["64", "10", "5200", "640", "1900", "2440", "same", "0.4692"]
    head, rows = table(run, "--over", "residual-rank", "--widths", "5,4,3,6", "--data-rank", "4")
    assert head[0] == "s" and [row[0] for row in rows] == ["0", "1", "2", "3", "4"]
    assert rows[2] == ["2", "50", "21", "24", "41", "H_L 45", "0.8200"] and rows[3][-2] == "same"
    head, rows = table(run, "--over", "width", "--widths", "2352,1,1,1,10", "--at", "5000", "--digits", "9")
    assert head[0] == "M_l" and rows == [
        ["5000", str(2352 * 5000 + 2 * 5000**2 + 50000), "23520", "299800", "323220", "same", "0.00522925093"]
    ]
    head, rows = table(run, "--over", "layers", "--at", "2..4,100")
    assert head[0] == "L" and [row[0] for row in rows] == ["2", "3", "4", "100"]
    assert rows[1][1] == str(784 * 1000 + 1000**2 + 100 * 1000)
    for row in rows:
        L = int(row[0])
        assert int(row[4]) == 2 * 100 * 1000 * (L - 1) - L * 100**2 + 100 * 884


def test_table_says_what_is_printed(run: Run) -> None:
    _, rows = table(run, "--widths", "4,2,3", "--residual-rank", "1", "--bias", "--at", "3")
    assert rows[0][-3:-1] == ["17", "H_f 12"]
    _, rows = table(run, "--widths", "4,1,2,3", "--bias", "--at", "3", "--loss", "cross-entropy")
    assert rows[0][-2] == "H_f none, H_L none"
    _, rows = table(run, "--widths", "6,5,5", "--residual-rank", "2", "--at", "1,2,6")
    assert [row[:2] for row in rows] == [["1", "1"], ["2", "2"], ["6", "2"]]


@pytest.mark.parametrize("over", ["data-rank", "residual-rank", "width", "layers"])
def test_the_default_tables_fit_and_are_what_eval_says(run: Run, over: str) -> None:
    status, out, err = run("table", "hessian-rank", "--over", over)
    assert (status, err) == (0, "") and max(map(len, out.splitlines())) <= 80
    document = json.loads(run("table", "hessian-rank", "--over", over, "--format", "json")[1])
    first, *hidden, last = 64, 50, 20, 20, 20, 10
    for row in document["rows"]:
        cell = {name: entry["text"] for name, entry in zip(document["columns"], row, strict=True)}
        value = int(row[0]["text"])
        chain = {
            "data-rank": lambda v: linear_chain((first, *hidden, last), v),
            "residual-rank": lambda v: linear_chain((first, *hidden, last), None, v),
            "width": lambda v: linear_chain((2352, v, v, v, 10)),
            "layers": lambda v: linear_chain((784, *[1000] * (v - 1), 100)),
        }[over](value)
        known = (chain.parameters, chain.outer_rank, chain.functional_rank, chain.loss_rank)
        assert tuple(int(cell[name]) for name in ("#params", "H_o", "H_f", "H_L")) == known


def test_table_in_latex_and_markdown(run: Run) -> None:
    typed = ("table", "hessian-rank", "--over", "residual-rank", "--widths", "5,4,3,6", "--format")
    out = run(*typed, "latex")[1]
    assert r"\begin{tabular}{rrrrrlr}" in out and r"$s$ & \#params & $H_o$ & $H_f$ & $H_{\mathcal{L}}$" in out
    assert r"$2$ & $50$ & $24$ & $24$ & $44$ & $H_{\mathcal{L}}$ 48 & $0.8800$ \\" in out
    lines = [line for line in out.splitlines() if line.endswith(r"\\")]
    assert {line.count("&") for line in lines} == {6} and out.count("#") == out.count(r"\#")
    assert r"| $H_{\mathcal{L}}$ 48 |" in run(*typed, "markdown")[1] or "| H_L 48 |" in run(*typed, "markdown")[1]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("--over depth", "over=depth: expected one of data-rank, residual-rank, width, layers"),
        ("--data-rank 3", "data_rank=3: is what varies"),
        ("--over residual-rank --residual-rank 3", "residual_rank=3: is what varies"),
        ("--over layers --widths 4,3,2,1", "widths=4,3,2,1: expected hidden layers of one width"),
        ("--over layers --at 1", "at=1: expected an integer of at least 2"),
        ("--over layers --at 2000", "at=2000: expected at most 1000"),
        ("--over width --at 0", "at=0"),
        ("--at 5..3", "at=3: expected an integer of at least 5"),
        ("--at 1..2000 --widths 5000,2,2", "at=1..2000: expected at most 1000 values"),
        ("--at 65", "data_rank=65: expected 1 ≤ r ≤ d = 64"),
        ("--over residual-rank --at 11", "residual_rank=11"),
        ("--at one", "at=one"),
        ("--widths 5", "widths=5"),
        ("--digits 0", "digits=0"),
        ("--order 3", "takes no such option"),
    ],
)
def test_table_refuses_with_one_line(run: Run, typed: str, says: str) -> None:
    status, out, err = run("table", "hessian-rank", *typed.split())
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1


LAWS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"loss": "cross-entropy"}, "--loss cross-entropy"),
    ({"bias": True}, "--bias"),
]
LAWS += [({"bias": True, "mean_residual": "zero"}, "--bias --mean-residual zero")]


def names_of(text: str, folder: Path) -> dict[str, Any]:
    path = folder / "derived.py"
    path.write_text(text, encoding="utf-8")
    return runpy.run_path(str(path))


@pytest.mark.parametrize(("given", "typed"), LAWS)
def test_derived_laws_are_those_of_small_networks(run: Run, given: Any, typed: str, tmp_path: Path) -> None:
    names = names_of(run("derive", "hessian-rank", *typed.split(), "--format", "python")[1], tmp_path)
    for widths in [*[*product((1, 2, 3), repeat=4)][::10], (3, 1, 2, 1, 3), (4, 3, 2, 3, 4)]:
        if given.get("loss") and widths[-1] == 1:
            continue
        for s in range(linear_chain(widths, **given).most_residual_rank + 1):
            chain = linear_chain(widths, None, s, **given)
            for name, exact in chain.ranks.items():
                if isinstance(name, str):
                    assert at(names[f"rank_{name}"], chain) == exact
                elif name[1] <= chain.layers:
                    place = {1: "first", chain.layers: "last"}.get(name[1], "inner")
                    assert at(names[f"columns_{place}"], chain, name[1]) == exact
            assert at(names["parameters"], chain) == chain.parameters


def at(law: Any, chain: LinearChain, layer: int | None = None) -> Any:
    """The value of a law whose symbols have been replaced by their definitions."""
    numbers = {"r": chain.data_rank, "s": chain.residual_rank, "K": chain.widths[-1], "L": chain.layers}
    numbers |= {"M_min": min(chain.widths[1:-1]), "c": chain.narrowest} | ({} if layer is None else {"l": layer})
    if layer is not None and chain.shifted:  # as the steps of the derivation have it
        numbers["q_l"] = min(chain.s_hat, *chain.widths[layer - 1 : -1], 1 + min(chain.widths[1 : max(layer, 2)]))
    law = law.subs(
        {symbol: numbers[symbol.name] for symbol in law.free_symbols if getattr(symbol, "name", "") in numbers}
    )
    return law.doit().replace(
        lambda e: isinstance(e, sympy.Indexed), lambda e: sympy.Integer(chain.widths[e.indices[0]])
    )


def test_the_threshold_in_depth_is_the_limit_of_the_table(run: Run) -> None:
    for given, typed in LAWS:
        _, rows = table(run, "--over", "layers", "--widths", "9,6,4", "--at", "1000", *typed.split())
        law = hessian_laws(**given).equal["threshold"]
        chain = linear_chain((9, 6, 4), **given)
        value = law.subs({symbol: {"w": 6}.get(symbol.name, chain.q_hat) for symbol in law.free_symbols})
        assert abs(float(value) - float(rows[0][-1])) < 0.004


def test_derive_in_every_format(run: Run) -> None:
    for _, typed in LAWS:
        status, out, err = run("derive", "hessian-rank", *typed.split())
        assert (status, err) == (0, "") and max(map(len, out.splitlines())) <= 80 and "rk H_L =" in out
    out = run("derive", "hessian-rank", "--bias", "--format", "latex")[1]
    assert r"\operatorname{rk} H_f^{\bullet 1} =" in out and "{M}_{l - 1}" in out and "width[" not in out.split("%")[-1]
    assert out.count(r"\begin{equation*}") == out.count(r"\end{equation*}") > 10
    found = json.loads(run("derive", "hessian-rank", "--loss", "log-cosh", "--format", "json")[1])
    assert found["quantity"] == "hessian-rank" and found["activation"] is None
    assert [law["name"] for law in found["laws"]][:3] == ["rank_H_o", "rank_H_f", "rank_H_L"]
    assert found["special_case"]["values"][-1]["python"] == "qhat*(-qhat + 2*w)/w**2"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("derive hessian-rank relu", "activation=relu: expected none"),
        ("derive hessian-rank --loss hinge", "loss=hinge"),
        ("derive hessian-rank --layers 3", "layers=3"),
        ("derive fisher --bias", "bias=true"),
    ],
)
def test_derive_refuses_with_one_line(run: Run, typed: str, says: str) -> None:
    status, out, err = run(*typed.split())
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1


def test_the_help_names_it(run: Run) -> None:
    for command in ("eval", "table", "derive"):
        status, out, _ = run(command, "--help")
        assert status == 0 and "hessian-rank" in out and "--mean-residual" in out and "cross-entropy" in out


def test_the_python_face(run: Run) -> None:
    found = eigenlaw.hessian_rank([5, 4, 3, 6], 4, 2)
    assert (found.outer, found.functional, found.loss, found.columns) == (21, 24, 41, (8, 10, 6))
    assert found.parameters == 50 and found.printed["H_L"] == 45 and found.printed["H_f", 2] == 10
    other = eigenlaw.hessian_rank((5, 4, 3, 6), bias=True, mean_residual="zero", loss="cross-entropy")
    typed = "--widths 5,4,3,6 --bias --mean-residual zero --loss cross-entropy"
    values = values_of(document(run("eval", "hessian-rank", *typed.split(), "--json")[1]))
    assert values["H_L"] == other.loss and values["H_f", 2] == other.columns[1] and len(other.columns) == 6
    assert other.printed == {index[1]: value for index, value in values.items() if index[0] == "printed"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"widths": ()}, "widths="),
        ({"widths": (5,)}, "widths=5"),
        ({"widths": (5, 2.0, 3)}, "widths=2.0: expected an integer"),
        ({"widths": (5, 0, 3)}, "widths=5,0,3"),
        ({"data_rank": True}, "data_rank=True"),
        ({"data_rank": 6}, "data_rank=6"),
        ({"residual_rank": "2"}, "residual_rank=2: expected an integer"),
        ({"residual_rank": 4}, "residual_rank=4"),
        ({"loss": "hinge"}, "loss=hinge"),
        ({"mean_residual": 0}, "mean_residual=0"),
    ],
)
def test_the_python_face_refuses(given: Any, message: str) -> None:
    with pytest.raises(eigenlaw.InputError) as error:
        eigenlaw.hessian_rank(**{"widths": (5, 4, 3), **given})
    assert str(error.value).startswith(message)
