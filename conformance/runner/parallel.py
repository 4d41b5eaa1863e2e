"""Several targets at once: one process each, so that none delays or alters another, and one result of all."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.client.process_guard import FOLLOWS
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.runner.exit_status import OUTCOMES, Exit, worst_of
from conformance.runner.gate import Gate
from conformance.runner.summary import about, summary_of, summary_of_several
from conformance.text.safe import line

CLEANING_SECONDS = 35.0
"""How long a run that was interrupted may take to clean up and report."""
_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class TargetJob:
    """One target, and how it is measured; a value that may be sent to another process or machine."""

    target: str
    words: tuple[str, ...]
    """The options of ``run``, as typed."""
    folder: str
    """Where its reports go."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one target."""

    job: TargetJob
    status: int
    why: str
    """The line that its process left on stderr."""
    summary: dict[str, Any] | None
    """None where the run did not come far enough to have one."""
    seconds: float


def measure(job: TargetJob) -> Done:
    """Measure one target in a process of its own, and wait for it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.json"
        words = [
            sys.executable, "-m", "conformance", "run", job.target, *job.words, "--quiet",
            "--reports", job.folder, "--summary", str(summary),
        ]  # fmt: skip
        # A session of its own: Ctrl-C reaches us alone, and we hand it on. Its input ends when we do.
        followed, ours = os.pipe()
        try:
            process = subprocess.Popen(
                words, stdin=followed, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
                env={**os.environ, FOLLOWS: "1"},
            )  # fmt: skip
        except OSError as error:
            os.close(ours)
            return Done(job, int(Exit.ERROR), f"cannot start its process: {error.strerror}", None, 0.0)
        finally:
            os.close(followed)
        with _lock:
            _running.add(process)
        try:
            _, said = process.communicate()
        finally:
            os.close(ours)
            with _lock:
                _running.discard(process)
        lines = said.decode("utf-8", "replace").strip().splitlines() or [f"ended with status {process.returncode}"]
        why = line(lines[-1].removeprefix("iot-conformance: "), 300)
        return Done(job, process.returncode, why, _read(summary), round(time.monotonic() - started, 3))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def threads(number: int) -> Executor:
    """Threads that each wait for one process. Any other Executor may take their place."""
    return ThreadPoolExecutor(max(number, 1))


def all_of(jobs: Sequence[TargetJob], pool: Executor) -> Iterator[Done]:
    """Every result as it comes; where the caller is interrupted, what runs is told to end, and ends."""
    waiting: list[Future[Done]] = [pool.submit(measure, job) for job in jobs]
    try:
        for done in as_completed(waiting):
            yield done.result()
    except (KeyboardInterrupt, GeneratorExit):
        end()
        raise


def end() -> None:
    """Tell every process that is still measuring to clean up and report; end those that do not."""
    with _lock:
        processes = list(_running)
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGINT)
    deadline = time.monotonic() + CLEANING_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(deadline - time.monotonic(), 0.1))
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def status_of(statuses: Iterable[int]) -> Exit:
    """One exit status of all processes; a status that no run has counts as inconclusive."""
    return worst_of(Exit(status) if status in OUTCOMES else Exit.INCONCLUSIVE for status in statuses)


def together(each: Sequence[tuple[Settings, Done]]) -> dict[str, Any]:
    """The summary of all: the worst outcome, and the summary of each."""
    worst = status_of(done.status for _, done in each)
    return summary_of_several(worst, [_summary(settings, done) for settings, done in each])


def _summary(settings: Settings, done: Done) -> dict[str, Any]:
    if done.summary is not None:
        return done.summary
    # It was not reached, or is no such API: a summary of nothing, which says why.
    head = about(settings, datetime.datetime.now(datetime.UTC), partial=bool(settings.only))
    outcome = OUTCOMES[Exit.ERROR if done.status == Exit.ERROR else Exit.INCONCLUSIVE]
    return {**summary_of(head, load(), (), outcome, (), done.seconds, (), Gate().to_dict()), "why": done.why}
