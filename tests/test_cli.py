"""The command line as people and scripts use it; whole processes where start-up is the point."""

import csv
import io
import json
import resource
import runpy
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import mpmath
import pytest
import sympy

from eigenlaw.cli import main
from eigenlaw.commands.columns import columns, patience
from eigenlaw.commands.table import MURRAY_1, rounded
from eigenlaw.theory.hermite import hermite_law
from eigenlaw.theory.ntk import derive_ntk

CONTRACT = Path(__file__).parent / "contract"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process; return exit status, standard output and standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["eigenlaw", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, captured.out, captured.err

    return call


def document(text: str) -> Any:
    found = json.loads(text)
    jsonschema.validate(found, json.loads((CONTRACT / "eval.schema.json").read_text(encoding="utf-8")))
    return found


def assert_relative(found: Any, digits: int) -> None:
    bound = Decimal(10) ** -digits
    for entry in found["values"]:
        value, radius = Decimal(entry["value"]), Decimal(entry["radius"])
        assert radius < bound * abs(value) or value == radius == 0


# eval: whole processes


def test_eval_hermite_takes_less_than_two_seconds_and_no_sympy() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "importtime",
            "-m",
            "eigenlaw",
            "eval",
            "hermite",
            "--activation",
            "tanh",
            "--order",
            "200",
            "--json",
            "--digits",
            "60",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
    found = document(done.stdout)
    assert [entry["index"] for entry in found["values"]] == list(range(201))
    assert_relative(found, 60)
    assert all(entry["value"] == "0" for entry in found["values"][::2])
    assert all(entry["value"] != "0" for entry in found["values"][1::2])
    assert found["certified"] is True
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "flint" in loaded
    assert not loaded & {"sympy", "scipy", "numpy", "matplotlib", "mpmath"}


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "eigenlaw", "--help"], capture_output=True, text=True, check=True
    )
    assert all(name in done.stdout for name in ("claims", "show", "verify", "derive", "eval", "table"))
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "typer" in loaded
    assert not loaded & {"sympy", "scipy", "numpy", "matplotlib", "mpmath", "flint", "jinja2"}


def test_an_error_is_one_line_and_status_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "eigenlaw", "eval", "hermite", "--activation", "foo", "--order", "3"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("eigenlaw: activation=foo: ")
    assert done.stderr.count("\n") == 1


# eval: in this process


@pytest.mark.parametrize("name", ["relu", "gelu", "erf", "softplus", "silu", "selu", "gaussian(2)", "x*tanh(x)"])
def test_relative_radii(run: Run, name: str) -> None:
    status, out, err = run("eval", "hermite", "--activation", name, "--order", "30", "--digits", "40", "--json")
    assert (status, err) == (0, "")
    found = document(out)
    assert found["parameters"] == {"activation": name, "order": 30}
    assert_relative(found, 40)


def test_values_against_the_definition(run: Run) -> None:
    _, out, _ = run("eval", "hermite", "--activation", "x*tanh(x)", "--order", "4", "--digits", "20", "--json", "-")
    found = document(out)
    with mpmath.workdps(30):
        for entry in found["values"]:
            k = entry["index"]

            def integrand(x: Any, k: int = k) -> Any:
                return x * mpmath.tanh(x) * mpmath.hermite(k, x / mpmath.sqrt(2)) * mpmath.exp(-x * x / 2)

            scale = mpmath.sqrt(2) ** k * mpmath.sqrt(2 * mpmath.pi * mpmath.factorial(k))
            expected = mpmath.quad(integrand, [-20, -3, 0, 3, 20]) / scale
            assert abs(mpmath.mpf(entry["value"]) - expected) < mpmath.mpf(entry["radius"]) + mpmath.mpf(10) ** -24


def test_json_goes_to_a_file_and_the_table_to_standard_output(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    status, out, err = run("eval", "ntk", "--json", str(target), "--activation", "relu", "--order", "3")
    assert (status, err) == (0, "")
    assert "κ_p" in out
    found = document(target.read_text(encoding="utf-8"))
    assert found["values"][1] == {"index": 1, "value": "0.5", "radius": "0"}
    with pytest.raises(json.JSONDecodeError):
        json.loads(out)


def test_json_in_the_middle_is_standard_output(run: Run) -> None:
    status, out, _ = run("eval", "ntk", "--activation", "relu", "--json", "--order", "2", "--gamma-b2", "1/4")
    assert status == 0
    found = document(out)
    assert found["quantity"] == "ntk"
    assert found["parameters"] == {"activation": "relu", "order": 2, "gamma_b2": "1/4"}


def test_points_keep_their_text_and_the_series_sums_to_the_kernel(run: Run) -> None:
    common = ("--activation", "erf", "--gamma-b2", "0.1", "--sigma-w2", "unit", "--digits", "20", "--json")
    _, out, _ = run("eval", "ntk", *common, "--at", "1/2,-0.5,1")
    values = {entry["index"]: mpmath.mpf(entry["value"]) for entry in document(out)["values"]}
    assert list(values) == ["1/2", "-0.5", "1"]
    _, out, _ = run("eval", "ntk", *common, "--order", "80")
    kappa = [mpmath.mpf(entry["value"]) for entry in document(out)["values"]]
    for text, rho in (("1/2", 0.5), ("-0.5", -0.5)):
        assert abs(sum(c * mpmath.mpf(rho) ** p for p, c in enumerate(kappa)) - values[text]) < 1e-14


def test_dual_of_relu_at_the_ends(run: Run) -> None:
    _, out, _ = run("eval", "dual", "--activation", "relu", "--at", "1,-1,0", "--json", "--digits", "20")
    one, minus_one, zero = document(out)["values"]
    assert one["value"] == "0.5"
    assert minus_one == {"index": "-1", "value": "0", "radius": "0"}
    assert abs(mpmath.mpf(zero["value"]) - 1 / (2 * mpmath.pi)) < 1e-15


def test_a_longer_request_narrows_to_the_same_number(run: Run) -> None:
    texts = [
        document(run("eval", "hermite", "--activation", "silu", "--order", "2", "--json", "--digits", digits)[1])
        for digits in ("15", "50")
    ]
    for coarse, fine in zip(texts[0]["values"], texts[1]["values"], strict=True):
        distance = abs(Decimal(coarse["value"]) - Decimal(fine["value"]))
        assert distance <= Decimal(coarse["radius"]) + Decimal(fine["radius"])
        assert Decimal(fine["radius"]) <= Decimal(coarse["radius"])


def test_a_value_that_falls_short_is_printed_with_status_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from flint import arb

    from eigenlaw.numerics import hermite
    from eigenlaw.numerics.hermite import HermiteCoefficients

    balls = [arb(1), arb(1, 1e-9), arb("nan")]
    monkeypatch.setattr(hermite, "hermite_balls", lambda *_: HermiteCoefficients(balls, True, False, "test"))
    status, out, err = run("eval", "hermite", "--activation", "relu", "--order", "2", "--json")
    assert status == 1
    found = document(out)
    assert [entry["index"] for entry in found["values"]] == [0, 1]
    assert Decimal(found["values"][1]["radius"]) >= Decimal("1e-9")
    assert found["notes"] and len(err.splitlines()) == 2
    assert "k = 1" in err and "k = 2" in err
    status, out, _ = run("eval", "hermite", "--activation", "relu", "--order", "2")
    assert status == 1
    assert "radius" in out


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("eval hermite --activation foo --order 3", "activation=foo"),
        ("eval hermite --activation tanh --order -1", "order=-1"),
        ("eval hermite --activation tanh --order abc", "order=abc"),
        ("eval hermite --activation tanh --order nan", "order=nan"),
        ("eval hermite --activation tanh --order 1.5", "order=1.5"),
        ("eval hermite --activation tanh --order 2000000", "order=2000000"),
        ("eval hermite --activation tanh", "order=(not given)"),
        ("eval hermite --order 3", "activation=(not given)"),
        ("eval hermite --activation tanh --order 3 --digits 0", "digits=0"),
        ("eval hermite --activation tanh --order 3 --digits 1e3", "digits=1e3"),
        ("eval hermite --activation tanh --order 3 --gamma-b2 1/2", "gamma_b2=1/2"),
        ("eval hermite --activation exp(x**2) --order 3", "activation=exp(x**2)"),
        ("eval hermite --activation 1/x --order 3", "activation="),
        ("eval hermite --activation nan --order 3", "activation=nan"),
        ("eval hermite --activation __import__('os').system('x') --order 3", "expression="),
        ("eval hermite --activation relu --order 3 --json /no/such/folder/x.json", "json=/no/such/folder/x.json"),
        ("eval ntk --activation relu --order 3 --gamma-b2 3/2", "gamma_b2=3/2"),
        ("eval ntk --activation relu --order 3 --gamma-b2 nan", "gamma_b2=nan"),
        ("eval ntk --activation relu --order 3 --gamma-b2 -1/2", "gamma_b2=-1/2"),
        ("eval ntk --activation relu --order 3 --gamma-b2 1/0", "gamma_b2=1/0"),
        ("eval ntk --activation relu --order 3 --sigma-w2 1e999999999", "sigma_w2=1e999999999"),
        ("eval ntk --activation relu --order 3 --sigma-w2 3", "sigma_w2=3"),
        ("eval ntk --activation relu --order 3 --layers 3", "layers=3"),
        ("eval ntk --activation relu --order 3 --at 1/2", "order=3"),
        ("eval ntk --activation heaviside --order 3", "activation=heaviside"),
        ("eval ntk --activation relu --at 2", "at=2"),
        ("eval dual --activation relu --at 1/2,x", "at=x"),
        ("eval spam", "what=spam"),
        ("derive spam", "what=spam"),
        ("derive hermite foo", "activation=foo"),
        ("derive hermite exp(x**2)", "activation=exp(x**2)"),
        ("derive hermite gelu --format html", "format=html"),
        ("derive hermite --order 5000", "order=5000"),
        ("derive dual gelu --order 3", "order=3"),
        ("derive ntk heaviside", "activation=heaviside"),
        ("derive ntk --sigma-w2 unit", "sigma_w2=unit"),
        ("derive ntk --gamma-b2 2", "gamma_b2=2"),
        ("table spam", "name=spam"),
        ("table hermite", "activation=(not given)"),
        ("table murray-1 --digits 1", "digits=1"),
        ("table murray-1 --order 2", "order=2"),
        ("table dual --activation tanh", "activation=tanh"),
        ("table dual --format html", "format=html"),
        ("eval hermite --spam 3", "No such option"),
        ("eval", "Missing argument"),
    ],
)
def test_bad_input(run: Run, typed: str, name: str) -> None:
    begin = time.process_time()
    status, out, err = run(*typed.split())
    assert (status, out) == (2, "")
    assert err.startswith(f"eigenlaw: {name}")
    assert err.count("\n") == 1
    assert time.process_time() - begin < 5


def test_a_table_of_values_fits_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("eval", "hermite", "--activation", "tanh", "--order", "3", "--digits", "100")
    _, wide, _ = run(*arguments)
    assert max(map(len, wide.splitlines())) > 80
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("eigenlaw.commands.columns.terminal_width", lambda: 60)
    monkeypatch.setattr("eigenlaw.commands.evaluate.terminal_width", lambda: 60)
    _, narrow, _ = run(*arguments)
    body = narrow.splitlines()[2:]
    assert max(map(len, body)) <= 60
    digits = "".join(line.split()[-1] if line.startswith(" ") else line.split()[1] for line in body[3:])
    assert "60570550960215882558" in digits


def test_columns_keep_every_character() -> None:
    lines = columns(("k", "value"), [("0", "0123456789" * 3)], 20)
    assert max(map(len, lines)) <= 20
    assert "".join("".join(lines[2:]).split()) == "0" + "0123456789" * 3


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_only_on_a_terminal_and_only_if_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with patience("thinking", 0.0):
        time.sleep(0.2)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with patience("thinking", 60.0):
        time.sleep(0.01)
    assert terminal.getvalue() == ""
    with patience("thinking", 0.0):
        time.sleep(0.5)
    assert "thinking" in terminal.getvalue()


# derive


def test_derive_gelu_prints_the_law_on_80_columns(run: Run) -> None:
    status, out, err = run("derive", "hermite", "gelu")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "closed form" in out
    assert "k mod 2 = 0" in out
    assert "μ_2 = 3*sqrt(2)/(8*sqrt(pi))  ≈ 0.299206710301" in out


def test_derive_says_what_it_could_not_do(run: Run) -> None:
    status, out, _ = run("derive", "hermite", "x*tanh(x)", "--order", "2")
    assert status == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "What could not be done in closed form:" in out
    assert "⌠" in out
    assert "≈ 0.605705509602" in out
    _, closed, _ = run("derive", "hermite", "relu")
    assert "could not" not in closed


@pytest.mark.parametrize("name", ["selu", "elu(2)", "hard_tanh", "sin(3)", "polynomial(1,2,3)"])
def test_every_law_fits(run: Run, name: str) -> None:
    _, out, _ = run("derive", "hermite", name, "--order", "3")
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("what", ["hermite", "dual", "ntk"])
def test_derive_without_an_activation_is_symbolic(run: Run, what: str) -> None:
    status, out, _ = run("derive", what)
    assert status == 0
    assert ("φ(x)" if what == "hermite" else "μ[k]") in out
    assert max(map(len, out.splitlines())) <= 80


def test_symbolic_ntk_with_numbers(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("derive", "ntk", "--order", "2", "--gamma-b2", "0", "--format", "python")
    module = tmp_path / "derived.py"
    module.write_text(out, encoding="utf-8")
    found = runpy.run_path(str(module))
    mu, sigma_w2 = sympy.IndexedBase("mu"), sympy.Symbol("sigma_w2", positive=True)
    assert found["kappa_2"] == 3 * sigma_w2 * mu[2] ** 2


@pytest.mark.parametrize("name", ["gelu", "relu", "selu", "tanh", "hard_tanh", "leaky_relu(1/3)", "x*tanh(x)"])
def test_derived_python_rebuilds_the_law(run: Run, tmp_path: Path, name: str) -> None:
    _, out, _ = run("derive", "hermite", name, "--format", "python", "--order", "3")
    module = tmp_path / "derived.py"
    module.write_text(out, encoding="utf-8")
    found = runpy.run_path(str(module))
    law = hermite_law(name)
    assert law is not None
    assert found["mu_k"].expand() == law.expression.expand()
    assert found["mu_3"].expand() == law.coefficient(3).expand()
    assert not found["mu_k"].atoms(sympy.Float)


def test_derived_json_reads_back(run: Run) -> None:
    _, out, _ = run("derive", "ntk", "relu", "--order", "2", "--gamma-b2", "1/3", "--format", "json")
    found = json.loads(out)
    assert found["quantity"] == "ntk"
    kappa = [sympy.parse_expr(entry["python"]) for entry in found["values"]]
    for value, entry in zip(kappa, found["values"], strict=True):
        assert abs(sympy.N(value, 20) - sympy.Float(entry["decimal"], 20)) < 1e-11
    theta = sympy.parse_expr(found["laws"][0]["python"])
    rho = sympy.Symbol("rho")
    assert abs(sympy.N(sympy.diff(theta, rho, 1).subs(rho, 0) - kappa[1], 20)) < 1e-15


def test_derive_ntk_of_relu_is_the_library_s(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("derive", "ntk", "relu", "--order", "4", "--format", "python")
    module = tmp_path / "derived.py"
    module.write_text(out, encoding="utf-8")
    found = runpy.run_path(str(module))
    for p, kappa in enumerate(derive_ntk("relu", 4).coefficients):
        assert sympy.simplify(found[f"kappa_{p}"] - kappa) == 0


def balanced(text: str) -> bool:
    """Tell whether braces, \\left and \\right, \\begin and \\end nest, and dollars pair, outside comments."""
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    body = "\n".join(lines).replace("\\\\", " ")
    depth = 0
    for position, character in enumerate(body):
        if character in "{}" and (position == 0 or body[position - 1] != "\\"):
            depth += 1 if character == "{" else -1
            if depth < 0:
                return False
    starts = [part.partition("}")[0] for part in body.split(r"\begin{")[1:]]
    ends = [part.partition("}")[0] for part in body.split(r"\end{")[1:]]
    pairs = body.count(r"\left") - body.count(r"\leftarrow") == body.count(r"\right") - body.count(r"\rightarrow")
    return depth == 0 and sorted(starts) == sorted(ends) and pairs and body.count("$") % 2 == 0 and body.isascii()


@pytest.mark.parametrize(
    "typed",
    [
        "derive hermite gelu",
        "derive hermite x*tanh(x)",
        "derive hermite",
        "derive dual gelu",
        "derive ntk",
        "table murray-1",
        "table dual",
        "table hermite --activation relu",
    ],
)
def test_latex_is_balanced_ascii(run: Run, typed: str) -> None:
    status, out, _ = run(*typed.split(), "--format", "latex")
    assert status == 0
    assert r"\begin{" in out
    assert "hermite_{prob}" not in out
    assert balanced(out)


def test_balanced_can_fail() -> None:
    assert balanced(r"\begin{a}\left( x^{2} \right)\end{a}")
    assert not balanced(r"\begin{a} x")
    assert not balanced("{x")
    assert not balanced("}x{")
    assert not balanced("$x")
    assert not balanced(r"\left( x")


# table


def test_murray_table_by_the_definition(run: Run) -> None:
    status, out, err = run("table", "murray-1", "--format", "csv")
    assert (status, err) == (0, "")
    head, *rows = csv.reader(io.StringIO(out))
    assert head == ["T", "0", "1", "2", "3", "4", "5"]
    assert [row[0] for row in rows] == list(MURRAY_1)
    shapes = {
        "ReLU": (lambda x: max(x, 0), lambda x: 1 if x > 0 else 0),
        "Tanh": (mpmath.tanh, lambda x: mpmath.sech(x) ** 2),
        "Sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), lambda x: mpmath.sech(x / 2) ** 2 / 4),
        "Gaussian": (mpmath.npdf, lambda x: -x * mpmath.npdf(x)),
    }
    for title, *printed in rows:
        phi, slope = shapes[title]
        second = mean(lambda x, f=phi: f(x) ** 2)
        total = 1 + mean(lambda x, f=slope: f(x) ** 2)
        share = 1 - second
        for t, text in enumerate(printed):
            share += (1 + t) * mean(lambda x, f=phi, k=t: f(x) * he(k, x)) ** 2 / mpmath.factorial(t)
            assert abs(100 * share / total - mpmath.mpf(text)) < 0.00051
            assert len(text.partition(".")[2]) == 3


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
        assert abs(float(value) - float(document(out)["values"][0]["value"])) < 1e-13
