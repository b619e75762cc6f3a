"""`eigenlaw table sphere`: the eigenvalues of the NTK on S^d with their multiplicities, of one activation or more."""

from typing import Any

from eigenlaw.commands import arguments
from eigenlaw.commands.arguments import Options, Sphere
from eigenlaw.commands.table import Cell, Table, rounded
from eigenlaw.theory.activations import Activation, activation

SHOWN = ("relu", "gelu", "erf", "tanh", "gaussian")
"""The columns without --activation."""
_ORDER = 10
_MOST_ROWS = 1000
_DIGITS = 8


def build(options: Options) -> Table:
    """Return the table: rows k, the multiplicity N(d, k), λ_k; for one activation also its closed form.

    Args:
        options: the options as typed, None where not given.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    from eigenlaw.numerics.sphere import multiplicity

    text, order = options.get("digits"), options.get("order")
    digits = _DIGITS if text is None else arguments.integer("digits", text, least=1, most=arguments.MOST_DIGITS)
    last = _ORDER if order is None else arguments.integer("order", order, most=_MOST_ROWS)
    sphere, chosen = arguments.sphere(options), options.get("activation")
    shown = [activation(name) for name in ((chosen,) if chosen else SHOWN)]
    heads, notes = [Cell("k", "$k$"), Cell("N(d,k)", "$N(d,k)$")], []
    columns = [[Cell(str(k), f"${k}$") for k in range(last + 1)]]
    columns.append([_integer(multiplicity(k, sphere["dimension"])) for k in range(last + 1)])
    if chosen and (exact := _closed_forms(shown[0], last, options, sphere)) is not None:
        heads.append(Cell("closed form", "closed form"))
        columns.append(exact)
    for phi in shown:
        texts = [rounded(ball, digits) for ball in _eigenvalues(phi, last, digits, options, sphere)]
        columns.append([Cell(value, _latex(value)) for value in texts])
        heads.append(Cell("λ_k", r"$\lambda_k$") if chosen else Cell(phi.name, phi.name.replace("_", r"\_")))
        short = [f"{k}" for k, value in enumerate(texts) if value.startswith("≈")]
        notes += [f"digits={digits}: not reached for {phi.name} at k = {', '.join(short)}"] if short else []
    rows = tuple(zip(*columns, strict=True))
    return Table("sphere", _caption(shown, options, sphere), tuple(heads), rows, "r" * len(heads), tuple(notes))


def _eigenvalues(phi: Activation, last: int, digits: int, options: Options, sphere: Sphere) -> list[Any]:
    """Return the balls, with some more digits so that their rounding is decided."""
    from eigenlaw.numerics.ntk import hyper_parameters
    from eigenlaw.numerics.sphere import sphere_eigenvalues

    inside = digits + 6
    variances = hyper_parameters(phi, **arguments.hyper_parameters(options), digits=inside)
    return sphere_eigenvalues(phi, last, inside, variances, layers=arguments.layers(options), **sphere).balls


def _closed_forms(phi: Activation, last: int, options: Options, sphere: Sphere) -> list[Cell] | None:
    """Return the exact eigenvalues for 2 layers, None where they are not known."""
    if arguments.layers(options) != 2:
        return None
    from eigenlaw.commands import typeset
    from eigenlaw.theory.ntk import hyperparameters
    from eigenlaw.theory.sphere import ntk_eigenvalue

    hyper = hyperparameters(phi, **arguments.hyper_parameters(options))
    cells = []
    for k in range(last + 1):
        value = ntk_eigenvalue(phi, k, sphere["dimension"], hyper, sphere["measure"])
        if value is None:
            return None
        cells.append(Cell(typeset.line(value), f"${typeset.latex(value)}$"))
    return cells


def _integer(value: int) -> Cell:
    return Cell(str(value), f"${value}$")


def _latex(text: str) -> str:
    r"""Return a decimal with its exponent as a power of 10.

    Example:
        >>> _latex("1.5E-9"), _latex("≈0.1")
        ('$1.5 \\cdot 10^{-9}$', '$\\approx 0.1$')
    """
    digits, _, exponent = text.replace("≈", "").partition("E")
    sign = r"\approx " if text.startswith("≈") else ""
    return f"${sign}{digits}" + (rf" \cdot 10^{{{int(exponent)}}}$" if exponent else "$")


def _caption(shown: list[Activation], options: Options, sphere: Sphere) -> str:
    of = f" of {shown[0].name}" if len(shown) == 1 else ""
    given = [f"{name} = {options[name]}" for name in arguments.HYPER_PARAMETERS if options.get(name) is not None]
    where = f"on S^{sphere['dimension']} ⊂ R^{sphere['dimension'] + 1}, {sphere['measure']} measure"
    return ", ".join([f"Eigenvalues λ_k of the NTK{of} with {arguments.layers(options)} weight layers {where}", *given])
