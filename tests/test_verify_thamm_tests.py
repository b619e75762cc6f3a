"""What measures unfolding, tests of spacings and vectors, and trained weights, by other routes."""

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats
import sympy
from flint import arb, fmpq

from eigenlaw.theory import broadening, goodness_of_fit
from eigenlaw.verify.confidence import sampled_chance, sampled_mean
from eigenlaw.verify.papers.thamm import spacing_tests, trained, unfolding, vector_tests
from eigenlaw.verify.rank_tests import dice_chance, rank, rank_sum_p_value, uniform_sum_chance
from eigenlaw.verify.trained_networks import TRAINING, _gradients, standardised_digits, train
from eigenlaw.verify.unfolding import broadening_widths, unfold_by_broadening


def test_what_is_left_of_a_slow_wave_is_what_unfolding_in_floats_leaves() -> None:
    a, omega, epsilon = 8, 0.11, 1e-6
    lattice = np.arange(-160.0, 161.0)
    moved = np.diff(
        [unfold_by_broadening(lattice + sign * epsilon * np.cos(omega * lattice), a)[160 - a] for sign in (-1, 1)]
    )[0]
    t = sympy.Symbol("t")
    assert moved / (2 * epsilon) == pytest.approx(float(broadening.transfer(t).subs(t, a * omega)), rel=1e-6)


def test_the_plateau_is_the_integral_of_what_is_left() -> None:
    t = np.arange(1e-4, 40, 1e-4)
    left = (1 - np.exp(-(t**2) / 2) * (1 + t * np.sin(t))) ** 2
    constant = float(((left - (t > 1)) / t).sum() * 1e-4)
    half_width = 10
    expected = 2 / math.pi**2 * (math.log(2 * math.pi * half_width) + constant + 1 - math.pi**2 / 8)
    formula = broadening.plateau(half_width, sympy.EulerGamma, lambda x: scipy.special.dawsn(float(x)))
    assert float(formula) == pytest.approx(expected, rel=1e-3)


def test_the_law_of_broadening_in_balls_is_that_in_floats() -> None:
    instance: dict[str, Any] = {"levels": ["1/2", "1", "2", "16/5", "5", "11/2", "7"], "a": 2, "ends": "stopped"}
    levels = np.array([float(Fraction(level)) for level in instance["levels"]])
    widths = broadening_widths(levels, 2)
    places = (levels[0], levels[3])
    expected = [scipy.stats.norm.cdf((place - levels) / widths).sum() for place in places]
    found = [float(value) for value in unfolding._counts(instance, np.random.default_rng())]
    assert found == pytest.approx(expected, rel=1e-12)
    spacing = float(unfolding._exact_mean_spacing(instance, np.random.default_rng())[0])
    assert spacing == pytest.approx(np.diff(unfold_by_broadening(levels, 2)).mean(), rel=1e-12)


@pytest.mark.parametrize("fitted", [("deviation",), ("mean", "deviation")])
def test_the_variance_after_fitting_is_that_of_a_projection(fitted: tuple[str, ...]) -> None:
    """What is left of 1{Z ≤ x} after regression on the scores Z and Z² − 1, by quadrature."""
    place, z = 0.7, np.linspace(-12, 12, 240001)
    weight = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    rest = (z <= place) - scipy.special.ndtr(place)
    scores = {"mean": z, "deviation": (z**2 - 1) / math.sqrt(2)}
    expected = (weight * rest**2).sum() - sum((weight * rest * scores[name]).sum() ** 2 for name in fitted)
    x = sympy.Symbol("x")
    assert float(goodness_of_fit.empirical_variance(x, fitted).subs(x, place)) == pytest.approx(expected, abs=1e-4)


def test_sums_of_ranks_have_the_chances_of_dice() -> None:
    rolls = [sum(roll) for roll in itertools.product(range(1, 6), repeat=4)]
    for total in range(22):
        assert dice_chance(4, 5, total) == fmpq(sum(roll <= total for roll in rolls), 5**4)
    assert rank(2.0, [2.0, 1.0, 3.0]) == 3
    assert rank_sum_p_value([5, 5, 5, 5], 4) == 1
    with pytest.raises(ValueError, match="NaN"):
        rank(1.0, [math.nan])


def test_averages_of_uniform_numbers_follow_irwin_and_hall() -> None:
    n, x, whole = sympy.symbols("n x whole", positive=True)
    law = goodness_of_fit.uniform_mean_chance(n, x, whole)
    for count, place in ((2, Fraction(1, 4)), (3, Fraction(1, 2)), (15, Fraction(3, 10))):
        exact = uniform_sum_chance(count, fmpq(count * place.numerator, place.denominator))
        bindings = {n: count, x: sympy.Rational(place), whole: int(count * place)}
        assert sympy.Rational(int(exact.p), int(exact.q)) == law.subs(bindings).doit()
        instance = {"n": count, "x": str(place)}
        assert vector_tests._convolved(instance, np.random.default_rng())[0] == exact
    assert uniform_sum_chance(3, fmpq(3, 2)) == fmpq(1, 2)


def test_confidence_intervals_miss_as_rarely_as_they_say() -> None:
    rng = np.random.default_rng(5)
    means = [sampled_mean(rng.exponential(size=400), 0.05).contains(1) for _ in range(1000)]
    chances = [sampled_chance(int(rng.binomial(60, 0.2)), 60, 0.05).contains(arb("0.2")) for _ in range(1000)]
    assert 860 <= sum(means) <= 940
    assert 880 <= sum(chances) <= 990


def test_a_gradient_of_the_trained_networks_is_a_difference() -> None:
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=(2, 64, 5)), rng.normal(size=(2, 5, 10))]
    biases = [rng.normal(size=(2, 1, 5)), rng.normal(size=(2, 1, 10))]
    X, labels = (part[:7] for part in standardised_digits())
    targets = np.eye(10)[labels]

    def loss(network: int) -> float:
        hidden = np.maximum(X @ weights[0][network] + biases[0][network], 0)
        outputs = hidden @ weights[1][network] + biases[1][network]
        return float((scipy.special.logsumexp(outputs, axis=1) - (outputs * targets).sum(axis=1)).mean())

    slopes = _gradients(weights, biases, X, targets)
    for parameter, slope, place in zip(weights + biases, slopes, ((3, 2), (1, 4), (0, 3), (0, 7)), strict=True):
        before = loss(1)
        parameter[(1, *place)] += 1e-6
        assert (loss(1) - before) / 1e-6 == pytest.approx(float(slope[(1, *place)]), abs=1e-4)
        parameter[(1, *place)] -= 1e-6


def test_training_teaches_and_zero_epochs_leave_the_weights() -> None:
    learnt, fresh = train((24,), 2, 3, 0.03, 1), train((24,), 2, 0, 0.03, 1)
    assert learnt.accuracy.min() > 0.85 > 0.5 > fresh.accuracy.max()
    assert all(np.array_equal(a, b) for a, b in zip(fresh.initial, fresh.final, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(fresh.initial, learnt.initial, strict=True))


def test_training_is_descent_with_momentum_and_a_rate_that_shrinks() -> None:
    found, rng = train((3,), 2, 2, 0.02, 1), np.random.default_rng(1)
    for weight in found.initial:
        bound = math.sqrt(6 / sum(weight.shape[1:]))
        assert 0.9 * bound < abs(weight).max() <= bound
        rng.uniform(size=weight.shape)
    X, targets = standardised_digits()[0], np.eye(10)[standardised_digits()[1]]
    parameters = [weight.astype(np.float64) for weight in found.initial] + [np.zeros((2, 1, 3)), np.zeros((2, 1, 10))]
    speeds = [np.zeros_like(parameter) for parameter in parameters]
    for rate in (0.02, 0.019):
        for chosen in rng.permutation(TRAINING).reshape(-1, 32):
            slopes = _gradients(parameters[:2], parameters[2:], X[chosen], targets[chosen])
            speeds = [0.95 * speed - rate * slope for speed, slope in zip(speeds, slopes, strict=True)]
            parameters = [old + speed for old, speed in zip(parameters, speeds, strict=True)]
    for got, expected in zip((*found.final, *found.biases), parameters, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-4)


def test_structured_matrices_are_seen_in_every_part_of_the_spectrum() -> None:
    ranks = trained._ranks("structured", 2, 0)
    for name in ("spacings, bottom", "spacings, middle", "variance 4, whole", "vectors, smallest third"):
        assert rank_sum_p_value(ranks[name], trained.COMPANIONS) < fmpq(1, 20), name
    assert spacing_tests.CAPTION == ("81/100", "85/100", "31/100", "96/100")
