"""The largest eigenvalue of F_cross: the bounds of Theorem 3.3 and their derivation, (B.7)-(B.9)."""

import json
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq, fmpq_mat

from eigenlaw.numerics.precision import working
from eigenlaw.theory import softmax_fisher
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Sample, Value
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols
from eigenlaw.verify.judge import WORKING_BITS, instance_text
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.papers.karakida.ensembles import cases, predicted_limit
from eigenlaw.verify.papers.karakida.exact_networks import at
from eigenlaw.verify.papers.karakida.softmax import metrics_of
from eigenlaw.verify.papers.karakida.softmax_moments import second_moment
from eigenlaw.verify.papers.karakida.softmax_networks import (
    Array,
    batch,
    exact_networks,
    gradients,
    rows_of,
    share_cases,
    softmax_along,
    softmax_outputs,
)
from eigenlaw.verify.papers.karakida.softmax_samples import BIAS, WIDTHS
from eigenlaw.verify.softmax_metrics import by_inputs, limit_block, of_outputs, whole_metric

ROOTS = (("1", "1"), ("1/2", "1"), ("2", "1/3"), ("0", "1"), ("1", "0"))
"""a, b with √K = a·1 + b·11ᵀ in the limiting Gram, so that it has a rational root: κ_2 = 0 and κ_1 = κ_2 among them."""


def _steady(outputs: int, samples: int) -> list[list[str]]:
    """Equal softmax outputs at every input."""
    return [[str(Fraction(1, outputs))] * outputs] * samples


EDGES = [_steady(2, 1), _steady(2, 3), _steady(3, 2), _steady(4, 4), [["1/3", "2/3"]] * 3, [["1/4", "3/4"]]]
"""Rational eigenvalues that attain the sharp bounds; with C = 2 and T = 1 also the printed upper one."""

limits = share_cases(EDGES, lambda index: dict(zip(("a", "b"), ROOTS[index % 5], strict=True)))


def with_many_outputs(budget: Budget, rng: Rng) -> Sequence[Instance]:
    """Also with 150 equal outputs: β_4 is then within one percent of the largest eigenvalue of Q."""
    return [*limits(budget, rng), {"g": _steady(150, 1), "a": "1", "b": "0"}]


def generic(budget: Budget, rng: Rng) -> Sequence[Instance]:
    """The cases without those in which the sharp bounds are attained at an irrational eigenvalue."""
    offered = share_cases(EDGES, lambda index: dict(zip(("a", "b"), ROOTS[index % 3], strict=True)))
    return [instance for instance in offered(budget, rng) if instance["g"] in EDGES or len(instance["g"]) > 1]


def root_block(instance: Instance) -> Array:
    """√K, of shape (T, T)."""
    a, b = Fraction(instance["a"]), Fraction(instance["b"])
    return limit_block(a + b, b, len(instance["g"]))


def kappas(instance: Instance) -> dict[str, Any]:
    """κ_1 and κ_2 as they stand in K = (√K)², and α = M = 1."""
    a, b, T = Fraction(instance["a"]), Fraction(instance["b"]), len(instance["g"])
    own, overlap = (a + b) ** 2 + (T - 1) * b**2, 2 * a * b + T * b**2
    return {"kappa_1": rational(own), "kappa_2": rational(overlap), "T": T, "alpha": fmpq(1), "M": fmpq(1)}


def limit_matrix(instance: Instance) -> Array:
    """√F* Q √F* in the limiting Gram, α = M = 1, of shape (CT, CT)."""
    g = rows_of(instance)
    root = of_outputs(root_block(instance), g.shape[1])
    half, Q = (fmpq_mat([[rational(entry) for entry in row] for row in matrix]) for matrix in (root, whole_metric(g)))
    product = (half * Q * half * fmpq(1, len(g))).tolist()
    return np.array([[Fraction(int(entry.p), int(entry.q)) for entry in row] for row in product], dtype=object)


@cache
def _spectrum(text: str) -> tuple[Any, ...]:
    with working(WORKING_BITS):
        return eigenvalues(limit_matrix(json.loads(text)))


def limit_spectrum(instance: Instance) -> tuple[Any, ...]:
    """The eigenvalues of √F* Q √F*, those of F_cross in the limiting Gram, α = M = 1, the largest first."""
    return _spectrum(instance_text({name: instance[name] for name in ("g", "a", "b")}))


def _largest(instance: Instance, _: Rng) -> Sequence[Any]:
    return limit_spectrum(instance)[:1]


def lower() -> Any:
    """The lower bound of Theorem 3.3."""
    beta_4, alpha, T, kappa_1, kappa_2, M = symbols("beta_4 alpha T kappa_1 kappa_2 M")
    return beta_4 * alpha * ((T - 1) / T * kappa_2 + kappa_1 / T) * M


def upper() -> Any:
    """The upper bound of Theorem 3.3."""
    import sympy

    alpha, M = symbols("alpha M")
    return sympy.sqrt(alpha * second_moment()) * M


def betas(instance: Instance) -> dict[str, Any]:
    """β_1 … β_4 of an instance."""
    found = softmax_fisher.betas([[rational(entry) for entry in row] for row in rows_of(instance)])
    return {name: getattr(found, name) for name in ("beta_1", "beta_2", "beta_3", "beta_4")}


def _with_betas(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**kappas(instance), **betas(instance))]


def levels(instance: Instance) -> tuple[Any, ...]:
    """The eigenvalues of Q̄."""
    rows = [[rational(entry) for entry in row] for row in rows_of(instance)]
    return eigenvalues(softmax_fisher.mean_softmax_metric(rows))


def spread(instance: Instance) -> Any:
    """ω, the largest eigenvalue of all Q(t)."""
    rows = [[rational(entry) for entry in row] for row in rows_of(instance)]
    found = [eigenvalues(softmax_fisher.softmax_metric(row))[0] for row in rows]
    return max(found, key=float)


def _sharply(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**kappas(instance), rho=levels(instance)[0], omega=spread(instance))]


# (B.7)-(B.9)


def _response() -> Any:
    a, b, n = symbols("a b n")
    v, Q = indexed("v"), indexed("Q")
    return summation(summation(v[a] * Q[a, b] * v[b], (b, 1, n)), (a, 1, n))


def _rayleigh() -> Any:
    """The last line of (B.8), with the norm of (B.7) for λ_max(F)."""
    return _response() / symbols("N")[0]


def _mean_gradient(instance: Instance, k: int) -> tuple[Array, Any, Any]:
    """F*ν_k, ‖E∇f_k‖² and Q of a rational network."""
    _R, Q, gram = metrics_of(instance)
    T = instance["samples"]
    nu = np.array([Fraction(int(place // T == k)) for place in range(len(Q))], dtype=object)
    image = gram @ nu / T  # √T F*ν_k
    return image, nu @ image / T, Q


def _by_rayleigh(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = []
    for k in range(instance["widths"][-1]):
        image, norm, Q = _mean_gradient(instance, k)
        found.append(value(v=at(image), Q=at(Q * Fraction(1, instance["samples"])), n=len(Q), N=rational(norm)))
    return found


def _of_metric(instance: Instance, _: Rng) -> Sequence[Any]:
    """The largest eigenvalue of the P × P matrix, once for each k."""
    R, Q, _gram = metrics_of(instance)
    return [eigenvalues(R @ Q @ R.T / instance["samples"])[0]] * instance["widths"][-1]


def _squared_norm() -> Any:
    alpha, T, kappa_1, kappa_2, M = symbols("alpha T kappa_1 kappa_2 M")
    return alpha * ((T - 1) / T * kappa_2 + kappa_1 / T) * M


def diagonal() -> Any:
    """The right-hand side of (B.9) and of (C.2)."""
    k, t, T = symbols("k t T")
    g = indexed("g")
    return _squared_norm() * (1 / T * summation(g[k, t] * (1 - g[k, t]), (t, 1, T)))


def least_diagonal(instance: Instance) -> int:
    """The index k, from 1, of the smallest (1/T) Σ_t g_k(1 − g_k)."""
    found = (rows_of(instance) * (1 - rows_of(instance))).sum(axis=0)
    return 1 + min(range(len(found)), key=lambda k: found[k])


def _at_each_output(instance: Instance, value: Evaluate) -> Sequence[Any]:
    g = rows_of(instance)
    return [value(k=k, g=at(g.T), **kappas(instance)) for k in range(1, g.shape[1] + 1)]


def _by_diagonal(instance: Instance, value: Evaluate) -> Sequence[Any]:
    rows = [[rational(entry) for entry in row] for row in rows_of(instance)]
    mean = softmax_fisher.mean_softmax_metric(rows)
    return [value(rho=mean[k][k], **kappas(instance)) for k in range(len(mean))]


def _largest_of_fisher(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_max(F) itself, in the limiting Gram, once for each output."""
    root = root_block(instance)
    return [eigenvalues(root @ root / Fraction(len(root)))[0]] * len(instance["g"][0])


def _largest_for_each(instance: Instance, _: Rng) -> Sequence[Any]:
    return [limit_spectrum(instance)[0]] * len(instance["g"][0])


def _response_by_scores(instance: Instance, _: Rng) -> Sequence[Any]:
    """E_y[(∂_v log p)²] along v = E∇f_1."""
    step = gradients(instance)[0].mean(axis=0)
    rows = softmax_along(instance, step)
    total = sum((slope**2 / p for row in rows for p, slope in row), arb(0))
    return [total / len(rows)]


def _response_of_first(instance: Instance, value: Evaluate) -> Sequence[Any]:
    image, _norm, _Q = _mean_gradient(instance, 0)
    Q = whole_metric(np.array(softmax_outputs(instance), dtype=object))
    return [value(v=at(image), Q=at(Q * fmpq(1, instance["samples"])), n=len(Q))]


def _mean_norm(instance: Instance, width: int, rng: Rng, n: int) -> Any:
    """‖E∇f_k‖²/M, averaged over the outputs."""
    blocks = by_inputs(gradient_gram(batch(instance, width, rng, n)[1]), instance["outputs"])
    return np.einsum("...stkk->...", blocks)[:, None] / (width * instance["outputs"] * instance["samples"] ** 2)


def _in_limit(relation: Any, predicted: Any, instances: Any = limits, measured: Any = _largest) -> Value:
    return Value(instances, predicted, measured, relation)


LARGEST = r"\lambda_{\max}(F_\mathrm{cross})\text{ at }F^*=\alpha MK/T,\ \alpha=M=1"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-3.3-lower",
        "printed",
        "Theorem 3.3, lower bound",
        LARGEST,
        Formula(lower),
        _in_limit(">=", _with_betas, with_many_outputs),
    ),
    Claim(
        "karakida:thm-3.3-lower",
        "sharp",
        "Theorem 3.3, with the largest eigenvalue of Q̄ for its largest diagonal entry β_4",
        LARGEST,
        Formula(softmax_fisher.lower_law, derived=True),
        _in_limit(">=", _sharply, generic),
        note="Attained when the softmax outputs are the same at all inputs, or κ_1 = κ_2.",
    ),
    Claim(
        "karakida:thm-3.3-upper",
        "printed",
        "Theorem 3.3, upper bound",
        LARGEST,
        Formula(upper),
        _in_limit("<=", _with_betas),
    ),
    Claim(
        "karakida:thm-3.3-upper",
        "sharp",
        "Theorem 3.3, by Weyl's inequality",
        LARGEST,
        Formula(softmax_fisher.upper_law, derived=True),
        _in_limit("<=", _sharply, generic),
        note="ω is the largest eigenvalue of all Q(t), at most ½: as T grows the two sharp bounds meet.",
    ),
    Claim(
        "karakida:eq-b.7.1",
        "printed",
        "(B.8), both lines without 1/λ_max(F)",
        r"(R\nu_k)^\top F_\mathrm{cross}(R\nu_k)",
        Formula(_response),
        Value(exact_networks, _response_of_first, _response_by_scores),
        note="v is F*ν_1; the left-hand side is measured by scores along E∇f_1 = Rν_1.",
    ),
    Claim(
        "karakida:eq-b.7.2",
        "printed",
        "(B.8), at every width with the norm of (B.7) for λ_max(F)",
        r"\lambda_{\max}(F_\mathrm{cross})",
        Formula(_rayleigh),
        Value(exact_networks, _by_rayleigh, _of_metric, ">="),
    ),
    Claim(
        "karakida:eq-b.7.3",
        "printed",
        "after (B.7)",
        r"\lim\|E[\nabla f_k]\|^2/M,\ M=1",
        Formula(_squared_norm),
        Sample(cases(), predicted_limit, _mean_norm, lambda b: b.of(100, 400, 1600), WIDTHS, BIAS),
    ),
    Claim(
        "karakida:eq-b.9",
        "printed",
        "(B.9), the left-hand side as it stands there",
        r"\lambda_{\max}(F)\text{ at }F^*=\alpha MK/T,\ \alpha=M=1",
        Formula(diagonal),
        _in_limit(">=", _at_each_output, limits, _largest_of_fisher),
        note="True but not what is meant: g(1 − g) ≤ ¼. The left-hand side should be λ_max of F_cross.",
    ),
    Claim(
        "karakida:eq-b.9",
        "corrected",
        "(B.9), with λ_max(F_cross) on the left-hand side, every k",
        LARGEST,
        Formula(softmax_fisher.lower_law, derived=True),
        _in_limit(">=", _by_diagonal, with_many_outputs, _largest_for_each),
    ),
)
