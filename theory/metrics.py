"""The block Grams of all metrics of a wide network: in the limit of Karakida et al. 2019, and with what it drops.

In the limit the gradient by the weights of layer l contributes α_{l−1} M q̃^l q̂^{l−1} to an entry of the Gram. At finite
width there are also the gradient by the biases, q̃^l, and the last layer's parameters: ``finite`` counts both and keeps
the order parameters of the limit. Nothing is dropped from the tangent kernel and from the metric of the features.

Like ``theory.fisher`` this is arithmetic: it takes SymPy symbols, exact rationals, balls and floats alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from eigenlaw.theory.fisher import BlockGram, CentredGram, kappa, kappa_prime, kappa_tilde

Form = Literal["asymptotic", "finite"]
Gram = BlockGram | CentredGram
FORMS: tuple[Form, ...] = ("asymptotic", "finite")


class Overlaps(Protocol):
    """The order parameters, q̂ from l = 0 to L − 1 and q̃ from l = 1 to L."""

    @property
    def q_hat(self) -> Mapping[int, Any]:
        """q̂_t^l."""

    @property
    def q_hat_st(self) -> Mapping[int, Any]:
        """q̂_st^l."""

    @property
    def q_tilde(self) -> Mapping[int, Any]:
        """q̃_t^l."""

    @property
    def q_tilde_st(self) -> Mapping[int, Any]:
        """q̃_st^l."""


@dataclass(frozen=True)
class Setting:
    """What the metrics depend on besides the order parameters.

    Attributes:
        alphas: α_0 … α_{L−1}.
        sigma_w2: σ_w² of the layers 1 … L.
        sigma_b2: σ_b² of the layers 1 … L.
        width: M.
        outputs: C.
        samples: T, of a type that divides exactly.
    """

    alphas: Sequence[Any]
    sigma_w2: Sequence[Any]
    sigma_b2: Sequence[Any]
    width: Any
    outputs: Any
    samples: Any

    @property
    def layers(self) -> int:
        """L."""
        return len(self.alphas)

    @property
    def alpha(self) -> Any:
        """α = Σ_{l=1}^{L−1} α_l α_{l−1}."""
        return sum(a * b for a, b in zip(self.alphas[1:], self.alphas, strict=False))

    @property
    def alpha_tilde(self) -> Any:
        """α̃ = Σ_{l=0}^{L−1} α_l."""
        return sum(self.alphas)

    def parameters(self, layer: int, form: Form) -> Any:
        """Return the number of parameters of layer l = 1 … L: its weights; in the finite form also its biases."""
        fan_out = self.outputs if layer == self.layers else self.alphas[layer] * self.width
        return fan_out * (self.alphas[layer - 1] * self.width + (1 if form == "finite" else 0))


def metric_grams(order: Overlaps, setting: Setting, form: Form) -> dict[str, Gram]:
    """Return the Gram of each metric by its name: F, F[1] … F[L], F_bar, NTK, A_k, A, A_k[0], A[0] … A[L−1].

    Args:
        order: the order parameters.
        setting: widths, variances, C and T.
        form: ``asymptotic``, the leading order in M; or ``finite``, with all parameters and their gradients.

    Example:
        >>> from fractions import Fraction
        >>> from types import SimpleNamespace
        >>> one = {0: Fraction(1), 1: Fraction(1), 2: Fraction(1)}
        >>> order = SimpleNamespace(q_hat=one, q_hat_st=one, q_tilde=one, q_tilde_st=one)
        >>> setting = Setting([1, 1], [1, 1], [0, 0], Fraction(10), 2, Fraction(4))
        >>> [metric_grams(order, setting, form)["F"].lambda_max for form in FORMS]
        [Fraction(20, 1), Fraction(22, 1)]
    """
    layers = range(1, setting.layers + 1)
    blocks = {layer: _fisher_block(order, setting, layer, form) for layer in layers}
    whole = _fisher(order, setting, blocks, form)
    grams: dict[str, Gram] = {"F": whole}
    grams |= {f"F[{layer}]": block for layer, block in blocks.items()}
    grams |= {"F_bar": CentredGram(whole), "NTK": _tangent(order, setting)}
    for name, outputs in (("A_k", 1), ("A", setting.outputs)):
        grams[name] = _all_features(order, setting, outputs)
        grams |= {f"{name}[{layer - 1}]": _features(order, setting, layer, outputs) for layer in layers}
    return grams


def _fisher_block(order: Overlaps, setting: Setting, layer: int, form: Form) -> BlockGram:
    """Return F^{ll}: Theorem 3.2, (A.10)."""
    fan_in = setting.alphas[layer - 1] * setting.width

    def entry(q_tilde: Mapping[int, Any], q_hat: Mapping[int, Any]) -> Any:
        weights = q_tilde[layer] * q_hat[layer - 1] * fan_in
        return weights + q_tilde[layer] if form == "finite" else weights

    own, overlap = entry(order.q_tilde, order.q_hat), entry(order.q_tilde_st, order.q_hat_st)
    dimension = setting.parameters(layer, form)
    return BlockGram(own, overlap, setting.outputs, setting.samples, dimension, 1 / setting.samples)


def _fisher(order: Overlaps, setting: Setting, blocks: Mapping[int, BlockGram], form: Form) -> BlockGram:
    """Return F: Theorem 3.1, or the sum of its blocks."""
    if form == "finite":
        own, overlap, dimension = (
            sum(getattr(block, name) for block in blocks.values()) for name in ("own", "overlap", "dimension")
        )
    else:
        scale = setting.alpha * setting.width
        own = kappa(setting.alphas, setting.alpha, order.q_hat, order.q_tilde) * scale
        overlap = kappa(setting.alphas, setting.alpha, order.q_hat_st, order.q_tilde_st) * scale
        dimension = scale * setting.width
    return BlockGram(own, overlap, setting.outputs, setting.samples, dimension, 1 / setting.samples)


def _tangent(order: Overlaps, setting: Setting) -> BlockGram:
    """Return Θ: Theorem 4.1."""

    def entry(q_hat: Mapping[int, Any], q_tilde: Mapping[int, Any]) -> Any:
        return kappa_prime(setting.sigma_w2, setting.sigma_b2, setting.alpha, q_hat, q_tilde) * setting.alpha

    own, overlap = entry(order.q_hat, order.q_tilde), entry(order.q_hat_st, order.q_tilde_st)
    return BlockGram(own, overlap, setting.outputs, setting.samples, setting.outputs * setting.samples, 1)


def _all_features(order: Overlaps, setting: Setting, outputs: Any) -> BlockGram:
    """Return A_k for one output, A for all: Theorem 5.1, (E.6)."""
    own, overlap = (
        kappa_tilde(setting.sigma_w2, setting.alpha_tilde, q_tilde) * setting.alpha_tilde
        for q_tilde in (order.q_tilde, order.q_tilde_st)
    )
    dimension = setting.alpha_tilde * setting.width
    return BlockGram(own, overlap, outputs, setting.samples, dimension, 1 / setting.samples)


def _features(order: Overlaps, setting: Setting, layer: int, outputs: Any) -> BlockGram:
    """Return the block of h^{l−1} of A_k or of A, from the signals δ^l: Theorem 5.2."""
    own, overlap = (setting.sigma_w2[layer - 1] * q_tilde[layer] for q_tilde in (order.q_tilde, order.q_tilde_st))
    dimension = setting.alphas[layer - 1] * setting.width
    return BlockGram(own, overlap, outputs, setting.samples, dimension, 1 / setting.samples)
