"""`eigenlaw table hessian-rank`: exact ranks over data rank, residual rank, width or depth, at any size."""

from dataclasses import replace
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from eigenlaw.commands import arguments
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.output import check_choice
from eigenlaw.commands.table import Cell, Table
from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.theory.linear_chain import LinearChain

EXAMPLES = {
    "data-rank": "64,50,20,20,20,10",  # Figure S8a
    "residual-rank": "64,50,20,20,20,10",
    "width": "2352,1,1,1,10",  # Figure S20, left: L = 4, r = 2352
    "layers": "784,1000,100",  # Figure S3: d = r = 784, M_l = 1000, K = 100
}
"""What can vary, and the widths where none are given: those of a figure of Singh et al. 2021."""

_HEADS = {"data-rank": "r", "residual-rank": "s", "width": "M_l", "layers": "L"}
_FIXED = {"data-rank": "data_rank", "residual-rank": "residual_rank"}
_MATRICES = {"H_o": "$H_o$", "H_f": "$H_f$", "H_L": r"$H_{\mathcal{L}}$"}
_DIGITS = 4
_FEW = 16
_MOST_ROWS = 1000
_WIDTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_LAYERS = (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100)


def build(options: Options) -> Table:
    """Return the table of rk H_o, rk H_f, rk H_L, what is printed where that is another, and rk H_L/#parameters.

    Args:
        options: those of `eigenlaw eval hessian-rank`, ``over``, a key of ``EXAMPLES``, ``at``, values such as
            ``2..10,20``, and ``digits``, as typed.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    over = check_choice("over", options.get("over") or "data-rank", tuple(EXAMPLES))
    fixed = _FIXED.get(over, "")
    if options.get(fixed) is not None:
        raise InputError.of(fixed, options[fixed], "is what varies; expected its values in --at, such as --at 1..4")
    text = options.get("digits")
    digits = _DIGITS if text is None else arguments.integer("digits", text, least=1, most=arguments.MOST_DIGITS)
    base = arguments.linear_chain({**options, "widths": options.get("widths") or EXAMPLES[over]})
    rows = tuple(_row(over, value, _varied(base, over, value), digits) for value in _values(over, base, options))
    varies = (_HEADS[over], *(("s",) if over == "data-rank" else ()))
    heads = (
        *(Cell(name, f"${name}$") for name in varies),
        Cell("#params", r"\#params"),
        *(Cell(name, latex) for name, latex in _MATRICES.items()),
        Cell("printed", "printed"),
        Cell("H_L/#params", rf"{_MATRICES['H_L']}/\#params"),
    )
    return Table("hessian-rank", _caption(base, over), heads, rows, "r" * (len(heads) - 2) + "lr")


def ratio(part: int, whole: int, digits: int = _DIGITS) -> str:
    """Return part/whole correctly rounded to so many significant digits; 0 stays 0.

    Example:
        >>> ratio(41, 50), ratio(2, 3), ratio(1, 1000000), ratio(0, 5)
        ('0.8200', '0.6667', '0.000001000', '0')
    """
    if part == 0:
        return "0"
    quotient = Context(prec=digits).divide(Decimal(part), Decimal(whole))
    places = digits - 1 - quotient.adjusted()
    return f"{quotient:.{max(places, 0)}f}"


def _values(over: str, base: "LinearChain", options: Options) -> tuple[int, ...]:
    """Return the values of ``--at``, or a few that show the course."""
    least = {"residual-rank": 0, "layers": 2}.get(over, 1)
    text = options.get("at")
    if text is None:
        if over in {"width", "layers"}:
            return _WIDTHS if over == "width" else _LAYERS
        most = base.data_rank if over == "data-rank" else base.most_residual_rank
        few = range(least, most) if most <= _FEW else [least, *(value for value in _WIDTHS if least < value < most)]
        return (*few, most)
    most = arguments.MOST_WIDTHS - 1 if over == "layers" else arguments.MOST_SIZE
    values: list[int] = []
    for part in text.split(","):
        first, dots, last = part.partition("..")
        start = arguments.integer("at", first, least=least, most=most)
        stop = arguments.integer("at", last, least=start, most=most) if dots else start
        if len(values) + stop - start >= _MOST_ROWS:
            raise InputError.of("at", text, f"expected at most {_MOST_ROWS} values")
        values += range(start, stop + 1)
    return tuple(values)


def _varied(base: "LinearChain", over: str, value: int) -> "LinearChain":
    """Return the network at one value; a residual rank s becomes r where the data rank r is less."""
    first, *hidden, last = base.widths
    if over == "data-rank":
        return replace(base, data_rank=value, residual_rank=min(base.residual_rank, value))
    if over == "residual-rank":
        return replace(base, residual_rank=value)
    if over == "width":
        return replace(base, widths=(first, *(value for _ in hidden), last))
    if len(set(hidden)) > 1:
        shown = ",".join(map(str, base.widths))
        raise InputError.of(
            "widths", shown, "expected hidden layers of one width, such as 64,20,10, to vary their number"
        )
    return replace(base, widths=(first, *hidden[:1] * (value - 1), last))


def _row(over: str, value: int, chain: "LinearChain", digits: int) -> tuple[Cell, ...]:
    ranks = {"H_o": chain.outer_rank, "H_f": chain.functional_rank, "H_L": chain.loss_rank}
    numbers = [value, *([chain.residual_rank] if over == "data-rank" else []), chain.parameters, *ranks.values()]
    share = ratio(chain.loss_rank, chain.parameters, digits)
    cells = [Cell(str(number), f"${number}$") for number in numbers]
    return (*cells, _printed(chain, ranks), Cell(share, f"${share}$"))


def _printed(chain: "LinearChain", ranks: dict[str, int]) -> Cell:
    """Return the printed ranks that are not the exact ones, and those for which nothing is printed."""
    from eigenlaw.verify.papers.singh.printed import printed_totals

    printed = printed_totals(chain)
    texts, latex = [], []
    for name, rank in ranks.items():
        value = printed[name]
        if value != rank:
            shown = "none" if value is None else str(value)
            texts.append(f"{name} {shown}")
            latex.append(f"{_MATRICES[name]} {shown}")
    return Cell(", ".join(texts) or "same", ", ".join(latex) or "same")


def _caption(base: "LinearChain", over: str) -> str:
    first, *hidden, last = base.widths
    repeated = {"width": "M_l,…,M_l", "layers": f"{hidden[0]},…,{hidden[0]}"}.get(over)
    widths = ",".join(map(str, (first, *((repeated,) if repeated else hidden), last)))
    depth = f", L = {base.layers}" if over == "width" else ""
    ranks = [f"r = {base.data_rank}"] if over != "data-rank" else []
    ranks += [f"s = {base.residual_rank}"] if over not in _FIXED else []
    bias = [f"biases, E δ {'= 0' if base.mean_residual == 'zero' else 'generic'}"] if base.bias else []
    parts = [f"Hessian ranks, widths {widths}{depth}", *filter(None, [", ".join(ranks)]), *bias]
    return "; ".join([*parts, base.loss.replace("mse", "MSE")])
