"""The rows of Section 3.3 and Appendices B and C of Karakida et al.: the softmax, as printed."""

from eigenlaw.verify.claim import Row

LIMIT = r"M\to\infty"

ROWS: tuple[Row, ...] = (
    Row(
        "karakida:eq-25",
        "(25), (26)",
        r"g_i(t)=\exp(f_i(t))/\sum_k\exp(f_k(t)),\ p(y|x;\theta)=\prod_ig_i(t)^{y_i},\ y\text{ one-hot}",
        (),
        "definition",
        "the statistical model; the function eigenlaw.verify.metric_grams.softmax",
    ),
    Row(
        "karakida:eq-27",
        "(27), (28)",
        r"F_\mathrm{cross}=\frac1T\sum_{s,t}\sum_{k,k'}Q_{st}(k,k')\nabla f_k(s)\nabla f_{k'}(t)^\top,\ "
        r"Q_{st}(k,k')=\{g_k(t)\delta_{kk'}-g_k(t)g_{k'}(t)\}\delta_{st}",
    ),
    Row(
        "karakida:eq-29",
        "(29)",
        r"E[\|g(x;\theta+d\theta)-g(x;\theta)\|^2]\sim d\theta^\top F_\mathrm{cross}\,d\theta",
    ),
    Row(
        "karakida:thm-3.3-m",
        "Theorem 3.3",
        r"m_\lambda\sim\beta_1C\kappa_1/M,\ \beta_1=1-\frac1T\sum_t\sum_ig_i(t)^2",
        (LIMIT,),
    ),
    Row(
        "karakida:eq-b.4", "(B.4)", r"m_\lambda=\mathrm{Tr}(F^*_\mathrm{cross})/P\sim C(1-\beta_1)\kappa_1/M", (LIMIT,)
    ),
    Row(
        "karakida:beta2",
        "Theorem 3.3",
        r"\beta_2=\frac1{T^2}\sum_{s\ne t}\{\sum_ig_i(t)g_i(s)-2\sum_ig_i(t)^2g_i(s)+(\sum_ig_i(t)g_i(s))^2\}",
    ),
    Row(
        "karakida:beta3",
        "Theorem 3.3",
        r"\beta_3=\frac1T\sum_t\{\sum_i(1-2g_i(t))g_i(t)^2+(\sum_ig_i(t)^2)^2\}",
    ),
    Row("karakida:thm-3.3-s", "Theorem 3.3", r"s_\lambda\sim\alpha(\beta_2\kappa_2^2+\beta_3\kappa_1^2/T)", (LIMIT,)),
    Row(
        "karakida:thm-3.3-lower",
        "Theorem 3.3",
        r"\lambda_{\max}\ge\beta_4\alpha(\frac{T-1}T\kappa_2+\frac{\kappa_1}T)M,\ "
        r"\beta_4=\max_k\frac1T\sum_tg_k(t)(1-g_k(t))",
        (LIMIT,),
    ),
    Row("karakida:thm-3.3-upper", "Theorem 3.3", r"\lambda_{\max}\le\sqrt{\alpha s_\lambda}M", (LIMIT,)),
    Row(
        "karakida:fig-4",
        "Figure 4",
        r"m_\lambda,s_\lambda,\lambda_{\max}\text{ of }F_\mathrm{cross}\text{ agree with Theorem 3.3 for }"
        r"\tanh\,(3,0.64),\ \mathrm{ReLU}\,(2,0.1),\ \text{linear}\,(1,0.1)",
        (r"L=3,\ C=10,\ T=100", "M large"),
    ),
    Row(
        "karakida:beta-index",
        "after Theorem 3.3",
        r"\text{the }\beta_k\text{ generally depend on the index }i\text{ of each softmax output, }"
        r"\text{for the }g_i\text{ depend on }W^L,b^L",
    ),
    Row(
        "karakida:thm-3.4",
        "Theorem 3.4",
        r"\lambda_1,\dots,\lambda_C\text{ of }F_\mathrm{cross}\text{ are of }O(M)",
        (LIMIT,),
    ),
    Row(
        "karakida:eq-b.1",
        "(B.1)-(B.3)",
        r"F_\mathrm{cross}=RQR^\top,\ Q(k,k')_{st}=\{g_k(t)\delta_{kk'}-g_k(t)g_{k'}(t)\}\delta_{st};\ "
        r"\text{its non-zero eigenvalues are the singular values of }QR^\top R=QF^*",
    ),
    Row(
        "karakida:eq-b.5",
        "(B.5), (B.6)",
        r"s_\lambda=\mathrm{Tr}(F^{*2}_\mathrm{cross})/P\sim\sum_{k,k'}\mathrm{Tr}(Q(k,k')F^*(k',k')Q(k',k)F^*(k,k))/P"
        r"\sim\alpha(\beta_2\kappa_2^2+\beta_3\kappa_1^2/T)",
        (LIMIT,),
    ),
    Row(
        "karakida:eq-b.7",
        "(B.7), (B.8)",
        r"v_k=E[\nabla f_k]/\|E[\nabla f_k]\|,\ \|E[\nabla f_k]\|^2\sim\lambda_{\max}(F),\ "
        r"\lambda_{\max}\ge\lambda_{\max}(F)^{-1}(R\nu_k)^\top F_\mathrm{cross}(R\nu_k)"
        r"=\lambda_{\max}(F)^{-1}(F^*\nu_k)^\top Q(F^*\nu_k)",
        (LIMIT,),
    ),
    Row(
        "karakida:eq-b.9",
        "(B.9)",
        r"\lambda_{\max}(F)\ge\lambda_{\max}(F)\nu_k^\top Q\nu_k=\lambda_{\max}(F)\frac1T\sum_tg_k(t)(1-g_k(t))",
        (LIMIT,),
    ),
    Row(
        "karakida:eq-c.1",
        "(C.1)",
        r"\lambda_r=\max_{\|x\|=1,x\in U_{r-1}^\perp}x^\top F_\mathrm{cross}x,\ U_k=\mathrm{span}(u_1,\dots,u_k)",
    ),
    Row(
        "karakida:eq-c.2",
        "(C.2)",
        r"\lambda_r\ge\frac1T\sum_tg_{i_1}(t)(1-g_{i_1}(t))\,\lambda_{\max}(F),\ r=1,\dots,C",
        (LIMIT,),
    ),
)
