"""Somebody who asks the reference server in memory, at a virtual time, and remembers every answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from conformance.reference import Reference
from conformance.wire.message import FORMS, Form, HttpAnswer, HttpRequest, Place

A, B = "a1RefProdA1", "a1RefProdB2"
JSON, XML = FORMS[4], FORMS[1]
FORM_TYPE = ("Content-Type", "application/x-www-form-urlencoded")
DELAY = 0.05


def request(params: dict[str, Any], form: Form = JSON) -> HttpRequest:
    """An unsigned request with these parameters, where the form wants them."""
    several = {name: value if isinstance(value, tuple) else str(value) for name, value in params.items()}
    text = urlencode(several, doseq=True)
    if form.place is Place.FORM:
        return HttpRequest(form.method, "/", (("Host", "iot.test"), FORM_TYPE), text.encode())
    return HttpRequest(form.method, f"/?{text}", (("Host", "iot.test"),))


def value_of(answer: HttpAnswer) -> Any:
    """What an answer says, lists of XML told by repetition only: good enough for assertions."""
    if answer.body[:1] == b"{":
        return json.loads(answer.body)
    return _element(ElementTree.fromstring(answer.body))


def _element(element: ElementTree.Element) -> Any:
    if not len(element):
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        value = _element(child)
        if child.tag in found:
            before = found[child.tag]
            found[child.tag] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            found[child.tag] = value
    return found


class Differs(Exception):
    """Two servers answered the same request in different ways."""


@dataclass
class Walker:
    """Somebody who asks a server, and remembers every answer."""

    server: Reference
    expected: list[HttpAnswer] | None = None
    """What another server answered on the same walk: the first difference ends it."""
    now: float = 1_700_000_000.0
    heard: list[HttpAnswer] = field(default_factory=list)

    def send(self, params: dict[str, Any], form: Form = JSON) -> HttpAnswer:
        asked = request(params, form)
        answer = self.server.answer(asked, self.now)
        if self.expected is not None and answer != self.expected[len(self.heard)]:
            raise Differs(asked, self.expected[len(self.heard)], answer)
        self.heard.append(answer)
        return answer

    def ask(self, operation: str, form: Form = JSON, **params: Any) -> HttpAnswer:
        """Ask an operation; dots of parameter names are spelt ``__``, and None leaves one out."""
        named = {name.replace("__", "."): value for name, value in params.items() if value is not None}
        return self.send({"Action": operation, "Format": form.format, "Version": "2018-01-20", **named}, form)

    def value(self, operation: str, form: Form = JSON, **params: Any) -> Any:
        return value_of(self.ask(operation, form, **params))

    def everywhere(self, operation: str, **params: Any) -> list[HttpAnswer]:
        """Ask the same in every form."""
        return [self.ask(operation, form, **params) for form in FORMS]

    def open(self, operation: str, form: Form = JSON, **params: Any) -> int:
        """Open an application; where the answer holds no ApplyId, one that was never issued."""
        found = re.search(rb"ApplyId\W{1,3}(-?[0-9]+)", self.ask(operation, form, **params).body)
        return int(found[1]) if found else 1_000_000

    def random(self, count: int, product: str = A, form: Form = JSON) -> int:
        return self.open("BatchRegisterDevice", form, ProductKey=product, Count=count)

    def check(self, *names: str, product: str = A, form: Form = JSON) -> int:
        named = {f"DeviceName__{number}": name for number, name in enumerate(names, 1)}
        return self.open("BatchCheckDeviceNames", form, ProductKey=product, **named)

    def register(self, apply_id: int, product: str = A, form: Form = JSON) -> HttpAnswer:
        return self.ask("BatchRegisterDeviceWithApplyId", form, ProductKey=product, ApplyId=apply_id)

    def status(self, apply_id: int, product: str = A, form: Form = JSON) -> HttpAnswer:
        return self.ask("QueryBatchRegisterDeviceStatus", form, ProductKey=product, ApplyId=apply_id)

    def page(self, apply_id: int, number: int = 1, size: int = 10, form: Form = JSON) -> HttpAnswer:
        return self.ask("QueryPageByApplyId", form, ApplyId=apply_id, CurrentPage=number, PageSize=size)

    def follow(self, apply_id: int, product: str = A) -> None:
        """Ask for the status by GET for JSON and by POST for XML, from now on until well after the end."""
        for pause in (0.0, 0.3, 0.3, 0.3, 0.3, 2.0):
            self.now += pause * DELAY
            for form in FORMS[:2]:
                self.status(apply_id, product, form)

    def pages(self, apply_id: int, *sizes: int, pages: int = 3) -> None:
        """Walk through the pages in every form, and past the end."""
        for size in sizes:
            for number in range(1, pages + 1):
                self.everywhere("QueryPageByApplyId", ApplyId=apply_id, CurrentPage=number, PageSize=size)
