"""`eigenlaw derive ntk`: the power series of the NTK at any depth, for any φ or for one."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from eigenlaw.commands import arguments, typeset
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.derivation import DECIMALS, Derivation, Formula, approximate, described, last_index
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.theory.deep_ntk import DeepNtk, Definition
    from eigenlaw.theory.ntk import Hyperparameters

_NAMED = {"gamma_w2": "γ_w²", "gamma_b2": "γ_b²", "sigma_w2": "σ_w²", "sigma_b2": "σ_b²"}


def build(phi: Activation | None, options: Options) -> Derivation:
    """Return the derivation of κ_{p,l}.

    Args:
        phi: the activation, or None for symbolic Hermite coefficients.
        options: ``layers``, ``order`` and the hyper-parameters, as typed.

    Raises:
        InputError: if something that was typed cannot be used, or the result is too large to read.
    """
    layers, order = arguments.layers(options), last_index(options, 3)
    return _shallow(phi, order, options) if layers == 2 else _deep(phi, order, layers, options)


def _shallow(phi: Activation | None, order: int, options: Options) -> Derivation:
    from eigenlaw.theory.ntk import derive_ntk

    decimals, h = _hyperparameters(phi, order, 2, options)
    found = derive_ntk(phi, order, h)
    sums = found.kernel is None and phi is not None
    return Derivation(
        "ntk",
        found.activation.name if found.activation else None,
        _title(phi and found.activation, 2),
        "series" if phi is None else "open" if sums else "closed form",
        () if found.kernel is None else (Formula("Theta", "Θ(ρ)", r"\Theta(\rho)", found.kernel),),
        (*_numbers(phi, h), *found.notes),
        ("the kernel Θ(ρ) has no known closed form; its coefficients are what follows",) if sums else (),
        values=_values(found.coefficients, decimals),
    )


def _deep(phi: Activation | None, order: int, layers: int, options: Options) -> Derivation:
    from eigenlaw.theory.deep_ntk import derive_deep_ntk

    unit = options.get("gamma_w2") is None and options.get("sigma_b2") is None
    decimals, h = _hyperparameters(phi, order, layers, options)
    found = derive_deep_ntk(phi, order, layers, h, unit=unit)
    laws = {_family(law.symbol) for law in found.sums}
    opened = phi is not None and not found.kernel and layers > 1
    long = phi is not None and not opened and any(value.free_symbols for value in found.coefficients)
    left = (
        ("the dual of φ has no known closed form: the μ_k, and the sums r_l_k over them, are left",) if opened else ()
    )
    if long:
        left = (
            "the κ_p in numbers alone, which would be too long to read: they are given by symbols, with their values",
        )
    return Derivation(
        "ntk",
        None if phi is None else phi.name,
        _title(found.activation, layers),
        "series" if phi is None else "open" if opened else "closed form",
        (*_formulas(found.sums), *_formulas(found.kernel)),
        (*_numbers(phi, h), *_steps(found)),
        left,
        symbols=_formulas(found.definitions),
        values=_values(found.coefficients, decimals),
        special=_values(found.centred, [], "_centred"),
        case=_case(found),
        instances=frozenset(d.symbol.name for d in found.definitions if _family(d.symbol) in laws),
    )


def _case(found: "DeepNtk") -> str:
    """Return what ``centred`` assumes."""
    if not found.centred:
        return ""
    scale = " and σ_w² = 1/E[φ(Z)²]" if found.unit else ""
    return f"Where μ_0 = σ_b² = 0, as for odd φ{scale}: every z_l is 0, r_l_k = σ_w² μ_k²"


def _family(symbol: Any) -> str:
    """Return r_l for r_l_k."""
    return str(symbol.name.rpartition("_")[0])


def _title(phi: Activation | None, layers: int) -> str:
    whose = "any φ with Hermite coefficients μ_k" if phi is None else f"φ = {described(phi)}"
    plural = "" if layers == 1 else "s"
    return f"NTK with {layers} weight layer{plural}, Θ(ρ) = Σ_p κ_p ρ^p, of {whose}"


def _steps(found: "DeepNtk") -> tuple[str, ...]:
    steps = [
        "Θ_l = Θ_{l−1} Σ̇_l + Σ_l (12), Σ_l = Σ_k r_l_k (Σ_{l−1}/q_{l−1} − z_{l−1})^k + σ_b², Σ̇_l its derivative "
        "with respect to Σ_{l−1}: composed as power series without constant term, each κ_p is a finite sum",
        "r_l_k = σ_w² R^(k)(z_{l−1})/k!, R(z) = E[φ(U)φ(V)] at correlation z and variance q_{l−1} = Σ_{l−1}(1); "
        "z_l = Σ_l(0)/q_l is the correlation of orthogonal inputs",
    ]
    if found.unit:
        steps.append("all q_l = 1 (Assumption 2: γ_w² + γ_b² = 1, σ_b² = 1 − σ_w² E[φ(Z)²])")
    elif found.activation is None or found.sums:
        steps.append("mu_l: Hermite coefficients of φ(√q_l x)")
    if found.activation is None and found.hyperparameters.gamma_b2 == 0:
        steps.append("γ_b² = 0, so that r_2_k = σ_w² μ_k²; --gamma-b2 gives others")
    return tuple(steps)


def _formulas(definitions: Iterable["Definition"]) -> tuple[Formula, ...]:
    found = []
    for definition in definitions:
        name = definition.symbol.name
        found.append(Formula(name, name, typeset.latex(definition.symbol), definition.expression))
    return tuple(found)


def _values(coefficients: Iterable[Any], decimals: list[str], suffix: str = "") -> tuple[Formula, ...]:
    return tuple(
        Formula(f"kappa_{p}{suffix}", f"κ_{p}", rf"\kappa_{{{p}}}", value, decimals[p] if decimals else None)
        for p, value in enumerate(coefficients)
    )


def _numbers(phi: Activation | None, h: "Hyperparameters") -> tuple[str, ...]:
    parts = (f"{text} = {typeset.line(getattr(h, name))}" for name, text in _NAMED.items())
    return () if phi is None else ("; ".join(parts),)


def _hyperparameters(
    phi: Activation | None, order: int, layers: int, options: Options
) -> tuple[list[str], "Hyperparameters"]:
    """Return κ_p in certified decimals, which also refuses what has no kernel, and the hyper-parameters."""
    if phi is None:
        return [], _symbolic_hyperparameters(options, deep=layers != 2)
    from eigenlaw.numerics.ntk import hyper_parameters, ntk_coefficients
    from eigenlaw.theory.ntk import hyperparameters

    given = arguments.hyper_parameters(options)
    variances = hyper_parameters(phi, **given, digits=DECIMALS + 2)
    balls = ntk_coefficients(phi, order, DECIMALS + 2, variances, layers).balls
    return [approximate(ball) for ball in balls], hyperparameters(phi, **given)


def _symbolic_hyperparameters(options: Options, *, deep: bool) -> "Hyperparameters":
    """Return symbols, and the numbers that were given; γ_w² = 1 − γ_b² follows once γ_b² is a number.

    From 3 layers on γ_b² is 0 and γ_w² is 1 − γ_b² unless they are given.
    """
    import sympy

    from eigenlaw.theory.laws import rational
    from eigenlaw.theory.ntk import Hyperparameters, symbolic_hyperparameters

    if options.get("sigma_w2") == "unit":
        raise InputError.of("sigma_w2", "unit", "expected a rational, for E[φ²] is unknown without an activation")
    given = {n: rational(arguments.rational(n, t)) for n in arguments.HYPER_PARAMETERS if (t := options.get(n))}
    if deep:
        given.setdefault("gamma_b2", sympy.Integer(0))
    if "gamma_b2" in given and "gamma_w2" not in given:
        given["gamma_w2"] = 1 - given["gamma_b2"]
        if given["gamma_w2"] < 0:
            raise InputError.of("gamma_b2", given["gamma_b2"], "expected a rational from 0 to 1, or give gamma_w2 too")
    symbols = symbolic_hyperparameters()
    h = Hyperparameters(*(sympy.sympify(given.get(n, getattr(symbols, n))) for n in symbols.__dataclass_fields__))
    if h.variance == 0:
        raise InputError.of("gamma_w2", h.gamma_w2, "expected gamma_w2 + gamma_b2 above 0")
    return h
