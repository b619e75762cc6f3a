from fractions import Fraction
from math import factorial

import pytest
from flint import arb

from eigenlaw.numerics import moments
from eigenlaw.numerics.moments import grid_power_sums, hermite_from_moments, inverse_root_factorials, power_sums
from eigenlaw.numerics.precision import working


@pytest.mark.parametrize("count", [1, 2, 3, 7, 16, 17, 50])
def test_power_sums_of_integers_are_exact_integers(count: int) -> None:
    nodes, weights = [2, -3, 5, 0], [1, -2, 3, 7]
    with working(400):
        sums = power_sums([arb(s) for s in nodes], [arb(w) for w in weights], count)
        wanted = [sum(w * s**m for s, w in zip(nodes, weights, strict=True)) for m in range(count)]
        assert [int(total.unique_fmpz()) for total in sums] == wanted


@pytest.mark.parametrize("count", [1, 2, 9, 40])
def test_grid_power_sums_agree_with_power_sums(count: int) -> None:
    with working(300):
        unit, weights = arb(3).sqrt(), [arb(j).rsqrt() for j in range(1, 12)]
        nodes = [unit * j * j for j in range(1, 12)]
        grid, plain = grid_power_sums(unit, weights, count), power_sums(nodes, weights, count)
    assert len(grid) == len(plain) == count
    assert all(a.overlaps(b) and a.rel_accuracy_bits() > 270 for a, b in zip(grid, plain, strict=True))


def test_radii_of_the_weights_reach_the_sums() -> None:
    sums = power_sums([arb(2)], [arb(1, 0.25)], 3)
    assert all(total.contains(arb(2) ** m * 1.25) for m, total in enumerate(sums))


def test_inverse_root_factorials_do_not_overflow_and_keep_their_digits() -> None:
    with working(300):
        table = inverse_root_factorials(2000)
        for k in (0, 1, 2, 17, 999, 2000):
            reference = 1 / arb(factorial(k)).sqrt()
            assert table[k].overlaps(reference) and table[k].rel_accuracy_bits() > 280
    assert len(table) == 2001 and table[2000] > 0


def test_an_ulp_in_the_table_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    with working(200):
        table = inverse_root_factorials(30)
        ulp = arb(2) ** -190
        wrong = tuple(value * (1 + ulp) for value in table)
        reference = [1 / arb(factorial(k)).sqrt() for k in range(31)]
    assert all(a.overlaps(b) for a, b in zip(table, reference, strict=True))
    assert not any(a.overlaps(b) for a, b in zip(wrong, reference, strict=True))


def test_the_table_is_kept_for_each_precision() -> None:
    with working(100):
        coarse = inverse_root_factorials(10)[3]
    with working(400):
        fine = inverse_root_factorials(10)[3]
    assert fine.rel_accuracy_bits() > 380 > 110 > coarse.rel_accuracy_bits()


def gaussian_moment(n: int) -> Fraction:
    return Fraction(factorial(n), 2 ** (n // 2) * factorial(n // 2)) if n % 2 == 0 else Fraction(0)


def test_moments_of_monomials_give_their_hermite_coefficients() -> None:
    with working(500):
        for power in range(7):
            values = [gaussian_moment(n + power) for n in range(30)]
            mu = hermite_from_moments([arb(int(value)) for value in values])
            for k, ball in enumerate(mu):
                m, odd = divmod(power - k, 2)
                wanted = (
                    factorial(power) / (arb(factorial(k)).sqrt() * 2**m * factorial(m)) if m >= 0 and not odd else 0
                )
                assert (ball - wanted).contains(0) and ball.rad() < 1e-90


def test_one_parity_at_a_time_is_the_same() -> None:
    with working(300):
        values = [arb(1) / (n + 1) for n in range(21)]
        full = hermite_from_moments([v if n % 2 else arb(0) for n, v in enumerate(values)])
        odd = hermite_from_moments(values[1::2], 1, 2)
        even = hermite_from_moments(values[0::2], 0, 2)
        full_even = hermite_from_moments([arb(0) if n % 2 else v for n, v in enumerate(values)])
    assert all(a.overlaps(b) for a, b in zip(full[1::2], odd, strict=True))
    assert all(a.overlaps(b) for a, b in zip(full_even[0::2], even, strict=True))
    assert not any(a.overlaps(b) for a, b in zip(full_even[2::2], odd, strict=True))


def test_zero_moments_keep_their_length() -> None:
    assert len(hermite_from_moments([arb(0)] * 5)) == 5
    assert moments.hermite_from_moments([arb(1)])[0] == 1
