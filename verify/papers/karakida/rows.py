"""The rows of the index of Karakida et al.: what each statement says, as printed."""

from eigenlaw.verify.claim import Row
from eigenlaw.verify.papers.karakida import rows_features, rows_fisher, rows_model, rows_softmax, rows_tangent

ROWS: tuple[Row, ...] = (
    *rows_model.ROWS,
    *rows_fisher.ROWS,
    *rows_softmax.ROWS,
    *rows_tangent.ROWS,
    *rows_features.ROWS,
)
