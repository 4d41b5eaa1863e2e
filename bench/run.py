"""Measures what a run costs: seconds and memory by profile, and the client's overhead over a bare httpx loop."""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from conformance.client.clock import RealClock
from conformance.client.session import Session
from conformance.contract import load
from conformance.generate.requests import apply_request
from conformance.wire.encode import encode
from conformance.wire.message import FORMS, Exchange, Scheme
from conformance.wire.signer import Signer

ROOT = Path(__file__).resolve().parent.parent
REQUESTS = 400
SIGNER = Signer(Scheme.RPC, "testid", "testsecret")
ASKED = apply_request("QueryBatchRegisterDeviceStatus", "a1RefProdA1", 1)


def serve() -> tuple[subprocess.Popen[str], str]:
    """The reference server in a process of its own, and its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", "serve", "--port", "0", "--auth", "none"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline() if process.stdout else ""
    return process, line.rsplit(" ", 1)[-1].strip()


def bare(url: str) -> float:
    """Seconds for signed requests through httpx and nothing else."""
    host = url.removeprefix("http://")
    wires = [
        encode(ASKED, FORMS[n % 6], SIGNER, host=host, timestamp="2026-01-01T00:00:00Z", nonce=str(n))
        for n in range(REQUESTS)
    ]
    with httpx.Client(trust_env=False) as client:
        started = time.perf_counter()
        for wire in wires:
            client.request(wire.method, url + wire.target, headers=dict(wire.headers), content=wire.body or None)
        return time.perf_counter() - started


def ours(url: str) -> float:
    """Seconds for as many requests through Session: encoded, signed, recorded, decoded."""
    seen: list[Exchange] = []
    session = Session(url, load(), RealClock(), SIGNER, seen.append)
    started = time.perf_counter()
    for n in range(REQUESTS):
        session.send(ASKED, FORMS[n % 6])
    seconds = time.perf_counter() - started
    session.close()
    return seconds


def overhead(rounds: int) -> tuple[float, float, float]:
    """Medians of both, alternating, and the median of their ratios."""
    process, url = serve()
    try:
        pairs = [(bare(url), ours(url)) for _ in range(rounds + 1)][1:]
    finally:
        process.terminate()
        process.wait(10)
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(b / a for a, b in pairs),
    )


def whole_run(profile: str) -> tuple[float, float, int, int]:
    """Wall seconds, CPU seconds, peak memory in MB, and requests of one run against the embedded target."""
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.json"
        words = [
            "run",
            "embedded",
            "--profile",
            profile,
            "--quiet",
            "--summary",
            str(summary),
            "--reports",
            f"{folder}/r",
        ]
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-m", "conformance", *words], check=True, cwd=folder, env=environment)
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        requests = json.loads(summary.read_text())["requests"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, after.ru_maxrss // 1024, requests


def machine() -> str:
    """Which machine the numbers are of."""
    found = (
        re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
        if Path("/proc/cpuinfo").exists()
        else None
    )
    return f"{os.cpu_count()} cores, {found[1] if found else 'unknown processor'}, Python {sys.version.split()[0]}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each profile, of which the middle one counts [3]")
    parser.add_argument("--profile", action="append", help="only this one; may be repeated [quick and full]")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of loops that are compared [5]")
    options = parser.parse_args()
    print(machine())
    for profile in options.profile or ("quick", "full"):
        runs = sorted(whole_run(profile) for _ in range(options.runs))
        wall, cpu, memory, requests = runs[len(runs) // 2]
        print(f"run embedded --profile {profile:<6} {wall:5.1f} s wall, {cpu:5.1f} s cpu, {memory} MB, {requests} sent")
    plain, through, ratio = overhead(options.rounds)
    print(
        f"per request: bare httpx {1e3 * plain / REQUESTS:.2f} ms, Session {1e3 * through / REQUESTS:.2f} ms, "
        f"ratio {ratio:.2f} (median of {options.rounds} pairs)"
    )


if __name__ == "__main__":
    main()
