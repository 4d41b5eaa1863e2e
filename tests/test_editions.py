"""Editions: a released revision is never rewritten and measures as before, and differences are sentences."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.contract import EDITIONS, Contract, ContractError, Level, load
from conformance.contract.differences import differences
from conformance.contract.load import fixtures
from conformance.contract.locks import (
    SUMS,
    Lock,
    LockedClause,
    editions_folder,
    lock_of,
    newest_revision,
    path_of,
    read,
    split,
    sums,
)
from conformance.contract.released import GONE, as_released
from conformance.contract.revise import begin, check_released, revised
from conformance.judge.verdict import Outcome, Verdict
from conformance.runner.selection import Choice
from conformance.runner.verdicts import ClauseEvidence
from tests.checkout import copy_of_checkout, iot

CONTRACT = load()
EDITION = "alibaba-2023"
NEWEST = newest_revision(EDITION)
"""Whoever adds a clause releases a revision: the tests go on from the newest one."""
NEXT = NEWEST + 1
RELEASED = {
    "alibaba-2018@1.lock": "a7cf566ed17a076ef4fbf98f7770f27618446679707b79e5e8b77c297b22e2c9",
    "alibaba-2019@1.lock": "ce9ca010ce3171fcb91a9bff6d67690bf478f3ad48bcf599aa6cb11d0c9a769e",
    "alibaba-2021@1.lock": "e63f9ca7a1673fcad7c5abdf60912ddc4f9a7bc9902a65d44030b5c629909d05",
    "alibaba-2023@1.lock": "a998e455d38a5fc64b38070652092ec9041fe35c2e02bd70bad80d8a20666284",
    "tuya-2025@1.lock": "5055db4518c96da483a08a9f1a82b1d61abf155d69e81ae237b703e67f2ec528",
}
"""The first revisions, written down a second time: whoever rewrites one and its sum is noticed here."""
NAMED = 8
"""So many clauses are named where more have changed."""
ADDED = """
[[clause]]
id = "QueryPageByApplyId.PageSize.even"
level = "MUST"
says = "An even PageSize is accepted."
place = "request parameters, PageSize"
editions = ["alibaba-2023"]
"""


@pytest.fixture
def editions(tmp_path: Path) -> Path:
    """A copy of the released revisions."""
    return Path(shutil.copytree(editions_folder(), tmp_path / "editions"))


def contract_with(tmp_path: Path, operation: str, old: str, new: str) -> Contract:
    """The contract where one text of an operation's file is another."""
    folder = Path(shutil.copytree(fixtures() / "contract", tmp_path / "contract"))
    file = folder / f"{operation}.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load(folder)


def measured(contract: Contract, lock: Lock, clause_id: str) -> Verdict:
    """The verdict on a clause of which nothing was seen, in a run by that revision."""
    choice = Choice(as_released(contract, lock), lock.edition, lock=lock)
    return ClauseEvidence(choice, frozenset()).verdict(clause_id)


# Released files ------------------------------------------------------------------------------------------------


def test_every_edition_is_what_its_newest_revision_says() -> None:
    assert [edition.line for edition in revised(CONTRACT)] == [], "see: iot-conformance contract lock"


def test_no_released_revision_was_changed() -> None:
    check_released()

    assert sums().items() >= RELEASED.items()


def test_a_released_revision_that_was_rewritten_is_refused(editions: Path) -> None:
    path = path_of(EDITION, 1, editions)
    path.write_text(path.read_text().replace('"MUST"', '"SHOULD"', 1))

    with pytest.raises(ContractError, match=r"alibaba-2023@1\.lock: not the file that was released"):
        read(EDITION, 1, editions)
    with pytest.raises(ContractError, match=r"alibaba-2023@1\.lock: not the file that was released"):
        revised(CONTRACT, editions)


def test_a_released_revision_that_is_gone_is_noticed(editions: Path) -> None:
    path_of(EDITION, 1, editions).unlink()

    with pytest.raises(ContractError, match=r"alibaba-2023@1\.lock: a released revision is gone"):
        revised(CONTRACT, editions)


def test_a_revision_that_nobody_released_is_noticed(editions: Path) -> None:
    path_of(EDITION, NEXT, editions).write_text(lock_of(CONTRACT, EDITION, NEXT).text())

    with pytest.raises(ContractError, match=rf"alibaba-2023@{NEXT}\.lock: stands not in SHA256SUMS"):
        revised(CONTRACT, editions)


def test_a_list_of_sums_that_is_none_is_refused(editions: Path) -> None:
    lines = len((editions / SUMS).read_text().splitlines())
    with (editions / SUMS).open("a") as file:
        file.write(f"0123  alibaba-2023@{NEXT}.lock\n")

    with pytest.raises(ContractError, match=f"SHA256SUMS:{lines + 1}: expected a SHA-256"):
        read(EDITION, 1, editions)


# What changes the contract -------------------------------------------------------------------------------------


def test_an_edition_without_a_revision_begins_with_the_first(tmp_path: Path) -> None:
    changed = revised(CONTRACT, tmp_path / "new")
    for edition in changed:
        begin(edition, tmp_path / "new")

    assert [edition.today.name for edition in changed] == [f"{name}@1" for name in EDITIONS]
    assert changed[0].line.startswith("alibaba-2018 has no revision yet")
    assert revised(CONTRACT, tmp_path / "new") == []


def test_an_added_clause_begins_a_revision_and_leaves_the_one_before_as_it_is(tmp_path: Path, editions: Path) -> None:
    text = (fixtures() / "contract/QueryPageByApplyId.toml").read_text(encoding="utf-8")
    contract = contract_with(tmp_path, "QueryPageByApplyId", text, text + ADDED)
    before = {path.name: path.read_bytes() for path in editions.glob("*.lock")}
    (changed,) = revised(contract, editions)
    begin(changed, editions)

    first, second = read(EDITION, NEWEST, editions), read(EDITION, NEXT, editions)

    assert changed.line == f"alibaba-2023 differs from revision {NEWEST}: added QueryPageByApplyId.PageSize.even"
    assert {name: (editions / name).read_bytes() for name in before} == before
    assert set(second.clauses) - set(first.clauses) == {"QueryPageByApplyId.PageSize.even"}
    assert revised(contract, editions) == []
    assert measured(contract, first, "QueryPageByApplyId.PageSize.even") == Verdict(
        "QueryPageByApplyId.PageSize.even", Outcome.EXEMPT, f"not in revision {NEWEST} of alibaba-2023"
    )
    assert measured(contract, second, "QueryPageByApplyId.PageSize.even").outcome is Outcome.UNTESTED


def test_another_level_begins_a_revision_and_an_earlier_one_gates_as_before(tmp_path: Path, editions: Path) -> None:
    old, new = (f'id = "QueryPageByApplyId.PageSize.max"\nlevel = "{level}"' for level in ("SHOULD", "MUST"))
    contract = contract_with(tmp_path, "QueryPageByApplyId", old, new)

    lines = [edition.line for edition in revised(contract, editions)]

    level = "the level of QueryPageByApplyId.PageSize.max was SHOULD, is MUST"
    assert f"alibaba-2023 differs from revision {NEWEST}: {level}" in lines
    clause = contract.clauses["QueryPageByApplyId.PageSize.max"]
    lock = read(EDITION, 1, editions)
    assert Choice(contract, EDITION).gated(clause)
    assert not Choice(as_released(contract, lock), EDITION, lock=lock).gated(clause)
    assert as_released(contract, lock).clauses[clause.id].level is Level.SHOULD


def test_another_value_begins_a_revision_and_is_not_measured_by_an_earlier_one(tmp_path: Path, editions: Path) -> None:
    row = "values.limit = { alibaba-2021 = 50, alibaba-2023 = 50, tuya-2025 = 50 }"
    contract = contract_with(tmp_path, "QueryPageByApplyId", row, row.replace("alibaba-2023 = 50", "alibaba-2023 = 60"))
    (changed,) = revised(contract, editions)
    (clause_id,) = (
        clause.id for clause in contract.clauses.values() if clause.values != CONTRACT.clauses[clause.id].values
    )

    verdict = measured(contract, read(EDITION, 1, editions), clause_id)

    assert changed.line == f"alibaba-2023 differs from revision {NEWEST}: limit of {clause_id} was 50, is 60"
    assert verdict.outcome is Outcome.UNTESTED
    assert verdict.reason == "limit is 50 in revision 1, and this version of the suite measures by 60"


@pytest.mark.parametrize("everywhere", [True, False], ids=["from every edition", "from this edition"])
def test_a_gone_clause_begins_a_revision_and_is_said_to_be_gone_by_an_earlier_one(
    everywhere: bool, editions: Path
) -> None:
    gone = CONTRACT.clauses["QueryPageByApplyId.PageSize.max"]
    clauses = {**CONTRACT.clauses, gone.id: replace(gone, editions=("tuya-2025",))}
    if everywhere:
        del clauses[gone.id]
    contract = replace(CONTRACT, clauses=clauses)

    lines = [edition.line for edition in revised(contract, editions)]

    assert f"alibaba-2023 differs from revision {NEWEST}: gone {gone.id}" in lines
    assert measured(contract, read(EDITION, 1, editions), gone.id) == Verdict(gone.id, Outcome.UNTESTED, GONE)


def test_a_line_names_some_clauses_and_counts_the_others(editions: Path) -> None:
    few = replace(CONTRACT, clauses={})

    line = revised(few, editions)[0].line

    revision = newest_revision("alibaba-2018")
    assert line.startswith(f"alibaba-2018 differs from revision {revision}: gone BatchCheckDeviceNames.")
    assert line.endswith(f" and {len(read('alibaba-2018', revision).clauses) - NAMED} more")


def test_the_command_fails_until_the_revision_is_raised_and_a_run_by_the_first_stays_as_it_was(tmp_path: Path) -> None:
    checkout = copy_of_checkout(tmp_path)
    first = checkout / f"fixtures/editions/alibaba-2023@{NEWEST}.lock"
    before = first.read_bytes()
    with (checkout / "fixtures/contract/QueryPageByApplyId.toml").open("a") as file:
        file.write(ADDED)

    failed = iot(checkout, "contract", "lock")
    raised = iot(checkout, "contract", "lock", "--raise")
    again = iot(checkout, "contract", "lock")
    words = ("embedded", "--profile", "quick", "--only", "QueryPageByApplyId.PageSize.*", "--quiet")
    summaries = {}
    for revision in (f"@{NEWEST}", f"@{NEXT}", ""):
        summary = checkout / f"summary{revision}.json"
        iot(checkout, "run", *words, "--edition", f"{EDITION}{revision}", "--summary", str(summary))
        summaries[revision] = json.loads(summary.read_text())

    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == (
        f"alibaba-2023 differs from revision {NEWEST}: added QueryPageByApplyId.PageSize.even;"
        f" contract lock --raise releases it as alibaba-2023@{NEXT}\n"
    )
    assert (raised.returncode, again.returncode) == (0, 0)
    assert first.read_bytes() == before
    revisions = {name: summary["revision"] for name, summary in summaries.items()}
    assert revisions == {f"@{NEWEST}": NEWEST, f"@{NEXT}": NEXT, "": NEXT}
    reasons = {
        revision: clause["reason"]
        for revision, summary in summaries.items()
        for clause in summary["clauses"]
        if clause["id"] == "QueryPageByApplyId.PageSize.even"
    }
    assert reasons[f"@{NEWEST}"] == f"not in revision {NEWEST} of alibaba-2023"
    assert reasons[f"@{NEXT}"] == reasons[""] == "the run ended before it was decided"
    passed = {clause["id"] for clause in summaries[f"@{NEWEST}"]["clauses"] if clause["outcome"] == "pass"}
    assert passed == {clause["id"] for clause in summaries[""]["clauses"] if clause["outcome"] == "pass"} != set()


# Reading -------------------------------------------------------------------------------------------------------


def test_an_edition_is_named_with_or_without_a_revision() -> None:
    assert split("alibaba-2023@2") == ("alibaba-2023", 2)
    assert split("alibaba-2023") == ("alibaba-2023", None)
    assert split("alibaba-2023@0") == ("alibaba-2023@0", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no toml", "no readable lock"),
        ('edition = "alibaba-2018"\nrevision = 1\n[clauses]\n', "expected revision 1 of tuya-2025, found alibaba-2018"),
        ('edition = "tuya-2025"\nrevision = 2\n[clauses]\n', "expected revision 1 of tuya-2025, found tuya-2025@2"),
        ('edition = "tuya-2025"\nrevision = 1\n', "expected the table [clauses]"),
        ('edition = "tuya-2025"\nrevision = 1\n[clauses]\n"X" = { level = "MAY" }\n', "'X' has no level"),
        ('edition = "tuya-2025"\nrevision = 1\n[clauses]\n"X" = { level = "MUST", n = "1" }\n', "is no number"),
        ('edition = "tuya-2025"\nrevision = 1\n[clauses]\n', "its SHA-256 is not the one in SHA256SUMS"),
    ],
)
def test_a_lock_that_is_not_as_it_should_be_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path_of("tuya-2025", 1, tmp_path).write_text(text)

    with pytest.raises(ContractError, match=r"\.lock: ") as refused:
        read("tuya-2025", 1, tmp_path)

    assert message in str(refused.value)


def test_an_unknown_revision_is_refused() -> None:
    with pytest.raises(ContractError, match="alibaba-2023 has no revision 99; the newest one is"):
        read("alibaba-2023", 99)


def test_a_lock_is_read_as_it_was_written() -> None:
    lock = read("tuya-2025", 1)

    assert lock.clauses["BatchRegisterDevice.Count.max"] == LockedClause(Level.MUST, {"limit": 10_000})
    assert path_of("tuya-2025", 1).read_text(encoding="utf-8") == lock.text()


def test_differences_are_sentences() -> None:
    told = list(differences(CONTRACT, "alibaba-2018", "alibaba-2023"))

    assert "QueryPageByApplyId: PageSize was required, is optional." in told
    assert any(line.startswith("BatchRegisterDevice.Count.max: limit was 1,000, is 10,000: One call") for line in told)
    assert any(line.startswith("QueryPageByApplyId.IotId: new (MUST): ") for line in told)
    assert any(line.startswith("QueryPageByApplyId.PageSize.required: no longer promised: ") for line in told)


def test_an_edition_does_not_differ_from_itself() -> None:
    assert list(differences(CONTRACT, "tuya-2025", "tuya-2025")) == []
