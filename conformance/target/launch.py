"""Starts a target that is a program, waits until it listens, and always stops it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

from conformance.target.target import Target

START_SECONDS = 20.0
STOP_SECONDS = 5.0
MOST_OUTPUT = 200_000
"""Bytes of a program's output that are kept as evidence."""


class LaunchError(Exception):
    """A program could not be started, ended, or never listened."""


class Program:
    """A started program; ``url`` waits until it listens. Stopped by the block of ``started``."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, name: str, output: int) -> None:
        self._process = process
        self._port = port
        self._name = name
        self._output = output

    def url(self) -> str:
        """Where it listens. Raises LaunchError where it ended by itself, or does not listen within 20 s."""
        _await_port(self._process, self._port, self._name, self._output)
        return f"http://127.0.0.1:{self._port}"

    def output(self) -> bytes:
        """What it has printed, at most the last 200,000 bytes."""
        size = os.fstat(self._output).st_size
        return os.pread(self._output, MOST_OUTPUT, max(size - MOST_OUTPUT, 0))

    def dismiss(self) -> None:
        """Ask it to end, without waiting: nothing more will be sent to it."""
        _signal(self._process, signal.SIGTERM)


@contextlib.contextmanager
def started(target: Target) -> Iterator[Program]:
    """A program that is starting, while the caller does something else; it gets SIGTERM, then SIGKILL, at the end.

    Raises LaunchError where it cannot be started.
    """
    port = _free_port()
    words = [word.replace("{port}", str(port)) for word in target.command]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("ALIBABA_CLOUD_", "ALICLOUD_"))
    }
    with tempfile.TemporaryFile() as output:
        try:
            # A process group of its own: Ctrl-C reaches us alone, and its children end with it.
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment,
            )
        except OSError as error:
            raise LaunchError(f"cannot start {words[0]!r}: {error.strerror}") from None
        try:
            yield Program(process, port, words[0], output.fileno())
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _await_port(process: subprocess.Popen[bytes], port: int, name: str, output: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise LaunchError(f"{name!r} ended with status {process.returncode} before it listened{_last_line(output)}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise LaunchError(f"{name!r} did not listen on port {port} within {START_SECONDS:g} s")


def _last_line(output: int) -> str:
    os.lseek(output, 0, os.SEEK_SET)
    lines = os.read(output, 65_536).decode("utf-8", "replace").strip().splitlines()
    text = "".join(letter for letter in lines[-1] if letter.isprintable())[:200] if lines else ""
    return f"; it said: {text}" if text else ""


def _signal(process: subprocess.Popen[bytes], sent: signal.Signals) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sent)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sent in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            _signal(process, sent)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
    # The program itself has ended; whatever it left in its group ends too.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
