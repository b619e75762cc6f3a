"""`eigenlaw derive order-parameters` and `eigenlaw derive fisher`: wide networks and their metrics in symbols."""

from typing import Any

from eigenlaw.commands import arguments, typeset
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.derivation import DECIMALS, Derivation, Formula, approximate, described
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

_MOST_LAYERS = 100
_STATISTICS = {"mean": "m", "second_moment": "s", "lambda_max": r"\lambda_{\max}", "multiplicity": r"\mathrm{mult}"}


def order_parameters(phi: Activation | None, options: Options) -> Derivation:
    """Return one layer's map with its fixed points, the edge of chaos, and all layers in terms of those before.

    Args:
        phi: the activation, or None for symbolic Hermite coefficients.
        options: ``layers``, ``sigma_w2`` and ``sigma_b2`` as typed; the variances are symbols where not given.

    Raises:
        InputError: if something that was typed cannot be used.
    """
    from eigenlaw.theory import meanfield

    layers = arguments.integer("layers", options.get("layers") or "2", least=2, most=_MOST_LAYERS)
    sigmas = _sigmas(options)
    decimals = _decimals(phi, layers, options)
    found = meanfield.layer_map(phi)
    values = []
    for layer in meanfield.order_recursion(found, layers, *sigmas):
        name = layer.symbol.name
        values.append(Formula(name, name, typeset.latex(layer.symbol), layer.expression, decimals.get(name)))
    left = () if found.closed or phi is None else (found.note, "mu_k: the Hermite coefficients of x ↦ φ(√q x)")
    return Derivation(
        "order-parameters",
        None if phi is None else phi.name,
        f"Order parameters of wide networks, {'any φ' if phi is None else f'φ = {described(phi)}'}",
        "closed form" if found.closed else "series" if phi is None else "open",
        _laws(found, sigmas),
        _steps(found),
        left,
        values=tuple(values),
        heading=f"Layer by layer, {layers} weight layers, inputs with independent normal entries:",
    )


def _laws(found: Any, sigmas: tuple[Any, Any]) -> tuple[Formula, ...]:
    from eigenlaw.theory import meanfield

    chi_1, chi_c, chi_q = meanfield.slopes(found, sigmas[0])
    critical_w2, critical_b2 = meanfield.edge_of_chaos(found)
    q = meanfield.variance_symbol()
    laws = [
        Formula("qhat", "q̂_t = E[φ(U)²]", r"\hat q_t", found.own),
        Formula("qhat_st", "q̂_st = E[φ(U)φ(V)]", r"\hat q_{st}", found.overlap),
        Formula("chi_1", "q̃_t^(l)/q̃_t^(l+1) = χ_1 = σ_w² E[φ'(U)²]", r"\chi_1", chi_1),
        Formula("chi_c", "q̃_st^(l)/q̃_st^(l+1) = χ_c = σ_w² E[φ'(U)φ'(V)]", r"\chi_c", chi_c),
    ]
    if found.activation is not None:
        laws.append(Formula("chi_q", "χ_q = σ_w² dE[φ(U)²]/dq", r"\chi_q", chi_q))
    if found.homogeneous:
        fixed = meanfield.fixed_variance(found, *sigmas)
        laws.append(Formula("q_fixed", "q*, where χ_1 < 1", r"q^*", fixed))
    where = "" if not critical_w2.has(q) else ", at the fixed point q"
    laws += [
        Formula("sigma_w2_critical", f"σ_w² on the edge of chaos{where}", r"\sigma_{w,\mathrm{crit}}^2", critical_w2),
        Formula("sigma_b2_critical", f"σ_b² on the edge of chaos{where}", r"\sigma_{b,\mathrm{crit}}^2", critical_b2),
    ]
    return tuple(laws)


def _steps(found: Any) -> tuple[str, ...]:
    return (
        "U, V ~ N(0, q) of correlation ρ, with q = q_t = σ_w² q̂_t + σ_b² and qρ = q_st = σ_w² q̂_st + σ_b² from the "
        "layer below (16); q̂_t = 1, q̂_st = 0 for the inputs, q̃_t = q̃_st = 1 at the output (19)",
        *((found.note,) if found.closed or found.activation is None else ()),
        "fixed points: q = σ_w² q̂_t + σ_b², and qρ = σ_w² q̂_st + σ_b², which ρ = 1 solves; ρ = 1 is stable for "
        "χ_1 < 1, and χ_1 = 1 is the edge of chaos",
        "depth scales: ξ_c = −1/log χ_c at the fixed ρ for the correlation, ξ_q = −1/log |χ_q| for the variance",
    )


def _sigmas(options: Options) -> tuple[Any, Any]:
    """Return σ_w² and σ_b², numbers where given."""
    from eigenlaw.theory.laws import rational
    from eigenlaw.theory.meanfield import sigma_symbols

    found = []
    for name, symbol in zip(("sigma_w2", "sigma_b2"), sigma_symbols(), strict=True):
        text = options.get(name)
        found.append(symbol if text is None else rational(arguments.rational(name, text)))
    if found[0] == 0:
        raise InputError.of("sigma_w2", options["sigma_w2"], "expected a rational above 0")
    return found[0], found[1]


def _decimals(phi: Activation | None, layers: int, options: Options) -> dict[str, str]:
    """Return q̂ and q̃ in certified decimals where φ and both variances are given."""
    if phi is None or options.get("sigma_w2") is None or options.get("sigma_b2") is None:
        return {}
    from eigenlaw.numerics.meanfield import order_parameters as compute

    found = compute(arguments.wide({**options, "activation": phi.name, "layers": str(layers)}), DECIMALS + 2)
    families = {"qhat": found.q_hat, "qhat_st": found.q_hat_st}
    families |= {"qtilde": found.q_tilde, "qtilde_st": found.q_tilde_st}
    return {f"{name}_{layer}": approximate(b) for name, family in families.items() for layer, b in family.items()}


def fisher(phi: Activation | None, options: Options) -> Derivation:
    """Return the statistics of all metrics in κ_1, κ_2, κ_1', κ_2', κ̃_1, κ̃_2, α, α̃, C, T, M.

    Args:
        phi: must be None: the statistics depend on the activation through κ alone.
        options: none.

    Raises:
        InputError: if an activation is given.
    """
    del options
    if phi is not None:
        text = "expected none: the statistics depend on it through κ alone; see eval fisher, derive order-parameters"
        raise InputError.of("activation", phi.name, text)
    import sympy

    laws = []
    for matrix, (gram, latex) in _grams().items():
        for statistic, letter in _STATISTICS.items():
            law = sympy.factor(getattr(gram, statistic))
            laws.append(Formula(f"{matrix}_{statistic}", f"{statistic} of {matrix}", f"{letter}({latex})", law))
    steps = (
        "each metric has the non-zero eigenvalues of a CT × CT Gram of gradients: C blocks, with one number on the "
        "diagonal and one off it (A.3)–(A.4); E[∇f_k] span the space of λ_max",
        "F_bar: with the mean over the inputs subtracted (23), T > 1; its λ_max while T stays fixed as M grows",
        "F_l, the block of layer l: q̃ of l, q̂ and α of l − 1 below, α_L = C/M; A_l, the block of h^l: q̃ and σ_w² of "
        "l + 1 above; where q̂_st q̃_st = 0, as for F_1, λ_max has multiplicity CT",
        "a[l] = α_l = M_l/M, α = Σ_{l=1}^{L−1} α_l α_{l−1}, α̃ = Σ_{l=0}^{L−1} α_l",
    )
    title = "Eigenvalue statistics of the Fisher information and its relatives, M → ∞"
    return Derivation("fisher", None, title, "closed form", tuple(laws), steps, values=_kappas(), heading="With")


def _grams() -> dict[str, tuple[Any, str]]:
    import sympy

    from eigenlaw.theory.fisher import BlockGram, CentredGram

    width, outputs, samples, alpha, alpha_tilde = sympy.symbols("M C T alpha alphatilde", positive=True)
    kappas = sympy.symbols("kappa_1 kappa_2 kappaprime_1 kappaprime_2 kappatilde_1 kappatilde_2", positive=True)
    here, below, sigma_w2 = sympy.symbols("alpha_l alpha_below sigma_w2", positive=True)
    hat, hat_st, tilde, tilde_st = sympy.symbols("qhat_below qhat_st_below qtilde_l qtilde_st_l", positive=True)
    above, above_st = sympy.symbols("qtilde_above qtilde_st_above", positive=True)

    def gram(own: Any, overlap: Any, scale: Any, dimension: Any, *, count: Any = outputs, average: bool = True) -> Any:
        one = 1 / samples if average else sympy.Integer(1)
        return BlockGram(own * scale, overlap * scale, count, samples, dimension, one)

    whole = gram(kappas[0], kappas[1], alpha * width, alpha * width**2)
    block = gram(tilde * hat, tilde_st * hat_st, below * width, here * below * width**2)
    features = (sigma_w2 * above, sigma_w2 * above_st, sympy.Integer(1), here * width)
    return {
        "F": (whole, "F"),
        "F_l": (block, "F^{ll}"),
        "F_bar": (CentredGram(whole), r"\bar F"),
        "NTK": (gram(kappas[2], kappas[3], alpha, outputs * samples, average=False), r"\Theta"),
        "A_k": (gram(kappas[4], kappas[5], alpha_tilde, alpha_tilde * width, count=sympy.Integer(1)), "A_k"),
        "A": (gram(kappas[4], kappas[5], alpha_tilde, alpha_tilde * width), "A"),
        "A_l": (gram(*features), "A^{ll}"),
    }


def _kappas() -> tuple[Formula, ...]:
    """Return the κ as sums over layers."""
    import sympy

    layer, last = sympy.symbols("l L", integer=True, positive=True)
    alphas, hat, hat_st, tilde, tilde_st = map(sympy.IndexedBase, ("a", "qhat", "qhat_st", "qtilde", "qtilde_st"))
    alpha, alpha_tilde, sigma_w2, sigma_b2 = sympy.symbols("alpha alphatilde sigma_w2 sigma_b2", positive=True)
    out = []
    for number, (forward, backward) in enumerate(((hat, tilde), (hat_st, tilde_st)), 1):
        product = backward[layer] * forward[layer - 1]
        for name, term, over in (
            ("kappa", alphas[layer - 1] * product, alpha),
            ("kappaprime", sigma_w2 * product + sigma_b2 * backward[layer], alpha),
            ("kappatilde", sigma_w2 * backward[layer], alpha_tilde),
        ):
            symbol = sympy.Symbol(f"{name}_{number}")
            law = sympy.Sum(term, (layer, 1, last)) / over
            out.append(Formula(symbol.name, symbol.name, typeset.latex(symbol), law))
    return tuple(out)
