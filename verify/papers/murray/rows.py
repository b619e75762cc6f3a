"""The rows of the index of Murray et al.: what each statement says, as printed."""

from eigenlaw.verify.claim import Row
from eigenlaw.verify.papers.murray import rows_series, rows_spectrum

ROWS: tuple[Row, ...] = (*rows_series.ROWS, *rows_spectrum.ROWS)
