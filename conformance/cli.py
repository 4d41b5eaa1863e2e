"""The command line: from what was typed to a command, and from every known problem to one line."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

import click

from conformance import __version__
from conformance.commands.check import check
from conformance.commands.common import Group, fail
from conformance.commands.compare import compare
from conformance.commands.contract import contract
from conformance.commands.history import history
from conformance.commands.judge import judge
from conformance.commands.plan import plan
from conformance.commands.replay import replay
from conformance.commands.report import report
from conformance.commands.run import run
from conformance.commands.selfproof import selfproof
from conformance.commands.serve import serve
from conformance.commands.sweep import sweep
from conformance.commands.waivers import waivers
from conformance.contract import ContractError
from conformance.target.budget import NotSent
from conformance.target.credentials import CredentialsError
from conformance.target.fault import ours
from conformance.targets import TargetsError


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
