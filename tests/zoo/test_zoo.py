"""No target makes the suite crash, hang or lie: each run ends in time, and says of each clause what was really seen."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.client.preflight import PreflightError
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.judge.verdict import Outcome
from conformance.report.all import write_all
from conformance.report.measured import of_run
from conformance.runner.run import Result, Runner
from tests.zoo import bodies, messages, moods, sockets
from tests.zoo.keeper import Beast, Cage, caged

IMPATIENT = 1.0
"""Seconds for an answer, where none will come."""
PATIENT = 20.0
LONGEST_RUN = 120.0
LARGEST_EVIDENCE = 80_000_000

NO_ANSWER = "it gave no answer"
GARBLED = "it gave no answer .not an HTTP answer."
SOMETHING_ELSE = "with something else"
AT_ONCE: Mapping[Beast, int | str] = {
    sockets.silent: NO_ANSWER,
    sockets.a_byte_a_second_in_the_head: NO_ANSWER,
    sockets.a_byte_a_second_in_the_body: NO_ANSWER,
    sockets.closes_at_once: NO_ANSWER,
    sockets.closes_in_the_status_line: NO_ANSWER,
    sockets.closes_in_the_head: NO_ANSWER,
    sockets.closes_in_the_body: NO_ANSWER,
    sockets.resets_at_once: NO_ANSWER,
    sockets.resets_in_the_body: NO_ANSWER,
    sockets.closes_after_each_answer: 0,
    messages.promises_more_than_it_sends: NO_ANSWER,
    messages.promises_less_than_it_sends: SOMETHING_ELSE,
    messages.negative_length: NO_ANSWER,
    messages.enormous_length: NO_ANSWER,
    messages.two_lengths: NO_ANSWER,
    messages.no_length: 0,
    messages.wrong_chunk_size: NO_ANSWER,
    messages.chunk_cut_short: NO_ANSWER,
    messages.endless_head: NO_ANSWER,
    messages.thousand_headers: 0,
    messages.endless_body: "answer larger than the limit",
    messages.gigabyte: "answer larger than the limit",
    messages.gzip_bomb: "answer larger than the limit",
    messages.gzip_bomb_in_gzip: NO_ANSWER,
    messages.broken_gzip: NO_ANSWER,
    messages.cut_gzip: NO_ANSWER,
    messages.gzip_and_a_byte: GARBLED,
    messages.gzip_and_no_end: GARBLED,
    messages.endless_gzip_of_nothing: "answer larger than the limit",
    messages.unknown_coding: NO_ANSWER,
    messages.flood_of_1xx: NO_ANSWER,
    messages.body_without_head: NO_ANSWER,
    messages.status_line_of_garbage: NO_ANSWER,
    messages.status_of_four_digits: NO_ANSWER,
    messages.redirects_to_itself: 1,
    messages.redirects_to_a_file: 1,
    messages.sets_cookies: 0,
    messages.answers_twice: 1,
    messages.answers_of_others: 1,
    bodies.xml_bomb: SOMETHING_ELSE,
    bodies.external_entity: SOMETHING_ELSE,
    bodies.deep: SOMETHING_ELSE,
    bodies.deep_and_closed: SOMETHING_ELSE,
    bodies.not_a_number: 1,
    bodies.million_digits: 1,
    bodies.nothing: SOMETHING_ELSE,
    bodies.a_page: "with an HTML page",
    bodies.a_list: SOMETHING_ELSE,
    bodies.a_text: SOMETHING_ELSE,
    bodies.noise: SOMETHING_ELSE,
    bodies.nul: 1,
    bodies.lone_surrogate: 0,
    bodies.escapes: 0,
    bodies.markup: 0,
    bodies.ten_megabytes: "answer larger than the limit",
    bodies.duplicate_keys: 1,
    bodies.other_charset: SOMETHING_ELSE,
    bodies.byte_order_mark: 1,
    bodies.escapes_in_headers: 0,
    moods.server_errors: "HTTP 500 with something else",
    moods.overloaded: "throttles even the first question",
    moods.status_for_ever: 1,
    moods.wrong_every_second_time: 1,
    moods.clock_that_jumps: 0,
}
"""What becomes of a run if the target is so from its first answer on: its exit status, or why it cannot begin."""

GONE = "the target has not answered any more since request #"
IN_MID_RUN: Mapping[Beast, tuple[int, str]] = {
    sockets.silent: (3, GONE),
    sockets.closes_in_the_body: (3, GONE),
    sockets.resets_at_once: (3, GONE),
    messages.endless_head: (3, GONE),
    messages.gigabyte: (3, GONE),
    messages.gzip_bomb_in_gzip: (3, GONE),
    messages.redirects_to_a_file: (1, "Common.HTTPStatus.success"),
    bodies.a_page: (1, "Common.JSON"),
    bodies.ten_megabytes: (3, GONE),
    bodies.duplicate_keys: (1, "Common.JSON"),
    moods.server_errors: (1, "BatchRegisterDevice.answers"),
    moods.dies_and_comes_back: (0, ""),
    moods.dies: (3, "nobody listens at http://127.0.0.1:"),
}
"""The same for a target that is in good order for its first 150 requests: exit status, and what names the reason."""


def name_of(beast: object) -> str:
    """Its name in its module; those made by a function have none of their own."""
    modules = (sockets, messages, bodies, moods)
    return next(name for module in modules for name, each in vars(module).items() if each is beast)


def settings(cage: Cage, reports: Path, timeout: float = PATIENT) -> Settings:
    return Settings(
        Target("zoo", cage.url),
        "alibaba-2023",
        product_key="a1RefProdA1",
        other_product_key="a1RefProdB2",
        profile="quick",
        timeout=timeout,
        patience=3.0,
        reports=reports / "run",
    )


def measured(cage: Cage, reports: Path, timeout: float = PATIENT) -> Result:
    """One run with all its reports, within its bounds."""
    begun = time.monotonic()
    result = Runner(settings(cage, reports, timeout)).drive()
    write_all(of_run(result))
    assert time.monotonic() - begun < LONGEST_RUN
    return result


def is_honest(result: Result, reports: Path) -> bool:
    """Nothing of the suite failed, all but a pass has its reason, and the evidence is small and safe to look at."""
    files = [path for path in reports.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LARGEST_EVIDENCE
    assert not any(b"\x1b" in path.read_bytes() for path in files)
    page = next(path for path in files if path.name == "matrix.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "onerror=alert(2)>" not in page
    assert [one for one in result.verdicts if one.outcome is Outcome.ERROR] == []
    return all(one.reason for one in result.verdicts if one.outcome is not Outcome.PASS)


@pytest.mark.parametrize("beast", AT_ONCE, ids=name_of)
def test_a_target_that_is_hostile_from_the_first_answer(beast: Beast, tmp_path: Path) -> None:
    expected = AT_ONCE[beast]

    with caged(beast) as cage:
        if isinstance(expected, str):
            runner = Runner(settings(cage, tmp_path, IMPATIENT))
            with contextlib.closing(runner), pytest.raises(PreflightError, match=expected):
                runner.begin()
            return
        result = measured(cage, tmp_path)

    assert int(result.exit) == expected, result.why
    assert is_honest(result, tmp_path)


@pytest.mark.parametrize("beast", IN_MID_RUN, ids=name_of)
def test_a_target_that_becomes_hostile_in_mid_run(beast: Beast, tmp_path: Path) -> None:
    status, reason = IN_MID_RUN[beast]

    with caged(beast, after=150) as cage:
        result = measured(cage, tmp_path, IMPATIENT if reason == GONE else PATIENT)

    assert int(result.exit) == status, result.why
    assert reason in result.why or any(reason in one.reason for one in result.verdicts)
    assert is_honest(result, tmp_path)


def test_no_request_leaves_for_another_host_than_the_target(tmp_path: Path) -> None:
    """A redirect is a finding, and is not followed."""
    with caged(lambda call: call.answered()) as other:

        def redirects(call) -> None:  # type: ignore[no-untyped-def]
            call.answered(status=307, headers=(("Location", f"{other.url}/?stolen"),))

        with caged(redirects) as cage:
            result = measured(cage, tmp_path)

    assert "Common.HTTPStatus.success" in {one.clause for one in result.verdicts if one.outcome is Outcome.FAIL}
    assert (other.calls, cage.calls) == (0, len(result.exchanges))


def test_no_cookie_is_sent_back(tmp_path: Path) -> None:
    with caged(messages.sets_cookies) as cage:
        measured(cage, tmp_path)

    assert not any(name == "cookie" for asked in cage.asked for name, _ in asked.headers)
