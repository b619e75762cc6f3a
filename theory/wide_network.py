"""A wide network as mean field theory sees it: activations, variances and relative widths, layer by layer.

    u^l = W^l h^{l−1} + b^l,   h^l = φ_l(u^l),   l = 1 … L,   f = u^L,   h^0 = x,   x_j ~ N(0, 1),
    W^l_ij ~ N(0, σ_w²/M_{l−1}),   b^l_i ~ N(0, σ_b²),   M_l = α_l M for l < L,   M_L = C.

Source: Karakida et al. 2019 (pathological spectra), (1)–(6). They remark that layers may have their own variances and
their own activations; both are served.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from eigenlaw.theory.activations import Activation, activation
from eigenlaw.theory.errors import InputError

Rational = int | Fraction


@dataclass(frozen=True)
class WideNetwork:
    """What the limit M → ∞ of a network depends on.

    Attributes:
        activations: φ_1 … φ_{L−1}.
        sigma_w2: σ_w² of the layers 1 … L.
        sigma_b2: σ_b² of the layers 1 … L.
        alphas: α_0 … α_{L−1}.
    """

    activations: tuple[Activation, ...]
    sigma_w2: tuple[Fraction, ...]
    sigma_b2: tuple[Fraction, ...]
    alphas: tuple[Fraction, ...]

    @property
    def layers(self) -> int:
        """L, the number of weight layers."""
        return len(self.sigma_w2)

    @property
    def alpha(self) -> Fraction:
        """α = Σ_{l=1}^{L−1} α_l α_{l−1} of Theorem 3.1."""
        return sum((a * b for a, b in zip(self.alphas[1:], self.alphas, strict=False)), Fraction(0))

    @property
    def alpha_tilde(self) -> Fraction:
        """α̃ = Σ_{l=0}^{L−1} α_l of Theorem 5.1."""
        return sum(self.alphas, Fraction(0))


def wide_network(
    phi: Any,
    layers: int,
    sigma_w2: Rational | Sequence[Rational],
    sigma_b2: Rational | Sequence[Rational],
    alphas: Sequence[Rational] | None = None,
) -> WideNetwork:
    """Return the network with the given activations, variances and relative widths.

    Args:
        phi: an activation for all hidden layers, or a sequence of L − 1 of them.
        layers: L, the number of weight layers, at least 2.
        sigma_w2: σ_w² > 0 for all layers, or a sequence of L of them.
        sigma_b2: σ_b² ≥ 0 for all layers, or a sequence of L of them.
        alphas: α_0 … α_{L−1} > 0; all 1 if not given.

    Raises:
        InputError: if a number is out of range or a sequence has another length.

    Example:
        >>> network = wide_network("tanh", 3, 3, Fraction(16, 25), alphas=[1, 2, Fraction(1, 2)])
        >>> network.alpha, network.alpha_tilde
        (Fraction(3, 1), Fraction(7, 2))
    """
    if isinstance(layers, bool) or not isinstance(layers, int) or layers < 2:
        raise InputError.of("layers", layers, "expected an integer of at least 2: one hidden layer")
    several = isinstance(phi, list | tuple)
    activations = tuple(activation(each) for each in (phi if several else [phi] * (layers - 1)))
    if len(activations) != layers - 1:
        raise InputError.of("activation", len(activations), f"expected {layers - 1}, one a hidden layer")
    weights = _numbers("sigma_w2", sigma_w2, layers)
    biases = _numbers("sigma_b2", sigma_b2, layers)
    widths = _numbers("alpha", 1 if alphas is None else alphas, layers)
    for name, values in (("sigma_w2", weights), ("alpha", widths)):
        if min(values) <= 0:
            raise InputError.of(name, min(values), "expected a rational above 0")
    if min(biases) < 0:
        raise InputError.of("sigma_b2", min(biases), "expected a rational of at least 0")
    return WideNetwork(activations, weights, biases, widths)


def _numbers(name: str, given: Rational | Sequence[Rational], count: int) -> tuple[Fraction, ...]:
    values = list(given) if isinstance(given, Sequence) else [given] * count
    if len(values) != count:
        raise InputError.of(name, ",".join(map(str, values)), f"expected {count} rationals, or one for all")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            raise InputError.of(name, value, "expected an exact rational: an int or a Fraction")
    return tuple(Fraction(value) for value in values)
