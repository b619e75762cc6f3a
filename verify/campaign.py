"""Many claims, one seed, several workers: the same results for any number of workers."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from types import FrameType
from typing import Any

from eigenlaw.verify.claim import Budget, BudgetName, Claim, Form, Instance
from eigenlaw.verify.judge import Context, Verdict, judge
from eigenlaw.verify.registry import claims, claims_of_file

CLOCK = {"quick": 120, "standard": 900, "thorough": 14400}
"""Seconds after which a check is given up as unsettled; the budget itself never depends on the clock."""


@dataclass(frozen=True)
class Task:
    """One claim to decide: where it is defined, and its key."""

    claim_id: str
    form: Form
    file: Path | None = None

    def claim(self) -> Claim:
        """Look the claim up, in this process."""
        source = claims_of_file(self.file) if self.file else claims()
        return next(claim for claim in source if (claim.id, claim.form) == (self.claim_id, self.form))


@dataclass(frozen=True)
class Result:
    """The verdict on a claim.

    Attributes:
        expected: the recorded verdict, if there is one.
        seconds: the time that the check took.
    """

    claim: Claim
    verdict: Verdict
    seconds: float
    expected: str | None = None

    @property
    def settled(self) -> bool:
        """Whether the verdict is settled and as expected: without a record, only a printed form may fail."""
        verdict = self.verdict.verdict
        if verdict == "unsettled":
            return False
        if self.expected is not None:
            return verdict == self.expected
        return verdict == "holds" or self.claim.form == "printed"


class CheckTimeoutError(RuntimeError):
    """The clock of the budget ran out."""


def _out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise CheckTimeoutError("the clock of this budget ran out")


BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """Let the processes that start inside the block have one BLAS thread, so that sums do not depend on the cores."""
    before = {name: os.environ.get(name) for name in BLAS_THREADS}
    os.environ.update(dict.fromkeys(BLAS_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _start_worker() -> None:
    """Let the worker end with an interrupt, and with the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _decide(task: Task, context: Context) -> tuple[Verdict, float]:
    start = time.perf_counter()
    clock = hasattr(signal, "SIGALRM")
    if clock:
        signal.signal(signal.SIGALRM, _out_of_time)
        signal.setitimer(signal.ITIMER_REAL, CLOCK[context.budget.name], 1.0)
    try:
        verdict = judge(task.claim(), replace(context, source=str(task.file or "")))
    finally:
        if clock:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return verdict, time.perf_counter() - start


def run_campaign(
    tasks: Sequence[Task],
    *,
    budget: BudgetName = "standard",
    seed: int = 0,
    jobs: int | None = None,
    every_mutant: bool = False,
    only: Instance | None = None,
    expected: dict[str, str] | None = None,
    progress: Callable[[Result], Any] = lambda _: None,
) -> list[Result]:
    """Decide every task in worker processes and return the results in the order of the tasks.

    Args:
        tasks: the claims.
        budget: a fixed number of samples a claim.
        seed: at least 0; with it every random number is determined.
        jobs: worker processes; all cores by default.
        every_mutant: try all mutants of each formula.
        only: replay this one instance.
        expected: recorded verdicts by "id form".
        progress: called with each result as it comes.
    """
    context = Context(Budget(budget), seed, every_mutant, only)
    workers = max(1, min(jobs or os.cpu_count() or 1, len(tasks)))
    results: dict[Task, Result] = {}
    spawn = get_context("spawn")
    with _one_blas_thread(), ProcessPoolExecutor(workers, mp_context=spawn, initializer=_start_worker) as pool:
        futures: dict[Future[tuple[Verdict, float]], Task] = {
            pool.submit(_decide, task, context): task for task in tasks
        }
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                task = futures[future]
                claim = task.claim()
                verdict, seconds = _outcome(future)
                results[task] = Result(claim, verdict, seconds, (expected or {}).get(claim.key))
                progress(results[task])
    return [results[task] for task in tasks]


def _outcome(future: Future[tuple[Verdict, float]]) -> tuple[Verdict, float]:
    error = future.exception()
    if error is None:
        return future.result()
    reason = f"the check stopped: {type(error).__name__}: {error}"
    return Verdict("unsettled", None, 0, None, {"reason": reason, "resolution": "none: unsettled"}), 0.0


def with_rows(results: Sequence[Result], row_of: Callable[[str], str]) -> list[Result]:
    """Return the results with one more for each row that has parts: it fails if one part fails.

    A form other than the printed one stands for the whole row, so that a part without that form counts as printed.
    """
    out = list(results)
    for row in dict.fromkeys(row_of(r.claim.id) for r in results if row_of(r.claim.id) != r.claim.id):
        parts = [r for r in results if row_of(r.claim.id) == row]
        for form in dict.fromkeys(r.claim.form for r in parts):
            if form == "printed" or (form == "corrected" and _all_corrected(parts)):
                out.append(_whole(row, form, parts))
    return out


def _all_corrected(parts: Sequence[Result]) -> bool:
    """Whether each part that does not hold as printed has a corrected form."""
    printed = {r.claim.id for r in parts if r.claim.form == "printed" and r.verdict.verdict != "holds"}
    return printed <= {r.claim.id for r in parts if r.claim.form == "corrected"}


def _whole(row: str, form: Form, parts: Sequence[Result]) -> Result:
    chosen: dict[str, Result] = {}
    for part in parts:
        if part.claim.form == form or (part.claim.form == "printed" and part.claim.id not in chosen):
            chosen[part.claim.id] = part
    found = list(chosen.values())
    order = ["fails", "unsettled", "holds"]
    worst = min(found, key=lambda r: order.index(r.verdict.verdict))
    rank = {"proved": 0, "exact": 1, "certified": 2, "statistical": 3, "numerical": 4, None: 5}
    known = [r.verdict.strength for r in found if r.verdict.strength is not None]
    verdict = Verdict(
        worst.verdict.verdict,
        max(known, key=rank.__getitem__) if worst.verdict.verdict == "holds" and known else worst.verdict.strength,
        sum(r.verdict.instances for r in found),
        max((r.verdict.resolution or 0 for r in found), default=0) or None,
        {"parts": {r.claim.id: r.verdict.verdict for r in found}, "resolution": "the coarsest of the parts"},
        worst.verdict.counterexample,
    )
    claim = Claim(row, form, found[0].claim.source, found[0].claim.lhs, found[0].claim.formula, found[0].claim.check)
    return Result(claim, verdict, sum(r.seconds for r in found))
