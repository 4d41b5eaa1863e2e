"""Makes reports/sample/: matrix page and Markdown of a run against a mock that breaks promises, and a picture."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.report.all import write_all
from conformance.report.markdown import write_markdown
from conformance.report.matrix import write_matrix
from conformance.report.measured import Measured, of_run
from conformance.runner.run import Runner

EDITION = "alibaba-2023"
SAMPLE = Path(__file__).resolve().parent.parent / "reports" / "sample"
SNAPSHOTS: tuple[tuple[str, ...], ...] = (
    (),
    ("QueryPageByApplyId.PageSize.max",),
    ("QueryPageByApplyId.PageSize.max", "BatchRegisterDevice.Count.max"),
    ("QueryPageByApplyId.PageSize.max", "BatchRegisterDeviceWithApplyId.ApplyId.echo", "Workflow.terminal"),
)
"""What the mock breaks night by night; the last one is shown."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def measured(number: int, faults: tuple[str, ...]) -> Measured:
    """A quick run against the mock of one night, on a virtual clock, recorded below the current folder."""
    today = datetime.datetime.now(datetime.UTC).replace(hour=1, minute=0, second=0, microsecond=0)
    start = today - datetime.timedelta(days=len(SNAPSHOTS) - 1 - number)
    clock = VirtualClock()
    settings = Settings(
        Target("mock", "http://127.0.0.1:8080"),
        EDITION,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile="quick",
        labels={"build": f"1.4.{number}"},
        reports=Path("reports") / f"mock-{start:%Y%m%d-%H%M%S}",
    )
    transport = InProcess(Reference(edition=EDITION, faults=faults, delay=0.4), clock)
    runner = Runner(settings, clock=clock, transport=transport)
    runner.about["start"] = start.isoformat(timespec="seconds")
    return of_run(runner.drive())


def main() -> None:
    """Run every night, and keep the pages of the last."""
    SAMPLE.mkdir(parents=True, exist_ok=True)
    # So that pages show the command by its name, and no path of this machine.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        for number, faults in enumerate(SNAPSHOTS):
            run = measured(number, faults)
            write_all(run)
        write_matrix(SAMPLE / "matrix.html", [run])
        write_markdown(SAMPLE / "report.md", [run])
    picture()


def picture() -> None:
    """A picture of the top of the page, where there is a browser; else the old one stays."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", "--window-size=1160,1460",
             "--force-device-scale-factor=0.8",
             f"--screenshot={SAMPLE / 'matrix.png'}", f"file://{SAMPLE / 'matrix.html'}"],
            check=True, capture_output=True, timeout=120, env={**os.environ, "HOME": profile},
        )  # fmt: skip


if __name__ == "__main__":
    main()
