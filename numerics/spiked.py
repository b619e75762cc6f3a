"""Spiked models: where a spike leaves the bulk, where its outlier lies, and what its vectors keep of the spike."""

from fractions import Fraction
from typing import Any, Literal

from flint import arb, fmpq

from eigenlaw.numerics.law import Quantity
from eigenlaw.theory.errors import InputError

Model = Literal["information-plus-noise", "covariance"]
Side = Literal["left", "right"]


class Spiked(Quantity):
    r"""One spike in noise of ratio C = m/n, in the limit of large n.

    * ``information-plus-noise``: θuvᵀ + W/√n, W n × m with entries of variance 1, ‖u‖ = ‖v‖ = 1. For θ > C^{1/4} a
      singular value leaves the bulk for $\sqrt{(1+\theta^2)(C+\theta^2)}/\theta$; else it stays at 1 + √C.
    * ``covariance``: the Gram WᵀW/n of rows with covariance I + (ℓ − 1)vvᵀ. For |ℓ − 1| > √C an eigenvalue leaves for
      ℓ + Cℓ/(ℓ − 1), below the bulk when ℓ < 1 − √C, which is for C < 1 only; otherwise the extreme one stays at
      (1 ± √C)², the lower sign for ℓ < 1, where C ≤ 1.

    ``value`` is the place of that singular value, or eigenvalue, as a function of the spike.

    Args:
        ratio: C > 0, exact.
        model: the model.

    Raises:
        InputError: the ratio is not positive, or there is no such model.

    Source: Baik & Silverstein, J. Multivariate Anal. 97 (2006); Paul, Statist. Sinica 17 (2007); Benaych-Georges &
    Nadakuditi, J. Multivariate Anal. 111 (2012).

    Example:
        >>> model = Spiked(Fraction(1, 16))
        >>> float(model.threshold()), float(model.value(fmpq(1, 2))), float(model.overlap(fmpq(1), "left"))
        (0.5, 1.25, 0.46875)
    """

    name = "spiked"

    def __init__(self, ratio: Fraction, model: Model = "information-plus-noise") -> None:
        if ratio <= 0:
            raise InputError.of("ratio", ratio, "expected a positive ratio m/n")
        if model not in ("information-plus-noise", "covariance"):
            raise InputError.of("model", model, "expected information-plus-noise or covariance")
        self.ratio, self.model = Fraction(ratio), model
        self._c = fmpq(self.ratio.numerator, self.ratio.denominator)

    def threshold(self) -> Any:
        """Return the least spike above which the bulk is left: C^{1/4}, or 1 + √C."""
        root = arb(self._c).sqrt()
        return root.sqrt() if self.model == "information-plus-noise" else 1 + root

    def leaves(self, spike: Any) -> bool:
        """Tell whether an exact spike leaves the bulk, strictly; decided exactly.

        Raises:
            InputError: the spike is negative, or not positive for a covariance.
        """
        if self.model == "information-plus-noise":
            if spike < 0:
                raise InputError.of("at", spike, "expected a singular value of the signal, at least 0")
            return bool(spike**4 > self._c)
        if spike <= 0:
            raise InputError.of("at", spike, "expected an eigenvalue of a covariance, above 0")
        return bool((spike - 1) ** 2 > self._c)

    def value(self, x: Any) -> Any:
        """Return the place of the outlier of an exact spike, or the edge of the bulk where there is none.

        Raises:
            InputError: the spike is negative, or not positive for a covariance.
        """
        leaves, c, root = self.leaves(x), self._c, arb(self._c).sqrt()
        if self.model == "information-plus-noise":
            return (arb((1 + x * x) * (c + x * x))).sqrt() / x if leaves else 1 + root
        if leaves:
            return arb(x + c * x / (x - 1))
        return (arb(1 - c) / (1 + root)) ** 2 if x < 1 and c <= 1 else (1 + root) ** 2

    def overlap(self, spike: Any, side: Side = "right") -> Any:
        """Return the limit of ⟨v̂, v⟩² ("right", of length m) or ⟨û, u⟩² ("left", of length n); zero without outlier.

        Raises:
            InputError: the spike is out of range, or the side is left for a covariance.
        """
        if side not in ("left", "right") or (side == "left" and self.model == "covariance"):
            raise InputError.of("side", side, "expected left or right, and right for a covariance")
        if not self.leaves(spike):
            return arb(0)
        c, square = self._c, spike * spike
        if self.model == "covariance":
            return arb((1 - c / (spike - 1) ** 2) / (1 + c / (spike - 1)))
        kept = square * square - c
        return arb(kept / (square * (square + c)) if side == "right" else kept / (square * (square + 1)))

    def spike_of(self, place: Any) -> Any:
        """Return the spike above the threshold whose outlier lies at an exact place above the bulk.

        Raises:
            InputError: the place does not lie above the bulk.
        """
        square = place * place if self.model == "information-plus-noise" else place
        off = square - 1 - self._c
        if off <= 0 or off * off <= 4 * self._c:
            raise InputError.of("place", place, "expected a place above the upper edge of the bulk")
        wide = (off + arb(off * off - 4 * self._c).sqrt()) / 2
        return wide.sqrt() if self.model == "information-plus-noise" else 1 + wide
