"""Rows of Thamm et al. on learning regimes: (3), Section 5, Appendix D, as printed."""

from eigenlaw.verify.claim import Row

_TRAINED = r"\text{networks trained by the recipe of Appendix A}"

ROWS: tuple[Row, ...] = (
    Row(
        "thamm:eq-3",
        "(3)",
        r"\ell=-\frac{1}{N\alpha^2}\sum_{k=1}^N y^{(k)}\cdot\ln a_{\mathrm{out}}^{(k)},\ "
        r"a_{\mathrm{out}}=\mathrm{softmax}(\alpha z):\text{ large }\alpha>1\text{ scales down the gradient updates}",
    ),
    Row(
        "thamm:regimes",
        "Section 5, Figure 3",
        r"\text{large }\alpha>1\text{ encourages lazy learning, small }\alpha<1\text{ steers to rich learning: in the}"
        r"\text{ rich network more large singular values, in the lazy one a spectrum almost unchanged}",
        (_TRAINED,),
    ),
    Row(
        "thamm:appendix-d",
        "Appendix D, Figure 4",
        r"\text{as expected, the networks are in the rich regime for }\alpha<1\text{, while we observe lazy learning}"
        r"\text{ for }\alpha<1",
        (_TRAINED,),
    ),
    Row(
        "thamm:eq-6",
        "(6)",
        r"\tilde f_W(x)=f_{W_0}(x)+(W-W_0)\cdot\nabla_Wf_W|_{W_0}(x)",
    ),
    Row(
        "thamm:eq-7",
        "(7), (8)",
        r"\text{lazy, }W\approx W_0:\ \mathcal A(f_W)\approx\mathcal A(\tilde f_W);\quad"
        r"\text{rich: }\mathcal A(f_W)\gg\mathcal A(\tilde f_W)",
        (_TRAINED,),
    ),
    Row(
        "thamm:accuracies",
        "Section 5",
        r"\text{test accuracies }50.4\,\%\text{ (lazy, }\alpha=5),\ 52.7\,\%\text{ (rich, }\alpha=0.5),\ "
        r"55.2\,\%\text{ (typical, }\alpha=1):\text{ the best between the extremes}",
        ("CIFAR-10", _TRAINED),
        "untestable",
        "The numbers are of CIFAR-10, which comes with no package. What is tested is the order of the lazy network and "
        "the others, on scikit-learn's digits and scikit-image's faces; that α = 1 is best is said of CIFAR-10 only, "
        "and depends on the images and the learning rate.",
    ),
)
