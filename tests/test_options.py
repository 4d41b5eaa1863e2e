"""Options of a run: one row of the table each, from which command line, targets.toml and plain pytest are made."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from conformance import plugin
from conformance.cli.main import cli
from conformance.cli.options import options_of
from conformance.config import targets
from conformance.config.option_table import OPTIONS, Default, Kind, Option, by_variable, in_file, of_command
from conformance.config.options import settings_from

OF_THE_COMMAND_LINE = {
    "resume", "summary", "history", "against", "confirm", "lang", "all_of", "quiet", "verbose", "target",
}  # fmt: skip
"""What belongs to the command ``run``, and not to the run."""


class Group:
    """Takes options as pytest's parser does."""

    def __init__(self) -> None:
        self.names: dict[str, dict[str, object]] = {}

    def addoption(self, name: str, **how: object) -> None:
        self.names[name] = how


def of_pytest(table: tuple[Option, ...] = OPTIONS) -> dict[str, dict[str, object]]:
    group = Group()
    plugin.add_options(group, table)  # type: ignore[arg-type]
    return group.names


def test_the_three_interfaces_offer_the_same_options() -> None:
    on_the_line = {str(parameter.name) for parameter in cli.commands["run"].params} - OF_THE_COMMAND_LINE
    in_targets_toml = {key.replace("-", "_") for key in in_file()}
    of_plain_pytest = {option.variable for option in OPTIONS if option.pytest_name in of_pytest()}

    assert on_the_line == of_plain_pytest
    assert on_the_line - {"targets"} == in_targets_toml - {"observations"}
    assert len(of_pytest()) == len(on_the_line)


def test_names_of_plain_pytest_hold_iot_once() -> None:
    assert {"--iot-edition", "--iot-instance-id", "--iot-max-requests", "--iot-label"} <= of_pytest().keys()
    assert not [name for name in of_pytest() if name.startswith("--iot-iot")]


def test_a_new_option_is_one_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The row alone puts it on the command line, into targets.toml and into plain pytest, with type and help."""
    row = Option("hurry", Kind.WHOLE, "How much of it there is.", Default(3, region=0))
    table = (*OPTIONS, row)
    (tmp_path / "targets.toml").write_text('[targets.mock]\nurl = "http://127.0.0.1:1"\nhurry = 7\n')
    monkeypatch.setattr(targets, "in_file", lambda: in_file(table))

    @click.command()
    @options_of("run", table=table)
    def run(**options: object) -> None:
        click.echo(options["hurry"])

    assert CliRunner().invoke(run, ["--hurry", "5"]).output == "5\n"
    assert "How much of it there is. [3; 0 on regions]" in " ".join(CliRunner().invoke(run, ["--help"]).output.split())
    assert targets.entry("mock", tmp_path / "targets.toml")[1]["hurry"] == 7
    assert of_pytest(table)["--iot-hurry"] == {
        "type": int, "default": None, "metavar": None, "help": "How much of it there is. [3; 0 on regions]",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("target", "profile", "patience", "products", "devices"),
    [
        ("http://127.0.0.1:1", "full", 60.0, 2, None),
        ("http://mock.example:1", "full", 900.0, 2, None),
        ("region:cn-shanghai", "smoke", 900.0, 0, 60),
    ],
)
def test_defaults_depend_on_the_kind_of_target(
    target: str, profile: str, patience: float, products: int, devices: int | None
) -> None:
    settings = settings_from(target)

    assert (settings.profile, settings.patience) == (profile, patience)
    assert (settings.max_products, settings.max_devices) == (products, devices)
    assert settings.limits_are_given is False


def test_every_command_takes_options_of_the_table_only() -> None:
    for command in ("run", "check", "plan", "compare", "replay"):
        names = {parameter.name for parameter in cli.commands[command].params}
        assert {option.variable for option in of_command(command)} <= names


def test_what_is_said_again_to_a_run_is_neither_its_folder_nor_that_it_may_begin() -> None:
    settings = settings_from("http://127.0.0.1:1", reports="here", yes=True, profile="quick", labels=["a=b"])

    assert settings.asked == {"target": "http://127.0.0.1:1", "profile": "quick", "labels": ["a=b"]}
    assert {option.variable for option in by_variable().values() if not option.lasting} == {"reports", "yes"}
