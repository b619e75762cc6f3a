"""The rules of the house: who may import whom, what stays light, and how large a file may be."""

import ast
import itertools
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("theory", "numerics", "verify")
SOURCES = sorted(
    path
    for folder in (*LAYERS, "eigenlaw")
    for path in (ROOT / folder).rglob("*.py")
    if not (folder == "eigenlaw" and path.relative_to(ROOT / folder).parts[0] in LAYERS)
)
NETWORKS = (
    *("networks", "measure", "averages", "dual_numbers", "standard_networks", "convolution", "images"),
    *("wide_networks", "metric_grams", "parameter_metrics", "germs", "network_hessian", "training"),
    *("linear_chains", "chain_hessians", "sampled_hessians", "losses", "rational_weights", "digits", "float_rank"),
    *("second_derivatives", "gradient_flow", "one_hidden_layer_hessian"),
)
LINEAR_ALGEBRA = "eigenlaw.numerics.ranks"


def imported(path: Path) -> set[str]:
    """Every module that a file names in an import, also inside its functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_sources_are_found() -> None:
    assert {layer(path) for path in SOURCES} == {*LAYERS, "eigenlaw"}
    assert len(SOURCES) > 40


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_point_only_downwards(path: Path) -> None:
    order = [f"eigenlaw.{folder}" for folder in LAYERS]
    own = order.index(f"eigenlaw.{layer(path)}") if layer(path) in LAYERS else len(order)
    for module in imported(path):
        top = module.partition(".")[0]
        assert top not in LAYERS, f"{module}: import eigenlaw.{module}"
        if top == "eigenlaw":
            within = ".".join(module.split(".")[:2])
            if within in order:
                assert order.index(within) <= own, f"{module} is above {layer(path)}"
            elif own < len(order):
                assert module in {"eigenlaw", "eigenlaw.__version__"}, f"{module} is above {layer(path)}"


@pytest.mark.parametrize("name", NETWORKS)
def test_what_measures_networks_knows_no_formula(name: str) -> None:
    """Followed through every module of the project that it imports."""
    seen: set[str] = set()
    waiting = [f"eigenlaw.verify.{name}"]
    while waiting:
        module = waiting.pop()
        path = ROOT.joinpath(*module.split(".")[1:]).with_suffix(".py")
        if module in seen or not path.is_file():
            continue
        seen.add(module)
        waiting += [inner for inner in imported(path) if inner.startswith("eigenlaw.")]
    seen.discard(LINEAR_ALGEBRA)
    assert f"eigenlaw.verify.{name}" in seen
    folders = {module.split(".")[1] for module in seen}
    assert folders == {"verify"}
    assert all(not imported(ROOT.joinpath(*m.split(".")[1:]).with_suffix(".py")) & {"sympy"} for m in seen)


def modules_after(statements: str) -> set[str]:
    """The modules of a fresh interpreter after some statements."""
    code = f"{statements}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    return set(done.stdout.split())


def test_numerics_never_brings_in_sympy_or_matplotlib() -> None:
    names = sorted(path.stem for path in (ROOT / "numerics").glob("*.py") if path.stem != "__init__")
    found = modules_after("\n".join(f"import eigenlaw.numerics.{name}" for name in names))
    assert {f"eigenlaw.numerics.{name}" for name in names} <= found
    assert not found & {"sympy", "matplotlib"}
    for path in (ROOT / "numerics").rglob("*.py"):
        assert not {module.partition(".")[0] for module in imported(path)} & {"sympy", "matplotlib"}, path


def test_naming_an_activation_brings_in_no_sympy() -> None:
    statements = (
        "from eigenlaw.theory.activations import activation\n"
        "for spec in ('relu', 'tanh(2)', 'x*tanh(x) + abs(x)'):\n"
        "    phi = activation(spec); phi.name, phi.parity, phi.breakpoints, phi.polynomial, phi.strip"
    )
    found = modules_after(statements)
    assert "eigenlaw.theory.activations" in found
    assert not found & {"sympy", "matplotlib", "numpy", "flint"}


def test_judges_never_import_the_record() -> None:
    for path in (ROOT / "verify").rglob("*.py"):
        if path.name not in {"record.py"}:
            assert not any(module.startswith("eigenlaw.verify.record") for module in imported(path)), path
    found = modules_after(
        "from eigenlaw.verify import judge, judge_values, judge_samples, judge_identities, judge_asymptotics"
    )
    assert "eigenlaw.verify.judge_asymptotics" in found
    assert "eigenlaw.verify.record" not in found


def test_the_packages_of_the_project_are_the_folders_with_an_init() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = project["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in SOURCES if path.name == "__init__.py"}
    expected = {name if name.startswith("eigenlaw") else f"eigenlaw.{name}" for name in found}
    assert set(listed) == expected
    assert len(listed) == len(set(listed))
    homes = {"eigenlaw": ROOT / "eigenlaw", **{f"eigenlaw.{name}": ROOT / name for name in LAYERS}}
    folders = {path.parent for path in SOURCES}
    assert all((folder / "__init__.py").is_file() for folder in folders)
    assert {homes[f"eigenlaw.{name}"].name for name in LAYERS} == set(LAYERS)


@pytest.mark.parametrize("path", [*SOURCES, *sorted((ROOT / "tests").glob("*.py"))], ids=name_of)
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_file_names_the_address_of_a_package_registry() -> None:
    hosts = ["".join(parts) for parts in (("py", "pi.org"), ("pythonhosted", ".org"), ("conda", ".anaconda"),
                                          ("npm", "js.org"), ("registry.", "npm"))]  # fmt: skip
    files = itertools.chain(SOURCES, (ROOT / "tests").glob("*.py"), (ROOT / "benchmarks").rglob("*.py"))
    texts = [*files, ROOT / "pyproject.toml", *(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").rglob("*.ipynb")]
    for path in texts:
        text = path.read_text(encoding="utf-8").lower()
        assert not [host for host in hosts if host in text], path
