"""What the structure of an expression tree shows: polynomials, breakpoints, parity, sign changes."""

import math
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import (
    EVEN_FUNCTIONS,
    MINUS_ONE,
    ODD_FUNCTIONS,
    ONE,
    UNARY,
    ZERO,
    Node,
    X,
    add,
    constant_float,
    function,
    mul,
    negative,
    piecewise,
    power,
    to_text,
)

Parity = Literal["even", "odd"]

_LARGEST_DEGREE = 400
_MOST_BREAKS = 12


def linear(node: Node) -> tuple[Node, Node] | None:
    """Return (slope, intercept), both constant, if the tree is visibly linear in x."""
    if node.constant:
        return ZERO, node
    match node.head:
        case "x":
            return ONE, ZERO
        case "add":
            parts = [linear(child) for child in node.nodes]
            found = [part for part in parts if part is not None]
            if len(found) < len(parts):
                return None
            return add(*(slope for slope, _ in found)), add(*(intercept for _, intercept in found))
        case "mul":
            varying = [child for child in node.nodes if not child.constant]
            if len(varying) != 1 or (part := linear(varying[0])) is None:
                return None
            constants = [child for child in node.nodes if child.constant]
            return mul(*constants, part[0]), mul(*constants, part[1])
        case _:
            return None


def polynomial(node: Node) -> tuple[Fraction, ...] | None:
    """Return the rational coefficients, constant term first, if the tree is a polynomial over the rationals.

    Example:
        >>> from eigenlaw.theory.parse import parse_expression
        >>> polynomial(parse_expression("(x + 1)**2"))
        (Fraction(1, 1), Fraction(2, 1), Fraction(1, 1))
    """
    match node.head:
        case "number":
            return (node.value,)
        case "x":
            return Fraction(0), Fraction(1)
        case "add" | "mul":
            parts = [polynomial(child) for child in node.nodes]
            total: tuple[Fraction, ...] = (Fraction(int(node.head == "mul")),)
            for part in parts:
                if part is None or len(part) + len(total) > _LARGEST_DEGREE:
                    return None
                total = _sum(total, part) if node.head == "add" else _product(total, part)
            return total
        case "pow":
            base, exponent = node.nodes
            coefficients = polynomial(base)
            if coefficients is None or exponent.head != "number":
                return None
            n = exponent.value
            if n.denominator != 1 or not 0 <= n <= 200 or n * (len(coefficients) - 1) > _LARGEST_DEGREE:
                return None
            result: tuple[Fraction, ...] = (Fraction(1),)
            for _ in range(int(n)):
                result = _product(result, coefficients)
            return result
        case _:
            return None


def _trim(coefficients: list[Fraction]) -> tuple[Fraction, ...]:
    while len(coefficients) > 1 and not coefficients[-1]:
        coefficients.pop()
    return tuple(coefficients)


def _sum(a: tuple[Fraction, ...], b: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    size = max(len(a), len(b))
    return _trim([(a[i] if i < len(a) else Fraction(0)) + (b[i] if i < len(b) else Fraction(0)) for i in range(size)])


def _product(a: tuple[Fraction, ...], b: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    out = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, u in enumerate(a):
        for j, v in enumerate(b):
            out[i + j] += u * v
    return _trim(out)


def breakpoints(node: Node) -> tuple[Node, ...]:
    """Return the constants at which some ``piecewise`` in the tree changes its branch, in increasing order."""
    found: dict[float, Node] = {}

    def collect(part: Node) -> None:
        if part.head == "piecewise":
            for place in part.nodes[1::2]:
                found.setdefault(constant_float(place), place)
        for child in part.nodes:
            collect(child)

    collect(node)
    return tuple(found[place] for place in sorted(found))


def branch(node: Node, at: float) -> Node:
    """Return the smooth tree that agrees with the given one near x = at, which is not a breakpoint."""
    if node.head == "piecewise":
        index = sum(constant_float(place) < at for place in node.nodes[1::2])
        return branch(node.nodes[2 * index], at)
    if not node.nodes:
        return node
    return rebuilt(node, tuple(branch(child, at) for child in node.nodes))


def piece(node: Node, index: int) -> Node:
    """Return the smooth tree on the index-th of the intervals that ``breakpoints`` cuts the line into."""
    places = [constant_float(b) for b in breakpoints(node)]
    if not places:
        return node
    inside = [places[0] - 1, *((a + b) / 2 for a, b in pairwise(places)), places[-1] + 1]
    return branch(node, inside[index])


def rebuilt(node: Node, children: tuple[Node, ...]) -> Node:
    """Return a node of the same head over other children, simplified as its constructor does."""
    match node.head:
        case "add":
            return add(*children)
        case "mul":
            return mul(*children)
        case "pow":
            return power(children[0], children[1])
        case "piecewise":
            return piecewise(children[0::2], children[1::2])
        case _ if node.head in UNARY:
            return function(node.head, children[0])
        case _:
            return node


def scaled(node: Node, factor: Node) -> Node:
    """Return the tree of x ↦ f(factor·x) for a positive constant factor."""
    if node.head == "x":
        return mul(factor, X)
    if node.head == "piecewise":
        values = tuple(scaled(value, factor) for value in node.nodes[0::2])
        return piecewise(values, tuple(mul(place, power(factor, MINUS_ONE)) for place in node.nodes[1::2]))
    return rebuilt(node, tuple(scaled(child, factor) for child in node.nodes)) if node.nodes else node


def reflected(node: Node) -> Node:
    """Return the tree of x ↦ f(−x)."""
    if node.head == "x":
        return negative(X)
    if node.head == "piecewise":
        values = tuple(reflected(value) for value in reversed(node.nodes[0::2]))
        return piecewise(values, tuple(negative(place) for place in reversed(node.nodes[1::2])))
    return rebuilt(node, tuple(reflected(child) for child in node.nodes)) if node.nodes else node


def parity(node: Node) -> Parity | None:
    """Return the parity that the structure of the tree proves; None says nothing.

    Example:
        >>> from eigenlaw.theory.parse import parse_expression
        >>> parity(parse_expression("x*tanh(x)"))
        'even'
    """
    if node.constant:
        return "even"
    match node.head:
        case "x":
            return "odd"
        case "add":
            kinds = {parity(child) for child in node.nodes}
            return kinds.pop() if len(kinds) == 1 else None
        case "mul":
            parts = [parity(child) for child in node.nodes]
            if None in parts:
                return None
            return "odd" if parts.count("odd") % 2 else "even"
        case "pow":
            base, exponent = parity(node.nodes[0]), node.nodes[1]
            if base != "odd":
                return base
            if exponent.head != "number" or exponent.value.denominator != 1:
                return None
            return "odd" if exponent.value % 2 else "even"
        case "piecewise":
            return _parity_of_pieces(node)
        case name:
            inner = parity(node.nodes[0])
            if inner == "odd":
                return "odd" if name in ODD_FUNCTIONS else "even" if name in EVEN_FUNCTIONS else None
            return inner


def _parity_of_pieces(node: Node) -> Parity | None:
    mirror = reflected(node)
    if mirror.head != "piecewise" or mirror.nodes[1::2] != node.nodes[1::2]:
        return None
    pairs = list(zip(node.nodes[0::2], mirror.nodes[0::2], strict=True))
    if all(_same(value, other) for value, other in pairs):
        return "even"
    if all(_same(value, negative(other)) for value, other in pairs):
        return "odd"
    return None


def _same(a: Node, b: Node) -> bool:
    coefficients = polynomial(a)
    return a == b or (coefficients is not None and coefficients == polynomial(b))


def where_sign(test: Node, negative_value: Node, positive_value: Node) -> Node:
    """Return the tree equal to one value where ``test`` < 0 and to the other where ``test`` > 0.

    Raises:
        InputError: if a piece of ``test`` is not linear in x, so that its sign changes are not located.
    """
    places = list(breakpoints(test))
    if len(places) > _MOST_BREAKS:
        raise InputError.of("expression", to_text(test), f"expected at most {_MOST_BREAKS} kinks")
    edges = [-math.inf, *map(constant_float, places), math.inf]
    values: list[Node] = []
    breaks: list[Node] = []
    for index, (left, right) in enumerate(pairwise(edges)):
        if index:
            breaks.append(places[index - 1])
        part = linear(piece(test, index))
        if part is None:
            raise InputError.of(
                "expression", to_text(test), "expected abs, max, min or a comparison of expressions linear in x"
            )
        slope, intercept = part
        rate = constant_float(slope)
        if rate == 0:
            values.append(negative_value if constant_float(intercept) < 0 else positive_value)
            continue
        zero = mul(MINUS_ONE, intercept, power(slope, MINUS_ONE))
        place = constant_float(zero)
        before, after = (negative_value, positive_value) if rate > 0 else (positive_value, negative_value)
        if left < place < right:
            values += [before, after]
            breaks.append(zero)
        else:
            values.append(after if place <= left else before)
    return flattened(piecewise(tuple(values), tuple(breaks)))


def flattened(node: Node) -> Node:
    """Return the tree as one ``piecewise`` over all of its breakpoints, each piece smooth."""
    places = breakpoints(node)
    return piecewise(tuple(piece(node, index) for index in range(len(places) + 1)), places)
