"""S9.1.1: the ranks for squared error on real data, over sample size, width and depth."""

from collections.abc import Sequence
from typing import Any

from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.verify.claim import Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.digits import digits_hash
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.singh.loss_claims import FULL, bindings, chain_at, on_digits, printed_laws, rank_claims
from eigenlaw.verify.papers.singh.loss_problems import problem_of

DIGITS = (
    "On the 8 × 8 digits of scikit-learn, down-sampled exactly, a stand-in for CIFAR10, FashionMNIST and MNIST; hidden "
    "layers are smaller than the paper's. r is the rank of the samples. "
)
BOUND = "The rank modulo a prime of 61 bits is a lower bound and the law an upper one, so that equality is proved."
_CASES = on_digits("mse", "gaussian")
_WHERE = "S9.1.1, Figures S8 to S10"


def _largest() -> Any:
    from sympy import Min

    K, r = symbols("K r")
    return Min(K, r)


def _largest_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**bindings(chain_at(instance)))]


def _residual_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(problem_of(instance).omega))]


CLAIMS: tuple[Claim, ...] = (
    *rank_claims("singh:sec-9.1.1", 1, "printed", _WHERE, printed_laws(), _CASES, (FULL,), DIGITS + BOUND, real=True),
    Claim(
        "singh:sec-9.1.1.4",
        "new",
        _WHERE,
        r"\mathrm{rk}(\Omega)\text{ with one-hot labels}",
        Formula(_largest, derived=True),
        Value(_CASES, _largest_value, _residual_rank, stream="singh:sec-9.1.1", sources=digits_hash),
        (FULL,),
        note="At initialisation s is as large as it can be, also for few samples, so that s ≥ q as Theorem 7 needs.",
        activations=1,
    ),
)
