"""The derivative of an expression tree, and whether an activation has one in L²(γ): a jump has not."""

from eigenlaw.numerics.activation import arb_constant
from eigenlaw.numerics.precision import working
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import (
    HALF,
    MINUS_ONE,
    ONE,
    PI,
    ZERO,
    Node,
    add,
    function,
    mul,
    negative,
    number,
    piecewise,
    power,
)
from eigenlaw.theory.structure import breakpoints, piece, rebuilt

_DECIDING_BITS = (64, 2048)


def derivative(node: Node) -> Node:
    """Return the tree of f', away from the breakpoints of f.

    Example:
        >>> from eigenlaw.theory.expression import to_text
        >>> from eigenlaw.theory.parse import parse_expression
        >>> to_text(derivative(parse_expression("x**3")))
        '3*x**2'
    """
    if node.constant:
        return ZERO
    match node.head:
        case "x":
            return ONE
        case "add":
            return add(*map(derivative, node.nodes))
        case "mul":
            terms = node.nodes
            return add(*(mul(derivative(term), *terms[:i], *terms[i + 1 :]) for i, term in enumerate(terms)))
        case "pow":
            base, exponent = node.nodes
            return mul(exponent, power(base, add(exponent, MINUS_ONE)), derivative(base))
        case "piecewise":
            return piecewise(tuple(map(derivative, node.nodes[0::2])), node.nodes[1::2])
        case name:
            argument = node.nodes[0]
            return mul(_outer(name, argument), derivative(argument))


def _outer(name: str, u: Node) -> Node:
    """Return the derivative of a unary function at u."""
    square = power(u, number(2))
    match name:
        case "exp":
            return function("exp", u)
        case "log":
            return power(u, MINUS_ONE)
        case "sin":
            return function("cos", u)
        case "cos":
            return negative(function("sin", u))
        case "tan":
            return add(ONE, power(function("tan", u), number(2)))
        case "sinh":
            return function("cosh", u)
        case "cosh":
            return function("sinh", u)
        case "tanh":
            return add(ONE, negative(power(function("tanh", u), number(2))))
        case "asin" | "acos":
            inverse = power(add(ONE, negative(square)), negative(HALF))
            return inverse if name == "asin" else negative(inverse)
        case "atan":
            return power(add(ONE, square), MINUS_ONE)
        case "erf" | "erfc":
            factor = mul(number(2 if name == "erf" else -2), power(PI, negative(HALF)))
            return mul(factor, function("exp", negative(square)))
        case _:
            raise TypeError(f"head={name}: expected a function of the expression tree")


def require_derivative(activation: Activation) -> bool:
    """Return whether φ is proved to have no jump; False where only 2048 bits show none.

    Raises:
        InputError: if φ has a jump: then φ' is not in L²(γ), and the kernel does not exist.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> require_derivative(activation("max(x, pi)"))
        True
    """
    if activation.family != "expression":
        if activation.family in {"heaviside", "sign"}:
            raise _jump(activation)
        return True
    tree = activation.tree
    proofs = [_continuous(activation, tree, index) for index in range(len(breakpoints(tree)))]
    return all(proofs)


def _continuous(activation: Activation, tree: Node, index: int) -> bool:
    """Return whether the two pieces that meet at a breakpoint are proved to agree there."""
    place = breakpoints(tree)[index]
    left, right = (_substituted(piece(tree, i), place) for i in (index, index + 1))
    if left == right:
        return True
    for bits in _DECIDING_BITS:
        with working(bits):
            gap = arb_constant(left) - arb_constant(right)
            if gap.is_zero():
                return True
            if not gap.contains(0):
                raise _jump(activation)
    return False


def _jump(activation: Activation) -> InputError:
    text = "expected an activation without jumps: its derivative is not in L^2 of the normal law, so the NTK diverges"
    return InputError.of("activation", activation.name, text)


def _substituted(node: Node, place: Node) -> Node:
    """Return the constant tree f(place)."""
    if node.head == "x":
        return place
    return rebuilt(node, tuple(_substituted(child, place) for child in node.nodes)) if node.nodes else node
