"""The preflight alone: what a run would find at the door, and the next step."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

import httpx
from rich.console import Console
from rich.text import Text

from conformance.client.budget import NotSent
from conformance.client.clock import RealClock
from conformance.client.launch import LaunchError, started
from conformance.client.preflight import Opened, PreflightError, open_target
from conformance.client.session import Session
from conformance.client.turned_away import PERMISSION, reason_of, skew
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.contract.actions import SUPPORT, UNDER_TEST, Action
from conformance.text.safe import line
from conformance.wire.encode import Signer
from conformance.wire.message import FORMS, Exchange, Request, Scheme

NOT_OFFERED = frozenset({"InvalidAction.NotFound", "InvalidApi.NotFound", "UnsupportedOperation", "InvalidAction"})


def look(settings: Settings, console: Console, transport: httpx.BaseTransport | None = None) -> int:
    """Look at a target without changing anything; 0 where a run can begin, else 3 with the next step."""
    recorded: list[Exchange] = []
    with contextlib.ExitStack() as stack:
        try:
            url = settings.target.url or stack.enter_context(started(settings.target)).url()
            session = Session(
                url,
                load(),
                RealClock(),
                Signer(Scheme.NONE),
                recorded.append,
                transport=transport,
                rate=settings.rate,
                region=settings.target.region,
                renewed=settings.renewed,
                route=settings.route,
                instance=settings.iot_instance_id,
            )
            stack.callback(session.close)
            product = settings.product_key or "a1NoSuchProd"
            opened = open_target(
                session,
                settings.schemes,
                settings.signer_of,
                product,
                settings.other_product_key,
                0,
                check_products=bool(settings.product_key),
                edition=settings.edition,
                demanded=settings.demands_signatures,
            )
            answers: dict[str, Exchange] = {action: _asked(session, action) for action in Action}
        except (PreflightError, LaunchError, NotSent) as error:
            console.print(Text.assemble(("\u2717 ", "red"), line(str(error), 500)))
            return 2 if getattr(error, "usage", False) else 3
        offered = [one for one in SUPPORT if one not in settings.without and _offered(answers[one])]
        denied: dict[str, str] = {
            one: _code(answers[one]) for one in (*UNDER_TEST, *offered) if _code(answers[one]) in PERMISSION
        }
        facts = [
            ("reach", f"{url} answers in {_pace(recorded)} ms"),
            ("clock", _skew(recorded)),
            ("keys", "of a real account" if settings.real_keys else "the test key, testid"),
            ("signature", f"{opened.scheme}; {_verifies(opened)}"),
            ("products", ", ".join(opened.products) if settings.product_key else "none named"),
            ("offers", ", ".join(offered) or "only the five operations under test"),
            ("rights", f"not to {', '.join(denied)}" if denied else "nothing was denied"),
            ("clean-up", _clean_up(settings, offered, denied)),
        ]
    for name, value in facts:
        console.print(Text.assemble((f"  {name:<10}", "dim"), line(value, 300)), soft_wrap=True)
    if (problem := _problem(answers, settings)) is not None:
        console.print(Text.assemble(("\u2717 ", "red"), line(problem, 500)), soft_wrap=True)
        return 3
    if settings.product_key:
        step = "iot-conformance run with the same options"
    elif Action.CreateProduct in offered and not settings.target.region:
        step = "iot-conformance run: it will create its own products, or name one by --product-key"
    elif Action.CreateProduct in offered:
        step = "name a product by --product-key, or let the run create its own by --max-products 2"
    else:
        step = "name a product by --product-key: this target offers no CreateProduct"
    console.print(Text.assemble(("\u2713 ready. ", "green"), "Next: ", step), soft_wrap=True)
    return 0


def _asked(session: Session, operation: str) -> Exchange:
    """What comes of a call without parameters: it can have no effect, and tells whether it may be called at all."""
    return session.send(Request(operation), FORMS[0], "check")


def _code(exchange: Exchange) -> str:
    return exchange.answer.code if exchange.answer is not None else ""


def _offered(exchange: Exchange) -> bool:
    """Whether the answer is anything but that there is no such operation."""
    return exchange.refused and _code(exchange) not in NOT_OFFERED


def _problem(answers: Mapping[str, Exchange], settings: Settings) -> str | None:
    """Why one of the five operations cannot be measured; None where all can."""
    for operation in UNDER_TEST:
        if (
            operation not in settings.without
            and (reason := reason_of(answers[operation], RealClock().wall())) is not None
        ):
            return reason
    return None


def _clean_up(settings: Settings, offered: Sequence[str], denied: Mapping[str, str]) -> str:
    """Whether what a run creates can be deleted again."""
    needed = (
        [Action.DeleteDevice]
        if settings.product_key
        else [Action.DeleteProduct, Action.DeleteDevice, Action.QueryDevice]
    )
    missing = [one for one in needed if one not in offered or one in denied]
    if missing:
        return f"not possible without {' and '.join(missing)}: what a run creates stays"
    return "by sweep" if settings.product_key else "at the end of a run"


def _pace(recorded: list[Exchange]) -> str:
    return f"{min(one.seconds for one in recorded) * 1000:.1f}"


def _skew(recorded: list[Exchange]) -> str:
    for one in reversed(recorded):
        if (ahead := skew(one, RealClock().wall())) is not None:
            return f"{ahead:+.0f} s against this machine"
    return "the answers carry no Date"


def _verifies(opened: Opened) -> str:
    """What the first look has told of signatures."""
    if opened.scheme is Scheme.NONE:
        return "unsigned requests are accepted"
    spoilt = opened.verification.spoilt
    return f"verified (a wrong one gives {_code(spoilt) or 'no code'})" if spoilt is not None else "not verified"
