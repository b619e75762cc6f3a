"""`eigenlaw eval`: values to any number of digits, each with a radius."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from eigenlaw.commands import arguments, evaluate_fisher, evaluate_hessian, evaluate_law
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.columns import columns, patience, terminal_width
from eigenlaw.commands.evaluation import Evaluation, Index, Value, label
from eigenlaw.commands.output import check_choice, note, write_json
from eigenlaw.theory.errors import InputError


def run(what: str, options: Options, digits: str, json: str | None) -> int:
    """Evaluate a quantity, print it, and return 0 if every value has the digits, else 1.

    Args:
        what: a key of ``_QUANTITIES``.
        options: the options as typed, None where not given.
        digits: relative digits, as typed.
        json: a file, ``-`` for standard output in place of the table, or None.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    check_choice("what", what, tuple(_QUANTITIES))
    evaluate, known = _QUANTITIES[what]
    given = arguments.only(f"eval {what}", options, known)
    wanted = arguments.integer("digits", digits, least=1, most=arguments.MOST_DIGITS)
    with patience(f"evaluating {what}"):
        found = evaluate(given, wanted)
        notes = _shortcomings(found, wanted)
        values = _values(found, wanted)
    given = {**given, **found.settled}
    if json is not None:
        document = {
            "quantity": what,
            "parameters": {name: _echo(name, text) for name, text in given.items()},
            "digits": wanted,
            "certified": found.certified,
            "values": [{"index": index, "value": value, "radius": radius} for index, value, radius in values],
            "notes": notes,
        }
        if found.method:
            document["method"] = found.method
        write_json(document, json)
    if json != "-":
        _print(what, given, wanted, found, values)
    for line in notes:
        note(f"eigenlaw: {line}")
    return 1 if notes else 0


def _echo(name: str, text: str) -> str | int:
    if name in arguments.FLAGS:
        return True
    return int(text) if name in _INTEGERS else text


def _hermite(options: Options, digits: int) -> Evaluation:
    from eigenlaw.numerics.hermite import hermite_balls

    phi, order = arguments.chosen_activation(options), _order(options)
    found = hermite_balls(phi, order, digits)
    return Evaluation(("k", "μ_k"), range(order + 1), found.balls, found.certified)


def _dual(options: Options, digits: int) -> Evaluation:
    from eigenlaw.numerics.dual import closed_dual
    from eigenlaw.numerics.hermite_dual import HermiteDual
    from eigenlaw.numerics.precision import bits_for, until_accurate

    phi = arguments.chosen_activation(options)
    at = arguments.points("at", arguments.required(options, "at", "1/2"))
    dual = closed_dual(phi) or HermiteDual(phi, Fraction(1))
    last: list[Any] = []

    def compute(_bits: int) -> list[Any]:
        if not (isinstance(dual, HermiteDual) and dual.exhausted and last):
            last[:] = [dual.value(rho) for _, rho in at]
        return list(last)

    first = bits_for(digits) + 32
    balls, _ = until_accurate(compute, digits, first, 64 * first + 4096)
    return Evaluation(("ρ", "E[φ(U)φ(V)]"), [typed for typed, _ in at], balls, certified=True)


def _ntk(options: Options, digits: int) -> Evaluation:
    from eigenlaw.numerics.ntk import hyper_parameters, ntk_coefficients, ntk_values

    layers = arguments.layers(options)
    at, order = options.get("at"), options.get("order")
    if (at is None) == (order is None):
        shown = "(not given)" if at is None else order
        raise InputError.of("order", shown, "expected either --order P for κ_0 … κ_P or --at RHO,… for the kernel")
    phi = arguments.chosen_activation(options)
    variances = hyper_parameters(phi, **arguments.hyper_parameters(options), digits=digits)
    if at is None:
        last = _order(options)
        found = ntk_coefficients(phi, last, digits, variances, layers)
        return Evaluation(("p", "κ_p"), range(last + 1), found.balls, found.certified)
    places = arguments.points("at", at)
    found = ntk_values(phi, [rho for _, rho in places], digits, variances, layers)
    return Evaluation(("ρ", "Θ(ρ)"), [typed for typed, _ in places], found.balls, found.certified)


def _sphere(options: Options, digits: int) -> Evaluation:
    from eigenlaw.numerics.ntk import hyper_parameters
    from eigenlaw.numerics.sphere import sphere_eigenvalues

    phi, order, sphere = arguments.chosen_activation(options), _order(options), arguments.sphere(options)
    variances = hyper_parameters(phi, **arguments.hyper_parameters(options), digits=digits)
    found = sphere_eigenvalues(phi, order, digits, variances, layers=arguments.layers(options), **sphere)
    return Evaluation(("k", "λ_k"), range(order + 1), found.balls, found.certified, found.method)


_QUANTITIES: dict[str, tuple[Callable[[Options, int], Evaluation], tuple[str, ...]]] = {
    "hermite": (_hermite, ("activation", "order")),
    "dual": (_dual, ("activation", "at")),
    "ntk": (_ntk, ("activation", "layers", "order", "at", *arguments.HYPER_PARAMETERS)),
    "sphere": (_sphere, ("activation", "layers", "order", *arguments.SPHERE, *arguments.HYPER_PARAMETERS)),
    "order-parameters": (evaluate_fisher.order_parameters, arguments.WIDE_NETWORK),
    "fisher": (evaluate_fisher.fisher, (*arguments.WIDE_NETWORK, *arguments.SIZES)),
    "hessian-rank": (evaluate_hessian.hessian_rank, (*arguments.LINEAR_CHAIN, *arguments.HESSIAN)),
    "law": (evaluate_law.law, ("name", "what", "at", *arguments.LAW)),
}
_INTEGERS = {"order", "layers", "dimension", "data_rank", "residual_rank", *arguments.SIZES, *arguments.LAW_INTEGERS}


def _order(options: Options) -> int:
    return arguments.integer("order", arguments.required(options, "order", "10"), most=arguments.MOST_ORDER)


def _values(found: Evaluation, digits: int) -> list[Value]:
    from eigenlaw.numerics.precision import decimal

    pairs = zip(found.indices, found.balls, strict=True)
    if found.exact:
        return [(index, str(ball.unique_fmpz()), "0") for index, ball in pairs]
    return [(index, *decimal(ball, digits)) for index, ball in pairs if ball.is_finite()]


def _shortcomings(found: Evaluation, digits: int) -> list[str]:
    """Return one line for the values that have fewer digits, and one for those that are not known at all."""
    from eigenlaw.numerics.precision import is_accurate

    pairs = list(zip(found.indices, found.balls, strict=True))
    short = [index for index, ball in pairs if ball.is_finite() and not is_accurate(ball, digits)]
    lost = [index for index, ball in pairs if not ball.is_finite()]
    notes = []
    if short:
        notes.append(f"digits={digits}: not reached at {_listed(found, short)}; the radius says what is known")
    if lost:
        notes.append(f"digits={digits}: no finite ball at {_listed(found, lost)}, left out; try fewer digits")
    return notes


def _listed(found: Evaluation, indices: Sequence[Index]) -> str:
    shown = ", ".join(map(label, indices[:5]))
    return f"{found.title[0]} = {shown}" + (f" and {len(indices) - 5} more" if len(indices) > 5 else "")


def _print(what: str, given: Options, digits: int, found: Evaluation, values: Sequence[Value]) -> None:
    typed = ", ".join(name if name in arguments.FLAGS else f"{name} {text}" for name, text in given.items())
    proof = "certified" if found.certified else "estimated radii"
    quality = "exact integers" if found.exact else f"{digits} digits, {proof}"
    print(f"{what}: {typed}; {quality}{f', by {found.method}' if found.method else ''}\n")
    title = found.title if found.exact else (*found.title, "radius")
    for line in columns(title, found.rows(values), terminal_width()):
        print(line)
    if found.closing:
        print(f"\n{found.closing}")
