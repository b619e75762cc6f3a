"""The gradient flow of a deep linear network as a power series in time, exact over the rationals.

Ẇ^l = −η_l (W^{L:l+1})ᵀ Ω (W^{l−1:1})ᵀ, where Ω = E δ xᵀ is, for squared error, W^{L:1}Σ − E y xᵀ. For another loss Ω
takes some path in time; what holds for every path holds for every loss.
Source: Singh et al. 2021, (9) and Lemma 8.
"""

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from eigenlaw.verify.linear_chains import identity
from eigenlaw.verify.matrix_series import Series, product, transposed

Array = NDArray[Any]
Residual = Callable[[Series], Array]
"""Given the coefficients of W^{L:1} up to tⁿ, that of tⁿ of Ω."""


def squared_error(sigma: Array, cross: Array) -> Residual:
    """Return Ω = W^{L:1}Σ − E y xᵀ.

    Args:
        sigma: Σ = E x xᵀ, of shape (d, d).
        cross: E y xᵀ, of shape (K, d).
    """
    return lambda total: total[-1] @ sigma - (cross if len(total) == 1 else 0)


def path(coefficients: Series) -> Residual:
    """Return a path Ω(t), a polynomial in t, that does not look at the network."""
    zero = coefficients[0] * 0
    return lambda total: coefficients[len(total) - 1] if len(total) <= len(coefficients) else zero


def flow(weights: Sequence[Array], residual: Residual, order: int, rates: Sequence[Any]) -> list[list[Array]]:
    """Return the coefficients of W^l(t), l = 1 … L, from t⁰ to t^order.

    Args:
        weights: W^1 … W^L at t = 0, dtype object, of shapes (M_l, M_{l−1}).
        residual: Ω along the flow.
        order: the last power of t.
        rates: η_l, one a layer, rational.

    Example:
        >>> import numpy as np
        >>> one = np.array([[1]], dtype=object)
        >>> w = flow([one, one], squared_error(one, 0 * one), 1, [1, 1])  # ½ (w v)², each at 1
        >>> [[int(c[0, 0]) for c in series] for series in w]
        [[1, -1], [1, -1]]
    """
    series = [[weight] for weight in weights]
    omega: list[Array] = []
    L = len(weights)
    for n in range(order):
        omega.append(residual(chain(series, L, 1)))
        steps = [
            product(transposed(chain(series, L, k + 1)), omega, transposed(chain(series, k - 1, 1)))[n]
            for k in range(1, L + 1)
        ]
        for own, step, rate in zip(series, steps, rates, strict=True):
            own.append(step * -rate / (n + 1))
    return series


def chain(series: Sequence[Series], above: int, below: int) -> list[Array]:
    """Return the series of W^above ⋯ W^below; the identity of size M_above if there are none."""
    if above < below:
        size = series[above - 1][0].shape[0] if above else series[0][0].shape[1]
        one = identity(size)
        return [one, *(one * 0 for _ in series[0][1:])]
    return product(*(series[k - 1] for k in range(above, below - 1, -1)))
