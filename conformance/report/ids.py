"""Names by which other tools know a clause: the same in every run, apart for each target, or of one run alone."""

from __future__ import annotations

import hashlib
import uuid

from conformance.report.measured import Measured

ALLURE_PAGE = "allure.html"
"""The page of Allure 3, where it was made."""
SPACE = uuid.uuid5(uuid.NAMESPACE_OID, "iot-conformance")


def full_name(clause: str) -> str:
    """The name of the test that a clause is."""
    return f"conformance#{clause}"


def case_id(clause: str) -> str:
    """The same for every target and run."""
    return _md5(full_name(clause))


def history_id(run: Measured, clause: str) -> str:
    """The same for every run of one target by one edition."""
    return _md5(f"{full_name(clause)}|{run.target}|{run.edition}")


def result_id(run: Measured, clause: str) -> str:
    """Of one run alone, and the same whenever its reports are made again."""
    attribution = f"{run.target}|{run.edition}|{run.summary['start']}|{run.url}|{clause}"
    return str(uuid.uuid5(SPACE, attribution.encode("utf-8", "replace").decode()))


def anchor(run: Measured, clause: str) -> str:
    """Where Allure's page shows that result."""
    return _md5(result_id(run, clause))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
