"""One-hidden-layer networks and inputs over the rationals, as the instances of Appendix C.2 name them."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Instance, Rng
from eigenlaw.verify.effective_rank import EffectiveRankRatio
from eigenlaw.verify.formula import rational
from eigenlaw.verify.margin import largest_margin_squared
from eigenlaw.verify.one_hidden_layer import inner_factors, inner_kernel
from eigenlaw.verify.papers.murray.common import phi_array

Array = NDArray[Any]

SLOPES = {
    "relu": ("0", "1"),
    "linear": ("1", "1"),
    "abs": ("-1", "1"),
    "hard_tanh": ("0", "1"),
    "leaky_relu(1/10)": ("1/10", "1"),
    "leaky_relu(1/2)": ("1/2", "1"),
    "leaky_relu(3/4)": ("3/4", "1"),
    "x + max(x, -x/2)": ("1/2", "2"),
}
"""The least and the largest value of φ', of the activations on which it is bounded and rational."""


def fractions(rows: Any) -> Array:
    """Return nested lists of rationals, given as text, as an array."""
    return np.asarray(np.vectorize(Fraction, otypes=[object])(np.array(rows, dtype=object)))


def texts(array: Array) -> Any:
    """Return an array of rationals as nested lists of text."""
    return np.vectorize(str, otypes=[object])(array).tolist()


def inputs(instance: Instance) -> Array:
    """X, one input a row, of shape (n, d)."""
    return fractions(instance["X"])


def weights(instance: Instance) -> tuple[Array, Array]:
    """W of shape (m, d) and a of shape (m,)."""
    return fractions(instance["W"]), fractions(instance["a"])


def factors(instance: Instance) -> Array:
    """Y_i, one a row, of shape (n, m); φ'(0) is the right derivative unless the instance has another."""
    (W, a), X = weights(instance), inputs(instance)
    Y = inner_factors(phi_array(instance["activation"]), W, a, X)
    if "slope_at_zero" in instance:
        Y = np.where(X @ W.T == 0, Fraction(instance["slope_at_zero"]) * a, Y)
    return Y


def gram(X: Array) -> Array:
    """X Xᵀ."""
    return np.asarray(X @ X.T)


def inner_ratio(instance: Instance) -> EffectiveRankRatio:
    """eff(K_inner)/eff(XXᵀ)."""
    X = inputs(instance)
    return EffectiveRankRatio(inner_kernel(factors(instance), X), gram(X))


def squared_norms(rows: Array) -> list[Any]:
    """‖y‖² of each row."""
    return [rational(sum((entry * entry for entry in row), Fraction(0))) for row in rows]


def margin_squared(instance: Instance) -> Any:
    """α² of Theorem C.1."""
    return largest_margin_squared(factors(instance))


def random_network(activation: str, n: int, d: int, m: int, draw: int) -> Instance:
    """Small rational entries, a_l never 0 and no input 0."""
    rng = np.random.default_rng([n, d, m, draw])

    def entries(*shape: int) -> Array:
        return fractions(rng.integers(-3, 4, shape)) / fractions(rng.integers(1, 3, shape))

    X = entries(n, d)
    X[np.array([not any(row) for row in X])] = Fraction(1)
    a = entries(m)
    a[a == 0] = Fraction(1)
    return {"activation": activation, "X": texts(X), "W": texts(entries(m, d)), "a": texts(a)}


def networks(
    activations: Sequence[str], smallest: Sequence[Instance] = ()
) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """The given instances, then random networks of growing size with each of the activations."""
    shapes = [(1, 1, 1), (2, 1, 2), (2, 2, 2), (3, 2, 4), (4, 3, 5), (5, 2, 6)]

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        found = list(smallest)
        found += [random_network(name, *shape, draw=0) for shape in shapes for name in activations]
        for _ in range(budget.of(6, 40, 200)):
            name = activations[int(rng.integers(len(activations)))]
            n, d, m = (int(size) for size in rng.integers([2, 1, 2], [6, 4, 7]))
            found.append(random_network(name, n, d, m, draw=int(rng.integers(10**6))))
        return found

    return instances


def orthogonal(slopes: Sequence[str], lengths: Sequence[str], activation: str) -> Instance:
    """One neuron and inputs along the axes, with signs that give the first a slope and the others another."""
    n = len(lengths)
    X = [[lengths[i] if i == j else "0" for j in range(n)] for i in range(n)]
    return {"activation": activation, "X": X, "W": [list(slopes)], "a": ["1"]}
