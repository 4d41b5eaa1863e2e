"""Where nights are kept: a folder, or anything that fsspec reaches. Files are added and never changed."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any, Protocol

from conformance.text.command import install_command


class StoreError(Exception):
    """A location that cannot be used; the message says what was tried, and what to do."""


class SnapshotStore(Protocol):
    """Files by name; a name may have slashes."""

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, sorted; none where there is no such folder."""
        ...

    def read(self, name: str) -> bytes:
        """The content of a file. Raises StoreError."""
        ...

    def add(self, name: str, content: bytes) -> None:
        """Write a new file, whole or not at all. Raises StoreError, also where there is one of that name."""
        ...

    def remove(self, name: str) -> None:
        """Delete a file. Raises StoreError."""
        ...


class Folder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(f"{folder}/{path.name}" for path in (self._path / folder).iterdir() if path.name[0] != ".")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _problem(self._path, "read", error) from None

    def read(self, name: str) -> bytes:
        try:
            return (self._path / name).read_bytes()
        except OSError as error:
            raise _problem(self._path / name, "read", error) from None

    def add(self, name: str, content: bytes) -> None:
        path = self._path / name
        # Written beside and linked: a reader sees it whole, and a second writer of that name is refused.
        beside = path.with_name(f".{secrets.token_hex(6)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(content)
            os.link(beside, path)
        except OSError as error:
            raise _problem(path, "written", error) from None
        finally:
            with contextlib.suppress(OSError):
                beside.unlink()

    def remove(self, name: str) -> None:
        try:
            (self._path / name).unlink(missing_ok=True)
        except OSError as error:
            raise _problem(self._path / name, "deleted", error) from None


class Remote:
    """A location that fsspec reaches, such as memory://nights or s3://bucket/nights."""

    def __init__(self, url: str) -> None:
        try:
            import fsspec  # type: ignore[import-untyped]
        except ImportError:
            raise StoreError(f"{url}: needs fsspec: {install_command('history')}, or name a folder") from None
        self._url = url
        try:
            found: tuple[Any, str] = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError, OSError) as error:
            raise StoreError(f"{url}: no location that can be reached: {error}") from None
        self._fs, self._root = found[0], found[1].rstrip("/")

    def names(self, folder: str) -> list[str]:
        try:
            found = self._fs.ls(f"{self._root}/{folder}", detail=False, refresh=True)
        except FileNotFoundError:
            return []
        except Exception as error:  # whatever the package behind the location raises
            raise _problem(self._url, "read", error) from None
        return sorted(f"{folder}/{str(path).rstrip('/').rpartition('/')[2]}" for path in found)

    def read(self, name: str) -> bytes:
        try:
            return bytes(self._fs.cat_file(f"{self._root}/{name}"))
        except Exception as error:  # whatever the package behind the location raises
            raise _problem(f"{self._url}/{name}", "read", error) from None

    def add(self, name: str, content: bytes) -> None:
        path = f"{self._root}/{name}"
        try:
            if self._fs.exists(path):
                raise FileExistsError("there is one already")
            self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._fs.pipe_file(path, content)
        except Exception as error:  # whatever the package behind the location raises
            raise _problem(f"{self._url}/{name}", "written", error) from None

    def remove(self, name: str) -> None:
        try:
            self._fs.rm_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return
        except Exception as error:  # whatever the package behind the location raises
            raise _problem(f"{self._url}/{name}", "deleted", error) from None


def store_at(location: str) -> SnapshotStore:
    """The store that a location names. Raises StoreError."""
    if not location.strip():
        raise StoreError("name a location for the history, for example: nights")
    if "://" in location and not location.startswith("file://"):
        return Remote(location)
    return Folder(Path(location.removeprefix("file://")))


def _problem(where: object, what: str, error: Exception) -> StoreError:
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return StoreError(f"history {where} cannot be {what}: {why}")
