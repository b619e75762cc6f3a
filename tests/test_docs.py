"""The examples of the documentation do what it says."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_example_of_a_user_s_claims_is_decided() -> None:
    command = [sys.executable, "-m", "eigenlaw", "verify", str(ROOT / "docs" / "my_claims.py"), "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found = {entry["form"]: entry for entry in json.loads(run.stdout)["claims"]}
    assert (found["printed"]["verdict"], found["corrected"]["verdict"]) == ("fails", "holds")
    assert found["printed"]["counterexample"]["instance"] == {"s": "2/1"}
    assert "docs/my_claims.py" in found["printed"]["counterexample"]["replay"]


def test_the_readme_names_commands_that_exist() -> None:
    blocks = (ROOT / "README.md").read_text(encoding="utf-8").split("```")[1::2]
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("eigenlaw ")]
    named = {line.split()[1] for line in lines}
    run = subprocess.run([sys.executable, "-m", "eigenlaw", "--help"], capture_output=True, text=True, check=True)
    offered = {line.split()[0] for line in run.stdout.split("Commands:")[1].splitlines() if line.split()}
    assert {"derive", "eval", "table", "show", "verify"} <= named <= offered
