"""What the metric of features does as the width or the depth grows: after Theorem 5.1; and the sign of κ̃_2."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from eigenlaw.verify.claim import (
    Asymptotic,
    Budget,
    Claim,
    Envelope,
    Evaluate,
    Hypothesis,
    Instance,
    Relation,
    Rng,
    Value,
)
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, ball, rational, symbols
from eigenlaw.verify.papers.karakida.common import CASES
from eigenlaw.verify.papers.karakida.wide_limits import limits_of, wide_case

CENTRED = (("tanh", "3", "0"), ("erf", "2", "0"), ("sin", "1/2", "0"), ("monomial(3)", "1/10", "0"), ("abs", "1", "0"))
CRITICAL = (("linear", "1"), ("relu", "2"), ("abs", "1"), ("leaky_relu(1/2)", "8/5"), ("leaky_relu(1/10)", "200/101"))
"""Piecewise linear φ and the σ_w² at which σ_w² E φ'² = 1, whatever σ_b²."""
WIDTHS = (8, 16, 32, 64, 128)
DEPTHS = (4, 8, 16, 32, 64)


def mean_fourth_power(sigma_w2: Fraction, layers: int, width: int) -> tuple[Fraction, Fraction]:
    """E ‖g‖² and E ‖g‖⁴ of the gradient g = ∇_h f_k of a linear network, all widths M: A_k is g gᵀ.

    With ‖∇_{h^l} f_k‖² = σ_w² (χ²_M/M) ‖∇_{h^{l+1}} f_k‖² independently layer by layer, and E (χ²_M/M)² = 1 + 2/M.
    """
    step, square = sigma_w2, sigma_w2**2 * (1 + Fraction(2, width))
    norms = [step**depth for depth in range(1, layers + 1)]
    pairs = [square ** min(i, j) * step ** abs(i - j) for i in range(1, layers + 1) for j in range(1, layers + 1)]
    return sum(norms, Fraction(0)), sum(pairs, Fraction(0))


def mean_variance(instance: Instance, width: int) -> Any:
    """E (s − m²) of A_k of a linear network."""
    layers = instance["layers"]
    _, fourth = mean_fourth_power(Fraction(instance["sigma_w2"]), layers, width)
    size = layers * width
    return rational(fourth / size - fourth / size**2)


def _linear(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [
        {"activation": "linear", "layers": layers, "sigma_w2": weight}
        for layers in (2, 3, 5)
        for weight in ("1", "1/2", "2")
    ]


def _leading_variance(instance: Instance) -> Envelope:
    """α̃ κ̃²/M with κ̃_1 = κ̃_2, whatever T."""

    def build() -> Any:
        import sympy

        weight = sympy.Rational(instance["sigma_w2"])
        total = sum(weight**depth for depth in range(1, instance["layers"] + 1))
        return total**2 / instance["layers"] / sympy.Symbol("M")

    return Envelope(Formula(build), "~")


def _variance_check() -> Asymptotic:
    return Asymptotic(
        "Theta",
        "M",
        _linear,
        lambda _: {},
        lambda _: WIDTHS,
        lambda instance, widths: [mean_variance(instance, width) for width in widths],
        _leading_variance,
    )


def _constant() -> Any:
    import sympy

    return sympy.Integer(1)


def _inverse() -> Any:
    return 1 / symbols("M")[0]


def _depth() -> Any:
    return symbols("L")[0]


def largest(instance: Instance, layers: int) -> Any:
    """λ_max of A_k in the limit, equal widths, T inputs: Theorem 5.1."""
    bound = limits_of({**instance, "layers": layers})
    own, overlap = (
        sum(ball(bound[name](layer)) for layer in range(1, layers + 1)) for name in ("q_tilde", "q_tilde_st")
    )
    samples = instance["samples"]
    return bound["sigma_w2"] * ((samples - 1) * overlap + own) / samples


def _depth_case(name: str, weight: str, bias: str, samples: int) -> Instance:
    return wide_case(name, weight, bias, 2, 1, samples, False)


def _critical(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    one = [_depth_case(name, weight, bias, 1) for name, weight in CRITICAL for bias in ("0", "1/10")]
    return [*one, *(_depth_case("linear", "1", bias, 3) for bias in ("0", "1/10"))]


def _any_variance(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [*_critical(budget, rng), _depth_case("relu", "1", "0", 1), _depth_case("linear", "2", "0", 1)]


def _slope(instance: Instance) -> Fraction:
    """σ_w² E φ'(u)² of a piecewise linear φ with one kink at 0."""
    name = instance["activation"]
    left = {"linear": "1", "abs": "1", "relu": "0"}.get(name) or name.partition("(")[2].rstrip(")")
    return Fraction(instance["sigma_w2"]) * (1 + Fraction(left) ** 2) / 2


def _leading_depth(instance: Instance) -> Envelope:
    """σ_w² Σ_l χ^{L−l}, with q̃_t^l = χ^{L−l} for one input and also q̃_st^l for linear φ."""

    def build() -> Any:
        import sympy

        layers, rate = sympy.Symbol("L", positive=True), sympy.Rational(str(_slope(instance)))
        total = layers if rate == 1 else (1 - rate**layers) / (1 - rate)
        return sympy.Rational(instance["sigma_w2"]) * total

    return Envelope(Formula(build), "~")


def _depth_check(instances: Callable[[Budget, Rng], Iterable[Instance]]) -> Asymptotic:
    return Asymptotic(
        "Theta",
        "L",
        instances,
        lambda _: {},
        lambda _: DEPTHS,
        lambda instance, depths: [largest(instance, depth) for depth in depths],
        _leading_depth,
    )


def _critical_depths(budget: Budget, _rng: Rng) -> Iterable[Instance]:
    depths = (2, 3, 5, 10, 20)[: budget.of(4, 5, 5)]
    return [
        {**_depth_case(name, weight, bias, samples), "layers": depth}
        for depth in depths
        for samples in (2, 5)
        for name, weight in CRITICAL[1:]
        for bias in ("0", "1/10")
    ]


def _all_layers() -> Any:
    weights, layers = symbols("sigma_w2 L")
    return weights * layers


def _own_share() -> Any:
    weights, layers, samples = symbols("sigma_w2 L T")
    return weights * layers / samples


def _bound(relation: Relation) -> Value:
    return Value(
        _critical_depths,
        lambda instance, value: [value(**limits_of(instance))],
        lambda instance, _: [largest(instance, instance["layers"])],
        relation,
    )


def _mean_at_two_layers() -> Any:
    weights, own, first = symbols("sigma_w2 q_tilde_2 q_tilde_1")
    return weights * (first + own) / 2


def _depths(instances: Callable[[Budget, Rng], Iterable[Instance]]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def deeper(budget: Budget, rng: Rng) -> Iterable[Instance]:
        return [{**case, "layers": depth} for depth in (3, 5, 10) for case in instances(budget, rng)]

    return deeper


def _shallow_mean(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = limits_of({**instance, "layers": 2})
    return [value(sigma_w2=bound["sigma_w2"], q_tilde_1=bound["q_tilde"](1), q_tilde_2=bound["q_tilde"](2))]


def _deep_mean(instance: Instance, _: Rng) -> Sequence[Any]:
    bound = limits_of(instance)
    own = sum(ball(bound["q_tilde"](layer)) for layer in range(1, bound["L"] + 1))
    return [bound["sigma_w2"] * own / bound["L"]]


def _zero() -> Any:
    import sympy

    return sympy.Integer(0)


def _least() -> Any:
    weights, alpha = symbols("sigma_w2 alpha_tilde")
    return weights / alpha


def _overlapping(cases: Sequence[tuple[str, str, str]]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        return [wide_case(*case, layers, 1, 2, layers == 3) for layers in (2, 3) for case in cases]

    return instances


def _kappa_2(instance: Instance, _: Rng) -> Sequence[Any]:
    return [limits_of(instance)["kappa_2t"]]


def _eigenvalue() -> Any:
    samples, own, other, top = symbols("T kappa_1t kappa_2t top")
    return ((samples - 1) * other + own) * top + (own - other) * (1 - top)


def _block_instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    found = [("1", "1/2"), ("3", "3"), ("2", "0"), ("5/2", "1/7")]
    found += [
        (str(Fraction(int(a), 7)), str(Fraction(int(b), 9))) for a, b in rng.integers(9, 20, (budget.of(2, 5, 20), 2))
    ]
    return [
        {"own": own, "overlap": other, "samples": samples}
        for own, other in found
        if Fraction(own) >= Fraction(other)
        for samples in (1, 2, 3, 5, 8)
    ]


def _block_numbers(instance: Instance) -> Mapping[str, Any]:
    return {"T": instance["samples"], "kappa_1t": Fraction(instance["own"]), "kappa_2t": Fraction(instance["overlap"])}


def _block_eigenvalues(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = _block_numbers(instance)
    return [value(**bound, top=int(i == 0)) for i in range(instance["samples"])]


def _of_matrix(instance: Instance, _: Rng) -> Sequence[Any]:
    own, other, size = Fraction(instance["own"]), Fraction(instance["overlap"]), instance["samples"]
    return eigenvalues([[own if s == t else other for t in range(size)] for s in range(size)])


EQUAL = Hypothesis(r"\sigma_w^2E\phi'(u)^2=1", lambda instance: _slope(instance) == 1)
OFF = (_depth_case("relu", "1", "0", 1), _depth_case("linear", "2", "0", 1))
_LARGEST = r"\lambda_{\max}(A_k)=\frac{\sigma_w^2}T\sum_l((T-1)\tilde q_{st}^l+\tilde q_t^l),\ \alpha_l=1"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-5.1-variance.1",
        "printed",
        "after Theorem 5.1: the variance of the eigenvalues is of the order of 1",
        r"E(s_\lambda-m_\lambda^2)(A_k)=\Theta",
        Formula(_constant),
        _variance_check(),
        note="Exact at every width for linear networks. As O(1) it would be an empty upper bound; the text means the "
        "order, as it does for λ_max.",
        activations=1,
    ),
    Claim(
        "karakida:thm-5.1-variance.1",
        "corrected",
        "after Theorem 5.1: the variance of the eigenvalues is of the order of 1/M",
        r"E(s_\lambda-m_\lambda^2)(A_k)=\Theta",
        Formula(_inverse),
        _variance_check(),
        activations=1,
    ),
    Claim(
        "karakida:thm-5.1-depth.1",
        "printed",
        "after Theorem 5.1: λ_max grows linearly with the depth",
        _LARGEST + r"=\Theta",
        Formula(_depth),
        _depth_check(_any_variance),
        note="A sum over L layers is linear in L only if its terms stay of one order. With χ = σ_w² E φ'² it is a "
        "geometric series: bounded for χ < 1, exponential for χ > 1.",
    ),
    Claim(
        "karakida:thm-5.1-depth.1",
        "corrected",
        "after Theorem 5.1: λ_max grows linearly with the depth on the critical line",
        _LARGEST + r"=\Theta",
        Formula(_depth),
        _depth_check(_any_variance),
        (EQUAL,),
    ),
    Claim(
        "karakida:thm-5.1-depth.2",
        "printed",
        "after Theorem 5.1: the mean does not change with the depth",
        r"\lim M\,m_\lambda(A_k),\ \alpha_l=1",
        Formula(_mean_at_two_layers),
        Value(_depths(_any_variance), _shallow_mean, _deep_mean),
        note="The value at L layers is compared with that at two.",
    ),
    Claim(
        "karakida:thm-5.1-depth.2",
        "corrected",
        "after Theorem 5.1: the mean does not change with the depth on the critical line",
        r"\lim M\,m_\lambda(A_k),\ \alpha_l=1",
        Formula(_mean_at_two_layers),
        Value(
            _depths(_any_variance),
            _shallow_mean,
            _deep_mean,
            controls=tuple({**case, "layers": 3} for case in OFF),
        ),
        (EQUAL,),
    ),
    Claim(
        "karakida:thm-5.1-depth.3",
        "new",
        "after Theorem 5.1: at most linear on the critical line, whatever T",
        _LARGEST,
        Formula(_all_layers),
        _bound("<"),
        (EQUAL,),
        note="q̃_st^l < q̃_t^l = 1 for some l; equality for T = 1 and for linear φ.",
    ),
    Claim(
        "karakida:thm-5.1-depth.4",
        "new",
        "after Theorem 5.1: at least linear on the critical line, whatever T",
        _LARGEST,
        Formula(_own_share),
        _bound(">"),
        (EQUAL,),
        note="q̃_st^l ≥ 0 and q̃_st^L = 1.",
    ),
    Claim(
        "karakida:kappa-tilde.2",
        "printed",
        "Appendix E: κ̃_2 is positive under condition (ii)",
        r"\tilde\kappa_2",
        Formula(_zero),
        Value(_overlapping(CASES), lambda _, value: [value()], _kappa_2, ">"),
    ),
    Claim(
        "karakida:kappa-tilde.2",
        "sharp",
        "Appendix E: κ̃_2 is positive under no condition",
        r"\tilde\kappa_2",
        Formula(_least),
        Value(_overlapping((*CASES, *CENTRED)), lambda i, value: [value(**limits_of(i))], _kappa_2, ">="),
        note="The term of the last layer is q̃_st^L = 1 and no term is negative; equality for L = 2 and even φ without "
        "biases.",
    ),
    Claim(
        "karakida:eq-e.2.2",
        "printed",
        "after (E.2)",
        r"\lambda_i(\bar A^*)",
        Formula(_eigenvalue),
        Value(_block_instances, _block_eigenvalues, _of_matrix),
    ),
)
