"""Parameters that are left out, empty, misspelt, unknown or out of their limits, of all operations.

The requests differ from an accepted one in one parameter. They are derived from the contract's rows, so a new parameter
needs no new test. For the profiles full and thorough Schemathesis drew more of them beforehand (fixtures/cases).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from conformance.contract import Contract, load
from conformance.contract.actions import UNDER_TEST, Action
from conformance.contract.cases import cases
from conformance.generate.changes import KINDS, ParameterChange, derived, drawn, kind_of, sampled
from conformance.generate.values import legal_characters
from conformance.generate.workflows import Name, Workflow
from conformance.judge.reasons_of_codes import reason_of
from conformance.judge.verdict import CheckResult, Holds
from conformance.suite.checks import numbered, only_checked
from conformance.suite.decorators import Planning, derives, plans, verifies_each
from conformance.suite.passing import does_not_pass
from conformance.suite.plan import PLAIN
from conformance.suite.probe import ALL, BOTH, Probe
from conformance.suite.traces import Trace
from conformance.wire.message import Request

VALID: dict[str, Callable[[Probe], Request]] = {
    Action.BatchRegisterDevice: lambda probe: probe.register,
    Action.BatchCheckDeviceNames: lambda probe: probe.check,
    Action.BatchRegisterDeviceWithApplyId: lambda probe: probe.registration,
    Action.QueryBatchRegisterDeviceStatus: lambda probe: probe.status,
    Action.QueryPageByApplyId: lambda probe: probe.page,
}
"""Operation → a request of which its kind was accepted."""
WRONG_COUNT = 3
"""The Count that is misspelt: devices registered although the call was refused then stand out at the end of the run."""
FORMS_OF = {"required": BOTH, "blank": BOTH, "zero": ALL}
"""Kind of clause → forms in which its one value is sent; the values of the other kinds take turns."""
QUESTIONS = (Action.QueryBatchRegisterDeviceStatus, Action.QueryPageByApplyId)
COMMON = frozenset({"Format", "Version", "IotInstanceId"})


@cache
def changes(operation: str, edition: str) -> tuple[ParameterChange, ...]:
    """The changes of an operation's parameters: those derived from its rows, then those that Schemathesis drew."""
    from_rows = derived(load().operations[operation], edition)
    return (*from_rows, *(drawn(case) for case in cases(edition) if case.operation == operation))


def of_parameters(contract: Contract) -> Sequence[str]:
    """The clauses by which a request of the five operations is refused that has one parameter wrong.

    Where a clause allows an alternative to refusal, invariants judge what is answered.
    """
    clauses = (
        f"{operation}.{parameter.name}.{kind}"
        for operation in UNDER_TEST
        for parameter in contract.operations[operation].parameters
        for kind in KINDS
    )
    return [clause for clause in clauses if clause in contract.clauses and not contract.clauses[clause].alternative]


def reason_for(change: ParameterChange, kind: str) -> str:
    """Why a request with that change is to be refused.

    Where an ApplyId stands beside it, an unknown product may also be told as an ApplyId that is not its own.
    """
    beside = {parameter.name for parameter in load().operations[change.operation].parameters}
    if change.parameter == "ProductKey" and kind == "unknown" and "ApplyId" in beside:
        return "foreign"
    return reason_of(change.parameter)


def wrong(clause: str, edition: str, thorough: bool) -> list[ParameterChange]:
    """The changes of its parameter that a clause forbids, each once; of a sample, those that servers often let pass."""
    operation, parameter, kind = clause.split(".")
    by_values: dict[tuple[str, ...], ParameterChange] = {}
    for change in changes(operation, edition):
        tried = change.parameter == parameter and (thorough or change.frequent)
        if tried and kind_of(load(), edition, change) == kind:
            by_values.setdefault(sampled(load(), change), change)
    return list(by_values.values())


@verifies_each(of_parameters)
@derives("change", wrong)
def test_a_request_with_one_parameter_wrong_is_refused(
    probe: Probe, clause: str, change: ParameterChange
) -> Iterator[CheckResult]:
    """Whatever is wrong with one parameter, the request is refused for that parameter."""
    valid = VALID[change.operation](probe)
    if change.parameter == "Count":
        valid = valid.but(Count=WRONG_COUNT)

    yield from probe.refused(
        change.of(valid),
        because=reason_for(change, clause.rpartition(".")[2]),
        what=described(change, valid),
        instead_of=valid if change.operation in QUESTIONS else None,
        forms=FORMS_OF.get(clause.rpartition(".")[2]),
    )


def described(change: ParameterChange, valid: Request) -> str:
    """What is wrong with the changed request, for the text of a failure."""
    values = change.values(valid.get(change.parameter) or "")
    if not values:
        return f"a call without {change.parameter}"
    return f"{change.parameter}={values[0][:40]!r}" if values[0] else f"an empty {change.parameter}"


def harmless(clause: str, edition: str, thorough: bool) -> list[ParameterChange]:
    """The changes of an operation's requests, each once, that no clause forbids."""
    by_values: dict[tuple[str, tuple[str, ...]], ParameterChange] = {}
    for change in changes(clause.partition(".")[0], edition):
        if change.parameter not in COMMON and not kind_of(load(), edition, change):
            by_values.setdefault((change.parameter, sampled(load(), change)), change)
    return list(by_values.values())


@verifies_each(lambda contract: [f"{operation}.answers" for operation in QUESTIONS])
@derives("change", harmless)
def test_a_question_with_one_parameter_changed_is_answered(
    probe: Probe, change: ParameterChange
) -> Iterator[CheckResult]:
    """A question with a change that no clause forbids is answered; invariants judge the answer."""
    for form in probe.forms(1):
        exchange = probe.send(change.of(VALID[change.operation](probe)), form)
        if exchange.answer is not None and exchange.answer.status < 500:
            yield Holds(exchange.number)


def versions(clause: str, edition: str, thorough: bool) -> list[str]:
    """The invalid values that Schemathesis drew for Version, each once."""
    drawn_versions = (case for case in cases(edition) if case.parameter == "Version" and not case.valid)
    return list(dict.fromkeys(case.values[0] for case in drawn_versions if len(case.values) == 1))


@verifies_each(lambda contract: ["Common.Version.unknown"])
@derives("version", versions)
def test_any_other_version_is_refused(probe: Probe, version: str) -> Iterator[CheckResult]:
    """A text that is no version is refused as a version that does not exist."""
    request, what = probe.status.commonly(Version=version), f"Version={version}"

    yield from probe.refused(request, because="version", what=what, instead_of=probe.status, forms=1)


WRONG_NAMES = ("too_short", "too_long", "illegal")


def drawn_names(planning: Planning) -> Sequence[Workflow]:
    """A check of each name that Schemathesis drew with the fault of the clause: too short, too long, or illegal."""
    kind = planning.clause.rpartition(".")[2]
    works = [
        only_checked(PLAIN, Name(case.values[0], good=False), spelling=case.parameter.partition(".")[0])
        for case in cases(planning.edition)
        if case.parameter.endswith(("DeviceName.1", "DeviceName")) and case.values and _fault(case.values[0]) == kind
    ]
    return [replace(work, key=f"{planning.clause}#drawn.{n}") for n, work in enumerate(numbered("drawn", works), 1)]


def _fault(name: str) -> str:
    """The last part of the clause that the name breaks; empty where it is legal, or empty itself."""
    if not set(name) <= set(legal_characters):
        return "illegal"
    return "too_short" if 0 < len(name) < 4 else "too_long" if len(name) > 32 else ""


@verifies_each(lambda contract: [f"BatchCheckDeviceNames.DeviceName.{fault}" for fault in WRONG_NAMES])
@plans(drawn_names)
def test_a_drawn_name_that_the_pattern_forbids_does_not_pass(trace: Trace) -> CheckResult:
    """A DeviceName of a wrong length, or with an illegal character, does not pass the check."""
    return does_not_pass(trace, f"the name {trace.work.names[-1].shape[:40]!r}")
