"""Evaluate an expression tree in ball arithmetic, at a real ball or over a complex box.

Over a complex box the value is finite only where the function is analytic on the whole box: a box that meets a
pole, a branch point or a branch cut gives a non-finite ball, which is what contour bounds rely on.
"""

from collections.abc import Callable
from typing import Any

from flint import acb, arb, fmpq

from eigenlaw.theory.expression import HALF, UNARY, Node


def arb_constant(node: Node) -> Any:
    """Return a constant tree as a ball at the working precision.

    Example:
        >>> from eigenlaw.theory.parse import parse_expression
        >>> arb_constant(parse_expression("sqrt(2)/2")).str(10, radius=False)
        '0.7071067812'
    """
    return arb_value(node, arb(0))


def arb_value(node: Node, x: Any) -> Any:
    """Return a ball that contains f(x) for every real x in the ball; not finite where f may be singular.

    Args:
        node: the tree of f.
        x: a real ball (``flint.arb``).

    Example:
        >>> from eigenlaw.theory.parse import parse_expression
        >>> arb_value(parse_expression("max(x, 0)"), arb(-2))
        0
    """
    match node.head:
        case "number":
            return arb(fmpq(node.value.numerator, node.value.denominator))
        case "constant":
            return arb.pi() if node.args[0] == "pi" else arb.const_e()
        case "x":
            return x
        case "add":
            return sum((arb_value(child, x) for child in node.nodes), arb(0))
        case "mul":
            product = arb(1)
            for child in node.nodes:
                product *= arb_value(child, x)
            return product
        case "pow":
            return _real_power(node, arb_value(node.nodes[0], x), x)
        case "piecewise":
            return _real_pieces(node, x)
        case name:
            return getattr(arb_value(node.nodes[0], x), name)()


def _real_power(node: Node, base: Any, x: Any) -> Any:
    exponent = node.nodes[1]
    if exponent.head == "number" and exponent.value.denominator == 1:
        return (acb(base) ** int(exponent.value)).real  # arb ** n has no value at a ball 0 ± r
    if exponent == HALF:
        return base.sqrt()
    return base ** arb_value(exponent, x)


def _real_pieces(node: Node, x: Any) -> Any:
    values, places = node.nodes[0::2], [arb_constant(place) for place in node.nodes[1::2]]
    result = None
    for index, value in enumerate(values):
        after = index == 0 or not x < places[index - 1]
        before = index == len(places) or not x > places[index]
        if after and before:
            part = arb_value(value, x)
            result = part if result is None else result.union(part)
    return result


def acb_value(node: Node, z: Any) -> Any:
    """Return a complex ball that contains f(z) for every z in the box, finite only where f is analytic on it.

    Args:
        node: a tree without ``piecewise``; take ``theory.structure.piece`` first.
        z: a complex box (``flint.acb``).

    Example:
        >>> from eigenlaw.theory.parse import parse_expression
        >>> acb_value(parse_expression("log(x)"), acb(arb(-1), arb(0, 0.1))).is_finite()
        False
    """
    if node.constant:
        return acb(arb_constant(node))
    match node.head:
        case "x":
            return z
        case "add":
            return sum((acb_value(child, z) for child in node.nodes), acb(0))
        case "mul":
            product = acb(1)
            for child in node.nodes:
                product *= acb_value(child, z)
            return product
        case "pow":
            return _complex_power(node.nodes[1], acb_value(node.nodes[0], z))
        case "piecewise":
            raise TypeError("head=piecewise: expected one smooth piece; take theory.structure.piece first")
        case name if name in UNARY:
            argument = acb_value(node.nodes[0], z)
            return _undefined() if _on_cut(name, argument) else getattr(argument, name)()
        case name:
            raise TypeError(f"head={name}: expected a function of the expression tree")


def _complex_power(exponent: Node, base: Any) -> Any:
    if exponent.head == "number" and exponent.value.denominator == 1:
        return base ** int(exponent.value)
    if _on_cut("log", base):
        return _undefined()
    return base.sqrt() if exponent == HALF else base ** acb(arb_constant(exponent))


def _undefined() -> Any:
    return acb(arb("nan"), arb("nan"))


def _beyond_one(part: Any) -> bool:
    return not abs(part) < 1


_CUTS: dict[str, Callable[[Any], bool]] = {
    "log": lambda z: z.imag.contains(0) and not z.real > 0,
    "asin": lambda z: z.imag.contains(0) and _beyond_one(z.real),
    "acos": lambda z: z.imag.contains(0) and _beyond_one(z.real),
    "atan": lambda z: z.real.contains(0) and _beyond_one(z.imag),
}


def _on_cut(name: str, z: Any) -> bool:
    return name in _CUTS and _CUTS[name](z)
