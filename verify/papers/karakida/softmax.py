"""The Fisher information matrix of softmax outputs, exactly: (27)-(29), (B.1)-(B.3)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from flint import arb

from eigenlaw.theory import softmax_fisher
from eigenlaw.verify.claim import Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols
from eigenlaw.verify.papers.karakida.exact_networks import at, unit
from eigenlaw.verify.papers.karakida.softmax_networks import (
    Array,
    directions,
    exact_networks,
    gradients,
    rows_of,
    share_cases,
    shares,
    softmax_along,
    softmax_outputs,
)
from eigenlaw.verify.softmax_metrics import softmax_metric, whole_metric


def _form() -> Any:
    """V^T F_cross w of (27)-(28), with D(k, t) and E(k, t) the derivatives of f_k(t) along v and w."""
    import sympy

    s, t, k, j, C, T = symbols("s t k j C T")
    g, D, E = indexed("g"), indexed("D"), indexed("E")
    Q = (g[k, t] * sympy.KroneckerDelta(k, j) - g[k, t] * g[j, t]) * sympy.KroneckerDelta(s, t)
    body = Q * D[k, s] * E[j, t]
    for limits in ((j, 1, C), (k, 1, C), (t, 1, T), (s, 1, T)):
        body = summation(body, limits)
    return body / T


def _half_form() -> Any:
    """½ v^T F_cross v."""
    import sympy

    return sympy.Rational(1, 2) * _form()


def _along(instance: Instance, step: Array) -> Array:
    """The derivatives of the outputs along a step, by backpropagation, of shape (C, T)."""
    return np.asarray(gradients(instance) @ step)


def _bound(instance: Instance) -> dict[str, Any]:
    g = np.array(softmax_outputs(instance), dtype=object)
    return {"g": at(g.T), "C": instance["widths"][-1], "T": instance["samples"]}


def _predicted_pair(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula for two steps."""
    D, E = (at(_along(instance, step)) for step in directions(instance, 2))
    return [value(D=D, E=E, **_bound(instance))]


def _predicted_step(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula for a step with itself."""
    D = at(_along(instance, directions(instance, 1)[0]))
    return [value(D=D, E=D, **_bound(instance))]


def _mean_over_inputs(rows: Sequence[Sequence[Any]]) -> Any:
    return sum((sum(row, arb(0)) for row in rows), arb(0)) / len(rows)


def _scores(instance: Instance, _: Rng) -> Sequence[Any]:
    """The mean of (∂_v log p)(∂_w log p) over the inputs and over every class y in turn."""
    return [_score_product(instance, *directions(instance, 2))]


def _score_product(instance: Instance, v: Array, w: Array) -> Any:
    one, two = softmax_along(instance, v), softmax_along(instance, w)
    products = [
        [p * (a / p) * (b / p) for (p, a), (_, b) in zip(row, other, strict=True)]
        for row, other in zip(one, two, strict=True)
    ]
    return _mean_over_inputs(products)


def _responses(instance: Instance, _: Rng, *, divided: bool = False) -> Sequence[Any]:
    """‖dg‖² for a small step, or Σ dg_k²/g_k, averaged over the inputs."""
    rows = softmax_along(instance, directions(instance, 1)[0])
    return [_mean_over_inputs([[slope**2 / p if divided else slope**2 for p, slope in row] for row in rows])]


# ‖dg‖² ≤ ½ dθᵀ F_cross dθ, for any derivatives of the outputs


def _slopes(instance: Instance) -> Array:
    """Derivatives D_k(t) of the outputs, of shape (C, T)."""
    g = rows_of(instance)
    entries = np.random.default_rng([5, instance["draw"]]).integers(-4, 5, g.T.shape)
    if instance["draw"] < 3:  # the step that the bound is attained on
        entries[:2] = [[1], [-1]]
    return np.asarray(entries, dtype=object)


def _half_predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    g, D = rows_of(instance), at(_slopes(instance))
    return [value(D=D, E=D, g=at(g.T), C=g.shape[1], T=len(g))]


def _squared_response(instance: Instance, _: Rng) -> Sequence[Any]:
    g, D = rows_of(instance), _slopes(instance)
    moved = [Q @ D[:, t] for t, Q in enumerate(softmax_metric(g))]
    return [rational(sum(sum(entry**2 for entry in row) for row in moved)) / len(g)]


FAIR = [[["1/2", "1/2"]] * T for T in (1, 2, 3)]

# (B.1)-(B.3)


def _entry() -> Any:
    a, b, i, j, n, T = symbols("a b i j n T")
    R, Q = indexed("R"), indexed("Q")
    body = R[i, a] * Q[a, b] * R[j, b]
    return summation(summation(body, (b, 1, n)), (a, 1, n)) / T


def _places(instance: Instance, count: int = 4) -> Array:
    P = gradients(instance).shape[2]
    return np.asarray(np.random.default_rng([3, instance["draw"]]).integers(0, P, (count, 2)))


def _predicted_entries(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """(RQR^T)_ij with the gradients as columns of √T R."""
    found = gradients(instance)
    R = found.reshape(-1, found.shape[2]).T
    Q = whole_metric(np.array(softmax_outputs(instance), dtype=object))
    given = {"R": at(R), "Q": at(Q), "n": len(Q), "T": instance["samples"]}
    return [value(i=int(i) + 1, j=int(j) + 1, **given) for i, j in _places(instance)]


def _score_entries(instance: Instance, _: Rng) -> Sequence[Any]:
    P = gradients(instance).shape[2]
    return [_score_product(instance, unit((P,), (i,)), unit((P,), (j,))) for i, j in _places(instance)]


def _singular() -> Any:
    a, b, n = symbols("a b n")
    X = indexed("X")
    return summation(summation(X[a, b] * X[a, b], (b, 1, n)), (a, 1, n))


def metrics_of(instance: Instance) -> tuple[Array, Array, Array]:
    """√T R of shape (P, CT), Q and T F*, with rational numbers in place of the softmax outputs."""
    found = gradients(instance)
    R = found.reshape(-1, found.shape[2]).T
    C, T = found.shape[:2]
    g = rows_of({"g": shares(C, T, instance["draw"])})
    return R, whole_metric(g), np.asarray(R.T @ R)


def _product(instance: Instance, value: Evaluate) -> Sequence[Any]:
    _, Q, gram = metrics_of(instance)
    return [value(X=at(Q @ gram / instance["samples"]), n=len(Q))]


def _power_of_metric(instance: Instance, _: Rng, power: int) -> Sequence[Any]:
    """The trace of a power of the P × P matrix F_cross."""
    R, Q, _gram = metrics_of(instance)
    F = R @ Q @ R.T / instance["samples"]
    product = F
    for _step in range(power - 1):
        product = product @ F
    return [rational(np.trace(product))]


def _power_sum(power: int) -> Value:
    return Value(exact_networks, _product, partial(_power_of_metric, power=power))


def _exactly(measured: Callable[[Instance, Rng], Sequence[Any]], predicted: Any = _predicted_step) -> Value:
    return Value(exact_networks, predicted, measured)


SCORES = r"\frac1T\sum_t\sum_yp(y|x(t))\,\partial_v\log p\,\partial_w\log p"
RESPONSE = r"E\|\partial_vg\|^2"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-27",
        "printed",
        "(27), (28)",
        SCORES,
        Formula(_form),
        _exactly(_scores, _predicted_pair),
        note="D and E are the derivatives of the outputs along v and along w.",
    ),
    Claim(
        "karakida:eq-29.1",
        "printed",
        "(29)",
        RESPONSE,
        Formula(_form),
        _exactly(_responses),
        note="The response of g itself has the square of Q(t) between the derivatives.",
    ),
    Claim(
        "karakida:eq-29.1",
        "corrected",
        "(29), with Q² for Q",
        RESPONSE,
        Formula(softmax_fisher.response_law, derived=True),
        _exactly(_responses),
    ),
    Claim(
        "karakida:eq-29.2",
        "new",
        "(29), for the distance Σ dg²/g",
        r"E\sum_k(\partial_vg_k)^2/g_k",
        Formula(_form),
        _exactly(partial(_responses, divided=True)),
        note="F_cross is the response of g in the distance of Pearson, not in that of Euclid.",
    ),
    Claim(
        "karakida:eq-29.3",
        "new",
        "(29), as a bound",
        RESPONSE,
        Formula(_half_form),
        Value(
            share_cases([*FAIR], lambda index: {"draw": index}),
            _half_predicted,
            _squared_response,
            "<=",
        ),
        note="The eigenvalues of Q(t) are at most ½.",
    ),
    Claim(
        "karakida:eq-b.1.1",
        "printed",
        "(B.1), (B.2)",
        r"(F_\mathrm{cross})_{ij}",
        Formula(_entry),
        _exactly(_score_entries, _predicted_entries),
        note="R without its factor 1/√T.",
    ),
    Claim(
        "karakida:eq-b.1.2",
        "printed",
        "after (B.2), the sum of the squares",
        r"\sum_i\lambda_i(F_\mathrm{cross})^2",
        Formula(_singular),
        _power_sum(2),
        note="QF* is not symmetric: its singular values are not its eigenvalues.",
    ),
    Claim(
        "karakida:eq-b.1.2",
        "corrected",
        "after (B.2), with eigenvalues for singular values",
        r"\sum_i\lambda_i(F_\mathrm{cross})^2",
        Formula(partial(softmax_fisher.power_trace, 2), derived=True),
        _power_sum(2),
    ),
    Claim(
        "karakida:eq-b.1.3",
        "new",
        "after (B.2), the sum of the cubes",
        r"\sum_i\lambda_i(F_\mathrm{cross})^3",
        Formula(partial(softmax_fisher.power_trace, 3), derived=True),
        _power_sum(3),
    ),
)
