"""The kill matrix: what is proved, in which editions, and how seldom a fault shows."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import conformance.selfproof.kill_matrix
from conformance.cli.main import cli
from conformance.contract import EDITIONS
from conformance.reference.faults.fault import Fault


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
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        conformance.selfproof.kill_matrix, "prove", lambda _, found, *rest: asked.append(tuple(found)) or 0
    )

    assert CliRunner().invoke(cli, ["selfproof", *words]).exit_code == 0
    assert asked == [tuple(editions)]


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
def test_how_seldom_a_lapse_shows(name: str, shows: str) -> None:
    assert Fault(name, "It forgets.").shows == shows
