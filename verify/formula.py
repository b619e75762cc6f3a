"""A formula as an unevaluated SymPy tree: typeset, evaluated exactly or in balls, and mutated, all from one object."""

import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from flint import acb, arb, fmpq, fmpz

from eigenlaw.verify.surds import Surd, root

Number = Any  # an exact rational (flint.fmpq), an exact square root of one (Surd), or a real ball (flint.arb)


@contextmanager
def unevaluated() -> Iterator[None]:
    """Build SymPy expressions as they are written, without simplification."""
    import sympy

    with sympy.evaluate(False):
        yield


@dataclass(frozen=True)
class Formula:
    """A formula built when it is first needed.

    Attributes:
        build: returns the SymPy expression; called once.
        derived: whether the expression comes from eigenlaw.theory; otherwise it is built with SymPy's evaluation
            switched off, so that it stays as it is written.
        opaque: the reason why the formula is not a tree over its symbols, if it is not; such a formula is listed.

    Example:
        >>> import sympy
        >>> k = sympy.Symbol("k")
        >>> Formula(lambda: (k + 1) * (k + 2)).value({"k": 3})
        20
    """

    build: Callable[[], Any]
    derived: bool = False
    opaque: str | None = None
    _cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def tree(self) -> Any:
        """The SymPy expression."""
        if "tree" not in self._cache:
            with nullcontext() if self.derived else unevaluated():
                self._cache["tree"] = self.build()
        return self._cache["tree"]

    def latex(self) -> str:
        """The formula in LaTeX, as it was written."""
        import sympy

        text: str = sympy.latex(self.tree, order="none")
        return text

    def value(self, bindings: Mapping[str, Any]) -> Number:
        """Evaluate with the given values of symbols and functions; see ``evaluate``."""
        return evaluate(self.tree, bindings)


def symbols(names: str) -> tuple[Any, ...]:
    """Return SymPy symbols by their names, separated by spaces; hyper-parameters are spelled as in the code.

    Example:
        >>> symbols("p gamma_w2")
        (p, gamma_w2)
    """
    import sympy

    return tuple(sympy.Symbol(name) for name in names.split())


def undefined(name: str) -> Any:
    """Return an undefined SymPy function, which gets its values from the bindings of an instance."""
    import sympy

    return sympy.Function(name)


def rational(value: Any) -> Any:
    """Return an int, Fraction, fmpz or fmpq as an exact ``fmpq``; a ball or a surd is returned as it is."""
    if isinstance(value, arb | fmpq | Surd):
        return value
    if isinstance(value, fmpz):
        return fmpq(value)
    return fmpq(value.numerator, value.denominator)


def ball(value: Any) -> Any:
    """Return a number as a ball at the working precision."""
    if isinstance(value, arb):
        return value
    return value.ball() if isinstance(value, Surd) else arb(rational(value))


def is_exact(value: Any) -> bool:
    """Tell whether a number is exact: rational, a surd, or an algebraic number that compares exactly."""
    return isinstance(value, fmpq | Surd) or bool(getattr(value, "exact", False))


def evaluate(tree: Any, bindings: Mapping[str, Any]) -> Number:
    """Evaluate a SymPy tree, exactly as long as it stays rational, in ball arithmetic otherwise.

    Args:
        tree: the expression, evaluated or not.
        bindings: for each symbol its value (int, Fraction, fmpq or ball), for each undefined function a callable.

    Raises:
        NameError: if a symbol or function has no value.
        NotImplementedError: if the tree has a node that this evaluator does not know.
        ArithmeticError: if balls are too wide to decide a condition of the tree.
    """
    return _Evaluator(bindings).number(tree)


class _Evaluator:
    def __init__(self, bindings: Mapping[str, Any]) -> None:
        self.bindings = bindings

    def number(self, tree: Any) -> Number:
        import sympy

        if tree.is_Rational:
            return fmpq(int(tree.p), int(tree.q))
        if tree is sympy.pi:
            return arb.pi()
        if tree is sympy.E:
            return arb.const_e()
        if tree in (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan):
            return arb("nan")
        if tree.is_Symbol:
            return rational(self.bound(tree.name))
        if isinstance(tree, sympy.Piecewise):
            return self.piecewise(tree)
        if isinstance(tree, sympy.Sum | sympy.Product):
            return self.iterated(tree, isinstance(tree, sympy.Sum))
        first = 1 if isinstance(tree, sympy.Indexed) else 0
        arguments = [self.number(argument) for argument in tree.args[first:]]
        if tree.is_Add:
            return sum(arguments, fmpq(0))
        if tree.is_Mul:
            return _product(arguments)
        if tree.is_Pow:
            return _power(arguments[0], arguments[1])
        name = type(tree).__name__
        if isinstance(tree, sympy.Indexed):
            return rational(self.bindings[str(tree.base)](*map(_integer_if_whole, arguments)))
        if isinstance(tree, sympy.core.function.AppliedUndef):
            return rational(self.bound(name)(*map(_integer_if_whole, arguments)))
        if name in _EXACT and all(isinstance(argument, fmpq) for argument in arguments):
            return _EXACT[name](*arguments)
        if name in _BALL:
            return _BALL[name](*map(ball, arguments))
        raise NotImplementedError(f"head={name}: expected a function that the evaluator knows")

    def bound(self, name: str) -> Any:
        if name not in self.bindings:
            raise NameError(f"symbol={name}: no value is bound to it, only to {', '.join(self.bindings) or 'nothing'}")
        return self.bindings[name]

    def piecewise(self, tree: Any) -> Number:
        for value, condition in tree.args:
            if self.truth(condition):
                return self.number(value)
        return arb("nan")

    def truth(self, condition: Any) -> bool:
        import sympy

        if condition in (sympy.true, sympy.false):
            return bool(condition)
        if isinstance(condition, sympy.And):
            return all(self.truth(part) for part in condition.args)
        if isinstance(condition, sympy.Or):
            return any(self.truth(part) for part in condition.args)
        if isinstance(condition, sympy.Not):
            return not self.truth(condition.args[0])
        name = type(condition).__name__
        if name not in _COMPARISONS:
            raise NotImplementedError(f"head={name}: expected a comparison")
        left, right = (self.number(part) for part in condition.args)
        if isinstance(left, Surd) and left == right:
            left = right = fmpq(0)
        if not (isinstance(left, fmpq) and isinstance(right, fmpq)):
            left, right = ball(left), ball(right)
            if left.overlaps(right) and not (left.is_exact() and right.is_exact()):
                raise ArithmeticError(f"condition={condition}: the balls are too wide to decide it")
        return bool(_COMPARISONS[name](left, right))

    def iterated(self, tree: Any, is_sum: bool) -> Number:
        if len(tree.args) > 2:
            raise NotImplementedError(f"limits={tree.args[1:]}: expected one index; nest sums over several")
        body, (symbol, low, high) = tree.args[0], tree.args[1]
        first, last = _whole(self.number(low)), self.last(high)
        total = fmpq(0) if is_sum else fmpq(1)
        for index in range(first, last + 1):
            value = evaluate(body, {**self.bindings, symbol.name: index})
            total = total + value if is_sum else total * value
        return total

    def last(self, high: Any) -> int:
        """The upper limit; an infinite sum ends at the index bound to ``oo``, its tail is the caller's to add."""
        return int(self.bound("oo")) if high.is_infinite else _whole(self.number(high))


def _whole(value: Number) -> int:
    if isinstance(value, fmpq) and value.q == 1:
        return int(value.p)
    raise TypeError(f"index={value}: expected an integer")


def _integer_if_whole(value: Number) -> Any:
    return int(value.p) if isinstance(value, fmpq) and value.q == 1 else value


def _product(factors: list[Number]) -> Number:
    """Multiply; an exact zero absorbs every finite factor."""
    total: Number = fmpq(1)
    for factor in sorted(factors, key=lambda value: isinstance(value, arb)):
        if isinstance(total, fmpq) and total == 0 and isinstance(factor, arb) and factor.is_finite():
            continue
        total = total * factor
    return total


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(exponent, fmpq) and exponent.q == 1:
        n = int(exponent.p)
        if isinstance(base, fmpq) and base == 0 and n < 0:
            return arb("nan")
        return (acb(base) ** n).real if isinstance(base, arb) else base**n  # arb ** n has no value at 0 ± r
    if isinstance(exponent, fmpq) and exponent.q == 2:
        half = root(base) if isinstance(base, fmpq) and base >= 0 else ball(base).sqrt()
        return _power(half, fmpq(exponent.p))
    return ball(base) ** ball(exponent)


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "Equality": operator.eq,
    "Unequality": operator.ne,
    "StrictLessThan": operator.lt,
    "LessThan": operator.le,
    "StrictGreaterThan": operator.gt,
    "GreaterThan": operator.ge,
}


def _double_factorial(n: Any) -> Any:
    """N!! as in (26) of Murray et al.: 1 for n ≤ 0."""
    k, product = _whole(n), fmpz(1)
    while k > 1:
        product, k = product * k, k - 2
    return fmpq(product)


def _factorial(n: Any) -> Any:
    k = _whole(n)
    return fmpq(fmpz.fac_ui(k)) if k >= 0 else arb("nan")


def _binomial(n: Any, k: Any) -> Any:
    top, bottom = _whole(n), _whole(k)
    return fmpq(fmpz.bin_uiui(top, bottom)) if 0 <= bottom <= top else fmpq(0)


_EXACT: dict[str, Callable[..., Number]] = {
    "factorial": _factorial,
    "factorial2": _double_factorial,
    "binomial": _binomial,
    "KroneckerDelta": lambda i, j: fmpq(int(i == j)),
    "Mod": lambda a, b: fmpq(_whole(a) % _whole(b)),
    "floor": lambda a: fmpq(a.floor()),
    "ceiling": lambda a: fmpq(a.ceil()),
    "Abs": abs,
    "sign": lambda a: fmpq((a > 0) - (a < 0)),
    "Max": max,
    "Min": min,
}


def _method(name: str) -> Callable[..., Number]:
    return lambda value: getattr(value, name)()


_METHODS = ["exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "erf", "erfc", "gamma"]
_BALL: dict[str, Callable[..., Number]] = {name: _method(name) for name in _METHODS} | {
    "Abs": abs,
    "Max": lambda *balls: reduce(lambda a, b: a.max(b), balls),
    "Min": lambda *balls: reduce(lambda a, b: a.min(b), balls),
}
