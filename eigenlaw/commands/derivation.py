"""A derivation as a document: for the terminal, for LaTeX, as data, and as Python source."""

import shutil
import sys
from dataclasses import dataclass
from typing import Any

from eigenlaw.commands import arguments, typeset
from eigenlaw.commands.arguments import Options
from eigenlaw.theory.activations import Activation

DECIMALS = 12
_LONGEST = 1000
_NARROW = 80
_KINDS = {"integral": "an integral, no closed form", "open": "no closed form found"}


@dataclass(frozen=True)
class Formula:
    """A named formula.

    Attributes:
        name: a Python name.
        text: the name for a terminal.
        latex: the name in LaTeX.
        expression: a SymPy expression.
        decimal: its value in decimals, where it is a number.
    """

    name: str
    text: str
    latex: str
    expression: Any
    decimal: str | None = None


@dataclass(frozen=True)
class Derivation:
    """What is shown.

    Attributes:
        what: ``hermite``, ``dual``, ``ntk``, ``order-parameters``, ``fisher`` or ``hessian-rank``.
        phi: the activation's name; None for symbolic coefficients.
        title: one line.
        kind: ``closed form``, ``finite sum``, ``integral``, ``series`` or ``open``.
        laws: the laws themselves.
        steps: how they follow.
        left: what could not be done in closed form.
        integrals: what the laws are integrals or sums of.
        symbols: what the symbols in the values stand for, each by those before.
        values: the first coefficients.
        special: the same in a special case, of which ``case`` says what it is.
        case: one line.
        instances: the names of those symbols that one of the laws gives.
        heading: one line above the values.
    """

    what: str
    phi: str | None
    title: str
    kind: str
    laws: tuple[Formula, ...]
    steps: tuple[str, ...]
    left: tuple[str, ...] = ()
    integrals: tuple[Formula, ...] = ()
    symbols: tuple[Formula, ...] = ()
    values: tuple[Formula, ...] = ()
    special: tuple[Formula, ...] = ()
    case: str = ""
    instances: frozenset[str] = frozenset()
    heading: str = "The first of them:"

    @property
    def shown_symbols(self) -> tuple[Formula, ...]:
        """The symbols that are not instances of a law."""
        return tuple(symbol for symbol in self.symbols if symbol.name not in self.instances)

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """All formulas, each after those whose names are symbols in it."""
        return self.symbols + self.laws + self.integrals + self.values + self.special


def last_index(options: Options, default: int) -> int:
    """Return the last index that is derived.

    Raises:
        InputError: if it is no integer in the range.
    """
    text = options.get("order")
    return default if text is None else arguments.integer("order", text, most=_LONGEST)


def approximate(ball: Any) -> str:
    """Return a ball's midpoint to the shown digits; 0 only where zero is proved."""
    return "0" if ball.is_zero() else str(ball.str(DECIMALS, radius=False))


def described(phi: Activation | None) -> str:
    """Return the name of φ with what it means; the letters of a convention stand for the parameters in the name."""
    if phi is None:
        return "φ"
    if phi.family == "expression":
        return phi.name
    return f"{phi.name}, {'in the convention ' if phi.parameters else ''}{phi.convention}"


def as_text(found: Derivation) -> str:
    """Return the derivation for a terminal: 80 columns, or what the terminal has."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _NARROW
    lines = [*typeset.paragraph(found.title, width, ""), f"({_KINDS.get(found.kind, found.kind)})"]
    for law in found.laws:
        lines += ["", f"{law.text} ="]
        lines += typeset.picture(law.expression, width)
    lines += ["", "How it follows:"]
    for step in found.steps or ("no rule applies",):
        lines += typeset.paragraph(step, width)
    if found.left:
        lines += ["", "What could not be done in closed form:"]
        for step in found.left:
            lines += typeset.paragraph(step, width)
    for formula in found.integrals if found.kind != "closed form" else ():
        lines += ["", f"{formula.text}, which is", *typeset.picture(formula.expression, width)]
    for heading, group in (
        ("With", found.shown_symbols),
        (found.heading, found.values),
        (found.case, found.special),
    ):
        if group:
            lines += ["", *typeset.paragraph(heading, width, "")]
        for formula in group:
            lines += _value(formula, width)
    return "\n".join(lines) + "\n"


def _value(value: Formula, width: int) -> list[str]:
    """Return a value on one line with its decimals, or drawn below its name if it is longer."""
    if value.decimal == "0":
        return [f"  {value.text} = 0"]
    approximate = "" if value.decimal is None else f"  ≈ {value.decimal}"
    exact = typeset.line(value.expression)
    if value.expression.is_Rational:
        approximate = ""
    one_line = f"  {value.text} = {exact}{approximate}"
    if len(one_line) <= width and not any(word in exact for word in ("Integral", "Sum", "Piecewise")):
        return [one_line]
    if value.expression.is_Add and not typeset.is_open(value.expression):
        drawn = [] if len(one_line) > 2 * width else typeset.picture(value.expression, width, "    ")
        if not drawn or any(text.strip() == "+" for text in drawn):
            return typeset.paragraph(one_line.strip(), width)
    head = f"  {value.text}{approximate.replace('  ', ' ')}{', exactly' if approximate else ' ='}"
    return ["", head, *typeset.picture(value.expression, width, "    ")]


def as_latex(found: Derivation) -> str:
    """Return the formulas as displays that compile with amsmath; the words are comments."""
    lines = [f"% {found.title}"]
    lines += [f"% {step}" for step in (*found.steps, *found.left)]
    for formula in (f for f in found.formulas if f.name not in found.instances):
        if formula in found.special[:1]:
            lines.append(f"% {found.case}")
        lines += ["\\begin{equation*}", f"{formula.latex} = {typeset.latex(formula.expression)}", "\\end{equation*}"]
    return "\n".join(lines) + "\n"


def as_python(found: Derivation) -> str:
    """Return a module of SymPy source that rebuilds the formulas."""
    formulas = {formula.name: formula.expression for formula in found.formulas}
    return typeset.module(found.title, formulas, (*found.steps, *found.left))


def as_document(found: Derivation) -> dict[str, Any]:
    """Return the derivation as JSON: each formula as text, LaTeX and Python source."""
    return {
        "quantity": found.what,
        "activation": found.phi,
        "title": found.title,
        "kind": found.kind,
        "laws": [_entry(formula) for formula in found.laws],
        "derivation": list(found.steps),
        "not_in_closed_form": list(found.left),
        "integrals": [_entry(formula) for formula in found.integrals],
        "symbols": [_entry(formula) for formula in found.symbols],
        "values": [_entry(formula) for formula in found.values],
        "special_case": {"where": found.case, "values": [_entry(formula) for formula in found.special]},
    }


def _entry(formula: Formula) -> dict[str, str | None]:
    return {
        "name": formula.name,
        "text": typeset.line(formula.expression),
        "latex": f"{formula.latex} = {typeset.latex(formula.expression)}",
        "python": typeset.source(formula.expression),
        "decimal": formula.decimal,
    }
