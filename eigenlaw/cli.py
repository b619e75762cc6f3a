"""The command line: each command names its options and leaves the work to the module of its subject."""

import os
import sys
from typing import Annotated, Any, NoReturn

import typer

from eigenlaw.theory.errors import InputError

app = typer.Typer(
    name="eigenlaw",
    help="The laws of neural-network spectra: derived, evaluated, typeset, and checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_DERIVED = "hermite, dual, ntk, order-parameters, hessian-rank or fisher."
_EVALUATED = "hermite, dual, ntk, sphere, order-parameters, hessian-rank, fisher or law."

Select = Annotated[list[str] | None, typer.Argument(help="An id, a prefix such as murray:thm, or a Python file.")]
Json = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write JSON to FILE, or to standard output.")]
ActivationName = Annotated[
    str | None, typer.Option("--activation", metavar="A", help="A name of the catalogue, or an expression in x.")
]
Order = Annotated[str | None, typer.Option("--order", metavar="N", help="The last index.")]
At = Annotated[str | None, typer.Option("--at", metavar="X,…", help="Correlations from -1 to 1; for a law its points.")]
Layers = Annotated[
    str | None, typer.Option("--layers", metavar="N", help="Weight layers, 2 by default; a list for table ntk.")
]
GammaB2 = Annotated[str | None, typer.Option("--gamma-b2", metavar="G", help="First biases' variance; 0 by default.")]
GammaW2 = Annotated[str | None, typer.Option("--gamma-w2", metavar="G", help="First weights' variance; 1 - gamma_b2.")]
SigmaW2 = Annotated[
    str | None, typer.Option("--sigma-w2", metavar="S", help="Later weights' variance, or 'unit'; 1 by default.")
]
SigmaB2 = Annotated[
    str | None, typer.Option("--sigma-b2", metavar="S", help="Later biases' variance; 1 - sigma_w2*E[phi^2].")
]
Alpha = Annotated[
    str | None, typer.Option("--alpha", metavar="a0,…", help="Widths relative to M, layers 0 to L-1; all 1 by default.")
]
Width = Annotated[str | None, typer.Option("--width", metavar="M", help="Of a layer with alpha = 1.")]
Outputs = Annotated[str | None, typer.Option("--outputs", metavar="C", help="Components of the network's output.")]
Samples = Annotated[str | None, typer.Option("--samples", metavar="T", help="Inputs.")]
Widths = Annotated[str | None, typer.Option("--widths", metavar="d,M1,…,K", help="Of a deep linear network.")]
DataRank = Annotated[str | None, typer.Option("--data-rank", metavar="r", help="Rank of E[x x^T]; d by default.")]
ResidualRank = Annotated[
    str | None,
    typer.Option(
        "--residual-rank",
        metavar="s",
        help="Rank of E[delta x^T]; min(K, r) by default, K - 1 for K with cross-entropy.",
    ),
]
Bias = Annotated[bool, typer.Option("--bias", help="With biases in every layer, and inputs of mean zero.")]
MeanResidual = Annotated[
    str | None, typer.Option("--mean-residual", help="E[delta] with biases: generic (by default) or zero.")
]
Loss = Annotated[str | None, typer.Option("--loss", help="mse (by default), cross-entropy or log-cosh.")]
Dimension = Annotated[
    str | None, typer.Option("--dimension", metavar="d", help="Of the sphere S^d, 2 by default; of a vector.")
]
Measure = Annotated[str | None, typer.Option("--measure", help="probability (by default) or surface.")]
LawName = Annotated[str | None, typer.Argument(metavar="NAME", help="For law: a name of `eigenlaw show laws`.")]
Asked = Annotated[str | None, typer.Option("--what", help="For law: pdf, cdf, quantile, moment or value.")]
Ratio = Annotated[str | None, typer.Option("--ratio", metavar="C", help="Columns over rows, m/n.")]
Of = Annotated[str | None, typer.Option("--of", help="singular-values (by default) or eigenvalues.")]
Edge = Annotated[str | None, typer.Option(metavar="X", help="An edge of modified-marchenko-pastur.")]
Window = Annotated[
    str | None, typer.Option("--window", help="anywhere (by default), or an eigenvalue at start, centre.")
]
Counted = Annotated[bool, typer.Option("--counted", help="Count the eigenvalue that places the window.")]
Limit = Annotated[bool, typer.Option("--limit", help="The asymptotic law.")]
Side = Annotated[str | None, typer.Option(metavar="N", help="Of a Gaussian matrix.")]
Field = Annotated[str | None, typer.Option("--field", help="real (by default) or complex entries.")]
Model = Annotated[str | None, typer.Option("--model", help="information-plus-noise (by default) or covariance.")]
Beta = Annotated[str | None, typer.Option("--beta", help="1 (GOE) or 2 (GUE).")]
Factors = Annotated[str | None, typer.Option("--factors", metavar="m", help="Of a product of matrices.")]
Size = Annotated[str | None, typer.Option("--size", metavar="n", help="Of its n x n factors; infinite by default.")]
Sizes = Annotated[str | None, typer.Option("--sizes", metavar="n1,…,nk", help="Of rectangular factors, least first.")]
Digits = Annotated[str, typer.Option("--digits", metavar="D", help="Digits, relative to each value.")]


@app.command()
def claims(select: Select = None, json: Json = None) -> None:
    """List the claims of the papers."""
    from eigenlaw.commands import claims as command

    command.run(select or [], json)


@app.command()
def show(
    claim: Annotated[str, typer.Argument(metavar="ID", help="A claim's id, or 'activations' or 'laws'.")],
    style: Annotated[str, typer.Option("--format", help="text, latex or json.")] = "text",
) -> None:
    """Show one claim in all its forms, or the table of activations or of laws."""
    from eigenlaw.commands import show as command

    command.run(claim, style)


@app.command()
def verify(
    select: Select = None,
    budget: Annotated[str, typer.Option(help="quick, standard or thorough.")] = "quick",
    seed: Annotated[int, typer.Option(help="Every random number follows from it.")] = 0,
    jobs: Annotated[int | None, typer.Option(help="Worker processes; all cores by default.")] = None,
    mutants: Annotated[bool, typer.Option("--mutants", help="Try every mutant of each formula.")] = False,
    record: Annotated[bool, typer.Option("--record", help="Write the settled verdicts to the record.")] = False,
    form: Annotated[str | None, typer.Option(help="Only this form: printed, corrected, sharp or new.")] = None,
    instance: Annotated[str | None, typer.Option(help="Replay one instance, as JSON.")] = None,
    json: Json = None,
) -> None:
    """Check claims and print a table of verdicts; exit 0 if all are settled and as expected."""
    from eigenlaw.commands import verify as command

    options = command.Options(budget, seed, jobs, mutants, record, form, instance, json)
    raise typer.Exit(command.run(select or [], options))


@app.command()
def derive(
    what: Annotated[str, typer.Argument(metavar="WHAT", help=_DERIVED)],
    activation: Annotated[str | None, typer.Argument(metavar="ACTIVATION", help="None for any activation.")] = None,
    order: Order = None,
    layers: Layers = None,
    gamma_b2: GammaB2 = None,
    gamma_w2: GammaW2 = None,
    sigma_w2: SigmaW2 = None,
    sigma_b2: SigmaB2 = None,
    bias: Bias = False,
    mean_residual: MeanResidual = None,
    loss: Loss = None,
    style: Annotated[str, typer.Option("--format", help="text, latex, json or python.")] = "text",
) -> None:
    """Derive a law in symbols, and say what could not be done in closed form."""
    from eigenlaw.commands import derive as command

    options = {"order": order, "layers": layers, "gamma_b2": gamma_b2, "gamma_w2": gamma_w2}
    options |= {"sigma_w2": sigma_w2, "sigma_b2": sigma_b2}
    command.run(what, activation, options | _hessian(bias, mean_residual, loss), style)


@app.command("eval")
def evaluate(
    what: Annotated[str, typer.Argument(metavar="WHAT", help=_EVALUATED)],
    name: LawName = None,
    activation: ActivationName = None,
    order: Order = None,
    at: At = None,
    layers: Layers = None,
    dimension: Dimension = None,
    measure: Measure = None,
    gamma_b2: GammaB2 = None,
    gamma_w2: GammaW2 = None,
    sigma_w2: SigmaW2 = None,
    sigma_b2: SigmaB2 = None,
    alpha: Alpha = None,
    width: Width = None,
    outputs: Outputs = None,
    samples: Samples = None,
    widths: Widths = None,
    data_rank: DataRank = None,
    residual_rank: ResidualRank = None,
    bias: Bias = False,
    mean_residual: MeanResidual = None,
    loss: Loss = None,
    asked: Asked = None,
    ratio: Ratio = None,
    of: Of = None,
    lower: Edge = None,
    upper: Edge = None,
    window: Window = None,
    counted: Counted = False,
    limit: Limit = False,
    rows: Side = None,
    columns: Side = None,
    field: Field = None,
    model: Model = None,
    beta: Beta = None,
    factors: Factors = None,
    size: Size = None,
    sizes: Sizes = None,
    digits: Digits = "15",
    json: Json = None,
) -> None:
    """Evaluate a quantity to any number of digits, each value with a radius; exit 1 where they are not reached."""
    from eigenlaw.commands import evaluate as command

    options = {"name": name, "what": asked, "activation": activation, "order": order, "at": at, "layers": layers}
    options |= {"dimension": dimension, "measure": measure, "alpha": alpha}
    options |= {"width": width, "outputs": outputs, "samples": samples}
    options |= {"gamma_b2": gamma_b2, "gamma_w2": gamma_w2, "sigma_w2": sigma_w2, "sigma_b2": sigma_b2}
    options |= {"widths": widths, "data_rank": data_rank, "residual_rank": residual_rank}
    options |= {"ratio": ratio, "of": of, "lower": lower, "upper": upper}
    options |= {"window": window, "counted": _flag(counted), "limit": _flag(limit), "rows": rows, "columns": columns}
    options |= {"field": field, "model": model, "beta": beta, "factors": factors, "size": size, "sizes": sizes}
    raise typer.Exit(command.run(what, options | _hessian(bias, mean_residual, loss), digits, json))


@app.command()
def table(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="murray-1, hermite, dual, ntk, sphere, decay, order-parameters, fisher, hessian-rank, weights or "
            "errata.",
        ),
    ],
    select: Annotated[list[str] | None, typer.Argument(help="For errata: ids or prefixes. For weights: files.")] = None,
    activation: ActivationName = None,
    order: Order = None,
    layers: Layers = None,
    dimension: Dimension = None,
    measure: Measure = None,
    gamma_b2: GammaB2 = None,
    gamma_w2: GammaW2 = None,
    sigma_w2: SigmaW2 = None,
    sigma_b2: SigmaB2 = None,
    alpha: Alpha = None,
    width: Width = None,
    outputs: Outputs = None,
    samples: Samples = None,
    widths: Widths = None,
    data_rank: DataRank = None,
    residual_rank: ResidualRank = None,
    bias: Bias = False,
    mean_residual: MeanResidual = None,
    loss: Loss = None,
    over: Annotated[
        str | None,
        typer.Option(help="For hessian-rank: data-rank (by default), residual-rank, width or layers."),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="V,A..B,…", help="For hessian-rank: the values of what varies.")
    ] = None,
    digits: Annotated[str | None, typer.Option("--digits", metavar="D", help="Significant digits.")] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="For errata: the JSON of eigenlaw verify, not a quick campaign."),
    ] = None,
    jobs: Annotated[str | None, typer.Option(help="For errata: worker processes; all cores by default.")] = None,
    style: Annotated[str, typer.Option("--format", help="text, latex, markdown, csv or json.")] = "text",
) -> None:
    """Print a table for a paper: its numbers recomputed, or the laws of the catalogue."""
    from eigenlaw.commands import table as command

    options = {"activation": activation, "order": order, "digits": digits, "layers": layers}
    options |= {"dimension": dimension, "measure": measure, "gamma_b2": gamma_b2, "gamma_w2": gamma_w2}
    options |= {"sigma_w2": sigma_w2, "sigma_b2": sigma_b2, "from": source, "jobs": jobs}
    options |= {"alpha": alpha, "width": width, "outputs": outputs, "samples": samples}
    options |= {"widths": widths, "data_rank": data_rank, "residual_rank": residual_rank, "over": over, "at": at}
    options |= _hessian(bias, mean_residual, loss)
    raise typer.Exit(command.run(name, {**options, "select": "\n".join(select) if select else None}, style))


def _hessian(bias: bool, mean_residual: str | None, loss: str | None) -> dict[str, str | None]:
    return {"bias": _flag(bias), "mean_residual": mean_residual, "loss": loss}


def _flag(given: bool) -> str | None:
    return "true" if given else None


@app.command()
def conjecture(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="hessian-rank, or a CSV file of integers.")],
    of: Annotated[str | None, typer.Option(help="H_o, H_f, H_L (by default), or column for a block of H_f.")] = None,
    bias: Annotated[bool, typer.Option("--bias", help="Every layer has biases.")] = False,
    mean_residual: Annotated[
        str | None, typer.Option("--mean-residual", help="With biases: generic (by default) or zero.")
    ] = None,
    layers: Annotated[
        str | None, typer.Option("--layers", metavar="N,…", help="Weight layers to fit; 2,3,4 by default.")
    ] = None,
    max_width: Annotated[
        str | None, typer.Option("--max-width", metavar="N", help="To fit; 3 by default, 4 with biases.")
    ] = None,
    break_layers: Annotated[
        str | None, typer.Option("--break-layers", metavar="N", help="Most layers to break it; 6 by default.")
    ] = None,
    break_width: Annotated[
        str | None, typer.Option("--break-width", metavar="N", help="Largest width to break it; 8 by default.")
    ] = None,
    cases: Annotated[
        str | None,
        typer.Option(
            "--cases", metavar="N", help="To break it: random, 60 by default, or the last quarter of the file."
        ),
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", metavar="NAME", help="The column of a file to explain.")
    ] = None,
    degree: Annotated[
        str | None, typer.Option("--degree", metavar="N", help="Of the polynomials; 2 by default, 3 for ranks.")
    ] = None,
    minima: Annotated[
        list[str] | None, typer.Option("--min", metavar="a,b,…", help="A minimum of columns; may be given again.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Every random number follows from it.")] = 0,
    json: Json = None,
) -> None:
    """Propose a piecewise polynomial law of ranks or of your own table and try to break it; exit 0 if it survives.

    JSON: sequence, parameters, minima, degree, seed, training and further (cases, ranges), missed, tried, verdict, and
    pieces, each with where, verdict, why, law, latex, features, terms, training, survived, counterexample and rival.
    """
    from eigenlaw.commands import conjecture as command

    given = {"of": of, "mean_residual": mean_residual, "layers": layers, "max_width": max_width, "cases": cases}
    given |= {"break_layers": break_layers, "break_width": break_width, "value": value, "degree": degree}
    raise typer.Exit(command.run(what, command.Options(given, bias, minima or [], seed, json)))


@app.command()
def weights(
    file: Annotated[str, typer.Argument(metavar="FILE", help=".npz, .npy, .safetensors, .onnx, HDF5 or PyTorch.")],
    layer: Annotated[
        list[str] | None, typer.Option("--layer", metavar="SELECT", help="A name, or 'encoder.*'.")
    ] = None,
    layout: Annotated[str | None, typer.Option(help="outputs-first or outputs-last; by the kind of file.")] = None,
    processing: Annotated[
        str | None, typer.Option(metavar="KEY=N,…", help="half-width=15,window=15,lengths=0.5/1/2/4/8, or a part.")
    ] = None,
    entries: Annotated[str, typer.Option(help="The law of the null's entries: gaussian or uniform.")] = "gaussian",
    seed: Annotated[int, typer.Option(help="Every random number follows from it.")] = 0,
    draws: Annotated[str | None, typer.Option(metavar="N", help="Of a null; 999, fewer for large layers.")] = None,
    cache: Annotated[str | None, typer.Option(metavar="DIR", help="Of nulls; else $EIGENLAW_CACHE, ~/.cache.")] = None,
    json: Json = None,
    html: Annotated[str | None, typer.Option(metavar="DIR", help="Write a report with figures to DIR.")] = None,
) -> None:
    """Hold the layers of a trained network against random matrices of the same shape; every p-value is calibrated."""
    from eigenlaw.commands import weights as command

    options = command.Options(layer or (), layout, processing, entries, seed, draws, cache, json, html)
    raise typer.Exit(command.run(file, options))


_REFUSED: tuple[type[Exception], ...] = (InputError, *typer.BadParameter.__mro__[1:3])
"""Unusable input, as our own code and the command-line parser report it."""


INTERRUPTED = 130
"""The exit status after Ctrl-C."""


def main() -> None:
    """Run the command line; unusable input is one line on standard error and exit status 2."""
    command: Any = typer.main.get_command(app)
    try:
        status = command.main(args=_with_json_target(sys.argv[1:]), prog_name="eigenlaw", standalone_mode=False)
    except _REFUSED as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        sys.stderr.write(f"eigenlaw: {' '.join(message.split())}\n")
        sys.exit(2)
    except OSError as error:
        _unwritable(error)
    if status == INTERRUPTED:
        sys.stderr.write("eigenlaw: interrupted\n")
    try:
        sys.stdout.flush()
    except OSError as error:
        _unwritable(error)
    sys.exit(status if isinstance(status, int) else 0)


def _unwritable(error: OSError) -> NoReturn:
    """End with one line where results cannot go, to a full disk for instance; what is still buffered is dropped."""
    sys.stderr.write(f"eigenlaw: {error.filename or 'standard output'}: {error.strerror}\n")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(2)


def _with_json_target(arguments: list[str]) -> list[str]:
    """Write standard output, ``-``, after a ``--json`` that names no file."""
    out: list[str] = []
    for position, argument in enumerate(arguments):
        out.append(argument)
        following = arguments[position + 1] if position + 1 < len(arguments) else "--"
        if argument == "--json" and following.startswith("--"):
            out.append("-")
    return out
