"""``doctor``: is everything in order, and what to do if not."""

from __future__ import annotations

import os
import sys

from meldingsloft.cli import frame
from meldingsloft.domain.errors import ExitStatus


@frame.command(
    "doctor",
    example="meldingsloft doctor\nmeldingsloft doctor --json",
    short_help="Is everything in order, and what to do if not.",
)
def command(session: frame.Session) -> None:
    """Check workspace, journal, register, keys and certificates, mailboxes, permissions, disk and clock.

    A certificate must be renewed in the register 108 hours before it expires; 30 days before, doctor begins to warn.

    Exit status: 3 when something must be done now; warnings alone give 0.
    """
    from meldingsloft.adapters.checkup import check_up
    from meldingsloft.cli.wiring import clock_of, workspace_of
    from meldingsloft.report.doctor import check_lines, check_object
    from meldingsloft.report.text import Terminal

    checks = check_up(workspace_of(session), clock=clock_of(session), environ=os.environ)
    if session.json:
        for check in checks:
            session.json_line(check_object(check))
    else:
        for line in check_lines(checks, Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii")):
            session.line(line)
    if any(check.verdict == "error" for check in checks):
        session.fail(ExitStatus.FINDINGS)
