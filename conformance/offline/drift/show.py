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
    Attribution.FLAKE: "Now so, now so",
}


def markdown(found: Comparison, old: str, new: str) -> str:
    """The whole comparison; the same for the same changes, whatever the numbers of a night."""
    return "\n".join(_lines(found, old, new)) + "\n"


def _lines(found: Comparison, old: str, new: str) -> Iterator[str]:
    yield f"# {found.sentence[:1].upper()}{plain(found.sentence[1:], 400)}"
    yield ""
    yield f"{plain(new)} beside {plain(old)}"
    for note in found.notes:
        yield f"- {plain(note, 300)}"
    for attribution in Attribution:
        those = [one for one in found.changes if one.attribution is attribution and not one.accepted]
        if those:
            yield from ("", f"## {HEADINGS[attribution]} ({len(those)})", "")
            yield from (text for one in those for text in _change(one))
    accepted = [one for one in found.changes if one.accepted]
    if accepted:
        yield from ("", f"## Accepted ({len(accepted)})", "")
        yield from (
            f"- `{one.fingerprint}` {one.kind} **{plain(one.what)}**: {plain(one.accepted)}" for one in accepted
        )


def _change(one: Change) -> Iterator[str]:
    level = f" {one.level}" if one.level else ""
    yield f"- `{one.fingerprint}` {one.kind} **{plain(one.what)}**{level}: {plain(one.before)} → {plain(one.after)}"
    if one.of:
        earlier = f", never in {one.earlier:,} before" if one.earlier else ""
        yield f"  - seen in {one.seen:,} of {one.of:,} observations{earlier}"
    yield f"  - {plain(one.why, 300)}"
    for place in one.places[:SHOWN_PLACES]:
        yield f"  - {plain(place)}"
    if len(one.places) > SHOWN_PLACES:
        yield f"  - and {len(one.places) - SHOWN_PLACES} more places"
    if one.exchanges:
        yield f"  - exchanges {', '.join(f'#{number}' for number in one.exchanges)}"


def plain(text: str, limit: int = 160) -> str:
    """Text that means nothing to Markdown, nor to a terminal."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", line(text, limit))
