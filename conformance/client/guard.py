"""Whatever becomes of this process, also where it is killed: what it has started ends with it."""

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
"""Told a process group, and then nothing more: when its input ends, so has whoever told it."""
FOLLOWS = "IOT_CONFORMANCE_FOLLOWS"
"""Set for a run whose standard input ends when the process does that has started it."""


class Guard:
    """A shell that ends a process group as soon as this process is gone; made before what it guards."""

    def __init__(self) -> None:
        theirs, self._ours = os.pipe()
        self._shell: subprocess.Popen[bytes] | None = None
        # Where there is no shell, whoever kills us has to look after what we have started.
        with contextlib.suppress(OSError):
            # A session of its own, so that nothing ends it that is sent to us.
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", WATCH],
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={"PATH": os.defpath},
            )
        os.close(theirs)

    def over(self, group: int) -> None:
        """From now on that process group ends with us."""
        with contextlib.suppress(OSError):
            os.write(self._ours, f"{group}\n".encode())

    def dismiss(self) -> None:
        """What it guarded has been ended in good order."""
        if self._shell is not None:
            self._shell.kill()
            self._shell.wait()
        os.close(self._ours)


def worker_ends_with_parent() -> None:
    """What a worker of a pool does first: otherwise it waits for work for ever where its parent was killed."""
    parent = parent_process()
    if parent is not None:
        _when_ready(parent.sentinel, lambda: os._exit(1))


def follow(environment: MutableMapping[str, str]) -> None:
    """End like Ctrl-C when standard input ends, in a run that was started by another one."""
    if environment.pop(FOLLOWS, ""):
        _when_ready(0, lambda: os.kill(os.getpid(), signal.SIGTERM))


def _when_ready(descriptor: int, act: Callable[[], None]) -> None:
    def waits() -> None:
        wait([descriptor])
        act()

    threading.Thread(target=waits, daemon=True).start()
