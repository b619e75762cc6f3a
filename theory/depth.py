"""How the spectrum of the Fisher information matrix depends on the depth on the critical line.

On it χ = σ_w² E φ'(√q z)² = 1 at the fixed point q of the variances. The correlation of two inputs then tends to 1
like a power of the depth, 1 − c ~ const/l^r, with r = 1 for a smooth φ and r = 2 for a kinked one, and the slope
χ_st of the map of correlations like 1 − (r + 1)/l. So q̃_st^l ~ (l/L)^{r+1} below the layer L, and the sum of
q̃_st^l q̂_st^{l−1} over the layers is not L times its largest term, but 1/(r + 2) of that.

Source: Karakida et al. 2019, Remark 1, made sharp.
"""

from typing import Any


def critical_lambda_max() -> Any:
    """Return the leading term of λ_max/M in L on the critical line, q the limit of q̂_t, r as above, all α_l = 1.

    Example:
        >>> import sympy
        >>> sympy.simplify(critical_lambda_max().subs({"T": 1}))  # one input: L terms alike
        L*q
    """
    import sympy

    layers, samples, q, r = sympy.symbols("L T q r")
    return layers * q * (1 / samples + (samples - 1) / (samples * (r + 2)))


def critical_mean() -> Any:
    """Return the limit of m M for deep networks on the critical line, where q is the limit of q̂_t: C q.

    Example:
        >>> critical_mean()
        C*q
    """
    import sympy

    outputs, q = sympy.symbols("C q")
    return outputs * q
