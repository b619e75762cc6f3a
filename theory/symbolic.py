"""Between expression trees and SymPy."""

from collections.abc import Callable
from functools import cache
from typing import Any

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import PI, UNARY, E, Node, X, add, function, mul, number, power
from eigenlaw.theory.parse import parse_expression


@cache
def x_symbol() -> Any:
    """Return the SymPy symbol x, real, in which every activation is written."""
    import sympy

    return sympy.Symbol("x", real=True)


def to_sympy(node: Node) -> Any:
    """Return the SymPy expression of a tree.

    Example:
        >>> to_sympy(parse_expression("x*tanh(x) + 1/3"))
        x*tanh(x) + 1/3
    """
    import sympy

    match node.head:
        case "number":
            return sympy.Rational(node.value.numerator, node.value.denominator)
        case "constant":
            return sympy.pi if node.args[0] == "pi" else sympy.E
        case "x":
            return x_symbol()
    children = [to_sympy(child) for child in node.nodes]
    match node.head:
        case "add":
            return sympy.Add(*children)
        case "mul":
            return sympy.Mul(*children)
        case "pow":
            return sympy.Pow(*children)
        case "piecewise":
            cases = [(value, x_symbol() < place) for value, place in zip(children[0::2], children[1::2], strict=False)]
            return sympy.Piecewise(*cases, (children[-1], True))
        case name:
            return getattr(sympy, name)(children[0])


def from_sympy(expression: Any) -> Node:
    """Return the tree of a SymPy expression in one variable, whatever its name.

    Raises:
        InputError: if the expression has more than one variable, or a function that has no place in a tree.

    Example:
        >>> import sympy
        >>> from eigenlaw.theory.expression import to_text
        >>> to_text(from_sympy(sympy.Max(0, sympy.Symbol("z"))))
        'Piecewise((0, x < 0), (x, True))'
    """
    import sympy

    expression = sympy.sympify(expression) if isinstance(expression, int) else expression
    symbols = sorted(expression.free_symbols, key=str)
    if len(symbols) > 1:
        raise InputError.of("expression", expression, "expected a single variable")
    plain = expression.subs(symbols[0], x_symbol()) if symbols else expression
    return _from_sympy(plain)


def _from_sympy(expression: Any) -> Node:
    import sympy

    if expression == x_symbol():
        return X
    if expression.is_Rational:
        return number(f"{expression.p}/{expression.q}")
    if expression is sympy.pi:
        return PI
    if expression is sympy.E:
        return E
    if isinstance(expression, sympy.Piecewise):
        cases = ", ".join(f"({sympy.sstr(value)}, {sympy.sstr(test)})" for value, test in expression.args)
        return parse_expression(f"Piecewise({cases})")
    name = type(expression).__name__
    rule: dict[str, Callable[..., Node]] = {"Add": add, "Mul": mul, "Pow": power}
    if name in {"Max", "Min", "Abs", "sign", "Heaviside"}:
        arguments = expression.args[:1] if name == "Heaviside" else expression.args
        return parse_expression(f"{name}({', '.join(map(sympy.sstr, arguments))})")
    if name in rule:
        return rule[name](*(_from_sympy(argument) for argument in expression.args))
    if name in UNARY:
        return function(name, _from_sympy(expression.args[0]))
    raise InputError.of("expression", expression, "expected only functions that the parser knows")
