"""Invariants of registering what was checked: what is accepted, what is not, and what a refused check says."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.actions import Action
from conformance.judge.followed_applications import (
    CHECK,
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE_FAILED,
    CREATE_SUCCESS,
    LEGAL_NAME,
    NAME_LIMIT,
    UNKNOWN_INSTANCE,
    FollowedApplication,
    names_asked,
)
from conformance.judge.invariant import (
    EVERY_REQUEST,
    QUOTA_AND_RIGHTS,
    WHICH_NAMES_WERE_FREE,
    invariant,
    invariant_of_each,
)
from conformance.judge.invariants.paging import certain
from conformance.judge.reasons_of_codes import Fit, fit
from conformance.judge.refusal import judge_refusal
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.wire.message import Exchange

TRANSPORT_LIMITS = frozenset({413, 414, 431})
"""HTTP statuses by which a server says that the request line or body is too long for it, not for the API."""


def with_another_product(stream: Stream, operation: str) -> Iterator[Exchange]:
    """The calls of an operation that name an application and the ProductKey of another product."""
    products = stream.products
    for application in stream.distinct:
        for exchange in application.trace:
            key = exchange.request.get("ProductKey")
            if exchange.operation == operation and key in products and key != application.product:
                yield exchange


def _foreign(stream: Stream, operation: str) -> Iterator[CheckResult]:
    for exchange in with_another_product(stream, operation):
        yield judge_refusal(exchange, "foreign", "an ApplyId of another product")


@invariant("BatchRegisterDeviceWithApplyId.ApplyId.other_product")
def another_products_application_is_not_registered(stream: Stream) -> Iterator[CheckResult]:
    """A registration with the ProductKey of another product is refused."""
    return _foreign(stream, Action.BatchRegisterDeviceWithApplyId)


@invariant("QueryBatchRegisterDeviceStatus.ApplyId.other_product")
def another_products_application_is_not_shown(stream: Stream) -> Iterator[CheckResult]:
    """A status question with the ProductKey of another product is refused."""
    return _foreign(stream, Action.QueryBatchRegisterDeviceStatus)


def attempts(application: FollowedApplication) -> Iterator[tuple[Exchange, str | None, bool]]:
    """Each own registration with the Status seen before it, and whether one was accepted before."""
    status, accepted = None, False
    for exchange in application.trace:
        if exchange.request.get("ProductKey") != application.product:
            continue
        if exchange.operation == Action.BatchRegisterDeviceWithApplyId:
            yield exchange, status, accepted
            accepted = accepted or exchange.accepted
        elif (
            exchange.operation == Action.QueryBatchRegisterDeviceStatus
            and exchange.accepted
            and exchange.answer is not None
        ):
            said = exchange.answer.data.get("Status")
            status = said if isinstance(said, str) else status


@invariant("BatchRegisterDeviceWithApplyId.ApplyId.random")
def generated_devices_are_not_registered_again(stream: Stream) -> Iterator[CheckResult]:
    """A registration with the ApplyId of BatchRegisterDevice is refused."""
    for application in stream.distinct:
        if application.random:
            for exchange, _, _ in attempts(application):
                yield judge_refusal(exchange, "state", "an ApplyId of BatchRegisterDevice")


@invariant("BatchRegisterDeviceWithApplyId.after_CHECK_FAILED")
def a_failed_check_is_not_registered(stream: Stream) -> Iterator[CheckResult]:
    """What follows a registration after CHECK_FAILED is neither another status nor a device."""
    for application in stream.distinct:
        for exchange, status, _ in attempts(application):
            if status != CHECK_FAILED:
                continue
            moved = [
                each for each, said in application.statuses() if each.number > exchange.number and said != CHECK_FAILED
            ]
            shown = [
                page.exchange for page in application.pages() if page.exchange.number > exchange.number and page.devices
            ]
            if exchange.refused:
                yield judge_refusal(exchange, "state")
            elif found := (moved or shown):
                numbers = (application.created.number, exchange.number, found[0].number)
                seen = "another status" if moved else "devices"
                yield Breaks("a failed check was registered", CHECK_FAILED, seen, numbers, len(application.names))
            elif exchange.accepted:
                yield Holds(exchange.number)


@invariant("BatchRegisterDeviceWithApplyId.after_CHECK_FAILED.refused")
def the_registration_of_a_failed_check_is_refused(stream: Stream) -> Iterator[CheckResult]:
    """A registration after CHECK_FAILED is refused."""
    for application in stream.distinct:
        for exchange, status, _ in attempts(application):
            if status == CHECK_FAILED:
                yield judge_refusal(exchange, "state", "the registration of a failed check")


@invariant("BatchRegisterDeviceWithApplyId.twice")
def a_second_registration_creates_nothing(stream: Stream) -> Iterator[CheckResult]:
    """A registration after an accepted one is refused or answered alike, and no page grows by it."""
    for application in stream.distinct:
        if application.random:
            continue
        for exchange, _, accepted in attempts(application):
            if not accepted:
                continue
            if exchange.refused:
                yield judge_refusal(exchange, "state")
                continue
            wanted = _wanted(application, exchange)
            after = [page for page in application.pages() if page.exchange.number > exchange.number]
            grown = [page for page in after if wanted is not None and (page.total or 0) > wanted]
            if grown:
                numbers = (application.created.number, exchange.number, grown[0].exchange.number)
                seen = f"{grown[0].total} devices"
                yield Breaks("a second registration created devices", f"{wanted} devices", seen, numbers, wanted or 0)
            elif exchange.accepted:
                yield Holds(exchange.number)
            else:
                yield Unclear("the second registration got no readable answer", (exchange.number,))


def _wanted(application: FollowedApplication, again: Exchange) -> int | None:
    """How many devices there may be after a second registration: as many as after a failed creation, or as names."""
    names = len(application.unique_names()) or None
    failed = application.first(CREATE_FAILED)
    if failed is not None and failed.number < again.number:
        before = [page.total for page in application.pages() if failed.number < page.exchange.number < again.number]
        return max((total for total in before if total is not None), default=names)
    return names


@invariant("BatchRegisterDeviceWithApplyId.unchecked")
def nothing_unchecked_is_created(stream: Stream) -> Iterator[CheckResult]:
    """A registration before the end of the check is refused or waits; invalid names never become devices."""
    for application in stream.distinct:
        if application.random:
            continue
        for exchange, status, accepted in attempts(application):
            if accepted or status not in {None, CHECK}:
                continue
            if exchange.refused:
                yield judge_refusal(exchange, "state", "a registration before CHECK_SUCCESS")
            elif exchange.accepted:
                yield _queued(stream, application, exchange)


def _queued(stream: Stream, application: FollowedApplication, exchange: Exchange) -> CheckResult:
    bad = [name for name in application.names if not LEGAL_NAME.fullmatch(name) or stream.was_taken(application, name)]
    created = application.first(CREATE_SUCCESS)
    devices = {device.name for page in application.pages() for device in page.devices}
    if bad and (created is not None or devices):
        shown = created or application.pages()[-1].exchange
        numbers = (application.created.number, exchange.number, shown.number)
        return Breaks("unchecked names were registered", CHECK_FAILED, CREATE_SUCCESS, numbers, len(application.names))
    back = next(
        (each for each, said in application.statuses() if each.number > exchange.number and said == CHECK_SUCCESS), None
    )
    last = application.statuses()[-1][0] if back is not None else exchange
    if back is not None and application.status == CHECK_SUCCESS and last.at - exchange.at >= stream.patience:
        numbers = (application.created.number, exchange.number, back.number)
        return Breaks(
            "an accepted registration was forgotten", CREATE_SUCCESS, CHECK_SUCCESS, numbers, len(application.names)
        )
    return Holds(exchange.number)


@invariant_of_each(
    "accepts",
    needs={
        Action.BatchRegisterDevice: QUOTA_AND_RIGHTS,
        Action.BatchCheckDeviceNames: WHICH_NAMES_WERE_FREE,
        Action.BatchRegisterDeviceWithApplyId: EVERY_REQUEST,
    },
)
def a_valid_request_is_accepted(stream: Stream, operation: str) -> Iterator[CheckResult]:
    """What differs from an accepted request in form only, and is valid by the model, is accepted."""
    strange: list[Exchange] = []
    for exchange in _valid(stream, operation):
        if exchange.accepted:
            yield Holds(exchange.number)
        elif not exchange.refused or (exchange.answer and exchange.answer.status in TRANSPORT_LIMITS):
            yield Unclear(f"{exchange.form}: no readable answer", (exchange.number,))
        elif fit(exchange.answer.code if exchange.answer else "", "product") is Fit.NOT_GRADED:
            strange.append(exchange)
        else:
            yield _not_accepted(exchange)
    for exchange in strange:
        # One system exception may be an accident; two for one operation are not.
        code = exchange.answer.code if exchange.answer else ""
        if code == "iot.system.SystemException" and len(strange) > 1:
            yield _not_accepted(exchange)
        else:
            yield Unclear(f"refused with {code}", (exchange.number,))


def _not_accepted(exchange: Exchange) -> Breaks:
    seen = f"refused with {exchange.answer.code or 'no code'}" if exchange.answer else "nothing"
    size = len(exchange.request.params)
    return Breaks(f"a valid request was refused ({exchange.form})", "Success true", seen, (exchange.number,), size)


def _valid(stream: Stream, operation: str) -> Iterator[Exchange]:
    """The exchanges of an operation whose request the model knows to be valid."""
    if operation == Action.BatchRegisterDevice:
        products = stream.products
        for exchange in stream.exchanges:
            count = exchange.request.get("Count") or ""
            plain = count.isascii() and count.isdigit() and not count.startswith("0") and len(count) < 6
            known = exchange.operation == operation and exchange.request.get("ProductKey") in products
            strange = exchange.request.common or exchange.request.get("IotInstanceId") == UNKNOWN_INSTANCE
            honest = not strange and exchange.tampering is None
            if known and plain and honest and 1 <= int(count) <= NAME_LIMIT[stream.edition]:
                yield exchange
    elif operation == Action.BatchCheckDeviceNames:
        yield from _valid_checks(stream)
    else:
        for application in stream.distinct:
            yield from _valid_of(stream, application, operation)


def _valid_checks(stream: Stream) -> Iterator[Exchange]:
    products = stream.products
    for exchange in stream.exchanges:
        strange = exchange.request.common or exchange.request.get("IotInstanceId") == UNKNOWN_INSTANCE
        if exchange.operation != Action.BatchCheckDeviceNames or strange or exchange.tampering is not None:
            continue
        names = names_asked(exchange.request.params)
        others = {name for name, _ in exchange.request.params if not name.startswith("DeviceName.")}
        spelt_plainly = others <= {"ProductKey", "IotInstanceId"}
        key = exchange.request.get("ProductKey")
        good = 0 < len(names) <= NAME_LIMIT[stream.edition] and len(set(names)) == len(names)
        if spelt_plainly and good and key in products and all(_is_free(stream, exchange, key, name) for name in names):
            yield exchange


def _is_free(stream: Stream, exchange: Exchange, product: str, name: str) -> bool:
    own = exchange.answer.apply_id if exchange.answer else None
    alone = bool(LEGAL_NAME.fullmatch(name)) and stream.seen_elsewhere.get((product, name), set()) <= {own}
    return alone and stream.is_first_spelling(product, name)


def _taken_since(stream: Stream, one: FollowedApplication, registration: Exchange) -> bool:
    """Whether another application had registered one of its names before, so that the call itself may be refused."""
    before = {
        application.apply_id
        for application in stream.distinct
        if application is not one and any(done.number < registration.number for done in application.registrations())
    }
    return any(stream.seen_elsewhere.get((one.product, name), set()) & before for name in one.names)


def _valid_of(stream: Stream, application: FollowedApplication, operation: str) -> Iterator[Exchange]:
    success = application.first(CREATE_SUCCESS)
    checked = application.first(CHECK_SUCCESS)
    registered = False
    for exchange in application.own(operation):
        if exchange.request.common or (
            operation != Action.QueryPageByApplyId and exchange.request.get("ProductKey") is None
        ):
            continue
        if operation == Action.QueryBatchRegisterDeviceStatus:
            yield exchange
        elif operation == Action.QueryPageByApplyId:
            size, page = (exchange.request.get(name) or "" for name in ("PageSize", "CurrentPage"))
            plain = page == "1" and size.isascii() and size.isdigit() and 1 <= int(size) <= certain(stream.edition)
            if plain and success is not None and exchange.number > success.number:
                yield exchange
        elif not application.random and not registered and checked is not None and exchange.number > checked.number:
            registered = True
            if not _taken_since(stream, application, exchange):
                yield exchange
