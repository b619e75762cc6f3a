"""The rows of S1–S3 of Singh et al.: backpropagation, rank lemmas, random matrices, the outer product, as printed."""

from eigenlaw.verify.claim import Row

LINEAR = "linear network"
SQUARED = r"\ell=\tfrac12\|F-\mathbf y\|^2"
FULL = r"\text{A1: every }\mathbf W^l\text{ has full rank}"
RANDOM = r"\text{i.i.d. entries of a continuous (i.e. not discrete) law}"

ROWS: tuple[Row, ...] = (
    Row(
        "singh:eq-7",
        "(7)",
        r"\frac{\partial F}{\partial\mathbf W^k}=\mathbf J^{L:k+1}\mathbf\Lambda^k\otimes[F^{k-1:1}(\mathbf x)]^\top",
        (r"\sigma\text{ differentiable}",),
    ),
    Row(
        "singh:eq-8",
        "(8)",
        r"\mathbf J^k=\mathbf\Lambda^k\mathbf W^k,\ \mathbf\Lambda^k=\operatorname{diag}(\dot\sigma^{(k)}),\ "
        r"\mathbf J^{k+1:L}=(\mathbf J^{L:k+1})^\top",
    ),
    Row(
        "singh:eq-9",
        "(9)",
        r"\frac{\partial\ell}{\partial\mathbf W^k}=[\mathbf W^{k+1:L}\delta][\mathbf W^{k-1:1}\mathbf x]^\top="
        r"\mathbf W^{k+1:L}[\mathbf W^{L:1}\mathbf x\mathbf x^\top-\mathbf y\mathbf x^\top]\mathbf W^{1:k-1};\ "
        r"\text{first order in }\mathbf W^k\text{, second order in the other matrices}",
        (LINEAR, SQUARED),
    ),
    Row(
        "singh:eq-10",
        "(10)",
        r"\frac{\partial\ell}{\partial\mathbf W^k}=[\mathbf J^{k+1:L}\delta][F^{k-1:1}(\mathbf x)]^\top",
        (r"\text{any }\sigma",),
    ),
    Row(
        "singh:gauss-newton",
        "S1.1",
        r"\nabla^2(\ell\circ F)=\nabla F^\top[\partial^2\ell]\nabla F+\sum_c[\partial\ell]_c\nabla^2F_c;\ "
        r"\partial^2\ell=\mathbf I_K,\ \nabla_kF=\mathbf W^{L:k+1}\otimes\mathbf x^\top\mathbf W^{1:k-1},\ "
        r"\nabla_{kk}^2F_c=\mathbf0",
        (LINEAR,),
    ),
    Row(
        "singh:eq-3",
        "(3)-(5)",
        r"\mathbf H_o^{kl}=\mathbf W^{k+1:L}\mathbf W^{L:l+1}\otimes\mathbf W^{k-1:1}\mathbf\Sigma\mathbf W^{1:l-1},\ "
        r"\hat{\mathbf H}_f^{kl}=\mathbf W^{k+1:l-1}\otimes\mathbf W^{k-1:1}\mathbf\Omega^\top\mathbf W^{L:l+1}"
        r"\ (k<l),\ "
        r"\mathbf W^{k+1:L}\mathbf\Omega\mathbf W^{1:l-1}\otimes\mathbf W^{k-1:l+1}\ (k>l)",
        (LINEAR, SQUARED),
    ),
    Row(
        "singh:lem-14",
        "Lemma 14 (Lemma 1)",
        r"\operatorname{rk}\begin{bmatrix}\mathbf I_q\otimes\mathbf A\\\mathbf B\otimes\mathbf I_n\end{bmatrix}="
        r"q\operatorname{rk}\mathbf A+n\operatorname{rk}\mathbf B-\operatorname{rk}\mathbf A\operatorname{rk}\mathbf B",
        (r"\mathbf A\in\mathbb R^{m\times n},\ \mathbf B\in\mathbb R^{p\times q}",),
    ),
    Row(
        "singh:lem-15",
        "Lemma 15",
        r"\operatorname{rk}\begin{bmatrix}\mathbf A_1\otimes\mathbf A_2\\\mathbf B\otimes\mathbf I_{n_2}\end{bmatrix}="
        r"\operatorname{rk}\mathbf A_2\left(\operatorname{rk}\begin{bmatrix}\mathbf A_1\\\mathbf B\end{bmatrix}"
        r"-\operatorname{rk}\mathbf B\right)+n_2\operatorname{rk}\mathbf B",
    ),
    Row(
        "singh:lem-16",
        "Lemma 16, Corollary 17",
        r"\operatorname{rk}\begin{bmatrix}\mathbf A\\\mathbf B\mathbf A\end{bmatrix}=\operatorname{rk}\mathbf A,\ "
        r"\operatorname{rk}\begin{bmatrix}\mathbf I_p\\\mathbf B\end{bmatrix}=p",
    ),
    Row(
        "singh:lem-18",
        "Lemma 18",
        r"\operatorname{rk}(\mathbf A\mathbf B\mathbf A^\top)=\operatorname{rk}\mathbf A",
        (r"\mathbf B\succ0\text{ symmetric}",),
    ),
    Row(
        "singh:eq-15",
        "(15), (16), Theorem 19",
        r"\operatorname{vec}_c\mathbf A=\operatorname{vec}_r\mathbf A^\top,\ "
        r"\operatorname{vec}_c(\mathbf{AXB})=(\mathbf B^\top\otimes\mathbf A)\operatorname{vec}_c\mathbf X"
        r",\operatorname{vec}_r(\mathbf{AXB})=(\mathbf A\otimes\mathbf B^\top)\operatorname{vec}_r\mathbf X"
        r",\ \frac{\partial\mathbf A\mathbf X\mathbf B}{\partial\mathbf X}=\mathbf A\otimes\mathbf B^\top;\ "
        r"df=A(\mathbf x)d\mathbf x\iff\frac{\partial f}{\partial\mathbf x^\top}=A(\mathbf x)",
    ),
    Row(
        "singh:lem-20",
        "Lemma 20",
        r"\operatorname{rk}\mathbf W=\min(m,n)\text{ a.s.}",
        (RANDOM,),
    ),
    Row(
        "singh:lem-21",
        "Lemma 21",
        r"\operatorname{rk}(\mathbf V\mathbf W)=\min(m,n,k)",
        (RANDOM, r"\mathbf V\in\mathbb R^{m\times n},\ \mathbf W\in\mathbb R^{n\times k}\text{ independent}"),
    ),
    Row(
        "singh:cor-22",
        "Corollary 22",
        r"\operatorname{rk}(\mathbf W^1\cdots\mathbf W^n)=\min(m_1,\dots,m_n)",
        (RANDOM, r"\mathbf W^i\in\mathbb R^{m_i\times m_{i+1}}"),
    ),
    Row(
        "singh:prop-2",
        "Proposition 2",
        r"\mathbf H_o=\mathbf A_o(\mathbf I_K\otimes\mathbf\Sigma)\mathbf A_o^\top,\ \mathbf A_o^\top="
        r"(\mathbf W^{L:2}\otimes\mathbf I_d\ \cdots\ \mathbf W^{L:l+1}\otimes\mathbf W^{1:l-1}\ \cdots\ "
        r"\mathbf I_K\otimes\mathbf W^{1:L-1})",
        (LINEAR, SQUARED),
    ),
    Row(
        "singh:remark-r1",
        "Remark R1",
        r"\text{keep }\mathbf\Sigma_{r\times r}\text{ and the first }r\text{ columns of }\mathbf W^1;\ "
        r"\mathbf A_o^\top\in\mathbb R^{Kr\times p'},\ p'=p+K(r-d)",
        (r"r<d", r"\mathbf\Sigma=\operatorname{diag}(\mathbf\Sigma_{r\times r},\mathbf0)"),
    ),
    Row(
        "singh:two-layer-outer",
        "S3.2",
        r"\operatorname{rk}\mathbf A_o=r\operatorname{rk}\mathbf W^2+K\operatorname{rk}\mathbf W^1"
        r"-\operatorname{rk}\mathbf W^2\operatorname{rk}\mathbf W^1;\ "
        r"q=M_1\Rightarrow\operatorname{rk}\mathbf A_o=rM_1+KM_1-M_1^2",
        (r"L=2", FULL),
    ),
    Row(
        "singh:thm-3",
        "Theorem 3",
        r"\operatorname{rk}\mathbf A_o=r\operatorname{rk}\mathbf W^{2:L}+K\operatorname{rk}\mathbf W^{L-1:1}"
        r"-\operatorname{rk}\mathbf W^{2:L}\operatorname{rk}\mathbf W^{L-1:1}=q(r+K-q)",
        (LINEAR, FULL),
    ),
    Row(
        "singh:cor-4",
        "Corollary 4",
        r"\operatorname{rk}\mathbf H_o=q(r+K-q)",
        (LINEAR, SQUARED, FULL),
    ),
)
