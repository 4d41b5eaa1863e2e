"""A comparison as people read it: Markdown, which a terminal and an issue tracker show alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.offline.drift.change import Attribution, Change
from conformance.offline.drift.compare import Comparison
from conformance.text.safe import line

SHOWN_PLACES = 4
HEADINGS = {
    Attribution.TARGET: "The target changed",
    Attribution.SUITE: "Suite or contract changed",
    Attribution.ENVIRONMENT: "The environment changed",
    Attribution.FLAKE: "Flakes",
}


def markdown(comparison: Comparison, old: str, new: str) -> str:
    """The whole comparison; the same for the same changes, whatever the numbers of a run."""
    return "\n".join(_lines(comparison, old, new)) + "\n"


def _lines(comparison: Comparison, old: str, new: str) -> Iterator[str]:
    yield f"# {comparison.sentence[:1].upper()}{plain(comparison.sentence[1:], 400)}"
    yield ""
    yield f"{plain(new)} beside {plain(old)}"
    for note in comparison.notes:
        yield f"- {plain(note, 300)}"
    for attribution in Attribution:
        changes = comparison.of(attribution)
        if changes:
            yield from ("", f"## {HEADINGS[attribution]} ({len(changes)})", "")
            yield from (text for change in changes for text in _change(change))
    accepted = [change for change in comparison.changes if change.accepted]
    if accepted:
        yield from ("", f"## Accepted ({len(accepted)})", "")
        yield from (
            f"- `{change.fingerprint}` {change.kind} **{plain(change.what)}**: {plain(change.accepted)}"
            for change in accepted
        )


def _change(change: Change) -> Iterator[str]:
    level = f" {change.level}" if change.level else ""
    head = f"- `{change.fingerprint}` {change.kind} **{plain(change.what)}**{level}"
    yield f"{head}: {plain(change.before)} → {plain(change.after)}"
    if change.of:
        earlier = f", never in {change.earlier:,} before" if change.earlier else ""
        yield f"  - seen in {change.seen:,} of {change.of:,} observations{earlier}"
    yield f"  - {plain(change.why, 300)}"
    for place in change.places[:SHOWN_PLACES]:
        yield f"  - {plain(place)}"
    if len(change.places) > SHOWN_PLACES:
        yield f"  - and {len(change.places) - SHOWN_PLACES} more places"
    if change.exchanges:
        yield f"  - exchanges {', '.join(f'#{number}' for number in change.exchanges)}"


def plain(text: str, limit: int = 160) -> str:
    """Text that means nothing to Markdown, nor to a terminal."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", line(text, limit))
