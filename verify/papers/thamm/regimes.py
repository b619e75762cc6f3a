"""Section 5, Figures 3 and 4, Appendix D: which α is lazy and which is rich, on networks trained here."""

from typing import Any

import numpy as np

from eigenlaw.verify.claim import Claim, Instance
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.thamm.trained_networks import (
    DATA,
    IMAGES,
    LAZY,
    NOT_LAZY,
    NOT_RICH,
    RICH,
    UP_TO_LAZY,
    against,
    changes,
    compared,
    exact,
    linearisation_errors,
    mean_gap,
    networks,
    one_by_one,
    singular_values,
    symbol,
    together,
)

FALLING, RISING = ("201/200", "2", "5", "10"), ("199/200", "1/2", "1/4")
NEXT = {"1": "1", "2": "1", "5": "2", "10": "5"}
"""The next smaller α that is not rich."""
GAP = r"\text{mean of }\mathcal A(f)-\mathcal A(\tilde f)"
ERROR = r"\|f-\tilde f\|/\|f-f_{W_0}\|"
CHANGE = r"\|W_l-W_{0,l}\|/\|W_{0,l}\|"


def spectrum_change(instance: Instance, alpha: str | None = None) -> list[Any]:
    """‖ν − ν_0‖/‖ν_0‖ of the singular values of the second layer."""
    pairs = [singular_values(trained) for trained in networks(instance, alpha)]
    return [exact(np.linalg.norm(after - before) / np.linalg.norm(before)) for before, after in pairs]


def largest_value(instance: Instance, alpha: str | None = None) -> list[Any]:
    """The largest singular value of the second layer after training over that before."""
    pairs = [singular_values(trained) for trained in networks(instance, alpha)]
    return [exact(after[0] / before[0]) for before, after in pairs]


def full_accuracy(instance: Instance, alpha: str | None = None) -> list[Any]:
    """A(f) on the training images."""
    return [exact(compared(trained, instance).full) for trained in networks(instance, alpha)]


def linearised_accuracy(instance: Instance, alpha: str | None = None) -> list[Any]:
    """A(f̃) on the training images."""
    return [exact(compared(trained, instance).linearised) for trained in networks(instance, alpha)]


def absolute_gap(instance: Instance, alpha: str | None = None) -> list[Any]:
    """The modulus of the mean gap."""
    return [abs(gap) for gap in mean_gap(instance, alpha)]


def _less_lazy(instance: Instance) -> list[Any]:
    return linearisation_errors(instance, NEXT[instance["alpha"]])


REGIMES: tuple[Claim, ...] = (
    Claim(
        "thamm:regimes.1",
        "printed",
        "Section 5: α > 1 is lazy",
        CHANGE,
        Formula(symbol("rho_1")),
        against(one_by_one(IMAGES, FALLING), changes, "rho_1", "<"),
        (LAZY,),
        note="ρ₁: of the same layer at α = 1, from the same start, after as many steps. " + DATA,
    ),
    Claim(
        "thamm:regimes.2",
        "printed",
        "Section 5: α < 1 is rich",
        CHANGE,
        Formula(symbol("rho_1")),
        against(one_by_one(IMAGES, RISING), changes, "rho_1", ">"),
        (RICH,),
        note="ρ₁: of the same layer at α = 1. " + DATA,
    ),
    Claim(
        "thamm:regimes.3",
        "printed",
        "Section 5, Figure 3 (a): the spectrum of the lazy network remains almost unchanged",
        r"\|\nu-\nu_0\|/\|\nu_0\|",
        Formula(symbol("s_1")),
        against(one_by_one(("digits",), tuple(NEXT)), spectrum_change, "s_1", "<=", minimum=16),
        (NOT_RICH,),
        note="s₁: at α = 1. Singular values of the second layer; on faces it hardly moves at any α. " + DATA,
    ),
    Claim(
        "thamm:regimes.4",
        "printed",
        "Section 5, Figure 3 (a): the rich network has larger singular values than the typical one",
        r"\nu_1/\nu_{0,1}",
        Formula(symbol("r_1")),
        against(one_by_one(("digits",), ("1", "1/2", "1/4")), largest_value, "r_1", ">=", minimum=12),
        (NOT_LAZY,),
        note="The largest singular value of the second layer over its initial one; r₁: at α = 1. " + DATA,
    ),
)

APPENDIX: tuple[Claim, ...] = (
    Claim(
        "thamm:appendix-d.1",
        "printed",
        "Appendix D: rich learning for α < 1",
        GAP,
        Formula(symbol("g_1")),
        against(together(("digits",), ("1", "1/2", "1/4")), mean_gap, "g_1", ">=", minimum=3),
        (NOT_LAZY,),
        note="g₁: at α = 1. Linearised around all weights. " + DATA,
    ),
    Claim(
        "thamm:appendix-d.2",
        "printed",
        "Appendix D: we observe lazy learning for α < 1",
        GAP,
        Formula(symbol("g_1")),
        against(together(("digits",), ("1/2", "1/4")), mean_gap, "g_1", "<=", minimum=2),
        (RICH,),
        note="As printed it contradicts the same sentence, Section 5 and Figure 4: a slip for α > 1. " + DATA,
    ),
    Claim(
        "thamm:appendix-d.2",
        "corrected",
        "Appendix D: lazy learning for α > 1",
        GAP,
        Formula(symbol("g_1")),
        against(together(("digits",), ("1", "2", "5", "10")), mean_gap, "g_1", "<=", minimum=4),
        (NOT_RICH,),
        note="g₁: at α = 1. Linearised around all weights. " + DATA,
    ),
)

CRITERION: tuple[Claim, ...] = (
    Claim(
        "thamm:eq-7.1",
        "printed",
        "(7): lazy networks are hardly better than their linearisations",
        r"|\text{mean of }\mathcal A(f)-\mathcal A(\tilde f)|",
        Formula(lambda: symbols("g_1")[0] / 2),
        against(together(("digits",), ("5", "10")), absolute_gap, "g_1", "<", minimum=2),
        (LAZY,),
        note="'≈' is read as: less than half as far apart as at α = 1, g₁. α = 5 and 10, around all weights. " + DATA,
    ),
    Claim(
        "thamm:eq-7.4",
        "new",
        "(7), with the initial outputs subtracted",
        ERROR,
        Formula(symbol("e_less")),
        against(one_by_one(IMAGES, tuple(NEXT), start="centred"), linearisation_errors, "e_less", "<=", _less_lazy),
        (NOT_RICH,),
        note="With α(f − f_{W₀}) in the softmax, which is 0 before training, the error falls over α = 1, 2, 5, "
        "10, e_less at the one before. With (3) as printed it does not for every network, though W stays ever "
        "closer to W₀: the initial outputs, times α, fill the softmax and have to be unlearned first. " + DATA,
    ),
    Claim(
        "thamm:eq-7.2",
        "printed",
        "(8), around the second layer as in Figure 4",
        r"\mathcal A(f_W)",
        Formula(symbol("A_tilde")),
        against(one_by_one(IMAGES, ("1/4", "1/2"), layer=2), full_accuracy, "A_tilde", ">", linearised_accuracy, 16),
        (RICH,),
        note="Read as said of every network with α < 1. On the faces the one that is linearised around the second "
        "layer is as good, though the weights have moved: around one layer, equal accuracies do not tell that it is "
        "lazy. " + DATA,
    ),
    Claim(
        "thamm:eq-7.2",
        "corrected",
        "(8), around all weights, on digits",
        GAP,
        Formula(symbol("g_5")),
        against(together(("digits",), ("1/4", "1/2", "1", "5")), mean_gap, "g_5", ">=", "5", 4),
        (UP_TO_LAZY,),
        note="g₅: at α = 5. On faces even the rich networks lose less than 5 % by linearisation. " + DATA,
    ),
)

CLAIMS: tuple[Claim, ...] = (*REGIMES, *APPENDIX, *CRITERION)
