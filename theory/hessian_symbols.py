"""The rank laws of the Hessian of deep linear networks in symbols: r, s, K, L, the widths, and what is made of them.

``width[l]`` stands for M_l, with width[0] = d and width[L] = K, ``M_min`` for min(M_1, …, M_{L−1}), ``c`` for the last
hidden layer of width q̃, ``q_l`` for min(s̃, M_{l−1}, …, M_{L−1}, 1 + min(M_1, …, M_{l−1})). The laws themselves are
those of ``theory.hessian_rank``.
"""

from dataclasses import dataclass
from typing import Any

from eigenlaw.theory.hessian_rank import (
    affine_column_rank,
    affine_functional_rank,
    affine_loss_rank,
    affine_outer_rank,
    column_rank,
    functional_rank,
    loss_rank,
    outer_rank,
)
from eigenlaw.theory.linear_chain import Loss, MeanResidual


@dataclass(frozen=True)
class HessianLaws:
    """The ranks as SymPy expressions.

    Attributes:
        definitions: what symbols in the laws stand for, by name, each in r, s, K, L, the widths and those before.
        laws: the ranks by name: ``rank_H_o``, ``rank_H_f``, ``rank_H_L``, ``columns_first``, ``columns_inner``,
            ``columns_last``, with biases and a residual with a mean ``columns_bias``, and ``parameters``.
        equal: rank_H_L and parameters for hidden layers of one width w, and the limit of their ratio as L → ∞.
    """

    definitions: dict[str, Any]
    laws: dict[str, Any]
    equal: dict[str, Any]


def symbol(name: str) -> Any:
    """Return the symbol of a rank, a width or a number of layers: an integer that is not negative."""
    import sympy

    return sympy.Symbol(name, integer=True, nonnegative=True)


def width(layer: Any) -> Any:
    """Return width[l], which stands for M_l.

    Example:
        >>> width(3)
        width[3]
    """
    import sympy

    return sympy.IndexedBase("width")[layer]


def hessian_laws(*, bias: bool = False, mean_residual: MeanResidual = "generic", loss: Loss = "mse") -> HessianLaws:
    """Return the exact rank laws for generic weights, and Ω generic of rank s.

    Args:
        bias: whether every layer has biases.
        mean_residual: whether E δ is generic or zero; it matters with biases only.
        loss: with cross-entropy K − 1 stands for K in the ranks.

    Source: Singh et al. 2021, Theorems 3, 5, 7, 12, Corollaries 4, 6, and S7; see ``theory.hessian_rank``.

    Example:
        >>> found = hessian_laws(loss="cross-entropy")
        >>> found.definitions["q"], found.laws["rank_H_o"]
        (Min(M_min, r, K - 1), q*(K - q + r - 1))
    """
    import sympy

    r, K, L, M, q, layer = map(symbol, ("r", "K", "L", "M", "q", "l"))
    outputs = K - 1 if loss == "cross-entropy" else K
    biases = int(bias)
    definitions = {"M": sympy.Sum(width(layer), (layer, 1, L - 1)), "q": sympy.Min(r, symbol("M_min"), outputs)}
    if bias and mean_residual == "generic":
        more, laws = _shifted(outputs)
        total = affine_loss_rank(q, symbol("qtilde"), r, outputs, M, L, symbol("tau"))
    else:
        more, laws = _plain()
        total = loss_rank(q, symbol("qhat"), r, outputs, M, L) + outputs * biases
    laws |= {
        "rank_H_o": (affine_outer_rank if bias else outer_rank)(q, r, outputs),
        "rank_H_L": total,
        "parameters": sympy.Sum((width(layer - 1) + biases) * width(layer), (layer, 1, L)),
    }
    names = ("rank_H_o", "rank_H_f", "rank_H_L", "columns_first", "columns_inner", "columns_last", "columns_bias")
    ordered = {name: laws[name] for name in (*names, "parameters") if name in laws}
    return HessianLaws(definitions | more, ordered, _equal_widths(total, biases))


def _plain() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the definitions and laws of H_f without biases, or with a residual of mean zero."""
    import sympy

    s, L, M, q, q_hat, layer = map(symbol, ("s", "L", "M", "q", "qhat", "l"))
    laws = {
        "rank_H_f": functional_rank(q_hat, s, M, L),
        "columns_first": column_rank(q_hat, s, width(1)),
        "columns_inner": column_rank(q_hat, width(layer - 1), width(layer)),
        "columns_last": column_rank(q_hat, width(L - 1), s),
    }
    return {"qhat": sympy.Min(q, s)}, laws


def _shifted(outputs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the definitions and laws of H_f with biases and a residual of generic mean."""
    import sympy

    q, s, L, M, layer, c, q_hat = map(symbol, ("q", "s", "L", "M", "l", "c", "qhat"))
    q_tilde, s_tilde, tau, inner = map(symbol, ("qtilde", "stilde", "tau", "q_l"))
    behind = sympy.Sum(width(layer) - q_tilde, (layer, c + 1, L - 1))
    narrow = q_tilde < s_tilde
    definitions = {
        "qhat": sympy.Min(q, s),
        "stilde": sympy.Min(s + 1, outputs),
        "qtilde": sympy.Min(s_tilde, symbol("M_min")),
        "tau": sympy.Piecewise((behind, narrow), (0, True)),
    }
    tail = sympy.Piecewise((width(L - 1) - q_tilde, narrow), (0, True))
    laws = {
        "rank_H_f": affine_functional_rank(q_tilde, s_tilde, M, L, tau),
        "columns_first": column_rank(q_hat, s, width(1)),
        "columns_inner": column_rank(inner, width(layer - 1), width(layer)),
        "columns_last": affine_column_rank(q_tilde, width(L - 1), s_tilde, tail),
        "columns_bias": width(layer),
    }
    return definitions, laws


def _equal_widths(total: Any, biases: int) -> dict[str, Any]:
    """Return rk H_L and the parameters of equal hidden layers, where τ = 0, and the limit of their ratio in depth."""
    import sympy

    w, d, K, L = map(symbol, ("w", "d", "K", "L"))
    rank = total.subs({symbol("M"): (L - 1) * w, symbol("tau"): 0})
    parameters = (d + biases) * w + (L - 2) * (w + biases) * w + (w + biases) * K
    slopes = [sympy.expand(law).coeff(L, 1) for law in (rank, parameters)]
    return {
        "rank_H_L_equal": rank,
        "parameters_equal": parameters,
        "threshold": sympy.factor(slopes[0]) / sympy.factor(slopes[1]),
    }
