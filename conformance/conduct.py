"""One run from its settings to its result; the command line, pytest and the self-proof all use it."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from conformance.choice import Admission, Choice
from conformance.contract import Contract, load
from conformance.contract.locks import read
from conformance.gate import Gate, apply
from conformance.judge.coverage import coverage
from conformance.judge.signature import signed
from conformance.judge.verdict import Verdict
from conformance.outcome import OUTCOMES, Exit, about, exit_of, summary_of
from conformance.replay.finding import Context, write_findings
from conformance.report.folder import fresh, unused
from conformance.report.record import Recorder
from conformance.report.safe import block
from conformance.resume import Before
from conformance.run import Observer, Run
from conformance.settings import Settings
from conformance.sweep import Broom
from conformance.target.budget import Budget, Limits, NotSent, said
from conformance.target.clock import Clock, RealClock
from conformance.target.launch import Program, started
from conformance.target.ledger import FILE as LEDGER
from conformance.target.ledger import Ledger
from conformance.target.ledger import read as read_ledger
from conformance.target.preflight import Opened, PreflightError, open_target
from conformance.target.printed import MOST_OUTPUT
from conformance.target.session import Session
from conformance.target.silence import MOST_LOST
from conformance.waivers import Waiver
from conformance.wire.encode import Signer
from conformance.wire.message import Exchange, Scheme

OUTPUT = "target.log"
"""What a target that is a program has printed."""
CLEAN_UP, CLEAN_UP_INTERRUPTED = 600.0, 30.0
"""Seconds that the products of a run may take to be deleted: in the end, and after Ctrl-C."""


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


class Conductor:
    """Holds one run open. ``begin`` may raise PreflightError, LaunchError; ``end`` judges what is left and reports."""

    def __init__(
        self,
        settings: Settings,
        *,
        observer: Observer | None = None,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
        url: str = "",
        program: Program | None = None,
        admission: Admission | None = None,
        before: Before | None = None,
    ) -> None:
        self.settings = settings
        self.contract: Contract = load()
        self.clock = clock or RealClock()
        self._transport = transport
        self._url = url
        self._program = program
        """The target, where somebody has started it already and will stop it."""
        self._runs: Program | None = None
        """The target, where it is a program."""
        self._stack = contextlib.ExitStack()
        self._recorder: Recorder | None = None
        self._settled = False
        self.opened: Opened | None = None
        self.folder: Path | None = None
        self.alluredir: Path | None = None
        """Where Allure results go, if not into the folder."""
        self.held_by_cli = False
        """Whether somebody else calls ``end``."""
        self.url = url
        self.about = about(
            settings,
            datetime.datetime.now(datetime.UTC),
            partial=bool(settings.only) or bool(admission is not None and admission.left_out),
        )
        """Who is measured, by what, since when."""
        self.started = time.monotonic()
        self._choice = Choice(
            self.contract,
            settings.edition,
            settings.profile,
            settings.seed,
            settings.only,
            settings.gate,
            settings.without,
            settings.pins,
            read(settings.edition, settings.revision) if settings.revision else None,
            settings.max_tampered,
            admission,
            careful=not settings.target.loopback,
            few_polls=settings.max_requests is not None,
        )
        self.budget = Budget(
            Limits(settings.max_requests, settings.max_devices), admission.accounts if admission is not None else None
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
        """Launch the target and open it."""
        settings = self.settings
        url = self._url or settings.target.url
        if settings.target.command and not url:
            self._runs = self._program or self._stack.enter_context(started(settings.target))
            url = self._runs.url()
        session = Session(
            url,
            self.contract,
            self.clock,
            Signer(Scheme.NONE),
            self._record,
            transport=self._transport,
            rate=settings.rate,
            region=settings.target.region,
            renewed=settings.renewed,
            route=settings.route,
            budget=self.budget,
            answer_seconds=settings.timeout,
            most_lost=max(MOST_LOST, settings.patience),
            ledger=self.ledger,
            instance=settings.iot_instance_id,
        )
        self._stack.callback(session.close)
        self.url = session.url
        if self._before is not None:
            session.goes_on(self._before.exchanges)
        self.ledger.header({"url": self.url, "name": settings.target.name, "asked": settings.asked})
        try:
            self.opened = open_target(
                session,
                settings.schemes,
                settings.signer_of,
                settings.product_key,
                settings.other_product_key,
                settings.max_products,
                settings.without,
                edition=settings.edition,
                demanded=settings.demands_signatures,
            )
        except NotSent as error:
            raise PreflightError(f"the budget does not even hold the first look at the target: {error}") from None
        if self._before is not None:
            self.opened.own = self._before.own
        self.run.exclusive = self.opened.own or settings.target.loopback
        return self.opened

    def begin(self) -> None:
        """Launch, open, record the header, and send the first calls."""
        settings = self.settings
        for exchange in self._before.exchanges if self._before is not None else ():
            self.run.record(exchange)
        folder = fresh(settings.reports) if settings.reports is not None else None
        if folder is not None and not settings.target.command:
            self._keep_books(folder)
        try:
            opened = self.open()
        except BaseException:
            if folder is not None:
                self.ledger.discard()
                unused(folder)
            raise
        if folder is not None:
            self.folder = folder
            self._recorder = self._stack.enter_context(Recorder(self.folder / "run.ndjson"))
            self._recorder.header(
                {
                    **self.about,
                    "digest": self.contract.digest,
                    "url": self.url,
                    "auth": str(opened.scheme),
                    "products": list(opened.products),
                    "patience": settings.patience,
                    "exclusive": self.run.exclusive,
                    "without": sorted(settings.without),
                    "only": list(settings.only),
                    **({"parent": self._before.folder.name} if self._before is not None else {}),
                }
            )
            for exchange in self.run.exchanges:
                self._recorder.exchange(exchange)
        self.run.start(opened)

    def _keep_books(self, folder: Path) -> None:
        """A target that goes on without us has a ledger; a resumed run goes on with that of the run before."""
        past = None
        if self._before is not None:
            (folder / LEDGER).write_text(self._before.ledger, encoding="utf-8")
            past = self._before.past
        self.ledger = Ledger(folder / LEDGER, past)
        self._stack.callback(self.ledger.close)

    def _clean_up(self, seconds: float) -> str:
        """Delete the products of the run with all that is in them; a line that says what stays behind, or nothing."""
        if self.opened is None or self.folder is None or not self.leaves_something:
            return ""
        again = f"iot-conformance sweep {self.folder}"
        if not self.opened.own:
            return again
        session, until = self.opened.session, self.clock.now() + seconds
        self._cleaning, session.budget = True, Budget()
        swept = Broom(session, read_ledger(self.folder), lambda: self.clock.now() < until).products()
        return again if swept.left else ""

    def _keep_output(self) -> None:
        """What a program printed is evidence too: beside the record, bounded, without secrets and escapes."""
        if self._runs is not None and self.folder is not None and self.opened is not None:
            printed = self.opened.session.without_secrets(self._runs.output())
            (self.folder / OUTPUT).write_text(block(printed, MOST_OUTPUT), encoding="utf-8")

    @property
    def leaves_something(self) -> bool:
        """Whether the target goes on with what the run has created."""
        return self.folder is not None and self.opened is not None and not self.settings.target.command

    def _record(self, exchange: Exchange) -> None:
        if self._cleaning:
            return
        if self._recorder is not None:
            self._recorder.exchange(exchange)
        self.run.record(exchange)

    def drive(self) -> Result:
        """The whole run without pytest: begin, every phase, end."""
        try:
            self.begin()
            for test in sorted(self.run.tests, key=lambda test: test.phase):
                if test.phase >= 2:
                    self.settle()
                self.run.act(test)
            self.settle()
            for law in self.run.laws:
                self.run.obey(law)
        except BaseException:
            self.close()
            raise
        return self.end()

    def settle(self) -> None:
        """Once, before anything is judged that needs the whole stream."""
        if not self._settled:
            self._settled = True
            self.run.settle()

    def end(self, *, interrupted: bool = False) -> Result:
        """Judge by the laws what was not judged, close everything, and say what came of it."""
        try:
            if interrupted:
                for law in self.run.laws:
                    if law.clause not in self.run.seen:
                        self.run.obey(law)
            by_number = {one.number: one for one in self.run.exchanges}
            verdicts = tuple(signed(one, by_number) for one in self.run.seen.verdicts())
            for verdict in verdicts:
                self.run.observer.decided(verdict)
            gate = self._gate(verdicts)
            exit_status, why = exit_of(self.run.choice, verdicts, gate)
            if self.budget.reached and exit_status is not Exit.VIOLATIONS:
                exit_status = Exit.ERROR
                why = f"the plan was too small: {said(self.budget.limits)} stopped the run before its end"
            seconds = time.monotonic() - self.started
            areas = coverage(self.run.stream())
            summary = summary_of(
                self.about,
                self.contract,
                verdicts,
                OUTCOMES[exit_status],
                self.run.exchanges,
                seconds,
                areas,
                gate.to_dict(),
            )
            if self._recorder is not None and self.folder is not None:
                write_findings(self.folder, verdicts, self.findings())
                for verdict in verdicts:
                    self._recorder.verdict(verdict)
                if not interrupted:
                    self._recorder.footer(
                        {
                            name: summary[name]
                            for name in ("outcome", "counts", "requests", "devices", "seconds", "waivers")
                        }
                    )
            self._keep_output()
            left = self._clean_up(CLEAN_UP_INTERRUPTED if interrupted else CLEAN_UP)
        finally:
            self._stack.close()
            if self._program is not None:
                self._program.dismiss()
        if interrupted:
            exit_status, why = Exit.INTERRUPTED, "interrupted; what was seen so far is reported"
            why += f"; {left} deletes what it has created" if left else ""
        return Result(exit_status, why, summary, verdicts, tuple(self.run.exchanges), self.folder, interrupted)

    def waiver_of(self, verdict: Verdict) -> Waiver | None:
        """The waiver that covers this failure, if any."""
        by_number = {one.number: one for one in self.run.exchanges}
        return self._gate([signed(verdict, by_number)]).waived.get(verdict.clause)

    def _gate(self, verdicts: Sequence[Verdict]) -> Gate:
        settings, today = self.settings, datetime.datetime.now(datetime.UTC).date()
        return apply(
            settings.waivers, verdicts, self.contract, settings.target.name, settings.edition, settings.profile, today
        )

    def findings(self) -> Context:
        """What vectors say of this run."""
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

    def close(self) -> None:
        """Stop and close whatever is open, without a report."""
        self._stack.close()
