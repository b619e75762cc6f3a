"""Eigenvalues as exact rationals and as balls, against floats and symmetric functions."""

import numpy as np
import pytest
from flint import arb

from eigenlaw.verify.eigenvalues import eigenvalues


def test_eigenvalues_are_exact_where_rational_and_else_certified() -> None:
    assert eigenvalues([[2, 1, 0], [1, 2, 0], [0, 0, 3]]) == (3, 3, 1)
    golden = eigenvalues([[2, 1], [1, 1]])
    assert [float(value) for value in golden] == pytest.approx([(3 + 5**0.5) / 2, (3 - 5**0.5) / 2])
    assert (golden[0] * golden[1]).contains(1)
    assert golden[0] + golden[1] >= 3 - 1e-9
    A = np.random.default_rng(0).integers(-5, 6, (7, 7))
    A = A + A.T
    assert [float(v) for v in eigenvalues(A.tolist())] == pytest.approx(np.linalg.eigvalsh(A.astype(float))[::-1])


def test_balls_among_the_entries_widen_every_eigenvalue() -> None:
    wide = eigenvalues([[arb(2, 1e-3), 1], [1, 2]])
    assert wide[0].contains(3)
    assert wide[0].rad() >= 1e-3
    exact = eigenvalues([[arb(2), 1], [1, 2]])
    assert exact[0].contains(3)
    assert exact[0].rad() < 1e-12
    with pytest.raises(ArithmeticError, match="finite"):
        eigenvalues([[arb("nan"), 1], [1, 2]])
