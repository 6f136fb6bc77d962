"""The way in, each step from one type to the next: mail → ``Arrived`` → ``Verified`` → ``Opened``.

Only what a signature covers gets past ``verify``; only what is verified is decrypted. A cid that matches no part is a
MimeProblem and is found before any digest is judged; a part whose digest differs is a SecurityFailure (ebXML profile §13).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from meldingsloft.crypto import cms, verification
from meldingsloft.crypto.stated_digests import signer_of
from meldingsloft.domain.envelopes import (
    Envelope,
    EnvelopeKind,
    ManifestReference,
    Opened,
    SignedReference,
    SoapFault,
    Verified,
)
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
from meldingsloft.ebxml.own_form import SHA256, OwnForm, recognise
from meldingsloft.ebxml.plaintext import read_plaintext
from meldingsloft.ebxml.reading import Addresses, addresses_of, envelope_of, read_addresses
from meldingsloft.ebxml.tolerances import tolerances_of, tolerances_of_own_form
from meldingsloft.ebxml.values import EB, content_id_of
from meldingsloft.xmlsafe import nodes_inside, parse

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
_SIGNED_INFO, _DS_REFERENCE = f"{{{ns.DS}}}SignedInfo", f"{{{ns.DS}}}Reference"
_EB_REFERENCE = f"{EB}Reference"
_HREF = f"{{{ns.XLINK}}}href"
_NO_ADDRESSES = Addresses()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that could be taken apart and whose SOAP part is XML; nothing in it is trusted."""

    mail: Mail
    soap: bytes = field(repr=False)
    """Decoded bytes of the SOAP part; empty for a bounce."""
    parsed: etree._Element | None = field(repr=False)
    """Root of the SOAP part; an element without meaning for a bounce, None while nobody needs a tree (``own``)."""
    bounce: Bounce | None = None
    """Set when the mail is a delivery report."""
    fault: SoapFault | None = None
    """Set when the SOAP part is a Fault."""
    addresses: Addresses = _NO_ADDRESSES
    """As far as they can be read."""
    blocks: Blocks | None = field(default=None, repr=False)
    """Set with ``envelope`` when the whole header can be read; no more to be trusted than the rest."""
    envelope: Envelope | None = field(default=None, repr=False)

    own: OwnForm | None = field(default=None, repr=False)
    """Set when the SOAP part is spelt as we spell it ourselves."""

    @property
    def root(self) -> etree._Element:
        """Root of the SOAP part, parsed now if it has not been."""
        return parse(self.soap) if self.parsed is None else self.parsed

    @property
    def head(self) -> MailHead:
        """Who sent the mail and what it answers, by its mail headers."""
        return head_of(self.mail.headers)


def read(raw: bytes, limits: MailLimits = DEFAULT_LIMITS) -> Arrived:
    """The mail taken apart and its SOAP part parsed.

    Raises:
        UnreadableError: not MIME, not XML, or an encoding that must not be guessed at (EB-041).
    """
    mail = read_mail(raw, limits)
    if mail.kind is MailKind.REPORT:
        return Arrived(mail, b"", _NOTHING, bounce=read_bounce(mail))
    soap = mail.soap.content
    charset = mail.soap.parameters.get("charset", "").strip()
    own = recognise(soap) if charset.lower() == "utf-8" else None
    if own is not None:
        return Arrived(mail, soap, None, addresses=addresses_of(own.envelope.header), envelope=own.envelope, own=own)
    encoding.check_encoding(soap, charset)
    try:
        root = parse(soap)
    except UnreadableError as error:
        raise error.at("SOAP part") from None
    try:
        blocks = read_blocks(root)
        envelope = envelope_of(blocks)
    except EnvelopeError:  # what is wrong is told by the step that asks for it
        return Arrived(mail, soap, root, fault=read_fault(root), addresses=read_addresses(root))
    return Arrived(mail, soap, root, addresses=addresses_of(envelope.header), blocks=blocks, envelope=envelope)


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
    if arrived.own is not None:
        return []
    if arrived.blocks is None:
        read_blocks(arrived.root, synchronous=synchronous)
    return acceptance.check_schema(arrived.root, schemas) if schemas is not None else []


def encoding_warnings(arrived: Arrived) -> list[Finding]:
    """A Warning for an envelope in another encoding than UTF-8 that was read all the same (EB-040)."""
    return [] if arrived.own is not None else encoding.encoding_warnings(arrived.soap)


def tolerances(arrived: Arrived, envelope: Envelope) -> list[Finding]:
    """Everything in a readable envelope that the profile asks otherwise and that is let pass, by EB rule."""
    if arrived.own is not None:
        return tolerances_of_own_form(arrived.mail, envelope)
    return tolerances_of(arrived.mail, arrived.root, arrived.soap, envelope)


def verify(arrived: Arrived, *, synchronous: bool = False) -> Verified:
    """The envelope, once its signature holds over the envelope and over every part. Says nothing of the certificate's trust.

    Raises:
        EnvelopeError: a block that must not be; ``ML-E012`` a cid that matches no part (MimeProblem); a header that cannot be read.
        SignatureError: no signature, or one that does not hold; the reason is in the error.
    """
    parts = _parts_by_id(arrived.mail.parts)
    if arrived.own is not None and (verified := _verify_own_form(arrived, arrived.own, parts)) is not None:
        return verified
    blocks = arrived.blocks or read_blocks(arrived.root, synchronous=synchronous)
    _resolve(blocks, parts)
    report = verification.verify_envelope(arrived.root, parts)
    if not report.valid or report.certificate is None:
        raise report.refusal()
    envelope = arrived.envelope or envelope_of(blocks)
    return Verified(envelope, arrived.soap, parts, report.certificate, report.references, report.references_xml)


def _verify_own_form(arrived: Arrived, own: OwnForm, parts: Mapping[ContentId, bytes]) -> Verified | None:
    """The envelope when all holds; None leaves it to the general way to say what does not."""
    octets = {"": own.document} | {f"cid:{content_id}": content for content_id, content in parts.items()}
    named = {reference.content_id for reference in own.envelope.manifest}
    if {uri for uri, _ in own.stated} != octets.keys() or named != set(parts):
        return None
    certificate = signer_of(own.signed, own.value, own.certificate, [(octets[uri], value) for uri, value in own.stated])
    if certificate is None:
        return None
    references = tuple(SignedReference(uri, "ok", SHA256, value.decode("ascii")) for uri, value in own.stated)
    return Verified(own.envelope, arrived.soap, parts, certificate, references, own.fragments)


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
    for reference in _children(blocks.body.get("Manifest"), _EB_REFERENCE):
        yield reference.get(_HREF) or "", "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference/@xlink:href"
    for signed_info in _children(blocks.header.get(SIGNATURE), _SIGNED_INFO):
        for reference in _children(signed_info, _DS_REFERENCE):
            uri = reference.get("URI") or ""
            if uri.lower().startswith("cid:"):
                yield uri, "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference/@URI"


def _children(parent: etree._Element | None, tag: str) -> list[etree._Element]:
    return [] if parent is None else [child for child in nodes_inside(parent) if child.tag == tag]
