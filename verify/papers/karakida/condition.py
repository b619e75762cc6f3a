"""Condition (ii), and what Sections 2.1 and 3.1 and Appendix A conclude from it for the overlaps and κ_2."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, fmpq

from eigenlaw.theory.activations import Activation, activation
from eigenlaw.theory.centred import backward_overlap_law, forward_overlap_law, kappa_2_law
from eigenlaw.theory.wide_network import WideNetwork
from eigenlaw.verify.averages import polynomial_derivative
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational
from eigenlaw.verify.integrals import activation_mean
from eigenlaw.verify.limits import pair_mean
from eigenlaw.verify.papers.karakida.common import network_of, order_parameters_of
from eigenlaw.verify.papers.karakida.exact_networks import at

SIGNS = {
    **dict.fromkeys(("relu", "gelu", "sigmoid", "softplus"), (1, 1)),
    **dict.fromkeys(("tanh", "erf", "sin"), (0, 1)),
    **dict.fromkeys(("abs", "cos", "gaussian"), (1, 0)),
}
"""Whether E φ(√q Z) and E φ'(√q Z) are positive or zero, at every variance q, for φ that are no polynomials."""

Layer = tuple[Any, Any, Any, Any]


@cache
def _polynomial_layers(network: WideNetwork) -> list[tuple[Layer, Any, Any]]:
    """For each hidden layer q̂_t, q̂_st, E φ'(U)², E φ'(U)φ'(V), then m and d; exact, from the powers of φ."""
    found, q_t, q_st = [], fmpq(1), fmpq(0)
    for phi, weight, bias in zip(network.activations, network.sigma_w2, network.sigma_b2, strict=False):
        values = [rational(c) for c in phi.polynomial or ()]
        slopes = [rational(c) for c in polynomial_derivative(phi.polynomial or ())]
        a, c = (rational(weight) * q + rational(bias) for q in (q_t, q_st))
        q_t, q_st = pair_mean(values, values, a, a, a), pair_mean(values, values, a, c, a)
        layer = (q_t, q_st, pair_mean(slopes, slopes, a, a, a), pair_mean(slopes, slopes, a, c, a))
        means = [pair_mean(given, [fmpq(1)], a, fmpq(0), a) for given in (values, slopes)]
        found.append((layer, means[0], means[1]))
    return found


def _is_exact(network: WideNetwork) -> bool:
    return all(phi.polynomial is not None for phi in network.activations)


def _overlaps(instance: Instance) -> tuple[list[Any], list[Any]]:
    """q̂_st^1 … q̂_st^{L−1} and q̃_st^1 … q̃_st^L."""
    network = network_of(instance)
    if not _is_exact(network):
        known = order_parameters_of(network)
        return list(known.q_hat_st.values())[1:], list(known.q_tilde_st.values())
    layers = [layer for layer, _, _ in _polynomial_layers(network)]
    backward = [fmpq(1)]
    for layer, weight in zip(reversed(layers), reversed(network.sigma_w2), strict=False):
        backward.append(rational(weight) * backward[-1] * layer[3])
    return [layer[1] for layer in layers], backward[::-1]


def _kappa_2(instance: Instance) -> Any:
    network = network_of(instance)
    forward, backward = _overlaps(instance)
    terms = zip(network.alphas, [fmpq(0), *forward], backward, strict=True)
    return sum((rational(a) * q * back for a, q, back in terms), fmpq(0)) / rational(network.alpha)


def _sign(value: Any) -> Any:
    """1 or 0 of an order parameter that is known to be positive or to vanish."""
    if value == 0:
        return fmpq(0)
    return fmpq(1) if value > 0 else arb("nan")


def _means(instance: Instance) -> dict[str, Any]:
    """m_j and d_j, or numbers of their sign, and σ_b² of the layers."""
    network = network_of(instance)
    if _is_exact(network):
        found = [(m, d) for _, m, d in _polynomial_layers(network)]
    else:
        found = [SIGNS[phi.family] for phi in network.activations]
    means, slopes = ([fmpq(pair[n]) for pair in found] for n in range(2))
    return {name: _sequence(values) for name, values in
            (("m", means), ("d", slopes), ("sigma_b2", [rational(b) for b in network.sigma_b2]))}  # fmt: skip


def _sequence(values: Sequence[Any]) -> Callable[..., Any]:
    import numpy as np

    array = np.empty(len(values), dtype=object)
    array[:] = values
    return at(array)


# instances


def _uniform(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    """One activation and one pair of variances for all layers, as printed."""
    kinds = [("polynomial(-2,0,1)", "2", "0"), ("monomial(2)", "1", "0"), ("monomial(2)", "1", "1/3")]
    kinds += [("polynomial(-2,0,1)", "2", "1/4"), ("polynomial(-1,0,1)", "2", "0"), ("polynomial(1,1)", "1", "0")]
    kinds += [("linear", "1", "1/10"), ("monomial(3)", "1/2", "1/10"), ("polynomial(0,-3,0,1)", "1", "1/2")]
    kinds += [("linear", "1", "0"), ("monomial(3)", "1/2", "0"), ("polynomial(0,-3,0,1)", "1", "0")]
    smooth = [("relu", "2", "0"), ("tanh", "3", "16/25"), ("tanh", "3", "0"), ("abs", "1", "0"), ("cos", "2", "0")]
    smooth += [("sigmoid", "4", "0"), ("gaussian(1)", "2", "1/10"), ("sin", "2", "0"), ("gelu", "2", "0")]
    return [
        {"activation": name, "sigma_w2": weight, "sigma_b2": bias, "layers": layers}
        for layers in (2, 3, 4)
        for name, weight, bias in kinds + (smooth if layers == 3 else [])
    ]


def _mixed(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """The same, then layers that differ: centred and not in turn, with biases in single layers."""
    yield from _uniform(budget, rng)
    for names in (["linear", "linear"], ["linear", "monomial(2)"], ["monomial(2)", "linear"], ["tanh", "abs"]):
        for biases in (["0", "0", "0"], ["1/2", "0", "0"], ["0", "1/2", "0"], ["0", "0", "1/2"]):
            yield {"activation": names, "sigma_w2": ["1", "1", "1"], "sigma_b2": biases, "layers": 3}
    hidden = [["linear", "polynomial(-1,0,1)", "monomial(3)"], ["polynomial(-1,0,1)", "linear", "monomial(2)"]]
    for names in hidden:
        for biases in (["0", "0", "0", "0"], ["0", "0", "1/3", "0"]):
            yield {"activation": names, "sigma_w2": ["1", "1", "1", "1"], "sigma_b2": biases, "layers": 4}


# the laws


def _forward(instance: Instance, value: Evaluate) -> Sequence[Any]:
    means = _means(instance)
    return [value(l=layer, **means) for layer in range(1, instance["layers"])]


def _backward(instance: Instance, value: Evaluate) -> Sequence[Any]:
    means = _means(instance)
    return [value(l=layer, L=instance["layers"], **means) for layer in range(1, instance["layers"])]


def _whole(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(L=instance["layers"], **_means(instance))]


def _signs_of(quantities: Callable[[Instance], Sequence[Any]]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [_sign(q) for q in quantities(instance)]


def _plain(quantities: Callable[[Instance], Sequence[Any]]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: quantities(instance)


def _zeros(quantities: Callable[[Instance], Sequence[Any]]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    return lambda instance, value: [value() for _ in quantities(instance)]


def _zero() -> Any:
    import sympy

    return sympy.Integer(0)


def _forward_overlaps(instance: Instance) -> Sequence[Any]:
    return _overlaps(instance)[0]


def _backward_overlaps(instance: Instance) -> Sequence[Any]:
    return _overlaps(instance)[1][:-1]


def _kappas(instance: Instance) -> Sequence[Any]:
    return [_kappa_2(instance)]


# the means of Section 2.1


def _conventional(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    slopes = [Fraction(n, 10) for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, -3, -4, -5, -6, -7, 11, 15, 20)]
    return [{"activation": name} for name in ("relu", "sigmoid", *(f"leaky_relu({a})" for a in slopes))]


def _size_of_mean(instance: Instance, _: Rng) -> Sequence[Any]:
    phi: Activation = activation(instance["activation"])
    return [abs(activation_mean(phi, lambda z: z * 0 + 1))]


def _unit_mean_vanishes(name: str) -> bool:
    phi = activation(name)
    if phi.polynomial is None:
        return SIGNS[phi.family][0] == 0
    return bool(pair_mean([rational(c) for c in phi.polynomial], [fmpq(1)], fmpq(1), fmpq(0), fmpq(1)) == 0)


NON_CENTRED = Hypothesis(
    r"\sigma_b\ne0\text{ or }\int Dz\,\phi(z)\ne0",
    lambda i: i["sigma_b2"] != "0" or not _unit_mean_vanishes(i["activation"]),
)


def _varies(instance: Instance) -> bool:
    return all(phi.polynomial is None or any(phi.polynomial[1:]) for phi in network_of(instance).activations)


NOT_CONSTANT = Hypothesis(r"\text{no }\phi\text{ is constant}", _varies)
_CONSTANT = {"activation": "polynomial(1)", "sigma_w2": "1", "sigma_b2": "1/2", "layers": 2}
_ZERO = {"activation": "polynomial(0)", "sigma_w2": "1", "sigma_b2": "1/2", "layers": 2}


def _pair(
    label: str,
    where: str,
    lhs: str,
    quantities: Callable[[Instance], Sequence[Any]],
    law: Callable[[], Any],
    predicted: Callable[[Instance, Evaluate], Sequence[Any]],
    notes: tuple[str, str],
    control: Instance,
) -> tuple[Claim, Claim]:
    """The statement as printed, and when the quantities are positive and when they vanish."""
    name = f"karakida:condition-ii.{label}"
    printed = Value(_uniform, _zeros(quantities), _plain(quantities), relation=">")
    corrected = Value(_mixed, predicted, _signs_of(quantities), controls=(control,))
    return (
        Claim(name, "printed", where, lhs, Formula(_zero), printed, (NON_CENTRED,), notes[0]),
        Claim(
            *(name, "corrected", where, rf"\operatorname{{sign}}\,{lhs}", Formula(law, derived=True)),
            *(corrected, (NOT_CONSTANT,), notes[1]),
        ),
    )


CLAIMS: tuple[Claim, ...] = (
    *_pair(
        "1",
        "(ii), Appendix A, forward overlap",
        r"\hat q_{st}^l",
        _forward_overlaps,
        forward_overlap_law,
        _forward,
        (
            "The mean of x² − 2 is not 0 at variance 1, but the first layer has variance 2. Also q̂_st^0 = 0 always.",
            "m_j is the mean of φ_j at the variance of layer j; a bias counts if it is at or below the layer.",
        ),
        _ZERO,
    ),
    *_pair(
        "2",
        "(ii), Appendix A, backward overlap",
        r"\tilde q_{st}^l",
        _backward_overlaps,
        backward_overlap_law,
        _backward,
        (
            "Even φ without bias: φ' is odd, so that q̃_st^1 = 0, though φ has a mean.",
            "In each layer from l on, the overlap below it or the mean of φ' must not vanish.",
        ),
        _CONSTANT,
    ),
    *_pair(
        "3",
        "(ii), Section 3.1 and Appendix A",
        r"\kappa_2",
        _kappas,
        kappa_2_law,
        _whole,
        (
            "For φ = x² − 2, σ_w² = 2 and σ_b = 0 one hidden layer has κ_2 = 0.",
            "κ_2 > 0 if and only if a hidden layer has a bias or a mean at its own variance: one is enough.",
        ),
        _ZERO,
    ),
    Claim(
        "karakida:condition-ii.4",
        "printed",
        "Section 2.1",
        r"|\int Dz\,\phi(z)|",
        Formula(_zero),
        Value(_conventional, lambda _, value: [value()], _size_of_mean, relation=">"),
        note="Leaky ReLU of any slope on the left but 1, where it is linear.",
    ),
)
