"""Faults of what holds over the calls of one application, and between applications."""

from __future__ import annotations

from conformance.reference.faults.fault import faults_of

SAYS = {
    "checked": "Every second application, if of several names, ends in CHECK_FAILED.",
    "checked/over_10": "A check of more than 10 names ends in CHECK_FAILED.",
    "invalid": "Invalid names among valid ones are dropped silently, and the check succeeds.",
    "ApplyId.fresh/same_names": "A check of the same names gets the same ApplyId again.",
    "ApplyId.exact/paged_through_a_float": "ApplyIds lie beyond 2^53, and paging rounds them to a double.",
    "isolation/while_checked": "A name that was checked for one product is taken in all others.",
    "isolation/names_shared_by_products": "A name of one product is taken in all of them.",
    "isolation/names_with_signs": "A name with a dot or an at sign of one product is taken in all of them.",
    "refused_names": "Names of a refused or failed check stay reserved.",
    "refused_names/failed_checks": "Names of a failed check stay reserved.",
    "refusal/good_names_of_a_refused_check": "A check that is refused for some names registers the others.",
}

faults_of("Workflow", SAYS)
