"""The rows of S4, S7, S9.1.5 and S9.2 of Singh et al.: ranks of H_f, of H_L and with biases, as printed."""

from eigenlaw.verify.claim import Row

A1 = "A1"
A3 = "A3"
LINEAR = r"\text{deep linear network, MSE}"
BIASES = r"\text{deep linear network with biases, MSE}"
GENERIC = r"\text{generic residual}"
WIDE = r"M_i\ge\min(r+1,K)"

ROWS: tuple[Row, ...] = (
    Row(
        "singh:thm-5",
        "Theorem 5",
        r"\operatorname{rk}\hat H_f^{\bullet l}=\hat qM_{l-1}+\hat qM_l-\hat q^2,\ 1<l<L;\quad"
        r"\hat qM_1+\hat qs-\hat q^2,\ l=1;\quad\hat qM_{L-1}+\hat qs-\hat q^2,\ l=L;\quad\hat q=\min(q,s)",
        (LINEAR, A1),
    ),
    Row(
        "singh:sec-4.1.1",
        "S4.1.1",
        r"\operatorname{rk}\hat H_f^{\bullet l}=sM_{l-1}+sM_l-s^2,\ 1<l<L;\quad sM_1,\ l=1;\quad sM_{L-1},\ l=L",
        (LINEAR, A1, r"\hat q=s"),
    ),
    Row(
        "singh:sec-4.1.2",
        "S4.1.2",
        r"\text{the ranks of Theorem 5 in the bottleneck case}",
        (LINEAR, A1, r"\hat q\ne s"),
    ),
    Row(
        "singh:cor-6",
        "Corollary 6",
        r"\operatorname{rk}H_f\le2\hat qM+2\hat qs-L\hat q^2,\ M=\sum_{l=1}^{L-1}M_l",
        (LINEAR, A1),
    ),
    Row(
        "singh:thm-7",
        "Theorem 7, S7.3",
        r"\operatorname{rk}H_{\mathcal L}=2qM-Lq^2+q(r+K)",
        (LINEAR, A1),
    ),
    Row(
        "singh:eq-26",
        "(26), (27), (30), (31)",
        r"F^{L:1}(x)=W^LF^{L-1:1}(x)+b^L;\quad\nabla F(x)^\top=(W^{l+1:L}\otimes F^{l-1:1}(x);\ W^{l+1:L})_l;\quad"
        r"H_o^{kl}=W^{k+1:L}W^{L:l+1}\otimes(W^{k-1:1}\Sigma W^{1:l-1}+F^{k-1:1}(0)F^{1:l-1}(0));\quad"
        r"\text{the part with biases is }B_oB_o^\top,\ \operatorname{rk}B_o=K",
        (BIASES, A3),
    ),
    Row("singh:thm-12", "Theorem 12", r"\operatorname{rk}H_o\le q(r+K-q)+K", (BIASES, A1, A3)),
    Row(
        "singh:sec-7.2-ho",
        "S7.2",
        r"\operatorname{rk}H_o=q(r+K-q)+K",
        (BIASES, "L=2"),
    ),
    Row(
        "singh:sec-7.2-hf",
        "S7.2",
        r"\operatorname{rk}H_f=2sM_1+\mathbb 1\{K>r\}2M_1=2\min(K,r+1)M_1=2s'M_1,\ s=\min(r,K)",
        (BIASES, "L=2", GENERIC),
    ),
    Row(
        "singh:sec-7.2-hl",
        "S7.2",
        r"\operatorname{rk}H_{\mathcal L}=2s'(M_1-q)+q(K+r+1)+K,\ s'=\min(r+1,K)",
        (BIASES, "L=2", GENERIC),
    ),
    Row(
        "singh:sec-7.3",
        "S7.3",
        r"\operatorname{rk}H_f=2q'M+2q's'-Lq'^2+(L-2)q';\quad"
        r"\operatorname{rk}H_{\mathcal L}=2q'M+q'(r+K)-Lq'^2+Lq';\quad\operatorname{rk}H_o=q(r+K-q)+K",
        (BIASES, GENERIC, WIDE),
    ),
    Row(
        "singh:sec-7.3-difference",
        "S7.3",
        r"\operatorname{rk}H_{\mathcal L}^{\text{bias}}-\operatorname{rk}H_{\mathcal L}=LK",
        (BIASES, GENERIC, WIDE, "q'=K"),
    ),
    Row(
        "singh:sec-7.3-parameters",
        "S7.3",
        r"\#\text{params}^{\text{bias}}-\#\text{params}=\sum_{i=1}^LM_i\ge LK",
        (WIDE, "q'=K"),
    ),
    Row(
        "singh:fig-s3",
        "S7.4, Figure S3",
        r"\operatorname{rk}H_{\mathcal L}/\#\text{params}\text{ is lower with biases than without, and saturates over}"
        r"\text{ the depth in both cases}",
        ("M=1000", "d=r=784", "K=100"),
    ),
    Row(
        "singh:sec-9.1.5",
        "S9.1.5, Figure S19",
        r"\text{the ranks of S7.3 are those of networks with biases on data, over sample size, width and depth}",
        (BIASES, r"\text{hidden widths }50,20,20,20;\ M_*,M_*;\ 25,\dots,25"),
    ),
    Row(
        "singh:fig-s20",
        "S9.2, Figure S20",
        r"\operatorname{rk}/\#\text{params}\text{ decreases with width and depth until it reaches a threshold; over}"
        r"\text{ the width }H_o\text{ dominates }H_f\text{ at first, after a certain width }H_f\text{ dominates }H_o",
        (r"L=4,\ r=2352", r"r=2352,\ M_l=5000"),
    ),
)
