"""`eigenlaw eval sphere`, `eigenlaw table sphere` and the function of the Python face."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import mpmath
import pytest

import eigenlaw

CONTRACT = Path(__file__).parent / "contract"

Run = Callable[..., tuple[int, str, str]]


def document(text: str) -> Any:
    found = json.loads(text)
    jsonschema.validate(found, json.loads((CONTRACT / "eval.schema.json").read_text(encoding="utf-8")))
    return found


def test_eval_keeps_the_contract(run: Run) -> None:
    typed = (
        "eval sphere --activation relu --layers 3 --dimension 3 --order 6 --measure surface --gamma-b2 1/2 --digits 30"
    )
    status, out, err = run(*typed.split(), "--json")
    assert (status, err) == (0, "")
    found = document(out)
    assert found["quantity"] == "sphere" and found["certified"] is True and found["digits"] == 30
    assert found["parameters"] == {
        "activation": "relu", "layers": 3, "dimension": 3, "order": 6, "measure": "surface", "gamma_b2": "1/2",
    }  # fmt: skip
    assert found["method"] == "quadrature in the angle"
    assert [entry["index"] for entry in found["values"]] == list(range(7))
    for entry in found["values"]:
        assert Decimal(entry["radius"]) < Decimal(10) ** -30 * Decimal(entry["value"])


def test_eval_defaults_are_the_probability_measure_on_the_two_sphere(run: Run) -> None:
    status, out, _ = run("eval", "sphere", "--activation", "relu", "--order", "4", "--json")
    values = document(out)["values"]
    assert status == 0
    exact = (Fraction(3, 4), Fraction(1, 6), Fraction(5, 128), Fraction(0), Fraction(1, 384))
    for entry, value in zip(values, exact, strict=True):
        assert abs(Fraction(entry["value"]) - value) <= Fraction(entry["radius"]) <= value / 10**15
    assert values[3] == {"index": 3, "value": "0", "radius": "0"}
    more = ("--dimension", "2", "--measure", "probability", "--layers", "2")
    assert (
        document(run("eval", "sphere", "--activation", "relu", "--order", "4", "--json", *more)[1])["values"] == values
    )
    _, out, _ = run("eval", "sphere", "--activation", "relu", "--order", "4")
    assert "λ_k" in out and "by closed form" in out and "certified" in out


def test_what_falls_short_is_said_with_status_1(run: Run) -> None:
    status, out, err = run("eval", "sphere", "--activation", "elu", "--order", "2", "--sigma-b2", "0", "--json")
    assert status == 1
    found = document(out)
    assert err.startswith("eigenlaw: digits=15: not reached at k = 0, 1, 2") and len(found["notes"]) == 1
    assert all(Decimal(entry["radius"]) > 0 for entry in found["values"])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("eval sphere --activation relu", "order=(not given)"),
        ("eval sphere --order 3", "activation=(not given)"),
        ("eval sphere --activation relu --order 3 --dimension 0", "dimension=0"),
        ("eval sphere --activation relu --order 3 --dimension 2.5", "dimension=2.5"),
        ("eval sphere --activation relu --order 3 --dimension nan", "dimension=nan"),
        ("eval sphere --activation relu --order 3 --dimension 9999999", "dimension=9999999"),
        ("eval sphere --activation relu --order 3 --measure area", "measure=area"),
        ("eval sphere --activation relu --order 3 --layers 0", "layers=0"),
        ("eval sphere --activation relu --order 3 --at 1/2", "at=1/2"),
        ("eval sphere --activation heaviside --order 3", "activation=heaviside"),
        ("eval sphere --activation relu --order 3 --gamma-b2 2", "gamma_b2=2"),
        ("eval ntk --activation relu --order 3 --dimension 2", "dimension=2"),
        ("table sphere --order 2000", "order=2000"),
        ("table sphere --activation foo", "activation=foo"),
        ("table sphere --measure area", "measure=area"),
        ("table hermite --activation relu --dimension 2", "dimension=2"),
    ],
)
def test_bad_input(run: Run, typed: str, name: str) -> None:
    status, out, err = run(*typed.split())
    assert (status, out) == (2, "")
    assert err.startswith(f"eigenlaw: {name}")
    assert err.count("\n") == 1


def test_table_of_one_activation_has_the_closed_form(run: Run) -> None:
    arguments = ("table", "sphere", "--activation", "relu", "--order", "5", "--dimension", "3")
    status, out, err = run(*arguments, "--format", "csv", "--digits", "12")
    assert (status, err) == (0, "")
    head, *rows = csv.reader(io.StringIO(out))
    assert head == ["k", "N(d,k)", "closed form", "λ_k"]
    assert [row[:2] for row in rows] == [[str(k), str((k + 1) ** 2)] for k in range(6)]
    for _, _, closed, value in rows:
        exact = mpmath.mpmathify(eval_in_pi(closed))
        assert abs(exact - mpmath.mpf(value)) <= 1e-11 * exact
    _, out, _ = run(*arguments, "--format", "latex")
    assert r"$2$ & $9$ & $\frac{52}{225 \pi^{2}}$ & $0.023416451$ \\" in out
    _, out, _ = run(*arguments, "--format", "latex", "--layers", "3")
    assert "closed form" not in out and r"$1$ & $4$ & $0." in out


def eval_in_pi(text: str) -> Any:
    import sympy

    return str(sympy.N(sympy.parse_expr(text), 20))


@pytest.mark.parametrize("style", ["text", "latex", "markdown", "csv", "json"])
def test_table_of_several_activations(run: Run, style: str) -> None:
    status, out, err = run("table", "sphere", "--order", "8", "--format", style, "--gamma-b2", "1/4", "--digits", "6")
    assert (status, err) == (0, "")
    assert "relu" in out and "tanh" in out and "gaussian" in out
    if style == "csv":
        head, *rows = csv.reader(io.StringIO(out))
        for name, column in zip(head[2:], list(zip(*rows, strict=True))[2:], strict=True):
            known = eigenlaw.sphere_eigenvalues(name, 8, digits=12, gamma_b2="1/4")
            assert [Decimal(text) for text in column] == [Decimal(mpmath.nstr(ball.value, 6)) for ball in known]
    if style == "latex":
        assert r" \cdot 10^{-" in out and "E-" not in out


def test_table_says_what_falls_short(run: Run) -> None:
    status, out, err = run(
        "table", "sphere", "--activation", "elu", "--order", "1", "--digits", "25", "--format", "latex"
    )
    assert status == 1
    assert r"$\approx 0." in out
    assert err == "eigenlaw: digits=25: not reached for elu(1) at k = 0, 1\n"


def test_the_python_face() -> None:
    found = eigenlaw.sphere_eigenvalues("erf", 5, dimension=3, layers=3, measure="surface", digits=30, gamma_b2="1/2")
    other = eigenlaw.sphere_eigenvalues("erf", 5, 3, 3, gamma_b2=Fraction(1, 2), digits=30)
    with mpmath.workdps(40):
        volume = 2 * mpmath.pi**2
        assert all(abs(a.value - volume * b.value) <= 1e-29 * a.value for a, b in zip(found, other, strict=True))
        assert all(ball.radius < ball.value * mpmath.mpf(10) ** -30 for ball in found)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"order": -1}, "order=-1"),
        ({"dimension": 0}, "dimension=0"),
        ({"dimension": 2.0}, "dimension=2.0"),
        ({"layers": True}, "layers=True"),
        ({"measure": "area"}, "measure=area"),
        ({"gamma_b2": 0.5}, "gamma_b2=0.5"),
    ],
)
def test_the_python_face_refuses(given: Any, message: str) -> None:
    with pytest.raises(eigenlaw.InputError) as error:
        eigenlaw.sphere_eigenvalues(**{"activation": "relu", "order": 3, **given})
    assert str(error.value).startswith(message)


def test_falling_short_is_a_warning() -> None:
    with pytest.warns(RuntimeWarning, match="digits=20: not reached"):
        eigenlaw.sphere_eigenvalues("hard_tanh", 1, digits=20)
