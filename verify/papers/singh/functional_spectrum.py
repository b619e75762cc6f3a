"""The spectrum of H_f of a linear network of one hidden layer: S8.2 and Figures S6, S7."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import hessian_spectrum as theory
from eigenlaw.verify.chain_hessians import functional_hessian
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.digits import digits, digits_hash, one_hot
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, indexed, rational, symbols, undefined
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.linear_chains import LinearNetwork
from eigenlaw.verify.one_hidden_layer_hessian import Array, HiddenLayer
from eigenlaw.verify.papers.singh.gated import at
from eigenlaw.verify.plateaus import characteristic, distinct, plateaus, zeros
from eigenlaw.verify.rational_weights import orthogonal


@lru_cache(maxsize=128)
def _layer(text: str) -> HiddenLayer:
    """The network of an instance, its residuals those of squared error, or such that Ω has given singular values."""
    instance = json.loads(text)
    d, M, K, draw = (instance[name] for name in ("d", "M", "K", "draw"))
    rng = np.random.default_rng([draw, d, M, K])
    V, W = (rng.integers(-9, 10, shape).astype(object) for shape in ((M, d), (K, M)))
    if "singular" in instance:
        values = instance["singular"]
        s = len(values)
        turned = orthogonal(K, rng)[:, :s] * np.array([fmpq(value) for value in values], dtype=object)
        X = orthogonal(d, rng)  # Σ_n δ_n x_nᵀ = δ Xᵀ
        return HiddenLayer(V, W, X, np.concatenate([turned, np.full((K, d - s), fmpq(0))], axis=1), "linear")
    X, targets = (
        _digits(d, K, draw) if instance.get("data") == "digits" else _mixture(d, K, draw, instance.get("each", 8))
    )
    return HiddenLayer(V, W, X, W @ V @ X - targets, "linear")


def _hessian(instance: Instance) -> Array:
    """N H_f."""
    layer = _of(instance)
    return functional_hessian(LinearNetwork((layer.V, layer.W)), _omega(instance))


def _mixture(d: int, K: int, draw: int, each: int) -> tuple[Array, Array]:
    """So many samples of each class of a Gaussian mixture, rounded, and the classes one-hot."""
    rng = np.random.default_rng([draw, d, K, 1])
    labels = np.arange(each * K) % K
    samples = rng.standard_normal((K, d))[labels] * 3 + rng.standard_normal((each * K, d))
    return np.rint(10 * samples).astype(int).astype(object).T, one_hot(labels, K)


def _digits(d: int, K: int, draw: int) -> tuple[Array, Array]:
    """Thirty digits of the first K classes with d pixels."""
    images, labels = digits(np.random.default_rng(draw), 30, side=int(np.sqrt(d)), classes=K)
    return images, one_hot(labels, K)


def _of(instance: Instance) -> HiddenLayer:
    return _layer(instance_text({name: value for name, value in instance.items() if name != "order"}))


def _omega(instance: Instance) -> Array:
    """N Ω."""
    layer = _of(instance)
    return np.asarray(layer.delta @ layer.X.T)


def _in_order(instance: Instance) -> Array:
    """The places of vec_r(W²) and then of vec_r(W¹ᵀ), or of vec_r(W¹), in the Hessian."""
    d, M, K = (instance[name] for name in "dMK")
    first = np.arange(M * d).reshape(M, d)
    return np.concatenate([M * d + np.arange(K * M), first.ravel() if instance["order"] == "rows" else first.T.ravel()])


def _shapes(budget: Budget, rng: Rng, most: int = 3) -> Iterable[dict[str, Any]]:
    for d in range(1, most + 1):
        for M in range(1, most + 1):
            for K in range(1, most + 1):
                yield {"d": d, "M": M, "K": K, "draw": d + M + K}
    for _ in range(budget.of(4, 20, 100)):
        d, M, K = (int(n) for n in rng.integers(1, most + 2, 3))
        yield {"d": d, "M": M, "K": K, "draw": int(rng.integers(10**6))}


# The blocks


def _blocks(order: str) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        return ({**instance, "order": order, "each": 1} for instance in _shapes(budget, rng))

    return instances


def _entry() -> Any:
    import sympy

    k, j, m, n = symbols("k j m n")
    return indexed("Omega")[k, j] * sympy.KroneckerDelta(m, n)


def _entries(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """[[0, Ω ⊗ I_M], [Ωᵀ ⊗ I_M, 0]], where the Kronecker product is read off its row and its column."""
    d, M, K = (instance[name] for name in "dMK")
    omega = at(_omega(instance))
    H = np.full(((K + d) * M,) * 2, fmpq(0), dtype=object)
    for a in range(K * M):
        for b in range(d * M):
            H[a, K * M + b] = value(Omega=omega, k=a // M + 1, m=a % M + 1, j=b // M + 1, n=b % M + 1)
            H[K * M + b, a] = H[a, K * M + b]
    return list(H.ravel())


def _differentiated(instance: Instance, _: Rng) -> Sequence[Any]:
    places = _in_order(instance)
    H = _of(instance).differentiated_functional[np.ix_(places, places)]
    return [rational(entry) for entry in H.ravel()]


COLUMNS = Hypothesis(
    r"\text{the parameters in the order }\mathrm{vec}_r(W^2),\mathrm{vec}_r(W^{1\top})",
    lambda i: bool(i["order"] == "columns"),
)
ROWS: Instance = {"d": 2, "M": 2, "K": 1, "draw": 5, "order": "rows", "each": 1}

# The characteristic polynomial


def _printed_polynomial() -> Any:
    x, K, M = symbols("lambda K M")
    return (-x) ** (K * M) * undefined("chi_Z")(x**2)


def _polynomial() -> Any:
    x, K, d, M = symbols("lambda K d M")
    return theory.functional_characteristic(x, K, d, M, undefined("chi_Z"))


def _points(instance: Instance) -> list[fmpq]:
    """So many points, none of them 0, that a polynomial of degree p is known."""
    return [fmpq(n) for n in range(1, (instance["K"] + instance["d"]) * instance["M"] + 2)]


def _polynomial_values(instance: Instance, value: Evaluate) -> Sequence[Any]:
    omega, M = _omega(instance), instance["M"]
    chi = characteristic(np.kron(omega.T @ omega, np.eye(M, dtype=int).astype(object)))
    sign = (-1) ** (instance["d"] * M)  # det(Z − y), not det(y − Z)
    given = {"chi_Z": lambda y: sign * chi(fmpq(y)), "K": instance["K"], "d": instance["d"], "M": M}
    return [value(**given, **{"lambda": x}) for x in _points(instance)]


def _determinants(instance: Instance, _: Rng) -> Sequence[Any]:
    chi, p = characteristic(_hessian(instance)), (instance["K"] + instance["d"]) * instance["M"]
    return [(-1) ** p * chi(x) for x in _points(instance)]


# The eigenvalues


def _singular(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Networks with Ω = UDVᵀ of rational orthogonal U, V and rational D, so that all eigenvalues are rational."""
    for shape in _shapes(budget, rng, 3):
        s = min(shape["d"], shape["K"]) - (shape["draw"] % 3 == 0)
        yield {**shape, "singular": [f"{2 * n + shape['draw'] % 4 + 1}/2" for n in range(max(s, 0))]}


def _printed_eigenvalue() -> Any:
    z, sign = symbols("z sign")
    return sign * z


def _eigenvalue() -> Any:
    return theory.functional_eigenvalue(*symbols("z sign"))


def _eigenvalues_from(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """± each non-zero eigenvalue of ΩᵀΩ, M times, and the zeros that are left, largest first."""
    z = [eigenvalue for eigenvalue in eigenvalues(_gram(instance)) if eigenvalue != 0]
    M, p = instance["M"], (instance["K"] + instance["d"]) * instance["M"]
    above = [value(z=one, sign=1) for one in z for _ in range(M)]
    below = [value(z=one, sign=-1) for one in reversed(z) for _ in range(M)]
    return [*above, *[fmpq(0)] * (p - len(above) - len(below)), *below]


def _gram(instance: Instance) -> Any:
    omega = _omega(instance)
    return omega.T @ omega


def _all_eigenvalues(instance: Instance, _: Rng) -> Sequence[Any]:
    return eigenvalues(_hessian(instance))


def _zero_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(s=rank(_omega(instance)), **{name: instance[name] for name in "KdM"})]


def _zero_count(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(zeros(_hessian(instance)))]


NONZERO = Hypothesis(r"\Omega\ne0", lambda i: rank(_omega(i)) > 0)

# Figures S6 and S7


def _figures(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """The networks of Figure S6, smaller ones, and random ones."""
    sizes = [(5, 15, 3), (5, 15, 4), (5, 15, 5), *((d, M, K) for K in (1, 2, 3) for d in (K, K + 1) for M in (1, 2, 4))]
    for draw, (d, M, K) in enumerate(sorted(sizes, key=lambda size: (size[0] + size[2]) * size[1])):
        yield {"d": d, "M": M, "K": K, "draw": draw}
    for _ in range(budget.of(2, 12, 60)):
        K = int(rng.integers(1, 5))
        d = K + int(rng.integers(0, 4))
        yield {"d": d, "M": int(rng.integers(2, 12)), "K": K, "draw": int(rng.integers(10**6))}


def _digit_figures(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Those of Figure S7, with digits of 25 pixels, and others of 4 to 16."""
    for draw in range(budget.of(2, 3, 6)):
        for d, M in ((25, 10), (16, 3), (9, 4), (4, 6)):
            yield from ({"d": d, "M": M, "K": K, "draw": draw, "data": "digits"} for K in (3, 4, 5) if d >= K)


def _plateau_count(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(distinct(plateaus(_hessian(instance))))]


def _plateau_widths(instance: Instance, _: Rng) -> Sequence[Any]:
    found = plateaus(_hessian(instance))
    return [fmpq(times) for factor, times in found for _ in factor[1:]]


def _twice() -> Any:
    (K,) = symbols("K")
    return 2 * K


def _twice_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(K=instance["K"])]


def _twice_rank_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(s=rank(_omega(instance)))]


def _one_width() -> Any:
    (M,) = symbols("M")
    return M


def _width_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(M=instance["M"])] * (2 * rank(_omega(instance)))


def _distinct_values(instance: Instance) -> bool:
    return all(times == 1 for _, times in plateaus(np.asarray(_gram(instance))))


def _plateau_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Ω of any rank, d and K in any order."""
    yield from _singular(budget, rng)
    yield from _shapes(budget, rng)


FULL = Hypothesis(r"\mathrm{rk}\,\Omega=K", lambda i: rank(_omega(i)) == i["K"], tight=lambda i: bool(i["K"] == i["d"]))
APART = Hypothesis(r"\text{the singular values of }\Omega\text{ differ}", _distinct_values)
LOW: Instance = {"d": 3, "M": 2, "K": 2, "draw": 0, "singular": ["3"]}
EQUAL: Instance = {"d": 2, "M": 2, "K": 2, "draw": 0, "singular": ["3", "3"]}


AD = "The Hessian by algorithmic differentiation of second order."
EXACT = "From the factors of the characteristic polynomial of H_f over the rationals."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:sec-8.2-blocks",
        "printed",
        "S8.2",
        r"H_f",
        Formula(_entry),
        Value(_blocks("columns"), _entries, _differentiated, controls=(ROWS,)),
        (COLUMNS,),
        note=f"{AD} W¹ is stacked by columns, as in the block columns of S4; by rows Ω ⊗ I_M would be permuted.",
        activations=1,
    ),
    Claim(
        "singh:sec-8.2-charpoly",
        "printed",
        "S8.2",
        r"\det(H_f-\lambda)",
        Formula(_printed_polynomial),
        Value(_shapes, _polynomial_values, _determinants),
        note="The degree is KM + 2dM in place of (K + d)M: the Schur complement has Z/λ, not Z.",
        activations=1,
    ),
    Claim(
        "singh:sec-8.2-charpoly",
        "corrected",
        "S8.2, with the power of λ",
        r"\det(H_f-\lambda)",
        Formula(_polynomial, derived=True),
        Value(_shapes, _polynomial_values, _determinants),
        note="At more points than the degree.",
        activations=1,
    ),
    Claim(
        "singh:sec-8.2-eigenvalues.1",
        "printed",
        "S8.2",
        r"\text{the eigenvalues of }H_f",
        Formula(_printed_eigenvalue),
        Value(_singular, _eigenvalues_from, _all_eigenvalues),
        note="A square root is lost: λ² is an eigenvalue of Z. Those of ΩᵀΩ, not of Z, are repeated M times.",
        activations=1,
    ),
    Claim(
        "singh:sec-8.2-eigenvalues.1",
        "corrected",
        "S8.2: ± the singular values of Ω, each M times",
        r"\text{the eigenvalues of }H_f",
        Formula(_eigenvalue, derived=True),
        Value(_singular, _eigenvalues_from, _all_eigenvalues),
        note="Ω has rational singular values, by rational orthogonal factors; all numbers are exact.",
        activations=1,
    ),
    Claim(
        "singh:sec-8.2-eigenvalues.2",
        "new",
        "S8.2: how often 0 is an eigenvalue",
        r"\dim\ker H_f",
        Formula(lambda: theory.functional_zeros(*symbols("s K d M")), derived=True),
        Value(_plateau_cases, _zero_value, _zero_count),
        note=EXACT,
        activations=1,
    ),
    Claim(
        "singh:fig-s6.1",
        "printed",
        "Figure S6: the number of plateaus",
        r"\text{number of eigenvalues of }H_f\text{ but }0",
        Formula(_twice),
        Value(_figures, _twice_value, _plateau_count, controls=(LOW, EQUAL)),
        (FULL, APART),
        note=f"{EXACT} d = 5, M = 15, K = 3, 4, 5 as in the figure, a Gaussian mixture in integers, and other sizes.",
        activations=1,
    ),
    Claim(
        "singh:fig-s6.2",
        "printed",
        "Figure S6: the width of the plateaus",
        r"\text{multiplicity of each eigenvalue of }H_f\text{ but }0",
        Formula(_one_width),
        Value(_figures, _width_value, _plateau_widths),
        (FULL, APART),
        note=EXACT,
        activations=1,
    ),
    Claim(
        "singh:fig-s6.3",
        "printed",
        "Figure S7: the number of plateaus, on digits",
        r"\text{number of eigenvalues of }H_f\text{ but }0",
        Formula(_twice),
        Value(_digit_figures, _twice_value, _plateau_count, minimum=20, sources=digits_hash),
        (FULL, APART),
        note=f"{EXACT} Digits of 8 × 8 pixels down to 25 and fewer; d = 25, M = 10, K = 3, 4, 5 as in the figure.",
        activations=1,
    ),
    Claim(
        "singh:fig-s6.4",
        "sharp",
        "Figures S6 and S7 for every Ω: 2s plateaus",
        r"\text{number of eigenvalues of }H_f\text{ but }0",
        Formula(lambda: theory.functional_plateaus(*symbols("s")), derived=True),
        Value(_plateau_cases, _twice_rank_value, _plateau_count, controls=(EQUAL,)),
        (APART,),
        note=f"{EXACT} s = rk Ω.",
        activations=1,
    ),
)
