"""A deep linear network as the rank laws of its Hessian see it: widths, ranks of data and residual, biases, loss."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.hessian_rank import (
    affine_column_rank,
    affine_functional_rank,
    affine_loss_rank,
    affine_outer_rank,
    functional_rank,
    loss_rank,
    outer_rank,
)

Loss = Literal["mse", "cross-entropy", "log-cosh"]
MeanResidual = Literal["generic", "zero"]


@dataclass(frozen=True, slots=True)
class LinearChain:
    """The stratum of deep linear networks on which the ranks of the Hessian are constant.

    Weights are generic, Ω = E[δ xᵀ] is generic of rank s, the inputs have mean zero where there are biases, and
    then E δ is generic or zero. For cross-entropy the outputs count modulo the direction (1, …, 1), which softmax
    does not see, so that K − 1 stands for K.

    Args:
        widths: d, M_1, …, M_{L−1}, K; L ≥ 2 weight layers, all at least 1.
        data_rank: r, 1 ≤ r ≤ d.
        residual_rank: s, 0 ≤ s ≤ min(K, r), or min(K − 1, r) for cross-entropy.
        bias: whether every layer has biases.
        mean_residual: whether E δ is generic or zero; it matters with biases only.
        loss: mean squared error, cross-entropy (K ≥ 2) or log-cosh.

    Raises:
        InputError: a number is out of its range.

    Example:
        >>> chain = LinearChain((5, 4, 3, 6), data_rank=4, residual_rank=2)
        >>> chain.outer_rank, chain.functional_rank, chain.loss_rank, chain.parameters
        (21, 24, 41, 50)
    """

    widths: tuple[int, ...]
    data_rank: int
    residual_rank: int
    bias: bool = False
    mean_residual: MeanResidual = "generic"
    loss: Loss = "mse"

    def __post_init__(self) -> None:
        if len(self.widths) < 3 or min(self.widths) < 1:
            shown = ",".join(map(str, self.widths))
            raise InputError.of("widths", shown, "expected d,M1,…,K with at least one hidden layer, all at least 1")
        if self.loss not in ("mse", "cross-entropy", "log-cosh"):
            raise InputError.of("loss", self.loss, "expected mse, cross-entropy or log-cosh")
        if self.mean_residual not in ("generic", "zero"):
            raise InputError.of("mean_residual", self.mean_residual, "expected generic or zero")
        if self.loss == "cross-entropy" and self.widths[-1] < 2:
            raise InputError.of("widths", f"…,{self.widths[-1]}", "expected K ≥ 2 outputs for cross-entropy")
        if not 1 <= self.data_rank <= self.widths[0]:
            raise InputError.of("data_rank", self.data_rank, f"expected 1 ≤ r ≤ d = {self.widths[0]}")
        most = self.most_residual_rank
        if not 0 <= self.residual_rank <= most:
            outputs = "K − 1" if self.loss == "cross-entropy" else "K"
            raise InputError.of("residual_rank", self.residual_rank, f"expected 0 ≤ s ≤ min({outputs}, r) = {most}")

    @property
    def layers(self) -> int:
        """L, the number of weight layers."""
        return len(self.widths) - 1

    @property
    def blocks(self) -> int:
        """The blocks of columns of H_f: W^1 … W^L and, where there are any, b^1 … b^L."""
        return self.layers * (1 + self.bias)

    @property
    def outputs(self) -> int:
        """The outputs that the loss sees: K, or K − 1 for cross-entropy."""
        return self.widths[-1] - (self.loss == "cross-entropy")

    @property
    def most_residual_rank(self) -> int:
        """The largest s: min(K, r), or min(K − 1, r) for cross-entropy."""
        return min(self.outputs, self.data_rank)

    @property
    def hidden(self) -> int:
        """M, the number of hidden units."""
        return sum(self.widths[1:-1])

    @property
    def parameters(self) -> int:
        """The number of weights and, where there are any, biases."""
        return sum((below + self.bias) * above for below, above in pairwise(self.widths))

    @property
    def q(self) -> int:
        """min(r, M_1, …, M_{L−1}, K)."""
        return min(self.data_rank, *self.widths[1:-1], self.outputs)

    @property
    def shifted(self) -> bool:
        """Whether biases and a residual with a mean act together."""
        return self.bias and self.mean_residual == "generic"

    @property
    def s_hat(self) -> int:
        """rk[Ω, E δ] with biases and a residual with a mean, s otherwise."""
        return min(self.residual_rank + 1, self.outputs) if self.shifted else self.residual_rank

    @property
    def q_hat(self) -> int:
        """min(ŝ, M_1, …, M_{L−1}), which is min(q, s) without biases."""
        return min(self.s_hat, *self.widths[1:-1])

    @property
    def narrowest(self) -> int:
        """c, the last hidden layer of width q̂ where q̂ < ŝ; L where no layer is narrower than ŝ."""
        if self.q_hat == self.s_hat:
            return self.layers
        return max(layer for layer in range(1, self.layers) if self.widths[layer] == self.q_hat)

    @property
    def tail(self) -> int:
        """τ = Σ_{l > c} (M_l − q̂) over the hidden layers behind the last one of width q̂."""
        return sum(self.widths[layer] - self.q_hat for layer in range(self.narrowest + 1, self.layers))

    @property
    def outer_rank(self) -> int:
        """The rank of H_o."""
        law = affine_outer_rank if self.bias else outer_rank
        return int(law(self.q, self.data_rank, self.outputs))

    @property
    def functional_rank(self) -> int:
        """The rank of H_f."""
        if self.shifted:
            return int(affine_functional_rank(self.q_hat, self.s_hat, self.hidden, self.layers, self.tail))
        return int(functional_rank(self.q_hat, self.s_hat, self.hidden, self.layers))

    @property
    def loss_rank(self) -> int:
        """The rank of H_L = H_o + H_f."""
        q, r, K, M, L = self.q, self.data_rank, self.outputs, self.hidden, self.layers
        if self.shifted:
            return int(affine_loss_rank(q, self.q_hat, r, K, M, L, self.tail))
        return int(loss_rank(q, self.q_hat, r, K, M, L)) + K * self.bias

    def column_rank(self, layer: int) -> int:
        """Return the rank of the columns of H_f that belong to W^l, or from l = L + 1 on to b^{l−L}.

        Args:
            layer: l = 1 … L, up to 2L with biases.

        Raises:
            InputError: there is no such block.

        Example:
            >>> [LinearChain((5, 4, 3, 6), 4, 2).column_rank(l) for l in (1, 2, 3)]
            [8, 10, 6]
        """
        if not 1 <= layer <= self.blocks:
            raise InputError.of("layer", layer, f"expected a block 1 … {self.blocks}")
        if layer > self.layers:
            return self.widths[layer - self.layers] if self.shifted and layer < self.blocks else 0
        return int(affine_column_rank(*self.column_terms(layer)))

    def column_terms(self, layer: int) -> tuple[int, int, int, int]:
        """Return q̂, M_{l−1}, M_l and the tail as ``affine_column_rank`` wants them for W^l, l = 1 … L.

        Example:
            >>> LinearChain((5, 4, 3, 6), 4, 2).column_terms(2)
            (2, 4, 3, 0)
        """
        before, after = self.widths[layer - 1], self.widths[layer]
        if layer == 1:
            return min(self.q, self.residual_rank), self.residual_rank, after, 0
        if layer < self.layers:
            lower, upper = min(self.widths[1:layer]), min(self.widths[layer - 1 : -1])
            return min(self.s_hat, upper, lower + self.shifted), before, after, 0
        tail = before - self.q_hat if self.shifted and self.q_hat < self.s_hat else 0
        return self.q_hat, before, self.s_hat, tail

    @property
    def ranks(self) -> dict[str | tuple[str, int], int]:
        """The ranks of H_o, H_f, H_L and, as ("H_f", l), of the blocks of columns of H_f."""
        found: dict[str | tuple[str, int], int]
        found = {"H_o": self.outer_rank, "H_f": self.functional_rank, "H_L": self.loss_rank}
        return found | {("H_f", layer): self.column_rank(layer) for layer in range(1, self.blocks + 1)}


def linear_chain(
    widths: Sequence[int],
    data_rank: int | None = None,
    residual_rank: int | None = None,
    *,
    bias: bool = False,
    mean_residual: MeanResidual = "generic",
    loss: Loss = "mse",
) -> LinearChain:
    """Return the stratum of a network, with r = d and the largest s where they are not given.

    Args:
        widths: d, M_1, …, M_{L−1}, K.
        data_rank: r; d if None.
        residual_rank: s; min(K, r), or min(K − 1, r) for cross-entropy, if None.
        bias: whether every layer has biases.
        mean_residual: whether E δ is ``"generic"`` or ``"zero"``.
        loss: ``"mse"``, ``"cross-entropy"`` or ``"log-cosh"``.

    Raises:
        InputError: a number is no integer or out of its range.

    Example:
        >>> chain = linear_chain((5, 4, 3, 6))
        >>> chain.data_rank, chain.residual_rank
        (5, 5)
    """
    numbers = [*(("widths", width) for width in widths), ("data_rank", data_rank), ("residual_rank", residual_rank)]
    for name, value in numbers:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise InputError.of(name, value, "expected an integer")
    r = data_rank if data_rank is not None else max(widths[0], 1) if widths else 1
    chain = LinearChain(tuple(widths), r, 0, bias, mean_residual, loss)
    return replace(chain, residual_rank=chain.most_residual_rank if residual_rank is None else residual_rank)
