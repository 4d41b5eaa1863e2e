"""The command that sends a finding again."""

from __future__ import annotations

from conformance.record.write_findings import FOLDER
from conformance.report.measured import Measured
from conformance.text.command import command


def replay_command(run: Measured, clause: str) -> str:
    """The command for a finding of a run; empty where ``replay`` has nothing to send.

    A target that the run had started itself is gone: it is to be started again where it was.
    """
    if run.cut_short or run.folder is None or not (run.folder / FOLDER / f"{clause}.json").exists():
        return ""
    was_started = str(run.summary["target"]).startswith("cmd-")
    return command("replay", run.folder, clause, *(("--target", run.url) if was_started and run.url else ()))
