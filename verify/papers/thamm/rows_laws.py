"""Rows of Thamm et al., as printed: the decomposition and the laws of random matrices."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = (
    Row(
        "thamm:svd",
        "Section 2",
        r"W=USV^T,\ U,V\text{ orthogonal},\ S\text{ diagonal},\ \nu_i\ge0;\ "
        r"\text{the columns of }V\text{ are the eigenvectors of }W^TW",
        (r"W\in\mathbb R^{n\times m}", r"m\le n"),
    ),
    Row(
        "thamm:eq-1",
        "(1)",
        r"P_{\mathrm{GOE}}(s)=\frac{\pi s}2e^{-\pi s^2/4},\ \int P=1,\ \int sP=1",
        (r"\text{real random matrices in the class of the GOE}",),
    ),
    Row(
        "thamm:number-variance-log",
        "Section 3",
        r"\Sigma^2(l)\propto\ln(2\pi l)\text{ for }l\gtrsim1",
        (r"\text{GOE, bulk of an infinite spectrum}",),
    ),
    Row(
        "thamm:number-variance-window",
        "Section 3",
        r"\Sigma^2(l)=\langle(N_{\xi_i}(l)-l)^2\rangle_{\xi_i},\ N_{\xi_i}(l)\text{ levels in an interval of length }l"
        r"\text{ around each }\xi_i",
        (r"\text{GOE}",),
    ),
    Row(
        "thamm:eq-2-density",
        "(2)",
        r"P(\nu)=\frac{n/m}{\pi\tilde\sigma^2\nu}\sqrt{(\nu_{\max}^2-\nu^2)(\nu^2-\nu_{\min}^2)}",
        (r"m\le n", r"\nu\in[\nu_{\min},\nu_{\max}]"),
    ),
    Row(
        "thamm:eq-2-variance",
        "(2)",
        r"\text{a random }n\times m\text{ matrix of zero mean and variance }\sigma,\ \tilde\sigma=\sigma\sqrt n",
    ),
    Row(
        "thamm:eq-2-edges",
        "(2)",
        r"\nu_{\max}=\tilde\sigma(1\pm\sqrt{m/n})",
        (r"m\le n",),
    ),
    Row(
        "thamm:init-marchenko-pastur",
        "Section 4, Figure 2",
        r"\text{the singular values of Glorot-uniform initial weights follow (2)}",
        (r"W_{ij}\sim U(\pm\sqrt{6/(n+m)})",),
    ),
    Row(
        "thamm:modified-marchenko-pastur",
        "Section 4",
        r"\text{(2) with }\nu_{\min}\text{ the smallest singular value, }\nu_{\max}\text{ and }\sigma\text{ fitted: "
        r"an additional parameter, the percentage of the spectrum that follows the law}",
    ),
    Row(
        "thamm:porter-thomas",
        "Section 4",
        r"v_{ik}\sim N(0,1/m)\text{ for the normalised eigenvectors of }W^TW",
        (r"W\text{ random},\ n\times m",),
    ),
)
