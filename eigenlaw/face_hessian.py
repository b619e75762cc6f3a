"""The ranks of the Hessian of a deep linear network, for the Python face: integers, exact and as printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eigenlaw.theory.linear_chain import Loss, MeanResidual


@dataclass(frozen=True, slots=True)
class HessianRank:
    """The ranks of the Hessian H_L = H_o + H_f of a deep linear network and of its parts.

    Attributes:
        outer: the rank of H_o, the outer product.
        functional: the rank of H_f, the functional Hessian.
        loss: the rank of H_L.
        columns: the ranks of the columns of H_f that belong to W^1 … W^L and, with biases, to b^1 … b^L.
        parameters: the number of parameters, the size of the three matrices.
        printed: what the paper prints, by ``"H_o"``, ``"H_f"``, ``"H_L"`` and ``("H_f", l)``, where it prints anything.
    """

    outer: int
    functional: int
    loss: int
    columns: tuple[int, ...]
    parameters: int
    printed: dict[str | tuple[str, int], int]


def hessian_rank(
    widths: Sequence[int],
    data_rank: int | None = None,
    residual_rank: int | None = None,
    *,
    bias: bool = False,
    mean_residual: "MeanResidual" = "generic",
    loss: "Loss" = "mse",
) -> HessianRank:
    """Return the exact ranks of the Hessian of a deep linear network with generic weights, and the printed ones.

    No network of the same widths and ranks exceeds them. With biases, E x = 0.
    Source: Singh et al. 2021, Theorems 3, 5, 7, 12, Corollaries 4, 6, and S7; the ranks for every s and with biases
    are ours.

    Args:
        widths: d, M_1, …, M_{L−1}, K: at least one hidden layer, all at least 1.
        data_rank: r = rk E[x xᵀ], from 1 to d; d if None.
        residual_rank: s = rk E[δ xᵀ], from 0 to min(K, r), or min(K − 1, r) for cross-entropy; the largest if None.
        bias: whether every layer has biases.
        mean_residual: whether E δ is ``"generic"`` or ``"zero"``; it matters with biases only.
        loss: ``"mse"``, ``"cross-entropy"`` (K ≥ 2) or ``"log-cosh"``.

    Returns:
        The ranks as integers: ``outer``, ``functional``, ``loss``, ``columns``, ``parameters``, ``printed``.

    Raises:
        InputError: for an argument out of range.

    Example:
        >>> found = hessian_rank((5, 4, 3, 6), 4, 2)
        >>> found.outer, found.functional, found.loss, found.columns
        (21, 24, 41, (8, 10, 6))
        >>> found.printed["H_L"]
        45
    """
    from eigenlaw.theory.linear_chain import linear_chain
    from eigenlaw.verify.papers.singh.printed import printed_ranks

    chain = linear_chain(widths, data_rank, residual_rank, bias=bias, mean_residual=mean_residual, loss=loss)
    columns = tuple(chain.column_rank(block) for block in range(1, chain.blocks + 1))
    printed = {name: rank for name, rank in printed_ranks(chain).items() if rank is not None}
    return HessianRank(chain.outer_rank, chain.functional_rank, chain.loss_rank, columns, chain.parameters, printed)
