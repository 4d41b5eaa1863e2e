"""BatchCheckDeviceNames: which names pass the check, in which spelling, and how many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.generate.values import legal_characters, texts, unknown_keys
from conformance.generate.workflows import Name, Workflow
from conformance.judge.followed import Application
from conformance.judge.verdict import Breaks, Holds, Judged, Unclear
from conformance.suite.frame import Planning, by_edition, draws, plans, verifies
from conformance.suite.passing import does_not_pass, passes
from conformance.suite.plan import DIGIT, DOT, PLAIN, names
from conformance.suite.probe import ALL, OTHER_CASE, Probe, names_apart
from conformance.suite.trace import Trace
from conformance.wire.message import FORMS, MIXED

LIMIT = by_edition(
    {"alibaba-2018": 1_000, "alibaba-2019": 1_000, "alibaba-2021": 1_000, "alibaba-2023": 10_000, "tuya-2025": 10_000}
)
DISCARDS = frozenset({"alibaba-2023", "tuya-2025"})
"""Editions that say that surplus names are discarded."""
LISTS = frozenset({"alibaba-2021", "alibaba-2023", "tuya-2025"})
"""Editions that know DeviceNameList."""
CLAUSE = "BatchCheckDeviceNames"
ALL_FORMS = (*FORMS, *MIXED)

ILLEGAL = (*tuple(" /*%+#~!$&'\"(=,;<>?[\\^`{|"), "é", "中", "：", "А", "１", "😀", "\t", "\n", "\xa0")
SAMPLE = (" ", "/", "*", "&", "<", "\u4e2d", "\u00e9", "\uff11", "\n", "+", "#", "$")
"""The illegal characters that the smallest profile tries: those that somebody's pattern forgets most often."""


@verifies("BatchCheckDeviceNames.ProductKey.required")
def test_a_request_without_product_key_is_refused(probe: Probe) -> Iterator[Judged]:
    """Without ProductKey nothing is checked."""
    yield from probe.refused(
        probe.check.but(ProductKey=None), because="product", what="a call without ProductKey", forms=ALL
    )


@verifies("BatchCheckDeviceNames.ProductKey.blank")
def test_an_empty_product_key_is_refused(probe: Probe) -> Iterator[Judged]:
    """An empty ProductKey is no ProductKey."""
    yield from probe.refused(probe.check.but(ProductKey=""), because="product", what="an empty ProductKey", forms=ALL)


@verifies("BatchCheckDeviceNames.ProductKey.unknown")
@draws("key", unknown_keys, always=["a1NoSuchProd", "unknown", OTHER_CASE])
def test_an_unknown_product_is_refused(probe: Probe, key: str) -> Iterator[Judged]:
    """Names cannot be checked for a product that does not exist."""
    yield from probe.refused(
        probe.check.but(ProductKey=probe.unknown_key(key)), because="product", what="an unknown ProductKey"
    )


@verifies("BatchCheckDeviceNames.DeviceName.required")
def test_a_request_without_names_is_refused(probe: Probe) -> Iterator[Judged]:
    """Without any name there is nothing to check."""
    yield from probe.refused(names_apart(probe.check), because="names", what="a call without names", forms=ALL)


def _numbered(clause: str, workflows: Sequence[Workflow]) -> list[Workflow]:
    """The workflows under keys of their own, in rotating forms."""
    start = sum(map(ord, clause))
    return [
        replace(work, key=f"{clause}#{n + 1}", form=ALL_FORMS[(start + n) % len(ALL_FORMS)])
        for n, work in enumerate(workflows)
    ]


def _only_checked(*names: Name, spelling: str = "DeviceName", nicknames: tuple[str, ...] = ()) -> Workflow:
    return Workflow("", names=names, register=False, reask=0, spelling=spelling, nicknames=nicknames)


def beyond_nine(planning: Planning) -> Sequence[Workflow]:
    """Indices of one, two and three digits, in and out of order."""
    backwards = tuple(range(13, 0, -1))
    forms = FORMS if planning.thorough else (FORMS[3], FORMS[4])
    found = [Workflow("", form=form, names=names(110), reask=0) for form in forms]
    found.append(Workflow("", form=FORMS[0], names=names(13), indices=backwards, reask=0))
    found.append(Workflow("", form=FORMS[1], names=names(4), indices=(2, 4, 1, 3), reask=0))
    return [replace(work, key=f"{CLAUSE}.DeviceName.N#{n + 1}") for n, work in enumerate(found)]


@verifies("BatchCheckDeviceNames.DeviceName.N")
@plans(beyond_nine)
def test_every_name_counts_whatever_its_index(trace: Trace) -> Judged:
    """As many devices come of a call as it names, beyond index 9 and 99, and out of order."""
    judged = passes(trace, f"{len(trace.work.names)} names")
    application = trace.application
    if application is None or not isinstance(judged, Holds):
        return judged
    wanted = len(application.unique_names())
    pages = [page for page in application.pages_after_success() if page.devices and page.total is not None]
    if not pages:
        return Unclear("no devices were shown", (application.created.number,))
    if wanted not in {page.total for page in pages}:
        numbers = (application.created.number, pages[-1].exchange.number)
        return Breaks("not every name counted", f"{wanted} devices", f"{pages[-1].total} devices", numbers, wanted)
    return Holds(pages[-1].exchange.number)


def of_length(length: int, good: bool) -> list[Workflow]:
    """That length alone, and beside an ordinary name."""
    name = Name(DOT * length, good)
    return [_only_checked(name), _only_checked(PLAIN, name)]


@verifies("BatchCheckDeviceNames.DeviceName.shortest")
@plans(lambda planning: _numbered(f"{CLAUSE}.DeviceName.shortest", of_length(4, True)))
def test_a_name_of_4_characters_passes(trace: Trace) -> Judged:
    """4 characters are enough."""
    return passes(trace, "a name of 4 characters")


@verifies("BatchCheckDeviceNames.DeviceName.longest")
@plans(lambda planning: _numbered(f"{CLAUSE}.DeviceName.longest", of_length(32, True)))
def test_a_name_of_32_characters_passes(trace: Trace) -> Judged:
    """32 characters are not too many."""
    return passes(trace, "a name of 32 characters")


@verifies("BatchCheckDeviceNames.DeviceName.too_short")
@plans(lambda planning: _numbered(f"{CLAUSE}.DeviceName.too_short", [*of_length(3, False), *of_length(1, False)[:1]]))
def test_a_name_of_3_characters_does_not_pass(trace: Trace, edition: str) -> Judged:
    """3 characters are too few."""
    return does_not_pass(trace, edition, f"a name of {len(trace.work.names[-1].shape)} characters")


@verifies("BatchCheckDeviceNames.DeviceName.too_long")
@plans(lambda planning: _numbered(f"{CLAUSE}.DeviceName.too_long", [*of_length(33, False), *of_length(64, False)[:1]]))
def test_a_name_of_33_characters_does_not_pass(trace: Trace, edition: str) -> Judged:
    """33 characters are too many."""
    return does_not_pass(trace, edition, f"a name of {len(trace.work.names[-1].shape)} characters")


def of_legal_characters(planning: Planning) -> Sequence[Workflow]:
    """Each special character first, inside and last; all letters and digits; drawn mixtures."""
    special = "-_@.:"
    around = [Name(f"{one}{DOT * 6}"[:32]) for one in special] + [Name(f"{DOT * 6}{one}") for one in special]
    inside = [Name(f"{DOT * 3}{one}{DOT * 4}") for one in special]
    inside += [Name(DIGIT * 12), Name("-_@.:" + DIGIT * 9 + ":.@_-")]
    letters = [Name(legal_characters[start : start + 20] + DOT * 6) for start in range(0, 62, 20)]
    drawn = planning.draw(texts(legal_characters, 1, 24), 8 if planning.thorough else 2)
    return _numbered(
        f"{CLAUSE}.DeviceName.characters",
        [
            _only_checked(*around),
            _only_checked(*inside),
            _only_checked(*letters),
            _only_checked(*(Name(DOT * 4 + text + DOT * 4) for text in drawn)),
        ],
    )


@verifies("BatchCheckDeviceNames.DeviceName.characters")
@plans(of_legal_characters)
def test_names_of_legal_characters_pass(trace: Trace) -> Judged:
    """Letters, digits and the five special characters stand anywhere in a name."""
    return passes(trace, "a name of legal characters")


def with_an_illegal_character(planning: Planning) -> Sequence[Workflow]:
    """One illegal character at the first, a middle or the last place of one name among good ones."""
    characters = ILLEGAL if planning.thorough else SAMPLE
    found = []
    for n, character in enumerate(characters):
        place = n % 3
        shape = (character + DOT * 7, DOT * 4 + character + DOT * 3, DOT * 7 + character)[place]
        good = [PLAIN] * (n % 4)
        good.insert(n % (len(good) + 1), Name(shape, good=False))
        found.append(_only_checked(*good))
    # A pattern anchored with $ lets a final line feed through.
    found.append(_only_checked(Name(DOT * 8 + "\n", good=False)))
    work = _numbered(f"{CLAUSE}.DeviceName.illegal", found)
    # What XML cannot carry comes back in XML all the same, replaced in some way.
    control = Name(DOT * 5 + "\x01" + DOT * 2, good=False)
    work.append(replace(_only_checked(PLAIN, control), key=f"{CLAUSE}.DeviceName.illegal#control", form=FORMS[1]))
    # A blank that a form spells + comes back as a blank.
    blank = Name(DOT * 4 + " " + DOT * 4, good=False)
    work.append(replace(_only_checked(PLAIN, blank), key=f"{CLAUSE}.DeviceName.illegal#blank", form=MIXED[0]))
    return work


@verifies("BatchCheckDeviceNames.DeviceName.illegal")
@plans(with_an_illegal_character)
def test_a_name_with_an_illegal_character_does_not_pass(trace: Trace, edition: str) -> Judged:
    """Any other character makes a name invalid, wherever it stands."""
    bad = next(name.shape for name in trace.work.names if not name.good)
    character = next(one for one in bad if one != DOT)
    return does_not_pass(trace, edition, f"a name with {character!r}")


@verifies("BatchCheckDeviceNames.DeviceName.blank")
@plans(
    lambda planning: _numbered(
        f"{CLAUSE}.DeviceName.blank", [_only_checked(PLAIN, Name("", good=False)), _only_checked(Name("", good=False))]
    )
)
def test_an_empty_name_does_not_pass(trace: Trace, edition: str) -> Judged:
    """An empty name is no name; alone, it leaves a call without names."""
    if trace.created is not None and trace.created.refused and edition == "alibaba-2018":
        return Holds(trace.created.number)
    return does_not_pass(trace, edition, "an empty name")


def taken(planning: Planning) -> Sequence[Workflow]:
    """A name that an earlier application of the run gave to a device, alone and among new ones."""
    return _numbered(
        f"{CLAUSE}.DeviceName.taken",
        [
            Workflow("", taken_from="random.1", register=False, reask=0),
            Workflow("", names=names(3), taken_from="random.3", register=False, reask=0),
            Workflow("", names=names(1), taken_from="checked.1", register=False, reask=0),
            Workflow("", names=names(110), taken_from="random.1", register=False, reask=0),
            Workflow("", names=names(1), registered_before=True, register=False, reask=0),
            *(
                [Workflow("", product=1, taken_from="random.other", register=False, reask=0)]
                if planning.products > 1
                else []
            ),
        ],
    )


@verifies("BatchCheckDeviceNames.DeviceName.taken")
@plans(taken)
def test_a_taken_name_does_not_pass(trace: Trace, edition: str) -> Judged | None:
    """The name of a device of the product is not free."""
    created = trace.created
    if created is None and trace.work.registered_before:
        return None  # RegisterDevice is not offered
    if created is not None and len(trace.work.names) + 1 != sum(
        name.startswith("DeviceName.") for name, _ in created.request.params
    ):
        return Unclear("no device was registered whose name could be taken")
    return does_not_pass(trace, edition, "a taken name")


def repeated(planning: Planning) -> Sequence[Workflow]:
    """One name twice, alone and among others."""
    twin = Name("twin-" + DOT * 8, twin="a")
    return _numbered(
        f"{CLAUSE}.DeviceName.repeated",
        [
            Workflow("", names=(PLAIN, twin, *names(2), twin), page_sizes=(10,), reask=0),
            Workflow("", names=(twin, twin), page_sizes=(10,), reask=0),
        ][: 2 if planning.thorough else 1],
    )


@verifies("BatchCheckDeviceNames.DeviceName.repeated")
@plans(repeated)
def test_a_repeated_name_never_becomes_two_devices(trace: Trace) -> Judged:
    """Refused, failed or merged: whatever becomes of it, no two devices have that name."""
    created, application = trace.created, trace.application
    if created is None or created.answer is None:
        return Unclear("the check got no answer")
    if application is None:
        return Holds(created.number) if created.refused else Unclear("no application was opened", (created.number,))
    wanted = len(application.unique_names())
    pages = application.pages_after_success()
    for page in pages:
        shown = [device.name for device in page.devices]
        if len(set(shown)) < len(shown) or (page.total or 0) > wanted:
            numbers = (created.number, page.exchange.number)
            return Breaks("a repeated name became two devices", f"{wanted} devices", f"{page.total}", numbers, wanted)
    if application.status in {"CREATE_SUCCESS", "CHECK_FAILED", "CREATE_FAILED"}:
        return Holds(pages[-1].exchange.number if pages else created.number)
    return Unclear(f"the application stands at {application.status}", (created.number,))


def as_many(planning: Planning, number: int, clause: str) -> list[Workflow]:
    """One call with that many names, in the form body: no request line is that long. At length in both spellings."""
    found = [Workflow(f"{clause}#1", form=FORMS[4], names=names(number), register=False, reask=1)]
    if planning.thorough and planning.edition in LISTS:
        many = names(number)
        found.append(
            Workflow(f"{clause}#2", form=FORMS[1], names=many, spelling="DeviceNameList", register=False, reask=1)
        )
    return found


@verifies("BatchCheckDeviceNames.DeviceName.limit", limit=LIMIT)
@plans(lambda planning: as_many(planning, planning.expected["limit"], f"{CLAUSE}.DeviceName.limit"))
def test_as_many_names_as_the_limit_pass(trace: Trace, limit: int) -> Judged:
    """One call checks as many names as the edition says."""
    return passes(trace, f"a call with {limit} names")


@verifies("BatchCheckDeviceNames.DeviceName.max", limit=LIMIT)
@plans(lambda planning: as_many(planning, planning.expected["limit"] + 1, f"{CLAUSE}.DeviceName.max"))
def test_more_names_than_the_limit_are_refused_or_cut(trace: Trace, edition: str, limit: int) -> Judged:
    """One name too many refuses the call; where the edition discards the surplus, it may also be left out."""
    created = trace.created
    if edition not in DISCARDS or created is None or created.refused or trace.application is None:
        return does_not_pass(
            trace,
            "alibaba-2019" if created is not None and created.refused else edition,
            f"{limit + 1} names",
            "too many",
        )
    return _cut(trace.application, limit)


def _cut(application: Application, limit: int) -> Judged:
    for exchange, _ in application.statuses():
        listed = exchange.answer.strings("ValidList", "Name") if exchange.answer else ()
        if len(listed) > limit:
            numbers = (application.created.number, exchange.number)
            return Breaks(
                "more names than the limit were checked", f"at most {limit}", str(len(listed)), numbers, limit
            )
    if application.status in {"CHECK_SUCCESS", "CHECK_FAILED"}:
        return Holds(application.statuses()[-1][0].number)
    return Unclear("no end of the check was seen", (application.created.number,))


def listed(planning: Planning) -> Sequence[Workflow]:
    """Good names and a bad one as DeviceNameList.N.DeviceName."""
    found = [
        Workflow("", names=names(12), spelling="DeviceNameList", page_sizes=(20,), reask=0),
        Workflow("", names=names(2), spelling="DeviceNameList", page_sizes=(20,), reask=0),
        _only_checked(PLAIN, Name("a b" + DOT * 5, good=False), spelling="DeviceNameList"),
    ]
    return _numbered(f"{CLAUSE}.DeviceNameList", found)


@verifies("BatchCheckDeviceNames.DeviceNameList")
@plans(listed)
def test_names_may_be_given_as_a_device_name_list(trace: Trace, edition: str) -> Judged:
    """DeviceNameList.N.DeviceName is checked and registered like DeviceName.N."""
    if not all(name.good for name in trace.work.names):
        return does_not_pass(trace, edition, "an illegal name in DeviceNameList")
    return _registered_as_asked(trace, "DeviceNameList.N.DeviceName")


def _registered_as_asked(trace: Trace, what: str) -> Judged:
    judged = passes(trace, what)
    application = trace.application
    if application is None or not isinstance(judged, Holds):
        return judged
    shown = {device.name for page in application.pages_after_success() for device in page.devices}
    if not shown:
        return Unclear("no devices were shown", (application.created.number,))
    if shown != set(application.names):
        numbers = (application.created.number, application.pages_after_success()[-1].exchange.number)
        expected, seen = (
            f"{len(application.names)} names",
            f"{len(shown & set(application.names))} of them, {len(shown)} in all",
        )
        return Breaks(f"other names than {what} were registered", expected, seen, numbers, len(application.names))
    return Holds(application.created.number)


def both_spellings(planning: Planning) -> Sequence[Workflow]:
    """Good names in DeviceNameList beside other names in DeviceName."""
    decoys = ("decoy-" + DOT * 8,) * 3
    found = [
        Workflow("", names=names(2), spelling="DeviceNameList", decoys=decoys[:n], page_sizes=(10,), reask=0)
        for n in ((1, 3) if planning.thorough else (3,))
    ]
    return _numbered(f"{CLAUSE}.DeviceNameList.wins", found)


@verifies("BatchCheckDeviceNames.DeviceNameList.wins")
@plans(both_spellings)
def test_device_name_list_wins_over_device_name(trace: Trace) -> Judged:
    """Of a call with both spellings only DeviceNameList counts."""
    return _registered_as_asked(trace, "DeviceNameList.N.DeviceName")


GOOD_NICKNAMES = ("abcd", "Lamp_1", "\u706f\u6cdb_1", "\u304b\u306a\u3042", "n" * 64, "\u706f" * 32)
BAD_NICKNAMES = ("abc", "n" * 65, "a lamp", "lamp-1", "\u706f" * 33, "lamp!")


def with_nicknames(clause: str, nicknames: Sequence[str]) -> list[Workflow]:
    """One workflow per nickname."""
    return _numbered(clause, [_only_checked(PLAIN, spelling="DeviceNameList", nicknames=(one,)) for one in nicknames])


@verifies("BatchCheckDeviceNames.DeviceNickname")
@plans(
    lambda planning: with_nicknames(
        f"{CLAUSE}.DeviceNickname", GOOD_NICKNAMES if planning.thorough else GOOD_NICKNAMES[1:4]
    )
)
def test_a_legal_nickname_passes(trace: Trace) -> Judged:
    """4 to 64 letters, digits and underscores, Chinese and Japanese characters counting two each."""
    return passes(trace, f"the nickname {trace.work.nicknames[0][:12]!r} of {len(trace.work.nicknames[0])} characters")


@verifies("BatchCheckDeviceNames.DeviceNickname.illegal")
@plans(
    lambda planning: with_nicknames(
        f"{CLAUSE}.DeviceNickname.illegal", BAD_NICKNAMES if planning.thorough else BAD_NICKNAMES[:3]
    )
)
def test_an_illegal_nickname_does_not_pass(trace: Trace, edition: str) -> Judged:
    """A nickname too short, too long or with another character is invalid."""
    return does_not_pass(trace, edition, f"the nickname {trace.work.nicknames[0][:12]!r}")
