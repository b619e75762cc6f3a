"""The Gaussian model behind the Fisher information matrix: (20)-(22), its divergence, and the Hessian of the loss.

Scores, divergence and loss are germs of the log-likelihood along lines of parameters; the mean over y is that over
y_k = f_k ± 1, which has the moments of N(f, I) up to the third, and no higher one occurs. The gradients of the
formulas are those of backpropagation.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from flint import acb, arb, fmpq
from numpy.typing import NDArray

from eigenlaw.theory import regression
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, ball, rational, summation, symbols, undefined
from eigenlaw.verify.germs import Place, coefficient, outputs_along
from eigenlaw.verify.papers.karakida.exact_networks import (
    NO_KINK,
    at,
    drawn,
    exact_cases,
    phi_of,
    signals_of,
    unit,
)
from eigenlaw.verify.wide_networks import Signals

Array = NDArray[Any]
NAMES = (
    *("linear", "relu", "monomial(2)", "leaky_relu(1/10)", "polynomial(1,-1/2,1/3)", "rectified_monomial(2)"),
    "monomial(3)",
)
CASES = exact_cases(NAMES, {})


def gradients(signals: Signals) -> Array:
    """The gradients of every output at every input by backpropagation, of shape (C, T, P), from W^1, b^1, W^2 on."""
    parts = []
    for h, delta in zip(signals.h, signals.delta, strict=True):
        outer = delta[:, :, :, None] * h[None, :, None, :]
        parts += [outer.reshape(*delta.shape[:2], -1), delta]
    return np.concatenate(parts, axis=2)


def places(instance: Instance) -> Iterable[tuple[Place, Array]]:
    """Every parameter as a direction, in the order of ``gradients``."""
    widths = instance["widths"]
    for layer in range(1, len(widths)):
        shapes: dict[Place, tuple[int, ...]] = {
            ("W", layer): (widths[layer], widths[layer - 1]),
            ("b", layer): (widths[layer],),
        }
        for place, shape in shapes.items():
            yield from ((place, unit(shape, index)) for index in np.ndindex(shape))


def direction(instance: Instance, step: Array) -> dict[Place, Array]:
    """A vector of P numbers as a direction."""
    found: dict[Place, Array] = {}
    for (place, one), size in zip(places(instance), step, strict=True):
        found[place] = found.get(place, 0) + one * size
    return found


def log_likelihood(instance: Instance, moved: dict[Place, Array], order: int) -> tuple[Array, Array]:
    """Minus the squared distance of y to the outputs along a line, halved, as germs: (T, 2^C), and all y − f."""
    network, X = drawn(instance)
    germs = outputs_along(network, phi_of(instance), X, moved, order)
    noise = np.array(list(product((Fraction(-1), Fraction(1)), repeat=germs.shape[1])), dtype=object)
    plain = signals_of(instance).outputs
    residuals = (plain[:, None, :] + noise[None]) - germs[:, None, :]
    return (residuals * residuals).sum(axis=2) * Fraction(-1, 2), noise


def fisher_by_scores(instance: Instance) -> Array:
    """F of (20) for the density (21): the mean of the outer product of the scores, inputs empirical."""
    scores = [coefficient(log_likelihood(instance, {p: one}, 1)[0], 1).ravel() for p, one in places(instance)]
    matrix = np.stack(scores)
    return np.asarray(matrix @ matrix.T / Fraction(matrix.shape[1]))


def _upper(size: int) -> Sequence[tuple[int, int]]:
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    return pairs[:: max(1, len(pairs) // 12)]


def _scores(instance: Instance, _: Rng) -> Sequence[Any]:
    matrix = fisher_by_scores(instance)
    return [rational(matrix[place]) for place in _upper(len(matrix))]


def _entries(instance: Instance, value: Evaluate) -> Sequence[Any]:
    g = gradients(signals_of(instance))
    outputs, samples, size = g.shape
    given = {"g": at(g), "C": outputs, "T": samples, "k": 1}
    return [value(i=i + 1, j=j + 1, **given) for i, j in _upper(size)]


def _summed() -> Any:
    outputs, samples, i, j, k, t = symbols("C T i j k t")
    g = undefined("g")
    over_samples = summation(g(k, t, i) * g(k, t, j), (t, 1, samples))
    return summation(over_samples / samples, (k, 1, outputs))


def _single() -> Any:
    samples, i, j, k, t = symbols("T i j k t")
    g = undefined("g")
    return summation(g(k, t, i) * g(k, t, j), (t, 1, samples)) / samples


# The divergence and the Hessian, along lines


def _form() -> Any:
    i, j, size = symbols("i j P")
    return summation(
        summation(undefined("d")(i) * undefined("F")(i, j) * undefined("d")(j), (j, 1, size)), (i, 1, size)
    )


def _steps(instance: Instance) -> list[Array]:
    """Directions: the first parameter, two parameters, and one that moves all."""
    size = sum(1 for _ in places(instance))
    rng = np.random.default_rng([instance["draw"], 7])
    steps = np.full((3, size), Fraction(0), dtype=object)
    steps[0, 0] = steps[1, 0] = steps[1, size // 2] = Fraction(1)
    steps[2] = [Fraction(int(n), 3) for n in rng.integers(-5, 6, size)]
    return list(steps)


def _along(instance: Instance, value: Evaluate) -> Sequence[Any]:
    g = gradients(signals_of(instance))
    flat = g.reshape(-1, g.shape[2])
    form = flat.T @ flat / Fraction(g.shape[1])
    return [value(P=len(form), F=at(form), d=at(step)) for step in _steps(instance)]


def _divergence(instance: Instance, _: Rng) -> Sequence[Any]:
    """The coefficient of ε² in the mean of log p(θ) − log p(θ + ε d)."""
    found = []
    for step in _steps(instance):
        germs, _noise = log_likelihood(instance, direction(instance, step), 2)
        found.append(rational(-coefficient(germs, 2).mean()))
    return found


def _curvature(instance: Instance, _: Rng) -> Sequence[Any]:
    """The second derivative of (1/2T) Σ_t ‖f(t) − y(t)‖² along lines, where y − f is the residual of the instance."""
    network, X = drawn(instance)
    targets = signals_of(instance).outputs + Fraction(instance["residual"])
    found = []
    for step in _steps(instance):
        off = outputs_along(network, phi_of(instance), X, direction(instance, step), 2) - targets
        found.append(rational(2 * coefficient((off * off).sum(axis=1), 2).sum() / (2 * len(X))))
    return found


NO_RESIDUAL = Hypothesis(r"y=f", lambda i: Fraction(i["residual"]) == 0)
RESIDUAL = {"activation": "monomial(2)", "widths": [1, 1, 1], "samples": 1, "draw": 0, "residual": "1"}


# (21)


def _half_power() -> Any:
    import sympy

    (square,) = symbols("r2")
    return 1 / sympy.sqrt(2 * sympy.pi) * sympy.exp(-sympy.Rational(1, 2) * square)


def _densities(_budget: Budget, rng: Rng) -> Iterable[Instance]:
    points = [[str(Fraction(int(n), 2)) for n in rng.integers(-3, 4, 1 + i % 7)] for i in range(27)]
    return [{"residual": ["0"]}, *({"residual": point} for point in points)]


def _square(instance: Instance) -> Any:
    return sum((rational(Fraction(r)) ** 2 for r in instance["residual"]), fmpq(0))


def _line() -> Any:
    """∫ exp(−x²/2) dx: on |x| ≤ 40 by rigorous integration, and a tail of at most exp(−800)."""
    inner = acb.integral(lambda x, _: (-x * x / 2).exp(), acb(-40), acb(40)).real
    return inner + arb(0, 1).union(arb(0)) * (-arb(800)).exp()


def _normalised(instance: Instance, _: Rng) -> Sequence[Any]:
    """The multiple of exp(−‖y − f‖²/2) whose integral over all y is 1."""
    return [(-ball(_square(instance)) / 2).exp() / _line() ** len(instance["residual"])]


def _at_residual(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(C=len(instance["residual"]), r2=_square(instance))]


def exact(
    predicted: Callable[[Instance, Evaluate], Sequence[Any]],
    measured: Callable[[Instance, Rng], Sequence[Any]],
    more: dict[str, Any] | None = None,
    controls: tuple[Instance, ...] = (),
) -> Value:
    """The check on networks over the rationals."""
    return Value(exact_cases(NAMES, more or {}), predicted, measured, controls=controls)


_LINES = "The coefficient of the square of the step along three directions in the space of parameters."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-20",
        "printed",
        "(20) with (21), and (9)",
        r"(E[\nabla\log p\,\nabla\log p^\top])_{ij}",
        Formula(_summed),
        exact(_entries, _scores),
        (NO_KINK,),
        note="Inputs empirical; y = f ± 1 has the second moments of N(f, I).",
    ),
    Claim(
        "karakida:kl",
        "printed",
        "after (20)",
        r"[\varepsilon^2]\,\mathrm{KL}[p(\theta):p(\theta+\varepsilon\,d)]",
        Formula(_form),
        exact(_along, _divergence),
        (NO_KINK,),
        note=_LINES,
    ),
    Claim(
        "karakida:kl",
        "corrected",
        "after (20), with its factor 1/2",
        r"[\varepsilon^2]\,\mathrm{KL}[p(\theta):p(\theta+\varepsilon\,d)]",
        Formula(regression.divergence, derived=True),
        exact(_along, _divergence),
        (NO_KINK,),
        note=_LINES,
    ),
    Claim(
        "karakida:eq-21",
        "printed",
        "(21)",
        r"p(y|x)",
        Formula(_half_power),
        Value(_densities, _at_residual, _normalised),
        note="A density has the integral 1: with C outputs the printed one has (2π)^{(C−1)/2}.",
    ),
    Claim(
        "karakida:eq-21",
        "corrected",
        "(21), with the power C/2",
        r"p(y|x)",
        Formula(regression.density, derived=True),
        Value(_densities, _at_residual, _normalised),
    ),
    Claim(
        "karakida:eq-22",
        "printed",
        "(22), k = 1",
        r"F_{ij}",
        Formula(_single),
        exact(_entries, _scores),
        (NO_KINK,),
        note="Printed for one k, without the sum over the outputs of (9): right for C = 1 alone.",
    ),
    Claim(
        "karakida:eq-22",
        "corrected",
        "(22), summed over the outputs",
        r"F_{ij}",
        Formula(regression.empirical_fisher, derived=True),
        exact(_entries, _scores),
        (NO_KINK,),
    ),
    Claim(
        "karakida:remark-2-hessian",
        "printed",
        "Remark 2",
        r"d^\top\nabla^2\Bigl[\tfrac1{2T}\sum_t\|f(t)-y(t)\|^2\Bigr]d",
        Formula(_form),
        exact(_along, _curvature, {"residual": "0"}, (RESIDUAL,)),
        (NO_RESIDUAL, NO_KINK),
        note=_LINES,
    ),
)
