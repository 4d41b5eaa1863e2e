"""The kill matrix: what is proved, in which editions, and how seldom a fault shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import conformance.selfproof.kill_matrix
from conformance.cli.main import cli
from conformance.contract import EDITIONS, load
from conformance.reference.choices import VARIANTS
from conformance.reference.faults import FAULTS
from conformance.reference.faults.fault import Fault
from conformance.selfproof import collateral
from conformance.selfproof.kill_matrix import KillMatrix, ProofPlan
from conformance.selfproof.measure import Proof, ProofJob, applicable

NAME = FAULTS[0].name
CLAUSE = FAULTS[0].clause


@pytest.mark.parametrize(
    ("words", "editions"),
    [
        ([], ("alibaba-2023",)),
        (["--edition", "tuya-2025"], ("tuya-2025",)),
        (
            ["--edition", "tuya-2025", "--edition", "alibaba-2018", "--edition", "tuya-2025"],
            ("tuya-2025", "alibaba-2018"),
        ),
        (["--edition", "alibaba-2018", "--edition", "all"], EDITIONS),
    ],
    ids=" ".join,
)
def test_every_edition_that_is_named_is_proved(
    words: list[str], editions: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = planned(monkeypatch)

    assert CliRunner().invoke(cli, ["selfproof", *words]).exit_code == 0
    assert [plan.editions for plan in plans] == [tuple(editions)]


def planned(monkeypatch: pytest.MonkeyPatch, *proofs: Proof) -> list[ProofPlan]:
    """The plans that the command makes; each shows these proofs."""
    plans: list[ProofPlan] = []

    def prove(plan: ProofPlan, *_: object) -> KillMatrix:
        plans.append(plan)
        return KillMatrix(plan, proofs, 1.0)

    monkeypatch.setattr(conformance.selfproof.kill_matrix, "prove", prove)
    return plans


def test_a_fault_meets_the_suite_beside_every_variant_where_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = planned(monkeypatch)

    CliRunner().invoke(cli, ["selfproof", "--fault", NAME])
    CliRunner().invoke(cli, ["selfproof", "--fault", NAME, "--with-variants"])
    CliRunner().invoke(cli, ["selfproof", "--with-variants"])

    assert [plan.chosen_variants() for plan in plans] == [[], list(VARIANTS), list(VARIANTS)]
    faults = [[fault.name for fault in plan.chosen_faults("alibaba-2023")] for plan in plans]
    assert faults == [[NAME], [NAME], [fault.name for fault in applicable("alibaba-2023")]]


def proof(*failed: str, kind: str = "fault", name: str = NAME) -> Proof:
    return Proof(ProofJob(kind, name, "alibaba-2023", "quick"), failed, (), 1, 1, 1)


@pytest.fixture
def collateral_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where collateral.json is written instead of the fixtures."""
    path = tmp_path / "collateral.json"
    path.write_text("{}\n")
    monkeypatch.setattr(collateral, "path", lambda: path)
    collateral.table.cache_clear()
    yield path
    collateral.table.cache_clear()


def test_what_else_fails_is_written_where_everything_was_proved(
    collateral_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = planned(monkeypatch, proof(CLAUSE, "Common.JSON"), proof(CLAUSE, "Common.Code"), proof(kind="faithful"))

    done = CliRunner().invoke(cli, ["selfproof", "--edition", "all", "--write-collateral"])

    assert done.exit_code == 0, done.output
    assert [plan.of_everything for plan in plans] == [True]
    assert collateral_file.read_text() == f'{{\n"{NAME}": ["Common.Code", "Common.JSON"]\n}}\n'


@pytest.mark.parametrize(
    "words", [[], ["--edition", "all", "--fault", NAME], ["--edition", "all", "--variant", "*"]], ids=" ".join
)
def test_what_else_fails_is_not_written_from_a_part(
    words: list[str], collateral_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = planned(monkeypatch)

    done = CliRunner().invoke(cli, ["selfproof", "--write-collateral", *words])

    assert (done.exit_code, plans) == (2, [])
    assert collateral_file.read_text() == "{}\n"


@pytest.mark.parametrize("bad", [proof("Common.JSON"), proof("Common.JSON", kind="variant", name="v")], ids=str)
def test_what_else_fails_is_not_written_where_something_is_wrong(
    bad: Proof, collateral_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(monkeypatch, bad)

    done = CliRunner().invoke(cli, ["selfproof", "--edition", "all", "--write-collateral"])

    assert done.exit_code == 1
    assert "was not written" in done.output
    assert collateral_file.read_text() == "{}\n"


def test_a_failure_that_collateral_does_not_hold_is_a_note(
    collateral_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collateral_file.write_text(json.dumps({NAME: ["Common.JSON"]}))
    planned(monkeypatch, proof(CLAUSE, "Common.JSON", "Common.Code"))

    done = CliRunner().invoke(cli, ["selfproof", "--fault", NAME])

    assert done.exit_code == 0
    assert f"note  {NAME} also failed Common.Code\n" in done.output


def test_the_generated_file_is_as_it_is_written_and_names_known_faults_and_clauses_only() -> None:
    """``selfproof --edition all --write-collateral`` writes it; nobody edits it."""
    faults = {fault.name: fault.clause for fault in FAULTS}
    table = collateral.table()

    assert table.keys() <= faults.keys()
    assert {clause for clauses in table.values() for clause in clauses} <= load().clauses.keys()
    assert all(faults[name] not in clauses for name, clauses in table.items())
    failures = [(name, faults[name], clauses) for name, clauses in table.items()]
    assert collateral.path().read_text(encoding="utf-8") == collateral.text_of(failures)


def test_an_edition_that_nobody_knows_is_named() -> None:
    done = CliRunner().invoke(cli, ["selfproof", "--edition", "alibaba-2023", "--edition", "alibaba-1999"])

    assert done.exit_code == 2
    assert "alibaba-1999" in done.output


@pytest.mark.parametrize(
    ("name", "shows"),
    [
        ("Workflow.terminal", "wherever it can"),
        ("Workflow.terminal/expires", "in one case only"),
        ("Workflow.terminal/expires@XML", "in one form only"),
        ("Workflow.terminal@XML@B", "for the second product only"),
        ("Workflow.terminal@B@50th", "now and then"),
    ],
)
def test_how_seldom_a_fault_shows(name: str, shows: str) -> None:
    assert Fault(name, "It forgets.").shows == shows
