"""The rows of the index of Dees et al.: what each statement says, as printed."""

from eigenlaw.verify.claim import Row
from eigenlaw.verify.papers.dees import rows_laws, rows_networks

ROWS: tuple[Row, ...] = (*rows_laws.ROWS, *rows_networks.ROWS)
