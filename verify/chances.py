"""Certified probabilities of the sums that random gates and Gaussian weights make.

With fair gates B_l and standard normal a_l, all independent, S = Σ a_l² is the squared norm of the outer weights and
A = Σ B_l a_l² that of the weights whose gate is open: A is χ² with a binomial number of degrees of freedom. Recurrences
in steps of two degrees give all tails from the first two, with errors that only add.
"""

from collections.abc import Sequence
from typing import Any

from flint import arb, fmpq, fmpz

from eigenlaw.verify.formula import ball


def binomial_cdf(m: int, k: int) -> Any:
    """Return P(Bin(m, ½) ≤ k), an exact rational.

    Example:
        >>> binomial_cdf(3, 1)
        1/2
    """
    term, total = fmpz(1), fmpz(0)
    for j in range(min(k, m) + 1):
        total += term
        term = term * (m - j) // (j + 1)
    return fmpq(total) / fmpz(2) ** m


def chi_square_tails(m: int, x: Any) -> list[Any]:
    """Return P(χ²_k > x) for k = 0, …, m, with small relative errors.

    Args:
        m: at least 0.
        x: exact or a ball.

    Example:
        >>> chi_square_tails(2, 2)[2].overlaps(arb(-1).exp())
        True
    """
    half = ball(x) / 2
    if not half > 0:
        return [arb(int(k > 0 or half < 0)) for k in range(m + 1)]
    found = [arb(0), half.sqrt().erfc()]
    terms = [(-half).exp(), 2 * (half / arb.pi()).sqrt() * (-half).exp()]
    for k in range(2, m + 1):
        found.append(found[k - 2] + terms[k - 2])
        terms.append(2 * terms[k - 2] * half / k)
    return found[: m + 1]


def share_cdfs(m: int, x: Any) -> list[Any]:
    """Return P(χ²_k/(χ²_k + χ²_{m−k}) ≤ x) for k = 0, …, m, independent χ² of m degrees of freedom in all.

    Args:
        m: at least 1.
        x: exact or a ball, 0 < x < 1.

    Example:
        >>> share_cdfs(2, arb(1) / 4)[1].overlaps(arb(1) / 3)  # the arcsine law
        True
    """
    share, found, terms = ball(x), [arb(1)], [(1 - ball(x)) ** (arb(m) / 2 - 1)]
    if m > 1:
        found.append(1 - (1 - share).beta_lower(arb(m - 1) / 2, arb(1) / 2, 1))
        scale = (arb(m) / 2).gamma() / ((arb(3) / 2).gamma() * (arb(m - 1) / 2).gamma())
        terms.append(scale * share.sqrt() * (1 - share) ** ((arb(m) - 3) / 2))
    for k in range(2, m):
        found.append(found[k - 2] - terms[k - 2])
        terms.append(terms[k - 2] * share / (1 - share) * (m - k) / k)
    return [*found, arb(0)]


def over_open_gates(chances: Sequence[Any]) -> Any:
    """Return E chances[k] for k ~ Bin(m, ½), where m + 1 is the length of the list.

    Example:
        >>> over_open_gates([fmpq(0), fmpq(1, 2), fmpq(1)]) == fmpq(1, 2)
        True
    """
    m = len(chances) - 1
    return sum((chance * fmpz.bin_uiui(m, k) for k, chance in enumerate(chances)), fmpq(0)) / fmpz(2) ** m


def open_square_cdf(m: int, x: Any) -> Any:
    """Return P(A ≤ x) for m neurons.

    Example:
        >>> open_square_cdf(1, 0) == arb(1) / 2  # the gate is closed
        True
    """
    return 1 - over_open_gates(chi_square_tails(m, x))


def open_share_cdf(m: int, x: Any) -> Any:
    """Return P(A/S ≤ x) for m neurons, 0 < x < 1."""
    return over_open_gates(share_cdfs(m, x))
