"""BatchCheckDeviceNames: which nicknames may be given with names, and to which name each belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.generate.workflows import Name, Workflow
from conformance.judge.verdict import CheckResult
from conformance.suite.checks import numbered, only_checked
from conformance.suite.decorators import Planning, plans, verifies
from conformance.suite.passing import does_not_pass, none_passes, passes
from conformance.suite.plan import PLAIN, names
from conformance.suite.traces import Trace
from conformance.wire.message import FORMS

LAMP, KA = "\u706f", "\u304b"
"""A Chinese and a Japanese character."""
CHARACTERS = (
    "Lamp_1",
    f"{LAMP}\u6cdb_1",
    f"{KA}\u306a\u3042",
    "\u30ab\u30bf\u30ab\u30ca",
    "0123",
    "____",
    "abcdefghij",
)
OTHERS = ("a lamp", "lamp-1", "lamp!", "lamp.1", "l@mps", f"{LAMP}{LAMP}-{LAMP}", "la\tmp", "<lamp>", "la&mp")
NARROW = (("n" * 4, "n" * 64), ("n" * 3, "n" * 65))
"""Legal and illegal ones of characters that count for one."""
WIDE = (
    (LAMP * 2, LAMP * 32, LAMP * 31 + "ab", KA * 2, f"{LAMP}ab", KA * 32),
    (LAMP + "a", LAMP * 33, LAMP * 32 + "a", LAMP * 31 + "abc", KA, KA * 33),
)
"""The same with characters that count for two."""


def together(nicknames: Sequence[str]) -> Workflow:
    """One call with all these nicknames, each with a name of its own."""
    return only_checked(*names(len(nicknames)), spelling="DeviceNameList", nicknames=tuple(nicknames))


def all_wrong(nicknames: Sequence[str]) -> Workflow:
    """One call with all these illegal nicknames among legal ones and names without one."""
    bad = tuple(Name(name.shape, good=False) for name in names(len(nicknames)))
    return only_checked(
        *names(2), *bad, PLAIN, spelling="DeviceNameList", nicknames=("Lamp_1", None, *nicknames, "lamp_2")
    )


def in_both_formats(clause: str, workflows: Sequence[Workflow]) -> list[Workflow]:
    """Each of them in JSON and in XML."""
    return [
        replace(work, key=f"{clause}#{n + 1}.{form.format}", form=form)
        for n, work in enumerate(workflows)
        for form in ((FORMS[4], FORMS[5]) if n % 2 else (FORMS[0], FORMS[1]))
    ]


def numbered_or_twice(planning: Planning, clause: str, workflows: Sequence[Workflow]) -> list[Workflow]:
    """The workflows in rotating forms; at length each in both formats."""
    return in_both_formats(clause, workflows) if planning.thorough else numbered(clause, workflows)


def bad_ones(planning: Planning, nicknames: Sequence[str], alone: int) -> list[Workflow]:
    """The first of them, at length each, in a call of its own; then all in one, but for those seen already."""
    singles = [together((one,)) for one in (nicknames if planning.thorough else nicknames[:alone])]
    return [*singles, all_wrong(nicknames)] if len(nicknames) > alone else singles


def with_legal_characters(planning: Planning) -> Sequence[Workflow]:
    """Legal nicknames of many names in one call, out of order, registered, so that they can be looked up."""
    shuffled = (2, 11, 1, 10, 3, 12, 5, 9, 4, 8, 6, 7)
    nicknames = tuple(CHARACTERS[n % len(CHARACTERS)] + f"_{n}" if n % 4 else None for n in range(11))
    mixed = Workflow(
        "",
        names=names(12),
        spelling="DeviceNameList",
        nicknames=(*nicknames, "long_" * 12 + "name"),
        indices=shuffled,
        page_sizes=(20,),  # so that one page shows all that are looked up
        reask=0,
    )
    found = [replace(mixed, details=12 if planning.thorough else 3)]
    if planning.thorough:
        found += [together(CHARACTERS), replace(mixed, indices=(), details=2)]
    if planning.thorough and planning.products > 1:
        found.append(
            Workflow("", product=1, names=names(2), spelling="DeviceNameList", nicknames=nicknames[1:3], details=2)
        )
    return numbered("BatchCheckDeviceNames.DeviceNickname", found)


@verifies("BatchCheckDeviceNames.DeviceNickname")
@plans(with_legal_characters)
def test_legal_nicknames_pass(trace: Trace) -> CheckResult:
    """Letters, digits, underscores, Chinese and Japanese characters make a nickname."""
    return passes(trace, f"a call with {len([nick for nick in trace.work.nicknames if nick])} legal nicknames")


def _what(trace: Trace) -> str:
    nicknames = trace.work.nicknames
    return f"the nickname {str(nicknames[0])[:12]!r} of {len(str(nicknames[0]))} characters"


@verifies("BatchCheckDeviceNames.DeviceNickname.illegal")
@plans(
    lambda planning: numbered_or_twice(
        planning, "BatchCheckDeviceNames.DeviceNickname.illegal", bad_ones(planning, OTHERS, 1)
    )
)
def test_a_nickname_with_another_character_does_not_pass(trace: Trace) -> CheckResult:
    """Any other character makes a nickname invalid."""
    return _judged(trace)


def _judged(trace: Trace) -> CheckResult:
    nicknames = trace.work.nicknames
    if len(nicknames) > 1:
        return none_passes(trace, "illegal nicknames")
    return does_not_pass(trace, _what(trace))


@verifies("BatchCheckDeviceNames.DeviceNickname.length")
@plans(
    lambda planning: numbered_or_twice(
        planning,
        "BatchCheckDeviceNames.DeviceNickname.length",
        [together(NARROW[0]), *bad_ones(planning, NARROW[1], 2)],
    )
)
def test_a_nickname_has_4_to_64_characters(trace: Trace) -> CheckResult:
    """4 and 64 characters pass, 3 and 65 do not."""
    good = set(filter(None, trace.work.nicknames)) <= set(NARROW[0])
    return passes(trace, "a call with nicknames of 4 and 64 characters") if good else _judged(trace)


@verifies("BatchCheckDeviceNames.DeviceNickname.wide")
@plans(
    lambda planning: numbered_or_twice(
        planning, "BatchCheckDeviceNames.DeviceNickname.wide", [together(WIDE[0]), *bad_ones(planning, WIDE[1], 2)]
    )
)
def test_a_chinese_or_japanese_character_counts_for_two(trace: Trace) -> CheckResult:
    """2 to 32 of them make a nickname, and mixtures as long as the sum is 4 to 64."""
    good = set(filter(None, trace.work.nicknames)) <= set(WIDE[0])
    return passes(trace, "a call with nicknames of wide characters") if good else _judged(trace)


@verifies("BatchCheckDeviceNames.DeviceNickname.alone")
@plans(
    lambda planning: numbered(
        "BatchCheckDeviceNames.DeviceNickname.alone", [only_checked(spelling="DeviceNameList", nicknames=("lamp_1",))]
    )
)
def test_a_nickname_alone_does_not_pass(trace: Trace) -> CheckResult:
    """A DeviceNickname needs the DeviceName of its index; without any name there is nothing to check."""
    return does_not_pass(trace, "a nickname without a name")


@verifies("BatchCheckDeviceNames.DeviceNickname.beside")
@plans(
    lambda planning: numbered(
        "BatchCheckDeviceNames.DeviceNickname.beside",
        [
            only_checked(*names(2), spelling="DeviceNameList", nicknames=(None, "lamp_1", "lamp_2")),
            only_checked(*names(2), spelling="DeviceNameList", nicknames=(None, None, "lamp_1", "lamp_2")),
        ][: 2 if planning.thorough else 1],
    )
)
def test_a_nickname_beside_the_names_of_others_does_not_pass(trace: Trace) -> CheckResult:
    """A DeviceNickname needs the DeviceName of its index, also beside good names of other indices."""
    return does_not_pass(trace, "a nickname without its name, beside other names,")
