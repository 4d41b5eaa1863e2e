"""targets.toml: targets by name, each with the options that ``run`` takes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.config.option_table import in_file
from conformance.text.nearest import nearest

FILE = "targets.toml"
"""Looked for in the current folder, unless another file is named."""

WHO = {"url": str, "region": str, "command": str}
"""The keys that say who is meant; each entry has exactly one of them."""


class TargetsError(Exception):
    """A targets file that cannot be meant; the message names file, table and key."""


def is_name(text: str) -> bool:
    """Whether a TARGET can only be a name from the file."""
    return text != "embedded" and not any(mark in text for mark in (":", "/"))


def entry(name: str, path: Path) -> tuple[str, dict[str, Any]]:
    """What the file says of that name: the TARGET that is meant, and its options over the defaults.

    Raises TargetsError for a file that is missing or malformed, and for anything in it that means nothing.
    """
    if not path.exists():
        raise TargetsError(
            f"{name!r} is no target, and there is no {path} that could name one; expected embedded, "
            "http(s)://host:port, region:<id>, or cmd:PROGRAM … {port}"
        )
    defaults, targets = _tables(path)
    if name not in targets:
        raise TargetsError(f"{path} has no target {name!r}{nearest(name, targets)}; known are {', '.join(targets)}")
    said = targets[name]
    options = {**defaults, **{key: value for key, value in said.items() if key not in WHO}}
    return _who(said), {key.replace("-", "_"): value for key, value in options.items()}


def names(path: Path) -> list[str]:
    """Every target that the file names, in its order. Raises TargetsError, also where there is none."""
    found = list(_tables(path)[1])
    if not found:
        raise TargetsError(f"{path} names no target; expected one table [targets.NAME] per target")
    for name in found:
        if not is_name(name):
            raise TargetsError(f"{path}: [targets.{name}]: a name holds neither ':' nor '/', and is not embedded")
    return found


def _tables(path: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """[defaults] and [targets] of a file, checked."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TargetsError(f"{path}: cannot be read: {error}") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise TargetsError(f"{path}: malformed TOML: {error}") from None
    _known(table, {"defaults", "targets"}, path, "the file")
    targets = table.get("targets", {})
    if not isinstance(targets, dict) or not all(isinstance(target, dict) for target in targets.values()):
        raise TargetsError(f"{path}: expected one table [targets.NAME] per target")
    defaults = table.get("defaults", {})
    if not isinstance(defaults, dict):
        raise TargetsError(f"{path}: expected a table [defaults]")
    _checked(defaults, path, "[defaults]")
    for each, said in targets.items():
        _checked({key: value for key, value in said.items() if key not in WHO}, path, f"[targets.{each}]")
        _one_who(said, path, f"[targets.{each}]")
    return defaults, targets


def _who(said: Mapping[str, Any]) -> str:
    if "region" in said:
        return f"region:{said['region']}"
    return f"cmd:{said['command']}" if "command" in said else str(said["url"])


def _one_who(said: Mapping[str, Any], path: Path, where: str) -> None:
    found = [key for key in WHO if key in said]
    if len(found) != 1:
        raise TargetsError(f"{path}: {where} needs one of url, region and command; found {', '.join(found) or 'none'}")
    if not isinstance(said[found[0]], str) or not said[found[0]]:
        raise TargetsError(f"{path}: {where}: {found[0]} must be a text that is not empty")


def _checked(said: Mapping[str, Any], path: Path, where: str) -> None:
    options = in_file()
    _known(said, set(options) | (set(WHO) if where != "[defaults]" else set()), path, where)
    for key, value in said.items():
        kind = options[key].kind
        if not kind.fits(value):
            raise TargetsError(f"{path}: {where}: {key} must be {kind.says}; found {str(value)[:60]!r}")


def _known(said: Mapping[str, Any], keys: set[str], path: Path, where: str) -> None:
    for key in said:
        if key not in keys:
            near = nearest(key, keys)
            raise TargetsError(
                f"{path}: {where} has the unknown key {key!r}{near}; known are {', '.join(sorted(keys))}"
            )
