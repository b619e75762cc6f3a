import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from numpy.typing import NDArray
from scipy import stats

from eigenlaw.numerics.rectangular_product_limit import RectangularProductLimit
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.gated_products import gated_quantile
from eigenlaw.verify.autoencoder_inputs import INPUTS, draw_inputs, images
from eigenlaw.verify.autoencoder_training import Recipe, train
from eigenlaw.verify.autoencoders import (
    HIDDEN,
    LATENT,
    PIXELS,
    Autoencoder,
    Layer,
    decode,
    encode,
    initial,
    initial_layer,
    input_jacobian,
    latent_jacobian,
    latent_points,
    latent_spectrum,
    passing,
    widths,
)
from eigenlaw.verify.claim import Budget
from eigenlaw.verify.judge import Context, Verdict, judge
from eigenlaw.verify.papers.dees import initial_spectra, initialisation, jacobians, rows_networks, training
from eigenlaw.verify.papers.dees.exact_autoencoders import SHAPES, exact, nonzero_eigenvalues, quotient

CLAIMS = (*jacobians.CLAIMS, *initialisation.CLAIMS, *initial_spectra.CLAIMS, *training.CLAIMS)


def judged(name: str, form: str) -> Verdict:
    (claim,) = [claim for claim in CLAIMS if claim.id == f"dees:{name}" and claim.form == form]
    return judge(claim, Context(Budget("quick")))


def test_the_architecture_is_that_of_the_appendix() -> None:
    assert (LATENT[0], LATENT[-1], len(LATENT)) == (2, 20, 19)
    net = initial(7, np.random.default_rng(0))
    shapes = [layer.weight.shape for layer in (*net.encoder, *net.decoder)]
    assert shapes == [(128, 784), (64, 128), (32, 64), (7, 32), (32, 7), (64, 32), (128, 64), (784, 128)]
    assert [layer.gate for layer in (*net.encoder, *net.decoder)] == [True, True, True, False] * 2
    assert [len(layer.bias) for layer in (*net.encoder, *net.decoder)] == [128, 64, 32, 7, 32, 64, 128, 784]
    x = draw_inputs(np.random.default_rng(1), "uniform", 3)
    z = latent_points(net, x)
    assert (z < 0).any()  # no ReLU on the latent space
    y = decode(net, z).values
    assert y.shape == (3, 784)
    assert abs(y).max() < 1


def test_initial_weights_and_biases_fill_the_interval_of_their_fan_in() -> None:
    rng = np.random.default_rng(2)
    layer = initial_layer(rng, (300, 49))
    for entries in (layer.weight, layer.bias):
        assert 0.99 / 7 < abs(entries).max() <= 1 / 7
        assert stats.kstest(entries.ravel(), stats.uniform(-1 / 7, 2 / 7).cdf).pvalue > 1e-4
    for kind in ("gaussian", "complex"):
        weight = initial_layer(rng, (300, 49), "gaussian" if kind == "gaussian" else "complex").weight
        assert np.isclose(np.mean(abs(weight) ** 2), 1 / (3 * 49), rtol=0.05)
    with pytest.raises(ValueError, match="complex"):
        initial(2, rng, (3,), 4, entries="complex")


@pytest.mark.parametrize("latent", [2, 20])
def test_jacobians_are_finite_differences(latent: int) -> None:
    rng = np.random.default_rng(latent)
    net = initial(latent, rng)
    x = draw_inputs(rng, "digits", 1)
    z, step = latent_points(net, x), 1e-7
    moved = [latent_points(net, decode(net, z + step * unit).values) for unit in np.eye(latent)]
    here = latent_points(net, decode(net, z).values)
    quotients = np.concatenate([(there - here) / step for there in moved]).T
    found = latent_jacobian(net, z).tangents[0]
    assert np.allclose(found, quotients, rtol=0, atol=1e-5 * abs(found).max() + 1e-9)
    direction = rng.standard_normal(PIXELS)
    along = (decode(net, latent_points(net, x + step * direction)).values - decode(net, z).values) / step
    whole = input_jacobian(net, x).tangents[0] @ direction
    assert np.allclose(whole, along[0], rtol=0, atol=1e-5 * abs(whole).max() + 1e-8)


def test_eigenvalues_that_are_zero_by_structure_have_no_argument() -> None:
    rng = np.random.default_rng(3)
    fewer = 0
    for _ in range(4):
        net = initial(20, rng)
        found = latent_jacobian(net, latent_points(net, draw_inputs(rng, "uniform", 1)))
        count = int(passing(found, 20)[0])
        assert np.linalg.matrix_rank(found.tangents[0], tol=1e-14) == count
        computed = np.sort(abs(np.linalg.eigvals(found.tangents[0])))[::-1]
        assert (computed[count:] < 1e-12).all()
        fewer += count < 20
    assert fewer >= 3
    seen = latent_spectrum(net, draw_inputs(rng, "uniform", 2))
    zero = np.arange(20) >= seen.nonzero[:, None]
    assert (np.isnan(seen.arguments) == zero).all()
    assert ((seen.moduli == 0) == zero).all()


def test_networks_side_by_side_are_networks_one_by_one() -> None:
    rng = np.random.default_rng(4)
    many = initial(3, rng, (6, 5), 4, copies=7)
    z = rng.standard_normal((7, 3))
    together = latent_jacobian(many, z).tangents
    for index in range(7):
        parts = [
            tuple(replace(layer, weight=layer.weight[index], bias=layer.bias[index]) for layer in part)
            for part in (many.encoder, many.decoder)
        ]
        alone = latent_jacobian(Autoencoder(parts[0], parts[1]), z[index : index + 1]).tangents[0]
        assert np.allclose(together[index], alone, rtol=1e-12, atol=0)


def test_gates_by_coin_are_open_or_closed_whatever_the_input() -> None:
    net = initial(3, np.random.default_rng(5), (40, 30), 9, gates="coin")
    one, other = (encode(net, x) for x in (np.ones((1, 9)), -np.ones((1, 9))))
    assert all((a == b).all() for a, b in zip(one.gates, other.gates, strict=True))
    assert 0 < sum(int(gate.sum()) for gate in one.gates) < 70


def test_the_median_with_gates_is_that_of_the_theorem_for_the_open_units() -> None:
    third, half = Fraction(1, 3), Fraction(1, 2)
    for d in (2, 9, 16, 20):
        open_units = [width // 2 for width in HIDDEN]
        cycle = [d, *reversed(open_units), PIXELS, *open_units]
        first = cycle.index(min(cycle))
        turned = cycle[first:] + cycle[:first]
        u = 1 - (1 - half) * d / turned[0]  # the other eigenvalues are zero
        fan_in = math.prod(widths(d)[:-1])
        law = RectangularProductLimit.of_sizes(turned)
        expected = float(law.known_quantile(fmpq(u.numerator, u.denominator))) * turned[0] ** 8 / 3**8 / fan_in
        assert math.isclose(float(gated_quantile(d, HIDDEN, PIXELS, half, third)), expected, rel_tol=1e-12)


def test_inputs_are_images_between_minus_one_and_one() -> None:
    for name in INPUTS:
        x = draw_inputs(np.random.default_rng(6), name, 5)
        assert x.shape == (5, PIXELS)
        assert abs(x).max() <= 1
    small, large = images("digits", 8), images("digits")
    assert set(np.unique(small)) == {k / 8 - 1 for k in range(17)}
    assert np.allclose(small.mean(axis=1), large.mean(axis=1), atol=0.06)
    assert images("faces").shape == (200, PIXELS)


def test_the_interval_of_a_chance_is_that_of_clopper_and_pearson() -> None:
    ones = np.repeat([1.0, 0.0], [30, 70])
    ball = initial_spectra.share(ones)
    level = 1 - 2e-11
    low, high = stats.binomtest(30, 100).proportion_ci(level, "exact")
    assert math.isclose(float(ball.lower()), low, rel_tol=1e-6)
    assert math.isclose(float(ball.upper()), high, rel_tol=1e-6)


def test_exact_autoencoders_have_the_reconstruction_that_is_asked_for() -> None:
    for shape in SHAPES:
        case = exact({"widths": list(shape), "draw": 5, "output": "input"})
        assert all(case.y == case.x)
        near = exact({"widths": list(shape), "draw": 5, "output": "near"})
        assert near.encoder_gates(near.y) == near.encoder_gates(near.x)
    fibre = exact({"widths": [2, 3, 1], "draw": 1, "output": "fibre"})
    assert fibre.encoder_gates(fibre.y) != fibre.encoder_gates(fibre.x)
    assert encode(fibre.net, fibre.y[None]).values[0][0] == fibre.z[0]
    kink = exact({"special": "kink"})
    assert kink.input_jacobian[0, 0] == 0  # the chain rule with H(0) = 0, though f_enc(x) = x there
    assert quotient(lambda p: encode(kink.net, p[None]).values[0], kink.x, kink.x + 1)[0] == 1
    nilpotent = exact({"special": "nilpotent"}).input_jacobian
    assert nilpotent.any()
    assert nonzero_eigenvalues(nilpotent) == 0


def test_a_quotient_at_a_kink_is_refused() -> None:
    case = exact({"special": "kink"})
    layer = case.net.encoder[0]
    with pytest.raises(ArithmeticError, match="kink"):
        quotient(lambda p: np.maximum(layer.weight @ p, 0), case.x, case.x + 1)


@pytest.mark.parametrize(
    ("name", "form", "verdict"),
    [
        ("jacobian-l.1", "printed", "fails"),
        ("jacobian-l.2", "corrected", "holds"),
        ("same-spectrum.1", "printed", "fails"),
        ("same-spectrum.3", "sharp", "holds"),
        ("order-of-magnitude.5", "new", "holds"),
        ("median-argument.4", "new", "holds"),
    ],
)
def test_verdicts(name: str, form: str, verdict: str) -> None:
    found = judged(name, form)
    assert found.verdict == verdict
    assert found.strength == "exact"


def test_every_row_has_a_claim_or_is_a_definition() -> None:
    claimed = {claim.id.split(".")[0] for claim in CLAIMS}
    for row in rows_networks.ROWS:
        assert (row.id in claimed) == (row.status == "testable"), row.id
    assert claimed <= {row.id for row in rows_networks.ROWS}


def test_training_is_adam_on_the_error_behind_the_tanh() -> None:
    """Written out with differences as slopes, far enough for outputs next to ±1."""
    pixels = np.random.default_rng(8).choice([-1.0, 1.0], (5, 3))
    recipe = Recipe(hidden=(4,), epochs=(0, 12), batch=5, rate=0.05)
    found = train(pixels, (1, 2), seed=3, recipe=recipe)
    for before, after in zip(found[0], found[12], strict=True):
        layers = [*before.encoder, *before.decoder]
        flat = np.concatenate([part.ravel() for layer in layers for part in (layer.weight, layer.bias)])
        first, second = np.zeros_like(flat), np.zeros_like(flat)

        def net(numbers: NDArray[np.float64], own: list[Layer] = layers) -> Autoencoder:
            rest, made = numbers, []
            for layer in own:
                weight, bias, rest = np.split(rest, np.cumsum([layer.weight.size, layer.bias.size]))
                made.append(replace(layer, weight=weight.reshape(layer.weight.shape), bias=bias))
            return Autoencoder(tuple(made[:2]), tuple(made[2:]))

        def error(numbers: NDArray[np.float64]) -> float:
            changed = net(numbers)
            return float(np.mean((decode(changed, latent_points(changed, pixels)).values - pixels) ** 2))

        for step in range(1, 13):
            slopes = np.array([error(flat + nudge) - error(flat - nudge) for nudge in 1e-6 * np.eye(len(flat))]) / 2e-6
            first, second = 0.9 * first + 0.1 * slopes, 0.999 * second + 0.001 * slopes**2
            flat = flat - 0.05 * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        expected = net(flat)
        for got, wanted in zip((*after.encoder, *after.decoder), (*expected.encoder, *expected.decoder), strict=True):
            np.testing.assert_allclose(got.weight, wanted.weight, atol=1e-3)
            np.testing.assert_allclose(got.bias, wanted.bias, atol=1e-3)
            assert got.gate == wanted.gate
        assert abs(decode(after, latent_points(after, pixels)).values).max() > 0.5
    with pytest.raises(InputError, match="batch"):
        train(pixels[:2], (1,), recipe=recipe)
