"""Which coefficients of a kernel's power series vanish: sets of exponents, as the bits of an integer.

Every series here has only coefficients ≥ 0, so nothing cancels: the coefficient of ρ^p in f∘z is zero exactly if p is
no sum of k exponents of z for any exponent k of f. A set holds at least the exponents whose coefficients do not vanish.
"""

from fractions import Fraction
from typing import Any

from eigenlaw.numerics.dual import polynomial_of, polynomial_squares
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.theory.activations import Activation

_BITS = 64


def everything(order: int) -> int:
    """Return the set {0, …, order}.

    Example:
        >>> bin(everything(3))
        '0b1111'
    """
    return (1 << order + 1) - 1


def exponents(coefficients: list[Any]) -> int:
    """Return the exponents of the coefficients that are not exactly zero."""
    return sum(1 << p for p, c in enumerate(coefficients) if c != 0)


def exact_squares(activation: Activation, variance: Fraction) -> list[Any] | None:
    """Return the rational μ_k² of a polynomial, None for any other activation.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> exact_squares(activation("monomial(2)"), Fraction(1))
        [1, 0, 2]
    """
    found = polynomial_of(activation)
    if found is None:
        return None
    return [square * found[1].numerator / found[1].denominator for square in polynomial_squares(found[0], variance)]


def sums(left: int, right: int, order: int) -> int:
    """Return all sums of one exponent from each set, up to the order.

    Example:
        >>> bin(sums(0b101, 0b10, 5))
        '0b1010'
    """
    if left.bit_count() > right.bit_count():
        left, right = right, left
    total = 0
    for p in range(left.bit_length()):
        if left >> p & 1:
            total |= right << p
    return total & everything(order)


def hermite_support(activation: Activation, variance: Any, order: int) -> tuple[int, bool]:
    """Return the k ≤ order with μ_k ≠ 0, as far as polynomials, parity and μ_0 tell, and whether φ is a polynomial.

    Args:
        activation: φ.
        variance: v of x ↦ φ(√v x), a rational or a ball.
        order: the largest k of interest.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> hermite_support(activation("hermite(3)"), Fraction(1), 10)
        (8, True)
    """
    squares = exact_squares(activation, variance if isinstance(variance, Fraction) else Fraction(1))
    if squares is not None:
        found = exponents(squares)
        return found if isinstance(variance, Fraction) else _same_parity(found), True
    mask = {"odd": _every_second(1, order), "even": _every_second(0, order)}.get(activation.parity or "", -1)
    known = mask & everything(order)
    if isinstance(variance, Fraction) and hermite_sweep(activation, 0, _BITS, variance)[0].is_zero():
        known &= ~1
    return known, False


def _every_second(first: int, order: int) -> int:
    return sum(1 << p for p in range(first, order + 1, 2))


def _same_parity(found: int) -> int:
    """Return all exponents up to the largest, of its parity if all have the same."""
    order = found.bit_length() - 1
    for first in (0, 1):
        if found & ~_every_second(first, order) == 0:
            return _every_second(first, order)
    return everything(order)


def composed_duals(activation: Activation, variance: Any, inner: int, order: int) -> tuple[int, int]:
    """Return the exponents of R∘z and of S∘z up to the order, from those of z.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> [bin(found) for found in composed_duals(activation("tanh"), Fraction(1), 0b1010, 4)]
        ['0b1010', '0b10101']
    """
    if inner == everything(order) and polynomial_of(activation) is None:
        return inner, inner
    known, finite = hermite_support(activation, variance, order + 1)
    return composed((known, finite), inner, order), composed((known >> 1, finite), inner, order)


def composed(outer: tuple[int, bool], inner: int, order: int) -> int:
    """Return the exponents of f∘z up to the order.

    Args:
        outer: the exponents of f, and whether f is a polynomial.
        inner: the exponents of z.
        order: the order.

    Example:
        >>> bin(composed((0b1000, True), 0b110, 5)), bin(composed((0b101010, False), 0b101010, 5))
        ('0b111000', '0b101010')
    """
    known, finite = outer
    if finite:
        total = 0
        for k in range(known.bit_length() - 1, -1, -1):
            total = sums(total, inner, order) | (known >> k & 1)
        return total
    odd, even = _every_second(1, order), _every_second(0, order)
    if inner & odd == 0 or inner & even == known & odd == 0:
        total = even
    elif inner & even == known & even == 0:
        total = odd
    else:
        total = everything(order)
    return total if inner & 1 or known & 1 else total & ~1
