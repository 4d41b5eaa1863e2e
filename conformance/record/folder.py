"""The folder of a run: made for it, never one that holds a run already."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
from pathlib import Path

from conformance.client.target import Target


class FolderError(Exception):
    """The reports cannot be written where the user wants them."""


def fresh(folder: Path) -> Path:
    """The folder, made; never one that holds a run already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(
            f"cannot write reports to {folder}: {error.strerror}; choose another folder by --reports"
        ) from None
    if (folder / "run.ndjson").exists():
        raise FolderError(
            f"{folder} holds a run already, and runs are never overwritten; choose another folder by --reports"
        )
    if not os.access(folder, os.W_OK):
        raise FolderError(f"cannot write reports to {folder}; choose another folder by --reports")
    return folder


def unused(folder: Path) -> bool:
    """Leave no empty folder behind where a run did not begin; tell whether it was empty."""
    with contextlib.suppress(OSError):
        folder.rmdir()
    return not folder.exists()


def default_folder(target: Target) -> Path:
    """``reports/<target>-<time>``, made unique."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", target.name).strip("-").lower() or "target"
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = Path("reports") / f"{name}-{stamp}"
    tail = 1
    while folder.exists():
        tail += 1
        folder = Path("reports") / f"{name}-{stamp}-{tail}"
    return folder
