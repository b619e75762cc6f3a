"""Rows of Dees et al. on autoencoders: their Jacobians, their initialisation, what was observed, and training."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = (
    Row(
        "dees:jacobian-i",
        "Section II",
        r"J_{\mathcal I}(x)=Df_{\mathrm{dec}}(z)\cdot Df_{\mathrm{enc}}(x)\text{ has at most }d"
        r"\text{ non-zero eigenvalues}",
    ),
    Row(
        "dees:jacobian-l",
        "Section II",
        r"J_{\mathcal L}(x)=D(f_{\mathrm{enc}}\circ f_{\mathrm{dec}})(y)"
        r"=Df_{\mathrm{enc}}(z)\cdot Df_{\mathrm{dec}}(y)",
    ),
    Row(
        "dees:same-spectrum",
        "Section II",
        r"J_{\mathcal I}\text{ and }J_{\mathcal L}\text{ have the same non-zero eigenvalues}",
        (r"\text{the reconstruction error is 0, that is, }z=x",),
    ),
    Row(
        "dees:torch-init",
        "Section II",
        r"\text{weights of torch.nn.Linear: independent, uniform on }[-1/\sqrt{\text{input}},1/\sqrt{\text{input}}]",
    ),
    Row(
        "dees:median-decreases-observed",
        "Section III.A, Figure 2",
        r"\text{at epoch 0 the median of }|\lambda|\text{ decreases as }d\text{ increases}",
        ("ReLU autoencoders at initialisation, images",),
    ),
    Row(
        "dees:order-of-magnitude",
        "Section III.A",
        r"\text{at epoch 0 }|\lambda|\text{ is slightly smaller than predicted,}"
        r"\text{ generally within an order of magnitude}",
        ("ReLU autoencoders at initialisation, images",),
    ),
    Row(
        "dees:median-argument",
        "Section III.A, Figure 3",
        r"\text{as }d\text{ increases the median of }|\arg\lambda|\text{ tends to }\pi/2,"
        r"\text{ and its law to the uniform one}",
        ("ReLU autoencoders at initialisation, images",),
    ),
    Row(
        "dees:architecture",
        "Section III, Appendix A",
        r"784\to128\to64\to32\to d\to32\to64\to128\to784,\ \mathrm{ReLU}\text{ (none after }f_{\mathrm{enc},4}),\ "
        r"\tanh\text{ at the end}",
        (r"2\le d\le20",),
        "definition",
        "eigenlaw.verify.autoencoders.widths and initial. Section III has a ReLU on every layer, Appendix A none after "
        "the last of the encoder and tanh after the last of the decoder; Appendix A is followed.",
    ),
    Row(
        "dees:heaviside",
        "Appendix A",
        r"\mathrm{ReLU}'=H,\ H(x)=1\ (x>0),\ H(x)=0\ (x\le0);\quad\tanh'=1-\tanh^2",
    ),
    Row(
        "dees:training",
        "Section III.A, Figures 1–3",
        r"\text{with training the medians of }|\lambda|\text{ go to 1, those of }|\arg\lambda|\text{ to 0,}"
        r"\text{ faster for small }d",
        ("300 epochs, images",),
    ),
)
