"""Campaigns over a user's own file: the same document for any number of workers, and nothing undecided is green."""

import json
import os
import shlex
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from eigenlaw.commands import verify as command
from eigenlaw.theory.errors import InputError
from eigenlaw.verify import campaign, record
from eigenlaw.verify.campaign import Result, Task, run_campaign
from eigenlaw.verify.claim import Budget, Form
from eigenlaw.verify.judge import Context, Verdict
from eigenlaw.verify.registry import claims_of_file, rows, select_claims, select_rows
from eigenlaw.verify.report import claims_document, verify_document

CONTRACT = Path(__file__).parent / "contract"

TOY = '''
"""Claims of a user."""
import os
import signal
import time

import numpy as np
from flint import fmpq

from eigenlaw.verify.claim import Claim, Sample, Value
from eigenlaw.verify.formula import Formula, symbols

(n,) = symbols("n")
NAMES = ("relu", "tanh", "erf")


def cases(budget, rng):
    return [{"activation": NAMES[i % 3], "n": i, "extra": int(rng.integers(0, 9))} for i in range(24)]


def predicted(instance, value):
    return [value(n=instance["n"])]


def squares(instance, rng):
    return [fmpq(sum(range(1, 2 * instance["n"], 2)) + 1)]


def broken(instance, rng):
    raise RuntimeError("the sampler broke")


def late(instance, rng):
    signal.alarm(1)
    time.sleep(30)
    return squares(instance, rng)


def threads(instance, rng):
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    if [os.environ.get(name) for name in names] != ["1"] * 4:
        raise RuntimeError("several threads")
    return squares(instance, rng)


def slow(instance, rng):
    time.sleep(30)
    return squares(instance, rng)


def draws(instance, width, rng, count):
    return instance["n"] + 5 + rng.standard_normal((count, 1)) / 10


def value(id, tree, measured=squares, form="new", **options):
    return Claim(id, form, "here", "S", Formula(lambda: tree()), Value(cases, predicted, measured, **options))


SAMPLE = Sample(cases, predicted, draws, lambda _: 500, (8,))
CLAIMS = [
    value("toy:right", lambda: n**2 + 1),
    value("toy:printed", lambda: n**2 + n, form="printed"),
    value("toy:printed", lambda: n**2 + 1, form="corrected"),
    Claim("toy:sample", "new", "here", "S", Formula(lambda: n + 5), SAMPLE),
    Claim("toy:off", "printed", "here", "S", Formula(lambda: n + 4), SAMPLE),
]
EXTRA = os.environ.get("TOY_EXTRA", "")
if EXTRA == "broken":
    CLAIMS.append(value("toy:broken", lambda: n**2 + 1, broken))
if EXTRA == "late":
    CLAIMS.append(value("toy:late", lambda: n**2 + 1, late))
if EXTRA == "slow":
    CLAIMS.append(value("toy:slow", lambda: n**2 + 1, slow))
if EXTRA == "threads":
    CLAIMS.append(value("toy:threads", lambda: n**2 + 1, threads))
if EXTRA == "few":
    CLAIMS.append(value("toy:few", lambda: n**2 + 1, minimum=99))
if EXTRA == "wrong":
    CLAIMS.append(value("toy:wrong", lambda: n**2 + 2))
'''


class Inline:
    """An executor that runs each task at once in this process, to spare the tests the start of workers."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> "Inline":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except RuntimeError as error:
            future.set_exception(error)
        return future


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("EIGENLAW_RECORD", str(tmp_path / "record.json"))
    monkeypatch.delenv("TOY_EXTRA", raising=False)
    monkeypatch.setattr(campaign, "ProcessPoolExecutor", Inline)
    file = tmp_path / "toy.py"
    file.write_text(TOY)
    claims_of_file.cache_clear()
    yield file
    claims_of_file.cache_clear()


def options(tmp_path: Path, **changes: Any) -> command.Options:
    document = str(tmp_path / "out.json")
    plain = command.Options("quick", 0, 1, False, False, None, None, document)
    return replace(plain, **changes)


def document(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / "out.json").read_text())
    schema = json.loads((CONTRACT / "verify.schema.json").read_text())
    jsonschema.validate(found, schema)
    for entry in found["claims"]:
        assert entry["resolution"] is not None or entry["evidence"]["resolution"]
    return found


def without_seconds(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "claims": [{**entry, "seconds": 0} for entry in found["claims"]]}


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    return {f"{entry['id']} {entry['form']}": entry["verdict"] for entry in found["claims"]}


EXPECTED = {
    "toy:right new": "holds",
    "toy:printed printed": "fails",
    "toy:printed corrected": "holds",
    "toy:sample new": "holds",
    "toy:off printed": "fails",
}


def test_one_and_two_worker_processes_give_the_same_document(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "ProcessPoolExecutor", ProcessPoolExecutor)
    monkeypatch.setenv("TOY_EXTRA", "broken")
    documents = []
    for jobs in (1, 2):
        assert command.run([str(toy)], options(tmp_path, jobs=jobs, mutants=True)) == 1
        documents.append(without_seconds(document(tmp_path)))
    assert documents[0] == documents[1]
    assert verdicts(documents[0]) == EXPECTED | {"toy:broken new": "unsettled"}


def test_another_seed_gives_other_draws_and_the_same_verdicts(toy: Path, tmp_path: Path) -> None:
    command.run([str(toy)], options(tmp_path, seed=0, form="new"))
    first = document(tmp_path)
    command.run([str(toy)], options(tmp_path, seed=1, form="new"))
    second = document(tmp_path)
    assert verdicts(first) == verdicts(second) == {k: v for k, v in EXPECTED.items() if k.endswith("new")}
    assert first["claims"][1]["evidence"]["p"] != second["claims"][1]["evidence"]["p"]


@pytest.mark.parametrize(
    ("extra", "verdict", "reason"),
    [
        ("broken", "unsettled", "RuntimeError: the sampler broke"),
        ("late", "unsettled", "clock"),
        ("few", "unsettled", "99 needed"),
        ("wrong", "fails", None),
    ],
)
def test_what_is_not_settled_as_expected_is_red(
    extra: str, verdict: str, reason: str | None, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_EXTRA", extra)
    assert command.run([str(toy)], options(tmp_path)) == 1
    found = document(tmp_path)
    assert verdicts(found) == EXPECTED | {f"toy:{extra} new": verdict}
    assert reason is None or reason in found["claims"][-1]["evidence"]["reason"]


def test_workers_have_one_blas_thread_and_this_process_keeps_its_own(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_EXTRA", "threads")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    before = dict(os.environ)
    task = Task("toy:threads", "new", toy)
    (alone,) = run_campaign([task], budget="quick")
    assert alone.verdict.verdict == "holds"
    monkeypatch.setattr(campaign, "ProcessPoolExecutor", ProcessPoolExecutor)
    (found,) = run_campaign([task], budget="quick", jobs=1)
    assert found.verdict.verdict == "holds"
    assert dict(os.environ) == before
    with pytest.raises(KeyError), campaign._one_blas_thread():
        assert {os.environ[name] for name in campaign.BLAS_THREADS} == {"1"}
        raise KeyError
    assert dict(os.environ) == before
    with pytest.raises(RuntimeError, match="several threads"):
        campaign._decide(task, Context(Budget("quick")))


def test_the_clock_of_the_budget_stops_a_check(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(campaign.CLOCK, "quick", 1)
    monkeypatch.setenv("TOY_EXTRA", "slow")
    start = time.perf_counter()
    with pytest.raises(campaign.CheckTimeoutError):
        campaign._decide(Task("toy:slow", "new", toy), Context(Budget("quick")))
    assert time.perf_counter() - start < 10
    verdict, seconds = campaign._decide(Task("toy:right", "new", toy), Context(Budget("quick")))
    assert verdict.verdict == "holds"
    assert seconds < 1


def test_the_record_is_written_on_request_and_only_read_to_compare(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "record.json"
    assert command.run([str(toy)], options(tmp_path)) == 0
    assert not file.exists()
    before = document(tmp_path)
    assert all(entry["expected"] is None for entry in before["claims"])
    assert command.run([str(toy)], options(tmp_path, record=True)) == 0
    assert record.load() == EXPECTED

    assert command.run([str(toy)], options(tmp_path)) == 0
    assert {f"{e['id']} {e['form']}": e["expected"] for e in document(tmp_path)["claims"]} == EXPECTED

    file.write_text(json.dumps(EXPECTED | {"toy:off printed": "holds"}))
    assert command.run([str(toy)], options(tmp_path)) == 1
    assert verdicts(document(tmp_path)) == EXPECTED

    file.unlink()
    assert command.run([str(toy)], options(tmp_path)) == 0
    assert without_seconds(document(tmp_path)) == without_seconds(before)


def test_unsettled_verdicts_are_not_recorded(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_EXTRA", "few")
    assert command.run([str(toy)], options(tmp_path, record=True)) == 1
    assert record.load() == EXPECTED


def test_saving_merges_with_what_was_recorded(toy: Path) -> None:
    record.path().write_text(json.dumps({"other:claim printed": "fails", "toy:right new": "fails"}))
    record.save([result("toy:right", "holds", form="new")])
    assert record.load() == {"other:claim printed": "fails", "toy:right new": "holds"}


@pytest.mark.parametrize(
    "text", ["{", "[]", "1", '{"a": "unsettled"}', '{"a": 1}', '{"a": null}', '{"a": ["holds"]}', '{"a": {}}']
)
def test_a_file_that_is_no_record_is_refused(text: str, toy: Path) -> None:
    record.path().write_text(text)
    with pytest.raises(InputError, match="record"):
        record.load()


def test_a_counterexample_is_replayed_by_the_printed_command(
    toy: Path, tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    command.run([str(toy)], options(tmp_path, form="printed"))
    failed = {entry["id"]: entry["counterexample"] for entry in document(tmp_path)["claims"]}
    assert set(failed) == {"toy:printed", "toy:off"}
    for name, found in failed.items():
        words = shlex.split(found["replay"])
        assert words[:4] == ["eigenlaw", "verify", str(toy), name]
        assert run(*words[1:], "--json", str(tmp_path / "out.json"))[0] == 0
        (entry,) = document(tmp_path)["claims"]
        assert (entry["id"], entry["verdict"], entry["instances"]) == (name, "fails", 1)
        shown = {key: value for key, value in found.items() if key != "p"}
        assert {key: value for key, value in entry["counterexample"].items() if key != "p"} == shown
    assert not record.path().exists()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"budget": "huge"}, "budget"),
        ({"seed": -1}, "seed"),
        ({"jobs": 0}, "jobs"),
        ({"form": "sharp"}, "form"),
        ({"form": "other"}, "form"),
        ({"instance": "{}"}, "instance"),
        ({"instance": "{}", "form": "corrected", "record": True}, "record"),
        ({"instance": "[", "form": "corrected"}, "instance"),
        ({"instance": "[]", "form": "corrected"}, "instance"),
    ],
)
def test_unusable_options_are_refused(changes: dict[str, Any], name: str, toy: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{name}="):
        command.run([str(toy)], options(tmp_path, **changes))


def test_files_without_claims_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.py"
    empty.write_text("x = 1\n")
    for path in (empty, tmp_path / "missing.py"):
        with pytest.raises(InputError, match="file="):
            claims_of_file(path)


def test_the_table_and_the_progress_go_where_they_belong(
    toy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.run([str(toy)], options(tmp_path, json=None, form="printed"))
    shown = capsys.readouterr()
    assert "toy:off" in shown.out
    assert "eigenlaw verify" in shown.out
    command.run([str(toy)], options(tmp_path, json="-", form="printed"))
    assert set(verdicts(json.loads(capsys.readouterr().out))) == {"toy:printed printed", "toy:off printed"}


def result(name: str, verdict: Any, form: Form = "printed", strength: Any = "exact", resolution: Any = 0.01) -> Result:
    claim = replace(select_claims([])[0], id=name, form=form)
    settled = verdict != "unsettled"
    found = Verdict(verdict, strength if settled else None, 20, resolution if settled else None, {"resolution": "-"})
    return Result(claim, found, 1.0)


def test_only_a_printed_form_may_fail_without_a_record() -> None:
    forms: tuple[Form, ...] = ("printed", "corrected", "sharp", "new")
    assert [result("p:a", "fails", form=form).settled for form in forms] == [True, False, False, False]
    assert all(result("p:a", "holds", form=form).settled for form in forms)
    assert not any(result("p:a", "unsettled", form=form).settled for form in forms)
    assert not replace(result("p:a", "unsettled"), expected="holds").settled
    assert not replace(result("p:a", "holds"), expected="fails").settled
    assert replace(result("p:a", "fails", form="new"), expected="fails").settled


def test_no_tasks_give_no_results() -> None:
    assert run_campaign([]) == []


def test_the_papers_claims_meet_the_contract() -> None:
    found = claims_document(select_rows([]), select_claims([]))
    jsonschema.validate(found, json.loads((CONTRACT / "claims.schema.json").read_text()))
    assert len({row["id"] for row in found["claims"]}) == len(found["claims"]) == len(rows())
    results = [
        Result(claim, Verdict("unsettled", None, 0, None, {"resolution": "-"}), 0.0) for claim in select_claims([])
    ]
    schema = json.loads((CONTRACT / "verify.schema.json").read_text())
    jsonschema.validate(verify_document(results, seed=0, budget="quick", mutants=True), schema)
    for row in found["claims"]:
        assert (row["why"] is None) == (row["status"] == "testable")
        assert row["forms"] or row["status"] != "testable", row["id"]
