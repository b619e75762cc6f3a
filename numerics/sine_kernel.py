"""Gap probabilities of the sine kernel: D_±(s) = det(I − K_±) with two derivatives, and traces of powers, in balls.

K_±(x, y) = ½(S(x − y) ± S(x + y)) on [−s/2, s/2], S(r) = sin(πr)/(πr). Scaled to [−1, 1], with nodes that are
symmetric, the matrix keeps the positive nodes: A = I − M,

    M_ij = √(w_i w_j) (sin(c(x_i − x_j))/(π(x_i − x_j)) ± sin(c(x_i + x_j))/(π(x_i + x_j))),   c = πs/2.

dM/ds = vvᵀ has rank one, v_i = √w_i cos(c x_i) for + and √w_i sin(c x_i) for −, so that D' = −D v·A⁻¹v and
D'' = −2 D v'·A⁻¹v.

The error is proved (``fredholm``): K_± is a Gram of (s/2)^{1/2} cos(πsxt) or sin, −½ ≤ t ≤ ½, of squared norm at most
|s|/2 · H(Im sx), H(v) = sinh(πv)/(πv). It holds for complex s too, and Cauchy's inequality on a circle of radius r
about s bounds the error of the k-th derivative by k!/r^k times the largest error there.

Source: Gaudin (1961); Mehta, Random Matrices, 3rd ed., chapters 6 and 7.
"""

import math
from typing import Any, Literal

from flint import arb, arb_mat, ctx

from eigenlaw.numerics.fredholm import choose_rule, gram_radius
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rules import gauss_legendre

Parity = Literal[1, -1]
FARTHEST = 64.0
_CIRCLE = 0.5
_FARTHEST_TRACES = 512.0
_GUARD = 24


def _log_height(v: Any) -> Any:
    """Return a bound of log(sinh(πv)/(πv)), increasing in v ≥ 0."""
    height = arb.pi() * v
    return (height * height / 6).min(height)


def _bounds(s: Any, rho: float) -> tuple[Any, Any]:
    """Return X and log M on the circle of radius ½ about s, for the ellipse of parameter ρ on [−1, 1]."""
    ratio = arb(rho)
    wide, high = (ratio + 1 / ratio) / 2, (ratio - 1 / ratio) / 2
    largest = abs(s) + _CIRCLE
    total = largest * _log_height(arb(_CIRCLE)).exp()
    return total, (largest / 2).log() + _log_height(abs(s) * high + _CIRCLE * wide)


def rule_for(size: float, bits: float) -> tuple[float, int]:
    """Return ρ and the number of nodes, a multiple of 4, for an error of D_± of about 2^−bits at |s| ≤ size."""
    total = (size + _CIRCLE) * math.exp(min(math.pi * _CIRCLE, (math.pi * _CIRCLE) ** 2 / 6))

    def log_bound(rho: float) -> float:
        height = math.pi * (size * (rho - 1 / rho) / 2 + _CIRCLE * (rho + 1 / rho) / 2)
        return total + math.log((size + _CIRCLE) / 2) + min(height, height * height / 6)

    rho, count = choose_rule(log_bound, -bits * math.log(2))
    return rho, 4 * -(-count // 4)


def _rounded(bits: float) -> int:
    """Return the precision above, a multiple of 32: nodes are kept by number and precision."""
    return 32 * math.ceil(bits / 32)


def _matrices(s: Any, sign: Parity, count: int) -> tuple[Any, Any, Any]:
    """Return M, v and v' as matrices over the positive nodes."""
    pi = arb.pi()
    nodes = gauss_legendre(count)[: count // 2]
    x = [node for node, _ in nodes]
    root = [weight.sqrt() for _, weight in nodes]
    turns = [(pi * s / 2 * node).sin_cos() for node in x]
    half = s / 2
    rows: list[list[Any]] = [[arb(0)] * len(x) for _ in x]
    for i, (p, q) in enumerate(turns):
        for j in range(i + 1):
            one, other = p * turns[j][1], q * turns[j][0]
            near = half if i == j else (one - other) / (pi * (x[i] - x[j]))
            far = (one + other) / (pi * (x[i] + x[j]))
            rows[i][j] = rows[j][i] = root[i] * root[j] * (near + sign * far)
    if sign == 1:
        v = [[w * q] for w, (_, q) in zip(root, turns, strict=True)]
        slope = [[-pi / 2 * node * w * p] for node, w, (p, _) in zip(x, root, turns, strict=True)]
    else:
        v = [[w * p] for w, (p, _) in zip(root, turns, strict=True)]
        slope = [[pi / 2 * node * w * q] for node, w, (_, q) in zip(x, root, turns, strict=True)]
    return arb_mat(rows), arb_mat(v), arb_mat(slope)


def gap(s: Any, sign: Parity, more_bits: float = 0) -> tuple[Any, Any, Any]:
    """Return D_±(s), D_±'(s), D_±''(s) as balls.

    D_+ is the probability that an interval of length s holds no eigenvalue of the GOE in the bulk, at mean density 1;
    D_− that it holds at most one; D_+ D_− that it holds none of the GUE.

    Args:
        s: length, a ``flint.arb``; the three are not finite where |s| may exceed 64.
        sign: 1 for D_+, −1 for D_−.
        more_bits: bits of the quadrature beyond the working precision and the size of D.

    Example:
        >>> [ball.str(8, radius=False) for ball in gap(arb(1), 1)]
        ['0.21416679', '-0.45182661', '0.70182265']
    """
    size = float(abs(s).upper())
    if not size <= FARTHEST:
        return (arb("nan"),) * 3
    rho, count = rule_for(size, ctx.prec + more_bits + _GUARD + log2_gap(size) + 2 * size)
    with working(_rounded(ctx.prec + _GUARD + 6 * size)):
        matrix, v, slope = _matrices(s, sign, count)
        rest = _identity(count // 2) - matrix
        try:
            solved = rest.solve(v)
        except ZeroDivisionError:
            return (arb("nan"),) * 3
        value = rest.det()
        first = -value * (v.transpose() * solved)[0, 0]
        second = -2 * value * (slope.transpose() * solved)[0, 0]
        error = _error(s, rho, count)
        errors = (error, error / _CIRCLE, 2 * error / _CIRCLE**2)
        return tuple(ball + arb(0, radius.upper()) for ball, radius in zip((value, first, second), errors, strict=True))


def gap_value(s: Any, sign: Parity) -> Any:
    """Return D_±(s) alone, with about the working precision of absolute bits, which is faster; |s| ≤ 64.

    Example:
        >>> gap_value(arb(1), 1).str(8, radius=False)
        '0.21416679'
    """
    size = float(abs(s).upper())
    rho, count = rule_for(size, ctx.prec + 8)
    with working(_rounded(ctx.prec + 8)):
        matrix, _, _ = _matrices(s, sign, count)
        return (_identity(count // 2) - matrix).det() + arb(0, _error(s, rho, count))


def log2_gap(size: float) -> float:
    """Return π²s²/(16 log 2), the bits by which D_± is below 1, nearly."""
    return (math.pi * size) ** 2 / 16 / math.log(2)


def _identity(size: int) -> Any:
    return arb_mat([[int(i == j) for j in range(size)] for i in range(size)])


def _error(s: Any, rho: float, count: int) -> Any:
    """Return a bound of the distance of D_± and its matrix determinant on the circle about s."""
    total, log_peak = _bounds(s, rho)
    return gram_radius(total, log_peak, arb(1), rho, count)


def gue_gap(s: Any) -> tuple[Any, Any, Any]:
    """Return D(s) = D_+(s) D_−(s), D', D'', the gap probability of the GUE, as balls."""
    more = log2_gap(min(float(abs(s).upper()), FARTHEST))
    even, odd = gap(s, 1, more), gap(s, -1, more)
    second = even[2] * odd[0] + 2 * even[1] * odd[1] + even[0] * odd[2]
    return even[0] * odd[0], even[1] * odd[0] + even[0] * odd[1], second


def powers(s: Any, sign: Parity) -> tuple[list[Any], list[Any]]:
    """Return tr K_±, tr K_±², tr K_±³ and their derivatives in s, as balls.

    |tr K^n − tr M^n| ≤ n X^{n−1} ε M by the Gram bound of each factor. As dM/ds = vvᵀ, the derivative of tr M^n is
    n v·M^{n−1}v.
    """
    size = float(abs(s).upper())
    if not size <= _FARTHEST_TRACES:
        return [arb("nan")] * 3, [arb("nan")] * 3
    rho, count = rule_for(size, ctx.prec + _GUARD)
    matrix, v, _ = _matrices(s, sign, count)
    total, log_peak = _bounds(s, rho)
    error = gram_radius(arb(0), log_peak, arb(1), rho, count)
    traces, slopes = [], []
    vector, power = v, matrix
    for n in (1, 2, 3):
        radius = n * total ** (n - 1) * error
        traces.append(power.trace() + arb(0, radius.upper()))
        slopes.append(n * (v.transpose() * vector)[0, 0] + arb(0, (radius / _CIRCLE).upper()))
        vector, power = matrix * vector, matrix * power
    return traces, slopes
