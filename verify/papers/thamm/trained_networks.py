"""Networks trained here, for the themes on learning regimes: on digits and on faces, at several α from the same start.

They stand in for MLP512 on CIFAR-10, which comes with no package: fewer units, smaller images, fewer epochs; the rest
of the recipe is that of Appendix A. All that is measured of them comes from floating-point numbers.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from statistics import mean
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.verify.claim import Budget, Evaluate, Hypothesis, Instance, Relation, Rng, Value
from eigenlaw.verify.formula import symbols
from eigenlaw.verify.labelled_images import LabelledImages, labelled_hashes, labelled_images
from eigenlaw.verify.lazy_training import Accuracies, Recipe, Trained, accuracies, train_each
from eigenlaw.verify.learning_regimes import linearisation_error

ALPHAS = ("1/4", "1/2", "199/200", "1", "201/200", "2", "5", "10")
IMAGES = ("digits", "faces")
EPOCHS = {"digits": 15, "faces": 40}
STREAM = "thamm: trained networks"
FASTER = "3/100"
"""A learning rate thirty times that of Appendix A."""

DATA = (
    "On networks trained here, 2 hidden layers of 32 units or more, on scikit-learn's digits and scikit-image's faces, "
    "not on CIFAR-10. "
)


def number(text: Any) -> Any:
    """Return a rational that is written as text, such as "1/2"."""
    numerator, _, denominator = str(text).partition("/")
    return fmpq(int(numerator), int(denominator or 1))


def settings(budget: Budget, rng: Rng, images: Sequence[str], **recipe: Any) -> list[dict[str, Any]]:
    """Return what to train on each kind of images; the seeds come from ``rng``."""
    seeds = [int(seed) for seed in rng.integers(2**31, size=budget.of(4, 5, 8))]
    width, epochs = budget.of(32, 40, 128), budget.of(1, 1, 4)
    return [
        {"images": name, "hidden": [width, width], "epochs": epochs * EPOCHS[name], **recipe, "seeds": seeds}
        for name in images
    ]


def one_by_one(images: Sequence[str], alphas: Sequence[str], **recipe: Any) -> Callable[..., Iterable[Instance]]:
    """Return instances of one network each: α against the reference from the same start."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        for setting in settings(budget, rng, images, **recipe):
            for seed in setting["seeds"]:
                for alpha in alphas:
                    yield {**setting, "alpha": alpha, "seed": seed}

    return instances


def together(images: Sequence[str], alphas: Sequence[str], **recipe: Any) -> Callable[..., Iterable[Instance]]:
    """Return instances of all the networks of one α together."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        for setting in settings(budget, rng, images, **recipe):
            for alpha in alphas:
                yield {**setting, "alpha": alpha}

    return instances


@lru_cache(maxsize=4)
def _images(name: str) -> LabelledImages:
    return labelled_images(name)


@lru_cache(maxsize=8)
def _trained(
    name: str, hidden: tuple[int, ...], epochs: int, seeds: tuple[int, ...], rate: str, centred: bool
) -> dict[tuple[str, int], Trained]:
    data = _images(name)
    runs = [(alpha, seed) for alpha in ALPHAS for seed in seeds]
    widths = (data.inputs.shape[1], *hidden, data.classes)
    recipe = Recipe(rate=float(number(rate)), centred=centred)
    found = train_each(widths, data, [(float(number(alpha)), seed) for alpha, seed in runs], epochs, recipe)
    return dict(zip(runs, found, strict=True))


def networks(instance: Instance, alpha: str | None = None) -> list[Trained]:
    """Return the trained networks of an instance, or those that differ in α."""
    found = _trained(
        instance["images"],
        tuple(instance["hidden"]),
        instance["epochs"],
        tuple(instance["seeds"]),
        instance.get("rate", "1/1000"),
        instance.get("start", "Glorot") == "centred",
    )
    seeds = [instance["seed"]] if "seed" in instance else instance["seeds"]
    return [found[alpha or instance["alpha"], seed] for seed in seeds]


def compared(trained: Trained, instance: Instance) -> Accuracies:
    """Return the accuracies of a network and of its linearisation, around one layer if the instance names one."""
    return accuracies(trained, _images(instance["images"]), instance.get("layer"))


def changes(instance: Instance, alpha: str | None = None) -> list[Any]:
    """‖W − W_0‖/‖W_0‖ of each layer, at the end of training."""
    return [exact(change) for trained in networks(instance, alpha) for change in trained.changes[-1]]


def singular_values(trained: Trained, layer: int = 2) -> tuple[Any, Any]:
    """Return the singular values of a layer's weights before and after training, largest first."""
    before, after = (layers[layer - 1][0] for layers in (trained.initial, trained.final))
    return np.linalg.svd(before, compute_uv=False), np.linalg.svd(after, compute_uv=False)


def linearisation_errors(instance: Instance, alpha: str | None = None) -> list[Any]:
    """‖f − f̃‖/‖f − f_{W_0}‖ over the test images, linearised around all weights and biases."""
    X = _images(instance["images"]).test_inputs
    return [exact(linearisation_error(trained, X)) for trained in networks(instance, alpha)]


def mean_gap(instance: Instance, alpha: str | None = None) -> list[Any]:
    """The mean of A(f) − A(f̃) over the networks, on their training images."""
    pairs = [compared(trained, instance) for trained in networks(instance, alpha)]
    return [exact(mean(pair.full - pair.linearised for pair in pairs))]


def mean_test_accuracy(instance: Instance, alpha: str | None = None) -> list[Any]:
    """The mean accuracy of the networks on test images."""
    return [exact(mean(float(trained.test_accuracies[-1]) for trained in networks(instance, alpha)))]


def exact(value: Any) -> Any:
    """Return a floating-point number as the number that it is, a ball of radius 0."""
    return arb(float(value))


def symbol(name: str) -> Callable[[], Any]:
    """Return the formula that is a symbol: the same number of other networks."""
    return lambda: symbols(name)[0]


def against(
    instances: Callable[..., Iterable[Instance]],
    measure: Callable[..., list[Any]],
    name: str,
    relation: Relation,
    reference: Callable[[Instance], list[Any]] | str = "1",
    minimum: int = 20,
) -> Value:
    """Return the check that compares a number of networks with another, which is called ``name`` in the formula.

    Args:
        instances: the networks.
        measure: the numbers of an instance, or of those that differ from it in α.
        name: the symbol of the number that they are compared with.
        relation: how they compare.
        reference: that number of an instance, or the α at which the same is measured for it.
        minimum: instances that are needed.
    """

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        found = measure(instance, reference) if isinstance(reference, str) else reference(instance)
        return [value(**{name: number}) for number in found]

    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        return measure(instance)

    return Value(
        instances,
        predicted,
        measured,
        relation,
        minimum=minimum,
        floating=True,
        stream=STREAM,
        sources=labelled_hashes,
    )


LAZY = Hypothesis(r"\alpha>1", lambda i: number(i["alpha"]) > 1)
RICH = Hypothesis(r"\alpha<1", lambda i: number(i["alpha"]) < 1)
NOT_RICH = Hypothesis(r"\alpha\ge1", lambda i: number(i["alpha"]) >= 1, lambda i: i["alpha"] == "1")
NOT_LAZY = Hypothesis(r"\alpha\le1", lambda i: number(i["alpha"]) <= 1, lambda i: i["alpha"] == "1")
UP_TO_LAZY = Hypothesis(r"\alpha\le5", lambda i: number(i["alpha"]) <= 5, lambda i: i["alpha"] == "5")
