"""Networks, samples and gradients for each loss, modulo a random prime: small strata, and the digits.

In a small stratum the residual comes first: δ_n is rational, with Σ_n δ_n x_nᵀ of rank s, and the labels are what the
loss needs for it, real numbers F − δ for squared error, softmax(F) − δ for cross-entropy, F − artanh δ for log-cosh. In
this way every s occurs. On the digits, those of the first K classes, the labels are one-hot and s is what it is. Every
number is a rational function of t = e^(1/D), see ``losses``; t, the weights and the inputs go to F_p, and the ranks
there are lower bounds.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, get_args

import numpy as np
from flint import nmod
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import random_prime, rank, residues
from eigenlaw.theory.linear_chain import LinearChain, Loss
from eigenlaw.verify.chain_hessians import functional_hessian, residual_covariance
from eigenlaw.verify.claim import Instance
from eigenlaw.verify.digits import CLASSES, digits, one_hot
from eigenlaw.verify.linear_chains import LinearNetwork, low_rank, random_network, rational_draw
from eigenlaw.verify.losses import cross_entropy, exponentials, log_cosh, slopes_of_tanh, squared_error
from eigenlaw.verify.papers.singh.common import chain_of
from eigenlaw.verify.rational_weights import Initialisation, initial_weights
from eigenlaw.verify.sampled_hessians import outer_hessian, sample_metric

Array = NDArray[Any]

EXTRA_SAMPLES = 2


@dataclass(frozen=True)
class SampledProblem:
    """A linear network with samples, modulo a prime, and the stratum of its laws.

    Attributes:
        chain: widths, measured ranks of data and residual, loss.
        network: weights and biases.
        X: inputs, one a column, homogeneous where there are biases.
        first: δ_n = ∂ℓ, one a column.
        second: S_n = ∂²ℓ, of shape (N, K, K).
    """

    chain: LinearChain
    network: LinearNetwork
    X: Array
    first: Array
    second: Array

    @property
    def omega(self) -> Array:
        """Ω = Σ_n δ_n x_nᵀ, with the column Σ_n δ_n where there are biases."""
        return np.asarray(self.first @ self.X.T)

    @property
    def outer(self) -> Array:
        """H_o."""
        return outer_hessian(self.network, sample_metric(self.X, self.second))

    @property
    def functional(self) -> Array:
        """H_f."""
        return functional_hessian(self.network, self.omega)

    @cached_property
    def outer_rank(self) -> int:
        """The rank of H_o."""
        return rank(self.outer)

    @cached_property
    def functional_rank(self) -> int:
        """The rank of H_f."""
        return rank(self.functional)

    @cached_property
    def loss_rank(self) -> int:
        """The rank of H_L = H_o + H_f."""
        return rank(self.outer + self.functional)


def problem_of(instance: Instance) -> SampledProblem:
    """Return the problem of an instance, on the digits or in a small stratum; the last few are kept."""
    if instance.get("data") == "digits":
        return _digits(
            tuple(instance["widths"]), instance["n"], instance["draw"], instance["loss"], instance["weights"]
        )
    return _stratum(chain_of(instance), instance["draw"], instance.get("weights"))


@lru_cache(maxsize=64)
def _digits(widths: tuple[int, ...], n: int, draw: int, loss: Loss, weights: Initialisation) -> SampledProblem:
    rng = np.random.default_rng([draw, n, *widths])
    prime = random_prime(rng)
    K = widths[-1]
    X, labels = digits(rng, n, round(widths[0] ** 0.5), K if K > 1 else CLASSES)
    network = LinearNetwork(initial_weights(weights, widths, rng, None if loss != "mse" else prime))
    Y = one_hot(labels, K)
    data_rank = rank(X)
    X = residues(X, prime) if loss == "mse" else X
    first, second = _gradients(loss, network.outputs(X), Y, rng, prime)
    network, X = _reduced(network, prime), residues(X, prime)
    omega_rank = rank(residual_covariance(network, X, first))
    return SampledProblem(LinearChain(widths, data_rank, omega_rank, loss=loss), network, X, first, second)


def _gradients(loss: Loss, outputs: Array, Y: Array, rng: np.random.Generator, prime: int) -> tuple[Array, Array]:
    base = nmod(int(rng.integers(2, prime)), prime)
    if loss == "cross-entropy":
        return cross_entropy(exponentials(outputs, base), residues(Y, prime))
    if loss == "log-cosh":
        return log_cosh(exponentials(outputs - Y, base))
    return squared_error(outputs, residues(Y, prime))


@lru_cache(maxsize=4096)
def _stratum(chain: LinearChain, draw: int, weights: Initialisation | None) -> SampledProblem:
    widths, r, s, K = chain.widths, chain.data_rank, chain.residual_rank, chain.outputs
    rng = np.random.default_rng([draw, get_args(Loss).index(chain.loss), *widths, r, s, chain.bias, chain.shifted])
    prime = random_prime(rng)
    numbers = rational_draw(rng, 10**4, 1)
    N = r + EXTRA_SAMPLES
    network = random_network(widths, numbers, bias=chain.bias)
    if weights is not None:
        network = LinearNetwork(initial_weights(weights, widths, rng), network.biases)
    samples, part = (_centred(numbers((r, N)), chain.bias), _centred(numbers((max(s, 1), N)), chain.bias))
    first = low_rank(K, max(s, 1), s, numbers) @ part
    if chain.shifted:
        first = first + numbers((K, 1))
    if chain.loss == "cross-entropy":
        first = np.concatenate([first, -first.sum(axis=0, keepdims=True)])
    X = numbers((widths[0], r)) @ samples
    if chain.bias:
        X = X + numbers((widths[0], 1))
    outputs = network.outputs(X)
    X, first = residues(network.homogeneous(X), prime), residues(first, prime)
    second = _curvatures(chain.loss, outputs, first, rng, prime)
    return SampledProblem(chain, _reduced(network, prime), X, first, second)


def _curvatures(loss: Loss, outputs: Array, first: Array, rng: np.random.Generator, prime: int) -> Array:
    """Return S_n at labels for which the gradients are the given ones."""
    if loss == "cross-entropy":
        base = nmod(int(rng.integers(2, prime)), prime)
        return cross_entropy(exponentials(outputs, base), first)[1]
    if loss == "log-cosh":
        return slopes_of_tanh(first / 10**15)  # less than 1 in modulus
    return squared_error(first, 0 * first)[1]


def _centred(samples: Array, wanted: bool) -> Array:
    """Return the samples, the columns, less their mean if wanted."""
    return samples - samples.sum(axis=1, keepdims=True) / samples.shape[1] if wanted else samples


def _reduced(network: LinearNetwork, prime: int) -> LinearNetwork:
    return LinearNetwork(
        tuple(residues(weight, prime) for weight in network.weights),
        tuple(residues(bias, prime) for bias in network.biases),
    )


def full_products(instance: Instance) -> bool:
    """Tell whether every product W^{l:k} has full rank."""
    network = problem_of(instance).network
    widths, L = network.widths, network.layers
    return all(
        rank(network.product(above, below)[: widths[above], : widths[below - 1]]) == min(widths[below - 1 : above + 1])
        for below in range(1, L + 1)
        for above in range(below, L + 1)
    )


def ranks_as_named(instance: Instance) -> bool:
    """Tell whether the inputs, homogeneous with biases, and the residual have the ranks of the stratum."""
    problem = problem_of(instance)
    chain = problem.chain
    return rank(problem.X) == chain.data_rank + chain.bias and rank(problem.omega) == chain.s_hat
