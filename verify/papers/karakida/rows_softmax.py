"""The rows of Section 3.3 and Appendices B and C of Karakida et al.: the softmax, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = ()
