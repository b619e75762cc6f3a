"""Geometric coefficients at every depth: Lemmas B.7 and B.8, over the rationals."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import fmpq_poly

from eigenlaw.theory import geometric_layers
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Identity, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.judge_identities import by_simplification

ORDER = 7
PLACES = [(p, k) for p in range(5) for k in range(5)]


def _radii(count: int, rng: Rng) -> list[Fraction]:
    plain = [Fraction(2), Fraction(3), Fraction(3, 2), Fraction(5, 4), Fraction(10)]
    return [*plain, *(1 + Fraction(int(a), int(b)) for a, b in rng.integers(1, 12, (count, 2)))]


def layers(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return cases with C = η − 1, so that Σ_p α_{p,2} = 1, of 2 to 5 layers."""
    radii = _radii(budget.of(1, 3, 30), rng)
    return [{"C": str(radius - 1), "eta": str(radius), "l": depth} for depth in range(2, 6) for radius in radii]


def all_layers(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return cases of 2 to 5 layers, also some where the coefficients do not sum to one."""
    pairs = (("1", "3"), ("7/2", "2"), ("1/5", "9/8"))
    free = [{"C": c, "eta": eta, "l": depth} for depth in range(2, 6) for c, eta in pairs]
    return [*layers(budget, rng), *free]


def first_layers(_budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return cases with Σ_p α_{p,2} = 1 of 2 layers."""
    return [{"C": str(radius - 1), "eta": str(radius), "l": 2} for radius in _radii(25, rng)]


def _deeper_layers(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [instance for instance in all_layers(budget, rng) if instance["l"] > 2]


def cut(series: fmpq_poly) -> fmpq_poly:
    """Drop what is beyond ORDER."""
    return fmpq_poly([series[p] for p in range(ORDER + 1)])


def _powers(inner: fmpq_poly) -> list[fmpq_poly]:
    """Σ_p F(p, k, ā) x^p, the powers of the series of ā, for k ≤ ORDER."""
    found = [fmpq_poly([1])]
    for _ in range(ORDER):
        found.append(cut(found[-1] * inner))
    return found


def _substituted(outer: fmpq_poly, inner: fmpq_poly) -> fmpq_poly:
    """Σ_k a_k F(p, k, ā) as in (7) and (8); for ā_0 = 0 no k > p contributes."""
    return sum((outer[k] * power for k, power in enumerate(_powers(inner))), fmpq_poly())


def layer_series(instance: Instance, further: int = 0) -> tuple[fmpq_poly, fmpq_poly]:
    """Return α_{p,l} and υ_{p,l}, p ≤ ORDER, by (7) and (8), of the layer of the instance or a further one."""
    return _layer_series(instance["C"], instance["eta"], instance.get("first", "0"), instance["l"] + further)


@cache
def _layer_series(weight: str, radius: str, first: str, depth: int) -> tuple[fmpq_poly, fmpq_poly]:
    c, eta, offset = (rational(Fraction(text)) for text in (weight, radius, first))
    start = fmpq_poly([offset, *(c / eta**p for p in range(1, ORDER + 2))])
    alpha, upsilon = cut(start), cut(start.derivative())
    for _ in range(depth - 2):
        alpha, upsilon = _substituted(start, alpha), _substituted(start.derivative(), alpha)
    return alpha, upsilon


def _alpha(further: int) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [layer_series(instance, further)[0][p] for p in range(ORDER + 1)]


def _upsilon(further: int) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [layer_series(instance, further)[1][p] for p in range(ORDER + 1)]


def _products(instance: Instance, _: Rng) -> Sequence[Any]:
    powers = _powers(layer_series(instance)[0])
    return [powers[k][p] for p, k in PLACES]


def _given(instance: Instance) -> dict[str, Any]:
    return {"C": Fraction(instance["C"]), "eta": Fraction(instance["eta"]), "l": instance["l"]}


def _read_off(instance: Instance) -> dict[str, Any]:
    """C_2, η_2, and C_l, η_l from the first two coefficients α_{1,l} = C_l/η_l, α_{2,l} = C_l/η_l²."""
    alpha = layer_series(instance)[0]
    radius = alpha[1] / alpha[2]
    return {**_given(instance), "C_l": alpha[1] * radius, "eta_l": radius}


def _at_indices(known: Callable[[Instance], dict[str, Any]]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        given = known(instance)
        return [value(p=p, **given) for p in range(ORDER + 1)]

    return predicted


def _at_places(known: Callable[[Instance], dict[str, Any]]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        given = known(instance)
        return [value(p=p, k=k, **given) for p, k in PLACES]

    return predicted


# as printed


def _next_radius() -> Any:
    _, eta_2, c_l, eta_l = symbols("C eta C_l eta_l")
    return eta_l * eta_2 / (eta_2 + c_l)


def _next_weight() -> Any:
    c_2, eta_2, c_l, _ = symbols("C eta C_l eta_l")
    return c_l * c_2 / (eta_2 + c_l)


def _alpha_printed() -> Any:
    import sympy

    (p,) = symbols("p")
    return sympy.Piecewise((0, sympy.Eq(p, 0)), (_next_weight() * _next_radius() ** (-p), True))


def _mobius_printed() -> Any:
    """Σ_{p≥1} C_{l+1} η_{l+1}^{−p} x^p, summed."""
    (x,) = symbols("x")
    return _next_weight() * x / (_next_radius() - x)


def _power_printed() -> Any:
    import sympy

    p, k, c_l, eta_l = symbols("p k C_l eta_l")
    value = c_l**k * eta_l ** (-p) * sympy.binomial(p - 1, k - 1)
    return sympy.Piecewise(
        (1, sympy.Eq(k, 0) & sympy.Eq(p, 0)), (value, (k >= 1) & (k <= p) & (p >= 1)), (0, True), evaluate=False
    )


def _first_slope_printed() -> Any:
    p, c, eta = symbols("p C eta")
    return c / eta * (1 + p) * eta ** (-p)


def slope_constants() -> tuple[Any, Any]:
    """Return V'_{l+1} and V_{l+1} of (47), as printed."""
    c_2, eta_2, c_l, _ = symbols("C eta C_l eta_l")
    linear = c_2 * c_l**2 / (eta_2 * (c_l + eta_2) ** 2)
    return 2 * c_2 * c_l / (eta_2 * (c_l + eta_2)) - linear, linear


def _slope_printed() -> Any:
    import sympy

    p, c_2, eta_2 = symbols("p C eta")
    constant, linear = slope_constants()
    value = (constant + linear * p) * _next_radius() ** (-p)
    return sympy.Piecewise((c_2 / eta_2, sympy.Eq(p, 0)), (value, True))


def _slope_series_printed() -> Any:
    """The printed coefficients (46), multiplied by x^p and summed."""
    x, c_2, eta_2 = symbols("x C eta")
    constant, linear = slope_constants()
    radius = _next_radius()
    return c_2 / eta_2 + constant * x / (radius - x) + linear * radius * x / (radius - x) ** 2


# generating functions


def derived(build: Callable[[], Any]) -> Formula:
    """Return a formula of eigenlaw.theory."""
    return Formula(build, derived=True)


def _composed(series: Callable[..., Any]) -> Formula:
    """A series of Σ^(2) or Σ̇^(2) at that of Σ^(l), which is C_l x/(η_l − x)."""
    return derived(lambda: series(*symbols("C eta C_l eta_l x")))


def in_x(series: Callable[[Any], Any]) -> Formula:
    """Return a series of eigenlaw.theory at the symbol x."""
    return derived(lambda: series(symbols("x")[0]))


def closed(build: Callable[[Any, Any], Any]) -> Formula:
    """Return what is built of the layer after the symbolic layer l, and of x."""
    return in_x(lambda x: build(geometric_layers.geometric_layer(geometric_layers.geometric_layer().layers + 1), x))


def points(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return values of all symbols with C < η, x < 0 and 2 ≤ l ≤ 5: no denominator vanishes there."""
    rows = [[Fraction(int(a), int(b)) for a, b in row] for row in rng.integers(1, 30, (budget.of(8, 12, 20), 7, 2))]
    names = ("C", "eta", "C_l", "eta_l", "gamma_w2", "gamma_b2", "x")
    values = [(c, c + eta, *rest, -x) for c, eta, *rest, x in rows]
    return [
        {name: str(value) for name, value in zip(names, row, strict=True)} | {"l": 2 + index % 4}
        for index, row in enumerate(values)
    ]


ZERO = Hypothesis(r"\alpha_{0,2}=0,\ \alpha_{p,2}=C_2\eta_2^{-p}", lambda i: Fraction(i.get("first", "0")) == 0)
SUM = Hypothesis(r"\sum_p\alpha_{p,2}=1", lambda i: Fraction(i["C"]) == Fraction(i["eta"]) - 1)
DEEP = Hypothesis(r"l\ge3", lambda i: i["l"] >= 3, tight=lambda i: i["l"] == 3)
OFFSET: Instance = {"C": "2", "eta": "3", "l": 3, "first": "1/10"}
NOT_NEEDED = "The coefficients need not sum to one; μ_p = ±√(C_2/σ_w²) η_2^{-p/2} with any signs is in L²(γ)."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:lem-b.7.1",
        "printed",
        "Lemma B.7 (44), the series summed",
        r"\Sigma^{(2)}(\Sigma^{(l)}(x)),\ \Sigma^{(l)}(x)=C_lx/(\eta_l-x)",
        Formula(_mobius_printed),
        Identity(_composed(geometric_layers.composition), points, by_simplification),
    ),
    Claim(
        "murray:lem-b.7.1",
        "sharp",
        "Lemma B.7 with (44) solved, the series summed, for a symbolic l",
        r"\Sigma^{(2)}(\Sigma^{(l)}(x))",
        closed(lambda layer, x: layer.covariance(x)),
        Identity(in_x(geometric_layers.covariance_step), points, by_simplification),
    ),
    Claim(
        "murray:lem-b.7.2",
        "printed",
        "Lemma B.7 (43), (44)",
        r"\alpha_{p,l+1}",
        Formula(_alpha_printed),
        Value(layers, _at_indices(_read_off), _alpha(1), controls=(OFFSET,)),
        (ZERO, SUM),
        note=NOT_NEEDED,
    ),
    Claim(
        "murray:lem-b.7.2",
        "sharp",
        "Lemma B.7, (44) solved",
        r"\alpha_{p,l}",
        derived(geometric_layers.alpha_law),
        Value(all_layers, _at_indices(_given), _alpha(0), controls=(OFFSET,)),
        (ZERO,),
        note=NOT_NEEDED,
    ),
    Claim(
        "murray:lem-b.7.3",
        "printed",
        "proof of Lemma B.7 (45)",
        r"F(p,k,\bar\alpha_l)",
        Formula(_power_printed),
        Value(layers, _at_places(_read_off), _products, controls=(OFFSET,)),
        (ZERO, SUM),
    ),
    Claim(
        "murray:lem-b.7.3",
        "sharp",
        "proof of Lemma B.7 (45), (44) solved",
        r"F(p,k,\bar\alpha_l)",
        derived(geometric_layers.power_law),
        Value(all_layers, _at_places(_given), _products, controls=(OFFSET,)),
        (ZERO,),
    ),
    Claim(
        "murray:lem-b.8.1",
        "printed",
        "Lemma B.8, l = 2",
        r"\upsilon_{p,2}",
        Formula(_first_slope_printed),
        Value(first_layers, _at_indices(_given), _upsilon(0)),
        (ZERO, SUM),
    ),
    Claim(
        "murray:lem-b.8.2",
        "printed",
        "Lemma B.8 (46), (47)",
        r"\upsilon_{p,l+1}",
        Formula(_slope_printed),
        Value(layers, _at_indices(_read_off), _upsilon(1), controls=(OFFSET,)),
        (ZERO, SUM),
    ),
    Claim(
        "murray:lem-b.8.2",
        "sharp",
        "Lemma B.8, (44) solved",
        r"\upsilon_{p,l}",
        derived(geometric_layers.upsilon_law),
        Value(_deeper_layers, _at_indices(_given), _upsilon(0), controls=(OFFSET,)),
        (ZERO, DEEP),
        note=NOT_NEEDED,
    ),
    Claim(
        "murray:lem-b.8.3",
        "printed",
        "Lemma B.8 (46), (47), the series summed",
        r"\dot\Sigma^{(2)}(\Sigma^{(l)}(x)),\ \Sigma^{(l)}(x)=C_lx/(\eta_l-x)",
        Formula(_slope_series_printed),
        Identity(_composed(geometric_layers.slope_composition), points, by_simplification),
    ),
)
