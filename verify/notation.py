"""How the formulas of claims are typeset: the names in the code become the symbols of the papers."""

import re
from collections.abc import Callable
from typing import Any

_SYMBOLS = {
    "gamma_w2": r"\gamma_w^2",
    "gamma_b2": r"\gamma_b^2",
    "sigma_w2": r"\sigma_w^2",
    "sigma_b2": r"\sigma_b^2",
    "sigma2": r"\sigma^2",
    "r2": r"r^2",
    "xx": r"x^\top x",
    "xy": r"x^\top y",
    "yy": r"y^\top y",
    "Sxx": r"\Sigma(x,x)",
    "Sxy": r"\Sigma(x,y)",
    "Syy": r"\Sigma(y,y)",
    "alpha_tilde": r"\tilde\alpha",
    "lambda_bar": r"\bar\lambda",
    "lambda_max": r"\lambda_{\max}",
    "overlap": r"\mathrm{overlap}",
    "own": r"\mathrm{own}",
    "kappa_p": r"\kappa'",
    "q_hat": r"\hat q",
    "q_tilde": r"\tilde q",
    "s_tilde": r"\tilde s",
    "q_prime": "q'",
    "s_prime": "s'",
    "M_below": "M_{l-1}",
    "M_tilde": r"\tilde M",
    "rk_Lambda": r"\operatorname{rk}\Lambda^i",
    "sign": r"\pm",
    "ell": r"\ell",
    "rk_W2L": r"\operatorname{rk}\mathbf W^{L:2}",
    "rk_WL1": r"\operatorname{rk}\mathbf W^{L-1:1}",
    **{f"kappa_{i}{mark}": text for i in "12" for mark, text in (("p", rf"\kappa_{i}'"), ("t", rf"\tilde\kappa_{i}"))},
}
"""Symbols whose names in the code spell out a square, a pair or a mark."""

_BY_LAYER = {
    "q_hat": (r"\hat q_t", "^"),
    "q_hat_st": (r"\hat q_{st}", "^"),
    "q_tilde": (r"\tilde q_t", "^"),
    "q_tilde_t": (r"\tilde q_t", "^"),
    "q_tilde_st": (r"\tilde q_{st}", "^"),
    "q_t": ("q_t", "^"),
    "q_st": ("q_{st}", "^"),
    "lambda": (r"\lambda", "^"),
    "alpha_l": (r"\alpha", "_"),
    "alpha": (r"\alpha", "_"),
    "sigma_w2_l": (r"\sigma^2_w", "_w"),
    "sigma_w2": (r"\sigma^2_w", "_w"),
    "sigma_b2_l": (r"\sigma^2_b", "_b"),
    "sigma_b2": (r"\sigma^2_b", "_b"),
}
"""What has a layer: its letter, and where the layer stands."""

_NUMBERED = re.compile(r"(q_hat|q_hat_st|q_tilde|q_tilde_st|sigma_w2|sigma_b2)_([0-9]+)")
_PRETTY = {"gamma_w2": "γ_w²", "gamma_b2": "γ_b²", "sigma_w2": "σ_w²", "sigma_b2": "σ_b²", "sigma2": "σ²"}


def latex(tree: Any) -> str:
    r"""Return a formula in LaTeX, as it was written.

    Example:
        >>> import sympy
        >>> latex(sympy.Function("q_tilde_st")(sympy.Symbol("l")) ** 2)
        '\\left(\\tilde q_{st}^{l}\\right)^{2}'
    """
    import sympy

    names: dict[Any, str] = {}

    def letter(node: Any) -> Any:
        text = _letter(node)
        if text is None:
            return None
        symbol = sympy.Symbol(text)
        names[symbol] = text
        return symbol

    text: str = sympy.latex(_renamed(tree, letter), order="none", symbol_names=names)
    return text


def pretty(tree: Any, width: int) -> str:
    """Return a formula in lines of characters, at most ``width`` wide where it can be broken."""
    import sympy

    squares = {s: sympy.Symbol(_PRETTY[str(s)]) for s in tree.free_symbols if str(s) in _PRETTY}
    text: str = sympy.pretty(_renamed(tree, squares.get), order="none", num_columns=width)
    return text


def _letter(node: Any) -> str | None:
    """Return how a symbol, or a sequence at one layer, is typeset, if it has a notation of its own."""
    import sympy
    from sympy.core.function import AppliedUndef

    if isinstance(node, sympy.Symbol):
        numbered = _NUMBERED.fullmatch(node.name)
        return _layered(*numbered.groups()) if numbered else _SYMBOLS.get(node.name)
    if isinstance(node, sympy.Indexed):
        name, layers = str(node.base), node.indices
    elif isinstance(node, AppliedUndef):
        name, layers = node.func.__name__, node.args
    else:
        return None
    return _layered(name, latex(layers[0])) if name in _BY_LAYER and len(layers) == 1 else None


def _layered(name: str, layer: str) -> str:
    letter, place = _BY_LAYER[name]
    return f"{letter}{place}{{{layer}}}" if place in "^_" else rf"\sigma_{{{place[1]},{layer}}}^2"


def _renamed(tree: Any, name: Callable[[Any], Any]) -> Any:
    """Return a tree with other symbols, otherwise as it is."""
    import sympy

    found = name(tree)
    if found is not None or not tree.args:
        return tree if found is None else found
    if isinstance(tree, sympy.Indexed):
        return tree
    with sympy.evaluate(isinstance(tree, sympy.Sum | sympy.Product)):  # unevaluated, they would get a factor 1
        return tree.func(*(_renamed(argument, name) for argument in tree.args))
