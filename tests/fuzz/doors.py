"""Every entry by its name."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz import entries, streams, words

CORPUS = Path(__file__).resolve().parent / "corpus"
"""A folder for each entry. Files called ``found-…`` once broke something."""

DOORS: dict[str, entries.Entry] = {
    "answer": entries.answer,
    "recording": entries.recording,
    "record": streams.record,
    "targets": entries.targets,
    "waivers": entries.waivers,
    "rows": entries.rows,
    "statements": entries.statements,
    "books": entries.books,
    "reproducer": entries.reproducer,
    "snapshots": entries.packed,
    "secrets": entries.secrets,
    "judges": streams.judges,
    "reports": streams.reports,
    "words": words.words,
    "reference": entries.reference,
}


def corpus(name: str) -> list[Path]:
    """The committed inputs of an entry."""
    return sorted((CORPUS / name).iterdir())
