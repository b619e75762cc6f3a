"""The spectra of the Fisher information matrix and its relatives in the limit of wide networks, from order parameters.

Each of these metrics has the non-zero eigenvalues of a CT × CT Gram of gradients, and in the limit this Gram consists
of C equal blocks T × T, with one number on the diagonal and one off it, and of zeros between the blocks. Everything
here is arithmetic: it takes SymPy symbols, exact rationals, balls and floats alike.

Source: Karakida et al. 2019, Theorems 3.1, 3.2, 4.1, 5.1, 5.2, (23), (A.3)–(A.10), (D.1)–(D.2), (E.1)–(E.6), (F.2);
their statistics of Θ, A and A^{ll} are corrected: they print a C and lose a 1/M.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BlockGram:
    """A metric whose dual is ``scale`` times C blocks T × T with two different entries each.

    Attributes:
        own: the entry on the diagonal, that of an input with itself.
        overlap: the entry off the diagonal, that of two inputs.
        outputs: C.
        samples: T.
        dimension: the dimension of the metric, over which means are taken.
        scale: 1/T for an average over the inputs, 1 for the tangent kernel.
    """

    own: Any
    overlap: Any
    outputs: Any
    samples: Any
    dimension: Any
    scale: Any

    @property
    def mean(self) -> Any:
        """The mean of the eigenvalues."""
        return self.outputs * self.samples * self.own * self.scale / self.dimension

    @property
    def second_moment(self) -> Any:
        """The mean of the squares of the eigenvalues."""
        square = self.own**2 + (self.samples - 1) * self.overlap**2
        return self.outputs * self.samples * square * self.scale**2 / self.dimension

    @property
    def lambda_max(self) -> Any:
        """The largest eigenvalue, of multiplicity C: its vectors are constant on a block."""
        return (self.own + (self.samples - 1) * self.overlap) * self.scale

    @property
    def bulk(self) -> Any:
        """The eigenvalue of multiplicity C(T − 1)."""
        return (self.own - self.overlap) * self.scale

    @property
    def multiplicity(self) -> Any:
        """How often the largest eigenvalue occurs."""
        return self.outputs


@dataclass(frozen=True)
class CentredGram:
    """The metric of gradients less their mean over the inputs, (23): what is left of a ``BlockGram`` is its bulk.

    Attributes:
        whole: the metric without the subtraction.
    """

    whole: BlockGram

    @property
    def mean(self) -> Any:
        """The mean of the eigenvalues."""
        return self.multiplicity * self.whole.bulk / self.whole.dimension

    @property
    def second_moment(self) -> Any:
        """The mean of the squares of the eigenvalues."""
        return self.multiplicity * self.whole.bulk**2 / self.whole.dimension

    @property
    def lambda_max(self) -> Any:
        """The largest eigenvalue while T stays fixed as M grows; it is larger as soon as T grows with M."""
        return self.whole.bulk

    @property
    def multiplicity(self) -> Any:
        """How often the largest eigenvalue occurs, T > 1."""
        return self.whole.outputs * (self.whole.samples - 1)


def kappa(alphas: Sequence[Any], alpha: Any, q_hat: Mapping[int, Any], q_tilde: Mapping[int, Any]) -> Any:
    """Return κ = Σ_{l=1}^L (α_{l−1}/α) q̃^l q̂^{l−1} of Theorem 3.1: κ_1 from q̂_t, q̃_t, and κ_2 from q̂_st, q̃_st.

    Example:
        >>> from fractions import Fraction
        >>> kappa([1, 1], 1, {0: Fraction(1), 1: Fraction(1, 2)}, {1: Fraction(1, 3), 2: Fraction(1)})
        Fraction(5, 6)
    """
    return _sum(q_tilde[layer] * q_hat[layer - 1] * alphas[layer - 1] / alpha for layer in range(1, len(alphas) + 1))


def kappa_prime(
    sigma_w2: Sequence[Any], sigma_b2: Sequence[Any], alpha: Any, q_hat: Mapping[int, Any], q_tilde: Mapping[int, Any]
) -> Any:
    """Return κ' = (1/α) Σ_{l=1}^L (σ_w² q̃^l q̂^{l−1} + σ_b² q̃^l) of Theorem 4.1, the variances those of layer l.

    Example:
        >>> from fractions import Fraction
        >>> kappa_prime([2, 2], [1, 1], 1, {0: Fraction(1), 1: Fraction(1, 2)}, {1: Fraction(1, 3), 2: Fraction(1)})
        Fraction(3, 1)
    """
    terms = enumerate(zip(sigma_w2, sigma_b2, strict=True), 1)
    return _sum((weight * q_hat[layer - 1] + bias) * q_tilde[layer] / alpha for layer, (weight, bias) in terms)


def kappa_tilde(sigma_w2: Sequence[Any], alpha_tilde: Any, q_tilde: Mapping[int, Any]) -> Any:
    """Return κ̃ = (1/α̃) Σ_{l=1}^L σ_w² q̃^l of Theorem 5.1, σ_w² that of layer l.

    Example:
        >>> from fractions import Fraction
        >>> kappa_tilde([2, 2], 2, {1: Fraction(1, 3), 2: Fraction(1)})
        Fraction(4, 3)
    """
    return _sum(weight * q_tilde[layer] / alpha_tilde for layer, weight in enumerate(sigma_w2, 1))


def _sum(terms: Iterable[Any]) -> Any:
    first, *others = terms
    for term in others:
        first = first + term
    return first
