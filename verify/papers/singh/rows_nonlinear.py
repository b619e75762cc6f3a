"""The rows of S6 and S8 of Singh et al.: networks with a piecewise linear hidden layer, and spectra, as printed."""

from eigenlaw.verify.claim import Row

SIGMA = r"\sigma(z)=\sigma'(z)z"
A1 = r"\text{A1: every }W^l\text{ has full rank}"
A2 = r"\text{A2: }\mathrm{rk}(X\Lambda^i)=r\text{ for every active neuron }i"
TWO_LAYERS = r"\text{linear},\ L=2"

ROWS: tuple[Row, ...] = (
    Row(
        "singh:lem-25",
        "Lemma 25",
        r"\nabla_\theta F_{\theta_i}(X)^\top=\begin{pmatrix}0\\X\Lambda^i\otimes W_{\bullet,i}^\top\\"
        r"V_{i,\bullet}^\top X\Lambda^i\otimes I_K\\0\end{pmatrix}",
        (SIGMA,),
    ),
    Row("singh:lem-26", "Lemma 26", r"\mathrm{rk}(\nabla_\theta F_{\theta_i}(X))=r+K-1", (SIGMA, A1, A2)),
    Row(
        "singh:thm-9",
        "Theorem 9",
        r"\mathrm{rk}(H_o)\le r\tilde M+\tilde MK-\tilde M",
        (SIGMA, A1, A2, r"\text{one hidden layer with }\tilde M\text{ active neurons}"),
    ),
    Row(
        "singh:sec-6.4",
        "S6.4",
        r"\mathrm{rk}(X\Lambda^i)=r\text{ holds as soon as }\mathrm{rk}(\Lambda^i)\ge r\text{ in expectation; for ReLU "
        r"and symmetric data the entries of }\Lambda^i\text{ are non-zero with probability }\tfrac12,"
        r"\text{ so }2r\text{ examples should be fine}",
    ),
    Row(
        "singh:functional-nonlinear",
        "Theorems 10, 11 (main text, reconstructed)",
        r"\mathrm{rk}(H_f)\le2\tilde M\min(r,K)",
        (SIGMA, A1, A2, r"\text{one hidden layer}"),
    ),
    Row(
        "singh:sec-8.1-eigenvalues",
        "S8.1",
        r"\mathrm{evals}(H_o)=\mathrm{evals}\Bigl(\sum_{\ell=1}^LW^{L:\ell+1}W^{\ell+1:L}\otimes "
        r"W^{1:\ell-1}W^{\ell-1:1}\Sigma_{xx}\Bigr),\text{ those that are not }0",
        (r"\text{linear},\ \text{MSE}",),
    ),
    Row(
        "singh:sec-8.1-plateaus",
        "S8.1, Figures S4, S5",
        r"H_o\text{ has }q\text{ plateaus of size }K-M_{L-1}\text{ at the eigenvalues of }"
        r"E[F^{L-1:1}(x)F^{1:L-1}(x)],\text{ even with non-linearities and for any }L",
        (r"K>M_{L-1}",),
    ),
    Row(
        "singh:sec-8.2-blocks",
        "S8.2",
        r"H_f=\begin{pmatrix}0_{KM}&\Omega\otimes I_M\\\Omega^\top\otimes I_M&0_{dM}\end{pmatrix}",
        (TWO_LAYERS,),
    ),
    Row(
        "singh:sec-8.2-charpoly",
        "S8.2",
        r"\rho(\lambda)=(-\lambda)^{KM}\det(-\lambda^2I_{dM}+(\Omega^\top\Omega\otimes I_M))",
        (TWO_LAYERS,),
    ),
    Row(
        "singh:sec-8.2-eigenvalues",
        "S8.2",
        r"\text{each eigenvalue of }Z=\Omega^\top\Omega\otimes I_M\text{ occurs with both signs as an eigenvalue of }"
        r"H_f,\text{ repeated }M\text{ times}",
        (TWO_LAYERS,),
    ),
    Row(
        "singh:fig-s6",
        "Figures S6, S7",
        r"H_f\text{ has }2K\text{ plateaus of width }M",
        (TWO_LAYERS, r"d=5,\ M=15,\ K=3,4,5;\ d=25,\ M=10,\ K=3,4,5"),
    ),
)
