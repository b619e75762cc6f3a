"""The rows of Section 4 and Appendix C of Murray et al.: the spectrum, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = (
    Row(
        "murray:eq-10",
        "(10) and the bound after it",
        r"|\{p:\lambda_p(A)\ge c\lambda_1(A)\}|\le c^{-1}\mathrm{eff}(A),\ \lambda_p/\lambda_1\le\mathrm{eff}(A)/p",
        (r"A\succeq0",),
    ),
    Row(
        "murray:thm-4.1",
        "Theorem 4.1",
        r"\mathrm{eff}(K)\le\sum_pc_p/c_0",
        (r"nK=\sum_pc_p(XX^T)^{\odot p}", r"c_p\ge0,\ c_0\ne0", r"\|x_i\|=1"),
    ),
    Row(
        "murray:remark-4.3",
        "after Theorem 4.3",
        r"\sum_{p\ge1}\kappa_{p,2}/\kappa_{1,2}\approx1.3\text{ for ReLU}",
        ("hyper-parameters of Table 1",),
    ),
    Row(
        "murray:obs-4.2",
        "Observations 4.2 and 4.4",
        r"\lambda_1(K)\text{ takes an }\Omega(1)\text{ share of the trace, }O(1)\text{ eigenvalues are of its order; }"
        r"\text{low rank of the data is inherited by }\tilde K",
        (r"c_p\ge0", r"\|x_i\|=1"),
    ),
    Row(
        "murray:thm-4.3",
        "Theorem 4.3",
        r"\mathrm{eff}(K-\tfrac{c_0}{n}1_{n\times n})\le\mathrm{eff}(XX^T)\sum_{p\ge1}c_p/c_1",
        (r"c_p\ge0,\ c_1\ne0", r"\|x_i\|=1"),
    ),
    Row(
        "murray:thm-4.5",
        "Theorem 4.5",
        r"\mathrm{eff}(K)\le C\,\mathrm{eff}(XX^T)\text{ with probability at least }1-\varepsilon,\ C\text{ absolute}",
        (
            r"\phi=\mathrm{ReLU},\ n\ge d",
            r"w_\ell\sim N(0,\nu_1^2I_d),\ a_\ell\sim N(0,\nu_2^2)\text{ i.i.d.}",
            r"m=\Omega(\max(\lambda_1(\Sigma)^{-2},1)\max(n,\log(1/\varepsilon))),\ \nu_1=O(1/(M\sqrt m))",
        ),
    ),
    Row(
        "murray:thm-4.6",
        "Theorem 4.6, (55)-(62)",
        r"\lambda_k=\frac{\pi^{d/2}}{2^{k-1}}\sum_{p\ge k,\ p-k\text{ even}}c_p"
        r"\frac{\Gamma(p+1)\Gamma(\frac{p-k+1}2)}{\Gamma(p-k+1)\Gamma(\frac{p-k+1}2+k+\frac d2)}",
        (r"\text{data uniform on }S^d,\ d\ge2", r"K(x,y)=\sum_pc_p\langle x,y\rangle^p,\ c_p\ge0"),
    ),
    Row(
        "murray:cor-4.7.1",
        "Corollary 4.7 (C.19), item 1",
        r"c_p=\Theta(p^{-a}),\ a\ge1\Rightarrow\lambda_k=\Theta(k^{-d-2a+2})",
        ("Theorem 4.6",),
    ),
    Row(
        "murray:cor-4.7.2",
        "Corollary 4.7 (C.19), item 2",
        r"c_p=\delta_{(p\text{ even})}\Theta(p^{-a})\Rightarrow\lambda_k=\delta_{(k\text{ even})}\Theta(k^{-d-2a+2})",
        ("Theorem 4.6",),
    ),
    Row(
        "murray:cor-4.7.3",
        "Corollary 4.7 (C.19), item 3",
        r"c_p=O(\exp(-a\sqrt p))\Rightarrow\lambda_k=O(k^{-d+1/2}\exp(-a\sqrt k))",
        ("Theorem 4.6",),
    ),
    Row(
        "murray:cor-4.7.4",
        "Corollary 4.7 (C.19), item 4",
        r"c_p=\Theta(p^{1/2}a^{-p})\Rightarrow\lambda_k=O(k^{-d+1}a^{-k}),\ \lambda_k=\Omega(k^{-d/2+1}2^{-k}a^{-k})",
        ("Theorem 4.6",),
    ),
    Row(
        "murray:subadditivity",
        "C.2.2",
        r"\mathrm{eff}(A+B)\le\frac{\mathrm{Tr}A+\mathrm{Tr}B}{\max(\lambda_1(A),\lambda_1(B))}"
        r"\le\mathrm{eff}(A)+\mathrm{eff}(B),\ \mathrm{eff}(K)\le\mathrm{eff}(K_{\mathrm{outer}})+"
        r"\mathrm{eff}(K_{\mathrm{inner}})",
        (r"A,B\succeq0",),
    ),
    Row(
        "murray:thm-c.1",
        "Theorem C.1",
        r"\frac{\min_i\|Y_i\|_2^2}{\max_i\|Y_i\|_2^2}\mathrm{eff}(XX^T)\le\mathrm{eff}(K_{\mathrm{inner}})"
        r"\le\frac{\max_i\|Y_i\|_2^2}{\alpha^2}\mathrm{eff}(XX^T),\ "
        r"\alpha=\sup_{\|b\|=1}\min_j|\langle Y_j,b\rangle|",
        (r"\alpha>0",),
    ),
    Row(
        "murray:cor-c.2",
        "Corollary C.2",
        r"\frac{\alpha^2}{\phi_{\max}^2\|a\|_2^2}\mathrm{eff}(XX^T)\le\mathrm{eff}(K_{\mathrm{inner}})"
        r"\le\frac{\phi_{\max}^2\|a\|_2^2}{\alpha^2}\mathrm{eff}(XX^T),\ \phi_{\max}=\sup|\phi'|",
        (r"\alpha>0", r"\phi_{\max}<\infty"),
    ),
    Row(
        "murray:cor-c.3",
        "Corollary C.3",
        r"\frac{\phi_{\min}^2}{\phi_{\max}^2}\mathrm{eff}(XX^T)\le\mathrm{eff}(K_{\mathrm{inner}})"
        r"\le\frac{\phi_{\max}^2}{\phi_{\min}^2}\mathrm{eff}(XX^T)",
        (r"\phi'(x)\in[\phi_{\min},\phi_{\max}],\ \phi_{\min}>0",),
    ),
    Row(
        "murray:lem-c.4",
        "Lemma C.4",
        r"\alpha\ge\frac{R_{\min}^2}{R_{\max}}\frac{T}{|\tau|^{1/2}},\ "
        r"T=\min_i\sum_{\ell\in\tau}I[\langle x_i,w_\ell\rangle\ge0]",
        (r"\phi=\mathrm{ReLU}", r"\tau=\{\ell:|a_\ell|\in[R_{\min},R_{\max}]\}"),
    ),
    Row(
        "murray:thm-c.5",
        "Theorem C.5 and its proof",
        r"\frac{(1-\delta)^2}4\mathrm{eff}(XX^T)\le\mathrm{eff}(K_{\mathrm{inner}})\le\frac4{(1-\delta)^2}"
        r"\mathrm{eff}(XX^T)\text{ with probability at least }1-\varepsilon",
        (
            r"\phi=\mathrm{ReLU},\ |a_\ell|=R>0",
            r"w_\ell\text{ independent, of uniform direction}",
            r"m\ge4\log(n/\varepsilon)/\delta^2",
        ),
    ),
    Row(
        "murray:lem-c.6",
        "Lemma C.6",
        r"\alpha\ge\frac\nu8(1-\delta)^{3/2}p^{1/2}m^{1/2}\text{ with probability at least }(1-\varepsilon)^2,\ "
        r"p=P(|z|\in[\tfrac12,1])\approx0.3",
        (
            r"\phi=\mathrm{ReLU},\ a_\ell\sim N(0,\nu^2)\text{ i.i.d.}",
            r"w_\ell\text{ independent, of uniform direction}",
            r"m\ge4\log(n/\varepsilon)/(\delta^2(1-\delta)p)",
        ),
    ),
    Row(
        "murray:thm-c.7",
        "Theorem C.7, Corollary C.8",
        r"C^{-1}\mathrm{eff}(XX^T)\le\mathrm{eff}(K_{\mathrm{inner}})\le C\,\mathrm{eff}(XX^T)"
        r"\text{ with probability at least }1-3\varepsilon,\ "
        r"C=\frac{64}{(1-\delta)^3p}\Bigl[1+\frac{\max(c^{-1}K\log(1/\varepsilon),mK)}m\Bigr];\ "
        r"C\text{ absolute for }m=\Omega(\log(n/\varepsilon))",
        ("as in Lemma C.6", r"c,K>0\text{ absolute}"),
    ),
    Row(
        "murray:lem-c.9",
        "Lemma C.9",
        r"\frac{\|\phi(WX^T)\|_F^2}{[\|\phi(WX^T)\|_2+\|\phi(-WX^T)\|_2]^2}"
        r"\le\frac{\|W\|_2^2}{\sigma_{\min}(W)^2}\mathrm{eff}(XX^T)",
        (r"\phi=\mathrm{ReLU}", r"W\text{ of full rank},\ m\ge d"),
    ),
    Row(
        "murray:cor-c.10",
        "Corollary C.10",
        r"\frac{\max\|\phi(\pm WX^T)\|_F^2}{\max\|\phi(\pm WX^T)\|_2^2}"
        r"\le4\frac{\|W\|_2^2}{\sigma_{\min}(W)^2}\mathrm{eff}(XX^T)",
        (r"\phi=\mathrm{ReLU}", r"W\text{ of full rank},\ m\ge d"),
    ),
    Row(
        "murray:cor-c.11",
        "Corollary C.11",
        r"\mathrm{eff}(K_{\mathrm{outer}})\le4\frac{\|W\|_2^2}{\sigma_{\min}(W)^2}\mathrm{eff}(XX^T)"
        r"\text{ with probability at least }\tfrac12",
        (r"\phi=\mathrm{ReLU},\ m\ge d", r"W\sim-W,\text{ given that }W\text{ has full rank}"),
    ),
    Row(
        "murray:thm-c.12",
        "Theorem C.12",
        r"\sqrt N-\sqrt n-t\le\sigma_{\min}(A)\le\sigma_1(A)\le\sqrt N+\sqrt n+t"
        r"\text{ with probability at least }1-2e^{-t^2/2}",
        (r"A\in\mathbb R^{N\times n},\ A_{ij}\sim N(0,1)\text{ i.i.d.}", r"t\ge0"),
    ),
    Row(
        "murray:lem-c.14",
        "Theorem C.13, Lemma C.14",
        r"\|\tfrac1mA^TA-\Sigma\|_2\le\max(\delta,\delta^2)\text{ with probability at least }1-2e^{-c_Kt^2},\ "
        r"\delta=C_K\sqrt{n/m}+t/\sqrt m",
        (
            r"\text{rows independent, }K=\max_i\|A_i\|_{\psi_2}\text{; or }A=\phi(WX^T),\ K=M\nu\sqrt n",
            r"t\ge0",
        ),
    ),
    Row(
        "murray:thm-c.15",
        "Theorem C.15, Corollary C.16",
        r"\mathrm{eff}(K_{\mathrm{outer}})\le12\Bigl(\frac{\sqrt m+\sqrt d+t_1}{\sqrt m-\sqrt d-t_1}\Bigr)^2"
        r"\mathrm{eff}(XX^T)\text{ with probability at least }1-3\varepsilon,\ t_1=\sqrt{2\log(2/\varepsilon)};\ "
        r"\le C\,\mathrm{eff}(XX^T)\text{ under the hypotheses of Theorem 4.5}",
        (
            r"\phi=\mathrm{ReLU},\ m\ge d,\ w_\ell\sim N(0,\nu^2I_d)\text{ i.i.d.}",
            r"\sqrt m>\sqrt d+t_1,\ \max(\delta,\delta^2)\le\tfrac12\lambda_1(\Sigma),\ "
            r"\delta=C_K[\sqrt{n/m}+\sqrt{\log(2/\varepsilon)/m}]",
        ),
    ),
    Row(
        "murray:magnitude-c.2.6",
        "C.2.6",
        r"i\lambda_i(K)/\lambda_1(K)\le\mathrm{eff}(K)\lesssim\mathrm{eff}(XX^T)\le d,\ "
        r"\lambda_n(K)/\lambda_1(K)\lesssim d/n",
        (r"m\gtrsim n",),
    ),
    Row(
        "murray:thm-c.17",
        "Theorem C.17",
        r"\tfrac14\mathrm{eff}(XX^T)\le\mathrm{eff}(K^\infty_{\mathrm{inner}})\le4\,\mathrm{eff}(XX^T)",
        (r"\phi=\mathrm{ReLU}", r"X\ne0"),
    ),
    Row(
        "murray:cor-c.18",
        "Corollary C.18",
        r"\lambda_n(K^\infty_{\mathrm{inner}})/\lambda_1(K^\infty_{\mathrm{inner}})\le4d/n",
        (r"\phi=\mathrm{ReLU}", r"X\ne0"),
    ),
    Row(
        "murray:fig-1",
        "Figures 1 and 3, Section 4.1, C.3",
        r"\text{finite networks with 2 and 5 layers have one dominant outlier }\lambda_1\text{, more pronounced with }"
        r"\text{depth and for ReLU; the tail inherits the spectrum of the data; Tanh is closer to linear than ReLU}",
        (r"\text{PyTorch's default initialisation, width 500 or 100 channels}", r"n=200"),
    ),
    Row(
        "murray:fig-4",
        "Figure 4, C.3",
        r"\text{two layers on }S^2:\ \lambda_\ell=\Theta(\ell^{-3/2})\text{ for ReLU},\ "
        r"O(\ell^{-3/4}\exp(-\tfrac\pi2\ell^{1/4}))\text{ for Tanh},\ "
        r"O(\ell^{-1/2}2^{-\ell^{1/2}})\text{ for the Gaussian}",
        ("Assumption 1", "Assumption 2"),
    ),
    Row(
        "murray:eq-66",
        "(66)-(70)",
        r"f_a(p)=\frac{p^{-a}(p+1)^{p+1/2}}{(p-k+1)^{(p-k+1)/2}(p+k+1+d)^{(p+k+d)/2}},\ "
        r"f_a'\text{ has the sign of }g_a,\ "
        r"g_a(p)\ge0\text{ for }k\le p\le\tfrac{k^2}{d+24a}\text{ and }k\text{ large enough}",
        (r"d\ge2",),
    ),
    Row(
        "murray:remark-c.4-zero-bias",
        "closing remark of C.4",
        r"\text{two-layer ReLU, }\gamma_b=0:\text{ the eigenvalues of the even frequencies are }0",
        ("Assumption 1", "Assumption 2"),
    ),
    Row(
        "murray:remark-c.4-bias",
        "closing remark of C.4",
        r"\text{two-layer ReLU, }\gamma_b>0:\ \lambda_k=\Theta(k^{-d-1}),\ \lambda_\ell=\Theta(\ell^{-(d+1)/d})",
        ("Assumption 1", "Assumption 2"),
    ),
    Row(
        "murray:lem-c.20",
        "Lemma C.20",
        r"k>\mathrm{rank}(H_m)\Rightarrow\lambda_k(K)\le\frac{\|G^{\odot m}\|}n\sum_{j\ge m}c_j,\ "
        r"H_m=\sum_{j<m}c_jG^{\odot j}",
        (r"c_j\ge0", r"\|x_i\|=1,\ r=\mathrm{rank}(X)\ge2"),
    ),
    Row(
        "murray:lem-c.21",
        "Lemma C.21 (103)",
        r"\mathrm{rank}(H_m)\le1+\min\{r-1,m-1\}(2e)^{r-1}+\max\{0,m-r\}\Big(\frac{2e}{r-1}\Big)^{r-1}(m-1)^{r-1}",
        (r"G\succeq0\text{ of rank }r\ge2", r"c_j\in\mathbb R"),
    ),
    Row("murray:cor-c.22", "Corollary C.22", r"\mathrm{rank}(H_m)<2m^r", (r"m\ge r\ge7",)),
    Row(
        "murray:lem-c.23",
        "Lemma C.23 (105)",
        r"\lambda_n(K_n)=O(n^{-\nu(n)}U(\ell,m(n))),\ U(\ell,m)=\int_{m-1}^\infty\ell,\ "
        r"m(n)=\lfloor(n/2)^{1/r(n)}\rfloor",
        (r"m(n)\ge r(n)\ge7", r"c_j=O(\ell(j)),\ \ell\text{ decreasing}", r"\|G_n^{\odot m(n)}\|=O(n^{1-\nu(n)})"),
    ),
    Row(
        "murray:thm-c.24.1",
        "Theorems C.24 and 4.8, item 1",
        r"c_p=O(p^{-\alpha})\Rightarrow\lambda_n(K_n)=O(n^{-(\alpha-1)/r(n)})",
        (r"\alpha>r(n)+1", "Lemma C.23"),
    ),
    Row(
        "murray:thm-c.24.2",
        "Theorems C.24 and 4.8, item 2",
        r"c_p=O(e^{-\alpha\sqrt p})\Rightarrow\lambda_n(K_n)=O(n^{1/(2r(n))}\exp(-\alpha'n^{1/(2r(n))}))",
        (r"\alpha'<\alpha2^{-1/(2r(n))}", "Lemma C.23"),
    ),
    Row(
        "murray:thm-c.24.3",
        "Theorems C.24 and 4.8, item 3",
        r"c_p=O(e^{-\alpha p})\Rightarrow\lambda_n(K_n)=O(\exp(-\alpha'n^{1/r(n)}))",
        (r"\alpha'<\alpha2^{-1/(2r(n))}", "Lemma C.23"),
    ),
)
