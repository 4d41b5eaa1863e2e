"""A request as a curl line for reading: without signature, for the eye and for targets that verify none."""

from __future__ import annotations

import shlex

from conformance.wire.encode import VERSION, spelt
from conformance.wire.message import ABSENT, Exchange, Place

LONGEST = 2_000


def curl(exchange: Exchange, url: str) -> str:
    """The curl line of an exchange, common parameters reduced to what names the operation.

    A line without a signature cannot show what was wrong with one: that follows as a comment.
    """
    common = {"Action": exchange.request.operation, "Version": VERSION, "Format": exchange.form.format}
    for name, value in exchange.request.common:
        common.pop(name, None)
        if value != ABSENT:
            common[name] = value
    params = (*((name, value) for name, value in common.items() if value), *exchange.request.params)
    text = spelt(tuple(params))
    if len(text) > LONGEST:
        text = text[:LONGEST].rsplit("&", 1)[0] + "&..."
    if exchange.form.place is Place.QUERY or exchange.form.method == "GET":
        words = ["curl", "-sS", "-X", exchange.sent.method, f"{url}/?{text}"]
    else:
        words = ["curl", "-sS", f"{url}/", "--data", text]
    line = shlex.join(words)
    return line if exchange.tampering is None else f"{line}  # {exchange.tampering}"
