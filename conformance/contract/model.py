"""The nouns of the contract: editions, operations with their answer shapes, clauses with their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

EDITIONS: tuple[str, ...] = ("alibaba-2018", "alibaba-2019", "alibaba-2021", "alibaba-2023", "tuya-2025")
"""The editions of the documentation by which a target can be measured, oldest first."""

DEFAULT_EDITION = "alibaba-2023"


class Level(StrEnum):
    """How much a clause matters. It never enters a test."""

    MUST = "MUST"
    """Documented."""
    SHOULD = "SHOULD"
    """Implied, or documented by example only."""
    OBSERVED = "OBSERVED"
    """The documents are silent or contradict each other: the observation is recorded, not scored."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf of an answer: String, Boolean, Integer (32 bits) or Long (64 bits)."""

    type: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as this API spells it: a wrapper whose one member ``inner`` holds the items."""

    inner: str
    item: Scalar | Structure


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure with named members."""

    fields: Mapping[str, Shape]


Shape = Scalar | Listing | Structure

ENVELOPE: Mapping[str, Shape] = MappingProxyType(
    {
        "RequestId": Scalar("String"),
        "Success": Scalar("Boolean"),
        "Code": Scalar("String"),
        "ErrorMessage": Scalar("String"),
        "Message": Scalar("String"),
        "HostId": Scalar("String"),
        "Recommend": Scalar("String"),
    }
)
"""What any answer may carry beside its data; the last three belong to gateway errors."""


Value = int | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of one operation: of its requests, or of its successful answers.

    ``N`` in the name of a request parameter stands for a 1-based index. The name of an answer's is its
    path, in which ``[]`` marks a list.
    """

    name: str
    type: str
    required: frozenset[str]
    """Editions that require it: of an answer, those in which it is always there, or in every item of its list."""
    optional: frozenset[str]
    """Editions that know it without requiring it."""
    limits: Mapping[str, Mapping[str, Value]]
    """What is said of its values (see LIMITS) → edition → what that is."""

    def known(self, edition: str) -> bool:
        """Whether the edition knows it, required or not."""
        return edition in self.required or edition in self.optional

    def limit(self, name: str, edition: str) -> Value | None:
        """That limit in that edition, None where nothing is said."""
        return self.limits.get(name, {}).get(edition)


@dataclass(frozen=True, slots=True)
class Operation:
    """One action of the API."""

    name: str
    says: str
    roots: tuple[str, ...]
    """Documented XML root elements of a business answer."""
    sample_roots: Mapping[str, str]
    """Edition → a root element that only a sample of that edition prints."""
    documents: Mapping[str, str]
    """Edition → id of the document that describes the operation in that edition."""
    parameters: tuple[Parameter, ...]
    """Parameters of the request."""
    answer: tuple[Parameter, ...]
    """Parameters of a successful answer, envelope excluded."""
    shape: Structure
    """Answer shape, envelope included, over all editions."""
    contract: bool
    """Whether the operation is under test, or only serves set-up and cross-checks."""

    def roots_in(self, edition: str) -> tuple[str, ...]:
        """The root elements that an edition knows, that of a sample last."""
        sample = self.sample_roots.get(edition)
        return self.roots if sample is None else (*self.roots, sample)


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement that an exchange can bear out or contradict."""

    id: str
    operation: str
    """An operation's name, or Common, or Workflow."""
    level: Level
    text: str
    """What it says, in our words; ``{value}`` stands for a value by edition."""
    editions: tuple[str, ...]
    place: str
    """Where in the document it stands."""
    sources: Mapping[str, str]
    """Edition → document and place in it."""
    values: Mapping[str, Mapping[str, int]]
    """Name → edition → value, for each edition that has the clause."""
    observations: tuple[str, ...]
    """The listed observations of an OBSERVED clause."""
    untested: str
    """Why no test or invariant verifies it; empty where one does."""
    when: str
    """On which freedom of the target its condition depends; empty where it always applies."""
    alternative: str
    """What a target may do instead of refusing; empty where nothing else is allowed, or nothing is to be refused."""
    unsaid: Mapping[str, str]
    """Document → why it does not say the clause itself, although it is a source of the clause."""
    file: str
    line: int

    def value(self, name: str, edition: str) -> int:
        """The value of that name in that edition."""
        return self.values[name][edition]

    def says(self, edition: str | None = None) -> str:
        """The statement with its values filled in: those of one edition, or of all that differ."""
        filled = self.text
        for name, by_edition in self.values.items():
            if edition is not None and edition in by_edition:
                shown = f"{by_edition[edition]:,}"
            else:
                shown = " or ".join(f"{value:,}" for value in dict.fromkeys(by_edition.values()))
            filled = filled.replace("{" + name + "}", shown)
        return filled


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything the documentation promises, over all editions."""

    operations: Mapping[str, Operation]
    clauses: Mapping[str, Clause]
    documents: Mapping[str, str]
    """Id of a document → what it is."""
    digest: str
    """SHA-256 over the files it was read from, 16 hexadecimal digits."""

    def of(self, edition: str) -> Iterator[Clause]:
        """The clauses of one edition, in the order of the files."""
        return (clause for clause in self.clauses.values() if edition in clause.editions)
