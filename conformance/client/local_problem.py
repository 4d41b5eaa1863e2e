"""Explains errors of this machine, not of the target: a full disk, no more descriptors, a lost folder."""

from __future__ import annotations

import errno

NEXT = {
    errno.ENOSPC: "make room, or choose another folder by --reports",
    errno.EDQUOT: "make room, or choose another folder by --reports",
    errno.EFBIG: "files may not become that large here (ulimit -f); raise that, or choose another folder by --reports",
    errno.EROFS: "choose another folder by --reports",
    errno.EACCES: "choose another folder by --reports",
    errno.EMFILE: "this process may not open more files (ulimit -n); raise that",
    errno.ENFILE: "this machine has no file descriptors left",
    errno.ENOENT: "was the folder of the run moved or deleted?",
}
"""errno → what the user can do."""


def ours(error: OSError) -> str:
    """One line: what failed, why, and what to do."""
    why = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename else ""
    advice = NEXT.get(error.errno or 0)
    return f"the target is not to blame: {where}{why}" + (f"; {advice}" if advice else "")
