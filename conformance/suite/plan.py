"""The applications of every run: both ways of registering, every form, both products, sizes around the page."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.generate.workflows import Name, Workflow
from conformance.suite.decorators import Planning
from conformance.wire.message import FORMS, MIXED

DOT = "\u2022"
DIGIT = "\u2023"
PLAIN = Name("dev-" + DOT * 8)
LAST = Name("bad last " + DOT * 4, good=False)
"""Stands last where the last of many names must count: that it is no name at all then shows."""
DIGITS = Name(DIGIT * 12)
"""A name that a careless program takes for a number."""


def names(number: int) -> tuple[Name, ...]:
    """That many legal names of mixed shapes, of which a careless program changes some when it makes devices of them."""
    shapes = (
        "dev-" + DOT * 8,
        DOT * 12,
        "A" + DOT * 6 + ".b",
        "x_" + DOT * 7 + ":1",
        DOT * 6 + "@home",
        DOT * 32,
        "." + DOT * 6 + "-",
        "0" + DIGIT * 9,
    )
    return tuple(Name(shapes[n % len(shapes)]) for n in range(number))


def common(planning: Planning) -> Sequence[Workflow]:
    """What every run follows, whatever was selected."""
    full = planning.thorough
    counts = (11, 1, 9, 10, 20, 3)
    sizes = (21, 10, 11, 12, 1, 3)
    reask = 3 if full else 1
    found = [
        Workflow(
            f"random.{n + 1}",
            form=form,
            count=count,
            page_sizes=(10, 3) if full or n == 0 else (10,),
            again=n == 0 or (full and n == 3),
            other_product=n in {1, 2, 4} and (full or n == 1),
            watched=full and n == 0,
            details=2 if full else n == 1,
            delete=n == 2,  # so nothing may take a name from it
            past_the_end=full or n == 0,
            reask=reask,
        )
        for n, (form, count) in enumerate(zip(FORMS, counts, strict=True))
    ]
    found += [
        Workflow(
            f"checked.{n + 1}",
            form=form,
            names=(DIGITS, *names(size - 1)) if n == 5 else names(size),
            page_sizes=(10, 4 if size > 3 else 1) if full or n == 2 else (10,),
            again=n in {0, 1} or (full and n == 4),
            other_product=n in {2, 3, 5} and (full or n == 3),
            watched=full and n == 1,
            meanwhile=n == 5 or (full and n in {2, 3}),
            details=2 if full else n == 0,
            past_the_end=full or n in {0, 1},
            reask=reask,
        )
        for n, (form, size) in enumerate(zip(FORMS, sizes, strict=True))
    ]
    found += [
        Workflow("random.other", form=FORMS[1], product=1, count=12, page_sizes=(10,), other_product=True, reask=reask),
        Workflow(
            "checked.other",
            form=FORMS[4],
            product=1,
            names=names(12),
            page_sizes=(10,),
            other_product=True,
            reask=reask,
        ),
        Workflow(
            "random.pages", form=FORMS[2], count=51, page_sizes=(50, 20) if full else (50,), reask=3 if full else 0
        ),
        Workflow("checked.mixed.1", form=MIXED[0], names=names(13), page_sizes=(20,), reask=0),
        Workflow(
            "checked.pages",
            form=FORMS[1],
            names=names(102),
            page_sizes=(50, 10) if full else (50,),
            reask=3 if full else 0,
        ),
    ]
    if full:
        found += [
            Workflow("checked.mixed.2", form=MIXED[1], names=names(2), page_sizes=(10,), reask=1),
            Workflow("random.hundred", form=FORMS[5], count=100, page_sizes=(50, 25, 10), reask=reask),
            Workflow("random.other.2", form=FORMS[0], product=1, count=21, page_sizes=(10, 7), reask=reask, details=2),
            Workflow("checked.other.2", form=FORMS[5], product=1, names=names(9), page_sizes=(4,), reask=reask),
            Workflow("checked.other.3", form=FORMS[2], product=1, names=names(1), page_sizes=(10,), reask=0, details=1),
            Workflow("checked.other.4", form=FORMS[3], product=1, names=names(2), page_sizes=(10,), reask=0),
        ]
    found += [
        Workflow(f"held.{n}", form=FORMS[2 * n - 1], names=names(2), barrier="refusals are over", reask=0)
        for n in ((1, 2, 3) if full else (1,))
    ]
    return [work for work in found if work.product == 0 or planning.products > 1]


def sparing(planning: Planning) -> Sequence[Workflow]:
    """The applications of a run whose requests or devices are counted, in the order of their worth.

    The first ones are few devices each and show what most invariants look at; of the others as many are taken as fit.
    Each has the key of the application whose part it takes, since tests check its names again.
    """
    found = [
        Workflow("random.1", form=FORMS[0], count=11, page_sizes=(10, 3), reask=1),
        Workflow("checked.1", form=FORMS[3], names=names(2), page_sizes=(1,), reask=1),
        Workflow("held.1", form=FORMS[1], names=names(1), barrier="refusals are over", reask=0),
        Workflow("random.other", form=FORMS[4], product=1, count=1, page_sizes=(10,), reask=0),
        Workflow("checked.2", form=FORMS[2], names=names(1), page_sizes=(10,), again=True, other_product=True, reask=1),
        Workflow("checked.other", form=FORMS[5], product=1, names=names(1), page_sizes=(10,), reask=0),
        Workflow("random.3", form=FORMS[5], count=1, page_sizes=(10,), details=1, delete=True, reask=0),
        Workflow("random.2", form=FORMS[3], count=1, page_sizes=(10,), again=True, other_product=True, reask=1),
        Workflow("random.4", form=FORMS[2], count=1, page_sizes=(10,), watched=True, details=1, reask=1),
        Workflow("checked.3", form=FORMS[0], names=names(1), watched=True, details=1, reask=1),
        Workflow("checked.4", form=FORMS[4], names=names(11), page_sizes=(10,), reask=1),
        Workflow("random.pages", form=FORMS[2], count=51, page_sizes=(50,), reask=1),
    ]
    return [work for work in found if work.product == 0 or planning.products > 1]


def late(planning: Planning) -> Sequence[Workflow]:
    """After the last refusal: the same kinds of application again, in case the target has changed its mind."""
    found = [
        # Few applications are open now, so that their status can be watched closely.
        Workflow("late.random", form=FORMS[4], count=11, page_sizes=(10,), reask=0, watched=True),
        Workflow("late.checked", form=FORMS[5], names=names(11), page_sizes=(10,), reask=0, watched=True, details=1),
        Workflow("late.other", form=FORMS[2], product=1, count=3, page_sizes=(10,), reask=0),
    ]
    if planning.thorough:
        found.append(Workflow("late.random.2", form=FORMS[3], count=2, page_sizes=(10,), reask=0))
        found.append(Workflow("late.checked.2", form=FORMS[0], names=names(2), register=False, reask=0))
    return [work for work in found if work.product == 0 or planning.products > 1]
