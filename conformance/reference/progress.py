"""How an application moves through its states: a function of the time, never of a thread.

The table is the truth; the status is looked up from the times that the application carries.
"""

from __future__ import annotations

from conformance.reference.store import Application

CHECK = "CHECK"
CHECK_SUCCESS = "CHECK_SUCCESS"
CHECK_FAILED = "CHECK_FAILED"
CREATE = "CREATE"
CREATE_SUCCESS = "CREATE_SUCCESS"
CREATE_FAILED = "CREATE_FAILED"

NEXT: dict[str, tuple[str, ...]] = {
    CHECK: (CHECK_SUCCESS, CHECK_FAILED),
    CHECK_SUCCESS: (CREATE,),
    CHECK_FAILED: (),
    CREATE: (CREATE_SUCCESS, CREATE_FAILED),
    CREATE_SUCCESS: (),
    CREATE_FAILED: (),
}
"""Every legal step. CHECK_SUCCESS waits for BatchRegisterDeviceWithApplyId."""


def status(application: Application, now: float) -> str:
    """The state in which an application is."""
    if application.registered_at is None:
        if now < application.checked_at:
            return CHECK
        return CHECK_FAILED if application.invalid else CHECK_SUCCESS
    if now < application.checked_at:
        return CHECK
    if now < application.starts_at:
        return CHECK_SUCCESS
    if now < application.created_at:
        return CREATE
    return CREATE_FAILED if application.failed else CREATE_SUCCESS
