"""A formula as an unevaluated SymPy tree: typeset, evaluated exactly or in balls, and mutated, all from one object."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any

from flint import acb, arb, fmpq, fmpz

from eigenlaw.verify import notation
from eigenlaw.verify.surds import Surd, root

_ZERO, _ONE = fmpq(0), fmpq(1)

Number = Any  # an exact rational (flint.fmpq), an exact square root of one (Surd), or a real ball (flint.arb)
Program = Callable[[Mapping[str, Any]], Number]


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
        return notation.latex(self.tree)

    def pretty(self, width: int) -> str:
        """The formula in lines of characters, at most ``width`` wide where it can be broken."""
        return notation.pretty(self.tree, width)

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


def indexed(name: str) -> Any:
    """Return a SymPy sequence, such as μ_k, which gets its values from the bindings of an instance."""
    import sympy

    return sympy.IndexedBase(name)


def summation(body: Any, limits: tuple[Any, Any, Any]) -> Any:
    """Return the SymPy sum of an unevaluated body, without the factor 1 that SymPy puts before it otherwise."""
    import sympy

    with sympy.evaluate(True):
        return sympy.Sum(body, limits)


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
        bindings: for each symbol its value (int, Fraction, fmpq or ball), for each undefined function a callable;
            an infinite sum ends at the index bound to ``oo``, and its tail is the caller's to add.

    Raises:
        NameError: if a symbol or function has no value.
        NotImplementedError: if the tree has a node that this evaluator does not know.
        ArithmeticError: if balls are too wide to decide a condition of the tree.
    """
    return _program(tree)(bindings)


@lru_cache(maxsize=4096)
def _program(tree: Any) -> Program:
    """Translate a tree once into a function of the bindings, so that evaluating it again walks no SymPy."""
    import sympy

    if tree.is_Rational:
        value = fmpq(int(tree.p), int(tree.q))
        return lambda _: value
    if tree is sympy.pi:
        return lambda _: arb.pi()
    if tree is sympy.E:
        return lambda _: arb.const_e()
    if tree is sympy.EulerGamma:
        return lambda _: arb.const_euler()
    if tree in (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan):
        return lambda _: arb("nan")
    if tree.is_Symbol:
        return lambda bindings: rational(_bound(tree.name, bindings))
    if isinstance(tree, sympy.Piecewise):
        return _cases(tree)
    if isinstance(tree, sympy.Sum | sympy.Product):
        return _iterated(tree)
    indexed = isinstance(tree, sympy.Indexed)
    parts = [_program(argument) for argument in tree.args[1 if indexed else 0 :]]
    if tree.is_Add:
        return lambda bindings: sum((part(bindings) for part in parts), _ZERO)
    if tree.is_Mul:
        return lambda bindings: _product([part(bindings) for part in parts])
    if tree.is_Pow:
        base, exponent = parts
        return lambda bindings: _power(base(bindings), exponent(bindings))
    if indexed or isinstance(tree, sympy.core.function.AppliedUndef):
        return _applied(str(tree.base) if indexed else type(tree).__name__, parts)
    return _known(type(tree).__name__, parts)


def _bound(name: str, bindings: Mapping[str, Any]) -> Any:
    if name not in bindings:
        raise NameError(f"symbol={name}: no value is bound to it, only to {', '.join(bindings) or 'nothing'}")
    return bindings[name]


def _applied(name: str, parts: Sequence[Program]) -> Program:
    return lambda bindings: rational(_bound(name, bindings)(*(_integer_if_whole(part(bindings)) for part in parts)))


def _known(name: str, parts: Sequence[Program]) -> Program:
    if name not in _EXACT and name not in _BALL:
        raise NotImplementedError(f"head={name}: expected a function that the evaluator knows")

    def value(bindings: Mapping[str, Any]) -> Number:
        arguments = [part(bindings) for part in parts]
        if name in _EXACT and all(isinstance(argument, fmpq) for argument in arguments):
            return _EXACT[name](*arguments)
        if name not in _BALL:
            raise NotImplementedError(f"head={name}: expected rational arguments")
        return _BALL[name](*map(ball, arguments))

    return value


def _cases(tree: Any) -> Program:
    branches = [(_program(value), _condition(condition)) for value, condition in tree.args]

    def value(bindings: Mapping[str, Any]) -> Number:
        return next((branch(bindings) for branch, holds in branches if holds(bindings)), arb("nan"))

    return value


def _condition(condition: Any) -> Callable[[Mapping[str, Any]], bool]:
    import sympy

    if condition in (sympy.true, sympy.false):
        truth = bool(condition)
        return lambda _: truth
    name = type(condition).__name__
    if isinstance(condition, sympy.And | sympy.Or | sympy.Not | sympy.ITE):
        parts = [_condition(part) for part in condition.args]
        if name == "ITE":
            return lambda bindings: parts[1](bindings) if parts[0](bindings) else parts[2](bindings)
        if name == "Not":
            return lambda bindings: not parts[0](bindings)
        gather = all if name == "And" else any
        return lambda bindings: gather(part(bindings) for part in parts)
    if name not in _COMPARISONS:
        raise NotImplementedError(f"head={name}: expected a comparison")
    left, right = (_program(part) for part in condition.args)
    return lambda bindings: _compare(name, left(bindings), right(bindings))


def _compare(name: str, left: Number, right: Number) -> bool:
    if isinstance(left, Surd) and left == right:
        left = right = _ZERO
    if not (isinstance(left, fmpq) and isinstance(right, fmpq)):
        left, right = ball(left), ball(right)
        if left.overlaps(right) and not (left.is_exact() and right.is_exact()):
            raise ArithmeticError(f"condition={left} {name} {right}: the balls are too wide to decide it")
    return bool(_COMPARISONS[name](left, right))


def _iterated(tree: Any) -> Program:
    """Translate a sum or product over one index or several, the innermost first."""
    import sympy

    is_sum, body = isinstance(tree, sympy.Sum), _program(tree.args[0])
    for limits in tree.args[1:]:
        body = _over(body, limits, is_sum)
    return body


def _over(body: Program, limits: Any, is_sum: bool) -> Program:
    symbol, low, high = limits
    first, last = _program(low), None if high.is_infinite else _program(high)
    name = symbol.name

    def value(bindings: Mapping[str, Any]) -> Number:
        local, total = dict(bindings), _ZERO if is_sum else _ONE
        end = int(_bound("oo", bindings)) if last is None else _whole(last(bindings))
        for index in range(_whole(first(bindings)), end + 1):
            local[name] = index
            total = total + body(local) if is_sum else total * body(local)
        return total

    return value


def _whole(value: Number) -> int:
    if isinstance(value, fmpq) and value.q == 1:
        return int(value.p)
    raise TypeError(f"index={value}: expected an integer")


_LONGEST = 1 << 20


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


def _is_long(base: Number, n: int) -> bool:
    """Tell whether an exact power would have more than a million bits, as a mutant's can."""
    exact = base.square if isinstance(base, Surd) else base
    return max(int(exact.p).bit_length(), int(exact.q).bit_length()) * abs(n) > _LONGEST


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(exponent, fmpq) and exponent.q == 1:
        n = int(exponent.p)
        if isinstance(base, fmpq) and base == 0 and n < 0:
            return arb("nan")
        if not isinstance(base, arb) and not _is_long(base, n):
            return base**n
        return (acb(ball(base)) ** n).real  # arb ** n has no value at 0 ± r
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
    "Si": lambda value: value.si(),
    "Ci": lambda value: value.ci(),
    "Max": lambda *balls: reduce(lambda a, b: a.max(b), balls),
    "Min": lambda *balls: reduce(lambda a, b: a.min(b), balls),
}
