"""BatchCheckDeviceNames: which names pass the check, in which spelling, and how many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.generate.values import legal_characters, texts, unknown_keys
from conformance.generate.workflows import Name, Workflow
from conformance.judge.followed import names_asked
from conformance.judge.law import Reads
from conformance.judge.verdict import Breaks, Holds, Judged, Unclear
from conformance.suite.checks import numbered, only_checked
from conformance.suite.frame import Planning, draws, plans, verifies
from conformance.suite.passing import FOR_ITS_FORM, does_not_pass, listed, never_two_devices, none_passes, passes
from conformance.suite.plan import DIGIT, DOT, PLAIN, names
from conformance.suite.probe import BOTH, Probe, names_apart
from conformance.suite.trace import Trace
from conformance.wire.message import FORMS, MIXED

CLAUSE = "BatchCheckDeviceNames"

ILLEGAL = (*tuple(" /*%+#~!$&'\"(=,;<>?[\\^`{|"), "é", "中", "：", "А", "１", "😀", "\t", "\n", "\xa0")
SAMPLE = (" ", "/", "*", "&", "<", "\u4e2d", "\u00e9", "\uff11", "\n", "+", "#", "$")
"""The illegal characters that the smallest profile tries: those that somebody's pattern forgets most often."""
ALONE = (" ", "/", "\u4e2d")
"""Those of them that it tries in calls of their own."""


@verifies("BatchCheckDeviceNames.ProductKey.required")
def test_a_request_without_product_key_is_refused(probe: Probe) -> Iterator[Judged]:
    """Without ProductKey nothing is checked."""
    yield from probe.refused(
        probe.check.but(ProductKey=None), because="product", what="a call without ProductKey", forms=BOTH
    )


@verifies("BatchCheckDeviceNames.ProductKey.blank")
def test_an_empty_product_key_is_refused(probe: Probe) -> Iterator[Judged]:
    """An empty ProductKey is no ProductKey."""
    yield from probe.refused(probe.check.but(ProductKey=""), because="product", what="an empty ProductKey", forms=BOTH)


@verifies("BatchCheckDeviceNames.ProductKey.unknown")
@draws("key", unknown_keys, always=["a1NoSuchProd", "unknown"])
def test_an_unknown_product_is_refused(probe: Probe, key: str) -> Iterator[Judged]:
    """Names cannot be checked for a product that does not exist."""
    yield from probe.refused(
        probe.check.but(ProductKey=probe.unknown_key(key)), because="product", what="an unknown ProductKey"
    )


@verifies("BatchCheckDeviceNames.ProductKey.letter_case")
def test_a_product_key_in_the_other_letter_case_is_observed(probe: Probe) -> Iterator[Reads]:
    """Whether letter case matters in a ProductKey: no document says so."""
    other = probe.products[0].swapcase()
    if other in probe.products:
        return
    exchange = probe.send(probe.check.but(ProductKey=other), FORMS[0])
    if exchange.accepted or exchange.refused:
        yield Reads("another product" if exchange.refused else "the same product", exchange.number)


@verifies("BatchCheckDeviceNames.DeviceName.required")
def test_a_request_without_names_is_refused(probe: Probe) -> Iterator[Judged]:
    """Without any name there is nothing to check."""
    yield from probe.refused(names_apart(probe.check), because="names", what="a call without names", forms=BOTH)


LAST = Name("bad last " + DOT * 4, good=False)


def beyond_nine(planning: Planning) -> Sequence[Workflow]:
    """Indices of one to four digits, in and out of order."""
    backwards = tuple(range(13, 0, -1))
    forms = FORMS if planning.thorough else FORMS[3:4]
    found = [Workflow("", form=form, names=names(110), reask=0) for form in forms]
    found.append(Workflow("", form=FORMS[4], names=names(13), indices=backwards, reask=0))
    # Whether the last of many names counts shows in that it is no name at all. No request line is that long.
    found.append(replace(only_checked(*names(999), LAST), form=FORMS[1]))
    if planning.thorough:
        found.append(Workflow("", form=FORMS[1], names=names(4), indices=(2, 4, 1, 3), reask=0))
        found.append(replace(only_checked(*names(999), LAST), form=FORMS[4]))
    return [replace(work, key=f"{CLAUSE}.DeviceName.N#{n + 1}") for n, work in enumerate(found)]


@verifies("BatchCheckDeviceNames.DeviceName.N")
@plans(beyond_nine)
def test_every_name_counts_whatever_its_index(trace: Trace) -> Judged:
    """As many devices come of a call as it names, beyond index 9, 99 and 999, and out of order."""
    if LAST in trace.work.names:
        return does_not_pass(trace, f"a call whose name {len(trace.work.names)} is illegal")
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


@verifies("BatchCheckDeviceNames.DeviceName.N.gaps")
@plans(
    lambda planning: [
        replace(only_checked(*names(2), LAST), key=f"{CLAUSE}.DeviceName.N.gaps#1", form=FORMS[2], indices=(1, 2, 4))
    ]
)
def test_what_follows_a_missing_index_is_observed(trace: Trace) -> Reads | None:
    """Whether a name counts whose index is not the next one: no document says so. The name is illegal, so it shows."""
    created, application = trace.created, trace.application
    if created is None:
        return None
    if created.refused:
        counts = (created.answer is not None and created.answer.code in FOR_ITS_FORM) or bool(listed(trace))
        return Reads("every name counts" if counts else "the call is refused", created.number)
    status = application.status if application is not None else None
    readings = {"CHECK_FAILED": "every name counts", "CHECK_SUCCESS": "names end at the gap"}
    return Reads(readings[status], created.number) if status in readings else None


@verifies("BatchCheckDeviceNames.DeviceName.letter_case")
@plans(
    lambda planning: numbered(
        f"{CLAUSE}.DeviceName.letter_case",
        [Workflow("", taken_from="checked.1", other_case=True, register=False, reask=0)],
    )
)
def test_a_taken_name_in_the_other_letter_case_is_observed(trace: Trace) -> Reads | None:
    """Whether names that differ in letter case only are one name: no document says so."""
    created, application = trace.created, trace.application
    if created is None or ((asked := names_asked(created.request.params)) and asked[0].swapcase() == asked[0]):
        return None
    status = application.status if application is not None else None
    if created.refused or status == "CHECK_FAILED":
        return Reads("the same name", created.number)
    return Reads("another name", created.number) if status == "CHECK_SUCCESS" else None


def of_length(planning: Planning, length: int, good: bool) -> list[Workflow]:
    """That length alone, and beside an ordinary name; where only a sample is wanted, good ones both at once."""
    name = Name(DOT * length, good)
    if good and not planning.thorough:
        return [only_checked(name, PLAIN, name)]
    return [only_checked(name), only_checked(PLAIN, name)]


def shorter_or_longer(planning: Planning, length: int, far: int) -> list[Workflow]:
    """Names just beyond a limit, and at length also one far beyond it."""
    return of_length(planning, length, False) + (of_length(planning, far, False)[:1] if planning.thorough else [])


@verifies("BatchCheckDeviceNames.DeviceName.shortest")
@plans(lambda planning: numbered(f"{CLAUSE}.DeviceName.shortest", of_length(planning, 4, True)))
def test_a_name_of_4_characters_passes(trace: Trace) -> Judged:
    """4 characters are enough."""
    return passes(trace, "a name of 4 characters")


@verifies("BatchCheckDeviceNames.DeviceName.longest")
@plans(lambda planning: numbered(f"{CLAUSE}.DeviceName.longest", of_length(planning, 32, True)))
def test_a_name_of_32_characters_passes(trace: Trace) -> Judged:
    """32 characters are not too many."""
    return passes(trace, "a name of 32 characters")


@verifies("BatchCheckDeviceNames.DeviceName.too_short")
@plans(lambda planning: numbered(f"{CLAUSE}.DeviceName.too_short", shorter_or_longer(planning, 3, 1)))
def test_a_name_of_3_characters_does_not_pass(trace: Trace) -> Judged:
    """3 characters are too few."""
    return does_not_pass(trace, f"a name of {len(trace.work.names[-1].shape)} characters")


@verifies("BatchCheckDeviceNames.DeviceName.too_long")
@plans(lambda planning: numbered(f"{CLAUSE}.DeviceName.too_long", shorter_or_longer(planning, 33, 64)))
def test_a_name_of_33_characters_does_not_pass(trace: Trace) -> Judged:
    """33 characters are too many."""
    return does_not_pass(trace, f"a name of {len(trace.work.names[-1].shape)} characters")


def of_legal_characters(planning: Planning) -> Sequence[Workflow]:
    """Each special character first, inside and last; all letters and digits; drawn mixtures."""
    special = "-_@.:"
    around = [Name(f"{one}{DOT * 6}"[:32]) for one in special] + [Name(f"{DOT * 6}{one}") for one in special]
    inside = [Name(f"{DOT * 3}{one}{DOT * 4}") for one in special]
    inside += [Name(DIGIT * 12), Name("-_@.:" + DIGIT * 9 + ":.@_-")]
    letters = [Name(legal_characters[start : start + 20] + DOT * 6) for start in range(0, 62, 20)]
    drawn = planning.draw(texts(legal_characters, 1, 24), 8 if planning.thorough else 2)
    groups = [around, inside, letters, [Name(DOT * 4 + text + DOT * 4) for text in drawn]]
    if not planning.thorough:
        groups = [around + inside, letters + groups[3]]
    return numbered(f"{CLAUSE}.DeviceName.characters", [only_checked(*group) for group in groups])


@verifies("BatchCheckDeviceNames.DeviceName.characters")
@plans(of_legal_characters)
def test_names_of_legal_characters_pass(trace: Trace) -> Judged:
    """Letters, digits and the five special characters stand anywhere in a name."""
    return passes(trace, "a name of legal characters")


def with_an_illegal_character(planning: Planning) -> Sequence[Workflow]:
    """One illegal character at the first, a middle or the last place of one name among good ones; all in one call."""
    found, every = [], []
    for n, character in enumerate(ILLEGAL if planning.thorough else SAMPLE):
        place = n % 3
        shape = (character + DOT * 7, DOT * 4 + character + DOT * 3, DOT * 7 + character)[place]
        every.append(Name(shape, good=False))
        good = [PLAIN] * (n % 4)
        good.insert(n % (len(good) + 1), every[-1])
        if planning.thorough or character in ALONE:
            found.append(only_checked(*good))
    found.append(only_checked(*names(3), *every, *names(2)))
    # A pattern anchored with $ lets a final line feed through.
    found.append(only_checked(Name(DOT * 8 + "\n", good=False)))
    work = numbered(f"{CLAUSE}.DeviceName.illegal", found)
    # What XML cannot carry comes back in XML all the same, replaced in some way.
    control = Name(DOT * 5 + "\x01" + DOT * 2, good=False)
    work.append(replace(only_checked(PLAIN, control), key=f"{CLAUSE}.DeviceName.illegal#control", form=FORMS[1]))
    # A blank that a form spells + comes back as a blank.
    blank = Name(DOT * 4 + " " + DOT * 4, good=False)
    work.append(replace(only_checked(PLAIN, blank), key=f"{CLAUSE}.DeviceName.illegal#blank", form=MIXED[0]))
    return work


@verifies("BatchCheckDeviceNames.DeviceName.illegal")
@plans(with_an_illegal_character)
def test_a_name_with_an_illegal_character_does_not_pass(trace: Trace) -> Judged:
    """Any other character makes a name invalid, wherever it stands."""
    bad = [name.shape for name in trace.work.names if not name.good]
    if len(bad) > 1:
        return none_passes(trace, "names with illegal characters")
    character = next(one for one in bad[0] if one != DOT)
    return does_not_pass(trace, f"a name with {character!r}")


@verifies("BatchCheckDeviceNames.DeviceName.blank")
@plans(
    lambda planning: numbered(
        f"{CLAUSE}.DeviceName.blank", [only_checked(PLAIN, Name("", good=False)), only_checked(Name("", good=False))]
    )
)
def test_an_empty_name_does_not_pass(trace: Trace) -> Judged:
    """An empty name is no name; alone, it leaves a call without names."""
    return does_not_pass(trace, "an empty name")


def taken(planning: Planning) -> Sequence[Workflow]:
    """A name that an earlier application of the run gave to a device, alone and among new ones."""
    return numbered(
        f"{CLAUSE}.DeviceName.taken",
        [
            Workflow("", taken_from="random.1", register=False, reask=0),
            Workflow("", names=names(3), taken_from="random.4", taken=3, register=False, reask=0),
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
def test_a_taken_name_does_not_pass(trace: Trace) -> Judged | None:
    """The name of a device of the product is not free."""
    created = trace.created
    if created is None and trace.work.registered_before:
        return None  # RegisterDevice is not offered
    if created is not None and len(names_asked(created.request.params)) <= len(trace.work.names):
        return Unclear("no device was registered whose name could be taken")
    return does_not_pass(trace, "a taken name")


TWIN, OTHER_TWIN = Name("twin-" + DOT * 8, twin="a"), Name("twin_" + DOT * 8, twin="b")


def repeated(planning: Planning) -> Sequence[Workflow]:
    """Two names twice among others, and one alone."""
    return numbered(
        f"{CLAUSE}.DeviceName.repeated",
        [
            Workflow("", names=(PLAIN, TWIN, *names(2), OTHER_TWIN, TWIN, OTHER_TWIN), page_sizes=(10,), reask=0),
            Workflow("", names=(TWIN, TWIN), page_sizes=(10,), reask=0),
        ][: 2 if planning.thorough else 1],
    )


@verifies("BatchCheckDeviceNames.DeviceName.repeated")
@plans(repeated)
def test_a_repeated_name_never_becomes_two_devices(trace: Trace) -> Judged:
    """Refused, failed or merged: whatever becomes of it, no two devices have that name."""
    return never_two_devices(trace)


@verifies("BatchCheckDeviceNames.productKey")
def test_the_spelling_of_the_sample_request_is_observed(probe: Probe) -> Iterator[Reads]:
    """Whether productKey is understood as ProductKey."""
    check = probe.check
    exchange = probe.send(check.but(ProductKey=None, productKey=check.get("ProductKey")), FORMS[0])
    if exchange.accepted or exchange.refused:
        yield Reads("refused" if exchange.refused else "accepted", exchange.number)
