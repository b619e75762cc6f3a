"""The rows of Sections 3.1 and 3.2 and Appendix A of Karakida et al.: the Fisher information matrix, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = ()
