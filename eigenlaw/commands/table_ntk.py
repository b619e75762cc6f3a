"""`eigenlaw table ntk`: the coefficients κ_{p,l} of the NTK, a row for each p and a column for each depth."""

from typing import Any

from eigenlaw.commands import arguments
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.table import Cell, Table, rounded
from eigenlaw.theory.activations import Activation, activation
from eigenlaw.theory.errors import InputError

SHOWN = ("relu", "gelu", "erf", "tanh")
"""The activations without --activation."""
_LAYERS = "2,3,5"
_ORDER = 6
_MOST_ROWS = 1000
_DIGITS = 10
_GUARD_DIGITS = 6


def build(options: Options) -> Table:
    """Return the table of κ_{p,l}, for one activation or for some.

    Args:
        options: the options as typed, None where not given; ``layers`` may be a list, such as 2,3,5.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    text, order, chosen = (options.get(name) for name in ("digits", "order", "activation"))
    digits = _DIGITS if text is None else arguments.integer("digits", text, least=1, most=arguments.MOST_DIGITS)
    last = _ORDER if order is None else arguments.integer("order", order, most=_MOST_ROWS)
    depths = _depths(options.get("layers") or _LAYERS)
    rows, notes = [], []
    for phi in [activation(name) for name in ((chosen,) if chosen else SHOWN)]:
        columns = [
            [rounded(ball, digits) for ball in _coefficients(phi, last, digits, depth, options)] for depth in depths
        ]
        for p, values in enumerate(zip(*columns, strict=True)):
            head = () if chosen else (Cell(phi.name, phi.name.replace("_", r"\_")),)
            rows.append((*head, Cell(str(p), f"${p}$"), *(Cell(value, latex_number(value)) for value in values)))
            short = [str(depth) for depth, value in zip(depths, values, strict=True) if value.startswith("≈")]
            notes += (
                [f"digits={digits}: not reached for {phi.name} at p = {p}, l = {', '.join(short)}"] if short else []
            )
    heads = (*(() if chosen else (Cell("activation", "activation"),)), Cell("p", "$p$"))
    columns_of = tuple(Cell(f"l = {depth}", rf"$\kappa_{{p,{depth}}}$") for depth in depths)
    alignment = ("" if chosen else "l") + "r" * (1 + len(depths))
    return Table("ntk", _caption(chosen, options), (*heads, *columns_of), tuple(rows), alignment, tuple(notes))


def _depths(text: str) -> list[int]:
    """Return the numbers of weight layers of ``2,3,5``.

    Raises:
        InputError: if one is no integer of at least 1, or one comes twice.
    """
    found = [arguments.integer("layers", part, least=1, most=arguments.MOST_LAYERS) for part in text.split(",")]
    if len(set(found)) < len(found):
        raise InputError.of("layers", text, "expected each number of layers once")
    return found


def _coefficients(phi: Activation, last: int, digits: int, layers: int, options: Options) -> list[Any]:
    """Return the balls, with some more digits so that their rounding is decided."""
    from eigenlaw.numerics.ntk import hyper_parameters, ntk_coefficients

    inside = digits + _GUARD_DIGITS
    variances = hyper_parameters(phi, **arguments.hyper_parameters(options), digits=inside)
    return ntk_coefficients(phi, last, inside, variances, layers).balls


def latex_number(text: str) -> str:
    r"""Return a decimal in math mode, its exponent as a power of 10.

    Example:
        >>> latex_number("1.5E-9"), latex_number("≈0.1")
        ('$1.5 \\cdot 10^{-9}$', '$\\approx 0.1$')
    """
    digits, _, exponent = text.replace("≈", "").partition("E")
    sign = r"\approx " if text.startswith("≈") else ""
    return f"${sign}{digits}" + (rf" \cdot 10^{{{int(exponent)}}}$" if exponent else "$")


def _caption(chosen: str | None, options: Options) -> str:
    of = f" of {activation(chosen).name}" if chosen else ""
    given = [f"{name} = {options[name]}" for name in arguments.HYPER_PARAMETERS if options.get(name) is not None]
    return ", ".join([f"Coefficients κ_(p,l) of the NTK{of} with l weight layers, Θ(ρ) = Σ_p κ_(p,l) ρ^p", *given])
