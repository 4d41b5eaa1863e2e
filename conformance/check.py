"""The preflight alone: what a run would find at the door, and the next step."""

from __future__ import annotations

import contextlib
import email.utils

from rich.console import Console
from rich.text import Text

from conformance.contract import load
from conformance.report.safe import line
from conformance.settings import Settings
from conformance.target.clock import RealClock
from conformance.target.launch import LaunchError, started
from conformance.target.preflight import NEVER_ISSUED, PreflightError, open_target
from conformance.target.session import Session
from conformance.wire.encode import Signer
from conformance.wire.message import FORMS, Exchange, Request, Scheme

OFFERED = ("RegisterDevice", "QueryDevice", "QueryDeviceDetail", "DeleteDevice", "CreateProduct", "DeleteProduct")
NOT_OFFERED = frozenset({"InvalidAction.NotFound", "InvalidApi.NotFound", "UnsupportedOperation", "InvalidAction"})


def look(settings: Settings, console: Console) -> int:
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
                demanded=settings.demands_signatures,
            )
        except (PreflightError, LaunchError) as error:
            console.print(Text.assemble(("\u2717 ", "red"), line(str(error), 500)))
            return 2 if getattr(error, "usage", False) else 3
        facts = [
            ("reach", f"{url} answers in {_pace(recorded)} ms"),
            ("clock", _skew(recorded)),
            ("signature", f"{opened.scheme}; {_verifies(session, settings, opened.scheme, product)}"),
            ("products", ", ".join(opened.products) if settings.product_key else "none named"),
            ("offers", _offers(session, settings)),
        ]
    for name, value in facts:
        console.print(Text.assemble((f"  {name:<10}", "dim"), line(value, 300)), soft_wrap=True)
    offered = facts[-1][1]
    if settings.product_key:
        step = "iot-conformance run with the same options"
    elif "CreateProduct" in offered:
        step = "iot-conformance run: it will create its own products, or name one by --product-key"
    else:
        step = "name a product by --product-key: this target offers no CreateProduct"
    console.print(Text.assemble(("\u2713 ready. ", "green"), "Next: ", step), soft_wrap=True)
    return 0


def _pace(recorded: list[Exchange]) -> str:
    return f"{min(one.seconds for one in recorded) * 1000:.1f}"


def _skew(recorded: list[Exchange]) -> str:
    for one in reversed(recorded):
        said = one.received.header("date") if one.received is not None else None
        if said is not None:
            with contextlib.suppress(ValueError, TypeError):
                skew = email.utils.parsedate_to_datetime(said).timestamp() - RealClock().wall()
                return f"{skew:+.0f} s against this machine"
    return "the answers carry no Date"


def _verifies(session: Session, settings: Settings, scheme: Scheme, product: str) -> str:
    if scheme is Scheme.NONE:
        return "unsigned requests are accepted"
    signer = settings.signer_of(scheme)
    wrong = Signer(scheme, signer.key_id, signer.secret + "x", signer.token)
    request = Request("QueryBatchRegisterDeviceStatus", (("ProductKey", product), ("ApplyId", str(NEVER_ISSUED))))
    exchange = session.send(request, FORMS[0], "check", signer=wrong)
    code = exchange.answer.code if exchange.answer is not None else ""
    return f"verified (a wrong one gives {code})" if "Signature" in code else "not verified"


def _offers(session: Session, settings: Settings) -> str:
    """Support operations that answer anything but that they do not exist; each is asked without parameters."""
    found = []
    for operation in OFFERED:
        if operation in settings.without:
            continue
        exchange = session.send(Request(operation), FORMS[0], "check")
        if (
            exchange.answer is not None
            and exchange.answer.value
            and exchange.answer.code not in NOT_OFFERED
            and exchange.refused
        ):
            found.append(operation)
    return ", ".join(found) or "only the five operations under test"
