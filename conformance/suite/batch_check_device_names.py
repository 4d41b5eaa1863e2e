"""BatchCheckDeviceNames: which names pass the check, in which spelling, and how many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.generate.values import legal_characters, texts
from conformance.generate.workflows import Name, Workflow
from conformance.judge.invariant import Observation
from conformance.judge.verdict import CheckResult
from conformance.suite.checks import numbered, only_checked
from conformance.suite.decorators import Planning, plans, verifies
from conformance.suite.passing import does_not_pass, none_passes, passes
from conformance.suite.plan import DIGIT, DOT, PLAIN, names
from conformance.suite.probe import BOTH, Probe, without_names
from conformance.suite.traces import Trace
from conformance.wire.message import FORMS, MIXED

ILLEGAL = (*tuple(" /*%+#~!$&'\"(=,;<>?[\\^`{|"), "é", "中", "：", "А", "１", "😀", "\t", "\n", "\xa0")
SAMPLE = (" ", "/", "*", "&", "<", "\u4e2d", "\u00e9", "\uff11", "\n", "+", "#", "$")
"""The illegal characters that the smallest profile tries: those that somebody's pattern forgets most often."""
ALONE = (" ", "/", "\u4e2d")
"""Those of them that it tries in calls of their own."""


@verifies("BatchCheckDeviceNames.ProductKey.letter_case")
def test_a_product_key_in_the_other_letter_case_is_observed(probe: Probe) -> Iterator[Observation]:
    """Whether letter case matters in a ProductKey: no document says so."""
    other = probe.products[0].swapcase()
    if other in probe.products:
        return
    exchange = probe.send(probe.check.but(ProductKey=other), FORMS[0])
    if exchange.accepted or exchange.refused:
        yield Observation("another product" if exchange.refused else "the same product", exchange.number)


@verifies("BatchCheckDeviceNames.DeviceName.required")
def test_a_request_without_names_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """Without any name there is nothing to check."""
    yield from probe.refused(without_names(probe.check), because="names", what="a call without names", forms=BOTH)


def of_length(planning: Planning, length: int, good: bool) -> list[Workflow]:
    """That length alone, and beside an ordinary name; where only a sample is wanted, good ones both at once."""
    name = Name(DOT * length, good)
    if good and not planning.thorough:
        return [only_checked(name, PLAIN, name)]
    return [only_checked(name), only_checked(PLAIN, name)]


def shorter_or_longer(planning: Planning, length: int, far: int) -> list[Workflow]:
    """Names just beyond a limit, and at length also one far beyond it; of a sample one is enough."""
    if not planning.thorough:
        return of_length(planning, length, False)[length > 4 :][:1]
    signs = "-_@.:"[: max(length - 1, 0)]
    with_signs = only_checked(PLAIN, Name(DOT * (length - len(signs)) + signs, good=False))
    return [*of_length(planning, length, False), *of_length(planning, far, False)[:1], with_signs]


@verifies("BatchCheckDeviceNames.DeviceName.shortest")
@plans(lambda planning: numbered("BatchCheckDeviceNames.DeviceName.shortest", of_length(planning, 4, True)))
def test_a_name_of_4_characters_passes(trace: Trace) -> CheckResult:
    """4 characters are enough."""
    return passes(trace, "a name of 4 characters")


@verifies("BatchCheckDeviceNames.DeviceName.longest")
@plans(lambda planning: numbered("BatchCheckDeviceNames.DeviceName.longest", of_length(planning, 32, True)))
def test_a_name_of_32_characters_passes(trace: Trace) -> CheckResult:
    """32 characters are not too many."""
    return passes(trace, "a name of 32 characters")


@verifies("BatchCheckDeviceNames.DeviceName.too_short")
@plans(lambda planning: numbered("BatchCheckDeviceNames.DeviceName.too_short", shorter_or_longer(planning, 3, 1)))
def test_a_name_of_3_characters_does_not_pass(trace: Trace) -> CheckResult:
    """3 characters are too few."""
    return does_not_pass(trace, f"a name of {len(trace.work.names[-1].shape)} characters")


@verifies("BatchCheckDeviceNames.DeviceName.too_long")
@plans(lambda planning: numbered("BatchCheckDeviceNames.DeviceName.too_long", shorter_or_longer(planning, 33, 64)))
def test_a_name_of_33_characters_does_not_pass(trace: Trace) -> CheckResult:
    """33 characters are too many."""
    return does_not_pass(trace, f"a name of {len(trace.work.names[-1].shape)} characters")


def of_legal_characters(planning: Planning) -> Sequence[Workflow]:
    """Each special character first, inside and last; all letters and digits; drawn mixtures."""
    special = "-_@.:"
    around = [Name(f"{one}{DOT * 6}"[:32]) for one in special] + [Name(f"{DOT * 6}{one}") for one in special]
    inside = [Name(f"{DOT * 3}{sign * times}{DOT * 4}") for times in (1, 2) for sign in special]
    inside += [Name(DIGIT * 12), Name("-_@.:" + DIGIT * 9 + ":.@_-")]
    letters = [Name(legal_characters[start : start + 20] + DOT * 6) for start in range(0, 62, 20)]
    drawn = planning.draw(texts(legal_characters, 1, 24), 8 if planning.thorough else 2)
    groups = [around, inside, letters, [Name(DOT * 4 + text + DOT * 4) for text in drawn]]
    if not planning.thorough:
        groups = [around + inside, letters + groups[3]]
    return numbered("BatchCheckDeviceNames.DeviceName.characters", [only_checked(*group) for group in groups])


@verifies("BatchCheckDeviceNames.DeviceName.characters")
@plans(of_legal_characters)
def test_names_of_legal_characters_pass(trace: Trace) -> CheckResult:
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
    work = numbered("BatchCheckDeviceNames.DeviceName.illegal", found)
    # What XML cannot carry comes back in XML all the same, replaced in some way.
    control = Name(DOT * 5 + "\x01" + DOT * 2, good=False)
    work.append(
        replace(only_checked(PLAIN, control), key="BatchCheckDeviceNames.DeviceName.illegal#control", form=FORMS[1])
    )
    # What JSON and XML must escape, and two blanks in a row, come back as they were sent.
    marked = Name(DOT * 3 + "\\\"<&>'  " + DOT * 3, good=False)
    for form in (FORMS[1], FORMS[0]) if planning.thorough else ():
        work.append(
            replace(
                only_checked(PLAIN, marked), key=f"BatchCheckDeviceNames.DeviceName.illegal#{form.format}", form=form
            )
        )
    # What is encoded is decoded once: a percent sign is a character like any other.
    percent = Name(DOT * 4 + "%2D" + DOT * 4, good=False)
    for form in FORMS[4:] if planning.thorough else ():
        work.append(
            replace(
                only_checked(PLAIN, percent), key=f"BatchCheckDeviceNames.DeviceName.illegal#%{form.format}", form=form
            )
        )
    # A blank that a form spells + comes back as a blank.
    blank = Name(DOT * 4 + " " + DOT * 4, good=False)
    work.append(
        replace(only_checked(PLAIN, blank), key="BatchCheckDeviceNames.DeviceName.illegal#blank", form=MIXED[0])
    )
    return work


@verifies("BatchCheckDeviceNames.DeviceName.illegal")
@plans(with_an_illegal_character)
def test_a_name_with_an_illegal_character_does_not_pass(trace: Trace) -> CheckResult:
    """Any other character makes a name invalid, wherever it stands."""
    bad = [name.shape for name in trace.work.names if not name.good]
    if len(bad) > 1:
        return none_passes(trace, "names with illegal characters")
    character = next(one for one in bad[0] if one != DOT)
    return does_not_pass(trace, f"a name with {character!r}")


@verifies("BatchCheckDeviceNames.DeviceName.blank")
@plans(
    lambda planning: numbered(
        "BatchCheckDeviceNames.DeviceName.blank",
        # Six good names: were they registered, the books would show more than applications that failed may have left.
        [only_checked(*names(6), Name("", good=False)), only_checked(Name("", good=False))],
    )
)
def test_an_empty_name_does_not_pass(trace: Trace) -> CheckResult:
    """An empty name is no name; alone, it leaves a call without names."""
    return does_not_pass(trace, "an empty name")


@verifies("BatchCheckDeviceNames.productKey")
def test_the_spelling_of_the_sample_request_is_observed(probe: Probe) -> Iterator[Observation]:
    """Whether productKey is understood as ProductKey."""
    check = probe.check
    exchange = probe.send(check.but(ProductKey=None, productKey=check.get("ProductKey")), FORMS[0])
    if exchange.accepted or exchange.refused:
        yield Observation("refused" if exchange.refused else "accepted", exchange.number)
