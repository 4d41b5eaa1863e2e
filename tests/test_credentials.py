"""Real keys come from the source that was named, stay fresh, and never reach a target that was not meant."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.client.clock import VirtualClock
from conformance.client.credentials import CredentialCache, CredentialsError, Key, credentials_from
from conformance.config.options import UsageProblem, settings_from
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.run import Runner
from conformance.wire.message import Scheme
from conformance.wire.signer import Signer

KEY, SECRET, TOKEN = "LTAI5tRealLookingKeyId01", "RealLookingSecret0123456789abcd", "CAISrealLookingStsToken"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in the environment, as they lie about on the machines of developers."""
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", TOKEN)


def parts(signer: Signer) -> tuple[str, str, str]:
    return signer.key_id, signer.secret, signer.token


@pytest.mark.usefixtures("environment")
def test_env_means_the_standard_variables() -> None:
    assert parts(credentials_from("env").signer(Scheme.RPC)) == (KEY, SECRET, TOKEN)


def test_a_prefix_means_variables_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("MOCK_ACCESS_KEY_SECRET", "secret")

    assert parts(credentials_from("env:MOCK_").signer(Scheme.ACS3)) == ("mine", "secret", "")


PROGRAM = """
from conformance.client.credentials import CredentialsError, credentials_from
from conformance.wire.message import Scheme
import sys
try:
    signer = credentials_from(sys.argv[1]).signer(Scheme.RPC)
    print(signer.key_id, signer.secret, signer.token)
except CredentialsError as error:
    print("refused:", error)
"""


def found_at_home(home: Path, source: str) -> str:
    """What a fresh process finds whose home is that folder, and which has nothing in its environment."""
    # The chain asks the metadata service of a rented machine where it is not told that there is none.
    environment = {"HOME": str(home), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, source], capture_output=True, text=True, env=environment, check=True
    )
    return done.stdout.strip()


def test_a_profile_is_one_of_the_command_line_tool(tmp_path: Path) -> None:
    profiles = [
        {"name": "other", "mode": "AK", "access_key_id": "otherKey", "access_key_secret": "otherSecret"},
        {
            "name": "nightly", "mode": "StsToken", "access_key_id": "STS.key", "access_key_secret": "stsSecret",
            "sts_token": "token",
        },
    ]  # fmt: skip
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(json.dumps({"current": "other", "profiles": profiles}))

    assert found_at_home(tmp_path, "profile:nightly") == "STS.key stsSecret token"
    assert found_at_home(tmp_path, "chain") == "otherKey otherSecret"


def test_a_profile_is_one_of_the_credentials_file(tmp_path: Path) -> None:
    (tmp_path / ".alibabacloud").mkdir()
    text = "[nightly]\ntype = access_key\naccess_key_id = iniKey\naccess_key_secret = iniSecret\n"
    (tmp_path / ".alibabacloud" / "credentials.ini").write_text(text)

    assert found_at_home(tmp_path, "profile:nightly") == "iniKey iniSecret"


def test_a_profile_that_is_nowhere_is_one_line(tmp_path: Path) -> None:
    said = found_at_home(tmp_path, "profile:nobody")

    assert said.startswith("refused: no credentials from --credentials profile:nobody: unable to open credentials file")
    assert "\n" not in said


def test_without_the_library_a_profile_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("alibabacloud"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)

    with pytest.raises(CredentialsError, match=r"needs the library alibabacloud-credentials: .*pip install "):
        credentials_from("profile:x").signer(Scheme.RPC)


@pytest.mark.parametrize("source", ["aws", "env:", "profile", "profile:", "chain:x"])
def test_a_source_that_means_nothing_is_one_line(source: str) -> None:
    with pytest.raises(UsageProblem, match="expected env, env:PREFIX, profile:NAME, or chain"):
        settings_from("https://mock.example", credentials=source)


@pytest.mark.parametrize("source", ["env", "env:MOCK_", "profile:x", "chain"])
def test_no_real_key_goes_to_a_stranger_over_plain_http(source: str) -> None:
    with pytest.raises(UsageProblem, match=r"a real key is not sent over plain http to http://mock\.example"):
        settings_from("http://mock.example", credentials=source)


def test_temporary_keys_are_renewed_during_a_run() -> None:
    keys = [Key("k1", "s1", "t1"), Key("k2", "s2", "t2")]
    found = CredentialCache(lambda: keys.pop(0))

    first = found.signer(Scheme.RPC)

    assert parts(first) == ("k1", "s1", "t1")
    assert parts(found.renewed(first)) == ("k2", "s2", "t2")


def test_a_signer_that_is_wrong_on_purpose_is_not_put_right() -> None:
    wrong = Signer(Scheme.RPC, "k1", "another")

    assert CredentialCache(lambda: Key("k1", "s1")).renewed(wrong) is wrong


def test_keys_that_cannot_be_renewed_just_now_are_used_on() -> None:
    keys = [Key("k1", "s1", "t1")]

    def current() -> Key:
        if not keys:
            raise CredentialsError("no credentials")
        return keys.pop()

    found = CredentialCache(current)
    first = found.signer(Scheme.RPC)

    assert parts(found.renewed(first)) == ("k1", "s1", "t1")


class Listening(InProcess):
    """A reference that remembers every byte it was sent."""

    heard = b""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.heard += request.extensions["target"] + repr(request.headers.raw).encode() + request.read()
        return super().handle_request(request)


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("target", ["http://127.0.0.1:1", "http://mock.example", "https://mock.example"])
def test_keys_in_the_environment_do_not_reach_a_target_that_was_not_meant(target: str) -> None:
    settings = settings_from(target, profile="quick", only=["QueryPageByApplyId"], product_key=PRODUCTS[0])
    clock = VirtualClock()
    transport = Listening(Reference(edition=settings.edition, auth="rpc"), clock)

    result = Runner(settings, clock=clock, transport=transport).drive()

    assert len(result.exchanges) > 100
    assert b"testid" in transport.heard
    assert [each for each in (KEY, SECRET, TOKEN) if each.encode() in transport.heard] == []


@pytest.mark.usefixtures("environment")
def test_no_artefact_of_a_run_holds_a_real_secret(tmp_path: Path) -> None:
    """A target that says the keys back to whoever asks, in the headers and in the body, does not get them recorded."""
    settings = settings_from(
        "http://127.0.0.1:1", credentials="env", profile="quick", only=["QueryPageByApplyId", "Signature"],
        product_key=PRODUCTS[0], reports=str(tmp_path / "run"),
    )  # fmt: skip

    class Telltale(InProcess):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            answer.headers["x-debug"] = f"{KEY} {SECRET} {TOKEN}"
            body = answer.read().replace(b"specified signature", f"{SECRET} {TOKEN}".encode())
            return httpx.Response(answer.status_code, headers=answer.headers, content=body)

    clock = VirtualClock()
    transport = Telltale(Reference(edition=settings.edition, auth="both", keys={KEY: SECRET}), clock)

    Runner(settings, clock=clock, transport=transport).drive()

    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    holding = [path.name for path in files for each in (SECRET, TOKEN, KEY) if each.encode() in path.read_bytes()]
    assert files
    assert holding == []
