"""The rows of Section 2 of Karakida et al.: the networks, the metrics, the order parameters, as printed."""

from eigenlaw.verify.claim import Row

LIMIT = r"M\to\infty"

ROWS: tuple[Row, ...] = (
    Row(
        "karakida:eq-1",
        "(1), (2)",
        r"u_i^l=\sum_jW_{ij}^lh_j^{l-1}+b_i^l,\ h_i^l=\phi(u_i^l),\ f_i=h_i^L=u_i^L",
        (),
        "definition",
        "the network; the function eigenlaw.verify.wide_networks.propagate",
    ),
    Row(
        "karakida:eq-3",
        "(3)",
        r"\frac{\partial f_k}{\partial W_{ij}^l}=\delta_{k,i}^lh_j^{l-1},\ "
        r"\frac{\partial f_k}{\partial b_i^l}=\delta_{k,i}^l,\ "
        r"\delta_{k,i}^l=\phi'(u_i^l)\sum_j\delta_{k,j}^{l+1}W_{ji}^{l+1},\ l=1,\dots,L",
        (r"\phi\text{ weakly differentiable}",),
    ),
    Row(
        "karakida:eq-4",
        "(4)-(6)",
        r"W_{ij}^l\sim N(0,\sigma_w^2/M_{l-1}),\ b_i^l\sim N(0,\sigma_b^2);\ M_l=\alpha_lM\ (l<L),\ M_L=C;\ "
        r"x_j(t)\sim N(0,1)",
        (),
        "definition",
        "the ensemble; the functions sample_network, layer_widths and sample_inputs of eigenlaw.verify.wide_networks",
    ),
    Row(
        "karakida:condition-ii",
        "Condition (ii), Sections 2.1 and 3.1, Appendix A",
        r"\sigma_b\ne0\text{ or }\int Dz\,\phi(z)\ne0\ \Rightarrow\ \hat q_{st}^l>0,\ \tilde q_{st}^l>0,\ \kappa_2>0;\ "
        r"\text{sigmoid and (leaky) ReLU have a non-zero Gaussian mean}",
    ),
    Row(
        "karakida:eq-7",
        "(7)",
        r"E[|f_k(x;\theta+d\theta)-f_k(x;\theta)|^2]\sim d\theta^\top F_k\,d\theta",
        (r"d\theta\to0",),
    ),
    Row(
        "karakida:eq-8",
        "(8), (9)",
        r"F_k=E[\nabla_\theta f_k\nabla_\theta f_k^\top],\ F=\sum_{k=1}^CF_k",
        (),
        "definition",
        "the metric; the function eigenlaw.verify.parameter_metrics.mean_outer_products",
    ),
    Row(
        "karakida:eq-10",
        "(10)",
        r"F_k^{ll'}=E[\delta_k^l(\delta_k^{l'})^\top\otimes h^{l-1}(h^{l'-1})^\top]",
        ("weights only", r"\operatorname{vec}W\text{ row by row}"),
    ),
    Row(
        "karakida:eq-11",
        "(11), (12)",
        r"E[|f_k(h+dh;\theta)-f_k(h;\theta)|^2]\sim dh^\top A_k\,dh,\ A_k=E[\nabla_hf_k\nabla_hf_k^\top]",
        (r"dh\to0\text{ does not depend on }x",),
    ),
    Row(
        "karakida:eq-13",
        "(13)",
        r"A_k^{ll'}=(W^{l+1})^\top E[\delta_k^{l+1}(\delta_k^{l'+1})^\top]W^{l'+1},\ l,l'=0,\dots,L-1",
    ),
    Row(
        "karakida:eq-14",
        "(14)",
        r"E[|f_k(x+dx;\theta)-f_k(x;\theta)|^2]\sim dx^\top A_k^{00}\,dx",
        (r"dx\to0\text{ does not depend on }x",),
    ),
    Row(
        "karakida:eq-15",
        "(15)",
        r"\hat q_t^l=\frac1{M_l}\sum_ih_i^l(t)^2,\ \hat q_{st}^l=\frac1{M_l}\sum_ih_i^l(s)h_i^l(t);\ "
        r"\text{the same for all }t\text{, and for all }s\ne t\text{, in the limit}",
        (LIMIT,),
    ),
    Row(
        "karakida:eq-16",
        "(16)",
        r"\hat q_t^{l+1}=\int Du\,\phi^2(\sqrt{q_t^{l+1}}u),\ \hat q_{st}^{l+1}=I_\phi[q_t^{l+1},q_{st}^{l+1}],\ "
        r"q_t^{l+1}=\sigma_w^2\hat q_t^l+\sigma_b^2,\ q_{st}^{l+1}=\sigma_w^2\hat q_{st}^l+\sigma_b^2,\ "
        r"l=0,\dots,L-1;\ \hat q_t^0=1,\ \hat q_{st}^0=0",
        (LIMIT,),
    ),
    Row(
        "karakida:eq-17",
        "(17)",
        r"I_\phi[a,b]=\int Dy\,Dx\,\phi(\sqrt ax)\phi(\sqrt a(cx+\sqrt{1-c^2}y))"
        r"=\int Dy\left(\int Dx\,\phi(\sqrt{a-b}x+\sqrt by)\right)^2,\ c=b/a",
    ),
    Row(
        "karakida:eq-18",
        "(18)",
        r"\tilde q_t^l=\sum_i\delta_i^l(t)^2,\ \tilde q_{st}^l=\sum_i\delta_i^l(s)\delta_i^l(t);\ "
        r"O(1)\text{ and the same for all }k\text{ in the limit}",
        (LIMIT,),
    ),
    Row(
        "karakida:eq-19",
        "(19)",
        r"\tilde q_t^l=\sigma_w^2\tilde q_t^{l+1}\int Du\,[\phi'(\sqrt{q_t^l}u)]^2,\ "
        r"\tilde q_{st}^l=\sigma_w^2\tilde q_{st}^{l+1}I_{\phi'}[q_t^l,q_{st}^l],\ l=0,\dots,L-1;\ "
        r"\tilde q_t^L=\tilde q_{st}^L=1",
        (LIMIT,),
    ),
)
