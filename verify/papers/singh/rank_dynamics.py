"""Figures 5 (S1) and S2: ranks of weights and Hessians while a network is trained.

The weights that gradient descent in floating-point numbers arrives at are dyadic rationals, and so are inputs and
teacher: the ranks at each checkpoint are exact, modulo a random prime of 61 bits (a lower bound, which proven upper
bounds meet). What the paper counts, eigenvalues above a tolerance, is counted beside them in floating-point numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import multiply, random_prime, rank, residues
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.chain_hessians import functional_hessian, outer_hessian, outer_rank
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.digits import digits, digits_hash, one_hot
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.linear_chains import LinearNetwork
from eigenlaw.verify.network_hessian import ACTIVATIONS, forward, loss_derivatives, loss_hessians
from eigenlaw.verify.network_hessian import functional_hessian as curvature
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.training import Weights, descend, glorot, squared_error_gradient, teacher_gradient

Array = NDArray[Any]

_LINEAR, _RELU = "singh:fig-s1", "singh:fig-s2"
"""One stream of random numbers for all parts of a figure, so that they share the runs."""
RELU_SAMPLES, EPOCHS, RATE = 12, 2000, 0.09
STEPS = (0, 100, 1000, 8000)
FEW, SOME, PAPER = (8, 7, 6, 5, 4), (14, 12, 10, 8, 6), (30, 25, 20, 15, 10)
"""Widths of the linear networks, by budget; the last are those of Figure S1."""
RELU_WIDTHS = {"quick": (16, 12, 10, 8, 4), "standard": (16, 16, 12, 10, 4), "thorough": (25, 25, 20, 15, 10)}


@lru_cache(maxsize=16)
def _trained(widths: tuple[int, ...], draw: int) -> tuple[Array, Array, Mapping[int, Weights]]:
    """Gaussian inputs, one a column, a Gaussian linear teacher, and the weights at each checkpoint."""
    rng = np.random.default_rng([draw, *widths])
    d, K = widths[0], widths[-1]
    X, T = rng.standard_normal((d, 4 * d)), rng.standard_normal((K, d)) / np.sqrt(d)
    gradient = teacher_gradient(X @ X.T / X.shape[1], T)
    return X, T, descend(glorot(widths, rng), gradient, 0.1, STEPS)


def _at(instance: Instance) -> tuple[Array, Array, Weights]:
    """Inputs, teacher and weights; at a "minimum" the network itself is the teacher."""
    X, T, found = _trained(tuple(instance["widths"]), instance["draw"])
    return X, T, found[STEPS[-1] if instance["step"] == "minimum" else instance["step"]]


def _dyadic(numbers: Array, prime: int) -> Array:
    """The residues of floating-point numbers, taken as the rationals that they are."""
    return residues(np.vectorize(Fraction, otypes=[object])(numbers), prime)


@lru_cache(maxsize=4)
def _exact(widths: tuple[int, ...], draw: int, step: int | str) -> tuple[LinearNetwork, Array, Array]:
    """The network, N Σ and N Ω, modulo a prime."""
    prime = random_prime(np.random.default_rng([draw, 1]))
    X, T, weights = _at({"widths": widths, "draw": draw, "step": step})
    X, T = (_dyadic(array, prime) for array in (X, T))
    network = LinearNetwork(tuple(_dyadic(weight, prime) for weight in weights))
    total = network.product(network.layers, 1)
    sigma = multiply(X, X.T)
    return network, sigma, multiply(total - (total if step == "minimum" else T), sigma)


def _key(instance: Instance) -> tuple[tuple[int, ...], int, int | str]:
    return tuple(instance["widths"]), instance["draw"], instance["step"]


def _weight_ranks(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(weight)) for weight in _exact(*_key(instance))[0].weights]


def _outer_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    network, sigma, _omega = _exact(*_key(instance))
    return [fmpq(outer_rank(network, sigma))]


def _functional_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    network, _sigma, omega = _exact(*_key(instance))
    return [fmpq(rank(functional_hessian(network, omega)))]


def _fixed_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    """H_f with the weights of the step and Ω of the start."""
    network = _exact(*_key(instance))[0]
    omega = _exact(tuple(instance["widths"]), instance["draw"], 0)[2]
    return [fmpq(rank(functional_hessian(network, omega)))]


def _loss_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    network, sigma, omega = _exact(*_key(instance))
    return [fmpq(rank(outer_hessian(network, sigma) + functional_hessian(network, omega)))]


def _count(H: Array, epsilon: float) -> Any:
    """Eigenvalues above p ε |λ|_max, as numpy.linalg.matrix_rank counts."""
    values = np.abs(np.linalg.eigvalsh(H))
    return fmpq(int((values > values.max() * len(values) * epsilon).sum()))


def _float_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    """H_L at the tolerance of double precision."""
    X, T, weights = _at(instance)
    H_o, H_f = loss_hessians(weights, X.T, X.T @ T.T, ACTIVATIONS["linear"])
    return [_count(H_o + H_f, float(np.finfo(np.float64).eps))]


def _chain_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    widths = tuple(instance["widths"])
    return [value(**printed.bindings(LinearChain(widths, widths[0], min(widths[0], widths[-1]))))]


def _smaller() -> Any:
    import sympy

    return sympy.Min(*symbols("M_l M_below"))


def _full(instance: Instance, value: Evaluate) -> Sequence[Any]:
    widths = instance["widths"]
    return [value(M_l=widths[layer], M_below=widths[layer - 1]) for layer in range(1, len(widths))]


def _linear_runs(budget: Budget, rng: Rng, dense: bool) -> list[tuple[tuple[int, ...], int]]:
    """Where exact Hessians are wanted, the network of the figure comes with the largest budget only."""
    runs = [(FEW, int(seed)) for seed in rng.integers(2**31, size=5)]
    larger = {"quick": [], "standard": [SOME], "thorough": [SOME, PAPER]}[budget.name]
    if not dense and budget.name == "standard":
        larger = [SOME, PAPER]
    return [*runs, *((widths, int(rng.integers(2**31))) for widths in larger)]


def _instances(runs: Iterable[tuple[tuple[int, ...], int]], steps: Sequence[int]) -> list[Instance]:
    return [{"widths": list(widths), "draw": draw, "step": step} for widths, draw in runs for step in steps]


def _weight_checkpoints(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return _instances(_linear_runs(budget, rng, False), STEPS)


def _checkpoints(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return _instances(_linear_runs(budget, rng, True), STEPS)


def _ends(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return _instances(_linear_runs(budget, rng, False), STEPS[-1:])


def _error(instance: Instance) -> float:
    """‖W^{L:1} − T‖²."""
    _, T, weights = _at(instance)
    return float(((np.linalg.multi_dot(weights[::-1]) - T) ** 2).sum())


def _relu_data(widths: tuple[int, ...], draw: int) -> tuple[Array, Array]:
    X, labels = digits(np.random.default_rng(draw), RELU_SAMPLES, isqrt(widths[0]), widths[-1])
    inputs = X.T.astype(np.float64)
    return (inputs - inputs.mean(axis=0)) / inputs.std(), one_hot(labels, widths[-1]).T.astype(np.float64)


@lru_cache(maxsize=16)
def _relu_run(widths: tuple[int, ...], draw: int) -> Mapping[int, Weights]:
    gradient = squared_error_gradient(*_relu_data(widths, draw), ACTIVATIONS["relu"])
    start = glorot(widths, np.random.default_rng([draw, *widths]))
    return descend(start, gradient, RATE, (0, EPOCHS // 5, EPOCHS // 2, EPOCHS))


def _relu_error(instance: Instance) -> float:
    widths, draw = tuple(instance["widths"]), instance["draw"]
    X, targets = _relu_data(widths, draw)
    weights = _relu_run(widths, draw)[instance.get("epoch", EPOCHS)]
    outputs = forward(weights, X, ACTIVATIONS["relu"], curved=False).outputs
    return float(((outputs - targets) ** 2).sum()) / (2 * len(X))


def _relu_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    widths = RELU_WIDTHS[budget.name]
    return [{"widths": list(widths), "draw": int(seed)} for seed in rng.integers(2**31, size=6)]


def _relu_steps(budget: Budget, rng: Rng) -> Iterable[Instance]:
    steps = (0, EPOCHS // 5, EPOCHS // 2, EPOCHS)
    return [{**instance, "epoch": epoch} for instance in _relu_cases(budget, rng) for epoch in steps]


def _relu_weight_ranks(instance: Instance, rng: Rng) -> Sequence[Any]:
    weights = _relu_run(tuple(instance["widths"]), instance["draw"])[instance["epoch"]]
    prime = random_prime(rng)
    return [fmpq(rank(_dyadic(weight, prime))) for weight in weights]


def _relu_counts(instance: Instance) -> tuple[Any, Any, Any]:
    """The eigenvalues of H_L above the tolerance of single precision: first, last, and last with the first δ in H_f."""
    widths, draw, epsilon = tuple(instance["widths"]), instance["draw"], float(np.finfo(np.float32).eps)
    run, relu = _relu_run(widths, draw), ACTIVATIONS["relu"]
    X, targets = _relu_data(widths, draw)
    last = run[instance.get("epoch", EPOCHS)]
    start, end = (loss_hessians(weights, X, targets, relu) for weights in (run[0], last))
    delta = loss_derivatives("mse", forward(run[0], X, relu).outputs, targets)[0]
    fixed = curvature(last, forward(last, X, relu), delta) / len(X)
    return _count(start[0] + start[1], epsilon), _count(end[0] + end[1], epsilon), _count(end[0] + fixed, epsilon)


def _half() -> Any:
    return symbols("rk_start")[0] / 2


def _relu_start(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(rk_start=_relu_counts(instance)[0])]


def _relu_decrease(instance: Instance, value: Evaluate) -> Sequence[Any]:
    start, end, _ = _relu_counts(instance)
    return [value(decrease=start - end)]


def _part() -> Any:
    return symbols("decrease")[0] / 2


RESIDUAL = Hypothesis(r"\Omega\ne0", lambda i: i["step"] != "minimum")
CONVERGED = Hypothesis(r"\|W^{L:1}-T\|_F^2<10^{-24}", lambda i: _error(i) < 1e-24)
SMALL_ERROR = Hypothesis(r"\tfrac1{2N}\sum_n\|F(x_n)-y_n\|^2<10^{-3}", lambda i: _relu_error(i) < 1e-3)
MINIMUM: Instance = {"widths": list(FEW), "draw": 0, "step": "minimum"}
EARLY: Instance = {"widths": list(FEW), "draw": 0, "step": 100}
UNTRAINED: Instance = {"widths": list(RELU_WIDTHS["quick"]), "draw": 0, "epoch": 0}
_STEPS = "Exact ranks at the dyadic weights of steps 0, 100, 1000 and 8000 of gradient descent. "
_EXACT = _STEPS + "The network is 30-25-20-15-10 with the budget thorough, smaller otherwise. "
_DIGITS = "Digits of scikit-learn, down-sampled and centred, in the place of MNIST; d = 25 with the budget thorough. "

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:fig-s1.1",
        "printed",
        "S5, Figures 5 and S1: the weights remain full-rank throughout training",
        r"\mathrm{rk}\,W^l_t",
        Formula(_smaller),
        Value(_weight_checkpoints, _full, _weight_ranks, stream=_LINEAR),
        note=_STEPS,
        activations=1,
    ),
    Claim(
        "singh:fig-s1.2",
        "printed",
        "S5, Figure S1: the outer-product Hessian remains constant throughout",
        r"\mathrm{rk}\,H_o",
        Formula(printed.outer),
        Value(_checkpoints, _chain_value, _outer_rank, stream=_LINEAR),
        note=_EXACT,
        activations=1,
    ),
    Claim(
        "singh:fig-s1.3",
        "printed",
        "S5, Figure S1: the rank of the functional Hessian is constant until the residual vanishes",
        r"\mathrm{rk}\,H_f",
        Formula(printed.functional),
        Value(_checkpoints, _chain_value, _functional_rank, controls=(MINIMUM,), stream=_LINEAR),
        (RESIDUAL,),
        note=_EXACT + "It is still constant at step 8000, where the squared error is below 10⁻²⁴.",
        activations=1,
    ),
    Claim(
        "singh:fig-s1.4",
        "printed",
        "S5, Figure S1: the rank of the loss Hessian is constant until the residual vanishes",
        r"\mathrm{rk}\,H_L",
        Formula(printed.loss),
        Value(_checkpoints, _chain_value, _loss_rank, controls=(MINIMUM,), stream=_LINEAR),
        (RESIDUAL,),
        note=_EXACT + "The exact rank does not fall with the error, only at an error that is exactly zero.",
        activations=1,
    ),
    Claim(
        "singh:fig-s1.5",
        "printed",
        "S5, Figure S1: the rank of H_f with Ω kept fixed does not evolve",
        r"\mathrm{rk}\,H_f^{\mathrm{fixed}}",
        Formula(printed.functional),
        Value(_checkpoints, _chain_value, _fixed_rank, stream=_LINEAR),
        note=_EXACT,
        activations=1,
    ),
    Claim(
        "singh:fig-s1.6",
        "printed",
        "S5, Figure 5: below some error the eigenvalues of H_f are too small to count, and H_L collapses onto H_o",
        r"\#\{\lambda(H_L):|\lambda|>p\varepsilon|\lambda|_{\max}\}",
        Formula(printed.outer),
        Value(_ends, _chain_value, _float_rank, controls=(EARLY,), minimum=3, floating=True, stream=_LINEAR),
        (CONVERGED,),
        note="Of the numerical rank in double precision; the exact rank at the same weights is that of fig-s1.4.",
        activations=1,
    ),
    Claim(
        "singh:fig-s2.1",
        "printed",
        "S5, Figure S2: the ranks of the weights remain maximal for a ReLU network",
        r"\mathrm{rk}\,W^l_t",
        Formula(_smaller),
        Value(_relu_steps, _full, _relu_weight_ranks, stream=_RELU, sources=digits_hash),
        note=_DIGITS + "Exact ranks of the dyadic weights at epochs 0, 400, 1000 and 2000, η = 0.09.",
        activations=1,
    ),
    Claim(
        "singh:fig-s2.2",
        "printed",
        "S5, Figure S2: the rank of the loss Hessian decreases as the error becomes small",
        r"\#\{\lambda(H_L):|\lambda|>p\varepsilon_{32}|\lambda|_{\max}\}",
        Formula(_half),
        Value(
            _relu_cases,
            _relu_start,
            lambda i, _: [_relu_counts(i)[1]],
            "<",
            (UNTRAINED,),
            3,
            floating=True,
            stream=_RELU,
            sources=digits_hash,
        ),
        (SMALL_ERROR,),
        note=_DIGITS + "Eigenvalues beyond the rounding of single precision fall to less than half of their number.",
        activations=1,
    ),
    Claim(
        "singh:fig-s2.3",
        "printed",
        "S5, Figure S2: the reduction largely comes from the residual",
        r"\text{decrease with }\delta\text{ kept fixed}",
        Formula(_part),
        Value(
            _relu_cases,
            _relu_decrease,
            lambda i, _: [(counts := _relu_counts(i))[0] - counts[2]],
            "<",
            minimum=3,
            floating=True,
            stream=_RELU,
            sources=digits_hash,
        ),
        (SMALL_ERROR,),
        note=_DIGITS + "With δ of the start in H_f less than half of the decrease is left.",
        activations=1,
    ),
)
