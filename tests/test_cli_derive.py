"""`eigenlaw derive`: readable, compilable, and rebuilt from its own source."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
import sympy

from eigenlaw.theory.hermite import hermite_law
from eigenlaw.theory.ntk import derive_ntk

Run = Callable[..., tuple[int, str, str]]


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
    assert "μ_1 = 0" in out
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


def test_deep_ntk_for_any_activation(run: Run, tmp_path: Path) -> None:
    status, out, err = run("derive", "ntk", "--layers", "3", "--order", "6")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "κ_2 = 5*sigma_w2**3*mu[1]**4*mu[2]**2 + 4*sigma_w2**2*mu[1]**2*mu[2]**2" in out
    _, source, _ = run("derive", "ntk", "--layers", "3", "--order", "2", "--format", "python")
    module = tmp_path / "derived.py"
    module.write_text(source, encoding="utf-8")
    found = runpy.run_path(str(module))
    # the module puts its definitions into the coefficients: with μ_k = δ_{k1} a sum is its term at j = 1
    mu, sigma_w2 = sympy.IndexedBase("mu"), sympy.Symbol("sigma_w2", positive=True)

    def term(series: sympy.Expr) -> sympy.Expr:
        j, low, _ = series.limits[0]
        return series.function.subs(j, 1) if low <= 1 else sympy.Integer(0)

    value = found["kappa_1"].replace(lambda part: isinstance(part, sympy.Sum), term).subs({mu[0]: 0, mu[1]: 1})
    assert value == 3 * sigma_w2**2
    assert found["kappa_2_centred"].subs({mu[1]: 2, mu[2]: 1, sigma_w2: 1}) == 96


def test_deep_ntk_of_relu_is_exact_at_three_layers_and_in_symbols_beyond(run: Run) -> None:
    _, out, _ = run("derive", "ntk", "relu", "--layers", "3", "--order", "4", "--format", "json")
    found = json.loads(out)
    assert found["symbols"] == []
    for entry in found["values"]:
        value = sympy.parse_expr(entry["python"])
        assert abs(sympy.N(value, 20) - sympy.Float(entry["decimal"], 20)) < 1e-11
    status, out, _ = run("derive", "ntk", "relu", "--layers", "4", "--order", "1")
    assert status == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "too long to read" in out
    assert "r_4_1 = (2*asin(z_3) + pi)/(4*pi)" in out


def test_deep_ntk_without_closed_dual_and_with_other_variances(run: Run) -> None:
    _, out, _ = run("derive", "ntk", "tanh", "--layers", "3", "--order", "1")
    assert "the sums r_l_k over them, are left" in " ".join(out.split())
    assert "κ_1 = 3*r_3_1*mu[1]**2 + 2*r_3_2*z_2*mu[1]**2  ≈ 0.456422720263" in out
    _, out, _ = run("derive", "ntk", "selu", "--layers", "3", "--order", "1")  # E[φ] = 0, E[φ²] = 1: every z_l is 0
    assert "κ_1 = 3*mu[1]**4  ≈ 2.82666103903" in out
    _, out, _ = run("derive", "ntk", "--layers", "3", "--sigma-b2", "0", "--order", "1")
    assert "z_2 = sigma_w2*mu_1[0]**2/q_2" in out
    _, out, _ = run("derive", "ntk", "relu", "--layers", "1", "--gamma-b2", "1/4", "--order", "2")
    assert "κ_0 = 1/4\n  κ_1 = 3/4\n  κ_2 = 0" in out


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("--layers 0", "layers=0"),
        ("--layers 4 --order 12", "order=12: a coefficient has over"),
        ("--layers 3 --gamma-b2 2", "gamma_b2=2"),
        ("sign --layers 3", "jump"),
    ],
)
def test_deep_ntk_says_where_it_ends(run: Run, typed: str, message: str) -> None:
    status, _, err = run("derive", "ntk", *typed.split())
    assert status == 2
    assert message in err


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
        "derive ntk --layers 3",
        "derive ntk relu --layers 3 --order 2",
        "derive ntk relu --layers 4 --order 1",
        "table ntk --order 2 --activation gelu",
        "table decay",
        "table decay --layers 3 --activation gelu",
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
