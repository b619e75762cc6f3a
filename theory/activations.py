"""The catalogue of activations: each with its convention, its tree, and what is known of it.

An activation is named by its family and exact rational parameters; its expression tree, and from that its SymPy
expression, are made when asked for. Nothing here imports SymPy until a symbolic form is wanted.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from eigenlaw.theory import expression as ex
from eigenlaw.theory import structure
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import Node, number
from eigenlaw.theory.parse import parse_expression


@dataclass(frozen=True)
class Family:
    """One row of the catalogue.

    Attributes:
        convention: what the name means, in plain mathematics.
        defaults: the values of the parameters; None marks one that must be given.
        tree: the expression tree for given parameters.
        admits: the range of the parameters, as text and as a test.
        assumption_3: whether it is locally absolutely continuous, polynomially bounded, with φ' in L²(γ).
        singularities: kinks and poles, in words.
        strip: distance of the nearest complex singularity from the real axis, for analytic activations with one.
    """

    convention: str
    defaults: tuple[Fraction | None, ...]
    tree: Callable[..., Node]
    admits: tuple[str, Callable[..., bool]]
    assumption_3: bool
    singularities: str
    strip: Callable[..., Node] | None = None


_ANY = ("any rational", lambda *_: True)
_POSITIVE = ("a positive rational", lambda a: a > 0)
_NONZERO = ("a rational other than 0", lambda a: a != 0)
_NONE = ("no parameter", lambda: True)


def _text(template: str) -> Callable[..., Node]:
    """Return the tree of a template in x with {0}, {1}, … for the parameters."""
    return lambda *parameters: parse_expression(template.format(*(f"({value})" for value in parameters)))


def _integer(low: int, high: int) -> tuple[str, Callable[..., bool]]:
    return f"an integer from {low} to {high}", lambda n: n.denominator == 1 and low <= n <= high


def _polynomial(*coefficients: Fraction) -> Node:
    return ex.add(*(ex.mul(number(c), ex.power(ex.X, number(n))) for n, c in enumerate(coefficients)))


def _hermite(n: Fraction) -> Node:
    order = int(n)
    terms = [Fraction(0)] * (order + 1)
    for m in range(order // 2 + 1):
        terms[order - 2 * m] = Fraction(
            (-1) ** m * math.factorial(order), math.factorial(m) * math.factorial(order - 2 * m) * 2**m
        )
    return ex.mul(_polynomial(*terms), ex.power(number(math.factorial(order)), number(Fraction(-1, 2))))


_ERFC_1 = "erfc(1/sqrt(2))*sqrt(E)"
SELU_ALPHA = f"(-sqrt(2/pi)/({_ERFC_1} - 1))"
SELU_LAMBDA = (
    f"((1 - {_ERFC_1})*sqrt(2*pi)"
    "/sqrt(2*erfc(sqrt(2))*E**2 + pi*erfc(1/sqrt(2))**2*E - 2*(2 + pi)*erfc(1/sqrt(2))*sqrt(E) + pi + 2))"
)


_KINK = "kink at 0"
_ENTIRE = "none (entire)"

CATALOGUE: dict[str, Family] = {
    "linear": Family("x", (), _text("x"), _NONE, True, _ENTIRE),
    "relu": Family("max(x, 0)", (), _text("max(x, 0)"), _NONE, True, _KINK),
    "leaky_relu": Family(
        "x for x > 0, a x for x < 0", (Fraction(1, 100),), _text("{0}*x if x < 0 else x"), _ANY, True, _KINK
    ),
    "abs": Family("|x|", (), _text("abs(x)"), _NONE, True, _KINK),
    "heaviside": Family("1 for x > 0, 0 for x < 0", (), _text("heaviside(x)"), _NONE, False, "jump at 0"),
    "sign": Family("1 for x > 0, -1 for x < 0", (), _text("sign(x)"), _NONE, False, "jump at 0"),
    "monomial": Family("x^n", (None,), _text("x**{0}"), _integer(0, 100), True, _ENTIRE),
    "rectified_monomial": Family(
        "max(x, 0)^n", (None,), _text("0 if x < 0 else x**{0}"), _integer(1, 100), True, "kink of order n at 0"
    ),
    "polynomial": Family("c0 + c1 x + c2 x^2 + …", (), _polynomial, _ANY, True, _ENTIRE),
    "hermite": Family("h_n(x) = He_n(x)/sqrt(n!)", (None,), _hermite, _integer(0, 100), True, _ENTIRE),
    "erf": Family("erf(a x)", (Fraction(1),), _text("erf({0}*x)"), _NONZERO, True, _ENTIRE),
    "gelu": Family("x Phi(x), Phi the normal cdf", (), _text("x*(1 + erf(x/sqrt(2)))/2"), _NONE, True, _ENTIRE),
    "tanh": Family(
        "tanh(a x)", (Fraction(1),), _text("tanh({0}*x)"), _POSITIVE, True, "poles at ±iπ(j+1/2)/a", _text("pi/(2*{0})")
    ),
    "sigmoid": Family("1/(1 + exp(-x))", (), _text("sigmoid(x)"), _NONE, True, "poles at ±iπ(2j+1)", _text("pi")),
    "softplus": Family(
        "log(1 + exp(x))", (), _text("softplus(x)"), _NONE, True, "branch points at ±iπ(2j+1)", _text("pi")
    ),
    "silu": Family("x/(1 + exp(-x))", (), _text("x*sigmoid(x)"), _NONE, True, "poles at ±iπ(2j+1)", _text("pi")),
    "elu": Family(
        "x for x > 0, a(exp(x) - 1) for x < 0",
        (Fraction(1),),
        _text("{0}*(exp(x) - 1) if x < 0 else x"),
        _ANY,
        True,
        "kink at 0 (in the second derivative for a = 1)",
    ),
    "selu": Family(
        "λx for x > 0, λα(exp(x) - 1) for x < 0, with E[φ] = 0 and E[φ²] = 1 exactly",
        (),
        _text(f"{SELU_LAMBDA}*{SELU_ALPHA}*(exp(x) - 1) if x < 0 else {SELU_LAMBDA}*x"),
        _NONE,
        True,
        _KINK,
    ),
    "gaussian": Family(
        "exp(-x²/(2s²))/sqrt(2πs²), the density of N(0, s²)",
        (Fraction(1),),
        _text("exp(-x**2/(2*{0}**2))/sqrt(2*pi*{0}**2)"),
        _POSITIVE,
        True,
        _ENTIRE,
    ),
    "sin": Family("sin(a x)", (Fraction(1),), _text("sin({0}*x)"), _NONZERO, True, _ENTIRE),
    "cos": Family("cos(a x)", (Fraction(1),), _text("cos({0}*x)"), _NONZERO, True, _ENTIRE),
    "exp": Family("exp(a x)", (Fraction(1),), _text("exp({0}*x)"), _NONZERO, False, _ENTIRE),
    "hard_tanh": Family("-1 for x < -1, x, 1 for x > 1", (), _text("min(1, max(-1, x))"), _NONE, True, "kinks at ±1"),
}


@dataclass(frozen=True)
class Activation:
    """An activation φ: a family of the catalogue with exact parameters, or an expression in x.

    Attributes:
        family: a name of the catalogue, or ``expression``.
        parameters: exact rationals; empty for an expression.
        given: the tree of an expression; None for a family.

    Example:
        >>> activation("leaky_relu(0.1)").name
        'leaky_relu(1/10)'
        >>> activation("x*tanh(x)").parity
        'even'
    """

    family: str
    parameters: tuple[Fraction, ...] = ()
    given: Node | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name that ``activation`` reads back."""
        if self.given is not None:
            return ex.to_text(self.given)
        return self.family + (f"({','.join(map(str, self.parameters))})" if self.parameters else "")

    @cached_property
    def tree(self) -> Node:
        """The expression tree of φ."""
        return self.given if self.given is not None else CATALOGUE[self.family].tree(*self.parameters)

    @cached_property
    def parity(self) -> structure.Parity | None:
        """The parity that the tree proves."""
        return structure.parity(self.tree)

    @cached_property
    def breakpoints(self) -> tuple[Node, ...]:
        """The places where φ may fail to be smooth, as constants in increasing order."""
        return structure.breakpoints(self.tree)

    @cached_property
    def polynomial(self) -> tuple[Fraction, ...] | None:
        """The rational coefficients of φ, constant term first, if φ is a rational polynomial."""
        return structure.polynomial(self.tree)

    @property
    def convention(self) -> str:
        """What the name means, in plain mathematics."""
        return self.name if self.given is not None else CATALOGUE[self.family].convention

    @property
    def assumption_3(self) -> bool | None:
        """Whether Assumption 3 of Murray et al. is satisfied; None where the structure does not show it."""
        if self.given is None:
            return CATALOGUE[self.family].assumption_3
        return True if structure.polynomial(self.given) is not None else None

    @property
    def strip(self) -> Node | None:
        """The distance of the nearest complex singularity from the real axis; None if entire, kinked or unknown."""
        rule = None if self.given is not None else CATALOGUE[self.family].strip
        return rule(*self.parameters) if rule else None

    def expression(self) -> Any:
        """Return φ as a SymPy expression in x."""
        from eigenlaw.theory.symbolic import to_sympy

        return to_sympy(self.tree)

    def derivative(self) -> Any:
        """Return φ' as a SymPy expression in x, valid away from the kinks."""
        from eigenlaw.theory.symbolic import x_symbol

        return self.expression().diff(x_symbol())


def activation(spec: object) -> Activation:
    """Return the activation of a catalogue name, an expression text, a tree or a SymPy expression.

    Args:
        spec: ``relu``, ``leaky_relu(0.1)``, ``gaussian(2)``, ``"x*tanh(x)"``, a SymPy expression in one variable,
            an expression tree, or an Activation, which is returned as it is.

    Raises:
        InputError: if the name, its parameters or the expression cannot be used.

    Example:
        >>> activation("gaussian(2)").convention
        'exp(-x²/(2s²))/sqrt(2πs²), the density of N(0, s²)'
    """
    if isinstance(spec, Activation):
        return spec
    if isinstance(spec, Node):
        return _of_tree(spec)
    if isinstance(spec, str):
        return _of_text(spec)
    if hasattr(spec, "free_symbols"):
        from eigenlaw.theory.symbolic import from_sympy

        return _of_tree(from_sympy(spec))
    raise InputError.of("activation", repr(spec), "expected a name, an expression in x, or a SymPy expression")


def _of_tree(tree: Node) -> Activation:
    return Activation("expression", (), tree)


def _of_text(text: str) -> Activation:
    name, bracket, rest = text.strip().partition("(")
    if name in CATALOGUE and (not bracket or _is_parameters(rest)):
        return _of_family(name, rest[:-1] if bracket else "")
    if text.strip().isidentifier() and text.strip() not in {"x", "pi", "E", "e"}:
        names = ", ".join(CATALOGUE)
        raise InputError.of("activation", text, f"unknown; expected one of {names}, or an expression in x")
    return _of_tree(parse_expression(text))


def _is_parameters(rest: str) -> bool:
    """Tell a parameter list from an expression that happens to start with a catalogue name, as tanh(x)**2 does."""
    return rest.endswith(")") and not set(rest[:-1]) - set("0123456789.,/+-eE ")


def _of_family(name: str, rest: str) -> Activation:
    family = CATALOGUE[name]
    texts = [part.strip() for part in rest.split(",")] if rest.strip() else []
    try:
        given = tuple(_rational(text) for text in texts)
    except (ValueError, ZeroDivisionError) as error:
        raise InputError.of(
            "activation", f"{name}({rest})", "expected rational parameters, such as 1/2 or 0.1"
        ) from error
    if name == "polynomial":
        if not 1 <= len(given) <= 101:
            raise InputError.of("activation", f"{name}({rest})", "expected 1 to 101 coefficients c0,c1,…")
        return Activation(name, given)
    wanted = len(family.defaults)
    missing = any(value is None for value in family.defaults[len(given) :])
    if len(given) > wanted or missing:
        raise InputError.of("activation", f"{name}({rest})", f"expected {wanted} parameter{'s' * (wanted != 1)}")
    parameters = given + tuple(value for value in family.defaults[len(given) :] if value is not None)
    text, test = family.admits
    if not test(*parameters):
        raise InputError.of("activation", f"{name}({rest})", f"expected {text}")
    return Activation(name, parameters)


def _rational(text: str) -> Fraction:
    if len(text) > 40 or abs(int(text.lower().partition("e")[2] or "0")) > 100:
        raise ValueError(text)
    return Fraction(text)
