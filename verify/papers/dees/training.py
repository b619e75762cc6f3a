"""Section III.A, Figures 1 and 3: eigenvalues of J_L while autoencoders are trained.

MNIST comes with no package: these are smaller autoencoders, trained on the 8 × 8 digits of scikit-learn. One of their
epochs has as many steps as a small part of an epoch of MNIST, so that epochs cannot be compared by number.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.verify.autoencoder_inputs import images
from eigenlaw.verify.autoencoder_training import Recipe, train
from eigenlaw.verify.autoencoders import latent_spectrum
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.digits import SIDE, digits_hash
from eigenlaw.verify.formula import Formula, indexed, symbols

_STREAM = "dees:training"
LATENT = (2, 4, 8)
NETWORKS, TRAINING, SHOWN = 2, 768, 128
"""Networks of each latent dimension, images they are trained on, and those of them at which J_L is taken."""
START, EARLY, LATER = 4, 10, 50


@dataclass(frozen=True)
class Trained:
    """The eigenvalues of J_L over the images and the networks of one latent dimension.

    Attributes:
        modulus: median of |λ|.
        argument: median of |arg λ|.
        negative: share of the eigenvalues with negative real parts, of those that are not zero.
    """

    modulus: float
    argument: float
    negative: float


@lru_cache(maxsize=2)
def trained(draw: int, last: int) -> Mapping[tuple[int, int], Trained]:
    """Train on random digits and return what is seen at each epoch of Figures 1 and 3, by epoch and dimension."""
    pixels = images("digits", SIDE)
    chosen = pixels[np.random.default_rng(draw).permutation(len(pixels))[:TRAINING]]
    epochs = tuple(sorted({epoch for epoch in (0, 1, START, EARLY, LATER, last) if epoch <= last}))
    found = {}
    for epoch, networks in train(chosen, LATENT * NETWORKS, draw, Recipe(epochs=epochs)).items():
        for latent in LATENT:
            spectra = [latent_spectrum(net, chosen[:SHOWN]) for net in networks if net.latent == latent]
            moduli = np.concatenate([each.moduli.ravel() for each in spectra])
            arguments = np.concatenate([each.arguments.ravel() for each in spectra])
            arguments = arguments[~np.isnan(arguments)]
            found[epoch, latent] = Trained(
                float(np.median(moduli)), float(np.median(arguments)), float(np.mean(arguments > np.pi / 2))
            )
    return found


def _at(instance: Instance, epoch: int | None = None, latent: int | None = None) -> Trained:
    run = trained(instance["draw"], instance["last"])
    return run[instance["epoch"] if epoch is None else epoch, latent or instance["d"]]


def _exact(number: float) -> Any:
    return fmpq(*number.as_integer_ratio())


def _cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    draw, last = int(rng.integers(2**31)), budget.of(100, 300, 300)
    return [{"draw": draw, "last": last, "d": d, "epoch": last} for d in LATENT]


def _pairs(budget: Budget, rng: Rng) -> Iterable[Instance]:
    draw, last = int(rng.integers(2**31)), budget.of(100, 300, 300)
    pairs = [(2, EARLY), (2, LATER), (4, LATER)]
    return [{"draw": draw, "last": last, "d": LATENT[-1], "from": small, "epoch": epoch} for small, epoch in pairs]


def _hundredfold() -> Any:
    return 100 * indexed("m")[symbols("t")[0]]


def _distance() -> Any:
    import sympy

    return sympy.Abs(1 - indexed("m")[symbols("t")[0]])


def _before(epoch: int) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def value_of(instance: Instance, value: Evaluate) -> Sequence[Any]:
        return [value(m=lambda t: _exact(_at(instance, t).modulus), t=epoch)]

    return value_of


def _narrower() -> Any:
    return indexed("m")[symbols("d")[0]]


def _at_narrower(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(m=lambda d: _exact(_at(instance, latent=d).modulus), d=instance["from"])]


def _small_angle() -> Any:
    import sympy

    return sympy.pi / 36


def _few() -> Any:
    import sympy

    return sympy.Rational(1, 5)


def _measured(statistic: Callable[[Trained], float]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [_exact(statistic(_at(instance)))]


def _modulus(found: Trained) -> float:
    return found.modulus


def _constant(_: Instance, value: Evaluate) -> Sequence[Any]:
    return [value()]


def _value(instances: Any, predicted: Any, statistic: Any, relation: Any, control: Instance | None = None) -> Value:
    controls = () if control is None else (control,)
    measured = _measured(statistic)
    return Value(
        instances, predicted, measured, relation, controls, 3, floating=True, stream=_STREAM, sources=digits_hash
    )


ENDED = Hypothesis("the network is trained", lambda i: i["epoch"] > 0)
_WIDE: Instance = {"draw": 0, "last": 0, "d": 8, "epoch": 0}
_NARROW: Instance = {"draw": 0, "last": 0, "d": 2, "epoch": 0}
DIGITS = (
    "Widths 64-48-32-24-d and back, on 768 digits; Adam, squared error, batches of 48: the paper names none of these. "
    "300 epochs, 100 with the budget quick; "
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:training.1",
        "printed",
        "Section III.A, V, Figure 1: moduli on the order of 0.5 to 1, rather than 0.001 to 0.005",
        r"\mathrm{med}\,|\lambda(J_{\mathcal L})|_{\text{end}}",
        Formula(_hundredfold),
        _value(_cases, _before(0), _modulus, ">=", _NARROW),
        (ENDED,),
        note=DIGITS + "d = 2, 4, 8, two networks each.",
        activations=1,
    ),
    Claim(
        "dees:training.2",
        "printed",
        "Section III.A, Figure 1: the median moduli converge to 1",
        r"|1-\mathrm{med}\,|\lambda(J_{\mathcal L})||_{\text{end}}",
        Formula(_distance),
        _value(_cases, _before(START), lambda found: abs(1 - found.modulus), "<"),
        (ENDED,),
        note=DIGITS
        + "compared with epoch 4. That they come nearer to 1 was seen, that they converge to 1 was not: those of d = 2 "
        "and 4 stay at some 0.85, that of d = 8 is at 0.4 to 0.7.",
        activations=1,
    ),
    Claim(
        "dees:training.3",
        "printed",
        "Section III.A, Figure 3: the median arguments go to 0",
        r"\mathrm{med}\,|\arg\lambda(J_{\mathcal L})|_{\text{end}}",
        Formula(_small_angle),
        _value(_cases, _constant, lambda found: found.argument, "<=", _WIDE),
        (ENDED,),
        note=DIGITS + "the median is 0: more than half of the eigenvalues are positive.",
        activations=1,
    ),
    Claim(
        "dees:training.4",
        "printed",
        "Section III.A: faster for the autoencoders with lower latent dimension",
        r"\mathrm{med}\,|\lambda(J_{\mathcal L})|\text{ at epochs 10 or 50},\ d'>d",
        Formula(_narrower),
        _value(_pairs, _at_narrower, _modulus, "<"),
        note=DIGITS + "d = 8 against 2, and at epoch 50 against 4, which has hardly moved at epoch 10; between 2 and 4 "
        "there is no order at the end.",
        activations=1,
    ),
    Claim(
        "dees:training.5",
        "printed",
        "Section III.A: relatively few eigenvalues with negative real parts when trained",
        r"P(\mathrm{Re}\,\lambda(J_{\mathcal L})<0)_{\text{end}}",
        Formula(_few),
        _value(_cases, _constant, lambda found: found.negative, "<=", _WIDE),
        (ENDED,),
        note=DIGITS + "at the start it is one half.",
        activations=1,
    ),
)
