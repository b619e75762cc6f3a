r"""The exact law of the extreme singular values of a Gaussian matrix.

The squared singular values of an N × n matrix of independent standard normal entries, n ≤ N, have the density
C ∏_{i<j} |x_i − x_j| ∏_i x_i^c e^{−x_i/2}, c = (N−n−1)/2. By de Bruijn's formula the probability that all of them lie
between a and b is a ratio of two Pfaffians whose entries are incomplete gamma functions.
"""

from typing import Any

from flint import arb, arb_mat

from eigenlaw.verify.formula import ball


def singular_values_within(rows: int, columns: int, low: Any, high: Any) -> Any:
    """Return the probability that every one of the min(rows, columns) singular values lies between low and high.

    Args:
        rows: N ≥ 1.
        columns: n ≥ 1.
        low: exact or a ball; below 0 it counts as 0.
        high: exact or a ball, above low.

    Example:
        >>> singular_values_within(1, 1, 0, 2).overlaps((arb(2).sqrt()).erf())  # |Z| ≤ 2
        True
    """
    n, shape = min(rows, columns), arb(abs(rows - columns) - 1) / 2
    low, high = ball(low), ball(high)
    bottom = low * low if low > 0 else arb(0)
    square = _pfaffian_square(n, shape, bottom, high * high) / _pfaffian_square(n, shape, arb(0), None)
    return square.sqrt()


def _pfaffian_square(n: int, c: Any, a: Any, b: Any) -> Any:
    """Return the determinant of de Bruijn's matrix, the square of its Pfaffian; b is None for infinity."""
    gamma = [_gamma_between(c + i + 1, a / 2, None if b is None else b / 2, arb(2)) for i in range(n)]
    double = _double_integrals(n, c, a, b, gamma)
    size = n + n % 2
    entries = [[double[i][j] - double[j][i] for j in range(n)] for i in range(n)]
    if n % 2:
        entries = [[*row, gamma[i]] for i, row in enumerate(entries)] + [[*(-value for value in gamma), arb(0)]]
    return arb_mat(size, size, [value for row in entries for value in row]).det()


def _gamma_between(s: Any, x: Any, y: Any, scale: Any) -> Any:
    """Return scale^s ∫_x^y t^{s−1} e^{−t} dt."""
    whole = x.gamma_upper(s) if x > 0 else s.gamma()
    return scale**s * (whole if y is None else whole - y.gamma_upper(s))


def _double_integrals(n: int, c: Any, a: Any, b: Any, gamma: list[Any]) -> list[list[Any]]:
    """Return H[i][j] = ∫_a^b y^j w(y) ∫_a^y x^i w(x) dx dy for w(x) = x^c e^{−x/2}.

    Integration by parts raises i by 1; H[i][j] + H[j][i] = γ_i γ_j gives the first row from the first column.
    """

    def raised(i: int, j: int, value: Any) -> Any:
        power = c + i + 1
        product = _gamma_between(2 * c + i + j + 2, a, b, arb(1))
        start = a**power * (-a / 2).exp() if a > 0 else arb(0)
        return 2 * power * value - 2 * (product - start * gamma[j])

    H = [[arb(0)] * n for _ in range(n)]
    H[0][0] = gamma[0] * gamma[0] / 2
    for i in range(n - 1):
        H[i + 1][0] = raised(i, 0, H[i][0])
    for j in range(1, n):
        H[0][j] = gamma[0] * gamma[j] - H[j][0]
        for i in range(n - 1):
            H[i + 1][j] = raised(i, j, H[i][j])
    return H
