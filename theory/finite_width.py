r"""Effective rank of the kernels of a finite ReLU layer: the sharpest bounds known to us.

The network is a·φ(Wx), its m neurons independent, X the n × d inputs, X ≠ 0, and eff(A) = Tr A/λ_1(A). Source: murray,
Appendix C.2, which bounds λ_1(K) from below through a margin that all inputs must share, at the price of log n in the
width, or of m ≥ n and of the smallest singular values. What follows needs neither. With D(w) = diag I[⟨w, x_i⟩ ≥ 0],

    K_inner = Σ_l a_l² D(w_l) XXᵀ D(w_l),      K_outer = Σ_l D(w_l) X w_l w_lᵀ Xᵀ D(w_l),      D(w) + D(−w) = I.

Let u be the top left singular vector of X, σ² = λ_1(XXᵀ). For one neuron, Z = ‖Xᵀ D(w) u‖² ≤ σ² and, as w and −w are
alike, E Z ≥ σ²/4; y = ⟨u, φ(Xw)⟩ has E y² ≥ ν²σ²/4 and, being νσ-Lipschitz, E y⁴ ≤ (E y²)² + 4ν²σ² E y² ≤ 17 (E y²)²
by Poincaré. A sum of m independent Y ≥ 0 is below (1 − δ) m E Y with probability at most exp(−δ² m (E Y)²/(2 E Y²)),
which bounds λ_1 from below. The trace of one neuron is a mean over the inputs, weighted by ‖x_i‖², of a² I, φ² or I;
by Jensen its sum over the neurons has no larger exponential moments than one input's, whose law is known.
"""

from typing import Any, Literal

from eigenlaw.theory.errors import InputError

Setting = Literal["fixed", "gaussian", "outer", "both"]

_TOP = {"fixed": (8, 2), "gaussian": (24, 2), "outer": (34, 2), "both": (34, 4)}
_BOTTOM = {"fixed": (2, 1), "gaussian": (12, 2)}


def _delta() -> Any:
    import sympy

    return sympy.Symbol("delta")


def _width(table: dict[str, tuple[int, int]], setting: str) -> Any:
    import sympy

    if setting not in table:
        raise InputError.of("setting", setting, f"expected one of {', '.join(table)}")
    factor, failures = table[setting]
    return factor * sympy.log(failures / sympy.Symbol("epsilon")) / _delta() ** 2


def top_width(setting: Setting) -> Any:
    r"""Return the width from which eff(K) ≤ ``top_factor()`` · eff(XXᵀ) with probability at least 1 − ε.

    It depends neither on n nor on d, M, ν or λ_1(Σ).

    * ``fixed``: K_inner, |a_l| = R, w ∼ −w: λ_1 fails with probability e^{−δ²m/8}, the trace with e^{−δ²m/2};
    * ``gaussian``: K_inner, a_l ∼ N(0, ν²): E(a²Z)² ≤ 3ν⁴σ² E Z, so e^{−δ²m/24}; the trace e^{−δ²m/20} by Bernstein;
    * ``outer``: K_outer, w_l ∼ N(0, ν²I): e^{−δ²m/34} and e^{−δ²m/20};
    * ``both``: K_inner + K_outer, with the vector u common to both.

    Replaces murray, Theorems C.5, C.7, C.15 and 4.5.

    Raises:
        InputError: if the setting is none of these.

    Example:
        >>> top_width("fixed")
        8*log(2/epsilon)/delta**2
    """
    return _width(_TOP, setting)


def top_factor() -> Any:
    r"""Return $2(1+\delta)/(1-\delta)$, the factor that belongs to ``top_width``, 0 < δ < 1.

    Tr K ≤ (1+δ) m Tr(XXᵀ)/2 and λ_1(K) ≥ (1−δ) m λ_1(XXᵀ)/4, in units of R² or ν². Its limit 2 is best possible: for
    inputs x, −x the kernels are diagonal with almost equal entries, and eff(XXᵀ) = 1.

    Example:
        >>> top_factor().subs("delta", 0)
        2
    """
    delta = _delta()
    return 2 * (1 + delta) / (1 - delta)


def bottom_width(setting: Setting) -> Any:
    r"""Return the width from which eff(K_inner) ≥ ``bottom_factor`` · eff(XXᵀ) with probability at least 1 − ε.

    ``fixed``: the trace fails with probability e^{−δ²m/2}. ``gaussian``: with e^{−δ²m/12}, and ‖a‖² with e^{−δ²m/8}.

    Raises:
        InputError: if the setting is neither.
    """
    return _width(_BOTTOM, setting)


def bottom_factor(setting: Setting) -> Any:
    r"""Return $(1-\delta)/2$ for |a_l| = R, or $(1-\delta)/(2(1+\delta))$ for a_l ∼ N(0, ν²).

    Tr K_inner ≥ (1−δ) m Tr(XXᵀ)/2 and λ_1(K_inner) ≤ ‖a‖² λ_1(XXᵀ), in units of R² or ν². Without a bound on n the
    limit ½ is best possible: among n ≫ 2^m orthogonal inputs one opens every gate.

    Raises:
        InputError: if the setting is neither.
    """
    delta = _delta()
    if setting not in _BOTTOM:
        raise InputError.of("setting", setting, f"expected one of {', '.join(_BOTTOM)}")
    return (1 - delta) / (2 if setting == "fixed" else 2 * (1 + delta))


def half_binomial_tail() -> Any:
    r"""Return $((1+\delta)^{1+\delta} (1-\delta)^{1-\delta})^{-m/2} \ge P(\mathrm{Bin}(m, ½) \le (1-\delta) m/2)$.

    Chernoff's bound with the relative entropy: the best exponential rate for each δ (Cramér), and an equality at δ = 1.
    The rate is at least δ²/2; murray, proof of Theorem C.5, has δ²/4.
    """
    import sympy

    delta, m = sympy.symbols("delta m")
    return ((1 + delta) ** (1 + delta) * (1 - delta) ** (1 - delta)) ** (-m / 2)


def margin_bound() -> Any:
    r"""Return $R_{\min} T/\sqrt{|\tau|} \le \alpha$ for ReLU, better than Lemma C.4 of murray by $R_{\max}/R_{\min}$.

    Take b_l = sign(a_l)/√|τ| on τ. It is an equality if |a_l| = R_min and the gates are all subsets of size T.

    Example:
        >>> margin_bound()
        R_min*T/sqrt(tau)
    """
    import sympy

    low, count, size = sympy.symbols("R_min T tau")
    return low * count / sympy.sqrt(size)


def gaussian_margin_width() -> Any:
    r"""Return $12 \log((n+1)/\varepsilon)/\delta^2$, from which ``gaussian_margin`` holds with probability 1 − ε.

    For each input Σ a_l² I ≤ (1−δ) m ν²/2 has probability at most e^{−δ²m/12}, and ‖a‖ ≥ (1+δ)√m ν at most e^{−δ²m/2}.
    """
    import sympy

    n, epsilon = sympy.symbols("n epsilon")
    return 12 * sympy.log((n + 1) / epsilon) / _delta() ** 2


def gaussian_margin() -> Any:
    r"""Return $\tfrac\nu2 \tfrac{1-\delta}{1+\delta} \sqrt m \le \alpha$ for ReLU and a_l ∼ N(0, ν²), with b = a/‖a‖.

    The limit ½ν√m is best possible, for α ≤ ½‖a‖ where x and −x are among the inputs. Replaces Lemma C.6 of murray.
    """
    import sympy

    nu, m = sympy.symbols("nu m")
    delta = _delta()
    return nu * (1 - delta) * sympy.sqrt(m) / (2 * (1 + delta))


def antipodal_margin() -> Any:
    r"""Return $‖a‖/2 \ge \alpha$ for ReLU and inputs that hold x and −x: the margin is √(AB/(A+B)), A + B = ‖a‖²."""
    import sympy

    return sympy.Symbol("norm_a") / 2


def inner_factors_bounds() -> tuple[Any, Any]:
    r"""Return the factors of eff(XXᵀ) below and above eff(K_inner), for any φ, W and a.

    $y_{mean}/y_{max}$ and $y_{mean}/\beta$ with y_mean the mean of ‖Y_i‖², weighted by ‖x_i‖², and
    β = min_i Y_iᵀ ρ Y_i for any ρ ⪰ 0 of trace 1; ρ = bbᵀ gives the α² of murray, Theorem C.1, whose y_min and y_max in
    the place of y_mean lose more.
    """
    import sympy

    mean, largest, beta = sympy.symbols("y_mean y_max beta")
    return mean / largest, mean / beta


def slope_extremes() -> tuple[Any, Any]:
    r"""Return the values that eff(K_inner)/eff(XXᵀ) takes for n orthogonal inputs, φ' ∈ {s_min, s_max}.

    The smaller tends to s_min²/s_max² and the larger to its inverse as n → ∞: the constants of Corollary C.3 of murray
    are best possible.

    Example:
        >>> slope_extremes()[1]
        n*s_max**2/(s_max**2 + s_min**2*(n - 1))
    """
    import sympy

    n, low, high = sympy.symbols("n s_min s_max")
    return (high**2 + (n - 1) * low**2) / (n * high**2), n * high**2 / (high**2 + (n - 1) * low**2)


def outer_extreme() -> Any:
    r"""Return $4(k+2)/(k+4)$, which Corollary C.10 of murray must allow at κ = 1: its constant 4 is best possible.

    WXᵀ is block diagonal, of [[1, −1], [−1, 1]] and the identity of size k, and W = I.
    """
    import sympy

    k = sympy.Symbol("k")
    return 4 * (k + 2) / (k + 4)


def singular_value_chance() -> Any:
    r"""Return $\Phi(t) - e^{-t^2/2} \le P(\sqrt N - \sqrt n - t \le s_{\min} \le s_{\max} \le \sqrt N + \sqrt n + t)$.

    s_min has mean at least √N − √n and Gaussian concentration; s_max is convex, so its median is below its mean
    (Kwapień), at most √N + √n, and by the Gaussian isoperimetric inequality it exceeds the median by t with
    probability at most 1 − Φ(t). Sharper than Theorem C.12 of murray.
    """
    import sympy

    t = sympy.Symbol("t")
    return (1 + sympy.erf(t / sympy.sqrt(2))) / 2 - sympy.exp(-(t**2) / 2)


def covariance_constants(kind: Literal["psi2", "relu"]) -> tuple[Any, Any]:
    r"""Return (c_K, C_K) that serve in Theorem C.13 (``psi2``) or Lemma C.14 (``relu``) of murray.

    $c = (b \max(K, K^2))^{-2}$, $C = \sqrt{\ln 9/c}$, with b = 13 or 5. On a ¼-net of at most 9^n points, Bernstein's
    inequality for ⟨A_i, x⟩², whose p-th moments are at most ½ p! v h^{p−2}: h = 2eK², v = 1.13 h²/2 for
    K = sup_p p^{−1/2} ‖⟨A_i, x⟩‖_p, and h = 2K², v = 3h²/8 for ReLU, even with K = ν‖X‖_F ≤ Mν√n.

    Raises:
        InputError: if the kind is neither.
    """
    import sympy

    factors = {"psi2": 13, "relu": 5}
    if kind not in factors:
        raise InputError.of("kind", kind, "expected psi2 or relu")
    K = sympy.Symbol("K", positive=True)
    root = 1 / (factors[kind] * sympy.Max(K, K**2))
    return root**2, sympy.sqrt(sympy.log(9)) / root


def second_moment_bound() -> Any:
    r"""Return $c^2 n/(2m) \ge \lambda_1(\Sigma)$ for ν_1 = c/(M√m), Σ = E φ(Xw) φ(Xw)ᵀ of ReLU.

    λ_1(Σ) ≤ Tr Σ = ν_1²‖X‖_F²/2. So the hypotheses m ≥ C max(λ_1(Σ)^{−2}, 1) n and ν_1 ≤ c/(M√m) of Theorem 4.5 and
    Corollary C.16 of murray together force C n ≤ m ≤ c⁴n/(4C), which no m satisfies if c² < 2C; eff(K_outer) does not
    depend on ν_1, and ``top_width`` needs neither.
    """
    import sympy

    c, n, m = sympy.symbols("c n m", positive=True)
    return c**2 * n / (2 * m)


def limit_factors() -> tuple[Any, Any]:
    r"""Return (1, 2): eff(XXᵀ) ≤ eff(K_inner^∞) ≤ 2 eff(XXᵀ) for ReLU; murray, Theorem C.17, has ¼ and 4.

    K_inner^∞ has the diagonal ½‖x_i‖² and is XXᵀ ∘ G with λ_1 ≤ max G_ii λ_1(XXᵀ); and K_inner^∞ − ¼XXᵀ is positive
    semidefinite, for asin has a power series with coefficients ≥ 0. Both are attained: at n = 1, and at
    the inputs x, −x.
    """
    import sympy

    return sympy.Integer(1), sympy.Integer(2)


def limit_eigenvalue_bound() -> Any:
    r"""Return $2d/i \ge \lambda_i(K^\infty)/\lambda_1(K^\infty)$, for K_inner^∞, K_outer^∞ and their weighted sums.

    From ``limit_factors``, whose upper bound all of them share, and eff(XXᵀ) ≤ d. Equality for K_inner^∞ at the inputs
    ±e_1, …, ±e_d and i = n = 2d. Murray, Corollary C.18, has 4d/n for i = n.
    """
    import sympy

    d, i = sympy.symbols("d i")
    return 2 * d / i
