"""The metric of softmax outputs: its matrices Q(t), its duals by blocks of inputs, and its exact forms.

F_cross = R Q R^T with the gradients of the outputs before the softmax as columns of R and, for each input, the block
Q(t) = diag(g) - g g^T of the softmax outputs g: (27)-(28), (B.1)-(B.3). In the limit of wide networks R^T R is
alpha M/T times C blocks K with kappa_1 on the diagonal and kappa_2 off it: (A.3)-(A.4). Rows and columns are ordered
as in ``metric_grams``: the inputs of output 1, then of output 2. Floats, or exact rationals.
Source: Karakida et al., Section 3.3 and Appendices B and C.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.metric_grams import gradient_gram, softmax
from eigenlaw.verify.wide_networks import Signals

Array = NDArray[Any]


def softmax_metric(g: Array) -> Array:
    """Return Q(t) of all inputs, of shape (..., T, C, C), from g of shape (..., T, C): (28).

    Example:
        >>> softmax_metric(np.array([[0.25, 0.75]])).tolist()
        [[[0.1875, -0.1875], [-0.1875, 0.1875]]]
    """
    own = np.eye(g.shape[-1], dtype=np.int64).astype(g.dtype)
    return np.asarray(own * g[..., :, None] - g[..., :, None] * g[..., None, :])


def whole_metric(g: Array) -> Array:
    """Return Q, of shape (CT, CT), from g of shape (T, C): (B.2).

    Example:
        >>> whole_metric(np.array([[0.5, 0.5], [0.0, 1.0]]))[0].tolist()
        [0.25, 0.0, -0.25, 0.0]
    """
    samples, outputs = g.shape
    blocks = softmax_metric(g)
    found = np.zeros((outputs, samples, outputs, samples), dtype=np.int64).astype(g.dtype)
    for t in range(samples):
        found[:, t, :, t] = blocks[t]
    return found.reshape(outputs * samples, outputs * samples)


def limit_block(own: Any, overlap: Any, samples: int) -> Array:
    """Return the T x T matrix with one number on the diagonal and one off it: K of (A.4).

    Example:
        >>> limit_block(3, 1, 2).tolist()
        [[3, 1], [1, 3]]
    """
    return np.array([[own if s == t else overlap for t in range(samples)] for s in range(samples)])


def of_outputs(block: Array, outputs: int) -> Array:
    """Return the matrix with the same T x T block for every output and zeros between them, of shape (CT, CT).

    Example:
        >>> of_outputs(np.array([[3]]), 2).tolist()
        [[3, 0], [0, 3]]
    """
    return np.kron(np.eye(outputs, dtype=np.int64).astype(block.dtype), block)


def by_inputs(gram: Array, outputs: int) -> Array:
    """Return the blocks (k, k') of all pairs of inputs, of shape (..., T, T, C, C), of a Gram (..., CT, CT)."""
    samples = gram.shape[-1] // outputs
    blocks = gram.reshape(*gram.shape[:-2], outputs, samples, outputs, samples)
    return np.moveaxis(blocks, (-3, -1, -4, -2), (-4, -3, -2, -1))


def trace_parts(signals: Signals) -> dict[str, Array]:
    """Return the traces of T QF* and of its square in parts, for the networks of a batch.

    Returns:
        ``mean``: the trace of T QF*; ``own``, ``overlap``: that of (T QF*)^2 from equal and from different inputs; the
        same with ``_blocks``: without the blocks of F* that join different outputs, as in (B.5); the same with
        ``_metric``: with 1 for every product of gradients of one output, that is, of Q(t), of Q(t)^2, of Q(s)Q(t).
    """
    Q = softmax_metric(softmax(signals.outputs))
    samples, outputs = Q.shape[-3:-1]
    pairs = by_inputs(gradient_gram(signals), outputs)
    equal, alone = np.eye(samples), np.eye(outputs)
    found = {}
    for name, blocks in (("", pairs), ("_blocks", pairs * alone), ("_metric", np.broadcast_to(alone, pairs.shape))):
        one = Q[..., :, None, :, :] @ blocks
        squares = np.einsum("...stkj,...tsjk->...st", one, one)
        found["mean" + name] = np.einsum("...ttkk->...", one)
        found["own" + name] = (squares * equal).sum((-2, -1))
        found["overlap" + name] = (squares * (1 - equal)).sum((-2, -1))
    return found


def metric_traces(g: Array) -> tuple[Array, Array, Array]:
    """Return the sums of tr Q(t), of tr Q(t)^2, and over s != t of tr Q(s) Q(t), from g of shape (..., T, C).

    Example:
        >>> [float(trace) for trace in metric_traces(np.array([[0.5, 0.5], [0.5, 0.5]]))]
        [1.0, 0.5, 0.5]
    """
    Q = softmax_metric(g)
    pairs = np.einsum("...skj,...tjk->...st", Q, Q)
    own = np.einsum("...tt->...", pairs)
    return np.einsum("...tkk->...", Q), own, pairs.sum((-2, -1)) - own
