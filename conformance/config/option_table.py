"""The options of a run, one row each: the command line, targets.toml and the pytest plugin are all made from this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from conformance.config.profiles import PROFILES
from conformance.contract import DEFAULT_EDITION, EDITIONS


class Kind(Enum):
    """What an option holds: its types in targets.toml, its type on a command line, its name in messages."""

    TEXT = ((str,), str, "a text")
    WHOLE = ((int,), int, "a number")
    NUMBER = ((int, float), float, "a number")
    NUMBER_OR_TEXT = ((int, str), str, "a number")
    TEXTS = ((list,), str, "a list of texts")
    TABLE = ((dict,), str, "a table of texts")
    FLAG = ((bool,), bool, "true or false")

    def __init__(self, in_file: tuple[type, ...], on_line: type, says: str) -> None:
        self.in_file = in_file
        self.on_line = on_line
        self.says = says

    @property
    def repeatable(self) -> bool:
        """Whether the option may stand on a command line several times."""
        return self in {Kind.TEXTS, Kind.TABLE}

    def fits(self, value: Any) -> bool:
        """Whether a value of targets.toml is of this kind."""
        texts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return (
            isinstance(value, self.in_file)
            and isinstance(value, bool) is (self is Kind.FLAG)
            and all(isinstance(text, str) for text in texts)
        )

    def fits_line(self, value: Any) -> bool:
        """Whether a value of a command line or a call is of this kind: what is repeatable is a sequence of texts."""
        if self.repeatable and isinstance(value, list | tuple):
            return all(isinstance(text, str) for text in value)
        return self.fits(value)


@dataclass(frozen=True, slots=True)
class Default:
    """What an option is where nobody says anything, by kind of target; None where only the run knows."""

    value: Any = None
    away: Any = None
    """For targets that are not on this machine, where that differs."""
    region: Any = None
    """For regions of the cloud, where that differs."""

    def of(self, *, loopback: bool, region: bool) -> Any:
        """The default for such a target."""
        if region and self.region is not None:
            return self.region
        return self.away if not loopback and self.away is not None else self.value

    def says(self) -> str:
        """The default as a help text shows it, empty where there is none to show."""
        if self.value in (None, "", (), False):
            return ""
        others = [f"{value:g} {where}" if isinstance(value, float) else f"{value} {where}"
                  for value, where in ((self.away, "away from this machine"), (self.region, "on regions"))
                  if value is not None]  # fmt: skip
        first = f"{self.value:g}" if isinstance(self.value, float) else str(self.value)
        return "; ".join([first, *others])


TO_REACH = frozenset({"run", "check", "plan", "compare", "replay"})
"""Commands that need to know how to get in."""
TO_SELECT = frozenset({"run", "plan", "compare"})
"""Commands that need to know what is measured."""
TO_RUN = frozenset({"run"})
NOWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a run."""

    name: str
    """As typed after ``--``; in targets.toml too, unless ``key`` says otherwise."""
    kind: Kind
    help: str
    default: Default = Default()
    shown_default: str = ""
    """The default in words, where ``default`` cannot tell it."""
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    commands: frozenset[str] = TO_RUN
    """Commands on whose line it may stand. What may stand on that of ``run`` is an option of the pytest plugin too."""
    in_file: bool = True
    """Whether targets.toml may say it."""
    key: str = ""
    """Its name in targets.toml, where that is another one."""
    lasting: bool = True
    """Whether a command that comes back to the run takes it over."""

    @property
    def file_key(self) -> str:
        """Its name in targets.toml."""
        return self.key or self.name

    @property
    def variable(self) -> str:
        """Its name in Python."""
        return self.file_key.replace("-", "_")

    @property
    def pytest_name(self) -> str:
        """Its name for plain pytest."""
        return f"--iot-{self.name.removeprefix('iot-')}"

    @property
    def help_with_default(self) -> str:
        """Its help text, the default in brackets at the end."""
        default = self.shown_default or self.default.says()
        return f"{self.help} [{default}]" if default else self.help


OPTIONS = (
    Option("edition", Kind.TEXT, f"Edition of the documents: {', '.join(EDITIONS)}; EDITION@N is a released revision.",
           Default(DEFAULT_EDITION), metavar="EDITION", commands=TO_REACH - {"replay"}),
    Option("product-key", Kind.TEXT, "ProductKey of an existing product; without it the run creates its own.",
           Default(""), commands=TO_REACH),
    Option("other-product-key", Kind.TEXT, "ProductKey of a second product, for the isolation clauses.",
           Default(""), commands=TO_REACH),
    Option("iot-instance-id", Kind.TEXT, "IotInstanceId to send with every request.", Default(""), commands=TO_REACH),
    Option("auth", Kind.TEXT, "Signature scheme.", Default("auto"),
           choices=("auto", "none", "rpc", "acs3"), commands=TO_REACH),
    Option("credentials", Kind.TEXT, "Where real keys come from: env, env:PREFIX, profile:NAME, or chain.", Default(""),
           shown_default="none; env or chain on regions", metavar="SOURCE", commands=TO_REACH),
    Option("ca-bundle", Kind.TEXT, "File of certificates to trust instead of the machine's.", Default(""),
           metavar="FILE", commands=TO_REACH),
    Option("proxy", Kind.TEXT, "Send through this proxy; none is taken from the environment.", Default(""),
           metavar="URL", commands=TO_REACH),
    Option("pass-env", Kind.TEXTS, "Hand this variable to 'cmd:', though it may be a secret.", Default(()),
           metavar="NAME", commands=TO_REACH),
    Option("without", Kind.TEXTS, "An operation that the target does not offer.", Default(()),
           metavar="OPERATION", commands=TO_REACH),
    Option("rate", Kind.NUMBER, "Requests per second at most.", commands=TO_REACH),
    Option("max-requests", Kind.WHOLE, "Requests at most; clauses that do not fit are left out.", commands=TO_REACH),
    Option("max-devices", Kind.WHOLE, "Devices at most, even if the target refuses nothing.",
           shown_default="60 for smoke", commands=TO_REACH),
    Option("max-products", Kind.WHOLE, "Products that may be created.", Default(2, region=0), commands=TO_REACH),
    Option("targets", Kind.TEXT, "File in which targets have names.", shown_default="targets.toml",
           metavar="FILE", commands=TO_REACH, in_file=False),
    Option("profile", Kind.TEXT, "Number of examples; smoke is what fits into 60 devices.",
           Default("full", region="smoke"), choices=tuple(PROFILES), commands=TO_SELECT),
    Option("only", Kind.TEXTS, "Only these clauses; the rest is exempt.", Default(()),
           metavar="ID|GLOB|OPERATION", commands=TO_SELECT),
    Option("gate", Kind.TEXT, "The level that fails the run.", Default("must"), choices=("must", "should")),
    Option("seed", Kind.NUMBER_OR_TEXT, "A number, or random.", Default("0"), commands=TO_SELECT),
    Option("patience", Kind.NUMBER, "Seconds that an application may stay in CHECK or CREATE.",
           Default(60.0, away=900.0)),
    Option("yes", Kind.FLAG, "Run on a region without asking.", Default(False),
           commands=TO_RUN | {"replay"}, lasting=False),
    Option("timeout", Kind.NUMBER, "Seconds that one answer may take.", Default(30.0)),
    Option("label", Kind.TABLE, "Shown in the reports.", Default(()), metavar="KEY=VALUE", key="labels"),
    Option("reports", Kind.TEXT, "Folder for the reports.", shown_default="reports/<target>-<time>",
           metavar="DIR", lasting=False),
    Option("waivers", Kind.TEXT, "File of known failures that somebody answers for, until a date.", metavar="FILE"),
    Option("observations", Kind.TABLE, "OBSERVED clauses, each with the only value that the target may show.",
           Default(()), commands=NOWHERE),
)  # fmt: skip
"""Every option of a run. A new one is a row here; where ``Settings`` has a field of that name, the row fills it."""


def in_file(options: tuple[Option, ...] = OPTIONS) -> dict[str, Option]:
    """The options that targets.toml may say, by key."""
    return {option.file_key: option for option in options if option.in_file}


def of_command(command: str, options: tuple[Option, ...] = OPTIONS) -> tuple[Option, ...]:
    """The options that may stand on the line of a command."""
    return tuple(option for option in options if command in option.commands)


def by_variable(options: tuple[Option, ...] = OPTIONS) -> dict[str, Option]:
    """All options by their name in Python."""
    return {option.variable: option for option in options}
