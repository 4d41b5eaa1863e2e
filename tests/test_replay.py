"""Replay: a finding sent again is STILL broken by the server that broke it, and FIXED by the faithful one."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from conformance.cli.replay import replay as command
from conformance.record.dependencies import RecordedRun
from conformance.record.packing import packed, unpacked
from conformance.record.reproducer import Ref, Reproducer, ReproducerError, from_dict, to_dict
from conformance.record.write_findings import reproducer_of
from conformance.replay.judge_again import Replayed, ReplayOutcome, replay, rounds_of
from conformance.runner.run import Runner
from conformance.selfproof.measure import clause_of, runner

ROOT = Path(__file__).resolve().parent.parent
EDITION = "alibaba-2023"


@functools.cache
def found(fault: str, *, clause: str = "", alone: bool = True, **options: Any) -> Reproducer:
    """The vector of a fault's own clause or of another, from a run of that clause alone or of all."""
    clause = clause or clause_of(fault)
    run = runner(EDITION, "quick", faults=[fault], only=[clause] if alone else [], **options)
    verdict = next(one for one in run.drive().verdicts if one.clause == clause)
    context = run.findings()
    return reproducer_of(verdict, context, RecordedRun(context.stream, context.followed))


def again(reproducer: Reproducer, *faults: str) -> Replayed:
    return replay(reproducer, runner(EDITION, "quick", faults=faults, only=[reproducer.clause]))


FAULTS = {
    "BatchRegisterDevice.Count.max": "a value of a test",
    "BatchRegisterDevice.Count.required@POST": "one form of a test",
    "BatchRegisterDeviceWithApplyId.ApplyId.required": "a test that needs an application at CHECK_SUCCESS",
    "QueryPageByApplyId.ApplyId.unknown": "a test that needs a finished application",
    "QueryBatchRegisterDeviceStatus.ApplyId.blank@JSON": "a test that needs any application",
    "Common.Format.default": "a changed common parameter",
    "Signature.secret@POST": "a wrong signature",
    "Signature.SignatureNonce.other_operation": "a nonce used before",
    "BatchCheckDeviceNames.DeviceName.taken": "a name that a page showed",
    "BatchCheckDeviceNames.DeviceName.illegal/space": "a generated name with something wrong",
    "BatchCheckDeviceNames.DeviceNameList": "an application that was refused, followed where it is not",
    "BatchCheckDeviceNames.DeviceName.repeated": "the same name twice",
    "BatchRegisterDeviceWithApplyId.ApplyId.echo@XML": "an invariant over two exchanges",
    "BatchRegisterDeviceWithApplyId.twice": "an invariant over a whole application",
    "QueryPageByApplyId.complete": "an invariant over all pages",
    "QueryPageByApplyId.PageSize.default/later_pages": "a test that asks for another page in each form",
    "Common.RequestId.unique": "an invariant over any two exchanges, broken now and then",
    "Signature.effect": "an invariant over what a spoiled request did",
    "Workflow.transitions": "a Status that is due after a while",
    "Workflow.terminates": "a Status that lasts",
    "Workflow.ApplyId.fresh": "a workflow",
    "Workflow.isolation": "a workflow in the other product",
    "Workflow.DeviceName.unique": "two applications",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_finding_is_still_there_with_the_fault_and_fixed_without(fault: str) -> None:
    reproducer = found(fault)

    assert again(reproducer, fault).answer is ReplayOutcome.STILL
    assert again(reproducer).answer is ReplayOutcome.FIXED


def test_what_shows_only_after_many_requests_is_met_again() -> None:
    reproducer = found("Signature.late", alone=False)

    still, fixed = again(reproducer, "Signature.late"), again(reproducer)

    assert (still.answer, fixed.answer) == (ReplayOutcome.STILL, ReplayOutcome.FIXED)
    assert len(reproducer.steps) < 50 < reproducer.decisive < len(still.exchanges)


def test_what_is_broken_in_another_way_is_other() -> None:
    reproducer = found("BatchRegisterDevice.Count.max")

    done = again(reproducer, "BatchRegisterDevice.Count.max", "Signature.secret")
    refused = again(reproducer, "BatchRegisterDevice.accepts")

    assert done.answer is ReplayOutcome.STILL
    assert refused.answer is ReplayOutcome.OTHER
    assert refused.why.startswith("inconclusive: the baseline of BatchRegisterDevice was not accepted in any form")


BEYOND = {
    "BatchRegisterDevice.Count.integer/sign": "compares what a product holds with all that the run had sent",
    "BatchRegisterDeviceWithApplyId.ApplyId.integer/sign_bit": "a question of another clause may have registered",
}
"""Faults that also break an invariant by a request of which the invariant cannot know."""
BROKEN_BESIDE = dict(zip(BEYOND, ("Workflow.refusal", "BatchRegisterDeviceWithApplyId.accepts"), strict=True))


@pytest.mark.parametrize("fault", BEYOND)
def test_what_stands_on_requests_that_no_reproducer_holds_is_never_called_fixed(fault: str) -> None:
    reproducer = found(fault, clause=BROKEN_BESIDE[fault], alone=False)

    for server in ((fault,), ()):
        done = again(reproducer, *server)

        assert done.answer is ReplayOutcome.OTHER
        assert BEYOND[fault] in done.why
        assert done.why.endswith("; a run tells")


def test_a_reproducer_holds_references_and_shapes_and_no_secret() -> None:
    reproducer = found("BatchCheckDeviceNames.DeviceName.taken", demand="rpc")
    text = json.dumps(to_dict(reproducer))

    assert from_dict(json.loads(text)) == reproducer
    assert not re.search(r"testid|testsecret|Signature=|AccessKeyId|[0-9A-F]{8}-", text)
    values = [value for step in reproducer.steps for _, value in step.params]
    assert {one.kind for one in values if isinstance(one, Ref)} >= {"product", "apply", "device"}
    assert "a1RefProdA1" not in values
    assert len(text) < 10_000


def test_ten_thousand_names_make_a_small_reproducer() -> None:
    reproducer = found("BatchCheckDeviceNames.DeviceName.limit")
    text = json.dumps(to_dict(reproducer))

    assert len(reproducer.names) >= 10_000
    assert len(text) < 50_000
    assert from_dict(json.loads(text)) == reproducer


def test_parameters_that_count_on_are_one_entry() -> None:
    params = [
        ["ProductKey", {"product": 0}],
        *[[f"DeviceNameList.{n}.DeviceName", {"name": n + 2}] for n in range(1, 7)],
    ]

    assert packed(params) == [["ProductKey", {"product": 0}], ["DeviceNameList.{}.DeviceName", {"names": [1, 3, 6]}]]
    assert [list(each) for each in unpacked(packed(params))] == params


def test_a_failure_that_comes_and_goes_is_sought_more_than_once() -> None:
    reproducer = found("BatchRegisterDevice.Count.max")
    often = {(2, 2): 1, (1, 2): 7, (1, 1_000): 25}

    assert {
        (broken, of): rounds_of(from_dict(to_dict(reproducer) | {"broken": broken, "observed": of}))
        for broken, of in often
    } == often


WRONG = {
    "no object": [],
    "another format": {"format": 2},
    "no steps": {"format": 1},
    "an unknown reference": {"steps": [{"params": [["ApplyId", {"shell": 1}]]}]},
    "a reference to nothing": {"steps": [{"params": [["ApplyId", {"apply": 99_999}]]}]},
    "a product too many": {"steps": [{"params": [["ProductKey", {"product": 2}]]}]},
    "an unknown form": {"steps": [{"form": ["PUT", "JSON", "query"]}]},
    "a number for a text": {"clause": 7},
    "a shape too many": {"names": {"shapes": ["a"], "order": [0, 1]}},
    "names without end": {"steps": [{"params": [["DeviceName.{}", {"names": [1, 0, 10**9]}]]}]},
}


def test_a_finding_of_an_older_suite_says_what_it_lacks() -> None:
    old = {name: value for name, value in to_dict(found("BatchRegisterDevice.Count.max")).items() if name != "alike"}

    with pytest.raises(ReproducerError, match=r"^no finding: 'alike' is missing; run the suite again$"):
        from_dict(old)


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_no_finding_is_refused(name: str) -> None:
    wrong: Any = WRONG[name]
    if isinstance(wrong, dict) and "format" not in wrong:
        good = to_dict(found("BatchRegisterDevice.Count.max"))
        steps = [good["steps"][0] | one for one in wrong.get("steps", ())]
        wrong = good | wrong | ({"steps": steps} if steps else {})

    with pytest.raises(ReproducerError, match="no finding"):
        from_dict(wrong)


def serving(*words: str) -> Iterator[str]:
    program = subprocess.Popen(
        [sys.executable, "-m", "conformance", "serve", "--port", "0", *words],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    line = program.stdout.readline()
    yield line.split()[-1]
    program.terminate()
    program.wait()
    program.stdout.close()


TWO = ("BatchRegisterDevice.Count.zero", "BatchRegisterDeviceWithApplyId.ApplyId.echo")


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    yield from serving("--fault", TWO[0], "--fault", TWO[1])


@pytest.fixture(scope="module")
def faithful() -> Iterator[str]:
    yield from serving()


def iot(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "conformance", *words], cwd=cwd, env={"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(faulty: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run over TCP against a server with two faults."""
    folder = tmp_path_factory.mktemp("replay")
    only = [word for clause in TWO for word in ("--only", clause)]
    done = iot("run", faulty, *only, "--profile", "quick", "--reports", "run", "--quiet", cwd=folder)
    assert done.returncode == 1, done
    return folder / "run"


@pytest.mark.parametrize("clause", TWO)
def test_over_tcp_the_faulty_server_is_still_wrong_and_the_faithful_one_right(
    clause: str, run: Path, faithful: str
) -> None:
    still = iot("replay", str(run), clause, cwd=run)
    fixed = iot("replay", str(run), clause, "--target", faithful, cwd=run)

    assert (still.returncode, still.stdout.split()[:2]) == (1, ["STILL", clause]), still
    assert (fixed.returncode, fixed.stdout.split()[:2]) == (0, ["FIXED", clause]), fixed
    assert still.stderr == fixed.stderr == ""
    assert "testsecret" not in still.stdout


def refusal(run: Path, finding: str) -> str:
    with pytest.raises(click.UsageError) as caught:
        command.main([str(run), finding], standalone_mode=False)
    assert "\n" not in caught.value.message
    return caught.value.message


def copied(run: Path, folder: Path, **changes: Any) -> Path:
    """The run, its first finding changed."""
    (folder / "findings").mkdir(parents=True)
    (folder / "run.ndjson").write_bytes((run / "run.ndjson").read_bytes())
    reproducer = json.loads((run / "findings" / f"{TWO[0]}.json").read_text())
    (folder / "findings" / f"{TWO[0]}.json").write_text(json.dumps(reproducer | changes))
    return folder


def test_a_finding_that_is_not_there_names_the_nearest(run: Path) -> None:
    assert f"has no finding 'BatchRegisterDevice.Count.zer' (did you mean '{TWO[0]}'?)" in refusal(
        run, "BatchRegisterDevice.Count.zer"
    )
    assert f"it has {TWO[0]}, {TWO[1]}" in refusal(run, "../../../etc/passwd")


def test_a_finding_of_another_suite_contract_or_edition_is_refused(run: Path, tmp_path: Path) -> None:
    changes = {
        "suite": ("iot-conformance 0.0.1", "was recorded by iot-conformance 0.0.1, this is iot-conformance "),
        "digest": ("0", "was recorded with other contract files"),
        "edition": ("alibaba-2018", "is of edition 'alibaba-2018', and its run of 'alibaba-2023'"),
        "clause": (TWO[1], f"is a finding of {TWO[1]!r}"),
        "format": (2, "no finding of format 1"),
    }

    for key, (value, says) in changes.items():
        assert says in refusal(copied(run, tmp_path / key, **{key: value}), TWO[0])


def test_a_run_that_was_cut_short_or_is_none_is_refused(run: Path, tmp_path: Path) -> None:
    folder = copied(run, tmp_path / "cut")
    lines = (run / "run.ndjson").read_text().splitlines(keepends=True)
    (folder / "run.ndjson").write_text("".join(lines[:-1]))
    (tmp_path / "empty").mkdir()

    assert "has no footer: the run was cut short" in refusal(folder, TWO[0])
    assert "cannot be read" in refusal(tmp_path / "nowhere", TWO[0])
    assert "cannot be read" in refusal(tmp_path / "empty", TWO[0])


def test_a_program_that_the_run_had_started_must_be_named(run: Path, tmp_path: Path) -> None:
    folder = copied(run, tmp_path / "cmd", target="cmd-python")

    assert "had started its target itself (cmd-python); start it, and name it by --target" in refusal(folder, TWO[0])


def test_a_region_is_not_asked_unless_somebody_says_so(run: Path, tmp_path: Path) -> None:
    folder = copied(run, tmp_path / "region", target="region:cn-shanghai")

    done = iot("replay", str(folder), TWO[0], cwd=tmp_path)

    assert done.returncode == 2
    assert "region:cn-shanghai is a real account, and nobody can be asked; add --yes to go on" in done.stderr


def test_a_target_that_is_gone_is_one_line_and_exit_3(run: Path) -> None:
    done = iot("replay", str(run), TWO[0], "--target", "http://127.0.0.1:1", cwd=run)

    assert done.returncode == 3
    assert "cannot be reached" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_runner_can_open_without_beginning() -> None:
    run: Runner = runner(EDITION, "quick")

    opened = run.open()
    run.close()

    assert opened.products == ("a1RefProdA1", "a1RefProdB2")
    assert {one.purpose for one in run.run.exchanges} == {"preflight"}
