"""The rows of Section 4 and Appendix D of Karakida et al.: the tangent kernel, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = ()
