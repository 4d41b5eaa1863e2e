"""What faults remember between the calls of one server: how often something has happened, and to which applications."""

from __future__ import annotations

from conformance.reference.applications import time_to_check
from conformance.reference.call import Call
from conformance.reference.store import Application


def nth(call: Call, happening: str) -> int:
    """How often this has happened by now, this time included."""
    count: int = call.server.memory.get(happening, 0) + 1
    call.server.memory[happening] = count
    return count


def marked(call: Call, mark: str) -> set[Application]:
    """The applications that bear a mark."""
    applications: set[Application] = call.server.memory.setdefault(mark, set())
    return applications


def nth_opened(call: Call) -> int:
    """Which application will be opened next, counted from 1."""
    return len(call.store.applications) + 1


def opened_at(call: Call, application: Application) -> float:
    """When an application was opened."""
    return application.checked_at - time_to_check(call, application.generated)


def neighbour(call: Call, application: Application) -> list[str]:
    """A name of another application that runs at the same time: opened within two delays of this one."""
    for other in call.store.applications.values():
        apart = abs(opened_at(call, other) - opened_at(call, application))
        if other is not application and apart <= 2 * call.server.delay and other.names:
            return [other.names[0]]
    return []
