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
    except click.UsageError as error:
        fail(error.format_message(), 2)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        fail(error.format_message(), 2)
    except click.Abort:
        fail("interrupted", 130)
    except (ContractError, CredentialsError, TargetsError) as error:
        fail(str(error), 2)
    except BrokenPipeError:
        # Whoever read our output has closed it: as every program that a broken pipe ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except NotSent as error:
        fail(str(error), 3)
    except OSError as error:
        if os.environ.get("IOT_CONFORMANCE_DEBUG"):
            raise
        fail(ours(error), 4)
    except Exception as error:
        if os.environ.get("IOT_CONFORMANCE_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"
        fail(f"the suite itself failed ({what}); IOT_CONFORMANCE_DEBUG=1 shows where", 4)
    sys.exit(0)
