"""The quotient of two eigenvalues of rational matrices, as a number that compares exactly with rationals."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.verify.spectra import Matrix, compare_eigenvalues

ONE: Matrix = ((1,),)


@dataclass(frozen=True)
class EigenvalueRatio:
    """λ_k(A)/λ_j(B), the largest eigenvalues first, of symmetric rational matrices.

    As a bound of it, b stands for λ_k(A) ≤ b λ_j(B), so that λ_j(B) = 0 has a meaning too.

    Example:
        >>> EigenvalueRatio([[2, 1], [1, 2]], 2, [[0, 2], [2, 0]], 1) <= fmpq(1, 2), EigenvalueRatio([[2]], 1) > 2
        (True, False)
    """

    numerator: Matrix
    k: int
    denominator: Matrix = ONE
    j: int = 1
    exact = True

    def _at_most(self, bound: Any) -> bool:
        limit = fmpq(bound)
        scaled = [[limit * entry for entry in row] for row in self.denominator]
        index = self.j if limit >= 0 else len(scaled) + 1 - self.j
        return compare_eigenvalues(self.numerator, self.k, scaled, index) <= 0

    def __le__(self, bound: Any) -> bool:
        return self._at_most(bound)

    def __gt__(self, bound: Any) -> bool:
        return not self._at_most(bound)

    def __float__(self) -> float:
        above, below = (
            np.linalg.eigvalsh(np.array(matrix, dtype=np.float64))[-index]
            for matrix, index in ((self.numerator, self.k), (self.denominator, self.j))
        )
        return float(above / below) if below else float("inf") * float(np.sign(above))
