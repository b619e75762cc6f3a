"""Section II and Appendix A: the Jacobians J_I and J_L, their points, their rank, and when their spectra agree.

All of it is exact, on small autoencoders over the rationals. What is measured are difference quotients of the maps
themselves, which are piecewise affine up to tanh, and characteristic polynomials.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.verify.autoencoders import encode, through
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Identity, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.judge_identities import by_simplification
from eigenlaw.verify.papers.dees.exact_autoencoders import (
    GENERIC,
    NO_ERROR,
    SAME_GATES,
    SHAPES,
    SMOOTH,
    SQUARE,
    Exact,
    characteristic,
    exact,
    nonzero_eigenvalues,
    open_units,
    quotient,
)

Array = NDArray[Any]


def _cases(shapes: Sequence[tuple[int, ...]], **options: str) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        count = budget.of(3, 8, 40)
        draws = [*range(4), *(int(seed) for seed in rng.integers(4, 2**31, size=count))]
        return [{"widths": list(widths), "draw": draw, **options} for widths in shapes for draw in draws]

    return instances


def _entries(array: Array) -> Callable[..., Any]:
    def entry(i: int, j: int) -> Any:
        if not (1 <= i <= array.shape[0] and 1 <= j <= array.shape[1]):
            raise IndexError(f"i={i}, j={j}: no such entry")
        return array[i - 1, j - 1]

    return entry


def _product(left: str, left_at: str, right: str, right_at: str) -> Callable[[], Any]:
    """Σ_a left(point)_{ia} right(point)_{aj}, the matrices named by their points."""

    def build() -> Any:
        i, j, a, n = symbols("i j a n")
        first, second = indexed(f"{left}_{left_at}"), indexed(f"{right}_{right_at}")
        return summation(first[i, a] * second[a, j], (a, 1, n))

    return build


def _matrix(value: Evaluate, shape: tuple[int, int], inner: int, **factors: Array) -> Sequence[Any]:
    bound = {name: _entries(array) for name, array in factors.items()}
    rows, columns = shape
    return [value(**bound, i=i, j=j, n=inner) for i in range(1, rows + 1) for j in range(1, columns + 1)]


def _input_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = exact(instance)
    size = case.net.pixels
    slopes = {"D_z": case.decoder_slopes(case.z), "E_x": case.encoder_slopes(case.x)}
    return _matrix(value, (size, size), case.net.latent, **slopes)


def _latent_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = exact(instance)
    slopes = {"E_y": case.encoder_slopes(case.y), "D_z": case.decoder_slopes(case.z)}
    return _matrix(value, (case.net.latent,) * 2, case.net.pixels, **slopes)


def _exchanged_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = exact(instance)
    slopes = {"E_z": case.encoder_slopes(case.z), "D_y": case.decoder_slopes(case.y)}
    return _matrix(value, (case.net.latent,) * 2, case.net.pixels, **slopes)


def _encoder(case: Exact) -> Callable[[Array], Array]:
    return lambda point: np.asarray(encode(case.net, point[None]).values[0])


def _before_tanh(case: Exact) -> Callable[[Array], Array]:
    none = np.zeros((case.net.latent, 0), dtype=object)
    return lambda point: np.asarray(through(case.net.decoder, point[None], none).values[0])


def _decoded(case: Exact, directions: Iterable[Array]) -> list[Array]:
    """The derivatives of f_dec at z along directions, by quotients and the slope 1 − y² of tanh."""
    return [(1 - case.y * case.y) * quotient(_before_tanh(case), case.z, direction) for direction in directions]


def _units(size: int) -> list[Array]:
    return [np.array([fmpq(int(i == j)) for j in range(size)], dtype=object) for i in range(size)]


def _input_quotients(instance: Instance, _: Rng) -> Sequence[Any]:
    case = exact(instance)
    inner = [quotient(_encoder(case), case.x, unit) for unit in _units(case.net.pixels)]
    return list(np.stack(_decoded(case, inner), axis=1).ravel())


def _latent_quotients(instance: Instance, _: Rng) -> Sequence[Any]:
    case = exact(instance)
    inner = _decoded(case, _units(case.net.latent))
    columns = [quotient(_encoder(case), case.y, direction) for direction in inner]
    return list(np.stack(columns, axis=1).ravel())


def _dimension() -> Any:
    return symbols("d")[0]


def _least() -> Any:
    import sympy

    return sympy.Min(*symbols("d m"))


def _count(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(nonzero_eigenvalues(exact(instance).input_jacobian))]


def _bound(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = exact(instance)
    return [value(d=case.net.latent, m=min(open_units(case)))]


def _coefficient() -> Any:
    return indexed("c")[symbols("k")[0]]


def _coefficients(matrix: Callable[[Exact], Array]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    """c_k of a d × d matrix, zero for d < k ≤ N."""

    def value_of(instance: Instance, value: Evaluate) -> Sequence[Any]:
        case = exact(instance)
        found = characteristic(matrix(case))

        def c(k: int) -> Any:
            return found[k] if 0 <= k < len(found) else fmpq(0)

        return [value(c=c, k=k) for k in range(1, case.net.pixels + 1)]

    return value_of


def _input_coefficients(instance: Instance, _: Rng) -> Sequence[Any]:
    return characteristic(exact(instance).input_jacobian)[1:]


def _heaviside() -> Any:
    import sympy

    (x,) = symbols("x")
    return sympy.Piecewise((1, x > 0), (0, True))


def _numbers(budget: Budget, rng: Rng) -> Iterable[Instance]:
    small = [f"{sign}{p}/{q}" for q in (1, 2, 3) for p in (1, 2, 5) for sign in ("", "-")]
    return [{"x": text} for text in [*small, *(f"{int(k)}/97" for k in rng.integers(-(10**6), 10**6, 8) if k)]]


def _number(instance: Instance) -> Any:
    return fmpq(*map(int, str(instance["x"]).split("/")))


def _relu_slope(instance: Instance, _: Rng) -> Sequence[Any]:
    """The quotient (relu(x + ε) − relu(x))/ε, ε below |x|."""
    x = _number(instance)
    step = abs(x) / 2 if x else fmpq(1)
    return [(max(x + step, fmpq(0)) - max(x, fmpq(0))) / step]


def _points(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [{"x": f"{int(k)}/16"} for k in rng.integers(-64, 64, budget.of(8, 20, 40))]


def _tanh_slope() -> Any:
    import sympy

    (x,) = symbols("x")
    up, down = sympy.exp(x), sympy.exp(-x)
    return sympy.diff((up - down) / (up + down), x)


def _tanh_formula() -> Any:
    import sympy

    return 1 - sympy.tanh(symbols("x")[0]) ** 2


LATENT_IS_INPUT = Hypothesis("z=x", lambda i: all(exact(i).z == exact(i).x))
NOT_ZERO = Hypothesis(r"x\ne0", lambda i: _number(i) != 0)
_FAR: Instance = {"widths": [2, 3, 2], "draw": 1, "output": "far"}
_FIBRE: Instance = {"widths": [2, 3, 1], "draw": 1, "output": "fibre"}
_EXACT = "Exact, on small autoencoders over the rationals; a last bias makes tanh give any chosen y in (−1, 1)^N. "

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:jacobian-i.1",
        "printed",
        "Section II, Appendix A: the chain rule, with ReLU′ = H and H(0) = 0",
        r"(J_{\mathcal I}(x))_{ij}",
        Formula(_product("D", "z", "E", "x")),
        Value(_cases(SHAPES), _input_value, _input_quotients, controls=({"special": "kink"},)),
        (SMOOTH,),
        note=_EXACT + "Measured by difference quotients. At a kink H(0) = 0 can miss the derivative of a map that has "
        "one: relu(x) − relu(−x) = x at 0.",
        activations=1,
    ),
    Claim(
        "dees:jacobian-i.2",
        "printed",
        "Section II: J_I has at most d non-zero eigenvalues",
        r"\#\{\lambda(J_{\mathcal I}(x))\ne0\}",
        Formula(_dimension),
        Value(_cases(SHAPES), _bound, _count, "<="),
        note=_EXACT + "With multiplicity, by the characteristic polynomial.",
        activations=1,
    ),
    Claim(
        "dees:jacobian-i.3",
        "sharp",
        "Section II",
        r"\#\{\lambda(J_{\mathcal I}(x))\ne0\}",
        Formula(_least),
        Value(_cases(SHAPES), _bound, _count, controls=({"special": "nilpotent"},)),
        (GENERIC,),
        note=_EXACT + "m is the least number of open units of a hidden layer: half of 32 at initialisation, so that of "
        "d = 20 eigenvalues some are zero by structure, and their computed arguments are rounding.",
        activations=1,
    ),
    Claim(
        "dees:jacobian-l.1",
        "printed",
        "Section II: J_L = Df_enc(z) Df_dec(y)",
        r"(J_{\mathcal L})_{ij}",
        Formula(_product("E", "z", "D", "y")),
        Value(_cases(SQUARE), _exchanged_value, _latent_quotients),
        (SMOOTH,),
        note=_EXACT + "With d < N the points have the wrong dimensions: f_enc has no derivative at a latent point. "
        "With d = N, as here, the product exists and is another matrix.",
        activations=1,
    ),
    Claim(
        "dees:jacobian-l.2",
        "corrected",
        "Section II",
        r"(J_{\mathcal L})_{ij}",
        Formula(_product("E", "y", "D", "z")),
        Value(_cases(SHAPES), _latent_value, _latent_quotients),
        (SMOOTH,),
        note=_EXACT + "J_L = D(f_enc ∘ f_dec)(z) = Df_enc(y) Df_dec(z): the points exchanged.",
        activations=1,
    ),
    Claim(
        "dees:same-spectrum.1",
        "printed",
        "Section II: if the reconstruction error is 0, that is, z = x",
        r"c_k(J_{\mathcal I}),\ \det(\lambda-J)=\sum_kc_k\lambda^{\dim-k}",
        Formula(_coefficient),
        Value(_cases(SQUARE, latent="input"), _coefficients(lambda case: case.latent_jacobian), _input_coefficients),
        (LATENT_IS_INPUT,),
        note=_EXACT + "z = x is possible with d = N only, and is not a reconstruction without error, which is y = x.",
        activations=1,
    ),
    Claim(
        "dees:same-spectrum.2",
        "corrected",
        "Section II: if the reconstruction error is 0, that is, y = x",
        r"c_k(J_{\mathcal I}),\ \det(\lambda-J)=\sum_kc_k\lambda^{\dim-k}",
        Formula(_coefficient),
        Value(
            _cases(SHAPES, output="input"),
            _coefficients(lambda case: case.latent_jacobian),
            _input_coefficients,
            controls=(_FAR,),
        ),
        (NO_ERROR,),
        note=_EXACT,
        activations=1,
    ),
    Claim(
        "dees:same-spectrum.3",
        "sharp",
        "Section II",
        r"c_k(J_{\mathcal I}),\ \det(\lambda-J)=\sum_kc_k\lambda^{\dim-k}",
        Formula(_coefficient),
        Value(
            _cases(SHAPES, output="near"),
            _coefficients(lambda case: case.latent_jacobian),
            _input_coefficients,
            controls=(_FAR, _FIBRE),
        ),
        (SAME_GATES,),
        note=_EXACT + "No reconstruction need be right: x and y in one linear region of the encoder suffice, hence a "
        "small enough error does where no unit is at its kink. f_enc(y) = z does not suffice.",
        activations=1,
    ),
    Claim(
        "dees:same-spectrum.4",
        "new",
        "Section II",
        r"c_k(J_{\mathcal I}),\ \det(\lambda-J)=\sum_kc_k\lambda^{\dim-k}",
        Formula(_coefficient),
        Value(
            _cases(SHAPES),
            _coefficients(lambda case: case.encoder_slopes(case.x) @ case.decoder_slopes(case.z)),
            _input_coefficients,
        ),
        note=_EXACT + "The non-zero eigenvalues of J_I are those of Df_enc(x) Df_dec(z), whatever y; so J_L has them "
        "if and only if this matrix and Df_enc(y) Df_dec(z) have one characteristic polynomial.",
        activations=1,
    ),
    Claim(
        "dees:heaviside.1",
        "printed",
        "Appendix A: the derivative of ReLU",
        r"\mathrm{ReLU}'(x)",
        Formula(_heaviside),
        Value(_numbers, lambda i, value: [value(x=_number(i))], _relu_slope, controls=({"x": "0/1"},)),
        (NOT_ZERO,),
        note="At 0 there is no derivative, and H(0) = 0 is a convention: the one of the usual libraries.",
        activations=1,
    ),
    Claim(
        "dees:heaviside.2",
        "printed",
        "Appendix A: the derivative of tanh",
        r"\frac{d}{dx}\tanh x",
        Formula(_tanh_formula),
        Identity(Formula(_tanh_slope, derived=True), _points, by_simplification),
        activations=1,
    ),
)
