"""`eigenlaw eval order-parameters` and `eigenlaw eval fisher`: the limit of wide networks, and their metrics."""

from collections.abc import Sequence
from typing import cast

from eigenlaw.commands import arguments
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.evaluation import Evaluation, Value


def order_parameters(options: Options, digits: int) -> Evaluation:
    """Return q̂_t, q̂_st, q̃_t and q̃_st of every layer, and the κ of the theorems.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    from eigenlaw.numerics.fisher import kappas

    found = kappas(arguments.wide(options), digits)
    return Evaluation(("quantity", "value"), list(found.values), list(found.values.values()), found.certified)


def fisher(options: Options, digits: int) -> Evaluation:
    """Return mean, second moment, largest eigenvalue and its multiplicity of every metric, in both forms.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    from eigenlaw.numerics.fisher import fisher_statistics

    network = arguments.wide(options)
    width, outputs, samples = (arguments.size(options, name) for name in arguments.SIZES)
    found = fisher_statistics(network, width, outputs, samples, digits)
    balls = list(found.balls.values())
    return Evaluation(("matrix", "statistic", "form", "value"), list(found.balls), balls, found.certified, rows=_rows)


def _rows(values: Sequence[Value]) -> list[tuple[str, ...]]:
    """Return a line for each value, one line where the two forms agree; a matrix is named on its first line."""
    rows: list[tuple[str, ...]] = []
    last: tuple[str, str] = ("", "")
    for index, value, radius in values:
        matrix, statistic, form = (str(part) for part in cast("Sequence[str | int]", index))
        if (matrix, statistic) != last:
            rows.append(("" if matrix == last[0] else matrix, statistic, form, value, radius))
        elif rows[-1][3:] == (value, radius):
            rows[-1] = (*rows[-1][:2], "both", value, radius)
        else:
            rows.append(("", "", form, value, radius))
        last = (matrix, statistic)
    return rows
