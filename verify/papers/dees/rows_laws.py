"""The rows of Section II and Appendix B of Dees et al.: the laws and the figures drawn from them, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = (
    Row(
        "dees:thm-ii.2",
        "Theorem II.2",
        r"\text{the empirical spectral distribution of }A_n/\sqrt n\text{ is given by }"
        r"\rho(x)=\frac1{2\pi}\sqrt{4-x^2},\ |x|\le2",
        (r"A_n\text{ Hermitian, its upper diagonal entries i.i.d. of mean 0 and variance 1}",),
    ),
    Row(
        "dees:thm-ii.3",
        "Theorem II.3, Corollary II.4",
        r"\text{the empirical spectral distribution of }A_n/\sqrt n\text{ almost surely converges in distribution to "
        r"the uniform one on the unit disc; for entries drawn from }[-1,1]\text{ on the disc of radius }1/\sqrt3",
        (r"\text{i.i.d. entries of mean 0 and variance 1}",),
    ),
    Row(
        "dees:cor-ii.4-arguments",
        "Corollary II.4",
        r"\text{the arguments of the eigenvalues of }A_n/\sqrt n\text{ are approximately uniform on }[-\pi,\pi]",
        (r"n\text{ sufficiently large, entries drawn from }[-1,1]",),
    ),
    Row(
        "dees:uniform-variance",
        "Section II",
        r"U[-\sqrt3,\sqrt3]\text{ has mean 0 and variance 1},\ U[-1,1]\text{ mean 0 and variance }1/\sqrt3,\ "
        r"\tfrac{\sqrt3}{\sqrt{n_1}}U[-1,1]\text{ variance }1/n_1",
    ),
    Row(
        "dees:thm-ii.6",
        "Theorem II.6",
        r"\text{the expected spectral distribution of }P_n\text{ has the limit density }"
        r"g(a+bi)=\frac1{\pi m(a^2+b^2)^{(m-1)/m}},\ a^2+b^2\le1",
        (r"\text{each }A_{j,n}\ n\times n\text{ with i.i.d. entries of mean 0 and variance 1}",),
    ),
    Row(
        "dees:thm-ii.7",
        "Theorem II.7",
        r"|\lambda|^2\text{ of }\tfrac1{\sqrt{n_1}}A_1\cdots\tfrac1{\sqrt{n_1}}A_k\to "
        r"U(U-1+\alpha_2)\cdots(U-1+\alpha_k)",
        (r"\text{standard complex Gaussian entries}", r"n_{k+1}=n_1=\min n_j,\ n_j/n_1\to\alpha_j"),
    ),
    Row(
        "dees:rescaling",
        "Section II",
        r"\prod_j\tfrac1{\sqrt{n_j}}A_j=\tfrac1{\sqrt3^k}\tfrac{\sqrt{n_1^k}}{\sqrt{n_1\cdots n_k}}P,\ "
        r"|\lambda|^2\sim\tfrac1{3^k}U\prod_{j\ge2}(\tfrac1{\alpha_j}(U-1)+1)",
        (r"\text{entries drawn from }[-1,1]", r"\alpha_j=n_j/n_1"),
    ),
    Row(
        "dees:law-range",
        "Section II",
        r"\min=0,\ \max=3^{-k},\ \text{median by }U=\tfrac12,\text{ for the expression is increasing in }U",
        (r"\alpha_j\ge1",),
    ),
    Row("dees:mean-remark", "Section II", r"\text{this method would fail spectacularly for computing the mean}"),
    Row(
        "dees:medians",
        "Section II",
        r"\tfrac1{3^8}(0.5)(\tfrac{n_1}{32}(-0.5)+1)^2(\tfrac{n_1}{64}(-0.5)+1)^2(\tfrac{n_1}{128}(-0.5)+1)^2"
        r"(\tfrac{n_1}{784}(-0.5)+1)\approx0.00013\ (n_1=2),\ 0.000043\ (n_1=20)",
        (r"k=8,\ n_2,\dots,n_8=32,64,128,784,128,64,32",),
    ),
    Row(
        "dees:implied-norms",
        "Section II",
        r"\operatorname{median}|\lambda|\approx0.011\ (n_1=2),\ 0.0066\ (n_1=20)",
        (r"k=8",),
    ),
    Row(
        "dees:maximum",
        "Section II",
        r"\max|\lambda|^2=3^{-8}\approx0.00015,\ \max|\lambda|=\tfrac1{81}\approx0.012",
        (r"k=8",),
    ),
    Row("dees:median-decreases", "Section II", r"\operatorname{median}|\lambda|^2\text{ decreases in }n_1\in[2,20]"),
    Row(
        "dees:rotation-invariance",
        "Section II",
        r"\text{a complex Gaussian is rotation-invariant, so is the predicted distribution of eigenvalues}",
    ),
    Row(
        "dees:convergence",
        "Appendix B",
        r"\text{convergence in distribution, in probability, almost surely; each implied by the next; }"
        r"\Pr(\mu_n\in A)\to\alpha\text{ for each }A\text{ of }\alpha\text{ times the area of the disc}",
    ),
)
