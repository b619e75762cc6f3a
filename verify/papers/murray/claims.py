"""All claims of Murray et al., theme by theme."""

from eigenlaw.verify.claim import Claim
from eigenlaw.verify.papers.murray import (
    coefficients,
    covariance,
    decay,
    dual_kernels,
    effective_rank,
    hermite,
    kernel,
    moments,
    polynomials,
    slopes,
    tables,
)

CLAIMS: tuple[Claim, ...] = (
    *moments.CLAIMS,
    *kernel.CLAIMS,
    *covariance.CLAIMS,
    *coefficients.CLAIMS,
    *slopes.CLAIMS,
    *dual_kernels.CLAIMS,
    *hermite.CLAIMS,
    *polynomials.CLAIMS,
    *decay.CLAIMS,
    *tables.CLAIMS,
    *effective_rank.CLAIMS,
)
