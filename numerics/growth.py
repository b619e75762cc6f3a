"""Proven growth of an expression tree at both ends of the real line: it decides what is square-integrable.

On x ≥ t, t fixed, a tree f (or f(−x) for the left end) gets, where its structure shows them, a size
|f| ≤ A (1+x)^n e^{bx + cx²}, the same for 1/|f| (its floor), a sign, and quadratic bounds from above and below.
E φ(√v Z)² is finite when c v < 1/4 at both ends and φ is bounded on what lies between.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from eigenlaw.numerics.activation import arb_constant
from eigenlaw.numerics.precision import working
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import Node, constant_float, to_text
from eigenlaw.theory.structure import branch, breakpoints

_BITS = 64
_STARTS = (2, 4, 8, 16, 64)
_BOUNDED = {"sin": 1, "cos": 1, "tanh": 1, "erf": 1, "atan": 2}
_LONGEST_POLYNOMIAL = 400


@dataclass(frozen=True)
class Growth:
    """The function A (1+x)^n e^{bx + cx²} on x ≥ t; A > 0 and n ≥ 0, b and c of any sign, all upper bounds."""

    a: Any
    n: Any
    b: Any
    c: Any

    def __mul__(self, other: "Growth") -> "Growth":
        return Growth(self.a * other.a, self.n + other.n, self.b + other.b, self.c + other.c)

    def __add__(self, other: "Growth") -> "Growth":
        return Growth(self.a + other.a, self.n.max(other.n), self.b.max(other.b), self.c.max(other.c))

    def __pow__(self, exponent: Any) -> "Growth":
        """Return the growth of the power, for a positive exponent."""
        return Growth(self.a**exponent, self.n * exponent, self.b * exponent, self.c * exponent)

    def scaled(self, s: Any) -> "Growth":
        """Return the growth of f(sx) on x ≥ t/s."""
        return Growth(self.a * s.max(arb(1)) ** self.n, self.n, self.b * s, self.c * s * s)


@dataclass(frozen=True)
class _Quadratic:
    """The function q0 + q1 x + q2 x²."""

    q0: Any
    q1: Any
    q2: Any

    def __add__(self, other: "_Quadratic") -> "_Quadratic":
        return _Quadratic(self.q0 + other.q0, self.q1 + other.q1, self.q2 + other.q2)

    def times(self, factor: Any) -> "_Quadratic":
        return _Quadratic(self.q0 * factor, self.q1 * factor, self.q2 * factor)

    def least(self, t: Any) -> Any | None:
        """Return the value at t if the function does not decrease on x ≥ t, else None."""
        if self.q2 >= 0 and self.q1 + 2 * self.q2 * t >= 0:
            return self.q0 + self.q1 * t + self.q2 * t * t
        return None

    def exponential(self) -> Growth:
        return Growth(self.q0.exp(), arb(0), self.q1, self.q2)

    def size(self) -> Growth:
        degree = 2 if not self.q2.is_zero() else 1 if not self.q1.is_zero() else 0
        return Growth(abs(self.q0) + abs(self.q1) + abs(self.q2), arb(degree), arb(0), arb(0))


@dataclass(frozen=True)
class _End:
    """What is known of a function on x ≥ t; None where nothing is."""

    size: Growth
    floor: Growth | None = None
    sign: int = 0
    lower: _Quadratic | None = None
    upper: _Quadratic | None = None
    polynomial: tuple[Any, ...] | None = None


def growth_at_ends(tree: Node) -> tuple[Fraction, Growth, Growth]:
    """Return (t, left, right): |φ(−x)| ≤ left and |φ(x)| ≤ right for all x ≥ t, proved from the structure.

    Raises:
        InputError: if no start t makes the structure show a bound; the message names the part that fails.

    Example:
        >>> from eigenlaw.theory.parse import parse_expression
        >>> _, left, right = growth_at_ends(parse_expression("x*exp(-x**2)"))
        >>> int(left.n.unique_fmpz()), int(right.c.unique_fmpz())
        (1, -1)
    """
    places = [abs(constant_float(place)) for place in breakpoints(tree)]
    least = max(places, default=0.0) * 1.001 + 0.001
    reason = InputError.of("activation", to_text(tree), "expected breakpoints of moderate size")
    for start in (Fraction(s) if s >= least else s * Fraction(least) for s in _STARTS):
        try:
            with working(_BITS):
                left, right = (_Walk(sign, start).end(branch(tree, sign * 2.0 * float(start))) for sign in (-1, 1))
            return start, left.size, right.size
        except InputError as error:
            reason = error
    raise reason


class _Walk:
    """The rules, one for each head, on x ≥ t for f(sign·x)."""

    def __init__(self, sign: int, start: Fraction) -> None:
        self.sign = sign
        self.t = arb(start.numerator) / start.denominator

    def fail(self, node: Node, why: str) -> InputError:
        side = "x -> -infinity" if self.sign < 0 else "x -> infinity"
        return InputError.of("activation", to_text(node), f"not shown to be square-integrable, {why} for {side}")

    def end(self, node: Node) -> _End:
        if node.constant:
            return self._of_polynomial((_finite(arb_constant(node), node),))
        children = [self.end(child) for child in node.nodes]
        match node.head:
            case "x":
                return self._of_polynomial((arb(0), arb(self.sign)))
            case "add":
                return self._add(node, children)
            case "mul":
                result = children[0]
                for child in children[1:]:
                    result = self._mul(result, child)
                return result
            case "pow":
                return self._power(node, children[0], arb_constant(node.nodes[1]))
            case "exp":
                return self._exp(node, children[0])
            case "log":
                return self._log(node, children[0])
            case "sinh" | "cosh":
                return self._hyperbolic(node, children[0])
            case "erfc":
                return self._erfc(children[0])
            case name if name in _BOUNDED:
                return self._bounded(name, children[0])
            case _:
                return self._by_range(node, children[0])

    def _complete(self, end: _End) -> _End:
        """Fill in what follows from the rest: quadratic bounds from the size, sign and floor from the bounds."""
        lower, upper, sign, floor = end.lower, end.upper, end.sign, end.floor
        flat = end.size.b <= 0 and end.size.c <= 0 and end.size.n <= 2
        if flat and (lower is None or upper is None):
            a, n = end.size.a, end.size.n
            quadratic = _Quadratic(a, arb(0) if n <= 0 else a if n <= 1 else 2 * a, arb(0) if n <= 1 else a)
            upper = upper or quadratic
            lower = lower or quadratic.times(-1)
        if sign > 0 and not self._nonnegative(lower):
            lower = _Quadratic(arb(0), arb(0), arb(0))
        if sign < 0 and not self._nonnegative(None if upper is None else upper.times(-1)):
            upper = _Quadratic(arb(0), arb(0), arb(0))
        for bound, side in ((lower, 1), (upper, -1)):
            least = bound.times(side).least(self.t) if bound is not None else None
            if least is not None and least >= 0:
                sign = side
                if least > 0 and floor is None:
                    floor = Growth(1 / least.lower(), arb(0), arb(0), arb(0))
        return _End(end.size, floor, sign, lower, upper, end.polynomial)

    def _nonnegative(self, bound: _Quadratic | None) -> bool:
        least = None if bound is None else bound.least(self.t)
        return least is not None and bool(least >= 0)

    def _of_polynomial(self, coefficients: tuple[Any, ...]) -> _End:
        """Return the bounds of Σ c_i x^i; its Taylor shift to t shows signs and quadratic bounds."""
        shifted = list(coefficients)
        for i in range(len(shifted)):
            for j in range(len(shifted) - 2, i - 1, -1):
                shifted[j] += self.t * shifted[j + 1]
        t, head = self.t, [*shifted[:3], arb(0), arb(0)][:3]
        quadratic = _Quadratic(head[0] - head[1] * t + head[2] * t * t, head[1] - 2 * head[2] * t, head[2])
        if len(coefficients) <= 3:
            quadratic = _Quadratic(*[*coefficients, arb(0), arb(0)][:3])
        lower = quadratic if all(c >= 0 for c in shifted[3:]) else None
        upper = quadratic if all(c <= 0 for c in shifted[3:]) else None
        size = sum((abs(c) for c in coefficients), arb(0))
        growth = Growth(size.max(arb(2) ** -1000), arb(len(coefficients) - 1), arb(0), arb(0))
        sign = 1 if all(c >= 0 for c in shifted) else -1 if all(c <= 0 for c in shifted) else 0
        floor = Growth(1 / abs(shifted[0]).lower(), arb(0), arb(0), arb(0)) if sign and shifted[0] != 0 else None
        return self._complete(_End(growth, floor, sign, lower, upper, coefficients))

    def _add(self, node: Node, parts: list[_End]) -> _End:
        polynomials = [part.polynomial for part in parts]
        if all(p is not None for p in polynomials):
            longest = max(len(p) for p in polynomials if p is not None)
            total = [arb(0)] * longest
            for p in polynomials:
                for i, c in enumerate(p or ()):
                    total[i] += c
            return self._of_polynomial(tuple(total))
        size, lower, upper = parts[0].size, parts[0].lower, parts[0].upper
        for part in parts[1:]:
            size = size + part.size
            lower = lower + part.lower if lower is not None and part.lower is not None else None
            upper = upper + part.upper if upper is not None and part.upper is not None else None
        sign = parts[0].sign if len({part.sign for part in parts}) == 1 else 0
        floors = [part.floor for part in parts if part.floor is not None] if sign else []
        floor = min(floors, key=lambda g: (float(g.c), float(g.b), float(g.n)), default=None)
        if (pair := _one_and_tanh(node)) is not None:
            factor, outer = self.end(pair[0]), pair[1]
            return self._one_and_tanh(factor, outer, lower, upper)
        return self._complete(_End(size, floor, sign, lower, upper))

    def _one_and_tanh(self, inner: _End, outer: int, lower: _Quadratic | None, upper: _Quadratic | None) -> _End:
        """Return the bounds of 1 ± tanh(u) = 2/(1 + e^{∓2u}): positive, at most 2 e^{±2u}, at least 1/(1 + e^{∓2u})."""
        above = inner.upper if outer > 0 else inner.lower
        below = inner.lower if outer > 0 else inner.upper
        size, floor = Growth(arb(2), arb(0), arb(0), arb(0)), None
        if above is not None and above.q1 * outer <= 0 and above.q2 * outer <= 0:
            size = above.times(2 * outer).exponential() * size
        if below is not None:
            floor = below.times(-2 * outer).exponential() + Growth(arb(1), arb(0), arb(0), arb(0))
        return self._complete(_End(size, floor, 1, lower, upper))

    def _mul(self, left: _End, right: _End) -> _End:
        if left.polynomial is not None and right.polynomial is not None:
            product = [arb(0)] * (len(left.polynomial) + len(right.polynomial) - 1)
            for i, a in enumerate(left.polynomial):
                for j, b in enumerate(right.polynomial):
                    product[i + j] += a * b
            return self._of_polynomial(tuple(product))
        if right.polynomial is not None:
            left, right = right, left
        size = left.size * right.size
        floor = left.floor * right.floor if left.floor is not None and right.floor is not None else None
        lower = upper = None
        if left.polynomial is not None and len(left.polynomial) == 1:
            factor = left.polynomial[0]
            if factor >= 0:
                lower, upper = right.lower, right.upper
            elif factor <= 0:
                lower, upper = right.upper, right.lower
            lower = None if lower is None else lower.times(factor)
            upper = None if upper is None else upper.times(factor)
        return self._complete(_End(size, floor, left.sign * right.sign, lower, upper))

    def _power(self, node: Node, base: _End, exponent: Any) -> _End:
        if exponent.is_integer() and exponent >= 0:
            n = int(exponent.unique_fmpz())
            if base.polynomial is not None and n * len(base.polynomial) <= _LONGEST_POLYNOMIAL:
                result = self._of_polynomial((arb(1),))
                for _ in range(n):
                    result = self._mul(result, base)
                return result
        whole = bool(exponent.is_integer())
        if not whole and base.sign <= 0:
            raise self.fail(node, "for its base is not shown to be positive")
        sign = 1 if not whole or int(exponent.unique_fmpz()) % 2 == 0 else base.sign
        if exponent > 0:
            floor = base.floor**exponent if base.floor is not None else None
            return self._complete(_End(base.size**exponent, floor, sign))
        if base.floor is None:
            raise self.fail(node, "for its base is not shown to stay away from 0")
        return self._complete(_End(base.floor**-exponent, base.size**-exponent, sign))

    def _exp(self, node: Node, inner: _End) -> _End:
        if inner.upper is None:
            raise self.fail(node, "for its exponent is not shown to be below a quadratic polynomial")
        size = inner.upper.exponential()
        floor = inner.lower.times(-1).exponential() if inner.lower is not None else None
        least = inner.lower.least(self.t) if inner.lower is not None else None
        lower = _Quadratic(least.exp().lower(), arb(0), arb(0)) if least is not None else None
        return self._complete(_End(size, floor, 1, lower))

    def _log(self, node: Node, inner: _End) -> _End:
        if inner.sign <= 0 or inner.floor is None:
            raise self.fail(node, "for the argument of log is not shown to be positive")
        upper = self._log_growth(inner.size)
        lower = self._log_growth(inner.floor).times(-1)
        least = inner.lower.least(self.t) if inner.lower is not None else None
        if least is not None and least > 0:
            lower = _Quadratic(least.log(), arb(0), arb(0))
        size = upper.size() + lower.size()
        return self._complete(_End(size, None, 0, lower, upper))

    def _log_growth(self, growth: Growth) -> _Quadratic:
        """Return log of a growth, with log(1+x) ≤ log(1+t) + (x−t)/(1+t)."""
        rate = growth.n / (1 + self.t)
        return _Quadratic(growth.a.log() + growth.n * (1 + self.t).log() - rate * self.t, growth.b + rate, growth.c)

    def _hyperbolic(self, node: Node, inner: _End) -> _End:
        if inner.upper is None or inner.lower is None:
            raise self.fail(node, "for its argument is not shown to be within quadratic polynomials")
        one = Growth(arb(1), arb(0), arb(0), arb(0))
        if inner.sign > 0:
            size = inner.upper.exponential()
        elif inner.sign < 0:
            size = inner.lower.times(-1).exponential()
        else:
            size = inner.upper.exponential() + inner.lower.times(-1).exponential()
        if node.head == "cosh":
            return self._complete(_End(size, one, 1, _Quadratic(arb(1), arb(0), arb(0))))
        return self._complete(_End(size, None, inner.sign))

    def _erfc(self, inner: _End) -> _End:
        """Return the bounds of erfc(u): positive, at most 2, and at most e^{−u²} where u ≥ l0 + l1 x ≥ 0."""
        low = inner.lower
        size = Growth(arb(2), arb(0), arb(0), arb(0))
        if low is not None and low.q2.is_zero() and (least := low.least(self.t)) is not None and least >= 0:
            size = _Quadratic(-low.q0 * low.q0, -2 * low.q0 * low.q1, -low.q1 * low.q1).exponential()
        return self._complete(_End(size, None, 1))

    def _bounded(self, name: str, inner: _End) -> _End:
        constant = Growth(arb(_BOUNDED[name]), arb(0), arb(0), arb(0))
        odd = name in {"tanh", "erf", "atan"}
        floor = None
        bound = inner.lower if inner.sign > 0 else inner.upper.times(-1) if inner.upper is not None else None
        least = bound.least(self.t) if odd and inner.sign and bound is not None else None
        if least is not None and least > 0:
            floor = Growth(1 / getattr(least, name)().lower(), arb(0), arb(0), arb(0))
        return self._complete(_End(constant, floor, inner.sign if odd else 0))

    def _by_range(self, node: Node, inner: _End) -> _End:
        """Return the bounds of tan, asin or acos from a constant range of the argument."""
        low, high = inner.lower, inner.upper
        constants = low is not None and high is not None and all(q.q1.is_zero() and q.q2.is_zero() for q in (low, high))
        if not constants or low is None or high is None:
            raise self.fail(node, f"for the argument of {node.head} is not shown to be bounded")
        if node.head == "tan":
            size = abs(_finite(low.q0.union(high.q0).tan(), node)).upper()
        elif low.q0 >= -1 and high.q0 <= 1:
            size = arb.pi().upper()
        else:
            raise self.fail(node, f"for the argument of {node.head} is not shown to be within [-1, 1]")
        return self._complete(_End(Growth(size, arb(0), arb(0), arb(0))))


def _one_and_tanh(node: Node) -> tuple[Node, int] | None:
    """Return (u, ±1) for a tree 1 ± tanh(u)."""
    if len(node.nodes) != 2 or node.nodes[1].head != "number" or node.nodes[1].value != 1:
        return None
    term = node.nodes[0]
    if term.head == "tanh":
        return term.nodes[0], 1
    if term.head == "mul" and len(term.nodes) == 2 and term.nodes[1].head == "tanh":
        first = term.nodes[0]
        if first.head == "number" and first.value == -1:
            return term.nodes[1].nodes[0], -1
    return None


def _finite(value: Any, node: Node) -> Any:
    if not value.is_finite():
        raise InputError.of("activation", to_text(node), "not finite; expected a real function of x without poles")
    return value
