"""BatchCheckDeviceNames: which names pass the check, in which spelling, and how many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.generate.values import legal_characters, texts, unknown_keys
from conformance.generate.workflows import Name, Workflow
from conformance.judge.law import Reads
from conformance.judge.verdict import Breaks, Holds, Judged, Unclear
from conformance.suite.checks import numbered, only_checked
from conformance.suite.frame import Planning, draws, plans, verifies
from conformance.suite.passing import does_not_pass, passes
from conformance.suite.plan import DIGIT, DOT, PLAIN, names
from conformance.suite.probe import BOTH, OTHER_CASE, Probe, names_apart
from conformance.suite.trace import Trace
from conformance.wire.message import FORMS, MIXED

CLAUSE = "BatchCheckDeviceNames"

ILLEGAL = (*tuple(" /*%+#~!$&'\"(=,;<>?[\\^`{|"), "é", "中", "：", "А", "１", "😀", "\t", "\n", "\xa0")
SAMPLE = (" ", "/", "*", "&", "<", "\u4e2d", "\u00e9", "\uff11", "\n", "+", "#", "$")
"""The illegal characters that the smallest profile tries: those that somebody's pattern forgets most often."""


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
@draws("key", unknown_keys, always=["a1NoSuchProd", "unknown", OTHER_CASE])
def test_an_unknown_product_is_refused(probe: Probe, key: str) -> Iterator[Judged]:
    """Names cannot be checked for a product that does not exist."""
    yield from probe.refused(
        probe.check.but(ProductKey=probe.unknown_key(key)), because="product", what="an unknown ProductKey"
    )


@verifies("BatchCheckDeviceNames.DeviceName.required")
def test_a_request_without_names_is_refused(probe: Probe) -> Iterator[Judged]:
    """Without any name there is nothing to check."""
    yield from probe.refused(names_apart(probe.check), because="names", what="a call without names", forms=BOTH)


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
    return [only_checked(name), only_checked(PLAIN, name)]


@verifies("BatchCheckDeviceNames.DeviceName.shortest")
@plans(lambda planning: numbered(f"{CLAUSE}.DeviceName.shortest", of_length(4, True)))
def test_a_name_of_4_characters_passes(trace: Trace) -> Judged:
    """4 characters are enough."""
    return passes(trace, "a name of 4 characters")


@verifies("BatchCheckDeviceNames.DeviceName.longest")
@plans(lambda planning: numbered(f"{CLAUSE}.DeviceName.longest", of_length(32, True)))
def test_a_name_of_32_characters_passes(trace: Trace) -> Judged:
    """32 characters are not too many."""
    return passes(trace, "a name of 32 characters")


@verifies("BatchCheckDeviceNames.DeviceName.too_short")
@plans(lambda planning: numbered(f"{CLAUSE}.DeviceName.too_short", [*of_length(3, False), *of_length(1, False)[:1]]))
def test_a_name_of_3_characters_does_not_pass(trace: Trace, edition: str) -> Judged:
    """3 characters are too few."""
    return does_not_pass(trace, edition, f"a name of {len(trace.work.names[-1].shape)} characters")


@verifies("BatchCheckDeviceNames.DeviceName.too_long")
@plans(lambda planning: numbered(f"{CLAUSE}.DeviceName.too_long", [*of_length(33, False), *of_length(64, False)[:1]]))
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
    return numbered(
        f"{CLAUSE}.DeviceName.characters",
        [
            only_checked(*around),
            only_checked(*inside),
            only_checked(*letters),
            only_checked(*(Name(DOT * 4 + text + DOT * 4) for text in drawn)),
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
        found.append(only_checked(*good))
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
def test_a_name_with_an_illegal_character_does_not_pass(trace: Trace, edition: str) -> Judged:
    """Any other character makes a name invalid, wherever it stands."""
    bad = next(name.shape for name in trace.work.names if not name.good)
    character = next(one for one in bad if one != DOT)
    return does_not_pass(trace, edition, f"a name with {character!r}")


@verifies("BatchCheckDeviceNames.DeviceName.blank")
@plans(
    lambda planning: numbered(
        f"{CLAUSE}.DeviceName.blank", [only_checked(PLAIN, Name("", good=False)), only_checked(Name("", good=False))]
    )
)
def test_an_empty_name_does_not_pass(trace: Trace, edition: str) -> Judged:
    """An empty name is no name; alone, it leaves a call without names."""
    if trace.created is not None and trace.created.refused and edition == "alibaba-2018":
        return Holds(trace.created.number)
    return does_not_pass(trace, edition, "an empty name")


def taken(planning: Planning) -> Sequence[Workflow]:
    """A name that an earlier application of the run gave to a device, alone and among new ones."""
    return numbered(
        f"{CLAUSE}.DeviceName.taken",
        [
            Workflow("", taken_from="random.1", register=False, reask=0),
            Workflow("", names=names(3), taken_from="random.4", register=False, reask=0),
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
    return numbered(
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


@verifies("BatchCheckDeviceNames.productKey")
def test_the_spelling_of_the_sample_request_is_observed(probe: Probe) -> Iterator[Reads]:
    """Whether productKey is understood as ProductKey."""
    check = probe.check
    exchange = probe.send(check.but(ProductKey=None, productKey=check.get("ProductKey")), FORMS[0])
    if exchange.accepted or exchange.refused:
        yield Reads("refused" if exchange.refused else "accepted", exchange.number)
