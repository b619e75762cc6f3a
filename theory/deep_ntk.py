"""The NTK of a network of any depth in symbols: its coefficients, and what the symbols in them stand for.

``deep_series`` has the coefficients as polynomials. Here their symbols get a meaning: exact numbers where φ has a dual
in closed form, else sums over the Hermite coefficients. An exact number that is longer than a reader can use stays a
symbol, with its definition in terms of earlier ones: so at every depth each definition is short.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from eigenlaw.theory.activations import Activation
from eigenlaw.theory.deep_series import centre_symbol, kappa_polynomials, taylor_symbol, variance_symbol
from eigenlaw.theory.dual import correlation_symbol, dual_activation, dual_derivative
from eigenlaw.theory.gaussian import simplified
from eigenlaw.theory.hermite import hermite_law, recognised
from eigenlaw.theory.ntk import (
    Hyperparameters,
    hyperparameters,
    need_derivative,
    second_moment,
    symbolic_hyperparameters,
)

_LONGEST_CENTRE = 16
_MOST_IRRATIONALS = 2
_LONGEST_VALUE = 400
"""Operations of an expression that is still written out."""


@dataclass(frozen=True)
class Definition:
    """What a symbol stands for, in the hyper-parameters, the μ_k and symbols that are defined before it."""

    symbol: Any
    expression: Any


@dataclass(frozen=True)
class DeepNtk:
    """The power series of the NTK of a network of any depth.

    Attributes:
        activation: φ, or None for symbolic Hermite coefficients.
        layers: l, the number of weight layers.
        hyperparameters: exact or symbolic.
        unit: whether all pre-activations have variance 1.
        kernel: Σ^(m)(ρ) and Θ^(m)(ρ), m = 2 … l, each by those before; empty without a closed dual.
        sums: r_{l,k} for a symbolic k, for the layers at which it is an infinite sum.
        definitions: of the symbols in the coefficients, in the order in which they are needed.
        coefficients: κ_0 … κ_order.
        centred: for symbolic μ_k the coefficients where μ_0 = γ_b = σ_b = 0, polynomials in the μ_k; else empty.
    """

    activation: Activation | None
    layers: int
    hyperparameters: Hyperparameters
    unit: bool
    kernel: tuple[Definition, ...]
    sums: tuple[Definition, ...]
    definitions: tuple[Definition, ...]
    coefficients: tuple[Any, ...]
    centred: tuple[Any, ...]


def derive_deep_ntk(
    spec: object | None, order: int, layers: int, h: Hyperparameters | None = None, *, unit: bool = True
) -> DeepNtk:
    """Return κ_0 … κ_order for any number of weight layers: for one activation, or for symbolic μ_k.

    Args:
        spec: an activation, or None.
        order: the largest p.
        layers: l, at least 1.
        h: hyper-parameters; by default Assumption 2 with γ_b = 0, and symbols σ_w², σ_b² without an activation.
        unit: without an activation, whether Assumption 2 holds: then σ_b² stands for 1 − σ_w² E[φ²].

    Raises:
        InputError: if the activation, the order or the hyper-parameters cannot be used, or the result is too large.

    Example:
        >>> found = derive_deep_ntk(None, 1, 3)
        >>> found.coefficients[1], found.centred[1]
        (3*r_3_1*sigma_w2*mu[1]**2 + 2*r_3_2*sigma_w2*z_2*mu[1]**2, 3*sigma_w2**2*mu[1]**4)
        >>> derive_deep_ntk("hermite(2)", 4, 3).coefficients[4]
        7
    """
    import sympy

    if spec is None:
        s = symbolic_hyperparameters()
        h = h or Hyperparameters(sympy.Integer(1), sympy.Integer(0), s.sigma_w2, s.sigma_b2)
        phi = None
    else:
        phi = recognised(spec)
        need_derivative(phi)
        h = h or hyperparameters(phi)
        unit = h.variance == 1 and simplified(h.sigma_w2 * second_moment(phi) + h.sigma_b2) == 1
    meaning = _Meaning(phi, h, unit)
    known = order if h.gamma_w2 != 0 else 0
    for layer in range(2, layers + 1):
        meaning.add_layer(layer, known, last=layer == layers)
    bias = h.gamma_b2 != 0
    raw = kappa_polynomials(layers, known, bias=bias, unit=unit, vanishing=meaning.vanishing)
    values = meaning.written(raw) + [sympy.Integer(0)] * (order - known)
    may_be_zero = h.sigma_b2 == 0 or not h.sigma_b2.is_number
    centred = _centred(raw, layers, h, unit) if phi is None and not bias and may_be_zero else ()
    steps = meaning.kernel_steps(layers)
    needed = meaning.needed([*values, *(step.expression for step in steps)])
    return DeepNtk(phi, layers, h, unit, steps, tuple(meaning.sums), needed, tuple(values), centred)


def _is_open(expression: Any) -> bool:
    import sympy

    return bool(expression.has(sympy.Sum, sympy.Integral))


def _is_simple(value: Any) -> bool:
    """Tell whether an expression is a number of few operations on rationals and at most two irrational numbers."""
    import sympy

    roots = {part for part in value.atoms(sympy.Pow) if not part.exp.is_Integer}
    irrational = value.atoms(sympy.NumberSymbol, sympy.Function) | roots
    return not value.free_symbols and value.count_ops() <= _LONGEST_CENTRE and len(irrational) <= _MOST_IRRATIONALS


def _written(term: Any, table: dict[Any, Any], most: int | None = None) -> Any | None:
    """Return the term with the last definitions put in first, or None if it gets more operations than ``most``."""
    for symbol, value in reversed(table.items()):
        if term.has(symbol):
            term = term.xreplace({symbol: value})
            if most is not None and term.count_ops() > most:
                return None
    return term


def _factored(expression: Any) -> Any:
    """Return an algebraic expression over a common denominator, with square roots of polynomials."""
    import sympy

    found = sympy.factor(expression)
    return found.replace(
        lambda part: part.is_Pow and not part.exp.is_Integer, lambda part: part.base.expand() ** part.exp
    )


def _compact(number: Any) -> Any:
    """Return a number as a sum over products of square roots and functions, with factored rational coefficients."""
    import sympy

    coefficients: dict[Any, Any] = {}
    for term in sympy.Add.make_args(sympy.expand_mul(number)):
        outer, inner = sympy.Integer(1), sympy.Integer(1)
        for factor in sympy.Mul.make_args(term):
            base, exponent = factor.as_base_exp()
            if exponent.is_Rational and not exponent.is_Integer and not base.is_Rational:
                square = sympy.factor(sympy.together(base))
                outer *= sympy.sqrt(square)
                inner *= square ** (exponent - sympy.Rational(1, 2))
            elif base.is_Function and not base.args[0].is_Rational:
                outer *= factor
            else:
                inner *= factor
        coefficients[outer] = coefficients.get(outer, 0) + inner
    return sympy.Add(*(sympy.factor(sympy.together(value)) * outer for outer, value in coefficients.items()))


def _hermite_base(layer: int, unit: bool) -> Any:
    """Return the μ of φ(√q_l x)."""
    import sympy

    return sympy.IndexedBase("mu" if unit else f"mu_{layer}")


def _centred(raw: tuple[Any, ...], layers: int, h: Hyperparameters, unit: bool) -> tuple[Any, ...]:
    """Return the coefficients where every z_l is 0, so that r_{l,k} = σ_w² μ_k² at every layer."""
    import sympy

    table = {centre_symbol(layer): sympy.Integer(0) for layer in range(2, layers)}
    for symbol in {symbol for term in raw for symbol in term.free_symbols}:
        if symbol.name.startswith("r_"):
            layer, k = map(int, symbol.name[2:].split("_"))
            table[symbol] = h.sigma_w2 * _hermite_base(layer - 1, unit)[k] ** 2 if k else sympy.Integer(0)
    table |= _hyper_table(h, unit) | {symbolic_hyperparameters().sigma_b2: sympy.Integer(0)}
    return tuple(term.xreplace(table) for term in raw)


def _hyper_table(h: Hyperparameters, unit: bool) -> dict[Any, Any]:
    symbols = symbolic_hyperparameters()
    table = {getattr(symbols, name): getattr(h, name) for name in ("gamma_w2", "gamma_b2", "sigma_b2")}
    return table if unit else {**table, variance_symbol(1): h.variance}


@dataclass
class _Meaning:
    """What r_{l,k}, z_l and q_l are, layer by layer.

    Attributes:
        phi: φ, or None for symbolic μ_k.
        h: the hyper-parameters.
        unit: whether all q_l are 1.
        definitions: values by their symbols, in order.
        sums: r_{l,k} for a symbolic k, where it is an infinite sum.
        variances: q_1, q_2, …, each the number if it is short, else the symbol.
    """

    phi: Activation | None
    h: Hyperparameters
    unit: bool
    definitions: dict[Any, Any] = field(default_factory=dict)
    sums: list[Definition] = field(default_factory=list)
    variances: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start at the first layer, z_1 = γ_b²/(γ_w² + γ_b²); what has no closed form becomes a symbol."""
        symbols = symbolic_hyperparameters()
        for name in ("sigma_w2", "sigma_b2"):
            if _is_open(value := getattr(self.h, name)):
                self.definitions[getattr(symbols, name)] = value
                self.h = replace(self.h, **{name: getattr(symbols, name)})
        self.centre = self.h.gamma_b2 / self.h.variance
        self.variances.append(self.h.variance)
        self.closed = self.phi is not None and None not in self._duals(1)

    def _duals(self, q: Any) -> tuple[Any, Any]:
        """Return E[φ(U)φ(V)] and E[φ'(U)φ'(V)] at variance q, None without closed form."""
        return dual_activation(self.phi, q), dual_derivative(self.phi, q)

    @property
    def vanishing(self) -> set[Any]:
        """The symbols that are 0."""
        return {symbol for symbol, value in self.definitions.items() if value == 0}

    def add_layer(self, layer: int, order: int, *, last: bool) -> None:
        """Define r_{l,k} for k ≤ order + 1 and, but at the last layer, z_l and q_l."""
        import sympy

        taylor = self._exact_taylor(order) if self.closed else self._sums(layer, order)
        self.definitions.update({taylor_symbol(layer, k): value for k, value in enumerate(taylor)})
        if last:
            return
        following = sympy.Integer(1)
        if not self.unit:
            following = self._settled(variance_symbol(layer), self._next_variance(layer))
        first = taylor_symbol(layer, 0) if _is_open(taylor[0]) else taylor[0]
        self.centre = self._settled(centre_symbol(layer), (first + self.h.sigma_b2) / following)
        self.variances.append(following)

    def _settled(self, symbol: Any, value: Any) -> Any:
        """Return a number that is short, else the symbol, which is defined by the value."""
        if self.closed and not value.free_symbols:
            value = simplified(value)
        self.definitions[symbol] = value
        return value if value == 0 or (self.closed and _is_simple(value)) else symbol

    def _exact_taylor(self, order: int) -> list[Any]:
        """Return σ_w² R^{(k)}(z)/k!; all derivatives but the first are those of q E[φ'(U)φ'(V)]."""
        import sympy

        q, rho = (sympy.Integer(1) if self.unit else variance_symbol(0)), correlation_symbol()
        value, slope = self._duals(q)
        terms = [value, q * slope]
        while len(terms) < order + 2:
            terms.append(_factored(sympy.diff(terms[-1], rho) / len(terms)))
        found = [self.h.sigma_w2 * term.subs({rho: self.centre, q: self.variances[-1]}) for term in terms]
        return [term if term.free_symbols else _compact(term) for term in found]

    def kernel_steps(self, layers: int) -> tuple[Definition, ...]:
        """Return Σ^(m) and Θ^(m), m = 2 … l, in ρ, q_m and those before; empty without a closed dual."""
        import sympy

        first = self.h.gamma_w2 * correlation_symbol() + self.h.gamma_b2
        sigma, theta, steps = first, first, []
        for m, q in enumerate(self.variances[: layers - 1] if self.closed else (), start=2):
            names = [sympy.Symbol(f"{kind}_{m}", real=True) for kind in ("Sigma", "Theta")]
            value, slope = (self.h.sigma_w2 * dual.subs(correlation_symbol(), sigma / q) for dual in self._duals(q))
            steps += [Definition(names[0], value + self.h.sigma_b2), Definition(names[1], theta * slope + names[0])]
            sigma, theta = names
        return tuple(steps)

    def _sums(self, layer: int, order: int) -> list[Any]:
        """Return σ_w² Σ_{j≥k} binom(j, k) μ_j² z^{j−k}; at z = 0 it is σ_w² μ_k², or 0 by the parity of φ."""
        import sympy

        mu = _hermite_base(layer - 1, self.unit)
        j, k = sympy.symbols("j k", integer=True, nonnegative=True)
        if self.centre == 0:
            return [sympy.Integer(0) if self._vanishes(n) else self.h.sigma_w2 * mu[n] ** 2 for n in range(order + 2)]
        term = sympy.binomial(j, k) * mu[j] ** 2 * self.centre ** (j - k)
        law = self.h.sigma_w2 * sympy.Sum(term, (j, k, sympy.oo))
        self.sums.append(Definition(sympy.Symbol(f"r_{layer}_k", real=True), law))
        return [law.subs(k, n) for n in range(order + 2)]

    def _vanishes(self, n: int) -> bool:
        """Tell whether μ_n is known to be 0, by the parity of φ or by its Hermite law."""
        if self.phi is None:
            return False
        if self.phi.parity is not None and n % 2 == (self.phi.parity == "even"):
            return True
        law = hermite_law(self.phi) if self.unit else None
        return law is not None and law.coefficient(n) == 0

    def _next_variance(self, layer: int) -> Any:
        """Return q_l = σ_w² E[φ(√q_{l−1} Z)²] + σ_b²."""
        import sympy

        if self.closed:
            return self.h.sigma_w2 * second_moment(self.phi, self.variances[-1]) + self.h.sigma_b2
        j = sympy.Symbol("j", integer=True, nonnegative=True)
        square = sympy.Sum(_hermite_base(layer - 1, self.unit)[j] ** 2, (j, 0, sympy.oo))
        return self.h.sigma_w2 * square + self.h.sigma_b2

    def written(self, raw: tuple[Any, ...]) -> list[Any]:
        """Return the coefficients in numbers alone if all of them are short then, else in the symbols."""
        terms = [term.xreplace(_hyper_table(self.h, self.unit)) for term in raw]
        if self.closed and not any(value.free_symbols for value in self.definitions.values()):
            found = [_written(term, self.definitions, _LONGEST_VALUE) for term in terms]
            if None not in found:
                return [_compact(term) for term in found]
        plain = {symbol: value for symbol, value in self.definitions.items() if not _is_open(value)}
        brief = {s: value for s, value in plain.items() if value.is_Rational or (not self.closed and s.name[0] == "r")}
        return [_written(term, brief) for term in terms]

    def needed(self, values: list[Any]) -> tuple[Definition, ...]:
        """Return the definitions that the values need, in order."""
        wanted: set[Any] = set().union(*(value.free_symbols for value in values))
        for symbol, value in reversed(self.definitions.items()):
            if symbol in wanted:
                wanted |= value.free_symbols
        return tuple(Definition(symbol, value) for symbol, value in self.definitions.items() if symbol in wanted)
