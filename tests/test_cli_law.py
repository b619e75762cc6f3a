"""`eigenlaw eval law`, `show laws`, `table laws` and the laws of the Python face, held to simulated matrices."""

import csv
import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import mpmath
import numpy as np
import pytest
import sympy
from scipy.stats import kstest

import eigenlaw
from eigenlaw.laws import LAWS
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.law_formulas import law_formulas

CONTRACT = Path(__file__).parent / "contract"
Run = Callable[..., tuple[int, str, str]]

CASES: dict[str, tuple[str, str, list[float]]] = {
    "marchenko-pastur --ratio 1/4": ("cdf", "1/2,1,3/2,5", [0, 0.553390081275336, 1, 1]),
    "marchenko-pastur --ratio 4 --of eigenvalues": ("cdf", "-1,0,1,9", [0, 0.75, 0.75, 1]),
    "modified-marchenko-pastur --lower 1/2 --upper 3/2": ("cdf", "1", [0.553390081275336]),
    "semicircle": ("moment", "0,1,2,3,4,10", [1, 0, 1, 0, 2, 42]),
    "circular": ("quantile", "0,1/4,1", [0, 0.5, 1]),
    "wigner-surmise": ("pdf", "1", [float(np.pi / 2 * np.exp(-np.pi / 4))]),
    "goe-spacing": ("pdf", "1", [0.701822647661]),
    "gue-spacing": ("pdf", "1", [0.9029037896]),
    "goe-number-variance": ("value", "1", [0.446333624312]),
    "gue-number-variance": ("value", "1,0", [0.344162593528, 0]),
    "goe-number-variance --window centre --counted": ("value", "0,5", [1, 0.7652256599]),
    "smallest-singular-value --rows 3 --columns 3 --field complex": ("cdf", "1/2", [1 - float(np.exp(-0.75))]),
    "smallest-singular-value --limit": ("cdf", "1", [1 - float(np.exp(-1.5))]),
    "largest-singular-value --rows 1 --columns 2": ("cdf", "2", [1 - float(np.exp(-2))]),
    "spiked --ratio 1/16": ("value", "1/2,1/4,1", [1.25, 1.25, float(np.sqrt(17 / 8))]),
    "spiked --ratio 1/4 --model covariance": ("value", "2,5/4", [2.5, 2.25]),
    "porter-thomas --dimension 3": ("cdf", "1/2", [0.75]),
    "porter-thomas --dimension 4 --limit": ("moment", "2,4", [0.25, 3 / 16]),
    "tracy-widom --beta 2": ("cdf", "-2", [0.41322414250512257]),
    "tracy-widom --beta 1": ("cdf", "0", [0.8319080662]),
    "ginibre-product --factors 4": ("quantile", "1/2,1", [0.25, 1]),
    "ginibre-product --factors 1 --size 1": ("cdf", "1", [1 - float(np.exp(-1))]),
    "rectangular-product --sizes 2,3": ("moment", "0,1", [1, 4]),
    "rectangular-product --sizes 2,784 --limit": ("quantile", "1/2,1", [195.75, 392]),
    "real-eigenvalues --sizes 2,2": ("value", "", [float(np.pi / 2)]),
}


def document(text: str) -> Any:
    found = json.loads(text)
    jsonschema.validate(found, json.loads((CONTRACT / "eval.schema.json").read_text(encoding="utf-8")))
    return found


def asked(run: Run, typed: str, what: str, at: str = "", *more: str) -> Any:
    status, out, err = run(
        "eval", "law", *typed.split(), "--what", what, *(["--at", at] if at else []), *more, "--json"
    )
    assert (status, err) == (0, "")
    return document(out)


def test_every_law_of_the_table_is_tried() -> None:
    assert {typed.split()[0] for typed in CASES} == set(LAWS)


@pytest.mark.parametrize("typed", CASES)
def test_values_keep_the_contract(run: Run, typed: str) -> None:
    what, at, expected = CASES[typed]
    found = asked(run, typed, what, at)
    name, *options = typed.split()
    assert found["quantity"] == "law" and found["certified"] is True and found["digits"] == 15
    assert found["parameters"]["name"] == name and found["parameters"]["what"] == what
    if at:
        assert found["parameters"]["at"] == at
    for option in options:
        assert option.removeprefix("--").replace("-", "_") in found["parameters"] or not option.startswith("--")
    assert [entry["index"] for entry in found["values"]] == (at.split(",") if at else ["value"])
    assert [float(entry["value"]) for entry in found["values"]] == pytest.approx(expected, rel=1e-6, abs=1e-12)
    for entry in found["values"]:
        assert float(entry["radius"]) <= 1e-15 * abs(float(entry["value"]))


def test_points_are_exact_and_come_back_as_typed(run: Run) -> None:
    found = asked(run, "marchenko-pastur --ratio 0.25", "cdf", "1e0, 2/2,0.50", "--digits", "40")
    assert [entry["index"] for entry in found["values"]] == ["1e0", "2/2", "0.50"]
    assert found["values"][0]["value"] == found["values"][1]["value"] and found["values"][2] == {
        "index": "0.50",
        "value": "0",
        "radius": "0",
    }
    assert len(found["values"][0]["value"]) > 40 and found["parameters"]["ratio"] == "0.25"


def test_what_is_an_estimate_says_so(run: Run) -> None:
    status, out, err = run("eval", "law", "tracy-widom", "--beta", "2", "--what", "moment", "--at", "0", "--json")
    found = document(out)
    assert (status, err) == (0, "") and found["certified"] is False
    assert found["values"] == [{"index": "0", "value": "1", "radius": "0"}]


def gaussian(rng: np.random.Generator, *shape: int) -> Any:
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)) / np.sqrt(2)


def agree(sample: Any, law: Any) -> bool:
    return bool(kstest(sample, law.cdf).pvalue > 1e-4)


def one_eigenvalue(rng: np.random.Generator, sizes: tuple[int, ...], count: int, draw: Any) -> Any:
    """An eigenvalue of A_1 ⋯ A_k at random, A_j of n_j × n_{j+1}, the last n_1 columns wide, for each of many."""
    product = np.broadcast_to(np.eye(sizes[0]), (count, sizes[0], sizes[0]))
    for rows, columns in zip(sizes, (*sizes[1:], sizes[0]), strict=True):
        product = product @ draw(rng, count, rows, columns)
    values = np.linalg.eigvals(product)
    return values[np.arange(count), rng.integers(0, sizes[0], count)]


def test_rectangular_products_are_those_of_simulated_matrices() -> None:
    rng = np.random.default_rng(5)
    squares = abs(one_eigenvalue(rng, (2, 3, 5), 3000, gaussian)) ** 2
    assert agree(squares, eigenlaw.law("rectangular-product", sizes=[2, 3, 5]))
    assert not agree(squares, eigenlaw.law("rectangular-product", sizes=[2, 4, 4]))
    one = abs(one_eigenvalue(rng, (3,), 3000, gaussian))
    assert agree(one**2, eigenlaw.law("rectangular-product", sizes=[3]))
    assert agree(one / np.sqrt(3), eigenlaw.law("ginibre-product", factors=1, size=3))
    sizes = (160, 240)
    large = abs(np.linalg.eigvals(gaussian(rng, *sizes) @ gaussian(rng, *sizes[::-1]))) ** 2 / 160**2
    limit = eigenlaw.law("rectangular-product", sizes=sizes, limit=True)
    assert kstest(large, limit.cdf).statistic < 0.06
    assert kstest(large / 1.5, limit.cdf).statistic > 0.1  # each factor scaled by its own 1/√n_j: another law


def test_the_expected_number_of_real_eigenvalues_is_that_of_simulated_matrices() -> None:
    rng = np.random.default_rng(6)
    product = rng.standard_normal((4000, 3, 4)) @ rng.standard_normal((4000, 4, 3))
    real = (np.linalg.eigvals(product).imag == 0).sum(axis=1)
    (ball,) = eigenlaw.law_values("real-eigenvalues", "value", sizes=[3, 4])
    assert abs(float(ball.value) - real.mean()) < 5 * real.std() / np.sqrt(4000)


def test_marchenko_pastur_is_that_of_simulated_matrices() -> None:
    rng = np.random.default_rng(7)
    for rows, columns in ((120, 360), (360, 120)):
        W = rng.standard_normal((rows, columns))
        C = Fraction(columns, rows)
        singular = np.linalg.svd(W / np.sqrt(rows), compute_uv=False)
        assert kstest(singular, eigenlaw.law("marchenko-pastur", ratio=C).cdf).statistic < 0.03
        gram = np.linalg.eigvalsh(W.T @ W / rows)
        law = eigenlaw.law("marchenko-pastur", ratio=C, of="eigenvalues")
        points = np.linspace(0.05, 8, 40)
        assert np.max(abs((gram[:, None] <= points).mean(axis=0) - law.cdf(points))) < 0.02
        assert law.cdf(1e-9) == pytest.approx(max(0.0, 1 - 1 / float(C)))


def test_extremes_spikes_and_vectors_are_those_of_simulated_matrices() -> None:
    rng = np.random.default_rng(8)
    values = np.linalg.svd(rng.standard_normal((300, 4, 3)), compute_uv=False)
    shape = {"rows": 4, "columns": 3}
    assert agree(values[:, -1], eigenlaw.law("smallest-singular-value", **shape))
    assert agree(values[:, 0], eigenlaw.law("largest-singular-value", **shape))
    v = rng.standard_normal((40000, 5))
    v /= np.linalg.norm(v, axis=1)[:, None]
    assert agree(v[:, 0], eigenlaw.law("porter-thomas", dimension=5))
    assert not agree(v[:, 0], eigenlaw.law("porter-thomas", dimension=5, limit=True))
    n, m = 400, 100
    W = rng.standard_normal((n, m)) / np.sqrt(n)
    W[0, 0] += 2
    (place,) = eigenlaw.law_values("spiked", "value", [2], ratio="1/4")
    assert np.linalg.svd(W, compute_uv=False)[0] == pytest.approx(float(place.value), abs=0.1)
    assert agree(abs(one_eigenvalue(rng, (60,), 150, gaussian)) / np.sqrt(60), eigenlaw.law("circular"))
    symmetric = rng.standard_normal((300, 300))
    W = np.triu(symmetric) + np.triu(symmetric, 1).T
    assert kstest(np.linalg.eigvalsh(W) / np.sqrt(300), eigenlaw.law("semicircle").cdf).statistic < 0.02


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "name=(not given): expected one of marchenko-pastur"),
        ("nope", "name=nope: no such law"),
        (
            "marchenko-pastur --what pdf --at 1",
            "ratio=(not given): marchenko-pastur needs it; expected --ratio 1/2 [--of",
        ),
        ("marchenko-pastur --ratio 0 --what pdf --at 1", "ratio=0"),
        ("marchenko-pastur --ratio -1 --what pdf --at 1", "ratio=-1"),
        ("marchenko-pastur --ratio inf --what pdf --at 1", "ratio=inf"),
        ("marchenko-pastur --ratio 1/0 --what pdf --at 1", "ratio=1/0"),
        ("marchenko-pastur --ratio 1 --of zeros --what pdf --at 1", "of=zeros: expected one of singular-values"),
        ("marchenko-pastur --ratio 1 --of eigenvalues --what pdf --at 0", "infinite"),
        ("semicircle --what pdf --at nan", "at=nan"),
        ("semicircle --what pdf --at 1,inf", "at=inf"),
        ("semicircle --what pdf --at 1,,2", "at=:"),
        ("semicircle --what pdf", "at=(not given)"),
        ("semicircle --at 1", "what=(not given): expected pdf, cdf, quantile or moment"),
        ("semicircle --what value --at 1", "what=value: expected pdf"),
        ("semicircle --what ppf --at 1", "what=ppf: expected one of pdf"),
        ("semicircle --what quantile --at 2", "at=2: expected a probability"),
        ("semicircle --what moment --at 1/2", "at=1/2: expected a whole number"),
        ("semicircle --what moment --at -1", "at=-1"),
        ("semicircle --what moment --at 100001", "at=100001"),
        ("semicircle --what pdf --at 1 --beta 1", "beta=1: semicircle takes no such parameter; expected none"),
        ("semicircle --what pdf --at 1 --order 3", "eval law takes no such option"),
        ("goe-number-variance --what pdf --at 1", "what=pdf: expected value"),
        ("goe-number-variance --at -1", "at=-1"),
        ("goe-number-variance --at 1 --counted", "counted=true"),
        ("goe-number-variance --at 1 --window start --limit", "limit=true"),
        ("goe-number-variance --at 257 --window start", "at=257"),
        ("goe-number-variance --at 0 --limit", "at=0"),
        ("wigner-surmise --what quantile --at 1", "infinite"),
        ("tracy-widom --what cdf --at 0", "beta=(not given): tracy-widom needs it; expected --beta 1|2"),
        ("tracy-widom --beta 4 --what cdf --at 0", "beta=4: expected one of 1, 2"),
        ("porter-thomas --dimension 0 --what cdf --at 0", "dimension=0"),
        ("ginibre-product --factors 1/2 --what cdf --at 0", "factors=1/2"),
        ("rectangular-product --sizes 3,2 --what cdf --at 1", "sizes=3,2: expected the smallest size first"),
        ("rectangular-product --sizes 2,,3 --what cdf --at 1", "sizes=:"),
        ("rectangular-product --sizes 3,2 --limit --what cdf --at 1", "sizes=3,2"),
        ("real-eigenvalues --sizes 2 --at 1", "at=1: it is one number"),
        ("real-eigenvalues", "sizes=(not given)"),
        ("smallest-singular-value --rows 3 --what cdf --at 1", "columns=(not given)"),
        ("smallest-singular-value --rows 3 --columns 2 --limit --what cdf --at 1", "limit=true"),
        ("smallest-singular-value --rows 3 --columns 2 --field 2 --what cdf --at 1", "field=2"),
        ("spiked --ratio 1/2 --at -1", "at=-1"),
        ("modified-marchenko-pastur --lower 2 --upper 1 --what cdf --at 1", "upper=1"),
    ],
)
def test_bad_input_is_one_line(run: Run, typed: str, says: str) -> None:
    status, out, err = run("eval", "law", *typed.split())
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1


def test_a_name_or_a_parameter_of_a_law_is_refused_elsewhere(run: Run) -> None:
    for more in ("circular", "--ratio 1", "--limit"):
        status, out, err = run(*f"eval hermite {more} --activation relu --order 2".split())
        assert (status, out) == (2, "") and "takes no such option" in err and err.count("\n") == 1


def test_the_table_of_conventions_fits_and_is_complete(run: Run) -> None:
    status, out, err = run("show", "laws")
    assert (status, err) == (0, "") and max(map(len, out.splitlines())) <= 80
    assert [line for line in out.splitlines() if line in LAWS] == list(LAWS)
    found = json.loads(run("show", "laws", "--format", "json")[1])["laws"]
    assert [row["name"] for row in found] == list(LAWS) and all(row["convention"] and row["source"] for row in found)
    latex = run("show", "laws", "--format", "latex")[1]
    assert latex.isascii() and latex.count(r"\texttt{") == len(LAWS) and latex.count("$") % 2 == 0


def test_formulas_are_those_of_the_numbers() -> None:
    """Each closed density, value, mean and variance, at parameters of its own, against the balls of numerics."""
    values = {"C": Fraction(1, 3), "nu_-": Fraction(1, 2), "nu_+": 2, "m": 5, "n": 4, "n_1": 2, "n_2": 5}
    given: dict[str, dict[str, Any]] = {
        "marchenko-pastur": {"ratio": "1/3"}, "spiked": {"ratio": "1/3"}, "porter-thomas": {"dimension": 5},
        "modified-marchenko-pastur": {"lower": "1/2", "upper": 2}, "ginibre-product": {"factors": 5},
        "smallest-singular-value": {"rows": 4, "columns": 4}, "rectangular-product": {"sizes": (2, 5)},
        "real-eigenvalues": {"sizes": [4]},
    }  # fmt: skip
    tried = 0
    for title, law in law_formulas().items():
        name, *more = title.split()
        parameters = {**given.get(name, {}), **({more[0].removeprefix("--"): more[1]} if more else {})}
        at = Fraction(4, 3) if not LAWS[name].is_law or name == "modified-marchenko-pastur" else Fraction(2, 3)
        if name == "spiked" and more:
            at = Fraction(3)
        symbols = {symbol: sympy.sympify(values[symbol.name]) for e in (law.formula, law.mean, law.variance) if e
                   for symbol in e.free_symbols if symbol.name in values}  # fmt: skip
        if law.formula is not None:
            (ball,) = eigenlaw.law_values(name, "pdf" if LAWS[name].is_law else "value", [at], **parameters)
            exact = law.formula.subs(symbols)
            exact = exact.subs({symbol: sympy.Rational(at) for symbol in exact.free_symbols}).doit()
            exact = exact.replace(sympy.Function("U"), lambda a, b, z: sympy.Float(mpmath.hyperu(a, b, z)))
            assert float(exact.evalf()) == pytest.approx(float(ball.value), rel=1e-12), title
            tried += 1
        if law.mean is not None and law.variance is not None:
            first, second = eigenlaw.law_values(name, "moment", [1, 2], **parameters)
            assert float(law.mean.subs(symbols)) == pytest.approx(float(first.value), rel=1e-12), title
            spread = float(second.value) - float(first.value) ** 2
            assert float(law.variance.subs(symbols)) == pytest.approx(spread, rel=1e-9), title
            tried += 1
    assert tried == 26


def test_the_table_of_formulas_names_every_law(run: Run) -> None:
    rows = list(csv.reader(io.StringIO(run("table", "laws", "--format", "csv")[1])))
    assert rows[0] == ["law", "density or value", "support", "mean", "variance"]
    assert {row[0].split()[0] for row in rows[1:]} == set(LAWS) and {len(row) for row in rows} == {5}
    latex = run("table", "laws", "--format", "latex")[1]
    assert r"\frac{\sqrt{4 - x^{2}}}{2 \pi}" in latex and latex.isascii() and "\\toprule" in latex
    out = run("table", "laws")[1]
    assert max(map(len, out.splitlines())) <= 80


def test_the_python_face() -> None:
    law = eigenlaw.law("marchenko-pastur", ratio="1/4")
    assert law.support() == (0.5, 1.5) and law.ppf(law.cdf(1.2)) == pytest.approx(1.2, rel=1e-12)
    assert kstest(law.rvs(500, random_state=1), law.cdf).pvalue > 1e-3
    (median,) = eigenlaw.law_values("rectangular-product", "quantile", ["1/2"], sizes=[1000])
    assert float(median.value) == pytest.approx(500, abs=1e-9)
    first, second = (eigenlaw.law_values("circular", "moment", [1], digits=digits)[0] for digits in (5, 50))
    assert second.overlaps(first) and float(second.radius) < 1e-50
    no_number: Any = 0.5
    for bad in (
        lambda: eigenlaw.law("spiked", ratio=1),
        lambda: eigenlaw.law("semicircle", beta=1),
        lambda: eigenlaw.law("marchenko-pastur", ratio=no_number),
        lambda: eigenlaw.law("tracy-widom"),
        lambda: eigenlaw.law_values("circular", "pdf", [no_number]),
        lambda: eigenlaw.law_values("circular", "pdf", [1], digits=0),
    ):
        with pytest.raises(InputError):
            bad()
