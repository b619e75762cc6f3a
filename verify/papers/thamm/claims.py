"""All claims of Thamm et al., theme by theme."""

from eigenlaw.verify.claim import Claim
from eigenlaw.verify.papers.thamm import (
    accuracies,
    initial_weights,
    linearisation,
    marchenko_pastur,
    modified_law,
    number_variance,
    porter_thomas,
    regimes,
    scaled_loss,
    singular_values,
    spacing,
    spacing_tests,
    trained,
    unfolding,
    vector_tests,
)

CLAIMS: tuple[Claim, ...] = (
    *singular_values.CLAIMS,
    *spacing.CLAIMS,
    *spacing_tests.CLAIMS,
    *number_variance.CLAIMS,
    *marchenko_pastur.CLAIMS,
    *initial_weights.CLAIMS,
    *modified_law.CLAIMS,
    *porter_thomas.CLAIMS,
    *vector_tests.CLAIMS,
    *unfolding.CLAIMS,
    *trained.CLAIMS,
    *scaled_loss.CLAIMS,
    *linearisation.CLAIMS,
    *regimes.CLAIMS,
    *accuracies.CLAIMS,
)
