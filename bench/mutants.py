"""Mutants: small changes to the reference's own code, each of which the suite must notice.

    python -m bench.mutants --sample 300            quick first, full for what survives
    python -m bench.mutants --only paging.py
    python -m bench.mutants --refresh               after the reference was rewritten: names of today, by fingerprint

Changed are comparisons, arithmetic, numbers, booleans, conditions and raises of the faithful server, in expressions
that a full run of the edition evaluates: what only faults, variants or other editions need is not on trial. A survivor
shows a promise that nothing checks, or makes another legal server: then ``mutants.toml`` says why, and it does not
count.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any

from bench.mutation import REFERENCE, Mutant, Mutated, Span, mutants

LIST = Path(__file__).with_suffix(".toml")
FOLDED = 20
"""Characters of an expression of constants, at the most."""


@dataclass(frozen=True, slots=True)
class Legal:
    """A mutant that ``mutants.toml`` calls legal: the fingerprint of its statement, and what it was called."""

    fingerprint: str
    name: str
    why: str


def legal() -> list[Legal]:
    """What ``mutants.toml`` says."""
    reasons = tomllib.loads(LIST.read_text(encoding="utf-8"))["legal"]
    return [Legal(line[:8], line[9:], reason["why"]) for reason in reasons for line in reason["mutants"]]


def explained(every: Sequence[Mutant], known: Sequence[Legal]) -> dict[Mutant, Legal]:
    """Mutant → why it makes a legal server: by its name, else by its statement where that stands nowhere else."""
    by_name = {entry.name: entry for entry in known}
    found = {mutant: by_name[str(mutant)] for mutant in every if str(mutant) in by_name}
    moved = {entry.fingerprint: entry for entry in known if entry not in found.values()}
    stands = Counter(mutant.fingerprint for mutant in every)
    for mutant in every:
        if mutant not in found and stands[mutant.fingerprint] == 1 and mutant.fingerprint in moved:
            found[mutant] = moved[mutant.fingerprint]
    return found


def refreshed(every: Sequence[Mutant], known: Sequence[Legal]) -> tuple[str, list[Legal]]:
    """``mutants.toml`` with the names and fingerprints of today, and the entries that no mutant bears any more."""
    now = explained(every, known)
    begin = LIST.read_text(encoding="utf-8").partition("[[legal]]")[0]
    lines = [begin.rstrip() + "\n"]
    for why in dict.fromkeys(one.why for one in known):
        those = [mutant for mutant, entry in now.items() if entry.why == why]
        if those:
            by_name = {str(mutant): mutant.fingerprint for mutant in those}  # two places may look the same
            entries = "".join(f"    {_quoted(f'{fingerprint} {name}')},\n" for name, fingerprint in by_name.items())
            lines.append(f"\n[[legal]]\nwhy = {json.dumps(why, ensure_ascii=False)}\nmutants = [\n{entries}]\n")
    borne = set(now.values())
    return "".join(lines), [one for one in known if one not in borne]


def _quoted(text: str) -> str:
    """A string of TOML."""
    return json.dumps(text, ensure_ascii=False) if "'" in text else f"'{text}'"


def evaluated(edition: str) -> dict[str, set[Span]]:
    """File → where the instructions stand that a full run on the faithful server executes, in a process of its own."""
    with multiprocessing.get_context("fork").Pool(1) as fresh:
        return fresh.apply(_evaluated, (edition,))


def _evaluated(edition: str) -> dict[str, set[Span]]:
    executed: set[tuple[CodeType, int]] = set()
    ours: dict[str, bool] = {}

    def trace(frame: FrameType, event: str, _: object) -> Any:
        path = frame.f_code.co_filename
        if path not in ours:
            ours[path] = Path(path).is_relative_to(REFERENCE)
        if not ours[path]:
            return None
        frame.f_trace_opcodes = True
        executed.add((frame.f_code, frame.f_lasti))
        return trace

    sys.settrace(trace)
    try:
        from conformance.selfproof.measure import measure

        measure(edition, "full")
    finally:
        sys.settrace(None)
    found: dict[str, set[Span]] = {}
    places = {code: list(code.co_positions()) for code, _ in executed}
    for code, number in executed:
        line, last_line, column, last_column = places[code][number // 2]
        if number >= 0 and line and last_line and column is not None and last_column is not None:
            found.setdefault(Path(code.co_filename).relative_to(REFERENCE).as_posix(), set()).add(
                ((line, column), (last_line, last_column))
            )
    return found


def _is_evaluated(mutant: Mutant, spans: set[Span]) -> bool:
    """Whether an instruction belongs to what is changed; a number may be part of what the compiler has computed."""
    first, last = mutant.span
    within = any(first <= begin and end <= last for begin, end in spans)
    if within or not mutant.says[0].isdigit():
        return within
    around = [(begin, end) for begin, end in spans if begin <= first and last <= end and begin[0] == end[0]]
    return any(end[1] - begin[1] <= FOLDED for begin, end in around)


def judged(job: tuple[Mutant, str, str, str]) -> str:
    """What the suite says of a mutant: killed, undecided, broken where it does not even start; empty where it lives."""
    mutant, edition, profile, scheme = job
    sys.meta_path.insert(0, Mutated(mutant))
    try:
        from conformance.judge.verdict import Outcome
        from conformance.selfproof.measure import measure

        # A server that verifies no signature is legal as long as nobody demands them.
        result = measure(edition, profile, demand=scheme)
    except Exception as error:
        return f"broken: {type(error).__name__}"
    failed = [one.clause for one in result.verdicts if one.outcome is Outcome.FAIL]
    return f"killed by {failed[0]}" if failed else "" if result.exit == 0 else "undecided"


def run(those: Sequence[Mutant], edition: str, profile: str, scheme: str, jobs: int, until: float) -> dict[Mutant, str]:
    """Each mutant in a process of its own, forked from this one, in which the reference is not imported yet."""
    found: dict[Mutant, str] = {}
    context = multiprocessing.get_context("fork")
    with context.Pool(jobs, maxtasksperchild=1) as fresh:
        work = [(mutant, edition, profile, scheme) for mutant in those]
        for mutant, said in zip(those, fresh.imap(judged, work, chunksize=1), strict=True):
            found[mutant] = said
            if time.monotonic() > until:
                fresh.terminate()
                break
    return found


def look(every: Sequence[Mutant], refresh: bool) -> int:
    """Print every mutant, with the reason where it is known to be legal; or bring ``mutants.toml`` up to date."""
    if not refresh:
        known = explained(every, legal())
        for mutant in every:
            print(mutant.fingerprint, mutant, f"  # {known[mutant].why}" if mutant in known else "")
        return 0
    text, gone = refreshed(every, legal())
    LIST.write_text(text, encoding="utf-8")
    for entry in gone:
        print(f"no such mutant any more  {entry.name}  # {entry.why}")
    return 0


def main() -> int:
    """Print the killed share and the survivors; 1 where fewer than 90 % are noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="how many, drawn at random (0: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--edition", default="alibaba-2023")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--list", action="store_true", help="print what could be changed, and change nothing")
    parser.add_argument("--refresh", action="store_true", help="write mutants.toml with the names of today")
    options = parser.parse_args()
    if options.list or options.refresh:
        return look(list(mutants(options.only)), options.refresh)
    import conformance.contract
    import conformance.runner.run

    conformance.contract.load()
    possible = list(mutants(options.only))
    spans = evaluated(options.edition)
    every = [mutant for mutant in possible if _is_evaluated(mutant, spans.get(mutant.file, set()))]
    chosen = Random(options.seed).sample(every, options.sample) if 0 < options.sample < len(every) else every
    started = time.monotonic()
    until = started + options.minutes * 60
    found = run(chosen, options.edition, "quick", "rpc", options.jobs, until)
    for profile, scheme in ("full", "rpc"), ("quick", "acs3"):
        alive = [mutant for mutant, said in found.items() if not said]
        found |= run(alive, options.edition, profile, scheme, options.jobs, until)
    survived = [mutant for mutant, said in found.items() if not said]
    known = explained(possible, legal())
    for mutant in survived:
        if mutant not in known:
            print(f"survived  line {mutant.span[0][0]}  {_quoted(f'{mutant.fingerprint} {mutant}')},")
    for mutant in known.keys() & found.keys() - set(survived):
        print(f"noticed, though mutants.toml calls it legal  {mutant}")
    allowed = sum(mutant in known for mutant in survived)
    counted = len(found) - allowed
    noticed = len(found) - len(survived)
    undecided = sum(said == "undecided" for said in found.values())
    tried = f"{len(found)} of the {len(every)} that {options.edition} comes by (of {len(possible)}) were tried"
    print(
        f"{noticed} of {counted} mutants noticed ({100 * noticed / max(counted, 1):.1f} %), {undecided} of them left "
        f"undecided; {allowed} more are legal servers; {tried}; {time.monotonic() - started:.0f} s"
    )
    return 0 if noticed >= 0.9 * counted else 1


if __name__ == "__main__":
    sys.exit(main())
