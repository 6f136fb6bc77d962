"""``verify``: who signed, what is covered, whether to trust it."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meldingsloft.cli import frame
from meldingsloft.cli.inputs import ENVELOPES, expand
from meldingsloft.domain.errors import ExitStatus, MeldingsloftError

if TYPE_CHECKING:
    from meldingsloft.flow.verifying import TrustStore, Verification
    from meldingsloft.report.text import Terminal

EXAMPLE = """\
meldingsloft verify konvolutt.eml --trust rot.pem
meldingsloft verify konvolutt.eml --trust rot.pem --crl utsteder.crl
meldingsloft verify --json --no-trust innboks/ | jq .reason"""

_PATHS = click.Path(path_type=Path, exists=True)


@frame.command("verify", example=EXAMPLE)
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option(
    "--trust",
    type=_PATHS,
    multiple=True,
    metavar="PEM",
    help="Issuers to trust: PEM or DER, or a folder of them; repeat.",
)
@click.option(
    "--chain",
    type=_PATHS,
    multiple=True,
    metavar="PEM",
    help="Issuers in between, trusted only through --trust; repeat.",
)
@click.option(
    "--registered",
    type=_PATHS,
    multiple=True,
    metavar="PEM",
    help="The certificates registered for the sender; any other is refused.",
)
@click.option(
    "--crl",
    type=_PATHS,
    multiple=True,
    metavar="FILE",
    help="CRLs, PEM or DER, or a folder of them; revocation is then asked for. Repeat.",
)
@click.option("--ocsp", type=_PATHS, multiple=True, metavar="FILE", help="OCSP responses, likewise.")
@click.option("--production", is_flag=True, help="Trust no certificate that carries a test policy.")
@click.option("--no-trust", is_flag=True, help="Look at the signature alone; trust is then `unchecked`.")
def command(
    session: frame.Session,
    files: tuple[str, ...],
    trust: tuple[Path, ...],
    chain: tuple[Path, ...],
    registered: tuple[Path, ...],
    crl: tuple[Path, ...],
    ocsp: tuple[Path, ...],
    *,
    production: bool,
    no_trust: bool,
) -> None:
    """Tell of each signed message or envelope who signed it, what the signature covers and whether to trust the certificate.

    Two questions, answered apart: is it what was signed, with the key of that certificate (verdict and reason); and may that
    certificate be believed (trust)? The time is now, or --at-time. A folder stands for the files below it. With --crl or --ocsp
    a certificate that none of them vouches for at that time is not trusted, and trust is `unchecked`.

    Exit status: 0 when every file is valid and trusted (with --no-trust: valid), else 4; 5 for one file that is not readable.
    """
    from meldingsloft.adapters.clock import SystemClock
    from meldingsloft.report.text import Terminal

    if no_trust and (trust or chain or registered or crl or ocsp or production):
        raise click.UsageError("--no-trust does not go with --trust and what hangs on it")
    store = None if no_trust or not trust else _store(trust, chain, registered, (*crl, *ocsp), production=production)
    at = session.at_time or SystemClock().now()
    terminal = Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii")
    alone = len(files) == 1 and not Path(files[0]).is_dir()
    for name in expand(files, ENVELOPES):
        try:
            data = frame.read_input(name)
        except MeldingsloftError as error:
            _tell_unreadable(session, error, name, b"", alone=alone)
            continue
        _verify(session, name, data, at=at, store=store, no_trust=no_trust, alone=alone, terminal=terminal)
    if not no_trust and not trust:
        session.say("note: no issuer was named, so nothing is trusted; name them with --trust, or say --no-trust")


def _store(
    trust: tuple[Path, ...],
    chain: tuple[Path, ...],
    registered: tuple[Path, ...],
    revocations: tuple[Path, ...],
    *,
    production: bool,
) -> TrustStore:
    from meldingsloft.adapters.key_files import read_certificates
    from meldingsloft.adapters.revocations import read_statements
    from meldingsloft.flow.verifying import TrustStore

    def all_of(paths: tuple[Path, ...]) -> tuple[bytes, ...]:
        return tuple(certificate for path in paths for certificate in read_certificates(path))

    statements = tuple(der for path in revocations for der in read_statements(path)) if revocations else None
    return TrustStore(
        all_of(trust), all_of(chain), all_of(registered) if registered else None, statements, production=production
    )


def _verify(
    session: frame.Session,
    name: str,
    data: bytes,
    *,
    at: dt.datetime,
    store: TrustStore | None,
    no_trust: bool,
    alone: bool,
    terminal: Terminal,
) -> None:
    from meldingsloft.flow.verifying import verify_file

    try:
        found = verify_file(data, at=at, store=store)
    except MeldingsloftError as error:
        _tell_unreadable(session, error, name, data, alone=alone)
        return
    _tell(session, found, name, terminal)
    if not (found.accepted or (no_trust and found.report.valid)):
        session.fail(ExitStatus.REFUSED)


def _tell(session: frame.Session, found: Verification, name: str, terminal: Terminal) -> None:
    from meldingsloft.report.verification import verification_object, verification_text

    if session.json:
        session.json_line(verification_object(found, name))
    else:
        session.line(verification_text(found, name, terminal=terminal))


def _tell_unreadable(session: frame.Session, error: MeldingsloftError, name: str, data: bytes, *, alone: bool) -> None:
    from meldingsloft.flow.verifying import kind_of
    from meldingsloft.report.verification import unreadable_object

    error.at(name)
    if session.json:
        session.json_line(unreadable_object(error, name, kind_of(data)))
    else:
        frame.report_error(session, error)
    session.fail(error.exit_status if alone else ExitStatus.REFUSED)
