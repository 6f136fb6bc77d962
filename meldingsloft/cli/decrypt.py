"""``decrypt``: the bytes inside CMS."""

from __future__ import annotations

from pathlib import Path

import click

from meldingsloft.cli import frame
from meldingsloft.cli.key_options import ask_passphrase, key_option, output_option, passfile_option, refuse_own_output

EXAMPLE = """\
meldingsloft decrypt epikrise.p7m --key mottaker.p12 --passfile hemmelig.txt -o epikrise.xml
meldingsloft decrypt - --key ny.p12 --key gammel.p12 < epikrise.p7m > epikrise.xml"""

_MOST = 144 * 1024 * 1024
"""Bytes: the largest CMS object that is opened, in base64."""


@frame.command("decrypt", example=EXAMPLE)
@click.argument("file")
@key_option("A decryption key with its certificate; repeat to try several.", multiple=True)
@passfile_option
@output_option
def command(
    session: frame.Session, file: str, key: tuple[Path, ...], passfile: Path | None, output: Path | None
) -> None:
    """Decrypt FILE, CMS EnvelopedData in DER or BER, raw, base64 or PEM (- is stdin).

    What comes out is exactly what went in. It proves nothing of who sent it: that is what `verify` of the envelope is for.

    Exit status: 4 when none of the keys opens it, or it is not CMS.
    """
    from meldingsloft.adapters.key_files import read_key, unarmoured
    from meldingsloft.crypto.cms import decrypt
    from meldingsloft.domain.errors import MeldingsloftError

    refuse_own_output(file, output)
    data = unarmoured(frame.read_input(file, most=_MOST))
    keys = [read_key(path, passfile=passfile, ask=ask_passphrase(file)) for path in key]
    try:
        opened = decrypt(data, keys)
    except MeldingsloftError as error:
        raise error.at(file) from None
    frame.write_output(opened.plaintext, output)
    session.say(f"opened with the key of certificate {opened.recipient_serial} ({opened.cipher})", level=1)
    if output is not None and str(output) != "-":
        session.say(f"decrypted, written to {output}")
