"""The draws behind the claims on Figures 1 and 3: shared between claims, reproducible, and spectra."""

import numpy as np
import pytest

from eigenlaw.verify.claim import Budget, Claim, Value
from eigenlaw.verify.judge import Context
from eigenlaw.verify.papers.murray import images


@pytest.mark.parametrize("setting", [("dense", 5, 12), ("convolutional", 17, 2)])
def test_a_draw_holds_the_spectra_of_twelve_kernels(
    setting: tuple[str, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "DRAWS", 2)
    network, side, width = setting
    one, two = (images._spectra(images.Setting(network, "unit norm", 6, side, width, seed)) for seed in (1, 2))
    assert set(one) == {(data, depth, phi) for data in images.DATA for depth in (2, 5) for phi in images.ACTIVATIONS}
    for key, values in one.items():
        assert values.shape == (2, 6)
        np.testing.assert_array_equal(values[:, 0], 1)
        assert (np.diff(values, axis=1) <= 0).all()
        assert (values >= 2**-52).all()
        assert not np.array_equal(values, two[key])
    again = images._spectra.__wrapped__(images.Setting(network, "unit norm", 6, side, width, 1))
    assert all(np.array_equal(again[key], values) for key, values in one.items())
    assert not np.allclose(one["photographs", 2, "relu"], one["photographs", 2, "tanh"], rtol=1e-3)


def drawn(claim: Claim, context: Context) -> set[images.Setting]:
    check = claim.check
    assert isinstance(check, Value)
    names = ("network", "scale", "n", "side", "width", "seed")
    cases = check.instances(context.budget, context.rng(claim))
    return {images.Setting(**{name: case[name] for name in names}) for case in cases}


def test_the_claims_share_four_groups_of_draws() -> None:
    context = Context(Budget("standard"), seed=5)
    groups = [drawn(claim, context) for claim in images.CLAIMS]
    assert len(set().union(*groups)) == 4
    assert {(s.network, s.n, s.width) for s in groups[1]} == {("dense", 200, 500)}
    assert set().union(*groups).isdisjoint(drawn(images.CLAIMS[0], Context(Budget("standard"), seed=6)))


def test_inputs_are_scaled_to_norm_one() -> None:
    made = np.random.default_rng(0).standard_normal((3, 3, 4, 4))
    np.testing.assert_allclose((images._scaled(made, "unit norm") ** 2).sum(axis=(1, 2, 3)), 1, rtol=1e-12)
    assert images._scaled(made, "as made") is made
