"""Answers in XML, read by us and by xmltodict: two parsers with nothing in common but the text."""

from __future__ import annotations

import string
from typing import Any

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract import EDITIONS, load
from conformance.reference.server import Reference
from conformance.wire.decode import decode
from conformance.wire.encode import encode
from conformance.wire.message import FORMS, Answer, HttpAnswer, Request, Scheme
from conformance.wire.signer import Signer

CONTRACT = load()
BY_XML = next(form for form in FORMS if form.format == "XML")
TEXTS = st.text(string.printable.strip() + "äß設备𝟙", min_size=1, max_size=20)


def as_text(value: Any) -> Any:
    """A value as XML spells it: booleans and numbers are words, what is empty is nothing."""
    if isinstance(value, dict):
        return {name: as_text(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_text(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return None if value in (None, "") else str(value)


def flat(value: Any) -> Any:
    """The same without what only the shape tells: lists of one or none, and their wrappers."""
    if isinstance(value, dict):
        found = {name: flat(each) for name, each in value.items()}
        return {name: each for name, each in found.items() if each not in (None, {})} or None
    if isinstance(value, list):
        return [flat(each) for each in value] if len(value) > 1 else flat(value[0]) if value else None
    return value


def answered(server: Reference, operation: str, **params: str) -> tuple[bytes, Answer]:
    request = Request(operation, tuple(params.items()))
    asked = encode(request, BY_XML, Signer(Scheme.NONE), host="iot.test", timestamp="", nonce="")
    answer = server.answer(asked, 0.0)
    return answer.body, decode(HttpAnswer(200, (), answer.body), CONTRACT.operations[operation].shape)


@pytest.mark.parametrize("edition", EDITIONS)
def test_both_read_the_same_in_an_answer_of_every_operation(edition: str) -> None:
    server = Reference(edition=edition, delay=0.0)
    product = "a1RefProdA1"
    seen = [answered(server, "BatchRegisterDevice", ProductKey=product, Count="3")]
    apply_id = str(seen[0][1].apply_id)
    seen.append(answered(server, "QueryBatchRegisterDeviceStatus", ProductKey=product, ApplyId=apply_id))
    seen.append(answered(server, "QueryPageByApplyId", ApplyId=apply_id, PageSize="10", CurrentPage="1"))
    seen.append(answered(server, "QueryPageByApplyId", ApplyId="7", PageSize="10", CurrentPage="1"))
    seen.append(answered(server, "BatchCheckDeviceNames", ProductKey=product, **{"DeviceName.1": "n1"}))

    for body, answer in seen:
        (root,) = xmltodict.parse(body).values()
        assert flat(as_text(answer.value)) == flat(root)


@given(TEXTS, TEXTS)
def test_both_read_the_same_text(message: str, code: str) -> None:
    body = xmltodict.unparse(
        {"BatchRegisterDeviceResponse": {"ErrorMessage": message, "Code": code, "Success": "false"}}
    )

    read = decode(HttpAnswer(200, (), body.encode()), CONTRACT.operations["BatchRegisterDevice"].shape)
    assert read.value == {"ErrorMessage": message, "Code": code, "Success": False}
