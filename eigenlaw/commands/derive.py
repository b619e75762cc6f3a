"""`eigenlaw derive`: laws in symbols, with what could not be done in closed form said as plainly as what could."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from eigenlaw.commands import arguments, derive_fisher, derive_hessian, derive_ntk
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.columns import patience
from eigenlaw.commands.derivation import (
    DECIMALS,
    Derivation,
    Formula,
    approximate,
    as_document,
    as_latex,
    as_python,
    as_text,
    described,
    last_index,
)
from eigenlaw.commands.output import check_choice, write_json
from eigenlaw.theory.activations import Activation, activation

_STYLES = {"text": as_text, "latex": as_latex, "python": as_python}


def run(what: str, spec: str | None, options: Options, style: str) -> None:
    """Derive a law and print it.

    Args:
        what: a key of ``_QUANTITIES``.
        spec: an activation, or None for symbolic coefficients.
        options: the options as typed, None where not given.
        style: ``text``, ``latex``, ``json`` or ``python``.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    check_choice("what", what, tuple(_QUANTITIES))
    check_choice("format", style, ("json", *_STYLES))
    derive, known = _QUANTITIES[what]
    given = arguments.only(f"derive {what}", options, known)
    phi = None if spec is None else activation(spec)
    with patience(f"deriving {what}"):
        found = derive(phi, given)
        shown = None if style == "json" else _STYLES[style](found)
    if shown is None:
        write_json(as_document(found), "-")
    else:
        sys.stdout.write(shown)


def _hermite(phi: Activation | None, options: Options) -> Derivation:
    from eigenlaw.theory.hermite import derive_hermite

    order = last_index(options, 6)
    if phi is None:
        return _any_hermite(order)
    decimals = _hermite_decimals(phi, order)
    found = derive_hermite(phi, order)
    law = () if found.law is None else (Formula("mu_k", "μ_k", r"\mu_k", found.law.expression),)
    values = tuple(Formula(f"mu_{k}", f"μ_{k}", rf"\mu_{{{k}}}", value, decimals[k]) for k, value in found.values)
    name = found.activation.name
    return Derivation(
        "hermite",
        name,
        f"Hermite coefficients μ_k = E[φ(Z) h_k(Z)] of φ = {described(found.activation)}",
        "open" if found.law is None else found.law.kind,
        law,
        found.done,
        found.left,
        (Formula("mu_k_integral", "μ_k", r"\mu_k", found.integral),),
        values,
    )


def _any_hermite(order: int) -> Derivation:
    """Return the definition of μ_k for an unnamed φ, with the Hermite polynomials written out."""
    import sympy

    from eigenlaw.theory.gaussian import normal_density
    from eigenlaw.theory.hermite_polynomials import hermite_polynomial, index_symbol
    from eigenlaw.theory.symbolic import x_symbol

    x, phi = x_symbol(), sympy.Function("phi")

    def integral(k: Any) -> Any:
        return sympy.Integral(phi(x) * hermite_polynomial(k, x) * normal_density(x), (x, -sympy.oo, sympy.oo))

    values = (Formula(f"mu_{k}", f"μ_{k}", rf"\mu_{{{k}}}", integral(k)) for k in range(order + 1))
    return Derivation(
        "hermite",
        None,
        "Hermite coefficients μ_k = E[φ(Z) h_k(Z)] of any square-integrable φ",
        "integral",
        (Formula("mu_k", "μ_k", r"\mu_k", integral(index_symbol())),),
        ("h_k(x) = He_k(x)/√(k!), E[h_j(Z) h_k(Z)] = δ_{jk}, Z ~ N(0, 1): normalised probabilists' polynomials",),
        values=tuple(values),
    )


def _hermite_decimals(phi: Activation, order: int) -> list[str]:
    """Return μ_0 … μ_order in certified decimals; this also refuses what is not shown to be square-integrable."""
    from eigenlaw.numerics.hermite import hermite_balls

    return [approximate(ball) for ball in hermite_balls(phi, order, DECIMALS + 2).balls]


def _dual(phi: Activation | None, options: Options) -> Derivation:
    from eigenlaw.theory.dual import derive_dual

    if phi is None:
        return _any_dual()
    _hermite_decimals(phi, 0)
    found = derive_dual(phi)
    laws = []
    if found.expression is not None:
        laws.append(Formula("dual", "E[φ(U)φ(V)]", r"\mathbb{E}[\phi(U)\phi(V)]", found.expression))
    if found.derivative is not None:
        laws.append(Formula("dual_derivative", "E[φ'(U)φ'(V)]", r"\mathbb{E}[\phi'(U)\phi'(V)]", found.derivative))
    title = f"Dual activation of φ = {described(found.activation)}; U, V ~ N(0, 1) with correlation ρ"
    if found.expression is None:
        series = replace(_any_dual().laws[0], name="dual_series")
        return Derivation("dual", phi.name, title, "open", (), (), (found.note,), (series,))
    left = () if found.derivative is not None else ("φ' is not shown to be square-integrable: it has no dual here",)
    return Derivation("dual", found.activation.name, title, "closed form", tuple(laws), (found.note,), left)


def _any_dual() -> Derivation:
    """Return the Hermite series of the dual and of its derivative, from the series of the kernel at γ_b = 0."""
    import sympy

    from eigenlaw.theory.dual import correlation_symbol
    from eigenlaw.theory.ntk import Hyperparameters, symbolic_alpha, symbolic_upsilon

    k, rho = sympy.Symbol("k", integer=True, nonnegative=True), correlation_symbol()
    plain = Hyperparameters(sympy.Integer(1), sympy.Integer(0), sympy.Integer(1), sympy.Integer(0))

    def series(coefficient: Any) -> Any:
        return sympy.Sum(coefficient * rho**k, (k, 0, sympy.oo))

    return Derivation(
        "dual",
        None,
        "Dual activation of any φ from its Hermite coefficients; U, V ~ N(0, 1) with correlation ρ",
        "series",
        (
            Formula("dual", "E[φ(U)φ(V)]", r"\mathbb{E}[\phi(U)\phi(V)]", series(symbolic_alpha(k, plain))),
            Formula(
                "dual_derivative", "E[φ'(U)φ'(V)]", r"\mathbb{E}[\phi'(U)\phi'(V)]", series(symbolic_upsilon(k, plain))
            ),
        ),
        ("E[h_j(U) h_k(V)] = ρ^k δ_{jk} (Lemma B.1); μ_k(φ') = √(k+1) μ_{k+1}(φ) (Lemma B.3)",),
    )


_QUANTITIES: dict[str, tuple[Callable[[Activation | None, Options], Derivation], tuple[str, ...]]] = {
    "hermite": (_hermite, ("order",)),
    "dual": (_dual, ()),
    "ntk": (derive_ntk.build, ("order", "layers", *arguments.HYPER_PARAMETERS)),
    "order-parameters": (derive_fisher.order_parameters, ("layers", "sigma_w2", "sigma_b2")),
    "fisher": (derive_fisher.fisher, ()),
    "hessian-rank": (derive_hessian.hessian_rank, arguments.HESSIAN),
}
