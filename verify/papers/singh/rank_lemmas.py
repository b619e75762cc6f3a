"""The rank lemmas 14–18: all small shapes and ranks over the rationals, and larger ones at random."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.kronecker_rank import stacked_products_rank
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.linear_chains import identity, low_rank, rational_draw

Array = NDArray[Any]
Shape = tuple[int, int]
Shapes = Callable[[Mapping[str, int]], dict[str, Shape]]


def _drawn(instance: Instance, shapes: Mapping[str, Shape]) -> dict[str, Array]:
    """Matrices of these shapes; their ranks are those of the instance, unless the draw is unlucky."""
    rng = np.random.default_rng([instance["draw"], *instance["sizes"].values(), *instance["ranks"].values()])
    draw = rational_draw(rng, 9, 2)
    return {name: low_rank(*shape, instance["ranks"][name], draw) for name, shape in shapes.items()}


def _cases(names: str, shapes: Shapes, most: int, larger: int) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """All sizes up to ``most`` with all ranks, zero and full rank among them; then random larger ones."""
    letters = names.split()

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        small = sorted(product(range(1, most + 1), repeat=len(letters)), key=lambda sizes: (sum(sizes), sizes))
        for place in small:
            sizes = dict(zip(letters, place, strict=True))
            found = shapes(sizes)
            for ranks in product(*(range(min(shape) + 1) for shape in found.values())):
                yield {"sizes": sizes, "ranks": dict(zip(found, ranks, strict=True)), "draw": 0}
        for draw in range(budget.of(10, 40, 400)):
            sizes = {letter: int(rng.integers(1, larger + 1)) for letter in letters}
            found = shapes(sizes)
            yield {
                "sizes": sizes,
                "ranks": {name: int(rng.integers(min(shape) + 1)) for name, shape in found.items()},
                "draw": draw,
            }

    return instances


def _kron(A: Array, B: Array) -> Array:
    """A ⊗ B, entry by entry."""
    return (A[:, None, :, None] * B[None, :, None, :]).reshape(len(A) * len(B), -1)


def _stack(*parts: Array) -> Array:
    return np.concatenate(parts)


def _number(matrix: Array) -> Any:
    return fmpq(rank(matrix))


# Lemma 14


def _shapes_14(sizes: Mapping[str, int]) -> dict[str, Shape]:
    return {"A": (sizes["m"], sizes["n"]), "B": (sizes["p"], sizes["q"])}


def _lemma_14() -> Any:
    q, n, A, B = symbols("q n rk_A rk_B")
    return q * A + n * B - A * B


def _predicted_14(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found, sizes = _drawn(instance, _shapes_14(instance["sizes"])), instance["sizes"]
    return [value(q=sizes["q"], n=sizes["n"], rk_A=_number(found["A"]), rk_B=_number(found["B"]))]


def _measured_14(instance: Instance, _: Rng) -> Sequence[Any]:
    found, sizes = _drawn(instance, _shapes_14(instance["sizes"])), instance["sizes"]
    return [_number(_stack(_kron(identity(sizes["q"]), found["A"]), _kron(found["B"], identity(sizes["n"]))))]


# Lemma 15, and two products in general


def _shapes_15(sizes: Mapping[str, int]) -> dict[str, Shape]:
    n1 = sizes["n_1"]
    return {"A_1": (sizes["m_1"], n1), "A_2": (sizes["m_2"], sizes["n_2"]), "B": (sizes["p"], n1)}


def _lemma_15() -> Any:
    A2, both, B, n2 = symbols("rk_A2 rk_A1_B rk_B n_2")
    return A2 * (both - B) + n2 * B


def _matrices_15(instance: Instance) -> dict[str, Array]:
    """A_1, A_2 and B; every second time B shares a row with A_1."""
    found = _drawn(instance, _shapes_15(instance["sizes"]))
    if (instance["draw"] + sum(instance["sizes"].values())) % 2:
        found["B"][0] = found["A_1"][-1]
    return found


def _predicted_15(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = _matrices_15(instance)
    A1, A2, B = found["A_1"], found["A_2"], found["B"]
    given = {"rk_A2": _number(A2), "rk_A1_B": _number(_stack(A1, B)), "rk_B": _number(B)}
    return [value(n_2=instance["sizes"]["n_2"], **given)]


def _measured_15(instance: Instance, _: Rng) -> Sequence[Any]:
    found = _matrices_15(instance)
    unit = identity(instance["sizes"]["n_2"])
    return [_number(_stack(_kron(found["A_1"], found["A_2"]), _kron(found["B"], unit)))]


def _shapes_two(sizes: Mapping[str, int]) -> dict[str, Shape]:
    n1, n2 = sizes["n_1"], sizes["n_2"]
    return {"A_1": (sizes["m"], n1), "A_2": (2, n2), "B_1": (2, n1), "B_2": (sizes["p"], n2)}


def _two_products() -> Any:
    pairs = (symbols("rk_A1 rk_A2"), symbols("rk_B1 rk_B2"), symbols("rk_A1_B1 rk_A2_B2"))
    (A1, A2), (B1, B2), (both1, both2) = pairs
    return stacked_products_rank((A1, A2), (B1, B2), (both1, both2))


def _predicted_two(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = _drawn(instance, _shapes_two(instance["sizes"]))
    given = {f"rk_{name.replace('_', '')}": _number(matrix) for name, matrix in found.items()}
    both = {f"rk_A{k}_B{k}": _number(_stack(found[f"A_{k}"], found[f"B_{k}"])) for k in (1, 2)}
    return [value(**given, **both)]


def _measured_two(instance: Instance, _: Rng) -> Sequence[Any]:
    found = _drawn(instance, _shapes_two(instance["sizes"]))
    return [_number(_stack(_kron(found["A_1"], found["A_2"]), _kron(found["B_1"], found["B_2"])))]


# Lemma 16 and Corollary 17


def _shapes_16(sizes: Mapping[str, int]) -> dict[str, Shape]:
    return {"A": (sizes["p"], sizes["q"]), "B": (sizes["m"], sizes["p"])}


def _predicted_16(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(rk_A=_number(_drawn(instance, _shapes_16(instance["sizes"]))["A"]))]


def _measured_16(instance: Instance, _: Rng) -> Sequence[Any]:
    found = _drawn(instance, _shapes_16(instance["sizes"]))
    return [_number(_stack(found["A"], found["B"] @ found["A"]))]


def _predicted_17(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(p=instance["sizes"]["p"])]


def _measured_17(instance: Instance, _: Rng) -> Sequence[Any]:
    B = _drawn(instance, {"B": (instance["sizes"]["m"], instance["sizes"]["p"])})["B"]
    return [_number(_stack(identity(instance["sizes"]["p"]), B))]


# Lemma 18


def _pair(instance: Instance) -> tuple[Array, Array]:
    """A and the symmetric B."""
    return _pair_of(instance_text(instance))


@lru_cache(maxsize=2048)
def _pair_of(text: str) -> tuple[Array, Array]:
    instance = json.loads(text)
    if "A" in instance:
        return np.array(instance["A"], dtype=object), np.array(instance["B"], dtype=object)
    sizes = instance["sizes"]
    found = _drawn(instance, {"A": (sizes["m"], sizes["n"]), "R": (sizes["n"], sizes["n"])})
    return found["A"], found["R"].T @ found["R"]


def _definite(instance: Instance) -> bool:
    """Whether B is positive definite: its leading minors are positive."""
    _, B = _pair(instance)
    minors = [fmpq_mat(k, k, [fmpq(entry) for entry in B[:k, :k].ravel()]).det() for k in range(1, len(B) + 1)]
    return all(minor > 0 for minor in minors)


def _semidefinite(instance: Instance) -> bool:
    """Whether B is positive semidefinite: no coefficient of det(B + t) is negative."""
    _, B = _pair(instance)
    matrix = fmpq_mat(len(B), len(B), [fmpq(-entry) for entry in B.ravel()])
    return all(coefficient >= 0 for coefficient in matrix.charpoly().coeffs())


def _singular(instance: Instance) -> bool:
    _, B = _pair(instance)
    return rank(B) < len(B)


def _squares(budget: Budget, rng: Rng) -> Iterable[Instance]:
    def shapes(sizes: Mapping[str, int]) -> dict[str, Shape]:
        return {"A": (sizes["m"], sizes["n"]), "R": (sizes["n"], sizes["n"])}

    return _cases("m n", shapes, 4, 9)(budget, rng)


def _rank_of(build: Callable[[Array, Array], Array], name: str) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    return lambda instance, value: [value(**{name: _number(build(*_pair(instance)))})]


def _measured_18(instance: Instance, _: Rng) -> Sequence[Any]:
    A, B = _pair(instance)
    return [_number(A @ B @ A.T)]


INDEFINITE = {"A": [[1, 1]], "B": [[1, 0], [0, -1]]}
SINGULAR = {"A": [[1, 0]], "B": [[0, 0], [0, 1]]}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:lem-14",
        "printed",
        "Lemma 14 (Lemma 1)",
        r"\operatorname{rk}\begin{bmatrix}I_q\otimes A\\B\otimes I_n\end{bmatrix}",
        Formula(_lemma_14),
        Value(_cases("m n p q", _shapes_14, 3, 6), _predicted_14, _measured_14),
        note="All shapes up to 3 × 3 and all ranks, zero matrices too; then random shapes up to 6 × 6.",
        activations=1,
    ),
    Claim(
        "singh:lem-15",
        "printed",
        "Lemma 15",
        r"\operatorname{rk}\begin{bmatrix}A_1\otimes A_2\\B\otimes I_{n_2}\end{bmatrix}",
        Formula(_lemma_15),
        Value(_cases("m_1 n_1 m_2 n_2 p", _shapes_15, 2, 5), _predicted_15, _measured_15),
        note="All shapes up to 2 × 2 and all ranks, then random ones up to 5 × 5.",
        activations=1,
    ),
    Claim(
        "singh:lem-15",
        "new",
        "two Kronecker products, after Lemma 15",
        r"\operatorname{rk}\begin{bmatrix}A_1\otimes A_2\\B_1\otimes B_2\end{bmatrix}",
        Formula(_two_products, derived=True),
        Value(_cases("m p n_1 n_2", _shapes_two, 2, 4), _predicted_two, _measured_two),
        note="Lemmas 14 and 15 are the cases A₁ = I, B₂ = I and B₂ = I.",
        activations=1,
    ),
    Claim(
        "singh:lem-16.1",
        "printed",
        "Lemma 16",
        r"\operatorname{rk}\begin{bmatrix}A\\BA\end{bmatrix}",
        Formula(lambda: symbols("rk_A")[0]),
        Value(_cases("p q m", _shapes_16, 3, 8), _predicted_16, _measured_16),
        activations=1,
    ),
    Claim(
        "singh:lem-16.2",
        "printed",
        "Corollary 17",
        r"\operatorname{rk}\begin{bmatrix}I_p\\B\end{bmatrix}",
        Formula(lambda: symbols("p")[0]),
        Value(
            _cases("p m", lambda sizes: {"B": (sizes["m"], sizes["p"])}, 4, 8),
            _predicted_17,
            _measured_17,
        ),
        activations=1,
    ),
    Claim(
        "singh:lem-18",
        "printed",
        "Lemma 18",
        r"\operatorname{rk}(ABA^\top)",
        Formula(lambda: symbols("rk_A")[0]),
        Value(_squares, _rank_of(lambda A, _: A, "rk_A"), _measured_18, controls=(INDEFINITE, SINGULAR)),
        (Hypothesis(r"B\succ0", _definite),),
        note="Neither a singular nor an indefinite B will do: A = (1, 1), B = diag(1, −1) gives 0.",
        activations=1,
    ),
    Claim(
        "singh:lem-18",
        "sharp",
        "Lemma 18 for semidefinite B",
        r"\operatorname{rk}(ABA^\top)",
        Formula(lambda: symbols("rk_AB")[0]),
        Value(_squares, _rank_of(lambda A, B: A @ B, "rk_AB"), _measured_18, controls=(INDEFINITE,)),
        (Hypothesis(r"B\succeq0", _semidefinite, _singular),),
        note="rk(ABAᵀ) = rk(AB), which is rk A where B is invertible.",
        activations=1,
    ),
)
