"""Rank over number of parameters for sizes whose Hessian could not be built: Figures S3 and S20.

What is measured are the ranks of the components of a generic network's normal form, not the closed formulas.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from flint import fmpq

from eigenlaw.numerics.chain_rank import ChainRanks, chain_ranks
from eigenlaw.theory import hessian_rank, rank_ratio
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.singh import printed

CLASSES = (1, 2, 3, 5, 7, 10, 12, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500, 588, 700, 1000, 1500, 2000, 2349)
"""Numbers of outputs; the paper does not say it for Figure S20. Its data sets have 10."""


def _network(L: int, m: int, d: int, K: int, **more: Any) -> dict[str, Any]:
    """Return a network with L − 1 hidden layers of m units on inputs of full rank d, and a generic residual."""
    return {"L": L, "m": m, "d": d, "K": K, **more}


def _deep(d: int, m: int, classes: Sequence[int]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Return networks of every depth."""

    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        return [_network(L, m, d, K) for K in classes for L in range(2, budget.of(22, 24, 60))]

    return instances


def _wide(budget: Budget, _: Rng) -> Iterable[Instance]:
    """Return networks of four layers over the width, for 10 classes at each width up to 480."""
    widths = [*range(1, 480, budget.of(3, 1, 1)), 500, 700, 1000, 2000, 2352, 5000, 10**4, 10**5, 10**6]
    return [_network(4, m, 2352, 10) for m in widths]


def _families(_: Budget, __: Rng) -> Iterable[Instance]:
    return [{"L": 4, "d": 2352, "K": K} for K in CLASSES]


def _ranks(instance: Instance, *, bias: bool = False) -> ChainRanks:
    return _chain_ranks(instance["L"], instance["m"], instance["d"], instance["K"], bias)


@lru_cache(maxsize=4096)
def _chain_ranks(L: int, m: int, d: int, K: int, bias: bool) -> ChainRanks:
    return chain_ranks((d, *[m] * (L - 1), K), d, min(d, K), bias=bias)


def _parameters(instance: Instance, *, bias: bool = False) -> int:
    L, m, d, K = (instance[name] for name in ("L", "m", "d", "K"))
    return sum((below + bias) * above for below, above in pairwise((d, *[m] * (L - 1), K)))


def _symbols(instance: Instance) -> dict[str, int]:
    L, m, d, K = (instance[name] for name in ("L", "m", "d", "K"))
    q = min(d, m, K)
    plain, affine = _parameters(instance), _parameters(instance, bias=True)
    return {
        "q": q,
        "q_hat": q,
        "q_tilde": min(d + 1, K),
        "s": min(d, K),
        "m": m,
        "M": (L - 1) * m,
        "L": L,
        "d": d,
        "r": d,
        "K": K,
        "P": plain,
        "P_b": affine,
    }


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**_symbols(instance))]


def _plain(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(_ranks(instance).loss, _parameters(instance))]


def _with_biases(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(_ranks(instance, bias=True).loss, _parameters(instance, bias=True))]


def _wider(instance: Instance, rng: Rng) -> Sequence[Any]:
    return _plain({**instance, "m": instance["m"] + 1}, rng)


def _deeper(instance: Instance, rng: Rng) -> Sequence[Any]:
    return _plain({**instance, "L": instance["L"] + 1}, rng)


def _lead(instance: Instance, _: Rng) -> Sequence[Any]:
    """Return rk H_f − rk H_o."""
    ranks = _ranks(instance)
    return [fmpq(ranks.functional - ranks.outer)]


def _changes(instance: Instance, rng: Rng) -> Sequence[Any]:
    """Return how often the larger one of H_o and H_f changes over the width, and whether H_o is so at the start."""
    widths = [*range(1, 24), *range(24, 1000, 16), *range(1000, 6000, 250), 10**5, 10**6]
    leads = [_lead({**instance, "m": m}, rng)[0] > 0 for m in widths]
    return [fmpq(sum(a != b for a, b in pairwise(leads))), fmpq(not leads[0])]


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _printed_ratio() -> Any:
    (P,) = symbols("P")
    return printed.loss() / P


def _ratio() -> Any:
    return rank_ratio.ratio(*symbols("q q_hat m d r K P"))


def _affine_ratio() -> Any:
    return rank_ratio.affine_ratio(*symbols("q q_tilde m d r K P_b"))


def _lead_law() -> Any:
    q, q_hat, r, s, K, M, L = symbols("q q_hat r s K M L")
    return hessian_rank.functional_rank(q_hat, s, M, L) - hessian_rank.outer_rank(q, r, K)


def _vanishing() -> Any:
    return rank_ratio.vanishing_ratio(*symbols("q_hat m L"))


SIZES_S3 = Hypothesis("M=1000,\\ d=r=784,\\ K=100", lambda i: (i["m"], i["d"], i["K"]) == (1000, 784, 100))
FEWER_OUTPUTS = Hypothesis(
    r"K\le r-L+1", lambda i: i["K"] <= i["d"] - i["L"] + 1, tight=lambda i: i["K"] == i["d"] - i["L"] + 1
)
WIDE = Hypothesis(r"M_l\ge K", lambda i: i["m"] >= i["K"], tight=lambda i: i["m"] == i["K"])

S3 = _deep(784, 1000, (100,))
S20 = _deep(2352, 5000, (10, 100))
TINY = _network(2, 1, 1, 1)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:fig-s3.1",
        "printed",
        "S7.4, Figure S3",
        r"\operatorname{rk}H_{\mathcal L}^{\text{bias}}/\#\text{params}^{\text{bias}}",
        Formula(_printed_ratio),
        Value(S3, _predicted, _with_biases, "<", controls=(TINY,)),
        (SIZES_S3,),
        note="At every depth of these sizes. Not a law for all: with widths 1, 1, 1 both ratios are 1.",
        activations=1,
    ),
    Claim(
        "singh:fig-s3.2",
        "new",
        "S7.4, the threshold without biases",
        r"\operatorname{rk}H_{\mathcal L}/\#\text{params}",
        Formula(_ratio, derived=True),
        Value(S3, _predicted, _plain),
        note="The ratio tends to (2q̂m − q̂²)/m², 0.19 in the figure, as a constant over the number of parameters.",
        activations=1,
    ),
    Claim(
        "singh:fig-s3.3",
        "new",
        "S7.4, the threshold with biases",
        r"\operatorname{rk}H_{\mathcal L}^{\text{bias}}/\#\text{params}^{\text{bias}}",
        Formula(_affine_ratio, derived=True),
        Value(S3, _predicted, _with_biases),
        note="The ratio tends to (2q̃m − q̃² + q̃)/(m(m + 1)), 1901/10010 in the figure: a little lower.",
        activations=1,
    ),
    Claim(
        "singh:fig-s20.1",
        "printed",
        "S9.2",
        r"\text{changes of the lead between }H_o\text{ and }H_f\text{ over the width, from }H_o",
        Formula(_one),
        Value(_families, lambda i, value: [value(), value()], _changes, controls=({"L": 4, "d": 2352, "K": 2350},)),
        (FEWER_OUTPUTS,),
        note="The paper does not say K. For K ≤ r − L + 1 the outer-product Hessian leads at first and the functional "
        "one later; for more outputs there is no first phase.",
        activations=1,
    ),
    Claim(
        "singh:fig-s20.2",
        "new",
        "S9.2, where the lead changes",
        r"\operatorname{rk}H_f-\operatorname{rk}H_o",
        Formula(_lead_law, derived=True),
        Value(_wide, _predicted, _lead),
        note="For M_l = m ≥ K the lead changes at m = (r + (L − 2)K)/(2(L − 1)): between 395 and 396 units for K = 10.",
        activations=1,
    ),
    Claim(
        "singh:fig-s20.3",
        "printed",
        "S9.2, over the width",
        r"\operatorname{rk}H_{\mathcal L}/\#\text{params at one more unit a layer}",
        Formula(_printed_ratio),
        Value(_wide, _predicted, _wider, "<", controls=(_network(4, 5, 2352, 10),)),
        (WIDE,),
        note="The ratio is 1 up to m = K and falls from there. Its threshold over the width is zero.",
        activations=1,
    ),
    Claim(
        "singh:fig-s20.4",
        "printed",
        "S9.2, over the depth",
        r"\operatorname{rk}H_{\mathcal L}/\#\text{params at one more layer}",
        Formula(_printed_ratio),
        Value(S20, _predicted, _deeper, "<"),
        activations=1,
    ),
    Claim(
        "singh:fig-s20.5",
        "new",
        "S9.2, the threshold over the width",
        r"\operatorname{rk}H_{\mathcal L}/\#\text{params}",
        Formula(_vanishing, derived=True),
        Value(_wide, _predicted, _plain, "<"),
        (WIDE,),
        note="The ratio falls as 2(L − 1)K/((L − 2)m): the threshold over the width is zero.",
        activations=1,
    ),
    Claim(
        "singh:fig-s20.6",
        "new",
        "S9.2, the threshold over the depth",
        r"\operatorname{rk}H_{\mathcal L}/\#\text{params}",
        Formula(_ratio, derived=True),
        Value(S20, _predicted, _plain),
        note="The ratio tends to (2q̂m − q̂²)/m²: 999/250000 for K = 10 and m = 5000.",
        activations=1,
    ),
)
