"""Derivatives of the losses against SymPy's, in floats; with residues against rational arithmetic at an integer t."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from flint import fmpq, nmod

from eigenlaw.numerics.ranks import rank, residue
from eigenlaw.verify.losses import cross_entropy, exponentials, log_cosh, slopes_of_tanh, squared_error

PRIME = 2**61 - 1


def loss_of(name: str, F: list[Any], y: list[Any]) -> Any:
    if name == "squared error":
        return sum((f - k) ** 2 for f, k in zip(F, y, strict=True)) / 2
    if name == "log-cosh":
        return sum(sympy.log(sympy.cosh(f - k)) for f, k in zip(F, y, strict=True))
    return -sum(k * (f - sympy.log(sum(map(sympy.exp, F)))) for f, k in zip(F, y, strict=True))


def found(name: str, F: np.ndarray, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if name == "squared error":
        return squared_error(F, Y)
    return cross_entropy(np.exp(F), Y) if name == "cross-entropy" else log_cosh(np.exp(2 * (F - Y)))


@pytest.mark.parametrize("name", ["squared error", "cross-entropy", "log-cosh"])
def test_derivatives_are_those_of_the_loss(name: str) -> None:
    F = np.array([[0.5, -1.25], [2.0, 0.75], [-0.5, 0.25]])
    Y = np.array([[0.5, 1.0], [0.25, 0.0], [0.25, 0.0]])
    first, second = found(name, F, Y)
    symbols = list(sympy.symbols("f0:3"))
    for n in range(2):
        loss = loss_of(name, symbols, list(map(sympy.Rational, Y[:, n])))
        at = dict(zip(symbols, map(sympy.Rational, F[:, n]), strict=True))
        gradient = [float(sympy.diff(loss, f).subs(at).evalf(30)) for f in symbols]
        hessian = [[float(entry.subs(at).evalf(30)) for entry in row] for row in sympy.hessian(loss, symbols).tolist()]
        np.testing.assert_allclose(first[:, n], gradient, rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(second[n], hessian, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("gradients", [lambda raised: cross_entropy(raised, 0 * raised), log_cosh])
def test_residues_are_those_of_the_rational_functions_of_t(gradients: Any) -> None:
    exponents = np.array([[2, -1], [0, 4], [5, 1]])
    raised = exponentials(np.vectorize(fmpq, otypes=[object])(exponents), nmod(3, PRIME))
    exact = np.array([[Fraction(3) ** int(e) for e in row] for row in exponents], dtype=object)
    for modular, rational in zip(gradients(raised), gradients(exact), strict=True):
        assert modular.shape == rational.shape
        assert all(a == residue(b, PRIME) for a, b in zip(modular.ravel(), rational.ravel(), strict=True))
        assert len(set(map(int, modular.ravel()))) >= 3


def test_exponentials_multiply_where_the_exponents_add() -> None:
    values = np.array([fmpq(1, 6), fmpq(-3, 4), fmpq(1, 6) + fmpq(-3, 4), fmpq(0), fmpq(5)], dtype=object)
    a, b, both, one, large = exponentials(values, nmod(12345, PRIME))
    assert a * b == both != one == 1
    assert large == nmod(12345, PRIME) ** 60
    assert exponentials(10**40 * values[4:], nmod(7, 101)).tolist() == [pow(7, 5 * 10**40, 101)]


@pytest.mark.parametrize("K", [1, 2, 5])
def test_cross_entropy_does_not_see_the_direction_of_ones(K: int) -> None:
    rng = np.random.default_rng(K)
    outputs = np.vectorize(lambda k: fmpq(int(k), 7), otypes=[object])(rng.integers(-20, 21, (K, 3)))
    labels = np.zeros((K, 3), dtype=int).astype(object)
    labels[0] = 1
    first, second = cross_entropy(exponentials(outputs, nmod(987654321, PRIME)), labels)
    assert all(total == 0 for total in first.sum(axis=0))
    assert all(total == 0 for total in second.sum(axis=2).ravel())
    assert [rank(S) for S in second] == [K - 1] * 3
    shifted = cross_entropy(exponentials(outputs + fmpq(1, 3), nmod(987654321, PRIME)), labels)
    assert rank(second[0]) == rank(shifted[1][0])


def test_slopes_follow_from_the_gradients() -> None:
    first, second = log_cosh(np.exp(np.array([[0.3, -2.0], [1.0, 0.0]])))
    np.testing.assert_array_equal(slopes_of_tanh(first), second)
    assert second[1].tolist() == [[1 - first[0, 1] ** 2, 0], [0, 1]]
