"""Clauses that every operation shares and that need a request of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.generate.workflows import Workflow
from conformance.judge.followed_applications import UNKNOWN_INSTANCE
from conformance.judge.invariant import Observation
from conformance.judge.reasons_of_codes import Fit, fit
from conformance.judge.verdict import Breaks, CheckResult, Exempt, Holds, Unclear
from conformance.suite.decorators import Planning, draws, plans, verifies
from conformance.suite.plan import names
from conformance.suite.probe import ALL, BOTH, Probe
from conformance.suite.request_tampering import RequestTamperer
from conformance.suite.traces import Trace
from conformance.wire.message import FORMS, Scheme


@verifies("Common.Format.default")
def test_an_answer_without_format_is_xml(probe: Probe) -> Iterator[CheckResult]:
    """A request that names no Format is answered in XML."""
    for form in FORMS[1], FORMS[3]:
        exchange = probe.send(probe.status.commonly(Format=None), form)
        if exchange.scheme is Scheme.ACS3:
            raise Exempt("requests signed by ACS3 say by Accept which form they want")
        if exchange.answer is None or exchange.answer.value is None:
            yield Unclear("no answer that shows the default", (exchange.number,))
        elif exchange.answer.form == "XML":
            yield Holds(exchange.number)
        else:
            yield Breaks("an answer without Format has another form", "XML", exchange.answer.form, (exchange.number,))


@verifies("Common.Format.letter_case")
def test_small_letters_choose_the_same_form(probe: Probe) -> Iterator[CheckResult]:
    """Format=json and Format=xml are answered in JSON and XML."""
    for form in probe.forms(ALL):
        spelling = form.format.lower()
        exchange = probe.send(probe.status.commonly(Format=spelling), form)
        if exchange.answer is None or exchange.answer.value is None:
            yield Unclear("no answer that could be read", (exchange.number,))
        elif exchange.throttled or fit(exchange.answer.code, "foreign") is Fit.NOT_GRADED:
            yield Unclear(f"refused with {exchange.answer.code}", (exchange.number,))
        elif exchange.answer.form == spelling.upper() and not exchange.refused:
            yield Holds(exchange.number)
        else:
            seen = f"refused with {exchange.answer.code}" if exchange.refused else exchange.answer.form
            yield Breaks(f"Format={spelling} has another effect", spelling.upper(), seen, (exchange.number,))


@verifies("Common.Format.unknown")
def test_an_unknown_format_is_observed(probe: Probe) -> Iterator[Observation]:
    """Whether a Format other than JSON and XML is refused, or which form it gets."""
    for form in FORMS[0], FORMS[1]:
        exchange = probe.send(probe.status.commonly(Format="YAML"), form)
        if exchange.answer is not None:
            yield Observation("refused" if exchange.refused else exchange.answer.form, exchange.number)


@verifies("Common.Action.unknown")
@draws("action", always=["BatchRegisterDevices", "QueryBatchRegisterDeviceState", "Nothing"])
def test_an_unknown_action_is_refused(probe: Probe, action: str) -> Iterator[CheckResult]:
    """A request for an Action that does not exist is refused."""
    request = replace(probe.status, operation=action)

    yield from probe.refused(request, because="action", what=f"Action={action}", instead_of=probe.status)


@verifies("Common.Action.missing")
def test_a_request_without_action_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """A request that names no Action is refused."""
    request = replace(probe.status, operation="").commonly(Action=None)

    yield from probe.refused(
        request, because="action", what="a request without Action", instead_of=probe.status, forms=BOTH
    )


@verifies("Common.Version.unknown")
def test_an_unknown_version_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """A request for a version of the API that does not exist is refused."""
    request = probe.status.commonly(Version="1999-12-31")

    yield from probe.refused(request, because="version", what="Version=1999-12-31", instead_of=probe.status, forms=2)


@verifies("Common.Format.default.seen")
def test_the_default_form_is_observed(probe: Probe) -> Iterator[Observation]:
    """Which form an answer has where the request names none."""
    for form in FORMS[1], FORMS[3]:
        exchange = probe.send(probe.status.commonly(Format=None), form)
        if exchange.answer is not None and exchange.scheme is not Scheme.ACS3:
            yield Observation("refused" if exchange.refused else exchange.answer.form, exchange.number)


@verifies("Common.Version.later")
def test_the_later_version_is_observed(probe: Probe) -> Iterator[Observation]:
    """Whether an operation of 2018-01-20 is served under 2022-01-01 too."""
    exchange = probe.send(probe.status.commonly(Version="2022-01-01"), FORMS[0])
    if (exchange.accepted or exchange.refused) and not exchange.throttled:
        yield Observation("refused" if exchange.refused else "served", exchange.number)


@verifies("Common.Format.accept")
def test_accept_chooses_the_form_where_no_format_is_named(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """A request signed in its headers that names no Format is answered in the form that its Accept asks for."""
    probe = tamperer.probe
    own = [(tamperer.own, form) for form in probe.forms(2)] if tamperer.own.scheme is Scheme.ACS3 else []
    for signer, form in own or tamperer.ways(2, (Scheme.ACS3,), others=True):
        exchange = probe.send(probe.status.commonly(Format=None), form, signer)
        if exchange.answer is None or exchange.answer.value is None or exchange.throttled:
            yield Unclear("no answer that shows its form", (exchange.number,))
        elif exchange.answer.form == form.format:
            yield Holds(exchange.number)
        else:
            seen, numbers = exchange.answer.form, (exchange.number,)
            yield Breaks("Accept has chosen another form", form.format, seen, numbers)


def with_an_unknown_instance(planning: Planning) -> Sequence[Workflow]:
    """Both ways of registering, all of it with an IotInstanceId that names no instance."""
    clause, instance = "Common.IotInstanceId.unknown", UNKNOWN_INSTANCE
    return [
        Workflow(f"{clause}#1", form=FORMS[0], count=1, instance=instance, reask=0),
        Workflow(f"{clause}#2", form=FORMS[1], names=names(1), instance=instance, reask=0),
    ]


@verifies("Common.IotInstanceId.unknown")
@plans(with_an_unknown_instance)
def test_an_unknown_instance_is_observed(trace: Trace) -> Iterator[Observation]:
    """What an IotInstanceId does that names no instance, in each of the five operations."""
    if trace.created is not None:
        for exchange in (trace.created, *(trace.application.trace if trace.application is not None else ())):
            if (exchange.accepted or exchange.refused) and not exchange.throttled:
                yield Observation("refused" if exchange.refused else "ignored", exchange.number)
