"""A Workflow is a drawn plan for one application: a value now, executed later by ``workflow_steps.steps``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conformance.wire.message import FORMS, Form

PLACEHOLDER = "\u2022"
"""Stands in a shape for any letter or digit."""


@dataclass(frozen=True, slots=True)
class Name:
    """The shape of a DeviceName: each placeholder becomes a letter or digit when the name is generated."""

    shape: str
    good: bool = True
    """Whether the documents allow it."""
    twin: str = ""
    """Names of one workflow with the same twin mark become one name."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One application from its first call to its last question.

    ``count`` > 0 registers that many devices with generated names; otherwise ``names`` are checked.
    """

    key: str
    form: Form = FORMS[0]
    product: int = 0
    instance: str = ""
    """The IotInstanceId that all its requests name; none where empty."""
    count: int = 0
    names: tuple[Name, ...] = ()
    spelling: str = "DeviceName"
    """``DeviceName`` or ``DeviceNameList``."""
    nicknames: tuple[str | None, ...] = ()
    """The DeviceNickname of each name, None where it has none; more than names: such without a DeviceName."""
    decoys: tuple[str, ...] = ()
    """Shapes sent as DeviceName.N beside a DeviceNameList; they must not count."""
    indices: tuple[int, ...] = ()
    """The N of each name in the order sent; 1, 2, 3 … where empty."""
    taken_from: str = ""
    """Key of a workflow whose first devices' names are checked again."""
    taken: int = 1
    """How many of them."""
    other_case: bool = False
    """Whether they are spelt in the other letter case."""
    fewer: tuple[int, ...] = ()
    """Checks so many of its names anew where all of them together are refused."""
    registered_before: bool = False
    """Begins with a RegisterDevice, whose name is then checked, where the target offers that."""
    register: bool = True
    early: bool = False
    """Registers at once, without waiting for the check."""
    again: bool = False
    """Registers once more after CREATE_SUCCESS."""
    meanwhile: bool = False
    """Registers once more while its devices are being created."""
    despite: bool = False
    """Registers although the check failed."""
    recheck: bool = False
    """Checks the good names again after a refused or failed check."""
    same_again: bool = False
    """Checks the very same names again after a failed check."""
    lingers: int = 0
    """How often its status is asked for at CHECK_SUCCESS before anything else is done."""
    repeat: bool = False
    """Sends the very same first call a second time."""
    race: Literal["", "in turn", "checked at once", "registered at once"] = ""
    """Checks the same names twice, then registers first the one application, then the other.

    Each of the four in turn is thorough, and takes four waits; with one pair of them at once it takes three.
    """
    both_products: bool = False
    """Checks the same names for the other product too, and registers both applications."""
    barrier: str = ""
    """Registers only when this barrier is released."""
    page_sizes: tuple[int, ...] = ()
    """Walks all pages once with each of these sizes."""
    past_the_end: bool = True
    """Whether a walk goes one page past the end."""
    samples: tuple[tuple[int, int], ...] = ()
    """(PageSize, CurrentPage) of single pages to ask for: of a list too long to be walked."""
    reask: int = 2
    """In how many forms the last questions are asked again."""
    watched: bool = False
    """Its steps go before those of others, and each look at its status is followed at once by one in another form."""
    details: int = 0
    """How many of its devices are looked up by QueryDeviceDetail, where the target offers that."""
    delete: bool = False
    """Ends with the deletion of its first device, where the target offers that."""
    unwatched: bool = False
    """Once registered, nobody asks for its status until its devices can be paged, or patience is at an end."""
    other_product: bool = False
    """Asks, and tries to register, with the ProductKey of the other product."""

    @property
    def size(self) -> int:
        """How many devices come of it where everything goes well."""
        twins = [name.twin for name in self.names if name.twin]
        return self.count or len(self.names) - len(twins) + len(set(twins)) + (self.taken if self.taken_from else 0)
