"""Funk–Hecke eigenvalues of an NTK by Gauss–Legendre quadrature in the angle, for all degrees at once.

With t = cos θ the kernel is analytic in θ also at both ends, kinks included (``continuation``). The cosine moments

    m_j = ∫_0^π Θ(cos θ) cos(jθ) sin^{d−1}θ dθ · Γ(h)/(√π Γ(d/2)),   j = 0 … K,   h = (d+1)/2,

need no recurrence in j: with j = aB + b, cos jθ = cos(aBθ) cos(bθ) − sin(aBθ) sin(bθ), so that all moments are two
products of ball matrices over the nodes, with about √K rows and columns. Nodes θ and π − θ are taken together. Then

    λ_k = Σ_{u+v=k} a_u a_v m_{|u−v|} / C_k,   a_u = ((d−1)/2)_u/u!,   C_k = (d−1)_k/k!

for d ≥ 2 (λ_k = m_k for d = 1), by the generating function of Gegenbauer polynomials. The weights are positive and sum
to 1: λ_k is known to the radius of the moments, and no radius grows with k.

The error of the rule is bounded on Bernstein ellipses (``rules``, ``angle_bound``): at height y, |cos jθ| ≤ cosh jy and
|sin θ| ≤ cosh y. One panel [0, π] if Θ is analytic far enough around it, else [0, π/2] and its mirror image in parts.
"""

import math
import operator
from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import Any, Literal

from flint import acb, arb, arb_mat, ctx

from eigenlaw.numerics.angle_bound import AngleBound, Ellipse
from eigenlaw.numerics.continuation import AnalyticKernel
from eigenlaw.numerics.kernel_degrees import kernel_degrees
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rules import gauss_legendre, legendre_count, legendre_error

Parity = Literal["even", "odd"]
_BOUND_BITS = 64
_STRETCHES = tuple(2.4 * 0.85**i for i in range(28))
"""log ρ of the ellipses that are tried."""
_DEEPEST = 30
_DEAREST = 3
"""A panel with more than so many times the nodes of an entire function is halved at once."""


@dataclass(frozen=True)
class Panel:
    """A part of [0, π] with its rule.

    Attributes:
        left: its left end in units of π.
        right: its right end in units of π.
        count: nodes.
        stretch: log ρ of the ellipse of the bound.
        log_bound: the logarithm of the bound of |Θ(cos θ) cos(jθ) sin^{d−1}θ| on it, for all j ≤ K.
    """

    left: float
    right: float
    count: int
    stretch: float
    log_bound: Any

    @property
    def error(self) -> Any:
        """An upper bound of the error of the rule."""
        half = arb.pi() * (self.right - self.left) / 2
        return legendre_error(self.log_bound, half, math.exp(self.stretch), self.count).upper()


class SphereIntegrals:
    """The integrals of one kernel on one sphere; what is known of its size is kept for every precision.

    Attributes:
        kernel: Θ.
        order: K.
        dimension: d.
        degrees: up to which even and odd powers of ρ the kernel goes.
        parity: of Θ as a function of ρ up to a constant, if that follows.
    """

    def __init__(self, kernel: AnalyticKernel, order: int, dimension: int) -> None:
        self.kernel, self.order, self.dimension = kernel, order, dimension
        self.degrees = kernel_degrees(kernel.kernel)
        self.parity: Parity | None = None
        if self.degrees.vanishes(1) or self.degrees.vanishes(2):
            self.parity = "even" if self.degrees.vanishes(1) else "odd"
        self._bound = AngleBound(kernel)

    def eigenvalues(self) -> list[Any]:
        """Return λ_0 … λ_K for the probability measure, with radii about 2^-bits at the working precision of ``bits``.

        Those that are proved to vanish are exactly zero, and all are infinite balls where there are no ``panels``.
        """
        panels = self.panels(-ctx.prec * math.log(2))
        if panels is None:
            return [arb(0, math.inf)] * (self.order + 1)
        return self.over(panels)

    def over(self, panels: list[Panel]) -> list[Any]:
        """Return what ``eigenvalues`` does, over the given panels."""
        columns = 2 * math.ceil(math.sqrt(self.order + 1) / 2)
        rows = -(-(self.order + 1) // columns)
        with working(ctx.prec + 16 + (rows + columns) // 2):
            moments = self._moments(self._nodes(panels), rows, columns)
            whole = panels[0].right == 1.0
            error = self._norm * sum((panel.error for panel in panels), arb(0)) * (1 if whole else 2)
            moments = [moment + arb(0, error.upper()) for moment in moments]
            return self._closed_off(_gegenbauer(moments, self.dimension))

    def panels(self, log_tolerance: float) -> list[Panel] | None:
        """Return the panel [0, π], or panels of [0, π/2], with errors of at most e^{log_tolerance}.

        Returns:
            The panels, or None where the kernel is not shown to be analytic around them.
        """
        whole = None if self.parity else self._panel(0.0, 1.0, log_tolerance)
        if whole is not None and whole.count <= 2 * self._fewest(0.0, 1.0, log_tolerance):
            return [whole]
        parts = self._parts(0.0, 0.5, log_tolerance, 0)
        if whole is not None and (parts is None or whole.count <= 2 * sum(part.count for part in parts)):
            return [whole]
        return parts

    def _parts(self, left: float, right: float, log_tolerance: float, depth: int) -> list[Panel] | None:
        found = self._panel(left, right, log_tolerance)
        if found is not None and found.count <= 2 * self._fewest(left, right, log_tolerance):
            return [found]
        if depth == _DEEPEST:
            return None if found is None else [found]
        middle = (left + right) / 2
        first = self._parts(left, middle, log_tolerance, depth + 1)
        second = None if first is None else self._parts(middle, right, log_tolerance, depth + 1)
        if first is None or second is None:
            return None if found is None else [found]
        parts = first + second
        return [found] if found is not None and found.count <= sum(part.count for part in parts) else parts

    def _trials(self, left: float, right: float, log_tolerance: float) -> list[tuple[int, float]]:
        """Return pairs of a count and log ρ, the fewest first, as if Θ were at most 1."""
        half, out = math.pi * (right - left) / 2, []
        for stretch in _STRETCHES:
            count = legendre_count(self._log_factor(half, stretch), log_tolerance, half, math.exp(stretch))
            out.append((count, stretch))
        return sorted(out)

    def _fewest(self, left: float, right: float, log_tolerance: float) -> int:
        return self._trials(left, right, log_tolerance)[0][0]

    def _log_factor(self, half: float, stretch: float) -> float:
        """Return log of cosh(Ky) cosh(y)^{d−1} at the height y of the ellipse, or a little more."""
        height = half * math.sinh(stretch) * (1 + 1e-9)
        return self.order * height + (self.dimension - 1) * (height + math.log((1 + math.exp(-2 * height)) / 2)) + 1e-6

    def _panel(self, left: float, right: float, log_tolerance: float) -> Panel | None:
        """Return a panel with about the fewest nodes that a certified ellipse allows, or None if none is certified.

        Below the best log ρ for an entire function counts rise as log ρ falls, and an ellipse inside a certified one
        should be certified: so the largest of these is looked for, in growing steps and by bisection.
        """
        trials = self._trials(left, right, log_tolerance)
        best, fewest = trials[0][1], trials[0][0]
        stretches = [stretch for count, stretch in trials if stretch <= best and count <= _DEAREST * fewest]
        found: dict[int, Panel | None] = {}
        low, high = -1, 0
        while low + 1 < len(stretches):  # 0, 1, 3, 7, … until one is certified
            found[high] = self._trial(left, right, stretches[high], log_tolerance)
            if found[high] is not None:
                break
            low, high = high, min(2 * high + 1, len(stretches) - 1)
        else:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            found[middle] = self._trial(left, right, stretches[middle], log_tolerance)
            low, high = (middle, high) if found[middle] is None else (low, middle)
        return min((panel for panel in found.values() if panel is not None), key=operator.attrgetter("count"))

    def _trial(self, left: float, right: float, stretch: float, log_tolerance: float) -> Panel | None:
        """Return the panel with the rule for one ellipse, or None if Θ is not shown to be analytic there."""
        half, middle = math.pi * (right - left) / 2, math.pi * (right + left) / 2
        width, height = half * math.cosh(stretch) * (1 + 1e-9) + 1e-12, half * math.sinh(stretch) * (1 + 1e-9)
        mirrored = self.parity is None and right < 1
        sizes = []
        for place in (middle, math.pi - middle) if mirrored else (middle,):
            sizes.append(self._bound.on(Ellipse(place, width, height)))
            if sizes[-1] is None:
                return None
        with working(_BOUND_BITS):
            log_bound = (max(sizes) + abs(self._constant)).log().upper() + self._log_factor(half, stretch)
        count = legendre_count(float(log_bound), log_tolerance, half, math.exp(stretch))
        return Panel(left, right, count, stretch, log_bound)

    @property
    def _constant(self) -> Any:
        """Return what an odd kernel has besides its odd part, Θ(0)."""
        return self.kernel.at_angle(arb.pi() / 2) if self.parity == "odd" else arb(0)

    @property
    def _norm(self) -> Any:
        """Return Γ(h)/(√π Γ(d/2))."""
        half = arb(self.dimension) / 2
        return (half + arb(1) / 2).gamma() / (arb.pi().sqrt() * half.gamma())

    def _nodes(self, panels: list[Panel]) -> list[tuple[Any, Any, Any]]:
        """Return φ in [0, π/2] with the weighted values of Θ that go with cos jφ for even j and for odd j."""
        out, pi, value = [], arb.pi(), self.kernel.at_angle
        constant, norm = self._constant, self._norm
        for panel in panels:
            half, middle = pi * (panel.right - panel.left) / 2, pi * (panel.right + panel.left) / 2
            rule = gauss_legendre(panel.count)
            for node, weight in rule[: (panel.count + 1) // 2] if panel.right == 1 else rule:
                phi = middle - half * node
                weight = norm * weight * half * phi.sin() ** (self.dimension - 1)
                if self.parity is not None:
                    both = 2 * weight * (value(phi) - constant)
                    out.append((phi, both, both))
                elif node.is_zero() and panel.right == 1:
                    out.append((phi, weight * value(phi), arb(0)))
                else:
                    here, there = value(phi), value(pi - phi)
                    out.append((phi, weight * (here + there), weight * (here - there)))
        return out

    def _moments(self, nodes: list[tuple[Any, Any, Any]], rows: int, columns: int) -> list[Any]:
        """Return m_0 … m_K, columns an even number; those that vanish by parity are left at anything."""
        angles = [acb(cosine, sine) for sine, cosine in (phi.sin_cos() for phi, _, _ in nodes)]
        fine = [_powers(z, columns) for z in angles]
        coarse = [_powers(z, rows) for z in (powers[-1] * z for powers, z in zip(fine, angles, strict=True))]
        kept = {"even": (0,), "odd": (1,)}.get(self.parity or "", (0, 1))
        chosen = [b for b in range(columns) if b % 2 in kept]
        weighted = [
            [row[b] * (even, odd)[b % 2] for b in chosen] for row, (_, even, odd) in zip(fine, nodes, strict=True)
        ]
        size = len(nodes)
        cosines = arb_mat(rows, size, [column[a].real for a in range(rows) for column in coarse])
        sines = arb_mat(rows, size, [column[a].imag for a in range(rows) for column in coarse])
        product = cosines * arb_mat(size, len(chosen), [z.real for row in weighted for z in row])
        product -= sines * arb_mat(size, len(chosen), [z.imag for row in weighted for z in row])
        out = [arb(0)] * (rows * columns)
        for a in range(rows):
            for place, b in enumerate(chosen):
                out[a * columns + b] = product[a, place]
        return out[: self.order + 1]

    def _closed_off(self, values: list[Any]) -> list[Any]:
        """Return the eigenvalues with zeros where they are proved; an odd kernel's constant makes λ_0."""
        out = [arb(0) if self.degrees.vanishes(k) else value for k, value in enumerate(values)]
        return [self._constant, *out[1:]] if self.parity == "odd" else out


def _powers(z: Any, count: int) -> list[Any]:
    """Return z^0 … z^{count−1}."""
    return list(accumulate(repeat(z, count - 1), operator.mul, initial=acb(1)))


def _gegenbauer(moments: list[Any], dimension: int) -> list[Any]:
    """Return λ_0 … λ_K from the cosine moments."""
    if dimension == 1:
        return moments
    order, twice = len(moments) - 1, dimension - 1
    a, ends = [arb(1)], [arb(1)]
    for u in range(order):
        a.append(a[-1] * (twice + 2 * u) / (2 * u + 2))
        ends.append(ends[-1] * (twice + u) / (u + 1))
    out = []
    for k in range(order + 1):
        half = (k + 1) // 2
        pairs = map(operator.mul, a[:half], reversed(a[k + 1 - half : k + 1]))  # a_v a_u for v < u, v + u = k
        total = 2 * sum(map(operator.mul, pairs, reversed(moments[k % 2 or 2 : k + 1 : 2])), arb(0))
        if k % 2 == 0:
            total += a[k // 2] * a[k // 2] * moments[0]
        out.append(total / ends[k])
    return out
