"""The rows of Section 4 and Appendix C of Murray et al.: the spectrum, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = (
    Row(
        "murray:eq-10",
        "(10) and the bound after it",
        r"|\{p:\lambda_p(A)\ge c\lambda_1(A)\}|\le c^{-1}\mathrm{eff}(A),\ \lambda_p/\lambda_1\le\mathrm{eff}(A)/p",
        (r"A\succeq0",),
    ),
    Row(
        "murray:thm-4.1",
        "Theorem 4.1",
        r"\mathrm{eff}(K)\le\sum_pc_p/c_0",
        (r"nK=\sum_pc_p(XX^T)^{\odot p}", r"c_p\ge0,\ c_0\ne0", r"\|x_i\|=1"),
    ),
    Row(
        "murray:remark-4.3",
        "after Theorem 4.3",
        r"\sum_{p\ge1}\kappa_{p,2}/\kappa_{1,2}\approx1.3\text{ for ReLU}",
        ("hyper-parameters of Table 1",),
    ),
    Row(
        "murray:obs-4.2",
        "Observations 4.2 and 4.4",
        r"\lambda_1(K)\text{ takes an }\Omega(1)\text{ share of the trace, }O(1)\text{ eigenvalues are of its order; }"
        r"\text{low rank of the data is inherited by }\tilde K",
        (r"c_p\ge0", r"\|x_i\|=1"),
    ),
    Row(
        "murray:thm-4.3",
        "Theorem 4.3",
        r"\mathrm{eff}(K-\tfrac{c_0}{n}1_{n\times n})\le\mathrm{eff}(XX^T)\sum_{p\ge1}c_p/c_1",
        (r"c_p\ge0,\ c_1\ne0", r"\|x_i\|=1"),
    ),
)
