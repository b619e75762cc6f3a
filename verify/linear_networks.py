"""Exact means over random linear networks with one hidden layer, at every width: traces of their gradient Gram.

With X of shape (T, M_0), W^1 of shape (M_1, M_0) and W^2 of shape (C, M_1), the Gram of all gradients is
G = A (x) B + 1 (x) D for A = W^2 W^2^T, B = X X^T + 1, D = H H^T + 1, where the rows of H are W^1 x + b^1: A does
not depend on B and D, and H H^T is a Wishart matrix given X, with covariance v/M_0 X X^T + b. All moments up to the
second are Wick's. Variances are v and b, for weights and biases of all layers.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class LinearNetworks:
    """The means at one choice of widths and variances, exactly.

    Args:
        inputs: M_0.
        hidden: M_1.
        outputs: C.
        samples: T.
        v: sigma_w2.
        b: sigma_b2.
    """

    inputs: int
    hidden: int
    outputs: int
    samples: int
    v: Fraction
    b: Fraction

    @property
    def parameters(self) -> int:
        """P, the number of weights and biases."""
        return self.hidden * (self.inputs + 1) + self.outputs * (self.hidden + 1)

    def _sums(self) -> tuple[int, int, int]:
        """E of S = X X^T: its squared norm, the sum of its entries, and the square of its trace."""
        d, T = self.inputs, self.samples
        return T * (d * d + 2 * d) + T * (T - 1) * d, T * d, T * T * d * d + 2 * T * d

    def _covariances(self) -> tuple[Fraction, Fraction, Fraction, Fraction]:
        """E of Z = v/d S + b: its squared norm, the square of its trace, its sum, and its product with B."""
        square, total, trace = self._sums()
        d, T, v, b = self.inputs, self.samples, self.v, self.b
        norm = (v / d) ** 2 * square + 2 * v * b / d * total + b * b * T * T
        traces = (v / d) ** 2 * trace + 2 * v * b / d * T * total + b * b * T * T
        product = v / d * (square + total) + b * (total + T * T)
        return norm, traces, v * T + b * T * T, product

    def trace(self) -> Fraction:
        """E tr G.

        Example:
            >>> LinearNetworks(1, 1, 1, 1, Fraction(1), Fraction(0)).trace()  # w2^2 (x^2 + 1) + w1^2 x^2 + 1
            Fraction(4, 1)
        """
        T, m = self.samples, self.hidden
        return self.outputs * T * (self.v * (self.inputs + 1) + m * (self.v + self.b) + 1)

    def square(self) -> Fraction:
        """E tr G^2.

        Example:
            >>> LinearNetworks(1, 1, 1, 1, Fraction(1), Fraction(0)).square()  # 3*6 + 2*(4 + 2) + 9 + 2 + 1
            Fraction(42, 1)
        """
        square, total, _ = self._sums()
        norm, traces, sums, product = self._covariances()
        C, T, m, v = self.outputs, self.samples, self.hidden, self.v
        first = C * v * v * (1 + Fraction(C + 1, m)) * (square + 2 * total + T * T)
        mixed = 2 * C * v * (m * product + total + T * T)
        return first + mixed + C * (m * m * norm + m * norm + m * traces + 2 * m * sums + T * T)

    def trace_squared(self) -> Fraction:
        """E (tr G)^2.

        Example:
            >>> LinearNetworks(1, 1, 1, 1, Fraction(1), Fraction(0)).trace_squared()  # one number is its own trace
            Fraction(42, 1)
        """
        _, _, trace = self._sums()
        norm, traces, _, _ = self._covariances()
        C, T, m, d, v, b = self.outputs, self.samples, self.hidden, self.inputs, self.v, self.b
        first = (C * C * v * v + Fraction(2 * C) * v * v / m) * (trace + 2 * T * T * d + T * T)
        both = v / d * (trace + T * T * d) + b * T * (T * d + T)  # E tr B tr Z
        mixed = 2 * C * C * v * (m * both + T * (T * d + T))
        return first + mixed + C * C * (m * m * traces + 2 * m * norm + 2 * T * m * (v + b) * T + T * T)

    def centred_trace(self) -> Fraction:
        """E tr of the Gram of the gradients less their mean over the inputs.

        Example:
            >>> LinearNetworks(3, 2, 1, 1, Fraction(1), Fraction(1)).centred_trace()  # one input is its own mean
            Fraction(0, 1)
        """
        return self.outputs * (self.samples - 1) * self.v * (self.inputs + self.hidden)
