"""Kills runs with SIGKILL at random moments, sweeps and resumes them, and counts what is left that should not be.

A second run is at work in the same products meanwhile. Half of the kills come between the sending of a registration
and the observation of its answer: the server holds such an answer back until the client is dead.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from conformance.client.ledger_reader import read
from conformance.reference.in_process import PRODUCTS
from conformance.reference.server import Reference
from conformance.reference.store import Device
from conformance.wire.message import HttpRequest

ROOT = Path(__file__).resolve().parent.parent
RUN = [sys.executable, "-m", "conformance"]
OPTIONS = [
    "--profile", "quick", "--only", "Workflow", "--only", "BatchRegisterDevice.Count.integer",
    "--product-key", PRODUCTS[0], "--other-product-key", PRODUCTS[1], "--quiet",
]  # fmt: skip
REGISTERING = {"BatchRegisterDevice", "BatchRegisterDeviceWithApplyId", "RegisterDevice"}


class Server:
    """A reference on a port that can hold back the answer to the n-th registration from now on."""

    def __init__(self) -> None:
        self.reference = Reference(edition="alibaba-2023", delay=0.3, auth="both")
        self.lock = threading.Lock()
        self.hold_at = 0
        self.holding = threading.Event()
        self.go_on = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65_536  # head and body in one packet

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = tuple((name.lower(), value) for name, value in self.headers.items())
                params = dict(parse_qsl(urlsplit(self.path).query + "&" + body.decode("utf-8", "replace")))
                with server.lock:
                    answer = server.reference.answer(HttpRequest(self.command, self.path, headers, body), time.time())
                    registers = (params.get("Action") or self.headers.get("x-acs-action")) in REGISTERING
                    server.hold_at -= registers
                    held = registers and server.hold_at == 0
                if held:
                    server.holding.set()
                    server.go_on.wait(20)
                try:
                    self.send_response(answer.status)
                    for name, value in answer.headers:
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(answer.body)))
                    self.end_headers()
                    self.wfile.write(answer.body)
                    self.wfile.flush()
                except OSError:
                    pass

            do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = do_GET  # noqa: N815 -- names of the base

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # a client that was killed
                    super().handle()

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def bystanders(self) -> set[tuple[str, str]]:
        """Devices that somebody else has registered one by one before the run begins."""
        store = self.reference.state.store
        for product in PRODUCTS:
            for number, serial in enumerate(store.serials(5)):
                store.products[product].add(Device(f"bystander-{number}", serial, 0.0))
        return self.names()

    def names(self) -> set[tuple[str, str]]:
        """(ProductKey, DeviceName) of every device."""
        with self.lock:
            products = self.reference.state.store.products
            return {(key, device.name) for key, one in products.items() for device in list(one.devices.values())}


def begun(server: Server, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*RUN, "run", *(words or (server.url, *OPTIONS)), "--reports", str(folder)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def measured(moment: random.Random, where: Path, during_registration: bool, number: int) -> dict[str, object]:
    """One killed run, swept and resumed."""
    server = Server()
    bystanders = server.bystanders()
    run = begun(server, where / "run")
    if during_registration:
        server.hold_at = moment.randint(1, 30)
        server.holding.wait(30)
    else:
        deadline = time.monotonic() + 30
        target = moment.randint(5, 300)
        while server.reference.requests < target and time.monotonic() < deadline and run.poll() is None:
            time.sleep(0.002)
    ended = run.poll() is not None
    kill(run)
    if ended:
        server.http.shutdown()
        return measured(moment, where / "again", during_registration, number)
    ours = server.names() - bystanders
    server.go_on.set()
    other = begun(server, where / "other")
    while len(server.names() - ours - bystanders) < 30:
        if other.poll() is not None:
            raise SystemExit(f"the second run ended with status {other.returncode} before it had registered anything")
        time.sleep(0.02)
    if number % 2:
        before = {one.key for one in read(where / "run").calls}
        words = ["run", "--resume", str(where / "run"), "--quiet", "--reports", str(where / "resumed")]
        done = subprocess.run([*RUN, *words], cwd=ROOT, capture_output=True, text=True, check=False)
        resumed, said = done.returncode, done.stderr.strip()
        if resumed == 2:
            raise SystemExit(done.stderr)
        keys = [one.key for one in read(where / "resumed").calls]
        again = len(keys) - len(set(keys)) + len(before - set(keys))
        folder = where / "resumed"
    else:
        again, resumed, said, folder = 0, -1, "", where / "run"
    os.kill(other.pid, signal.SIGSTOP)  # in the middle of its work, so that what is gone was swept
    before_sweep = server.names()
    swept = subprocess.run([*RUN, "sweep", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False)
    gone = before_sweep - server.names()
    strange = len(gone - ours) if not number % 2 else len(gone & bystanders)
    os.kill(other.pid, signal.SIGCONT)
    other_folder = where / "other"
    kill(other)
    theirs = subprocess.run([*RUN, "sweep", str(other_folder)], cwd=ROOT, capture_output=True, text=True, check=False)
    lost = [one for one in read(folder).calls if one.outcome == "lost"]
    doubtful = sum(max(one.count, 1) for one in lost if one.operation in {"BatchRegisterDevice", "RegisterDevice"})
    doubtful += sum(max(one.count, 1) for one in read(other_folder).calls if one.outcome == "lost")
    left = len(server.names() - bystanders)
    lost_bystanders = len(bystanders - server.names())
    server.http.shutdown()
    return {
        "during a registration": during_registration, "resumed exit": resumed, "resumed said": said,
        "registered again": again, "sweep exit": swept.returncode, "their sweep exit": theirs.returncode,
        "lost calls": len(lost), "left": left, "may be left": doubtful, "swept of others": strange + lost_bystanders,
        "bad": left > doubtful or again > 0 or strange > 0 or lost_bystanders > 0,
        "said": swept.stdout.strip().splitlines()[-1:],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    moment = random.Random(given.seed)
    bad = 0
    for number in range(given.kills):
        with tempfile.TemporaryDirectory() as where:
            found = measured(moment, Path(where), number % 4 >= 2, number)
        bad += bool(found["bad"])
        print(json.dumps(found), flush=True)
    print(f"{given.kills} kills, {bad} bad")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
