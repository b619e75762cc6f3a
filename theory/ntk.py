"""The limit NTK of a network with one hidden layer (2 weight layers) and its power series, for all hyper-parameters.

On inputs of norm 1 with correlation ρ = x·y, the pre-activations (U, V) of a hidden unit are centred Gaussian with
variance v = γ_w² + γ_b² and covariance c(ρ) = γ_w² ρ + γ_b²; (11)–(12) of Murray et al. 2023 give

    Θ(ρ) = c(ρ) σ_w² E[φ'(U)φ'(V)] + σ_w² E[φ(U)φ(V)] + σ_b² = Σ_p κ_p ρ^p.

With μ_k the Hermite coefficients of x ↦ φ(√v x) (for v = 1: of φ), ω = γ_w²/v and β = γ_b²/v, E[φ(U)φ(V)] =
Σ_k μ_k² (ωρ + β)^k (Lemma B.1), so that

    α_p = σ_w² ω^p Σ_{k≥p} binom(k, p) β^{k−p} μ_k² + δ_{p0} σ_b²
    υ_p = (p+1) α_{p+1}/γ_w²   (from E[φ'φ'] = d/dc E[φφ])
    κ_p = α_p + γ_b² υ_p + γ_w² υ_{p−1}

At γ_b = 0, v = 1 this is (7)–(9) of the paper. For γ_b > 0 the printed (7)–(9) put ρ for the correlation γ_w²ρ + γ_b²
of the pre-activations, and α_p = σ_w² μ_p² + δ_{p0} σ_b² is no longer right.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from eigenlaw.theory.activations import Activation
from eigenlaw.theory.dual import correlation_symbol, dual_activation, dual_derivative
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.gaussian import expectation_over_pieces, normal_density, simplified
from eigenlaw.theory.hermite import hermite_coefficient, recognised
from eigenlaw.theory.hermite_polynomials import check_index, hermite_polynomial
from eigenlaw.theory.laws import rational
from eigenlaw.theory.symbolic import x_symbol
from eigenlaw.theory.terms import Piece, is_continuous, pieces_of_activation


@dataclass(frozen=True)
class Hyperparameters:
    """γ_w², γ_b², σ_w², σ_b² of (1), exact numbers or SymPy expressions.

    Attributes:
        gamma_w2: variance of the first layer's weights, at least 0.
        gamma_b2: variance of the first layer's biases, at least 0.
        sigma_w2: variance of the later layers' weights, at least 0.
        sigma_b2: variance of the later layers' biases, at least 0.
    """

    gamma_w2: Any
    gamma_b2: Any
    sigma_w2: Any
    sigma_b2: Any

    @property
    def variance(self) -> Any:
        """The variance v = γ_w² + γ_b² of the first pre-activations on ‖x‖ = 1."""
        return self.gamma_w2 + self.gamma_b2


def symbolic_hyperparameters(*, unit_variance: bool = False) -> Hyperparameters:
    """Return the hyper-parameters as positive symbols.

    Args:
        unit_variance: whether γ_w² is 1 − γ_b², as in Assumption 2, and not a symbol of its own.
    """
    import sympy

    w, b, s, bias = sympy.symbols("gamma_w2 gamma_b2 sigma_w2 sigma_b2", positive=True)
    return Hyperparameters(1 - b if unit_variance else w, b, s, bias)


def hyperparameters(
    spec: object,
    *,
    gamma_b2: Any = 0,
    gamma_w2: Any = None,
    sigma_w2: Any = 1,
    sigma_b2: Any = None,
) -> Hyperparameters:
    """Return the hyper-parameters with the defaults of Assumption 2: γ_w² = 1 − γ_b², σ_b² = 1 − σ_w² E[φ(Z)²].

    Args:
        spec: the activation φ.
        gamma_b2: γ_b² ≥ 0.
        gamma_w2: γ_w² ≥ 0; 1 − γ_b² if not given.
        sigma_w2: σ_w² ≥ 0, or the word ``unit`` for 1/E[φ²].
        sigma_b2: σ_b² ≥ 0; 1 − σ_w² E[φ²] if not given.

    Raises:
        InputError: if one of them is negative, or γ_w² + γ_b² = 0.

    Example:
        >>> hyperparameters("relu").sigma_b2
        1/2
    """
    b = _exact("gamma_b2", gamma_b2)
    if gamma_w2 is None and (1 - b).is_negative:
        raise InputError.of("gamma_b2", gamma_b2, "expected a number from 0 to 1, or give gamma_w2 as well")
    w = 1 - b if gamma_w2 is None else _exact("gamma_w2", gamma_w2)
    if (w + b).is_zero:
        raise InputError.of("gamma_w2", gamma_w2, "expected gamma_w2 + gamma_b2 above 0")
    if sigma_w2 == "unit":
        moment = second_moment(spec)
        if moment.is_zero:
            raise InputError.of("sigma_w2", sigma_w2, "expected an activation other than 0, or a number")
        s = 1 / moment
    else:
        s = _exact("sigma_w2", sigma_w2)
    if sigma_b2 is not None:
        return Hyperparameters(w, b, s, _exact("sigma_b2", sigma_b2))
    import sympy

    rest = sympy.Integer(0) if sigma_w2 == "unit" else simplified(1 - s * second_moment(spec))
    if rest.is_negative:
        text = f"expected sigma_w2*E[phi^2] of at most 1 (sigma_b2 = {rest} < 0), or give sigma_b2 as well"
        raise InputError.of("sigma_w2", sigma_w2, text)
    return Hyperparameters(w, b, s, rest)


def _exact(name: str, value: Any) -> Any:
    import sympy

    if isinstance(value, float | str | bool):
        raise InputError.of(name, value, "expected an exact number, such as Fraction(1, 2), or a SymPy expression")
    number = rational(value) if isinstance(value, Fraction) else sympy.sympify(value)
    if number.is_negative or number.is_real is False or number.is_finite is False or number is sympy.nan:
        raise InputError.of(name, value, "expected a finite number of at least 0")
    return number


def second_moment(spec: object, variance: Any = 1) -> Any:
    """Return E[φ(√v Z)²], in closed form where it has one, else as an unevaluated integral.

    Example:
        >>> second_moment("gelu")
        (sqrt(3) + 2*pi)/(6*pi)
    """
    return _square(recognised(spec), variance, slope=False)


def derivative_second_moment(spec: object, variance: Any = 1) -> Any:
    """Return E[φ'(√v Z)²], in closed form where it has one, else as an unevaluated integral.

    Raises:
        InputError: if φ' is known not to be square-integrable as a function (a jump of φ).

    Example:
        >>> derivative_second_moment("relu")
        1/2
    """
    phi = recognised(spec)
    need_derivative(phi)
    return _square(phi, variance, slope=True)


def _square(phi: Activation, variance: Any, slope: bool) -> Any:
    import sympy

    x = x_symbol()
    pieces = pieces_of_activation(phi)
    if slope:
        pieces = tuple(Piece(part.expression.diff(x), part.low, part.high) for part in pieces)
    scaled = _scaled_pieces(pieces, sympy.sqrt(variance))
    squares = tuple(Piece(part.expression**2, part.low, part.high) for part in scaled)
    closed = expectation_over_pieces(squares, x)
    if closed is not None and closed.has(sympy.erfc):
        closed = sympy.cancel(sympy.together(closed.rewrite(sympy.erf)))
    return closed if closed is not None else _integral(squares, 1)


def _scaled_pieces(pieces: tuple[Piece, ...], root: Any) -> tuple[Piece, ...]:
    """Return the pieces of x ↦ φ(root x), root > 0."""
    x = x_symbol()
    return tuple(Piece(part.expression.subs(x, root * x), part.low / root, part.high / root) for part in pieces)


def _integral(pieces: tuple[Piece, ...], factor: Any) -> Any:
    """Return E[f(Z) factor(Z)] as unevaluated integrals, one for each piece."""
    import sympy

    x = x_symbol()
    weight = factor * normal_density(x)
    return sympy.Add(*(sympy.Integral(part.expression * weight, (x, part.low, part.high)) for part in pieces))


def need_derivative(phi: Activation) -> None:
    """Refuse an activation with a jump.

    Raises:
        InputError: if φ is known to have one.
    """
    if not is_continuous(pieces_of_activation(phi)):
        raise InputError.of("activation", phi.name, "expected an activation without jumps: the kernel needs E[phi'^2]")


def symbolic_alpha(p: int | Any, h: Hyperparameters | None = None) -> Any:
    """Return α_{p,2} for symbolic μ_k, as a SymPy sum over k.

    α_p = σ_w² ω^p Σ_{k≥p} binom(k, p) β^{k−p} μ_k² + δ_{p0} σ_b², ω = γ_w²/v, β = γ_b²/v. With γ_b = 0 the sum is its
    first term: (7) of Murray et al. 2023.

    Example:
        >>> symbolic_alpha(2, Hyperparameters(1, 0, 1, 0))
        mu[2]**2
    """
    import sympy

    h = h or symbolic_hyperparameters()
    mu, bias = sympy.IndexedBase("mu"), h.sigma_b2 * sympy.KroneckerDelta(p, 0)
    w, b = h.gamma_w2 / sympy.sympify(h.variance), h.gamma_b2 / sympy.sympify(h.variance)
    if b == 0:
        return h.sigma_w2 * mu[p] ** 2 + bias
    k = sympy.Symbol("k", integer=True, nonnegative=True)
    series = sympy.Sum(sympy.binomial(k, p) * b ** (k - p) * mu[k] ** 2, (k, p, sympy.oo))
    return h.sigma_w2 * w**p * series + bias


def symbolic_upsilon(p: int | Any, h: Hyperparameters | None = None) -> Any:
    """Return υ_{p,2} = (σ_w²/v) ω^p Σ_{k≥p} binom(k, p) β^{k−p} (k+1) μ_{k+1}² for symbolic μ_k.

    It is (p+1) α_{p+1,2}/γ_w²: at γ_w = 1 Corollary B.4 (36) of Murray et al. 2023, who print it without the factor.
    Here μ_{k+1}² (k+1)/v stands for the squared Hermite coefficient of φ'(√v ·) (Lemma B.3).

    Example:
        >>> symbolic_upsilon(2, Hyperparameters(1, 0, 1, 0))
        3*mu[3]**2
    """
    import sympy

    h = h or symbolic_hyperparameters()
    mu, v = sympy.IndexedBase("mu"), sympy.sympify(h.variance)
    w, b = h.gamma_w2 / v, h.gamma_b2 / v
    if b == 0:
        return h.sigma_w2 / v * (p + 1) * mu[p + 1] ** 2
    k = sympy.Symbol("k", integer=True, nonnegative=True)
    series = sympy.Sum(sympy.binomial(k, p) * b ** (k - p) * (k + 1) * mu[k + 1] ** 2, (k, p, sympy.oo))
    return h.sigma_w2 / v * w**p * series


def symbolic_kappa(p: int, h: Hyperparameters | None = None) -> Any:
    """Return κ_{p,2} = α_p + γ_b² υ_p + γ_w² υ_{p−1} for symbolic μ_k.

    At γ_b = 0, v = 1: σ_w² (1+p) μ_p² + δ_{p0} σ_b², which is (9) of Murray et al. 2023 there.

    Raises:
        InputError: if p is not an integer of at least 0.

    Example:
        >>> symbolic_kappa(3, Hyperparameters(1, 0, 1, 0))
        4*mu[3]**2
    """
    check_index("p", p)
    h = h or symbolic_hyperparameters()
    before = h.gamma_w2 * symbolic_upsilon(p - 1, h) if p else 0
    return symbolic_alpha(p, h) + h.gamma_b2 * symbolic_upsilon(p, h) + before


def kernel(spec: object, h: Hyperparameters) -> Any | None:
    """Return Θ(ρ) in closed form in ``correlation_symbol()``, or None if the dual activation has none.

    Raises:
        InputError: if φ has a jump, so that its derivative is not a function.

    Example:
        >>> kernel("linear", hyperparameters("linear"))
        2*rho
    """
    phi = recognised(spec)
    need_derivative(phi)
    dual, slope = dual_activation(phi, h.variance), dual_derivative(phi, h.variance)
    if dual is None or slope is None:
        return None
    rho = correlation_symbol()
    c = h.gamma_w2 * rho + h.gamma_b2
    at = c / h.variance
    return h.sigma_w2 * (c * slope.subs(rho, at) + dual.subs(rho, at)) + h.sigma_b2


def kappa_shallow(spec: object, p: int, h: Hyperparameters) -> Any | None:
    """Return κ_{p,2} exactly, or None if it needs an infinite sum that has no closed form.

    At γ_b = 0 it is σ_w² (1+p) μ_p² + δ_{p0} σ_b², from the Hermite coefficient; for γ_b > 0 the α_p are Taylor
    coefficients of the dual activation at ρ = γ_b²/v.

    Raises:
        InputError: if p is not an integer of at least 0 or φ has a jump.

    Example:
        >>> [kappa_shallow("relu", p, hyperparameters("relu")) for p in range(3)]
        [1/(2*pi) + 1/2, 1/2, 3/(4*pi)]
    """
    import sympy

    check_index("p", p)
    phi = recognised(spec)
    need_derivative(phi)
    if h.gamma_b2 == 0:
        mu = _scaled_coefficient(phi, p, h.variance)
        value = h.sigma_w2 * (1 + p) * mu**2
        bias = h.sigma_b2 if p == 0 else 0
        return simplified(value) + bias
    if dual_activation(phi, h.variance) is None:
        return None
    if h.gamma_w2 == 0:  # Θ does not depend on ρ
        constant = kernel(phi, h)
        return sympy.Integer(0) if p else sympy.simplify(constant)
    first, second = _alpha(phi, p, h), _alpha(phi, p + 1, h)
    value = (1 + p) * (first + h.gamma_b2 / h.gamma_w2 * second)  # = α_p + γ_b² υ_p + γ_w² υ_{p−1}
    return sympy.simplify(value + (h.sigma_b2 if p == 0 else 0))


def _alpha(phi: Activation, p: int, h: Hyperparameters) -> Any:
    """Return α_p − δ_{p0} σ_b² = σ_w² ω^p R^{(p)}(β)/p! for the dual R of φ at variance v."""
    import sympy

    at = h.gamma_b2 / h.variance
    slope = _derivative_of_dual(phi, h.variance, p).subs(correlation_symbol(), at)
    return h.sigma_w2 * (h.gamma_w2 / h.variance) ** p * slope / sympy.factorial(p)


@cache
def _derivative_of_dual(phi: Activation, variance: Any, order: int) -> Any:
    """Return the derivative in ρ of the dual; from the first on through E[φ'(U)φ'(V)], which has a simpler form."""
    import sympy

    if order == 0:
        return dual_activation(phi, variance)
    if order == 1:
        return variance * dual_derivative(phi, variance)
    return sympy.diff(_derivative_of_dual(phi, variance, order - 1), correlation_symbol())


def _scaled_coefficient(phi: Activation, p: int, v: Any) -> Any:
    """Return μ_p of x ↦ φ(√v x)."""
    import sympy

    if v == 1:
        return hermite_coefficient(phi, p)
    x, root = x_symbol(), sympy.sqrt(v)
    pieces = _scaled_pieces(pieces_of_activation(phi), root)
    closed = expectation_over_pieces(pieces, x, hermite_polynomial(p, x))
    return closed if closed is not None else _integral(pieces, hermite_polynomial(p, x))


@dataclass(frozen=True)
class NtkDerivation:
    """The power series of the NTK of a network with one hidden layer.

    Attributes:
        activation: φ, or None for symbolic Hermite coefficients μ_k.
        hyperparameters: exact or symbolic.
        kernel: Θ(ρ) in closed form, or None.
        coefficients: κ_0 … κ_order; entries without closed form are sums over the symbols μ_k.
        notes: what holds and why, one line each.
    """

    activation: Activation | None
    hyperparameters: Hyperparameters
    kernel: Any | None
    coefficients: tuple[Any, ...]
    notes: tuple[str, ...]


def derive_ntk(spec: object | None, order: int, h: Hyperparameters | None = None) -> NtkDerivation:
    """Return κ_0 … κ_order for 2 weight layers: for one activation, or for symbolic μ_k if ``spec`` is None.

    Args:
        spec: an activation, or None.
        order: the largest p.
        h: hyper-parameters; by default symbols without an activation and Assumption 2 with γ_b = 0 with one.

    Raises:
        InputError: if the activation, the order or the hyper-parameters cannot be used.

    Example:
        >>> derive_ntk("erf", 1).coefficients[1]
        8/(3*pi)
    """
    check_index("order", order)
    rule = "κ_p = α_p + γ_b² υ_p + γ_w² υ_{p−1}, υ_p = (p+1) α_{p+1}/γ_w² (Lemma B.3)"
    if spec is None:
        h = h or symbolic_hyperparameters(unit_variance=True)
        values = tuple(symbolic_kappa(p, h) for p in range(order + 1))
        return NtkDerivation(None, h, None, values, (rule, "μ_k: Hermite coefficients of φ(√v x), v = γ_w² + γ_b²"))
    phi = recognised(spec)
    h = h or hyperparameters(phi)
    exact = tuple(kappa_shallow(phi, p, h) for p in range(order + 1))
    notes = [rule]
    if None in exact:
        notes.append("E[φ(U)φ(V)] has no closed form: the sums over k, μ_k of φ(√v x), are left as they are")
    values = tuple(symbolic_kappa(p, h) if value is None else value for p, value in enumerate(exact))
    return NtkDerivation(phi, h, kernel(phi, h), values, tuple(notes))
