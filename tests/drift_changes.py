"""Changes made between two nights, and whose each is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from conformance.offline.drift.change import Attribution
from conformance.offline.drift.snapshot import Snapshot
from tests.drift_lab import Weather

Answer = dict[str, Any]
CALM = Weather()


@dataclass(frozen=True, slots=True)
class Made:
    """One change: the weather before and after, and what has to be said of it."""

    name: str
    tonight: Weather
    attribution: Attribution
    kind: str
    what: str = ""
    """Part of what has changed."""
    before: Weather = CALM
    edited: Callable[[Snapshot], Snapshot] = lambda snapshot: snapshot
    """What an older suite would have said of the nights before."""
    again: Weather | None = None
    """The weather of the confirmations, where it is another one."""

    @property
    def status(self) -> int:
        """The exit status that it deserves."""
        return {Attribution.TARGET: 1, Attribution.FLAKE: 3}.get(self.attribution, 0)


def adds(answer: Answer, dice: Random) -> None:
    answer["Zone"] = "cn-shanghai-b"


def loses_request_id(answer: Answer, dice: Random) -> None:
    answer.pop("RequestId", None)


def spells_apply_id(answer: Answer, dice: Random) -> None:
    data = answer.get("Data")
    if isinstance(data, dict) and isinstance(data.get("ApplyId"), int):
        data["ApplyId"] = str(data["ApplyId"])


def spells_success(answer: Answer, dice: Random) -> None:
    if answer.get("Success") is True:
        answer["Success"] = "true"


def renames_secret(answer: Answer, dice: Random) -> None:
    listed = answer.get("ApplyDeviceList")
    for item in listed.get("ApplyDeviceInfo", []) if isinstance(listed, dict) else []:
        item["Secret"] = item.pop("DeviceSecret", "")


def says_null_total(answer: Answer, dice: Random) -> None:
    if "Total" in answer:
        answer["Total"] = float(answer["Total"])


def another_code(answer: Answer, dice: Random) -> None:
    if answer.get("Code") == "iot.prod.NotExistedProduct":
        answer["Code"] = "iot.prod.InvalidFormattedProductkey"


def unpublished_code(answer: Answer, dice: Random) -> None:
    if answer.get("Code") == "iot.device.DeviceApplyIsNotFound":
        answer["Code"] = "iot.device.NoSuchApplication"


def refuses_key(answer: Answer, dice: Random) -> None:
    keep = answer.get("RequestId")
    answer.clear()
    answer |= {
        "RequestId": keep,
        "HostId": "iot",
        "Code": "InvalidAccessKeyId.NotFound",
        "Message": "no",
        "<status>": 404,
    }


def forbids(answer: Answer, dice: Random) -> None:
    keep = answer.get("RequestId")
    answer.clear()
    answer |= {"RequestId": keep, "HostId": "iot", "Code": "Forbidden.RAM", "Message": "no", "<status>": 403}


def older(**shown: str) -> Callable[[Snapshot], Snapshot]:
    """An older suite, by whose judgement those clauses had that outcome; ``none`` where it did not know the clause."""

    def edit(snapshot: Snapshot) -> Snapshot:
        found = dict(snapshot.shown)
        for name, outcome in ((name.replace("__", "."), outcome) for name, outcome in shown.items()):
            if outcome == "none":
                del found[name]
            else:
                found[name] = replace(found[name], outcome=outcome, reason="", broken=0, fingerprints=())
        return replace(
            snapshot, shown=found, about={**snapshot.about, "suite": "iot-conformance 0.0.1", "digest": "old"}
        )

    return edit


T, S, E, F = Attribution.TARGET, Attribution.SUITE, Attribution.ENVIRONMENT, Attribution.FLAKE
TOTAL = ("QueryPageByApplyId.Total",)
CHANGES = [
    Made("a fault comes", Weather(faults=TOTAL), T, "newly failed", "QueryPageByApplyId.Total"),
    Made("a fault goes", CALM, T, "newly passed", "QueryPageByApplyId.Total", Weather(faults=TOTAL)),
    Made(
        "a fault of refusals",
        Weather(faults=("BatchRegisterDevice.Count.max",)),
        T,
        "newly failed",
        "BatchRegisterDevice.Count.max",
    ),
    Made("a fault of the status", Weather(faults=("Workflow.terminal",)), T, "newly failed", "Workflow.terminal"),
    Made("a field is added", Weather(change=adds), T, "field appeared", "Zone"),
    Made(
        "a field is added to one operation",
        Weather(change=adds, operation="QueryPageByApplyId"),
        T,
        "field appeared",
        "Zone",
    ),
    Made("fields everywhere", Weather(variants=("unknown_fields",)), T, "field appeared", "Unheard"),
    Made("a field vanishes", Weather(change=loses_request_id), T, "field vanished", "RequestId"),
    Made("a field vanishes by a freedom", Weather(variants=("no_device_id",)), T, "field vanished", "DeviceId"),
    Made("a field is renamed", Weather(change=renames_secret), T, "field appeared", "Secret"),
    Made("a number becomes a text", Weather(change=spells_apply_id), T, "field of another type", "ApplyId"),
    Made("an integer becomes a fraction", Weather(change=says_null_total), T, "field of another type", "Total"),
    Made("another code", Weather(change=another_code), T, "code", "refused before"),
    Made("a code of no list", Weather(change=unpublished_code), T, "code", "refused before"),
    Made("another HTTP status", Weather(variants=("refusals_with_400",)), T, "HTTP status", "refused"),
    Made(
        "another Code on success",
        Weather(variants=("code_200_on_success",)),
        T,
        "observation",
        "Common.Code.on_success.seen",
    ),
    Made(
        "another letter case",
        Weather(variants=("request_id_lower_case",)),
        T,
        "observation",
        "Common.RequestId.letters",
    ),
    Made("another order", Weather(variants=("devices_by_name",)), T, "observation", "QueryPageByApplyId.order.seen"),
    Made(
        "names told later",
        Weather(variants=("invalid_names_later",)),
        T,
        "observation",
        "BatchCheckDeviceNames.malformed.seen",
    ),
    Made("pages past the end refused", Weather(variants=("past_the_end_refused",)), T, "observation", "past_the_end"),
    Made("shorter secrets", Weather(variants=("short_secrets",)), T, "observation", "DeviceSecret.length"),
    Made(
        "other generated names",
        Weather(variants=("generated_names_of_digits",)),
        T,
        "observation",
        "DeviceName.characters",
    ),
    Made("registering takes twice as long", Weather(delay=1.0), T, "time to register", "random", Weather(delay=0.5)),
    Made("registering takes half as long", Weather(delay=0.5), T, "time to register", "checked", Weather(delay=1.0)),
    Made(
        "a clause is judged more strictly",
        Weather(faults=TOTAL),
        S,
        "newly failed",
        "QueryPageByApplyId.Total",
        Weather(faults=TOTAL),
        older(QueryPageByApplyId__Total="pass"),
    ),
    Made(
        "a test judges more strictly",
        Weather(faults=("BatchRegisterDevice.Count.max",)),
        S,
        "newly failed",
        "BatchRegisterDevice.Count.max",
        Weather(faults=("BatchRegisterDevice.Count.max",)),
        older(BatchRegisterDevice__Count__max="pass"),
    ),
    Made(
        "a clause is new",
        Weather(faults=TOTAL),
        S,
        "newly failed",
        "QueryPageByApplyId.Total",
        Weather(faults=TOTAL),
        older(QueryPageByApplyId__Total="none"),
    ),
    Made(
        "a clause is judged more mildly",
        CALM,
        S,
        "newly passed",
        "QueryPageByApplyId.Total",
        CALM,
        older(QueryPageByApplyId__Total="fail"),
    ),
    Made(
        "suite and target change", Weather(faults=TOTAL), T, "newly failed", "QueryPageByApplyId.Total", CALM, older()
    ),
    Made("only the seed changes", Weather(seed=5), S, ""),
    Made("only the profile changes", Weather(profile="full"), S, ""),
    Made("only the suite changes", CALM, S, "", "", CALM, older()),
    Made(
        "a fault of one answer in five",
        Weather(change=loses_request_id, share=0.2),
        F,
        "newly failed",
        "Common.RequestId",
    ),
    Made("a field in one answer of five", Weather(change=adds, share=0.2), F, "field appeared", "Zone"),
    Made(
        "a fault that confirmations do not show",
        Weather(faults=TOTAL),
        F,
        "newly failed",
        "QueryPageByApplyId.Total",
        again=CALM,
    ),
    Made("throttling", Weather(variants=("throttled_now_and_then",)), E, "", ""),
    Made(
        "a key that is refused now and then",
        Weather(change=refuses_key, share=0.1, operation="QueryBatchRegisterDeviceStatus"),
        E,
        "code",
        "",
    ),
    Made("rights are lost", Weather(change=forbids, operation="QueryPageByApplyId"), E, "code", ""),
    Made("a way that breaks", Weather(resets=0.05), E, "newly inconclusive", ""),
    Made("a way that is slow", Weather(slower=0.3), E, "time to answer", ""),
]
"""Every change of the laboratory."""
