"""Section III.A, Figures 2 and 3: eigenvalues of J_L of untrained autoencoders of the paper's architecture.

The paper has one network for each latent dimension and many images of MNIST. Here are many independent networks, which
is what the theory speaks of, with a few inputs each: random ones, digits and faces. Medians come with intervals that
miss with a probability below the level of the judges, by order statistics over the networks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.theory.gated_products import gated_quantile
from eigenlaw.verify.autoencoder_inputs import INPUTS, draw_inputs
from eigenlaw.verify.autoencoders import (
    HIDDEN,
    PIXELS,
    Autoencoder,
    Layer,
    initial,
    initial_layer,
    latent_jacobian,
    latent_points,
    passing,
    spectrum,
)
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, symbols
from eigenlaw.verify.judge import LEVEL
from eigenlaw.verify.labelled_images import labelled_hashes
from eigenlaw.verify.papers.dees.exact_autoencoders import SHAPES, Exact, characteristic, exact
from eigenlaw.verify.quantiles import sampled_quantile

Floats = NDArray[np.float64]

_STREAM = "dees:initial-spectra"
LATENT = (2, 5, 10, 15, 20)


@dataclass(frozen=True)
class Observed:
    """What is observed of networks of one latent dimension with one input each of a kind, one entry a network.

    Attributes:
        moduli: the median of |λ|.
        far: whether the median of |arg λ| is not within π/4 of π/2, over the eigenvalues that are not zero.
        real: whether one of these eigenvalues, chosen at random, is real.
    """

    moduli: Floats
    far: Floats
    real: Floats


@lru_cache(maxsize=2)
def observe(draw: int, networks: int) -> Mapping[tuple[int, str], Observed]:
    """Draw autoencoders; those of different latent dimensions share the layers that do not depend on it."""
    rng = np.random.default_rng(draw)
    kept: dict[tuple[int, str], list[tuple[float, float, float]]] = {}
    for _ in range(networks):
        common = initial(LATENT[-1], rng)
        x = np.concatenate([draw_inputs(rng, name, 1) for name in INPUTS])
        for latent in LATENT:
            last, first = initial_layer(rng, (latent, HIDDEN[-1])), initial_layer(rng, (HIDDEN[-1], latent))
            net = Autoencoder(
                (*common.encoder[:-1], last), (Layer(first.weight, first.bias, True), *common.decoder[1:])
            )
            found = latent_jacobian(net, latent_points(net, x))
            values = spectrum(found.tangents, passing(found, latent))
            for position, name in enumerate(INPUTS):
                angles = values.arguments[position, : values.nonzero[position]]
                far = abs(float(np.median(angles)) - np.pi / 2) > np.pi / 4 if len(angles) else True
                real = float(rng.choice(angles)) in (0.0, np.pi) if len(angles) else True
                row = (float(np.median(values.moduli[position])), float(far), float(real))
                kept.setdefault((latent, name), []).append(row)
    return {key: Observed(*np.array(rows).T) for key, rows in kept.items()}


def _of(instance: Instance, latent: int | None = None) -> Observed:
    return observe(instance["draw"], instance["networks"])[latent or instance["d"], instance["inputs"]]


_RARE = LEVEL / 100


def _median(draws: Floats) -> Any:
    return sampled_quantile(draws, 0.5, rising=True, level=_RARE)


def share(draws: Floats) -> Any:
    """Return a ball that holds the chance of a one among zeros and ones, by Clopper and Pearson."""
    from flint import arb
    from scipy import special

    n, ones = len(draws), int(draws.sum())
    low = float(special.betaincinv(ones, n - ones + 1, _RARE)) if ones else 0.0
    high = 1 - float(special.betaincinv(n - ones, ones + 1, _RARE)) if ones < n else 1.0
    return arb(low).union(arb(high))


def _cases(*latents: int) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        draw, networks = int(rng.integers(2**31)), budget.of(500, 1000, 5000)
        return [{"d": d, "inputs": name, "draw": draw, "networks": networks} for d in latents for name in INPUTS]

    return instances


def _pairs(*pairs: tuple[int, int]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        draw, networks = int(rng.integers(2**31)), budget.of(500, 1000, 5000)
        both = [(small, d, name) for small, d in pairs for name in INPUTS]
        return [{"from": s, "d": d, "inputs": name, "draw": draw, "networks": networks} for s, d, name in both]

    return instances


def _before() -> Any:
    return indexed("m")[symbols("d")[0]]


def _at_smaller(statistic: Callable[[Observed], Any]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def value_of(instance: Instance, value: Evaluate) -> Sequence[Any]:
        return [value(m=lambda d: statistic(_of(instance, d)), d=instance["from"])]

    return value_of


def _measured(statistic: Callable[[Observed], Any]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [statistic(_of(instance))]


def _moduli(found: Observed) -> Any:
    return _median(found.moduli)


def _far(found: Observed) -> Any:
    return share(found.far)


def _real(found: Observed) -> Any:
    return share(found.real)


def _printed() -> Any:
    """The square root of the printed median of |λ|²."""
    import sympy

    (d,) = symbols("d")
    factors = [(d / width * sympy.Rational(-1, 2) + 1) ** 2 for width in reversed(HIDDEN)]
    last = d / PIXELS * sympy.Rational(-1, 2) + 1
    return sympy.sqrt(sympy.Mul(sympy.Rational(1, 3**8), sympy.Rational(1, 2), *factors, last))


def _tenth() -> Any:
    return _printed() / 10


def _gated(factor: tuple[int, int]) -> Callable[[], Any]:
    def build() -> Any:
        import sympy

        third, half = sympy.Rational(1, 3), sympy.Rational(1, 2)
        return sympy.Rational(*factor) * sympy.sqrt(gated_quantile(symbols("d")[0], HIDDEN, PIXELS, half, third))

    return build


def _by_dimension(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(d=instance["d"])]


def _atom() -> Any:
    import sympy

    return sympy.Rational(1, 10)


def _odd() -> Any:
    (k,) = symbols("k")
    return (-1) ** k * indexed("c")[k]


def _flipped(case: Exact, point: Any) -> Any:
    """J_L with the sign of the last layer of the encoder changed, weights and bias; ``fixed`` keeps z."""
    last = case.net.encoder[-1]
    encoder = (*case.net.encoder[:-1], Layer(-last.weight, -last.bias, last.gate))
    other = Exact(Autoencoder(encoder, case.net.decoder, case.net.squash), case.x)
    at = case.z if point == "fixed" else other.z
    return other.encoder_slopes(other.y) @ other.decoder_slopes(at)


def _sign_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    draws = [*range(4), *(int(seed) for seed in rng.integers(4, 2**31, size=budget.of(2, 6, 30)))]
    return [{"widths": list(shape), "draw": draw, "point": "fixed"} for shape in SHAPES for draw in draws]


def _sign_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = exact({key: part for key, part in instance.items() if key != "point"})
    found = characteristic(case.latent_jacobian)
    return [value(c=lambda k: found[k] if 0 <= k < len(found) else fmpq(0), k=k) for k in range(1, len(found))]


def _sign_measured(instance: Instance, _: Rng) -> Sequence[Any]:
    case = exact({key: part for key, part in instance.items() if key != "point"})
    return characteristic(_flipped(case, instance["point"]))[1:]


SINGLE = "The paper has one network for each d, so that its medians also vary from network to network. "
DATA = "Digits and faces, resized to 28 × 28, and uniform pixels stand in for MNIST. "
FIXED = Hypothesis("the latent point does not depend on the encoder", lambda i: i["point"] == "fixed")
_ENCODED: Instance = {"widths": [3, 2, 1], "draw": 2, "point": "encoded"}


def _value(instances: Any, predicted: Any, measured: Any, relation: Any, minimum: int, controls: Any = ()) -> Value:
    return Value(
        instances,
        predicted,
        measured,
        relation,
        controls,
        minimum,
        sampled=True,
        stream=_STREAM,
        sources=labelled_hashes,
    )


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:median-decreases-observed",
        "printed",
        "Section III.A, Figure 2: the median eigenvalue decreases as the latent dimension increases",
        r"\mathrm{med}\,|\lambda(J_{\mathcal L})|,\ d'>d",
        Formula(_before),
        _value(_pairs((2, 20), (2, 15), (5, 20), (10, 20)), _at_smaller(_moduli), _measured(_moduli), "<", 12),
        note=SINGLE + DATA + "d = 2, 5 and 10 against 15 or 20; that it falls with each step of d is not tested.",
        activations=1,
    ),
    Claim(
        "dees:order-of-magnitude.1",
        "printed",
        "Section III.A: the observed values are smaller than the predicted ones",
        r"\mathrm{med}\,|\lambda(J_{\mathcal L})|",
        Formula(_printed),
        _value(_cases(*LATENT), _by_dimension, _measured(_moduli), "<", 15),
        note=DATA + "The formula, not the figures printed after it, which are √2 larger.",
        activations=1,
    ),
    Claim(
        "dees:order-of-magnitude.2",
        "printed",
        "Section III.A: generally within an order of magnitude of the theoretical predictions",
        r"\mathrm{med}\,|\lambda(J_{\mathcal L})|",
        Formula(_tenth),
        _value(_cases(*LATENT), _by_dimension, _measured(_moduli), ">=", 15),
        note=DATA + "The median is 9 times below the formula for d = 2, more than 10 times from d = 5 on and 22 times "
        "for d = 20: the gates take a factor 8, and leave about 16 of 32 units open.",
        activations=1,
    ),
    Claim(
        "dees:order-of-magnitude.3",
        "corrected",
        "Section III.A, with half of each hidden layer open",
        r"\mathrm{med}\,|\lambda(J_{\mathcal L})|",
        Formula(_gated((1, 2)), derived=True),
        _value(_cases(*LATENT), _by_dimension, _measured(_moduli), ">=", 15),
        note=DATA + "Theorem II.7 with n_j/2 for the hidden widths n_j, each factor still scaled by 1/√n_j.",
        activations=1,
    ),
    Claim(
        "dees:order-of-magnitude.4",
        "corrected",
        "Section III.A, with half of each hidden layer open",
        r"\mathrm{med}\,|\lambda(J_{\mathcal L})|",
        Formula(_gated((3, 2)), derived=True),
        _value(_cases(*LATENT), _by_dimension, _measured(_moduli), "<=", 15),
        note=DATA + "With the lower bound: within a factor of 2 for every d, where the products without gates are off "
        "by 8 to 25.",
        activations=1,
    ),
    Claim(
        "dees:median-argument.1",
        "printed",
        "Section III.A, Figure 3: as d increases the median arguments tend towards π/2",
        r"P\bigl(\bigl|\mathrm{med}\,|\arg\lambda|-\tfrac\pi2\bigr|>\tfrac\pi4\bigr),\ d'>d",
        Formula(_before),
        _value(_pairs((2, 10), (2, 15), (2, 20)), _at_smaller(_far), _measured(_far), "<", 9),
        note=SINGLE + DATA + "Eigenvalues that are zero by structure have no argument and are left out.",
        activations=1,
    ),
    Claim(
        "dees:median-argument.2",
        "printed",
        "Section III.A, Figure 3: the distribution of the arguments becomes more uniform",
        r"P(\lambda\in\mathbb R\mid\lambda\ne0),\ d'>d",
        Formula(_before),
        _value(_pairs((2, 15), (2, 20)), _at_smaller(_real), _measured(_real), "<", 6),
        note=DATA + "Real eigenvalues are the atoms at 0 and π, which a uniform law has not.",
        activations=1,
    ),
    Claim(
        "dees:median-argument.3",
        "new",
        "Section III.A",
        r"P(\lambda\in\mathbb R\mid\lambda\ne0)",
        Formula(_atom),
        _value(_cases(*LATENT), lambda _, value: [value()], _measured(_real), ">=", 15),
        note=DATA + "Up to d = 20 the arguments are not uniform: more than a tenth of them are exactly 0 or π.",
        activations=1,
    ),
    Claim(
        "dees:median-argument.4",
        "new",
        "Section III.A",
        r"c_k\text{ of }J_{\mathcal L}\text{ with }-A_{d\times32},-b_d",
        Formula(_odd),
        Value(_sign_cases, _sign_value, _sign_measured, controls=(_ENCODED,)),
        (FIXED,),
        note="Exact. A change of sign of the last layer of the encoder turns every λ into −λ: for each d, at latent "
        "points that are drawn apart from the weights, |arg λ| and π − |arg λ| have one law, and π/2 is its median; "
        "what falls with d is the spread between networks. At z = f_enc(x) the point turns too: no such symmetry.",
        activations=1,
    ),
)
