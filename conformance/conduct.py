"""One run from its settings to its exit status; the command line, pytest and the self-proof all use it."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, ClassVar

import httpx

from conformance import __version__
from conformance.contract import Clause, Contract, Level, load
from conformance.judge.verdict import Outcome, Verdict
from conformance.report.record import Recorder
from conformance.run import Choice, Observer, Run
from conformance.target.clock import Clock, RealClock
from conformance.target.launch import launched
from conformance.target.preflight import Opened, PreflightError, open_target
from conformance.target.session import Session
from conformance.target.target import Target
from conformance.wire.encode import Signer
from conformance.wire.message import Exchange, Scheme

SUITE = "iot-conformance"
REVISION = 1
"""Revision of the clauses of an edition; raised by a commit of its own."""


class Exit(IntEnum):
    """Exit statuses of ``run``."""

    CONFORMANT = 0
    VIOLATIONS = 1
    USAGE = 2
    INCONCLUSIVE = 3
    ERROR = 4
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the user can say about a run."""

    target: Target
    edition: str
    product_key: str = ""
    other_product_key: str = ""
    iot_instance_id: str = ""
    auth: str = "auto"
    without: frozenset[str] = frozenset()
    profile: str = "full"
    only: tuple[str, ...] = ()
    gate: Level = Level.MUST
    seed: int = 0
    patience: float = 60.0
    max_requests: int | None = None
    max_products: int = 2
    rate: float | None = None
    labels: dict[str, str] = field(default_factory=dict)
    reports: Path | None = None
    signer_of: Callable[[Scheme], Signer] = lambda scheme: Signer(scheme, "testid", "testsecret")


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

    SCHEMES: ClassVar[dict[str, tuple[Scheme, ...]]] = {
        "auto": (Scheme.RPC, Scheme.ACS3, Scheme.NONE),
        "rpc": (Scheme.RPC,),
        "acs3": (Scheme.ACS3,),
        "none": (Scheme.NONE,),
    }

    def __init__(
        self,
        settings: Settings,
        *,
        observer: Observer | None = None,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
        url: str = "",
    ) -> None:
        self.settings = settings
        self.contract: Contract = load()
        self.clock = clock or RealClock()
        self._transport = transport
        self._url = url
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
        self.started = time.monotonic()
        choice = Choice(self.contract, settings.edition, settings.profile, settings.seed, settings.only, settings.gate)
        self.run = Run(choice, self.clock, settings.patience, settings.target.loopback, observer)

    def begin(self) -> None:
        """Launch, open, record the header, and send the first calls."""
        settings = self.settings
        url = self._url or settings.target.url
        if settings.target.command and not url:
            url = self._stack.enter_context(launched(settings.target))
        session = Session(
            url,
            self.contract,
            self.clock,
            Signer(Scheme.NONE),
            self._record,
            transport=self._transport,
            rate=settings.rate,
            max_requests=settings.max_requests,
            instance=settings.iot_instance_id,
        )
        self._stack.callback(session.close)
        self.url = session.url
        self.opened = open_target(
            session,
            self.SCHEMES[settings.auth],
            settings.signer_of,
            settings.product_key,
            settings.other_product_key,
            settings.max_products,
            settings.without,
        )
        self.run.exclusive = self.opened.own or settings.target.loopback
        if settings.reports is not None:
            self.folder = _fresh(settings.reports)
            self._recorder = self._stack.enter_context(Recorder(self.folder / "run.ndjson"))
            self._recorder.header(
                {
                    "suite": f"{SUITE} {__version__}",
                    "target": settings.target.name,
                    "edition": settings.edition,
                    "revision": REVISION,
                    "digest": self.contract.digest,
                    "seed": settings.seed,
                    "profile": settings.profile,
                    "gate": settings.gate.lower(),
                    "labels": settings.labels,
                    "auth": str(self.opened.scheme),
                    "products": list(self.opened.products),
                    "patience": settings.patience,
                    "start": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                }
            )
            for exchange in self.run.exchanges:
                self._recorder.exchange(exchange)
        self.run.start(self.opened)

    def _record(self, exchange: Exchange) -> None:
        if self._recorder is not None:
            self._recorder.exchange(exchange)
        self.run.record(exchange)

    def drive(self) -> Result:
        """The whole run without pytest: begin, every phase, end."""
        try:
            self.begin()
            for test in sorted(self.run.tests, key=lambda test: test.phase):
                if test.phase == 2:
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
                    if law.clause not in self.run.judged:
                        self.run.obey(law)
            verdicts = tuple(self.run.verdicts())
            for verdict in verdicts:
                self.run.observer.decided(verdict)
            exit_status, why = exit_of(self.run.choice, verdicts)
            summary = self._summary(verdicts, exit_status)
            if self._recorder is not None:
                for verdict in verdicts:
                    self._recorder.verdict(verdict)
                if not interrupted:
                    self._recorder.footer(
                        {"counts": summary["counts"], "requests": summary["requests"], "seconds": summary["seconds"]}
                    )
        finally:
            self._stack.close()
        if interrupted:
            exit_status, why = Exit.INTERRUPTED, "interrupted; what was seen so far is reported"
        return Result(exit_status, why, summary, verdicts, tuple(self.run.exchanges), self.folder, interrupted)

    def close(self) -> None:
        """Stop and close whatever is open, without a report."""
        self._stack.close()

    def _summary(self, verdicts: tuple[Verdict, ...], exit_status: Exit) -> dict[str, Any]:
        settings = self.settings
        clauses = self.contract.clauses
        counts = {str(outcome): sum(one.outcome is outcome for one in verdicts) for outcome in Outcome}
        return {
            "format": 1,
            "suite": f"{SUITE} {__version__}",
            "target": settings.target.name,
            "edition": settings.edition,
            "revision": REVISION,
            "seed": settings.seed,
            "profile": settings.profile,
            "gate": settings.gate.lower(),
            "labels": settings.labels,
            "outcome": OUTCOMES[exit_status],
            "partial": bool(settings.only),
            "requests": len(self.run.exchanges),
            "devices": devices_created(self.run.exchanges),
            "seconds": round(time.monotonic() - self.started, 3),
            "counts": counts,
            "clauses": [
                {
                    "id": one.clause,
                    "operation": clauses[one.clause].operation,
                    "level": str(clauses[one.clause].level),
                    "outcome": str(one.outcome),
                    "exercised": one.exercised,
                    "reason": one.reason,
                }
                for one in verdicts
            ],
            "readings": {one.clause: one.readings for one in verdicts if one.readings},
        }


OUTCOMES = {
    Exit.CONFORMANT: "conformant",
    Exit.VIOLATIONS: "violations",
    Exit.INCONCLUSIVE: "inconclusive",
    Exit.ERROR: "error",
}


def exit_of(choice: Choice, verdicts: tuple[Verdict, ...]) -> tuple[Exit, str]:
    """The exit status of a run and the one line that says why."""
    clauses = choice.contract.clauses
    gated = [one for one in verdicts if choice.gated(clauses[one.clause])]
    failed = [one.clause for one in gated if one.outcome is Outcome.FAIL]
    if failed:
        return Exit.VIOLATIONS, f"{_some(failed)} not kept"
    wrong = [one for one in verdicts if one.outcome is Outcome.ERROR]
    if wrong:
        return Exit.ERROR, f"the suite itself failed on {_some([one.clause for one in wrong])}: {wrong[0].reason}"
    open_ones = [one for one in gated if _undecided(clauses[one.clause], one)]
    if open_ones:
        return (
            Exit.INCONCLUSIVE,
            f"{_some([one.clause for one in open_ones])} could not be decided: {open_ones[0].reason}",
        )
    if not any(one.outcome is Outcome.PASS for one in verdicts):
        return Exit.INCONCLUSIVE, "nothing was decided"
    return Exit.CONFORMANT, "every gated clause that was looked at is kept"


def _undecided(clause: Clause, one: Verdict) -> bool:
    if one.outcome is Outcome.INCONCLUSIVE:
        return True
    return one.outcome is Outcome.UNTESTED and not clause.untested and not clause.when


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")


def devices_created(exchanges: list[Exchange]) -> int:
    """Devices that accepted calls asked for: Count, or the names of registered checks; an upper bound."""
    names: dict[int, int] = {}
    total = 0
    seen: set[int] = set()
    for one in exchanges:
        if not one.accepted or one.answer is None:
            continue
        apply_id = one.answer.apply_id
        if one.operation == "BatchRegisterDevice":
            count = one.request.get("Count") or ""
            total += int(count) if count.isascii() and count.isdigit() and len(count) < 10 else 0
        elif one.operation == "BatchCheckDeviceNames" and apply_id is not None:
            names[apply_id] = sum(
                name.endswith("DeviceName") or name.startswith("DeviceName.") for name, _ in one.request.params
            )
        elif one.operation == "BatchRegisterDeviceWithApplyId" and apply_id is not None and apply_id not in seen:
            seen.add(apply_id)
            total += names.get(apply_id, 0)
    return total


def _fresh(folder: Path) -> Path:
    """The folder, made; never one that holds a run already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PreflightError(
            f"cannot write reports to {folder}: {error.strerror}; choose another folder by --reports", usage=True
        ) from None
    if (folder / "run.ndjson").exists():
        raise PreflightError(
            f"{folder} holds a run already, and runs are never overwritten; choose another folder by --reports",
            usage=True,
        )
    if not os.access(folder, os.W_OK):
        raise PreflightError(f"cannot write reports to {folder}; choose another folder by --reports", usage=True)
    return folder


def default_folder(target: Target) -> Path:
    """``reports/<target>-<time>``, made unique."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", target.name).strip("-").lower() or "target"
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = Path("reports") / f"{name}-{stamp}"
    tail = 1
    while folder.exists():
        tail += 1
        folder = Path("reports") / f"{name}-{stamp}-{tail}"
    return folder
