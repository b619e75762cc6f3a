"""Normalised probabilists' Hermite polynomials h_k = He_k/√(k!): values, recurrences, value at zero.

Convention (Murray et al. 2023, section 2.1): He_k(x) = (−1)^k e^{x²/2} d^k/dx^k e^{−x²/2}, E[h_j(Z) h_k(Z)] = δ_{jk}
for Z ~ N(0, 1).
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from eigenlaw.theory.errors import InputError


@cache
def index_symbol() -> Any:
    """Return the symbol k, an integer of at least 0, in which every Hermite law is written."""
    import sympy

    return sympy.Symbol("k", integer=True, nonnegative=True)


def check_index(name: str, value: object) -> int:
    """Return an index that is an integer of at least 0.

    Raises:
        InputError: if it is not one.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError.of(name, value, "expected an integer of at least 0")
    return value


def hermite_polynomial(k: Any, x: Any) -> Any:
    r"""Return h_k(x) = He_k(x)/√(k!), expanded for a concrete k, as SymPy's ``hermite_prob`` for a symbolic one.

    $$ h_k(x) = \frac{1}{\sqrt{k!}} \sum_{m=0}^{\lfloor k/2 \rfloor} \frac{(-1)^m k!}{2^m m! (k-2m)!} x^{k-2m} $$

    Source: Murray et al. 2023, section 2.1 and appendix A.4.

    Raises:
        InputError: if a concrete k is negative.

    Example:
        >>> import sympy
        >>> hermite_polynomial(3, sympy.Symbol("x"))
        sqrt(6)*(x**3 - 3*x)/6
    """
    import sympy

    if not isinstance(k, int):
        return sympy.hermite_prob(k, x) / sympy.sqrt(sympy.factorial(k))
    return unnormalised(check_index("k", k), x) / sympy.sqrt(sympy.factorial(k))


@cache
def unnormalised(k: int, x: Any) -> Any:
    """Return He_k(x), expanded; He_k = 0 for k < 0."""
    import sympy

    if k < 0:
        return sympy.Integer(0)
    factorial = sympy.factorial
    terms = [
        (-1) ** m * factorial(k) / (2**m * factorial(m) * factorial(k - 2 * m)) * x ** (k - 2 * m)
        for m in range(k // 2 + 1)
    ]
    return sympy.Add(*terms)


def hermite_at_zero(k: Any) -> Any:
    r"""Return h_k(0) for a symbolic or concrete k ≥ 0.

    $$ h_k(0) = (-1)^{k/2} (k-1)!! / \sqrt{k!} \text{ for even } k, \quad 0 \text{ for odd } k, \quad (-1)!! = 1 $$

    Source: Murray et al. 2023, (26).

    Example:
        >>> [hermite_at_zero(k) for k in range(5)]
        [1, 0, -sqrt(2)/2, 0, sqrt(6)/4]
    """
    import sympy

    k = sympy.sympify(k)
    even = (-1) ** (k / 2) * sympy.factorial2(k - 1) / sympy.sqrt(sympy.factorial(k))
    return sympy.Piecewise((even, sympy.Eq(sympy.Mod(k, 2), 0)), (0, True))


@dataclass(frozen=True)
class HermiteRecurrences:
    """The identities (24)–(26) of Murray et al. for symbolic k ≥ 1, as SymPy equations that are left unevaluated.

    Attributes:
        k: the index.
        x: the variable.
        derivative: (24) h_k'(x) = √k h_{k−1}(x).
        three_term: (25) x h_k(x) = √(k+1) h_{k+1}(x) + √k h_{k−1}(x).
        at_zero: (26) h_k(0) in closed form.
    """

    k: Any
    x: Any
    derivative: Any
    three_term: Any
    at_zero: Any

    def at(self, n: int) -> tuple[Any, Any, Any]:
        """Return lhs − rhs of the three identities at k = n ≥ 1, expanded: all are 0 exactly if they hold.

        Raises:
            InputError: if n < 1.

        Example:
            >>> hermite_recurrences().at(7)
            (0, 0, 0)
        """
        import sympy

        if n < 1:
            raise InputError.of("n", n, "expected an integer of at least 1")
        differences = (identity.lhs - identity.rhs for identity in (self.derivative, self.three_term, self.at_zero))
        first, second, third = (sympy.expand(d.subs(self.k, n).doit()) for d in differences)
        return first, second, third


def hermite_recurrences() -> HermiteRecurrences:
    """Return the identities (24)–(26) as SymPy equations in k and x."""
    import sympy

    from eigenlaw.theory.symbolic import x_symbol

    k, x = sympy.Symbol("k", integer=True, positive=True), x_symbol()

    def h(index: Any, at: Any = x) -> Any:
        return hermite_polynomial(index, at)

    root = sympy.sqrt
    # SymPy knows He_k(0) as a gamma function; the left side of (26) keeps the definition as a substitution.
    at_zero = sympy.Subs(h(k), x, 0)
    return HermiteRecurrences(
        k,
        x,
        sympy.Eq(sympy.Derivative(h(k), x), root(k) * h(k - 1), evaluate=False),
        sympy.Eq(x * h(k), root(k + 1) * h(k + 1) + root(k) * h(k - 1), evaluate=False),
        sympy.Eq(at_zero, hermite_at_zero(k), evaluate=False),
    )
