"""Figures 1 and 3: spectra of the tangent kernels of finite networks, on photographs and on isotropic Gaussian data.

Every statement is on the median over random networks and random data of a ratio of eigenvalues, and is decided by a
confidence interval that holds whatever the law of the draws. A draw takes a batch of crops of photographs, one of
Gaussian data of the same size, and networks of 2 and 5 layers whose parameters all activations share; λ_p/λ_1 at
p = n/2 is the last value that the figures plot.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.convolution import convolution_parameters, convolution_tangent_kernel
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.images import gaussian_images, photograph_hashes, photograph_patches
from eigenlaw.verify.judge import LEVEL
from eigenlaw.verify.papers.murray.common import phi_array
from eigenlaw.verify.quantiles import sampled_quantile
from eigenlaw.verify.standard_networks import (
    StandardParameters,
    default_parameters,
    first_layer,
    standard_tangent_kernel,
    uniform,
)

Array = NDArray[np.float64]
Key = tuple[str, int, str]  # data, depth, activation

DATA = ("photographs", "gaussian")
DEPTHS = (2, 5)
ACTIVATIONS = ("linear", "relu", "tanh")
DRAWS = 56
"""Four of them may be on the wrong side of a bound."""
EACH = LEVEL / 100
"""The level of one interval, on each side: a check has fewer than 50 of them."""

SIZES: Mapping[str, Mapping[str, tuple[int, int, int]]] = {
    "dense": {"quick": (60, 10, 160), "standard": (100, 20, 250), "thorough": (200, 40, 500)},
    "figure": {"quick": (60, 10, 160), "standard": (200, 40, 500), "thorough": (200, 40, 500)},
    "convolutional": {"quick": (20, 17, 8), "standard": (32, 18, 12), "thorough": (40, 32, 100)},
}
"""By budget: the batch n, the side of the images, the width of the layers or their channels."""

_ROUNDING = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Setting:
    """What determines the draws of a group of instances."""

    network: str
    scale: str
    n: int
    side: int
    width: int
    seed: int


def _scaled(images: Array, scale: str) -> Array:
    """Inputs of norm 1, or as they are: values from 0 to 1, or of variance 1."""
    if scale == "as made":
        return images
    norms = np.sqrt((images**2).sum(axis=(1, 2, 3), keepdims=True))
    return np.asarray(images / norms)


def _dense_kernels(setting: Setting, rng: Rng, data: Mapping[str, Array]) -> Iterator[tuple[Key, Array]]:
    rows = {name: images.reshape(setting.n, -1) for name, images in data.items()}
    width, d = setting.width, rows[DATA[0]].shape[1]
    deep = default_parameters((d, width, width, width, width, 1), rng)
    last = uniform(rng, (1, width), width), uniform(rng, (1,), width)
    shallow = StandardParameters((deep.weights[0], last[0]), (deep.biases[0], last[1]))
    for name, X in rows.items():
        first = first_layer(deep, X)
        for depth, parameters in zip(DEPTHS, (shallow, deep), strict=True):
            for phi in ACTIVATIONS:
                yield (name, depth, phi), standard_tangent_kernel(parameters, phi_array(phi), first)


def _convolutional_kernels(setting: Setting, rng: Rng, data: Mapping[str, Array]) -> Iterator[tuple[Key, Array]]:
    for depth in DEPTHS:
        parameters = convolution_parameters(rng, setting.side, depth, setting.width)
        for name, images in data.items():
            for phi in ACTIVATIONS:
                yield (name, depth, phi), convolution_tangent_kernel(parameters, phi_array(phi), images)


@lru_cache(maxsize=8)
def _spectra(setting: Setting) -> Mapping[Key, Array]:
    """The eigenvalues λ_1 ≥ … ≥ λ_n of every draw, over λ_1, and not below what floats can tell; shape (draws, n)."""
    kernels = _convolutional_kernels if setting.network == "convolutional" else _dense_kernels
    found: dict[Key, list[Array]] = {}
    for draw in range(DRAWS):
        rng = np.random.default_rng([setting.seed, draw])
        makers = zip(DATA, (photograph_patches, gaussian_images), strict=True)
        data = {name: _scaled(make(rng, setting.n, setting.side), setting.scale) for name, make in makers}
        for key, kernel in kernels(setting, rng, data):
            values = np.linalg.eigvalsh(kernel)[::-1]
            found.setdefault(key, []).append(np.maximum(values / values[0], _ROUNDING))
    return {key: np.array(rows) for key, rows in found.items()}


def _of(instance: Instance) -> Mapping[Key, Array]:
    names = ("network", "scale", "n", "side", "width", "seed")
    return _spectra(Setting(**{name: instance[name] for name in names}))


def _median(draws: Array) -> Any:
    return sampled_quantile(draws, 0.5, rising=True, level=EACH)


def _cases(groups: Sequence[tuple[str, str]], **choices: Sequence[Any]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Every choice, for every kind of network and scale of the inputs."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        seed = int(rng.integers(2**31))
        cases: list[dict[str, Any]] = [{}]
        for name, values in choices.items():
            cases = [{**case, name: value} for value in values for case in cases]
        found = []
        for kind, scale in groups:
            n, side, width = SIZES[kind][budget.name]
            network = "convolutional" if kind == "convolutional" else "dense"
            group = {"network": network, "scale": scale, "n": n, "side": side, "width": width, "seed": seed}
            found += [{**case, **group} for case in cases]
        return found

    return instances


def _outlier(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_2/λ_1."""
    key = (instance["data"], instance["depth"], instance["activation"])
    return [_median(_of(instance)[key][:, 1])]


def _by_depth(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_2/λ_1 with 5 layers over that with 2."""
    spectra, data, phi = _of(instance), instance["data"], instance["activation"]
    return [_median(spectra[data, 5, phi][:, 1] / spectra[data, 2, phi][:, 1])]


def _by_activation(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_2/λ_1 for ReLU over that for the others."""
    spectra, data, depth = _of(instance), instance["data"], instance["depth"]
    relu = spectra[data, depth, "relu"][:, 1]
    return [_median(relu / spectra[data, depth, other][:, 1]) for other in ("linear", "tanh")]


def _inherited(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_{n/2}/λ_1, and beyond the outlier λ_{n/2}/λ_{n/10}, on photographs over those on Gaussian data."""
    spectra, n = _of(instance), instance["n"]
    skewed, flat = (spectra[data, instance["depth"], instance["activation"]] for data in DATA)
    last = skewed[:, n // 2 - 1] / flat[:, n // 2 - 1]
    return [_median(last), _median(last / (skewed[:, n // 10 - 1] / flat[:, n // 10 - 1]))]


def _nearness(instance: Instance, _: Rng) -> Sequence[Any]:
    """The mean of |log λ_p/λ_1 − log λ_p/λ_1 (linear)| over 2 ≤ p ≤ n/2, for tanh over that for ReLU."""
    spectra, data, depth = _of(instance), instance["data"], instance["depth"]
    plotted = slice(1, instance["n"] // 2)
    linear, relu, tanh = (np.log(spectra[data, depth, phi][:, plotted]) for phi in ACTIVATIONS)
    return [_median(np.abs(tanh - linear).mean(axis=1) / np.abs(relu - linear).mean(axis=1))]


def _constant(p: int, q: int) -> Formula:
    def build() -> Any:
        import sympy

        return sympy.Rational(p, q)

    return Formula(build)


def _bound(count: int) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    return lambda _, value: [value()] * count


def _check(
    instances: Callable[[Budget, Rng], Iterable[Instance]],
    measured: Callable[[Instance, Rng], Sequence[Any]],
    minimum: int,
    count: int = 1,
    controls: tuple[Instance, ...] = (),
) -> Value:
    """One stream for all, so that they share the draws."""
    return Value(
        instances,
        _bound(count),
        measured,
        "<",
        controls,
        minimum,
        sampled=True,
        stream="murray:fig-1",
        sources=photograph_hashes,
    )


UNIT = Hypothesis(r"\|x_i\|=1", lambda i: i["scale"] == "unit norm")
ISOTROPIC = Hypothesis(r"x_i\sim N(0,I_d)", lambda i: i.get("data") == "gaussian" and i["scale"] == "as made")
RAW_LINEAR: Instance = {
    "data": "gaussian",
    "depth": 2,
    "activation": "linear",
    "network": "dense",
    "scale": "as made",
    "n": 30,
    "side": 8,
    "width": 64,
    "seed": 0,
}
DENSE: tuple[tuple[str, str], ...] = (("dense", "as made"), ("figure", "unit norm"))
CONVOLUTIONAL, NORMED = ("convolutional", "as made"), ("convolutional", "unit norm")
_CROPS = "The photographs are those of scikit-learn and scikit-image, in the place of Caltech101. "
_RATIO = r"\mathrm{median}\ \lambda_2/\lambda_1"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:fig-1.1",
        "printed",
        "Figures 1 and 3: every network has one dominant outlier",
        _RATIO,
        _constant(1, 10),
        _check(
            _cases(
                (DENSE[1], NORMED),
                data=DATA,
                depth=DEPTHS,
                activation=ACTIVATIONS,
            ),
            _outlier,
            20,
            controls=(RAW_LINEAR,),
        ),
        (UNIT,),
        note=_CROPS + "It takes ‖x‖ = 1 as in Section 4: linear networks of 2 layers have no outlier on N(0, I) data.",
    ),
    Claim(
        "murray:fig-1.2",
        "printed",
        "Figure 1: the outlier is more pronounced with 5 layers than with 2",
        r"\mathrm{median}\ (\lambda_2/\lambda_1)_{5}/(\lambda_2/\lambda_1)_{2}",
        _constant(1, 1),
        _check(_cases((DENSE[1],), data=DATA, activation=ACTIVATIONS), _by_depth, 6),
        (UNIT,),
        note=_CROPS,
    ),
    Claim(
        "murray:fig-1.3",
        "printed",
        "Figure 1: the outlier is most pronounced for ReLU",
        r"\mathrm{median}\ (\lambda_2/\lambda_1)_{\mathrm{ReLU}}/(\lambda_2/\lambda_1)_{\phi}",
        _constant(1, 1),
        _check(_cases(DENSE, data=DATA, depth=DEPTHS), _by_activation, 8, 2),
        note=_CROPS + "It fails at either scale: as made, on photographs with 2 layers; with ‖x‖ = 1 and n = 200, on "
        "Gaussian data with 5 layers.",
        activations=1,
    ),
    Claim(
        "murray:fig-1.3",
        "corrected",
        "Figures 1 and 3: the outlier is most pronounced for ReLU on standard normal data",
        r"\mathrm{median}\ (\lambda_2/\lambda_1)_{\mathrm{ReLU}}/(\lambda_2/\lambda_1)_{\phi}",
        _constant(1, 1),
        _check(
            _cases((DENSE[0], CONVOLUTIONAL), data=("gaussian",), depth=DEPTHS),
            _by_activation,
            4,
            2,
        ),
        (ISOTROPIC,),
        activations=1,
    ),
    Claim(
        "murray:fig-1.4",
        "printed",
        "Figures 1 and 3: skewed data make a skewed spectrum, isotropic Gaussian data one that decays more gradually",
        r"\mathrm{median}\ (\lambda_{n/2}/\lambda_p)_{\mathrm{photographs}}"
        r"/(\lambda_{n/2}/\lambda_p)_{\mathrm{Gaussian}},\ p\in\{1,n/10\}",
        _constant(1, 1),
        _check(_cases((*DENSE, CONVOLUTIONAL), depth=DEPTHS, activation=ACTIVATIONS), _inherited, 18, 2),
        note=_CROPS,
    ),
    Claim(
        "murray:fig-1.5",
        "printed",
        "Figures 1 and 3: the spectrum for tanh is closer to that for the linear activation than that for ReLU is",
        r"\mathrm{median}\ |\log\lambda^{\tanh}-\log\lambda^{\mathrm{lin}}|"
        r"/|\log\lambda^{\mathrm{ReLU}}-\log\lambda^{\mathrm{lin}}|",
        _constant(1, 1),
        _check(_cases((*DENSE, NORMED), data=DATA, depth=DEPTHS), _nearness, 12),
        note=_CROPS,
        activations=1,
    ),
    Claim(
        "murray:fig-1.6",
        "printed",
        "Figure 3: the outlier of convolutional networks is more pronounced with 5 layers than with 2",
        r"\mathrm{median}\ (\lambda_2/\lambda_1)_{5}/(\lambda_2/\lambda_1)_{2}",
        _constant(1, 1),
        _check(_cases((CONVOLUTIONAL,), data=("gaussian",), activation=ACTIVATIONS), _by_depth, 3),
        (ISOTROPIC,),
        note="On photographs as they are the difference is too small to be settled.",
    ),
)
