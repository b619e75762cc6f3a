"""The rank of the Hessian over the number of parameters of wide networks: what it tends to with the depth.

All hidden layers have m ≥ q units, so that each further layer adds the same rank and the same number of parameters.
The ratio is then its limit plus a constant over the number of parameters.
"""

from typing import Any

from eigenlaw.theory.hessian_rank import affine_loss_rank, loss_rank


def rank_of_layer(q_hat: Any, m: Any) -> Any:
    """Return 2q̂m − q̂², which one more layer adds to the rank of H_L without biases.

    Example:
        >>> rank_of_layer(100, 1000)
        190000
    """
    return 2 * q_hat * m - q_hat**2


def affine_rank_of_layer(q_tilde: Any, m: Any) -> Any:
    """Return 2q̃m − q̃² + q̃, which one more layer adds to the rank of H_L with biases.

    Example:
        >>> affine_rank_of_layer(100, 1000)
        190100
    """
    return rank_of_layer(q_tilde, m) + q_tilde


def ratio(q: Any, q_hat: Any, m: Any, d: Any, r: Any, K: Any, P: Any) -> Any:
    """Return rk H_L / P without biases as its limit (2q̂m − q̂²)/m² and what is left at P parameters.

    Args:
        q: min(r, m, K).
        q_hat: min(q, s).
        m: units of each hidden layer.
        d: inputs.
        r: rank of the inputs.
        K: outputs.
        P: number of parameters.

    Example:
        >>> float(ratio(100, 100, 1000, 784, 784, 100, 884_000 + 10**6 * 998))
        0.19010...
    """
    limit = rank_of_layer(q_hat, m) / m**2
    return limit + (loss_rank(q, q_hat, r, K, m, 2) - limit * m * (d + K)) / P


def affine_ratio(q: Any, q_tilde: Any, m: Any, d: Any, r: Any, K: Any, P: Any) -> Any:
    """Return rk H_L / P with biases as its limit (2q̃m − q̃² + q̃)/(m(m + 1)) and what is left at P parameters.

    The residual has a generic mean, and no hidden layer is narrower than s̃ = q̃.
    """
    limit = affine_rank_of_layer(q_tilde, m) / (m * (m + 1))
    first = m * (d + 1) + K * (m + 1)
    return limit + (affine_loss_rank(q, q_tilde, r, K, m, 2, 0) - limit * first) / P


def vanishing_ratio(q_hat: Any, m: Any, L: Any) -> Any:
    """Return 2(L − 1)q̂/((L − 2)m), what rk H_L / P without biases comes close to where m is large; it tends to zero.

    For d = r and L ≥ 3 it is an upper bound as soon as m ≥ K = q = q̂.

    Example:
        >>> vanishing_ratio(10, 1000, 4)
        0.03
    """
    return 2 * (L - 1) * q_hat / ((L - 2) * m)
