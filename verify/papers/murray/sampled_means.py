"""Means over sampled Gaussian vectors: (13) with a matrix square root of G_{l−1}, and (20)."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from operator import mul
from typing import Any

import numpy as np

from eigenlaw.numerics.precision import working
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Instance, Rng, Sample
from eigenlaw.verify.dual_numbers import derivative
from eigenlaw.verify.formula import Formula, indexed, summation, symbols, undefined
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE, mu, phi_array
from eigenlaw.verify.papers.murray.deep_sampling import deep_cases, network_variances, numeric_kernel, points
from eigenlaw.verify.papers.murray.hermite import ASSUMPTION_3
from eigenlaw.verify.papers.murray.sampling import INNER, SAMPLED, TERMS, correlations_of, draws

BATCH = 250
"""Vectors w that one draw is the mean of."""

# (13): G_l from the square root of G_{l−1}


def _gram(instance: Instance, layer: int) -> Any:
    """G_l of the inputs, by eigenlaw.numerics."""
    X = points(instance)
    with working(64):
        rows = [
            [float(numeric_kernel("covariance", instance, layer, sum(map(mul, x, y), Fraction(0)))) for y in X]
            for x in X
        ]
    return np.array(rows)


def _square_root(G: Any) -> Any:
    """The symmetric square root of a positive semidefinite matrix, singular for inputs that are equal."""
    values, vectors = np.linalg.eigh(G)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def _matrix_form(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    """σ_w² φ(√G w) φ(√G w)ᵀ + σ_b² 11ᵀ, its first row from the second entry on."""
    root, hyper = _square_root(_gram(instance, instance["layers"] - 1)), network_variances(instance)
    f = phi_array(instance["activation"])(rng.standard_normal((n, BATCH, len(root))) @ root)
    found = (f[:, :, :1] * f[:, :, 1:]).mean(axis=1)
    return np.asarray(float(hyper.sigma_w2) * found + float(hyper.sigma_b2))


def _covariance() -> Any:
    layer, rho = symbols("l rho")
    return undefined("Sigma")(layer, rho)


def _at_layer(instance: Instance, value: Evaluate) -> Sequence[Any]:
    first, *others = points(instance)

    def sigma(layer: int, rho: Any) -> Any:
        return numeric_kernel("covariance", instance, layer, Fraction(str(rho)))

    with working(64):
        return [value(l=instance["layers"], rho=sum(map(mul, first, y), Fraction(0)), Sigma=sigma) for y in others]


# (20)


def _slope_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    cases = [*((name, "1") for name in SAMPLED), ("relu", "2"), ("erf", "2"), ("abs", "1/2"), ("tanh", "3/2")]
    return [{"activation": name, "sigma_w2": weight, "rho": list(INNER)} for name, weight in cases]


def _products_of_slopes(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    """σ_w² φ'(U_1) φ'(U_2), U_2 = ρ Z_1 + √(1−ρ²) Z_2."""
    rho = np.array([float(r) for r in correlations_of(instance)])
    first, second = rng.standard_normal((2, n, BATCH, 1))
    phi = phi_array(instance["activation"])
    _, slope = derivative(phi, first)
    _, other = derivative(phi, rho * first + np.sqrt(1 - rho**2) * second)
    return np.asarray(float(Fraction(instance["sigma_w2"])) * (slope * other).mean(axis=1))


def _slope_of_series() -> Any:
    """R'(ρ) for R(ρ) = σ_w² Σ_k μ_k² ρ^k + σ_b², Lemma B.1."""
    import sympy

    k, rho, sigma_w2 = symbols("k rho sigma_w2")
    return sigma_w2 * summation(k * indexed("mu")[k] ** 2 * rho ** (k - 1), (k, 1, sympy.oo))


def _slope_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    coefficient, weight = mu(instance["activation"], TERMS), Fraction(instance["sigma_w2"])
    return [value(rho=rho, mu=coefficient, oo=TERMS, sigma_w2=weight) for rho in correlations_of(instance)]


STEP: Instance = {"activation": "heaviside", "sigma_w2": "1", "rho": list(INNER)}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:lem-a.1.6",
        "printed",
        "Lemma A.1 (13), l = 3, 4: w in R^n and the square root of G_{l−1}",
        r"\sigma_w^2E_w[\phi(\sqrt{G_{l-1}}w)\phi(\sqrt{G_{l-1}}w)^T]_{ij}+\sigma_b^2",
        Formula(_covariance),
        Sample(deep_cases((3, 4)), _at_layer, _matrix_form, draws, widths=(1,)),
        (UNIT_VARIANCE,),
        note="On data with a duplicate and antipodes, so that G_{l−1} may be singular.",
    ),
    Claim(
        "murray:eq-20.2",
        "printed",
        "(20), any activation",
        r"\sigma_w^2E[\phi'(U_1)\phi'(U_2)]",
        Formula(_slope_of_series),
        Sample(_slope_cases, _slope_value, _products_of_slopes, draws, widths=(1,), controls=(STEP,)),
        (ASSUMPTION_3,),
        note="For a step function φ' is 0 almost everywhere, and R' is not.",
    ),
)
