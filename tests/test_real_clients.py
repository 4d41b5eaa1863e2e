"""The clients that Alibaba Cloud publishes work against the reference server as they are.

Each signs, encodes and parses in its own way, and none of their code is ours: so the reference server's
reading of a request and the form of its answers are checked from outside.
"""

import gc
import importlib
import json
import re
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from xml.etree import ElementTree

import pytest

CHECKOUT = Path(__file__).parents[1]
PRODUCT = "a1RefProdA1"
SERVE = [sys.executable, "-m", "conformance", "serve", "--port", "0", "--auth", "any", "--delay", "0.05"]
LIMITS = {
    "alibaba-2018": 1_000,
    "alibaba-2019": 1_000,
    "alibaba-2021": 1_000,
    "alibaba-2023": 10_000,
    "tuya-2025": 10_000,
}
PATIENCE = 20  # seconds, for the server to start and for an application to end

pytestmark = [
    # The Tea client asks for the time by a call that Python 3.12 deprecates.
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning:alibabacloud_tea_openapi"),
    # The older client leaves its last connection to the garbage collector: see `_nothing_lingers`.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def tea(host, secret, **config):
    """The Tea client: one Python method per operation, answers parsed into models."""
    client = pytest.importorskip("alibabacloud_iot20180120.client", reason="the Tea client is not installed")
    models = importlib.import_module("alibabacloud_iot20180120.models")
    openapi = importlib.import_module("alibabacloud_tea_openapi.models")
    opened = client.Client(
        openapi.Config(
            access_key_id="testid",
            access_key_secret=secret,
            region_id="cn-shanghai",
            endpoint=host,
            protocol="http",
            **config,
        )
    )

    def ask(operation, **parameters):
        request = getattr(models, f"{operation}Request")().from_map(parameters)
        body = getattr(opened, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())(request).body
        assert body is not None, "the client could not bring the answer into its model"
        return body.to_map()

    return ask


def old(host, secret, method, form="JSON"):
    """The older client: setters on a request object, answers handed out as bytes."""
    client = pytest.importorskip("aliyunsdkcore.client", reason="the older client is not installed")
    pytest.importorskip("aliyunsdkiot", reason="the older client's Iot package is not installed")
    opened = client.AcsClient("testid", secret, "cn-shanghai", auto_retry=False)

    def ask(operation, **parameters):
        module = importlib.import_module(f"aliyunsdkiot.request.v20180120.{operation}Request")
        request = getattr(module, f"{operation}Request")()
        request.set_endpoint(host)  # without it, the client looks for a public host
        request.set_method(method)
        for name, value in parameters.items():
            getattr(request, f"set_{name}s" if isinstance(value, list) else f"set_{name}")(value)
        if form == "JSON":
            return json.loads(opened.do_action_with_exception(request))
        request.set_accept_format(form)
        with pytest.deprecated_call():  # the successor of do_action always asks for JSON
            return ElementTree.fromstring(opened.do_action(request))

    return ask


CLIENTS = {
    "Tea, ACS3": tea,
    "Tea, RPC": lambda host, secret: tea(host, secret, signature_algorithm="v2"),
    "older, GET": lambda host, secret: old(host, secret, "GET"),
    "older, POST": lambda host, secret: old(host, secret, "POST"),
}


@pytest.fixture(scope="module", params=LIMITS)
def edition(request):
    return request.param


@pytest.fixture(scope="module")
def server(edition):
    """The reference server of each edition in a process of its own; the host and port where it listens."""
    words = [*SERVE, "--edition", edition]
    process = subprocess.Popen(words, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    too_late = threading.Timer(PATIENCE, process.kill)
    too_late.start()
    try:
        ready = re.match(r"listening on http://(127\.0\.0\.1:\d+)$", process.stdout.readline())
        too_late.cancel()
        assert ready, "the server did not say where it listens"
        yield ready[1]
    finally:
        too_late.cancel()
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE)
        finally:
            process.kill()  # does nothing to a process that has ended


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    """Every request goes straight to the server, whatever the environment says."""
    for scheme in ("http", "https", "all"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme}_proxy".upper(), raising=False)


@pytest.fixture(autouse=True)
def _nothing_lingers():
    """What a client left open is collected here, where it is expected, and not in somebody else's test."""
    yield
    gc.collect()


@pytest.fixture(params=CLIENTS)
def client(request):
    return CLIENTS[request.param]


@pytest.fixture
def ask(client, server):
    return client(server, "testsecret")


@pytest.fixture
def names():
    """Twelve names never used before: enough for DeviceName.10 to sort before DeviceName.2."""
    return [f"meter-{uuid.uuid4().hex[:8]}-{n}" for n in range(12)]


def accepted(answer):
    """The ApplyId of a call that was accepted."""
    assert answer["Success"] is True
    assert isinstance(answer["RequestId"], str)
    assert answer["RequestId"]
    assert type(answer["Data"]["ApplyId"]) is int
    return answer["Data"]["ApplyId"]


def followed(ask, apply_id, to):
    """The answer's Data once the application has reached the status."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = ask("QueryBatchRegisterDeviceStatus", ProductKey=PRODUCT, ApplyId=apply_id)
        assert answer["Success"] is True
        if answer["Data"]["Status"] == to:
            return answer["Data"]
        assert not answer["Data"]["Status"].endswith("_FAILED")
        time.sleep(0.02)
    pytest.fail(f"application {apply_id} did not reach {to} in {PATIENCE} seconds")


def devices(ask, apply_id, total, size=10):
    """Every device of an application, page after page."""
    found = []
    for page in range(1, -(-total // size) + 1):
        answer = ask("QueryPageByApplyId", ApplyId=apply_id, CurrentPage=page, PageSize=size)
        assert answer["Success"] is True
        assert (answer["Page"], answer["PageSize"], answer["Total"]) == (page, size, total)
        assert answer["PageCount"] == -(-total // size)
        found += answer["ApplyDeviceList"]["ApplyDeviceInfo"]
    return found


def test_devices_with_random_names_are_registered(ask, edition):
    """Register, wait, page: as many devices as asked for, no two alike."""
    apply_id = accepted(ask("BatchRegisterDevice", ProductKey=PRODUCT, Count=25))
    followed(ask, apply_id, "CREATE_SUCCESS")
    registered = devices(ask, apply_id, 25)

    assert len({device["DeviceName"] for device in registered}) == 25
    # Ids of devices are documented since 2020.
    assert edition < "alibaba-2020" or len({device["IotId"] for device in registered}) == 25
    assert all(isinstance(device["DeviceSecret"], str) and device["DeviceSecret"] for device in registered)


def test_devices_with_names_of_ones_own_are_registered(ask, names):
    """Check, wait, register under the same ApplyId, wait, page: exactly the names asked for."""
    apply_id = accepted(ask("BatchCheckDeviceNames", ProductKey=PRODUCT, DeviceName=names))
    followed(ask, apply_id, "CHECK_SUCCESS")
    again = ask("BatchRegisterDeviceWithApplyId", ProductKey=PRODUCT, ApplyId=apply_id)
    created = followed(ask, apply_id, "CREATE_SUCCESS")
    registered = devices(ask, apply_id, len(names))

    assert accepted(again) == apply_id
    assert sorted((created.get("ValidList") or {}).get("Name") or names) == sorted(names)
    assert sorted(device["DeviceName"] for device in registered) == sorted(names)


def test_a_refused_call_is_an_answer_and_no_exception(ask, edition):
    """A Count over the limit is a business error: no client raises, and each can read why."""
    answer = ask("BatchRegisterDevice", ProductKey=PRODUCT, Count=LIMITS[edition] + 1)

    assert answer["Success"] is False
    # The oldest documents know no Code.
    assert edition == "alibaba-2018" or answer["Code"].startswith("iot.")
    assert answer["ErrorMessage"]
    assert not (answer.get("Data") or {}).get("ApplyId")


def test_a_wrong_secret_is_the_clients_own_error(client, server):
    """A request signed with another secret is refused at the door, and the client says so."""
    ask = client(server, "anothersecret")

    with pytest.raises(Exception, match=r"SignatureDoesNotMatch|InvalidAccessKeySecret") as refused:
        ask("BatchRegisterDevice", ProductKey=PRODUCT, Count=1)

    # The older client compares the string to sign in the message (and trips over a message without a
    # colon). Where it finds its own, the secret must be wrong, and it says that instead.
    error = refused.value
    code = error.get_error_code() if hasattr(error, "get_error_code") else error.code
    assert code in {"SignatureDoesNotMatch", "InvalidAccessKeySecret"}
    assert type(error).__name__ in {"ClientException", "ServerException"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_in_xml_is_well_formed(server, names, method):
    """The older client, asked for XML, hands out a document with the operation's root."""
    ask = old(server, "testsecret", method, form="XML")

    answer = ask("BatchCheckDeviceNames", ProductKey=PRODUCT, DeviceName=names)

    assert answer.tag == "BatchCheckDeviceNamesResponse"
    assert answer.findtext("Success") == "true"
    assert answer.findtext("Data/ApplyId").isdigit()
