"""The rows of Section 4 and Appendix D of Karakida et al.: the tangent kernel, as printed."""

from eigenlaw.verify.claim import Row

WIDE = r"M\to\infty"

ROWS: tuple[Row, ...] = (
    Row(
        "karakida:eq-30",
        "(30), (31)",
        r"\Theta=\nabla_\theta f^\top\nabla_\theta f,\ \theta=\{\omega_{ij}^l,\beta_i^l\},\ "
        r"W_{ij}^l=\frac{\sigma_w}{\sqrt{M_{l-1}}}\omega_{ij}^l,\ b_i^l=\sigma_b\beta_i^l",
    ),
    Row("karakida:eq-32", "(32)", r"\frac{df}{dt}=\frac\eta T\Theta(y-f)"),
    Row("karakida:ntk-dual", "Section 4.1", r"F^*=\tfrac1T\Theta", ("NTK parametrisation",)),
    Row(
        "karakida:fig-5-left",
        "Figure 5, left",
        r"\text{as }T\text{ grows most eigenvalues of }\Theta/T\text{ concentrate close to zero, "
        r"and the largest become outliers}",
        (r"\text{ReLU},\ (\sigma_w^2,\sigma_b^2)=(2,0),\ L=3,\ C=2,\ M=1000",),
    ),
    Row("karakida:thm-4.1-m", "Theorem 4.1", r"m_\lambda\sim\alpha\kappa_1'C", (WIDE,)),
    Row(
        "karakida:thm-4.1-s",
        "Theorem 4.1",
        r"s_\lambda\sim\alpha^2\left((T-1)\kappa_2'^2+\kappa_1'^2\right)C",
        (WIDE,),
    ),
    Row(
        "karakida:thm-4.1-lambda-max",
        "Theorem 4.1",
        r"\lambda_{\max}\sim\alpha\left((T-1)\kappa_2'+\kappa_1'\right)",
        (WIDE,),
    ),
    Row(
        "karakida:kappa-prime",
        "Theorem 4.1",
        r"\kappa_1'=\frac1\alpha\sum_{l=1}^L(\sigma_w^2\tilde q_t^l\hat q_t^{l-1}+\sigma_b^2\tilde q_t^l),\ "
        r"\kappa_2'=\frac1\alpha\sum_{l=1}^L(\sigma_w^2\tilde q_{st}^l\hat q_{st}^{l-1}+\sigma_b^2\tilde q_{st}^l),"
        r"\text{ positive}",
        ("conditions (i), (ii)",),
    ),
    Row(
        "karakida:kappa-prime-jacot",
        "after Theorem 4.1",
        r"(\kappa_1',\kappa_2')\text{ are equivalent to }\Theta_\infty^{(L)}(x(s),x(t))\text{ of Jacot et al.}",
    ),
    Row(
        "karakida:eq-d.1",
        "(D.1), (D.2)",
        r"\Theta(k,k')=\alpha K'\delta_{kk'}+o(1),\ K'_{st}=\kappa_1'\ (s=t),\ \kappa_2'\ (s\ne t);\ o(1)=O(1/\sqrt M)",
        (WIDE,),
    ),
    Row(
        "karakida:ntk-width-independence",
        "after Theorem 4.1",
        r"\text{the statistics of }\Theta\text{ do not depend on the width; }m_\lambda\text{ does not depend on }T,"
        r"\text{ the gap to }\lambda_{\max}\text{ grows with }T",
        (WIDE,),
    ),
    Row(
        "karakida:fig-5-right",
        "Section 4.2; Figure 5, right",
        r"\text{with the mean subtracted and }T=M\text{ the eigenvalues of }\Theta\text{ stay }O(1)",
        (r"\text{ReLU},\ (\sigma_w^2,\sigma_b^2)=(2,0),\ L=3,\ C=2",),
    ),
    Row(
        "karakida:bias-negligible",
        "Appendix D",
        r"\text{the contribution of }\nabla_bf_k\text{ to }F^*\text{ is negligible}",
        (WIDE,),
    ),
)
