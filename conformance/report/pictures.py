"""Pictures of a run as geometry: the status graph with the moves really seen, and the applications in time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from conformance.judge.coverage import moves, statuses
from conformance.judge.followed_applications import (
    CHECK,
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE,
    CREATE_FAILED,
    CREATE_SUCCESS,
    NEXT,
    REACHABLE,
    TERMINAL,
    FollowedApplication,
)
from conformance.judge.stream import Stream
from conformance.text.language import Say
from conformance.text.safe import line

WIDTH, HEIGHT = 148, 44
"""Of one state."""
WHERE: dict[str, tuple[int, int]] = {
    CHECK: (80, 110),
    CHECK_SUCCESS: (290, 110),
    CHECK_FAILED: (290, 210),
    CREATE: (500, 110),
    CREATE_SUCCESS: (710, 110),
    CREATE_FAILED: (710, 210),
}
"""The middle of each state."""


@dataclass(frozen=True, slots=True)
class Node:
    """One status of the graph."""

    name: str
    x: int
    y: int
    times: int
    """How often it was said."""
    kind: str
    """``good``, ``bad`` or ``under-way``."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One move from status to status."""

    name: str
    path: str
    x: float
    y: float
    times: int
    kind: str
    """``documented``, ``skipped`` (legal: the state between was too short to be seen) or ``illegal``."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The status graph, between two heights."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    top: int
    bottom: int


def graph(stream: Stream) -> Graph:
    """The documented graph, and every move seen, also those that the documents do not know."""
    said, moved = Counter(statuses(stream)), Counter(moves(stream))
    edges = [
        _straight(before, after, moved[f"{before} \u2192 {after}"])
        for before, states in NEXT.items()
        for after in sorted(states)
    ]
    for move, times in sorted(moved.items()):
        before, _, after = move.partition(" \u2192 ")
        if before in NEXT and after in NEXT and after not in NEXT[before]:
            edges.append(_arc(before, after, times, legal=after in REACHABLE[before]))
    nodes = [Node(name, x, y, said[name], _kind(name)) for name, (x, y) in WHERE.items()]
    heights = [edge.y for edge in edges] + [node.y for node in nodes]
    return Graph(tuple(nodes), tuple(edges), round(min(heights)) - 28, round(max(heights)) + 34)


def _kind(status: str) -> str:
    return "bad" if status.endswith("_FAILED") else "good" if status in TERMINAL else "under-way"


def _straight(before: str, after: str, times: int) -> Edge:
    (x1, y1), (x2, y2) = WHERE[before], WHERE[after]
    left, right = x1 + WIDTH // 2, x2 - WIDTH // 2 - 7
    path = f"M{left} {y1}L{right} {y2}" if y1 == y2 else f"M{x1} {y1 + HEIGHT // 2}C{x1} {y2} {x1} {y2} {right} {y2}"
    x, y = ((left + right) / 2, y1 - 8) if y1 == y2 else ((x1 + right) / 2 + 20, y2 - 8)
    return Edge(f"{before} \u2192 {after}", path, x, y, times, "documented")


def _arc(before: str, after: str, times: int, *, legal: bool) -> Edge:
    (x1, y1), (x2, y2) = WHERE[before], WHERE[after]
    side = -1 if legal else 1
    start, end = y1 + side * HEIGHT // 2, y2 + side * (HEIGHT // 2 + 7)
    top = (min(start, end) if legal else max(start, end)) + side * (16 + abs(x2 - x1) // 9)
    name = f"{before} \u2192 {after}"
    path = f"M{x1} {start}C{x1} {top} {x2} {top} {x2} {end}"
    return Edge(
        name, path, (x1 + x2) / 2, (start + end) / 8 + top * 3 / 4 - 5, times, "skipped" if legal else "illegal"
    )


# Applications in time -----------------------------------------------------------------------------------------------

MOST_ROWS = 24
LEFT, RIGHT, ROW = 190, 790, 17
"""Where bars begin and end, and how high a row is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A time in one status."""

    x: float
    width: float
    status: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One application."""

    label: str
    y: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The applications of a run, those that took longest."""

    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    of: int
    """How many applications there were."""


def timeline(stream: Stream, say: Say) -> Timeline:
    """From the first call of each application to the last look at it; a status begins where it was first seen."""
    every = [one for one in stream.distinct if one.statuses()]
    longest = sorted(every, key=lambda one: one.created.at - _end(one))[:MOST_ROWS]
    shown = sorted(longest, key=lambda one: one.created.at)
    end = max((_end(one) for one in shown), default=0.0) or 1.0
    scale = (RIGHT - LEFT) / end
    rows = [_row(one, 26 + number * ROW, scale, say) for number, one in enumerate(shown)]
    step = _step(end)
    ticks = [(round(LEFT + n * step * scale, 1), f"{n * step:g} s") for n in range(int(end / step) + 1)]
    return Timeline(tuple(rows), tuple(ticks), 34 + len(rows) * ROW, len(every))


def _end(application: FollowedApplication) -> float:
    return max((each.at + each.seconds for each, _ in application.statuses()), default=application.created.at)


def _row(application: FollowedApplication, y: int, scale: float, say: Say) -> Row:
    seen = [("", application.created.at)]
    for exchange, status in application.statuses():
        if status != seen[-1][0]:
            seen.append((status, exchange.at))
    ends = [at for _, at in seen[1:]] + [max(_end(application), seen[-1][1])]
    pieces = []
    for (status, at), until in zip(seen, ends, strict=True):
        known = status if status in NEXT else "" if not status else "unknown"
        what = line(status, 40) or say("not asked yet")
        width = round(max((until - at) * scale, 1.5), 1)
        pieces.append(Piece(round(LEFT + at * scale, 1), width, known, f"{what}, {at:.2f}\u2013{until:.2f} s"))
    if application.random and application.count is not None:
        size = say("1 device") if application.count == 1 else say("{n:,} devices", n=application.count)
    else:
        size = say("1 name") if len(application.names) == 1 else say("{n:,} names", n=len(application.names))
    return Row(f"{str(application.apply_id)[:12]} \u00b7 {size}", y, tuple(pieces))


def _step(end: float) -> float:
    """A round number of seconds between ticks, of which there are at most eight."""
    step = 0.01
    while True:
        for factor in (1, 2, 5):
            if end / (step * factor) <= 8:
                return step * factor
        step *= 10
