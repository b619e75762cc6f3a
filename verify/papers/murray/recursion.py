"""The recursions (11)-(14) at every depth, against the exact wide limit of networks with polynomial activations."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from operator import mul
from typing import Any

from flint import fmpq

from eigenlaw.theory import layers
from eigenlaw.verify.averages import polynomial_derivative
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.data import rational_unit_vectors
from eigenlaw.verify.formula import Formula, rational, summation, symbols, undefined
from eigenlaw.verify.limits import layer_kernels, pair_mean
from eigenlaw.verify.networks import HyperParameters
from eigenlaw.verify.papers.murray.polynomial_layers import VARIANCES, exact_variances, polynomial, rational_variances
from eigenlaw.verify.papers.murray.wide_limits import (
    GIVEN,
    QUADRATIC,
    at_top,
    inputs_of,
    network_covariance,
    network_kernel,
    network_slope,
    pair_cases,
)
from eigenlaw.verify.spectra import count_at_least

# (11) and (13): Σ^(l) and Σ̇^(l) from the layer below

ENTRIES = ("Sxx", "Sxy", "Syy")


def _step(entries: Sequence[str], *, constant: bool) -> Callable[[], Any]:
    """The step of (11) with these entries of A^(l)."""

    def build() -> Any:
        layer, sigma_w2, sigma_b2 = symbols("l sigma_w2 sigma_b2")
        product = sigma_w2 * undefined("E")(*(undefined(name)(layer - 1) for name in entries))
        return product + sigma_b2 if constant else product

    return build


def _matrix_form(*, slopes: bool) -> Callable[[], Any]:
    """The lines of (13): from X at l = 2, from √G_{l−1}, whose rows have the products G_{l−1}, at l ≥ 3."""

    def build() -> Any:
        import sympy

        layer, sigma_w2, sigma_b2, gamma_w2, gamma_b2 = symbols("l sigma_w2 sigma_b2 gamma_w2 gamma_b2")
        inner = symbols("xx xy yy")
        second = sigma_w2 * undefined("E")(*inner)
        deeper = _step(ENTRIES, constant=not slopes)()
        if slopes:
            return sympy.Piecewise((second, sympy.Eq(layer, 2)), (deeper, True))
        first = gamma_w2 * inner[1] + gamma_b2
        return sympy.Piecewise((first, sympy.Eq(layer, 1)), (second + sigma_b2, sympy.Eq(layer, 2)), (deeper, True))

    return build


def _inner_products(instance: Instance) -> dict[str, Any]:
    points = dict(zip("xy", inputs_of(instance), strict=True))
    return {a + b: rational(sum(map(mul, points[a], points[b]), Fraction(0))) for a, b in ("xx", "xy", "yy")}


def _entry(instance: Instance, top: int, which: str) -> Callable[[int], Any]:
    """Σ^(l) of two of the inputs at a layer below the top, by (11) with Σ(y, y) in A^(l)."""
    phi, weights, inner = polynomial(instance["activation"]), rational_variances(instance), _inner_products(instance)

    def at(layer: int, pair: str) -> Any:
        if layer == 1:
            return weights["gamma_w2"] * inner[pair] + weights["gamma_b2"]
        entries = at(layer - 1, pair[0] * 2), at(layer - 1, pair), at(layer - 1, pair[1] * 2)
        return weights["sigma_w2"] * pair_mean(phi, phi, *entries) + weights["sigma_b2"]

    def entry(layer: int) -> Any:
        if not 1 <= layer < top:
            raise IndexError(f"l={layer}: expected a layer below {top}")
        return at(layer, which)

    return entry


def _by_step(*, slopes: bool = False) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        phi, layer = polynomial(instance["activation"]), instance["layers"]
        factor = polynomial_derivative(phi) if slopes else phi
        entries = {name: _entry(instance, layer, name[1:]) for name in ENTRIES}
        given = {**entries, **_inner_products(instance), **rational_variances(instance)}
        return [value(l=layer, E=lambda *cell: pair_mean(factor, factor, *map(rational, cell)), **given)]

    return predicted


# (12) and (14): Θ^(l) from Θ^(l−1), and as a sum; every Σ and Σ̇ is that of the networks


def _recursion(theta: str, sigma: str, slope: str) -> Callable[[], Any]:
    def build() -> Any:
        (layer,) = symbols("l")
        return undefined(theta)(layer - 1) * undefined(slope)(layer) + undefined(sigma)(layer)

    return build


def _sum_of_products(sigma: str, slope: str) -> Callable[[], Any]:
    """Σ^(l) + Σ_{h<l} Σ^(h) ∏_{h<j≤l} Σ̇^(j), as (12) and (14) print it."""

    def build() -> Any:
        import sympy

        layer, h, j = symbols("l h j")
        with sympy.evaluate(True):
            product = sympy.Product(undefined(slope)(j), (j, h + 1, layer))
        return undefined(sigma)(layer) + summation(undefined(sigma)(h) * product, (h, 1, layer - 1))

    return build


def _from_networks(instance: Instance, value: Evaluate) -> Sequence[Any]:
    top = instance["layers"]

    def measured(quantity: Callable[[Instance, int], Any], first: int, last: int) -> Callable[[int], Any]:
        def at(layer: int) -> Any:
            if not first <= layer <= last:
                raise IndexError(f"l={layer}: expected a layer from {first} to {last}")
            return quantity(instance, layer)

        return at

    theta = measured(network_kernel, 1, top - 1)
    sigma, slope = measured(network_covariance, 1, top), measured(network_slope, 2, top)
    return [value(l=top, Theta=theta, Sigma=sigma, Sigmadot=slope, nK=theta, G=sigma, Gdot=slope)]


def _without_output_bias(instance: Instance, _: Rng) -> Sequence[Any]:
    return [network_kernel(instance, instance["layers"], output_bias=False)]


# Lemma A.1: positive semidefinite


def _data_cases(_budget: Budget, rng: Rng) -> Iterable[Instance]:
    sets = [rational_unit_vectors(rng, n, d, duplicates=a, antipodes=b) for n, d, a, b in SETS]
    rows = [[[str(entry) for entry in row] for row in X] for X in sets]
    return [
        {"activation": f"polynomial({c})", **dict(zip(VARIANCES, given, strict=True)), "layers": count, "X": X}
        for count in (1, 2, 3, 4)
        for c in QUADRATIC[1:]
        for given in GIVEN[:2]
        for X in rows[:: 1 if count < 4 else 2]
    ]


SETS = ((3, 2, 0, 0), (4, 2, 1, 1), (5, 3, 0, 2))


def _matrices(instance: Instance) -> tuple[list[list[Any]], list[list[Any]] | None]:
    """G_l, and Ġ_l from the second layer on, on unit vectors."""
    X = [[Fraction(entry) for entry in row] for row in instance["X"]]
    products = [[rational(sum(map(mul, x, y), Fraction(0))) for y in X] for x in X]
    found = layer_kernels(
        polynomial(instance["activation"]), HyperParameters(**exact_variances(instance)), instance["layers"]
    )[-1]
    G = [[found.covariance(z) for z in row] for row in products]
    slopes = [[found.slope(z) for z in row] for row in products]
    return G, slopes if instance["layers"] > 1 else None


def _not_negative(instance: Instance, _: Rng) -> Sequence[Any]:
    """How many eigenvalues of G_l, and of Ġ_l, are at least 0."""
    return [fmpq(count_at_least(M, Fraction(0))) for M in _matrices(instance) if M is not None]


def _size() -> Any:
    (n,) = symbols("n")
    return n


def _sizes(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n=len(instance["X"]))] * (1 if instance["layers"] == 1 else 2)


CUBIC = ("0,1,0,1/6",)
DEEPER, DEEPER_SLOPES = pair_cases((3,)), pair_cases((3,), CUBIC)
STEPS, SLOPES = pair_cases((1, 2, 3)), pair_cases((2, 3), CUBIC)
KERNELS = pair_cases((2, 3, 4, 5))
SIGMA, SLOPE = r"E[g^{(l)}(x)g^{(l)}(y)]", r"\dot\Sigma^{(l)}(x,y)"
THETA = r"\lim E\langle\nabla g^{(l)}(x),\nabla g^{(l)}(y)\rangle"
COVARIANCE, DERIVATIVE = at_top(network_covariance), at_top(network_slope)
KERNEL = at_top(network_kernel)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-11.4",
        "printed",
        "(11), Σ^{(3)}",
        SIGMA,
        Formula(_step(("Sxx", "Sxy", "Sxx"), constant=True)),
        Value(DEEPER, _by_step(), COVARIANCE),
        note="As at l = 2: the last entry of A^{(l)} must be Σ(y, y).",
    ),
    Claim(
        "murray:eq-11.4",
        "corrected",
        "(11), Σ^{(l)} for l ≤ 3, with x·y in Σ^{(1)} and Σ(y, y) in A^{(l)}",
        SIGMA,
        Formula(layers.covariance_law, derived=True),
        Value(STEPS, _by_step(), COVARIANCE),
    ),
    Claim(
        "murray:eq-11.5",
        "printed",
        "(11), derivative, l = 3",
        SLOPE,
        Formula(_step(("Sxx", "Sxy", "Sxx"), constant=False)),
        Value(DEEPER_SLOPES, _by_step(slopes=True), DERIVATIVE),
    ),
    Claim(
        "murray:eq-11.5",
        "corrected",
        "(11), derivative, l = 2, 3, with Σ(y, y) in A^{(l)}",
        SLOPE,
        Formula(layers.derivative_law, derived=True),
        Value(SLOPES, _by_step(slopes=True), DERIVATIVE),
    ),
    Claim(
        "murray:eq-12.2",
        "printed",
        "(12), the recurrence, l ≤ 5",
        THETA,
        Formula(_recursion("Theta", "Sigma", "Sigmadot")),
        Value(KERNELS, _from_networks, KERNEL),
        note="In the exact wide limit of networks; quadratic activations up to l = 3, affine ones up to l = 5.",
    ),
    Claim(
        "murray:eq-12.2",
        "new",
        "(12), the recurrence of eigenlaw.theory, l ≤ 5",
        THETA,
        Formula(layers.kernel_recursion, derived=True),
        Value(KERNELS, _from_networks, KERNEL),
    ),
    Claim(
        "murray:eq-12.3",
        "printed",
        "(12), the sum of products, l ≤ 5",
        THETA,
        Formula(_sum_of_products("Sigma", "Sigmadot")),
        Value(KERNELS, _from_networks, KERNEL),
    ),
    Claim(
        "murray:eq-12.3",
        "new",
        "(12), the sum of products of eigenlaw.theory, l ≤ 5",
        THETA,
        Formula(layers.kernel_sum, derived=True),
        Value(KERNELS, _from_networks, KERNEL),
    ),
    Claim(
        "murray:eq-1.2",
        "printed",
        "(1), l ≤ 5",
        THETA,
        Formula(_recursion("Theta", "Sigma", "Sigmadot")),
        Value(KERNELS, _from_networks, _without_output_bias),
        note="The last layer of (1) has no bias; the hidden layers have.",
    ),
    Claim(
        "murray:eq-1.2",
        "corrected",
        "(1), with σ_b b^{(L+1)} in the last layer, l ≤ 5",
        THETA,
        Formula(layers.kernel_recursion, derived=True),
        Value(KERNELS, _from_networks, KERNEL),
    ),
    Claim(
        "murray:lem-a.1.1",
        "printed",
        "Lemma A.1 (13), G_1, G_2 and G_l",
        r"[G_l]_{ij}=\Sigma^{(l)}(x_i,x_j)",
        Formula(_matrix_form(slopes=False)),
        Value(STEPS, _by_step(), COVARIANCE),
        note="G_2 needs √G_1 in the place of X: the print has neither γ_w nor γ_b there.",
    ),
    Claim(
        "murray:lem-a.1.1",
        "corrected",
        "Lemma A.1 (13), G_2 from √G_1",
        r"[G_l]_{ij}=\Sigma^{(l)}(x_i,x_j)",
        Formula(layers.covariance_law, derived=True),
        Value(STEPS, _by_step(), COVARIANCE),
    ),
    Claim(
        "murray:lem-a.1.2",
        "printed",
        "Lemma A.1 (13), Ġ_2 and Ġ_l",
        r"[\dot G_l]_{ij}=\dot\Sigma^{(l)}(x_i,x_j)",
        Formula(_matrix_form(slopes=True)),
        Value(SLOPES, _by_step(slopes=True), DERIVATIVE),
    ),
    Claim(
        "murray:lem-a.1.2",
        "corrected",
        "Lemma A.1 (13), Ġ_2 from √G_1",
        r"[\dot G_l]_{ij}=\dot\Sigma^{(l)}(x_i,x_j)",
        Formula(layers.derivative_law, derived=True),
        Value(SLOPES, _by_step(slopes=True), DERIVATIVE),
    ),
    Claim(
        "murray:lem-a.1.3",
        "printed",
        "Lemma A.1, positive semidefinite",
        r"\#\{i:\lambda_i(G_l)\ge0\},\ \#\{i:\lambda_i(\dot G_l)\ge0\}",
        Formula(_size),
        Value(_data_cases, _sizes, _not_negative),
        note="The same holds for the matrices Ġ_l.",
    ),
    Claim(
        "murray:lem-a.1.4",
        "printed",
        "Lemma A.1 (14), the recurrence",
        r"n[K_l]_{ij}",
        Formula(_recursion("nK", "G", "Gdot")),
        Value(KERNELS, _from_networks, KERNEL),
    ),
    Claim(
        "murray:lem-a.1.5",
        "printed",
        "Lemma A.1 (14), the sum",
        r"n[K_l]_{ij}",
        Formula(_sum_of_products("G", "Gdot")),
        Value(KERNELS, _from_networks, KERNEL),
    ),
)
