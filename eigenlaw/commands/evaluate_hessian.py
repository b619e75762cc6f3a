"""`eigenlaw eval hessian-rank`: the exact ranks of the Hessian of a deep linear network beside the printed ones."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from eigenlaw.commands import arguments
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.evaluation import Evaluation, Value, label

if TYPE_CHECKING:
    from eigenlaw.theory.linear_chain import LinearChain

_PRINTED = "printed"


def hessian_rank(options: Options, digits: int) -> Evaluation:
    """Return the ranks of H_o, H_f, H_L and of the blocks of columns of H_f, exact and as printed.

    Args:
        options: ``widths``, ``data_rank``, ``residual_rank``, ``bias``, ``mean_residual`` and ``loss`` as typed.
        digits: none are needed: integers are exact.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    del digits
    from flint import arb

    from eigenlaw.verify.papers.singh.printed import printed_ranks

    chain = arguments.linear_chain(options)
    values: dict[tuple[str | int, ...], int] = {_index(name): rank for name, rank in chain.ranks.items()}
    for name, printed in printed_ranks(chain).items():
        if printed is not None:
            values[_PRINTED, *_index(name)] = printed
    settled = {"data_rank": str(chain.data_rank), "residual_rank": str(chain.residual_rank)}
    return Evaluation(
        ("matrix", "columns", "of", "rank", "printed", "rank/columns"),
        [index if len(index) > 1 else index[0] for index in values],
        [arb(rank) for rank in values.values()],
        certified=True,
        rows=partial(_rows, chain),
        exact=True,
        settled={name: text for name, text in settled.items() if name not in options},
        closing=_closing(chain),
    )


def _index(name: str | tuple[str, int]) -> tuple[str | int, ...]:
    return (name,) if isinstance(name, str) else name


def _rows(chain: "LinearChain", values: Sequence[Value]) -> list[tuple[str, ...]]:
    """Return a line for each matrix: its columns, its rank, and what is printed, with ≠ where that is another."""
    from eigenlaw.commands.table_hessian import ratio

    found: dict[Any, str] = {index: value for index, value, _ in values}
    rows: list[tuple[str, ...]] = []
    for name, rank in chain.ranks.items():
        columns, block = chain.parameters, ""
        if not isinstance(name, str):
            columns, block = _block(chain, name[1])
        printed = found.get((_PRINTED, *_index(name)), "")
        differs = "≠ " if printed not in {"", str(rank)} else ""
        rows.append((label(name), str(columns), block, str(rank), differs + printed, ratio(rank, columns)))
    return rows


def _block(chain: "LinearChain", number: int) -> tuple[int, str]:
    """Return the number of columns of a block of H_f and the parameters to which they belong."""
    layer = (number - 1) % chain.layers + 1
    if number > chain.layers:
        return chain.widths[layer], f"b^{layer}"
    return chain.widths[layer - 1] * chain.widths[layer], f"W^{layer}"


def _closing(chain: "LinearChain") -> str:
    """Return what the laws take from the network; ≠ is explained where it may stand."""
    hat = f"q̃ = {chain.q_hat}, s̃ = {chain.s_hat}, τ = {chain.tail}" if chain.shifted else f"q̂ = {chain.q_hat}"
    outputs = f", K − 1 = {chain.outputs} for K" if chain.loss == "cross-entropy" else ""
    head = f"L = {chain.layers}, M = {chain.hidden}, q = {chain.q}, {hat}{outputs}"
    return f"{head}\n≠: the paper prints another rank; nothing: it prints none"
