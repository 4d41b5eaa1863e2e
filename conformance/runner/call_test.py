"""How one test of the suite is called: with the traces of its workflows, or with a probe and each of its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from conformance.client.schedule import Scheduler
from conformance.client.session import Session
from conformance.client.verification import Verification
from conformance.config.profiles import Profile
from conformance.contract import Level
from conformance.generate.workflows import Workflow
from conformance.judge.invariant import Observation
from conformance.judge.stream import Stream
from conformance.judge.verdict import CheckResult
from conformance.runner import draw as drawn
from conformance.runner.selection import FOUR_FORMS, Choice, SuiteTest
from conformance.suite.index import Index
from conformance.suite.probe import Probe
from conformance.suite.request_tampering import RequestTamperer
from conformance.suite.traces import traces
from conformance.wire.message import FORMS, Exchange, Form

Results = Iterator[CheckResult | Observation]


class CallingRun(Protocol):
    """What a test needs of the run in which it is called."""

    choice: Choice
    profile: Profile
    tests: list[SuiteTest]
    plans: dict[str, list[Workflow]]
    exchanges: list[Exchange]
    value_of: dict[int, int]
    index: Index
    products: tuple[str, ...]
    verification: Verification
    only: tuple[int, Form] | None

    @property
    def session(self) -> Session: ...

    @property
    def scheduler(self) -> Scheduler: ...

    def stream(self) -> Stream: ...


def called(run: CallingRun, test: SuiteTest) -> Results:
    """What a test sees, as it sees it."""
    arguments = _arguments(run, test)
    if test.marks.plan is not None:
        for trace in traces(run.plans[test.full_name], run.stream()):
            yield from _results(test.function(trace=trace, **arguments))
    elif test.marks.drawn:
        yield from _for_each_value(run, test, arguments)
    else:
        yield from _results(test.function(**arguments))


def _for_each_value(run: CallingRun, test: SuiteTest, arguments: dict[str, Any]) -> Results:
    """One call for each value; the exchanges of the clause are noted under the place of the value."""
    values = list(enumerate(drawn.values(run.choice, test)))
    if run.only is not None:
        values = values[run.only[0] :][:1]
    observed = run.choice.contract.clauses[test.marks.clause].level is Level.OBSERVED
    if not observed and test.marks.derive is None and not _once(run, test):
        values = _spread(values, len(_forms(run, test)), run.profile.forms_each)
    for place, value in values:
        sent = len(run.exchanges)
        yield from _results(test.function(**arguments, **{test.marks.drawn: value}))
        fresh = run.exchanges[sent:]
        run.value_of |= {exchange.number: place for exchange in fresh if exchange.purpose == test.marks.clause}


def _arguments(run: CallingRun, test: SuiteTest) -> dict[str, Any]:
    """What a test takes beside its value or trace."""
    edition = run.choice.edition
    arguments: dict[str, Any] = {name: by.values[edition] for name, by in test.marks.expected.items()}
    known = {"edition": edition, "clause": test.marks.clause}
    arguments |= {name: value for name, value in known.items() if name in test.takes}
    if test.marks.plan is not None:
        return arguments
    probe = _probe(run, test)
    if "probe" in test.takes:
        arguments["probe"] = probe
    if "tamperer" in test.takes:
        arguments["tamperer"] = _tamperer(run, test, probe)
    return arguments


def _probe(run: CallingRun, test: SuiteTest) -> Probe:
    once = _once(run, test)
    return Probe(
        test.marks.clause,
        run.session,
        run.scheduler,
        run.index,
        run.products[:1] if once else run.products,
        1 if once else run.profile.forms_each,
        _forms(run, test),
        run.choice.paging_is_required,
        run.choice.without,
    )


def _tamperer(run: CallingRun, test: SuiteTest, probe: Probe) -> RequestTamperer:
    most = run.choice.max_tampered
    if most is not None:  # clauses that nothing verifies before later shall not come too late
        tampering = [other for other in run.tests if "tamperer" in other.takes]
        by_now = {other.marks.clause for other in tampering if other.phase <= test.phase}
        most -= len({other.marks.clause for other in tampering} - by_now)
    return RequestTamperer(
        probe, run.session, run.scheduler, run.index, run.verification, most, thorough=run.profile.thorough
    )


def _once(run: CallingRun, test: SuiteTest) -> bool:
    """Whether it is made with one value in one form, because each call is dear away from this machine."""
    return run.choice.careful and bool(test.marks.elsewhere)


def _forms(run: CallingRun, test: SuiteTest) -> tuple[Form, ...]:
    """The forms that a clause meets in this profile."""
    if run.only is not None:
        return (run.only[1],)
    return FOUR_FORMS[sum(map(ord, test.marks.clause)) % 2] if run.profile.few_forms else FORMS


def _spread(values: list[Any], forms: int, forms_each: int) -> list[Any]:
    """The values, repeated where they are too few to meet every form."""
    wanted = -(-forms // forms_each)
    return [values[n % len(values)] for n in range(max(wanted, len(values)))] if values else []


def _results(returned: Iterable[CheckResult | Observation] | CheckResult | Observation | None) -> Results:
    """What a test returned or yields, as an iterator."""
    if returned is None:
        return
    if isinstance(returned, Iterable):
        yield from returned
    else:
        yield returned
