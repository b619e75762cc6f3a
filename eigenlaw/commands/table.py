"""`eigenlaw table`: a paper's table recomputed to any number of digits, and the laws of the catalogue."""

import csv
import io
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from eigenlaw.commands import arguments
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.columns import columns, patience, terminal_width
from eigenlaw.commands.output import check_choice, note, write_json
from eigenlaw.theory.activations import CATALOGUE, Activation, activation
from eigenlaw.theory.errors import InputError

_GUARD_DIGITS = 6
_MOST_ROWS = 1000
_EXAMPLES = {"monomial": "2", "rectified_monomial": "2", "polynomial": "0,1,1", "hermite": "2"}
"""Parameters for the families of the catalogue that have no default."""

MURRAY_1 = {"ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Gaussian": "gaussian"}
"""The rows of Table 1 of Murray et al. 2023; the Gaussian is the density of N(0, 1)."""
MURRAY_1_LAST = 5


@dataclass(frozen=True)
class Cell:
    """One entry: for people, and in LaTeX."""

    text: str
    latex: str


@dataclass(frozen=True)
class Table:
    """A table to print.

    Attributes:
        name: as typed.
        caption: one line.
        columns: the headings.
        rows: as many cells each.
        alignment: of the columns, in LaTeX's letters l and r.
        notes: what fell short; exit status 1 if there is one.
        text: what a terminal gets in place of columns, where they would be too wide.
        tex_columns: the columns in LaTeX, where they need a width.
    """

    name: str
    caption: str
    columns: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    alignment: str
    notes: tuple[str, ...] = ()
    text: str = ""
    tex_columns: str = ""


def run(name: str, options: Options, style: str) -> int:
    """Print a table and return 0, or 1 where digits were not reached.

    Args:
        name: a key of ``_TABLES``.
        options: the options as typed, None where not given.
        style: ``text``, ``latex``, ``markdown``, ``csv`` or ``json``.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    check_choice("name", name, tuple(_TABLES))
    check_choice("format", style, ("json", *_STYLES))
    build, known = _TABLES[name]
    given = arguments.only(f"table {name}", options, known)
    own_bar = name in {"errata", "weights"}
    with nullcontext() if own_bar else patience(f"computing table {name}"):
        table = build(given)
    if style == "json":
        write_json(_document(table), "-")
    else:
        print(_STYLES[style](table))
    for line in table.notes:
        note(f"eigenlaw: {line}")
    return 1 if table.notes else 0


def _digits(options: Options, default: int, least: int = 1) -> int:
    text = options.get("digits")
    if text is None:
        return default
    return arguments.integer("digits", text, least=least, most=arguments.MOST_DIGITS)


def _murray_1(options: Options) -> Table:
    """Return 100 Σ_{p≤T} κ_{p,2}/Σ_p κ_{p,2} in D significant digits, D − 2 decimals."""
    digits = _digits(options, 5, least=2)
    rows, notes = [], []
    for title, name in MURRAY_1.items():
        values = _percentages(activation(name), digits)
        rows.append((_word(title), *(Cell(text, text) for text in values)))
        short = [f"T = {t}" for t, text in enumerate(values) if text.startswith("≈")]
        notes += [f"digits={digits}: not reached for {title} at {', '.join(short)}"] if short else []
    heads = (Cell("T", "$T$"), *(Cell(str(t), f"${t}$") for t in range(MURRAY_1_LAST + 1)))
    caption = "Percentage of Σ_p κ_{p,2} in the first T+1 coefficients; γ_w² = σ_w² = 1, γ_b² = 0, σ_b² = 1 − E[φ(Z)²]"
    return Table("murray-1", caption, heads, tuple(rows), "l" + "r" * (MURRAY_1_LAST + 1), tuple(notes))


def _percentages(phi: Activation, digits: int) -> list[str]:
    from fractions import Fraction

    from eigenlaw.numerics.ntk import hyper_parameters, ntk_coefficients, ntk_values
    from eigenlaw.numerics.precision import bits_for, working

    guard = digits + _GUARD_DIGITS
    texts: list[str] = []
    for inside in (guard, 2 * guard, 4 * guard):
        variances = hyper_parameters(phi, digits=inside)
        kappa = ntk_coefficients(phi, MURRAY_1_LAST, inside, variances).balls
        total = ntk_values(phi, [Fraction(1)], inside, variances).balls[0]
        with working(bits_for(inside) + 64):
            shares = [100 * sum(kappa[: t + 1], start=0 * total) / total for t in range(MURRAY_1_LAST + 1)]
        texts = [rounded(share, digits) for share in shares]
        if not any(text.startswith("≈") for text in texts):
            break
    return texts


def rounded(ball: Any, digits: int) -> str:
    """Return the decimal to which every number of the ball rounds, or ≈ and its middle if they differ.

    Args:
        ball: a finite ``flint.arb``.
        digits: significant digits, at least 1.

    Example:
        >>> from flint import arb
        >>> rounded(arb(2).sqrt(), 5), rounded(arb(0.5, 0.25), 3)
        ('1.4142', '≈0.500')
    """
    from eigenlaw.numerics.precision import decimal

    if not ball.is_finite():
        return "≈ unknown"
    value, radius = map(Decimal, decimal(ball, digits + _GUARD_DIGITS))
    exact, shown = Context(prec=4 * digits + 100), Context(prec=digits)
    low, high = (_padded(shown.plus(end), digits) for end in (exact.subtract(value, radius), exact.add(value, radius)))
    return low if low == high else f"≈{_padded(shown.plus(value), digits)}"


def _padded(value: Decimal, digits: int) -> str:
    """Return a decimal with exactly so many significant digits; 0 stays 0."""
    if value.is_zero():
        return "0"
    wide = Context(prec=digits + 10)
    return str(wide.quantize(value, Decimal(1).scaleb(value.adjusted() - digits + 1, wide)))


def _hermite(options: Options) -> Table:
    from eigenlaw.commands import typeset
    from eigenlaw.numerics.hermite import hermite_balls
    from eigenlaw.numerics.precision import decimal, is_accurate
    from eigenlaw.theory.hermite import derive_hermite

    phi = arguments.chosen_activation(options)
    text = options.get("order")
    order = 10 if text is None else arguments.integer("order", text, most=_MOST_ROWS)
    digits = _digits(options, 15)
    balls = hermite_balls(phi, order, digits).balls
    found = derive_hermite(phi, order)
    rows = []
    for (k, exact), ball in zip(found.values, balls, strict=True):
        closed = Cell("", "")
        if not typeset.is_open(exact):
            closed = Cell(typeset.line(exact), f"${typeset.latex(exact)}$")
        value = decimal(ball, digits)[0]
        sign = ("", "") if is_accurate(ball, digits) else ("≈", r"\approx ")
        rows.append((Cell(str(k), f"${k}$"), closed, Cell(sign[0] + value, f"${sign[1]}{value}$")))
    short = [k for k, ball in enumerate(balls) if not is_accurate(ball, digits)]
    notes = (f"digits={digits}: not reached at k = {', '.join(map(str, short))}",) if short else ()
    heads = (Cell("k", "$k$"), Cell("closed form", "closed form"), Cell("μ_k", r"$\mu_k$"))
    return Table("hermite", f"Hermite coefficients of {found.activation.name}", heads, tuple(rows), "rll", notes)


def _dual(options: Options) -> Table:
    from eigenlaw.commands import typeset
    from eigenlaw.theory.dual import derive_dual

    chosen = options.get("activation")
    shown = [activation(chosen)] if chosen else [activation(_example(name)) for name in CATALOGUE]
    rows = []
    for phi in shown:
        found = derive_dual(phi)
        if found.expression is None:
            continue
        cells = (found.expression, found.derivative)
        laws = (Cell("", "") if e is None else Cell(typeset.line(e), f"${typeset.latex(e)}$") for e in cells)
        rows.append((_word(found.activation.name), *laws))
    if not rows:
        raise InputError.of("activation", chosen, "its dual has no known closed form; see `eigenlaw derive dual`")
    heads = (
        _word("activation"),
        Cell("E[φ(U)φ(V)]", r"$\mathbb{E}[\phi(U)\phi(V)]$"),
        Cell("E[φ'(U)φ'(V)]", r"$\mathbb{E}[\phi'(U)\phi'(V)]$"),
    )
    return Table("dual", "Dual activations; U, V ~ N(0, 1) with correlation ρ", heads, tuple(rows), "lll")


def _example(name: str) -> str:
    return f"{name}({_EXAMPLES[name]})" if name in _EXAMPLES else name


def _sphere(options: Options) -> Table:
    from eigenlaw.commands import table_sphere

    return table_sphere.build(options)


def _ntk(options: Options) -> Table:
    from eigenlaw.commands import table_ntk

    return table_ntk.build(options)


def _errata(options: Options) -> Table:
    from eigenlaw.commands import table_errata

    return table_errata.build(options)


def _order_parameters(options: Options) -> Table:
    from eigenlaw.commands import table_fisher

    return table_fisher.order_parameters(options)


def _fisher(options: Options) -> Table:
    from eigenlaw.commands import table_fisher

    return table_fisher.fisher(options)


def _hessian_rank(options: Options) -> Table:
    from eigenlaw.commands import table_hessian

    return table_hessian.build(options)


def _weights(options: Options) -> Table:
    from eigenlaw.commands import table_weights

    return table_weights.build(options)


def _laws(options: Options) -> Table:
    from eigenlaw.commands import table_laws

    return table_laws.build(options)


def _decay(options: Options) -> Table:
    from eigenlaw.commands import table_decay

    return table_decay.build(options)


_TABLES: dict[str, tuple[Callable[[Options], Table], tuple[str, ...]]] = {
    "murray-1": (_murray_1, ("digits",)),
    "hermite": (_hermite, ("activation", "order", "digits")),
    "dual": (_dual, ("activation",)),
    "ntk": (_ntk, ("activation", "layers", "order", "digits", *arguments.HYPER_PARAMETERS)),
    "weights": (_weights, ("select",)),
    "errata": (_errata, ("select", "from", "jobs")),
    "laws": (_laws, ()),
    "decay": (_decay, ("activation", "layers", "digits", "gamma_b2", "sigma_w2")),
    "sphere": (
        _sphere,
        ("activation", "layers", "order", "digits", *arguments.SPHERE, *arguments.HYPER_PARAMETERS),
    ),
    "order-parameters": (_order_parameters, ("digits", *arguments.WIDE_NETWORK)),
    "fisher": (_fisher, ("digits", *arguments.WIDE_NETWORK, *arguments.SIZES)),
    "hessian-rank": (_hessian_rank, (*arguments.LINEAR_CHAIN, *arguments.HESSIAN, "over", "at", "digits")),
}


def _word(text: str) -> Cell:
    return Cell(text, text.replace("_", r"\_").replace("^", r"\^{}"))


def _text(table: Table) -> str:
    if table.text:
        return table.text
    rows = [[cell.text for cell in row] for row in table.rows]
    lines = columns([cell.text for cell in table.columns], rows, terminal_width())
    return "\n".join([table.caption, "", *lines])


def _latex(table: Table) -> str:
    def row(cells: Sequence[Cell]) -> str:
        line = " & ".join(cell.latex for cell in cells) + r" \\"
        return f"{{}}{line}" if line[0] in "[*" else line  # else an argument of the \\ before it

    body = [row(cells) for cells in table.rows]
    lines = [
        f"% {table.caption}",
        r"% \usepackage{amsmath,amssymb,booktabs}",
        rf"\begin{{tabular}}{{{table.tex_columns or table.alignment}}}",
        r"\toprule",
        row(table.columns),
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines)


def _markdown(table: Table) -> str:
    def row(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"

    rule = ["---:" if letter == "r" else "---" for letter in table.alignment]
    head = [row([cell.text for cell in table.columns]), row(rule)]
    body = [row([_marked_down(cell) for cell in cells]) for cells in table.rows]
    return "\n".join([table.caption, "", *head, *body])


def _marked_down(cell: Cell) -> str:
    return cell.latex if cell.latex.startswith("$") else cell.text.replace("<", "&lt;")


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell.text for cell in table.columns])
    writer.writerows([cell.text for cell in row] for row in table.rows)
    return out.getvalue().rstrip("\n")


_STYLES: dict[str, Callable[[Table], str]] = {"text": _text, "latex": _latex, "markdown": _markdown, "csv": _csv}


def _document(table: Table) -> dict[str, Any]:
    return {
        "table": table.name,
        "caption": table.caption,
        "columns": [cell.text for cell in table.columns],
        "rows": [[{"text": cell.text, "latex": cell.latex} for cell in row] for row in table.rows],
        "notes": list(table.notes),
    }
