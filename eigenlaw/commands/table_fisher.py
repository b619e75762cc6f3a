"""`eigenlaw table order-parameters` and `eigenlaw table fisher`: a row a layer, and a row a metric and form."""

from typing import Any

from eigenlaw.commands import arguments
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.table import Cell, Table, rounded
from eigenlaw.commands.table_ntk import latex_number
from eigenlaw.theory.errors import InputError

PAPER = (("tanh", "3", "0.64"), ("relu", "2", "0.1"), ("relu", "2", "0"), ("linear", "1", "0.1"))
"""Activation, σ_w², σ_b² without --activation: the networks of Figures 3 to 6 of Karakida et al. 2019."""
_LAYERS = "3"
_SIZES = {"width": "200", "outputs": "10", "samples": "100"}  # of Figure 3
_DIGITS = 6
_GUARD_DIGITS = 6
_ORDER = {
    "q_hat": r"\hat q_t^l",
    "q_hat_st": r"\hat q_{st}^l",
    "q_tilde": r"\tilde q_t^l",
    "q_tilde_st": r"\tilde q_{st}^l",
}
_STATISTICS = {
    "mean": ("mean", r"$m_\lambda$"),
    "second_moment": ("second moment", r"$s_\lambda$"),
    "lambda_max": ("λ_max", r"$\lambda_{\max}$"),
    "multiplicity": ("multiplicity", "multiplicity"),
}


def order_parameters(options: Options) -> Table:
    """Return the table of q̂_t, q̂_st, q̃_t, q̃_st, for one network or for those of the paper.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    from eigenlaw.numerics.fisher import kappas

    digits, chosen = _digits(options), options.get("activation")
    rows, notes = [], []
    for typed in _networks(options):
        network = arguments.wide(typed)
        values = kappas(network, digits + _GUARD_DIGITS).values
        for layer in range(network.layers + 1):
            balls = [values.get((name, layer)) for name in _ORDER]
            numbers = [Cell("", "") if ball is None else _number(ball, digits) for ball in balls]
            head = () if chosen else (_network(typed) if layer == 0 else Cell("", ""),)
            rows.append((*head, Cell(str(layer), f"${layer}$"), *numbers))
            if any("≈" in cell.text for cell in numbers):
                notes.append(f"digits={digits}: not reached for {typed['activation']}, l = {layer}")
    heads = (*(() if chosen else (Cell("network", "network"),)), Cell("l", "$l$"))
    columns = tuple(Cell(name, f"${latex}$") for name, latex in _ORDER.items())
    whose = _network(options).text if chosen else "φ (σ_w², σ_b²)"
    caption = f"Order parameters of wide networks, {whose}, L = {arguments.layers(_networks(options)[0])}"
    alignment = ("" if chosen else "l") + "r" * 5
    return Table("order-parameters", caption, (*heads, *columns), tuple(rows), alignment, tuple(notes))


def fisher(options: Options) -> Table:
    """Return the table of the statistics of all metrics; where the two forms agree there is one row.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    from eigenlaw.numerics.fisher import fisher_statistics

    digits, typed = _digits(options), _networks(options)[0]
    sizes = {name: options.get(name) or (None if options.get("activation") else text) for name, text in _SIZES.items()}
    width, outputs, samples = (arguments.size(sizes, name) for name in _SIZES)
    balls = fisher_statistics(arguments.wide(typed), width, outputs, samples, digits + _GUARD_DIGITS).balls
    rows, notes = [], []
    for matrix in dict.fromkeys(matrix for matrix, _, _ in balls):
        lines = {}
        for form in ("asymptotic", "finite"):
            cells = [_number(balls[matrix, name, form], digits) for name in _STATISTICS]
            if any("≈" in cell.text for cell in cells):
                notes.append(f"digits={digits}: not reached for {matrix}, {form}")
            lines[form] = cells
        if lines["asymptotic"] == lines["finite"]:
            lines = {"both": lines["finite"]}
        for number, (form, cells) in enumerate(lines.items()):
            rows.append((_matrix(matrix) if number == 0 else Cell("", ""), Cell(form, form), *cells))
    heads = (Cell("matrix", "matrix"), Cell("form", "form"), *(Cell(*texts) for texts in _STATISTICS.values()))
    caption = f"Eigenvalue statistics, {_network(typed).text}, L = {arguments.layers(typed)}, M = {width}, "
    return Table("fisher", f"{caption}C = {outputs}, T = {samples}", heads, tuple(rows), "llrrrr", tuple(notes))


def _digits(options: Options) -> int:
    text = options.get("digits")
    return _DIGITS if text is None else arguments.integer("digits", text, least=1, most=arguments.MOST_DIGITS)


def _networks(options: Options) -> list[dict[str, str | None]]:
    """Return the options of the network that was asked for, or those of the paper's networks.

    Raises:
        InputError: if there is a variance without an activation.
    """
    given = {name: options.get(name) for name in arguments.WIDE_NETWORK}
    if given["activation"] is not None:
        return [given]
    for name in ("sigma_w2", "sigma_b2"):
        if given[name] is not None:
            raise InputError.of(name, given[name], "expected --activation A with it")
    layers = given["layers"] or _LAYERS
    return [
        {**given, "layers": layers, "activation": phi, "sigma_w2": weight, "sigma_b2": bias}
        for phi, weight, bias in PAPER
    ]


def _network(typed: Options) -> Cell:
    text = f"{typed['activation']} ({typed['sigma_w2']}, {typed['sigma_b2']})"
    return Cell(text, text.replace("_", r"\_").replace("^", r"\^{}"))


def _matrix(name: str) -> Cell:
    r"""Return the name of a matrix, F[2] in LaTeX as F^{22}.

    Example:
        >>> [_matrix(name).latex for name in ("F[2]", "F_bar", "NTK", "A_k[0]")]
        ['$F^{22}$', '$\\bar F$', '$\\Theta$', '$A_k^{00}$']
    """
    base, _, layer = name.partition("[")
    latex = {"F_bar": r"\bar F", "NTK": r"\Theta"}.get(base, base)
    layer = layer.rstrip("]")
    pair = layer * 2 if len(layer) < 2 else f"{layer},{layer}"
    return Cell(name, f"${latex}^{{{pair}}}$" if layer else f"${latex}$")


def _number(ball: Any, digits: int) -> Cell:
    """Return a ball rounded; an integer in full."""
    if ball.is_integer():
        text = str(ball.unique_fmpz())
        return Cell(text, f"${text}$")
    text = rounded(ball, digits)
    return Cell(text, latex_number(text))
