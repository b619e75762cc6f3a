"""Read an activation that a user typed: a parser that can only build mathematics.

The text is read by Python's own expression grammar into a syntax tree that is never compiled or run; each node
of it must be one of the few that mean a number, x, π, e, arithmetic, a comparison, or a function of a fixed list.
"""

import ast
import warnings
from collections.abc import Callable
from fractions import Fraction

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import (
    HALF,
    MINUS_ONE,
    ONE,
    PI,
    UNARY,
    ZERO,
    E,
    Node,
    X,
    add,
    function,
    mul,
    negative,
    number,
    power,
    square_root,
)
from eigenlaw.theory.structure import where_sign

_LONGEST_TEXT = 2000
_DEEPEST_TREE = 120
_LONGEST_NUMBER = 40

_NAMES: dict[str, Node] = {"x": X, "pi": PI, "E": E, "e": E}


def _maximum(*nodes: Node) -> Node:
    best = nodes[0]
    for node in nodes[1:]:
        best = where_sign(add(node, negative(best)), best, node)
    return best


def _minimum(*nodes: Node) -> Node:
    return negative(_maximum(*map(negative, nodes)))


def _unary(name: str) -> Callable[[Node], Node]:
    return lambda node: function(name, node)


_FUNCTIONS: dict[str, Callable[[Node], Node]] = {
    **{name: _unary(name) for name in sorted(UNARY)},
    "ln": _unary("log"),
    "sqrt": square_root,
    "abs": lambda u: where_sign(u, negative(u), u),
    "Abs": lambda u: where_sign(u, negative(u), u),
    "sign": lambda u: where_sign(u, MINUS_ONE, ONE),
    "heaviside": lambda u: where_sign(u, ZERO, ONE),
    "Heaviside": lambda u: where_sign(u, ZERO, ONE),
    "relu": lambda u: where_sign(u, ZERO, u),
    "ReLU": lambda u: where_sign(u, ZERO, u),
    "sigmoid": lambda u: mul(HALF, add(ONE, function("tanh", mul(HALF, u)))),
    "softplus": lambda u: function("log", add(ONE, function("exp", u))),
    "Phi": lambda u: mul(HALF, add(ONE, function("erf", mul(u, power(number(2), number(Fraction(-1, 2))))))),
}
_MANY: dict[str, Callable[..., Node]] = {"max": _maximum, "Max": _maximum, "min": _minimum, "Min": _minimum}


def parse_expression(text: str) -> Node:
    """Read an expression in x; nothing in the text is ever executed.

    Args:
        text: at most 2000 characters of ``+ - * / **``, numbers, x, pi, E, the usual functions, abs, max, min,
            relu, sigmoid, softplus, Phi (the normal cdf), ``a if x < 0 else b`` and
            ``Piecewise((a, x < 0), (b, True))``.

    Raises:
        InputError: if the text is not such an expression; the message says where.

    Example:
        >>> from eigenlaw.theory.expression import to_text
        >>> to_text(parse_expression("max(x, x/10)"))
        'Piecewise((1/10*x, x < 0), (x, True))'
    """
    if not text.strip():
        raise InputError.of("expression", repr(text), "expected an expression in x, such as x*tanh(x)")
    if len(text) > _LONGEST_TEXT:
        raise InputError.of("expression", text, f"expected at most {_LONGEST_TEXT} characters")
    if not text.isascii() or "\n" in text or "\0" in text:
        raise InputError.of("expression", repr(text), "expected one line of plain characters; write pi, not its symbol")
    if _nesting(text) > _DEEPEST_TREE:
        raise InputError.of("expression", text, f"expected at most {_DEEPEST_TREE} nested brackets")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError.of("expression", text, "expected an expression in x, such as x*tanh(x)") from error
    if _depth(tree) > _DEEPEST_TREE:
        raise InputError.of("expression", text, f"expected at most {_DEEPEST_TREE} nested operations")
    return _Reader(text.strip()).read(tree)


def _nesting(text: str) -> int:
    level = deepest = 0
    for character in text:
        level += (character in "([{") - (character in ")]}")
        deepest = max(deepest, level)
    return deepest


def _depth(tree: ast.AST) -> int:
    depth, layer = 0, [tree]
    while layer:
        depth, layer = depth + 1, [child for node in layer for child in ast.iter_child_nodes(node)]
    return depth


class _Reader:
    """Turns the syntax tree of one text into an expression tree."""

    def __init__(self, text: str) -> None:
        self.text = text

    def refuse(self, node: ast.AST, why: str) -> InputError:
        shown = ast.get_source_segment(self.text, node) or self.text
        return InputError.of("expression", shown, why)

    def read(self, node: ast.AST) -> Node:
        match node:
            case ast.Constant():
                return self.number(node)
            case ast.Name(id=name):
                if name not in _NAMES:
                    raise self.refuse(node, "unknown name; expected x, pi, E or a function such as tanh(x)")
                return _NAMES[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negative(self.read(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.BinOp():
                return self.arithmetic(node)
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.condition(test, self.read(body), self.read(other))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.call(node, name, arguments)
            case _:
                raise self.refuse(node, "expected only numbers, x, pi, E, + - * / ** and known functions")

    def number(self, node: ast.Constant) -> Node:
        text = ast.get_source_segment(self.text, node) or ""
        mantissa, _, exponent = text.lower().partition("e")
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.refuse(node, "expected a number")
        if not mantissa.replace(".", "", 1).isdigit() or len(text) > _LONGEST_NUMBER:
            raise self.refuse(node, f"expected a decimal number of at most {_LONGEST_NUMBER} characters")
        if exponent and abs(int(exponent)) > 100:
            raise self.refuse(node, "expected a power of ten between e-100 and e100")
        return number(Fraction(text))

    def arithmetic(self, node: ast.BinOp) -> Node:
        left, right = self.read(node.left), self.read(node.right)
        match node.op:
            case ast.Add():
                return add(left, right)
            case ast.Sub():
                return add(left, negative(right))
            case ast.Mult():
                return mul(left, right)
            case ast.Div():
                return mul(left, power(right, MINUS_ONE))
            case ast.Pow():
                if right.head == "number" and abs(right.value) > 1000:
                    raise self.refuse(node, "expected an exponent between -1000 and 1000")
                return power(left, right)
            case ast.BitXor():
                raise self.refuse(node, "expected ** for a power")
            case _:
                raise self.refuse(node, "expected one of + - * / **")

    def condition(self, test: ast.AST, if_true: Node, if_false: Node) -> Node:
        match test:
            case ast.Constant(value=bool(truth)):
                return if_true if truth else if_false
            case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE()], comparators=[right]):
                return where_sign(add(self.read(left), negative(self.read(right))), if_true, if_false)
            case ast.Compare(left=left, ops=[ast.Gt() | ast.GtE()], comparators=[right]):
                return where_sign(add(self.read(left), negative(self.read(right))), if_false, if_true)
            case _:
                raise self.refuse(test, "expected a single comparison such as x < 0, or True")

    def call(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> Node:
        if name == "Piecewise":
            return self.cases(node, arguments)
        if name in _MANY and len(arguments) >= 2:
            return _MANY[name](*map(self.read, arguments))
        if name not in _FUNCTIONS and name not in _MANY:
            known = ", ".join(sorted({*_FUNCTIONS, *_MANY, "Piecewise"}, key=str.lower))
            raise self.refuse(node, f"unknown function {name}; expected one of {known}")
        if name in _MANY or len(arguments) != 1:
            raise self.refuse(node, f"expected {'at least two arguments' if name in _MANY else 'one argument'}")
        argument = self.read(arguments[0])
        if argument.constant and argument == ZERO and name in {"log", "ln"}:
            raise self.refuse(node, "expected no logarithm of 0")
        return _FUNCTIONS[name](argument)

    def cases(self, node: ast.Call, arguments: list[ast.expr]) -> Node:
        pairs: list[tuple[Node, ast.AST]] = []
        for argument in arguments:
            if not isinstance(argument, ast.Tuple) or len(argument.elts) != 2:
                raise self.refuse(argument, "expected pairs (value, condition)")
            pairs.append((self.read(argument.elts[0]), argument.elts[1]))
        if not pairs or not (isinstance(last := pairs[-1][1], ast.Constant) and last.value is True):
            raise self.refuse(node, "expected a last pair (value, True), so that every x has a value")
        result = pairs[-1][0]
        for value, test in reversed(pairs[:-1]):
            result = self.condition(test, value, result)
        return result
