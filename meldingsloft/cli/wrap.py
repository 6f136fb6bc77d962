"""``wrap``: a message in a signed, encrypted ebXML envelope."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meldingsloft.cli import frame
from meldingsloft.cli.key_options import ask_passphrase, key_option, output_option, passfile_option

if TYPE_CHECKING:
    import datetime as dt

    from meldingsloft.ebxml.wrapping import Making

EXAMPLE = """\
meldingsloft wrap epikrise.xml --from 80001 --to 80002 --key sign.p12 --to-cert mottaker.pem -o konvolutt.eml
meldingsloft build epikrise-1.2 sak.toml | meldingsloft wrap - --key sign.p12 --passfile f --to-cert m.pem > konvolutt.eml"""

_FACTS = (
    ("--service", "service", "eb:Service. Default: S- and the Action of the business message."),
    ("--action", "action", "eb:Action. Default: from the message's type."),
    ("--from-role", "from_role", "eb:Role of the sender. Default: Action and `sender`."),
    ("--to-role", "to_role", "eb:Role of the receiver. Default: Action and `receiver`."),
    ("--cpa-id", "cpa_id", "eb:CPAId. Default: the lower and the higher HER-id."),
    ("--conversation-id", "conversation_id", "eb:ConversationId. Default: a new UUID."),
    ("--message-id", "message_id", "eb:MessageId. Default: a new UUID."),
    ("--ref-to-message-id", "ref_to_message_id", "eb:RefToMessageId. Default: none."),
    ("--time-to-live", "time_to_live", "eb:TimeToLive, a UTC time. Default: none."),
    ("--namespace", "namespace", "eb:Schema location. Default: that of the fagmelding."),
    ("--schema-version", "version", "eb:Schema version. Default: that of the message type."),
)


def _fact_options(function: Any) -> Any:
    for option, name, text in reversed(_FACTS):
        function = click.option(option, name, default="", metavar="TEXT", help=text)(function)
    return function


@frame.command("wrap", example=EXAMPLE)
@click.argument("message")
@click.option("--from", "sender", default="", metavar="HER", help="HER-id of the sender. Default: from the message.")
@click.option("--to", "receiver", default="", metavar="HER", help="HER-id of the receiver. Default: from the message.")
@key_option("The key that signs, with its certificate.")
@passfile_option
@click.option(
    "--to-cert",
    "certificates",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="PEM",
    help="The receiver's encryption certificate, PEM or DER; repeat for several.",
)
@click.option("--plain", is_flag=True, help="Leave the payload unencrypted.")
@_fact_options
@click.option(
    "--service-type",
    default="kithService",
    show_default=True,
    metavar="TEXT",
    help="eb:type of eb:Service; empty: none.",
)
@click.option(
    "--cipher",
    type=click.Choice(["aes-256-cbc", "3des-cbc"]),
    default="aes-256-cbc",
    show_default=True,
    help="What the receiver can open.",
)
@click.option(
    "--plaintext",
    type=click.Choice(["mime", "bare"]),
    default="mime",
    show_default=True,
    help="What stands inside the CMS.",
)
@click.option("--gzip", "compress", is_flag=True, help="Compress the payload first; by agreement only.")
@click.option(
    "--hash",
    "hash_name",
    type=click.Choice(["sha256", "sha1"]),
    default="sha256",
    show_default=True,
    help="Of the signature.",
)
@click.option("--test", is_flag=True, help="Mark it as a test message to those who look into it.")
@click.option("--mail-from", default="", metavar="ADDRESS", help="Write a whole mail, from this EDI address …")
@click.option("--mail-to", default="", metavar="ADDRESS", help="… to this one.")
@click.option("--force", is_flag=True, help="Also to certificates that are expired or not for encryption.")
@output_option
def command(
    session: frame.Session,
    message: str,
    key: Path,
    passfile: Path | None,
    certificates: tuple[Path, ...],
    output: Path | None,
    **options: Any,
) -> None:
    """Wrap MESSAGE (- is stdin) in a signed ebXML envelope, encrypted for its receiver.

    Parties, Service, Action and Roles follow from the message; each has an option that says otherwise. The payload's bytes
    are not changed.

    Exit status: 2 when a party is not known, 3 for an unknown message type, 4 when a key or certificate is no good, 5 when
    the message cannot be read.
    """
    from meldingsloft.adapters.clock import SystemClock
    from meldingsloft.adapters.ids import RandomIds
    from meldingsloft.adapters.key_files import read_key
    from meldingsloft.adapters.type_table import load_catalogue
    from meldingsloft.cli.wiring import SOFTWARE
    from meldingsloft.domain.errors import MeldingsloftError
    from meldingsloft.ebxml.wrapping import Wish, wrap

    _check_usage(certificates, options)
    now = session.at_time or SystemClock().now()
    payload = frame.read_input(message)
    making = _making(certificates, options, now)
    signer = read_key(key, passfile=passfile, ask=ask_passphrase(message))
    names = ("sender", "receiver", "service_type", *(name for _, name, _ in _FACTS))
    wish = Wish(**{name: options[name].strip() for name in names})
    try:
        made = wrap(
            payload, wish, making, catalogue=load_catalogue(), key=signer, ids=RandomIds(), now=now, software=SOFTWARE
        )
    except MeldingsloftError as error:
        raise error.at(message) from None
    mail = _mail(made.entity, made.header.message_id, made.header.action, options, now)
    frame.write_output(mail, output)
    if output is not None and str(output) != "-":
        session.say(
            f"envelope {made.header.message_id} from {made.header.sender.her_id} to {made.header.receiver.her_id} written to {output}"
        )


def _check_usage(certificates: tuple[Path, ...], options: dict[str, Any]) -> None:
    if options["plain"] == bool(certificates):
        raise click.UsageError("give the receiver's certificate with --to-cert, or --plain, and not both")
    if bool(options["mail_from"]) != bool(options["mail_to"]):
        raise click.UsageError("--mail-from and --mail-to go together")


def _making(certificates: tuple[Path, ...], options: dict[str, Any], now: dt.datetime) -> Making:
    from meldingsloft.adapters.key_files import read_certificates
    from meldingsloft.crypto.trust import check_recipient
    from meldingsloft.domain.errors import MeldingsloftError
    from meldingsloft.ebxml.wrapping import Making

    recipients = []
    for path in certificates:
        certificate = read_certificates(path)[0]
        try:
            if not options["force"]:
                check_recipient(certificate, at=now)
        except MeldingsloftError as error:
            raise error.at(str(path)) from None
        recipients.append(certificate)
    chosen = {name: options[name] for name in ("cipher", "plaintext", "compress", "hash_name", "test")}
    return Making(tuple(recipients), **chosen)


def _mail(entity: bytes, message_id: str, action: str, options: dict[str, Any], now: dt.datetime) -> bytes:
    """The entity alone, or a whole mail when the addresses are given."""
    if not options["mail_from"]:
        return entity
    from meldingsloft.ebxml.mime import write_mail

    host = options["mail_from"].rpartition("@")[2]
    return write_mail(
        entity,
        from_address=options["mail_from"],
        to_address=options["mail_to"],
        message_id=f"{message_id}.1@{host}",
        date=now,
        subject=action,
    )
