"""Hermite expansions: (22), (23), Lemma A.4, Lemma B.3, the Gaussian coefficients."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb

from eigenlaw.numerics.tails import tail_bound
from eigenlaw.theory import hermite as theory
from eigenlaw.theory.activations import Activation, activation
from eigenlaw.theory.expression import HALF, number, power
from eigenlaw.theory.structure import scaled
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, evaluate, indexed, summation, symbols, undefined
from eigenlaw.verify.integrals import activation_mean, derivative_pieces
from eigenlaw.verify.judge import WORKING_BITS
from eigenlaw.verify.papers.murray.common import (
    EXPRESSIONS,
    KINKED,
    POLYNOMIAL,
    REGULAR,
    SCALED,
    SMOOTH,
    STEPS,
    mu,
    phi_of,
)
from eigenlaw.verify.papers.murray.moments import mean_square
from eigenlaw.verify.papers.murray.polynomials import at_index, he, indices, normalised

FAST = ("erf", "gelu", "tanh", "sigmoid", "gaussian", "sin", "cos(1/2)", "exp(1/2)")
"""Activations whose coefficients decay so fast that the tail of the expansion is below 1e-12."""


@cache
def measured_coefficient(name: str, k: int) -> Any:
    """E[φ h_k] by rigorous integration."""
    return activation_mean(phi_of(name), normalised(he(k), k), k)


def _grid(orders: Callable[[Budget], int], names: Sequence[str]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        return [{"activation": name, "k": k} for k in range(orders(budget) + 1) for name in names]

    return instances


def _order(budget: Budget) -> int:
    return budget.of(9, 20, 40)


def _expansion(instance: Instance, value: Evaluate) -> Sequence[Any]:
    order = 160
    name = instance["activation"]
    tail = tail_bound(phi_of(name), order, WORKING_BITS)
    return [value(mu=mu(name, order), oo=order) + arb(0, tail.upper()).union(arb(0))]


def _mean_square(instance: Instance, _: Rng) -> Sequence[Any]:
    return [mean_square(instance["activation"])]


def _tail() -> Any:
    (order,) = symbols("N")
    return undefined("tail")(order)


def _tails(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"activation": name, "N": n} for n in range(2, budget.of(8, 16, 40), 3) for name in SMOOTH + KINKED]


def _tail_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    phi = phi_of(instance["activation"])
    return [value(N=instance["N"], tail=lambda order: tail_bound(phi, order, WORKING_BITS))]


def _remainder(instance: Instance, rng: Rng) -> Sequence[Any]:
    name = instance["activation"]
    known = sum((measured_coefficient(name, k) ** 2 for k in range(instance["N"] + 1)), arb(0))
    return [(_mean_square(instance, rng)[0] - known).lower()]


def _sum_of_squares() -> Any:
    import sympy

    (k,) = symbols("k")
    return summation(indexed("mu")[k] ** 2, (k, 0, sympy.oo))


def _relu_printed() -> Any:
    import sympy

    (k,) = symbols("k")
    even, odd = sympy.Eq(sympy.Mod(k, 2), 0), sympy.Eq(sympy.Mod(k, 2), 1)
    return sympy.Piecewise(
        (1 / sympy.sqrt(2 * sympy.pi), sympy.Eq(k, 0)),
        (sympy.Rational(1, 2), sympy.Eq(k, 1)),
        (sympy.factorial2(k - 3) / sympy.sqrt(2 * sympy.pi * sympy.factorial(k)), even & (k >= 2)),
        (0, odd & (k > 3)),
    )


def law(name: str) -> Formula:
    """The law of eigenlaw.theory for symbolic k."""

    def build() -> Any:
        found = theory.hermite_law(name)
        if found is None:
            raise LookupError(f"activation={name}: expected one with a law for symbolic k")
        return found.expression

    return Formula(build, derived=True)


def _relu(instance: Instance, _: Rng) -> Sequence[Any]:
    return [measured_coefficient("relu", instance["k"])]


def _from_numerics(instance: Instance, value: Evaluate) -> Sequence[Any]:
    k = instance["k"]
    return [value(k=k, mu=mu(instance["activation"], max(k + 1, 24)))]


def _coefficient(instance: Instance, _: Rng) -> Sequence[Any]:
    return [measured_coefficient(instance["activation"], instance["k"])]


def _slope_coefficient(instance: Instance, _: Rng) -> Sequence[Any]:
    phi, k = phi_of(instance["activation"]), instance["k"]
    return [activation_mean(phi, normalised(he(k), k), k, derivative_pieces(phi))]


def _mu_of_slope() -> Any:
    import sympy

    (k,) = symbols("k")
    return sympy.sqrt(k + 1) * indexed("mu")[k + 1]


def _scaled_cases(budget: Budget, _: Rng) -> Iterable[Instance]:
    names = (*SMOOTH, *KINKED, *POLYNOMIAL, *STEPS)
    return [{"activation": n, "k": k, "v": v} for k in range(budget.of(4, 8, 12)) for v in ("2", "1/2") for n in names]


def _scaled_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(k=instance["k"], mu=mu(instance["activation"], 16, Fraction(instance["v"])))]


@cache
def _stretched(name: str, v: str) -> Activation:
    """X ↦ φ(√v x), as an expression."""
    return activation(scaled(phi_of(name).tree, power(number(v), HALF)))


def _scaled_coefficient(instance: Instance, _: Rng) -> Sequence[Any]:
    k = instance["k"]
    return [activation_mean(_stretched(instance["activation"], instance["v"]), normalised(he(k), k), k)]


def _mu_alone() -> Any:
    (k,) = symbols("k")
    return indexed("mu")[k]


ASSUMPTION_3 = Hypothesis(
    r"\phi\text{ absolutely continuous on bounded intervals, }|\phi(x)|=O(|x|^\beta),\ \phi'\in L^2(\gamma)",
    lambda i: phi_of(i["activation"]).assumption_3 is not False,
)


def _widths(budget: Budget, _: Rng) -> Iterable[Instance]:
    sizes = ("1", "1/2", "2", "1/3")
    return [{"sigma": s, "p": p} for p in range(budget.of(9, 17, 31)) for s in sizes]


def _gaussian_name(instance: Instance) -> str:
    return f"gaussian({instance['sigma']})"


def _gaussian_square(instance: Instance, _: Rng) -> Sequence[Any]:
    return [measured_coefficient(_gaussian_name(instance), instance["p"]) ** 2]


def _gaussian_printed() -> Any:
    import sympy

    p, sigma = symbols("p sigma")
    f = sympy.factorial
    even = f(p) / (f(p / 2) ** 2 * 2**p * 2 * sympy.pi * (sigma**2 + 1) ** (p + 1))
    return sympy.Piecewise((even, sympy.Eq(sympy.Mod(p, 2), 0)), (0, True))


def _gaussian_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(p=instance["p"], sigma=Fraction(instance["sigma"]))]


def _laws(budget: Budget, _: Rng) -> Iterable[Instance]:
    closed = [
        n
        for n in (*REGULAR, *STEPS, *SCALED, *EXPRESSIONS)
        if (found := theory.hermite_law(n)) and found.kind != "integral"
    ]
    return [{"activation": name, "k": k} for k in range(budget.of(7, 12, 16)) for name in closed]


def _law_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    def symbolic(k: int) -> Any:
        return evaluate(theory.hermite_coefficient(instance["activation"], k), {})

    return [value(k=instance["k"], mu=symbolic)]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-22.1",
        "printed",
        "(22)",
        r"E[\phi(Z)^2]",
        Formula(_sum_of_squares),
        Value(lambda _b, _r: [{"activation": n} for n in FAST], _expansion, _mean_square, minimum=len(FAST)),
        note="Convergence in L²(γ) is Parseval's identity; the tail is bounded and added to the radius.",
    ),
    Claim(
        "murray:eq-22.1",
        "new",
        "(22), the bound of the tail in eigenlaw.numerics",
        r"E[\phi(Z)^2]-\sum_{k\le N}\mu_k^2",
        Formula(_tail),
        Value(_tails, _tail_value, _remainder, "<="),
    ),
    Claim(
        "murray:eq-22.2",
        "new",
        "(23), the coefficients of eigenlaw.numerics",
        r"E[\phi(Z)h_k(Z)]",
        Formula(_mu_alone),
        Value(_grid(_order, SMOOTH + KINKED + POLYNOMIAL + STEPS + SCALED + EXPRESSIONS), _from_numerics, _coefficient),
        note="(23) is the definition; held against it is what eigenlaw.numerics computes.",
    ),
    Claim(
        "murray:eq-22.7",
        "new",
        "(23) at variance v, the coefficients of eigenlaw.numerics",
        r"E[\phi(\sqrt vZ)h_k(Z)]",
        Formula(_mu_alone),
        Value(_scaled_cases, _scaled_value, _scaled_coefficient),
    ),
    Claim(
        "murray:eq-22.6",
        "new",
        "the closed laws of eigenlaw.theory",
        r"E[\phi(Z)h_k(Z)]",
        Formula(_mu_alone),
        Value(_laws, _law_value, _coefficient),
        note="Every law for symbolic k against rigorous integration.",
    ),
    Claim(
        "murray:lem-a.4",
        "printed",
        "Lemma A.4 (27)",
        r"\mu_k(\mathrm{ReLU})",
        Formula(_relu_printed),
        Value(indices, at_index, _relu),
        (Hypothesis(r"k\ne3,\text{ for which no value is printed}", lambda i: i["k"] != 3),),
        note="The sign (-1)^{k/2-1} is missing; the case k = 3 has no value as printed.",
    ),
    Claim(
        "murray:lem-a.4",
        "corrected",
        "Lemma A.4 (27)",
        r"\mu_k(\mathrm{ReLU})",
        law("relu"),
        Value(indices, at_index, _relu),
    ),
    Claim(
        "murray:lem-b.3",
        "printed",
        "Lemma B.3",
        r"\mu_k(\phi')",
        Formula(_mu_of_slope),
        Value(
            _grid(lambda b: b.of(6, 12, 20), REGULAR),
            _from_numerics,
            _slope_coefficient,
            controls=({"activation": "heaviside", "k": 0}, {"activation": "sign", "k": 2}),
        ),
        (ASSUMPTION_3,),
    ),
    Claim(
        "murray:gaussian-coefficients",
        "printed",
        "proof of Lemma B.5",
        r"\mu_p(\omega_\sigma)^2",
        Formula(_gaussian_printed),
        Value(_widths, _gaussian_value, _gaussian_square),
        (Hypothesis(r"\sigma>0", lambda i: Fraction(i["sigma"]) > Fraction(0)),),
    ),
)
