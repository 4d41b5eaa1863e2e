"""Draws the coverage cases of Schemathesis from the OpenAPI document of each edition: what `make editions` commits.

Schemathesis only draws here; it sends nothing. The suite sends what was drawn, in its own forms, beside requests that
the target accepted, and judges by its own clauses. So no run needs Schemathesis, and every run sends the same.

    python -m conformance.openapi.draw_cases
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import schemathesis
from schemathesis.core.result import Err
from schemathesis.generation.modes import GenerationMode

from conformance.contract import EDITIONS, Contract, load
from conformance.contract.cases import Case, path_of, text_of
from conformance.openapi.document import document

SETTINGS = {"phases": {"coverage": {"unexpected-methods": []}}, "generation": {"with-security-parameters": False}}
"""What other methods get is the gateway's matter, and keys are not drawn: the session signs."""


def drawn(contract: Contract, edition: str) -> list[Case]:
    """The cases of the five operations that change one parameter of a valid request, each once, in order."""
    whole = document(contract, edition)
    tested = {name for name, one in contract.operations.items() if one.contract}
    whole["paths"] = {path: item for path, item in whole["paths"].items() if _operation(path) in tested}
    schema = schemathesis.openapi.from_dict(whole, config=schemathesis.Config.from_dict(SETTINGS))
    found: dict[tuple[str, str, tuple[str, ...]], Case] = {}
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        operation = result.ok()
        requests = [
            (_params(case), case.meta.generation.mode is GenerationMode.POSITIVE)
            for case in schema.iter_coverage_cases(
                operation,
                generation_modes=list(GenerationMode),
                generation_config=schema.config.generation_for(operation=operation),
            )
            if case.meta is not None
        ]
        valid = [params for params, positive in requests if positive]
        legal = {pair for params in valid for pair in params.items()}
        for params, positive in requests:
            bases = valid[:1] if positive else valid
            for name in {name: None for base in bases for name in _changed(params, base)}:
                case = Case(_operation(operation.path), name, params.get(name, ()), positive)
                if positive or (name, case.values) not in legal:
                    found.setdefault((case.operation, case.parameter, case.values), case)
    return list(found.values())


def _operation(path: str) -> str:
    return path.rpartition("Action=")[2]


def _params(case: Any) -> dict[str, tuple[str, ...]]:
    """All parameters of a case as they would travel, in query or form."""
    body = case.body if isinstance(case.body, Mapping) else {}
    return {name: _texts(value) for name, value in {**(case.query or {}), **body}.items()}


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(text for one in value for text in _texts(one))
    if isinstance(value, bool) or value is None:
        return (str(value).lower() if value is not None else "null",)
    return (str(value),)


def _changed(params: Mapping[str, tuple[str, ...]], valid: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The one parameter in which a request differs from a valid one; none where there are more."""
    changed = [name for name in {**valid, **params} if params.get(name) != valid.get(name)]
    return changed if len(changed) == 1 else []


def main() -> int:
    """Write the cases of every edition."""
    for edition in EDITIONS:
        path = path_of(edition)
        path.parent.mkdir(exist_ok=True)
        found = drawn(load(), edition)
        path.write_text(text_of(found, schemathesis.__version__), encoding="utf-8")
        print(f"{path.name}: {len(found)} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
