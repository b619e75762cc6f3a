"""The rows of the index of Singh et al.: what each statement says, as printed."""

from eigenlaw.verify.claim import Row
from eigenlaw.verify.papers.singh import rows_losses, rows_nonlinear, rows_ranks, rows_structure, rows_training

ROWS: tuple[Row, ...] = (
    *rows_structure.ROWS,
    *rows_ranks.ROWS,
    *rows_training.ROWS,
    *rows_losses.ROWS,
    *rows_nonlinear.ROWS,
)
