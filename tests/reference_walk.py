"""A scripted walk through every operation of the reference server.

Each step is there because some rule shows only there. The walk looks at nothing; tests compare what two
servers answer on the way.
"""

from __future__ import annotations

from typing import Any

from reference_walker import DELAY, JSON, XML, A, B, Walker

from conformance.reference import Reference
from conformance.reference.editions import edition_of
from conformance.wire.message import FORMS, Form, HttpAnswer

NUMBERS = (
    "abc",
    "12abc",
    "+3",
    " 3 ",
    "3.0",
    "3e0",
    "0x3",
    "３",
    "-3",
    "003",
    "0",
    "",
    None,
    2**32 + 1,
    2**64 + 3,
    "3L",
    '"3"',
    "3\u200b",
    "³",
)
NAMES = (
    "abcd", "a" * 32, "abc", "a" * 33, "a-_@.:z", "-abcd", "1abcd", "abcd.", "ab..cd", "a-" * 17, "ab%2Dcd",
    "ab cd", "ab/cd", "ab#cd",
    "ab+cd", "设备设备", "abcde\n", "ab\x07cd", "a<&>b", "", "ab@cd", "ab:cd",
)  # fmt: skip


def walk(server: Reference, expected: list[HttpAnswer] | None = None) -> list[HttpAnswer]:
    """The whole walk, or as much of it as goes as expected."""
    walker = Walker(server, expected)
    for part in PARTS:
        part(walker)
    return walker.heard


def forms(walker: Walker) -> None:
    """Formats, actions, gateway errors."""
    for form in FORMS:
        for changes in (
            {"Format": None},
            {"Format": form.format.lower()},
            {"Action": None},
            {"Action": "Nothing"},
        ):
            params = {"Action": "QueryDevice", "Format": form.format, "ProductKey": A} | changes
            walker.send({name: value for name, value in params.items() if value is not None}, form)
    walker.send({"Action": "QueryDevice", "ProductKey": A, "Format": "YAML"})
    for version in ("2001-01-01", "2022-01-01"):
        walker.send({"Action": "QueryDevice", "ProductKey": A, "Version": version})
    walker.ask("RegisterDevice", ProductKey=A, DeviceName="counted", Count=1)


def keys(walker: Walker, operation: str, **params: Any) -> None:
    """Everything that can be wrong with a ProductKey."""
    for key in (None, "", "a1Nowhere00", A[:-1], A + "x", A[:-1] + "*"):
        walker.everywhere(operation, ProductKey=key, **params)


def counts(walker: Walker) -> None:
    """Counts of every kind."""
    limit = edition_of(walker.server.state.edition.name).most_devices
    keys(walker, "BatchRegisterDevice", Count=1)
    for count in (*NUMBERS, limit, limit + 1, limit + 2):
        for product in (A, B):
            for form in (XML, JSON, FORMS[0]):
                walker.ask("BatchRegisterDevice", form, ProductKey=product, Count=count)
    for form in FORMS:
        walker.follow(walker.random(1, form=form))


def names(walker: Walker) -> None:
    """Names of every kind, alone and among good ones; what is taken; what was refused before."""
    keys(walker, "BatchCheckDeviceNames", DeviceName__1="good-name")
    walker.everywhere("BatchCheckDeviceNames", ProductKey=A)
    for number, name in enumerate(NAMES):
        for form in (XML, JSON):
            walker.check(name, form=form)
            mixed = walker.check(f"good-{number}", name, f"fine-{number}", form=form)
            walker.now += 2 * DELAY
            walker.status(mixed, form=form)
            walker.register(mixed, form=form)
            walker.follow(walker.check(f"good-{number}", form=form))
    walker.ask("RegisterDevice", ProductKey=A, DeviceName="single-a")
    walker.ask("RegisterDevice", ProductKey=B, DeviceName="single-b")
    walker.ask("RegisterDevice", ProductKey=B, DeviceName="single.b")
    walker.follow(walker.check("single.b", product=A))
    for product in (A, B):
        for name in ("single-a", "single-b", "good-0"):
            walker.follow(walker.check(name, "one-more", product=product), product)
    walker.ask("QueryDevice", ProductKey=A, PageSize=50)


def nicknames(walker: Walker) -> None:
    """DeviceNameList, with nicknames of every kind."""
    kinds = ("灯泡灯泡", "x" * 64, "x" * 65, "a-bcde", "灯" * 32, "灯" * 33, "abc", "lamp_1", "<lamp>")
    for number, nickname in enumerate(kinds):
        listed = {
            "DeviceNameList__1__DeviceName": f"nick-{number}",
            "DeviceNameList__1__DeviceNickname": nickname,
        }
        walker.open("BatchCheckDeviceNames", ProductKey=A, **listed)
        both = walker.open("BatchCheckDeviceNames", ProductKey=A, **listed, DeviceName__1=f"plain-{number}")
        finish(walker, both)
    lamp = {"DeviceNameList__1__DeviceName": "nick-0", "DeviceNameList__1__DeviceNickname": "lamp_1"}
    finish(walker, walker.open("BatchCheckDeviceNames", ProductKey=B, **lamp), B)
    for number, product in ((0, A), (7, A), (0, B)):
        walker.ask("QueryDeviceDetail", ProductKey=product, DeviceName=f"nick-{number}")
    walker.everywhere("BatchCheckDeviceNames", ProductKey=A, DeviceNameList__1__DeviceNickname="lamp_1")
    walker.everywhere("BatchCheckDeviceNames", ProductKey=A, DeviceNameList__1__DeviceName="bad name")


def listed(walker: Walker, *pairs: tuple[str | None, str | None], form: Form = JSON, **params: str) -> None:
    """A DeviceNameList of these names and nicknames, checked, registered and looked at."""
    spelt: dict[str, str] = {}
    for number, (name, nickname) in enumerate(pairs, 1):
        if name is not None:
            spelt[f"DeviceNameList__{number}__DeviceName"] = name
        if nickname is not None:
            spelt[f"DeviceNameList__{number}__DeviceNickname"] = nickname
    finish(walker, walker.open("BatchCheckDeviceNames", form, ProductKey=A, **spelt, **params), form=form)


def names_in_lists(walker: Walker) -> None:
    """What DeviceNameList is to treat like DeviceName.N; nicknames of several names, bad ones and lonely ones."""
    for number, name in enumerate(("x" * 3, "x" * 32, "y" * 33, "x" * 32, "in-a-list", "in-a-list")):
        listed(walker, (f"before-{number}", "Lamp_1"), (name, "lamp_2"))
    listed(walker, ("twice-in-it", None), ("once-in-it", None), ("twice-in-it", None))
    walker.check("twin-a", "twin-b", "twin-b", "twin-a")
    listed(walker, ("list-and-plain", None), DeviceName__1="bad decoy")
    listed(walker, ("with-a-name", "abcd"), (None, "lamp_1"))
    for form in (XML, JSON):
        listed(walker, ("nick-a", "Lamp_1"), ("nick-b", "a lamp"), ("nick-c", "n" * 65), form=form)
        for number, nickname in enumerate(("n" * 65, "a lamp", "かな", "abcd")):
            listed(walker, (f"nick-{form.format}-{number}", nickname), form=form)
    names = {f"DeviceNameList.{n}.DeviceName": f"shuffled-{n}" for n in (11, 2, 10, 1)}
    nicks = {f"DeviceNameList.{n}.DeviceNickname": f"lamp_{n}" for n in (11, 2, 10, 1)}
    finish(walker, walker.open("BatchCheckDeviceNames", ProductKey=A, **names, **nicks))
    for number in (1, 2, 10, 11):
        walker.ask("QueryDeviceDetail", ProductKey=A, DeviceName=f"shuffled-{number}")


def lists_of_names(walker: Walker) -> None:
    """Many names, out of order, twice, over the limit, in the other spelling."""
    for number, form in enumerate(FORMS):
        ordered = {f"DeviceName.{each}": f"many-{number}-{each:03}" for each in range(1, 121)}
        for params in (dict(reversed(ordered.items())), {**ordered, "DeviceName.120": "bad name"}, ordered):
            apply_id = walker.open("BatchCheckDeviceNames", form, ProductKey=A, **params)
            finish(walker, apply_id, form=form)
    walker.check("bad one", "bad two", "good-one", form=XML)
    twice = walker.check("twin-one", "twin-two", "twin-one")
    finish(walker, twice)
    limit = edition_of(walker.server.state.edition.name).most_names
    for spelling in ("DeviceName.{}", "DeviceNameList.{}.DeviceName"):
        for count in (limit, limit + 1):
            params = {spelling.format(number): f"mass-{number}" for number in range(1, count + 1)}
            for form in (XML, JSON):
                mass = walker.open("BatchCheckDeviceNames", form, ProductKey=A, **params)
    walker.now += 2 * DELAY
    walker.register(mass)
    walker.now += 2 * DELAY
    walker.page(mass)


def finish(walker: Walker, apply_id: int, product: str = A, form: Form = JSON) -> None:
    """Let the check end, register, let that end, and look at the devices."""
    walker.now += 2 * DELAY
    walker.register(apply_id, product, form)
    walker.now += 1.2 * DELAY
    walker.status(apply_id, product, form)
    walker.pages(apply_id, 10, pages=1)
    walker.now += 2 * DELAY
    walker.pages(apply_id, 10, pages=1)


def lives(walker: Walker) -> None:
    """Whole lives of applications, with steps out of order."""
    for number, (product, form) in enumerate((product, form) for product in (A, B) for form in FORMS):
        few = walker.check(*(f"Life-{number}-{each}" for each in range(3)), product=product, form=form)
        many = walker.check(*(f"Long-{number}-{each}" for each in range(25)), product=product, form=form)
        walker.check(*(f"Life-{number}-{each}" for each in range(3)), product=product, form=form)
        for apply_id in (few, many):
            walker.follow(apply_id, product)
            walker.pages(apply_id, 10, pages=1)
            walker.register(apply_id, product, form)
            walker.register(apply_id, product, form)
            walker.follow(apply_id, product)
            walker.register(apply_id, product, form)
            walker.follow(apply_id, product)
            walker.pages(apply_id, 10, 11, pages=2)
        failing = walker.check("single-a", "single-b", f"free-{number}", product=product, form=form)
        walker.follow(failing, product)
        walker.register(failing, product, form)
        walker.follow(failing, product)
        walker.pages(failing, 10, pages=1)
        early = walker.check("single-a", "single-b", f"free-{number}", product=product, form=form)
        walker.register(early, product, form)
        walker.follow(early, product)
    for product, count in ((A, 3), (B, 12), (A, 25), (A, 3), (B, 12)):
        apply_id = walker.random(count, product)
        walker.follow(apply_id, product)
        walker.pages(apply_id, 10, pages=2)


def identifiers(walker: Walker) -> None:
    """ApplyIds and ProductKeys of every kind, for the three operations that take an ApplyId."""
    mine, random = walker.check("mine-mine"), walker.random(2)
    walker.now += 2 * DELAY
    texts = (
        None, "", "abc", f"+{mine}", f" {mine} ", f"{mine}.0", f"{mine}\u200b", f"{mine}e0", hex(mine), f"{mine}abc",
        "".join(chr(0xFF10 + int(digit)) for digit in str(abs(mine))),
        f"-{mine}", f"{str(mine)[0]}.{str(mine)[1:]}e{len(str(mine)) - 1}",
        mine + 2**64, 2**63 + mine, mine + 2**32, mine + 2**48, 7, -7, random,
    )  # fmt: skip
    for operation in ("QueryBatchRegisterDeviceStatus", "BatchRegisterDeviceWithApplyId"):
        keys(walker, operation, ApplyId=mine)
        for text in texts:
            walker.everywhere(operation, ProductKey=A, ApplyId=text)
        walker.everywhere(operation, ProductKey=B, ApplyId=mine)
        walker.everywhere(operation, ProductKey=A, ApplyId=(mine, mine))
    for text in texts:
        walker.everywhere("QueryPageByApplyId", ApplyId=text, CurrentPage=1, PageSize=10)


def pages_of_all_sizes(walker: Walker) -> None:
    """Pages of every size, and page parameters of every kind."""
    apply_id = walker.random(120)
    walker.page(apply_id)
    walker.now += DELAY / 2
    walker.page(apply_id)
    walker.now += DELAY
    walker.pages(apply_id, 7, 10, 40, 50, 51, 200, pages=4)
    walker.page(apply_id, 12)
    walker.page(apply_id, 13)
    walker.page(apply_id, 15)
    walker.page(apply_id, 2**29 + 1, 8)
    walker.ask("QueryPageByApplyId", ApplyId=apply_id, CurrentPage=2)
    for number in NUMBERS:
        walker.everywhere("QueryPageByApplyId", ApplyId=apply_id, CurrentPage=number, PageSize=10)
        walker.everywhere("QueryPageByApplyId", ApplyId=apply_id, CurrentPage=1, PageSize=number)
    walker.now += 3 * DELAY
    walker.pages(apply_id, 10, pages=1)


def neighbours(walker: Walker) -> None:
    """Two applications on each product at the same time."""
    opened = [(walker.check(f"{product}-{each}", product=product), product) for product in (A, B) for each in (1, 2)]
    walker.now += 2 * DELAY
    for apply_id, product in opened:
        walker.register(apply_id, product)
    walker.now += 1.1 * DELAY
    for apply_id, product in opened:
        walker.everywhere("QueryBatchRegisterDeviceStatus", ProductKey=product, ApplyId=apply_id)
        walker.pages(apply_id, 10, pages=1)
    finish(walker, walker.check(f"{A}-1", product=B), B)


def moments(walker: Walker) -> None:
    """The moments after a check and after a creation, and questions that must not change what has ended."""
    apply_id = walker.check("momentary")
    walker.now += 1.2 * DELAY
    walker.register(apply_id)
    walker.now += 1.2 * DELAY
    walker.ask("QueryDeviceDetail", ProductKey=A, DeviceName="momentary")
    walker.page(apply_id, 2)
    walker.status(apply_id, B)
    failed = walker.check("momentary", "other")
    walker.now += 1.2 * DELAY
    walker.page(failed)
    for each in (apply_id, failed):
        walker.status(each)


def conflicts(walker: Walker) -> None:
    """A name is taken between check and registration; a device of an application is deleted."""
    for product in (A, B):
        apply_id = walker.check("contested", "uncontested", product=product)
        walker.now += 2 * DELAY
        walker.ask("RegisterDevice", ProductKey=product, DeviceName="contested")
        for _ in range(2):
            walker.register(apply_id, product)
            walker.follow(apply_id, product)
            walker.pages(apply_id, 10, pages=1)
        deleted = walker.check("short-lived", "long-lived", product=product)
        finish(walker, deleted, product)
        walker.ask("DeleteDevice", ProductKey=product, DeviceName="short-lived")
        walker.pages(deleted, 10, pages=1)
        walker.status(deleted, product)


def others(walker: Walker) -> None:
    """The operations around the five, and parameters that few servers know."""
    walker.everywhere("QueryDevice", ProductKey=A, IotInstanceId="iot-none")
    walker.everywhere("BatchCheckDeviceNames", productKey=A, DeviceName__1="spelt-otherwise")
    for product in (A, B):
        unwatched = walker.random(120, product)
        walker.now += 3 * DELAY
        walker.pages(unwatched, 10, 110, pages=1)
    walker.ask("CreateProduct", ProductName="made here", NodeType=0)
    for product in (A, B):
        walker.everywhere("QueryDevice", ProductKey=product, PageSize=50)
    walker.everywhere("QueryDeviceDetail", ProductKey=A, DeviceName="single-a")
    walker.ask("DeleteDevice", ProductKey=A, DeviceName="single-a")
    walker.ask("DeleteProduct", ProductKey=B)


PARTS = (
    forms,
    nicknames,
    names_in_lists,
    moments,
    conflicts,
    identifiers,
    pages_of_all_sizes,
    neighbours,
    counts,
    names,
    lives,
    lists_of_names,
    others,
)
"""The cheapest first: a walk that is compared ends at the first difference."""
