"""Trends over nights as SVG: times to register, outcomes, and a square per clause and night."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from conformance.offline.drift.history import Kept
from conformance.text.safe import line

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 240, 60, 30, 40
COLOURS = {"pass": "#2e7d32", "fail": "#c62828", "inconclusive": "#f9a825", "untested": "#bdbdbd", "error": "#6a1b9a"}
WAYS = {"random": "#1565c0", "checked": "#ef6c00"}
SQUARE = 10
MOST_CLAUSES = 300


def plots(snapshots: Sequence[Kept]) -> dict[str, str]:
    """File name → SVG, for the nights of one target, oldest first."""
    return {"register.svg": register(snapshots), "outcomes.svg": outcomes(snapshots), "clauses.svg": clauses(snapshots)}


def register(snapshots: Sequence[Kept]) -> str:
    """Seconds to register over nights: the band in which the time lies, for both ways."""
    most = max((span[1] for one in snapshots for span in one.snapshot.register.values()), default=1.0) or 1.0
    shown = [_axes(f"seconds to register, up to {most:.2f} s", snapshots, f"{most:.2f}")]
    for way, colour in WAYS.items():
        spans = [(n, one.snapshot.register[way]) for n, one in enumerate(snapshots) if way in one.snapshot.register]
        upper = [f"{_x(n, snapshots):.1f},{_y(span[1] / most):.1f}" for n, span in spans]
        lower = [f"{_x(n, snapshots):.1f},{_y(span[0] / most):.1f}" for n, span in reversed(spans)]
        shown.append(
            f'<polygon points="{" ".join(upper + lower)}" fill="{colour}" fill-opacity=".25" stroke="{colour}"/>'
        )
    shown += [_key(n, way, colour) for n, (way, colour) in enumerate(WAYS.items())]
    return _svg(WIDTH, HEIGHT, shown)


def outcomes(snapshots: Sequence[Kept]) -> str:
    """Clauses by outcome, a bar per night."""
    counts = [_counts(one) for one in snapshots]
    most = max((sum(each.values()) for each in counts), default=1) or 1
    shown = [_axes(f"clauses by outcome, {most} in all", snapshots, str(most))]
    wide = max(min((WIDTH - LEFT - 20) / max(len(snapshots), 1) - 2, 30), 1)
    for n, each in enumerate(counts):
        at = 0
        for outcome, colour in COLOURS.items():
            if number := each.get(outcome, 0):
                low, high = _y(at / most), _y((at + number) / most)
                title = f"<title>{escape(snapshots[n].run)}: {number} {outcome}</title>"
                shown.append(
                    f'<rect x="{_x(n, snapshots) - wide / 2:.1f}" y="{high:.1f}" width="{wide:.1f}" '
                    f'height="{low - high:.1f}" fill="{colour}">{title}</rect>'
                )
                at += number
    shown += [_key(n, outcome, colour) for n, (outcome, colour) in enumerate(COLOURS.items())]
    return _svg(WIDTH, HEIGHT, shown)


def clauses(snapshots: Sequence[Kept]) -> str:
    """A row per clause that was not always kept, a square per night."""
    names = sorted({name for one in snapshots for name, shown in one.snapshot.shown.items() if shown.outcome == "fail"})
    shown = [] if names else ['<text x="10" y="20">every clause was kept on every night</text>']
    for row, name in enumerate(names[:MOST_CLAUSES]):
        y = 10 + row * (SQUARE + 3)
        shown.append(f'<text x="10" y="{y + SQUARE - 1}">{escape(line(name, 60))}</text>')
        for n, one in enumerate(snapshots):
            outcome = one.snapshot.shown[name].outcome if name in one.snapshot.shown else "untested"
            colour = COLOURS.get(outcome, "#eeeeee")
            title = f"<title>{escape(one.run)}: {escape(outcome)}</title>"
            x = 400 + n * (SQUARE + 2)
            shown.append(f'<rect x="{x}" y="{y}" width="{SQUARE}" height="{SQUARE}" fill="{colour}">{title}</rect>')
    return _svg(420 + len(snapshots) * (SQUARE + 2), 30 + len(names[:MOST_CLAUSES]) * (SQUARE + 3), shown)


def _counts(one: Kept) -> dict[str, int]:
    found: dict[str, int] = {}
    for shown in one.snapshot.shown.values():
        if shown.outcome in COLOURS:  # what was not selected, or is not in the edition, is no part of the whole
            found[shown.outcome] = found.get(shown.outcome, 0) + 1
    return found


def _x(n: int, snapshots: Sequence[Kept]) -> float:
    return LEFT + 15 + (WIDTH - LEFT - 40) * (n / (len(snapshots) - 1) if len(snapshots) > 1 else 0.5)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _axes(title: str, snapshots: Sequence[Kept], most: str) -> str:
    first, last = (escape(snapshots[n].run[:8]) if snapshots else "" for n in (0, -1))
    base = HEIGHT - BOTTOM
    return (
        f'<text x="{LEFT}" y="18">{escape(title)}</text>'
        f'<path d="M{LEFT},{TOP}V{base}H{WIDTH - 10}" fill="none" stroke="#888"/>'
        f'<text x="{LEFT - 6}" y="{TOP + 8}" text-anchor="end">{escape(most)}</text>'
        f'<text x="{LEFT - 6}" y="{base}" text-anchor="end">0</text>'
        f'<text x="{LEFT}" y="{base + 16}">{first}</text>'
        f'<text x="{WIDTH - 10}" y="{base + 16}" text-anchor="end">{last}</text>'
    )


def _key(n: int, name: str, colour: str) -> str:
    x, y = LEFT + 110 * n, HEIGHT - 6
    return f'<rect x="{x}" y="{y - 9}" width="9" height="9" fill="{colour}"/><text x="{x + 14}" y="{y}">{name}</text>'


def _svg(width: float, height: float, shown: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(shown)}</svg>\n'
    )
