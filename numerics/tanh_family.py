"""Hermite coefficients of tanh, sigmoid, silu and softplus: all at once, with proven radii and no cancellation.

The transform tanh(αx) = (1/α) ∫_0^∞ sin(tx)/sinh(βt) dt, β = π/(2α), and E sin(tZ) He_k(Z) = ± t^k e^{−t²/2} give

    √(k!) μ_k(tanh(α·)) = ((−1)^{(k−1)/2}/α) ∫_0^∞ G_k(t) dt,   G_k(t) = t^k e^{−t²/2}/sinh(βt),   k odd:

the coefficients are moments of one positive weight, so none of them loses digits, however large k is. G_k is even
and meromorphic with poles ±iy_m, y_m = 2αm. The trapezoidal rule with step h, corrected by the residues of the
poles below Im t = b, where |sinh β(x+ib)| ≥ |sin βb| cosh βx, with equality at b = (2P+1)α, is

    ∫_R G_k dt = h G_k(0) + 2h Σ_{n≥1} G_k(nh) + R
                 + Σ_{m≤P} 8α(−1)^m y_m e^{y_m²/2} (−y_m²)^{(k−1)/2}/(e^{2πy_m/h} − 1),
    |R| ≤ 2/(e^{2πb/h} − 1) ∫_R |G_k(x+ib)| dx.

The sums are power sums over nodes s = (nh)² and s = −y_m², one matrix product for all k; G_k(0) is 1/β for k = 1, or 0.

Bound of R. With t = √(x²+b²), |G_k(x+ib)| is at most e^{b²} t^k e^{−t²/2} sech(βx)/|sin βb|. Cut at the nodes
t_j = jh, h ≤ 1: where k ≥ t_{j+1}², t^k e^{−t²/2} increases on [t_j, t_{j+1}]; elsewhere the second derivative of
its logarithm is at least −(t_{j+1}/t_j)² − 1 ≥ −5. Either way it is at most e^{5h²/8} times the sum of its end
values (j = 0: h ≤ 1 ≤ √k).
On that cell x grows by at most Δ = √(h(2b+h)), and sech(βx) ≤ e^{β(b+h)}/sinh(βt_i) at both of its ends. So
|R| ≤ ε · 2h Σ_{n≥1} G_k(nh) with ε = 4Δ e^{5h²/8 + b² + β(b+h)}/(h |sin βb| (e^{2πb/h} − 1)), for all k ≥ 1.

Bound of the tail. For t ≥ T = Jh > √N: G_k(t+h)/G_k(t) ≤ q = e^{−h(T − N/T)}, so the nodes from T on sum to at most
G_k(T)/(1−q), for all k ≤ N. Both bounds are radii of the weights, and the matrix product carries them to every μ_k.
"""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, repeat
from typing import Any

from flint import arb, ctx

from eigenlaw.numerics.moments import grid_power_sums, inverse_root_factorials, power_sums
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.recurrences import rational, signed_root

_BOUND_BITS = 64
_GUARD_BITS = 10  # what rounding may cost beside log2 of the order


@dataclass(frozen=True)
class TrapezoidPlan:
    """A trapezoidal rule for the weight of tanh(αx): found by a float search, justified afterwards by balls.

    Attributes:
        step: h, an exact dyadic number of at most 1.
        count: J, the number of positive nodes.
        poles: P, the number of poles whose residues are taken out.
        height: b where it is less than α, so that P = 0; otherwise b = (2P+1)α.
    """

    step: Fraction
    count: int
    poles: int
    height: Fraction | None = None

    def strip(self, alpha: Any) -> Any:
        """Return b as a ball."""
        return alpha * (2 * self.poles + 1) if self.height is None else rational(self.height)


@lru_cache(maxsize=64)
def plan_trapezoid(alpha: float, order: int, bits: int, most_poles: int | None = None) -> TrapezoidPlan:
    """Return the rule with the fewest nodes and poles whose error is about 2^-bits of every μ_k, k ≤ order.

    Args:
        alpha: the scale in tanh(αx), positive.
        order: the last k.
        bits: wanted relative accuracy in bits.
        most_poles: the largest number of poles to correct for; 0 is the plain rule in the strip |Im t| < 2α.
    """
    beta, nats = math.pi / (2 * alpha), bits * math.log(2)
    reach = _reach(order, beta, nats)
    if alpha > math.sqrt(nats) + 1:  # no pole is near: a strip within the first one is best
        height = Fraction(math.ceil(math.sqrt(nats)))
        return _plan(reach, _longest_step(float(height), beta, nats - math.log(math.sin(beta * height))), 0, height)
    best: tuple[int, float, int] | None = None
    poles = 0
    while most_poles is None or poles <= most_poles:
        step = _longest_step(alpha * (2 * poles + 1), beta, nats)
        cost = math.ceil(reach / step) + poles
        if best is None or cost < best[0]:
            best = (cost, step, poles)
        elif poles > best[2] + 8:
            break
        poles += 1
    if best is None:
        raise ValueError(f"most_poles={most_poles}: expected at least 0")
    return _plan(reach, best[1], best[2], None)


def _plan(reach: float, step: float, poles: int, height: Fraction | None) -> TrapezoidPlan:
    """Return the rule with the step rounded down to twelve binary digits."""
    digits = 12 - math.frexp(step)[1]
    exact = Fraction(math.floor(math.ldexp(step, digits)), 1) / Fraction(2) ** digits
    return TrapezoidPlan(exact, 8 * math.ceil(reach / float(exact) / 8), poles, height)


def _reach(order: int, beta: float, nats: float) -> float:
    """Return T where t^N e^{−t²/2 − βt} has fallen by e^{−nats} from its maximum."""
    peak = (math.sqrt(beta**2 + 4 * order) - beta) / 2

    def fall(t: float) -> float:
        return order * math.log(peak / t) + (t - peak) * (t + peak) / 2 + beta * (t - peak)

    low, high = max(peak, math.sqrt(order)), peak + math.sqrt(2 * nats) + math.sqrt(order) + 1
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if fall(middle) < nats else (low, middle)
    return high


def _longest_step(b: float, beta: float, nats: float) -> float:
    """Return the largest h ≤ 1 with ε ≤ e^{−nats}, to float accuracy."""
    step = min(1.0, 2 * math.pi * b / (nats + b * b))
    for _ in range(8):
        width = math.sqrt(step * (2 * b + step))
        rest = nats + b * b + beta * b + 5 * step**2 / 8 + math.log(4 * width / step)
        step = min(1.0, 4 * math.pi * b / (math.sqrt(rest**2 + 8 * math.pi * b * beta) + rest))
    return step


def _relative_error(plan: TrapezoidPlan, alpha: Any) -> Any:
    """Return ε of the module's docstring, an upper bound."""
    with working(_BOUND_BITS):
        pi, h = arb.pi(), rational(plan.step)
        b, beta = plan.strip(alpha), arb.pi() / (2 * alpha)
        if plan.step > 1 or not (plan.height is None or (plan.poles == 0 and b < alpha)):
            return arb("inf")
        sine = arb(1) if plan.height is None else (beta * b).sin()
        width = (h * (2 * b + h)).sqrt()
        growth = (5 * h**2 / 8 + b**2 + beta * (b + h)).exp()
        return (4 * width * growth / (h * sine * (2 * pi * b / h).expm1())).upper()


def grid_weights(plan: TrapezoidPlan, alpha: Any, order: int) -> list[Any]:
    """Return (h/α) G_0(t_j) t_j, the weights of the nodes s = t_j² in the sum for √(k!) |μ_k|, errors included.

    Args:
        plan: the rule.
        alpha: a ball of α.
        order: the last k; √order must be less than the last node.
    """
    h, beta = rational(plan.step), arb.pi() / (2 * alpha)
    front = h / alpha * arb(1, _relative_error(plan, alpha))  # 2h/(2α), one half for the half line
    last = plan.count - 1
    ratios = accumulate(repeat((-h * h).exp(), last), operator.mul, initial=(-h * h / 2 - beta * h).exp())
    tops = accumulate(ratios, operator.mul, initial=2 * front * h)  # 2 (h²/α) e^{−t²/2 − βt}
    next(tops)
    shrink = (-2 * beta * h).exp()
    squares = accumulate(repeat(shrink, last), operator.mul, initial=shrink)
    weights = [j * top / (1 - square) for j, top, square in zip(range(1, plan.count + 1), tops, squares, strict=True)]
    weights[-1] *= _tail_factor(plan, order)
    return weights


def residue_nodes(plan: TrapezoidPlan, alpha: Any) -> tuple[list[Any], list[Any]]:
    """Return nodes s and weights of the node t = 0, where only k = 1 has a value, and of the poles iy_m."""
    h, pi = rational(plan.step), arb.pi()
    nodes, weights = [arb(0)], [h / pi]
    for m in range(1, plan.poles + 1):
        y = 2 * m * alpha
        residue = 4 * y * (y * y / 2).exp() / (2 * pi * y / h).expm1()
        nodes.append(-y * y)
        weights.append(-residue if m % 2 else residue)
    return nodes, weights


def _tail_factor(plan: TrapezoidPlan, order: int) -> Any:
    """Return a ball of [1, 1/(1−q)], by which the last node stands for all nodes from there on."""
    with working(_BOUND_BITS):
        end = rational(plan.step * plan.count)
        decay = rational(plan.step) * (end - order / end)
        if not decay > 0:
            return arb(0, math.inf)
        return arb(1).union(1 / (1 - (-decay).exp()))


def odd_coefficients(order: int, alpha: Any, plan: TrapezoidPlan) -> list[Any]:
    """Return μ_0 … μ_order of tanh(αx) from a given rule, its errors included."""
    terms = (order + 1) // 2
    grid = grid_power_sums(rational(plan.step) ** 2, grid_weights(plan, alpha, order), terms)
    rest = power_sums(*residue_nodes(plan, alpha), terms)
    out = [arb(0)] * (order + 1)
    table = inverse_root_factorials(order)
    for k, real, residues in zip(range(1, order + 1, 2), grid, rest, strict=True):
        mu = (real + residues) * table[k]
        out[k] = mu if k % 4 == 1 else -mu
    return out


def rule_bits(order: int) -> int:
    """Return the accuracy of the rule that matches the working precision: rounding costs some bits, too."""
    return max(8, int(ctx.prec) - _GUARD_BITS - order.bit_length())


def tanh(order: int, variance: Fraction, a: Fraction) -> list[Any]:
    """Return μ_0 … μ_order of the hyperbolic tangent of a√v x; exact zeros for even k.

    Args:
        order: the last k, at least 0.
        variance: v, positive.
        a: the scale, positive.

    Example:
        >>> [mu.str(5, radius=False) for mu in tanh(3, Fraction(1), Fraction(1))]
        ['0', '0.60571', '0', '-0.14844']
    """
    if order < 1:
        return [arb(0)]
    alpha = signed_root(a**2 * variance)
    plan = plan_trapezoid(math.sqrt(a**2 * variance), order, rule_bits(order))
    return odd_coefficients(order, alpha, plan)


def sigmoid(order: int, variance: Fraction) -> list[Any]:
    """Return μ_k of 1/(1 + e^{−√v x}) = (1 + tanh(√v x/2))/2."""
    out = [mu / 2 for mu in tanh(order, variance, Fraction(1, 2))]
    out[0] = arb(1) / 2
    return out


def softplus(order: int, variance: Fraction) -> list[Any]:
    """Return μ_k of log(1 + e^{√v x}): μ_k = √v μ_{k−1}(sigmoid)/√k, and μ_0 = E log(2 cosh(√v Z/2))."""
    slope = sigmoid(max(order - 1, 0), variance)
    s = signed_root(variance)
    root = [s / arb(k).sqrt() for k in range(1, order + 1)]
    return [log_cosh_moment(variance, 1), *map(operator.mul, slope, root)]


def silu(order: int, variance: Fraction) -> list[Any]:
    """Return μ_k of √v x/(1 + e^{−√v x}), by x h_k = √(k+1) h_{k+1} + √k h_{k−1} from g = tanh(√v x/2).

    μ_k = (√v/2)(√(k+1) μ_{k+1}(g) + √k μ_{k−1}(g)) for even k, μ_1 = √v/2, zero for other odd k.
    """
    g = tanh(order + 1, variance, Fraction(1, 2))
    half = signed_root(variance) / 2
    out = [arb(0)] * (order + 1)
    for k in range(0, order + 1, 2):
        total = arb(k + 1).sqrt() * g[k + 1]
        if k:
            total += arb(k).sqrt() * g[k - 1]
        out[k] = half * total
    if order >= 1:
        out[1] = half
    return out


def log_cosh_moment(variance: Fraction, power: int) -> Any:
    """Return E L(Z)^p, L(x) = log(2 cosh(αx)), α = √v/2, p = 1 or 2, by the trapezoidal rule in a strip.

    L is analytic for |Im z| < π/(2α). On Im z = a with 2αa < π, |L(z)| ≤ α|z| + C, C = π/2 + max(log 2,
    −log sin 2αa), from L = αz + log(1 + w), w = e^{−2αz}, |w| ≤ 1 for Re z ≥ 0, and L(−z) = L(z). So the rule errs
    by at most 2 e^{a²/2} B/(e^{2πa/h} − 1), with B = E(α√(Z²+a²) + C)^p ≤ 2α²(1 + a²) + 2C² (p = 2) or its root.
    The nodes beyond T ≥ 2 add at most 2(α + log 2/T)^p (T + 1/T) w(T), for L(x) ≤ αx + log 2 and L^p w falls.
    """
    scale = math.sqrt(variance) / 2
    nats = ctx.prec * math.log(2)
    height = min(math.pi / (2 * scale) * (1 - 1 / (nats + 4)), math.sqrt(nats) + 2)
    step = Fraction(math.floor(2**20 * 2 * math.pi * height / (nats + height**2 / 2 + 8)), 2**20)
    count = math.ceil((math.sqrt(2 * nats) + 2) / step)
    alpha, h, a = signed_root(variance) / 2, rational(step), rational(Fraction(height).limit_denominator(10**6))
    total = arb(2).log() ** power / 2
    for j, decay, gauss in zip(range(1, count + 1), _powers((-2 * alpha * h).exp()), _gauss(h), strict=False):
        total += (j * alpha * h + decay.log1p()) ** power * gauss
    value = 2 * total * h / (2 * arb.pi()).sqrt()
    return value + arb(0, _log_cosh_error(alpha, a, h, count, power))


def _powers(factor: Any) -> Any:
    return accumulate(repeat(factor), operator.mul)


def _gauss(h: Any) -> Any:
    """Yield e^{−(jh)²/2} for j = 1, 2, …."""
    ratios = accumulate(repeat((-h * h).exp()), operator.mul, initial=(-h * h / 2).exp())
    return accumulate(ratios, operator.mul)


def _log_cosh_error(alpha: Any, a: Any, h: Any, count: int, power: int) -> Any:
    with working(_BOUND_BITS):
        angle, end, pi = 2 * alpha * a, h * count, arb.pi()
        if not (angle < pi and end >= 2):
            return arb("inf")
        spread = pi / 2 + arb(2).log().max(-angle.sin().log())
        size = (2 * alpha**2 * (1 + a**2) + 2 * spread**2) ** (arb(power) / 2)
        strip = 2 * (a**2 / 2).exp() * size / (2 * pi * a / h).expm1()
        density = (-(end**2) / 2).exp() / (2 * pi).sqrt()
        tail = 2 * (alpha + arb(2).log() / end) ** power * (end + 1 / end) * density
        return (strip + tail).upper()


def second_moment(variance: Fraction, a: Fraction) -> Any:
    """Return E tanh²(a√v Z) = 1 − μ_1/α, α = a√v, since tanh' = α(1 − tanh²)."""
    return 1 - tanh(1, variance, a)[1] / signed_root(a**2 * variance)


def silu_second_moment(variance: Fraction) -> Any:
    """Return E silu² = (v/4)(1 + E Z²g²), g = tanh(αZ), α = √v/2, with E Z²g² = 1 − E(Z³ − 2Z)g/α.

    Z³ − 2Z = He_3 + He_1.
    """
    g: Sequence[Any] = tanh(3, variance, Fraction(1, 2))
    return rational(variance) / 4 * (2 - (g[1] + arb(6).sqrt() * g[3]) / (signed_root(variance) / 2))


def softplus_second_moment(variance: Fraction) -> Any:
    """Return E softplus² = v/4 + E L², softplus(x) = x/2 + log(2 cosh(x/2)), the two terms uncorrelated."""
    return rational(variance) / 4 + log_cosh_moment(variance, 2)
