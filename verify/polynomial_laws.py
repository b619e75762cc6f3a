"""Polynomial laws of integer sequences: the simplest one that gives every value of a table exactly.

A law is a polynomial with rational coefficients in few features, each a column of the table or the minimum of several.
Simplest means: of the lowest degree, then in the fewest features, with the fewest minima, and then with the fewest
terms. A feature with v values in the table enters with powers up to v − 1, which are all that v values tell apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, combinations_with_replacement
from math import prod
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import random_prime
from eigenlaw.numerics.sparse_solution import consistent, rank, sparse_solutions

Point = Mapping[str, int]
"""The parameters of a case by name."""

Powers = tuple[int, ...]
MOST_MINIMA = 2
"""How many minima may enter one law."""


@dataclass(frozen=True, slots=True)
class Feature:
    """What a law may depend on: a parameter, or the minimum of several."""

    name: str
    arguments: tuple[str, ...] = ()

    def at(self, point: Point) -> int:
        """Return the value for these parameters."""
        return min(point[name] for name in self.arguments) if self.arguments else point[self.name]


@dataclass(frozen=True, slots=True)
class Case:
    """A row of a table.

    Attributes:
        point: its parameters.
        value: what was measured there, an integer.
        where: what was measured, for people and JSON.
    """

    point: Point
    value: int
    where: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """A polynomial in some features.

    Attributes:
        features: what it depends on.
        terms: the coefficients, ``flint.fmpq``, by the powers of the features.
        degree: the degree up to which polynomials were tried.

    Example:
        >>> area = Law((Feature("a"), Feature("b")), {(1, 1): fmpq(1)}, 2)
        >>> area.at({"a": 3, "b": 4})
        12
    """

    features: tuple[Feature, ...]
    terms: Mapping[Powers, Any]
    degree: int

    def at(self, point: Point) -> Any:
        """Return the value for these parameters, a ``flint.fmpq``."""
        values = [feature.at(point) for feature in self.features]
        parts = (c * prod(v**n for v, n in zip(values, powers, strict=True)) for powers, c in self.terms.items())
        return sum(parts, fmpq(0))

    def wrong(self, cases: Iterable[Case]) -> Case | None:
        """Return the first case that the law misses."""
        return next((case for case in cases if self.at(case.point) != case.value), None)

    @property
    def minima(self) -> int:
        """How many of the features are minima."""
        return sum(bool(feature.arguments) for feature in self.features)


@dataclass(frozen=True)
class Space:
    """The laws that are tried.

    Attributes:
        columns: parameters.
        minima: minima of parameters, at most two of which enter one law.
        degree: the highest total degree.
        seed: draws the prime and the orders of the search.
        compared: the features that a condition may compare; all of them if it is empty.
    """

    columns: tuple[Feature, ...]
    minima: tuple[Feature, ...] = ()
    degree: int = 2
    seed: int = 0
    compared: tuple[Feature, ...] = ()

    def __post_init__(self) -> None:
        if not self.compared:
            object.__setattr__(self, "compared", self.features)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Columns and minima."""
        return (*self.columns, *self.minima)


@dataclass
class Search:
    """The search for the simplest law of some cases.

    Attributes:
        cases: of different parameters.
        space: the laws to try.
        tried: how many sets of features were looked at.
    """

    cases: Sequence[Case]
    space: Space
    tried: int = 0
    _monomials: dict[tuple[tuple[str, int], ...], list[int]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.space.seed)
        self._prime = random_prime(self._rng)
        self.cases = [self.cases[int(i)] for i in self._rng.permutation(len(self.cases))]
        self._y = [case.value for case in self.cases]
        self._values = {f.name: [f.at(case.point) for case in self.cases] for f in self.space.features}

    @cached_property
    def contradiction(self) -> tuple[Case, Case] | None:
        """Two cases that no feature tells apart, of different values."""
        seen: dict[tuple[int, ...], Case] = {}
        for case in self.cases:
            other = seen.setdefault(tuple(f.at(case.point) for f in self.space.features), case)
            if other.value != case.value:
                return other, case
        return None

    @property
    def free(self) -> bool:
        """Whether some law has these values, be it only because the cases are few."""
        return self.contradiction is None and any(True for _ in self._largest(self.space.degree))

    @property
    def possible(self) -> bool:
        """Whether some law has these values, while other values would have none."""
        degree = self.space.degree
        return self.contradiction is None and any(
            rank(self.matrix(top, degree), self._prime) < len(self.cases) for top in self._largest(degree)
        )

    def simplest(self) -> list[Law]:
        """Return the simplest laws; all of them are equally simple, the one with the smallest coefficients first.

        A law counts if the table has at least twice as many cases as the law has terms.
        """
        if self.contradiction is not None:
            return []
        for degree in range(1, self.space.degree + 1):
            largest = [set(top) for top in self._largest(degree)]
            for size in range(max(map(len, largest), default=-1) + 1):
                found = self._of_size(size, degree, largest)
                if found:
                    return found
        return []

    def matrix(self, features: Sequence[Feature], degree: int) -> list[list[int]]:
        """Return the monomials of the features as columns, a row a case, the simplest first."""
        return [self._monomial(features, powers) for powers in self.powers(features, degree)]

    def powers(self, features: Sequence[Feature], degree: int) -> list[Powers]:
        """Return the powers of the monomials, low degrees first."""
        most = [len(set(self._values[feature.name])) - 1 for feature in features]
        chosen = (c for size in range(degree + 1) for c in combinations_with_replacement(range(len(features)), size))
        powers = (tuple(map(c.count, range(len(features)))) for c in chosen)
        return sorted(
            (p for p in powers if all(n <= top for n, top in zip(p, most, strict=True))),
            key=lambda p: (sum(p), max(p, default=0)),
        )

    def _of_size(self, size: int, degree: int, largest: Sequence[set[Feature]]) -> list[Law]:
        """Return the laws in so many features with the fewest minima and terms."""
        laws = [
            law
            for features in combinations(self._usable, size)
            if any(top.issuperset(features) for top in largest) and self._fits(features, degree)
            for law in self._solutions(features, degree)
            if 2 * len(law.terms) <= len(self.cases)
        ]
        if not laws:
            return []
        simplicity = {law: (law.minima, len(law.terms)) for law in laws}
        least = min(simplicity.values())
        return [law for law in laws if simplicity[law] == least]

    @cached_property
    def _usable(self) -> list[Feature]:
        """The features that are not constant, and of minima only those that differ from the features before them."""
        first: dict[tuple[int, ...], Feature] = {}
        for feature in self.space.features:
            values = tuple(self._values[feature.name])
            if len(set(values)) > 1 and not (feature.arguments and values in first):
                first[(*values, len(first)) if values in first else values] = feature
        return list(first.values())

    def _largest(self, degree: int) -> Iterator[tuple[Feature, ...]]:
        """Return the sets of all columns and some minima in which a law of this degree exists."""
        columns = [feature for feature in self._usable if not feature.arguments]
        minima = [feature for feature in self._usable if feature.arguments]
        for count in range(min(MOST_MINIMA, len(minima)) + 1):
            for some in combinations(minima, count):
                if self._fits((*columns, *some), degree):
                    yield (*columns, *some)

    def _fits(self, features: Sequence[Feature], degree: int) -> bool:
        """Tell whether a polynomial in these features gives every value; a part of the cases often says no."""
        self.tried += 1
        columns = self.matrix(features, degree)
        part = len(columns) + 10
        if not consistent([column[:part] for column in columns], self._y[:part], self._prime):
            return False
        return part >= len(self._y) or consistent(columns, self._y, self._prime)

    def _solutions(self, features: tuple[Feature, ...], degree: int) -> list[Law]:
        powers = self.powers(features, degree)
        found = sparse_solutions(self.matrix(features, degree), self._y, self._prime, self._rng)
        return [Law(features, {powers[i]: c for i, c in solution.items()}, degree) for solution in found]

    def _monomial(self, features: Sequence[Feature], powers: Powers) -> list[int]:
        key = tuple((feature.name, n) for feature, n in zip(features, powers, strict=True) if n)
        if key not in self._monomials:
            factors = [[value**n for value in self._values[name]] for name, n in key]
            ones = [1] * len(self.cases)
            self._monomials[key] = [prod(row) for row in zip(ones, *factors, strict=True)]
        return self._monomials[key]
