"""What `eigenlaw --help` costs: whole processes, against a typer program with two commands.

The two take turns, and the medians of their CPU times (user and system, all of the process) are compared.
Run: python benchmarks/startup.py [ROUNDS]
"""

import resource
import statistics
import subprocess
import sys
from collections.abc import Callable

LIMIT = 1.5


def eigenlaw() -> None:
    subprocess.run([sys.executable, "-m", "eigenlaw", "--help"], check=True, stdout=subprocess.DEVNULL)


def two_commands() -> None:
    subprocess.run(
        [
            sys.executable,
            "-c",
            """
import typer

app = typer.Typer()


@app.command()
def first(name: str = "x", count: int = 1) -> None:
    "Do one thing."


@app.command()
def second(name: str = "x", count: int = 1) -> None:
    "Do another."


app()
""",
            "--help",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def two_plain_commands() -> None:
    subprocess.run(
        [
            sys.executable,
            "-c",
            """
import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def first(name: str = "x", count: int = 1) -> None:
    "Do one thing."


@app.command()
def second(name: str = "x", count: int = 1) -> None:
    "Do another."


app()
""",
            "--help",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )


PROGRAMS: dict[str, Callable[[], None]] = {
    "eigenlaw": eigenlaw,
    "two commands": two_commands,
    "two commands, plain help": two_plain_commands,
}


def cpu_seconds(program: Callable[[], None]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(rounds: int) -> dict[str, float]:
    for program in PROGRAMS.values():
        program()
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            times[name].append(cpu_seconds(program))
    return {name: statistics.median(found) for name, found in times.items()}


def main() -> None:
    found = medians(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
    for name, seconds in found.items():
        print(f"{name:26} {1000 * seconds:7.1f} ms   eigenlaw / this = {found['eigenlaw'] / seconds:.2f}")
    ratio = found["eigenlaw"] / found["two commands"]
    print(f"eigenlaw --help costs {ratio:.2f} times the two-command program; the limit is {LIMIT}")
    sys.exit(ratio > LIMIT)


if __name__ == "__main__":
    main()
