"""The rows of Sections 3.1 and 3.2 and Appendix A of Karakida et al.: the Fisher information matrix, as printed."""

from eigenlaw.verify.claim import Row

_WIDE = (r"M\to\infty", "conditions (i) and (ii)")

ROWS: tuple[Row, ...] = (
    Row(
        "karakida:eq-20",
        "(20), (21), (9)",
        r"F=E[\nabla_\theta\log p(x,y;\theta)\nabla_\theta\log p(x,y;\theta)^\top]=\sum_kE[\nabla f_k\nabla f_k^\top]",
    ),
    Row(
        "karakida:kl",
        "after (20)",
        r"\mathrm{KL}[p(x,y;\theta):p(x,y;\theta+d\theta)]\sim d\theta^\top F\,d\theta",
    ),
    Row(
        "karakida:eq-21",
        "(21)",
        r"p(y|x;\theta)=\frac1{\sqrt{2\pi}}\exp\bigl(-\tfrac12\|y-f(x;\theta)\|^2\bigr)",
        (r"y\in\mathbb R^C",),
    ),
    Row(
        "karakida:eq-22",
        "(22)",
        r"F=E[\nabla_\theta f_k\nabla_\theta f_k^\top]=\frac1T\sum_t\nabla_\theta f_k(t)\nabla_\theta f_k(t)^\top",
    ),
    Row("karakida:thm-3.1-m", "Theorem 3.1", r"m_\lambda\sim\kappa_1\frac CM", _WIDE),
    Row(
        "karakida:thm-3.1-s",
        "Theorem 3.1",
        r"s_\lambda\sim\alpha\Bigl(\frac{T-1}T\kappa_2^2+\frac{\kappa_1^2}T\Bigr)C",
        _WIDE,
    ),
    Row(
        "karakida:thm-3.1-lambda-max",
        "Theorem 3.1",
        r"\lambda_{\max}\sim\alpha\Bigl(\frac{T-1}T\kappa_2+\frac{\kappa_1}T\Bigr)M",
        _WIDE,
    ),
    Row(
        "karakida:kappa",
        "Theorem 3.1",
        r"\alpha=\sum_{l=1}^{L-1}\alpha_l\alpha_{l-1},\ "
        r"\kappa_1=\sum_{l=1}^L\frac{\alpha_{l-1}}\alpha\tilde q_t^l\hat q_t^{l-1},\ "
        r"\kappa_2=\sum_{l=1}^L\frac{\alpha_{l-1}}\alpha\tilde q_{st}^l\hat q_{st}^{l-1}",
    ),
    Row(
        "karakida:thm-3.1-eigenspace",
        "Theorem 3.1",
        r"\text{the eigenspace of the }C\text{ largest eigenvalues is spanned by }E[\nabla_\theta f_k],\ k=1,\dots,C",
        _WIDE,
    ),
    Row(
        "karakida:thm-3.1-variance",
        "after Theorem 3.1",
        r"m_\lambda\text{ is of the order }1/M,\ s_\lambda-m_\lambda^2\text{ of the order }1,\ "
        r"\lambda_{\max}\text{ of the order }M",
        _WIDE,
    ),
    Row(
        "karakida:thm-3.1-large-t",
        "Section 3.1 and Appendix A",
        r"T\to\infty\text{ with }M:\ m_\lambda\sim\kappa_1\frac CM,\ s_\lambda\sim\alpha\kappa_2^2C,\ "
        r"\lambda_{\max}\sim\alpha\kappa_2M",
        _WIDE,
    ),
    Row(
        "karakida:remark-1",
        "Remark 1",
        r"\lambda_{\max}\text{ grows linearly with }L,\ m_\lambda\text{ is unchanged}",
        ("on the critical line", r"\tilde q^l,\tilde q_{st}^l\text{ take finite values}"),
    ),
    Row(
        "karakida:remark-2-hessian",
        "Remark 2",
        r"F=\nabla_\theta^2\frac1{2T}\sum_t\|f(t)-y(t)\|^2\text{ where the training loss is }0",
        (r"y=f",),
    ),
    Row(
        "karakida:remark-2-learning-rate",
        "Remark 2",
        r"\eta<2/\lambda_{\max}\text{ is necessary for the steepest gradient method to converge}",
        ("near a minimum with zero training loss",),
    ),
    Row(
        "karakida:fig-3",
        "Remark 3 and Figure 3",
        r"\text{two populations of eigenvalues of }F\text{ and of }F^{22},\text{ the larger one of }C"
        r"\text{ eigenvalues, near the theoretical }\lambda_{\max}",
        (r"\phi=\tanh,\ (\sigma_w^2,\sigma_b^2)=(3,0.64)", r"L=3,\ M=200,\ C=10,\ T=100,\ \alpha_l=1"),
    ),
    Row(
        "karakida:eq-23",
        "(23)",
        r"\bar F=\sum_kE[\nabla\bar f_k\nabla\bar f_k^\top]"
        r"=\sum_kE[\nabla f_k\nabla f_k^\top]-\sum_kE[\nabla f_k]E[\nabla f_k]^\top,\ "
        r"\|E[\nabla f_k]\|^2\sim\lambda_{\max}",
        (r"\bar f_k=f_k-E[f_k]",),
    ),
    Row(
        "karakida:fbar",
        "after (23)",
        r"m_\lambda(\bar F)=O(1/M),\ \lambda_{\max}(\bar F)=O(1)",
        (r"T=O(M)",),
    ),
    Row(
        "karakida:thm-3.2-m-s",
        "Theorem 3.2",
        r"m_\lambda^l\sim\tilde q_t^l\hat q_t^{l-1}\frac C{\alpha_lM},\ "
        r"s_\lambda^l\sim\frac{\alpha_{l-1}}{\alpha_l}\Bigl(\frac{T-1}T(\tilde q_{st}^l\hat q_{st}^{l-1})^2"
        r"+\frac{(\tilde q_t^l\hat q_t^{l-1})^2}T\Bigr)C",
        _WIDE,
    ),
    Row(
        "karakida:thm-3.2-lambda-max",
        "Theorem 3.2",
        r"\lambda_{\max}^l\sim\alpha_{l-1}\Bigl(\frac{T-1}T\tilde q_{st}^l\hat q_{st}^{l-1}"
        r"+\frac{\tilde q_t^l\hat q_t^{l-1}}T\Bigr)M",
        _WIDE,
    ),
    Row(
        "karakida:thm-3.2-eigenspace",
        "Theorem 3.2",
        r"\text{the eigenspace of the }C\text{ largest eigenvalues of }F^{ll}"
        r"\text{ is spanned by }E[\nabla_{\theta^l}f_k]",
        _WIDE,
    ),
    Row("karakida:eq-24", "(24)", r"\lambda_{\max}=\sum_{l=1}^L\lambda_{\max}^l", _WIDE),
    Row(
        "karakida:block-diagonal",
        "after (24)",
        r"F\text{ without its off-diagonal blocks has the mean }m_\lambda\text{ and the largest eigenvalue }"
        r"\max_l\lambda_{\max}^l",
    ),
    Row(
        "karakida:eq-a.1",
        "(A.1), (A.2), (A.6)-(A.8)",
        r"F=RR^\top\text{ and }F^*=R^\top R\text{ have the same non-zero eigenvalues; so have }F^{ll},F^{ll*}",
        (r"R=\tfrac1{\sqrt T}[\nabla_\theta f_1\cdots\nabla_\theta f_C]",),
    ),
    Row("karakida:eq-a.3", "(A.3)", r"F^*(k,k')=\alpha\frac MTK\delta_{kk'}+\frac1To(M)", _WIDE),
    Row(
        "karakida:eq-a.4",
        "(A.4), (A.5)",
        r"K_{ss}=\kappa_1,\ K_{st}=\kappa_2:\ \lambda_{\max}=(T-1)\kappa_2+\kappa_1\text{ with the vectors }\nu_k,"
        r"\text{ all others }\kappa_1-\kappa_2",
        (r"\kappa_2\ge0",),
    ),
    Row(
        "karakida:eq-a.9",
        "(A.9), (A.10)",
        r"F^{ll*}(k,k')=\alpha_{l-1}\frac MTK^l\delta_{kk'}+\frac1To(M),\ "
        r"K_{ss}^l=\tilde q^l\hat q^{l-1},\ K_{st}^l=\tilde q_{st}^l\hat q_{st}^{l-1};\ P_l=\alpha_l\alpha_{l-1}M^2",
        _WIDE,
    ),
)
