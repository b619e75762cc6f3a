"""From nodes and weights to all power sums by one matrix product, and from moments to all Hermite coefficients.

The coefficients are μ_k = E[φ(Z) h_k(Z)], h_k = He_k/√(k!), and e^{xt − t²/2} = Σ_k He_k(x) t^k/k!.
"""

import math
import operator
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, repeat
from typing import Any

from flint import arb, arb_mat, arb_poly, ctx


def power_sums(nodes: Sequence[Any], weights: Sequence[Any], count: int) -> list[Any]:
    """Return Σ_j w_j s_j^m for m = 0 … count−1, all from one product of ball matrices.

    The exponent is split as m = b + B a with B ≈ √count: Σ_j (w_j s_j^{B a}) · s_j^b.

    Args:
        nodes: J balls s_j.
        weights: J balls w_j.
        count: the number of sums, at least 1.

    Example:
        >>> [int(s.unique_fmpz()) for s in power_sums([arb(2), arb(-3)], [arb(1), arb(1)], 4)]
        [2, -1, 13, -19]
    """
    low = _low(count)
    powers = _powers(nodes, low)
    right = arb_mat([list(column) for column in zip(*powers[:low], strict=True)])
    return _entries(_blocks(weights, powers[low], count) * right, count)


def grid_power_sums(unit: Any, weights: Sequence[Any], count: int) -> list[Any]:
    """Return Σ_j w_j (u j²)^m for m = 0 … count−1 and nodes j = 1 … J; the powers of j² are a table that is kept.

    Example:
        >>> [int(s.unique_fmpz()) for s in grid_power_sums(arb(2), [arb(1), arb(3)], 3)]
        [4, 26, 196]
    """
    left, right = grid_factors(weights, count)
    scales = accumulate(repeat(unit, count - 1), operator.mul, initial=arb(1))
    return list(map(operator.mul, _entries(left * right, count), scales))


def grid_factors(weights: Sequence[Any], count: int) -> tuple[Any, Any]:
    """Return the two matrices whose product holds Σ_j w_j j^{2m}: entries w_j j^{2Ba} (A × J) and j^{2b} (J × B)."""
    right, giant = _square_powers(len(weights), _low(count), ctx.prec)
    return _blocks(weights, giant, count), right


@lru_cache(maxsize=4)
def _square_powers(size: int, low: int, bits: int) -> tuple[Any, tuple[Any, ...]]:
    powers = _powers([arb(j * j) for j in range(1, size + 1)], low)
    return arb_mat([list(column) for column in zip(*powers[:low], strict=True)]), tuple(powers[low])


def _low(count: int) -> int:
    """Return B = ⌈√count⌉."""
    return math.isqrt(count - 1) + 1 if count > 1 else 1


def _powers(nodes: Sequence[Any], highest: int) -> list[list[Any]]:
    """Return the rows s^0, s^1, …, s^highest."""
    rows = [[arb(1)] * len(nodes)]
    for _ in range(highest):
        rows.append(list(map(operator.mul, rows[-1], nodes)))
    return rows


def _blocks(weights: Sequence[Any], giant: Sequence[Any], count: int) -> Any:
    """Return the matrix with rows w, w g, w g², …, as many as the sums need."""
    rows = [list(weights)]
    for _ in range(-(-count // _low(count)) - 1):
        rows.append(list(map(operator.mul, rows[-1], giant)))
    return arb_mat(rows)


def _entries(product: Any, count: int) -> list[Any]:
    entries: list[Any] = product.entries()
    return entries[:count]


def inverse_root_factorials(order: int) -> tuple[Any, ...]:
    """Return 1/√(k!) for k = 0 … order as balls at the working precision, without overflow.

    Example:
        >>> inverse_root_factorials(4)[4].overlaps(1 / arb(24).sqrt())
        True
    """
    return _inverse_root_factorials(order, ctx.prec)


@lru_cache(maxsize=4)
def _inverse_root_factorials(order: int, bits: int) -> tuple[Any, ...]:
    """Return the table; 1/√(pq) = 1/√p · 1/√q with p the least prime factor, so that only primes cost a root."""
    roots = [arb(1)] * (order + 1)
    for k, p in enumerate(_least_prime_factors(order)):
        if p:
            roots[k] = arb(k).rsqrt() if p == k else roots[p] * roots[k // p]
    return tuple(accumulate(roots[1:], operator.mul, initial=arb(1)))


@lru_cache(maxsize=4)
def _least_prime_factors(order: int) -> tuple[int, ...]:
    """Return the least prime factor of k = 0 … order, 0 for k < 2."""
    least = [0, 0, *range(2, order + 1)]
    for p in range(2, math.isqrt(order) + 1):
        if least[p] == p:
            for multiple in range(p * p, order + 1, p):
                least[multiple] = min(least[multiple], p)
    return tuple(least[: order + 1])


def hermite_from_moments(moments: Sequence[Any], first: int = 0, step: int = 1) -> list[Any]:
    """Return μ_k for k = first, first + step, … from the moments E[φ(Z) Z^k] of the same k, by one series product.

    μ_k/√(k!) = [t^k] e^{−t²/2} Σ_n E[φ(Z) Z^n] t^n/n!.

    Args:
        moments: balls of E[φ(Z) Z^n], n = first + step·m.
        first: 0 or 1.
        step: 1 for all k; 2 for one parity, where the other one vanishes.

    Example:
        >>> [mu.str(5, radius=False) for mu in hermite_from_moments([arb(1), arb(0), arb(3)])]  # φ(x) = x²
        ['1.0000', '0', '1.4142']
    """
    order = first + step * (len(moments) - 1)
    table = inverse_root_factorials(order)
    indices = range(first, order + 1, step)
    series = arb_poly([moment * table[n] * table[n] for n, moment in zip(indices, moments, strict=True)])
    gauss = [arb(0)] * len(moments)
    term = arb(1)
    for m in range((len(moments) - 1) * step // 2 + 1):
        if 2 * m // step < len(moments):
            gauss[2 * m // step] = term
        term = term / (-2 * (m + 1))
    product = (series * arb_poly(gauss)).coeffs()[: len(moments)]
    product += [arb(0)] * (len(moments) - len(product))
    return [value / table[n] for n, value in zip(indices, product, strict=True)]
