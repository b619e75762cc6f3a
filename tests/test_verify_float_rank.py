"""Where the rank from singular values errs: each known failure beside the exact rank, and a case where it is right."""

import numpy as np
import pytest
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.verify.chain_hessians import functional_hessian, outer_hessian
from eigenlaw.verify.float_rank import float_rank, rounded
from eigenlaw.verify.linear_chains import LinearNetwork, rational_draw
from eigenlaw.verify.rational_weights import initial_weights


def hessians(widths: tuple[int, ...], residual: fmpq) -> tuple[np.ndarray, np.ndarray]:
    """H_o and H_f at Gaussian weights, exactly."""
    rng = np.random.default_rng(0)
    draw, N = rational_draw(rng, 1000, 1000), widths[0] + 3
    network = LinearNetwork(initial_weights("gaussian", widths, rng))
    X, delta = draw((widths[0], N)), draw((widths[-1], N)) * residual
    return outer_hessian(network, X @ X.T), functional_hessian(network, delta @ X.T)


def test_it_is_right_for_a_shallow_network_away_from_interpolation() -> None:
    outer, functional = hessians((4, 4, 3), fmpq(1))
    for matrix, expected in ((outer, 12), (functional, 24), (outer + functional, 27)):
        assert rank(matrix) == float_rank(matrix) == float_rank(matrix, np.float32) == expected


@pytest.mark.parametrize(("digits", "double", "single"), [(4, 27, 23), (8, 27, 12), (16, 12, 12), (20, 12, 12)])
def test_near_interpolation_the_functional_part_is_lost(digits: int, double: int, single: int) -> None:
    """In the end the rank of H_o is what is left; single precision loses it eight digits earlier."""
    outer, functional = hessians((4, 4, 3), fmpq(1, 10**digits))
    matrix = outer + functional
    assert rank(matrix) == 27
    assert (float_rank(matrix), float_rank(matrix, np.float32)) == (double, single)
    assert rank(outer) == 12


@pytest.mark.parametrize(("layers", "double", "single"), [(4, 4, 4), (12, 4, 3), (20, 3, 3)])
def test_depth_spreads_the_singular_values(layers: int, double: int, single: int) -> None:
    """Of the four of H_o at width 2 one is lost at 12 layers in single, at 20 in double precision."""
    outer, _ = hessians((2,) * (layers + 1), fmpq(1))
    assert rank(outer) == 4
    assert (float_rank(outer), float_rank(outer, np.float32)) == (double, single)


def test_single_precision_loses_ranks_that_double_precision_keeps() -> None:
    outer, functional = hessians((3,) * 9, fmpq(1))
    matrix = outer + functional
    assert rank(matrix) == float_rank(matrix) == len(matrix) == 72
    assert float_rank(matrix, np.float32) == 66


def test_rounding_large_fractions() -> None:
    huge = fmpq(10**400 + 1, 3 * 10**400)
    assert rounded(np.array([[huge, 2]], dtype=object)).tolist() == [[1 / 3, 2.0]]
    assert rounded(np.eye(2), np.float32).dtype == np.float32
