"""The rows of Section 5 and Appendices E and F of Karakida et al.: the metric of inputs and features, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = ()
