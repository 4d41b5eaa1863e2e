"""What people read, in English or in Chinese: texts are written in English where they are used, and looked up here."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from conformance.contract import Contract
from conformance.contract.load import fixtures

LANGUAGES = ("en", "zh")
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The variables of the environment that name a locale, the strongest first."""

Say = Callable[..., str]
"""An English text, and what stands for its placeholders → the text in the language."""


def language(wanted: str | None, environment: Mapping[str, str]) -> str:
    """The language that was asked for, or that of the locale where that is one of ours, or English."""
    if wanted:
        return wanted
    locale = next((value for name in LOCALE if (value := environment.get(name))), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def text(key: str, lang: str, /, **values: Any) -> str:
    """An English text in that language, its placeholders filled; English where there is no translation."""
    found = table(lang)["interface"].get(key, key)
    return found.format(**values) if values else found


def saying(lang: str) -> Say:
    """``text`` in one language."""
    return lambda key, /, **values: text(key, lang, **values)


def in_language(contract: Contract, lang: str) -> Contract:
    """The contract, what its clauses and operations say in that language."""
    said = table(lang)["contract"]
    if not said:
        return contract
    return replace(
        contract,
        clauses={name: replace(one, text=said.get(one.text, one.text)) for name, one in contract.clauses.items()},
        operations={name: replace(one, says=said.get(one.says, one.says)) for name, one in contract.operations.items()},
    )


@cache
def table(lang: str) -> Mapping[str, Mapping[str, str]]:
    """The translations into that language: of the contract and of the interface."""
    if lang == "en":
        return {"contract": {}, "interface": {}}
    return tomllib.loads((fixtures() / "lang" / f"{lang}.toml").read_text(encoding="utf-8"))
