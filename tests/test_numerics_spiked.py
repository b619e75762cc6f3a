"""Spiked models against sampled matrices, their thresholds, and the way back from an outlier."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

from eigenlaw.numerics.law import law_values
from eigenlaw.numerics.spiked import Spiked
from eigenlaw.theory.errors import InputError


@pytest.mark.parametrize(("n", "m"), [(800, 200), (200, 800)])
@pytest.mark.parametrize("theta", [fmpq(3, 2), fmpq(3)])
def test_a_signal_in_noise(n: int, m: int, theta: fmpq) -> None:
    rng, model = np.random.default_rng(8), Spiked(Fraction(m, n))
    places, left, right = [], [], []
    for _ in range(6):
        W = rng.normal(size=(n, m)) / math.sqrt(n)
        W[0, 0] += float(arb(theta))  # u and v are the first of a basis
        U, s, V = np.linalg.svd(W, full_matrices=False)
        places.append(s[0])
        left.append(U[0, 0] ** 2)
        right.append(V[0, 0] ** 2)
    for found, exact in (
        (places, model.value(theta)),
        (left, model.overlap(theta, "left")),
        (right, model.overlap(theta)),
    ):
        if model.leaves(theta):
            assert np.mean(found) == pytest.approx(float(exact), abs=5 * np.std(found) / math.sqrt(6) + 0.02)
    assert model.leaves(theta) == (float(arb(theta)) ** 4 > m / n)


@pytest.mark.parametrize("ell", [fmpq(1, 5), fmpq(5, 4), fmpq(4)])
def test_a_spike_of_a_covariance(ell: fmpq) -> None:
    rng, model, n, m = np.random.default_rng(9), Spiked(Fraction(1, 4), "covariance"), 1600, 400
    places, overlaps, end = [], [], 0 if ell < 1 else -1
    for _ in range(4):
        W = rng.normal(size=(n, m))
        W[:, 0] *= math.sqrt(float(arb(ell)))
        values, vectors = np.linalg.eigh(W.T @ W / n)
        places.append(values[end])
        overlaps.append(vectors[0, end] ** 2)
    assert np.mean(places) == pytest.approx(
        float(model.value(ell)), abs=3 * np.std(places) + (0.06 if ell > 1 else 0.002)
    )
    assert np.mean(overlaps) == pytest.approx(float(model.overlap(ell)), abs=0.06)
    assert model.leaves(ell) == (ell != fmpq(5, 4))


def test_the_threshold_is_decided_exactly() -> None:
    model = Spiked(Fraction(1, 16))
    tiny = fmpq(1, 10**80)
    assert not model.leaves(fmpq(1, 2))
    assert model.leaves(fmpq(1, 2) + tiny)
    assert model.overlap(fmpq(1, 2)).is_zero()
    assert model.overlap(fmpq(1, 2) + tiny) > 0
    covariance = Spiked(Fraction(1, 9), "covariance")
    assert [covariance.leaves(fmpq(2, 3) + sign * tiny) for sign in (-1, 0, 1)] == [True, False, False]
    assert [covariance.leaves(fmpq(4, 3) + sign * tiny) for sign in (-1, 0, 1)] == [False, False, True]
    assert covariance.value(fmpq(4, 5)).overlaps(arb(4) / 9)
    assert covariance.value(fmpq(6, 5)).overlaps(arb(16) / 9)
    assert float(covariance.threshold()) == pytest.approx(4 / 3)


@pytest.mark.parametrize("ratio", [Fraction(1, 9), Fraction(3)])
def test_the_way_back(ratio: Fraction) -> None:
    model, covariance = Spiked(ratio), Spiked(ratio, "covariance")
    place = fmpq(int(float(model.value(fmpq(2))) * 10**12), 10**12)
    assert float(model.spike_of(place)) == pytest.approx(2, rel=1e-10)
    exact = fmpq(4) + fmpq(ratio.numerator, ratio.denominator) * fmpq(4, 3)
    assert covariance.spike_of(exact).overlaps(arb(4))
    with pytest.raises(InputError, match="place=1"):
        model.spike_of(fmpq(1))


def test_the_transposed_model_is_the_same() -> None:
    """Wᵀ in units of 1/√m: θ → θ/√C, C → 1/C, left and right change places."""
    model, other = Spiked(Fraction(1, 4)), Spiked(Fraction(4))
    theta = fmpq(3)
    assert (other.value(2 * theta) / 2).overlaps(model.value(theta))
    assert other.overlap(2 * theta, "left").overlaps(model.overlap(theta, "right"))
    assert other.overlap(2 * theta, "right").overlaps(model.overlap(theta, "left"))


def test_values_and_refusals() -> None:
    result = law_values(Spiked(Fraction(1, 16)), "value", [Fraction(1, 2), Fraction(1)], 50)
    assert result.reached
    assert result.balls[0].overlaps(arb(5) / 4)
    with pytest.raises(InputError, match="at=-1"):
        law_values(Spiked(Fraction(1)), "value", [Fraction(-1)], 15)
    with pytest.raises(InputError, match="at=0"):
        law_values(Spiked(Fraction(1), "covariance"), "value", [Fraction(0)], 15)
    with pytest.raises(InputError, match="side=left"):
        Spiked(Fraction(1), "covariance").overlap(fmpq(3), "left")
    with pytest.raises(InputError, match="ratio=0"):
        Spiked(Fraction(0))
    wigner: Any = "wigner"
    with pytest.raises(InputError, match="model=wigner"):
        Spiked(Fraction(1), wigner)
