"""The command line: from what was typed to a command, and from every known problem to one line."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

import click

from conformance import __version__
from conformance.cli.check import check
from conformance.cli.common import Group, fail
from conformance.cli.compare import compare
from conformance.cli.contract import contract
from conformance.cli.history import history
from conformance.cli.judge import judge
from conformance.cli.plan import plan
from conformance.cli.replay import replay
from conformance.cli.report import report
from conformance.cli.run import run
from conformance.cli.selfproof import selfproof
from conformance.cli.serve import serve
from conformance.cli.sweep import sweep
from conformance.cli.waivers import waivers
from conformance.client.budget import NotSent
from conformance.client.credentials import CredentialsError
from conformance.client.local_problem import ours
from conformance.config.targets import TargetsError
from conformance.contract import ContractError


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="iot-conformance")
def cli() -> None:
    """Tells whether a target keeps what Alibaba Cloud documents of batch device registration (Iot, 2018-01-20)."""


for command in (run, check, plan, report, replay, judge, compare, history, contract, serve, sweep, selfproof, waivers):
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line; every known problem is one line on stderr and an exit status, never a traceback."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except BrokenPipeError:
        # Whoever read our output has closed it: as every program that a broken pipe ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except (click.ClickException, click.Abort, *KNOWN) as problem:
        fail(*_line_and_status(problem))
    except Exception as error:
        if os.environ.get("IOT_CONFORMANCE_DEBUG"):
            raise
        fail(*_own_fault(error))
    sys.exit(0)


KNOWN = (ContractError, CredentialsError, TargetsError, NotSent)
"""What commands may raise where the message says all there is to say."""


def _line_and_status(problem: Exception) -> tuple[str, int]:
    """What is said of a known problem, and the exit status."""
    if isinstance(problem, click.ClickException):
        return problem.format_message(), 2
    if isinstance(problem, click.Abort):
        return "interrupted", 130
    return str(problem), 3 if isinstance(problem, NotSent) else 2


def _own_fault(error: Exception) -> tuple[str, int]:
    """What is said where this machine or the suite is to blame, and the exit status."""
    if isinstance(error, OSError):
        return ours(error), 4
    what = f"{type(error).__name__}: {error}"
    return f"the suite itself failed ({what}); IOT_CONFORMANCE_DEBUG=1 shows where", 4
