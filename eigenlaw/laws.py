"""The laws of random matrices by name: parameters, convention, source, and the class that computes each.

One table, read by ``eigenlaw eval law``, ``eigenlaw show laws``, ``eigenlaw table laws`` and the Python face.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from eigenlaw.commands import arguments
from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.numerics.law import Law, Quantity

Kind = Literal["rational", "positive integer", "sizes", "flag"]
MOST_SIZES = 64


@dataclass(frozen=True)
class Parameter:
    """One parameter of a law.

    Attributes:
        name: of the option, and of the argument in Python.
        kind: how it is read; a tuple is a choice of words.
        example: what to type; empty for an optional one.
        most: of an integer, where more would not fit in memory and time.
    """

    name: str
    kind: Kind | tuple[str, ...]
    example: str = ""
    most: int = arguments.MOST_SIZE

    @property
    def option(self) -> str:
        """As on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def usage(self) -> str:
        """The option with what it takes, in brackets where it may be left out.

        Example:
            >>> Parameter("of", ("left", "right")).usage, Parameter("ratio", "rational", "1/2").usage
            ('[--of left|right]', '--ratio 1/2')
        """
        if self.example:
            return f"{self.option} {self.example}"
        words = {"flag": "", "positive integer": " N", "rational": " Q", "sizes": " N,…"}
        return f"[{self.option}{' ' + '|'.join(self.kind) if isinstance(self.kind, tuple) else words[self.kind]}]"

    def read(self, text: str) -> Any:
        """Return what was typed, exact.

        Raises:
            InputError: it is not of the kind.
        """
        if isinstance(self.kind, tuple):
            if text not in self.kind:
                raise InputError.of(self.name, text, f"expected one of {', '.join(self.kind)}")
            return text
        if self.kind == "flag":
            return True
        if self.kind == "rational":
            return arguments.rational(self.name, text, negative=True)
        if self.kind == "positive integer":
            return arguments.integer(self.name, text, least=1, most=self.most)
        parts = text.split(",")
        if len(parts) > MOST_SIZES:
            raise InputError.of(self.name, text, f"expected at most {MOST_SIZES}")
        return tuple(arguments.integer(self.name, part, least=1, most=self.most) for part in parts)


@dataclass(frozen=True)
class LawName:
    """A law, or a quantity, with a name.

    Attributes:
        build: ``module:name`` in ``eigenlaw.numerics`` of what takes the parameters and returns the object.
        convention: what is random, and how it is scaled.
        source: where it is from.
        parameters: those it takes.
        variants: the same for ``--limit``, or with another optional parameter given, by its name.
        is_law: whether it has a density, and so on; else it is a function that has values.
        at: what ``--at`` holds for a function; empty where it takes nothing.
    """

    build: str
    convention: str
    source: str
    parameters: tuple[Parameter, ...] = ()
    variants: Mapping[str, str] | None = None
    is_law: bool = True
    at: str = "points"

    @property
    def usage(self) -> str:
        """The options in a line."""
        return " ".join(parameter.usage for parameter in self.parameters)


_FIELD = Parameter("field", ("real", "complex"))
_LIMIT = Parameter("limit", "flag")
_SHAPE = (Parameter("rows", "positive integer", "6", 2000), Parameter("columns", "positive integer", "4", 2000))
_WINDOW = (Parameter("window", ("anywhere", "start", "centre")), Parameter("counted", "flag"), _LIMIT)
_PLACES = (
    "Variance of the number of eigenvalues in a window of length l at mean density 1, placed without regard to them; "
    "--window start or centre: E (N − l)² where an eigenvalue, --counted or not, is there; --limit: the asymptote."
)
_SIZES = Parameter("sizes", "sizes", "4,6,8", 10**4)

LAWS: dict[str, LawName] = {
    "marchenko-pastur": LawName(
        "marchenko_pastur:MarchenkoPastur",
        "C = m/n. The min(m, n) singular values of W/√n, W n × m with independent entries of variance 1 (σ̃ = 1); or "
        "the eigenvalues of the m × m Gram WᵀW/n, with an atom 1 − 1/C at zero for C > 1.",
        "thamm, (2)",
        (Parameter("ratio", "rational", "1/2"), Parameter("of", ("singular-values", "eigenvalues"))),
    ),
    "modified-marchenko-pastur": LawName(
        "modified_marchenko_pastur:ModifiedMarchenkoPastur",
        "The law of singular values between free edges ν_− = lower and ν_+ = upper, as fitted to a bulk, normalised.",
        "thamm, Section 4",
        (Parameter("lower", "rational", "1/2"), Parameter("upper", "rational", "3/2")),
    ),
    "semicircle": LawName(
        "semicircle:Semicircle",
        "Radius 2: the eigenvalues of W/√n, W n × n symmetric with entries of variance 1.",
        "dees, Theorem II.2",
    ),
    "circular": LawName(
        "circular:Circular",
        "The modulus of an eigenvalue of W/√n, W n × n with independent entries of variance 1; on [0, 1].",
        "dees, Theorem II.3",
    ),
    "wigner-surmise": LawName(
        "wigner_surmise:WignerSurmise",
        "Spacing at mean 1 of two eigenvalues of a 2 × 2 matrix of the GOE; near the law of the bulk, not equal to it.",
        "thamm, (1)",
    ),
    "goe-spacing": LawName(
        "spacings:GOESpacing", "Spacing at mean 1 of neighbours in the bulk of the GOE, exact.", "Gaudin 1961"
    ),
    "gue-spacing": LawName(
        "spacings:GUESpacing", "Spacing at mean 1 of neighbours in the bulk of the GUE, exact.", "Gaudin 1961"
    ),
    "goe-number-variance": LawName(
        "placed_windows:goe_number_variance", f"GOE. {_PLACES}", "Mehta, ch. 16; thamm, §3", _WINDOW, None, False
    ),
    "gue-number-variance": LawName(
        "placed_windows:gue_number_variance", f"GUE. {_PLACES}", "Mehta, ch. 16", _WINDOW, None, False
    ),
    "smallest-singular-value": LawName(
        "extreme_singular_values:SmallestSingularValue",
        "The least of the min(n, m) singular values of an n × m Gaussian matrix, entries of variance 1, not scaled; "
        "--limit: √n times it for n × n, n → ∞.",
        "Edelman 1988",
        (*_SHAPE, _FIELD, _LIMIT),
        {"limit": "extreme_singular_values:HardEdge"},
    ),
    "largest-singular-value": LawName(
        "extreme_singular_values:LargestSingularValue",
        "The largest singular value of an n × m Gaussian matrix, entries of variance 1, not scaled.",
        "Khatri 1964; Chiani 2014",
        (*_SHAPE, _FIELD),
    ),
    "spiked": LawName(
        "spiked:Spiked",
        "C = m/n. Where the largest singular value of θuvᵀ + W/√n lies, W n × m, at the spike θ; covariance: the "
        "eigenvalue of the Gram WᵀW/n of rows with covariance I + (ℓ − 1)vvᵀ, at ℓ. No outlier: the edge of the bulk.",
        "Benaych-Georges & Nadakuditi 2012; Baik & Silverstein 2006",
        (Parameter("ratio", "rational", "1/2"), Parameter("model", ("information-plus-noise", "covariance"))),
        is_law=False,
        at="spikes",
    ),
    "porter-thomas": LawName(
        "porter_thomas:PorterThomas",
        "One component of a unit vector of uniform direction in R^m, exact; --limit: its normal limit N(0, 1/m).",
        "thamm, the Porter–Thomas law",
        (Parameter("dimension", "positive integer", "100"), _LIMIT),
        {"limit": "porter_thomas:PorterThomasLimit"},
    ),
    "tracy-widom": LawName(
        "tracy_widom:TracyWidom",
        "The largest eigenvalue at a soft edge, β = 1 (GOE) or 2 (GUE), centred and scaled as by Tracy and Widom.",
        "Tracy & Widom 1994, 1996",
        (Parameter("beta", ("1", "2"), "1|2"),),
    ),
    "ginibre-product": LawName(
        "ginibre_product:GinibreProduct",
        "The modulus of an eigenvalue of m square complex Gaussian factors, each scaled by 1/√n, n → ∞; --size n: "
        "exact for n × n.",
        "dees, Theorem II.6; Akemann & Burda 2012",
        (Parameter("factors", "positive integer", "4", 1000), Parameter("size", "positive integer", "", 10**4)),
        {"size": "ginibre_product:FiniteGinibreProduct"},
    ),
    "rectangular-product": LawName(
        "rectangular_product:RectangularProduct",
        "The squared modulus of one eigenvalue of A_1 ⋯ A_k, A_j n_j × n_{j+1} of standard complex Gaussian entries, "
        "n_{k+1} = n_1 the smallest, not scaled, exact; --limit: n → ∞ at these ratios, every factor scaled by 1/√n_1.",
        "dees, Theorem II.7; Adhikari et al. 2016",
        (_SIZES, _LIMIT),
        {"limit": "rectangular_product_limit:RectangularProductLimit.of_sizes"},
    ),
    "real-eigenvalues": LawName(
        "real_eigenvalues:RealEigenvalues",
        "The expected number of real eigenvalues of A_1 ⋯ A_k, A_j n_j × n_{j+1} of standard real Gaussian entries, "
        "n_{k+1} = n_1 the smallest.",
        "Edelman, Kostlan & Shub 1994; Forrester & Ipsen 2016",
        (_SIZES,),
        is_law=False,
        at="",
    ),
}


def find(name: str) -> LawName:
    """Return the law of a name.

    Raises:
        InputError: there is none.
    """
    if name not in LAWS:
        raise InputError.of("name", name, f"no such law; expected one of {', '.join(LAWS)}; see `eigenlaw show laws`")
    return LAWS[name]


def build(name: str, given: Mapping[str, str]) -> "Law | Quantity":
    """Return the law, or the quantity, for parameters as typed.

    Raises:
        InputError: there is no such law, or a parameter is missing, not one of its own, or out of range.

    Example:
        >>> build("marchenko-pastur", {"ratio": "1/4", "of": "eigenvalues"})
        MarchenkoPastur(Fraction(1, 4), 'eigenvalues')
    """
    law = find(name)
    known = {parameter.name: parameter for parameter in law.parameters}
    for other, text in given.items():
        if other not in known:
            raise InputError.of(other, text, f"{name} takes no such parameter; expected {law.usage or 'none'}")
    read = {other: known[other].read(text) for other, text in given.items()}
    target = law.build
    for other in law.variants or {}:
        if other in read:
            target = (law.variants or {})[other]
    if target.endswith("HardEdge"):
        _only_square(read)
    elif missing := [parameter for parameter in law.parameters if parameter.example and parameter.name not in read]:
        raise InputError.of(missing[0].name, "(not given)", f"{name} needs it; expected {law.usage}")
    if target != law.build and "limit" in read:
        del read["limit"]
    if "beta" in read:
        read["beta"] = int(read["beta"])
    built: Law | Quantity = _called(target)(**read)
    return built


def _only_square(read: dict[str, Any]) -> None:
    """Drop rows and columns, which the limit of square matrices has not."""
    if read.pop("rows", None) != read.pop("columns", None):
        raise InputError.of("limit", "true", "it is that of square matrices; expected rows = columns, or neither")


def _called(target: str) -> Callable[..., Any]:
    """Return what ``module:name`` of numerics names; a name may be that of a method."""
    module, _, path = target.partition(":")
    found: Any = import_module(f"eigenlaw.numerics.{module}")
    for part in path.split("."):
        found = getattr(found, part)
    taken: Callable[..., Any] = found
    return taken
