"""What the themes on S6 share: networks of one hidden layer whose entries are integers, and the hypotheses on them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from eigenlaw.numerics.ranks import rank
from eigenlaw.verify.claim import Hypothesis, Instance, Rng
from eigenlaw.verify.formula import rational
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.one_hidden_layer_hessian import Array, HiddenLayer
from eigenlaw.verify.papers.karakida import exact_networks

HOMOGENEOUS = ("relu", "leaky_relu(1/10)", "abs", "linear")
SIZE = 50


def layer_of(instance: Instance) -> HiddenLayer:
    """Return the network and the samples of an instance, explicit or drawn; the last few are kept."""
    kept = {name: value for name, value in instance.items() if name != "i"}
    return _layer(instance_text(kept))


@lru_cache(maxsize=512)
def _layer(text: str) -> HiddenLayer:
    instance = json.loads(text)
    if "V" in instance:
        V, W, X = (np.array(instance[name], dtype=object) for name in "VWX")
        delta = np.array(instance.get("delta", [[1] * X.shape[1]] * len(W)), dtype=object)
        return HiddenLayer(V, W, X, delta, instance["activation"])
    r, M, K, N = (instance[name] for name in "rMKN")
    d = instance.get("d", r)
    rng = np.random.default_rng([instance["draw"], r, M, K, N, d])

    def numbers(*shape: int) -> Array:
        return rng.integers(-SIZE, SIZE + 1, shape).astype(object)

    X = numbers(r, N) if d == r else numbers(d, r) @ numbers(r, N)
    if copies := instance.get("copies"):
        X = X[:, np.arange(N) % copies]
    V, W, delta = numbers(M, d), numbers(K, M), numbers(K, N)
    for i, j, factor in instance.get("parallel", ()):
        V[i] = factor * V[j]
    return HiddenLayer(V, W, X, delta, instance["activation"])


def random_layers(
    rng: Rng, count: int, names: Sequence[str] = HOMOGENEOUS, samples: int = 8, **more: Any
) -> Iterator[dict[str, Any]]:
    """Return networks of up to 3 neurons, inputs and outputs, and up to so many samples, each activation in turn."""
    for index in range(count):
        r, M, K = (int(n) for n in rng.integers(1, 4, 3))
        N = int(rng.integers(1, samples + 1))
        shape = {"r": r, "M": M, "K": K, "N": N}
        yield {"activation": names[index % len(names)], **shape, "draw": int(rng.integers(10**6)), **more}


def binary_layers(names: Sequence[str], most: int = 6) -> Iterator[dict[str, Any]]:
    """Return the networks with entries 0 and 1, inputs (1), or (1, 0), (0, 1), (1, 1), fewest parameters first."""
    shapes = sorted(product((1, 2), (1, 2), (1, 2)), key=lambda s: ((s[0] + s[2]) * s[1], s))
    for r, M, K in shapes:
        if (r + K) * M > most:
            continue
        X = [[1]] if r == 1 else [[1, 0, 1], [0, 1, 1]]
        for bits in product((0, 1), repeat=(r + K) * M):
            V = [list(bits[i * r : (i + 1) * r]) for i in range(M)]
            rest = bits[r * M :]
            W = [list(rest[k * M : (k + 1) * M]) for k in range(K)]
            yield from ({"activation": name, "V": V, "W": W, "X": X} for name in names)


def each_unit(instances: Iterable[Instance]) -> Iterator[dict[str, Any]]:
    """Return each instance with each of its neurons i, counted from 1."""
    for instance in instances:
        M = len(instance["V"]) if "V" in instance else instance["M"]
        yield from ({**instance, "i": i} for i in range(1, M + 1))


def input_rank(layer: HiddenLayer) -> int:
    """r, the rank of the inputs."""
    return rank(layer.X)


def stack(layer: HiddenLayer, neurons: Iterable[int]) -> Array:
    """XΛ^i of these neurons, one below the other."""
    return np.concatenate([layer.gated(i) for i in neurons])


def listed(numbers: Sequence[int]) -> Callable[[int], int]:
    """I ↦ the i-th number, from 1; an index out of range has no value."""

    def entry(i: int) -> int:
        if not 1 <= i <= len(numbers):
            raise IndexError(f"i={i}: expected 1 to {len(numbers)}")
        return numbers[i - 1]

    return entry


def at(array: Array) -> Callable[..., Any]:
    """(i, j) ↦ the entry as an exact rational, indices from 1; an index out of range has no value."""
    entry = exact_networks.at(array)
    return lambda *place: rational(entry(*place))


def full_rank(instance: Instance) -> bool:
    """Tell whether W and V, on the span of the inputs, have full rank: A1 after Remark R2."""
    layer = layer_of(instance)
    (K, M), r = layer.W.shape, input_rank(layer)
    return bool(rank(layer.preactivations) == min(M, r) and rank(layer.W) == min(K, M))


def keeps_rank(instance: Instance) -> bool:
    """Tell whether rk XΛ^i = r for the neuron of the instance, or for each active one if none is named."""
    layer = layer_of(instance)
    neurons = [instance["i"] - 1] if "i" in instance else layer.active
    r = input_rank(layer)
    return all(rank(layer.gated(i)) == r for i in neurons)


def homogeneous(instance: Instance) -> bool:
    """Tell whether σ(z) = σ'(z) z at every pre-activation."""
    layer = layer_of(instance)
    return bool((layer.hidden == layer.slopes * layer.preactivations).all())


def smooth_here(instance: Instance) -> bool:
    """Tell whether no pre-activation is 0, where σ has a kink."""
    return bool((layer_of(instance).preactivations != 0).all())


def is_active(instance: Instance) -> bool:
    """Tell whether the neuron of the instance is active."""
    return instance["i"] - 1 in layer_of(instance).active


A1 = Hypothesis(r"\mathrm{A1}:\ W\text{ and }V\text{ have full rank}", full_rank)
A2 = Hypothesis(r"\mathrm{A2}':\ \mathrm{rk}(X\Lambda^i)=r", keeps_rank)
SIGMA = Hypothesis(r"\sigma(z)=\sigma'(z)z", homogeneous)
DIFFERENTIABLE = Hypothesis(r"\sigma\text{ is differentiable at every }V_{i,\bullet}^\top x", smooth_here)
ACTIVE = Hypothesis(r"\text{neuron }i\text{ is active}", is_active)
