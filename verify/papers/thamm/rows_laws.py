"""Rows of Thamm et al., as printed."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = ()
