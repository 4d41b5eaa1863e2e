"""How time and memory of an entry grow with its input: four times as much input must not cost sixteen times as much."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator

from tests.fuzz.doors import DOORS
from tests.fuzz.entries import OPERATIONS

SMALL = 0.02
"""Seconds of processor below which a ratio means nothing."""
STEEPEST = 9.0
"""How often the time of n the time of 4n may be. Linear is 4, quadratic 16."""
MOST_MEMORY = 60
"""Bytes that an entry may hold for each byte of its input, beside what it always holds."""
ALWAYS = 8_000_000
PAGE = bytes([OPERATIONS.index("QueryPageByApplyId")])
CHECK = bytes([OPERATIONS.index("BatchCheckDeviceNames")])
HEAD = b'{"type":"header","format":1,"edition":"alibaba-2023"}\n'
BOOK = b'{"type":"header","format":1,"url":"http://h","name":"n","asked":{"target":"http://h"}}\n'
CALL = b'{"type":"call","key":"%d","number":%d,"operation":"x"}\n'
ASKED = b"\x80Action=BatchCheckDeviceNames&ProductKey=a1RefProdA1&"
IN_XML = b"<ApplyDeviceInfo><DeviceName>a</DeviceName></ApplyDeviceInfo>"
DEVICE = '{"DeviceName":"a","IotId":"b","ProductKey":"c","DeviceSecret":"d","Nickname":"\\u00e9"}'

Grower = Callable[[int], bytes]
GROWING: dict[str, tuple[str, Grower]] = {
    "a list of devices": ("answer", lambda n: PAGE + _wrapped(",".join([DEVICE] * n))),
    "devices in XML": ("answer", lambda n: PAGE + b"<R><ApplyDeviceList>" + IN_XML * n + b"</ApplyDeviceList></R>"),
    "text in XML": ("answer", lambda n: PAGE + b"<R><RequestId>" + b"&lt;" * n * 20 + b"</RequestId></R>"),
    "text before XML": ("answer", lambda n: PAGE + b"<" * n * 20),
    "comments before XML": ("answer", lambda n: PAGE + b"<?xml version='1.0'?>" + b"<!-- x -->" * n * 5 + b"<R/>"),
    "blanks before XML": ("answer", lambda n: PAGE + b"<?" + b" " * n * 50),
    "other names in a wrapper": ("answer", lambda n: CHECK + _members("Data", n)),
    "members": ("answer", lambda n: CHECK + json.dumps({f"k{i}": i for i in range(n)}).encode()),
    "digits": ("answer", lambda n: CHECK + b'{"a":' + b"9" * n * 50 + b"}"),
    "escaped halves": ("answer", lambda n: CHECK + b'{"a":"' + b"\\ud800" * n * 10 + b'"}'),
    "commas of another width": ("answer", lambda n: CHECK + b'{"a":1' + "\uff0c".encode() * n * 10 + b"}"),
    "brackets": ("answer", lambda n: CHECK + b"[" * n * 50),
    "quotes": ("secrets", lambda n: b'"DeviceSecret":"' * n * 5),
    "backslashes": ("secrets", lambda n: b'"DeviceSecret":"' + b"\\" * n * 50),
    "elements of a secret": ("secrets", lambda n: b"<DeviceSecret>" * n * 5),
    "blanks before a secret": ("secrets", lambda n: b'"DeviceSecret"' + b" " * n * 50),
    "ampersands": ("secrets", lambda n: b"Signature=&" * n * 5),
    "names of secrets": ("secrets", lambda n: b"Authorization " * n * 5),
    "lines of a record": ("record", lambda n: HEAD + b'{"type":"x"}\n' * n),
    "one long line": ("record", lambda n: HEAD + b'{"type":"' + b"x" * n * 50 + b'"}\n'),
    "entries of a HAR": ("recording", lambda n: b'{"log":{"entries":[' + b"{}," * n + b"{}]}}"),
    "one long entry": ("recording", lambda n: b'{"log":{"entries":["' + b"x" * n * 100 + b'"]}}'),
    "blanks of a HAR": ("recording", lambda n: b'{"log":' + b" " * n * 100 + b'{"entries":[]}}'),
    "interactions in YAML": ("recording", lambda n: b"interactions:\n" + b"- a: b\n" * n),
    "anchors in YAML": ("recording", lambda n: b"interactions:\n" + _each(b"- &a%d x\n- *a%d\n", n)),
    "waivers": ("waivers", lambda n: b"[[waiver]]\n" * n),
    "keys of targets": ("targets", lambda n: _each(b"[targets.t%d]\nurl='u%d'\n", n)),
    "an unknown key": ("targets", lambda n: b"[targets.mock]\n" + b"x" * n * 20 + b"=1"),
    "calls of a ledger": ("books", lambda n: BOOK + _each(CALL, n)),
    "parameters of a request": ("reference", lambda n: ASKED + _each(b"DeviceName.%d=a%d&", n)),
    "blanks in a report": ("reports", lambda n: b" \t\n" * n * 10),
    "markup in a report": ("reports", lambda n: b"<b>&`|" * n * 10),
}  # fmt: skip
"""What grows → the entry, and its input of size n."""


def _each(pattern: bytes, n: int) -> bytes:
    return b"".join(pattern % (i, i) for i in range(n))


def _wrapped(items: str) -> bytes:
    return f'{{"Success":true,"ApplyDeviceList":{{"ApplyDeviceInfo":[{items}]}}}}'.encode()


def _members(name: str, n: int) -> bytes:
    return json.dumps({name: {"InvalidDeviceNameList": {f"n{i}": [] for i in range(n)}}}).encode()


def seconds(entry: str, data: bytes) -> float:
    """Processor time of the fastest of three."""
    found = []
    for _ in range(3):
        begun = time.process_time()
        DOORS[entry](data)
        found.append(time.process_time() - begun)
    return min(found)


def grown(size: int = 4_000) -> Iterator[tuple[str, bool]]:
    """For each a line, and whether time and memory grow as they may."""
    for what, (entry, grower) in GROWING.items():
        small, large = grower(size), grower(4 * size)
        few, many = seconds(entry, small), seconds(entry, large)
        held = memory(entry, large)
        steep = many > SMALL and many / max(few, SMALL / 4) > STEEPEST
        heavy = held > ALWAYS + MOST_MEMORY * len(large)
        grows = (" QUADRATIC" if steep else "") + (" MEMORY" if heavy else "")
        line = f"{entry:<11}{what:<28}{len(large):>10,} bytes {few * 1e3:8.1f} → {many * 1e3:8.1f} ms"
        yield f"{line} {held / 1e6:7.1f} MB{grows}", not grows


def memory(entry: str, data: bytes) -> int:
    """Bytes that it held at most, beside the input."""
    tracemalloc.start()
    try:
        DOORS[entry](data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
