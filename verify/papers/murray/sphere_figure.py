"""The spectrum of two-layer networks on S²: Figure 4 and the text of C.3 on it."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from eigenlaw.theory import sphere_decay
from eigenlaw.theory.decay import LeadingTerm
from eigenlaw.verify.claim import Budget, Claim, Draws, Envelope, Evaluate, Instance, Rng, Sample
from eigenlaw.verify.data import unit_vectors
from eigenlaw.verify.formula import Formula, symbols, undefined
from eigenlaw.verify.measure import tangent_kernel
from eigenlaw.verify.networks import Architecture, sample_parameters
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE, hyper_parameters, phi_array
from eigenlaw.verify.papers.murray.sphere_spectrum import (
    ASSUMPTION,
    BIAS,
    NO_BIAS,
    asymptotic,
    eigenvalues,
    has_bias,
    leading,
    middle_places,
    networks,
    ordered_envelope,
    place_terms,
    without_bias,
)

FREQUENCIES = (20, 60, 100, 300)


def _last_places(instance: Instance) -> Sequence[int]:
    """The last places of a frequency, at which a bound that decreases is the hardest to meet."""
    if has_bias(instance):
        return [(k + 1) ** 2 for k in FREQUENCIES]
    odd = int(instance["activation"] == "tanh")
    return [(k + odd + 1) * (k + odd + 2) // 2 for k in FREQUENCIES]


def _at_last_places(term: LeadingTerm) -> Any:
    return term.expression.subs(sphere_decay.frequency_symbol(), sphere_decay.last_frequency(term.parity))


def _last_envelope(instance: Instance) -> Envelope:
    return Envelope(Formula(lambda: _at_last_places(leading(instance)), derived=True), "~")


def _figure_formula(name: str, *, bias: bool) -> Formula:
    instance = {"activation": name, "gamma_b2": "1/2" if bias else "0", "d": 2}
    return Formula(lambda: _at_last_places(leading(instance)), derived=True)


def _relu_places() -> Any:
    import sympy

    return symbols("ell")[0] ** sympy.Rational(-3, 2)


def _tanh_places() -> Any:
    import sympy

    ell, quarter = symbols("ell")[0], sympy.Rational(1, 4)
    return ell ** (-3 * quarter) * sympy.exp(-sympy.pi / 2 * ell**quarter)


def _gaussian_places() -> Any:
    import sympy

    ell, half = symbols("ell")[0], sympy.Rational(1, 2)
    return ell**-half * 2 ** (-(ell**half))


def _sampled_networks(_budget: Budget, _: Rng) -> Iterable[Instance]:
    """With bias the largest eigenvalues are those of the frequencies 0, 1, 2; without it an odd φ lacks the second."""
    both = ("relu", "erf", "softplus", "leaky_relu(1/10)", "gelu", "tanh")
    cases = [(name, bias, [0, 1, 2]) for bias in ("1/2", "1/4") for name in (*both, "gaussian(1)", "sigmoid")]
    cases += [(name, "0", [0, 1] if name in ("erf", "tanh") else [0, 1, 2]) for name in both]
    return [
        {"activation": name, "gamma_b2": bias, "sigma_w2": "1/2", "d": 2, "frequencies": frequencies}
        for name, bias, frequencies in cases
    ]


def _measured_spectrum(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """Means of the first 1, 3 and 5 eigenvalues of K_n, for networks of the width n at n uniform points of S²."""
    hyper, phi = hyper_parameters(instance), phi_array(instance["activation"])
    architecture = Architecture((3, width, 1))

    def spectrum() -> Draws:
        X = unit_vectors(rng, width, 3)
        kernel = tangent_kernel(sample_parameters(architecture, rng, 1), hyper, phi, X)[0]
        found: Draws = np.linalg.eigvalsh(kernel / width)[::-1]
        return found

    spectra = [spectrum() for _ in range(n)]
    return np.array([[e[k * k : (k + 1) ** 2].mean() for k in instance["frequencies"]] for e in spectra])


def _engine_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = eigenvalues(instance, 3)
    return [value(k=k, **{"lambda": lambda j: found[j]}) for k in instance["frequencies"]]


_FIGURE = "Figure 4 and the text of C.3 on it"
_ON_SPHERE = r"\lambda_\ell\text{ on }S^2,\ \phi="
_EVERY_BIAS = ("0", "1/2", "1/4")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:fig-4.1",
        "printed",
        _FIGURE,
        _ON_SPHERE + r"\mathrm{ReLU}",
        Formula(_relu_places),
        asymptotic("Theta", "ell", networks("relu", _EVERY_BIAS), middle_places, place_terms(150), ordered_envelope),
        (UNIT_VARIANCE,),
        note="Without bias too: half of the frequencies are missing, and the constant is another.",
        activations=1,
    ),
    Claim(
        "murray:fig-4.2",
        "printed",
        _FIGURE,
        _ON_SPHERE + r"\tanh",
        Formula(_tanh_places),
        asymptotic("O", "ell", networks("tanh", _EVERY_BIAS), _last_places, place_terms(304), _last_envelope),
        (UNIT_VARIANCE,),
        note="True but far from sharp: the exponent grows like ℓ^{1/3}, not ℓ^{1/4}.",
        activations=1,
    ),
    Claim(
        "murray:fig-4.2",
        "sharp",
        _FIGURE + ", at the last place of a frequency, γ_b = 0",
        _ON_SPHERE + r"\tanh",
        _figure_formula("tanh", bias=False),
        asymptotic("~", "ell", without_bias("tanh"), _last_places, place_terms(304), _last_envelope),
        (UNIT_VARIANCE, NO_BIAS),
        activations=1,
    ),
    Claim(
        "murray:fig-4.2",
        "new",
        _FIGURE + ", at the last place of a frequency, γ_b > 0",
        _ON_SPHERE + r"\tanh",
        _figure_formula("tanh", bias=True),
        asymptotic("~", "ell", networks("tanh", ("1/2", "1/4", "3/4")), _last_places, place_terms(304), _last_envelope),
        (ASSUMPTION, BIAS),
        activations=1,
    ),
    Claim(
        "murray:fig-4.3",
        "printed",
        _FIGURE,
        _ON_SPHERE + r"\omega_1",
        Formula(_gaussian_places),
        asymptotic("O", "ell", networks("gaussian(1)", _EVERY_BIAS), _last_places, place_terms(304), _last_envelope),
        (UNIT_VARIANCE,),
        note="True but far from sharp: without bias 2 + √3 stands in the place of 2, and √(2ℓ) in that of √ℓ.",
        activations=1,
    ),
    Claim(
        "murray:fig-4.3",
        "sharp",
        _FIGURE + ", at the last place of a frequency, γ_b = 0",
        _ON_SPHERE + r"\omega_1",
        _figure_formula("gaussian(1)", bias=False),
        asymptotic("~", "ell", without_bias("gaussian(1)"), _last_places, place_terms(304), _last_envelope),
        (UNIT_VARIANCE, NO_BIAS),
        activations=1,
    ),
    Claim(
        "murray:fig-4.4",
        "new",
        "Figure 4, measured: the first 1 + 3 + 5 eigenvalues of networks on uniform points of S²",
        r"E\lambda(K_n)\text{ for }n\to\infty",
        Formula(lambda: undefined("lambda")(symbols("k")[0])),
        Sample(
            _sampled_networks,
            _engine_value,
            _measured_spectrum,
            lambda budget: budget.of(24, 48, 200),
            widths=(50, 100, 200),
            bias=(Fraction(1),),
        ),
        (UNIT_VARIANCE,),
        note="n points and networks of 2n hidden units; held against the eigenvalues of eigenlaw.numerics.",
    ),
)
