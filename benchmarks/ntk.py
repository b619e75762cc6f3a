"""How fast the coefficients of deep kernels are, next to what they are made of and to other ways, in one process.

Run with ``python benchmarks/ntk.py``; some minutes. The yardsticks work at the precision that the digits ask for and on
series as dense as the kernel's; a ratio above what a layer needs also counts the guard bits and any second attempt.
"""

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath
import numpy as np
from flint import arb, arb_series
from rich.console import Console
from rich.table import Table
from timing import exponent, median_seconds, paired_seconds

from eigenlaw.numerics.correlation import series_terms
from eigenlaw.numerics.float_ntk import float_coefficients
from eigenlaw.numerics.ntk import ntk_coefficients
from eigenlaw.numerics.precision import bits_for, working
from eigenlaw.numerics.variances import hyper_parameters
from eigenlaw.theory.activations import activation

GUARD_BITS = 32
SMALLEST = 1e-290


def certified(name: str, layers: int, order: int, digits: int) -> list[Any]:
    """Return κ_0 … κ_order, certified."""
    phi = activation(name)
    found = ntk_coefficients(phi, order, digits, hyper_parameters(phi, digits=digits), layers)
    if not (found.certified and found.reached):
        raise ArithmeticError(f"activation={name}: expected {digits} certified digits")
    return found.balls


def correlation(order: int) -> Any:
    """Return a dense power series z with positive coefficients, z(1) < 1."""
    return arb_series([arb(1) / (2 * (p + 1) ** 2) for p in range(order + 1)])


def primitives(layers: int, order: int, digits: int) -> None:
    """One arcsine, one square root and three products a layer."""
    with working(bits_for(digits) + GUARD_BITS), series_terms(order + 1):
        z = correlation(order)
        for _ in range(layers - 1):
            z.asin()
            (1 - z).sqrt()
            z * z, z * z, z * z


def compositions(layers: int, order: int, digits: int) -> None:
    """One composition a layer."""
    with working(bits_for(digits) + GUARD_BITS), series_terms(order + 1):
        outer = correlation(order)
        inner = outer - outer[0]
        for _ in range(layers - 1):
            outer(inner)


def product(a: list[Any], b: list[Any]) -> list[Any]:
    return [mpmath.fdot(a[: p + 1], reversed(b[: p + 1])) for p in range(len(a))]


def on_lists(layers: int, order: int, digits: int) -> list[Any]:
    """Return the coefficients for ReLU by the same recursion on lists of mpmath numbers.

    u = 1/√(1−z²) solves (1−z²)u' = z z' u; then arcsin z = arcsin z_0 + ∫ z' u and √(1−z²) = (1−z²) u.
    """
    with mpmath.workdps(digits + 10):
        zero, half = mpmath.mpf(0), mpmath.mpf(1) / 2
        z = [zero, mpmath.mpf(1)] + [zero] * (order - 1)
        theta = list(z)
        for _ in range(layers - 1):
            square = product(z, z)
            slope = [(p + 1) * c for p, c in enumerate(z[1:])] + [zero]
            mixed = product(z, slope)
            u = [1 / mpmath.sqrt(1 - square[0])]
            for n in range(1, order + 1):
                total = mpmath.fdot(mixed[:n], reversed(u))
                total += mpmath.fsum(square[n - j] * j * u[j] for j in range(1, n))
                u.append(total / (n * (1 - square[0])))
            rate = product(slope, u)
            angle = [mpmath.pi / 2 + mpmath.asin(z[0])] + [c / (p + 1) for p, c in enumerate(rate[:-1])]
            root = [a - b for a, b in zip(u, product(square, u), strict=True)]
            value = [(a + b) / (2 * mpmath.pi) for a, b in zip(root, product(z, angle), strict=True)]
            covariance = [value[0] + half, *value[1:]]
            gated = [c / (2 * mpmath.pi) for c in product(theta, angle)]
            theta, z = [a + b for a, b in zip(gated, covariance, strict=True)], covariance
        return theta


def checked_lists(layers: int, order: int, digits: int) -> None:
    """Hold the list route against the certified coefficients, so that the two are known to compute the same."""
    exact = certified("relu", layers, order, digits)
    found = on_lists(layers, order, digits)
    with mpmath.workdps(digits + 10):
        for p, value in enumerate(found):
            if abs(value - mpmath.mpf(exact[p].mid())) > mpmath.mpf(10) ** (-digits) * max(1, abs(value)):
                raise ArithmeticError(f"p={p}: the two routes differ")


def float_error(name: str, layers: int, order: int) -> float:
    """Return the largest relative error of the float64 coefficients that are far above the smallest float."""
    phi = activation(name)
    exact = np.array([float(ball.mid()) for ball in certified(name, layers, order, 20)])
    found = float_coefficients(phi, order, hyper_parameters(phi, digits=20), layers)
    normal = exact > SMALLEST
    return float(np.max(np.abs(found[normal] / exact[normal] - 1)))


def scaling(action: Callable[[int], Any], sizes: list[int]) -> str:
    """Return the exponent of the time in a size."""
    return f"{exponent(sizes, [median_seconds(partial(action, size), 3) for size in sizes]):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, nargs="+", default=[500, 2000])
    parser.add_argument("--layers", type=int, default=10)
    parser.add_argument("--digits", type=int, default=50)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--list-order", type=int, default=200)
    given = parser.parse_args()
    layers, digits, repetitions = given.layers, given.digits, given.repetitions
    table = Table("quantity", "measured", "ratio", "wanted", title="Deep kernels, medians, one process")
    for order in given.orders:
        for name, yardstick, says, wanted in (
            ("relu", primitives, "its series primitives", "≤ 1.5"),
            ("tanh", compositions, "one composition a layer", "≤ 1.3"),
        ):
            ours, theirs, ratio = paired_seconds(
                partial(certified, name, layers, order, digits), partial(yardstick, layers, order, digits), repetitions
            )
            table.add_row(f"{name}, {layers} layers, P = {order}, D = {digits}", f"{1e3 * ours:.1f} ms", "", "")
            table.add_row(f"  {says}", f"{1e3 * theirs:.1f} ms", f"{ratio:.2f}", wanted)
    few = given.list_order
    checked_lists(layers, few, digits)
    ours, theirs, ratio = paired_seconds(
        partial(on_lists, layers, few, digits), partial(certified, "relu", layers, few, digits), 1
    )
    table.add_row(f"relu on mpmath lists, P = {few}", f"{1e3 * ours:.0f} ms", f"{ratio:.0f}", "≥ 10")
    largest = max(given.orders)
    for name in ("relu", "erf"):
        phi = activation(name)
        floats = partial(float_coefficients, phi, largest, hyper_parameters(phi, digits=20), layers)
        seconds, error = median_seconds(floats, 3), float_error(name, layers, largest)
        label = f"{name} in float64, P = {largest}, above {SMALLEST}"
        table.add_row(label, f"{1e3 * seconds:.0f} ms", f"{error:.1e}", "error ≤ 1e-12")
    relu = partial(certified, "relu")
    table.add_row("exponent in P", scaling(lambda p: relu(layers, p, digits), [250, 500, 1000, 2000]), "", "")
    table.add_row("exponent in depth", scaling(lambda n: relu(n, 500, digits), [3, 6, 12, 24]), "", "")
    table.add_row("exponent in digits", scaling(lambda d: relu(layers, 500, d), [50, 200, 800]), "", "")
    Console().print(table)


if __name__ == "__main__":
    main()
