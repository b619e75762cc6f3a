"""How the eigenvalues depend on the depth on the critical line: Remark 1.

The order parameters are followed through the layers by closed forms of the Gaussian averages, in balls. Each network
is given by a variance q at which its map has slope 1, so that (σ_w², σ_b²) is on the critical line.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.theory import depth
from eigenlaw.verify.claim import Asymptotic, Budget, Claim, Envelope, Hypothesis, Instance, Rng
from eigenlaw.verify.formula import Formula, rational, symbols

DEPTHS = (16, 40, 100, 250, 640)
BITS = 3 * DEPTHS[-1] + 256
STRAIGHT = {"relu": ("1/2", "1/2"), "abs": ("0", "1"), "leaky_relu(1/10)": ("11/20", "9/20"), "linear": ("1", "0")}
"""p and r of φ(x) = p x + r |x|."""


class Straight:
    """φ(x) = p x + r |x|: E φφ and E φ'φ' of a pair of variance q and correlation c; σ_w² = 1/(p² + r²) is critical."""

    def __init__(self, name: str, sigma_b2: Fraction) -> None:
        p, r = (rational(Fraction(value)) ** 2 for value in STRAIGHT[name])
        self.odd, self.even = p, r
        self.sigma_w2, self.sigma_b2 = 1 / (p + r), rational(sigma_b2)

    def value(self, q: Any, c: Any) -> Any:
        """E φ(U)φ(V)."""
        if c == 1:
            return q * (self.odd + self.even)
        centre = c.mid()
        angle = 2 * ((1 - centre * centre).sqrt() + centre * centre.asin()) / arb.pi()
        angle += arb(0, c.rad())  # its derivative is between 0 and 1
        return q * (self.odd * c + self.even * angle)

    def slope(self, _q: Any, c: Any) -> Any:
        """E φ'(U)φ'(V)."""
        return self.odd + self.even * (1 if c == 1 else 2 * c.asin() / arb.pi())


class Sine:
    """φ = sin: σ_w² = e^q/cosh q is critical, σ_b² = q − tanh q."""

    def __init__(self, q: Fraction) -> None:
        at = arb(rational(q))
        self.sigma_w2, self.sigma_b2 = at.exp() / at.cosh(), at - at.tanh()

    def value(self, q: Any, c: Any) -> Any:
        """E φ(U)φ(V)."""
        return (-q).exp() * (q * c).sinh()

    def slope(self, q: Any, c: Any) -> Any:
        """E φ'(U)φ'(V)."""
        return (-q).exp() * (q * c).cosh()


class Cosine:
    """φ = cos: σ_w² = e^q/sinh q is critical, σ_b² = q − coth q."""

    def __init__(self, q: Fraction) -> None:
        at = arb(rational(q))
        self.sigma_w2, self.sigma_b2 = at.exp() / at.sinh(), at - at.coth()

    def value(self, q: Any, c: Any) -> Any:
        """E φ(U)φ(V)."""
        return (-q).exp() * (q * c).cosh()

    def slope(self, q: Any, c: Any) -> Any:
        """E φ'(U)φ'(V)."""
        return (-q).exp() * (q * c).sinh()


class ErrorFunction:
    """φ = erf: σ_w² = π√(1 + 4q)/4 is critical, σ_b² = q − √(1 + 4q) asin(2q/(1 + 2q))/2."""

    def __init__(self, q: Fraction) -> None:
        at = arb(rational(q))
        root = (1 + 4 * at).sqrt()
        self.sigma_w2, self.sigma_b2 = arb.pi() * root / 4, at - root * (2 * at / (1 + 2 * at)).asin() / 2

    def value(self, q: Any, c: Any) -> Any:
        """E φ(U)φ(V)."""
        return 2 * (2 * q * c / (1 + 2 * q)).asin() / arb.pi()

    def slope(self, q: Any, c: Any) -> Any:
        """E φ'(U)φ'(V)."""
        return 4 / (arb.pi() * ((1 + 2 * q) ** 2 - (2 * q * c) ** 2).sqrt())


SMOOTH: dict[str, Callable[[Fraction], Any]] = {"sin": Sine, "cos": Cosine, "erf": ErrorFunction}


@cache
def _layers(name: str, parameter: str, count: int) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """q̂_t and q̂_st of 0 … count − 1, and the slopes σ_w² E φ'φ' of one and of two inputs at 1 … count − 1."""
    with working(BITS):  # a layer may cost a few bits
        phi = _activation(name, parameter)
        own, overlap = [arb(1)], [arb(0)]
        slopes, joint = [], []
        for _ in range(1, count):
            q, q_st = (phi.sigma_w2 * value[-1] + phi.sigma_b2 for value in (own, overlap))
            c = q_st / q
            own.append(phi.value(q, arb(1)))
            overlap.append(phi.value(q, c))
            slopes.append(phi.sigma_w2 * phi.slope(q, arb(1)))
            joint.append(phi.sigma_w2 * phi.slope(q, c))
        return own, overlap, slopes, joint


def _activation(name: str, parameter: str) -> Any:
    given = Fraction(parameter)
    return Straight(name, given) if name in STRAIGHT else SMOOTH[name](given)


def kappas(instance: Instance, layers: int) -> tuple[Any, Any]:
    """Σ_l q̃^l q̂^{l−1} over the layers l = 1 … L, of one input and of two."""
    own, overlap, slopes, joint = _layers(instance["activation"], instance["parameter"], DEPTHS[-1])

    def total(forward: Sequence[Any], factors: Sequence[Any]) -> Any:
        backward, found = arb(1), arb(forward[layers - 1])
        for layer in range(layers - 1, 0, -1):
            backward = backward * factors[layer - 1]
            found += backward * forward[layer - 1]
        return found

    return total(own, slopes), total(overlap, joint)


def _largest(instance: Instance, depths: Sequence[int]) -> Sequence[Any]:
    """λ_max/M of Theorem 3.1 with all α_l = 1, over the limit of q̂_t."""
    samples, unit = instance["samples"], limit_of_variance(instance)
    found = [kappas(instance, count) for count in depths]
    return [((samples - 1) * overlap + own) / samples / unit for own, overlap in found]


def _means(instance: Instance, depths: Sequence[int]) -> Sequence[Any]:
    """M m/C of Theorem 3.1 with all α_l = 1, over the limit of q̂_t."""
    unit = limit_of_variance(instance)
    return [kappas(instance, count)[0] / (count - 1) / unit for count in depths]


def limit_of_variance(instance: Instance) -> Any:
    """The limit of q̂_t: that of the fixed point, 1 for a straight φ without bias; 1 where there is none."""
    if instance["activation"] in STRAIGHT:
        return fmpq(1)
    phi = _activation(instance["activation"], instance["parameter"])
    return (rational(Fraction(instance["parameter"])) - phi.sigma_b2) / phi.sigma_w2


BOUNDED = (
    *(("relu", "0"), ("abs", "0"), ("leaky_relu(1/10)", "0")),
    *(("sin", "1"), ("sin", "3/2"), ("cos", "3/2"), ("cos", "2"), ("erf", "1"), ("erf", "1/2")),
)
"""Activation, and σ_b² of a straight one or the fixed point q of another."""

GROWING = (("relu", "1/10"), ("linear", "1/10"), ("abs", "1/2"))
"""Critical too, σ_w² E φ'² = 1, but with a variance that grows by σ_b² from layer to layer."""


def _cases(networks: Sequence[tuple[str, str]]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        return [
            {"activation": name, "parameter": parameter, "samples": samples, "outputs": 2}
            for samples in (1, 2, 100)
            for name, parameter in networks
        ]

    return instances


def is_bounded(instance: Instance) -> bool:
    """Tell whether the variances stay bounded."""
    return instance["activation"] in SMOOTH or instance["parameter"] == "0"


def _power(instance: Instance) -> int:
    return 1 if instance["activation"] in SMOOTH else 2


def _parameters(instance: Instance) -> Mapping[str, Fraction]:
    """T, the limit q of q̂_t, over which the terms are taken, and the power r of 1 − c."""
    return {
        "T": Fraction(instance["samples"]),
        "q": Fraction(1),
        "C": Fraction(1),
        "r": Fraction(1 if instance["activation"] in SMOOTH else 2),
    }


def _largest_envelope(instance: Instance) -> Envelope:
    """L times its share of the largest term; where q̂_t grows, q̃_st^l q̂_st^{l−1} has the power 5/2 of l, or 1."""
    if is_bounded(instance):
        return Envelope(Formula(depth.critical_lambda_max, derived=True), "~")
    return Envelope(Formula(lambda: _growth(instance), derived=True), "~")


def _growth(instance: Instance) -> Any:
    import sympy

    layers, samples = symbols("L T")
    power = sympy.Rational(1) if instance["activation"] == "linear" else sympy.Rational(5, 2)
    share = 1 / (2 * samples) + (samples - 1) / (samples * (power + 1))
    return layers**2 * share * _slope(instance)


def _slope(instance: Instance) -> Any:
    """By how much q̂_t grows from layer to layer: σ_b²/σ_w²."""
    import sympy

    found = _activation(instance["activation"], instance["parameter"])
    ratio = found.sigma_b2 / found.sigma_w2
    return sympy.Rational(int(ratio.p), int(ratio.q))


def _mean_envelope(instance: Instance) -> Envelope:
    if is_bounded(instance):
        return Envelope(Formula(depth.critical_mean, derived=True), "~")
    return Envelope(Formula(lambda: symbols("L")[0] * _slope(instance) / 2, derived=True), "~")


def _along(networks: Sequence[tuple[str, str]], term: Any, envelope: Any, kind: Any = "Theta") -> Asymptotic:
    return Asymptotic(kind, "L", _cases(networks), _parameters, lambda _: DEPTHS, term, envelope)


def _linear() -> Any:
    return symbols("L")[0]


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


FINITE = Hypothesis(r"\hat q_t^l\text{ bounded}", is_bounded)
_CRITICAL = "σ_w² E φ'² = 1 at the variance of the deep layers; all α_l = 1, over the limit of q̂_t where it has one."
_GROWS = " With a bias the variances of relu, abs and linear networks grow on this line, though q̃ and q̃_st do not."
_SOURCE = "Remark 1, on the critical line"
_LAMBDA = r"\lambda_{\max}/M"
_MEAN = r"M m_\lambda/C"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:remark-1.1",
        "printed",
        _SOURCE,
        _LAMBDA,
        Formula(_linear),
        _along(BOUNDED + GROWING, _largest, _largest_envelope),
        note=_CRITICAL + _GROWS,
    ),
    Claim(
        "karakida:remark-1.1",
        "corrected",
        _SOURCE + ", bounded variances",
        _LAMBDA,
        Formula(_linear),
        _along(BOUNDED, _largest, _largest_envelope),
        (FINITE,),
        note=_CRITICAL,
    ),
    Claim(
        "karakida:remark-1.1",
        "sharp",
        _SOURCE + ", bounded variances: the slope",
        _LAMBDA,
        Formula(depth.critical_lambda_max, derived=True),
        _along(BOUNDED, _largest, _largest_envelope, "~"),
        (FINITE,),
        note="For T → ∞ a third of L q̂ for a smooth φ (r = 1), a quarter for a kinked one (r = 2).",
    ),
    Claim(
        "karakida:remark-1.2",
        "printed",
        _SOURCE + ": the means stay",
        _MEAN,
        Formula(_one),
        _along(BOUNDED + GROWING, _means, _mean_envelope),
        note=_CRITICAL + _GROWS,
    ),
    Claim(
        "karakida:remark-1.2",
        "corrected",
        _SOURCE + ", bounded variances: the means have a limit",
        _MEAN,
        Formula(depth.critical_mean, derived=True),
        _along(BOUNDED, _means, _mean_envelope, "~"),
        (FINITE,),
        note="They change while L is small: by a factor L/(L − 1) for relu at (2, 0).",
    ),
)
