"""``pki``: a test PKI, its CRLs and OCSP responses, and the rehearsal of what is going to break."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meldingsloft.cli import frame

if TYPE_CHECKING:
    from meldingsloft.adapters.ca_folder import CaFolder

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILES = click.Path(path_type=Path, exists=True, dir_okay=False)
ca_option: Callable[[Any], Any] = click.option(
    "--ca", type=_FOLDER, metavar="DIR", help="The folder of the issuers. Default: `ca` of the workspace's network."
)


@click.group("pki", cls=frame.MeldingsloftGroup, short_help="A test PKI, its CRLs and OCSP; what breaks on which date.")
def command() -> None:
    """Test certificates and what their issuers say of them, all offline. Nothing made here is trusted by anybody else."""


@frame.command(
    "make",
    example="meldingsloft pki make --example > pki.toml\nmeldingsloft pki make pki.toml pki\nmeldingsloft verify --trust pki/trust --chain pki/chain --crl pki/ca/revocation melding.xml",
    short_help="A whole test PKI from one file.",
)
@click.argument("file", required=False)
@click.argument("folder", metavar="DIR", required=False, type=_FOLDER)
@click.option("--example", "wants_example", is_flag=True, help="Print a commented file that works as it stands.")
@click.option(
    "--passfile",
    type=_FILES,
    metavar="FILE",
    help="Write keys as PKCS#12 under the passphrase on its first line. Default: unencrypted PEM.",
)
def make(
    session: frame.Session, file: str | None, folder: Path | None, passfile: Path | None, *, wants_example: bool
) -> None:
    """Make roots, issuers, pairs of certificates, CRLs and OCSP responses in the new folder DIR, as FILE says (- is stdin).

    Certificates may be wrong on purpose: expired, revoked, for another use, of an unknown issuer. Times count from now,
    or --at-time. Keys are readable for their owner alone.

    Exit status: 3 when FILE has problems, each told with its line; 9 when something lies in DIR.
    """
    if wants_example == (file is not None):
        raise click.UsageError("give either FILE and DIR, or --example")
    if file is None:
        from meldingsloft.adapters.pki_example import pki_example

        frame.write_bytes(pki_example())
        return
    if folder is None:
        raise click.UsageError("name the new folder DIR")
    _make(session, file, folder, passfile)


def _make(session: frame.Session, file: str, folder: Path, passfile: Path | None) -> None:
    from meldingsloft.adapters.case_files import read_case_file
    from meldingsloft.adapters.key_files import read_passphrase
    from meldingsloft.adapters.pki_making import make_pki
    from meldingsloft.adapters.pki_plan import read_plan
    from meldingsloft.cli.wiring import clock_of
    from meldingsloft.domain.errors import CaseError
    from meldingsloft.report.pki import made_object, made_text

    now = clock_of(session).now()
    try:
        case = read_case_file(file, frame.read_input(file) if file == "-" else None)
    except CaseError as error:
        error.hint = "mend that line; `meldingsloft pki make --example` prints a file that works"
        raise
    passphrase = read_passphrase(passfile) if passfile else None
    made = make_pki(read_plan(case, now), folder, now, passphrase=passphrase)
    for one in made:
        if session.json:
            session.json_line(made_object(one))
        else:
            session.say(made_text(one), level=1)
    session.say(f"made a PKI of {len(made)} certificates in {folder}")


@frame.command(
    "revoke",
    example="meldingsloft pki revoke pki/sykehus/sign.cert.pem --ca pki/ca --reason superseded\nmeldingsloft pki crl --ca pki/ca",
    short_help="Take certificates back.",
)
@click.argument("certificates", metavar="CERT…", nargs=-1, required=True, type=_FILES)
@click.option(
    "--reason", default="unspecified", metavar="REASON", help="Such as keyCompromise or superseded (RFC 5280)."
)
@ca_option
def revoke(session: frame.Session, certificates: tuple[Path, ...], reason: str, ca: Path | None) -> None:
    """Note in the issuers' folder that certificates are taken back from now on (--at-time: from then on).

    Others learn it from the next `pki crl` or `pki ocsp`. What was taken back before stays as it was.

    Exit status: 9 when no issuer of the folder issued a certificate.
    """
    from meldingsloft.adapters.ca_folder import reason_names
    from meldingsloft.adapters.key_files import read_certificates
    from meldingsloft.cli.wiring import clock_of

    if reason not in reason_names():
        raise click.BadParameter(f"choose one of {', '.join(reason_names())}", param_hint="--reason")
    folder = _ca(session, ca)
    for path in certificates:
        issuer, taken = folder.revoke(read_certificates(path)[0], clock_of(session).now(), reason)
        session.say(f"{issuer.name} takes back {taken.serial} from {taken.at:%Y-%m-%d %H:%M:%S} UTC ({taken.reason})")


@frame.command(
    "crl",
    example="meldingsloft pki crl\nmeldingsloft pki crl --ca pki/ca --hours 24",
    short_help="New CRLs of all issuers in a folder.",
)
@click.option("--hours", default=168.0, type=click.FloatRange(min=0), help="How long they are in force. Default: 168.")
@ca_option
def crl(session: frame.Session, hours: float, ca: Path | None) -> None:
    """Make a CRL for each issuer in the folder, in force from now (or --at-time), into its `revocation` folder.

    `[receive] revocation` looks there; `verify --crl` and openssl take the files too.

    Exit status: 9 when there is no issuer with its key in the folder.
    """
    from meldingsloft.cli.wiring import clock_of

    folder, now = _ca(session, ca), clock_of(session).now()
    for issuer in folder.issuers():
        _tell(session, folder.write_crl(issuer, now, now + dt.timedelta(hours=hours)))


@frame.command(
    "ocsp",
    example="meldingsloft pki ocsp network/register/8800110.sign.pem\nmeldingsloft pki ocsp pki/sykehus/sign.cert.pem --ca pki/ca --delegated",
    short_help="OCSP responses on certificates.",
)
@click.argument("certificates", metavar="CERT…", nargs=-1, required=True, type=_FILES)
@click.option("--hours", default=24.0, type=click.FloatRange(min=0), help="How long they are in force. Default: 24.")
@click.option("--delegated", is_flag=True, help="Signed by a responder that the issuer named, instead of the issuer.")
@ca_option
def ocsp(
    session: frame.Session, certificates: tuple[Path, ...], hours: float, ca: Path | None, *, delegated: bool
) -> None:
    """Make an OCSP response on each certificate, in force from now (or --at-time), into the folder's `revocation` folder.

    Exit status: 9 when no issuer of the folder issued a certificate.
    """
    from meldingsloft.adapters.key_files import read_certificates
    from meldingsloft.cli.wiring import clock_of

    folder, now = _ca(session, ca), clock_of(session).now()
    for path in certificates:
        for certificate in read_certificates(path):
            until = now + dt.timedelta(hours=hours)
            _tell(session, folder.write_ocsp(certificate, now, until, delegated=delegated))


@frame.command(
    "rehearse",
    example="meldingsloft pki rehearse\nmeldingsloft pki rehearse --until 2027-12-31 --json | jq -c 'select(.severity == \"error\")'",
    short_help="What breaks on which date, and who still encrypts to an old certificate.",
)
@click.option("--until", metavar="DATE", callback=frame.instant, help="How far to look. Default: a year from now.")
@click.option(
    "--mails", default=2000, type=click.IntRange(min=0), help="How many received mails to ask. Default: 2000."
)
def rehearse(session: frame.Session, until: dt.datetime | None, mails: int) -> None:
    """Tell in order of time what changes by itself: own certificates and partners', trusted issuers, CRLs, planned renewals.

    A new certificate must be registered 108 hours before the old one ends. Who encrypts to which certificate is read from the
    newest mails in archive/received; nothing is decrypted.

    Exit status: 3 when something has ended already, else 0.
    """
    from meldingsloft.adapters.rehearsing import rehearse as look
    from meldingsloft.cli.wiring import clock_of, workspace_of
    from meldingsloft.domain.errors import ExitStatus
    from meldingsloft.report.rehearsal import encrypting_object, milestone_object, rehearsal_lines
    from meldingsloft.report.text import Terminal

    now = clock_of(session).now()
    end = until or now + dt.timedelta(days=365)
    found = look(workspace_of(session), now, end, os.environ, mails=mails)
    if session.json:
        for milestone in found.milestones:
            session.json_line(milestone_object(milestone, now))
        for one in found.encrypting:
            session.json_line(encrypting_object(one))
    else:
        terminal = Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii")
        for line in rehearsal_lines(found, now, end, terminal):
            session.line(line)
    if any(one.severity == "error" and one.at <= now for one in found.milestones):
        session.fail(ExitStatus.FINDINGS)


def _ca(session: frame.Session, named: Path | None) -> CaFolder:
    from meldingsloft.adapters.ca_folder import CaFolder
    from meldingsloft.cli.wiring import workspace_of

    return CaFolder(named.absolute() if named else workspace_of(session).ca)


def _tell(session: frame.Session, path: Path) -> None:
    from meldingsloft.adapters.durable import read_file
    from meldingsloft.crypto.statements import read_statement
    from meldingsloft.report.pki import statement_object, statement_text

    facts = read_statement(read_file(path))
    assert facts is not None
    if session.json:
        session.json_line(statement_object(facts, path))
    else:
        session.say(statement_text(facts, path))


for _made in (make, revoke, crl, ocsp, rehearse):
    command.add_command(_made)
