"""From the settings of a run to what it consists of: the clauses it chooses, its session, and the opened target."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from conformance.client.budget import Budget, BudgetError, NotSent, Overdrawn
from conformance.client.clock import Clock
from conformance.client.ledger import Ledger
from conformance.client.liveness import MOST_LOST
from conformance.client.preflight import Opened, PreflightError, open_target
from conformance.client.session import Session
from conformance.config.settings import Settings
from conformance.contract import Contract
from conformance.contract.locks import read
from conformance.runner.selection import BudgetPlan, Choice
from conformance.wire.message import Exchange, Scheme
from conformance.wire.signer import Signer


def choice_of(settings: Settings, contract: Contract, budget_plan: BudgetPlan | None) -> Choice:
    """What of the suite is run."""
    return Choice(
        contract,
        settings.edition,
        settings.profile,
        settings.seed,
        settings.only,
        settings.gate,
        settings.without,
        settings.pins,
        read(settings.edition, settings.revision) if settings.revision else None,
        settings.max_tampered,
        budget_plan,
        careful=not settings.target.loopback,
        few_polls=settings.max_requests is not None,
    )


def session_of(
    settings: Settings,
    url: str,
    contract: Contract,
    clock: Clock,
    record: Callable[[Exchange], None],
    budget: Budget,
    ledger: Ledger,
    transport: httpx.BaseTransport | None,
) -> Session:
    """The open door to the target; nothing has been sent through it, and nobody has signed yet."""
    return Session(
        url,
        contract,
        clock,
        Signer(Scheme.NONE),
        record,
        transport=transport,
        rate=settings.rate,
        region=settings.target.region,
        renewed=settings.renewed,
        route=settings.route,
        budget=budget,
        answer_seconds=settings.timeout,
        most_lost=max(MOST_LOST, settings.patience),
        ledger=ledger,
        instance=settings.iot_instance_id,
    )


def opened(session: Session, settings: Settings) -> Opened:
    """The target after the first look at it. Raises PreflightError."""
    try:
        return open_target(
            session,
            settings.schemes,
            settings.signer_of,
            settings.product_key,
            settings.other_product_key,
            settings.max_products,
            settings.without,
            edition=settings.edition,
            demanded=settings.demands_signatures,
        )
    except (BudgetError, Overdrawn) as error:
        raise PreflightError(f"the budget does not even hold the first look at the target: {error}") from None
    except NotSent as error:
        raise PreflightError(f"the first look at the target came to no end: {error}") from None
