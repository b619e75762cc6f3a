"""SymPy expressions as readable text, as LaTeX fragments, and as Python source that rebuilds them."""

import textwrap
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

_LATEX_NAMES = {
    "gamma_w2": r"\gamma_w^2",
    "gamma_b2": r"\gamma_b^2",
    "sigma_w2": r"\sigma_w^2",
    "sigma_b2": r"\sigma_b^2",
}


@cache
def _text_printer() -> Any:
    """Return SymPy's two-dimensional printer with He(k, x) and μ[k] in it."""
    from sympy.printing.pretty.pretty import PrettyPrinter
    from sympy.printing.pretty.stringpict import prettyForm

    def hermite(self: Any, e: Any) -> Any:
        return prettyForm(*self._print_seq(e.args, "(", ")", ", ").left("He"))

    def indexed(self: Any, e: Any) -> Any:
        return prettyForm(*self._print_seq(e.indices, "[", "]", ", ").left(self._print(e.base.label)))

    rules = {"_print_hermite_prob": hermite, "_print_Indexed": indexed}
    return type("TextPrinter", (PrettyPrinter,), rules)({"use_unicode": True, "wrap_line": False})


@cache
def _latex_printer() -> Any:
    """Return SymPy's LaTeX printer with He_k(x) and the field's hyper-parameters in it."""
    import sympy
    from sympy.printing.latex import LatexPrinter

    def hermite(self: Any, e: Any, exp: Any = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\mathrm{{He}}_{{{self._print(e.args[0])}}}{power}\left({self._print(e.args[1])}\right)"

    names = {sympy.Symbol(name, positive=True): latex for name, latex in _LATEX_NAMES.items()}
    names[sympy.Symbol("width")] = "M"  # width[l] is M_l
    return type("FragmentPrinter", (LatexPrinter,), {"_print_hermite_prob": hermite})({"symbol_names": names})


@cache
def _source_printer() -> Any:
    """Return SymPy's one-line printer with Rational(p, q) for p/q, which plain Python would round."""
    from sympy.printing.str import StrPrinter

    def rational(_self: Any, e: Any) -> str:
        return f"Rational({e.p}, {e.q})"

    return type("SourcePrinter", (StrPrinter,), {"_print_Rational": rational, "_print_Half": rational})()


def line(expression: Any) -> str:
    """Return an expression on one line, for people."""
    import sympy

    return str(sympy.sstr(expression))


def latex(expression: Any) -> str:
    """Return an expression as a fragment for LaTeX's math mode."""
    return str(_latex_printer().doprint(expression))


def source(expression: Any) -> str:
    """Return Python source of an expression, exact when run with SymPy's names."""
    text = str(_source_printer().doprint(expression))
    return f"Integer({text})" if expression.is_Integer else text


def picture(expression: Any, width: int, indent: str = "  ") -> list[str]:
    """Return the lines of an expression, typeset in two dimensions as far as the width allows.

    What is too wide is taken apart: a law by cases into its cases, a sum into its terms, and what still does not fit
    is written on folded lines.
    """
    import sympy

    drawn = [text.rstrip() for text in str(_text_printer().doprint(expression)).splitlines()]
    if max(map(len, drawn)) + len(indent) <= width:
        return [indent + text for text in drawn]
    if isinstance(expression, sympy.Piecewise):
        lines: list[str] = []
        for value, condition in expression.args:
            lines += [f"{indent}{_condition(condition)}:", *picture(value, width, indent + "    "), ""]
        return lines[:-1]
    folded = sympy.piecewise_fold(expression)
    if folded != expression and isinstance(folded, sympy.Piecewise):
        return picture(folded, width, indent)
    if expression.is_Add:
        lines = []
        for number, term in enumerate(expression.as_ordered_terms()):
            lines += [f"{indent}{'+' if number else ' '}", *picture(term, width, indent + "  ")]
        return lines[1:]
    return textwrap.wrap(line(expression), width, initial_indent=indent, subsequent_indent=indent + "    ")


def _condition(condition: Any) -> str:
    import sympy

    if condition is sympy.true:
        return "otherwise"
    parts = condition.args if isinstance(condition, sympy.And) else (condition,)
    return "for " + " and ".join(_relation(part) for part in parts)


def _relation(relation: Any) -> str:
    import sympy

    if isinstance(relation, sympy.Eq) and isinstance(relation.lhs, sympy.Mod) and relation.lhs.args[1] == 2:
        return f"{'odd' if relation.rhs == 1 else 'even'} {line(relation.lhs.args[0])}"
    return f"{line(relation.lhs)} {'=' if isinstance(relation, sympy.Eq) else relation.rel_op} {line(relation.rhs)}"


def paragraph(text: str, width: int, indent: str = "  ") -> list[str]:
    """Return a sentence on folded lines; what cannot be broken is left whole."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def module(title: str, formulas: Mapping[str, Any], comments: Iterable[str] = ()) -> str:
    """Return a Python module that rebuilds the formulas under their names.

    Args:
        title: the docstring.
        formulas: SymPy expressions by Python names.
        comments: lines for the head of the module.
    """
    import sympy
    from sympy.core.function import AppliedUndef

    expressions = list(formulas.values())
    bases = sorted({base.label.name for e in expressions for base in e.atoms(sympy.IndexedBase)})
    functions = sorted({type(f).__name__ for e in expressions for f in e.atoms(AppliedUndef)})
    symbols = sorted({s for e in expressions for s in e.atoms(sympy.Symbol) if s.name not in bases}, key=str)
    lines = [f'"""{title}"""', "", *(f"# {text}" for text in comments), "from sympy import *", ""]
    lines += [f"{symbol.name} = {sympy.srepr(symbol)}" for symbol in symbols]
    lines += [f'{name} = IndexedBase("{name}")' for name in bases]
    lines += [f'{name} = Function("{name}")' for name in functions]
    lines += [f"{name} = {source(expression)}" for name, expression in formulas.items()]
    return "\n".join(lines) + "\n"


def is_open(expression: Any) -> bool:
    """Tell whether an expression holds an integral or sum that was left as it is."""
    import sympy

    return bool(expression.has(sympy.Integral, sympy.Sum))
