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
        square = self.own * self.own + (self.samples - 1) * self.overlap * self.overlap
        return self.outputs * self.samples * square * self.scale * self.scale / self.dimension

    @property
    def lambda_max(self) -> Any:
        """The largest eigenvalue; its C vectors are constant on a block."""
        return (self.own + (self.samples - 1) * self.overlap) * self.scale

    @property
    def bulk(self) -> Any:
        """The eigenvalue of multiplicity C(T − 1)."""
        return (self.own - self.overlap) * self.scale

    @property
    def multiplicity(self) -> Any:
        """How often the largest eigenvalue occurs: C, and CT where the overlap is 0."""
        if self.own == 0:
            return self.dimension
        return self.outputs * self.samples if self.overlap == 0 else self.outputs


@dataclass(frozen=True)
class CentredGram:
    """The metric of gradients less their mean over the inputs, (23): what is left of a ``BlockGram`` is its bulk.

    With one input nothing is left: the metric is zero.

    Attributes:
        whole: the metric without the subtraction.
    """

    whole: BlockGram

    @property
    def dimension(self) -> Any:
        """The dimension of the metric."""
        return self.whole.dimension

    @property
    def mean(self) -> Any:
        """The mean of the eigenvalues."""
        return self._count * self.whole.bulk / self.whole.dimension

    @property
    def second_moment(self) -> Any:
        """The mean of the squares of the eigenvalues."""
        return self._count * self.whole.bulk * self.whole.bulk / self.whole.dimension

    @property
    def lambda_max(self) -> Any:
        """The largest eigenvalue while T stays fixed as M grows; it is larger as soon as T grows with M."""
        return self.whole.bulk * 0 if self._count == 0 else self.whole.bulk

    @property
    def multiplicity(self) -> Any:
        """How often the largest eigenvalue occurs."""
        return self.whole.dimension if self.lambda_max == 0 else self._count

    @property
    def _count(self) -> Any:
        """C(T − 1)."""
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


def block_second_moment() -> Any:
    """Return s of F^{ll} for any T up to the order of M: Theorem 3.2 with what inputs of overlap 0 leave at l = 1.

    Where q̂_st^{l−1} = 0 the overlaps h(s)·h(t)/M_0 of the inputs are of the order M^{−1/2}, and T ~ M of them count.

    Example:
        >>> sorted(map(str, block_second_moment().free_symbols))
        ['C', 'M', 'T', 'l']
    """
    import sympy

    layer, samples, outputs, width = sympy.symbols("l T C M")
    names = ("alpha_l", "q_hat", "q_hat_st", "q_tilde", "q_tilde_st")
    alpha, q_hat, q_hat_st, q_tilde, q_tilde_st = map(sympy.Function, names)
    chance = sympy.KroneckerDelta(layer, 1) / (alpha(0) * width)
    overlap = q_tilde_st(layer) ** 2 * (q_hat_st(layer - 1) ** 2 + chance)
    own = q_tilde(layer) ** 2 * q_hat(layer - 1) ** 2
    scale = outputs * alpha(layer - 1) / alpha(layer)
    return scale * ((samples - 1) / samples * overlap + own / samples)


def centred_bound() -> Any:
    """Return a bound of the median of λ_max(F̄) at T = r M, free of M, for linear networks with one hidden layer.

    F̄* is at most (‖A‖ + ‖W^1‖²) ‖X‖²/T in norm, A = W^2 W^{2⊤}, and A is independent of W^1 and X. For a Gaussian
    m × n matrix E‖G‖² ≤ (√m + √n)² + 1 (Davidson and Szarek; Poincaré), and the median is at most twice the mean.

    Example:
        >>> sorted(map(str, centred_bound().free_symbols))
        ['C', 'r', 'v']
    """
    import sympy

    v, outputs, ratio = sympy.symbols("v C r")
    outer, inner = (1 + sympy.sqrt(outputs)) ** 2 + 1, sympy.Integer(5)
    return 2 * v * (outer + inner) * ((1 + sympy.sqrt(ratio)) ** 2 + 1) / ratio


def centred_second_moment() -> Any:
    """Return s of F for linear networks without biases and with one hidden layer, at any T up to the order of M.

    There κ_2 = 0, and the fluctuations of the overlaps add 5/M to the 4/T = κ_1²/(v² T) of Theorem 3.1.

    Example:
        >>> centred_second_moment()
        C*v**2*(4/T + 5/M)
    """
    import sympy

    outputs, samples, width, v = sympy.symbols("C T M v")
    return outputs * v**2 * (4 / samples + 5 / width)


def sum_of_blocks() -> Any:
    """Return Σ_l λ^l over the diagonal blocks: at least λ_max of F at every width, and equal to it in the limit.

    Example:
        >>> sum_of_blocks()
        Sum(lambda(l), (l, 1, L))
    """
    import sympy

    layer, last = sympy.symbols("l L")
    return sympy.Sum(sympy.Function("lambda")(layer), (layer, 1, last))
