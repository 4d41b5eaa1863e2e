"""The pytest plugin: the suite and the invariants as items, in their order, whatever the host's settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.client.credentials import CredentialsError
from conformance.client.launch import LaunchError
from conformance.client.local_problem import ours
from conformance.client.preflight import PreflightError
from conformance.config.option_table import OPTIONS, Kind, Option, of_command
from conformance.config.options import UsageProblem, settings_from
from conformance.config.settings import Settings
from conformance.judge.invariant import Invariant
from conformance.judge.verdict import Outcome, Verdict
from conformance.record.folder import FolderError, default_folder
from conformance.runner.run import Runner
from conformance.runner.selection import SuiteTest
from conformance.wire.message import Scheme

SUITE_FOLDER = Path(__file__).resolve().parent / "suite"


class NotDecided(Exception):
    """A gated clause is inconclusive: never a skip, since skips read as passes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the suite inside somebody's own test run: ``--target``, and those of ``run`` as ``--iot-<name>``."""
    group = parser.getgroup("iot-conformance", "Conformance of a batch device-registration API (Iot, 2018-01-20)")
    group.addoption("--target", help="embedded, http(s)://host:port, region:<id>, or 'cmd:PROGRAM ... {port}'")
    add_options(group)


def add_options(group: pytest.OptionGroup, table: tuple[Option, ...] = OPTIONS) -> None:
    """Every option that may stand on the line of ``run``."""
    for option in of_command("run", table):
        name, shown = option.pytest_name, option.help_with_default
        if option.kind is Kind.FLAG:
            group.addoption(name, action="store_true", default=None, help=shown)
        elif option.kind.repeatable:
            group.addoption(name, action="append", default=[], metavar=option.metavar, help=shown)
        elif option.choices:
            group.addoption(name, choices=option.choices, help=shown)
        else:
            group.addoption(name, type=option.kind.on_line, default=None, metavar=option.metavar, help=shown)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what would break the order of a run, and take part where a target is named."""
    target = config.getoption("--target", None)
    if not target or config.pluginmanager.hasplugin("iot-conformance-suite"):
        return
    # Whoever loads the plugin without a target need not wait for these.
    from conformance.plan.fit_budget import fit_to_budget

    _refuse_other_orders(config)
    settings = _settings(config, target)
    allure_folder = config.getoption("--alluredir", None)
    runner = Runner(settings, budget_plan=fit_to_budget(settings))
    plugin = SuitePlugin(runner, Path(allure_folder) if allure_folder else None)
    config.pluginmanager.register(plugin, "iot-conformance-suite")


def _refuse_other_orders(config: pytest.Config) -> None:
    """A run has its own order, in one process. Raises pytest.UsageError where another plugin would change that."""
    if config.getoption("numprocesses", None):
        raise pytest.UsageError("--target cannot be combined with -n: one run talks to a target in one process")
    if config.getoption("reruns", None):
        raise pytest.UsageError("--target cannot be combined with --reruns: a finding is a finding the first time")
    if config.getoption("randomly_reorganize", False) or config.getoption("random_order_bucket", None):
        raise pytest.UsageError(
            "--target cannot be combined with random order; add -p no:randomly or -p no:random_order"
        )


def _settings(config: pytest.Config, target: str) -> Settings:
    """The settings of the run, its folder named and its keys found. Raises pytest.UsageError."""
    given = {option.variable: config.getoption(option.pytest_name) for option in of_command("run")}
    try:
        settings = settings_from(target, **given)
        if settings.target.region and not settings.yes:
            raise UsageProblem(f"{settings.target.name} is a real account; add --iot-yes to go on")
        settings.signer_of(Scheme.RPC)
    except (UsageProblem, CredentialsError) as error:
        raise pytest.UsageError(str(error)) from None
    return replace(settings, reports=settings.reports or default_folder(settings.target))


class SuitePlugin:
    """The suite for one target, its items in the order of the runner."""

    def __init__(self, runner: Runner, allure_folder: Path | None = None) -> None:
        self.runner = runner
        self.allure_folder = allure_folder
        """Where Allure results go, if not into the folder of the run."""
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
        """Ours go last, in the order of the runner; the host's own tests stay as they are."""
        ours = {id(item.part): item for item in items if isinstance(item, SuiteItem)}
        if not ours:
            return  # the host looks elsewhere
        items[:] = [item for item in items if not isinstance(item, SuiteItem)]
        for part in self.runner.parts:
            if isinstance(part, Invariant):
                name = f"invariant[{part.clause}]"
                ours[id(part)] = SuiteItem.from_parent(session, name=name, part=part, plugin=self)
        in_order = [ours[id(part)] for part in self.runner.parts if id(part) in ours]
        items += in_order
        if session.config.getoption("--alluredir", None):
            # Allure's plugin makes results of these items, and report/allure puts its own in their place.
            for item in in_order:
                item.add_marker(pytest.mark.allure_label("item", label_type="iot-conformance"))

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
        if self.own_problem is not None:
            self.runner.close()
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        elif self.begun and not self.ended and self.problem is None:
            from conformance.report.all import write_all
            from conformance.report.measured import of_run

            self.ended = True
            result = self.runner.end(interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
            write_all(of_run(result), self.allure_folder)
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
        for part in self.plugin.runner.parts:
            if isinstance(part, SuiteTest) and part.module.rsplit(".", 1)[-1] == self.path.stem:
                yield SuiteItem.from_parent(self, name=part.name, part=part, plugin=self.plugin)


class SuiteItem(pytest.Item):
    """One test of the suite, or one invariant over everything that was recorded.

    It looks in its setup and reports in its call, so that what is inconclusive is an error.
    """

    def __init__(self, *, part: SuiteTest | Invariant, plugin: SuitePlugin, **rest: Any) -> None:
        super().__init__(**rest)
        self.part = part
        self.plugin = plugin
        self.verdict: Verdict

    def setup(self) -> None:
        try:
            self.plugin.begin()
            self.verdict = self.plugin.runner.look(self.part)
        except OSError as error:
            self.plugin.own_problem = error
            self.session.shouldstop = ours(error)
            raise
        clause = self.plugin.runner.contract.clauses[self.verdict.clause]
        if self.verdict.outcome is Outcome.INCONCLUSIVE and self.plugin.runner.run.choice.gated(clause):
            raise NotDecided(f"{clause.id} is inconclusive: {self.verdict.reason}")

    def runtest(self) -> None:
        if self.verdict.outcome is Outcome.FAIL:
            if (waiver := self.plugin.runner.waiver_of(self.verdict)) is not None:
                pytest.xfail(f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason} ({waiver.issue})")
            raise ClauseFailed(self.verdict)
        if self.verdict.outcome is not Outcome.PASS:
            pytest.skip(f"{self.verdict.outcome.word}: {self.verdict.reason}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, ClauseFailed | NotDecided):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        if isinstance(self.part, Invariant):
            return SUITE_FOLDER, 0, f"invariant [{self.part.clause}]"
        return self.path, self.part.line - 1, f"{self.part.name} [{self.part.marks.clause}]"


class ClauseFailed(AssertionError):
    """A clause failed."""

    def __init__(self, verdict: Verdict) -> None:
        lines = [f"{verdict.clause}: {verdict.reason}"]
        if (finding := verdict.finding) is not None:
            numbers = ", ".join(map(str, finding.exchanges))
            lines += [f"expected: {finding.expected}", f"seen: {finding.seen}", f"exchanges: {numbers}"]
        super().__init__("\n".join(lines))


def _is_python_test(path: Path, parent: pytest.Collector) -> bool:
    """Whether pytest's own collection takes that file: it was named, or fits the host's patterns."""
    patterns = parent.config.getini("python_files")
    return parent.session.isinitpath(path) or any(path.match(pattern) for pattern in patterns)
