"""The order parameters of wide networks: the recursions (16) and (19) of Karakida et al. 2019 in balls.

With q_t^{l+1} = σ_w² q̂_t^l + σ_b² and q_st^{l+1} = σ_w² q̂_st^l + σ_b² from q̂_t^0 = 1 and q̂_st^0 = 0,

    q̂_t^l = E φ(U)²,   q̂_st^l = E φ(U)φ(V),   U, V ~ N(0, q_t^l) with covariance q_st^l,   l = 1 … L − 1,
    q̃_t^l = σ_w² q̃_t^{l+1} E φ'(U)²,   q̃_st^l = σ_w² q̃_st^{l+1} E φ'(U)φ'(V),   q̃_t^L = q̃_st^L = 1,

where σ_w² in the second line is that of layer l + 1. The expectations are the duals of ``layers``, so that every radius
is a proof, at any correlation. A variance stays rational as long as it is known to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

from flint import arb, fmpq

from eigenlaw.numerics.correlation import Correlation, exact
from eigenlaw.numerics.derivative import require_derivative
from eigenlaw.numerics.layers import dual_of
from eigenlaw.numerics.precision import bits_for, until_accurate
from eigenlaw.numerics.second_moments import LONGEST, short_second_moment
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.wide_network import WideNetwork

_GUARD_BITS = 32


@dataclass(frozen=True)
class OrderParameters:
    """The four order parameters of every layer, as balls.

    Attributes:
        q_hat: q̂_t^l, l = 0 … L − 1.
        q_hat_st: q̂_st^l, l = 0 … L − 1.
        q_tilde: q̃_t^l, l = 1 … L.
        q_tilde_st: q̃_st^l, l = 1 … L.
        certified: whether every radius is a proof.
        reached: whether every ball has the digits that were asked for.
    """

    q_hat: Mapping[int, Any]
    q_hat_st: Mapping[int, Any]
    q_tilde: Mapping[int, Any]
    q_tilde_st: Mapping[int, Any]
    certified: bool
    reached: bool


def order_parameters(network: WideNetwork, digits: int) -> OrderParameters:
    """Return the order parameters of a network to so many relative digits.

    Args:
        network: activations, variances and depth.
        digits: relative digits, at least 1; a zero has radius 0.

    Raises:
        InputError: if φ has a jump, φ or φ' cannot be shown to be square-integrable, or no signal is left.

    Example:
        >>> from eigenlaw.theory.wide_network import wide_network
        >>> found = order_parameters(wide_network("relu", 2, 2, 0), 15)
        >>> [q.str(5, radius=False) for q in (found.q_hat[1], found.q_hat_st[1], found.q_tilde_st[1])]
        ['1.0000', '0.31831', '0.50000']
    """
    proofs = {require_derivative(phi) for phi in set(network.activations)}
    layers, first = network.layers, bits_for(digits) + _GUARD_BITS
    balls, reached = until_accurate(lambda _: list(chain(*_recursion(network))), digits, first, 16 * first + 4096)
    forward, overlap, backward, backward_overlap = (balls[i * layers : (i + 1) * layers] for i in range(4))
    return OrderParameters(
        dict(enumerate(forward)),
        dict(enumerate(overlap)),
        dict(enumerate(backward, 1)),
        dict(enumerate(backward_overlap, 1)),
        all(proofs),
        reached,
    )


def _recursion(network: WideNetwork) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Return q̂_t, q̂_st, q̃_t and q̃_st at the working precision, the lowest layer first."""
    q_hat: list[Any] = [Fraction(1)]
    q_hat_st: list[Any] = [Fraction(0)]
    slopes: list[tuple[Any, Any]] = []
    for phi, sigma_w2, sigma_b2 in zip(network.activations, network.sigma_w2, network.sigma_b2, strict=False):
        q_t, q_st = (_shifted(sigma_w2, q, sigma_b2) for q in (q_hat[-1], q_hat_st[-1]))
        if q_t == 0:
            raise InputError.of("activation", phi.name, "expected a signal: with no bias it is zero from some layer on")
        if not (q_t > 0 and arb(exact(q_t)).is_finite()):  # more bits are needed, or it is beyond all bounds
            q_hat.append(arb("nan"))
            q_hat_st.append(arb("nan"))
            slopes.append((arb("nan"), arb("nan")))
            continue
        dual = dual_of(phi, q_t)
        value, slope = dual.pair(Correlation(exact(q_st) / exact(q_t)))
        moment = short_second_moment(phi, q_t)
        q_hat.append(dual.value(Fraction(1)) if moment is None else moment)
        q_hat_st.append(_as_fraction(value))
        slopes.append((dual.slope(Fraction(1)), slope))
    q_tilde: list[Any] = [arb(1)]
    q_tilde_st: list[Any] = [arb(1)]
    for (own, overlap), sigma_w2 in zip(reversed(slopes), reversed(network.sigma_w2), strict=False):
        q_tilde.append(exact(sigma_w2) * q_tilde[-1] * own)
        q_tilde_st.append(exact(sigma_w2) * q_tilde_st[-1] * overlap)
    return [_ball(q) for q in q_hat], [_ball(q) for q in q_hat_st], q_tilde[::-1], q_tilde_st[::-1]


def _shifted(sigma_w2: Fraction, q: Any, sigma_b2: Fraction) -> Any:
    """Return σ_w² q + σ_b², a Fraction if q is one."""
    return sigma_w2 * q + sigma_b2 if isinstance(q, Fraction) else exact(sigma_w2) * q + exact(sigma_b2)


def _as_fraction(value: Any) -> Any:
    if isinstance(value, fmpq) and value.q.bit_length() < LONGEST:
        return Fraction(int(value.p), int(value.q))
    return _ball(value)


def _ball(value: Any) -> Any:
    return arb(exact(value)) if isinstance(value, Fraction | fmpq) else value
