"""`eigenlaw verify`: decide claims, show the verdicts, and say by the exit status whether all are as expected."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from eigenlaw.commands.output import check_at_least, check_choice, console, note, write_json
from eigenlaw.theory.errors import InputError
from eigenlaw.verify import record as records
from eigenlaw.verify.campaign import Result, Task, run_campaign, with_rows
from eigenlaw.verify.claim import Budget, BudgetName
from eigenlaw.verify.judge import Context, instance_text, offered
from eigenlaw.verify.registry import claims_of_file, row_of, select_claims
from eigenlaw.verify.report import counterexample_lines, summary, verdict_table, verify_document


@dataclass(frozen=True)
class Options:
    """The options of the command, as typed."""

    budget: str
    seed: int
    jobs: int | None
    mutants: bool
    record: bool
    form: str | None
    instance: str | None
    json: str | None


def run(select: Sequence[str], options: Options) -> int:
    """Run the campaign and return the exit status: 0 if every verdict is settled and as expected, else 1.

    Raises:
        InputError: if an option or a selection cannot be used.
    """
    budget = cast(BudgetName, check_choice("budget", options.budget, ("quick", "standard", "thorough")))
    check_at_least("seed", options.seed, 0)
    if options.jobs is not None:
        check_at_least("jobs", options.jobs, 1)
    if options.form is not None:
        check_choice("form", options.form, ("printed", "corrected", "sharp", "new"))
    tasks = [t for t in _tasks(select) if options.form in (None, t.form)]
    if not tasks:
        raise InputError.of("form", options.form, "expected a form that the selected claims have")
    if options.instance is not None and options.record:
        raise InputError.of("record", "with --instance", "expected a whole run; leave one of the two out")
    only = _instance(options, tasks)
    results = with_progress(
        tasks,
        budget=budget,
        seed=options.seed,
        jobs=options.jobs,
        every_mutant=options.mutants,
        only=only,
        expected=records.load() if only is None else {},
    )
    if options.record:
        note(f"recorded in {records.save(results)}")
    shown = with_rows(results, _whole_rows(results))
    if options.json is not None:
        write_json(verify_document(shown, seed=options.seed, budget=budget, mutants=options.mutants), options.json)
    if options.json != "-":
        _print(results, options.mutants)
    return 0 if all(result.settled for result in results) else 1


def _whole_rows(results: Sequence[Result]) -> Callable[[str], str]:
    """Map an id to its row if every printed and corrected part of the row was decided, else to itself."""
    decided = {result.claim.key for result in results}
    stated = [claim for claim in select_claims([]) if claim.form in ("printed", "corrected")]
    partly = {row_of(claim.id) for claim in stated if claim.key not in decided}
    rows_of = {claim.id: row_of(claim.id) for claim in select_claims([]) if row_of(claim.id) not in partly}
    return lambda name: rows_of.get(name, name)


def _tasks(select: Sequence[str]) -> list[Task]:
    """The claims of the files, or of the papers without a file, that the other selections name."""
    files = [Path(name).resolve() for name in select if name.endswith(".py")]
    names = [name for name in select if not name.endswith(".py")]
    if not files:
        return [Task(claim.id, claim.form) for claim in select_claims(names)]
    among = [claim for path in files for claim in claims_of_file(path)]
    where = {claim.key: path for path in files for claim in claims_of_file(path)}
    if len(where) < len(among):
        raise InputError.of("file", ", ".join(map(str, files)), "two files define the same id and form; run them apart")
    return [Task(claim.id, claim.form, where[claim.key]) for claim in select_claims(names, among)]


def _instance(options: Options, tasks: Sequence[Task]) -> dict[str, Any] | None:
    """Return the instance to replay, which must have the entries of an instance of the claim."""
    text = options.instance
    if text is None:
        return None
    if len(tasks) != 1:
        raise InputError.of("instance", text, f"expected a single claim and --form, not {len(tasks)} claims")
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError.of("instance", text, f"expected a JSON object ({error})") from error
    if not isinstance(found, dict):
        raise InputError.of("instance", text, "expected a JSON object, as printed with a counterexample")
    claim = tasks[0].claim()
    context = Context(Budget(cast(BudgetName, options.budget)), options.seed)
    known = [*offered(claim, claim.check, context), *getattr(claim.check, "controls", ())]
    if not any(found.keys() == instance.keys() for instance in known):
        raise InputError.of("instance", text, f"expected the entries of one such as {instance_text(known[0])}")
    return found


def with_progress(tasks: Sequence[Task], **options: Any) -> list[Result]:
    """Run a campaign with a bar on standard error where that is a terminal; ``options`` are those of `run_campaign`."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    terminal = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        job = bar.add_task("verifying", total=len(tasks))

        def advance(result: Result) -> None:
            bar.update(job, advance=1, description=f"{result.claim.id} {result.verdict.verdict}")

        return run_campaign(tasks, progress=advance, **options)


def _print(results: Sequence[Result], mutants: bool) -> None:
    out = console()
    out.print(verdict_table(results, mutants))
    for line in counterexample_lines(results):
        out.print(line, markup=False, soft_wrap=True)
    out.print(summary(results), markup=False, soft_wrap=True)
