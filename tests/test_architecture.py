"""Who may import whom: arrows only point up the list of DESIGN, and the pure parts stay pure."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "conformance"

ALLOWED: dict[str, set[str]] = {
    "contract": {"contract"},
    "wire": {"wire", "contract"},
    "generate": {"generate", "contract", "wire"},
    "target": {"target", "contract", "wire", "generate"},
    "judge": {"judge", "contract", "wire"},
    "suite": {"suite", "contract", "wire", "generate", "target", "judge"},
    "reference": {"reference", "contract", "wire"},
    "drift": {"drift", "contract", "wire", "judge", "report", "trace"},
    "trace": {"trace", "contract", "wire", "judge", "report", "choice", "outcome", "gate"},
}
"""Part → the parts that it may import. ``target`` sees of ``generate`` only the values called steps."""

IMPURE = {"httpx", "socket", "time", "random", "secrets", "subprocess", "os", "threading", "asyncio", "uvicorn"}
PURE = ["contract", "wire", "judge", "reference"]
MAY_BE_IMPURE = {"reference/http.py", "contract/load.py"}


def imports(path: Path) -> list[str]:
    """The modules that a file imports, wherever in it."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            if node.module == "conformance":
                found += [f"conformance.{alias.name}" for alias in node.names]
    return found


def files(part: str) -> list[Path]:
    return sorted((PACKAGE / part).rglob("*.py"))


@pytest.mark.parametrize("part", ALLOWED)
def test_each_part_imports_only_what_stands_above_it(part: str) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in files(part)
        for name in imports(path)
        if name.startswith("conformance.") and name.split(".")[1] not in ALLOWED[part]
    ]

    assert wrong == []


def test_the_target_sees_of_the_generators_only_the_steps() -> None:
    seen = {name for path in files("target") for name in imports(path) if name.startswith("conformance.generate")}

    assert seen == {"conformance.generate.steps"}


def test_only_the_transport_and_its_owners_import_the_http_client() -> None:
    users = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if "httpx" in imports(path)}

    # The others pass a transport through; they send nothing.
    assert users == {"target/transport.py", "target/session.py", "check.py", "conduct.py", "opening.py", "selfproof.py"}


def test_only_the_allure_report_imports_allure() -> None:
    users = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if any(name.startswith("allure") for name in imports(path))
    }

    assert users == {"report/allure.py"}


@pytest.mark.parametrize("part", PURE)
def test_the_pure_parts_know_no_network_no_clock_and_no_chance(part: str) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in files(part)
        if str(path.relative_to(PACKAGE)) not in MAY_BE_IMPURE
        for name in imports(path)
        if name.split(".")[0] in IMPURE
    ]

    assert wrong == []


def test_the_suite_and_its_judges_never_see_the_reference() -> None:
    for part in ("suite", "judge", "report", "target", "generate", "wire", "contract"):
        assert not [path for path in files(part) if any("reference" in name for name in imports(path))]


def test_every_file_begins_with_a_sentence() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
