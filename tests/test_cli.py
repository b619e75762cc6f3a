"""The command line as people and scripts use it: values, errors, progress; whole processes where start-up counts."""

import io
import json
import resource
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

from eigenlaw.commands.columns import columns, patience
from eigenlaw.theory.errors import InputError

CONTRACT = Path(__file__).parent / "contract"

Run = Callable[..., tuple[int, str, str]]


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


def test_kernels_of_any_depth(run: Run) -> None:
    status, out, _ = run("eval", "ntk", "--activation", "relu", "--layers", "5", "--at", "1,-1/2", "--json")
    found = document(out)
    assert (status, found["certified"], found["parameters"]["layers"]) == (0, True, 5)
    assert mpmath.almosteq(mpmath.mpf(found["values"][0]["value"]), 2 - mpmath.mpf(2) ** -4, 1e-15)
    _, out, _ = run(
        "eval", "ntk", "--activation", "relu", "--layers", "1", "--order", "2", "--gamma-b2", "1/4", "--json"
    )
    assert [entry["value"] for entry in document(out)["values"]] == ["0.25", "0.75", "0"]


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
        ("eval ntk --activation relu --order 3 --layers 0", "layers=0"),
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
        ('verify murray:eq-37.1 --form printed --instance {"q":1}', "instance="),
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


@pytest.mark.parametrize("error", [ValueError, KeyError, TypeError, RuntimeError])
def test_our_own_mistakes_are_not_blamed_on_the_input(
    run: Run, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*_: Any) -> int:
        raise error("a mistake in the code")

    monkeypatch.setattr("eigenlaw.commands.evaluate.run", mistaken)
    with pytest.raises(error, match="a mistake in the code"):
        run("eval", "hermite")


def test_unusable_input_found_in_a_command_is_status_2(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> int:
        raise InputError.of("what", "this", "expected that")

    monkeypatch.setattr("eigenlaw.commands.evaluate.run", refused)
    assert run("eval", "hermite") == (2, "", "eigenlaw: what=this: expected that\n")


@pytest.mark.parametrize("order", ["3", "2000"])
def test_a_full_disk_is_one_line_and_status_2(order: str) -> None:
    command = [sys.executable, "-m", "eigenlaw", "eval", "hermite", "--activation", "relu", "--order", order]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()) == (2, ["eigenlaw: standard output: No space left on device"])


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
