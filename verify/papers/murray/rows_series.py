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
        "murray:thm-3.1",
        "Theorem 3.1 (5)-(8)",
        r"nK_l=\sum_p\kappa_{p,l}(XX^T)^{\odot p},\ \kappa_{p,1}=\delta_{p0}\gamma_b^2+\delta_{p1}\gamma_w^2,\ "
        r"\kappa_{p,l}=\alpha_{p,l}+\sum_{q\le p}\kappa_{q,l-1}\upsilon_{p-q,l};\ "
        r"\alpha_{p,2}=\sigma_w^2\mu_p^2(\phi)+\delta_{p0}\sigma_b^2,\ "
        r"\alpha_{p,l}=\sum_k\alpha_{k,2}F(p,k,\bar\alpha_{l-1}),\ \upsilon_{p,2}=\sigma_w^2\mu_p^2(\phi'),\ "
        r"\upsilon_{p,l}=\sum_k\upsilon_{k,2}F(p,k,\bar\alpha_{l-1});\ "
        r"\text{the coefficients are}\ge0\text{ and the series converge absolutely}",
        (A1, A2),
    ),
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
        "murray:fig-2",
        "Figure 2, Section 3, Appendix B.3",
        r"|\Theta^{(L+1)}(\rho)-\Theta_T^{(L+1)}(\rho)|\text{ for ReLU: machine precision for }|\rho|\le1/2"
        r"\text{ and }T=50,\text{ uniformly }10^{-1};\text{ it goes up with }L\text{ and down with }T,"
        r"\text{ is smaller at }-\rho\text{ and for other activations}",
        (r"\gamma_w^2=1,\sigma_w^2=2,\gamma_b^2=\sigma_b^2=0",),
    ),
    Row(
        "murray:eq-11",
        "(11)",
        r"\Sigma^{(1)}=\gamma_w^2x^Tx+\gamma_b^2,\ A^{(l)}=\begin{pmatrix}\Sigma(x,x)&\Sigma(x,y)\\"
        r"\Sigma(y,x)&\Sigma(x,x)\end{pmatrix},\ \Sigma^{(l)}=\sigma_w^2E_{A^{(l)}}[\phi\phi]+\sigma_b^2,\ "
        r"\dot\Sigma^{(l)}=\sigma_w^2E_{A^{(l)}}[\phi'\phi']",
        (A1,),
    ),
    Row(
        "murray:eq-12",
        "(12)",
        r"\Theta^{(l)}=\Theta^{(l-1)}\dot\Sigma^{(l)}+\Sigma^{(l)}"
        r"=\Sigma^{(l)}+\sum_{h<l}\Sigma^{(h)}\prod_{h<j\le l}\dot\Sigma^{(j)}",
        (A1,),
    ),
    Row(
        "murray:lem-a.1",
        "Lemma A.1 (13), (14)",
        r"G_1=\gamma_w^2XX^T+\gamma_b^2,\ G_2=\sigma_w^2E_w[\phi(Xw)\phi(Xw)^T]+\sigma_b^2,\ "
        r"G_l=\sigma_w^2E_w[\phi(\sqrt{G_{l-1}}w)\phi(\sqrt{G_{l-1}}w)^T]+\sigma_b^2,\ \dot G_l\text{ likewise with }"
        r"\phi';\ [G_l]_{ij}=\Sigma^{(l)}(x_i,x_j),\ G_l\succeq0,\ nK_l=G_l+nK_{l-1}\odot\dot G_l"
        r"=G_l+\sum_{i<l}G_i\odot(\bigodot_{j=i+1}^l\dot G_j)",
        (A1,),
    ),
    Row(
        "murray:eq-16",
        "(16), (17)",
        r"\Sigma^{(l)}(x,x)=V(\Sigma^{(l-1)}(x,x)),\ V(q)=\sigma_w^2E[\phi(\sqrt qZ)^2]+\sigma_b^2",
        (A1,),
    ),
    Row(
        "murray:eq-18",
        "(18), (19)",
        r"\rho^{(l)}=\Sigma^{(l)}(x,y)/\sqrt{\Sigma^{(l)}(x,x)\Sigma^{(l)}(y,y)}=R(\rho^{(l-1)}),\ "
        r"R(\rho)=\sigma_w^2E[\phi(U_1)\phi(U_2)]+\sigma_b^2:[-1,1]\to[-1,1],\ R(1)=V(1)=1",
        (A1, A2),
    ),
    Row(
        "murray:eq-20",
        "(20) and the display after it",
        r"R'(\rho)=\sigma_w^2E[\phi'(U_1)\phi'(U_2)],\ \dot\Sigma^{(l)}(x,y)=R'(\rho^{(l)}(x,y))",
        (A1, A2, A3),
    ),
    Row(
        "murray:lem-a.2",
        "Lemma A.2",
        r"[G_l]_{ij}\in[-1,1],\ [G_l]_{ii}=1,\ [\dot G_l]_{ij}\in[-\chi,\chi],\ [\dot G_l]_{ii}=\chi,\ "
        r"\Theta(x_i,x_j)=\Theta(x_i^Tx_j),\ \chi=\sigma_w^2E[\phi'(Z)^2]",
        (A1, A2),
    ),
    Row("murray:cor-a.3", "Corollary A.3 (21)", r"\chi=1\Rightarrow\mathrm{Tr}(K_l)=l", (A1, A2, r"\chi=1")),
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
    Row(
        "murray:lem-b.2",
        "Lemma B.2 (29)-(35)",
        r"G_l=\sum_k\alpha_{k,l}(XX^T)^{\odot k},\ \dot G_l=\sum_k\upsilon_{k,l}(XX^T)^{\odot k}\text{ with (7), (8)};"
        r"\ \alpha_{p,l},\upsilon_{p,l}\ge0,\ \sum_k\alpha_{k,l}=1,\ \sum_p|F(p,k,\bar\alpha_l)\rho^p|\le1",
        (A1, A2),
    ),
    Row("murray:lem-b.3", "Lemma B.3", r"\mu_k(\phi')=\sqrt{k+1}\mu_{k+1}(\phi)", (A3,)),
    Row(
        "murray:cor-b.4",
        "Corollary B.4 (36)",
        r"\upsilon_{p,2}=(p+1)\alpha_{p+1,2},\ "
        r"\upsilon_{p,l}=\sum_k\upsilon_{k,2}F(p,k,\bar\alpha_{l-1})\text{ for }l\ge3",
        (A1, A2, A3),
    ),
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
        "murray:tanh-derivative-rate",
        "proof of Lemma B.5",
        r"\mu_p(\tanh')=O(\exp(-\pi\sqrt p/4))",
    ),
    Row(
        "murray:def-b.6",
        "Definition B.6 (38)-(40)",
        r"\Theta_T^{(l)}(\rho)=\sum_{p\le T}\hat\kappa_{p,l}\rho^p,\ "
        r"\hat\kappa_{p,l}=\hat\alpha_{p,l}+\sum_{q\le p}\hat\kappa_{q,l-1}\hat\upsilon_{p-q,l},\ "
        r"\hat\alpha_{p,2}=\sigma_w^2\mu_p^2+\delta_{p0}\sigma_b^2,\ "
        r"\hat\alpha_{p,l}=\sum_{k\le T}\hat\alpha_{k,2}F(p,k,\bar{\hat\alpha}_{l-1})",
        (A1, A2, A3),
        "definition",
        "the functions truncated_coefficients, truncated_values and truncation_errors of eigenlaw.numerics.truncated; "
        "(41) must be corrected for it to be a truncation",
    ),
    Row(
        "murray:eq-41",
        "(41)",
        r"\hat\upsilon_{p,2}=\sqrt{p+1}\hat\alpha_{p+1,2},\ "
        r"\hat\upsilon_{p,l}=\sum_{k\le T}\sqrt{k+1}\hat\alpha_{p+1,2}F(p,k,\bar{\hat\alpha}_l)",
        (A1, A2, A3),
    ),
    Row(
        "murray:relu-dual",
        "Appendix B.3",
        r"R(\rho)=\frac{\sqrt{1-\rho^2}+\rho\arcsin\rho}{\pi}+\frac\rho2,\ R'(\rho)=\frac{\arcsin\rho}{\pi}+\frac12",
        (r"\phi=\mathrm{ReLU}", r"\gamma_w^2=1,\sigma_w^2=2,\gamma_b^2=\sigma_b^2=0"),
    ),
    Row(
        "murray:eq-42",
        "(42)",
        r"\rho_l=R(\rho_{l-1}),\ \Theta_l=\rho_l+\rho_{l-1}R'(\rho_{l-1}),\ l\ge2",
        (r"\phi=\mathrm{ReLU}", r"\gamma_w^2=1,\sigma_w^2=2,\gamma_b^2=\sigma_b^2=0"),
    ),
    Row(
        "murray:remark-b.3",
        "Appendix B.3",
        r"L=1:\ |\Theta-\Theta_T|(-\rho)=|\Theta-\Theta_T|(\rho)\text{ for ReLU, as }"
        r"\alpha_{p,2}=0\text{ for all odd }p",
        (r"\gamma_w^2=1,\sigma_w^2=2,\gamma_b^2=\sigma_b^2=0",),
    ),
    Row(
        "murray:lem-b.7",
        "Lemma B.7 (43)-(45)",
        r"\alpha_{0,l+1}=0,\ \alpha_{p,l+1}=C_{l+1}\eta_{l+1}^{-p},\ \eta_{l+1}=\frac{\eta_l\eta_2}{\eta_2+C_l},\ "
        r"C_{l+1}=\frac{C_lC_2}{\eta_2+C_l}",
        (r"\alpha_{0,2}=0", r"\alpha_{p,2}=C_2\eta_2^{-p}", r"\sum_p\alpha_{p,2}=1"),
    ),
    Row(
        "murray:lem-b.8",
        "Lemma B.8 (46), (47)",
        r"\upsilon_{p,2}=\frac{C_2}{\eta_2}(1+p)\eta_2^{-p},\ \upsilon_{0,l+1}=C_2/\eta_2,\ "
        r"\upsilon_{p,l+1}=(V'_{l+1}+V_{l+1}p)\eta_{l+1}^{-p}",
        (A3, "Lemma B.7"),
    ),
    Row(
        "murray:eq-49",
        "(49)",
        r"\kappa_{p,2}=\bigl(C_2+\gamma_b^2C_2\eta_2^{-1}+(\gamma_b^2C_2\eta_2^{-1}+\gamma_w^2C_2)p\bigr)\eta_2^{-p},"
        r"\ p\ge1",
        (A1, A2, A3, "Lemma B.7"),
    ),
    Row(
        "murray:lem-b.9",
        "Lemma B.9 (48)",
        r"\kappa_{p,l}\le(M'_l+K'_lp^{2l-3})\eta_l^{-p},\ p\ge1",
        (A1, A2, A3, "Lemma B.7"),
    ),
)
