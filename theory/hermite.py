"""Hermite coefficients μ_k(φ) = E[φ(Z) h_k(Z)], Z ~ N(0, 1): laws for symbolic k, exact values for concrete k."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from eigenlaw.theory import laws, tanh_laws
from eigenlaw.theory.activations import CATALOGUE, Activation, activation
from eigenlaw.theory.gaussian import expectation_over_pieces, normal_density
from eigenlaw.theory.hermite_polynomials import check_index, hermite_polynomial, index_symbol
from eigenlaw.theory.laws import Kind, rational
from eigenlaw.theory.symbolic import x_symbol
from eigenlaw.theory.synthesis import synthesise
from eigenlaw.theory.terms import pieces_of_activation


@dataclass(frozen=True)
class HermiteLaw:
    """μ_k for symbolic k ≥ 0.

    Attributes:
        name: the activation.
        expression: μ_k as a SymPy expression in ``index_symbol()``.
        kind: ``closed form``, ``finite sum`` (the number of terms grows with k) or ``integral`` (no closed form: a
            one-dimensional integral with a symbolic k in it).
        derivation: how it follows, one line a step.
    """

    name: str
    expression: Any
    kind: Kind
    derivation: tuple[str, ...]

    def coefficient(self, k: int) -> Any:
        """Return μ_k for a concrete k ≥ 0, with integrals left unevaluated.

        Raises:
            InputError: if k is not an integer of at least 0.
        """
        return self.expression.subs(index_symbol(), check_index("k", k)).doit(integrals=False)


@dataclass(frozen=True)
class _Rule:
    """How the law of a family is built, of what kind it is, and why it holds."""

    build: Callable[..., Any]
    derivation: str
    kind: Kind = "closed form"
    whole: bool = False  # whether the parameters are integers


_STEP = "μ_k(φ) = E[φ^{(k)}(Z)]/√(k!), derivatives as distributions: the jump at 0 gives Hermite values at 0"
_X = "x h_k = √(k+1) h_{k+1} + √k h_{k−1} (25)"
_SLOPE = "μ_k(φ) = μ_{k−1}(φ')/√k (Lemma B.3)"
_FOURIER = "tanh y = ∫_0^∞ sin(ωy)/sinh(πω/2) dω and E sin(ω(Z+t)) = e^{−ω²/2} sin(ωt)"

RULES: dict[str, _Rule] = {
    "linear": _Rule(lambda: laws.delta(1), "x = h_1(x)"),
    "relu": _Rule(laws.relu, _STEP),
    "leaky_relu": _Rule(laws.leaky_relu, f"a x + (1 − a) max(x, 0); {_STEP}"),
    "abs": _Rule(laws.absolute, f"2 max(x, 0) − x; {_STEP}"),
    "heaviside": _Rule(laws.heaviside, _STEP),
    "sign": _Rule(laws.sign, _STEP),
    "monomial": _Rule(laws.monomial, "x^n e^{tx − t²/2} has the mean E (Z+t)^n", whole=True),
    "rectified_monomial": _Rule(laws.rectified_monomial, _STEP, whole=True),
    "polynomial": _Rule(laws.polynomial, "a sum of monomials; E[x^n h_k] from E (Z+t)^n"),
    "hermite": _Rule(laws.delta, "orthonormality of the h_k", whole=True),
    "erf": _Rule(laws.erf_law, f"{_SLOPE} with the Gaussian φ'"),
    "gelu": _Rule(laws.gelu, f"{_X} with the law of Φ = (1 + erf(x/√2))/2"),
    "tanh": _Rule(tanh_laws.tanh, _FOURIER, "integral"),
    "sigmoid": _Rule(tanh_laws.sigmoid, f"(1 + tanh(x/2))/2; {_FOURIER}", "integral"),
    "softplus": _Rule(tanh_laws.softplus, f"{_SLOPE}, φ' the sigmoid; {_FOURIER}", "integral"),
    "silu": _Rule(tanh_laws.silu, f"{_X} from the sigmoid, integrated by parts; {_FOURIER}", "integral"),
    "elu": _Rule(laws.elu, "by parts on x < 0; the sum is a truncated series of erfc, its remainder Γ(1/2−m, 1/2)"),
    "selu": _Rule(laws.selu, "λ elu(α) with the constants that make E[φ] = 0, E[φ²] = 1"),
    "gaussian": _Rule(laws.gaussian_density, "E exp(−(Z+t)²/(2s²)) = s/√(1+s²) exp(−t²/(2(1+s²)))"),
    "sin": _Rule(laws.sine, "E sin(a(Z+t)) = e^{−a²/2} sin(at)"),
    "cos": _Rule(laws.cosine, "E cos(a(Z+t)) = e^{−a²/2} cos(at)"),
    "exp": _Rule(laws.exponential, "E exp(a(Z+t)) = e^{a²/2} e^{at}"),
    "hard_tanh": _Rule(laws.hard_tanh, "φ'' is a unit mass at −1 less one at 1"),
}


def recognised(spec: object) -> Activation:
    """Return the activation, as one of the catalogue if an expression is visibly a parameter-free member of it.

    Example:
        >>> recognised("x*(1+erf(x/sqrt(2)))/2").name
        'gelu'
    """
    phi = activation(spec)
    return phi if phi.family != "expression" else _recognised(phi)


@cache
def _recognised(phi: Activation) -> Activation:
    expanded = phi.expression().expand()
    for name, family in CATALOGUE.items():
        if name != "polynomial" and None not in family.defaults:
            known = activation(name)
            if known.tree == phi.tree or known.expression().expand() == expanded:
                return known
    return phi


def hermite_law(spec: object) -> HermiteLaw | None:
    """Return μ_k(φ) for symbolic k ≥ 0, or None if the rules do not reach it.

    The tanh family and what is built on it have a law of the kind ``integral``.

    Args:
        spec: an activation, or what ``activation`` reads.

    Raises:
        InputError: if the activation cannot be used.

    Example:
        >>> hermite_law("relu").coefficient(4)
        -sqrt(3)/(12*sqrt(pi))
        >>> hermite_law("tanh").kind
        'integral'
    """
    return _law(recognised(spec))


@cache
def _law(phi: Activation) -> HermiteLaw | None:
    if phi.family == "expression":
        made = synthesise(phi)
        return None if made.expression is None else HermiteLaw(phi.name, made.expression, made.kind, made.steps)
    rule = RULES[phi.family]
    parameters = (int(value) if rule.whole else rational(value) for value in phi.parameters)
    return HermiteLaw(phi.name, rule.build(*parameters), rule.kind, (rule.derivation,))


def defining_integral(spec: object, k: Any = None) -> Any:
    """Return the integral (23) that defines μ_k, unevaluated, for symbolic k or a concrete one.

    Example:
        >>> defining_integral("tanh", 1)
        Integral(sqrt(2)*x*exp(-x**2/2)*tanh(x)/(2*sqrt(pi)), (x, -oo, oo))
    """
    import sympy

    x, phi = x_symbol(), activation(spec)
    index = index_symbol() if k is None else k
    return sympy.Integral(phi.expression() * hermite_polynomial(index, x) * normal_density(x), (x, -sympy.oo, sympy.oo))


def hermite_coefficient(spec: object, k: int) -> Any:
    """Return μ_k(φ) exactly for a concrete k: from the law, else by Gaussian rules, else as an unevaluated integral.

    Raises:
        InputError: if the activation cannot be used or k is not an integer of at least 0.

    Example:
        >>> hermite_coefficient("gelu", 2)
        3*sqrt(2)/(8*sqrt(pi))
    """
    check_index("k", k)
    phi = recognised(spec)
    law = hermite_law(phi)
    if law is not None and law.kind != "integral":
        return law.coefficient(k)
    value = expectation_over_pieces(pieces_of_activation(phi), x_symbol(), hermite_polynomial(k, x_symbol()))
    if value is not None:
        return value
    return defining_integral(phi, k) if law is None else law.coefficient(k)


@dataclass(frozen=True)
class HermiteDerivation:
    """What could be said about μ_k(φ), and what could not.

    Attributes:
        activation: φ.
        law: μ_k for symbolic k, or None.
        integral: the defining integral for symbolic k.
        done: what closed and by which rules, one line each.
        left: what did not close, one line each; empty if the law is a closed form.
        values: pairs (k, μ_k) for small k, exact where they close and integrals where not.
    """

    activation: Activation
    law: HermiteLaw | None
    integral: Any
    done: tuple[str, ...]
    left: tuple[str, ...]
    values: tuple[tuple[int, Any], ...]


def derive_hermite(spec: object, order: int = 6) -> HermiteDerivation:
    """Return the Hermite law of an activation with its derivation, or an honest account of where it ends.

    Args:
        spec: an activation, or what ``activation`` reads.
        order: the largest k for which a value is given.

    Raises:
        InputError: if the activation or the order cannot be used.

    Example:
        >>> derive_hermite("x*tanh(x)").law.kind
        'integral'
    """
    check_index("order", order)
    phi = recognised(spec)
    law = hermite_law(phi)
    integral = defining_integral(phi)
    values = tuple((k, hermite_coefficient(phi, k)) for k in range(order + 1))
    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    if law is None:
        made = synthesise(phi)
        done = made.steps
        left = tuple(f"no rule gives E[f(Z) h_k(Z)] in closed form for f = {part}" for part in made.missing)
    else:
        done = law.derivation
        if law.kind == "integral":
            left = ("no closed form is known for symbolic k: the law is a one-dimensional integral with k in it",)
        elif law.kind == "finite sum":
            left = ("the law is a sum whose number of terms grows with k",)
    if phi.parity:
        done = (*done, f"φ is {phi.parity}: μ_k = 0 for {'odd' if phi.parity == 'even' else 'even'} k")
    return HermiteDerivation(phi, law, integral, done, left, values)
