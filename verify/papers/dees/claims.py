"""All claims of Dees et al., theme by theme."""

from eigenlaw.verify.claim import Claim
from eigenlaw.verify.papers.dees import (
    circular,
    convergence,
    finite_figures,
    initial_spectra,
    initialisation,
    jacobians,
    law_range,
    products,
    quoted_figures,
    rescaled_law,
    rotation,
    semicircle,
    training,
)

CLAIMS: tuple[Claim, ...] = (
    *jacobians.CLAIMS,
    *semicircle.CLAIMS,
    *circular.CLAIMS,
    *products.CLAIMS,
    *rescaled_law.CLAIMS,
    *law_range.CLAIMS,
    *quoted_figures.CLAIMS,
    *finite_figures.CLAIMS,
    *rotation.CLAIMS,
    *convergence.CLAIMS,
    *initialisation.CLAIMS,
    *initial_spectra.CLAIMS,
    *training.CLAIMS,
)
