"""Up to which even and which odd power the power series of a kernel goes, where that is finite and proved.

κ_{p,2} = σ_w² (p+1) μ_p² + δ_{p0} σ_b² for γ_b = 0, so a polynomial even or odd part of φ is felt: gelu is x/2 plus an
even function, and κ_p = 0 for odd p ≥ 3. A parity of φ itself holds at every depth, for odd φ if σ_b = 0.
"""

from dataclasses import dataclass

from eigenlaw.numerics.dual import polynomial_of
from eigenlaw.numerics.layers import LayeredKernel
from eigenlaw.numerics.symmetry import parity_parts
from eigenlaw.theory.structure import polynomial

_LONGEST = 1 << 14


@dataclass(frozen=True)
class Degrees:
    """Bounds of the p with κ_p ≠ 0.

    Attributes:
        even: of the even p; None where there is none.
        odd: of the odd p; −1 where all vanish.
    """

    even: int | None
    odd: int | None

    def vanishes(self, p: int) -> bool:
        """Tell whether κ_q = 0 is proved for every q = p, p+2, p+4 and so on.

        Example:
            >>> Degrees(None, 1).vanishes(3), Degrees(None, 1).vanishes(1)
            (True, False)
        """
        bound = self.odd if p % 2 else self.even
        return bound is not None and p > bound


def kernel_degrees(kernel: LayeredKernel) -> Degrees:
    """Return the bounds for a kernel.

    Example:
        >>> from eigenlaw.numerics.layers import layered_kernel
        >>> from eigenlaw.numerics.variances import hyper_parameters
        >>> from eigenlaw.theory.activations import activation
        >>> gelu = activation("gelu")
        >>> kernel_degrees(layered_kernel(gelu, hyper_parameters(gelu, digits=15)))
        Degrees(even=None, odd=1)
    """
    variances, phi = kernel.variances, kernel.activation
    if kernel.layers == 1:
        return Degrees(0, 1)
    if not variances.gamma_w2 or variances.sigma_w2 == 0:
        return Degrees(0, -1)
    even = odd = _degree(kernel)
    if variances.gamma_b2:
        return Degrees(even, odd)
    if phi.parity == "even":
        return Degrees(even, -1)
    if phi.parity == "odd" and (kernel.layers == 2 or variances.sigma_b2 == 0):
        return Degrees(0, odd)
    parts = parity_parts(phi.tree) if kernel.layers == 2 else None
    if parts is not None and even is None:
        even, odd = (None if (found := polynomial(part)) is None else len(found) - 1 for part in parts)
    return Degrees(even, odd)


def _degree(kernel: LayeredKernel) -> int | None:
    """Return the degree of Θ as a polynomial in ρ if it is known to be one of moderate degree."""
    found = polynomial_of(kernel.activation)
    if found is None:
        return None
    degree = max((n for n, c in enumerate(found[0]) if c), default=0)
    total = 1
    for _ in range(kernel.layers - 1):
        total *= degree
        if total > _LONGEST:
            return None
    return total
