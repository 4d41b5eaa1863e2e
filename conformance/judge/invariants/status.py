"""Invariants of the status: its values, its way through the graph, and what it says of the names."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.actions import Action
from conformance.judge.followed_applications import (
    CHECK,
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE,
    CREATE_FAILED,
    CREATE_SUCCESS,
    LEGAL_NAME,
    NAME_LIMIT,
    NEXT,
    REACHABLE,
    TERMINAL,
    FollowedApplication,
    has_gaps,
)
from conformance.judge.invariant import EVERY_REQUEST, ONE_EXCHANGE, QUOTA_AND_RIGHTS, WHICH_NAMES_WERE_FREE, invariant
from conformance.judge.names import travels
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.wire.message import Exchange

X509 = 1_000
"""Names of one call that are checked for a product whose devices authenticate by X.509 certificates."""
SUCCESSES = frozenset({CHECK_SUCCESS, CREATE_SUCCESS})
FAILURES = frozenset({CHECK_FAILED, CREATE_FAILED})


@invariant("QueryBatchRegisterDeviceStatus.Status", of=ONE_EXCHANGE)
def status_is_one_of_six(stream: Stream) -> Iterator[CheckResult]:
    """Status is one of the six documented values."""
    for exchange in stream.exchanges:
        if (
            exchange.operation != Action.QueryBatchRegisterDeviceStatus
            or not exchange.accepted
            or exchange.answer is None
        ):
            continue
        said = exchange.answer.data.get("Status")
        if said in NEXT:
            yield Holds(exchange.number)
        elif isinstance(said, str) and said:
            yield Breaks("Status has another value", ", ".join(NEXT), repr(said)[:60], (exchange.number,))


@invariant("Workflow.transitions")
def status_moves_along_the_graph(stream: Stream) -> Iterator[CheckResult]:
    """Each Status can follow the one seen before; terminal ones have an invariant of their own."""
    for application in stream.distinct:
        before: tuple[Exchange, str] | None = None
        for exchange, said in application.statuses():
            if said not in NEXT:
                continue
            if before is not None and before[1] not in TERMINAL:
                if said in REACHABLE[before[1]]:
                    yield Holds(exchange.number)
                else:
                    numbers = (application.created.number, before[0].number, exchange.number)
                    expected = " or ".join(sorted(REACHABLE[before[1]]))
                    yield Breaks(f"{said} was seen after {before[1]}", expected, said, numbers, len(application.names))
            before = (exchange, said)


@invariant("Workflow.terminal")
def a_terminal_status_is_final(stream: Stream) -> Iterator[CheckResult]:
    """After CHECK_FAILED, CREATE_SUCCESS or CREATE_FAILED every answer says the same."""
    for application in stream.distinct:
        first: tuple[Exchange, str] | None = None
        for exchange, said in (*application.statuses(), *application.statuses_after_deletion()):
            if first is not None and said == first[1]:
                yield Holds(exchange.number)
            elif first is not None:
                numbers = (application.created.number, first[0].number, exchange.number)
                yield Breaks(f"{said} was seen after {first[1]}", first[1], said, numbers, len(application.names))
            elif said in TERMINAL:
                first = (exchange, said)


@invariant("Workflow.unasked", needs=EVERY_REQUEST)
def nothing_is_created_before_it_is_registered(stream: Stream) -> Iterator[CheckResult]:
    """A checked application shows CREATE, CREATE_SUCCESS or CREATE_FAILED only after a registration."""
    for application in stream.distinct:
        if application.random or application.lost_registration():
            continue
        accepted = next(iter(application.registrations()), None)
        for exchange, said in application.statuses():
            if accepted is not None and exchange.number > accepted.number:
                break
            if said in {CREATE, CREATE_SUCCESS, CREATE_FAILED}:
                numbers = (application.created.number, exchange.number)
                yield Breaks("devices were created unasked", CHECK_SUCCESS, said, numbers, len(application.names))
            elif said == CHECK_SUCCESS:
                yield Holds(exchange.number)


@invariant("Workflow.terminates")
def checking_and_creating_come_to_an_end(stream: Stream) -> Iterator[CheckResult]:
    """No application answers CHECK or CREATE, nor CHECK_SUCCESS once registered, through all of --patience."""
    for application in stream.distinct:
        seen = application.statuses()
        if not seen:
            continue
        last, said = seen[-1]
        registered = [
            each for each in application.registrations() if each.request.get("ProductKey") == application.product
        ]
        accepted = [each.at for each in registered if each.number < last.number]
        waits = said == CHECK_SUCCESS and accepted and not application.random
        if said not in {CHECK, CREATE} and not waits:
            yield Holds(last.number)
            continue
        since = application.created.at if said == CHECK else max(accepted, default=application.created.at)
        if last.at - since >= stream.patience:
            numbers = (application.created.number, last.number)
            expected = f"an end within {stream.patience:g} s"
            yield Breaks(f"an application stays in {said}", expected, f"{last.at - since:.0f} s of {said}", numbers)
        else:
            yield Unclear(f"the run ended while an application was in {said}", (last.number,))


def _ends(application: FollowedApplication, good: str, bad: str) -> CheckResult:
    seen = [pair for pair in application.statuses() if pair[1] in TERMINAL | {good}]
    if not seen:
        return Unclear("no end of the application was seen", (application.created.number,))
    reached = next((pair for pair in seen if pair[1] == good), None)
    if reached is not None:
        return Holds(reached[0].number)
    exchange, said = seen[-1]
    return Breaks(
        bad, good, said, (application.created.number, exchange.number), len(application.names) or application.count or 0
    )


@invariant("Workflow.random", needs=QUOTA_AND_RIGHTS)
def an_application_of_generated_names_succeeds(stream: Stream) -> Iterator[CheckResult]:
    """An application of BatchRegisterDevice with a legal Count reaches CREATE_SUCCESS."""
    for application in stream.distinct:
        if application.random and stream.is_clean(application):
            yield _ends(application, CREATE_SUCCESS, "a valid registration failed")


@invariant("Workflow.checked", needs=WHICH_NAMES_WERE_FREE)
def legal_and_free_names_pass_the_check(stream: Stream) -> Iterator[CheckResult]:
    """An application of legal names that nobody else uses reaches CHECK_SUCCESS."""
    for application in stream.distinct:
        if application.random or not stream.is_clean(application):
            continue
        judged = _ends(application, CHECK_SUCCESS, "legal and free names did not pass the check")
        said = {each for _, each in application.statuses()}
        if isinstance(judged, Breaks) and said & {CREATE_SUCCESS, CREATE_FAILED}:
            continue  # registered at once: the check was over before anybody asked
        yield judged


@invariant("Workflow.registered", needs=WHICH_NAMES_WERE_FREE)
def a_registered_application_succeeds(stream: Stream) -> Iterator[CheckResult]:
    """An application of legal and free names that was registered reaches CREATE_SUCCESS."""
    for application in stream.distinct:
        if not application.random and application.registrations() and stream.is_clean(application):
            yield _ends(application, CREATE_SUCCESS, "a valid registration failed")


@invariant("QueryBatchRegisterDeviceStatus.ValidList")
def valid_list_names_good_devices(stream: Stream) -> Iterator[CheckResult]:
    """ValidList holds names of the application, each once: all or none on success, all good ones or none on failure."""
    for application in stream.distinct:
        asked = set(application.names) if not application.random else None
        # Which names are surplus, or count after a gap, is the target's choice.
        unsure = len(application.names) > NAME_LIMIT[stream.edition] or has_gaps(application.created.request.params)
        for exchange, said in application.statuses():
            if exchange.answer is None or unreadable(exchange):
                continue
            valid = exchange.answer.strings("ValidList", "Name")
            invalid = exchange.answer.strings("InvalidList", "Name")
            numbers = (application.created.number, exchange.number)
            if len(set(valid)) != len(valid):
                yield Breaks("ValidList holds a name twice", "each once", few(valid), numbers, len(valid))
            elif asked is not None and (strange := strange_names(stream, application, valid)):
                yield Breaks("ValidList holds a name nobody asked for", "names asked for", few(strange), numbers)
            elif unsure:
                continue
            elif said in SUCCESSES and valid == application.names[:X509] and len(application.names) > X509:
                continue  # the surplus of a product with X.509 certificates
            elif said in SUCCESSES and valid and _incomplete(application, valid):
                expected = f"none, or all {application.count if application.random else len(set(application.names))}"
                yield Breaks(f"ValidList is incomplete on {said}", expected, f"{len(valid)} names", numbers, len(valid))
            elif said == CREATE_SUCCESS and application.random and (strange := _invented(application, valid)):
                yield Breaks("ValidList holds names that no page shows", "its devices", few(strange), numbers)
            elif said in FAILURES and (
                bad := {name for name in valid if not LEGAL_NAME.fullmatch(name)} | set(valid) & set(invalid)
            ):
                yield Breaks("ValidList holds an invalid name", "good names only", few(bad), numbers, len(valid))
            elif said in FAILURES and valid and asked is not None and set(valid) != _good(application, invalid):
                yield Breaks("ValidList is incomplete", "none, or all names not in InvalidList", few(valid), numbers)
            else:
                yield Holds(exchange.number)


def _good(application: FollowedApplication, invalid: tuple[str, ...]) -> set[str]:
    """The names asked for that did not fail; what XML cannot carry is no name to begin with."""
    return {name for name in application.names if travels(name)} - set(invalid)


def strange_names(stream: Stream, application: FollowedApplication, listed: tuple[str, ...]) -> set[str]:
    """Names that nobody asked for; those of other applications break isolation, which has an invariant of its own."""
    if not listed or not all(map(travels, application.names)):
        return set()  # XML cannot carry every name; what it puts instead is the target's choice
    found = set(listed) - set(application.names)
    return found - stream.names_of_neighbours(application, found)


def _invented(application: FollowedApplication, valid: tuple[str, ...]) -> set[str]:
    """Names of ValidList that are on no page, where the pages show every device by their own account."""
    pages = application.pages_after_success()
    shown = {device.name for page in pages for device in page.devices}
    whole = shown and all(page.total == len(shown) for page in pages if page.devices)
    return set(valid) - shown if whole else set()


def _incomplete(application: FollowedApplication, valid: tuple[str, ...]) -> bool:
    if application.random:
        return application.count is not None and len(valid) != application.count
    return set(valid) != set(application.names) and len(application.names) == len(set(application.names))


@invariant("Workflow.CREATE_FAILED")
def a_failed_creation_shows_no_failed_device(stream: Stream) -> Iterator[CheckResult]:
    """After CREATE_FAILED no page shows a name of InvalidList, nor every name that was asked for."""
    for application in stream.distinct:
        failed = application.first(CREATE_FAILED)
        if failed is None or failed.answer is None:
            continue
        lost = set(failed.answer.strings("InvalidList", "Name"))
        pages = [page for page in application.pages() if page.exchange.number > failed.number]
        shown = {device.name for page in pages for device in page.devices}
        numbers = (failed.number, pages[-1].exchange.number if pages else failed.number)
        if shown & lost:
            yield Breaks("a device is shown whose creation failed", "none of InvalidList", few(shown & lost), numbers)
        elif shown and shown >= set(application.names) and not application.random:
            yield Breaks("every device is shown although creation failed", "fewer", f"{len(shown)} devices", numbers)
        else:
            yield Holds(numbers[-1])


@invariant("QueryBatchRegisterDeviceStatus.Data.on_refusal", of=ONE_EXCHANGE)
def a_refused_question_tells_nothing(stream: Stream) -> Iterator[CheckResult]:
    """Data of a refused question holds neither Status nor names."""
    for exchange in stream.exchanges:
        if (
            exchange.operation != Action.QueryBatchRegisterDeviceStatus
            or not exchange.refused
            or exchange.answer is None
        ):
            continue
        names = (*exchange.answer.strings("ValidList", "Name"), *exchange.answer.strings("InvalidList", "Name"))
        if said := exchange.answer.data.get("Status"):
            yield Breaks("a refused question tells a Status", "none", str(said)[:40], (exchange.number,))
        elif names:
            yield Breaks("a refused question tells names", "none", few(names), (exchange.number,))
        else:
            yield Holds(exchange.number)


def unreadable(exchange: Exchange) -> bool:
    """Whether the lists cannot be trusted because the answer's shape is broken, which has an invariant of its own."""
    return exchange.answer is not None and any(
        "List" in where
        for name, where in exchange.answer.irregularities
        if name in {"type", "no wrapper", "wrong inner name"}
    )


def few(names: object) -> str:
    listed = sorted(map(str, names))  # type: ignore[call-overload]
    shown = ", ".join(repr(name)[:40] for name in listed[:3])
    return (shown or "no name") + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
