"""`eigenlaw conjecture`: propose the simplest piecewise polynomial law of a table of integers, and try to break it.

The table is one of exact ranks, measured on random networks, or a user's own CSV file. What comes out is a conjecture,
never a proof; the exit status is 0 if a law survived every further case. The document of ``--json``:

    sequence, parameters, minima, degree, seed   what was asked
    training, further                      {"cases": N, "ranges": {parameter: [least, most]}}
    missed                                 a bound on the chance that a measured rank is not the generic one, or null
    tried                                  how many sets of features were looked at
    verdict                                fits, broken, not determined or no law found: the worst of the pieces
    pieces                                 [{"where": [condition, …], "verdict", "why", "law", "latex",
                                             "features": {name: meaning},
                                             "terms": [{"coefficient": "2", "powers": {"M": 1, "q": 1}}],
                                             "training": N, "survived": N,
                                             "counterexample": {"where", "value", "predicted"} or null,
                                             "rival": {"law", "at"} or null}]
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice
from math import comb
from typing import Any, cast

import numpy as np

from eigenlaw.commands import typeset
from eigenlaw.commands.arguments import integer
from eigenlaw.commands.integer_table import MOST_ROWS, read
from eigenlaw.commands.output import check_at_least, check_choice, console, write_json
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.conjecture import Conjecture, Piece, conjecture
from eigenlaw.verify.hessian_sequences import HessianRank
from eigenlaw.verify.polynomial_laws import MOST_MINIMA, Case, Feature, Law, Point, Space

HESSIAN_RANK = "hessian-rank"
MOST_TRAINING = 2000
"""How many tiny architectures are measured; where there are more, a random choice of them."""
PROBES = 300
MOST_MONOMIALS = 400
_HESSIAN_ONLY = {"of": "H_L", "mean_residual": "generic", "layers": "2,3,4", "max_width": "3"}
_HESSIAN_ONLY |= {"break_layers": "6", "break_width": "8"}


@dataclass(frozen=True)
class Options:
    """The options of the command, as typed; None where one was not given."""

    given: Mapping[str, str | None]
    bias: bool
    minima: Sequence[str]
    seed: int
    json: str | None

    def text(self, name: str) -> str:
        """Return an option, or its default for hessian-rank."""
        return self.given.get(name) or _HESSIAN_ONLY[name]

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return an option that is an integer."""
        text = self.given.get(name) or str(default)
        return integer(name, text, least=least, most=most)


@dataclass(frozen=True)
class Question:
    """A sequence, the cases to fit and those to break it on, and the laws to try."""

    name: str
    training: Sequence[Case]
    further: Sequence[Case]
    space: Space
    probes: Sequence[Point]
    smaller: Callable[[Case], Iterable[Case]] = lambda _: ()
    missed: Fraction | None = None
    note: str = ""


def run(what: str, options: Options) -> int:
    """Propose a law, try to break it, and return the exit status: 0 if it survived.

    Raises:
        InputError: if an option or the file cannot be used.
    """
    check_at_least("seed", options.seed, 0)
    question = _hessian(options) if what == HESSIAN_RANK else _table(what, options)
    found = conjecture(question.training, question.further, question.space, question.probes, question.smaller)
    if options.json is not None:
        write_json(_document(question, found, options), options.json)
    if options.json != "-":
        _print(question, found)
    return 0 if found.verdict == "fits" else 1


def _hessian(options: Options) -> Question:
    if "value" in options.given and options.given["value"] is not None:
        raise InputError.of("value", options.given["value"], "belongs to a file; hessian-rank takes --of")
    if options.minima:
        raise InputError.of("min", options.minima[0], "belongs to a file; hessian-rank has its own minima")
    of = check_choice("of", options.text("of"), ("H_o", "H_f", "H_L", "column"))
    mean = check_choice("mean_residual", options.text("mean_residual"), ("generic", "zero"))
    layers = sorted({integer("layers", part, least=2, most=5) for part in options.text("layers").split(",")})
    most = options.number("max_width", 4 if options.bias and mean == "generic" else 3, 1, 5)
    deepest, widest = options.number("break_layers", 6, 2, 10), options.number("break_width", 8, 2, 12)
    sequence = HessianRank(cast(Any, of), options.bias, cast(Any, mean), options.seed)
    degree = options.number("degree", 2 if of == "column" else 3, 1, 3)
    count = options.number("cases", 60, 1, 10**4)
    rng = np.random.default_rng(options.seed)
    tiny = list(sequence.tiny(layers, most))
    chosen = [tiny[int(i)] for i in sorted(rng.permutation(len(tiny))[:MOST_TRAINING])]
    random = sorted(islice(sequence.random(rng, deepest, widest), count), key=lambda a: a.parameters)
    training, further = [sequence.case(a) for a in chosen], [sequence.case(a) for a in random]
    probes = [a.point for a in islice(sequence.random(rng, deepest + 2, widest + 4), PROBES)]

    def smaller(case: Case) -> Iterable[Case]:
        return map(sequence.case, sequence.architecture(case).smaller())

    name = f"rank of {'the columns of H_f that belong to W^l' if of == 'column' else of}"
    name += f", biases, mean residual {mean}" if options.bias else ""
    left = len(chosen) < len(tiny)
    note = f"{len(chosen)} of {len(tiny)} architectures with widths up to {most}, chosen at random; " * left
    space = Space(sequence.columns, sequence.minima, degree, options.seed, sequence.compared)
    missed = sum((sequence.missed(case) for case in (*training, *further)), Fraction(0))
    return Question(name, training, further, space, probes, smaller, missed, note)


def _table(path: str, options: Options) -> Question:
    for name in _HESSIAN_ONLY:
        if options.given.get(name) is not None:
            raise InputError.of(name, options.given[name], "belongs to hessian-rank; a file takes --value and --min")
    if options.bias:
        raise InputError.of("bias", "yes", "belongs to hessian-rank; a file takes --value and --min")
    value = options.given.get("value")
    if value is None:
        raise InputError.of("value", "(not given)", "expected the column to explain; add --value rank")
    names, cases = read(path, value)
    degree = options.number("degree", 2, 1, 4)
    if comb(len(names) + MOST_MINIMA + degree, degree) > MOST_MONOMIALS:
        raise InputError.of("degree", degree, f"is too high for {len(names)} parameters; lower it or leave columns out")
    held = options.number("cases", max(1, len(cases) // 4), 1, MOST_ROWS)
    if held > len(cases) - 2:
        raise InputError.of("cases", held, f"expected at most {len(cases) - 2}, so that two rows are left to fit")
    minima = tuple(_minimum(text, names) for text in options.minima)
    if not minima and len(names) <= 4:
        minima = tuple(Feature(f"min({a},{b})", (a, b)) for a, b in combinations(names, 2))
    training, further = cases[:-held], sorted(cases[-held:], key=lambda case: sum(map(abs, case.point.values())))
    rng = np.random.default_rng(options.seed)
    ranges = {name: _range(cases, name) for name in names}
    draw = {
        name: [low + int(u * (2 * (high - low) + 3)) for u in rng.random(PROBES)]
        for name, (low, high) in ranges.items()
    }
    probes = [{name: draw[name][i] for name in names} for i in range(PROBES)]
    space = Space(tuple(map(Feature, names)), minima, degree, options.seed)
    return Question(f"{value} of {path}", training, further, space, probes, note=f"the last {held} rows are held out; ")


def _minimum(text: str, names: Sequence[str]) -> Feature:
    arguments = tuple(part.strip() for part in text.split(","))
    if len(arguments) < 2 or not set(arguments) <= set(names):
        raise InputError.of("min", text, f"expected two or more of the columns {', '.join(names)}")
    return Feature(f"min({','.join(arguments)})", arguments)


def _range(cases: Iterable[Case], name: str) -> tuple[int, int]:
    values = [case.point[name] for case in cases]
    return min(values), max(values)


def expression(law: Law) -> Any:
    """Return a law as a SymPy expression in the names of its features."""
    import sympy

    symbols = [sympy.Symbol(feature.name) for feature in law.features]
    terms = (
        sympy.Rational(int(c.p), int(c.q)) * sympy.Mul(*(x**n for x, n in zip(symbols, powers, strict=True)))
        for powers, c in law.terms.items()
    )
    return sympy.Add(*terms)


def _latex(law: Law) -> str:
    import sympy

    names = {sympy.Symbol(feature.name): _tex(feature.name) for feature in law.features}
    return str(sympy.latex(expression(law), symbol_names=names))


def _tex(name: str) -> str:
    base, _, accent = name.partition("_")
    if accent in ("hat", "tilde"):
        return rf"\{accent}{{{base}}}"
    if name.startswith("min("):
        return "\\" + name.replace("_", r"\_")
    return name if len(name) == 1 else rf"\mathrm{{{name}}}".replace("_", r"\_")


def _meanings(law: Law) -> dict[str, str]:
    return {f.name: f"min({', '.join(f.arguments)})" for f in law.features if f.arguments}


def _piece(piece: Piece) -> dict[str, Any]:
    law, missed, rival = piece.law, piece.counterexample, piece.rival
    terms = [
        {"coefficient": str(c), "powers": {f.name: n for f, n in zip(law.features, powers, strict=True) if n}}
        for powers, c in (law.terms.items() if law else ())
        if law
    ]
    return {
        "where": [str(condition) for condition in piece.where],
        "verdict": piece.verdict,
        "why": piece.why,
        "law": None if law is None else typeset.line(expression(law)),
        "latex": None if law is None else _latex(law),
        "features": {} if law is None else _meanings(law),
        "terms": terms,
        "training": piece.training,
        "survived": piece.survived,
        "counterexample": None
        if missed is None or law is None
        else {"where": dict(missed.where), "value": missed.value, "predicted": str(law.at(missed.point))},
        "rival": None
        if rival is None or piece.apart is None
        else {"law": typeset.line(expression(rival)), "at": dict(piece.apart)},
    }


def _cases(cases: Sequence[Case], space: Space) -> dict[str, Any]:
    return {"cases": len(cases), "ranges": {c.name: list(_range(cases, c.name)) for c in space.columns}}


def _document(question: Question, found: Conjecture, options: Options) -> dict[str, Any]:
    space = question.space
    return {
        "sequence": question.name,
        "parameters": [column.name for column in space.columns],
        "minima": {feature.name: list(feature.arguments) for feature in space.minima},
        "degree": space.degree,
        "seed": options.seed,
        "training": _cases(question.training, space),
        "further": _cases(question.further, space),
        "missed": None if question.missed is None else f"{float(question.missed):.1e}",
        "tried": found.tried,
        "verdict": found.verdict,
        "pieces": [_piece(piece) for piece in found.pieces],
    }


def _print(question: Question, found: Conjecture) -> None:
    out = console()

    def say(text: str) -> None:
        out.print(text, markup=False, soft_wrap=True)

    say(f"{question.name}: {question.note}{len(question.training)} cases to fit, {len(question.further)} to break it")
    for title, cases in (("fit", question.training), ("break", question.further)):
        ranges = _cases(cases, question.space)["ranges"]
        say(f"  {title:<6} " + ", ".join(f"{name} {low}…{high}" for name, (low, high) in ranges.items()))
    for piece in map(_piece, found.pieces):
        say("\n" + (" and ".join(piece["where"]) or "all cases") + f": {_verdict(piece)}")
        if piece["law"] is not None:
            with_ = "".join(f", {name} = {meaning}" for name, meaning in piece["features"].items() if name != meaning)
            say(f"  law    {piece['law']}{with_}")
            say(f"  latex  {piece['latex']}")
        if piece["rival"]:
            say(f"  rival  {piece['rival']['law']}, which differs at {_point(piece['rival']['at'])}")
    missed = "" if question.missed is None else f"; chance of a rank too low below {float(question.missed):.0e}"
    tried = f"{found.tried} sets of features tried, degree up to {question.space.degree}, seed {question.space.seed}"
    say(f"\n{found.verdict}: {tried}{missed}. This is a conjecture, not a proof.")


def _verdict(piece: Mapping[str, Any]) -> str:
    counts = f"{piece['training']} cases fitted, {piece['survived']} further ones survived"
    if piece["counterexample"]:
        at = piece["counterexample"]
        return f"broken at {_point(at['where'])}, which has {at['value']}, not {at['predicted']}; {counts}"
    if piece["law"] is None:
        return f"{piece['verdict']} for {piece['training']} cases" + f"; {piece['why']}" * bool(piece["why"])
    return f"{piece['verdict']}; {counts}" + f"; {piece['why']}" * bool(piece["why"])


def _point(where: Mapping[str, Any]) -> str:
    texts = ((name, ",".join(map(str, v)) if isinstance(v, list) else v) for name, v in where.items())
    return ", ".join(f"{name} = {text}" for name, text in texts)
