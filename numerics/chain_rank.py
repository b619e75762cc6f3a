"""Exact generic ranks of the Hessian of a deep linear network from a normal form, without building the Hessian.

**No biases.** Let the weights act on the span of the inputs, of dimension r = M_0, and change the basis of every layer,
W^l → g_l W^l g_{l−1}⁻¹. Directions of the parameters change alike, V_l → g_l V_l g_{l−1}⁻¹, so H_f and A_o pass to
congruent ones, while Ω → g_L⁻ᵀ Ω g_0ᵀ, Σ → g_0 Σ g_0ᵀ and the metric of the outputs S → g_L⁻ᵀ S g_L⁻¹. Σ and S stay
positive definite and drop out: rk H_o = rk A_o and, for every scale of Ω but finitely many, rk H_L = rk [H_f | A_o]
(the kernel of H_f + iτ A_o (S ⊗ Σ) A_oᵀ, τ ≠ 0 real, lies in that of A_oᵀ, hence in that of H_f).

A chain of matrices is a representation of the quiver A_{L+1}: the ranks of its products W^{l:k} determine it up to
these changes, and if each is the least width that it passes, every W^l becomes a rectangular identity. The bases that
keep this form still act on Ω: on the coordinates that pass all layers by conjugation, on the others by triangular
matrices along the flags of kernels and images. A generic Ω of rank s becomes diag(ω_1 … ω_s, 0 …), and its ratios
ω_i/ω_j cannot be removed. Let [l..k] ≥ i say that the layers k, …, l have at least i units. Then

    H_f joins V_l[i, j] and V_k[j, i], k < l, with ω_i     if i ≤ s, [L..l] ≥ i, [l−1..k] ≥ j and [k−1..0] ≥ i,
    A_o has a column for each δF[i, j]: ones at V_l[i, j]  if [L..l] ≥ i and [l−1..0] ≥ j,

so that both split into the parts {V_l[i, j], V_l[j, i]}, of at most 2L parameters, which depend only on the places of
i and j among the widths and s.

**Biases, inputs of mean zero.** A translation in every layer removes them; b^l is the column j = 0 of V_l. If E δ = 0
it is joined to nothing in H_f. Otherwise [Ω, E δ] is a generic pair up to feedback Ω → Ω − E δ cᵀ, which Brunovsky's
form turns into a shift: ω_i → 1 stands at [i, i − 1] for i = 1 … min(s + 1, K), and V_l[i, j] meets V_k[j, i − 1]. The
parts are paths (i, j) – (j, i − 1) – (i − 1, j − 1) – …, reduced from one end to the other.

**Generic** means: each product W^{l:k}, restricted to the span of the inputs, has the least rank that its widths allow,
Ω (or [Ω, E δ]) lies in a dense open set of those of its rank, and its scale is none of finitely many. For instance,
ω_i = −ω_j is outside if L is odd and all layers are wide enough for i and j: V_l[i, j] and V_k[j, i] are then joined
by an L × L matrix of determinant ±ω_i ω_j (ω_i^{L−1} − ω_j^{L−1})/(ω_i − ω_j).

The ranks are those of indeterminate ω, with proof: a minor of a part is a homogeneous polynomial in two of them with
integer coefficients that add up to L! at most in absolute value, so that 1 and L! + 2 are as good as indeterminates.
The paths of biases hold zeros and ones.

Source: Singh et al. 2021, (3)–(5), Proposition 2 for H_o and H_f; the normal form is ours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product
from math import factorial, gcd

from flint import fmpz_mat

from eigenlaw.theory.errors import InputError

Layers = tuple[bool, ...]
Row = tuple[int, ...]
Matrix = tuple[Row, ...]
Window = tuple[Matrix, Row, Matrix]
"""The rows of one node of a path: their entries at the node before, in A_o, and at the node after."""


@dataclass(frozen=True, slots=True)
class ChainRanks:
    """Ranks of the Hessian of a generic deep linear network.

    Attributes:
        outer: rk H_o.
        functional: rk H_f.
        loss: rk H_L.
        weights: the ranks of the columns of H_f that belong to W^1 … W^L.
        biases: those that belong to b^1 … b^L; empty without biases.
    """

    outer: int
    functional: int
    loss: int
    weights: tuple[int, ...]
    biases: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A path of nodes that are joined to no others, and how many such paths there are.

    Attributes:
        count: the number of parts of this kind.
        windows: the rows of each node; only neighbours are joined.
    """

    count: int
    windows: tuple[Window, ...]


def chain_ranks(
    widths: Sequence[int], data_rank: int, residual_rank: int, *, bias: bool = False, mean_residual: bool = True
) -> ChainRanks:
    """Return the ranks of H_o, H_f, H_L and of the column blocks of H_f for generic weights and residuals.

    Args:
        widths: d, M_1, …, M_{L−1}, and the outputs that the loss sees: K, or K − 1 for cross-entropy.
        data_rank: r, 1 ≤ r ≤ d.
        residual_rank: s, 0 ≤ s ≤ min(K, r).
        bias: whether every layer has biases; the inputs then have mean zero.
        mean_residual: whether E δ is generic or zero; it matters with biases only.

    Raises:
        InputError: a number is out of its range.

    Example:
        >>> ranks = chain_ranks((5, 4, 3, 6), 4, 2)
        >>> ranks.outer, ranks.functional, ranks.loss, ranks.weights
        (21, 24, 41, (8, 10, 6))
    """
    if len(widths) < 3 or min(widths) < 1:
        shown = ",".join(map(str, widths))
        raise InputError.of("widths", shown, "expected d,M1,…,K with at least one hidden layer, all at least 1")
    if not 1 <= data_rank <= widths[0]:
        raise InputError.of("data_rank", data_rank, f"expected 1 ≤ r ≤ d = {widths[0]}")
    most = min(data_rank, widths[-1])
    if not 0 <= residual_rank <= most:
        raise InputError.of("residual_rank", residual_rank, f"expected 0 ≤ s ≤ min(K, r) = {most}")
    spanned = (data_rank, *widths[1:])
    if bias and mean_residual:
        joined = min(residual_rank + 1, widths[-1])
        parts, weights, biases = _paths(spanned, joined), *_shifted_columns(spanned, joined, residual_rank)
    else:
        parts = chain(_pairs(spanned, residual_rank), _free_biases(spanned) if bias else ())
        weights, biases = _columns(spanned, residual_rank), (0,) * (len(widths) - 1) * bias
    outer = functional = loss = 0
    for part in parts:
        outer += part.count * sum(any(column) for _, column, _ in part.windows)
        for path in (part.windows[::2], part.windows[1::2]):
            functional += part.count * _path_rank(path, extended=False)
            loss += part.count * _path_rank(path, extended=True)
    return ChainRanks(outer, functional, loss, weights, biases)


def _pairs(widths: Sequence[int], s: int) -> Iterator[_Part]:
    """Return the parts {V_l[i, j], V_l[j, i]}, one for each pair of places of i and j among the widths and s."""
    layers = len(widths) - 1
    none, large = _zeros(layers), factorial(layers) + 2
    classes = list(_classes(widths, s))
    for place, (i, many) in enumerate(classes):
        at_i = _layers_with(i, widths)
        own = _join(at_i, at_i, at_i) if i <= s else none
        column = _reach(at_i, at_i)
        yield _Part(many, ((_add(own, _transposed(own)), column, none),))
        if many > 1:
            joined = _add(_scaled(own, large), _transposed(own))
            windows = ((none, column, joined), (_transposed(joined), column, none))
            yield _Part(many * (many - 1) // 2, windows)
        for j, others in classes[:place]:
            at_j = _layers_with(j, widths)
            above = _scaled(_join(at_i, at_j, at_i), large) if i <= s else none
            below = _transposed(_join(at_j, at_i, at_j)) if j <= s else none
            joined = _add(above, below)
            windows = ((none, _reach(at_i, at_j), joined), (_transposed(joined), _reach(at_j, at_i), none))
            yield _Part(many * others, windows)


def _free_biases(widths: Sequence[int]) -> Iterator[_Part]:
    """Return the parts {b^l[i]} of a residual without mean."""
    none, everywhere = _zeros(len(widths) - 1), _layers_with(0, widths)
    for i, many in _classes(widths):
        yield _Part(many, ((none, _reach(_layers_with(i, widths), everywhere), none),))


def _paths(widths: Sequence[int], s: int) -> Iterator[_Part]:
    """Return the paths (a, b) – (b + 1, a) – (a + 1, b + 1) – … for s = rk [Ω, E δ]; rows i ≤ s have a node before.

    It starts where a > s, and has two nodes at most and depends on the places of a and b only, or else at a bias.
    """
    for b, others in [(0, 1), *_classes(widths, s, s - 1, *(width - 1 for width in widths))]:
        for a, many in _classes(widths, s):
            if a > s:
                yield _path(widths, s, a, b, many * others)
    for a in range(1, s + 1):
        yield _path(widths, s, a, 0, 1)


def _path(widths: Sequence[int], s: int, i: int, j: int, count: int) -> _Part:
    """Return the path that starts at V[i, j]."""
    before, windows = _zeros(len(widths) - 1), []
    while True:
        at_i, at_j = _layers_with(i, widths), _layers_with(j, widths)
        if j >= s:
            windows.append((before, _reach(at_i, at_j), _zeros(len(widths) - 1)))
            return _Part(count, tuple(windows))
        joined = _join(_layers_with(j + 1, widths), at_i, at_j)
        windows.append((before, _reach(at_i, at_j), _transposed(joined)))
        before, i, j = joined, j + 1, i


def _classes(widths: Sequence[int], *more: int) -> Iterator[tuple[int, int]]:
    """Return the last number of each run 1 … max(widths) that no given number interrupts, and the length of the run."""
    below = 0
    for end in sorted({*widths, *more}):
        if end > 0:
            yield end, end - below
            below = end


def _layers_with(units: int, widths: Sequence[int]) -> Layers:
    """Tell for each layer 0 … L whether it has that many units."""
    return tuple(width >= units for width in widths)


@lru_cache(maxsize=4096)
def _join(i: Layers, j: Layers, inner: Layers) -> Matrix:
    """Return the entries of H_f at V_l[i, j] and V_k[j, i'], row l and column k, but for ω; i' has ``inner`` layers."""
    layers = range(1, len(i))
    return tuple(
        tuple(int(below < above and all(i[above:]) and all(j[below:above]) and all(inner[:below])) for below in layers)
        for above in layers
    )


@lru_cache(maxsize=4096)
def _reach(i: Layers, j: Layers) -> Row:
    """Return the column of A_o that belongs to δF[i, j], at V_1[i, j] … V_L[i, j]."""
    return tuple(int(all(i[layer:]) and all(j[:layer])) for layer in range(1, len(i)))


def _path_rank(windows: Sequence[Window], *, extended: bool) -> int:
    """Return the rank of the rows of every other node of a path, with the columns of A_o or without."""
    rank = 0
    rows: Matrix = ()
    for window in windows:
        gained, rows = _reduce(rows, window, extended)
        rank += gained
    return rank


@lru_cache(maxsize=65536)
def _reduce(rows: Matrix, window: Window, extended: bool) -> tuple[int, Matrix]:
    """Row-reduce a window below rows that are left over at its first columns; return the rank gained and the new rows.

    Rows without an entry left at the first columns meet no other rows but those of the next window.
    """
    before, column, after = window
    settled, zeros = len(before) + 1, (0,) * len(before)
    entries = [(*row, 0, *zeros) for row in rows]
    entries += [(*first, one * extended, *last) for first, one, last in zip(before, column, after, strict=True)]
    reduced, _, rank = fmpz_mat(entries).rref()
    found = [[int(entry) for entry in row] for row in reduced.tolist()[:rank]]
    return rank - len(rows), tuple(_primitive(row[settled:]) for row in found if not any(row[:settled]))


def _primitive(row: Sequence[int]) -> Row:
    """Divide a row by what its entries share, with the sign of the first that is not zero."""
    shared = gcd(*row) * (1 if next(filter(None, row)) > 0 else -1)
    return tuple(entry // shared for entry in row)


def _columns(widths: Sequence[int], s: int) -> tuple[int, ...]:
    """Return the ranks of the columns of W^1 … W^L; those that are not zero have no row in common."""
    ranks = [0] * (len(widths) - 1)
    classes = list(_classes(widths, s))
    for (i, many), (j, others) in product(classes, repeat=2):
        for layer, joined in enumerate(_joined(widths, s, i, j, shift=0)):
            ranks[layer] += many * others * joined
    return tuple(ranks)


def _shifted_columns(widths: Sequence[int], s: int, residual_rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the ranks of the columns of W^1 … W^L and of b^1 … b^L for a residual with a mean.

    The translations that removed the biases, and for W^1 the feedback, which is generic in the row space of Ω, have
    made the direction W^l_ij that of V_l[i, j] + c_j V_l[i, 0]. No other column meets the rows of V_l[i, 0], so that
    it counts once more where it is not zero and some V_l[i, j] with c_j ≠ 0 is.
    """
    weights, biases = [0] * (len(widths) - 1), [0] * (len(widths) - 1)
    columns = list(_classes(widths, s, s - 1, residual_rank, *(width - 1 for width in widths)))
    for i, many in _classes(widths, s, *(width + 1 for width in widths)):
        alone = _joined(widths, s, i, 0, shift=1)
        unmet = [False] * len(weights)
        for j, others in columns:
            for layer, joined in enumerate(_joined(widths, s, i, j, shift=1)):
                weights[layer] += many * others * joined
                unmet[layer] |= not joined and j <= (widths[layer] if layer else residual_rank)
        for layer, joined in enumerate(alone):
            weights[layer] += many * (joined and unmet[layer])
            biases[layer] += many * joined
    return tuple(weights), tuple(biases)


def _joined(widths: Sequence[int], s: int, i: int, j: int, *, shift: int) -> list[bool]:
    """Tell of V_1[i, j] … V_L[i, j] whether anything is joined to them in H_f."""
    at_i, at_j, none = _layers_with(i, widths), _layers_with(j, widths), _zeros(len(widths) - 1)
    lower = _join(at_i, at_j, _layers_with(i - shift, widths)) if i <= s and j else none
    upper = _join(_layers_with(j + shift, widths), at_i, at_j) if j + shift <= s else none
    return [any(row) or any(column) for row, column in zip(lower, _transposed(upper), strict=True)]


def _zeros(size: int) -> Matrix:
    return ((0,) * size,) * size


def _transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def _scaled(matrix: Matrix, factor: int) -> Matrix:
    return tuple(tuple(factor * entry for entry in row) for row in matrix)


def _add(first: Matrix, second: Matrix) -> Matrix:
    return tuple(tuple(a + b for a, b in zip(*rows, strict=True)) for rows in zip(first, second, strict=True))
