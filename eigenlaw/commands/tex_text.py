"""Plain text with mathematical letters as LaTeX, letter by letter and without losing one."""

import itertools
import re
import unicodedata

_ACCENTS = {
    "\N{COMBINING TILDE}": "tilde",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "hat",
    "\N{COMBINING MACRON}": "bar",
    "\N{COMBINING DOT ABOVE}": "dot",
}
_SPELLED = {"\N{COMBINING ACUTE ACCENT}": "'", "\N{COMBINING GRAVE ACCENT}": "`", "\N{COMBINING DIAERESIS}": '"'}
_TEXT = {
    "…": r"\ldots{}", "–": "--", "—": "---", "§": r"\S{}", "‘": "`", "’": "'", "“": "``", "”": "''",
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\^{}", "<": "$<$", ">": "$>$", "|": "$|$",
    **{sign: rf"\{sign}" for sign in "_{}%$#&"},
}  # fmt: skip
_MATHS = {
    "×": r"\times", "·": r"\cdot", "⊗": r"\otimes", "∘": r"\circ", "±": r"\pm", "∓": r"\mp", "−": "-",
    "≤": r"\le", "≥": r"\ge", "≈": r"\approx", "≡": r"\equiv", "∝": r"\propto", "∼": r"\sim",
    "→": r"\to", "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "∈": r"\in", "∩": r"\cap", "∪": r"\cup",
    "∞": r"\infty", "∅": r"\emptyset", "√": r"\surd", "∫": r"\int", "∂": r"\partial", "∇": r"\nabla",
    "∑": r"\sum", "∏": r"\prod", "⋯": r"\cdots", "′": "'", "‖": r"\|", "⌊": r"\lfloor", "⌋": r"\rfloor",
    "⌈": r"\lceil", "⌉": r"\rceil", "⟨": r"\langle", "⟩": r"\rangle", "⊥": r"\perp", "⟂": r"\perp", "≪": r"\ll",
    "≫": r"\gg", "≻": r"\succ", "⪰": r"\succeq", "ℓ": r"\ell", "ℝ": r"\mathbb{R}", "ϕ": r"\phi", "ᵀ": r"{}^\top",
    "½": r"\frac12", "¼": r"\frac14", "¾": r"\frac34", "•": r"\bullet", "†": r"\dagger",
}  # fmt: skip
_CHARACTER = re.compile("[^\u0300-\u036f][\u0300-\u036f]*")


def tex_text(text: str) -> str:
    r"""Return the LaTeX of plain text; a letter that is not known stays as it is, for LaTeX to show or to refuse.

    Example:
        >>> tex_text("σ̃ = σ√n, a 50 % share ∝ x₁²")
        '$\\tilde{\\sigma}$ = $\\sigma\\surd$n, a 50 \\% share $\\propto$ x$_{1}^{2}$'
    """
    letters = [_letter(found) for found in _CHARACTER.findall(unicodedata.normalize("NFD", text))]
    parts = []
    for maths, run in itertools.groupby(letters, key=lambda letter: letter[0]):
        contents = [content for _, content in run]
        parts.append(f"${_joined(contents)}$" if maths else "".join(contents))
    return "".join(parts)


def _letter(found: str) -> tuple[bool, str]:
    """Return whether a letter with its accents is mathematics, and its LaTeX."""
    base, marks = found[0], found[1:]
    maths = _maths(base)
    for mark in marks:
        if mark in _ACCENTS:
            maths = rf"\{_ACCENTS[mark]}{{{base if maths is None else maths}}}"
        elif mark == "\N{COMBINING LONG SOLIDUS OVERLAY}":
            maths = rf"\not{base}"
        elif mark in _SPELLED:
            return False, rf"\{_SPELLED[mark]}{{{base}}}"
        else:
            return False, unicodedata.normalize("NFC", found)
    return (False, _TEXT.get(base, base)) if maths is None else (True, maths)


def _maths(letter: str) -> str | None:
    """Return the LaTeX of a mathematical letter, None for one of plain text."""
    if letter in _MATHS:
        return _MATHS[letter]
    kind, *names = unicodedata.decomposition(letter).split() or [""]
    if kind in ("<super>", "<sub>"):
        inner = "".join(chr(int(name, 16)) for name in names)
        return ("^" if kind == "<super>" else "_") + f"{{{_MATHS.get(inner, inner)}}}"
    name = unicodedata.name(letter, "").split()
    if name[:1] == ["GREEK"] and len(name) == 4:
        return rf"\{name[3].capitalize() if name[1] == 'CAPITAL' else name[3].lower()}"
    return None


def _joined(contents: list[str]) -> str:
    """Return mathematics in a row, with digits of one exponent or index in one pair of braces."""
    joined = ""
    for content in contents:
        if content[0] in "^_" and _open(joined) == content[0]:
            joined = joined[:-1] + content[2:]
        else:
            gap = " " if re.search(r"\\[A-Za-z]+$", joined) and content[0].isalpha() else ""
            joined += gap + content
    return joined


def _open(joined: str) -> str:
    """Return the sign of the exponent or index that mathematics ends with, if it does."""
    found = re.search(r"([\^_])\{[^{}]*\}$", joined)
    return found[1] if found else ""
