"""`eigenlaw derive hessian-rank`: the exact ranks of the Hessian of deep linear networks in symbols."""

from typing import TYPE_CHECKING

from eigenlaw.commands import arguments
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.derivation import Derivation, Formula
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.theory.linear_chain import Loss, MeanResidual

_LOSS = r"H_{\mathcal{L}}"
_NAMES = {
    "M": ("M", "M"),
    "q": ("q", "q"),
    "qhat": ("q̂", r"\hat{q}"),
    "stilde": ("s̃", r"\tilde{s}"),
    "qtilde": ("q̃", r"\tilde{q}"),
    "tau": ("τ", r"\tau"),
    "rank_H_o": ("rk H_o", r"\operatorname{rk} H_o"),
    "rank_H_f": ("rk H_f", r"\operatorname{rk} H_f"),
    "rank_H_L": ("rk H_L", rf"\operatorname{{rk}} {_LOSS}"),
    "columns_first": ("rank of the columns of H_f that belong to W^1", r"\operatorname{rk} H_f^{\bullet 1}"),
    "columns_inner": ("those of W^l, 1 < l < L", r"\operatorname{rk} H_f^{\bullet l}"),
    "columns_last": ("those of W^L", r"\operatorname{rk} H_f^{\bullet L}"),
    "columns_bias": ("those of b^l, l < L; 0 for b^L", r"\operatorname{rk} H_f^{\bullet b^l}"),
    "parameters": ("#params", r"\#\mathrm{params}"),
    "rank_H_L_equal": ("rk H_L", rf"\operatorname{{rk}} {_LOSS}"),
    "parameters_equal": ("#params", r"\#\mathrm{params}"),
    "threshold": (
        "rk H_L/#params as L → ∞",
        rf"\lim_{{L \to \infty}} \operatorname{{rk}} {_LOSS}/\#\mathrm{{params}}",
    ),
}


def hessian_rank(phi: Activation | None, options: Options) -> Derivation:
    """Return the ranks of H_o, H_f, H_L and of the blocks of columns of H_f, in r, s, K, L and the widths.

    Args:
        phi: must be None: the laws are those of linear networks.
        options: ``bias``, ``mean_residual`` and ``loss`` as typed.

    Raises:
        InputError: if an activation is given, or something that was typed cannot be used.
    """
    if phi is not None:
        raise InputError.of("activation", phi.name, "expected none: these are the laws of linear networks")
    from eigenlaw.theory.hessian_symbols import hessian_laws

    bias, mean, loss = arguments.hessian(options)
    found = hessian_laws(bias=bias, mean_residual=mean, loss=loss)
    biases = f", biases, E δ {'= 0' if mean == 'zero' else 'generic'}" if bias else ", no biases"

    def formulas(group: dict[str, object]) -> tuple[Formula, ...]:
        return tuple(Formula(name, *_NAMES[name], expression) for name, expression in group.items())

    return Derivation(
        "hessian-rank",
        None,
        f"Exact ranks of the Hessian H_L = H_o + H_f of deep linear networks, {loss.replace('mse', 'MSE')}{biases}",
        "closed form",
        formulas(found.laws),
        _steps(bias, mean, loss),
        symbols=formulas(found.definitions),
        special=formulas(found.equal),
        case="Where all hidden layers have w units:",
    )


def _steps(bias: bool, mean: "MeanResidual", loss: "Loss") -> tuple[str, ...]:
    steps = [
        "r = rk E[x xᵀ], s = rk Ω with Ω = E[δ xᵀ], δ = ∂ℓ; width[l] = M_l, width[0] = d, width[L] = K, "
        "M_min = min(M_1, …, M_{L−1})",
        "H_o: the image of the differential is Σ_l im W^{L:l+1} ⊗ im (W^{l−1:1})ᵀ; the first factors grow with l, the "
        "others shrink, so that the dimensions add up in steps",
        "H_f: changes of basis in every layer make generic W^l rectangular identities and Ω diagonal, and H_f splits "
        "into small matrices whose ranks add up",
        "H_L: H_o = A B Aᵀ with B ≻ 0 on the data, and rk(H_f + A B Aᵀ) = rk[H_f, A] for a generic scale of Ω",
        "attained by generic weights and Ω generic of rank s; no network of these widths and ranks has more",
    ]
    if loss == "cross-entropy":
        steps.append("cross-entropy: softmax does not see (1, …, 1), so that K − 1 outputs count; s ≤ min(K − 1, r)")
    if loss == "log-cosh":
        steps.append("log-cosh: ∂²ℓ is positive definite, as for MSE")
    if bias and mean == "generic":
        steps.append(
            "biases, E x = 0: translations of the layers remove them, and [Ω, E δ] of rank s̃ takes the place of Ω; "
            "where q̃ < s̃, c is the last hidden layer with M_c = q̃; "
            "q_l = min(s̃, M_{l−1}, …, M_{L−1}, 1 + min(M_1, …, M_{l−1}))"
        )
    if bias and mean == "zero":
        outputs = "K − 1" if loss == "cross-entropy" else "K"
        steps.append(f"biases, E x = 0: with E δ = 0 they add {outputs} to H_o and nothing to H_f")
    return tuple(steps)
