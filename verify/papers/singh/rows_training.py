"""The rows of Sections S5, S9.3 and S9.4 of Singh et al.: training, and Hessians of nonlinear networks, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = (
    Row(
        "singh:lem-23",
        "Lemma 23",
        r"(W_t^{k+1})^\top W_t^{k+1}=W_t^k(W_t^k)^\top",
        (r"(W_0^{k+1})^\top W_0^{k+1}=W_0^k(W_0^k)^\top", r"\dot W_t^l=-\eta\nabla_{W^l}\mathcal L"),
    ),
    Row(
        "singh:lem-24",
        "Lemma 24",
        r"\frac{d}{dt}\det A(t)=\mathrm{tr}\Bigl(\mathrm{adj}(A(t))\frac{dA(t)}{dt}\Bigr),\ "
        r"A\,\mathrm{adj}(A)=\mathrm{adj}(A)\,A=\det(A)I",
    ),
    Row(
        "singh:lem-8",
        "Lemma 8",
        r"\mathrm{rk}(W_t^l)=\mathrm{rk}(W_0^l)\ \forall l,\ \forall t<\infty",
        (
            r"\tfrac1N\sum_{i:y_{i,c}=1}x_i=0\ \forall c",
            r"(W_0^{k+1})^\top W_0^{k+1}=W_0^k(W_0^k)^\top",
            r"W^l\in\mathbb R^{M\times M},\ K=d=M",
        ),
    ),
    Row(
        "singh:fig-s1",
        "Figures 5 and S1",
        r"\mathrm{rk}\,W^l,\ \mathrm{rk}\,H_o,\ \mathrm{rk}\,H_f^{\mathrm{fixed}}\text{ are constant, }"
        r"\mathrm{rk}\,H_f\text{ and }\mathrm{rk}\,H_L\text{ until the residual vanishes}",
        ("linear network 30-25-20-15-10, linear teacher",),
    ),
    Row(
        "singh:fig-s2",
        "Figure S2",
        r"\mathrm{rk}\,W^l\text{ is constant; }\mathrm{rk}\,H_L\text{ decreases with the residual}",
        ("ReLU network with hidden layers 25, 20, 15 on MNIST, d = 25",),
    ),
    Row(
        "singh:sec-9.3",
        "S9.3, S9.4, Figures S21–S34",
        r"H_k,\ k=\text{ the rank of the linear network, preserves almost the entire Hessian}",
        (r"\sigma\in\{\mathrm{ReLU},\mathrm{ELU},\tanh\}", "mean squared error or cross-entropy, K − 1 for K"),
    ),
)
