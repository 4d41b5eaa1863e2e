"""``check``: the preflight alone. What would a run find at the door, and what is the next step?"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
import httpx
from rich.console import Console
from rich.text import Text

from conformance.cli.common import keys_found, out, settings_of
from conformance.cli.options import options_of, typed
from conformance.client.budget import NotSent
from conformance.client.clock import RealClock
from conformance.client.launch import LaunchError, started
from conformance.client.preflight import Opened, PreflightError, open_target
from conformance.client.refused_access import PERMISSION, reason_of, skew
from conformance.client.session import Session
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.contract.actions import SUPPORT, UNDER_TEST, Action
from conformance.text.command import command
from conformance.text.safe import line
from conformance.wire.message import FORMS, Exchange, Request, Scheme
from conformance.wire.signer import Signer

NOT_OFFERED = frozenset({"InvalidAction.NotFound", "InvalidApi.NotFound", "UnsupportedOperation", "InvalidAction"})
"""Codes by which a target says that it has no such operation."""
NO_PRODUCT = "a1NoSuchProd"


@click.command()
@click.argument("target", nargs=-1)
@options_of("check")
def check(target: tuple[str, ...], **options: Any) -> None:
    """Look at TARGET without changing anything: is it there, is it this API, does it let us in."""
    settings = settings_of(target, {**options, "max_products": 0})
    keys_found(settings)
    sys.exit(look(settings, out, again=(*target, *typed())))


@dataclass(frozen=True, slots=True)
class Sight:
    """What the preflight saw."""

    url: str
    opened: Opened
    recorded: Sequence[Exchange]
    answers: Mapping[str, Exchange]
    """What came of each operation, called without parameters."""

    def offers(self, without: frozenset[str]) -> list[str]:
        """The operations beside the five that the target has."""
        return [name for name in SUPPORT if name not in without and _is_offered(self.answers[name])]

    def denied(self, names: Sequence[str]) -> list[str]:
        """Those of the operations to which the key has no right."""
        return [name for name in names if _code(self.answers[name]) in PERMISSION]


def look(
    settings: Settings, console: Console, transport: httpx.BaseTransport | None = None, *, again: Sequence[str] = ()
) -> int:
    """Look at a target without changing anything; 0 where a run can begin, else 3 with the next step.

    ``again`` are target and options as they were typed: what ``run`` is to be called with next.
    """
    try:
        sight = _sight(settings, transport)
    except (PreflightError, LaunchError, NotSent) as error:
        console.print(Text.assemble(("\u2717 ", "red"), line(str(error), 500)))
        return 2 if getattr(error, "usage", False) else 3
    for name, value in _facts(settings, sight):
        console.print(Text.assemble((f"  {name:<10}", "dim"), line(value, 300)), soft_wrap=True)
    if (problem := _problem(sight, settings)) is not None:
        console.print(Text.assemble(("\u2717 ", "red"), line(problem, 500)), soft_wrap=True)
        return 3
    step = _next_step(settings, sight, again or (settings.target.name,))
    console.print(Text.assemble(("\u2713 ready. ", "green"), "Next: ", step), soft_wrap=True)
    return 0


def _sight(settings: Settings, transport: httpx.BaseTransport | None) -> Sight:
    """Launch the target where it is a program, and look. Raises PreflightError, LaunchError, NotSent."""
    recorded: list[Exchange] = []
    with contextlib.ExitStack() as stack:
        url = settings.target.url or stack.enter_context(started(settings.target)).url()
        session = Session(
            url, load(), RealClock(), Signer(Scheme.NONE), recorded.append, transport=transport, rate=settings.rate,
            region=settings.target.region, renewed=settings.renewed, route=settings.route,
            instance=settings.iot_instance_id,
        )  # fmt: skip
        stack.callback(session.close)
        opened = open_target(
            session, settings.schemes, settings.signer_of, settings.product_key or NO_PRODUCT,
            settings.other_product_key, 0, check_products=bool(settings.product_key), edition=settings.edition,
            demanded=settings.demands_signatures,
        )  # fmt: skip
        answers: dict[str, Exchange] = {action: _asked(session, action) for action in Action}
    return Sight(url, opened, recorded, answers)


def _asked(session: Session, operation: str) -> Exchange:
    """What comes of a call without parameters: it can have no effect, and tells whether it may be called at all."""
    return session.send(Request(operation), FORMS[0], "check")


def _code(exchange: Exchange) -> str:
    return exchange.answer.code if exchange.answer is not None else ""


def _is_offered(exchange: Exchange) -> bool:
    """Whether the answer is anything but that there is no such operation."""
    return exchange.refused and _code(exchange) not in NOT_OFFERED


def _facts(settings: Settings, sight: Sight) -> list[tuple[str, str]]:
    """What a run would find, by name."""
    offered = sight.offers(settings.without)
    denied = sight.denied((*UNDER_TEST, *offered))
    fastest = min(exchange.seconds for exchange in sight.recorded) * 1000
    return [
        ("reach", f"{sight.url} answers in {fastest:.1f} ms"),
        ("clock", _skew(sight.recorded)),
        ("keys", "of a real account" if settings.real_keys else "the test key, testid"),
        ("signature", f"{sight.opened.scheme}; {_verifies(sight.opened)}"),
        ("products", ", ".join(sight.opened.products) if settings.product_key else "none named"),
        ("offers", ", ".join(offered) or "only the five operations under test"),
        ("rights", f"not to {', '.join(denied)}" if denied else "nothing was denied"),
        ("clean-up", _clean_up(settings, offered, denied)),
    ]


def _skew(recorded: Sequence[Exchange]) -> str:
    for exchange in reversed(recorded):
        if (ahead := skew(exchange, RealClock().wall())) is not None:
            return f"{ahead:+.0f} s against this machine"
    return "the answers carry no Date"


def _verifies(opened: Opened) -> str:
    """What the first look has told of signatures."""
    if opened.scheme is Scheme.NONE:
        return "unsigned requests are accepted"
    spoilt = opened.verification.spoilt
    return f"verified (a wrong one gives {_code(spoilt) or 'no code'})" if spoilt is not None else "not verified"


def _clean_up(settings: Settings, offered: Sequence[str], denied: Sequence[str]) -> str:
    """Whether what a run creates can be deleted again."""
    of_its_own = [Action.DeleteProduct, Action.DeleteDevice, Action.QueryDevice]
    needed = [Action.DeleteDevice] if settings.product_key else of_its_own
    missing = [name for name in needed if name not in offered or name in denied]
    if missing:
        return f"not possible without {' and '.join(missing)}: what a run creates stays"
    return "by sweep" if settings.product_key else "at the end of a run"


def _problem(sight: Sight, settings: Settings) -> str | None:
    """Why one of the five operations cannot be measured; None where all can."""
    for operation in UNDER_TEST:
        answer = sight.answers[operation]
        if operation not in settings.without and (reason := reason_of(answer, RealClock().wall())) is not None:
            return reason
    return None


def _next_step(settings: Settings, sight: Sight, again: Sequence[str]) -> str:
    """The command with which a run begins, or what is missing for it."""
    if settings.product_key:
        return command("run", *again)
    if Action.CreateProduct not in sight.offers(settings.without):
        return "name a product by --product-key: this target offers no CreateProduct"
    products = ("--max-products", 2) if settings.target.region else ()
    return f"name a product by --product-key, or let the run create its own: {command('run', *again, *products)}"
