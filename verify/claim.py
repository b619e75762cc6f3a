"""A claim: a statement with everything that is needed to state, check, typeset and reproduce it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from eigenlaw.verify.formula import Formula, Number

Form = Literal["printed", "corrected", "sharp", "new"]
Relation = Literal["=", "<=", ">=", "<", ">"]
Status = Literal["testable", "definition", "untestable"]
BudgetName = Literal["quick", "standard", "thorough"]

Instance: TypeAlias = Mapping[str, Any]
"""One case of a statement: names to JSON values, rationals as text such as "1/2"; its JSON text replays it."""

Evaluate: TypeAlias = Callable[..., Number]
"""The formula under test: keyword arguments bind its symbols and functions; exact or a ball."""

Rng: TypeAlias = np.random.Generator
Draws: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Budget:
    """How much a campaign may sample: a fixed number a claim, never a clock."""

    name: BudgetName

    def of(self, quick: int, standard: int, thorough: int) -> int:
        """Return the number that belongs to this budget."""
        return {"quick": quick, "standard": standard, "thorough": thorough}[self.name]


@dataclass(frozen=True)
class Hypothesis:
    """A condition of the statement, as a predicate that runs on the instance.

    Attributes:
        says: the condition in LaTeX or plain mathematics.
        met: whether the instance satisfies it.
        tight: whether the instance satisfies it with equality or at the edge; None if it has no edge.
    """

    says: str
    met: Callable[[Instance], bool]
    tight: Callable[[Instance], bool] | None = None


@dataclass(frozen=True)
class Identity:
    """lhs = rhs for all values of the symbols: random balls try to refute it, then SymPy proves it.

    Attributes:
        lhs: the left-hand side; the claim's formula is the right-hand side.
        points: admissible values of the symbols and functions, by size.
        prove: returns True when lhs − rhs was reduced to zero for all values of the symbols.
    """

    lhs: Formula
    points: Callable[[Budget, Rng], Iterable[Instance]]
    prove: Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Value:
    """predicted ∼ measured on each instance, in exact or ball arithmetic.

    Attributes:
        instances: the cases, smallest first: enumerated, then sampled.
        predicted: the numbers that the formula gives for an instance.
        measured: the numbers found without the formula.
        relation: how predicted and measured compare: measured `relation` predicted.
        controls: instances outside the hypotheses on which the statement must fail.
        minimum: distinct instances that a verdict `holds` needs.
        sampled: whether the measured balls are confidence intervals, all of them together at the level of the judges;
            then the evidence is statistical.
        floating: whether what is measured comes from floating-point numbers without a proven error, such as the
            spectrum of real data; then the evidence is numerical.
        stream: claims with the same stream have the same random numbers, so that they may share what they measure; by
            default a claim has its own.
        sources: the names of the data files that are measured, and their hashes, for the evidence.
    """

    instances: Callable[[Budget, Rng], Iterable[Instance]]
    predicted: Callable[[Instance, Evaluate], Sequence[Number]]
    measured: Callable[[Instance, Rng], Sequence[Number]]
    relation: Relation = "="
    controls: tuple[Instance, ...] = ()
    minimum: int = 20
    sampled: bool = False
    floating: bool = False
    stream: str = ""
    sources: Callable[[], Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Sample:
    """The mean of measured draws tends to the predicted numbers.

    Attributes:
        instances: the cases, smallest first.
        predicted: the limit, q numbers.
        measured: (instance, width, rng, n) ↦ n independent draws of the q statistics, shape (n, q).
        draws: how many draws of each instance.
        widths: the widths that are sampled; one suffices where the mean does not depend on the width.
        bias: the powers of 1/width of the finite-width error; empty if unbiased at every width.
        controls: instances outside the hypotheses on which the statement must fail.
    """

    instances: Callable[[Budget, Rng], Iterable[Instance]]
    predicted: Callable[[Instance, Evaluate], Sequence[Number]]
    measured: Callable[[Instance, int, Rng, int], Draws]
    draws: Callable[[Budget], int]
    widths: tuple[int, ...]
    bias: tuple[Fraction, ...] = ()
    controls: tuple[Instance, ...] = ()
    minimum: int = 20


@dataclass(frozen=True)
class Envelope:
    """What is known of a sequence for all large indices, derived apart from the statement.

    Attributes:
        formula: a closed form in the index (symbol ``index`` of the check) and the instance's parameters.
        meaning: ``~`` if term/formula → 1, ``<=`` if it bounds the term from above, ``>=`` from below.
    """

    formula: Formula
    meaning: Literal["~", "<=", ">="]


@dataclass(frozen=True)
class Asymptotic:
    """term(k) = O, Ω, Θ or ~ of the claim's formula, on the indices on which the statement speaks.

    Attributes:
        kind: which of the four.
        index: the name of the index symbol in the formulas.
        instances: the sequences.
        parameters: exact values of the other symbols of the formulas for an instance.
        indices: the indices of an instance, over at least a decade.
        term: the terms at these indices, as exact numbers or balls.
        envelope: the independently derived leading term or bound.
        vanishing: indices at which the statement says that the term is exactly zero.
        minimum: distinct instances that a verdict `holds` needs.
    """

    kind: Literal["O", "Omega", "Theta", "~"]
    index: str
    instances: Callable[[Budget, Rng], Iterable[Instance]]
    parameters: Callable[[Instance], Mapping[str, Fraction]]
    indices: Callable[[Instance], Sequence[int]]
    term: Callable[[Instance, Sequence[int]], Sequence[Number]]
    envelope: Callable[[Instance], Envelope]
    vanishing: Callable[[Instance], Sequence[int]] = lambda _: ()
    minimum: int = 3


Check: TypeAlias = Identity | Value | Sample | Asymptotic


@dataclass(frozen=True)
class Claim:
    """A statement of a paper, or the user's own, in one of its forms.

    Attributes:
        id: ``paper:label``, stable for ever; a part of a row with several statements ends in ``.1``, ``.2``, …
        form: ``printed`` as the paper has it, ``corrected``, ``sharp``, or ``new``.
        source: where it stands.
        lhs: the left-hand side in LaTeX, that is, what is measured.
        formula: the right-hand side.
        check: how it is decided.
        needs: the hypotheses.
        note: what the reader should know, in a sentence or two.
        activations: distinct activations that a verdict `holds` needs; 1 where the statement names its own.
    """

    id: str
    form: Form
    source: str
    lhs: str
    formula: Formula
    check: Check
    needs: tuple[Hypothesis, ...] = ()
    note: str = ""
    activations: int = 3

    @property
    def key(self) -> str:
        """The id and the form, which together name one record."""
        return f"{self.id} {self.form}"


@dataclass(frozen=True)
class Row:
    """A row of a paper's index: what `eigenlaw claims` lists.

    Attributes:
        id: as in the index of the paper.
        where: equation, lemma or section.
        says: the statement, in LaTeX.
        needs: its hypotheses.
        status: testable, definition (then it is a tested function) or untestable.
        why: the reason for a status that is not testable.
    """

    id: str
    where: str
    says: str
    needs: tuple[str, ...] = ()
    status: Status = "testable"
    why: str | None = None

    @property
    def paper(self) -> str:
        """The paper's short name."""
        return self.id.partition(":")[0]
