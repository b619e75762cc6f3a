"""Number variances: the defining integral, traces of the sine kernel, and windows in circular ensembles."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from scipy.integrate import quad
from scipy.special import sici

from eigenlaw.numerics.law import law_values
from eigenlaw.numerics.number_variance import (
    GOENumberVariance,
    GUENumberVariance,
    asymptotic_variance,
    variance,
    variance_slope,
)
from eigenlaw.numerics.placed_windows import both_sides, cubic_slope, placed_variance, start_moments
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.sine_kernel import powers
from eigenlaw.theory.errors import InputError


def cluster(beta: int, r: float) -> float:
    """Y₂ from its definition, with s' and ∫_r^∞ s in float64."""
    s = np.sinc(r)
    slope = (np.cos(np.pi * r) - s) / r if r > 1e-4 else -(np.pi**2) * r / 3
    return float(s * s + (beta == 1) * slope * (0.5 - sici(np.pi * r)[0] / np.pi))


@pytest.mark.parametrize("beta", [1, 2])
@pytest.mark.parametrize("length", [0.2, 1.0, 6.5])
def test_the_defining_integral(beta: int, length: float) -> None:
    found = length - 2 * quad(lambda r: (length - r) * cluster(beta, r), 0, length, limit=200)[0]
    slope = 1 - 2 * quad(lambda r: cluster(beta, r), 0, length, limit=200)[0]
    assert float(variance(beta, arb(length)).mid()) == pytest.approx(found, rel=1e-11)
    assert float(variance_slope(beta, arb(length)).mid()) == pytest.approx(slope, abs=1e-11)


@pytest.mark.parametrize("law", [GOENumberVariance(), GUENumberVariance()], ids=lambda law: law.name)
def test_fifty_digits_at_every_scale(law: GOENumberVariance) -> None:
    points = [Fraction(1, 10**25), Fraction(1, 3), Fraction(10), Fraction(10**8)]
    found = law_values(law, "value", points, 50)
    assert found.reached and found.certified
    assert law_values(law, "value", [Fraction(0)], 50).balls == [0]
    with pytest.raises(InputError, match="at=-1"):
        law_values(law, "value", [Fraction(-1)], 10)
    with working(200):
        assert abs(found.balls[0] * arb(10) ** 25 - 1) < 1e-20
    assert abs(found.balls[3] - asymptotic_variance(law.beta, arb(10) ** 8)) < 1e-9


def test_variances_are_traces_of_the_sine_kernel() -> None:
    """GUE: tr K − tr K². GOE: ⌈N/2⌉ and ⌊N/2⌋ are sums of independent Bernoulli numbers."""
    with working(120):
        for length in (arb(1) / 3, arb(4)):
            (even, _), (odd, _) = powers(length, 1), powers(length, -1)
            assert abs(even[0] + odd[0] - even[1] - odd[1] - variance(2, length)) < arb(2) ** -90
            squares = sum((t[0] - t[1] + t[0] ** 2 for t in (even, odd)), arb(0))
            assert abs(2 * squares - (even[0] - odd[0]) - length**2 - variance(1, length)) < arb(2) ** -90


@pytest.mark.parametrize("beta", [1, 2])
def test_three_levels_agree_with_the_third_moment(beta: int) -> None:
    """The pairs on the two sides of an eigenvalue, ∫∫R₃, are also what two start windows leave of one of double length.

    d/dL E C(N, 3) = E_start C(N, 2) on one hand; on the other, E C(N, 3) of [0, L] counts triples by their middle one,
    ∫_0^L dx ∫_0^x du ∫_0^{L−x} dv R₃: its second derivative is ∫_0^L R₃(u, L − u) du. Integrated over squares, the part
    u ≤ h, v ≤ h of u + v ≤ 2h is what both_sides is: compared through ∂²/∂h² of both at small steps.
    """
    with working(200):
        h, step = arb(1), arb(2) ** -24

        def pairs(length: arb) -> arb:
            first, second = start_moments(beta, length)
            return (second - first) / 2

        triples = (pairs(h + step) - pairs(h - step)) / (2 * step)
        nodes, weights = np.polynomial.legendre.leggauss(12)
        edge = arb(0)
        for node, weight in zip(nodes, weights, strict=True):
            u = (1 + arb(float(node))) / 2
            edge += arb(float(weight)) / 2 * corner(beta, u, h - u)
        assert abs(edge - triples) < 1e-10


def corner(beta: int, u: arb, v: arb) -> arb:
    """R₃(−u, 0, v) from determinants and quaternion determinants written out, not from the blocks in use."""
    points = [float(-u), 0.0, float(v)]
    matrix = np.zeros((3, 3) if beta == 2 else (6, 6))
    for i, x in enumerate(points):
        for j, y in enumerate(points):
            r = x - y
            s = np.sinc(r)
            if beta == 2:
                matrix[i, j] = s
                continue
            slope = 0.0 if r == 0 else (np.cos(np.pi * r) - s) / r
            jump = sici(np.pi * r)[0] / np.pi - np.sign(r) / 2
            # antisymmetric form of the quaternion matrix: its Pfaffian is the correlation
            matrix[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = [[-slope, s], [-s, jump]]
    if beta == 2:
        return arb(float(np.linalg.det(matrix)))
    return arb(float(np.sqrt(max(np.linalg.det(matrix), 0.0))))


def circular_phases(beta: int, size: int, rng: np.random.Generator) -> np.ndarray:
    z = rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
    q, r = np.linalg.qr(z)
    unitary = q * (np.diag(r) / np.abs(np.diag(r)))
    matrix = unitary.T @ unitary if beta == 1 else unitary
    return np.sort(np.angle(np.linalg.eigvals(matrix))) * size / (2 * np.pi) + size / 2


@pytest.mark.parametrize("beta", [1, 2])
def test_windows_in_circular_ensembles(beta: int) -> None:
    """Windows of length 2 at eigenvalues, and anywhere, in 300 matrices of size 64, judged by their spread."""
    rng, length, size = np.random.default_rng(4), 2.0, 64
    found: dict[str, list[float]] = {"start": [], "centre": [], "anywhere": []}
    for _ in range(300):
        phases = circular_phases(beta, size, rng)
        around = np.concatenate([phases - size, phases, phases + size])

        def counts(left: np.ndarray, levels: np.ndarray = around) -> np.ndarray:
            return np.searchsorted(levels, left + length, "right") - np.searchsorted(levels, left, "left")

        nudge = 1e-9
        found["start"].append(float(np.mean((counts(phases - nudge) - length) ** 2)))
        found["centre"].append(float(np.mean((counts(phases - length / 2) - length) ** 2)))
        found["anywhere"].append(float(np.mean((counts(rng.uniform(0, size, 400)) - length) ** 2)))
    expected = {place: float(placed_variance(beta, arb(length), place, True).mid()) for place in ("start", "centre")}
    expected["anywhere"] = float(variance(beta, arb(length)).mid())
    for place, values in found.items():
        error = float(np.std(values)) / np.sqrt(len(values))
        assert error < 0.02 * expected[place]
        assert abs(np.mean(values) - expected[place]) < 5 * error + 3 / size**2
    assert min(abs(expected["start"] - expected["anywhere"]), abs(expected["start"] - expected["centre"])) > 0.1


def test_limits_of_placed_windows() -> None:
    """Short windows hold their own eigenvalue only; long start windows add 1/6 to the variance."""
    with working(80):
        for beta in (1, 2):
            for place in ("start", "centre"):
                assert placed_variance(beta, arb(0), place, True) == 1
                assert abs(placed_variance(beta, arb(10) ** -6, place, True) - (1 - arb(10) ** -6) ** 2) < 1e-9
                assert abs(placed_variance(beta, arb(10) ** -6, place, False)) < 1e-11
            gain = placed_variance(beta, arb(40), "start", True) - variance(beta, arb(40))
            assert abs(gain - arb(1) / 6) < 0.01
            assert cubic_slope(beta, arb(1)).rel_accuracy_bits() > 60 and both_sides(beta, arb(1)) > 0


def test_refusals() -> None:
    for beta, length, place in ((3, 1, "start"), (1, -1, "start"), (1, 300, "centre")):
        with pytest.raises(InputError):
            placed_variance(beta, length, "start" if place == "start" else "centre", True)
