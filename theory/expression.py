"""Activations as expression trees in one real variable x: exact, immutable, and free of SymPy.

A tree is what every other form is made from: the SymPy expression, the ball evaluator, the NumPy function.
Its heads are ``number`` (a Fraction), ``constant`` ("pi" or "e"), ``x``, ``add`` and ``mul`` (any number of
arguments), ``pow`` (base, exponent), the unary functions of ``UNARY``, and ``piecewise`` with arguments
``(v0, b1, v1, b2, v2, ...)``: the value v0 for x < b1, v1 for b1 < x < b2, and so on; the breakpoints are
constant and increase. Absolute values, maxima and steps become ``piecewise`` when they are built, so the
breakpoints of a tree are all the places where it may fail to be smooth, poles and branch points apart.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from eigenlaw.theory.errors import InputError

ODD_FUNCTIONS = frozenset({"sin", "tan", "sinh", "tanh", "asin", "atan", "erf"})
EVEN_FUNCTIONS = frozenset({"cos", "cosh"})
UNARY = ODD_FUNCTIONS | EVEN_FUNCTIONS | {"exp", "log", "acos", "erfc"}

_FLOAT: dict[str, Callable[[float], float]] = {name: getattr(math, name) for name in UNARY}
_LARGEST_NUMBER = 4096  # bits
_LARGEST_POWER = 100


@dataclass(frozen=True, slots=True)
class Node:
    """One node of an expression tree.

    Attributes:
        head: a function, an operation, "x", "number" or "constant".
        args: what it is applied to.
        nodes: the arguments that are nodes.
        constant: whether x does not occur in the tree.

    Example:
        >>> to_text(add(mul(number(2), X), number(1)))
        '2*x + 1'
    """

    head: str
    args: tuple["Node | Fraction | str", ...] = ()
    nodes: tuple["Node", ...] = field(init=False, repr=False, compare=False)
    constant: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        nodes = tuple(argument for argument in self.args if isinstance(argument, Node))
        object.__setattr__(self, "nodes", nodes)
        object.__setattr__(
            self, "constant", self.head not in {"x", "piecewise"} and all(node.constant for node in nodes)
        )

    @property
    def value(self) -> Fraction:
        """The rational of a ``number`` node; 0 for any other head never arises, it is an error."""
        (value,) = self.args
        if not isinstance(value, Fraction):
            raise TypeError(f"head={self.head}: only a number node has a rational value")
        return value


X = Node("x")
PI = Node("constant", ("pi",))
E = Node("constant", ("e",))


def number(value: int | Fraction | str) -> Node:
    """Return the node of an exact rational.

    Raises:
        InputError: if it has more than about 1200 digits.
    """
    exact = Fraction(value)
    if max(exact.numerator.bit_length(), exact.denominator.bit_length()) > _LARGEST_NUMBER:
        raise InputError.of("number", f"of {exact.numerator.bit_length()} bits", "expected at most 1200 digits")
    return Node("number", (exact,))


ZERO, ONE, MINUS_ONE, HALF = number(0), number(1), number(-1), number(Fraction(1, 2))


def _flatten(head: str, nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        if node.head == head:
            yield from node.nodes
        else:
            yield node


def add(*nodes: Node) -> Node:
    """Return the sum, with rationals folded."""
    total, rest = Fraction(0), []
    for node in _flatten("add", nodes):
        if node.head == "number":
            total += node.value
        else:
            rest.append(node)
    if total or not rest:
        rest.append(number(total))
    return rest[0] if len(rest) == 1 else Node("add", tuple(rest))


def mul(*nodes: Node) -> Node:
    """Return the product, with rationals folded and zero absorbing."""
    factor, rest = Fraction(1), []
    for node in _flatten("mul", nodes):
        if node.head == "number":
            factor *= node.value
        else:
            rest.append(node)
    if not factor:
        return ZERO
    if factor != 1 or not rest:
        rest.insert(0, number(factor))
    return rest[0] if len(rest) == 1 else Node("mul", tuple(rest))


def power(base: Node, exponent: Node) -> Node:
    """Return base**exponent; a constant positive base with exponent in x becomes an exponential.

    Raises:
        InputError: if both base and exponent depend on x, if 0 is raised to a negative power, or if a rational
            power is too large to be written out.
    """
    if exponent == ONE:
        return base
    if exponent == ZERO:
        return ONE
    if not exponent.constant:
        if base == E:
            return function("exp", exponent)
        if base.constant and constant_float(base) > 0:
            return function("exp", mul(exponent, function("log", base)))
        raise InputError.of("exponent", to_text(exponent), "expected a constant exponent or a positive constant base")
    if not base.constant and exponent.head == "number" and abs(exponent.value) > _LARGEST_POWER:
        raise InputError.of("power", f"(…)**{exponent.value}", f"expected a power of x of at most {_LARGEST_POWER}")
    if base.head == "number" and exponent.head == "number" and exponent.value.denominator == 1:
        n = int(exponent.value)
        if base.value == 0 and n < 0:
            raise InputError.of("expression", "1/0", "expected no division by zero")
        if max(abs(base.value.numerator), base.value.denominator).bit_length() * abs(n) > _LARGEST_NUMBER:
            raise InputError.of("power", to_text(base) + "**" + str(n), "expected a number of at most 1200 digits")
        return number(base.value**n)
    if base.head == "pow" and exponent.head == "number" and exponent.value.denominator == 1:
        inner = base.nodes[1]
        if inner.head == "number" and inner.value.denominator == 1:
            return power(base.nodes[0], number(inner.value * exponent.value))
    return Node("pow", (base, exponent))


def function(name: str, argument: Node) -> Node:
    """Return a unary function of ``UNARY`` at a node, with the values at 0 that are rational folded."""
    if argument == ZERO:
        if name in {"cos", "cosh", "exp", "erfc"}:
            return ONE
        if name in ODD_FUNCTIONS:
            return ZERO
    return Node(name, (argument,))


def negative(node: Node) -> Node:
    """Return the node with its sign changed."""
    return mul(MINUS_ONE, node)


def square_root(node: Node) -> Node:
    """Return the node to the power one half."""
    return power(node, HALF)


def piecewise(values: tuple[Node, ...], breaks: tuple[Node, ...]) -> Node:
    """Return the tree with ``values[i]`` between ``breaks[i-1]`` and ``breaks[i]``; equal neighbours are merged.

    Raises:
        InputError: if a breakpoint is not constant or they do not increase.
    """
    places = [constant_float(b) for b in breaks]
    if any(not left < right for left, right in pairwise(places)):
        raise InputError.of("breakpoints", ", ".join(map(to_text, breaks)), "expected increasing constants")
    arguments: list[Node] = [values[0]]
    for place, value in zip(breaks, values[1:], strict=True):
        if value != arguments[-1]:
            arguments += [place, value]
    return arguments[0] if len(arguments) == 1 else Node("piecewise", tuple(arguments))


def constant_float(node: Node) -> float:
    """Return a constant tree as a float, for comparing the places of breakpoints.

    Raises:
        InputError: if the tree depends on x or has no finite real value.
    """
    try:
        value = _as_float(node)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise InputError.of("constant", to_text(node), "expected a finite real number") from error
    if not math.isfinite(value):
        raise InputError.of("constant", to_text(node), "expected a finite real number")
    return value


def _as_float(node: Node) -> float:
    match node.head:
        case "number":
            return float(node.value)
        case "constant":
            return math.pi if node.args[0] == "pi" else math.e
        case "add":
            return math.fsum(map(_as_float, node.nodes))
        case "mul":
            return math.prod(map(_as_float, node.nodes))
        case "pow":
            return math.pow(*map(_as_float, node.nodes))
        case name if name in UNARY:
            return _FLOAT[name](_as_float(node.nodes[0]))
        case _:
            raise ValueError(f"head={node.head}: expected a constant")


def to_text(node: Node) -> str:
    """Return the tree as an expression that the parser reads back."""
    return _text(node, 0)


def _text(node: Node, level: int) -> str:
    match node.head:
        case "number":
            out, own = str(node.value), 1 if node.value < 0 else 2 if node.value.denominator != 1 else 4
        case "constant":
            out, own = ("pi" if node.args[0] == "pi" else "E"), 4
        case "x":
            out, own = "x", 4
        case "add":
            terms = [_text(child, 1) for child in node.nodes]
            out, own = " + ".join(terms).replace("+ -", "- "), 1
        case "mul":
            out, own = _product_text(node), 2
        case "pow":
            base, exponent = node.nodes
            if exponent == HALF:
                out, own = f"sqrt({_text(base, 0)})", 4
            else:
                out, own = f"{_text(base, 4)}**{_text(exponent, 4)}", 3
        case "piecewise":
            pairs = zip(node.nodes[0::2], node.nodes[1::2], strict=False)
            cases = [f"({_text(value, 0)}, x < {_text(place, 0)})" for value, place in pairs]
            out, own = f"Piecewise({', '.join(cases)}, ({_text(node.nodes[-1], 0)}, True))", 4
        case name:
            out, own = f"{name}({_text(node.nodes[0], 0)})", 4
    return f"({out})" if own < level else out


def _product_text(node: Node) -> str:
    first = node.nodes[0]
    if first == MINUS_ONE:
        return "-" + _text(mul(*node.nodes[1:]), 2)
    return "*".join(_text(child, 2 if child is first and child.head == "number" else 3) for child in node.nodes)
