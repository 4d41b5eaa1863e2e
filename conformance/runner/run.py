"""One run from its settings to its result; the command line, pytest and the self-proof all use it."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from conformance.client.budget import Budget, Limits, said
from conformance.client.clock import Clock, RealClock
from conformance.client.launch import Program, started
from conformance.client.ledger import Ledger
from conformance.client.preflight import Opened
from conformance.config.settings import Settings
from conformance.config.waivers import Waiver
from conformance.contract import Contract
from conformance.contract.released import contract_of
from conformance.judge.coverage import coverage
from conformance.judge.fingerprint import signed
from conformance.judge.stream import Stream
from conformance.judge.verdict import SUITE_ERRORS, Verdict
from conformance.record.folder import fresh, unused
from conformance.record.run_ndjson import Recorder
from conformance.record.write_findings import Context, write_findings
from conformance.runner.artifacts import clean_up, header, keep_output, ledger_in, sweeps
from conformance.runner.execute import Observer, Part, Run
from conformance.runner.exit_status import OUTCOMES, Exit, exit_of
from conformance.runner.gate import Gate, apply
from conformance.runner.resume import Before
from conformance.runner.selection import BudgetPlan
from conformance.runner.setup import choice_of, opened, session_of
from conformance.runner.summary import about, summary_of
from conformance.wire.message import Exchange

IN_FOOTER = ("outcome", "counts", "requests", "devices", "seconds", "waivers")
"""What the last line of a record says of its summary."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    exit: Exit
    why: str
    """One line for stderr."""
    summary: dict[str, Any]
    verdicts: tuple[Verdict, ...]
    exchanges: tuple[Exchange, ...]
    folder: Path | None
    interrupted: bool
    contract: Contract
    """By which the target was measured."""
    stream: Stream
    """The exchanges as judges read them."""
    url: str
    """Where the target was."""


class Runner:
    """Holds what a run needs while it goes on: target, ledger and record. ``run`` is what it sends and sees.

    ``drive`` is the whole run. Who needs its parts calls ``begin``, ``look`` for each of ``parts``, and ``end``.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        observer: Observer | None = None,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
        url: str = "",
        program: Program | None = None,
        budget_plan: BudgetPlan | None = None,
        before: Before | None = None,
    ) -> None:
        self.settings = settings
        self.contract: Contract = contract_of(settings.edition, settings.revision)
        self.clock = clock or RealClock()
        self._transport = transport
        self._url = url
        self._given_program = program
        """The target, where somebody has started it already and will stop it."""
        self._program: Program | None = None
        """The target, where it is a program."""
        self._stack = contextlib.ExitStack()
        self._recorder: Recorder | None = None
        self.opened: Opened | None = None
        self.folder: Path | None = None
        self.stopped: Callable[[], bool] = lambda: False
        """Whether a signal has come that ends the run."""
        self.url = url
        self.about = about(
            settings,
            datetime.datetime.now(datetime.UTC),
            partial=bool(settings.only) or bool(budget_plan is not None and budget_plan.left_out),
        )
        """Who is measured, by what, since when."""
        self.started = time.monotonic()
        self._choice = choice_of(settings, self.contract, budget_plan)
        self.budget = Budget(
            Limits(settings.max_requests, settings.max_devices),
            budget_plan.accounts if budget_plan is not None else None,
        )
        self._observer = observer
        self._before = before
        """The run that is resumed."""
        self.ledger = Ledger()
        self._cleaning = False
        self.run = self.anew()

    def anew(self) -> Run:
        """A run that has seen nothing yet, in the place of the one before."""
        settings = self.settings
        self.run = Run(self._choice, self.clock, settings.patience, settings.target.loopback, self._observer)
        return self.run

    def open(self) -> Opened:
        """Launch the target and open it. Raises LaunchError, PreflightError."""
        settings = self.settings
        url = self._url or settings.target.url
        if settings.target.command and not url:
            self._program = self._given_program or self._stack.enter_context(started(settings.target))
            url = self._program.url()
        session = session_of(
            settings, url, self.contract, self.clock, self._record, self.budget, self.ledger, self._transport
        )
        self._stack.callback(session.close)
        self.url = session.url
        if self._before is not None:
            session.goes_on(self._before.exchanges)
        self.ledger.header({"url": self.url, "name": settings.target.name, "asked": settings.asked})
        self.opened = opened(session, settings)
        if self._before is not None:
            self.opened.own = self._before.own
        self.run.exclusive = self.opened.own or settings.target.loopback
        return self.opened

    # Drive -----------------------------------------------------------------------------------------------------

    def drive(self) -> Result:
        """The whole run. Raises what ``begin`` raises, and KeyboardInterrupt; closes the target in any case."""
        try:
            self.begin()
            self.execute()
        except BaseException:
            self.close()
            raise
        return self.end()

    def begin(self) -> None:
        """Launch, open, send the first calls. Raises LaunchError, PreflightError, FolderError."""
        settings = self.settings
        for exchange in self._before.exchanges if self._before is not None else ():
            self.run.record(exchange)
        folder = fresh(settings.reports) if settings.reports is not None else None
        if folder is not None and not settings.target.command:  # a target that goes on without us
            self.ledger = ledger_in(folder, self._before)
            self._stack.callback(self.ledger.close)
        try:
            target = self.open()
        except BaseException:
            if folder is not None:
                self.ledger.discard()
                if not unused(folder):
                    self.folder = folder  # something was created before the run could begin
            raise
        if folder is not None:
            self.folder = folder
            self._recorder = self._stack.enter_context(Recorder(self.folder / "run.ndjson"))
            self._recorder.header(header(self.about, settings, self.run, target, self.url, self._before))
            for exchange in self.run.exchanges:
                self._recorder.exchange(exchange)
        self.run.start(target)

    def execute(self) -> None:
        """Look at every part. Where one is wrong itself, that is its verdict (ERROR), and the others go on."""
        for part in self.parts:
            with contextlib.suppress(*SUITE_ERRORS):
                self.look(part)

    @property
    def parts(self) -> list[Part]:
        """What the run consists of, in its order."""
        return self.run.parts

    def look(self, part: Part) -> Verdict:
        """What a test or an invariant sees of its clause. Raises SUITE_ERRORS where it is wrong itself."""
        if self.stopped():
            raise KeyboardInterrupt  # the one that was raised has got lost in somebody's callback
        return self.run.look(part)

    def _record(self, exchange: Exchange) -> None:
        if self._cleaning:
            return
        if self._recorder is not None:
            self._recorder.exchange(exchange)
        self.run.record(exchange)
        if self.stopped():
            raise KeyboardInterrupt

    # End -------------------------------------------------------------------------------------------------------

    def end(self, *, interrupted: bool = False) -> Result:
        """Judge by the invariants what was not judged, close everything, and say what came of it."""
        try:
            if interrupted:
                self._judge_the_rest()
            verdicts = self._verdicts()
            gate = self._gate(verdicts)
            exit_status, why = self._conclusion(verdicts, gate)
            summary = self._summary(verdicts, exit_status, gate)
            self._keep(verdicts, None if interrupted else summary)
            left = self._clean_up(interrupted=interrupted)
        finally:
            self._stack.close()
            if self._given_program is not None:
                self._given_program.dismiss()
        if interrupted:
            exit_status, why = Exit.INTERRUPTED, "interrupted; what was seen so far is reported"
        if left:
            why += f"; to delete what it has created: {left}"
        return Result(
            exit_status, why, summary, verdicts, tuple(self.run.exchanges), self.folder, interrupted, self.contract,
            self.run.stream(), self.url,
        )  # fmt: skip

    def close(self) -> None:
        """Stop and close whatever is open, without a report."""
        self._stack.close()

    def _judge_the_rest(self) -> None:
        """What an interrupted run has recorded is judged all the same, as it stands."""
        for invariant in self.run.invariants:
            if invariant.clause not in self.run.seen:
                with contextlib.suppress(*SUITE_ERRORS):  # recorded as ERROR, and the other invariants go on
                    self.run.judge(invariant)

    def _verdicts(self) -> tuple[Verdict, ...]:
        """One verdict for every clause, with fingerprints."""
        by_number = {exchange.number: exchange for exchange in self.run.exchanges}
        verdicts = tuple(signed(verdict, by_number) for verdict in self.run.seen.verdicts())
        for verdict in verdicts:
            self.run.observer.decided(verdict)
        return verdicts

    def _conclusion(self, verdicts: Sequence[Verdict], gate: Gate) -> tuple[Exit, str]:
        exit_status, why = exit_of(self.run.choice, verdicts, gate)
        if self.budget.reached and exit_status is not Exit.VIOLATIONS:
            return Exit.ERROR, f"the plan was too small: {said(self.budget.limits)} stopped the run before its end"
        return exit_status, why

    def _summary(self, verdicts: Sequence[Verdict], exit_status: Exit, gate: Gate) -> dict[str, Any]:
        return summary_of(
            self.about,
            self.contract,
            verdicts,
            OUTCOMES[exit_status],
            self.run.exchanges,
            time.monotonic() - self.started,
            coverage(self.run.stream()),
            gate.to_dict(),
        )

    def _keep(self, verdicts: Sequence[Verdict], summary: dict[str, Any] | None) -> None:
        """Findings, verdicts and what a program printed, in the folder; without a summary, the record has no footer."""
        if self._recorder is not None and self.folder is not None:
            write_findings(self.folder, verdicts, self.findings())
            for verdict in verdicts:
                self._recorder.verdict(verdict)
            if summary is not None:
                self._recorder.footer({name: summary[name] for name in IN_FOOTER})
        if self._program is not None and self.folder is not None and self.opened is not None:
            keep_output(self._program, self.folder, self.opened)

    def findings(self) -> Context:
        """What reproducers say of this run."""
        if self.opened is None:
            raise RuntimeError("the target was not opened")
        settings = self.settings
        return Context(
            self.run.stream(),
            self.about,
            self.opened.own,
            str(self.opened.scheme),
            sorted(settings.without),
            settings.iot_instance_id,
            settings.pins,
            self.opened.session.shape_of,
            self.run.followed,
            self.run.value_of,
            self.run.seen.held,
        )

    # Waivers ---------------------------------------------------------------------------------------------------

    def waiver_of(self, verdict: Verdict) -> Waiver | None:
        """The waiver that covers this failure, if any."""
        by_number = {exchange.number: exchange for exchange in self.run.exchanges}
        return self._gate([signed(verdict, by_number)]).waived.get(verdict.clause)

    def _gate(self, verdicts: Sequence[Verdict]) -> Gate:
        settings, today = self.settings, datetime.datetime.now(datetime.UTC).date()
        return apply(
            settings.waivers, verdicts, self.contract, settings.target.name, settings.edition, settings.profile, today
        )

    # Clean up --------------------------------------------------------------------------------------------------

    def _clean_up(self, *, interrupted: bool) -> str:
        """Delete the products that this run made; the command that deletes what stays unexpectedly, or nothing.

        Devices in a product of the user's stay by design until somebody sweeps: only after an interrupt is that said.
        """
        if self.folder is None or not self.leaves_something:
            return ""
        if self.opened is None or not self.opened.own:
            return sweeps(self.folder) if interrupted else ""

        def begin() -> None:
            self._cleaning = True

        return clean_up(self.folder, self.opened, self.clock, begin, interrupted=interrupted)

    @property
    def leaves_something(self) -> bool:
        """Whether the target goes on with what the run has created."""
        return self.folder is not None and not self.settings.target.command

    @property
    def how_to_sweep(self) -> str:
        """What to say of that after a message, or nothing."""
        if self.folder is None or not self.leaves_something:
            return ""
        return f"; to delete what it has created: {sweeps(self.folder)}"
