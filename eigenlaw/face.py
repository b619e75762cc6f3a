"""The functions of the Python face: certified numbers for names, expressions and exact rationals as they are written.

They convert what is given, call ``eigenlaw.numerics`` or ``eigenlaw.verify``, and hand back mpmath numbers with radii.
"""

import warnings
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from eigenlaw.numerics.precision import Ball
from eigenlaw.theory.activations import activation as read_activation
from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.numerics.variances import Variances
    from eigenlaw.theory.activations import Activation
    from eigenlaw.theory.sphere import Measure
    from eigenlaw.theory.wide_network import WideNetwork
    from eigenlaw.verify.campaign import Result
    from eigenlaw.verify.claim import BudgetName

Rational = int | str | Fraction
"""An exact rational: an integer, a Fraction, or text such as ``"1/2"`` or ``"0.1"``; never a float."""


def hermite_coefficients(activation: object, order: int, digits: int = 15) -> tuple[Ball, ...]:
    """Return the Hermite coefficients μ_k(φ) = E[φ(Z) h_k(Z)], k = 0 … order, Z ~ N(0, 1).

    h_k = He_k/√(k!) are the normalised probabilists' Hermite polynomials.
    Source: Murray et al. 2023, (22)–(23).

    Args:
        activation: φ: a name of the catalogue, an expression in x as text or in SymPy, or an ``Activation``.
        order: the last k, at least 0.
        digits: relative digits, at least 1: radius <= 10^-digits |value|; a zero has radius 0.

    Returns:
        order + 1 balls; ``ball.value`` and ``ball.radius`` are mpmath numbers, and the radius is a proof.

    Raises:
        InputError: for an argument out of range, or if φ cannot be shown to be square-integrable.

    Warns:
        RuntimeWarning: if the largest working precision was met first; the radii are true all the same.

    Example:
        >>> first, second = hermite_coefficients("tanh", 1, digits=30)
        >>> first.value, second.decimal(12)[0]
        (mpf('0.0'), '0.6057055096021588')
    """
    from eigenlaw.numerics.hermite import hermite_balls

    found = hermite_balls(read_activation(activation), _index("order", order, 0), _index("digits", digits, 1))
    return _balls(found.balls, digits, found.reached)


def ntk_coefficients(
    activation: object,
    order: int,
    digits: int = 15,
    layers: int = 2,
    gamma_b2: Rational = 0,
    gamma_w2: Rational | None = None,
    sigma_w2: Rational = 1,
    sigma_b2: Rational | None = None,
) -> tuple[Ball, ...]:
    """Return the coefficients κ_p of the NTK's power series Θ(ρ) = Σ_p κ_p ρ^p in the input correlation, p = 0 … order.

    Inputs have norm 1. Every infinite sum is included in full.
    Source: Murray et al. 2023, Theorem 3.1, (11)–(12); for γ_b > 0 their (9) needs the correction in ``theory.ntk``.

    Args:
        activation: φ: a name of the catalogue, an expression in x as text or in SymPy, or an ``Activation``.
        order: the last p, at least 0.
        digits: relative digits, at least 1: radius <= 10^-digits |value|; a zero has radius 0.
        layers: weight layers, at least 1; 2 for a network with one hidden layer.
        gamma_b2: variance γ_b² of the first biases, from 0 to 1, or at least 0 if ``gamma_w2`` is given.
        gamma_w2: variance γ_w² of the first weights; 1 − γ_b² if None.
        sigma_w2: variance σ_w² of the later weights, at least 0, or ``"unit"`` for 1/E[φ²].
        sigma_b2: variance σ_b² of the later biases, at least 0; 1 − σ_w² E[φ²] if None.

    Returns:
        order + 1 balls; ``ball.value`` and ``ball.radius`` are mpmath numbers, and the radius is a proof.

    Raises:
        InputError: for an argument out of range, or if φ or φ' cannot be shown to be square-integrable.

    Warns:
        RuntimeWarning: if the largest working precision was met first; the radii are true all the same.

    Example:
        >>> [kappa.decimal(6)[0] for kappa in ntk_coefficients("relu", 2, digits=6)]
        ['0.6591549431', '0.5', '0.2387324146']
    """
    from eigenlaw.numerics.ntk import ntk_coefficients as compute

    depth = _index("layers", layers, 1)
    phi, last, wanted = read_activation(activation), _index("order", order, 0), _index("digits", digits, 1)
    variances = _variances(phi, gamma_b2, gamma_w2, sigma_w2, sigma_b2, wanted)
    found = compute(phi, last, wanted, variances, depth)
    return _balls(found.balls, digits, found.reached)


def ntk_kernel(
    activation: object,
    at: Sequence[Rational],
    digits: int = 15,
    layers: int = 2,
    gamma_b2: Rational = 0,
    gamma_w2: Rational | None = None,
    sigma_w2: Rational = 1,
    sigma_b2: Rational | None = None,
) -> tuple[Ball, ...]:
    """Return the NTK Θ(ρ) at input correlations ρ, both ends included.

    Inputs have norm 1. Source: Murray et al. 2023, (11)–(12).

    Args:
        activation: φ: a name of the catalogue, an expression in x as text or in SymPy, or an ``Activation``.
        at: the correlations, exact rationals from −1 to 1.
        digits: relative digits, at least 1: radius <= 10^-digits |value|; a zero has radius 0.
        layers: weight layers, at least 1; 2 for a network with one hidden layer.
        gamma_b2: variance γ_b² of the first biases, from 0 to 1, or at least 0 if ``gamma_w2`` is given.
        gamma_w2: variance γ_w² of the first weights; 1 − γ_b² if None.
        sigma_w2: variance σ_w² of the later weights, at least 0, or ``"unit"`` for 1/E[φ²].
        sigma_b2: variance σ_b² of the later biases, at least 0; 1 − σ_w² E[φ²] if None.

    Returns:
        As many balls; ``ball.value`` and ``ball.radius`` are mpmath numbers, and the radius is a proof.

    Raises:
        InputError: for an argument out of range, or if φ or φ' cannot be shown to be square-integrable.

    Warns:
        RuntimeWarning: if the digits were not reached; the radii are true all the same.

    Example:
        >>> [theta.decimal(6)[0] for theta in ntk_kernel("relu", [0, 1], digits=6, layers=3)]
        ['1.100266208', '1.75']
    """
    from eigenlaw.numerics.ntk import ntk_values

    depth, wanted = _index("layers", layers, 1), _index("digits", digits, 1)
    phi, points = read_activation(activation), [_exact("at", rho, negative=True) for rho in at]
    variances = _variances(phi, gamma_b2, gamma_w2, sigma_w2, sigma_b2, wanted)
    found = ntk_values(phi, points, wanted, variances, depth)
    return _balls(found.balls, digits, found.reached)


def sphere_eigenvalues(
    activation: object,
    order: int,
    dimension: int = 2,
    layers: int = 2,
    measure: "Measure" = "probability",
    digits: int = 15,
    gamma_b2: Rational = 0,
    gamma_w2: Rational | None = None,
    sigma_w2: Rational = 1,
    sigma_b2: Rational | None = None,
) -> tuple[Ball, ...]:
    """Return the eigenvalues λ_k of the NTK Θ(x·y) on the sphere S^d ⊂ R^{d+1}, k = 0 … order.

    The eigenfunctions of λ_k are the spherical harmonics of degree k, on S² 2k + 1 of them.
    Source: Murray et al. 2023, Theorem 4.6.

    Args:
        activation: φ: a name of the catalogue, an expression in x as text or in SymPy, or an ``Activation``.
        order: the last k, at least 0.
        dimension: d, at least 1.
        layers: weight layers, at least 1; 2 for a network with one hidden layer.
        measure: ``"probability"``, or ``"surface"`` for the measure whose total is the volume of S^d.
        digits: relative digits, at least 1: radius <= 10^-digits |value|; a zero has radius 0.
        gamma_b2: variance γ_b² of the first biases, from 0 to 1, or at least 0 if ``gamma_w2`` is given.
        gamma_w2: variance γ_w² of the first weights; 1 − γ_b² if None.
        sigma_w2: variance σ_w² of the later weights, at least 0, or ``"unit"`` for 1/E[φ²].
        sigma_b2: variance σ_b² of the later biases, at least 0; 1 − σ_w² E[φ²] if None.

    Returns:
        order + 1 balls; ``ball.value`` and ``ball.radius`` are mpmath numbers, and the radius is a proof.

    Raises:
        InputError: for an argument out of range, or if φ or φ' cannot be shown to be square-integrable.

    Warns:
        RuntimeWarning: if the digits were not reached; the radii are true all the same.

    Example:
        >>> [value.decimal(6)[0] for value in sphere_eigenvalues("relu", 3, digits=6)]
        ['0.75', '0.1666666667', '0.0390625', '0']
    """
    from eigenlaw.numerics.sphere import sphere_eigenvalues as compute

    phi, last, wanted = read_activation(activation), _index("order", order, 0), _index("digits", digits, 1)
    d, depth = _index("dimension", dimension, 1), _index("layers", layers, 1)
    variances = _variances(phi, gamma_b2, gamma_w2, sigma_w2, sigma_b2, wanted)
    found = compute(phi, last, wanted, variances, dimension=d, layers=depth, measure=measure)
    return _balls(found.balls, digits, found.reached)


def order_parameters(
    activation: object,
    layers: int,
    sigma_w2: Rational,
    sigma_b2: Rational,
    alphas: Sequence[Rational] | None = None,
    digits: int = 15,
) -> dict[tuple[str, int] | str, Ball]:
    """Return the order parameters of a wide network, and the κ of the statistics of its Fisher information.

    Inputs have independent normal entries; weights have the variance σ_w²/M_{l−1}, biases σ_b².
    Source: Karakida et al. 2019, (15)–(19), Theorems 3.1, 4.1 and 5.1.

    Args:
        activation: φ: a name of the catalogue, an expression in x as text or in SymPy, or an ``Activation``.
        layers: L, the number of weight layers, at least 2.
        sigma_w2: σ_w² above 0.
        sigma_b2: σ_b², at least 0.
        alphas: the widths M_0/M … M_{L−1}/M; all 1 if None.
        digits: relative digits, at least 1: radius <= 10^-digits |value|; a zero has radius 0.

    Returns:
        Balls by ``("q_hat", l)`` and ``("q_hat_st", l)``, l = 0 … L − 1, ``("q_tilde", l)`` and ``("q_tilde_st", l)``,
        l = 1 … L, ``"kappa_1"``, ``"kappa_2"``, ``"kappa_1_prime"``, ``"kappa_2_prime"``, ``"kappa_1_tilde"``,
        ``"kappa_2_tilde"``.

    Raises:
        InputError: for an argument out of range, or if φ has a jump or is not shown to be square-integrable.

    Warns:
        RuntimeWarning: if the largest working precision was met first; the radii are true all the same.

    Example:
        >>> found = order_parameters("relu", 3, 2, "0.1")
        >>> found["q_hat_st", 2].decimal(6)[0], found["kappa_1"].decimal(6)[0]
        ('0.5795108675', '1.575')
    """
    from eigenlaw.numerics.fisher import kappas

    found = kappas(_wide(activation, layers, sigma_w2, sigma_b2, alphas), _index("digits", digits, 1))
    return dict(zip(found.values, _balls(list(found.values.values()), digits, found.reached), strict=True))


def fisher_statistics(
    activation: object,
    layers: int,
    sigma_w2: Rational,
    sigma_b2: Rational,
    width: int,
    outputs: int,
    samples: int,
    alphas: Sequence[Rational] | None = None,
    digits: int = 15,
) -> dict[tuple[str, str, str], Ball]:
    """Return the statistics of the spectra of the Fisher information and its relatives for a wide random network.

    Source: Karakida et al. 2019, Theorems 3.1, 3.2, 4.1, 5.1, 5.2 and (23), corrected; see ``theory.fisher``.

    Args:
        activation: φ: a name of the catalogue, an expression in x as text or in SymPy, or an ``Activation``.
        layers: L, the number of weight layers, at least 2.
        sigma_w2: σ_w² above 0.
        sigma_b2: σ_b², at least 0.
        width: M, at least 1; all α_l M are integers.
        outputs: C, at least 1.
        samples: T, at least 1.
        alphas: the widths M_0/M … M_{L−1}/M; all 1 if None.
        digits: relative digits, at least 1: radius <= 10^-digits |value|; a zero has radius 0.

    Returns:
        Balls by (matrix, statistic, form). Matrix: ``F``, ``F[l]`` (l = 1 … L), ``F_bar``, ``NTK``, ``A_k``, ``A``,
        ``A_k[l]``, ``A[l]`` (l = 0 … L − 1); statistic: ``mean``, ``second_moment``, ``lambda_max``, ``multiplicity``;
        form: ``asymptotic``, or ``finite`` with all parameters and the gradients by the biases. The radius is that of
        the arithmetic, not of the limit.

    Raises:
        InputError: for an argument out of range, or if φ has a jump or is not shown to be square-integrable.

    Warns:
        RuntimeWarning: if the largest working precision was met first; the radii are true all the same.

    Example:
        >>> found = fisher_statistics("relu", 3, 2, 0, width=100, outputs=2, samples=10)
        >>> [found["F", "lambda_max", form].decimal(6)[0] for form in ("asymptotic", "finite")]
        ['91.71377727', '93.72798285']
    """
    from eigenlaw.numerics.fisher import fisher_statistics as compute

    network = _wide(activation, layers, sigma_w2, sigma_b2, alphas)
    found = compute(network, width, outputs, samples, _index("digits", digits, 1))
    balls = _balls(list(found.balls.values()), digits, found.reached)
    return dict(zip(found.balls, balls, strict=True))


def run_campaign(
    *select: str, budget: "BudgetName" = "quick", seed: int = 0, jobs: int | None = None, every_mutant: bool = False
) -> "list[Result]":
    """Check claims and return their verdicts, as ``eigenlaw verify`` does.

    Args:
        select: ids such as ``murray:eq-37``, prefixes such as ``murray``, or Python files that define claims; every
            claim of the papers without any.
        budget: ``quick``, ``standard`` or ``thorough``: a fixed number of samples a claim.
        seed: at least 0; with it every random number is determined.
        jobs: worker processes; all cores by default. A script that calls this needs ``if __name__ == "__main__":``.
        every_mutant: try all mutants of each formula.

    Returns:
        One result for each claim and form: ``result.claim.id``, ``result.verdict.verdict``, ``result.settled``, …

    Raises:
        InputError: if a selection names no claim or an argument is out of range.

    Example:
        >>> run_campaign("murray:no-such-claim")
        Traceback (most recent call last):
            ...
        eigenlaw.theory.errors.InputError: select='murray:no-such-claim': names no claim; expected an id, a prefix, ...
    """
    from eigenlaw.verify.campaign import Task
    from eigenlaw.verify.campaign import run_campaign as decide
    from eigenlaw.verify.record import load
    from eigenlaw.verify.registry import claims_of_file, select_claims

    if budget not in ("quick", "standard", "thorough"):
        raise InputError.of("budget", budget, "expected one of quick, standard, thorough")
    files = [Path(name).resolve() for name in select if name.endswith(".py")]
    names = [name for name in select if not name.endswith(".py")]
    tasks = [Task(c.id, c.form) for c in select_claims(names)] if names or not files else []
    tasks += [Task(claim.id, claim.form, path) for path in files for claim in claims_of_file(path)]
    workers = None if jobs is None else _index("jobs", jobs, 1)
    return decide(
        tasks, budget=budget, seed=_index("seed", seed, 0), jobs=workers, every_mutant=every_mutant, expected=load()
    )


def _index(name: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError.of(name, value, f"expected an integer of at least {least}")
    return value


def _variances(
    phi: "Activation",
    gamma_b2: Rational,
    gamma_w2: Rational | None,
    sigma_w2: Rational,
    sigma_b2: Rational | None,
    digits: int,
) -> "Variances":
    from eigenlaw.numerics.ntk import hyper_parameters

    scale: Fraction | Literal["unit"] = "unit" if sigma_w2 == "unit" else _exact("sigma_w2", sigma_w2)
    return hyper_parameters(
        phi,
        gamma_b2=_exact("gamma_b2", gamma_b2),
        gamma_w2=None if gamma_w2 is None else _exact("gamma_w2", gamma_w2),
        sigma_w2=scale,
        sigma_b2=None if sigma_b2 is None else _exact("sigma_b2", sigma_b2),
        digits=digits,
    )


def _wide(
    activation: object, layers: int, sigma_w2: Rational, sigma_b2: Rational, alphas: Sequence[Rational] | None
) -> "WideNetwork":
    from eigenlaw.theory.wide_network import wide_network

    relative = None if alphas is None else [_exact("alphas", alpha) for alpha in alphas]
    variances = _exact("sigma_w2", sigma_w2), _exact("sigma_b2", sigma_b2)
    return wide_network(read_activation(activation), layers, *variances, relative)


def _exact(name: str, value: object, *, negative: bool = False) -> Fraction:
    from eigenlaw.commands.arguments import rational

    if isinstance(value, str):
        return rational(name, value, negative=negative)
    if isinstance(value, bool) or not isinstance(value, int | Fraction) or (value < 0 and not negative):
        least = "" if negative else " of at least 0"
        raise InputError.of(name, value, f"expected an exact number{least}, such as 2, Fraction(1, 2) or '0.1'")
    return Fraction(value)


def _balls(balls: Sequence[Any], digits: int, reached: bool) -> tuple[Ball, ...]:
    if not reached:
        warnings.warn(f"digits={digits}: not reached; see each radius", RuntimeWarning, stacklevel=3)
    return tuple(map(Ball.from_arb, balls))
