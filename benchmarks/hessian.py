"""How fast the exact ranks of Hessians of deep linear networks are, next to FLINT, floats, SymPy and the normal form.

Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/hessian.py``; a minute or two, in one process. The dense route is
block elimination modulo a random prime of 30 bits, and FLINT modulo one of 61 bits; FLINT is timed on the same matrix
without the conversion. The dense rank of 4000 parameters is extrapolated unless ``--all`` is given.
"""

import argparse
import os
import signal
import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from flint import nmod_mat
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from timing import exponent, median_seconds, paired_seconds

from eigenlaw.numerics import chain_rank
from eigenlaw.numerics.blocked_rank import blocked_rank
from eigenlaw.numerics.chain_rank import chain_ranks
from eigenlaw.numerics.ranks import missed_rank, random_prime, rank
from eigenlaw.verify.chain_hessians import functional_hessian, outer_hessian, outer_rank
from eigenlaw.verify.linear_chains import LinearNetwork, low_rank, random_network, rational_draw, residue_draw

Chain = tuple[tuple[int, ...], int, int]
CHAINS: tuple[Chain, ...] = (((10, 12, 14, 12, 6), 8, 6), ((16, 20, 22, 14), 16, 10), ((20, 24, 24, 20), 16, 10))
"""Widths, data rank and residual rank; 528, 1068 and 1536 parameters."""
LARGER: Chain = ((30, 40, 40, 30), 30, 20)
LARGEST: Chain = ((100, 60, 60, 40), 100, 40)
"""4000 and 12 000 parameters."""


@dataclass(frozen=True)
class Dense:
    """A generic Hessian modulo a prime, and what it was made of."""

    network: LinearNetwork
    sigma: Any
    outer: Any
    loss: Any
    prime: int

    @property
    def residues(self) -> NDArray[np.int64]:
        """H_L as integers."""
        return np.array([int(entry) for entry in self.loss.ravel()], dtype=np.int64).reshape(self.loss.shape)


def dense(chain: Chain, prime: int) -> Dense:
    """Return the Hessian of random weights, data and residuals in F_p."""
    widths, r, s = chain
    draw = residue_draw(np.random.default_rng(0), prime)
    network, span = random_network(widths, draw), draw((widths[0], r))
    sigma = span @ span.T
    outer = outer_hessian(network, sigma)
    loss = outer + functional_hessian(network, low_rank(widths[-1], r, s, draw) @ span.T)
    return Dense(network, sigma, outer, loss, prime)


def flint_matrix(matrix: NDArray[np.int64], prime: int) -> Any:
    return nmod_mat(*matrix.shape, matrix.ravel().tolist(), prime)


def structured(chain: Chain, bias: bool = False) -> int:
    """Return rk H_L by the normal form, computed anew."""
    for cached in (chain_rank._join, chain_rank._reach, chain_rank._reduce):
        cached.cache_clear()
    widths, r, s = chain
    return chain_ranks(widths, r, s, bias=bias).loss


def add_dense(table: Table, chain: Chain, repetitions: int) -> tuple[int, float]:
    """Add the rows on the dense Hessian of a chain; return its size and the time of its rank."""
    rng = np.random.default_rng(1)
    problem = dense(chain, random_prime(rng, 30))
    H, prime, expected = problem.residues, problem.prime, structured(chain)
    p, matrix = len(H), flint_matrix(problem.residues, problem.prime)
    if (blocked_rank(H, prime, rng), matrix.rank()) != (expected, expected):
        raise ArithmeticError(f"p={p}: expected rank {expected}, that of the normal form")
    floats = H.astype(float)
    ours, theirs, ratio = paired_seconds(lambda: blocked_rank(H, prime, rng), matrix.rank, repetitions)
    missed = float(missed_rank(expected, 2 * problem.network.layers, prime))
    table.add_row(f"p = {p}, rank {expected}, 30 bits", f"{ours:.2f} s", f"missed: chance < {missed:.0e}", "")
    table.add_row("  of FLINT's rank, without conversion", f"{theirs:.2f} s", f"{ratio:.2f}", "≤ 2.5")
    _, svd, ratio = paired_seconds(
        lambda: blocked_rank(H, prime, rng), lambda: np.linalg.matrix_rank(floats), repetitions
    )
    table.add_row("  numpy's matrix_rank, of ours", f"{svd:.2f} s", f"{1 / ratio:.2f}", "≥ 1" if p >= 1000 else "")
    form = median_seconds(partial(structured, chain), repetitions)
    table.add_row("  normal form", f"{1e3 * form:.1f} ms", f"{ours / form:.0f} × faster", "≥ 10" if p > 1500 else "")
    return p, ours


def add_long_prime(table: Table, chain: Chain, repetitions: int) -> None:
    """Add the rows on FLINT modulo a prime of 61 bits, and on the factored form of H_o."""
    problem = dense(chain, random_prime(np.random.default_rng(2)))
    H, prime = problem.residues, problem.prime
    matrix = flint_matrix(H, prime)
    for name, action, wanted in (
        ("from an array of integers", lambda: flint_matrix(H, prime).rank(), "≤ 2.5"),
        ("from FLINT's residues", lambda: rank(problem.loss), ""),
    ):
        ours, _, ratio = paired_seconds(action, matrix.rank, repetitions)
        table.add_row(f"p = {len(H)}, 61 bits, {name}", f"{ours:.2f} s", f"{ratio:.2f} of FLINT's rank", wanted)
    network, sigma = problem.network, problem.sigma
    if outer_rank(network, sigma) != rank(problem.outer):
        raise ArithmeticError("the ranks of H_o and of its factor differ")
    factored, _, ratio = paired_seconds(lambda: outer_rank(network, sigma), lambda: rank(problem.outer), repetitions)
    table.add_row("  rk H_o from its factor, built anew", f"{factored:.2f} s", f"{1 / ratio:.1f} × H_o given", "")
    built = median_seconds(lambda: rank(outer_hessian(network, sigma)), 1)
    table.add_row("  from H_o, built anew", f"{built:.2f} s", f"{built / factored:.1f}", "≥ 2")


def add_large(table: Table, sizes: list[int], seconds: list[float], measure: bool) -> None:
    """Add the rows on Hessians of 4000 and 12 000 parameters."""
    p = sum(above * below for below, above in zip(LARGER[0][:-1], LARGER[0][1:], strict=True))
    power = exponent(sizes, seconds)
    took, how = seconds[-1] * (p / sizes[-1]) ** power, f"extrapolated, power {power:.1f}"
    if measure:
        problem = dense(LARGER, random_prime(np.random.default_rng(3), 30))
        H, start = problem.residues, time.perf_counter()
        found = blocked_rank(H, problem.prime, np.random.default_rng(4))
        took, how = time.perf_counter() - start, "measured"
        if found != structured(LARGER):
            raise ArithmeticError(f"p={p}: rank {found}, by the normal form {structured(LARGER)}")
    form = median_seconds(partial(structured, LARGER), 5)
    table.add_row(f"p = {p}, dense", f"{took:.0f} s", how, "")
    table.add_row("  normal form", f"{1e3 * form:.1f} ms", f"{took / form:.0f} × faster", "≥ 100")
    for bias, name in ((False, "normal form"), (True, "normal form, biases")):
        form = median_seconds(partial(structured, LARGEST, bias), 5)
        table.add_row(f"p = 12 000, {name}", f"{1e3 * form:.1f} ms", "", "fraction of a second")


class _StoppedError(Exception):
    """The time is up."""


def _stop(*_: Any) -> None:
    raise _StoppedError


def add_sympy(table: Table, limit: int) -> None:
    """Add the rows on SymPy's Matrix.rank, on Hessians over Q that grow until it does not answer in time."""
    import sympy

    signal.signal(signal.SIGALRM, _stop)
    for width in range(2, 20):
        widths = (width, width, width, width)
        draw = rational_draw(np.random.default_rng(width))
        network = random_network(widths, draw)
        omega = low_rank(width, width, width - 1, draw)
        H = outer_hessian(network, np.eye(width, dtype=int).astype(object)) + functional_hessian(network, omega)
        matrix = sympy.Matrix(*H.shape, [sympy.Rational(int(entry.p), int(entry.q)) for entry in H.ravel()])
        exact = median_seconds(partial(rank, H), 1)
        start = time.perf_counter()
        signal.alarm(limit)
        try:
            found = matrix.rank()
        except _StoppedError:
            table.add_row(f"SymPy, p = {len(H)}", f"no answer in {limit} s", f"FLINT over Q {exact:.2f} s", "")
            return
        finally:
            signal.alarm(0)
        took = time.perf_counter() - start
        if found != rank(H):
            raise ArithmeticError(f"p={len(H)}: ranks {found} of SymPy and {rank(H)}")
        table.add_row(f"SymPy, p = {len(H)}", f"{took:.2f} s", f"FLINT over Q {1e3 * exact:.1f} ms", "")


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("hessian.py: expected one thread; run OPENBLAS_NUM_THREADS=1 python benchmarks/hessian.py")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--limit", type=int, default=10, help="Seconds that SymPy is given.")
    parser.add_argument("--all", action="store_true", help="Build the Hessian of 4000 parameters; some minutes.")
    given = parser.parse_args()
    table = Table("quantity", "measured", "ratio", "wanted", title="Ranks of Hessians, medians, one process")
    measured = [add_dense(table, chain, given.repetitions) for chain in CHAINS]
    add_long_prime(table, CHAINS[1], given.repetitions)
    sizes, seconds = zip(*measured, strict=True)
    add_large(table, list(sizes), list(seconds), given.all)
    add_sympy(table, given.limit)
    Console().print(table)


if __name__ == "__main__":
    main()
