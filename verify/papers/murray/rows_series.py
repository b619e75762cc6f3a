"""The rows of Sections 2 and 3 and Appendices A and B of Murray et al.: the power series, as printed."""

from eigenlaw.verify.claim import Row

A1, A2, A3 = "Assumption 1", "Assumption 2", "Assumption 3"

ROWS: tuple[Row, ...] = (
    Row(
        "murray:eq-1",
        "(1)",
        r"g^{(1)}=\gamma_wW^{(1)}x+\gamma_bb^{(1)},\ g^{(l)}=\frac{\sigma_w}{\sqrt{m_{l-1}}}W^{(l)}f^{(l-1)}"
        r"+\sigma_bb^{(l)},\ g^{(L+1)}=\frac{\sigma_w}{\sqrt{m_L}}W^{(L+1)}f^{(L)}"
        r"\text{ has the kernel (12) in the mean}",
        (A1,),
    ),
    Row("murray:eq-2", "(2)", r"\tilde\Theta^{(l)}=\langle\nabla f^{(l)},\nabla f^{(l)}\rangle\to\Theta^{(l)}", (A1,)),
    Row(
        "murray:eq-3",
        "(3)",
        r"[K_l]_{ij}=\Theta^{(l)}(x_i,x_j)/n",
        (),
        "definition",
        "a normalisation; the function eigenlaw.numerics.gram.kernel_matrix",
    ),
    Row(
        "murray:assumptions",
        "Assumptions 1, 2, 3",
        r"\gamma_w^2+\gamma_b^2=1,\ \sigma_w^2E[\phi^2]\le1,\ \sigma_b^2=1-\sigma_w^2E[\phi^2],\ \|x\|=1;\ "
        r"\phi\text{ absolutely continuous, polynomially bounded, }\phi'\in L^2(\gamma)",
        (),
        "definition",
        "hypotheses of the other rows; the functions eigenlaw.numerics.variances.hyper_parameters and "
        "eigenlaw.theory.ntk.hyperparameters",
    ),
    Row("murray:eq-4", "(4)", r"F(p,k,\bar a)=\sum_{(j_i)\in J(p,k)}\prod_ia_{j_i},\ F(p,0,\bar a)=\delta_{p0}"),
    Row(
        "murray:eq-9",
        "(9)",
        r"\kappa_{p,2}=\sigma_w^2(1+\gamma_w^2p)\mu_p^2+\sigma_w^2\gamma_b^2(1+p)\mu_{p+1}^2+\delta_{p0}\sigma_b^2",
        (A1, A2, "one hidden layer"),
    ),
    Row(
        "murray:table-1",
        "Table 1",
        r"100\sum_{p\le T}\kappa_{p,2}/\sum_p\kappa_{p,2}\text{ for ReLU, Tanh, Sigmoid, Gaussian, }T=0,\dots,5",
        (r"\gamma_w^2=1,\gamma_b^2=0,\sigma_w^2=1,\sigma_b^2=1-E[\phi^2]",),
    ),
    Row(
        "murray:lem-3.2.1",
        "Lemma 3.2.1 / B.5.1",
        r"\phi=\mathrm{ReLU}:\ \kappa_{p,2}=\delta_{(\gamma_b>0)\cup(p\text{ even})}\Theta(p^{-3/2})",
        (A1, A2),
    ),
    Row(
        "murray:lem-3.2.2",
        "Lemma 3.2.2 / B.5.2",
        r"\phi=\tanh:\ \kappa_{p,2}=O(\exp(-\pi\sqrt{p-1}/2))",
        (A1, A2),
    ),
    Row(
        "murray:lem-3.2.3",
        "Lemma 3.2.3 / B.5.3",
        r"\phi=\omega_\sigma:\ \kappa_{p,2}=\delta_{(\gamma_b>0)\cup(p\text{ even})}\Theta(p^{1/2}(\sigma^2+1)^{-p})",
        (A1, A2),
    ),
    Row(
        "murray:eq-11",
        "(11)",
        r"\Sigma^{(1)}=\gamma_w^2x^Tx+\gamma_b^2,\ A^{(l)}=\begin{pmatrix}\Sigma(x,x)&\Sigma(x,y)\\"
        r"\Sigma(y,x)&\Sigma(x,x)\end{pmatrix},\ \Sigma^{(l)}=\sigma_w^2E_{A^{(l)}}[\phi\phi]+\sigma_b^2,\ "
        r"\dot\Sigma^{(l)}=\sigma_w^2E_{A^{(l)}}[\phi'\phi']",
        (A1,),
    ),
    Row("murray:eq-12", "(12)", r"\Theta^{(l)}=\Theta^{(l-1)}\dot\Sigma^{(l)}+\Sigma^{(l)}", (A1,)),
    Row(
        "murray:eq-22",
        "(22)-(26)",
        r"\phi=\sum_k\mu_kh_k,\ \mu_k=E[\phi h_k],\ h_k'=\sqrt kh_{k-1},\ xh_k=\sqrt{k+1}h_{k+1}+\sqrt kh_{k-1},\ "
        r"h_k(0)=(-1)^{k/2}(k-1)!!/\sqrt{k!}\text{ for even }k",
    ),
    Row(
        "murray:lem-a.4",
        "Lemma A.4 (27)",
        r"\mu_k(\mathrm{ReLU})=1/\sqrt{2\pi},\ 1/2,\ (k-3)!!/\sqrt{2\pi k!}\ (k\ge2\text{ even}),\ 0\ (k>3\text{ odd})",
    ),
    Row(
        "murray:lem-b.1",
        "Lemma B.1",
        r"\sum_k\mu_k^2(AA^T)^{\odot k}=E_w[\phi(Aw)\phi(Aw)^T]",
        (r"\|a_i\|=1", r"\phi\in L^2(\gamma)"),
    ),
    Row("murray:lem-b.3", "Lemma B.3", r"\mu_k(\phi')=\sqrt{k+1}\mu_{k+1}(\phi)", (A3,)),
    Row("murray:cor-b.4", "Corollary B.4 (36)", r"\upsilon_{p,2}=(p+1)\alpha_{p+1,2}", (A1, A2, A3)),
    Row(
        "murray:eq-37",
        "(37)",
        r"\frac1{\sqrt{\pi(p+1/2)}}<\frac{(p-1)!!}{p!!}<\frac1{\sqrt{\pi(p+1/4)}}",
        (r"p\text{ even}",),
    ),
    Row(
        "murray:gaussian-coefficients",
        "proof of Lemma B.5",
        r"\mu_p^2(\omega_\sigma)=\frac{p!}{((p/2)!)^22^p2\pi(\sigma^2+1)^{p+1}}\text{ for even }p,\ 0\text{ for odd }p",
    ),
    Row(
        "murray:eq-41",
        "(41)",
        r"\hat\upsilon_{p,2}=\sqrt{p+1}\hat\alpha_{p+1,2},\ "
        r"\hat\upsilon_{p,l}=\sum_{k\le T}\sqrt{k+1}\hat\alpha_{p+1,2}F(p,k,\bar{\hat\alpha}_l)",
        (A1, A2, A3),
    ),
)
