"""What was typed, as exact values: integers, rationals, lists of points, the hyper-parameters of the NTK."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypedDict, cast

from eigenlaw.theory.activations import Activation, activation
from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.theory.linear_chain import LinearChain, Loss, MeanResidual
    from eigenlaw.theory.sphere import Measure
    from eigenlaw.theory.wide_network import WideNetwork

MOST_ORDER = 10**6
MOST_DIGITS = 10**5
MOST_LAYERS = 10**4
MOST_DIMENSION = 10**6
MOST_SIZE = 10**12
MOST_WIDTHS = 1001
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_RATIONAL = re.compile(r"[+-]?([0-9]{1,1000}(\.[0-9]{0,1000})?|\.[0-9]{1,1000})([eE][+-]?[0-9]{1,3})?(/[0-9]{1,1000})?")

Options = Mapping[str, str | None]
"""The options of a command by their names, as typed; None where an option was not given."""

HYPER_PARAMETERS = ("gamma_b2", "gamma_w2", "sigma_w2", "sigma_b2")
SPHERE = ("dimension", "measure")
WIDE_NETWORK = ("activation", "layers", "sigma_w2", "sigma_b2", "alpha")
SIZES = ("width", "outputs", "samples")
LINEAR_CHAIN = ("widths", "data_rank", "residual_rank")
HESSIAN = ("bias", "mean_residual", "loss")
LAW = (
    *("ratio", "of", "lower", "upper", "window", "counted", "limit", "rows", "columns", "field", "model"),
    *("dimension", "beta", "factors", "size", "sizes"),
)
LAW_INTEGERS = ("rows", "columns", "beta", "factors", "size")
FLAGS = ("bias", "counted", "limit")
_EXAMPLES = {"width": "200", "outputs": "10", "samples": "100"}
_VARIANCES = {"sigma_w2": "2", "sigma_b2": "1/10"}


class HyperParameters(TypedDict):
    """The hyper-parameters of the NTK with the defaults of the contract; None is for what follows from the others."""

    gamma_b2: Fraction
    gamma_w2: Fraction | None
    sigma_w2: Fraction | Literal["unit"]
    sigma_b2: Fraction | None


class Sphere(TypedDict):
    """The sphere S^d and the measure on it, with the defaults of the contract."""

    dimension: int
    measure: "Measure"


def integer(name: str, text: str, *, least: int = 0, most: int | None = None) -> int:
    """Return an integer within its range.

    Raises:
        InputError: if the text is no integer or the integer is out of range.

    Example:
        >>> integer("order", "200")
        200
    """
    if not _INTEGER.fullmatch(text.strip()) or int(text) < least:
        raise InputError.of(name, text, f"expected an integer of at least {least}")
    value = int(text)
    if most is not None and value > most:
        raise InputError.of(name, text, f"expected at most {most}; more would not fit in memory and time, ask for less")
    return value


def rational(name: str, text: str, *, negative: bool = False) -> Fraction:
    """Return the exact rational of ``1/2``, ``0.1`` or ``1e-3``.

    Raises:
        InputError: if the text is no rational, or a negative one where that has no meaning.

    Example:
        >>> rational("gamma_b2", "0.1")
        Fraction(1, 10)
    """
    stripped = text.strip()
    numerator, slash, denominator = stripped.partition("/")
    if not _RATIONAL.fullmatch(stripped) or (slash and int(denominator) == 0):
        raise InputError.of(name, text, "expected an exact rational, such as 1/2 or 0.1")
    value = Fraction(numerator) / (int(denominator) if slash else 1)
    if value < 0 and not negative:
        raise InputError.of(name, text, "expected a rational of at least 0, such as 1/2 or 0.1")
    return value


def points(name: str, text: str) -> tuple[tuple[str, Fraction], ...]:
    """Return the correlations of ``RHO,RHO,…``, each with its text as typed.

    Raises:
        InputError: if one is no rational between -1 and 1.

    Example:
        >>> points("at", "-1/2, 1")
        (('-1/2', Fraction(-1, 2)), ('1', Fraction(1, 1)))
    """
    found = tuple((part.strip(), rational(name, part, negative=True)) for part in text.split(","))
    for typed, value in found:
        if abs(value) > 1:
            raise InputError.of(name, typed, "expected a correlation between -1 and 1")
    return found


def required(options: Options, name: str, example: str) -> str:
    """Return an option that must be given.

    Raises:
        InputError: if it was not.
    """
    text = options.get(name)
    if text is None:
        raise InputError.of(name, "(not given)", f"expected a value; add --{name.replace('_', '-')} {example}")
    return text


def only(what: str, options: Options, known: tuple[str, ...]) -> dict[str, str]:
    """Return the options that were given.

    Raises:
        InputError: if one of them has no meaning for this quantity.
    """
    given = {name: text for name, text in options.items() if text is not None}
    for name, text in given.items():
        if name not in known:
            takes = ", ".join(f"--{known_name.replace('_', '-')}" for known_name in known) or "none"
            raise InputError.of(name, text, f"{what} takes no such option; expected among {takes}")
    return given


def chosen_activation(options: Options) -> Activation:
    """Return the activation of ``--activation``.

    Raises:
        InputError: if it is missing or cannot be used.
    """
    return activation(required(options, "activation", "relu"))


def layers(options: Options) -> int:
    """Return the number of weight layers, 2 if it is not given: one hidden layer.

    Raises:
        InputError: if it is no integer of at least 1.
    """
    text = options.get("layers")
    return 2 if text is None else integer("layers", text, least=1, most=MOST_LAYERS)


def sphere(options: Options) -> Sphere:
    """Return the dimension d of S^d, 2 if it is not given, and the measure, of total 1 if it is not given.

    Raises:
        InputError: if the dimension is no integer of at least 1 or the measure is unknown.
    """
    from eigenlaw.theory.sphere import check_measure

    text, measure = options.get("dimension"), options.get("measure")
    dimension = 2 if text is None else integer("dimension", text, least=1, most=MOST_DIMENSION)
    return {"dimension": dimension, "measure": "probability" if measure is None else check_measure(measure)}


def hyper_parameters(options: Options) -> HyperParameters:
    """Return the hyper-parameters of the NTK, exact.

    Raises:
        InputError: if one of them is no rational of at least 0, or σ_w² is another word than ``unit``.
    """

    def optional(name: str) -> Fraction | None:
        text = options.get(name)
        return None if text is None else rational(name, text)

    given = options.get("sigma_w2")
    scale = "1" if given is None else given
    return {
        "gamma_b2": optional("gamma_b2") or Fraction(0),
        "gamma_w2": optional("gamma_w2"),
        "sigma_w2": "unit" if scale == "unit" else rational("sigma_w2", scale),
        "sigma_b2": optional("sigma_b2"),
    }


def wide(options: Options) -> "WideNetwork":
    """Return the network of ``--activation``, ``--layers``, ``--sigma-w2``, ``--sigma-b2`` and ``--alpha``.

    Raises:
        InputError: if one of the variances is missing, or something cannot be used.
    """
    from eigenlaw.theory.wide_network import wide_network

    phi, depth = chosen_activation(options), layers(options)
    sigma_w2, sigma_b2 = (rational(name, required(options, name, example)) for name, example in _VARIANCES.items())
    alphas = [rational("alpha", part) for part in (options.get("alpha") or "1").split(",")]
    return wide_network(phi, depth, sigma_w2, sigma_b2, alphas * depth if len(alphas) == 1 else alphas)


def size(options: Options, name: str) -> int:
    """Return M, C or T.

    Raises:
        InputError: if it is missing, or no integer of at least 1.
    """
    return integer(name, required(options, name, _EXAMPLES[name]), least=1, most=MOST_SIZE)


def hessian(options: Options) -> tuple[bool, "MeanResidual", "Loss"]:
    """Return whether there are biases, generic or zero for E δ, and the loss.

    Raises:
        InputError: if one of the words is unknown.
    """
    from eigenlaw.commands.output import check_choice

    mean = check_choice("mean_residual", options.get("mean_residual") or "generic", ("generic", "zero"))
    loss = check_choice("loss", options.get("loss") or "mse", ("mse", "cross-entropy", "log-cosh"))
    return options.get("bias") is not None, cast("MeanResidual", mean), cast("Loss", loss)


def widths(text: str) -> tuple[int, ...]:
    """Return d, M_1, …, M_{L−1}, K.

    Raises:
        InputError: if one is no integer of at least 1, or there are too many.

    Example:
        >>> widths("5,4,3,6")
        (5, 4, 3, 6)
    """
    parts = text.split(",")
    if len(parts) > MOST_WIDTHS:
        raise InputError.of("widths", text, f"expected at most {MOST_WIDTHS}, as many as {MOST_WIDTHS - 1} layers have")
    return tuple(integer("widths", part, least=1, most=MOST_SIZE) for part in parts)


def linear_chain(options: Options) -> "LinearChain":
    """Return the network of ``--widths``, ``--data-rank``, ``--residual-rank``, ``--bias``, ….

    Raises:
        InputError: if the widths are missing, or something cannot be used.
    """
    from eigenlaw.theory.linear_chain import linear_chain as build

    def rank(name: str) -> int | None:
        text = options.get(name)
        return None if text is None else integer(name, text)

    sizes = widths(required(options, "widths", "5,4,3,6"))
    bias, mean, loss = hessian(options)
    return build(sizes, rank("data_rank"), rank("residual_rank"), bias=bias, mean_residual=mean, loss=loss)
