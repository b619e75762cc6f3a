"""The effective rank Tr(A)/λ_1(A) of kernel matrices given by a power series with coefficients c_p ≥ 0."""

from collections.abc import Sequence
from typing import Any

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.gaussian import simplified
from eigenlaw.theory.hermite_polynomials import check_index
from eigenlaw.theory.ntk import Hyperparameters, derivative_second_moment, kappa_shallow, second_moment


def effective_rank_bound(total: Any, c_0: Any) -> Any:
    """Return Σ_p c_p/c_0, which bounds eff(K) for nK = Σ c_p (XXᵀ)^{∘p}, ‖x_i‖ = 1, c_p ≥ 0.

    Tr(nK) = n Σ c_p and λ_1(nK) ≥ λ_1(c_0 1 1ᵀ) = n c_0. Source: Murray et al. 2023, Theorem 4.1.

    Args:
        total: Σ_p c_p = Θ(1).
        c_0: the constant coefficient.

    Raises:
        InputError: if c_0 is 0.
    """
    return _ratio("c_0", total, c_0)


def centred_effective_rank_factor(total: Any, c_0: Any, c_1: Any) -> Any:
    """Return Σ_{p≥1} c_p/c_1: eff(K − (c_0/n) 1 1ᵀ) ≤ eff(XXᵀ) Σ_{p≥1} c_p/c_1.

    Tr = n Σ_{p≥1} c_p, λ_1 ≥ c_1 λ_1(XXᵀ), and Tr(XXᵀ) = n. Source: Murray et al. 2023, Theorem 4.3.

    Args:
        total: Σ_p c_p = Θ(1).
        c_0: the constant coefficient.
        c_1: the linear coefficient.

    Raises:
        InputError: if c_1 is 0.
    """
    return _ratio("c_1", total - c_0, c_1)


def _ratio(name: str, above: Any, below: Any) -> Any:
    import sympy

    below = sympy.sympify(below)
    if below.is_zero:
        raise InputError.of(name, below, "expected a coefficient other than 0")
    return simplified(sympy.sympify(above) / below)


def kernel_total(spec: object, h: Hyperparameters) -> Any:
    """Return Σ_p κ_{p,2} = Θ(1) = v σ_w² E[φ'(√v Z)²] + σ_w² E[φ(√v Z)²] + σ_b².

    Under Assumption 2 it is 1 + σ_w² E[φ'²]. Moments without closed form are left as integrals.

    Raises:
        InputError: if φ has a jump.

    Example:
        >>> from eigenlaw.theory.ntk import hyperparameters
        >>> kernel_total("relu", hyperparameters("relu"))
        3/2
    """
    v = h.variance
    slope = derivative_second_moment(spec, v)
    return v * h.sigma_w2 * slope + h.sigma_w2 * second_moment(spec, v) + h.sigma_b2


def effective_rank_bounds(spec: object, h: Hyperparameters) -> tuple[Any, Any] | None:
    """Return the bound of Theorem 4.1 and the factor of Theorem 4.3 for the NTK with 2 weight layers.

    None where κ_0 or κ_1 has no closed form.

    Raises:
        InputError: if φ has a jump, κ_0 = 0 or κ_1 = 0.

    Example:
        >>> from eigenlaw.theory.ntk import hyperparameters
        >>> effective_rank_bounds("relu", hyperparameters("relu"))
        (3*pi/(1 + pi), 2 - 1/pi)
    """
    first, second = kappa_shallow(spec, 0, h), kappa_shallow(spec, 1, h)
    if first is None or second is None:
        return None
    total = kernel_total(spec, h)
    return effective_rank_bound(total, first), centred_effective_rank_factor(total, first, second)


def percentage(spec: object, t: int, h: Hyperparameters) -> Any | None:
    """Return 100 Σ_{p≤t} κ_{p,2}/Σ_p κ_{p,2}, the entry of Table 1 of Murray et al. 2023 at T = t.

    None where a coefficient has no closed form and no single integral.

    Raises:
        InputError: if t is not an integer of at least 0 or φ has a jump.

    Example:
        >>> from eigenlaw.theory.ntk import hyperparameters
        >>> percentage("relu", 1, hyperparameters("relu"))
        100/(3*pi) + 200/3
    """
    check_index("t", t)
    found = [kappa_shallow(spec, p, h) for p in range(t + 1)]
    return None if None in found else percentage_of(found, kernel_total(spec, h))


def percentage_of(coefficients: Sequence[Any], total: Any) -> Any:
    """Return 100 Σ_p κ_p/total for the given first coefficients."""
    import sympy

    return sympy.expand(simplified(100 * sympy.Add(*coefficients) / total))


def symbolic_percentage(t: int) -> Any:
    r"""Return the entry of Table 1 for symbolic μ_k at γ_b = 0, γ_w² = σ_w² = 1, σ_b² = 1 − E[φ²].

    $$ 100 \, \frac{1 - s + \sum_{p \le T} (1 + p) \mu_p^2}{1 + s'}, \qquad s = E[\phi^2], \; s' = E[\phi'^2] $$

    Example:
        >>> symbolic_percentage(0)
        (-100*s + 100*mu[0]**2 + 100)/(s_prime + 1)
    """
    import sympy

    check_index("t", t)
    mu, (s, slope) = sympy.IndexedBase("mu"), sympy.symbols("s s_prime", positive=True)
    return 100 * (1 - s + sympy.Add(*((1 + p) * mu[p] ** 2 for p in range(t + 1)))) / (1 + slope)
