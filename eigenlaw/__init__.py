"""The laws of neural-network spectra: derived, evaluated, typeset, and checked.

The names below are loaded when they are first used, so that ``import eigenlaw`` costs nothing.

Example:
    >>> import eigenlaw
    >>> eigenlaw.dual_activation("erf")
    2*asin(2*rho/3)/pi
    >>> [mu.decimal(6)[0] for mu in eigenlaw.hermite_coefficients("relu", 2, digits=6)]
    ['0.3989422804', '0.5', '0.2820947918']
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eigenlaw.face import (
        fisher_statistics,
        hermite_coefficients,
        ntk_coefficients,
        ntk_kernel,
        order_parameters,
        run_campaign,
        sphere_eigenvalues,
    )
    from eigenlaw.face_hessian import HessianRank, hessian_rank
    from eigenlaw.face_laws import law, law_values
    from eigenlaw.numerics.precision import Ball
    from eigenlaw.theory.activations import Activation, activation
    from eigenlaw.theory.dual import dual_activation
    from eigenlaw.theory.errors import InputError
    from eigenlaw.verify.claim import Claim
    from eigenlaw.verify.learning_regimes import train_regimes
    from eigenlaw.verify.weight_layers import analyse_weights

__version__ = "0.1.0"

__all__ = [
    "Activation",
    "Ball",
    "Claim",
    "HessianRank",
    "InputError",
    "__version__",
    "activation",
    "analyse_weights",
    "dual_activation",
    "fisher_statistics",
    "hermite_coefficients",
    "hessian_rank",
    "law",
    "law_values",
    "ntk_coefficients",
    "ntk_kernel",
    "order_parameters",
    "run_campaign",
    "sphere_eigenvalues",
    "train_regimes",
]

_WHERE = {
    "Activation": "eigenlaw.theory.activations",
    "Ball": "eigenlaw.numerics.precision",
    "Claim": "eigenlaw.verify.claim",
    "HessianRank": "eigenlaw.face_hessian",
    "InputError": "eigenlaw.theory.errors",
    "activation": "eigenlaw.theory.activations",
    "analyse_weights": "eigenlaw.verify.weight_layers",
    "dual_activation": "eigenlaw.theory.dual",
    "fisher_statistics": "eigenlaw.face",
    "hermite_coefficients": "eigenlaw.face",
    "hessian_rank": "eigenlaw.face_hessian",
    "law": "eigenlaw.face_laws",
    "law_values": "eigenlaw.face_laws",
    "ntk_coefficients": "eigenlaw.face",
    "ntk_kernel": "eigenlaw.face",
    "order_parameters": "eigenlaw.face",
    "run_campaign": "eigenlaw.face",
    "sphere_eigenvalues": "eigenlaw.face",
    "train_regimes": "eigenlaw.verify.learning_regimes",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
