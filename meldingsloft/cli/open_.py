"""``open``: the payload and header facts of an envelope."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meldingsloft.cli import frame
from meldingsloft.cli.key_options import ask_passphrase, output_option, passfile_option
from meldingsloft.domain.errors import CertificateError, DecryptionError, WrongUsageError

if TYPE_CHECKING:
    from meldingsloft.ebxml.unwrapping import Payload, Unwrapped

EXAMPLE = """\
meldingsloft open konvolutt.eml --key mottaker.p12 --trust rot.pem -o epikrise.xml
meldingsloft open --json kvittering.eml | jq .ref_to_message_id"""


@frame.command("open", example=EXAMPLE)
@click.argument("envelope")
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="P12",
    multiple=True,
    help="A decryption key with its certificate; repeat to try several.",
)
@passfile_option
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    metavar="PEM",
    help="Issuers to trust: PEM or DER, or a folder of them; repeat. The signer must then be trusted.",
)
@click.option(
    "--crl",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    metavar="FILE",
    help="CRLs or OCSP responses, or a folder of them: the signer must then not be revoked. Repeat.",
)
@click.option("--no-verify", is_flag=True, help="Open it also when the signature does not hold, and say so.")
@output_option
def command(
    session: frame.Session,
    envelope: str,
    key: tuple[Path, ...],
    passfile: Path | None,
    trust: tuple[Path, ...],
    crl: tuple[Path, ...],
    no_verify: bool,
    output: Path | None,
) -> None:
    """Open ENVELOPE, a mail with an ebXML message (- is stdin): verify, decrypt, and write the payload.

    A signal, Fault or bounce has no payload: its facts are shown instead. With --json the facts go to stdout, and the payload
    to -o or to a file beside the envelope.

    Exit status: 4 when it does not verify, the signer is not trusted or no key opens it; 5 when it cannot be read.
    """
    from meldingsloft.adapters.key_files import read_key
    from meldingsloft.domain.errors import MeldingsloftError
    from meldingsloft.ebxml.unwrapping import unwrap

    if no_verify and trust:
        raise click.UsageError("--no-verify does not go with --trust")
    if crl and not trust:
        raise click.UsageError("--crl goes with --trust")
    data = frame.read_input(envelope)
    keys = [read_key(path, passfile=passfile, ask=ask_passphrase(envelope)) for path in key]
    try:
        opened = unwrap(data, keys, must_verify=not no_verify)
        verdict = _judge(session, opened, trust, crl)
    except MeldingsloftError as error:
        raise error.at(envelope) from None
    if opened.doubt is not None:
        session.say(f"warning[{opened.doubt.code}]: opened although it does not verify: {opened.doubt.message}")
    if session.json:
        _write_json(session, opened, envelope, output, verdict)
    else:
        _write(session, opened, envelope, output)


def _judge(session: frame.Session, opened: Unwrapped, trust: tuple[Path, ...], crl: tuple[Path, ...]) -> str:
    """What is to be thought of the signer; ``unchecked`` without issuers to trust.

    Raises:
        CertificateError: ``ML-K046``.
    """
    if not trust or opened.certificate is None:
        return "unchecked"
    from meldingsloft.adapters.clock import SystemClock
    from meldingsloft.adapters.key_files import read_certificates
    from meldingsloft.adapters.revocations import read_statements
    from meldingsloft.crypto.trust import TrustVerdict
    from meldingsloft.flow.verifying import TrustStore, judged_by

    roots = tuple(certificate for path in trust for certificate in read_certificates(path))
    statements = tuple(der for path in crl for der in read_statements(path)) if crl else None
    found = judged_by(
        TrustStore(roots, statements=statements), opened.certificate, session.at_time or SystemClock().now()
    )
    verdict = found.verdict
    if verdict is not TrustVerdict.TRUSTED:
        raise CertificateError(
            "ML-K046",
            f"the signer's certificate is not trusted: {verdict}{f' ({found.reason})' if found.reason else ''}",
            hint="see `meldingsloft verify`; --at-time judges at another time",
        )
    return str(verdict)


def _write(session: frame.Session, opened: Unwrapped, envelope: str, output: Path | None) -> None:
    from meldingsloft.report.envelope import envelope_text
    from meldingsloft.report.text import Terminal

    if not opened.payloads:
        session.line(
            envelope_text(opened, terminal=Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii"))
        )
        return
    closed = any(payload.content is None for payload in opened.payloads)
    if closed:
        raise DecryptionError(
            "ML-K026",
            "the payload is encrypted and no key was given",
            hint="name the receiver's key with --key, or look at the facts with --json",
            where=envelope,
        )
    to_stdout = output is None or str(output) == "-"
    if to_stdout and len(opened.payloads) > 1:
        raise WrongUsageError(
            "ML-E024",
            "the envelope carries several payloads",
            hint="name a file with -o: the others go beside it",
            where=envelope,
        )
    for payload, path in zip(
        opened.payloads, _paths(opened.payloads, output) if output and not to_stdout else [None], strict=True
    ):
        frame.write_output(payload.content or b"", path)
    session.say(envelope_text(opened), level=0 if not to_stdout else 1)


def _write_json(session: frame.Session, opened: Unwrapped, envelope: str, output: Path | None, verdict: str) -> None:
    from meldingsloft.report.envelope import envelope_object

    if output is not None and str(output) == "-":
        raise WrongUsageError(
            "ML-E024", "with --json the facts go to stdout, so the payload cannot", hint="name a file with -o, or none"
        )
    paths = _paths(opened.payloads, output or _beside(envelope, opened))
    files: list[str | None] = []
    for payload, path in zip(opened.payloads, paths, strict=True):
        if payload.content is not None:
            frame.write_output(payload.content, path)
        files.append(str(path) if payload.content is not None else None)
    if None in files:
        session.say("note: an encrypted payload stays closed: name the receiver's key with --key")
    session.json_line(envelope_object(opened, envelope, files=files, trust=verdict))


def _beside(envelope: str, opened: Unwrapped) -> Path:
    """``a.eml`` gives ``a.payload.xml``; what came on stdin is named by its MessageId, made safe."""
    if envelope != "-":
        return Path(envelope).with_suffix(".payload.xml")
    message_id = opened.envelope.header.message_id if opened.envelope else "envelope"
    return Path(
        "".join(sign if sign.isascii() and (sign.isalnum() or sign == "-") else "_" for sign in message_id[:80])
        + ".payload.xml"
    )


def _paths(payloads: tuple[Payload, ...], first: Path) -> list[Path]:
    """One path for each payload: the first as named, ``-2``, ``-3`` … before the suffix of the others."""
    return [
        first if number == 1 else first.with_name(f"{first.stem}-{number}{first.suffix}")
        for number in range(1, len(payloads) + 1)
    ]
