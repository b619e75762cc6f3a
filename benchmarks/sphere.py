"""How fast the eigenvalues on the sphere are, next to mpmath.quad and to themselves, in one process.

Run with ``python benchmarks/sphere.py``; about a minute. Every figure is a median of several repetitions; nothing is
remembered from one repetition to the next but Gauss–Legendre nodes, and these are timed apart. ``mpmath.quad`` is timed
on a few eigenvalues, in the angle, each held against the certified ones, and extrapolated to all.
"""

import argparse
import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import mpmath
from flint import arb
from rich.console import Console
from rich.table import Table

from eigenlaw.numerics.continuation import AnalyticKernel, analytic_kernel
from eigenlaw.numerics.layers import layered_kernel
from eigenlaw.numerics.ntk import hyper_parameters
from eigenlaw.numerics.precision import bits_for, working
from eigenlaw.numerics.sphere import sphere_eigenvalues
from eigenlaw.numerics.sphere_quadrature import SphereIntegrals
from eigenlaw.theory.activations import activation


def median_seconds(action: Callable[[], Any], repetitions: int) -> float:
    times = []
    for _ in range(repetitions + 1):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def eigenvalues(name: str, order: int, digits: int, layers: int = 2, dimension: int = 2) -> Callable[[], Any]:
    phi = activation(name)
    variances = hyper_parameters(phi, digits=digits)
    return lambda: sphere_eigenvalues(phi, order, digits, variances, dimension=dimension, layers=layers)


def relu_kernel(layers: int) -> Callable[[Any], Any]:
    """Return Θ(ρ) for ReLU, γ_b = 0, σ_w² = 1, σ_b² = 1/2."""

    def kernel(rho: Any) -> Any:
        z = theta = rho
        for _ in range(layers - 1):
            angle = mpmath.pi - mpmath.acos(z)
            z = (mpmath.sqrt(1 - z * z) + z * angle) / (2 * mpmath.pi) + mpmath.mpf(1) / 2
            theta = theta * angle / (2 * mpmath.pi) + z
        return theta

    return kernel


def quad_seconds(layers: int, order: int, digits: int, samples: int) -> float:
    """Return the time of mpmath.quad for λ_0 … λ_order on S², from ``samples`` of them."""
    certified = eigenvalues("relu", order, digits, layers)().balls
    kernel, spent = relu_kernel(layers), 0.0
    chosen = [2 * round((2 * i + 1) * order / (4 * samples)) for i in range(samples)]
    with mpmath.workdps(digits):
        for k in chosen:
            start = time.perf_counter()
            value = quad_eigenvalue(kernel, k)
            spent += time.perf_counter() - start
            error = abs(value - mpmath.mpf(certified[k].mid()))
            if not error <= mpmath.mpf(10) ** (8 - digits):
                raise ArithmeticError(f"k={k}: mpmath.quad is off by {mpmath.nstr(error, 3)}; give it more panels")
    return spent / samples * (order + 1)


def quad_eigenvalue(kernel: Callable[[Any], Any], k: int) -> Any:
    """Return ½ ∫ Θ(cos a) P_k(cos a) sin a da, P_k from its recurrence."""

    def integrand(a: Any) -> Any:
        x = mpmath.cos(a)
        before, now = mpmath.mpf(1), x
        for j in range(1, k):
            before, now = now, ((2 * j + 1) * x * now - j * before) / (j + 1)
        return kernel(x) * (now if k else before) * mpmath.sin(a) / 2

    return mpmath.quad(integrand, mpmath.linspace(0, mpmath.pi, 2 + k // 25))


def rule_seconds(layers: int, order: int, digits: int, repetitions: int) -> tuple[float, float, float]:
    """Return the times of the certified quadrature, of its sums alone, and of its nodes."""
    phi = activation("relu")
    variances = hyper_parameters(phi, digits=digits)
    bits = bits_for(digits) + 64

    def kernel() -> AnalyticKernel:
        found = analytic_kernel(layered_kernel(phi, variances, layers))
        assert found is not None
        return found

    with working(bits):
        panels = SphereIntegrals(kernel(), order, 2).panels(-bits * math.log(2))
        assert panels is not None
        certified = median_seconds(lambda: SphereIntegrals(kernel(), order, 2).eigenvalues(), repetitions)
        sums = median_seconds(lambda: SphereIntegrals(kernel(), order, 2).over(panels), repetitions)
        count = panels[0].count
        nodes = median_seconds(
            lambda: [arb.legendre_p_root(count, i, True) for i in range((count + 1) // 2)], repetitions
        )
    return certified, sums, nodes


def exponent(seconds: list[float], sizes: list[int]) -> str:
    """Return the slope of log time over log size between the ends."""
    return f"{math.log(seconds[-1] / seconds[0]) / math.log(sizes[-1] / sizes[0]):.2f}"


def scaling(table: Table, repetitions: int) -> None:
    cases: list[tuple[str, list[int], Callable[[int], Callable[[], Any]]]] = [
        ("relu, 5 layers, in K", [100, 200, 400, 800], lambda n: eigenvalues("relu", n, 50, 5)),
        ("gaussian, in K", [100, 200, 400, 800], lambda n: eigenvalues("gaussian", n, 50)),
        ("tanh, in K", [10, 20, 40, 80], lambda n: eigenvalues("tanh", n, 50)),
        ("relu, K = 100, in depth", [3, 6, 12, 24], lambda n: eigenvalues("relu", 100, 50, n)),
        ("relu, 5 layers, K = 100, in digits", [50, 100, 200, 400], lambda n: eigenvalues("relu", 100, n, 5)),
        ("gaussian, K = 100, in digits", [50, 100, 200, 400], lambda n: eigenvalues("gaussian", 100, n)),
    ]
    for title, sizes, build in cases:
        seconds = [median_seconds(build(size), repetitions) for size in sizes]
        shown = ", ".join(f"{1e3 * s:.0f}" for s in seconds)
        table.add_row(title, f"{shown} ms at {', '.join(map(str, sizes))}", exponent(seconds, sizes), "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", type=int, default=50)
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    digits, repetitions = arguments.digits, arguments.repetitions
    table = Table("quantity", "measured", "ratio", "wanted", title="Eigenvalues on the sphere, medians, one process")
    for layers in (2, 5):
        own = median_seconds(eigenvalues("relu", 100, digits, layers), repetitions)
        table.add_row(f"relu, {layers} layers, S², K = 100, D = {digits}", f"{1e3 * own:.2f} ms", "", "")
        quad = quad_seconds(layers, 100, digits, 4)
        table.add_row("  mpmath.quad per eigenvalue", f"{quad:.1f} s, extrapolated", f"{quad / own:.0f}", "≥ 500")
    for layers in (2, 5, 20):
        certified, sums, nodes = rule_seconds(layers, 100, digits, repetitions)
        table.add_row(f"quadrature, relu, {layers} layers, certified", f"{1e3 * certified:.2f} ms", "", "")
        table.add_row("  without the proof of its error", f"{1e3 * sums:.2f} ms", f"{certified / sums:.2f}", "≤ 3")
        table.add_row("  nodes, where they are new", f"{1e3 * nodes:.2f} ms", "", "")
    for name, layers in (("gaussian", 2), ("gelu", 2), ("relu", 2), ("relu", 5)):
        few, many = (median_seconds(eigenvalues(name, n, digits, layers), repetitions) for n in (100, 1000))
        shown = f"{1e3 * few:.1f} ms and {1e3 * many:.0f} ms"
        table.add_row(f"{name}, {layers} layers: K = 100 and 1000", shown, f"{many / few:.0f}", "≤ 100")
    scaling(table, 1)
    Console().print(table)


if __name__ == "__main__":
    main()
