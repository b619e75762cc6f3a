"""The rows of Section 5 and Appendices E and F of Karakida et al.: the metric of inputs and features, as printed."""

from eigenlaw.verify.claim import Row

WIDE = r"M\to\infty"

ROWS: tuple[Row, ...] = (
    Row(
        "karakida:fig-6",
        "Figure 6",
        r"\text{the }C\text{ largest eigenvalues of }A\text{ and of }A^{00}\text{ are apart from the others}",
        (r"\text{tanh},\ (\sigma_w^2,\sigma_b^2)=(3,0.64),\ L=3,\ C=10,\ M=500,\ T=1000",),
    ),
    Row("karakida:thm-5.1-m", "Theorem 5.1", r"m_\lambda\sim\tilde\kappa_1/M", (WIDE,)),
    Row(
        "karakida:thm-5.1-s",
        "Theorem 5.1",
        r"s_\lambda\sim\tilde\alpha\left(\frac{T-1}T\tilde\kappa_2^2+\frac{\tilde\kappa_1^2}T\right)",
        (WIDE,),
    ),
    Row(
        "karakida:thm-5.1-lambda-max",
        "Theorem 5.1",
        r"\lambda_{\max}\sim\tilde\alpha\left(\frac{T-1}T\tilde\kappa_2+\frac{\tilde\kappa_1}T\right)",
        (WIDE,),
    ),
    Row(
        "karakida:thm-5.1-variance",
        "after Theorem 5.1",
        r"\text{the variance of the eigenvalues of }A_k\text{ is of }O(1)\text{ for any }T",
        (WIDE,),
    ),
    Row(
        "karakida:kappa-tilde",
        "Theorem 5.1",
        r"\tilde\kappa_1=\frac{\sigma_w^2}{\tilde\alpha}\sum_{l=1}^L\tilde q_t^l,\ "
        r"\tilde\kappa_2=\frac{\sigma_w^2}{\tilde\alpha}\sum_{l=1}^L\tilde q_{st}^l,\text{ positive}",
        ("conditions (i), (ii)",),
    ),
    Row(
        "karakida:thm-5.1-eigenvector",
        "Theorem 5.1",
        r"\text{the eigenvector of }A_k\text{ for }\lambda_{\max}\text{ is }E[\nabla_hf_k]",
        (WIDE,),
    ),
    Row(
        "karakida:thm-5.1-depth",
        "after Theorem 5.1",
        r"\text{as the depth grows }\lambda_{\max}\text{ grows linearly, while the mean does not change}",
        (WIDE,),
    ),
    Row(
        "karakida:eq-e.1",
        "(E.1)",
        r"(A_k^*)_{st}\sim\frac{\sigma_w^2}T\sum_{l=1}^L\sum_j\delta_j^l(s)\delta_j^l(t)",
        (WIDE,),
    ),
    Row(
        "karakida:eq-e.2",
        "(E.2)",
        r"A_k^*=\frac{\tilde\alpha}T\bar A^*+\frac1To(1),\ \bar A^*_{st}=\tilde\kappa_1\ (s=t),\ \tilde\kappa_2\ "
        r"(s\ne t);\ \lambda_1(\bar A^*)=(T-1)\tilde\kappa_2+\tilde\kappa_1,\ \lambda_i=\tilde\kappa_1-\tilde\kappa_2",
        (WIDE,),
    ),
    Row(
        "karakida:eq-e.3",
        "(E.3), (E.4)",
        r"A_k^*(\nabla_hf_k^\top v)=\lambda_{\max}\nabla_hf_k^\top v,\ E[\nabla_hf_k]=\lambda_{\max}v",
        (r"A_kv=\lambda_{\max}v", r"\nabla_hf_k^\top v=\tilde\nu"),
    ),
    Row(
        "karakida:eq-e.5", "(E.5)", r"A=\tilde R\tilde R^\top,\ \tilde R=\frac1{\sqrt T}[\nabla_hf_1\cdots\nabla_hf_C]"
    ),
    Row(
        "karakida:eq-e.6-m-lambda-max",
        "(E.6)",
        r"m_\lambda(A)\sim\frac CM\tilde\kappa_1,\ "
        r"\lambda_{\max}(A)\sim\tilde\alpha\left(\frac{T-1}T\tilde\kappa_2+\frac{\tilde\kappa_1}T\right)",
        (WIDE,),
    ),
    Row(
        "karakida:eq-e.6-s",
        "(E.6)",
        r"s_\lambda(A)\sim\tilde\alpha\left(\frac{T-1}T\tilde\kappa_2^2+\frac{\tilde\kappa_1^2}T\right)C",
        (WIDE,),
    ),
    Row("karakida:thm-5.2-m", "Theorem 5.2", r"m_\lambda\sim\sigma_w^2\frac{\tilde q_t^{l+1}}{M_l}", (WIDE,)),
    Row(
        "karakida:thm-5.2-s",
        "Theorem 5.2",
        r"s_\lambda\sim\sigma_w^4\left(\frac{T-1}T(\tilde q_{st}^{l+1})^2+\frac{(\tilde q_t^{l+1})^2}T\right)",
        (WIDE,),
    ),
    Row(
        "karakida:thm-5.2-lambda-max",
        "Theorem 5.2",
        r"\lambda_{\max}\sim\sigma_w^2\left(\frac{T-1}T\tilde q_{st}^{l+1}+\frac{\tilde q_t^{l+1}}T\right)",
        (WIDE,),
    ),
    Row(
        "karakida:thm-5.2-eigenvector",
        "Theorem 5.2",
        r"\text{the eigenvector of }A_k^{ll}\text{ for }\lambda_{\max}\text{ is }E[\nabla_{h^l}f_k]",
        (WIDE, "conditions (i), (ii)"),
    ),
    Row(
        "karakida:eq-f.1",
        "(F.1), (F.2)",
        r"(A_k^{ll*})_{st}\sim\frac{\sigma_w^2}T\sum_j\delta_j^{l+1}(s)\delta_j^{l+1}(t),\ "
        r"A_k^{ll*}=\frac1T\bar A^{ll*}+\frac1To(1);\ m_\lambda,s_\lambda\text{ times }C\text{ for all outputs}",
        (WIDE,),
    ),
)
