"""What judging a recording comes to: its exit status, the line that says why, and the value that every report reads."""

from __future__ import annotations

from conformance.contract import Contract, Level
from conformance.judge.coverage import coverage
from conformance.judge.verdict import Outcome
from conformance.offline.recordings.offline import Judgement
from conformance.offline.recordings.source import Recording
from conformance.report.measured import ABOUT, Measured
from conformance.runner.exit_status import OUTCOMES, Exit, exit_of
from conformance.runner.gate import Gate
from conformance.runner.selection import Choice
from conformance.runner.summary import summary_of

OPEN = frozenset({Outcome.UNTESTED, Outcome.INCONCLUSIVE})


def conclusion(contract: Contract, judgement: Judgement, recording: Recording, gate: Level) -> tuple[Exit, str]:
    """Exit status and why. What a recording does not show is no fault: only what it shows counts."""
    choice = Choice(contract, judgement.edition, gate=gate)
    decided = [verdict for verdict in judgement.verdicts if verdict.outcome not in OPEN]
    status, why = exit_of(choice, decided, Gate())
    if status is Exit.CONFORMANT and recording.cut_off:
        return Exit.INCONCLUSIVE, f"{recording.path}: {recording.cut_off}; nothing in what there is speaks against it"
    if status is Exit.CONFORMANT:
        passed = sum(verdict.outcome is Outcome.PASS for verdict in decided)
        left = len(judgement.verdicts) - len(decided)
        why = f"{passed} clauses passed in {judgement.read:,} exchanges; {left} cannot be told from this recording"
    return status, why


def measured(
    contract: Contract, judgement: Judgement, recording: Recording, gate: Level, status: Exit, seconds: float
) -> Measured:
    """The recording as reports read a run."""
    about = {name: recording.header.get(name, default) for name, default in ABOUT.items()}
    about |= {"edition": judgement.edition, "gate": gate.lower(), "target": about["target"] or recording.path.name}
    if recording.third_party is not None:
        about |= {"profile": f"recorded as {recording.kind}"}
    if not isinstance(about["labels"], dict):
        about["labels"] = {}
    summary = summary_of(
        about, contract, judgement.verdicts, OUTCOMES[status], judgement.stream.exchanges, seconds,
        coverage(judgement.stream), Gate().to_dict(),
    )  # fmt: skip
    summary |= {"requests": judgement.read, "notes": list(judgement.notes)}
    return Measured(
        contract,
        summary,
        judgement.verdicts,
        judgement.evidence,
        judgement.stream,
        "",
        None,
        bool(recording.cut_off),
        judgement.notes,
    )  # fmt: skip
