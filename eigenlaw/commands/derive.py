"""`eigenlaw derive`: laws in symbols, with what could not be done in closed form said as plainly as what could."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eigenlaw.commands import arguments, typeset
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.columns import patience
from eigenlaw.commands.derivation import Derivation, Formula, as_document, as_latex, as_python, as_text
from eigenlaw.commands.output import check_choice, write_json
from eigenlaw.theory.activations import Activation, activation

if TYPE_CHECKING:
    from eigenlaw.theory.ntk import Hyperparameters

_STYLES = {"text": as_text, "latex": as_latex, "python": as_python}
_LONGEST = 1000
_DECIMALS = 12


def run(what: str, spec: str | None, options: Options, style: str) -> None:
    """Derive a law and print it.

    Args:
        what: ``hermite``, ``dual`` or ``ntk``.
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


def _order(options: Options, default: int) -> int:
    text = options.get("order")
    return default if text is None else arguments.integer("order", text, most=_LONGEST)


def _hermite(phi: Activation | None, options: Options) -> Derivation:
    from eigenlaw.theory.hermite import derive_hermite

    order = _order(options, 6)
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
        f"Hermite coefficients μ_k = E[φ(Z) h_k(Z)] of φ = {_described(found.activation)}",
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

    return [_shown(ball) for ball in hermite_balls(phi, order, _DECIMALS + 2).balls]


def _shown(ball: Any) -> str:
    """Return a ball's midpoint to the shown digits; 0 only where zero is proved."""
    return "0" if ball.is_zero() else str(ball.str(_DECIMALS, radius=False))


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
    title = f"Dual activation of φ = {_described(found.activation)}; U, V ~ N(0, 1) with correlation ρ"
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


def _ntk(phi: Activation | None, options: Options) -> Derivation:
    from eigenlaw.theory.ntk import derive_ntk, hyperparameters

    arguments.check_layers(options.get("layers"))
    order = _order(options, 3)
    decimals: list[str] = []
    if phi is None:
        h = _symbolic_hyperparameters(options)
    else:
        decimals = _ntk_decimals(phi, order, options)
        h = hyperparameters(phi, **arguments.hyper_parameters(options))
    found = derive_ntk(phi, order, h)
    laws = () if found.kernel is None else (Formula("Theta", "Θ(ρ)", r"\Theta(\rho)", found.kernel),)
    values = tuple(
        Formula(f"kappa_{p}", f"κ_{p}", rf"\kappa_{{{p}}}", value, decimals[p] if decimals else None)
        for p, value in enumerate(found.coefficients)
    )
    named = (("gamma_w2", "γ_w²"), ("gamma_b2", "γ_b²"), ("sigma_w2", "σ_w²"), ("sigma_b2", "σ_b²"))
    parts = (f"{text} = {typeset.line(getattr(found.hyperparameters, name))}" for name, text in named)
    whose = "any φ with Hermite coefficients μ_k" if phi is None else f"φ = {_described(found.activation)}"
    sums = found.kernel is None and phi is not None
    return Derivation(
        "ntk",
        None if phi is None else found.activation.name if found.activation else phi.name,
        f"NTK with 2 weight layers, Θ(ρ) = Σ_p κ_p ρ^p, of {whose}",
        "series" if phi is None else "open" if sums else "closed form",
        laws,
        (*(() if phi is None else ("; ".join(parts),)), *found.notes),
        ("the kernel Θ(ρ) has no known closed form; its coefficients are what follows",) if sums else (),
        values=values,
    )


def _symbolic_hyperparameters(options: Options) -> "Hyperparameters":
    """Return symbols, and the numbers that were given; γ_w² = 1 − γ_b² follows once γ_b² is a number."""
    import sympy

    from eigenlaw.theory.errors import InputError
    from eigenlaw.theory.laws import rational
    from eigenlaw.theory.ntk import Hyperparameters, symbolic_hyperparameters

    if options.get("sigma_w2") == "unit":
        raise InputError.of("sigma_w2", "unit", "expected a rational, for E[φ²] is unknown without an activation")
    given = {n: rational(arguments.rational(n, t)) for n in arguments.HYPER_PARAMETERS if (t := options.get(n))}
    if "gamma_b2" in given and "gamma_w2" not in given:
        given["gamma_w2"] = 1 - given["gamma_b2"]
        if given["gamma_w2"] < 0:
            raise InputError.of("gamma_b2", given["gamma_b2"], "expected a rational from 0 to 1, or give gamma_w2 too")
    symbols = symbolic_hyperparameters()
    h = Hyperparameters(*(sympy.sympify(given.get(n, getattr(symbols, n))) for n in symbols.__dataclass_fields__))
    if h.variance == 0:
        raise InputError.of("gamma_w2", h.gamma_w2, "expected gamma_w2 + gamma_b2 above 0")
    return h


def _ntk_decimals(phi: Activation, order: int, options: Options) -> list[str]:
    """Return κ_0 … κ_order in certified decimals; this also refuses what has no kernel."""
    from eigenlaw.numerics.ntk import hyper_parameters, shallow_coefficients

    variances = hyper_parameters(phi, **arguments.hyper_parameters(options), digits=_DECIMALS + 2)
    return [_shown(ball) for ball in shallow_coefficients(phi, order, _DECIMALS + 2, variances).balls]


_QUANTITIES: dict[str, tuple[Callable[[Activation | None, Options], Derivation], tuple[str, ...]]] = {
    "hermite": (_hermite, ("order",)),
    "dual": (_dual, ()),
    "ntk": (_ntk, ("order", "layers", *arguments.HYPER_PARAMETERS)),
}


def _described(phi: Activation | None) -> str:
    """Return the name of φ with what it means; the letters of a convention stand for the parameters in the name."""
    if phi is None:
        return "φ"
    if phi.family == "expression":
        return phi.name
    return f"{phi.name}, {'in the convention ' if phi.parameters else ''}{phi.convention}"
