"""``sign``: a message with an enveloped signature."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meldingsloft.cli import frame
from meldingsloft.cli.key_options import ask_passphrase, key_option, output_option, passfile_option, refuse_own_output

if TYPE_CHECKING:
    from meldingsloft.crypto.algorithms import HashName

EXAMPLE = """\
meldingsloft sign epikrise.xml --key lege.p12 --passfile hemmelig.txt -o signert.xml
meldingsloft build epikrise-1.2 case.toml | meldingsloft sign - --key lege.p12 > signert.xml"""


@frame.command("sign", example=EXAMPLE)
@click.argument("message")
@key_option("The signing key with its certificate: PKCS#12, or PEM with both.")
@passfile_option
@click.option(
    "--hash",
    "hash_name",
    type=click.Choice(["sha256", "sha384", "sha512", "sha1"]),
    default="sha256",
    show_default=True,
    help="Of digest and signature; sha1 only for a partner who knows nothing else.",
)
@output_option
def command(
    session: frame.Session, message: str, key: Path, passfile: Path | None, hash_name: HashName, output: Path | None
) -> None:
    """Sign MESSAGE (- is stdin): an XML signature as the last child of its root, every other byte as it was.

    Exit status: 4 when the key cannot be used or the message cannot be signed, 5 when the message cannot be read.
    """
    from meldingsloft.adapters.key_files import read_key
    from meldingsloft.crypto.signing import sign_message
    from meldingsloft.crypto.trust import fits_purpose
    from meldingsloft.domain.errors import MeldingsloftError

    refuse_own_output(message, output)
    data = frame.read_input(message)
    opened = read_key(key, passfile=passfile, ask=ask_passphrase(message))
    if not fits_purpose(opened.certificate, "signing"):
        session.say("note: the certificate is not for signing (no nonRepudiation); receivers will refuse it")
    try:
        signed = sign_message(data, opened, hash_name=hash_name)
    except MeldingsloftError as error:
        raise error.at(message) from None
    frame.write_output(signed, output)
    if output is not None and str(output) != "-":
        session.say(f"signed message written to {output}")
