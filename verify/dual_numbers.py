"""First-order dual numbers on NumPy arrays: algorithmic differentiation of a plain function of an array.

A dual number is value + slope * epsilon with epsilon**2 = 0, so that f(x + epsilon) = f(x) + f'(x) * epsilon.
Only the elementary rules stand here; no formula for the derivative of an activation does. The arrays hold floats,
or exact rationals (object arrays of ``Fraction``) where the function is rational. At a kink the rule is that of the
branch ``numpy.where`` takes, so that relu'(0) is the slope of the branch that holds 0.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

Array = NDArray[Any]
ArrayFunction = Callable[[Any], Any]


class Dual(NDArrayOperatorsMixin):
    """An array of dual numbers; the slope may have any shape that broadcasts to that of the value.

    Args:
        value: array of floats, or of exact rationals (dtype object).
        slope: derivative of the value, of a shape that broadcasts to the value's.

    Example:
        >>> x = Dual(np.array([1.0, 2.0]), 1.0)
        >>> (x * x + 3).value.tolist(), (x * x + 3).slope.tolist()
        ([4.0, 7.0], [2.0, 4.0])
    """

    def __init__(self, value: Any, slope: Any) -> None:
        self.value: Array = np.asarray(value)
        self.slope: Array = np.asarray(slope)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the entries of the value."""
        return self.value.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """Number of axes of the value."""
        return self.value.ndim

    def __repr__(self) -> str:
        return f"Dual({self.value!r}, {self.slope!r})"

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Apply a NumPy or SciPy ufunc by its rule of differentiation.

        Raises:
            TypeError: the ufunc has no rule here, or is called in another way than plainly on its arguments.
        """
        name = ufunc.__name__
        if method != "__call__" or kwargs:
            options = ", ".join([*kwargs] or [method])
            raise TypeError(f"ufunc={name} ({options}): expected a plain call on dual numbers, without options")
        if name in _COMPARISONS:
            return ufunc(*(_value(operand) for operand in inputs))
        if name in _BINARY:
            return _BINARY[name](*inputs)
        if name in _UNARY:
            (x,) = inputs
            value = ufunc(x.value)
            return Dual(value, x.slope * _UNARY[name](x.value, value))
        known = ", ".join(sorted([*_COMPARISONS, *_BINARY, *_UNARY]))
        raise TypeError(f"ufunc={name}: expected one whose derivative is known; build the function from {known}, where")

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Apply ``numpy.where`` with its three arguments; nothing else is known.

        Raises:
            TypeError: the function is not ``numpy.where``, or the condition is not a plain array.
        """
        if function is not np.where or len(args) != 3 or kwargs or isinstance(args[0], Dual):
            name = getattr(function, "__name__", function)
            raise TypeError(f"function={name}: expected numpy.where(condition, a, b); build the function from it")
        condition, a, b = args
        value = np.where(condition, _value(a), _value(b))
        return Dual(value, np.where(condition, _slope(a), _slope(b)))


def derivative(phi: ArrayFunction, x: Array) -> tuple[Array, Array]:
    """Return phi(x) and phi'(x), by one pass of dual numbers through phi.

    Args:
        phi: a plain function of an array, built from operators, ufuncs and ``numpy.where``.
        x: array of any shape, of floats or of exact rationals (dtype object).

    Returns:
        Two arrays of the shape and the kind of number of x.

    Raises:
        TypeError: phi uses a ufunc whose derivative is not known, or has floats for values of exact arguments.

    Example:
        >>> derivative(lambda x: x**3, np.array([Fraction(1, 2)], dtype=object))
        (array([Fraction(1, 8)], dtype=object), array([Fraction(3, 4)], dtype=object))
    """
    exact = x.dtype == object
    # numpy.where evaluates both branches; what the branch not taken does outside its domain is of no account
    with np.errstate(all="ignore"):
        result = phi(Dual(x, Fraction(1) if exact else 1.0))
    if not isinstance(result, Dual):  # a constant, or a step function
        result = Dual(result, Fraction(0) if exact else 0.0)
    return filled(result.value, x), filled(result.slope, x)


def evaluated(phi: ArrayFunction, x: Array) -> Array:
    """Return phi(x) as an array of the shape and the kind of number of x.

    Example:
        >>> evaluated(lambda x: 2, np.zeros(2)).tolist()
        [2.0, 2.0]
    """
    # numpy.where evaluates both branches; what the branch not taken does outside its domain is of no account
    with np.errstate(all="ignore"):
        return filled(phi(x), x)


def filled(value: Any, x: Array) -> Array:
    """Return a constant or an array as an array of the shape and the kind of number of x.

    Raises:
        TypeError: x is exact and the values are floats.

    Example:
        >>> filled(3, np.zeros(2)).tolist()
        [3.0, 3.0]
    """
    array = np.asarray(value)
    if x.dtype != object:
        array = array.astype(np.float64, copy=False)
    elif array.dtype.kind in "biu":
        array = array.astype(object)
    elif any(isinstance(entry, float) for entry in array.flat):
        raise TypeError("phi: expected exact values of exact arguments; write its constants as Fractions, not floats")
    return array if array.shape == x.shape else np.broadcast_to(array, x.shape)


def _value(operand: Any) -> Any:
    return operand.value if isinstance(operand, Dual) else operand


def _slope(operand: Any) -> Any:
    return operand.slope if isinstance(operand, Dual) else 0


def _add(a: Any, b: Any) -> Dual:
    if not isinstance(b, Dual):
        return Dual(a.value + b, a.slope)
    if not isinstance(a, Dual):
        return Dual(a + b.value, b.slope)
    return Dual(a.value + b.value, a.slope + b.slope)


def _subtract(a: Any, b: Any) -> Dual:
    if not isinstance(b, Dual):
        return Dual(a.value - b, a.slope)
    return Dual(_value(a) - b.value, _slope(a) - b.slope)


def _multiply(a: Any, b: Any) -> Dual:
    if not isinstance(b, Dual):
        return Dual(a.value * b, a.slope * b)
    if not isinstance(a, Dual):
        return Dual(a * b.value, a * b.slope)
    return Dual(a.value * b.value, a.slope * b.value + a.value * b.slope)


def _divide(a: Any, b: Any) -> Dual:
    if not isinstance(b, Dual):
        return Dual(a.value / b, a.slope / b)
    quotient = _value(a) / b.value
    return Dual(quotient, (_slope(a) - quotient * b.slope) / b.value)


def _power(a: Any, exponent: Any) -> Dual:
    if isinstance(exponent, Dual):
        raise TypeError("ufunc=power: expected a constant exponent; write a**b as exp(b*log(a))")
    if exponent == 0:
        return Dual(a.value**exponent, a.slope * 0)
    return Dual(a.value**exponent, a.slope * exponent * a.value ** (exponent - 1))


_BINARY: dict[str, Callable[..., Dual]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "true_divide": _divide,
    "power": _power,
}

# name of the ufunc f -> f'(x), from x and f(x)
_UNARY: dict[str, Callable[[Array, Array], Any]] = {
    "negative": lambda x, y: -1,
    "positive": lambda x, y: 1,
    "exp": lambda x, y: y,
    "log": lambda x, y: 1 / x,
    "sqrt": lambda x, y: 1 / (2 * y),
    "sin": lambda x, y: np.cos(x),
    "cos": lambda x, y: -np.sin(x),
    "tan": lambda x, y: 1 + y * y,
    "sinh": lambda x, y: np.cosh(x),
    "cosh": lambda x, y: np.sinh(x),
    "tanh": lambda x, y: 1 - y * y,
    "arcsin": lambda x, y: 1 / np.sqrt(1 - x * x),
    "arccos": lambda x, y: -1 / np.sqrt(1 - x * x),
    "arctan": lambda x, y: 1 / (1 + x * x),
    "erf": lambda x, y: 2 / math.sqrt(math.pi) * np.exp(-x * x),
    "erfc": lambda x, y: -2 / math.sqrt(math.pi) * np.exp(-x * x),
}

_COMPARISONS = frozenset({"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"})
