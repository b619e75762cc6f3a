"""S1.1: the split of the Hessian of a loss, for every activation and loss; when its second part is block-hollow."""

from collections.abc import Sequence
from typing import Any

from flint import fmpq

from eigenlaw.verify.claim import Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.papers.karakida.exact_networks import at, entries
from eigenlaw.verify.papers.singh.backpropagation import CURVED_NETWORK, LINEAR, linear_cases, linear_given
from eigenlaw.verify.papers.singh.exact_networks import CURVED, LOSSES, NO_KINK, PIECEWISE_LINEAR, case_of, cases
from eigenlaw.verify.second_derivatives import hessian


def _split() -> Any:
    a, b, c, e, K = symbols("a b c e K")
    J, metric, delta, N = indexed("J"), indexed("S"), indexed("delta"), indexed("N")
    outer = summation(J[c, a] * summation(metric[c, e] * J[e, b], (e, 1, K)), (c, 1, K))
    return outer + summation(delta[c] * N[c, a, b], (c, 1, K))


def _predicted_split(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = case_of(instance)
    given = {
        "J": at(case.jacobian),
        "S": at(case.metric),
        "delta": at(case.residual),
        "N": at(case.curvatures),
        "K": len(case.y),
    }
    p = case.parameters
    return [value(a=a, b=b, **given) for a in range(1, p + 1) for b in range(a, p + 1)]


def _loss_hessian(instance: Instance, _: Rng) -> Sequence[Any]:
    case = case_of(instance)
    found = hessian(case.loss_jet, case.parameters)
    return [entry for a in range(case.parameters) for entry in entries(found[a, a:])]


# squared error of a linear network


def _linear_jacobian() -> Any:
    k, c, i, j, u, d = symbols("k c i j u d")
    up, x, down = indexed("up"), indexed("x"), indexed("down")
    return up[k, c, i] * summation(x[u] * down[k, j, u], (u, 1, d))


def _predicted_jacobian(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = case_of(instance)
    given = linear_given(case)
    shapes = [weight.shape for weight in case.weights]
    return [
        value(k=k, c=c, i=i, j=j, **given)
        for c in range(1, len(case.y) + 1)
        for k, (rows, columns) in enumerate(shapes, 1)
        for i in range(1, rows + 1)
        for j in range(1, columns + 1)
    ]


def _jacobian(instance: Instance, _: Rng) -> Sequence[Any]:
    return entries(case_of(instance).jacobian)


def _metric() -> Any:
    import sympy

    c, e = symbols("c e")
    return sympy.KroneckerDelta(c, e)


def _predicted_metric(instance: Instance, value: Evaluate) -> Sequence[Any]:
    K = instance["widths"][-1]
    return [value(c=c, e=e) for c in range(1, K + 1) for e in range(1, K + 1)]


def _measured_metric(instance: Instance, _: Rng) -> Sequence[Any]:
    return entries(case_of(instance).metric)


# the diagonal blocks of the second part


def _vanishing() -> Any:
    K, above, below = symbols("K M_l M_below")
    return K * (above * below) ** 2


def _predicted_vanishing(instance: Instance, value: Evaluate) -> Sequence[Any]:
    shapes = [weight.shape for weight in case_of(instance).weights]
    return [value(K=instance["widths"][-1], M_l=above, M_below=below) for above, below in shapes]


def _zeros(instance: Instance, _: Rng) -> Sequence[Any]:
    """How many entries of the ∇²_kk F_c, c = 1 … K, vanish, layer by layer."""
    case = case_of(instance)
    blocks = [case.curvatures[:, case.block(k), case.block(k)] for k in range(1, case.layers + 1)]
    return [fmpq(sum(entry == 0 for entry in block.ravel())) for block in blocks]


def _all_linear_pieces(instance: Instance) -> bool:
    return {instance["activation"], instance.get("last", "linear")} <= set(PIECEWISE_LINEAR)


SQUARED_ERROR = Hypothesis(r"\ell=\tfrac12\|F-y\|^2", lambda instance: instance.get("loss", "mse") == "mse")
LINEAR_PIECES = Hypothesis(r"\sigma\text{ is piecewise linear}", _all_linear_pieces)
_COUNT = r"\#\{\text{entries of }\nabla_{ll}^2F_c=0\}_{c\le K}"
_CURVED_CONTROLS = tuple({"activation": name, "widths": [1, 1, 1], "draw": 3} for name in CURVED)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:gauss-newton.1",
        "printed",
        "S1.1, the split",
        r"\left(\nabla_\theta^2(\ell\circ F)\right)_{ab}",
        Formula(_split),
        Value(cases(losses=tuple(LOSSES), counts=(6, 20, 150)), _predicted_split, _loss_hessian),
        (NO_KINK,),
        note="Squared error, cross-entropy, log-cosh and a quartic loss that couples the outputs; also with an "
        "activation on the last layer. A rational number stands for each exponential of an output.",
    ),
    Claim(
        "singh:gauss-newton.2",
        "printed",
        "S1.1, first derivatives",
        r"(\nabla_kF)_{c,(i,j)}",
        Formula(_linear_jacobian),
        Value(linear_cases, _predicted_jacobian, _jacobian, controls=(CURVED_NETWORK,)),
        (LINEAR,),
        activations=1,
    ),
    Claim(
        "singh:gauss-newton.3",
        "printed",
        "S1.1, metric of the outputs",
        r"(\partial^2\ell)_{ce}",
        Formula(_metric),
        Value(
            cases(losses=tuple(LOSSES), counts=(60, 80, 200)),
            _predicted_metric,
            _measured_metric,
            controls=({"activation": "linear", "loss": "cross-entropy", "widths": [1, 1, 2], "draw": 1},),
        ),
        (SQUARED_ERROR,),
    ),
    Claim(
        "singh:gauss-newton.4",
        "printed",
        "S1.1, block-hollow",
        _COUNT,
        Formula(_vanishing),
        Value(linear_cases, _predicted_vanishing, _zeros, controls=_CURVED_CONTROLS),
        (LINEAR,),
        note="All (M_l M_{l−1})² entries of each of the K diagonal blocks vanish.",
        activations=1,
    ),
    Claim(
        "singh:gauss-newton.4",
        "sharp",
        "S1.1, block-hollow",
        _COUNT,
        Formula(_vanishing),
        Value(cases(tuple(PIECEWISE_LINEAR)), _predicted_vanishing, _zeros, controls=_CURVED_CONTROLS),
        (LINEAR_PIECES, NO_KINK),
        note="Piecewise linear activations suffice, away from their kinks; curved ones do not.",
    ),
)
