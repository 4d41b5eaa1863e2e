"""How deep a run looks: the profiles and their numbers of examples."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """How many examples: never which clauses."""

    drawn: int
    """Values drawn for a test beside those that it always tries."""
    forms_each: int
    """Forms in which each value is sent."""
    few_forms: bool
    """Whether a clause meets four forms, which make every pair of method and format, or all six."""
    thorough: bool


PROFILES: dict[str, Profile] = {
    "smoke": Profile(drawn=0, forms_each=1, few_forms=True, thorough=False),
    "quick": Profile(drawn=1, forms_each=1, few_forms=True, thorough=False),
    "full": Profile(drawn=10, forms_each=2, few_forms=False, thorough=True),
    "thorough": Profile(drawn=60, forms_each=6, few_forms=False, thorough=True),
}
"""By name, the shallowest first."""
