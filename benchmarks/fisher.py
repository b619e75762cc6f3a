"""How fast the dual Grams and the order parameters are, next to what they are made of and to other ways.

Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/fisher.py``; half a minute, in one process. ``mpmath.quad`` in two
dimensions is timed on some of its inner integrals and extrapolated to all nodes of the outer one, which are counted.
"""

import argparse
import math
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import count
from typing import Any

import mpmath
import numpy as np
from flint import arb
from rich.console import Console
from rich.table import Table
from timing import median_seconds, paired_seconds

from eigenlaw.numerics import tanh_family
from eigenlaw.numerics.correlation import Correlation
from eigenlaw.numerics.layers import dual_of
from eigenlaw.numerics.meanfield import OrderParameters, order_parameters
from eigenlaw.numerics.moments import grid_factors
from eigenlaw.numerics.precision import bits_for, working
from eigenlaw.numerics.tails import explicit_bound
from eigenlaw.theory.activations import Activation, activation
from eigenlaw.theory.wide_network import wide_network
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.wide_networks import Signals, WideParameters, propagate, sample_inputs, sample_network

GUARD_BITS = 32
SIGMA_W2, SIGMA_B2 = 3, Fraction(16, 25)
VARIANCE, CORRELATION = Fraction(9, 4), Fraction(3, 4)


def tanh_signals(width: int, samples: int, outputs: int, layers: int = 3) -> tuple[WideParameters, Signals, Any]:
    """Return a tanh network, its signals and its inputs."""
    rng = np.random.default_rng(0)
    widths = (width,) * layers + (outputs,)
    network = sample_network(widths, [float(SIGMA_W2)] * layers, [float(SIGMA_B2)] * layers, rng)
    inputs = sample_inputs(samples, width, rng)
    return network, propagate(network, np.tanh, inputs), inputs


def products(signals: Signals) -> None:
    """The matrix products that the Gram needs: of h and of δ with themselves, symmetric, in each layer."""
    for h, delta in zip(signals.h, signals.delta, strict=True):
        flat = delta.reshape(-1, delta.shape[2])
        flat @ flat.T
        h @ h.T


def needed_operations(signals: Signals) -> float:
    """Return the multiplications and additions of one half of those products."""
    total = 0.0
    for h, delta in zip(signals.h, signals.delta, strict=True):
        outputs, samples, width = delta.shape
        total += (outputs * samples) ** 2 * width + samples**2 * h.shape[1]
    return total


def by_jacobian(network: WideParameters, inputs: Any) -> Any:
    """Return the Gram from the gradients of every input by every parameter, one input at a time."""
    rows: list[Any] = []
    outputs = network.widths[-1]
    for k in range(outputs):
        for x in inputs:
            signals = propagate(network, np.tanh, x[None])
            parts = [
                part
                for h, delta in zip(signals.h, signals.delta, strict=True)
                for part in (np.outer(delta[k, 0], h[0]).ravel(), delta[k, 0])
            ]
            rows.append(np.concatenate(parts))
    jacobian = np.array(rows)
    return jacobian @ jacobian.T


def dgemm_rate(size: int) -> float:
    """Return the operations a second of a product of two square matrices."""
    a, b = np.random.default_rng(1).standard_normal((2, size, size))
    return 2 * size**3 / median_seconds(lambda: a @ b, 5)


def peak_bytes(action: Callable[[], Any]) -> int:
    """Return the most memory that an action holds at a time."""
    tracemalloc.start()
    action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def assembly(table: Table, width: int, samples: int, outputs: int, repetitions: int, rate: float) -> None:
    """Add the rows on the Gram of one size."""
    network, signals, _ = tanh_signals(width, samples, outputs)
    ours, theirs, ratio = paired_seconds(lambda: gradient_gram(signals), lambda: products(signals), repetitions)
    label = f"dual Gram, M = {width}, T = {samples}, C = {outputs}"
    table.add_row(label, f"{1e3 * ours:.1f} ms", "", "")
    table.add_row("  its matrix products", f"{1e3 * theirs:.1f} ms", f"{ratio:.2f}", "≤ 1.5")
    share = needed_operations(signals) / ours / rate
    table.add_row("  rate, of dgemm's", f"{rate / 1e9:.0f} Gflop/s", f"{share:.2f}", "")
    parameters = sum(weight.size for weight in network.weights) + sum(bias.size for bias in network.biases)
    jacobian = 8 * parameters * outputs * samples
    peak = peak_bytes(lambda: gradient_gram(signals))
    table.add_row("  peak memory, of a Jacobian's", f"{peak / 2**20:.1f} MiB", f"{peak / jacobian:.1e}", "")
    grams = 8 * (outputs * samples) ** 2
    table.add_row("  peak memory, in CT × CT Grams", "", f"{peak / grams:.1f}", "")


def against_jacobian(table: Table, width: int, samples: int, outputs: int) -> None:
    """Add the row on the Jacobian, held against the Gram."""
    network, signals, inputs = tanh_signals(width, samples, outputs)
    if not np.allclose(by_jacobian(network, inputs), gradient_gram(signals), rtol=1e-10):
        raise ArithmeticError("the Jacobian's Gram and the dual Gram differ")
    ours, theirs = (
        median_seconds(lambda: gradient_gram(signals), 9),
        median_seconds(lambda: by_jacobian(network, inputs), 3),
    )
    label = f"per-sample Jacobian, M = {width}, T = {samples}, C = {outputs}"
    table.add_row(label, f"{1e3 * theirs:.0f} ms, Gram {1e3 * ours:.2f} ms", f"{theirs / ours:.0f}", "≥ 100")


def quad_seconds(digits: int, timed: int) -> float:
    """Return the time of mpmath.quad for E tanh(U)tanh(V) in two dimensions, extrapolated from some inner integrals."""
    with mpmath.workdps(digits):
        scale, rho = mpmath.mpf(3) / 2, mpmath.mpf(3) / 4
        root = mpmath.sqrt(1 - rho**2)
        ends = [-16, 0, 16]
        nodes: list[Any] = []

        def outer(x: Any) -> Any:
            nodes.append(x)
            return mpmath.tanh(scale * x) ** 2 * mpmath.npdf(x)

        def inner(x: Any) -> Any:
            def integrand(y: Any) -> Any:
                return mpmath.tanh(scale * (rho * x + root * y)) * mpmath.npdf(y)

            return mpmath.quad(integrand, ends) * mpmath.tanh(scale * x) * mpmath.npdf(x)

        mpmath.quad(outer, ends)  # the nodes of the outer rule
        chosen = nodes[:: max(1, len(nodes) // timed)]
        start = time.perf_counter()
        for x in chosen:
            inner(x)
        return (time.perf_counter() - start) / len(chosen) * len(nodes)


def integral_seconds(digits: int, repetitions: int) -> float:
    """Return the time of E φ(U)φ(V) and E φ'(U)φ'(V) for tanh, at another variance each time."""
    phi, variances = activation("tanh"), (VARIANCE + Fraction(i, 1000) for i in count())

    def once() -> None:
        with working(bits_for(digits) + GUARD_BITS):
            variance = next(variances)
            pair = dual_of(phi, variance).pair(Correlation(CORRELATION))
            if min(ball.rel_accuracy_bits() for ball in pair) < bits_for(digits):
                raise ArithmeticError(f"digits={digits}: not reached")

    return median_seconds(once, repetitions)


def chain(name: str, layers: int, digits: int) -> OrderParameters:
    """Return the order parameters, certified."""
    found = order_parameters(wide_network(name, layers, SIGMA_W2, SIGMA_B2), digits)
    if not (found.certified and found.reached):
        raise ArithmeticError(f"activation={name}: expected {digits} certified digits")
    return found


def left_out(phi: Activation, order: int, variance: Fraction) -> Any:
    """Return a bound of Σ_{k > order} k μ_k²."""
    bound = explicit_bound(phi, order, 64, variance)
    return arb("inf") if bound is None else bound.slope_tail(order)


def product_seconds(digits: int, found: OrderParameters, repetitions: int) -> tuple[float, int]:
    """Return the time of one ball-matrix product, that of a sweep at the fixed point, and the order of this sweep."""
    bits, last, phi = bits_for(digits) + GUARD_BITS, max(found.q_hat), activation("tanh")
    q, q_st = (SIGMA_W2 * float(ball) + float(SIGMA_B2) for ball in (found.q_hat[last], found.q_hat_st[last]))
    order = 64
    while left_out(phi, order, Fraction(q)) * (q_st / q) ** order > 2.0**-bits:
        order += 8
    with working(bits):
        plan = tanh_family.plan_trapezoid(math.sqrt(q), order, tanh_family.rule_bits(order))
        left, right = grid_factors(tanh_family.grid_weights(plan, arb(q).sqrt(), order), (order + 1) // 2)
        return median_seconds(lambda: left * right, repetitions), order


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("fisher.py: expected one thread; run OPENBLAS_NUM_THREADS=1 python benchmarks/fisher.py")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", type=int, default=50)
    parser.add_argument("--layers", type=int, default=50)
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--inner", type=int, default=12, help="Inner integrals of mpmath.quad that are timed.")
    given = parser.parse_args()
    digits, layers, repetitions = given.digits, given.layers, given.repetitions
    table = Table("quantity", "measured", "ratio", "wanted", title="Fisher information, medians, one process")
    rate = dgemm_rate(1500)
    for outputs in (1, 2, 5):
        assembly(table, 1000, 400, outputs, repetitions, rate)
    for outputs in (1, 5):
        against_jacobian(table, 200, 30, outputs)
    quad = quad_seconds(digits, given.inner)
    ours = integral_seconds(digits, repetitions)
    table.add_row(f"tanh, both expectations of (16), (19), D = {digits}", f"{1e3 * ours:.1f} ms", "", "")
    table.add_row("  mpmath.quad, one, in two dimensions", f"{quad:.0f} s, extrapolated", f"{quad / ours:.0f}", "≥ 500")
    for name, wanted in (("relu", ""), ("tanh", "≥ 46 digits")):
        seconds = median_seconds(partial(chain, name, layers, digits), 3)
        table.add_row(f"{name}, {layers} layers, D = {digits}", f"{seconds:.2f} s", "", wanted)
    product, order = product_seconds(digits, chain("tanh", layers, digits), repetitions)
    each = seconds / (layers - 1)
    table.add_row("  a layer", f"{1e3 * each:.1f} ms", "", "")
    table.add_row(f"  its ball-matrix product, order {order}", f"{1e3 * product:.1f} ms", f"{each / product:.1f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
