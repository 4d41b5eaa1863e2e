"""What tests of judging share: the official SDK's recordings, and a run told as a stranger would have recorded it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.contract import load
from conformance.offline.recordings.offline import Judgement, Wanted, judged
from conformance.offline.recordings.source import Recording
from conformance.runner.run import Result

RECORDINGS = Path(__file__).resolve().parent / "recordings"
CONTRACT = load()
EDITION = "alibaba-2023"


def offline(path: Path, **wanted: Any) -> Judgement:
    return judged(Recording(path, CONTRACT), CONTRACT, Wanted(**wanted))


def outcomes(found: Judgement) -> dict[str, str]:
    return {one.clause: str(one.outcome) for one in found.verdicts}


def altered(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """A recording in which one text is replaced."""
    text = (RECORDINGS / name).read_text()
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new))
    return path


def as_har(result: Result, path: Path) -> Path:
    """A run as a stranger's HAR: nothing tells what was wrong on purpose, or what for it was sent."""
    entries = []
    for one in result.exchanges:
        if one.received is not None:
            asked, answer = one.sent, one.received
            headers = [[{"name": name, "value": value} for name, value in each.headers] for each in (asked, answer)]
            content = {"encoding": "base64", "text": base64.b64encode(answer.body).decode()}
            entries.append(
                {
                    "startedDateTime": datetime.fromtimestamp(1.7e9 + one.at, UTC).isoformat(),
                    "time": one.seconds * 1_000,
                    "request": {
                        "method": asked.method, "url": f"http://h{asked.target}", "headers": headers[0],
                        "postData": {"text": asked.body.decode()},
                    },
                    "response": {"status": answer.status, "headers": headers[1], "content": content},
                }
            )  # fmt: skip
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return path
