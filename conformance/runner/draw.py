"""What a run is going to send, drawn before anything is sent; the same for the same choice."""

from __future__ import annotations

from typing import Any

from conformance.config.profiles import PROFILES
from conformance.generate.hypothesis_draw import draw
from conformance.generate.workflows import Workflow
from conformance.runner.selection import Choice, SuiteTest
from conformance.suite import plan as common_plan
from conformance.suite.decorators import Planning


def planning(choice: Choice, products: int, test: SuiteTest | None = None) -> Planning:
    """What the plan of a test may depend on; without one, that of the applications of every run."""
    clause = test.marks.clause if test is not None else ""
    expected = test.marks.expected.items() if test is not None else ()
    return Planning(
        choice.edition,
        PROFILES[choice.profile].thorough,
        {name: value.values[choice.edition] for name, value in expected},
        products,
        lambda strategy, number: draw(strategy, number, f"{choice.seed} {clause}"),
        clause,
    )


def of_every_run(choice: Choice, products: int) -> list[Workflow]:
    """The applications that are followed whatever was selected, as far as the budget holds them."""
    budget_plan = choice.budget_plan
    if budget_plan is None or not budget_plan.sparing:
        return [*common_plan.common(planning(choice, products))]
    sparing = common_plan.sparing(planning(choice, products))
    return [workflow for workflow in sparing if workflow.key in budget_plan.applications]


def late(choice: Choice, products: int) -> list[Workflow]:
    """Those that begin after the last immediate test, as far as the budget holds them."""
    workflows, budget_plan = common_plan.late(planning(choice, products)), choice.budget_plan
    return [workflow for workflow in workflows if budget_plan is None or workflow.key in budget_plan.applications]


def values(choice: Choice, test: SuiteTest) -> list[Any]:
    """The values with which a test is called: those always tried, then drawn ones."""
    marks, profile = test.marks, PROFILES[choice.profile]
    if marks.derive is not None:
        return list(marks.derive(marks.clause, choice.edition, profile.thorough))
    if choice.careful and marks.elsewhere:
        return list(marks.elsewhere)
    tried = [*marks.always, *(marks.at_length if profile.thorough else ())]
    if marks.strategy is not None:
        tried += draw(marks.strategy, profile.drawn, f"{choice.seed} {marks.clause}")
    return tried
