"""Rows of Section S9 of Singh et al. on losses, initialisations and the tangent kernel, as printed."""

from eigenlaw.verify.claim import Row

_DATA = r"r=\mathrm{rk}\,X\text{ for the samples at hand}"

ROWS: tuple[Row, ...] = (
    Row(
        "singh:sec-9.1.1",
        "S9.1.1, Figures S8 to S10",
        r"\text{squared error on image data: the ranks of }H_o,\ H_f,\ H_{\mathcal L}"
        r"\text{ are those of Theorem 3, Corollary 6, Theorem 7, over sample size, width and depth}",
        (_DATA, "A1"),
    ),
    Row(
        "singh:sec-9.1.2",
        "S9.1.2, Figures S11 to S13",
        r"\text{cross-entropy: the same with }K-1\text{ in the place of every }K",
        (_DATA, "A1"),
    ),
    Row(
        "singh:sec-9.1.3",
        "S9.1.3, Figures S14 to S16",
        r"\ell=\sum_{i,k}\log\cosh(\hat y_{ik}-y_{ik}):\ \text{the same formulas}",
        (_DATA, "A1"),
    ),
    Row(
        "singh:sec-9.1.4",
        "S9.1.4, Figures S17 and S18",
        r"\text{uniform and orthogonal initialisation, and any that gives full-rank weights: the same formulas}",
        (_DATA, "A1"),
    ),
    Row(
        "singh:sec-9.5",
        "S9.5, Figure S35",
        r"\hat\Sigma_{ij}=\nabla F(x_i)^\top\nabla F(x_j)\text{ has the rank of }H_o",
        (r"K=1",),
    ),
)
