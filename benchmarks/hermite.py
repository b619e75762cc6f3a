"""How fast the Hermite coefficients are, next to what they are made of and to other ways, in one process.

Run with ``python benchmarks/hermite.py``; about a minute. Every figure is a median of several repetitions, with
the tables of 1/√(k!) and of integer powers warm, but for
``mpmath.quad`` per coefficient, which is timed on a few coefficients and extrapolated to all that do not vanish.
"""

import argparse
import time
from fractions import Fraction
from typing import Any

import mpmath
from flint import arb
from rich.console import Console
from rich.table import Table
from timing import median_seconds, paired_seconds

from eigenlaw.numerics import tanh_family
from eigenlaw.numerics.hermite import hermite_balls, hermite_sweep
from eigenlaw.numerics.moments import grid_factors
from eigenlaw.numerics.precision import bits_for, working
from eigenlaw.theory.activations import activation

CLOSED = ("relu", "erf", "gelu", "gaussian(2)", "sin", "exp", "elu", "selu", "hard_tanh", "abs", "heaviside")


def quad_seconds(order: int, digits: int, samples: int) -> float:
    """Return the time of mpmath.quad for all odd k ≤ order, from ``samples`` of them, each held against the sweep."""
    certified = hermite_balls(activation("tanh"), order, digits).balls
    odd = list(range(1, order + 1, 2))
    chosen = [odd[(2 * i + 1) * len(odd) // (2 * samples)] for i in range(samples)]  # midpoints: the cost grows with k
    spent = 0.0
    with mpmath.workdps(digits):
        for k in chosen:
            start = time.perf_counter()
            value = quad_coefficient(k)
            spent += time.perf_counter() - start
            error = abs(value - mpmath.mpf(certified[k].mid()))
            if not error <= mpmath.mpf(10) ** (8 - digits):
                raise ArithmeticError(f"k={k}: mpmath.quad is off by {mpmath.nstr(error, 3)}; give it more panels")
    return spent / samples * len(odd)


def quad_coefficient(k: int) -> Any:
    """Return E tanh(Z) h_k(Z) by mpmath.quad with h_k from its recurrence."""

    def integrand(x: Any) -> Any:
        before, now = mpmath.mpf(0), mpmath.mpf(1)
        for j in range(k):
            before, now = now, (x * now - roots[j] * before) / roots[j + 1]
        return mpmath.tanh(x) * now * mpmath.exp(-x * x / 2)

    roots = [mpmath.sqrt(j) for j in range(k + 1)]
    end = 2 * mpmath.sqrt(k) + 16
    return 2 * mpmath.quad(integrand, mpmath.linspace(0, end, 3 + k // 100)) / mpmath.sqrt(2 * mpmath.pi)


def sweep_and_product(order: int, digits: int, repetitions: int) -> tuple[float, float, float]:
    """Return the times of the sweep for tanh and of the one ball-matrix product inside it, and their ratio."""
    bits = bits_for(digits) + 20 + order.bit_length()
    with working(bits):
        plan = tanh_family.plan_trapezoid(1.0, order, tanh_family.rule_bits(order))
        left, right = grid_factors(tanh_family.grid_weights(plan, arb(1), order), (order + 1) // 2)
        phi = activation("tanh")
        return paired_seconds(lambda: hermite_balls(phi, order, digits), lambda: left * right, repetitions)


def rule_seconds(order: int, digits: int, most_poles: int | None, repetitions: int) -> tuple[float, int]:
    """Return the time of a tanh sweep with at most so many poles corrected, and its number of nodes."""
    with working(bits_for(digits) + 20 + order.bit_length()):
        plan = tanh_family.plan_trapezoid(1.0, order, tanh_family.rule_bits(order), most_poles)
        seconds = median_seconds(lambda: tanh_family.odd_coefficients(order, arb(1), plan), repetitions)
    return seconds, plan.count + plan.poles


def closed_form_ratio(name: str, order: int, digits: int, repetitions: int) -> float:
    """Return the time of a closed-form sweep over that of ``order`` ball multiplications in a Python loop."""
    phi, bits = activation(name), bits_for(digits) + 20 + order.bit_length()
    with working(bits):
        factors, b = [arb(k + 2).sqrt() for k in range(order)], arb(3).sqrt()

        def loop() -> None:
            for a in factors:
                a * b

        return paired_seconds(lambda: hermite_sweep(phi, order, bits, Fraction(1)), loop, repetitions)[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--digits", type=int, default=50)
    parser.add_argument("--repetitions", type=int, default=9)
    arguments = parser.parse_args()
    digits, repetitions = arguments.digits, arguments.repetitions
    table = Table("quantity", "measured", "ratio", "wanted", title="Hermite coefficients, medians, one process")
    for order in arguments.orders:
        sweep, product, ratio = sweep_and_product(order, digits, repetitions)
        table.add_row(f"tanh, N = {order}, D = {digits}", f"{1e3 * sweep:.2f} ms", "", "")
        quad = quad_seconds(order, digits, 4 if order <= 100 else 2)
        wanted = "≥ 5000" if order <= 100 else "≥ 2000"
        table.add_row("  mpmath.quad per coefficient", f"{quad:.1f} s, extrapolated", f"{quad / sweep:.0f}", wanted)
        goal = "≤ 2.5" if order >= 1000 else ""
        table.add_row("  its ball-matrix product", f"{1e3 * product:.2f} ms", f"{ratio:.2f}", goal)
    largest = max(arguments.orders)
    corrected, few = rule_seconds(largest, 200, None, 3)
    plain, many = rule_seconds(largest, 200, 0, 1)
    table.add_row(f"residues, N = {largest}, D = 200", f"{1e3 * corrected:.1f} ms, {few} nodes", "", "")
    table.add_row("  plain trapezoidal rule", f"{1e3 * plain:.1f} ms, {many} nodes", f"{plain / corrected:.1f}", "≥ 4")
    table.add_row(f"closed forms, N = {largest}, D = {digits}", "", "", "")
    for name in CLOSED:
        ratio = closed_form_ratio(name, largest, digits, repetitions)
        table.add_row(f"  {name}", "over N multiplications", f"{ratio:.1f}", "≤ 10")
    slow = median_seconds(lambda: hermite_balls(activation("tanh"), largest, 1000), 1)
    table.add_row(f"tanh, N = {largest}, D = 1000", f"{slow:.2f} s", "", "< 60 s")
    Console().print(table)


if __name__ == "__main__":
    main()
