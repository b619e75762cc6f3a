"""`eigenlaw table decay`: the leading terms of μ_p and κ_{p,l}, with their constants."""

from typing import TYPE_CHECKING, Any

from eigenlaw.commands import arguments, typeset
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.table import Cell, Table
from eigenlaw.commands.table_ntk import latex_number
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.theory.decay_deep import DeepLeadingTerm

SHOWN = ("relu", "leaky_relu", "erf", "gaussian", "gelu", "tanh", "sigmoid", "softplus", "silu")
_DEEP = ("relu", "leaky_relu", "erf", "gaussian", "gelu")
_DIGITS = 8


def build(options: Options) -> Table:
    """Return the table: with symbols for 2 layers, in decimals for more, where the constants are long.

    Args:
        options: the options as typed, None where not given.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    layers, chosen = arguments.layers(options), options.get("activation")
    if layers == 2:
        for name in ("digits", "gamma_b2", "sigma_w2"):
            if options.get(name) is not None:
                raise InputError.of(name, options[name], "expected with --layers 3 or more: 2 layers are in symbols")
        table = _shallow((chosen,) if chosen else SHOWN)
    else:
        table = _deep((chosen,) if chosen else _DEEP, layers, options)
    if not table.rows:
        raise InputError.of("activation", chosen, "its decay is not known; expected one of " + ", ".join(SHOWN))
    return table


def _shallow(names: tuple[str, ...]) -> Table:
    from eigenlaw.theory.decay import leading_term

    rows = []
    for name in names:
        terms = leading_term(name, "hermite"), leading_term(name, "kappa"), leading_term(name, "kappa", bias=True)
        if None not in terms:
            parity = terms[0].parity if terms[0] else ""
            laws = (Cell(typeset.line(t.expression), f"${typeset.latex(t.expression)}$") for t in terms if t)
            rows.append((_word(activation(name).name), Cell(str(parity), str(parity)), *laws))
    heads = (
        _word("activation"),
        Cell("p", "$p$"),
        Cell("|μ_p|", r"$|\mu_p|$"),
        Cell("κ_(p,2), γ_b = 0", r"$\kappa_{p,2}$, $\gamma_b=0$"),
        Cell("κ_(p,2), γ_b > 0, every p", r"$\kappa_{p,2}$, $\gamma_b>0$, every $p$"),
    )
    caption = "Leading terms as p grows, γ_w² + γ_b² = 1: at p of the parity shown, without which the terms are 0"
    return Table("decay", caption, heads, tuple(rows), "lllll")


def _deep(names: tuple[str, ...], layers: int, options: Options) -> Table:
    from eigenlaw.theory.decay_deep import deep_leading_term

    text, given = options.get("digits"), arguments.hyper_parameters(options)
    digits = _DIGITS if text is None else arguments.integer("digits", text, least=1, most=100)
    rows = []
    for name in names:
        found = deep_leading_term(name, layers, gamma_b2=_exact(given["gamma_b2"]), sigma_w2=_exact(given["sigma_w2"]))
        if found is not None:
            rows.append((_word(activation(name).name), *_numbers(found, digits)))
    heads = (
        _word("activation"),
        Cell("s", "$s$"),
        Cell("ρ*", r"$\rho_*$"),
        Cell("c, even p", "$c$, even $p$"),
        Cell("c, odd p", "$c$, odd $p$"),
    )
    hyper = f"γ_b² = {given['gamma_b2']}, σ_w² = {given['sigma_w2']}, Assumption 2"
    caption = f"κ_(p,{layers}) ~ c p^s ρ*^(−p) as p grows; {hyper}; c = 0: the coefficients vanish"
    return Table("decay", caption, heads, tuple(rows), "lrrrr")


def _exact(value: Any) -> Any:
    """Return a rational as SymPy has it; the word ``unit`` as it is."""
    from eigenlaw.theory.laws import rational

    return value if value == "unit" else rational(value)


def _numbers(found: "DeepLeadingTerm", digits: int) -> tuple[Cell, ...]:
    """Return s, ρ* and the constants."""
    import sympy

    point = found.point
    (symbol,) = point.free_symbols or (sympy.Symbol("rho_star"),)
    if point.free_symbols:
        point = _root(found, digits + 10)
    values = [point, *(constant.subs(symbol, point) for constant in (found.even, found.odd))]
    texts = [typeset.line(value) if value.is_Rational else str(sympy.N(value, digits)) for value in values]
    return Cell(str(found.power), f"${typeset.latex(found.power)}$"), *(Cell(t, latex_number(t)) for t in texts)


def _root(found: "DeepLeadingTerm", digits: int) -> Any:
    """Return ρ* by bisection; beyond the singularity of a later layer the left side is not real."""
    import mpmath
    import sympy

    (symbol,) = found.point.free_symbols
    with mpmath.workdps(digits + 5):
        gap = sympy.lambdify(symbol, found.equation.lhs - found.equation.rhs, "mpmath")
        low, high = mpmath.mpf(1), mpmath.mpf(str(sympy.N(found.farthest, digits + 5)))
        while high - low > mpmath.mpf(10) ** -digits:
            middle = (low + high) / 2
            value = mpmath.mpmathify(gap(middle))
            low, high = (low, middle) if mpmath.im(value) != 0 or mpmath.re(value) > 0 else (middle, high)
        return sympy.Float(mpmath.nstr(low, digits), digits)


def _word(text: str) -> Cell:
    return Cell(text, text.replace("_", r"\_"))
