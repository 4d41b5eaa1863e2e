"""Who may import whom: a rule for every room, arrows that point one way, and pure parts that stay pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "conformance"
PACKAGE_FACE = {"__init__.py", "__main__.py", "plugin.py", "py.typed"}
"""What stands at the top level of the package beside the rooms."""

ROOMS: dict[str, set[str]] = {
    "contract": set(),
    "text": {"contract"},
    "wire": {"contract"},
    "generate": {"contract", "wire"},
    "judge": {"contract", "wire"},
    "reference": {"contract", "text", "wire"},
    "scaffold": {"contract", "text"},
    "client": {"contract", "generate", "text", "wire"},
    "config": {"client", "contract", "text", "wire"},
    "openapi": {"client", "contract", "wire"},
    "suite": {"client", "contract", "generate", "judge", "wire"},
    "record": {"client", "contract", "generate", "judge", "suite", "wire"},
    "runner": {"client", "config", "contract", "generate", "judge", "record", "suite", "text", "wire"},
    "report": {"client", "contract", "judge", "record", "runner", "text", "wire"},
    "replay": {"client", "contract", "judge", "record", "runner", "suite", "wire"},
    "offline": {"contract", "judge", "record", "report", "runner", "text", "wire"},
    "selfproof": {"client", "config", "contract", "judge", "reference", "report", "runner", "text"},
    "plan": {"client", "config", "contract", "judge", "reference", "runner", "selfproof", "suite"},
    "plugin": {"client", "config", "judge", "plan", "record", "report", "runner", "wire"},
    "cli": {
        "client", "config", "contract", "judge", "offline", "openapi", "plan", "record", "reference", "replay",
        "report", "runner", "scaffold", "selfproof", "text", "wire",
    },
    "__main__": {"cli"},
}  # fmt: skip
"""Room → the rooms that it may import, from the ground up. ARCHITECTURE.md has the same table."""

IMPURE = {"httpx", "socket", "time", "random", "secrets", "subprocess", "os", "threading", "asyncio", "uvicorn"}
PURE = ("contract", "wire", "judge", "reference")
MAY_BE_IMPURE = {"contract/load.py", "reference/http.py", "reference/in_process.py"}
"""Files of pure rooms that read the package's own files, or carry the reference's answers."""
HTTP_CLIENT = {
    "client/transport.py",
    "client/session.py",
    "reference/in_process.py",
    "cli/check.py",
    "runner/run.py",
    "runner/setup.py",
}
"""Files that import the HTTP client; all but the first pass a transport through and send nothing."""


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The modules that a file imports, wherever in it."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
            if node.module == "conformance":
                names += [f"conformance.{alias.name}" for alias in node.names]
    return tuple(names)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def files(room: str = "") -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if not room or room_of(path) == room)


def arrows() -> Iterator[tuple[str, str, str]]:
    """Importing room, imported room, and where."""
    for path in files():
        for module in imports(path):
            parts = module.split(".")
            if parts[0] == "conformance" and len(parts) > 1 and parts[1] in ROOMS and parts[1] != room_of(path):
                yield room_of(path), parts[1], f"{name_of(path)} imports {module}"


def floors() -> dict[str, int]:
    """Room → how many rooms stand one above the other below it, itself included."""
    heights: dict[str, int] = {}
    for room in TopologicalSorter(ROOMS).static_order():
        heights[room] = 1 + max((heights[below] for below in ROOMS[room]), default=0)
    return heights


def test_the_package_holds_rooms_and_nothing_loose() -> None:
    entries = {entry.name for entry in PACKAGE.iterdir() if entry.name != "__pycache__"}
    rooms = {name for name in entries if (PACKAGE / name).is_dir()}

    assert entries - rooms == PACKAGE_FACE
    assert rooms | {"plugin", "__main__"} == set(ROOMS) | ({"fixtures"} & rooms)


def test_no_import_runs_upward() -> None:
    upward = [where for room, below, where in arrows() if below not in ROOMS[room]]

    assert upward == []


def test_every_rule_is_needed() -> None:
    drawn = {(room, below) for room, below, _ in arrows()}
    allowed = {(room, below) for room, rooms in ROOMS.items() for below in rooms}

    assert allowed - drawn == set()


def test_no_two_files_of_a_room_import_each_other_in_a_circle() -> None:
    graph = {
        name_of(path): {
            f"{module.removeprefix('conformance.').replace('.', '/')}.py"
            for module in imports(path)
            if module.startswith("conformance.")
        }
        for path in files()
    }

    assert list(TopologicalSorter(graph).static_order())


def test_architecture_md_has_the_same_table() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)(?:/|\.py)` \|[^|]*\|([^|]*)\|$", text, re.MULTILINE)

    assert {room: set(re.findall(r"[a-z]+", rooms)) for room, rooms in rows} == {
        room: rooms for room, rooms in ROOMS.items() if room != "__main__"
    }


def test_the_client_sees_of_the_generators_only_the_steps() -> None:
    seen = {name for path in files("client") for name in imports(path) if name.startswith("conformance.generate")}

    assert seen == {"conformance.generate.steps"}


def test_only_the_transport_and_its_owners_import_the_http_client() -> None:
    assert {name_of(path) for path in files() if "httpx" in imports(path)} == HTTP_CLIENT


def test_only_the_allure_report_imports_allure() -> None:
    users = {name_of(path) for path in files() if any(name.startswith("allure") for name in imports(path))}

    assert users == {"report/allure.py"}


@pytest.mark.parametrize("room", PURE)
def test_the_pure_rooms_know_no_network_no_clock_and_no_chance(room: str) -> None:
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in files(room)
        if name_of(path) not in MAY_BE_IMPURE
        for name in imports(path)
        if name.split(".")[0] in IMPURE
    ]

    assert wrong == []


def test_the_faithful_server_holds_no_fault() -> None:
    switches = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in files("reference")
        if path.parent.name != "faults"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\b(breaks|keeps)\(", line)
    ]

    assert switches == []


def test_every_file_begins_with_a_sentence() -> None:
    for path in files():
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_no_two_classes_share_a_name() -> None:
    homes: dict[str, list[str]] = {}
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(name_of(path))

    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}
