"""The environment of a target that is a program: the user's, without variables that may hold a secret."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

CLOUD = ("ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_", "ALIYUN_")
"""Prefixes of the variables in which tools of Alibaba Cloud look for keys or key files."""
NAMED_SECRET = re.compile(
    r"SECRET|PASSW|PASSPHRASE|CREDENTIAL|(ACCESS|API|AUTH|ENCRYPTION|MASTER|PRIVATE|SIGNING)_?KEY"
    r"|TOKENS?(_|$)|_(PASS|PWD)$"
)
"""Matches names of variables that hold a secret of any service."""
URL_WITH_PASSWORD = re.compile(r"://[^/\s:@]*:[^/\s@]+@")


def may_be_secret(name: str, value: str, prefix: str = "") -> bool:
    """Whether a variable may hold a secret; those with ``prefix`` hold the real keys of this run."""
    upper = name.upper()
    return (
        upper.startswith(CLOUD)
        or bool(prefix and name.startswith(prefix))
        or NAMED_SECRET.search(upper) is not None
        or URL_WITH_PASSWORD.search(value) is not None
    )


def environment_for(
    everything: Mapping[str, str], passed: Collection[str], prefix: str = ""
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables that a program gets, and the sorted names of those withheld from it.

    Variables in ``passed`` are handed on whatever they hold: the user has named them.
    """
    withheld = tuple(
        sorted(name for name, value in everything.items() if name not in passed and may_be_secret(name, value, prefix))
    )
    return {name: value for name, value in everything.items() if name not in withheld}, withheld
