"""Diagonal blocks of the Fisher information matrix at every width, over the rationals: (24) and the text after it."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq

from eigenlaw.theory import fisher
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, summation, symbols, undefined
from eigenlaw.verify.papers.karakida.exact_networks import NO_KINK, at, exact_cases, signals_of
from eigenlaw.verify.papers.karakida.gram_limit import dual_metric, metric
from eigenlaw.verify.papers.karakida.likelihood import NAMES, exact, gradients
from eigenlaw.verify.spectra import largest_eigenvalue

BITS = 100


def _all(instance: Instance) -> range:
    return range(1, len(instance["widths"]))


def largest(matrix: Any) -> Any:
    """λ_max, exact for one row, else a ball."""
    return rational(matrix[0][0]) if len(matrix) == 1 else largest_eigenvalue(matrix, BITS)


def block_diagonal(instance: Instance) -> Any:
    """F with everything but its diagonal blocks left out, of shape (P, P), from derivatives along each parameter."""
    found = metric(instance, _all(instance)).copy()
    sizes = [(below + 1) * above for below, above in zip(instance["widths"], instance["widths"][1:], strict=False)]
    start = 0
    for size in sizes:
        found[start : start + size, :start] = Fraction(0)
        found[start : start + size, start + size :] = Fraction(0)
        start += size
    return found


def _trace(matrix: Any) -> Any:
    return rational(sum(matrix[i, i] for i in range(len(matrix))))


def _block_mean(instance: Instance, _: Rng) -> Sequence[Any]:
    matrix = block_diagonal(instance)
    return [_trace(matrix) / len(matrix)]


def _whole_mean() -> Any:
    outputs, samples, size, i, k, t = symbols("C T P i k t")
    norm = summation(undefined("g")(k, t, i) ** 2, (i, 1, size))
    return summation(summation(norm, (t, 1, samples)), (k, 1, outputs)) / (samples * size)


def _from_gradients(instance: Instance, value: Evaluate) -> Sequence[Any]:
    g = gradients(signals_of(instance))
    return [value(C=g.shape[0], T=g.shape[1], P=g.shape[2], g=at(g))]


def _block_largest(instance: Instance, _: Rng) -> Sequence[Any]:
    return [largest(block_diagonal(instance))]


def _whole_largest(instance: Instance, _: Rng) -> Sequence[Any]:
    return [largest(dual_metric(instance, _all(instance)))]


def _eigenvalue(instance: Instance) -> Callable[[int], Any]:
    """λ^l from the dual of the block; 0 above the last layer."""

    def at(layer: int) -> Any:
        if not 1 <= layer <= 4:
            raise IndexError(f"l={layer}: expected from 1 to 4")
        return largest(dual_metric(instance, [layer])) if layer in _all(instance) else fmpq(0)

    return at


def _maximum() -> Any:
    import sympy

    block = undefined("lambda")
    return sympy.Max(*(block(layer) for layer in range(1, 5)))


def _of_blocks(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(L=len(_all(instance)), **{"lambda": _eigenvalue(instance)})]


def _several(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Networks with two or three inputs, two of each kind."""
    found = [{**i, "samples": max(2, i["samples"])} for i in exact_cases(NAMES, {})(budget, rng)]
    return [{**i, "draw": i["draw"] + more} for more in (0, 1000) for i in found]


def _is_spread(instance: Instance) -> bool:
    traces = [_trace(dual_metric(instance, [layer])) for layer in _all(instance)]
    return all(trace > 0 for trace in traces)


SPREAD = Hypothesis(r"T\ge2,\ F^{ll}\ne0", _is_spread)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:block-diagonal.1",
        "printed",
        "after (24)",
        r"m_\lambda(\mathrm{diag}(F^{11},\dots,F^{LL}))",
        Formula(_whole_mean),
        exact(_from_gradients, _block_mean),
        (NO_KINK,),
    ),
    Claim(
        "karakida:block-diagonal.2",
        "printed",
        "after (24)",
        r"\lambda_{\max}(\mathrm{diag}(F^{11},\dots,F^{LL}))",
        Formula(_maximum),
        exact(_of_blocks, _block_largest),
        (NO_KINK,),
        note="λ^l = 0 above the last layer.",
    ),
    Claim(
        "karakida:eq-24.2",
        "new",
        "(24) at every width",
        r"\lambda_{\max}(F)",
        Formula(fisher.sum_of_blocks, derived=True),
        Value(_several, _of_blocks, _whole_largest, "<="),
        (NO_KINK, SPREAD),
        note="F* is the sum of the duals of its blocks, so that Weyl's inequality bounds λ_max for every network.",
    ),
)
