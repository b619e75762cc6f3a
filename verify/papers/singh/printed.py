"""The ranks that Singh et al. print, as formulas in q, q̂, r, s, K, M, L, and their values for a linear network."""

from collections.abc import Callable
from typing import Any

from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.formula import Formula, symbols

Build = Callable[[], Any]


def outer() -> Any:
    """Corollary 4: rk H_o = q(r + K − q)."""
    q, r, K = symbols("q r K")
    return q * (r + K - q)


def affine_outer() -> Any:
    """Theorem 12 and S7.2: rk H_o = q(r + K − q) + K."""
    q, r, K = symbols("q r K")
    return q * (r + K - q) + K


def functional() -> Any:
    """Corollary 6: rk H_f ≤ 2q̂M + 2q̂s − Lq̂²."""
    q_hat, M, s, L = symbols("q_hat M s L")
    return 2 * q_hat * M + 2 * q_hat * s - L * q_hat**2


def inner_column() -> Any:
    """Theorem 5, 1 < l < L: q̂M_{l−1} + q̂M_l − q̂²."""
    q_hat, below, above = symbols("q_hat M_below M_l")
    return q_hat * below + q_hat * above - q_hat**2


def first_column() -> Any:
    """Theorem 5, l = 1: q̂M_1 + q̂s − q̂²."""
    q_hat, above, s = symbols("q_hat M_l s")
    return q_hat * above + q_hat * s - q_hat**2


def last_column() -> Any:
    """Theorem 5, l = L: q̂M_{L−1} + q̂s − q̂²."""
    q_hat, below, s = symbols("q_hat M_below s")
    return q_hat * below + q_hat * s - q_hat**2


def loss() -> Any:
    """Theorem 7: rk H_L = 2qM − Lq² + q(r + K)."""
    q, M, L, r, K = symbols("q M L r K")
    return 2 * q * M - L * q**2 + q * (r + K)


def affine_functional_two_layers() -> Any:
    """S7.2: rk H_f = 2s'M_1, s' = min(r + 1, K)."""
    s_prime, M = symbols("s_prime M")
    return 2 * s_prime * M


def affine_loss_two_layers() -> Any:
    """S7.2: rk H_L = 2s'(M_1 − q) + q(K + r + 1) + K."""
    s_prime, M, q, r, K = symbols("s_prime M q r K")
    return 2 * s_prime * (M - q) + q * (K + r + 1) + K


def affine_functional() -> Any:
    """S7.3: rk H_f = 2q'M + 2q's' − Lq'² + (L − 2)q', q' = s' = min(r + 1, K)."""
    q_prime, s_prime, M, L = symbols("q_prime s_prime M L")
    return 2 * q_prime * M + 2 * q_prime * s_prime - L * q_prime**2 + (L - 2) * q_prime


def affine_loss() -> Any:
    """S7.3: rk H_L = 2q'M + q'(r + K) − Lq'² + Lq'."""
    q_prime, M, L, r, K = symbols("q_prime M L r K")
    return 2 * q_prime * M + q_prime * (r + K) - L * q_prime**2 + L * q_prime


def bindings(chain: LinearChain) -> dict[str, int]:
    """Return the values of the symbols for a network; q, q̂ and s are those of the paper, without biases."""
    r, K = chain.data_rank, chain.outputs
    s = chain.residual_rank
    prime = min(r + 1, K)
    return {
        "q": chain.q,
        "q_hat": min(chain.q, s),
        "r": r,
        "s": s,
        "K": K,
        "M": chain.hidden,
        "L": chain.layers,
        "s_prime": prime,
        "q_prime": prime,
    }


def printed_ranks(chain: LinearChain) -> dict[str | tuple[str, int], int | None]:
    """Return what the paper prints for a network; None where it prints nothing.

    With cross-entropy K − 1 stands for K (S9.1.2). With biases no formula of a block of columns is printed.

    Example:
        >>> printed_ranks(LinearChain((5, 4, 3, 6), 4, 2))
        {'H_o': 21, 'H_f': 24, 'H_L': 45, ('H_f', 1): 8, ('H_f', 2): 10, ('H_f', 3): 6}
    """
    blocks: dict[str | tuple[str, int], int | None] = {}
    if not chain.bias:
        L, widths, values = chain.layers, chain.widths, bindings(chain)
        blocks[("H_f", 1)] = _at(first_column, values | {"M_l": widths[1]})
        for layer in range(2, L):
            values |= {"M_below": widths[layer - 1], "M_l": widths[layer]}
            blocks[("H_f", layer)] = _at(inner_column, values)
        blocks[("H_f", L)] = _at(last_column, values | {"M_below": widths[L - 1]})
    found: dict[str | tuple[str, int], int | None] = dict(printed_totals(chain).items())
    return found | blocks


def printed_totals(chain: LinearChain) -> dict[str, int | None]:
    """Return what the paper prints for H_o, H_f and H_L; None where it prints nothing.

    With biases S7.3 speaks of networks with all M_l ≥ min(r + 1, K), S7.2 of all with one hidden layer.

    Example:
        >>> printed_totals(LinearChain((3, 1, 1, 3), 2, 1, bias=True))
        {'H_o': 7, 'H_f': None, 'H_L': None}
    """
    values = bindings(chain)
    if not chain.bias:
        laws: tuple[Build | None, ...] = (outer, functional, loss)
    elif chain.layers == 2:
        laws = (affine_outer, affine_functional_two_layers, affine_loss_two_layers)
    elif min(chain.widths[1:-1]) >= values["q_prime"]:
        laws = (affine_outer, affine_functional, affine_loss)
    else:
        laws = (affine_outer, None, None)
    return {name: law and _at(law, values) for name, law in zip(("H_o", "H_f", "H_L"), laws, strict=True)}


def _at(build: Build, values: dict[str, int]) -> int:
    return int(Formula(build).value(values))
