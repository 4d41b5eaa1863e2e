"""Wrong usage of every kind: one clear line, exit 2, and nothing on disk."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from conformance.cli.main import main

USAGE = {
    ("run",): "name a target, for example: embedded",
    ("run", ""): "name a target, for example: embedded",
    ("run", "nowhere"): "is no target",
    ("run", "embedded", "--frobnicate"): "No such option",
    ("run", "embedded", "--edition", "alibaba-2032"): "did you mean 'alibaba-2023'?",
    ("run", "embedded", "--only", "BatchRegisterDevice.Count.maximum"): "did you mean 'BatchRegisterDevice.Count.max'?",
    ("run", "embedded", "--without", "CreateProducts"): "did you mean 'CreateProduct'?",
    ("run", "embedded", "--seed", "many"): "expected a number, or random",
    ("run", "embedded", "--label", "x"): "expected KEY=VALUE",
    ("run", "embedded", "--other-product-key", "x"): "needs --product-key",
    ("run", "embedded", "--patience", "0"): "greater than 0",
    ("run", "embedded", "--summary", "/nowhere/at/all.json"): "its folder does not exist",
    ("run", "http://user:word@127.0.0.1"): "never stand on the command line",
    ("run", "http://127.0.0.1:1/path"): "nothing after it",
    ("run", "http://[::1"): "expected http://host:port",
    ("run", "http://\u2603"): "write others in their xn-- form",
    ("run", "http://example.invalid", "--credentials", "env"): "plain http",
    ("run", "https://127.0.0.1", "--credentials", "env:NOBODY_"): "set NOBODY_ACCESS_KEY_ID",
    ("run", "region:mars"): "unknown region 'mars'",
    ("run", "region:eu-west-1"): "IoT Platform has an endpoint in cn-shanghai, ap-southeast-1",
    ("run", "region:cn-shanghai", "--credentials", "env:NOBODY_"): "nobody can be asked; add --yes to go on",
    ("run", "region:cn-shanghai", "--yes", "--credentials", "env:NOBODY_"): "no credentials: set NOBODY_ACCESS_KEY_ID",
    ("check", "region:cn-shanghai", "--credentials", "env:NOBODY_"): "no credentials: set NOBODY_ACCESS_KEY_ID",
    ("run", "https://127.0.0.1", "--credentials", "vault"): "expected env, env:PREFIX, profile:NAME, or chain",
    ("run", "https://127.0.0.1", "--ca-bundle", "/nowhere.pem"): "--ca-bundle /nowhere.pem: No such file",
    ("run", "https://127.0.0.1", "--ca-bundle", __file__): "no certificate in PEM form",
    ("run", "embedded", "--proxy", "socks://x"): "expected http://host:port",
    ("run", "embedded", "--proxy", "http://["): "expected http://host:port",
    ("run", "embedded", "--max-devices", "0"): "greater than 0",
    ("run", "embedded", "--max-products", "-1"): "--max-products -1: expected a number of products, 0 for none",
    ("run", "cmd:./server"): "write {port}",
    ("sweep", "/nowhere"): "holds no ledger.ndjson",
    ("run", "--resume", "/nowhere"): "holds no ledger.ndjson",
    ("run", "embedded", "--resume", "x"): "leave out a target",
    ("rum",): "did you mean 'run'?",
    ("contract", "show", "Workflow.terminall"): "did you mean 'Workflow.terminal'?",
    ("contract", "list", "--operation", "Worfklow"): "did you mean 'Workflow'?",
    ("serve", "--fault", "Workflow.terminall"): "Workflow.terminal",
    ("serve", "--edition", "x"): "unknown edition",
    ("serve", "--port", "70000"): "expected 0 to 65535",
    ("serve", "--delay", "inf"): "expected seconds, 0 or more",
    ("run", "embedded", "--patience", "inf"): "expected a number greater than 0",
    ("run", "embedded", "--pass-env", "NO_SUCH_NAME"): "there is no such variable",
    ("selfproof", "--jobs", "-1"): "x>=0",
    ("compare", "a", "b", "--json", "/nowhere/x"): "--json /nowhere/x: its folder does not exist",
}


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_wrong_usage_is_one_line_and_exit_2(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["iot-conformance", *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    with pytest.raises(SystemExit) as left:
        main()

    said = capsys.readouterr()
    assert left.value.code == 2, said
    assert USAGE[words] in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
