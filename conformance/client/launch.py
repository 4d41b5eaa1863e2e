"""Starts a target that is a program, waits until it listens, and always stops it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence

from conformance.client.environment import environment_for
from conformance.client.process_guard import ProcessGuard
from conformance.client.program_output import ProgramOutput
from conformance.client.target import Target

START_SECONDS = 20.0
STOP_SECONDS = 5.0
SHORTEST_SECRET = 4
"""Letters of a value handed on that is masked in the output; a shorter one is found in too much."""


class LaunchError(Exception):
    """A program could not be started, ended, or never listened."""


class Program:
    """A started program; ``url`` waits until it listens. Stopped by the block of ``started``."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        port: int,
        name: str,
        printed: ProgramOutput,
        withheld: Sequence[str],
        secrets: Sequence[str],
    ) -> None:
        self._process = process
        self._port = port
        self._name = name
        self._printed = printed
        self._withheld = withheld
        self._secrets = secrets

    def url(self) -> str:
        """Where it listens. Raises LaunchError where it ended by itself, or does not listen within 20 s."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise LaunchError(
                    f"{self._name!r} ended with status {self._process.returncode} before it listened{self._last_line()}"
                )
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return f"http://127.0.0.1:{self._port}"
            time.sleep(0.02)
        raise LaunchError(
            f"{self._name!r} did not listen on port {self._port} within {START_SECONDS:g} s; "
            f"does it listen on {self._port} of 127.0.0.1?{self._last_line()}"
        )

    def output(self) -> bytes:
        """What it has printed, at most the last 200,000 bytes, without the secrets that it was handed."""
        return self._masked(self._printed.end())

    def dismiss(self) -> None:
        """Ask it to end, without waiting: nothing more will be sent to it."""
        _signal(self._process, signal.SIGTERM)

    def _masked(self, printed: bytes) -> bytes:
        for secret in self._secrets:
            printed = printed.replace(secret.encode(), b"redacted")
        return printed

    def _last_line(self) -> str:
        """For an error text: the last line that the program printed, and the variables that were withheld from it."""
        lines = self._masked(self._printed.rest()).decode("utf-8", "replace").strip().splitlines()
        text = "".join(letter for letter in lines[-1] if letter.isprintable())[:200] if lines else ""
        missed = ", ".join(self._withheld[:5]) + (", …" if len(self._withheld) > 5 else "")
        return (f"; it said: {text}" if text else "") + (
            f"; it did not get {missed} (--pass-env NAME hands one on)" if missed else ""
        )


@contextlib.contextmanager
def started(target: Target) -> Iterator[Program]:
    """A program that is starting, while the caller does something else; it gets SIGTERM, then SIGKILL, at the end.

    Raises LaunchError where it cannot be started.
    """
    port = _free_port()
    words = [word.replace("{port}", str(port)) for word in target.command]
    environment, withheld = environment_for(os.environ, target.pass_env, target.key_prefix)
    secrets = [value for name in target.pass_env if len(value := os.environ.get(name, "")) >= SHORTEST_SECRET]
    printed = ProgramOutput()
    guard = ProcessGuard()
    try:
        # A process group of its own: Ctrl-C reaches us alone, and its children end with it.
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=printed.writing,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
    except OSError as error:
        guard.dismiss()
        raise LaunchError(f"cannot start {words[0]!r}: {error.strerror}") from None
    finally:
        printed.begin()
    try:
        guard.watch(process.pid)
        yield Program(process, port, words[0], printed, withheld, secrets)
    finally:
        _stop(process)
        guard.dismiss()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


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
