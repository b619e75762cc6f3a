"""The Fisher information of softmax outputs in the limit of wide networks: F_cross = R Q Rᵀ.

The Gram RᵀR is a ``BlockGram``, and Q consists of a block Q(t) = diag(g) − g gᵀ for each input t, where g_k(t) are the
softmax outputs. They stay random in the limit: everything here is conditional on them. Q(t) annihilates the constant
vector and its eigenvalues are at most ½. With Q̄ = (1/T) Σ_t Q(t), C × C, and ω the largest eigenvalue of all Q(t),

    λ_r(Q̄) λ_max(F) ≤ λ_r(F_cross) ≤ λ_r(Q̄) overlap + ω (own − overlap)/T,   r = 1 … C,

and λ_C(Q̄) = 0 < λ_{C−1}(Q̄): C − 1 eigenvalues leave the others behind as T grows, one fewer than those of F. On any
network, at any width, λ_C(F_cross) ≤ ½ λ_max(F̄).

Source: Karakida et al. 2019, Section 3.3 and Appendices B and C. They give the mean of the eigenvalues another factor,
have Q for Q² in (29), and count C outliers in Theorem 3.4: all three are corrected here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eigenlaw.theory.fisher import BlockGram

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Betas:
    """The coefficients of Theorem 3.3: none depends on the order of the outputs.

    Attributes:
        beta_1: the mean of tr Q(t) over the inputs.
        beta_2: the sum of tr Q(s)Q(t) over s ≠ t, over T².
        beta_3: the mean of tr Q(t)².
        beta_4: the largest diagonal entry of Q̄.
    """

    beta_1: Any
    beta_2: Any
    beta_3: Any
    beta_4: Any


@dataclass(frozen=True)
class SoftmaxGram:
    """The spectrum of F_cross given the softmax outputs, from that of F.

    Attributes:
        whole: the Gram of the gradients, that of F, with scale 1/T.
        betas: of the softmax outputs.
    """

    whole: BlockGram
    betas: Betas

    @property
    def mean(self) -> Any:
        """The mean of the eigenvalues: β_1 κ_1/M to leading order."""
        return self.betas.beta_1 * self.whole.own / self.whole.dimension

    @property
    def second_moment(self) -> Any:
        """The mean of the squares of the eigenvalues: α(β_2 κ_2² + β_3 κ_1²/T) to leading order."""
        squares = self.betas.beta_2 * self.whole.overlap**2
        squares = squares + self.betas.beta_3 * self.whole.own**2 / self.whole.samples
        return squares / self.whole.dimension

    @property
    def lambda_max_at_least(self) -> Any:
        """The lower bound of Theorem 3.3, from one diagonal entry of Q̄."""
        return self.betas.beta_4 * self.whole.lambda_max

    @property
    def lambda_max_squared_at_most(self) -> Any:
        """The square of the upper bound of Theorem 3.3, from the sum of the squares of all eigenvalues."""
        return self.second_moment * self.whole.dimension

    @property
    def outliers(self) -> Any:
        """How many eigenvalues grow with M at the rate of those of F while T grows too: C − 1."""
        return self.whole.outputs - 1

    def outlier_at_least(self, level: Any) -> Any:
        """Return a lower bound of λ_r from λ_r(Q̄), r = 1 … C, or from a lower bound of that."""
        return level * self.whole.lambda_max

    def outlier_at_most(self, level: Any, spread: Any) -> Any:
        """Return an upper bound of λ_r from λ_r(Q̄) and from ω, at most ½; for r > C put 0 for λ_r(Q̄)."""
        return level * self.whole.overlap + spread * self.whole.bulk


def betas(g: Rows) -> Betas:
    """Return the coefficients of Theorem 3.3.

    Args:
        g: the softmax outputs, T rows of C numbers that sum to 1, of a type that divides exactly.

    Example:
        >>> from fractions import Fraction
        >>> betas([[Fraction(1, 2), Fraction(1, 2)]])
        Betas(beta_1=Fraction(1, 2), beta_2=Fraction(0, 1), beta_3=Fraction(1, 4), beta_4=Fraction(1, 4))
    """
    samples, mean = len(g), mean_softmax_metric(g)
    metrics = [softmax_metric(row) for row in g]
    squares = sum(_product_trace(Q, Q) for Q in metrics)
    return Betas(
        sum(mean[k][k] for k in range(len(mean))),
        _product_trace(mean, mean) - squares / samples / samples,
        squares / samples,
        max(mean[k][k] for k in range(len(mean))),
    )


def softmax_metric(row: Sequence[Any]) -> list[list[Any]]:
    """Return Q(t) = diag(g) − g gᵀ from the softmax outputs at one input: (28)."""
    return [[(a if j == k else a * 0) - a * b for k, b in enumerate(row)] for j, a in enumerate(row)]


def mean_softmax_metric(g: Rows) -> list[list[Any]]:
    """Return Q̄ = (1/T) Σ_t Q(t), C × C, from T rows of C softmax outputs.

    Example:
        >>> from fractions import Fraction
        >>> mean_softmax_metric([[Fraction(1, 2), Fraction(1, 2)], [Fraction(0), Fraction(1)]])[0]
        [Fraction(1, 8), Fraction(-1, 8)]
    """
    metrics = [softmax_metric(row) for row in g]
    outputs = range(len(g[0]))
    return [[sum(Q[j][k] for Q in metrics) / len(metrics) for k in outputs] for j in outputs]


def least_level(g: Rows) -> Any:
    """Return (1/T) Σ_t min_k g_k(t), a lower bound of λ_r(Q̄) for every r = 1 … C − 1.

    On the vectors orthogonal to the constant one Q(t) is at least its eigenvalue C − 1, and that is at least the
    smallest of the outputs: the eigenvalues of diag(g) and of diag(g) − g gᵀ interlace.

    Example:
        >>> from fractions import Fraction
        >>> least_level([[Fraction(1, 2), Fraction(1, 2)], [Fraction(1, 4), Fraction(3, 4)]])
        Fraction(3, 8)
    """
    return sum(min(row) for row in g) / len(g)


def _product_trace(A: Rows, B: Rows) -> Any:
    return sum(A[j][k] * B[k][j] for j in range(len(A)) for k in range(len(A)))


def symbolic_gram() -> SoftmaxGram:
    """Return the spectrum of F_cross to leading order in M, in the symbols α, κ_1, κ_2, C, T, M, β_1 … β_4."""
    import sympy

    alpha, kappa_1, kappa_2, C, T, M = sympy.symbols("alpha kappa_1 kappa_2 C T M")
    scale = alpha * M
    whole = BlockGram(scale * kappa_1, scale * kappa_2, C, T, scale * M, 1 / T)
    return SoftmaxGram(whole, Betas(*sympy.symbols("beta_1 beta_2 beta_3 beta_4")))


def mean_law() -> Any:
    """Return m_λ, the correction of Theorem 3.3 and (B.4): β_1 κ_1/M."""
    return symbolic_gram().mean


def second_moment_law() -> Any:
    """Return s_λ of Theorem 3.3."""
    import sympy

    return sympy.expand(symbolic_gram().second_moment)


def lower_law() -> Any:
    """Return the lower bound of λ_r(F_cross) from ``rho`` = λ_r(Q̄) or a lower bound of that."""
    import sympy

    return sympy.factor(symbolic_gram().outlier_at_least(sympy.Symbol("rho")))


def upper_law() -> Any:
    """Return the upper bound of λ_r(F_cross) from ``rho`` = λ_r(Q̄) and from ``omega``, the ω above."""
    import sympy

    return symbolic_gram().outlier_at_most(*sympy.symbols("rho omega"))


def two_outputs_mean_law() -> Any:
    """Return E m_λ for C = 2: 2 κ_1 E σ′(U)/M, ``S`` = E σ′(U), U ~ N(0, 2 q_t^L), σ the logistic function.

    With two outputs Q(t) = g_1 g_2 (1, −1)(1, −1)ᵀ, g_1 g_2 = σ′(f_1 − f_2), and β_1 = 2 σ′ in the mean.
    """
    import sympy

    S, kappa_1, M = sympy.symbols("S kappa_1 M")
    return 2 * S * kappa_1 / M


def two_outputs_second_moment_law() -> Any:
    """Return E s_λ for C = 2 from S(ρ) = E σ′(U)σ′(V), U, V ~ N(0, 2 q_t^L) with correlation ρ = q_st^L/q_t^L or 1."""
    import sympy

    alpha, kappa_1, kappa_2, T, own, overlap = sympy.symbols("alpha kappa_1 kappa_2 T S_t S_st")
    return 4 * alpha * ((T - 1) / T * overlap * kappa_2**2 + own * kappa_1**2 / T)


def response_law() -> Any:
    """Return ‖dg‖² for a step dθ, averaged over the inputs: (29) with Q² for Q.

    ``D(k, t)`` is the derivative of f_k(t) along dθ, ``g(k, t)`` the softmax output.
    """
    import sympy

    k, j, t, C, T = sympy.symbols("k j t C T")
    D, g = sympy.IndexedBase("D"), sympy.IndexedBase("g")
    response = g[k, t] * (D[k, t] - sympy.Sum(g[j, t] * D[j, t], (j, 1, C)))
    return sympy.Sum(sympy.Sum(response**2, (k, 1, C)), (t, 1, T)) / T


def power_trace(power: int) -> Any:
    """Return the trace of a power 1, 2 or 3 of X = QF*, n × n: the sum of this power of the eigenvalues of F_cross."""
    import sympy

    a, b, c, n = sympy.symbols("a b c n")
    X = sympy.IndexedBase("X")
    body, indices = {
        1: (X[a, a], (a,)),
        2: (X[a, b] * X[b, a], (b, a)),
        3: (X[a, b] * X[b, c] * X[c, a], (c, b, a)),
    }[power]
    for index in indices:
        body = sympy.Sum(body, (index, 1, n))
    return body


def two_outputs_beta_law() -> Any:
    """Return E β_1^p for C = 2, p = 1 or 2, from ``S``: E σ′(U), or the mean of E σ′(U)σ′(V) over pairs of inputs."""
    import sympy

    p, S = sympy.symbols("p S")
    return 2**p * S


def outlier_law() -> Any:
    """Return the limit of λ_r(F_cross) as T grows with M, r = 1 … C − 1, from ``rho`` = λ_r(Q̄)."""
    import sympy

    return symbolic_gram().outlier_at_most(sympy.Symbol("rho"), 0)


def bulk_law() -> Any:
    """Return the upper bound ½(own − overlap)/T of λ_C(F_cross) in the limiting Gram."""
    import sympy

    return symbolic_gram().outlier_at_most(0, sympy.Rational(1, 2))


def next_law() -> Any:
    """Return the upper bound ½ λ_max(F̄) of λ_C(F_cross), on any network at any width: ``lambda_bar`` = λ_max(F̄).

    Where the derivatives of the outputs along x by the mean gradients are all the same, Q takes the mean gradients
    away; these are C − 1 conditions on x, and what is left is at most ½ F̄.
    """
    import sympy

    return sympy.Symbol("lambda_bar") / 2


def rank_law() -> Any:
    """Return T(C − 1), the number of positive eigenvalues of F_cross in the limiting Gram, κ_1 > κ_2 and all g > 0."""
    import sympy

    C, T = sympy.symbols("C T")
    return T * (C - 1)
