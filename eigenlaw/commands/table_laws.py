"""`eigenlaw show laws` and `eigenlaw table laws`: what each law is of, and its formulas."""

import re
import textwrap
from typing import Any

from eigenlaw.commands import typeset
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.output import console, write_json
from eigenlaw.commands.table import Cell, Table
from eigenlaw.commands.tex_text import tex_text
from eigenlaw.laws import LAWS

_WIDTH = 80
_TEX_WIDTH = "0.55"


def show(style: str) -> None:
    """Print name, parameters, convention and source of every law.

    Args:
        style: ``text``, ``latex`` or ``json``.
    """
    if style == "json":
        rows = [
            {
                "name": name,
                "parameters": [parameter.usage for parameter in law.parameters],
                "convention": law.convention,
                "source": law.source,
                "what": ["pdf", "cdf", "quantile", "moment"] if law.is_law else ["value"],
            }
            for name, law in LAWS.items()
        ]
        write_json({"laws": rows}, "-")
        return
    lines = _latex() if style == "latex" else _text()
    console().print("\n".join(lines), markup=False, soft_wrap=True)


def _text() -> list[str]:
    lines: list[str] = []
    for name, law in LAWS.items():
        lines += [name, *_paragraph(law.usage, "      "), *_paragraph(f"{law.convention} [{law.source}]", "    "), ""]
    lines += _paragraph("pdf, cdf, quantile and moment of a law; value of number variances, spiked, real-eigenvalues.")
    return lines


def _paragraph(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _latex() -> list[str]:
    rows = [rf"\texttt{{{name}}} & {_tex(law.convention)} & {_tex(law.source)} \\" for name, law in LAWS.items()]
    head = rf"\begin{{tabular}}{{lp{{{_TEX_WIDTH}\linewidth}}p{{0.2\linewidth}}}}"
    packages = r"% \usepackage{amsmath,amssymb,booktabs}"
    ends = (r"\toprule", r"law & convention & source \\", r"\midrule"), (r"\bottomrule", r"\end{tabular}")
    return [packages, head, *ends[0], *rows, *ends[1]]


_SYMBOL = re.compile(r"√(?:\w_\w|\w)|\b\w[_^](?:\{[^}]*\}|\([^)]*\)|[\w−+])")


def _tex(text: str) -> str:
    """Return a sentence for LaTeX, each symbol with its index or exponent in math mode."""
    words, symbols = _SYMBOL.split(text), _SYMBOL.findall(text)
    return "".join(tex_text(word) + symbol for word, symbol in zip(words, [*map(_symbol, symbols), ""], strict=True))


def _symbol(text: str) -> str:
    """Return one symbol, such as ν_−, n_{k+1}, C^(1/4) or √n_1."""
    if text[0] == "√":
        return rf"$\sqrt{{{_symbol(text[1:])[1:-1]}}}$"
    if len(text) == 1:
        return f"${text}$"
    base, inner = tex_text(text[0]).strip("$"), tex_text(text[2:].strip("{}()")).strip("$")
    return f"${base}{text[1]}{{{inner}}}$"


def build(options: Options) -> Table:
    """Return the table of formulas: density or value, support, mean, variance."""
    del options
    from eigenlaw.theory.law_formulas import law_formulas

    found = law_formulas()
    order = sorted(found, key=lambda name: list(LAWS).index(name.split(" ", maxsplit=1)[0]))
    rows, text = [], []
    for name in order:
        law = found[name]
        cells = (
            Cell(f"{name} ({law.case})" if law.case else name, _name(name, law.case)),
            _cell(law.formula),
            Cell("", "") if law.support is None else _interval(*law.support),
            _cell(law.mean),
            _cell(law.variance),
        )
        rows.append(cells)
        text += _block(cells, law)
    heads = tuple(Cell(head, head) for head in ("law", "density or value", "support", "mean", "variance"))
    caption = "Laws of random matrices; conventions: eigenlaw show laws"
    return Table("laws", caption, heads, tuple(rows), "lllll", text="\n".join([caption, "", *text]).rstrip())


def _name(name: str, case: str) -> str:
    return rf"\texttt{{{name}}}" + (f" ({_tex(case)})" if case else "")


def _cell(expression: Any) -> Cell:
    if expression is None:
        return Cell("", "")
    return Cell(typeset.line(expression), f"${typeset.latex(expression)}$")


def _interval(low: Any, high: Any) -> Cell:
    text, latex = f"[{typeset.line(low)}, {typeset.line(high)}]", f"[{typeset.latex(low)}, {typeset.latex(high)}]"
    return Cell(
        text.replace("oo]", "∞)").replace("[-oo", "(-∞"),
        f"${latex}$".replace(r"\infty]", r"\infty)").replace(r"[-\infty", r"(-\infty"),
    )


def _block(cells: tuple[Cell, ...], law: Any) -> list[str]:
    lines = [cells[0].text]
    if law.formula is not None:
        lines += [f"  {'density' if law.support else 'value'}", *typeset.picture(law.formula, _WIDTH, "      ")]
    for title, cell in zip(("support", "mean", "variance"), cells[2:], strict=True):
        if cell.text:
            lines += textwrap.wrap(f"{title:<9} {cell.text}", _WIDTH, initial_indent="  ", subsequent_indent=" " * 12)
    return [*lines, ""]
