"""What our session sends and decodes is, call by call, what Alibaba Cloud's own client sends and decodes."""

from __future__ import annotations

import importlib
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from conformance.client.clock import RealClock
from conformance.client.session import Session
from conformance.contract import load
from conformance.reference.server import Reference
from conformance.wire.message import FORMS, Request, Scheme, as_integer
from conformance.wire.signer import Signer

PRODUCT = "a1RefProdA1"
OF_THE_MOMENT = {"Signature", "SignatureNonce", "Timestamp"}
ONLY_OURS = {"RegionId"}
"""What the documents require and this client leaves out."""
pytestmark = [
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning:alibabacloud_tea_openapi"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


class Listening:
    """The reference, and the parameters of the last call."""

    def __init__(self) -> None:
        self.reference = Reference(auth="rpc", delay=0.0)
        self.params: dict[str, str] = {}


@pytest.fixture
def listening() -> Iterator[tuple[Listening, str]]:
    from conformance.wire.message import HttpRequest

    heard = Listening()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            text = urlsplit(self.path).query + "&" + body.decode()
            heard.params = dict(parse_qsl(text, keep_blank_values=True))
            answer = heard.reference.answer(HttpRequest(self.command, self.path, headers, body), time.time())
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield heard, f"127.0.0.1:{server.server_port}"
        server.shutdown()


def tea(host: str) -> Any:
    client = importlib.import_module("alibabacloud_iot20180120.client")
    openapi = importlib.import_module("alibabacloud_tea_openapi.models")
    return client.Client(
        openapi.Config(
            access_key_id="testid", access_key_secret="testsecret", region_id="cn-shanghai", endpoint=host,
            protocol="http", signature_algorithm="v2",
        )
    )  # fmt: skip


def asked_by_tea(client: Any, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    models = importlib.import_module("alibabacloud_iot20180120.models")
    request = getattr(models, f"{operation}Request")().from_map(parameters)
    found: dict[str, Any] = getattr(client, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())(request).body.to_map()
    return found


def steady(params: dict[str, str]) -> dict[str, str]:
    # This client spells the Format in small letters.
    said = {**params, "Format": params["Format"].upper()}
    return {name: value for name, value in said.items() if name not in OF_THE_MOMENT | ONLY_OURS}


def without_own(value: Any) -> Any:
    """An answer without what belongs to one call alone; of secrets, which we replace at birth, the length is left."""
    if isinstance(value, dict):
        value = {name: len(each) if name == "DeviceSecret" else each for name, each in value.items()}
        kept = {name: each for name, each in value.items() if name not in {"RequestId", "ApplyId"} and each != ""}
        return {name: without_own(each) for name, each in kept.items()}
    return [without_own(each) for each in value] if isinstance(value, list) else value


def test_each_call_is_sent_and_decoded_as_the_official_client_does(listening: tuple[Listening, str]) -> None:
    """Both ask the same questions of one server, one after the other."""
    heard, host = listening
    client = tea(host)
    signer = Signer(Scheme.RPC, "testid", "testsecret")
    session = Session(f"http://{host}", load(), RealClock(), signer, lambda exchange: None)
    given: list[tuple[int, int]] = []

    def both(operation: str, parameters: dict[str, Any], application: tuple[int, int] | None = None) -> None:
        """The same call by both, about an application of each where one is meant."""
        their_own, our_own = ({"ApplyId": one} for one in application) if application else ({}, {})
        theirs = asked_by_tea(client, operation, parameters | their_own)
        sent_by_them = steady(heard.params)
        parameters |= our_own
        flat: list[tuple[str, str]] = []
        for name, value in parameters.items():
            listed = enumerate(value, 1) if isinstance(value, list) else ()
            flat += [(f"{name}.{n}", each) for n, each in listed] or [(name, str(value))]
        exchange = session.send(Request(operation, tuple(flat)), FORMS[2])

        assert exchange.answer is not None
        assert steady(heard.params) | {name: str(value) for name, value in their_own.items()} == sent_by_them
        assert without_own(exchange.answer.value) == without_own(theirs)
        given.append((as_integer((theirs.get("Data") or {}).get("ApplyId")) or 0, exchange.answer.apply_id or 0))

    both("BatchRegisterDevice", {"ProductKey": PRODUCT, "Count": 3})
    one = given[-1][0]
    both("QueryBatchRegisterDeviceStatus", {"ProductKey": PRODUCT, "ApplyId": one})
    both("QueryPageByApplyId", {"ApplyId": one, "PageSize": 2, "CurrentPage": 2})
    both("BatchCheckDeviceNames", {"ProductKey": PRODUCT, "DeviceName": ["meter-one", "meter-two"]})
    both("BatchRegisterDeviceWithApplyId", {"ProductKey": PRODUCT}, given[-1])
    both("BatchRegisterDevice", {"ProductKey": PRODUCT, "Count": 10_001})
    session.close()
