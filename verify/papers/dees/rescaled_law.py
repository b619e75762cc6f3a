"""From Theorem II.7 to the initialisation of PyTorch: the variance, the scales, the law of the rescaled product."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq, fmpq_poly

from eigenlaw.theory.finite_spectra import uniform_variance
from eigenlaw.theory.ginibre import normalised_quantile
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Identity, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, symbols, undefined
from eigenlaw.verify.matrix_ensembles import in_batches, product_spectra
from eigenlaw.verify.papers.dees.products import bound_ratios, moments_over_uniform, sizes_of
from eigenlaw.verify.surds import root

HIDDEN = (32, 64, 128, 784, 128, 64, 32)
"""n_2 … n_8 of the paper's autoencoders."""


def _alone(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"interval": "[-1, 1]"}]


# Variance of a uniform law


def _second_moment(half: Any) -> Any:
    """∫ x²/(2h) dx over [−h, h]."""
    p = fmpq_poly([0, 0, 1 / (2 * half)]).integral()
    return p(half) - p(-half)


def _unit_width() -> Any:
    import sympy

    return sympy.sqrt(3)


def _half_width(_instance: Instance, _rng: Rng) -> Sequence[Any]:
    return [root(1 / _second_moment(fmpq(1)))]


def _printed_variance() -> Any:
    import sympy

    return 1 / sympy.sqrt(3)


def _widths(budget: Budget, rng: Rng) -> Iterable[Instance]:
    drawn = [Fraction(int(a), int(b)) for a, b in rng.integers(1, 60, (budget.of(30, 60, 200), 2))]
    return [{"h": "1"}, *({"h": str(h)} for h in drawn)]


def _at_width(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(h=Fraction(instance["h"]))]


def _layers(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"n_1": n} for n in range(1, 22)]


def _by_size(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n_1=instance["n_1"])]


# The rewriting of the product


def _rewritten_scale() -> Any:
    import sympy

    j, k, first = symbols("j k n_1")
    sizes = undefined("n")
    front = 1 / sympy.sqrt(3) ** k * sympy.sqrt(first**k) / sympy.sqrt(sympy.Product(sizes(j), (j, 1, k)))
    return front * (sympy.sqrt(3) / sympy.sqrt(first)) ** k


def _chains(budget: Budget, rng: Rng) -> Iterable[Instance]:
    drawn = []
    for _ in range(budget.of(30, 60, 200)):
        first, *rest = sorted(int(n) for n in rng.integers(1, 100, int(rng.integers(1, 9))))
        drawn.append({"sizes": [first, *(int(n) for n in rng.permutation(rest))]})
    return [{"sizes": [2, *HIDDEN]}, {"sizes": [20, *HIDDEN]}, *drawn]


def _scale_at(instance: Instance, value: Evaluate) -> Sequence[Any]:
    sizes = instance["sizes"]
    return [value(n_1=sizes[0], k=len(sizes), n=lambda j: sizes[j - 1])]


def _scales(instance: Instance, _: Rng) -> Sequence[Any]:
    total = arb(1)
    for size in instance["sizes"]:
        total /= arb(size).sqrt()
    return [total]


_K = 8


def _named() -> tuple[Any, list[Any]]:
    return symbols("U")[0], list(symbols(" ".join(f"n_{j}" for j in range(1, _K + 1))))


def _scaled_theorem() -> Any:
    """(3^{−k/2} √(n_1^k/∏ n_j))² times U ∏ (U − 1 + n_j/n_1)."""
    import sympy

    u, sizes = _named()
    first, *rest = sizes
    square = sympy.Rational(1, 3**_K) * first**_K / sympy.Mul(*sizes)
    return square * sympy.Mul(u, *(u - 1 + size / first for size in rest))


def _first_form() -> Any:
    import sympy

    u, (first, *rest) = _named()
    alphas = [size / first for size in rest]
    return 1 / (sympy.Integer(3) ** _K * sympy.Mul(*alphas)) * sympy.Mul(u, *(u - 1 + alpha for alpha in alphas))


def _second_form() -> Any:
    import sympy

    u, (first, *rest) = _named()
    return 1 / sympy.Integer(3) ** _K * u * sympy.Mul(*(1 / (size / first) * (u - 1) + 1 for size in rest))


def _derived_form() -> Any:
    import sympy

    u, sizes = _named()
    return normalised_quantile(sizes, u, sympy.Rational(1, 3))


def _factor_by_factor(lhs: Any, rhs: Any) -> bool:
    """Prove lhs = rhs by cancelling their quotient, both products of few terms."""
    import sympy

    return bool(sympy.cancel(sympy.factor(lhs.doit()) / sympy.factor(rhs.doit())) == 1)


def _points(_budget: Budget, rng: Rng) -> Iterable[Instance]:
    found = []
    for _ in range(20):
        sizes = {f"n_{j}": int(n) for j, n in enumerate(rng.integers(20, 800, _K), 1)}
        found.append({"U": str(Fraction(int(rng.integers(1, 30)), 30)), **sizes, "n_1": int(rng.integers(2, 20))})
    return found


# The law on sampled products


def printed_law() -> Any:
    """Return the last display before 'where U is a uniform distribution' of Section II, in U, α_j and k."""
    import sympy

    u, j, k = symbols("U j k")
    factors = sympy.Product(1 / undefined("alpha")(j) * (u - 1) + 1, (j, 2, k))
    return 1 / sympy.Integer(3) ** k * u * factors


RATIOS = (("1", "2"), ("1", "3/2", "1"), ("1", "2", "3", "2"))


def _rescaled(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    laws = ("uniform", "gaussian", "complex gaussian")
    return [{"entries": law, "variance": "1/3", "ratios": list(r)} for law in laws for r in RATIOS]


def _rescaled_moduli(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    sizes = sizes_of(instance, width)
    scale = np.prod([float(Fraction(instance["variance"])) / size for size in sizes])

    def statistics(count: int) -> Any:
        square = np.abs(product_spectra(instance["entries"], sizes, rng, count)) ** 2 * scale
        return np.stack([np.sqrt(square), square], -1).mean(axis=1)

    return in_batches(statistics, n, 256)


def _rescaled_moments(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = bound_ratios([Fraction(ratio) for ratio in instance["ratios"]])
    return moments_over_uniform(lambda u: value(U=u, **bound))


THIRD = Hypothesis("entries of variance 1/3", lambda i: i["variance"] == "1/3")
UNIT: Instance = {"entries": "uniform", "variance": "1/1", "ratios": ["1", "2"]}

_RESCALED = (
    r"\Bigl(\tfrac1{\sqrt3^8}\tfrac{\sqrt{n_1^8}}{\sqrt{n_1\cdots n_8}}\Bigr)^2"
    r"U\prod_{j\ge2}(U-1+\tfrac{n_j}{n_1})"
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:uniform-variance.1",
        "printed",
        "before Corollary II.4",
        r"\operatorname{Var}\,U[-h,h]=1,\ h",
        Formula(_unit_width),
        Value(_alone, lambda i, value: [value()], _half_width, minimum=1),
        note="The uniform law with mean 0 and variance 1 lies on [−√3, √3].",
    ),
    Claim(
        "dees:uniform-variance.2",
        "printed",
        "Section II, 'First, …'",
        r"\operatorname{Var}\,U[-1,1]",
        Formula(_printed_variance),
        Value(_alone, lambda i, value: [value()], lambda i, _: [_second_moment(fmpq(1))], minimum=1),
        note="1/√3 is the standard deviation. What follows uses the right value.",
    ),
    Claim(
        "dees:uniform-variance.2",
        "corrected",
        "Section II, 'First, …'",
        r"\operatorname{Var}\,U[-h,h]",
        Formula(lambda: uniform_variance(symbols("h")[0]), derived=True),
        Value(_widths, _at_width, lambda i, _: [_second_moment(fmpq(*map(int, (i["h"] + "/1").split("/")[:2])))]),
        note="1/3 for h = 1.",
    ),
    Claim(
        "dees:uniform-variance.3",
        "printed",
        "Section II, 'First, …'",
        r"\operatorname{Var}\,\tfrac{\sqrt3}{\sqrt{n_1}}U[-1,1]",
        Formula(lambda: 1 / symbols("n_1")[0]),
        Value(_layers, _by_size, lambda i, _: [3 * _second_moment(fmpq(1)) / i["n_1"]]),
    ),
    Claim(
        "dees:rescaling.1",
        "printed",
        "Section II, 'Second, …'",
        r"\prod_j\tfrac1{\sqrt{n_j}}",
        Formula(_rewritten_scale),
        Value(_chains, _scale_at, _scales),
        note="The factors before A_1 ⋯ A_k, with P written out.",
    ),
    Claim(
        "dees:rescaling.2",
        "printed",
        "Section II, the law of the rescaled product",
        _RESCALED,
        Formula(_first_form),
        Identity(Formula(_scaled_theorem), _points, _factor_by_factor),
        note="k = 8, all sizes free.",
    ),
    Claim(
        "dees:rescaling.3",
        "printed",
        "Section II, the law, 'which we can also rewrite as'",
        _RESCALED,
        Formula(_second_form),
        Identity(Formula(_scaled_theorem), _points, _factor_by_factor),
    ),
    Claim(
        "dees:rescaling.4",
        "new",
        "Section II, the law as it is computed here",
        _RESCALED,
        Formula(_derived_form, derived=True),
        Identity(Formula(_scaled_theorem), _points, _factor_by_factor),
    ),
    Claim(
        "dees:rescaling.5",
        "printed",
        "Section II, the law of the rescaled product",
        r"\lim E|\lambda|^{2s}=\int_0^1y(U)^s\,dU,\ s=\tfrac12,1,\ y(U)",
        Formula(printed_law),
        Sample(
            _rescaled,
            _rescaled_moments,
            _rescaled_moduli,
            lambda b: b.of(500, 1500, 8000),
            (4, 8, 12, 18),
            (Fraction(1), Fraction(2)),
            (UNIT,),
            minimum=9,
        ),
        (THIRD,),
        note="Entries uniform on [−1, 1], real as they are, and real and complex Gaussian ones of that variance.",
    ),
)
