"""The way in, each step from one type to the next: mail → ``Arrived`` → ``Verified`` → ``Opened``.

Only what a signature covers gets past ``verify``; only what is verified is decrypted. A cid that matches no part is a
MimeProblem and is found before any digest is judged; a part whose digest differs is a SecurityFailure (ebXML profile §13).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from meldingsloft.crypto import cms, verification
from meldingsloft.domain.envelopes import Envelope, EnvelopeKind, ManifestReference, Opened, SoapFault, Verified
from meldingsloft.domain.errors import EnvelopeError, UnreadableError
from meldingsloft.domain.findings import Finding
from meldingsloft.domain.identifiers import ContentId
from meldingsloft.ebxml import acceptance, encoding
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.ebxml.blocks import SIGNATURE, Blocks, read_blocks
from meldingsloft.ebxml.bounces import Bounce, read_bounce
from meldingsloft.ebxml.faults import read_fault
from meldingsloft.ebxml.mail_head import MailHead, head_of
from meldingsloft.ebxml.mime import DEFAULT_LIMITS, Mail, MailKind, MailLimits, MimePart, read_mail
from meldingsloft.ebxml.plaintext import read_plaintext
from meldingsloft.ebxml.reading import Addresses, envelope_of, read_addresses
from meldingsloft.ebxml.tolerances import tolerances_of
from meldingsloft.ebxml.values import EB, content_id_of
from meldingsloft.xmlsafe import parse

if TYPE_CHECKING:
    from meldingsloft.ports import DecryptionKey, Schemas

__all__ = [
    "Arrived",
    "Bounce",
    "addresses",
    "check_manifest",
    "check_structure",
    "decrypt",
    "decrypt_all",
    "encoding_warnings",
    "is_encrypted",
    "open_part",
    "read",
    "tolerances",
    "verify",
]

_NOTHING = etree.Element("nothing")
_SIGNED_REFERENCE = f"{{{ns.DS}}}SignedInfo/{{{ns.DS}}}Reference"
_HREF = f"{{{ns.XLINK}}}href"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that could be taken apart and whose SOAP part is XML; nothing in it is trusted."""

    mail: Mail
    head: MailHead
    soap: bytes = field(repr=False)
    """Decoded bytes of the SOAP part; empty for a bounce."""
    root: etree._Element = field(repr=False)
    """Of the SOAP part; an element without meaning for a bounce."""
    bounce: Bounce | None = None
    """Set when the mail is a delivery report."""
    fault: SoapFault | None = None
    """Set when the SOAP part is a Fault."""
    addresses: Addresses = Addresses()
    """As far as they can be read."""


def read(raw: bytes, limits: MailLimits = DEFAULT_LIMITS) -> Arrived:
    """The mail taken apart and its SOAP part parsed.

    Raises:
        UnreadableError: not MIME, not XML, or an encoding that must not be guessed at (EB-041).
    """
    mail = read_mail(raw, limits)
    head = head_of(mail.headers)
    if mail.kind is MailKind.REPORT:
        return Arrived(mail, head, b"", _NOTHING, bounce=read_bounce(mail))
    soap = mail.soap.content
    encoding.check_encoding(soap, mail.soap.parameters.get("charset", "").strip())
    try:
        root = parse(soap)
    except UnreadableError as error:
        raise error.at("SOAP part") from None
    return Arrived(mail, head, soap, root, fault=read_fault(root), addresses=read_addresses(root))


def addresses(arrived: Arrived) -> Addresses:
    """The addresses as far as they can be read; raises nothing."""
    return arrived.addresses


def check_structure(arrived: Arrived, schemas: Schemas | None = None, *, synchronous: bool = False) -> list[Finding]:
    """Findings for tolerated schema violations, after all that ends in a Fault has been looked for (steps 2–4).

    MIME headers are asked of payload messages only: a receipt is not lost for want of one.

    Raises:
        EnvelopeError: MIME headers, blocks or schema; ``answer`` is ``fault`` or an eb:errorCode.
    """
    if arrived.addresses.kind is EnvelopeKind.MESSAGE:
        acceptance.check_mail(arrived.mail)
    read_blocks(arrived.root, synchronous=synchronous)
    return acceptance.check_schema(arrived.root, schemas) if schemas is not None else []


def encoding_warnings(arrived: Arrived) -> list[Finding]:
    """A Warning for an envelope in another encoding than UTF-8 that was read all the same (EB-040)."""
    return encoding.encoding_warnings(arrived.soap)


def tolerances(arrived: Arrived, envelope: Envelope) -> list[Finding]:
    """Everything in a readable envelope that the profile asks otherwise and that is let pass, by EB rule."""
    return tolerances_of(arrived.mail, arrived.root, arrived.soap, envelope)


def verify(arrived: Arrived, *, synchronous: bool = False) -> Verified:
    """The envelope, once its signature holds over the envelope and over every part. Says nothing of the certificate's trust.

    Raises:
        EnvelopeError: a block that must not be; ``ML-E012`` a cid that matches no part (MimeProblem); a header that cannot be read.
        SignatureError: no signature, or one that does not hold; the reason is in the error.
    """
    blocks = read_blocks(arrived.root, synchronous=synchronous)
    parts = _parts_by_id(arrived.mail.parts)
    _resolve(blocks, parts)
    report = verification.verify_envelope(arrived.root, parts)
    if not report.valid or report.certificate is None:
        raise report.refusal()
    return Verified(
        envelope_of(blocks), arrived.soap, parts, report.certificate, report.references, report.references_xml
    )


def check_manifest(verified: Verified) -> None:
    """Manifest and parts name the same (step 11; EB-120, EB-121); what the values must be is ``acceptance.check_values``.

    Raises:
        EnvelopeError: ``ML-E012`` a reference without part, or a part that the manifest does not name.
    """
    if {reference.content_id for reference in verified.envelope.manifest} != set(verified.parts):
        raise EnvelopeError(
            "ML-E012",
            "manifest and MIME parts do not match",
            answer="MimeProblem",
            location="/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference",
            hint="EB-121",
        )


def decrypt(verified: Verified, keys: Sequence[DecryptionKey]) -> Opened:
    """The one payload of a verified message.

    Raises:
        DecryptionError: none of the keys opens it.
        UnreadableError: what is inside cannot be taken apart.
        EnvelopeError: ``ML-E021`` several documents in one envelope, which is not agreed.
    """
    if len(verified.envelope.manifest) > 1:
        raise EnvelopeError(
            "ML-E021",
            "the envelope carries several documents",
            answer="NotSupported",
            location="/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference[2]",
            hint="send each document in its own envelope",
        )
    return decrypt_all(verified, keys)[0]


def decrypt_all(verified: Verified, keys: Sequence[DecryptionKey]) -> tuple[Opened, ...]:
    """Every payload of a verified message, in the order of the manifest.

    Raises:
        DecryptionError, UnreadableError: as ``decrypt``.
        EnvelopeError: ``ML-E018`` no manifest.
    """
    if not verified.envelope.manifest:
        raise EnvelopeError(
            "ML-E018",
            "the message has no eb:Manifest",
            answer="OtherXml",
            location="/SOAP:Envelope/SOAP:Body",
            hint="EB-120",
        )
    return tuple(_open(verified, reference, keys) for reference in verified.envelope.manifest)


def open_part(content: bytes, keys: Sequence[DecryptionKey]) -> tuple[bytes, bool]:
    """The document inside a part, and whether the part was encrypted.

    Told by the signed bytes and not by the unsigned Content-Type: DER and BER start with ``0``, a document never does.

    Raises:
        DecryptionError, UnreadableError: as ``decrypt``.
    """
    encrypted = is_encrypted(content)
    inside = cms.decrypt(content, keys).plaintext if encrypted else content
    return read_plaintext(inside), encrypted


def is_encrypted(content: bytes) -> bool:
    """True when a part looks like CMS."""
    return content[:1] == b"0"


def _open(verified: Verified, reference: ManifestReference, keys: Sequence[DecryptionKey]) -> Opened:
    payload, encrypted = open_part(verified.parts[reference.content_id], keys)
    return Opened(verified, payload, encrypted=encrypted)


def _parts_by_id(parts: Sequence[MimePart]) -> dict[ContentId, bytes]:
    return {part.content_id: part.content for part in parts}


def _resolve(blocks: Blocks, parts: dict[ContentId, bytes]) -> None:
    """Every cid of manifest and signature names a part (EB-030, EB-121, EB-143).

    A part whose Content-ID is written as in the URI, percent signs and all, is found too and then known by its decoded name.
    """
    for uri, location in _cids(blocks):
        found = content_id_of(uri)
        as_written = ContentId(uri.strip()[4:])
        if found is not None and found not in parts and as_written in parts:
            parts[found] = parts.pop(as_written)
        if found is None or found not in parts:
            raise EnvelopeError(
                "ML-E012",
                "a reference of the envelope matches no MIME part",
                answer="MimeProblem",
                location=location,
                hint="EB-121",
            )


def _cids(blocks: Blocks) -> Iterator[tuple[str, str]]:
    """(URI, where it stands) of every reference to a part."""
    for reference in _references(blocks.body.get("Manifest"), f"{EB}Reference"):
        yield reference.get(_HREF) or "", "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference/@xlink:href"
    for reference in _references(blocks.header.get(SIGNATURE), _SIGNED_REFERENCE):
        uri = reference.get("URI") or ""
        if uri.lower().startswith("cid:"):
            yield uri, "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference/@URI"


def _references(block: etree._Element | None, path: str) -> list[etree._Element]:
    return [] if block is None else block.findall(path)
