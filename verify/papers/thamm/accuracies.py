"""Section 5 and Figure 4: which α has the best test accuracy, on networks trained here.

The paper's 50.4, 52.7 and 55.2 % are of CIFAR-10, which comes with no package; on that nothing is said here.
"""

from eigenlaw.verify.claim import Claim
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.papers.thamm.trained_networks import (
    DATA,
    FASTER,
    IMAGES,
    NOT_LAZY,
    UP_TO_LAZY,
    against,
    mean_test_accuracy,
    symbol,
    together,
)

ROW = "thamm:accuracies"
ACCURACY = r"\text{mean test accuracy}"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        f"{ROW}.1",
        "new",
        "Sections 1 and 5, which α is best on digits",
        ACCURACY,
        Formula(symbol("A_1")),
        against(together(("digits",), ("1", "1/2", "1/4")), mean_test_accuracy, "A_1", ">=", minimum=3),
        (NOT_LAZY,),
        note="A₁: at α = 1, which is the best on CIFAR-10 in the paper. On the digits, by the recipe of Appendix A for "
        "15 epochs, the richer networks are no worse; of CIFAR-10 this says nothing. " + DATA,
    ),
    Claim(
        f"{ROW}.2",
        "printed",
        "Section 5: the lazy network has the lowest test accuracy",
        ACCURACY,
        Formula(symbol("A_5")),
        against(together(IMAGES, ("5", "1", "1/2")), mean_test_accuracy, "A_5", ">=", "5", 6),
        (UP_TO_LAZY,),
        note="A₅: at α = 5, the paper's lazy network; 50.4 % there, against 55.2 and 52.7 %. Read as true of other "
        "images too. " + DATA,
    ),
    Claim(
        f"{ROW}.3",
        "new",
        "Section 5, at thirty times the learning rate",
        ACCURACY,
        Formula(symbol("A_1")),
        against(together(("digits",), ("1", "1/2", "1/4"), rate=FASTER), mean_test_accuracy, "A_1", "<=", minimum=3),
        (NOT_LAZY,),
        note="With that of .1: which α is best depends on the learning rate, here 0.03. The weights of rich "
        "networks move too far in a step, and α = 1 is no worse than they. " + DATA,
    ),
)
