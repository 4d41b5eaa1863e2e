"""Mutants: small changes to the reference's own code, each of which the suite must notice.

    python -m bench.mutants --sample 300            quick first, full for what survives
    python -m bench.mutants --only paging.py

Changed are comparisons, arithmetic, numbers, booleans, conditions and raises of the faithful server, in expressions
that a full run of the edition evaluates: what only faults, variants or other editions need is not on trial. A survivor
shows a promise that nothing checks, or makes another legal server: then ``mutants.toml`` says why, and it does not
count.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any

from bench.mutation import REFERENCE, Mutant, Mutated, Span, mutants

FOLDED = 20
"""Characters of an expression of constants, at the most."""


def explanations() -> dict[str, str]:
    """Mutant, without its line → why it makes a legal server, as ``mutants.toml`` says."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {mutant: reason["why"] for reason in tomllib.loads(text)["legal"] for mutant in reason["mutants"]}


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
            ours[path] = Path(path).parent == REFERENCE
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
            found.setdefault(Path(code.co_filename).name, set()).add(((line, column), (last_line, last_column)))
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


def main() -> int:
    """Print the killed share and the survivors; 1 where fewer than 90 % are noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="how many, drawn at random (0: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--edition", default="alibaba-2023")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=30)
    options = parser.parse_args()
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
    known = explanations()
    legal = [mutant for mutant in survived if str(mutant) in known]
    for mutant in survived:
        if mutant not in legal:
            print(f"survived  {mutant.span[0][0]}  {mutant}")
    for name in known.keys() & {str(mutant) for mutant in found} - {str(mutant) for mutant in survived}:
        print(f"noticed, though mutants.toml calls it legal  {name}")
    counted = len(found) - len(legal)
    noticed = len(found) - len(survived)
    undecided = sum(said == "undecided" for said in found.values())
    tried = f"{len(found)} of the {len(every)} that {options.edition} comes by (of {len(possible)}) were tried"
    print(
        f"{noticed} of {counted} mutants noticed ({100 * noticed / max(counted, 1):.1f} %), {undecided} of them left "
        f"undecided; {len(legal)} more are legal servers; {tried}; {time.monotonic() - started:.0f} s"
    )
    return 0 if noticed >= 0.9 * counted else 1


if __name__ == "__main__":
    sys.exit(main())
