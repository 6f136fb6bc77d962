"""``encrypt``: bytes sealed for certificates (CMS EnvelopedData)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meldingsloft.cli import frame
from meldingsloft.cli.key_options import output_option, refuse_own_output

if TYPE_CHECKING:
    from meldingsloft.crypto.cms import CipherName

EXAMPLE = """\
meldingsloft encrypt epikrise.xml --to mottaker.pem -o epikrise.p7m
meldingsloft encrypt - --to mottaker.pem --cipher 3des-cbc < epikrise.xml > epikrise.p7m"""


@frame.command("encrypt", example=EXAMPLE)
@click.argument("file")
@click.option(
    "--to",
    "recipients",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CERT",
    required=True,
    multiple=True,
    help="A receiver's encryption certificate, PEM or DER; repeat for several receivers.",
)
@click.option(
    "--cipher",
    type=click.Choice(["aes-256-cbc", "3des-cbc"]),
    default="aes-256-cbc",
    show_default=True,
    help="3des-cbc only for a receiver who knows nothing else.",
)
@click.option("--force", is_flag=True, help="Also to certificates that are expired or not for encryption.")
@output_option
def command(
    session: frame.Session,
    file: str,
    recipients: tuple[Path, ...],
    cipher: CipherName,
    force: bool,
    output: Path | None,
) -> None:
    """Encrypt FILE (any bytes; - is stdin) so that any of the receivers can open it: CMS EnvelopedData in DER.

    Exit status: 4 when a certificate cannot be encrypted to.
    """
    from meldingsloft.adapters.clock import SystemClock
    from meldingsloft.adapters.ids import RandomIds
    from meldingsloft.adapters.key_files import read_certificates
    from meldingsloft.crypto.cms import encrypt
    from meldingsloft.crypto.trust import check_recipient
    from meldingsloft.domain.errors import MeldingsloftError

    refuse_own_output(file, output)
    data = frame.read_input(file, most=None)
    at = session.at_time or SystemClock().now()
    certificates: list[bytes] = []
    for path in recipients:
        certificate = read_certificates(path)[0]
        try:
            if not force:
                check_recipient(certificate, at=at)
            certificates.append(certificate)
        except MeldingsloftError as error:
            raise error.at(str(path)) from None
    frame.write_output(
        encrypt(data, certificates, cipher=cipher, entropy=RandomIds().entropy),
        output,
    )
    if output is not None and str(output) != "-":
        session.say(
            f"encrypted to {len(certificates)} certificate{'s' if len(certificates) > 1 else ''}, written to {output}"
        )
