"""The command line: each command names its options and leaves the work to the module of its subject."""

import sys
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="eigenlaw",
    help="The laws of neural-network spectra: derived, evaluated, typeset, and checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Select = Annotated[list[str] | None, typer.Argument(help="An id, a prefix such as murray:thm, or a Python file.")]
Json = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write JSON to FILE, or to standard output.")
]


@app.command()
def claims(select: Select = None, json: Json = None) -> None:
    """List the claims of the papers."""
    from eigenlaw.commands import claims as command

    command.run(select or [], json)


@app.command()
def show(
    claim: Annotated[str, typer.Argument(metavar="ID", help="A claim's id, or 'activations'.")],
    style: Annotated[str, typer.Option("--format", help="text, latex or json.")] = "text",
) -> None:
    """Show one claim in all its forms, or the table of activations."""
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


_REFUSED: tuple[type[Exception], ...] = (ValueError, *typer.BadParameter.__mro__[1:3])
"""Unusable input, as our own code and the command-line parser report it."""


def main() -> None:
    """Run the command line; unusable input is one line on standard error and exit status 2."""
    command: Any = typer.main.get_command(app)
    try:
        status = command.main(args=_with_json_target(sys.argv[1:]), prog_name="eigenlaw", standalone_mode=False)
    except _REFUSED as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        sys.stderr.write(f"eigenlaw: {' '.join(message.split())}\n")
        sys.exit(2)
    except typer.Abort:
        sys.stderr.write("eigenlaw: interrupted\n")
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def _with_json_target(arguments: list[str]) -> list[str]:
    """Write standard output, ``-``, after a ``--json`` that names no file."""
    out: list[str] = []
    for position, argument in enumerate(arguments):
        out.append(argument)
        following = arguments[position + 1] if position + 1 < len(arguments) else "--"
        if argument == "--json" and following.startswith("--"):
            out.append("-")
    return out
