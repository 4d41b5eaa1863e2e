"""Schemathesis, taught by our hooks, finds nothing wrong with the reference server, and finds what is broken."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import requests

from conformance.contract import DEFAULT_EDITION, load
from conformance.openapi.document import document, text_of
from conformance.openapi.hooks import forbidden
from conformance.openapi.signing import KeyInDanger, RpcSignature
from conformance.reference.server import Reference
from conformance.wire.message import HttpRequest

CONTRACT = load()
ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "fixtures" / "openapi" / "schemathesis.toml"
ST = Path(sys.executable).with_name("st")
MOST_REQUESTS = 1_200


@contextmanager
def served(*options: str) -> Iterator[str]:
    """The URL of a reference server that knows no delay."""
    command = [sys.executable, "-m", "conformance", "serve", "--port", "0", "--delay", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().rpartition(" ")[2].strip()
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def application(url: str) -> str:
    """The ApplyId of two names that were checked and can be registered."""
    asked = {"Action": "BatchCheckDeviceNames", "Format": "JSON", "ProductKey": "a1RefProdA1"}
    answer = httpx.get(url, params={**asked, "DeviceName.1": "lamp-1", "DeviceName.2": "lamp-2"})
    return str(answer.json()["Data"]["ApplyId"])


def schemathesis(url: str, edition: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What `st run` says of the server, with our settings and the document of the edition."""
    description = folder / f"{edition}.json"
    description.write_text(text_of(document(CONTRACT, edition)), encoding="utf-8")
    plain = {name: said for name, said in os.environ.items() if not name.startswith(("IOT_", "SCHEMATHESIS_"))}
    known = {"IOT_PRODUCT_KEY": "a1RefProdA1", "IOT_APPLY_ID": application(url), "PYTHONPATH": str(ROOT)}
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [
            *(str(ST), "--config-file", str(SETTINGS)),
            *("run", str(description), "--url", url, "--phases", "coverage", "--no-color"),
        ],
        cwd=folder, env={**plain, **known}, capture_output=True, text=True, timeout=240,
    )  # fmt: skip


def test_the_reference_passes(tmp_path: Path) -> None:
    with served("--edition", DEFAULT_EDITION) as url:
        done = schemathesis(url, DEFAULT_EDITION, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    generated = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert generated is not None, done.stdout
    assert generated[1] == generated[2]
    assert 400 < int(generated[1]) < MOST_REQUESTS
    assert "10 selected" in done.stdout


BROKEN = {
    "BatchRegisterDevice.Count.max": "Value greater than maximum",
    "BatchCheckDeviceNames.DeviceName.required": "Missing required property: DeviceName.1",
    "BatchRegisterDeviceWithApplyId.XML.root": "expected BatchRegisterDeviceWithApplyIdResponse",
    "QueryPageByApplyId.XML": "none of the documented members, but 'ApplyDeviceInfo'",
    "QueryBatchRegisterDeviceStatus.JSON": '{"Data":{"InvalidList":[]',
}
"""Fault → what Schemathesis says of it: requests, roots, and answers in both forms."""


def test_what_is_broken_is_found(tmp_path: Path) -> None:
    options = [word for fault in BROKEN for word in ("--fault", fault)]
    with served("--edition", DEFAULT_EDITION, *options) as url:
        done = schemathesis(url, DEFAULT_EDITION, tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert [fault for fault, said in BROKEN.items() if said not in done.stdout] == [], done.stdout


KEY = {"ProductKey": "a1"}
FORBIDDEN = [
    ("BatchRegisterDevice", {**KEY, "Count": "10001"}, ["BatchRegisterDevice.Count.max"]),
    ("BatchRegisterDevice", {**KEY, "Count": "9" * 60}, ["BatchRegisterDevice.Count.max"]),
    ("BatchRegisterDevice", {**KEY, "Count": ""}, ["BatchRegisterDevice.Count.blank"]),
    ("BatchRegisterDevice", {"Count": "1"}, ["BatchRegisterDevice.ProductKey.required"]),
    ("BatchCheckDeviceNames", KEY, ["BatchCheckDeviceNames.DeviceName.required"]),
    # What a target is free to take, or only should refuse.
    ("BatchRegisterDevice", {**KEY, "Count": "10000"}, []),
    ("BatchRegisterDevice", {**KEY, "Count": "0010"}, []),
    ("BatchRegisterDevice", {**KEY, "Count": "0"}, []),
    ("BatchRegisterDevice", {**KEY, "Count": "-1"}, []),
    ("BatchRegisterDevice", {**KEY, "Count": "ten", "Format": "YAML"}, []),
    ("BatchCheckDeviceNames", {**KEY, "DeviceName.1": "#"}, []),
    ("BatchCheckDeviceNames", {**KEY, "DeviceNameList.1.DeviceName": ""}, []),
    ("QueryPageByApplyId", {"ApplyId": "1", "PageSize": "51"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "params", "clauses"), FORBIDDEN)
def test_only_what_a_must_forbids_is_blamed_on_who_accepts_it(
    operation: str, params: dict[str, str], clauses: list[str]
) -> None:
    assert forbidden(CONTRACT, DEFAULT_EDITION, CONTRACT.operations[operation], params) == clauses


@pytest.mark.parametrize(
    ("method", "where"), [("GET", "params"), ("POST", "data")], ids=["in the query", "in the form"]
)  # fmt: skip
def test_the_signature_covers_what_is_sent(method: str, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IOT_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("IOT_ACCESS_KEY_SECRET", raising=False)
    own = {"ProductKey": "a1RefProdA1", "DeviceName.1": "a*b~c /%&=+灯", "DeviceName.2": ""}
    prepared = requests.Request(
        method,
        "http://127.0.0.1/?Action=BatchCheckDeviceNames&Format=JSON&Version=2018-01-20",
        auth=RpcSignature(),
        **{where: own},
    ).prepare()
    url = urlsplit(str(prepared.url))

    answer = Reference(auth="rpc", edition="alibaba-2023").answer(
        HttpRequest(
            method,
            f"{url.path}?{url.query}",
            tuple(prepared.headers.items()),
            prepared.body.encode() if isinstance(prepared.body, str) else b"",
        ),
        now=time.time(),
    )

    # Refused for its names: so the signature has passed.
    assert b"iot.device.InvalidDeviceNameExisted" in answer.body


def test_a_real_key_never_signs_for_a_stranger_in_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOT_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("IOT_ACCESS_KEY_SECRET", "secret")

    with pytest.raises(KeyInDanger, match="reached by plain http"):
        requests.Request("GET", "http://iot.example/?Action=X", auth=RpcSignature()).prepare()
    signed = requests.Request("GET", "https://iot.example/?Action=X", auth=RpcSignature()).prepare()
    assert "AccessKeyId=real" in str(signed.url)


def test_the_settings_name_the_hooks() -> None:
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))

    assert settings["hooks"] == forbidden.__module__
