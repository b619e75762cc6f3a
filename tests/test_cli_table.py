"""`eigenlaw table`: the numbers by their definition, in every format."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import mpmath
import pytest
import sympy

from eigenlaw.commands.table import MURRAY_1, rounded

Run = Callable[..., tuple[int, str, str]]


def test_murray_table_by_the_definition(run: Run) -> None:
    status, out, err = run("table", "murray-1", "--format", "csv")
    assert (status, err) == (0, "")
    head, *rows = csv.reader(io.StringIO(out))
    assert head == ["T", "0", "1", "2", "3", "4", "5"]
    assert [row[0] for row in rows] == list(MURRAY_1)
    shapes: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
        "ReLU": (lambda x: max(x, 0), lambda x: 1 if x > 0 else 0),
        "Tanh": (mpmath.tanh, lambda x: mpmath.sech(x) ** 2),
        "Sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), lambda x: mpmath.sech(x / 2) ** 2 / 4),
        "Gaussian": (mpmath.npdf, lambda x: -x * mpmath.npdf(x)),
    }
    for title, *printed in rows:
        phi, slope = shapes[title]
        total = 1 + mean(squared(slope))
        share = 1 - mean(squared(phi))
        for t, text in enumerate(printed):
            share += (1 + t) * mean(projected(phi, t)) ** 2 / mpmath.factorial(t)
            assert abs(100 * share / total - mpmath.mpf(text)) < 0.00051
            assert len(text.partition(".")[2]) == 3


def squared(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: f(x) ** 2


def projected(f: Callable[[Any], Any], k: int) -> Callable[[Any], Any]:
    return lambda x: f(x) * he(k, x)


def mean(f: Callable[[Any], Any]) -> Any:
    return mpmath.quad(lambda x: f(x) * mpmath.npdf(x), [-12, -4, 0, 4, 12])


def he(k: int, x: Any) -> Any:
    before, now = mpmath.mpf(1), x
    for j in range(1, k):
        before, now = now, x * now - j * before
    return now if k else before


def test_murray_table_to_more_digits_rounds_to_the_fewer(run: Run) -> None:
    tables = [json.loads(run("table", "murray-1", "--format", "json", "--digits", d)[1]) for d in ("5", "30")]
    for few, many in zip(tables[0]["rows"], tables[1]["rows"], strict=True):
        for short, long in zip(few[1:], many[1:], strict=True):
            assert len(long["text"]) == 31
            assert round(Decimal(long["text"]), 3) == Decimal(short["text"])


def test_rounding_is_certified_or_says_so() -> None:
    from flint import arb

    assert rounded(arb(1) / 8, 5) == "0.12500"
    assert rounded(arb(0), 5) == "0"
    assert rounded(arb(99.9996), 5) == "100.00"
    assert rounded(arb(0.123454999, 1e-8), 5).startswith("≈")
    assert rounded(arb("nan"), 5).startswith("≈")


@pytest.mark.parametrize("style", ["text", "latex", "markdown", "csv", "json"])
def test_hermite_table_in_every_format(run: Run, style: str) -> None:
    status, out, _ = run("table", "hermite", "--activation", "gelu", "--order", "3", "--format", style)
    assert status == 0
    assert "0.2820947917738781435" in out
    assert (r"2 \sqrt{\pi}" if style in {"latex", "markdown"} else "1/(2*sqrt(pi))") in out


def test_hermite_table_leaves_open_what_has_no_closed_form(run: Run) -> None:
    _, out, _ = run("table", "hermite", "--activation", "tanh", "--order", "2", "--format", "csv", "--digits", "20")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[1] == ["0", "0", "0"]
    assert rows[2][1] == ""
    assert rows[2][2].startswith("0.60570550960215882558")


def test_dual_table_against_sampled_series(run: Run) -> None:
    _, out, _ = run("table", "dual", "--format", "csv")
    head, *rows = csv.reader(io.StringIO(out))
    assert len(head) == 3
    found = {row[0]: row[1:] for row in rows}
    assert {"relu", "erf(1)", "gelu", "gaussian(1)", "sin(1)", "heaviside"} <= set(found)
    assert "tanh(1)" not in found
    assert found["heaviside"][1] == ""
    for name in ("relu", "gelu", "exp(1)", "hermite(2)"):
        _, out, _ = run("eval", "dual", "--activation", name, "--at", "1/3", "--json")
        value = sympy.parse_expr(found[name][0]).subs("rho", sympy.Rational(1, 3))
        assert abs(float(value) - float(json.loads(out)["values"][0]["value"])) < 1e-13


def test_ntk_table_is_what_eval_says(run: Run) -> None:
    _, out, _ = run("table", "ntk", "--layers", "2,4", "--order", "3", "--activation", "gelu", "--format", "csv")
    head, *rows = csv.reader(io.StringIO(out))
    assert head == ["p", "l = 2", "l = 4"]
    for column, layers in ((1, "2"), (2, "4")):
        _, told, _ = run("eval", "ntk", "--activation", "gelu", "--layers", layers, "--order", "3", "--json")
        for row, entry in zip(rows, json.loads(told)["values"], strict=True):
            assert float(row[column]) == pytest.approx(float(entry["value"]), rel=1e-9)
    _, out, _ = run("table", "ntk", "--order", "1", "--layers", "3", "--format", "csv")
    assert [row[:2] for row in csv.reader(io.StringIO(out))][1:3] == [["relu", "0"], ["relu", "1"]]


def test_decay_table_has_the_laws_of_the_library(run: Run) -> None:
    from eigenlaw.theory.decay import leading_term

    _, out, _ = run("table", "decay", "--format", "csv")
    _, *rows = csv.reader(io.StringIO(out))
    assert {"relu", "erf(1)", "gaussian(1)", "gelu", "tanh(1)", "sigmoid", "softplus", "silu"} <= {
        row[0] for row in rows
    }
    for name, parity, *laws in rows:
        for text, given in zip(laws, ({}, {"bias": False}, {"bias": True}), strict=True):
            term = leading_term(name, "kappa" if given else "hermite", **given)
            assert term is not None
            plain = term.expression.subs({s: sympy.Symbol(s.name) for s in term.expression.free_symbols})
            values = {"p": 7, "gamma_w2": sympy.Rational(1, 3), "sigma_w2": 2}
            assert abs(sympy.N((sympy.parse_expr(text) - plain).subs(values), 20)) < 1e-18
        assert parity in {"even", "odd"}


def test_deep_decay_table_against_the_coefficients(run: Run) -> None:
    _, out, _ = run("table", "decay", "--layers", "3", "--sigma-w2", "unit", "--format", "csv")
    _, *rows = csv.reader(io.StringIO(out))
    for name, power, point, even, odd in rows:
        options = ("--layers", "3", "--sigma-w2", "unit", "--order", "401", "--json")
        _, told, _ = run("eval", "ntk", "--activation", name, *options)
        kappa = [mpmath.mpf(entry["value"]) for entry in json.loads(told)["values"]]
        for p, constant in ((400, even), (401, odd)):
            leading = mpmath.mpf(constant) * mpmath.mpf(p) ** float(sympy.Rational(power)) * mpmath.mpf(point) ** -p
            if leading == 0:
                assert kappa[p] == 0
            else:
                assert abs(kappa[p] / leading - 1) < 0.03


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("ntk --layers 2,2", "layers=2,2"),
        ("ntk --layers two", "layers=two"),
        ("decay --activation sin", "its decay is not known"),
        ("decay --gamma-b2 1/2", "2 layers are in symbols"),
        ("decay murray", "select=murray"),
    ],
)
def test_tables_refuse(run: Run, typed: str, message: str) -> None:
    status, _, err = run("table", *typed.split())
    assert status == 2
    assert message in err
