"""Turn an expression tree into a plain function of NumPy arrays.

The function uses only operators, ufuncs and ``numpy.where``, so it runs on floats, on object arrays of exact
rationals where the tree is rational, and on any array type that follows NumPy's protocols, such as dual numbers.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from eigenlaw.theory.expression import HALF, Node, constant_float

ArrayFunction = Callable[[Any], Any]


def numpy_function(node: Node) -> ArrayFunction:
    """Return f as a function of an array; constants are exact rationals on object arrays and floats otherwise.

    Args:
        node: the tree of f.

    Returns:
        A function from an array of shape s to an array of shape s.

    Example:
        >>> from eigenlaw.theory.parse import parse_expression
        >>> f = numpy_function(parse_expression("max(x, 0) + 1/2"))
        >>> f(np.array([-1.0, 2.0])).tolist()
        [0.5, 2.5]
        >>> f(np.array([Fraction(1, 3)], dtype=object)).tolist()
        [Fraction(5, 6)]
    """
    if node.constant:
        return _constant(node)
    parts = [numpy_function(child) for child in node.nodes]
    match node.head:
        case "x":
            return lambda x: x
        case "add":
            return lambda x: _fold(np.add, [part(x) for part in parts])
        case "mul":
            return lambda x: _fold(np.multiply, [part(x) for part in parts])
        case "pow":
            return _power(parts[0], node.nodes[1])
        case "piecewise":
            return _pieces(node)
        case name:
            ufunc = _ufunc(name)
            return lambda x: ufunc(parts[0](x))


def _fold(operation: Any, values: list[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total = operation(total, value)
    return total


def _constant(node: Node) -> ArrayFunction:
    rational = node.value if node.head == "number" else None
    real = constant_float(node)

    def evaluate(x: Any) -> Fraction | float:
        if getattr(getattr(x, "dtype", None), "kind", "f") != "O":
            return real
        if rational is None:
            raise TypeError(f"x={x}: expected floats, for the activation has an irrational constant")
        return rational

    return evaluate


def _power(base: ArrayFunction, exponent: Node) -> ArrayFunction:
    if exponent == HALF:
        return lambda x: np.sqrt(base(x))
    if exponent.head == "number" and exponent.value.denominator == 1:
        n = int(exponent.value)
        return lambda x: np.power(base(x), n) if n >= 0 else np.true_divide(1, np.power(base(x), -n))
    value = constant_float(exponent)
    return lambda x: np.power(base(x), value)


def _pieces(node: Node) -> ArrayFunction:
    values = [numpy_function(value) for value in node.nodes[0::2]]
    places = [_constant(place) for place in node.nodes[1::2]]

    def evaluate(x: Any) -> Any:
        result = values[-1](x)
        for value, place in zip(reversed(values[:-1]), reversed(places), strict=True):
            result = np.where(np.less(x, place(x)), value(x), result)
        return result

    return evaluate


def _ufunc(name: str) -> Any:
    if name in {"erf", "erfc"}:
        from scipy import special

        return getattr(special, name)
    return getattr(np, {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}.get(name, name))
