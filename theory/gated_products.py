"""Products of random weights with the gates of ReLU between them: expected norms, and the median of the eigenvalues.

A unit is open for exactly one of the two signs of its weights and bias, so that under any law that is symmetric in
these signs half of the squared entries pass a layer, on average, whatever arrives. Theorem II.7 of Dees et al. speaks
of products without gates; open units in the place of all units make it speak of those with gates.
"""

from collections.abc import Sequence
from typing import Any


def expected_squared_norm(dimension: Any, scales: Sequence[Any], gated: Any) -> Any:
    """Return E ‖J‖_F² of the Jacobian of a ReLU network from R^dimension to itself, at a point without weights in it.

    Args:
        dimension: of inputs and outputs.
        scales: fan-in times variance of the weights for each layer; 1/3 in PyTorch.
        gated: how many layers are followed by a ReLU.

    Example:
        >>> import sympy
        >>> expected_squared_norm(2, [sympy.Rational(1, 3)] * 8, 6)
        1/209952
    """
    import sympy

    return sympy.Mul(sympy.sympify(dimension), *scales) / sympy.Integer(2) ** gated


def gated_quantile(latent: Any, hidden: Sequence[Any], pixels: Any, u: Any, variance: Any) -> Any:
    """Return the u-quantile of |λ|² of J_L as n → ∞ where half of each hidden layer is open, entries complex Gaussian.

    With n_j/2 open units of n_j the product is one of Theorem II.7 of smaller matrices, scaled by 1/√n_j each. Where
    fewer than d units are open, the narrowest layer takes the part of n_1 and the other eigenvalues are zero; the value
    is the same.

    Args:
        latent: d, from 2 to less than the narrowest hidden layer.
        hidden: widths of the hidden layers of the encoder.
        pixels: the number of inputs.
        u: between 0 and 1; one half for the median.
        variance: fan-in times variance of the weights, 1/3 in PyTorch.

    Source: Dees et al., Section II, after Theorem II.7, with n_j/2 for n_j.

    Example:
        >>> import sympy
        >>> gated_quantile(2, [4], 4, sympy.Rational(1, 2), 1)
        3/128
    """
    import sympy

    lost = 1 - sympy.sympify(u)
    layers = 2 * len(hidden) + 2
    halves = [(sympy.Rational(1, 2) - lost * latent / width) ** 2 for width in hidden]
    return sympy.sympify(variance) ** layers * u * sympy.Mul(*halves, 1 - lost * latent / pixels)
