"""The rows of the index of Thamm et al.: what each statement says, as printed."""

from eigenlaw.verify.claim import Row
from eigenlaw.verify.papers.thamm import rows_laws, rows_tests, rows_training

ROWS: tuple[Row, ...] = (*rows_laws.ROWS, *rows_tests.ROWS, *rows_training.ROWS)
