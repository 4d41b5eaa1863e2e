"""Which tests are long, and how many cases of each the short set keeps: `make test` runs that, `make test-all` all."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent

LONG: Mapping[str, int] = {
    # One whole run, or more, for each case.
    "test_cli.py::test_a_fault_over_tcp_is_exit_1_and_among_the_failed": 1,
    "test_broken_records.py::test_whatever_stands_in_a_line_is_reported_or_refused": 1,
    "test_drift.py::test_a_change_is_found_and_blamed_on_whoever_made_it": 1,
    "test_independent_server.py::test_a_fault_planted_by_others_is_caught": 5,
    "test_independent_server.py::test_its_default_choices_are_not_blamed": 2,
    "test_independent_server.py::test_its_other_legal_choices_are_not_blamed": 2,
    "test_independent_server.py::test_its_signatures_are_not_blamed": 2,
    "test_judge_recordings.py::test_whatever_a_stranger_sends_legal_servers_are_not_blamed": 1,
    "test_observations.py::test_an_observation_shows_which_way_a_target_takes": 6,
    "test_openapi.py::test_only_what_a_must_forbids_is_blamed_on_who_accepts_it": 2,
    "test_reference_faults.py::test_a_fault_changes_an_answer": 60,
    "test_reference_variants.py::test_a_variant_changes_something_where_it_is_legal": 13,
    "test_replay.py::test_what_stands_on_requests_that_no_reproducer_holds_is_never_called_fixed": 1,
    "test_secrets.py::test_the_target_was_told_secrets_and_the_run_went_on": 1,
    "test_signatures_of_a_run.py::test_a_region_is_sent_few_wrong_signatures_and_every_must_clause_all_the_same": 1,
    "test_signatures_of_a_run.py::test_a_target_of_one_scheme_passes": 2,
    "test_signatures_of_a_run.py::test_other_gateways_are_not_blamed": 2,
    "test_the_suite_bites.py::test_a_fault_is_caught_by_its_own_clause": 6,
    "test_the_suite_bites.py::test_a_legal_freedom_is_never_blamed": 4,
    "test_refused_access.py::test_a_run_that_is_turned_away_says_why": 5,
    "test_without.py::test_what_is_not_offered_is_not_sent_and_leaves_nothing_open": 2,
    "zoo/test_zoo.py::test_a_target_that_becomes_hostile_in_mid_run": 1,
    "zoo/test_zoo.py::test_a_target_that_is_hostile_from_the_first_answer": 7,
    # Clients of others, each in a process of its own.
    "test_real_clients.py::test_a_refused_call_is_an_answer_and_no_exception": 2,
    "test_real_clients.py::test_a_wrong_secret_is_the_clients_own_error": 2,
    "test_real_clients.py::test_devices_with_names_of_ones_own_are_registered": 2,
    "test_real_clients.py::test_devices_with_random_names_are_registered": 2,
    # Runs that are killed, or wait.
    "test_budget.py::test_smoke_holds_its_devices_against_a_server_that_refuses_nothing": 0,
    "test_kills.py::test_a_killed_run_leaves_readable_records_and_no_process": 1,
    "test_reference_variants.py::test_all_compatible_variants_together_answer_everything": 0,
    "test_slow_targets.py::test_a_run_against_a_slow_target_waits_three_times_as_long_as_its_states": 0,
    # Whole programs, each a little run of its own.
    "test_ci_files.py::test_the_action_compares_with_the_snapshots_before": 0,
    "test_contributing.py::test_the_example_is_complete_for_the_tests_of_this_project": 0,
    "test_contributing.py::test_the_fault_of_the_example_is_killed_and_the_legal_server_passes": 0,
    "test_pasted_commands.py::test_an_interrupted_run_is_swept": 0,
    "test_pasted_commands.py::test_wrong_usage_names_a_command_that_works": 2,
    "test_makefile.py::test_a_bench_works": 0,
    "test_makefile.py::test_a_target_works": 0,
}
"""Test → how many of its cases the short set keeps; the others are marked ``long``. A few stand for all of a kind."""


def name_of(item: pytest.Item) -> str:
    """A test without its parameters, as in ``LONG``."""
    return f"{item.path.relative_to(TESTS).as_posix()}::{getattr(item, 'originalname', item.name)}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark cases as long, evenly, before ``-m`` chooses."""
    ours = [item for item in items if item.path.is_relative_to(TESTS)]
    for name, group in groupby(ours, key=name_of):
        cases = list(group)
        kept = LONG.get(name, len(cases))
        step = -(-len(cases) // kept) if kept else 0
        for number, item in enumerate(cases):
            if not step or number % step:
                item.add_marker(pytest.mark.long)
