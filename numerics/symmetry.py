"""Split a tree into its even and odd part, where identities show them: softplus is even plus x/2, for example.

A Hermite coefficient of one parity that vanishes can only be called zero when it is proved; this is the proof for
trees whose even or odd part is a polynomial although the tree itself has no parity.
"""

from eigenlaw.theory.expression import (
    HALF,
    MINUS_ONE,
    ONE,
    ZERO,
    Node,
    X,
    add,
    function,
    mul,
    negative,
    number,
    piecewise,
    power,
)
from eigenlaw.theory.structure import parity, polynomial, reflected

_HIGHEST_POWER = 8

Parts = tuple[Node, Node]


def parity_parts(node: Node) -> Parts | None:
    """Return trees of the even and the odd part of f, or None where no rule finds them.

    Example:
        >>> from eigenlaw.theory.expression import to_text
        >>> from eigenlaw.theory.parse import parse_expression
        >>> even, odd = parity_parts(parse_expression("max(x, 0)"))
        >>> to_text(even), to_text(odd)
        ('Piecewise(((-1/2)*x, x < 0), (1/2*x, True))', '1/2*x')
    """
    kind = parity(node)
    if kind is not None:
        return (node, ZERO) if kind == "even" else (ZERO, node)
    match node.head:
        case "add" | "mul":
            return _fold(node)
        case "pow":
            return _power(node.nodes[0], node.nodes[1])
        case "exp":
            inner = parity_parts(node.nodes[0])
            if inner is None:
                return None
            front = function("exp", inner[0])
            return mul(front, function("cosh", inner[1])), mul(front, function("sinh", inner[1]))
        case "log":
            if (u := _logistic_argument(node.nodes[0])) is None:
                return None
            half = mul(HALF, u)
            return function("log", mul(number(2), function("cosh", half))), half
        case "piecewise":
            return _pieces(node)
        case _:
            return None


def _fold(node: Node) -> Parts | None:
    total: Parts = (ZERO, ZERO) if node.head == "add" else (ONE, ZERO)
    for child in node.nodes:
        parts = parity_parts(child)
        if parts is None:
            return None
        total = _product(total, parts) if node.head == "mul" else (add(total[0], parts[0]), add(total[1], parts[1]))
    return total


def _product(a: Parts, b: Parts) -> Parts:
    return _tidy(add(mul(a[0], b[0]), mul(a[1], b[1]))), _tidy(add(mul(a[0], b[1]), mul(a[1], b[0])))


def _power(base: Node, exponent: Node) -> Parts | None:
    if exponent.head != "number" or exponent.value.denominator != 1 or abs(exponent.value) > _HIGHEST_POWER:
        return None
    if exponent.value > 0:
        parts = parity_parts(base)
    else:  # 1/(1 + e^u) = 1/2 − tanh(u/2)/2
        u = _logistic_argument(base)
        parts = None if u is None else (HALF, mul(MINUS_ONE, HALF, function("tanh", mul(HALF, u))))
    if parts is None:
        return None
    total = parts
    for _ in range(abs(int(exponent.value)) - 1):
        total = _product(total, parts)
    return total


def _logistic_argument(node: Node) -> Node | None:
    """Return u for a tree 1 + exp(u) with odd u."""
    if node.head != "add" or len(node.nodes) != 2 or ONE not in node.nodes:
        return None
    other = node.nodes[0] if node.nodes[1] == ONE else node.nodes[1]
    if other.head != "exp" or parity(other.nodes[0]) != "odd":
        return None
    return other.nodes[0]


def _pieces(node: Node) -> Parts | None:
    """Return the parts of a piecewise tree with symmetric breakpoints, piece by piece."""
    mirror = reflected(node)
    places = node.nodes[1::2]
    if mirror.head != "piecewise" or mirror.nodes[1::2] != places:
        return None
    pairs = list(zip(node.nodes[0::2], mirror.nodes[0::2], strict=True))
    even = tuple(_tidy(mul(HALF, add(a, b))) for a, b in pairs)
    odd = tuple(_tidy(mul(HALF, add(a, negative(b)))) for a, b in pairs)
    parts = piecewise(even, places), piecewise(odd, places)
    return parts if (parity(parts[0]), parity(parts[1])) == ("even", "odd") else None


def _tidy(node: Node) -> Node:
    """Return a rational polynomial in its expanded form, so that equal polynomials are equal trees."""
    if node.constant:
        return node
    coefficients = polynomial(node)
    if coefficients is None:
        return node
    return add(*(mul(number(c), power(X, number(n))) for n, c in enumerate(coefficients)))
