"""Ends the processes that this one has started when it ends itself, even by SIGKILL."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, MutableMapping
from multiprocessing import parent_process
from multiprocessing.connection import wait

WATCH = "read group || exit; read end; kill -s TERM -- -$group; sleep 2; kill -s KILL -- -$group"
"""Reads the number of a process group, waits for the end of its input, which is our end, and ends the group."""
FOLLOWS = "IOT_CONFORMANCE_FOLLOWS"
"""Set for a run that another run has started: its standard input ends with that other run."""


class ProcessGuard:
    """A shell that ends a process group as soon as this process is gone; made before what it guards."""

    def __init__(self) -> None:
        theirs, self._ours = os.pipe()
        self._shell: subprocess.Popen[bytes] | None = None
        # Without a shell nothing ends the group of a process that is killed.
        with contextlib.suppress(OSError):
            # A session of its own, so that a signal sent to us does not end it.
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", WATCH],
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={"PATH": os.defpath},
            )
        os.close(theirs)

    def watch(self, group: int) -> None:
        """From now on that process group ends when this process does."""
        with contextlib.suppress(OSError):
            os.write(self._ours, f"{group}\n".encode())

    def dismiss(self) -> None:
        """Stop watching: the process group has been ended."""
        if self._shell is not None:
            self._shell.kill()
            self._shell.wait()
        os.close(self._ours)


def worker_ends_with_parent() -> None:
    """For a worker of a pool: end when the parent does, which may be killed while the worker waits for work."""
    parent = parent_process()
    if parent is not None:
        _when_ready(parent.sentinel, lambda: os._exit(1))


def follow(environment: MutableMapping[str, str]) -> None:
    """In a run that another run has started: end as by SIGTERM when standard input ends."""
    if environment.pop(FOLLOWS, ""):
        _when_ready(0, lambda: os.kill(os.getpid(), signal.SIGTERM))


def _when_ready(descriptor: int, act: Callable[[], None]) -> None:
    def waits() -> None:
        wait([descriptor])
        act()

    threading.Thread(target=waits, daemon=True).start()
