"""S9.1.3: log-cosh, where the formulas are those of squared error.

S_n = diag(1 − δ²) with δ = tanh(F − y) is positive definite, which is all that the laws ask of the loss: the image of
H_o = Σ_n ∇F(x_n)ᵀ S_n ∇F(x_n) is that of all ∇F(x_n)ᵀ, whatever the S_n ≻ 0, and H_f knows the loss through Ω alone.
"""

from eigenlaw.verify.claim import Claim
from eigenlaw.verify.papers.singh.loss_claims import (
    FULL,
    STRATUM,
    exact_laws,
    on_digits,
    printed_laws,
    rank_claims,
    strata,
)
from eigenlaw.verify.papers.singh.squared_error import BOUND, DIGITS

ROW = "singh:sec-9.1.3"
FIGURES = "S9.1.3, Figures S14 to S16"

CLAIMS: tuple[Claim, ...] = (
    *rank_claims(
        ROW,
        1,
        "printed",
        FIGURES,
        printed_laws(),
        on_digits("log-cosh", "gaussian"),
        (FULL,),
        DIGITS + "Exponentials are powers of t = e^(2/D), in its place a random residue. " + BOUND,
        real=True,
    ),
    *rank_claims(
        ROW,
        4,
        "new",
        "S9.1.3, for every residual",
        exact_laws(),
        strata("log-cosh"),
        (FULL, STRATUM),
        "Labels are F − artanh δ for rational δ such that Ω has the rank s. " + BOUND,
    ),
    *rank_claims(
        ROW,
        7,
        "new",
        "S9.1.3, with biases",
        exact_laws(bias=True),
        strata("log-cosh", bias=True),
        (FULL, STRATUM),
        "With biases; the inputs need not have mean zero, r is then the rank of the centred ones. " + BOUND,
    ),
)
