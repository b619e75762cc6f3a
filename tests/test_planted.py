"""A wrong formula planted in theory/ or numerics/ turns `eigenlaw verify` red.

The checkout is copied, one line of the copy is edited, and the command runs on the copy in a process of its own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]


class Fault(NamedTuple):
    """One wrong edit, and claims that depend on the formula."""

    file: str
    right: str
    wrong: str
    claims: tuple[str, ...]


FAULTS = {
    "sign of the ReLU law": Fault(
        "theory/laws.py",
        "value = (-1) ** (k / 2 - 1) * sympy.factorial2(k - 3) / sympy.sqrt(2",
        "value = (-1) ** (k / 2) * sympy.factorial2(k - 3) / sympy.sqrt(2",
        ("murray:lem-a.4",),
    ),
    "index in the power coefficients": Fault(
        "theory/power_coefficient.py", "(j * k - p + j) * entries[j]", "(j * k - p + 1) * entries[j]", ("murray:eq-4",)
    ),
    "constant of the Wallis bound": Fault(
        "theory/bounds.py", "n = p / sympy.Integer(2)", "n = p / sympy.Integer(1)", ("murray:eq-37",)
    ),
    "index in the law of kappa": Fault(
        "theory/shallow.py", "symbolic_upsilon(p - 1, h)", "symbolic_upsilon(p, h)", ("murray:eq-9.1",)
    ),
    "factor in the resummed kernel": Fault(
        "theory/shallow.py", "sympy.Sum((1 + k) * mu[k] ** 2", "sympy.Sum((2 + k) * mu[k] ** 2", ("murray:eq-9.2",)
    ),
    "rate of the Gaussian": Fault(
        "theory/decay.py", "(1 + sigma2 / gamma_w2) ** (-p)", "(1 + sigma2) ** (-p)", ("murray:lem-3.2.3",)
    ),
    "centred effective rank": Fault(
        "theory/effective_rank.py",
        '_ratio("c_1", total - c_0, c_1)',
        '_ratio("c_1", total, c_1)',
        ("murray:remark-4.3",),
    ),
    "dimension on the sphere": Fault(
        "theory/tail_rank.py",
        "sympy.binomial(sympy.sympify(r) + degree - 1, r - 1)",
        "sympy.binomial(sympy.sympify(r) + degree, r - 1)",
        ("murray:lem-c.21",),
    ),
    "arcsine in the dual kernel": Fault(
        "theory/dual.py",
        "sympy.Rational(1, 4) + sympy.asin(rho) / (2 * sympy.pi)",
        "sympy.Rational(1, 4) + sympy.asin(rho) / sympy.pi",
        ("murray:lem-b.1.2",),
    ),
    "index in the recurrence of erf": Fault(
        "numerics/recurrences.py",
        "lambda m: (p * (2 * m + 1) ** 2, q * (2 * m + 2) * (2 * m + 3)), 1, 2",
        "lambda m: (p * (2 * m + 1) ** 2, q * (2 * m + 3) * (2 * m + 3)), 1, 2",
        ("murray:eq-22.2",),
    ),
    "constant of the recurrence of gelu": Fault(
        "numerics/recurrences.py",
        "tau2 = variance / (1 + variance)",
        "tau2 = variance / (2 + variance)",
        ("murray:eq-22.2",),
    ),
    "half-plane of the tanh transform": Fault(
        "numerics/tanh_family.py", "value = 2 * total * h / (2", "value = total * h / (2", ("murray:eq-22.2",)
    ),
    "second moment of erf": Fault(
        "numerics/second_moments.py",
        "return 2 * rational(t / (1 + t)).asin() / arb.pi()",
        "return rational(t / (1 + t)).asin() / arb.pi()",
        ("murray:assumptions.1",),
    ),
    "factor in the coefficients of the kernel": Fault(
        "numerics/layers.py",
        "theta = theta * (slope * self.sigma_w2) + covariance",
        "theta = theta * slope + covariance",
        ("murray:eq-9.3",),
    ),
    "correlation of the closed kernel off unit variance": Fault(
        "theory/ntk.py", "at = c / h.variance\n", "at = c\n", ("murray:eq-9.6",)
    ),
    "factorial in the Hermite polynomials": Fault(
        "theory/hermite_polynomials.py",
        "(2**m * factorial(m) * factorial(k - 2 * m))",
        "(factorial(m) * factorial(k - 2 * m))",
        ("murray:eq-22.3",),
    ),
    "weight of the quadrature": Fault(
        "numerics/quadrature.py",
        "weight * half * value * (-x * x / 2).exp()",
        "weight * half * value * (-x * x).exp()",
        ("murray:eq-22.2",),
    ),
    "weights in kappa": Fault(
        "theory/fisher.py", "* alphas[layer - 1] / alpha for", "* alphas[layer - 1] for", ("karakida:kappa.3",)
    ),
    "count of pairs of inputs": Fault(
        "theory/fisher.py",
        "(self.samples - 1) * self.overlap * self.overlap",
        "self.samples * self.overlap * self.overlap",
        ("karakida:eq-a.4",),
    ),
    "gradients by the biases": Fault(
        "theory/metrics.py",
        "return weights + q_tilde[layer] if form",
        "return weights if form",
        ("karakida:thm-3.1-m",),
    ),
    "second coefficient of the softmax": Fault(
        "theory/softmax_fisher.py",
        "_product_trace(mean, mean) - squares / samples / samples",
        "_product_trace(mean, mean) - squares / samples",
        ("karakida:eq-b.5.4",),
    ),
    "layers of the mean below": Fault(
        "theory/centred.py", "mean[i] ** 2, (i, 1, j - 1)", "mean[i] ** 2, (i, 1, j)", ("karakida:condition-ii.2",)
    ),
    "variances of the layers backwards": Fault(
        "numerics/meanfield.py",
        "zip(reversed(slopes), reversed(network.sigma_w2)",
        "zip(reversed(slopes), network.sigma_w2",
        ("karakida:kappa-tilde.3",),
    ),
    "steps of the rank of H_o": Fault(
        "theory/hessian_rank.py", "total += (g - below) * rho", "total += g * rho", ("singh:cor-4",)
    ),
    "columns of one layer": Fault(
        "theory/hessian_rank.py",
        "return q_hat * (before + after) - q_hat**2",
        "return q_hat * (before + after)",
        ("singh:thm-5.1",),
    ),
    "last narrow layer": Fault(
        "theory/linear_chain.py",
        "if self.widths[layer] == self.q_hat)",
        "if self.widths[layer] >= self.q_hat)",
        ("singh:sec-7.3.4",),
    ),
    "coupling of outputs by the residual": Fault(
        "theory/normal_form.py",
        "coupling(omegas[i], omegas[j], L) if",
        "2 * coupling(omegas[i], omegas[j], L) if",
        ("singh:thm-7.5",),
    ),
    "power of lambda": Fault(
        "theory/hessian_spectrum.py",
        "x ** ((K - d) * M) * determinant",
        "x ** (K - d) * determinant",
        ("singh:sec-8.2-charpoly",),
    ),
    "pairs of gates": Fault(
        "theory/piecewise_linear_rank.py",
        "return r * (hyperplanes + both)",
        "return r * hyperplanes",
        ("singh:thm-9.4",),
    ),
    "angle in the distribution of Marchenko and Pastur": Fault(
        "theory/matrices.py", "bulk -= 2 * abs(1 - C)", "bulk -= abs(1 - C)", ("thamm:init-marchenko-pastur.3",)
    ),
    "constant of the number variance": Fault(
        "theory/number_variance.py",
        "shift = sympy.pi**2 / 8 if beta == 1",
        "shift = sympy.pi**2 / 4 if beta == 1",
        ("thamm:number-variance-log.2",),
    ),
    "widths of the broadening": Fault(
        "theory/broadening.py",
        "sympy.factor(plain + sympy.sin(w) * by_widths)",
        "sympy.factor(plain - sympy.sin(w) * by_widths)",
        ("thamm:eq-5.4",),
    ),
    "information of a fitted normal law": Fault(
        "theory/goodness_of_fit.py",
        "gradient.T * information.inv() * gradient",
        "gradient.T * information * gradient",
        ("thamm:porter-thomas-fitted.1",),
    ),
    "sizes in the law of rectangular products": Fault(
        "theory/ginibre.py", "(u - 1) * first / size + 1 for", "u * first / size + 1 for", ("dees:medians.2",)
    ),
    "double factorials of real eigenvalues": Fault(
        "theory/finite_spectra.py",
        "sympy.factorial2(4 * j - 3) / sympy.factorial2(4 * j - 2)",
        "sympy.factorial2(4 * j - 1) / sympy.factorial2(4 * j)",
        ("dees:cor-ii.4-arguments.3",),
    ),
    "gates that half of the signal passes": Fault(
        "theory/gated_products.py",
        "sympy.Integer(2) ** gated",
        "sympy.Integer(2) ** (gated + 1)",
        ("dees:order-of-magnitude.5",),
    ),
}


def verify(root: Path, claims: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run `eigenlaw verify` on the package that stands in a folder."""
    command = [sys.executable, "-c", "from eigenlaw.cli import main; main()", "verify", *claims, "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": str(root), "EIGENLAW_RECORD": str(root / "no-record.json")}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def copy_of(root: Path, target: Path) -> Path:
    """Copy the package, its links as links, with the bytecode of what is not edited."""
    for folder in ("eigenlaw", "theory", "numerics", "verify"):
        shutil.copytree(root / folder, target / folder, symlinks=True, ignore=shutil.ignore_patterns("*.pyc.*"))
    return target


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_turns_the_run_red(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    copy = copy_of(ROOT, tmp_path)
    text = (copy / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.right) == 1, f"{fault.file}: the line to edit is not there once: {fault.right}"
    (copy / fault.file).write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    run = verify(copy, fault.claims)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "Not as expected" in run.stdout


def test_without_a_fault_the_same_claims_are_green(tmp_path: Path) -> None:
    copy = copy_of(ROOT, tmp_path)
    claims = ("murray:lem-a.4", "murray:eq-4", "murray:eq-37", "murray:eq-9.1", "murray:remark-4.3", "murray:eq-22.3")
    run = verify(copy, claims)
    assert run.returncode == 0, run.stdout + run.stderr
