"""The wire: documented samples decode, broken ones give named irregularities, both forms give one value."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract import load
from conformance.contract.load import fixtures
from conformance.wire.decode import decode
from conformance.wire.encode import encode
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import ABSENT, FORMS, MIXED, Answer, Form, HttpAnswer, HttpRequest, Place, Request, Scheme
from conformance.wire.redact import KEY_SHOWN, SECRET_SHOWN, Redactor, shown
from conformance.wire.sign import rpc_matches
from conformance.wire.signer import Signer

CONTRACT = load()
EXAMPLES = fixtures() / "examples"
STATUS = CONTRACT.operations["QueryBatchRegisterDeviceStatus"].shape
PAGE = CONTRACT.operations["QueryPageByApplyId"].shape
REGISTER = CONTRACT.operations["BatchRegisterDevice"].shape


def read(text: str | bytes, shape: Any = STATUS) -> Answer:
    body = text if isinstance(text, bytes) else text.encode()
    return decode(HttpAnswer(200, (), body), shape)


def example(path: Path) -> Answer:
    operation = path.name.split(".")[-2]
    return read(path.read_bytes(), CONTRACT.operations[operation].shape)


SAMPLES = sorted(path for path in EXAMPLES.iterdir() if path.suffix in {".json", ".xml"})
BROKEN = sorted((EXAMPLES / "malformed").iterdir())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_documented_sample_is_read_without_a_remark(path: Path) -> None:
    answer = example(path)

    assert answer.irregularities == ()
    assert answer.success is True
    assert answer.form == path.suffix[1:].upper()


@pytest.mark.parametrize("stem", sorted({path.stem for path in SAMPLES}))
def test_json_and_xml_of_one_sample_are_one_value(stem: str) -> None:
    assert example(EXAMPLES / f"{stem}.json").value == example(EXAMPLES / f"{stem}.xml").value


EXPECTED = {
    "full-width-comma.SEED1.BatchRegisterDevice.json": ("full-width comma", 4415),
    "full-width-comma-read-as-latin-1.SEED1.BatchRegisterDevice.json": ("full-width comma", 4415),
    "broken-prolog.SEED1.BatchRegisterDevice.xml": ("broken prolog", 4415),
    "truncated.SEED3.QueryBatchRegisterDeviceStatus.json": ("truncated", None),
    "broken-prolog.SEED3.QueryBatchRegisterDeviceStatus.xml": ("broken prolog", None),
}


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
def test_a_sample_broken_in_print_gives_a_named_irregularity(path: Path) -> None:
    name, apply_id = EXPECTED[path.name]

    answer = example(path)

    assert answer.irregularities[0][0] == name
    assert answer.apply_id == apply_id


IRREGULAR = {
    '{"Success": true, "Success": false}': "duplicate name",
    '{"Success": true} x': "malformed JSON",
    '{"Success": "true"}': "type",
    '{"Success": 1}': "type",
    '{"Data": {"Status": 3}}': "type",
    '{"Data": {"ValidList": []}}': "no wrapper",
    '{"Data": {"ValidList": {"Names": []}}}': "wrong inner name",
    '{"Data": {"ValidList": {"Name": "one"}}}': "type",
    '{"Data": {"ValidList": {"Name": null}}}': "type",
    '{"Data": "x"}': "type",
    '{"Data": NaN}': "no JSON number",
    "[1]": "not an object",
    "[" * 100_000: "nested too deep",
    '{"a": ' + "9" * 5_000 + "}": "number too long",
    "\ufeff{}": "byte order mark",
    "": "no known form",
    "OK": "no known form",
    "<html><body>hello</body></html>": "HTML page",
    "<!DOCTYPE html><html></html>": "HTML page",
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>': "entity declaration",
    "<!DOCTYPE a><a/>": "document type declaration",
    "<a><Success>true</Success><Success>true</Success></a>": "duplicate element",
    "<a><Success>yes</Success></a>": "type",
    "<a>text<Success>true</Success></a>": "text between elements",
    "<a><Data><ValidList><name>x</name></ValidList></Data></a>": "wrong inner name",
    "<a><Data>": "truncated",
    "<a></b>": "malformed XML",
    "<a>\x01</a>": "malformed XML",
}


@pytest.mark.parametrize("text", IRREGULAR, ids=lambda text: text[:40])
def test_what_is_irregular_is_named_and_never_raises(text: str) -> None:
    assert IRREGULAR[text] in [name for name, _ in read(text).irregularities]


def test_bytes_that_are_not_utf_8_are_named() -> None:
    assert read(b'{"RequestId": "\xff"}').irregularities[0][0] == "not UTF-8"


def test_an_apply_id_beyond_2_53_is_exact_in_both_forms() -> None:
    big = 2**63 - 1

    assert read(f'{{"Data": {{"ApplyId": {big}}}}}', REGISTER).apply_id == big
    assert read(f"<R><Data><ApplyId>{big}</ApplyId></Data></R>", REGISTER).apply_id == big


def test_lists_of_none_and_one_are_lists_in_both_forms() -> None:
    for names in ([], ["one"], ["one", "two"]):
        as_json = read(json.dumps({"Data": {"ValidList": {"Name": names}}}))
        as_xml = read(f"<R><Data><ValidList>{''.join(f'<Name>{n}</Name>' for n in names)}</ValidList></Data></R>")
        assert as_json.value == as_xml.value
        assert as_xml.strings("ValidList", "Name") == tuple(names)
        assert as_json.irregularities == as_xml.irregularities == ()


def test_a_further_field_anywhere_is_no_irregularity() -> None:
    assert read('{"X": 1, "Data": {"Y": [], "ValidList": {"Name": [], "Z": {}}}}').irregularities == ()
    assert read("<R><X/><Data><Y/><ValidList><Trace>1</Trace></ValidList></Data></R>").irregularities == ()


def test_a_wrapper_too_many_is_an_irregularity() -> None:
    device = "<ApplyDeviceInfo><DeviceName>n</DeviceName></ApplyDeviceInfo>"

    twice = read(f"<R><ApplyDeviceList><ApplyDeviceInfo>{device}</ApplyDeviceInfo></ApplyDeviceList></R>", PAGE)

    assert twice.irregularities[0][0] == "type"


@given(st.binary(max_size=200))
def test_no_bytes_make_the_decoder_raise(body: bytes) -> None:
    assert decode(HttpAnswer(200, (), body), STATUS).status == 200


@given(st.text(max_size=60).map(lambda text: f'{{"Data":{{"Status":{json.dumps(text)}}}}}'))
def test_a_text_comes_back_from_json_as_it_was(text: str) -> None:
    assert read(text).data["Status"] == json.loads(text)["Data"]["Status"]


REQUEST = Request("BatchCheckDeviceNames", (("ProductKey", "a1"), ("DeviceName.1", "a b"), ("DeviceName.10", "c+d&")))
SIGNER = Signer(Scheme.RPC, "testid", "testsecret")


@pytest.mark.parametrize("form", [*FORMS, *MIXED], ids=str)
def test_every_form_carries_the_same_parameters_and_a_right_signature(form: Form) -> None:
    wire = encode(REQUEST, form, SIGNER, host="h", timestamp="2026-01-01T00:00:00Z", nonce="n")

    query = parse_qsl(urlsplit(wire.target).query, keep_blank_values=True)
    body = parse_qsl(wire.body.decode(), keep_blank_values=True)
    assert set(REQUEST.params) <= {*query, *body}
    assert rpc_matches(form.method, [*query, *body], "testsecret")
    assert bool(body) == (form.place is not Place.QUERY)
    assert ("Format", form.format) in {*query, *body}


def test_a_common_parameter_can_be_changed_or_left_out() -> None:
    request = REQUEST.commonly(Format=None, Version="1999-01-01")

    wire = encode(request, FORMS[0], SIGNER, host="h", timestamp="t", nonce="n")

    assert "Format=" not in wire.target
    assert "Version=1999-01-01" in wire.target


STATUS_OF_7 = Request("QueryBatchRegisterDeviceStatus", (("ProductKey", "a1"), ("ApplyId", "7")))


def tampered(tampering: Tampering | None, form: Form, scheme: Scheme = Scheme.RPC) -> HttpRequest:
    signer = replace(SIGNER, scheme=scheme)
    return encode(STATUS_OF_7, form, signer, host="h", timestamp="2026-01-01T00:00:00Z", nonce="n", tampering=tampering)


def sent(wire: HttpRequest) -> list[tuple[str, str]]:
    text = f"{urlsplit(wire.target).query}&{wire.body.decode()}"
    return parse_qsl(text, keep_blank_values=True)


FLAWS = [
    Tampering(Flaw.OTHER_SECRET),
    Tampering(Flaw.EMPTY_SECRET),
    Tampering(Flaw.CUT),
    Tampering(Flaw.LETTER_CASE),
    Tampering(Flaw.OTHER_REQUEST, signed=(("ApplyId", "8"),)),
    Tampering(Flaw.OTHER_REQUEST, signed=(("ApplyId", ABSENT),)),
    Tampering(Flaw.OTHER_REQUEST, signed=(("Action", "QueryPageByApplyId"),)),
]


@pytest.mark.parametrize("tampering", FLAWS, ids=str)
@pytest.mark.parametrize("form", [*FORMS, *MIXED], ids=str)
def test_a_spoilt_signature_is_all_that_is_wrong(form: Form, tampering: Tampering) -> None:
    right, wrong = tampered(None, form), tampered(tampering, form)

    assert dict(sent(right)) | {"Signature": ""} == dict(sent(wrong)) | {"Signature": ""}
    assert rpc_matches(form.method, sent(right), "testsecret")
    assert not rpc_matches(form.method, sent(wrong), "testsecret")


def test_a_signature_for_another_request_is_the_right_one_for_that() -> None:
    wrong = tampered(Tampering(Flaw.OTHER_REQUEST, signed=(("ApplyId", "8"),)), FORMS[0])

    as_signed = [(name, "8" if name == "ApplyId" else value) for name, value in sent(wrong)]
    assert rpc_matches("GET", as_signed, "testsecret")


def test_a_body_changed_on_its_way_leaves_the_signed_hash_where_it_is() -> None:
    form, changed = FORMS[1], Tampering(Flaw.OTHER_REQUEST, signed=(("ApplyId", "8"),))
    right, wrong = tampered(None, form, Scheme.ACS3), tampered(changed, form, Scheme.ACS3)

    hashes = [dict(wire.headers)["x-acs-content-sha256"] for wire in (right, wrong)]
    assert right.body == wrong.body
    assert hashes[0] == hashlib.sha256(right.body).hexdigest() != hashes[1]


@pytest.mark.parametrize(
    ("tampering", "missing"),
    [
        (Tampering(Flaw.NO_SIGNATURE), {"Signature"}),
        (Tampering(Flaw.LEFT_OUT, "Timestamp"), {"Timestamp"}),
        (
            Tampering(Flaw.UNSIGNED),
            {"Signature", "AccessKeyId", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp"},
        ),
    ],
    ids=["its signature", "one parameter of it", "everything that signs"],
)
def test_what_is_left_out_is_all_that_is_missing(tampering: Tampering, missing: set[str]) -> None:
    right, wrong = (dict(sent(tampered(one, FORMS[0]))) for one in (None, tampering))

    assert right.keys() - wrong.keys() == missing
    assert wrong.keys() <= right.keys()


def test_a_tampering_says_what_is_wrong() -> None:
    assert str(Tampering(Flaw.TIME, "-60")) == "signed at another time (-60)"
    assert str(FLAWS[4]) == "signed for another request (ApplyId=8)"
    assert str(FLAWS[5]) == "signed for another request (without ApplyId)"


def test_what_an_answer_shows_of_the_key_is_noted() -> None:
    assert shown(b"to sign: AccessKeyId%3Dtestid", "testsecret", "testid") == (KEY_SHOWN,)
    assert shown(b"signed with testsecret&", "testsecret", "testid") == (SECRET_SHOWN,)
    assert shown(b"an id, a key", "id", "key") == ()


def test_a_request_but_for_one_parameter() -> None:
    assert REQUEST.but(ProductKey=None).get("ProductKey") is None
    assert REQUEST.but(ProductKey="").get("ProductKey") == ""
    assert REQUEST.but(DeviceName__1="z").get("DeviceName.1") == "z"


def test_a_signer_does_not_show_its_secret() -> None:
    assert "testsecret" not in repr(replace(SIGNER, token="token"))


SECRETS = ["EvDjEt8fpu2Z85MzhztXy5Heh2TDcprR", "short", ""]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_replaced_by_something_of_its_length_in_both_forms(secret: str) -> None:
    redactor = Redactor(b"key", ())

    as_json = redactor.body(f'{{"DeviceSecret": "{secret}", "DeviceName": "n"}}'.encode())
    as_xml = redactor.body(f"<a><DeviceSecret>{secret}</DeviceSecret></a>".encode())

    pseudonym = json.loads(as_json)["DeviceSecret"]
    assert len(pseudonym) == len(secret)
    assert (pseudonym != secret) == bool(secret)
    assert f"<DeviceSecret>{pseudonym}</DeviceSecret>".encode() in as_xml


def test_a_known_secret_is_replaced_wherever_it_is_echoed() -> None:
    assert b"topsecret" not in Redactor(b"key", ("topsecret",)).body(b"string to sign is: topsecret&")


def test_equal_secrets_have_equal_pseudonyms_and_others_others() -> None:
    redactor = Redactor(b"key", ())

    assert redactor.pseudonym("a" * 32) == redactor.pseudonym("a" * 32) != redactor.pseudonym("b" * 32)
    assert Redactor(b"other", ()).pseudonym("a" * 32) != redactor.pseudonym("a" * 32)
