"""Rows of Thamm et al. on tests: unfolding, spacings, number variance and singular vectors, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = (
    Row(
        "thamm:spacing-ks",
        "§3, Figure 1",
        r"s_k=\xi_{k+1}-\xi_k\sim P_{\text{GOE}}\text{ before and after training; Kolmogorov–Smirnov tests cannot "
        r"reject it at }\alpha=0.30",
        ("bulk of trained and random weights",),
    ),
    Row(
        "thamm:table-2",
        "Table 2",
        r"p=P(D\ge D_{\text{observed}})\text{ for random numbers from (1); rejection at }\alpha=0.05",
    ),
    Row(
        "thamm:fig-1",
        "Figure 1, Table 2",
        r"\text{the null hypothesis cannot be rejected at a significance level of }0.81,\ 0.85,\ 0.31,\ 0.96",
        ("trained networks",),
    ),
    Row(
        "thamm:number-variance-data",
        "§3, Figure 1",
        r"\Sigma^2(l)\propto\ln(2\pi l),\ l\gtrsim1,\text{ in excellent agreement with the data}",
        ("unfolded by Gaussian broadening",),
    ),
    Row(
        "thamm:porter-thomas-p-values",
        "§5, Figure 3",
        r"\text{all }p\text{-values fluctuate around }0.5\text{, as expected for random weights}",
        ("entries of singular vectors against N(0, 1/m), averaged over 15 neighbours",),
    ),
    Row(
        "thamm:porter-thomas-fitted",
        "§4",
        r"\text{Kolmogorov–Smirnov test of the entries of each vector against }N(0,1/m)",
        ("random weights; parameters fixed or fitted",),
    ),
    Row(
        "thamm:eq-4",
        "(4)",
        r"P(\nu)\approx\frac1m\sum_{k=1}^m\frac1{\sqrt{2\pi\sigma_k^2}}e^{-(\nu-\nu_k)^2/(2\sigma_k^2)},\ "
        r"\sigma_k=(\nu_{k+a}-\nu_{k-a})/2",
        (r"1\le k-a,\ k+a\le m",),
    ),
    Row(
        "thamm:eq-5",
        "(5)",
        r"F(\nu)=m\int_{-\infty}^\nu P(x)\,dx,\ \xi_i=F(\nu_i)\text{ uniformly distributed, of mean spacing }1",
    ),
    Row(
        "thamm:trained-bulk",
        "§3, §4",
        r"\text{the bulk follows universal predictions; only the largest singular values and their vectors deviate}",
        ("trained weights",),
    ),
)
