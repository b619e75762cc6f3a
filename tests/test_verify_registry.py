"""Claims in a user's file: which are refused, how they are selected, and the ids that the documents allow."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eigenlaw.commands import verify as command
from eigenlaw.theory.errors import InputError
from eigenlaw.verify import campaign
from eigenlaw.verify.campaign import Task
from eigenlaw.verify.claim import Budget
from eigenlaw.verify.judge import Context
from eigenlaw.verify.registry import ID, PAPERS, claims, claims_of_file, matches, row_of, rows, select_claims

CONTRACT = Path(__file__).parent / "contract"

HEAD = """
from flint import fmpq

from eigenlaw.verify.claim import Claim, Value
from eigenlaw.verify.formula import Formula, symbols

(n,) = symbols("n")
NAMES = ("relu", "tanh", "erf")


def cases(budget, rng):
    return [{"activation": NAMES[i % 3], "n": i} for i in range(24)]


def squares(instance, rng):
    return [fmpq(instance["n"] ** 2 + 1)]


def claim(id, form="new", add=1):
    check = Value(cases, lambda instance, value: [value(n=instance["n"])], squares)
    return Claim(id, form, "here", "S", Formula(lambda: n**2 + add), check)


"""


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EIGENLAW_RECORD", str(tmp_path / "record.json"))
    claims_of_file.cache_clear()
    yield
    claims_of_file.cache_clear()


def written(tmp_path: Path, body: str, name: str = "mine.py") -> Path:
    file = tmp_path / name
    file.write_text(HEAD + body)
    return file


def keys(*select: str) -> list[str]:
    return [f"{task.claim_id} {task.form}" for task in command._tasks(select)]


THREE = 'A = claim("my:a", "printed", 2)\nB = [claim("my:a"), claim("my:b")]\nSAME = A\nC = (A, claim("other:a.1"))\n'


def test_each_claim_of_a_file_is_found_once_in_the_order_of_definition(tmp_path: Path) -> None:
    found = claims_of_file(written(tmp_path, THREE))
    assert [claim.key for claim in found] == ["my:a printed", "my:a new", "my:b new", "other:a.1 new"]


@pytest.mark.parametrize(
    "body",
    [
        'A = claim("my:a")\nB = claim("my:a")\n',
        'A = [claim("my:b"), claim("my:a", "printed")]\nB = (claim("my:a", "printed", 2),)\n',
    ],
)
def test_an_id_and_form_defined_twice_is_refused(body: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^id=my:a (new|printed): defined twice"):
        claims_of_file(written(tmp_path, body))


BAD = ["a", "My:a", "my:", ":a", "my:A", "my a:b", "1my:a", "my:a b", "my:a\n", "my:a:b", "mÿ:a", "", "my:a_b"]


@pytest.mark.parametrize("name", BAD)
def test_an_id_that_breaks_the_pattern_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^id=") as caught:
        claims_of_file(written(tmp_path, f"A = claim({name!r})\n"))
    assert "\n" not in str(caught.value)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("name", ["a:b", "my-own_paper2:eq-9.1", "my:9", "my:thm.a-1"])
def test_an_id_of_the_pattern_is_read(name: str, tmp_path: Path) -> None:
    assert claims_of_file(written(tmp_path, f"A = claim({name!r})\n"))[0].id == name


def test_the_pattern_is_that_of_the_documents() -> None:
    schema = (CONTRACT / "verify.schema.json").read_text()

    def patterns(node: Any) -> Iterator[str]:
        for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            if key == "pattern":
                yield value
            yield from patterns(value)

    assert f"^{ID.pattern}$" in set(patterns(json.loads(schema)))
    assert all(ID.fullmatch(name) for name in [*(claim.id for claim in claims()), *(row.id for row in rows())])


def test_an_error_of_syntax_is_one_line_that_names_the_file_and_the_place(tmp_path: Path, run: Any) -> None:
    file = tmp_path / "mine.py"
    file.write_text("x = 1\ny = (\nz = = 3\n")
    status, out, err = run("verify", str(file))
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith(f"eigenlaw: file={file}: line ")
    assert "is not Python" in err


def test_names_select_among_the_claims_of_the_file(tmp_path: Path) -> None:
    file = str(written(tmp_path, THREE))
    assert keys(file) == ["my:a printed", "my:a new", "my:b new", "other:a.1 new"]
    assert keys(file, "my:a") == keys("my:a", file) == ["my:a printed", "my:a new"]
    assert keys(file, "my") == ["my:a printed", "my:a new", "my:b new"]
    assert keys(file, "my:b", "other:a") == ["my:b new", "other:a.1 new"]
    assert all(task.file == Path(file) for task in command._tasks([file, "my"]))
    for select in ("murray", "my:c", ""):
        with pytest.raises(InputError, match=r"^select="):
            keys(file, select)


def test_claims_of_two_files_keep_their_file(tmp_path: Path) -> None:
    one, two = written(tmp_path, THREE), written(tmp_path, 'A = claim("my:c")\n', "second.py")
    found = {task.claim_id: task.file for task in command._tasks([str(one), str(two), "my"])}
    assert found == {"my:a": one, "my:b": one, "my:c": two}


def test_a_whole_id_selects_that_claim_alone_so_that_its_replay_does(tmp_path: Path) -> None:
    file = str(written(tmp_path, 'A = [claim("my:a"), claim("my:a-more"), claim("my:a.1")]\n'))
    assert keys(file, "my:a") == ["my:a new"]
    assert keys(file, "my:a-") == ["my:a-more new"]
    assert keys(file, "my:a.1", "my:a-more") == ["my:a-more new", "my:a.1 new"]


def test_parts_are_selected_by_their_row() -> None:
    parts = [claim.id for claim in claims() if claim.id not in {row.id for row in rows()}]
    row = parts[0].rpartition(".")[0]
    assert {claim.id for claim in select_claims([row])} == {name for name in parts if matches(name, row)}


def test_the_command_that_replays_names_the_file_of_a_user_s_claim(tmp_path: Path) -> None:
    file = written(tmp_path, 'A = claim("my:a", "printed", 2)\n', "my claims.py")
    verdict, _ = campaign._decide(Task("my:a", "printed", file), Context(Budget("quick")))
    assert verdict.counterexample is not None
    assert verdict.counterexample["replay"].startswith(f"eigenlaw verify '{file}' my:a --form printed ")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_row_of_the_index_is_there_and_has_claims_if_it_is_testable(paper: str) -> None:
    known = [row for row in rows() if row.paper == paper]
    wanted = (CONTRACT / f"{paper}_rows.txt").read_text(encoding="utf-8").split()
    assert sorted(row.id for row in known) == sorted(wanted)
    decided = {row_of(claim.id) for claim in claims()}
    assert {row.id for row in known if row.status == "testable"} <= decided
    assert all(row.why for row in known if row.status != "testable")
