"""The Fisher information matrix as the number of inputs grows with the width, and the orders of its eigenvalues."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from eigenlaw.theory import fisher
from eigenlaw.verify.claim import Budget, Claim, Envelope, Hypothesis, Instance, Rng
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.linear_networks import LinearNetworks
from eigenlaw.verify.papers.karakida.ensembles import (
    NON_CENTRED,
    SETTINGS,
    dual,
    extrapolated,
    parameters_of,
    single,
)
from eigenlaw.verify.papers.karakida.mean_subtraction import networks_at, orders
from eigenlaw.verify.papers.karakida.spectrum import largest, scaled_mean, with_distance
from eigenlaw.verify.wide_networks import Signals

NARROW = (8, 16, 32, 64)


def growing(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    """Every setting with T = M, M/2 or 2M, at two, three and five layers, one or two outputs."""
    shapes = ((3, 1, "M"), (2, 2, "1/2M"), (3, 1, "2M"), (5, 1, "M"))
    return [single(*SETTINGS[n % len(SETTINGS)], *shapes[n % len(shapes)]) for n in range(20)]


def _mean() -> Any:
    outputs, width, own = symbols("C M kappa_1")
    return own * outputs / width


def _second_moment() -> Any:
    alpha, outputs, overlap = symbols("alpha C kappa_2")
    return alpha * overlap**2 * outputs


def _largest() -> Any:
    alpha, width, overlap = symbols("alpha M kappa_2")
    return alpha * overlap * width


def _squares(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    return [float(np.sum(dual(instance, width, signals) ** 2)) / parameters_of(instance, width)]


# Orders, exactly, on linear networks: α = 1, κ_1 = 2v + b, κ_2 = b


def _cases(samples: Sequence[str], variances: Sequence[tuple[str, str]]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        return [
            {"activation": "linear", "sigma_w2": v, "sigma_b2": b, "outputs": outputs, "samples": each}
            for each in samples
            for outputs in (1, 3)
            for v, b in variances
        ]

    return instances


BIASED = (("1", "1/10"), ("2", "1/2"), ("1/2", "1"))
UNBIASED = (("1", "0"), ("2", "0"), ("1/2", "0"))


def _at(instance: Instance, widths: Sequence[int], statistic: Callable[[LinearNetworks], Any]) -> Sequence[Any]:
    return [rational(statistic(networks_at(instance, width))) for width in widths]


def _mean_square(n: LinearNetworks) -> Any:
    return n.square() / (n.samples**2 * n.parameters)


def _variances(instance: Instance, widths: Sequence[int]) -> Sequence[Any]:
    """E(s − m²)."""
    return _at(instance, widths, lambda n: _mean_square(n) - n.trace_squared() / (n.samples * n.parameters) ** 2)


def _second_moments(instance: Instance, widths: Sequence[int]) -> Sequence[Any]:
    return _at(instance, widths, _mean_square)


def _rayleigh_quotients(instance: Instance, widths: Sequence[int]) -> Sequence[Any]:
    """E Σ_k ν_kᵀ F* ν_k/C, at most E λ_max; without the mean gradients only the centred trace is left."""
    return _at(instance, widths, lambda n: (n.trace() - n.centred_trace()) / (n.samples * n.outputs))


def _order_symbols() -> tuple[Any, ...]:
    return symbols("M T C v b")


def _constant(instance: Instance) -> Envelope:
    _, samples, outputs, v, b = _order_symbols()
    if instance["samples"] == "M":
        return Envelope(Formula(lambda: outputs * b**2, derived=True), "~")
    return Envelope(Formula(lambda: outputs * ((samples - 1) * b**2 + (2 * v + b) ** 2) / samples, derived=True), "~")


def _linear_growth(instance: Instance) -> Envelope:
    width, samples, _, v, b = _order_symbols()
    if instance["samples"] == "M":
        return Envelope(Formula(lambda: b * width, derived=True), "~")
    return Envelope(Formula(lambda: (b + 2 * v / samples) * width, derived=True), "~")


def _centred(_: Instance) -> Envelope:
    width, _samples, outputs, v, _b = _order_symbols()
    return Envelope(Formula(lambda: 9 * outputs * v**2 / width, derived=True), "~")


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _own_only() -> Any:
    """Theorem 3.1 with κ_2 = 0, κ_1 = 2v, α = 1 at T = M."""
    outputs, width, v = symbols("C M v")
    return ((2 * v) ** 2 / width) * outputs


def _centred_formula() -> Any:
    import sympy

    samples, width = sympy.symbols("T M")
    return fisher.centred_second_moment().subs(samples, width)


CENTRED = Hypothesis(r"\sigma_b=0", lambda i: i["sigma_b2"] == "0")
_EXACTLY = "Exact means over linear networks with one hidden layer, for fixed T and for T = M."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-3.1-large-t.1",
        "printed",
        "Appendix A, T ~ M",
        r"\lim M m_\lambda,\ M=1",
        Formula(_mean),
        extrapolated(growing, scaled_mean, draws=40, widths=NARROW),
    ),
    Claim(
        "karakida:thm-3.1-large-t.2",
        "printed",
        "Appendix A, T ~ M",
        r"\lim s_\lambda",
        Formula(_second_moment),
        extrapolated(growing, _squares, draws=90, widths=NARROW),
        (NON_CENTRED,),
    ),
    Claim(
        "karakida:thm-3.1-large-t.3",
        "printed",
        "Appendix A, T ~ M",
        r"\lim\lambda_{\max}/M,\ M=1",
        Formula(_largest),
        extrapolated(growing, largest, with_distance, draws=40, widths=NARROW),
        (NON_CENTRED,),
        note="λ_max between a Rayleigh quotient and that plus the root of a squared distance that tends to 0.",
    ),
    Claim(
        "karakida:thm-3.1-large-t.4",
        "printed",
        "Theorem 3.1 for any T, at T = M without κ_2 > 0: linear, σ_b = 0",
        r"E s_\lambda",
        Formula(_own_only),
        orders(_cases(("M",), UNBIASED), _second_moments, _centred, "~"),
        (CENTRED,),
        activations=1,
        note="The theorem asks for κ_2 > 0; where κ_2 = 0 the overlaps that it drops are as large as what it keeps.",
    ),
    Claim(
        "karakida:thm-3.1-large-t.4",
        "corrected",
        "Theorem 3.1 at T = M, linear, σ_b = 0",
        r"E s_\lambda",
        Formula(_centred_formula, derived=True),
        orders(_cases(("M",), UNBIASED), _second_moments, _centred, "~"),
        (CENTRED,),
        activations=1,
    ),
    Claim(
        "karakida:thm-3.1-variance.1",
        "printed",
        "after Theorem 3.1",
        r"E(s_\lambda-m_\lambda^2)",
        Formula(_one),
        orders(_cases(("1", "2", "5", "M"), BIASED), _variances, _constant),
        activations=1,
        note=_EXACTLY,
    ),
    Claim(
        "karakida:thm-3.1-variance.3",
        "new",
        "after Theorem 3.1: no smaller order",
        r"E(s_\lambda-m_\lambda^2)",
        Formula(_one, derived=True),
        orders(_cases(("1", "2", "5", "M"), BIASED), _variances, _constant, "Theta"),
        activations=1,
        note=_EXACTLY,
    ),
    Claim(
        "karakida:thm-3.1-variance.4",
        "printed",
        "after Theorem 3.1: the largest eigenvalue is of the order of M",
        r"E\,\overline{\nu_k^\top F^*\nu_k}\le E\lambda_{\max}",
        Formula(lambda: symbols("M")[0]),
        orders(_cases(("1", "2", "5", "M"), BIASED), _rayleigh_quotients, _linear_growth, "Theta"),
        activations=1,
        note=_EXACTLY,
    ),
)
