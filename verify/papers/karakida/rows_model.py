"""The rows of Section 2 of Karakida et al.: the networks, the metrics, the order parameters, as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = ()
