"""Fuzzes every entry for a while: by atheris, guided by coverage, where it is installed; else by hypothesis.

Exit status 1 where an entry raised, hung or took too much memory. What it took stands in ``.fuzz/``, beside
new inputs that reached new code; copy those worth keeping into ``tests/fuzz/corpus``.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.doors import CORPUS, DOORS, corpus
from tests.fuzz.growth import grown

HERE = Path(__file__).resolve().parent
KEPT = Path(".fuzz")
SLOWEST, MEGABYTES, LONGEST = 20, 1_024, 16_384
"""Seconds for one input, memory of the process, bytes of an input."""


def guided(name: str, seconds: float, seed: int) -> tuple[str, bool]:
    """What atheris did, in one line, and whether it found nothing."""
    folder = KEPT / name
    (folder / "new").mkdir(parents=True, exist_ok=True)
    begun = set(folder.glob("*-*"))
    words = [
        sys.executable, "-m", "tests.fuzz.guided", name, f"-max_total_time={max(int(seconds), 1)}",
        f"-timeout={SLOWEST}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={LONGEST}", f"-seed={seed}",
        f"-artifact_prefix={folder}/", f"-dict={HERE / 'words.dict'}", "-print_final_stats=1", "-verbosity=1",
        str(folder / "new"), str(CORPUS / name),
    ]  # fmt: skip
    with (folder / "log").open("w", encoding="utf-8") as log:
        status = subprocess.run(words, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    said = (folder / "log").read_text(encoding="utf-8", errors="replace")
    runs = re.search(r"number_of_executed_units: (\d+)", said)
    reached = re.findall(r"cov: (\d+)", said)
    found = sorted(path.name for path in set(folder.glob("*-*")) - begun)
    about = f"{int(runs[1]) if runs else 0:>9,} inputs, {reached[-1] if reached else '?':>5} places reached"
    return about + (f"  FOUND {', '.join(found)}; see {folder}/log" if status else ""), status == 0


def drawn(name: str, seconds: float, seed: int) -> tuple[str, bool]:
    """The same by hypothesis: the corpus, changed here and there, and bytes of its own."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    known = [path.read_bytes() for path in corpus(name)]
    edits = st.lists(st.tuples(st.integers(0, LONGEST), st.integers(0, 9), st.binary(max_size=8)), max_size=6)
    inputs = st.binary(max_size=300) | st.builds(_edited, st.sampled_from(known), edits)
    count, deadline = 0, time.monotonic() + seconds

    @settings(max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck),
              phases=[Phase.generate, Phase.shrink])  # fmt: skip
    @given(inputs)
    def each(data: bytes) -> None:
        nonlocal count
        count += 1
        if time.monotonic() < deadline:
            DOORS[name](data)

    folder = KEPT / name
    folder.mkdir(parents=True, exist_ok=True)
    while time.monotonic() < deadline:
        try:
            seeded(seed)(each)()
        except Exception as error:
            (folder / "log").write_text(f"{error!r}\n{getattr(error, '__notes__', '')}\n", encoding="utf-8")
            return f"{count:>9,} inputs  FOUND {error!r:.100}; see {folder}/log", False
        seed += 1
    return f"{count:>9,} inputs", True


def _edited(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, new in edits:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + length :]
    return data


def main() -> None:
    """Share the seconds among the entries, then look how time and memory grow with the input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="for all entries together [120]")
    parser.add_argument("--only", action="append", choices=sorted(DOORS), help="only this entry; may be repeated")
    parser.add_argument("--engine", choices=["atheris", "hypothesis"], help="[atheris where it is installed]")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    given = parser.parse_args()
    engine = given.engine or ("atheris" if importlib.util.find_spec("atheris") else "hypothesis")
    names = given.only or list(DOORS)
    print(f"{engine}, seed {given.seed}, {len(names)} entries, {given.seconds / len(names):.0f} s each", flush=True)
    good = True
    for name in names:
        said, fine = (guided if engine == "atheris" else drawn)(name, given.seconds / len(names), given.seed)
        print(f"  {name:<11}{said}", flush=True)
        good &= fine
    for said, fine in grown():
        print(f"  {said}", flush=True)
        good &= fine
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"{sum(one.ru_utime + one.ru_stime for one in used) / 60:.1f} minutes of processor; "
          + ("nothing found" if good else "FOUND something"))  # fmt: skip
    os._exit(0 if good else 1) if engine == "atheris" else sys.exit(not good)


if __name__ == "__main__":
    main()
