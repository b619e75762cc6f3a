import dataclasses

import pytest

from eigenlaw.commands.tex_text import tex_text
from eigenlaw.verify.registry import claims


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("Σ² ∝ ln(2πl)", r"$\Sigma^{2}$ $\propto$ ln(2$\pi$l)"),
        ("σ̃ = σ√n", r"$\tilde{\sigma}$ = $\sigma\surd$n"),
        ("10⁻¹² ≠ q̂₁", r"10$^{-12}$ $\not=$ $\hat{q}_{1}$"),
        ("Poincaré_α & 5 %", r"Poincar\'{e}\_$\alpha$ \& 5 \%"),
        (r"\input{x}$", r"\textbackslash{}input\{x\}\$"),
        ("名", "名"),
    ],
)
def test_letters(text: str, latex: str) -> None:
    assert tex_text(text) == latex


def test_no_letter_of_a_claim_is_lost_or_left_to_the_font() -> None:
    for claim in claims():
        for field in dataclasses.fields(claim):
            if field.name in ("source", "note"):
                text = getattr(claim, field.name) or ""
                assert tex_text(text).isascii(), text
                assert len(tex_text(text)) >= len(text) - sum(letter in "\u0303\u0302\u0304\u0307" for letter in text)
