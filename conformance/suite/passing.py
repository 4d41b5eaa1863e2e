"""How the trace of a checked application is judged: its names pass, or they do not."""

from __future__ import annotations

from conformance.judge.followed_applications import (
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE,
    CREATE_FAILED,
    CREATE_SUCCESS,
    FollowedApplication,
    names_asked,
)
from conformance.judge.names import nicknamed, travels
from conformance.judge.refusal import judge_refusal
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.suite.traces import Trace
from conformance.wire.message import Exchange

PASSED = frozenset({CHECK_SUCCESS, CREATE, CREATE_SUCCESS, CREATE_FAILED})
FOR_ITS_FORM = frozenset({"iot.device.InvalidDeviceNameExisted", "iot.device.InvalidFormattedDeviceName"})
"""Codes that find fault with a name, not with how many there are."""
TOO_LARGE = 413
"""A form body may be as large as the documented limits make it; only request lines have limits of their own."""


def passes(trace: Trace, what: str) -> CheckResult:
    """The check was accepted and reached CHECK_SUCCESS."""
    if trace.created is None:
        return Unclear(f"{what}: the check got no answer")
    return has_passed(trace.created, trace.application, what)


def has_passed(created: Exchange, application: FollowedApplication | None, what: str) -> CheckResult:
    """That check was accepted and reached CHECK_SUCCESS."""
    if created.answer is None:
        return Unclear(f"{what}: the check got no answer")
    size = sum(len(value) for _, value in created.request.params)
    if created.refused:
        judged = judge_refusal(created, "names")
        if isinstance(judged, Unclear):
            return judged
        return Breaks(f"{what} was refused", CHECK_SUCCESS, created.answer.code or "refused", (created.number,), size)
    if created.answer.status == TOO_LARGE and created.sent.method == "POST":
        return Breaks(f"{what} was too large for the server", CHECK_SUCCESS, "HTTP 413", (created.number,), size)
    if application is None or application.shared:
        return Unclear(f"{what}: the answer opened no application of its own", (created.number,))
    for exchange, said in application.statuses():
        if said in PASSED:
            return Holds(exchange.number)
        if said == CHECK_FAILED:
            return Breaks(
                f"{what} did not pass the check", CHECK_SUCCESS, said, (created.number, exchange.number), size
            )
    return Unclear(f"{what}: no end of the check was seen", (created.number,))


def does_not_pass(trace: Trace, what: str, because: str = "names") -> CheckResult:
    """The check was refused at once, or reached CHECK_FAILED."""
    created = trace.created
    if created is None or created.answer is None:
        return Unclear(f"{what}: the check got no answer")
    size = sum(len(value) for _, value in created.request.params)
    if created.refused:
        return judge_refusal(created, because, what)
    application = trace.application
    if application is None or application.shared:
        return Unclear(f"{what}: the answer opened no application of its own", (created.number,))
    for exchange, said in application.statuses():
        if said == CHECK_FAILED:
            return Holds(exchange.number)
        if said in PASSED:
            return Breaks(f"{what} passed the check", CHECK_FAILED, said, (created.number, exchange.number), size)
    return Unclear(f"{what}: no end of the check was seen", (created.number,))


def none_passes(trace: Trace, what: str) -> CheckResult:
    """The check did not pass, and where the answer lists what is wrong, it lists everything bad of the call.

    One call that tries many bad names, or nicknames, of one kind. A target that lists nothing tells nothing of each.
    """
    judged = does_not_pass(trace, what)
    created, told = trace.created, listed(trace)
    if not isinstance(judged, Holds) or created is None or not told:
        return judged
    asked = names_asked(created.request.params)
    nicks = nicknamed(created)
    for name, shape in zip(asked, trace.work.names, strict=False):
        nick = nicks.get(name)
        if shape.good or not travels(name if nick is None else nick) or name in told or nick in told:
            continue
        shown = name if nick is None else nick
        return Breaks(f"{what}: {shown[:40]!r} is not told to be invalid", "listed", "not listed", (created.number,))
    return judged


def listed(trace: Trace) -> set[str]:
    """The names and nicknames that a refused or failed check lists."""
    answers = [trace.created.answer] if trace.created is not None and trace.created.answer is not None else []
    found: set[str] = set()
    for answer in answers:
        found |= set(answer.strings("InvalidDeviceNameList", "InvalidDeviceName"))
        found |= set(answer.strings("InvalidDeviceNicknameList", "InvalidDeviceNickname"))
    for exchange, said in trace.application.statuses() if trace.application is not None else ():
        if said == CHECK_FAILED and exchange.answer is not None:
            found |= set(exchange.answer.strings("InvalidList", "Name"))
    return found


def never_two_devices(trace: Trace) -> CheckResult:
    """Of names that stand more than once in the call, none became two devices."""
    created, application = trace.created, trace.application
    if created is None or created.answer is None:
        return Unclear("the check got no answer")
    if application is None:
        return Holds(created.number) if created.refused else Unclear("no application was opened", (created.number,))
    wanted = len(application.unique_names())
    pages = application.pages_after_success()
    for page in pages:
        shown = [device.name for device in page.devices]
        if len(set(shown)) < len(shown) or (page.total or 0) > wanted:
            numbers = (created.number, page.exchange.number)
            return Breaks("a repeated name became two devices", f"{wanted} devices", f"{page.total}", numbers, wanted)
    if application.status in {"CREATE_SUCCESS", "CHECK_FAILED", "CREATE_FAILED"}:
        return Holds(pages[-1].exchange.number if pages else created.number)
    return Unclear(f"the application stands at {application.status}", (created.number,))
