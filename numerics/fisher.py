"""The statistics of the Fisher information matrix and its relatives to many digits, and the κ that they consist of.

The laws are those of ``theory.metrics``; here they are computed in balls from ``meanfield``'s order parameters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from flint import arb, fmpq

from eigenlaw.numerics.correlation import exact
from eigenlaw.numerics.meanfield import OrderParameters, order_parameters
from eigenlaw.numerics.precision import BITS_PER_DIGIT, bits_for, until_accurate
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.fisher import kappa, kappa_prime, kappa_tilde
from eigenlaw.theory.metrics import FORMS, Form, Setting, metric_grams
from eigenlaw.theory.wide_network import WideNetwork

STATISTICS = ("mean", "second_moment", "lambda_max", "multiplicity")
_GUARD_BITS = 32

Index = tuple[str, str, Form]


@dataclass(frozen=True)
class FisherStatistics:
    """The statistics of every matrix.

    Attributes:
        balls: by (matrix, statistic, form).
        certified: whether every radius is a proof.
        reached: whether every ball has the digits that were asked for.
    """

    balls: Mapping[Index, Any]
    certified: bool
    reached: bool


@dataclass(frozen=True)
class Kappas:
    """The order parameters, and κ_1, κ_2, κ_1', κ_2', κ̃_1, κ̃_2 of Theorems 3.1, 4.1 and 5.1.

    Attributes:
        values: balls by ("q_hat", l), ("q_hat_st", l), l = 0 … L − 1, ("q_tilde", l), ("q_tilde_st", l), l = 1 … L, and
            by "kappa_1", "kappa_2", "kappa_1_prime", "kappa_2_prime", "kappa_1_tilde", "kappa_2_tilde".
        certified: whether every radius is a proof.
        reached: whether every ball has the digits that were asked for.
    """

    values: Mapping[tuple[str, int] | str, Any]
    certified: bool
    reached: bool


def fisher_statistics(network: WideNetwork, width: int, outputs: int, samples: int, digits: int) -> FisherStatistics:
    """Return mean, second moment, largest eigenvalue and its multiplicity for F, its blocks, F̄, Θ, A_k, A and blocks.

    The form ``asymptotic`` is the leading order in M, ``finite`` counts all parameters and the gradients by the biases.
    Source: Karakida et al. 2019, Theorems 3.1, 3.2, 4.1, 5.1, 5.2 and (23), with the corrections of ``theory.fisher``.

    Args:
        network: activations, variances and relative widths; α_l M must be integers.
        width: M, at least 1.
        outputs: C, at least 1.
        samples: T, at least 1.
        digits: relative digits, at least 1; a zero has radius 0.

    Raises:
        InputError: if an argument is out of range, or an activation cannot be used.

    Example:
        >>> from eigenlaw.theory.wide_network import wide_network
        >>> found = fisher_statistics(wide_network("relu", 2, 2, 0), 100, 1, 2, 15)
        >>> found.balls["F", "lambda_max", "asymptotic"].str(8, radius=False)
        '115.91549'
    """
    for name, value in (("width", width), ("outputs", outputs), ("samples", samples)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError.of(name, value, "expected an integer of at least 1")
    for layer, alpha in enumerate(network.alphas):
        if (alpha * width).denominator != 1:
            text = f"expected widths α_l M that are integers; α_{layer} M = {alpha * width} is none, choose another M"
            raise InputError.of("width", width, text)
    setting = Setting(*_exactly(network), width, outputs, fmpq(samples))

    def compute(order: OrderParameters) -> dict[Index, Any]:
        grams = {form: metric_grams(order, setting, form) for form in FORMS}
        indices = product(grams["finite"], STATISTICS, FORMS)
        return {index: _statistic(grams[index[2]][index[0]], index[1]) for index in indices}

    return FisherStatistics(*_from_order(network, compute, digits))


def kappas(network: WideNetwork, digits: int) -> Kappas:
    """Return the order parameters and the κ of the theorems.

    Args:
        network: activations, variances and relative widths.
        digits: relative digits, at least 1; a zero has radius 0.

    Raises:
        InputError: if an activation cannot be used.

    Example:
        >>> from eigenlaw.theory.wide_network import wide_network
        >>> kappas(wide_network("relu", 2, 2, 0), 15).values["kappa_1"].str(8, radius=False)
        '2.0000000'
    """
    alphas, weights, biases = _exactly(network)
    alpha, alpha_tilde = exact(network.alpha), exact(network.alpha_tilde)

    def compute(order: OrderParameters) -> dict[tuple[str, int] | str, Any]:
        families = {"q_hat": order.q_hat, "q_hat_st": order.q_hat_st}
        families |= {"q_tilde": order.q_tilde, "q_tilde_st": order.q_tilde_st}
        known: dict[tuple[str, int] | str, Any]
        known = {(name, layer): ball for name, family in families.items() for layer, ball in family.items()}
        pairs = ((order.q_hat, order.q_tilde), (order.q_hat_st, order.q_tilde_st))
        found = {f"kappa_{i}": kappa(alphas, alpha, *pair) for i, pair in enumerate(pairs, 1)}
        found |= {f"kappa_{i}_prime": kappa_prime(weights, biases, alpha, *pair) for i, pair in enumerate(pairs, 1)}
        found |= {f"kappa_{i}_tilde": kappa_tilde(weights, alpha_tilde, pair[1]) for i, pair in enumerate(pairs, 1)}
        return known | {name: arb(ball) for name, ball in found.items()}

    return Kappas(*_from_order(network, compute, digits))


def _from_order(
    network: WideNetwork, compute: Callable[[OrderParameters], dict[Any, Any]], digits: int
) -> tuple[dict[Any, Any], bool, bool]:
    """Return what follows from the order parameters, whether it is certified, and whether it has the digits."""
    last: list[tuple[OrderParameters, dict[Any, Any]]] = []

    def balls(bits: int) -> Sequence[Any]:
        order = order_parameters(network, int((bits - _GUARD_BITS // 4) / BITS_PER_DIGIT))
        last[:] = [(order, compute(order))]
        return list(last[0][1].values())

    first = bits_for(digits) + _GUARD_BITS
    _, reached = until_accurate(balls, digits, first, 4 * first)
    order, found = last[0]
    return found, order.certified, reached


def _statistic(gram: Any, statistic: str) -> Any:
    """Return a statistic of a Gram as a ball; no multiplicity exceeds the dimension."""
    if statistic == "multiplicity":
        return arb(min(exact(gram.multiplicity), exact(gram.dimension)))
    return arb(getattr(gram, statistic))


def _exactly(network: WideNetwork) -> tuple[list[Any], list[Any], list[Any]]:
    """Return the relative widths and the variances as numbers that calculate with balls."""
    alphas, weights, biases = (
        [exact(value) for value in values] for values in (network.alphas, network.sigma_w2, network.sigma_b2)
    )
    return alphas, weights, biases
