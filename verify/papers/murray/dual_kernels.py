"""Dual activations: Lemma B.1, and the closed forms of eigenlaw.theory."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from eigenlaw.theory import dual
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Instance, Rng, Sample
from eigenlaw.verify.formula import Formula, evaluate, indexed, summation, symbols, undefined
from eigenlaw.verify.measure import preactivation_covariance
from eigenlaw.verify.networks import Architecture, HyperParameters, Parameters, measure_networks
from eigenlaw.verify.papers.murray.common import STEPS, correlated_inputs, mu, phi_array
from eigenlaw.verify.papers.murray.sampling import INNER, SAMPLED, TERMS, WHOLE, WIDTH, correlations_of, draws

# Lemma B.1 and the closed dual activations


def _unit_rows(names: Sequence[str], correlations: Sequence[str]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    return lambda _b, _r: [{"activation": name, "rho": list(correlations)} for name in names]


def _products(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """φ(a_1·w) φ(a_j·w), in the mean over the neurons of a layer without bias."""
    X = float(Fraction(instance.get("norm", "1"))) * correlated_inputs(correlations_of(instance))
    phi = phi_array(instance["activation"])
    hyper = HyperParameters(1.0, 0.0, 1.0, 0.0)

    def product(parameters: Parameters) -> Draws:
        found: Draws = preactivation_covariance(parameters, hyper, phi, X, layer=1, of="activation")[:, 0, 1:]
        return found

    return measure_networks(product, Architecture((2, width, 1)), rng, n)


def _mehler() -> Any:
    import sympy

    k, rho = symbols("k rho")
    return summation(indexed("mu")[k] ** 2 * rho**k, (k, 0, sympy.oo))


def _mehler_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    coefficient = mu(instance["activation"], TERMS)
    return [value(rho=rho, mu=coefficient, oo=TERMS) for rho in correlations_of(instance)]


def _closed_dual() -> Any:
    (rho,) = symbols("rho")
    return undefined("R")(rho)


def _closed_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    tree = dual.dual_activation(instance["activation"])
    if tree is None:
        raise LookupError(f"activation={instance['activation']}: expected one with a closed dual")
    return [
        value(rho=rho, R=lambda r: evaluate(tree, {str(s): r for s in tree.free_symbols}))
        for rho in correlations_of(instance)
    ]


WITH_DUAL = (
    *("linear", "relu", "leaky_relu(1/10)", "abs", "heaviside", "sign", "monomial(2)", "rectified_monomial(2)"),
    *("erf", "erf(2)", "gelu", "gaussian", "gaussian(1/2)", "sin", "sin(2)", "cos", "cos(1/2)", "exp(1/2)"),
    *("polynomial(1,-1/2,1/3)", "hermite(2)", "x*exp(-x**2)", "x**2*erf(x)"),
)

UNIT_ROWS = Hypothesis(r"\|a_i\|=1", lambda i: Fraction(i.get("norm", "1")) == 1)
LONG_ROWS: Instance = {"activation": "tanh", "rho": list(INNER), "norm": "2"}


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:lem-b.1.1",
        "printed",
        "Lemma B.1",
        r"E_w[\phi(a\cdot w)\phi(b\cdot w)]",
        Formula(_mehler),
        Sample(
            _unit_rows((*SAMPLED, *STEPS, "tanh(2)"), INNER),
            _mehler_value,
            _products,
            draws,
            widths=(WIDTH,),
            controls=(LONG_ROWS,),
        ),
        (UNIT_ROWS,),
        note="w has the dimension of the a_i; the N(0, I_n) of the print is a slip.",
    ),
    Claim(
        "murray:lem-b.1.2",
        "new",
        "the closed dual activations of eigenlaw.theory",
        r"E_w[\phi(a\cdot w)\phi(b\cdot w)]",
        Formula(_closed_dual),
        Sample(_unit_rows(WITH_DUAL, WHOLE), _closed_value, _products, draws, widths=(WIDTH,)),
        (UNIT_ROWS,),
    ),
)
