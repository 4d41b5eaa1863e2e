"""Secrets planted wherever a target can tell them: none is found in what a run leaves, shows, raises, or starts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.suite.signatures import NOBODY
from conformance.wire.redact import Redactor, core
from tests.zoo.echoes import Tells
from tests.zoo.keeper import Cage, caged

ROOT = Path(__file__).resolve().parent.parent
KEY_ID, SECRET, TOKEN = (
    "LTAI5tPlantedKeyId01",
    "pLanted/Secret+0123456789=",
    "CAIS+planted/Token=0123456789abcdefghij==",
)
DEVICE_SECRET = "dEvice5ecretThatIsPlanted0123456"
KEYS = {"PLANTED_ACCESS_KEY_ID": KEY_ID, "PLANTED_ACCESS_KEY_SECRET": SECRET, "PLANTED_SECURITY_TOKEN": TOKEN}
OPTIONS = (
    "--profile", "quick", "--product-key", "a1RefProdA1", "--other-product-key", "a1RefProdB2", "--timeout", "5",
    "--patience", "3", "--only", "Common", "--only", "BatchRegisterDevice", "--only", "QueryPageByApplyId",
)  # fmt: skip


def iot(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **KEYS, "PYTHONPATH": str(ROOT), "IOT_CONFORMANCE_DEBUG": "1"}
    return subprocess.run(
        [sys.executable, "-m", "conformance", *words], cwd=cwd, env=environment, capture_output=True, text=True,
        timeout=120, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module", params=["rpc", "acs3"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tells, Cage]:
    """The folder of a run against a target that tells all it knows, from its 30th answer on; every command was run."""
    folder = tmp_path_factory.mktemp("told")
    beast = Tells(SECRET, DEVICE_SECRET)
    with caged(beast, after=30, keys={KEY_ID: SECRET}) as cage:
        auth = ("--auth", request.param, "--credentials", "env:PLANTED_")
        shown = [iot("run", cage.url, *OPTIONS, *auth, "--reports", "run", "--history", "nights", cwd=folder)]
        if request.param == "rpc":
            clause = sorted(path.stem for path in (folder / "run" / "findings").glob("*.json"))[0]
            shown += [iot(*words, cwd=folder) for words in (("replay", "run", clause, *auth), ("sweep", "run"))]
            shown += [iot("check", cage.url, *auth, cwd=folder)]
    if request.param == "rpc":
        later = (
            ("report", "run", "--verbose"),
            ("judge", "run/run.ndjson", "--record", "again"),
            ("compare", "run", "run"),
        )
        shown += [iot(*words, cwd=folder) for words in (*later, ("history", "show", "nights"))]
    (folder / "shown.txt").write_text("\n".join(f"{one.args}\n{one.stdout}\n{one.stderr}" for one in shown))
    return folder, beast, cage


def test_the_target_was_told_secrets_and_the_run_went_on(told: tuple[Path, Tells, Cage]) -> None:
    folder, beast, cage = told

    assert len(beast.told) > 100
    assert {KEY_ID, SECRET, TOKEN, DEVICE_SECRET} & beast.told >= {SECRET, DEVICE_SECRET}
    assert cage.calls > 150
    assert {path.name for path in (folder / "run").iterdir()} >= {
        "run.ndjson", "ledger.ndjson", "matrix.html", "junit.xml", "report.sarif", "report.md", "summary.json",
        "allure-results", "findings",
    }  # fmt: skip


def test_no_artefact_and_no_output_holds_a_secret_in_any_spelling(told: tuple[Path, Tells, Cage]) -> None:
    """Looked for is the longest part of each that is the same in every spelling."""
    folder, beast, _ = told
    parts = {core(secret) for secret in {*beast.told, KEY_ID, TOKEN} - {NOBODY}}
    looked_for = {part for part in parts if len(part) >= 8}  # two letters may stand anywhere by chance

    found = [
        (str(path.relative_to(folder)), part)
        for path in folder.rglob("*")
        if path.is_file()
        for words in [" ".join(set(re.findall(r"[A-Za-z0-9]{8,}", path.read_text("utf-8", "replace"))))]
        for part in looked_for
        if part in words
    ]

    assert found == []
    assert len(looked_for) > 100
    assert "Traceback" not in (folder / "shown.txt").read_text()


@pytest.mark.parametrize(
    "echo",
    [
        "a b/c+d=efgh", "a%20b%2Fc%2Bd%3Defgh", "a%20b/c%2bd%3defgh", "a%2520b%252Fc%252Bd%253Defgh",
        "a b\\/c\\u002bd\\u003Defgh", "a b/c&#43;d&#x3d;efgh",
    ],
)  # fmt: skip
def test_a_known_secret_is_recognised_however_it_is_spelt(echo: str) -> None:
    redactor = Redactor(b"k" * 32, ("a b/c+d=efgh",))

    assert "efgh" not in redactor.text(f"x {echo} y")
    assert b"efgh" not in redactor.body(f'{{"Message":"{echo}"}}'.encode())


def test_headers_that_are_called_secret_are_replaced_and_others_stay() -> None:
    redactor = Redactor(b"k" * 32, ("testsecret",))

    found = dict(redactor.headers([("X-DeviceSecret", "abcdef"), ("Server", "x"), ("X-Debug", "is testsecret")]))

    assert found["Server"] == "x"
    assert len(found["X-DeviceSecret"]) == 6
    assert "abcdef" not in found.values()
    assert "testsecret" not in found["X-Debug"]


@pytest.mark.parametrize("body", [b'{"DeviceSecret":"cut sh', b"<R><DeviceSecret>cut sh", b'{"DeviceSecret":"cut \\'])
def test_a_secret_that_is_cut_short_is_one_all_the_same(body: bytes) -> None:
    assert b"cut" not in Redactor(b"k" * 32).body(body)
