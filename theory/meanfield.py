"""The order parameters of wide networks in symbols: one layer's map, its fixed points, the edge of chaos, the depths.

With U, V ~ N(0, q) of correlation c, one layer of a wide network takes (q_t, q_st) = (q, cq) to

    q̂_t = E φ(U)²,   q̂_st = E φ(U)φ(V),   q_t' = σ_w² q̂_t + σ_b²,   q_st' = σ_w² q̂_st + σ_b²,

and, from the last layer down, q̃_t^l = σ_w² E φ'(U)² q̃_t^{l+1}, q̃_st^l = σ_w² E φ'(U)φ'(V) q̃_st^{l+1}. Everything is
written in q and ρ = c. Where the Gaussian integrals have no closed form, the means of one variable stay integrals and
those of two are the Hermite (Mehler) series in μ_k, the Hermite coefficients of x ↦ φ(√q x).

Source: Karakida et al. 2019, (15)–(19); Schoenholz et al. 2017 for fixed points, the edge of chaos and depth scales.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from eigenlaw.theory.activations import Activation
from eigenlaw.theory.dual import correlation_symbol, derive_dual
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.gaussian import normal_density
from eigenlaw.theory.symbolic import x_symbol

HOMOGENEOUS = ("linear", "relu", "leaky_relu", "abs")
"""φ(ax) = aφ(x) for a > 0: E φ(U)² = q E φ(Z)²."""


@cache
def variance_symbol() -> Any:
    """Return the symbol q, positive, the variance of the pre-activations of a layer."""
    import sympy

    return sympy.Symbol("q", positive=True)


@dataclass(frozen=True)
class LayerMap:
    """The four Gaussian means of one layer, in ``variance_symbol()`` and ``correlation_symbol()``.

    Attributes:
        activation: φ; None for any.
        own: E φ(U)².
        overlap: E φ(U)φ(V).
        own_slope: E φ'(U)².
        overlap_slope: E φ'(U)φ'(V).
        closed: whether all are in closed form.
        note: how they are derived, or why there is no closed form.
    """

    activation: Activation | None
    own: Any
    overlap: Any
    own_slope: Any
    overlap_slope: Any
    closed: bool
    note: str

    @property
    def homogeneous(self) -> bool:
        """Whether φ(ax) = aφ(x) for a > 0 is known."""
        return self.activation is not None and self.activation.family in HOMOGENEOUS


@dataclass(frozen=True)
class Layer:
    """A quantity of one layer and what it is in terms of those before.

    Attributes:
        symbol: ``q_l``, ``q_st_l``, ``qhat_l``, ``qhat_st_l``, ``qtilde_l`` or ``qtilde_st_l``.
        expression: in σ_w², σ_b² and the symbols before.
    """

    symbol: Any
    expression: Any


def layer_map(phi: Activation | None) -> LayerMap:
    """Return the means of one layer, in closed form where the Gaussian integrals close.

    Args:
        phi: the activation, or None for any.

    Raises:
        InputError: if φ' is not in L² of the normal law.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> found = layer_map(activation("erf"))
        >>> found.own, found.own_slope
        (2*asin(2*q/(2*q + 1))/pi, 4/(pi*sqrt(4*q + 1)))
    """
    if phi is None:
        return _series(None, "E[h_j(U) h_k(V)] = c^k δ_{jk} (Mehler), h_k the normalised Hermite polynomials")
    found = derive_dual(phi, variance_symbol())
    if found.expression is None:
        return _series(phi, found.note)
    if found.derivative is None:
        raise InputError.of("activation", phi.name, "expected a derivative in L^2 of the normal law: no jumps")
    own, own_slope = _at_one(found.expression), _at_one(found.derivative)
    return LayerMap(phi, own, found.expression, own_slope, found.derivative, closed=True, note=found.note)


def _at_one(expression: Any) -> Any:
    """Return the value at ρ = 1, from the left where the expression has none there."""
    import sympy

    rho = correlation_symbol()
    value = expression.subs(rho, 1)
    if value.has(sympy.nan, sympy.zoo, sympy.oo):
        value = sympy.limit(expression, rho, 1, "-")
    powers = value.replace(lambda e: e.is_Pow, lambda e: sympy.expand(e.base) ** e.exp)
    return sympy.simplify(powers)


def _series(phi: Activation | None, note: str) -> LayerMap:
    """Return integrals in one variable and Hermite series in ρ."""
    import sympy

    q, rho, x = variance_symbol(), correlation_symbol(), x_symbol()
    k, mu = sympy.Symbol("k", integer=True, nonnegative=True), sympy.IndexedBase("mu")
    function = sympy.Function("phi")(x) if phi is None else phi.expression()
    slope = function.diff(x)

    def mean(f: Any) -> Any:
        return sympy.Integral(f.subs(x, sympy.sqrt(q) * x) ** 2 * normal_density(x), (x, -sympy.oo, sympy.oo))

    overlap = sympy.Sum(mu[k] ** 2 * rho**k, (k, 0, sympy.oo))
    overlap_slope = sympy.Sum(k * mu[k] ** 2 * rho ** (k - 1), (k, 1, sympy.oo)) / q
    if phi is None:
        own = sympy.Sum(mu[k] ** 2, (k, 0, sympy.oo))
        own_slope = overlap_slope.subs(rho, 1)
        return LayerMap(None, own, overlap, own_slope, overlap_slope, closed=False, note=note)
    return LayerMap(phi, mean(function), overlap, mean(slope), overlap_slope, closed=False, note=note)


def sigma_symbols() -> tuple[Any, Any]:
    """Return the symbols of σ_w² and σ_b²."""
    import sympy

    sigma_w2, sigma_b2 = sympy.symbols("sigma_w2 sigma_b2", positive=True)
    return sigma_w2, sigma_b2


def edge_of_chaos(found: LayerMap) -> tuple[Any, Any]:
    """Return σ_w²(q) and σ_b²(q) of the critical line, on which χ_1 = σ_w² E φ'(U)² = 1 at the fixed point q.

    The line ends where σ_b² is no longer at least 0. For homogeneous φ it is one point: σ_w² = 1/E φ(Z)², σ_b² = 0.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> edge_of_chaos(layer_map(activation("relu")))
        (2, 0)
    """
    import sympy

    sigma_w2 = 1 / found.own_slope
    sigma_b2 = variance_symbol() - found.own * sigma_w2
    return sigma_w2, sympy.simplify(sigma_b2) if found.closed else sigma_b2


def fixed_variance(found: LayerMap, sigma_w2: Any, sigma_b2: Any) -> Any:
    """Return q* = σ_w² E φ(U)² + σ_b² as an equation in q, or solved for homogeneous φ and σ_w² E φ(Z)² < 1.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> fixed_variance(layer_map(activation("relu")), *sigma_symbols())
        sigma_b2/(1 - sigma_w2/2)
    """
    import sympy

    if found.homogeneous:
        return sigma_b2 / (1 - sigma_w2 * found.own_slope)
    return sympy.Eq(variance_symbol(), sigma_w2 * found.own + sigma_b2, evaluate=False)


def slopes(found: LayerMap, sigma_w2: Any) -> tuple[Any, Any, Any]:
    """Return χ_1 = σ_w² E φ'(U)², χ_c = σ_w² E φ'(U)φ'(V) and χ_q = σ_w² d/dq E φ(U)².

    At a fixed point c* these are the factors by which 1 − c near c* = 1, c − c* and q − q* change in a layer, and the
    depth scales are ξ_c = −1/log χ_c (χ_1 where c* = 1) and ξ_q = −1/log |χ_q|.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> slopes(layer_map(activation("sin")), 2)[0]
        2*exp(-q)*cosh(q)
    """
    import sympy

    rate = sympy.diff(found.own, variance_symbol()) if found.activation is not None else None
    if rate is None:
        rate = sympy.Derivative(found.own, variance_symbol())
    return sigma_w2 * found.own_slope, sigma_w2 * found.overlap_slope, sigma_w2 * rate


def depth_scale(slope: Any) -> Any:
    """Return ξ = −1/log |χ|.

    Example:
        >>> import sympy
        >>> depth_scale(sympy.exp(-sympy.Rational(1, 3)))
        3
    """
    import sympy

    return -1 / sympy.log(slope if slope.is_positive else sympy.Abs(slope))


def order_recursion(found: LayerMap, layers: int, sigma_w2: Any, sigma_b2: Any) -> list[Layer]:
    """Return the order parameters of a network of equal layers, each in terms of those before.

    Args:
        found: the means of one layer.
        layers: L, the number of weight layers, at least 2.
        sigma_w2: σ_w², a number or a symbol.
        sigma_b2: σ_b², a number or a symbol.

    Raises:
        InputError: if there are fewer than 2 layers.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> for layer in order_recursion(layer_map(activation("linear")), 2, *sigma_symbols()):
        ...     print(layer.symbol, "=", layer.expression)
        qhat_0 = 1
        qhat_st_0 = 0
        q_1 = qhat_0*sigma_w2 + sigma_b2
        q_st_1 = qhat_st_0*sigma_w2 + sigma_b2
        qhat_1 = q_1
        qhat_st_1 = q_st_1
        qtilde_2 = 1
        qtilde_st_2 = 1
        qtilde_1 = qtilde_2*sigma_w2
        qtilde_st_1 = qtilde_st_2*sigma_w2
    """
    import sympy

    if layers < 2:
        raise InputError.of("layers", layers, "expected an integer of at least 2: one hidden layer")
    one, zero = sympy.Integer(1), sympy.Integer(0)
    out = [Layer(_symbol("qhat", 0), one), Layer(_symbol("qhat_st", 0), zero)]
    for layer in range(1, layers):
        for name in ("", "_st"):
            before = _symbol(f"qhat{name}", layer - 1)
            out.append(Layer(_symbol(f"q{name}", layer), sigma_w2 * before + sigma_b2))
        out.append(Layer(_symbol("qhat", layer), _at_layer(found.own, layer)))
        out.append(Layer(_symbol("qhat_st", layer), _at_layer(found.overlap, layer)))
    out += [Layer(_symbol("qtilde", layers), one), Layer(_symbol("qtilde_st", layers), one)]
    for layer in range(layers - 1, 0, -1):
        for name, slope in (("qtilde", found.own_slope), ("qtilde_st", found.overlap_slope)):
            out.append(Layer(_symbol(name, layer), sigma_w2 * _symbol(name, layer + 1) * _at_layer(slope, layer)))
    return out


def _symbol(name: str, layer: int) -> Any:
    import sympy

    return sympy.Symbol(f"{name}_{layer}", real=True)


def _at_layer(expression: Any, layer: int) -> Any:
    """Return a mean at q = q_l, ρ = q_st_l/q_l; the Hermite coefficients become those of layer l."""
    import sympy

    q, q_st = _symbol("q", layer), _symbol("q_st", layer)
    mu = {sympy.IndexedBase("mu"): sympy.IndexedBase(f"mu_{layer}")}
    return expression.subs(correlation_symbol(), q_st / q).subs(variance_symbol(), q).subs(mu)
