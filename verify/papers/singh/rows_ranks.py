"""Rows."""

from eigenlaw.verify.claim import Row

ROWS: tuple[Row, ...] = ()
