"""The determinants det(I ∓ B_s), B_s(x, y) = Ai(x + y + s) on (0, ∞), with their derivatives in s, in balls.

F_1(s) = det(I − B_s) and F_2(s) = det(I − B_s) det(I + B_s) are the Tracy–Widom distributions (Ferrari and Spohn 2005;
B_s² is the Airy kernel moved by s). On (0, T), with N Gauss–Legendre nodes, the matrix is √(w_i w_j) Ai(x_i + x_j + s).

Every error is proved. On the line Im ω = η > 0, Ai(z) = ∫ exp(i(ω³/3 + zω)) dω/2π gives
|Ai(ζ)| ≤ exp(η³/3 − η Re ζ + (Im ζ)²/(4η))/(2√(πη)) and makes B_s a Gram (``fredholm``) on the real line, with β(x)
the bound of |Ai(2x + s)| and X = ∫_0^∞ β. β is absolutely monotone, so that the rule's sum is below X too. When the
first of n points moves to a complex z, expanding along its row and its column leaves

    |det| ≤ (|Ai(2z + s)| + (n − 1)² a²) Π_{k ≥ 2} β(x_k),   a = sup_x |Ai(z + x + s)|/√β(x),

where Ai is bounded on lines of its own. So determinant and matrix determinant differ on (0, T) by at most
e^X ε (sup |Ai(2z + s)| + (X + X²) sup a²), ε the error of one rule. The trace norm of B_s is at most X, that of what
lies beyond T at most 2 X_θ e^{−θT} with the X_θ of any line, and determinants differ by at most
‖A − C‖₁ exp(1 + ‖A‖₁ + ‖C‖₁). All this holds for complex s: Cauchy's inequality on a circle bounds the error of the
derivative.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from flint import arb, arb_mat, ctx

from eigenlaw.numerics.fredholm import RATIOS, gram_radius
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rules import gauss_legendre

Sign = Literal[1, -1]
_SIGNS: tuple[Sign, Sign] = (1, -1)
LEAST, MOST = -40.0, 400.0
_CIRCLE = 0.25
_GUARD = 24
_ARCS = 48
_HEIGHTS = tuple(0.08 * 1.25**k for k in range(20))


@dataclass(frozen=True)
class _Plan:
    """Interval (0, end), the line of height eta, the ellipse of parameter rho, and the number of nodes."""

    end: float
    theta: float
    eta: float
    rho: float
    count: int


def _log_total(s: Any, height: Any) -> Any:
    """Return log X for the line of a height, on the circle about s."""
    front = height**3 / 3 - (s - _CIRCLE) * height + _CIRCLE**2 / (4 * height)
    return front - (4 * height * (arb.pi() * height).sqrt()).log()


def _log_airy(real: Any, imaginary: Any, height: Any) -> Any:
    """Return the logarithm of the bound of |Ai| by the line of a height, for Re ≥ real and |Im| ≤ imaginary."""
    front = height**3 / 3 - height * real + imaginary**2 / (4 * height)
    return front - (2 * (arb.pi() * height).sqrt()).log()


def _best_height(real: float, imaginary: float, least: float) -> float:
    """Return about the height that makes the bound of |Ai| least, and at least ``least``."""
    guesses = (math.sqrt(max(real, 0.0)), math.sqrt(abs(imaginary) / 2), math.sqrt(math.hypot(real, imaginary)))
    heights = (max(least, 0.05, factor * guess) for guess in guesses for factor in (0.7, 1.0))

    def size(h: float) -> float:
        return h**3 / 3 - h * real + imaginary**2 / (4 * h)

    return min(heights, key=size)


def _log_peak(s: Any, plan: _Plan) -> Any:
    """Return a bound of log(|Ai(2z + s)| + (X + X²) a²) on the ellipse, on the circle about s.

    The upper half of the ellipse is cut into arcs; on each the leftmost real part and the largest imaginary part serve.
    """
    half, ratio = arb(plan.end) / 2, arb(plan.rho)
    wide, high = (ratio + 1 / ratio) / 2, (ratio - 1 / ratio) / 2
    total = _log_total(s, arb(plan.eta)).exp()
    root = _log_airy(s - _CIRCLE, arb(_CIRCLE), arb(plan.eta)) / 2
    peak = arb(0)
    for k in range(_ARCS):
        left = half * (1 + wide * (arb(k + 1) / _ARCS).cos_pi()) + s - _CIRCLE
        top = half * high * ((arb(2 * k + 1) / (2 * _ARCS)).union(arb(k) / _ARCS).union(arb(k + 1) / _ARCS)).sin_pi()
        here, imaginary = left.lower(), top.upper()
        double, broad = 2 * here - s + _CIRCLE, 2 * imaginary + _CIRCLE
        first = _best_height(float(double), float(broad), 0.0)
        second = _best_height(float(here), float(imaginary) + _CIRCLE, plan.eta)
        near = _log_airy(double, broad, arb(first)).exp()
        far = _log_airy(here, imaginary + _CIRCLE, arb(second)) - root
        peak = peak.max(near + (total + total**2) * (2 * far).exp())
    return peak.log()


def _plan(s: float, nats: float) -> _Plan:
    """Return what makes the error about e^{−nats} with few nodes."""
    ball = arb(s)
    with working(53):
        log_total, eta = min((float(_log_total(ball, arb(height)).mid()), height) for height in _HEIGHTS)
        total = math.exp(log_total)
        reach = (1.5 * (nats + 2 * total + 8)) ** (2 / 3)
        end = max(math.ceil(4 * (reach - s)) / 4, 1.0)
        best = _Plan(end, math.sqrt(reach), eta, RATIOS[0], 1 << 30)
        for ratio in RATIOS:
            trial = replace(best, rho=ratio)
            excess = total + float(_log_peak(ball, trial).mid()) + nats + math.log(4 * end / (1 - ratio**-2))
            count = max(2, math.ceil(excess / (2 * math.log(ratio))))
            if count < best.count:
                best = replace(trial, count=count)
            elif count > 1.2 * best.count:
                break
    return best


def _error(s: Any, plan: _Plan) -> Any:
    """Return a bound of the distance of det(I ∓ B_s) and the matrix determinant on the circle about s."""
    end = arb(plan.end)
    total = _log_total(s, arb(plan.eta)).exp()
    rule = gram_radius(total, _log_peak(s, plan), end / 2, plan.rho, plan.count)
    beyond = 2 * (_log_total(s, arb(plan.theta)) - plan.theta * end + 1 + 2 * total).exp()
    return (rule + beyond).upper()


def _bits(s: float) -> float:
    """Return the bits by which the determinants or their derivatives are smaller than 1, roughly and generously."""
    size = abs(s) ** 3 / 24 if s < 0 else s**1.5 * 2 / 3
    return size / math.log(2)


def determinants(s: Any) -> dict[Sign, tuple[Any, Any]]:
    """Return {1: (D, D'), −1: (D, D')} for D = det(I − B_s) and det(I + B_s), as balls.

    Args:
        s: a ``flint.arb`` from −40 to 400; what is returned is not finite elsewhere.

    Example:
        >>> determinants(arb(0))[1][0].str(10, radius=False)  # F_1(0)
        '0.8319080662'
    """
    prepared = _prepared(s)
    if prepared is None:
        return {1: (arb("nan"),) * 2, -1: (arb("nan"),) * 2}
    plan, bits = prepared
    with working(bits):
        matrix, moved = _matrices(s, plan)
        error = _error(s, plan)
        return {sign: _with_slope(_identity(plan.count) - sign * matrix, sign * moved, error) for sign in _SIGNS}


def determinant(s: Any, sign: Sign) -> Any:
    """Return det(I − B_s) for sign 1 or det(I + B_s) for −1 alone, in a quarter of the time for all with slopes.

    Args:
        s: as for ``determinants``.
        sign: 1 or −1.

    Example:
        >>> determinant(arb(0), 1).str(10, radius=False)
        '0.8319080662'
    """
    prepared = _prepared(s)
    if prepared is None:
        return arb("nan")
    plan, bits = prepared
    with working(bits):
        matrix, _ = _matrices(s, plan)
        return (_identity(plan.count) - sign * matrix).det() + arb(0, _error(s, plan))


def _prepared(s: Any) -> tuple[_Plan, int] | None:
    """Return how to discretise and the bits to work with; None outside the range."""
    middle = float(s.mid()) if s.is_finite() else math.nan
    if not (LEAST <= middle <= MOST and s.rad() < 1):
        return None
    extra = math.ceil(2 * _bits(middle))
    plan = _plan(middle, (ctx.prec + extra + _GUARD) * math.log(2))
    return plan, 32 * math.ceil((ctx.prec + extra + _GUARD) / 32)


def log_trace_norm(real: Any, imaginary: Any) -> Any:
    """Return a bound of log ‖B_s‖₁, so that |det(I ∓ B_s)| ≤ exp ‖B_s‖₁, for Re s ≥ real and |Im s| ≤ imaginary.

    Args:
        real: a ball.
        imaginary: a ball.
    """
    low, high = float(real.mid()), float(imaginary.mid())

    def log_total(height: Any) -> Any:
        return _log_airy(real, imaginary, height) - (2 * height).log()

    grid = (*_HEIGHTS, *(_HEIGHTS[-1] * 1.25**k for k in range(1, 8)))
    best = min(grid, key=lambda h: h**3 / 3 - h * low + high**2 / (4 * h) - 1.5 * math.log(h))
    return log_total(arb(best))


def _identity(size: int) -> Any:
    return arb_mat([[int(i == j) for j in range(size)] for i in range(size)])


def _matrices(s: Any, plan: _Plan) -> tuple[Any, Any]:
    """Return √(w_i w_j) Ai(x_i + x_j + s), and the same with Ai'."""
    half = arb(plan.end) / 2
    nodes = [(half * (1 + node), (half * weight).sqrt()) for node, weight in gauss_legendre(plan.count)]
    values: list[list[Any]] = [[arb(0)] * plan.count for _ in nodes]
    slopes: list[list[Any]] = [[arb(0)] * plan.count for _ in nodes]
    for i, (x, p) in enumerate(nodes):
        for j in range(i + 1):
            y, q = nodes[j]
            z, weight = x + y + s, p * q
            value, slope, _, _ = z.airy()
            values[i][j] = values[j][i] = weight * value
            slopes[i][j] = slopes[j][i] = weight * slope
    return arb_mat(values), arb_mat(slopes)


def _with_slope(rest: Any, slope: Any, error: Any) -> tuple[Any, Any]:
    """Return det A and its derivative −det A tr(A⁻¹M') with the error of the rule, A = I − M."""
    try:
        solved = rest.solve(slope)
    except ZeroDivisionError:
        return arb("nan"), arb("nan")
    value = rest.det()
    return value + arb(0, error), -value * solved.trace() + arb(0, (error / _CIRCLE).upper())
