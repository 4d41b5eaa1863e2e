"""targets.toml: what it says becomes the settings of a run, and everything that means nothing is one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.client.credentials import CredentialsError
from conformance.config.options import UsageProblem, settings_from
from conformance.contract import Level, load
from conformance.judge.invariant import Observation
from conformance.judge.verdict import Outcome
from conformance.runner.selection import Choice
from conformance.runner.verdicts import ClauseEvidence
from conformance.wire.message import Scheme

PYTHON = "cmd:/usr/bin/python3 /srv/mocks/mock.py --port {port}"


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("cmd:./server --port {port}", "cmd-server"),
        ("cmd:./server {port}", "cmd-server"),
        ("cmd:./server --listen=127.0.0.1:{port}", "cmd-server"),
        (PYTHON, "cmd-python3-mock.py"),
        ("cmd:python3 -m mock --port {port}", "cmd-python3-mock-0bcce0"),
        ("cmd:python3 -m mock --port {port} --token hunter22", "cmd-python3-mock-f33242"),
        ("cmd:./server --token hunter22 {port}", "cmd-server-2ccf7f"),
    ],
)
def test_a_program_is_called_by_its_words_without_port_and_folders(target: str, name: str) -> None:
    assert settings_from(target).target.name == name


def test_two_programs_of_one_interpreter_have_two_names() -> None:
    script = "cmd:sh -c 'exec ./mock --port {port}'"

    for one in PYTHON, script:
        assert settings_from(one).target.name != settings_from(one.replace("mock", "clone")).target.name


def test_only_a_variable_that_there_is_can_be_handed_on() -> None:
    with pytest.raises(UsageProblem, match="--pass-env 'NO_SUCH': there is no such variable in the environment"):
        settings_from("embedded", pass_env=("NO_SUCH",))


def test_certificates_are_read_only_where_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the machine take long to read, and plain http needs none."""
    read: list[str | None] = []
    monkeypatch.setattr("ssl.create_default_context", lambda cafile=None: read.append(cafile))

    settings_from("http://127.0.0.1:1")
    settings_from("https://127.0.0.1:1", ca_bundle="own.pem")

    assert read == ["own.pem"]


GOOD = """
[defaults]
profile = "quick"
labels = { team = "devices" }

[targets.mock]
url = "http://127.0.0.1:8080"
edition = "alibaba-2021"
product-key = "a1Mock"
seed = 7
without = ["DeleteDevice"]
observations = { "QueryPageByApplyId.order.seen" = "as asked" }

[targets.shanghai]
region = "cn-shanghai"

[targets.ours]
command = "./server --port {port}"
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "targets.toml"
    path.write_text(text)
    return str(path)


def test_a_name_stands_for_a_target_and_its_options(tmp_path: Path) -> None:
    settings = settings_from("mock", targets=written(tmp_path, GOOD))

    assert (settings.target.name, settings.target.url) == ("mock", "http://127.0.0.1:8080")
    assert (settings.edition, settings.profile, settings.seed) == ("alibaba-2021", "quick", 7)
    assert (settings.product_key, settings.without) == ("a1Mock", {"DeleteDevice"})
    assert settings.labels == {"team": "devices"}
    assert settings.pins == {"QueryPageByApplyId.order.seen": "as asked"}


def test_an_option_that_is_given_wins_over_the_file(tmp_path: Path) -> None:
    settings = settings_from("mock", targets=written(tmp_path, GOOD), profile="full", edition="alibaba-2023", seed="1")

    assert (settings.profile, settings.edition, settings.seed) == ("full", "alibaba-2023", 1)


def test_a_program_and_a_region_have_names_too(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)

    assert settings_from("ours", targets=file).target.command == ("./server", "--port", "{port}")
    with pytest.raises(CredentialsError, match="no credentials"):
        settings_from("shanghai", targets=file, credentials="env:NOBODY_SET_THIS_").signer_of(Scheme.RPC)


WRONG = {
    "[targets.x": "malformed TOML",
    "[tragets.x]": "the file has the unknown key 'tragets' (did you mean 'targets'?)",
    "targets = 1": "expected one table [targets.NAME] per target",
    "[targets]\nx = 1": "expected one table [targets.NAME] per target",
    "[targets.x]": "[targets.x] needs one of url, region and command; found none",
    '[targets.x]\nurl = "http://a:1"\nregion = "cn-shanghai"': "found url, region",
    "[targets.x]\nurl = 5": "[targets.x]: url must be a text that is not empty",
    '[targets.x]\nurl = "http://a:1"\nedtion = "alibaba-2018"': "unknown key 'edtion' (did you mean 'edition'?)",
    '[targets.x]\nurl = "http://a:1"\npatience = "long"': "patience must be a number; found 'long'",
    '[targets.x]\nurl = "http://a:1"\nwithout = [1]': "without must be a list of texts",
    '[targets.x]\nurl = "http://a:1"\nlabels = { a = 1 }': "labels must be a table of texts",
    '[targets.y]\nurl = "http://a:1"': "has no target 'x'; known are y",
    '[targets.x]\nurl = "http://a:1"\nprofile = "fast"': "profile 'fast': expected one of smoke, quick, full, thorough",
    '[targets.x]\nurl = "http://a:1"\nobservations = { "Common.JSON" = "x" }': "'Common.JSON' is no OBSERVED clause",
    '[targets.x]\nurl = "http://a:1"\nobservations = { "Common.XML.prolog" = "no" }': "expected one of with, without",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items())
def test_a_file_that_means_nothing_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        settings_from("x", targets=written(tmp_path, text))

    assert message in str(refused.value)


def test_a_name_without_a_file_is_no_target(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="'staging' is no target, and there is no"):
        settings_from("staging", targets=str(tmp_path / "none.toml"))


def test_a_pinned_observation_fails_where_another_one_is_seen() -> None:
    clause = "QueryPageByApplyId.order.seen"
    choice = Choice(load(), "alibaba-2023", pins={clause: "as asked"})
    seen = ClauseEvidence(choice, frozenset())

    kept = seen.take(clause, lambda: [Observation("as asked", 3)])
    broken = seen.take(clause, lambda: [Observation("by name", 4)])

    assert kept.outcome is Outcome.PASS
    assert broken.outcome is Outcome.FAIL
    assert broken.reason == "another observation than the pinned one (1 of 2 observations)"
    assert broken.finding is not None
    assert (broken.finding.expected, broken.finding.seen, broken.finding.exchanges) == ("as asked", "by name", (4,))
    assert choice.gated(load().clauses[clause])
    assert load().clauses[clause].level is Level.OBSERVED
