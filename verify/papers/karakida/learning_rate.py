"""Gradient descent on the least squares loss of a linearised network, exactly: Remark 2."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from flint import arb_mat, fmpq, fmpq_mat

from eigenlaw.numerics.precision import working
from eigenlaw.theory import regression
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, ball, rational, symbols
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.papers.karakida.exact_networks import NO_KINK, exact_cases, signals_of
from eigenlaw.verify.papers.karakida.gram_limit import metric
from eigenlaw.verify.papers.karakida.likelihood import NAMES
from eigenlaw.verify.spectra import count_at_least, largest_eigenvalue

BITS = 120
SQUARINGS = 60
"""After 2^60 steps only what does not converge is left, unless |1 − η λ| is within 10⁻¹⁶ of 1."""

TINY = fmpq(1, 10**9)

SHARES = ("1/2", "999/1000", "1001/1000", "2", "1/1000")
"""The learning rate over 2/λ_max, nearly; exactly 1 where λ_max is rational."""


def cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """The exact networks at one learning rate each; first some with one gradient, at 2/λ_max itself."""
    edge = [{"activation": name, "widths": [1, 1, 1], "samples": 1, "draw": 0, "share": "1"} for name in NAMES]
    found = list(exact_cases(NAMES, {})(budget, rng))
    return edge + [{**i, "share": SHARES[n % len(SHARES)]} for n, i in enumerate(found)]


def _dual(instance: Instance) -> Any:
    return gradient_gram(signals_of(instance)) / Fraction(instance["samples"])


def _largest(instance: Instance) -> Any:
    gram = _dual(instance)
    return rational(gram[0, 0]) if len(gram) == 1 else largest_eigenvalue(gram, BITS)


def learning_rate(instance: Instance) -> Any:
    """η, rational: the share of the instance times 2/λ_max, the latter to some digits."""
    largest = _largest(instance)
    if not isinstance(largest, fmpq):
        largest = fmpq((ball(largest).mid() * 10**12).floor().unique_fmpz(), 10**12)
    return rational(Fraction(instance["share"])) * 2 / largest


def _condition() -> Any:
    import sympy

    rate, largest = symbols("eta lambda_max")
    return sympy.Piecewise((sympy.Integer(1), sympy.Lt(rate, 2 / largest)), (sympy.Integer(0), True))


def _verdict(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(eta=learning_rate(instance), lambda_max=_largest(instance))]


def step_matrix(instance: Instance) -> Any:
    """What a step of gradient descent does to the distance from a minimum: a step from each unit vector."""
    form = metric(instance, range(1, len(instance["widths"])))
    rate = learning_rate(instance)
    size = len(form)
    return fmpq_mat([[fmpq(int(i == j)) - rate * rational(form[i, j]) for j in range(size)] for i in range(size)])


def _grid(matrix: Any) -> Iterable[tuple[int, int]]:
    return product(range(matrix.nrows()), range(matrix.ncols()))


def _converges(instance: Instance, _: Rng) -> Sequence[Any]:
    """Whether the steps of gradient descent from every start tend to zero: B^n (B − 1) for n = 2^60, by squaring."""
    step = step_matrix(instance)
    with working(4 * SQUARINGS):
        power = arb_mat(step)
        last = power - arb_mat(fmpq_mat(step.nrows(), step.nrows(), [int(i == j) for i, j in _grid(step)]))
        for _square in range(SQUARINGS):
            power = power * power
        sizes = [abs(entry) for entry in (power * last).entries()]
    if all(size < TINY for size in sizes):
        return [fmpq(1)]
    if any(size > TINY for size in sizes):
        return [fmpq(0)]
    raise ArithmeticError("steps: the balls are too wide to tell whether they vanish")


def _dimension(instance: Instance, value: Evaluate) -> Sequence[Any]:
    gram = _dual(instance)
    size = step_matrix(instance).nrows()
    rate = learning_rate(instance)
    threshold = Fraction(2 * int(rate.q), int(rate.p))
    return [value(P=size, n=count_at_least(gram, threshold))]


def _converging_starts(instance: Instance, _: Rng) -> Sequence[Any]:
    """P less the number of eigenvalues β of the step's matrix with β² ≥ 1, save for β = 1, which keeps its part."""
    step = step_matrix(instance)
    size = step.nrows()
    above = count_at_least((step * step).table(), Fraction(1))
    fixed = fmpq_mat([[step[i, j] - int(i == j) for j in range(size)] for i in range(size)])
    return [fmpq(size - above + size - fixed.rank())]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:remark-2-learning-rate.1",
        "printed",
        "Remark 2",
        r"[\text{gradient descent converges from every start}]",
        Formula(_condition),
        Value(cases, _verdict, _converges),
        (NO_KINK,),
        note="Of the linearised network: necessary, and sufficient; at η = 2/λ_max the steps do not vanish.",
    ),
    Claim(
        "karakida:remark-2-learning-rate.2",
        "new",
        "Remark 2: the starts that a learning rate serves",
        r"\dim\{\theta_0:\theta_n\text{ converges}\}",
        Formula(regression.converging_starts, derived=True),
        Value(cases, _dimension, _converging_starts),
        (NO_KINK,),
        note="P less the number n of eigenvalues of F that are at least 2/η.",
    ),
)
