"""The table of options as options of click."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from conformance.config.option_table import OPTIONS, Kind, Option, of_command

Command = TypeVar("Command", bound=Callable[..., Any])


def options_of(
    command: str, *, defaults: Mapping[str, str] | None = None, table: tuple[Option, ...] = OPTIONS
) -> Callable[[Command], Command]:
    """A decorator: the options that may stand on the line of a command.

    ``defaults`` says what its help shows as the default of an option where the command has another one than ``run``.
    """
    shown = defaults or {}

    def decorate(function: Command) -> Command:
        for option in reversed(of_command(command, table)):
            default = shown.get(option.name, option.shown_default)
            function = click_option(replace(option, shown_default=default))(function)
        return function

    return decorate


def click_option(option: Option) -> Callable[[Command], Command]:
    """One option of the table as a decorator of click; what is not said is None, or () where it is repeatable."""
    if option.kind is Kind.FLAG:
        return click.option(f"--{option.name}", option.variable, is_flag=True, default=None, help=option.help)
    return click.option(
        f"--{option.name}",
        option.variable,
        type=click.Choice(option.choices) if option.choices else option.kind.on_line,
        multiple=option.kind.repeatable,
        metavar=option.metavar,
        help=option.help_with_default,
    )


def typed(without: Iterable[str] = ()) -> tuple[str, ...]:
    """The options of the command that runs, as they were typed, but those without: names in Python."""
    context = click.get_current_context()
    words: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        is_typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if isinstance(parameter, click.Argument) or name in without or not is_typed:
            continue
        value = context.params[name]
        for word in value if isinstance(value, tuple) else (value,):
            words += [parameter.opts[0]] if word is True else [parameter.opts[0], str(word)]
    return tuple(words)
