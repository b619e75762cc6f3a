"""The dense Hessian of deep linear networks: against derivatives, the normal form and the closed laws."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from flint import nmod

from eigenlaw.numerics.chain_rank import chain_ranks
from eigenlaw.numerics.ranks import missed_rank, random_prime, rank
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.chain_hessians import (
    block_sizes,
    columns_of,
    functional_hessian,
    jacobian,
    outer_factor,
    outer_hessian,
    outer_rank,
    residual_covariance,
    sampled_outer_hessian,
)
from eigenlaw.verify.linear_chains import LinearNetwork, low_rank, random_network, rational_draw, residue_draw

KINDS = ((False, "generic"), (True, "generic"), (True, "zero"))


@dataclass(frozen=True)
class Moved:
    """A number a + b ε + c η + d εη with ε² = η² = 0."""

    parts: tuple[Any, Any, Any, Any]

    def __add__(self, other: Any) -> "Moved":
        theirs = other.parts if isinstance(other, Moved) else (other, 0, 0, 0)
        a, b, c, d = (x + y for x, y in zip(self.parts, theirs, strict=True))
        return Moved((a, b, c, d))

    __radd__ = __add__

    def __mul__(self, other: Any) -> "Moved":
        a, b, c, d = self.parts
        e, f, g, h = other.parts if isinstance(other, Moved) else (other, 0, 0, 0)
        return Moved((a * e, a * f + b * e, a * g + c * e, a * h + b * g + c * f + d * e))

    __rmul__ = __mul__


def second_derivatives(network: LinearNetwork, X: Any, Y: Any) -> Any:
    """The Hessian of ½ Σ_n |F(x_n) − y_n|², one pair of parameters at a time, by the algebra of ε and η."""
    sizes = block_sizes(network)
    owners = [(layer, row, column) for layer, (rows, columns) in enumerate(sizes) for row in range(rows)
              for column in range(columns)]  # fmt: skip
    H = np.empty((len(owners), len(owners)), dtype=object)
    for u, v in product(range(len(owners)), repeat=2):
        value = X
        for layer in range(network.layers):
            weight = network.weights[layer]
            if network.biases:
                weight = np.concatenate([weight, network.biases[layer][:, None]], axis=1)
                value = np.concatenate([value, np.full((1, X.shape[1]), 1, dtype=object)])
            moved = weight.copy()
            for owner, step in ((owners[u], (0, 1, 0, 0)), (owners[v], (0, 0, 1, 0))):
                if owner[0] == layer:
                    moved[owner[1:]] = Moved(step) + moved[owner[1:]]
            value = moved @ value
        terms = [(entry + -y) * (entry + -y) for entry, y in zip(value.ravel(), Y.ravel(), strict=True)]
        H[u, v] = sum(term.parts[3] / 2 for term in terms if isinstance(term, Moved))
    return H


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("widths", [(2, 2, 2), (1, 2, 1, 2), (2, 1, 1, 1, 1)])
def test_the_blocks_are_second_derivatives(widths: tuple[int, ...], bias: bool) -> None:
    draw = rational_draw(np.random.default_rng(len(widths)))
    network = random_network(widths, draw, bias=bias)
    X, Y = draw((widths[0], 3)), draw((widths[-1], 3))
    inputs = network.homogeneous(X)
    H_o = outer_hessian(network, inputs @ inputs.T)
    H_f = functional_hessian(network, residual_covariance(network, X, network.outputs(X) - Y))
    assert (H_o + H_f == second_derivatives(network, X, Y)).all()
    identities = np.array([np.eye(widths[-1], dtype=int).astype(object)] * 3)
    assert (sampled_outer_hessian(network, X, identities) == H_o).all()
    assert jacobian(network, X).shape == (len(H_o), 3, widths[-1])
    places = [place for layer in range(1, network.layers + 1) for part in columns_of(network, layer) for place in part]
    assert sorted(places) == list(range(len(H_o)))


def problem(widths: tuple[int, ...], r: int, s: int, bias: bool, mean: str, rng: np.random.Generator) -> Any:
    """A network over a random prime field, Σ and Ω of ranks r and s, homogeneous where there are biases."""
    prime = random_prime(rng)
    draw = residue_draw(rng, prime)
    network = random_network(widths, draw, bias=bias)
    span, factor = draw((widths[0], r)), draw((r, r))
    sigma, omega = span @ factor @ factor.T @ span.T, low_rank(widths[-1], r, s, draw) @ span.T
    if bias:
        sigma = np.block([[sigma, np.zeros((widths[0], 1), dtype=object)], [np.zeros((1, widths[0]), dtype=object), 1]])
        delta = draw((widths[-1], 1)) if mean == "generic" else np.zeros((widths[-1], 1), dtype=object)
        omega = np.concatenate([omega, delta], axis=1)
    return network, sigma, omega, prime


def measured(widths: tuple[int, ...], r: int, s: int, bias: bool, mean: str, rng: np.random.Generator) -> Any:
    """Ranks of H_o, H_f, H_L and of the columns of W^l and of b^l of the dense Hessian, and the chance to miss one."""
    network, sigma, omega, prime = problem(widths, r, s, bias, mean, rng)
    H_o, H_f = outer_hessian(network, sigma), functional_hessian(network, omega)
    layers = range(1, network.layers + 1)
    weights, biases = zip(*(columns_of(network, layer) for layer in layers), strict=True)
    columns = [rank(H_f[:, places]) for places in (*weights, *(biases if bias else ()))]
    assert rank(H_o) == outer_rank(network, sigma) <= rank(outer_factor(network))
    chance = missed_rank(len(H_o), 4 * network.layers + 4, prime)
    return rank(H_o), rank(H_f), rank(H_o + H_f), columns, chance


def architectures() -> list[tuple[tuple[int, ...], int, int]]:
    rng = np.random.default_rng(5)
    found = [(widths, widths[0], s) for layers, most in ((2, 2), (3, 2), (4, 2)) for widths in
             product(range(1, most + 1), repeat=layers + 1) for s in range(min(widths[0], widths[-1]) + 1)]  # fmt: skip
    for _ in range(60):
        layers = int(rng.integers(2, 7))
        widths = tuple(int(width) for width in rng.integers(1, 9 - layers, layers + 1))
        r = int(rng.integers(1, widths[0] + 1))
        found.append((widths, r, int(rng.integers(0, min(r, widths[-1]) + 1))))
    return found


@pytest.mark.parametrize(("bias", "mean"), KINDS)
def test_dense_ranks_are_those_of_the_normal_form_and_of_the_laws(bias: bool, mean: Any) -> None:
    rng = np.random.default_rng(1 + bias)
    cases = architectures()
    assert len(cases) > 150
    for widths, r, s in cases:
        *dense, columns, chance = measured(widths, r, s, bias, mean, rng)
        form = chain_ranks(widths, r, s, bias=bias, mean_residual=mean == "generic")
        law = LinearChain(widths, r, s, bias, mean)
        assert dense == [form.outer, form.functional, form.loss], (widths, r, s)
        assert dense == [law.outer_rank, law.functional_rank, law.loss_rank], (widths, r, s)
        assert columns == [*form.weights, *form.biases], (widths, r, s)
        assert columns == [law.column_rank(block) for block in range(1, len(columns) + 1)], (widths, r, s)
        assert chance < 1e-12


def test_special_weights_and_residuals_fall_short_of_the_generic_rank() -> None:
    """Outside the hypotheses: W² W¹ = 0 with weights of full rank, and ω_1 = −ω_2 in a chain of three layers."""
    prime = 2**61 - 1
    ints = np.vectorize(lambda entry: nmod(int(entry), prime), otypes=[object])
    weights = (ints([[1], [0]]), ints([[0, 1]]), ints([[1], [1]]))
    zero_product = outer_rank(LinearNetwork(weights), ints([[1]]))
    assert zero_product == 1 < chain_ranks((1, 2, 1, 2), 1, 1).outer == 2
    square = LinearNetwork(tuple(ints(np.eye(2)) for _ in range(3)))
    ranks = [rank(functional_hessian(square, ints(np.diag(omega)))) for omega in ((1, 5), (1, 1), (1, -1))]
    assert ranks[0] == chain_ranks((2, 2, 2, 2), 2, 2).functional == 12
    assert ranks == [12, 12, 10]


def test_a_residual_in_one_wrong_place_shows() -> None:
    """Ω transposed, or with its mean in the wrong column, is not what the laws are about."""
    rng = np.random.default_rng(2)
    network, _, omega, _ = problem((3, 2, 3, 3), 3, 1, True, "generic", rng)
    law = LinearChain((3, 2, 3, 3), 3, 1, True).functional_rank
    assert rank(functional_hessian(network, omega)) == law
    moved = omega.copy()
    moved[:, -1] = 0 * moved[:, -1]
    assert rank(functional_hessian(network, moved)) < law
