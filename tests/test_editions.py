"""Editions: their locks are fresh, an earlier revision measures as before, and differences are sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract import EDITIONS, ContractError, Level, load
from conformance.contract.differences import differences
from conformance.contract.locks import Lock, Locked, lock_of, path_of, read, split, write
from conformance.judge.verdict import Outcome
from conformance.runner.selection import Choice
from conformance.runner.verdicts import ClauseEvidence

CONTRACT = load()


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_lock_of_an_edition_is_what_the_contract_holds(edition: str) -> None:
    lock = read(edition)

    assert lock.text() == lock_of(CONTRACT, edition, lock.revision).text() == path_of(edition).read_text()


def test_writing_locks_changes_nothing_that_is_fresh(tmp_path: Path) -> None:
    assert len(write(CONTRACT, tmp_path)) == len(EDITIONS)
    assert write(CONTRACT, tmp_path) == []


def test_a_raised_revision_keeps_the_one_before(tmp_path: Path) -> None:
    older = Lock("tuya-2025", 1, {"Common.JSON": Locked(Level.MUST, {})})
    write(CONTRACT, tmp_path)
    path_of("tuya-2025", None, tmp_path).write_text(older.text())

    told = write(CONTRACT, tmp_path, anew=True)

    assert [line.split(":")[0] for line in told] == ["tuya-2025 revision 2"]
    assert read("tuya-2025", 1, tmp_path) == older
    assert read("tuya-2025", None, tmp_path).revision == 2


def test_a_clause_added_later_does_not_touch_a_target_measured_by_an_earlier_revision() -> None:
    lock = Lock("alibaba-2023", 1, {"Common.JSON": Locked(Level.SHOULD, {})})
    choice = Choice(CONTRACT, "alibaba-2023", lock=lock)
    seen = ClauseEvidence(choice, frozenset())
    later = CONTRACT.clauses["Common.XML"]

    assert not choice.applies(later)
    assert (seen.verdict("Common.XML").outcome, seen.verdict("Common.XML").reason) == (
        Outcome.EXEMPT,
        "not in revision 1 of alibaba-2023",
    )
    assert not choice.gated(CONTRACT.clauses["Common.JSON"])


def test_an_edition_is_named_with_or_without_a_revision() -> None:
    assert split("alibaba-2023@2") == ("alibaba-2023", 2)
    assert split("alibaba-2023") == ("alibaba-2023", None)
    assert split("alibaba-2023@0") == ("alibaba-2023@0", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no toml", "no readable lock"),
        ('edition = "alibaba-2018"\nrevision = 1\n[clauses]\n', "expected the lock of tuya-2025"),
        ('edition = "tuya-2025"\nrevision = 0\n[clauses]\n', "expected a revision from 1 on"),
        ('edition = "tuya-2025"\nrevision = 1\n[clauses]\n"X" = { level = "MAY" }\n', "'X' has no level"),
        ('edition = "tuya-2025"\nrevision = 1\n[clauses]\n"X" = { level = "MUST", n = "1" }\n', "is no number"),
        ('edition = "tuya-2025"\nrevision = 1\ndigest = "0"\n[clauses]\n', "its digest is '0'"),
    ],
)
def test_a_lock_that_is_not_as_it_should_be_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path_of("tuya-2025", None, tmp_path).write_text(text)

    with pytest.raises(ContractError, match=r"\.lock: ") as refused:
        read("tuya-2025", None, tmp_path)

    assert message in str(refused.value)


def test_an_unknown_revision_is_refused() -> None:
    with pytest.raises(ContractError, match="alibaba-2023 has no revision 99"):
        read("alibaba-2023", 99)


def test_differences_are_sentences() -> None:
    told = list(differences(CONTRACT, "alibaba-2018", "alibaba-2023"))

    assert "QueryPageByApplyId: PageSize was required, is optional." in told
    assert any(line.startswith("BatchRegisterDevice.Count.max: limit was 1,000, is 10,000: One call") for line in told)
    assert any(line.startswith("QueryPageByApplyId.IotId: new (MUST): ") for line in told)
    assert any(line.startswith("QueryPageByApplyId.PageSize.required: no longer promised: ") for line in told)


def test_an_edition_does_not_differ_from_itself() -> None:
    assert list(differences(CONTRACT, "tuya-2025", "tuya-2025")) == []
