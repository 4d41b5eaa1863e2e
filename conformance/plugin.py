"""The pytest plugin: the suite and the invariants as items, in their order, whatever the host's settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.client.credentials import CredentialsError
from conformance.client.launch import LaunchError
from conformance.client.local_problem import ours
from conformance.client.preflight import PreflightError
from conformance.config.options import UsageProblem, settings_from
from conformance.config.profiles import PROFILES
from conformance.config.settings import Settings
from conformance.contract import Level
from conformance.judge.invariant import Invariant
from conformance.judge.verdict import Outcome, Verdict
from conformance.record.folder import FolderError, default_folder
from conformance.runner.run import Runner
from conformance.runner.selection import SuiteTest
from conformance.wire.message import Scheme

SUITE_FOLDER = Path(__file__).resolve().parent / "suite"


class NotDecided(Exception):
    """A gated clause could not be told; never a skip, since skips read as passes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the suite inside somebody's own test run."""
    group = parser.getgroup("iot-conformance", "Conformance of a batch device-registration API (Iot, 2018-01-20)")
    add = group.addoption
    add("--target", help="embedded, http(s)://host:port, region:<id>, or 'cmd:PROGRAM ... {port}'")
    add("--iot-edition", help="edition of the documents")
    add("--iot-product-key", help="ProductKey of an existing product")
    add("--iot-other-product-key", help="ProductKey of a second product")
    add("--iot-iot-instance-id", help="IotInstanceId sent with every request")
    add("--iot-auth", choices=["auto", "none", "rpc", "acs3"], help="signature scheme")
    add("--iot-without", action="append", default=[], help="an operation that the target does not offer")
    add("--iot-profile", choices=sorted(PROFILES), help="number of examples")
    add("--iot-only", action="append", default=[], help="clause id, pattern or operation")
    add("--iot-gate", choices=["must", "should"], help="level that fails the run")
    add("--iot-seed", help="a number, or random")
    add("--iot-patience", type=float, default=None, help="seconds of unbroken CHECK or CREATE that are accepted")
    add("--iot-timeout", type=float, default=None, help="seconds that one answer may take")
    add("--iot-max-requests", type=int, default=None, help="hard limit of requests")
    add("--iot-max-devices", type=int, default=None, help="hard limit of devices")
    add("--iot-max-products", type=int, default=None, help="products that may be created")
    add("--iot-rate", type=float, default=None, help="requests per second")
    add("--iot-label", action="append", default=[], help="KEY=VALUE for the reports")
    add("--iot-credentials", help="env, env:PREFIX, profile:NAME, or chain")
    add("--iot-ca-bundle", help="file of certificates to believe instead of the machine's")
    add("--iot-proxy", help="URL of a proxy; none is taken from the environment")
    add("--iot-pass-env", action="append", default=[], help="a variable that 'cmd:' gets though it may be a secret")
    add("--iot-yes", action="store_true", default=None, help="run on a region without asking")
    add("--iot-targets", default=None, help="file in which targets have names")
    add("--iot-waivers", default=None, help="file of known failures that somebody answers for")
    add("--iot-reports", default=None, help="folder for run.ndjson and reports")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what would break the order of a run, and take part where a target is named."""
    target = config.getoption("--target", None)
    if not target or config.pluginmanager.hasplugin("iot-conformance-suite"):
        return
    if config.getoption("numprocesses", None):
        raise pytest.UsageError("--target cannot be combined with -n: one run talks to a target in one process")
    if config.getoption("reruns", None):
        raise pytest.UsageError("--target cannot be combined with --reruns: a finding is a finding the first time")
    if config.getoption("randomly_reorganize", False) or config.getoption("random_order_bucket", None):
        raise pytest.UsageError(
            "--target cannot be combined with random order; add -p no:randomly or -p no:random_order"
        )
    option = config.getoption
    try:
        settings = settings_from(
            option("--target"),
            edition=option("--iot-edition"),
            product_key=option("--iot-product-key"),
            other_product_key=option("--iot-other-product-key"),
            iot_instance_id=option("--iot-iot-instance-id"),
            auth=option("--iot-auth"),
            without=option("--iot-without"),
            profile=option("--iot-profile"),
            only=option("--iot-only"),
            gate=option("--iot-gate"),
            seed=option("--iot-seed"),
            patience=option("--iot-patience"),
            timeout=option("--iot-timeout"),
            max_requests=option("--iot-max-requests"),
            max_devices=option("--iot-max-devices"),
            max_products=option("--iot-max-products"),
            rate=option("--iot-rate"),
            labels=option("--iot-label"),
            credentials=option("--iot-credentials"),
            ca_bundle=option("--iot-ca-bundle"),
            proxy=option("--iot-proxy"),
            pass_env=option("--iot-pass-env"),
            yes=option("--iot-yes"),
            waivers=option("--iot-waivers"),
            reports=option("--iot-reports"),
            targets=option("--iot-targets"),
        )
    except UsageProblem as problem:
        raise pytest.UsageError(str(problem)) from None
    if settings.target.region and not settings.yes:
        raise pytest.UsageError(f"{settings.target.name} is a real account; add --iot-yes to go on")
    try:
        settings.signer_of(Scheme.RPC)
    except CredentialsError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(
        SuitePlugin(_with_folder(settings, option("--alluredir", None))), "iot-conformance-suite"
    )


def _with_folder(settings: Settings, alluredir: str | None) -> Runner:
    import dataclasses

    from conformance.plan.fit_budget import fit_to_budget

    folder = settings.reports or default_folder(settings.target)
    settings = dataclasses.replace(settings, reports=folder)
    runner = Runner(settings, budget_plan=fit_to_budget(settings))
    runner.alluredir = Path(alluredir) if alluredir else None
    return runner


class SuitePlugin:
    """The suite for one target. Its items run in phases: immediate tests, tests of applications, invariants."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.begun = False
        self.problem: str | None = None
        self.own_problem: OSError | None = None
        """What went wrong on our own side, such as a disk that is full: nothing more is sent then."""
        self.ended = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Collect a file of the suite whatever the host's python_files says."""
        if file_path.parent != SUITE_FOLDER or file_path.suffix != ".py":
            return None
        if parent.config.pluginmanager.hasplugin("python") and _is_python_test(file_path, parent):
            return None  # pytest itself asks for a module below
        return SuiteFile.from_parent(parent, path=file_path, plugin=self)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> Any:
        """Take the place of pytest's own module for files of the suite."""
        if module_path.parent != SUITE_FOLDER:
            return None
        return SuiteFile.from_parent(parent, path=module_path, plugin=self)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Ours go last and in phases; the host's own tests stay as they are."""
        ours = {item.nodeid: item for item in items if isinstance(item, ClauseItem)}
        if not ours and not self.runner.held_by_cli:
            return  # the host looks elsewhere; where the command does, invariants alone may be selected
        hosts = [item for item in items if not isinstance(item, ClauseItem)]
        tests = sorted(ours.values(), key=lambda item: item.test.phase)
        invariants = [
            InvariantItem.from_parent(session, name=f"invariant[{invariant.clause}]", invariant=invariant, plugin=self)
            for invariant in self.run.invariants
        ]
        items[:] = [*hosts, *tests, *invariants]
        if session.config.getoption("--alluredir", None):
            # Allure's plugin makes results of these items, and report/allure puts its own in their place.
            for item in (*tests, *invariants):
                item.add_marker(pytest.mark.allure_label("item", label_type="iot-conformance"))

    @property
    def run(self) -> Any:
        """The run underneath."""
        return self.runner.run

    def begin(self) -> None:
        """Open the target once; every item after a failure says the same line."""
        if not self.begun:
            self.begun = True
            try:
                self.runner.begin()
            except (PreflightError, LaunchError, FolderError) as error:
                self.runner.close()
                self.problem = str(error) + self.runner.how_to_sweep
        if self.problem is not None:
            raise NotDecided(self.problem)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int | pytest.ExitCode) -> None:
        """Close the target and write the reports."""
        if self.own_problem is not None and not self.runner.held_by_cli:
            self.runner.close()
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        elif self.begun and not self.ended and self.problem is None and not self.runner.held_by_cli:
            self.ended = True
            from conformance.report.all import write_all
            from conformance.report.measured import of_run

            result = self.runner.end(interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
            write_all(of_run(result, self.runner), self.runner.alluredir)
            for note in result.summary["waivers"]["red"]:
                print(f"\n{note['where']}: the waiver of {note['clause']} {note['says']}")
                session.exitstatus = pytest.ExitCode.TESTS_FAILED


class SuiteFile(pytest.File):
    """One file of the suite."""

    def __init__(self, *, plugin: SuitePlugin, **rest: Any) -> None:
        super().__init__(**rest)
        self.plugin = plugin

    def collect(self) -> Iterator[pytest.Item]:
        """The tests of this file whose clauses are in the edition and selected."""
        for test in self.plugin.run.tests:
            if test.module.rsplit(".", 1)[-1] == self.path.stem:
                yield ClauseItem.from_parent(self, name=test.name, test=test, plugin=self.plugin)


class _Item(pytest.Item):
    """An item that looks in its setup and reports in its call, so that what could not be told is an error."""

    plugin: SuitePlugin
    verdict: Verdict

    def look(self) -> Verdict:
        """What was seen of the item's clause."""
        return self.verdict

    def setup(self) -> None:
        if self.plugin.runner.stopped():
            raise KeyboardInterrupt  # the one that was raised has got lost in somebody's callback
        try:
            self.plugin.begin()
            self.verdict = self.look()
        except OSError as error:
            self.plugin.own_problem = error
            self.session.shouldstop = ours(error)
            raise
        clause = self.plugin.runner.contract.clauses[self.verdict.clause]
        if self.verdict.outcome is Outcome.INCONCLUSIVE and self.plugin.run.choice.gated(clause):
            raise NotDecided(f"{clause.id} could not be told: {self.verdict.reason}")

    def runtest(self) -> None:
        if self.verdict.outcome is Outcome.FAIL:
            if (waiver := self.plugin.runner.waiver_of(self.verdict)) is not None:
                pytest.xfail(f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason} ({waiver.issue})")
            raise ClauseFailed(self.verdict)
        if self.verdict.outcome is not Outcome.PASS:
            pytest.skip(f"{self.verdict.outcome}: {self.verdict.reason}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, ClauseFailed | NotDecided):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class ClauseFailed(AssertionError):
    """A clause is broken."""

    def __init__(self, verdict: Verdict) -> None:
        lines = [f"{verdict.clause}: {verdict.reason}"]
        if (finding := verdict.finding) is not None:
            numbers = ", ".join(map(str, finding.exchanges))
            lines += [f"expected: {finding.expected}", f"seen: {finding.seen}", f"exchanges: {numbers}"]
        super().__init__("\n".join(lines))


class ClauseItem(_Item):
    """One test of the suite."""

    def __init__(self, *, test: SuiteTest, plugin: SuitePlugin, **rest: Any) -> None:
        super().__init__(**rest)
        self.test = test
        self.plugin = plugin

    def look(self) -> Verdict:
        if self.test.phase >= 2:
            self.plugin.runner.settle()
        return self.plugin.run.act(self.test)  # type: ignore[no-any-return]

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.test.line - 1, f"{self.test.name} [{self.test.marks.clause}]"


class InvariantItem(_Item):
    """One invariant over everything that was recorded."""

    def __init__(self, *, invariant: Invariant, plugin: SuitePlugin, **rest: Any) -> None:
        super().__init__(**rest)
        self.invariant = invariant
        self.plugin = plugin

    def look(self) -> Verdict:
        self.plugin.runner.settle()
        return self.plugin.run.judge(self.invariant)  # type: ignore[no-any-return]

    def reportinfo(self) -> tuple[Path, int, str]:
        return SUITE_FOLDER, 0, f"invariant [{self.invariant.clause}]"


def _is_python_test(path: Path, parent: pytest.Collector) -> bool:
    """Whether pytest's own collection takes that file: it was named, or fits the host's patterns."""
    patterns = parent.config.getini("python_files")
    return parent.session.isinitpath(path) or any(path.match(pattern) for pattern in patterns)


__all__ = ["Level", "SuitePlugin", "pytest_addoption", "pytest_configure"]
