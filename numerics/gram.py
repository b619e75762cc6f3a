"""The normalised kernel matrix of a data set."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def kernel_matrix(kernel: Callable[[Any], Any], X: NDArray[Any]) -> NDArray[Any]:
    """Return K with [K]_ij = Θ(x_i · x_j)/n, for a dot-product kernel on data of unit norm.

    Source: murray, equation (3).

    Args:
        kernel: Θ as a function of the correlation, applied entry by entry.
        X: n data points, one a row, shape (n, d); floats or exact rationals (dtype object).

    Returns:
        Array of shape (n, n).

    Raises:
        ValueError: if X is not a matrix with at least one row.

    Example:
        >>> kernel_matrix(lambda rho: 1 + 3 * rho, np.eye(2)).tolist()
        [[2.0, 0.5], [0.5, 2.0]]
    """
    if X.ndim != 2 or not len(X):
        raise ValueError(f"X (shape {X.shape}): expected one data point a row")
    gram = X @ X.T
    entries = [[kernel(value) / len(X) for value in row] for row in gram]
    return np.array(entries, dtype=X.dtype)
