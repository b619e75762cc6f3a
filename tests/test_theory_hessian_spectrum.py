"""The spectra of H_o and H_f against those of matrices in floats, and against SymPy."""

import numpy as np
import pytest
import sympy

from eigenlaw.theory.hessian_spectrum import (
    functional_characteristic,
    functional_eigenvalue,
    functional_plateaus,
    functional_zeros,
    outer_plateau_width,
)


def functional(omega: np.ndarray, M: int) -> np.ndarray:
    K, d = omega.shape
    block = np.kron(omega, np.eye(M))
    return np.block([[np.zeros((K * M,) * 2), block], [block.T, np.zeros((d * M,) * 2)]])


@pytest.mark.parametrize(("K", "d", "s", "M"), [(2, 3, 2, 3), (3, 2, 1, 2), (1, 1, 1, 4), (4, 4, 3, 1)])
def test_the_spectrum_of_the_functional_hessian(K: int, d: int, s: int, M: int) -> None:
    rng = np.random.default_rng([K, d, s, M])
    omega = rng.standard_normal((K, s)) @ rng.standard_normal((s, d))
    squares = np.sort(np.linalg.eigvalsh(omega.T @ omega))[-s:]
    expected = [float(functional_eigenvalue(z, sign)) for z in squares for sign in (1, -1)] * M
    expected += [0.0] * int(functional_zeros(s, K, d, M))
    found = np.linalg.eigvalsh(functional(omega, M))
    np.testing.assert_allclose(np.sort(expected), found, atol=1e-7)
    assert len(np.unique(np.round(found[np.abs(found) > 1e-6], 6))) == functional_plateaus(s)


@pytest.mark.parametrize(("K", "d", "M"), [(1, 2, 1), (2, 1, 2), (2, 2, 1)])
def test_the_characteristic_polynomial(K: int, d: int, M: int) -> None:
    x, y = sympy.symbols("x y")
    omega = sympy.Matrix(K, d, lambda i, j: 2 * i - 3 * j + 1)
    block = sympy.kronecker_product(omega, sympy.eye(M))
    H = sympy.BlockMatrix([[sympy.zeros(K * M), block], [block.T, sympy.zeros(d * M)]]).as_explicit()
    Z = sympy.kronecker_product(omega.T * omega, sympy.eye(M))
    law = functional_characteristic(x, K, d, M, lambda at: (Z - y * sympy.eye(d * M)).det().subs(y, at))
    assert sympy.simplify((H - x * sympy.eye((K + d) * M)).det() - law) == 0


def test_the_plateaus_of_a_tanh_network_in_floats() -> None:
    rng = np.random.default_rng(0)
    d, M, K, N = 3, 2, 6, 9
    V, W, X = rng.standard_normal((M, d)), rng.standard_normal((K, M)), rng.standard_normal((N, d))
    hidden = np.tanh(X @ V.T)
    inner = np.einsum("km,nm,nj->nkmj", W, 1 - hidden**2, X).reshape(N * K, -1)
    outer = np.einsum("kc,nm->nkcm", np.eye(K), hidden).reshape(N * K, -1)
    J = np.concatenate([inner, outer], axis=1)
    found = np.linalg.eigvalsh(J.T @ J / N)
    for level in np.linalg.eigvalsh(hidden.T @ hidden / N):
        assert (np.abs(found - level) < 1e-10).sum() == outer_plateau_width(K, M)
