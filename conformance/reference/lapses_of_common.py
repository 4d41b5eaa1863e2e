"""Lapses of what every operation shares: forms, envelope, refusals, gateway errors."""

from __future__ import annotations

from conformance.reference.lapse import Lapse, lapses_of

SAYS = {
    "JSON": "A JSON answer has the member RequestId twice.",
    "JSON/byte_order_mark": "A JSON answer begins with a byte order mark.",
    "JSON/text_after_it": "A comment line follows the JSON object.",
    "JSON/trailing_comma@20th": "Every 20th JSON answer has a comma before its last brace.",
    "XML": "An XML answer has a document type declaration.",
    "XML/unclosed@20th": "Every 20th XML answer ends before its root element is closed.",
    "XML/text_after_it": "Text follows the root element of an XML answer.",
    "XML/raw_ampersand": "Names with & or < stand in XML answers as they were sent.",
    "Format.default": "Without Format the answer is JSON.",
    "Format.default@POST": "Without Format the answer to a POST is JSON.",
    "Format.letter_case": "Format=json is not recognised and gives XML.",
    "Format.letter_case/refused": "A Format in small letters is refused.",
    "ContentType": "Every answer says that it is text/html.",
    "ContentType@XML": "An XML answer says that it is text/html.",
    "RequestId": "No answer carries a RequestId.",
    "RequestId@20th": "Every 20th answer lacks its RequestId.",
    "RequestId/blank": "RequestId is empty.",
    "RequestId/on_refusals": "Refusals carry no RequestId.",
    "RequestId.unique": "Two consecutive requests share a RequestId.",
    "RequestId.unique/refusals": "All refusals share one RequestId.",
    "RequestId.unique/per_second": "All requests of one second share a RequestId.",
    "RequestId.unique@20th": "Every 20th request shares its RequestId with an earlier one.",
    "Success.JSON": "Success is a text in JSON.",
    "Success.JSON/number": "Success is 1 or 0 in JSON.",
    "Success.XML": "Success is 1 or 0 in XML.",
    "Success.XML/capital": "Success is True or False in XML, with a capital letter.",
    "Code": "The Code of a refusal is empty.",
    "Code/absent": "A refusal has no Code.",
    "Code/number": "The Code of a refusal is 400.",
    "Code/prose@POST": "The Code of a refused POST has lost its area: NullApplyId.",
    "Code.documented": "The Code of a refusal has the right form, but stands in no list.",
    "Code.on_success": "A successful answer has the Code 0.",
    "Code.on_success/an_error@XML": "A successful XML answer has an error code.",
    "ErrorMessage": "The message of a refusal is empty.",
    "ErrorMessage/absent": "A refusal has no message.",
    "ErrorMessage.internals": "The message of a refusal shows a stack trace.",
    "ErrorMessage.internals/path@XML": "The message of a refusal in XML shows a source file and line.",
    "ErrorMessage.on_success": "A successful answer has an ErrorMessage.",
    "Data.on_refusal": "A refusal carries an ApplyId.",
    "Data.on_refusal/zero": "A refusal carries the ApplyId 0.",
    "HTTPStatus.success": "A successful answer comes with HTTP status 201.",
    "HTTPStatus.success/202_for_registrations": "BatchRegisterDevice is answered with HTTP status 202.",
    "HTTPStatus.refusal": "A refusal comes with HTTP status 500.",
    "HTTPStatus.refusal/redirect": "A refusal comes with HTTP status 302.",
    "Action.unknown": "An Action that does not exist is answered with success.",
    "Action.missing": "A request without Action is answered with success.",
    "gateway.envelope": "A gateway error has no HostId.",
    "gateway.envelope/no_Message": "A gateway error has no Message.",
    "gateway.envelope/root@XML": "A gateway error in XML has the root element Response.",
    "gateway.HTTPStatus": "Gateway errors come with HTTP status 401.",
    "gateway.HTTPStatus/200": "Gateway errors come with HTTP status 200.",
    "forms_agree": "A GET for a status shows all names on success, a POST shows none.",
    "forms_agree/asked_twice": "Every second question for a status shows all names on success.",
}

ALSO: dict[str, tuple[str, ...]] = {
    "RequestId/blank": ("Common.RequestId.unique",),
    "gateway.envelope/no_Message": ("Common.ErrorMessage",),
}

COMMON: tuple[Lapse, ...] = lapses_of("Common", SAYS, ALSO)
