"""How a Workflow spells its BatchCheckDeviceNames: the names, their indices, their spelling."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.contract.actions import Action
from conformance.generate.workflows import Workflow
from conformance.wire.message import Request


def spelt_names(work: Workflow, generate_name: Callable[[str], str], taken: Sequence[str]) -> list[str]:
    """The names of a workflow in their order, after them those of ``taken`` that it wants."""
    twins: dict[str, str] = {}
    names = []
    for name in work.names:
        spelt = twins.get(name.twin) if name.twin else None
        if spelt is None:
            spelt = generate_name(name.shape)
            twins[name.twin] = spelt
        names.append(spelt)
    if work.taken_from:
        if work.other_case:
            # Those without letters come last: in the other letter case they are what they were.
            taken = sorted((name.swapcase() for name in taken), key=lambda name: name.swapcase() == name)
        names.extend(taken[: work.taken])
    return names


def check_request(
    product_key: str, work: Workflow, names: Sequence[str], generate_name: Callable[[str], str]
) -> Request:
    """BatchCheckDeviceNames as the workflow spells it."""
    longest = max(len(names), len(work.nicknames))
    indices = work.indices or tuple(range(1, longest + 1))
    spelt: list[tuple[str, str]] = []
    for place, n in enumerate(indices):
        if work.spelling == "DeviceName":
            spelt.append((f"DeviceName.{n}", names[place]))
            continue
        if place < len(names):
            spelt.append((f"DeviceNameList.{n}.DeviceName", names[place]))
        nickname = work.nicknames[place] if place < len(work.nicknames) else None
        if nickname is not None:
            spelt.append((f"DeviceNameList.{n}.DeviceNickname", nickname))
    spelt += [(f"DeviceName.{n}", generate_name(decoy)) for n, decoy in enumerate(work.decoys, 1)]
    return Request(Action.BatchCheckDeviceNames, (("ProductKey", product_key), *spelt))
