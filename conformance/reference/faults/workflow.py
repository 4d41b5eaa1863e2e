"""Faults of what holds over the calls of one application, and between applications."""

from __future__ import annotations

from conformance.reference.faults.fault import faults_of

SAYS = {
    "ApplyId.exact/paged_through_a_float": "ApplyIds lie beyond 2^53, and paging rounds them to a double.",
}

faults_of("Workflow", SAYS)
