"""What the profile asks otherwise and a receiver lets pass: one finding for each, by EB rule (ebXML profile §13 and §14).

None of these stops processing (EB-008); they are told so that the source can mend them. Severity is ``warning`` where the
rule is a MUST for the sender, ``info`` where practice has settled on the other form (SHA-256, ids that are no UUID).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from lxml import etree

from meldingsloft.domain.envelopes import Envelope, EnvelopeKind
from meldingsloft.domain.findings import Finding, Place, Severity
from meldingsloft.domain.identifiers import default_cpa_id, is_her_id, is_message_id, is_uuid
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.ebxml.blocks import BODY, HEADER, MUST_UNDERSTAND, SIGNATURE, elements
from meldingsloft.ebxml.encoding import read_declaration
from meldingsloft.ebxml.mime import Mail, MailKind, MimePart
from meldingsloft.hodemelding.nodes import children
from meldingsloft.xmlsafe import local_name, namespace_of, nodes_inside

_W, _I = Severity.WARNING, Severity.INFO
_EB = f"{{{ns.EB}}}"
_DS = f"{{{ns.DS}}}"
_ENCODINGS = frozenset({"8bit", "binary", "quoted-printable", "base64"})
_ZONED = re.compile(r".*(?:Z|[+-]\d\d:\d\d)", re.DOTALL)
_CPA_FORMS = re.compile(r"\d+_\d+(?:_\d+)?|[A-Za-z]+:\S+")
_LONGEST_REMEMBERED = 500
"""Characters of an eb:Description."""
_SIGNALS = frozenset({EnvelopeKind.ACKNOWLEDGMENT, EnvelopeKind.ERROR})


_TRANSFORM = f"{_DS}Transform"
_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
_NEWER = {
    f"{_DS}{name}": Finding("EB-144", _I, f"{name} is newer than the published SHA-1", source=f"HITS 1172:2017 {rule}")
    for name, rule in (("SignatureMethod", "r84"), ("DigestMethod", "r33"))
}
"""Found in nearly every mail, so made once."""
_STATED = (_TRANSFORM, *_NEWER)
"""Elements of a signature that state an algorithm."""


_NOTHING = etree.Element("nothing")


def tolerances_of(mail: Mail, root: etree._Element, soap: bytes, envelope: Envelope) -> list[Finding]:
    """All findings, in the order of the pipeline: mail, parts, XML, blocks, header, signals, metadata, signature."""
    around = children(root)
    header, body = around.get(HEADER), around.get(BODY)
    blocks = [] if header is None else nodes_inside(header)
    return [
        *_mail_headers(mail, envelope),
        *_parts(mail),
        *_xml(blocks, body, soap),
        *_header(envelope),
        *_signal(root, envelope),
        *_payload_message(envelope),
        *_metadata(envelope),
        *_signature(blocks),
    ]


def tolerances_of_own_form(mail: Mail, envelope: Envelope) -> list[Finding]:
    """The same for an envelope of the form we write ourselves, which leaves the XML nothing to be found in."""
    return [
        *_mail_headers(mail, envelope),
        *_parts(mail),
        *_header(envelope),
        *_signal(_NOTHING, envelope),
        *_payload_message(envelope),
        *_metadata(envelope),
        *_NEWER.values(),
    ]


def _found(
    code: str, message: str, source: str, severity: Severity = _W, *, detail: str = "", path: str = ""
) -> Finding:
    return Finding(code, severity, message, Place(path=path), detail=detail, source=source)


def _mail_headers(mail: Mail, envelope: Envelope) -> Iterator[Finding]:
    for name in ("From", "To", "Message-ID", "Date"):
        if not mail.headers.get(name):
            yield _found("EB-020", f"the mail has no {name}", "HITS 1172:2017 r18–20, r80–83, r250, r251")
    if mail.headers.get("mime-version") != "1.0":
        yield _found("EB-021", "MIME-Version is not plainly 1.0", "HITS 1172:2017 r21, r82")
    if mail.headers.get("soapaction") != '"ebXML"':
        yield _found("EB-022", 'SOAPAction is not written "ebXML"', "HITS 1172:2017 r22, r51")
    related = mail.kind is MailKind.RELATED
    if related and mail.parameters.get("type", "").lower() != "text/xml":
        yield _found("EB-024", "the multipart does not give its type as text/xml", "HITS 1172:2017 r253")
    if related and "start" not in mail.parameters:
        yield _found("EB-024", "the multipart has no start parameter", "HITS 1172:2017 §5.5.2.2", _I)
    if envelope.header.kind in _SIGNALS and related:
        yield _found("EB-028", "a signal is wrapped in a multipart", "HITS 1172:2017 §5.2", _I)


def _parts(mail: Mail) -> Iterator[Finding]:
    soap = mail.soap
    if soap.parameters.get("charset", "").lower() != "utf-8":
        yield _found("EB-025", "the SOAP part does not give its charset as UTF-8", "HITS 1172:2017 r67, r255, r256")
    if soap.transfer_encoding not in _ENCODINGS:
        yield _found(
            "EB-026",
            "the SOAP part has no permitted Content-Transfer-Encoding",
            "HITS 1172:2017 r257, r258",
            detail=_shown(soap),
        )
    for number, part in enumerate(mail.parts, 1):
        where = f"payload part {number}"
        if part.content_type != "application/pkcs7-mime":
            yield _found(
                "EB-027",
                "a payload part is not application/pkcs7-mime",
                "HIS 1037:2011 §5.5; HITS 1172:2017 r260",
                path=where,
            )
        elif part.parameters.get("smime-type", "").lower() != "enveloped-data":
            yield _found(
                "EB-027", "a payload part does not say smime-type=enveloped-data", "HITS 1172:2017 r260", path=where
            )
        elif "charset" in part.parameters:
            yield _found("EB-027", "a payload part has a charset", "HITS 1172:2017 r260", _I, path=where)
        if part.transfer_encoding != "base64":
            yield _found(
                "EB-027", "a payload part is not in base64", "HITS 1172:2017 r259", detail=_shown(part), path=where
            )
        if not part.content_id:
            yield _found("EB-030", "a payload part has no Content-ID", "HIS 1037:2011 §5.5", path=where)


def _shown(part: MimePart) -> str:
    return f"Content-Transfer-Encoding {part.transfer_encoding or 'none'}"


def _xml(blocks: Sequence[etree._Element], body: etree._Element | None, soap: bytes) -> Iterator[Finding]:
    declared = read_declaration(soap)
    if not declared.present or not declared.encoding:
        yield _found("EB-040", "the envelope does not declare its encoding", "HITS 1172:2017 r68, r78")
    if body is not None and len(body) > 1 and len(list(elements(body))) > 1:
        yield _found("EB-047", "SOAP:Body holds more than one element", "HITS 1172:2017 §5.11.2")
    for block in blocks:
        if (block.get(MUST_UNDERSTAND) or "") != "1" and namespace_of(block) == ns.EB:
            yield _found("EB-051", f"mustUnderstand of eb:{local_name(block)} is not 1", "HITS 1172:2017 r7, r69")


def _header(envelope: Envelope) -> Iterator[Finding]:
    header = envelope.header
    for name, endpoint in (("From", header.sender), ("To", header.receiver)):
        types = [party.type for party in endpoint.party_ids]
        if types != ["HER"] and (set(types) - {"HER", "ENH"} or len(set(types)) != len(types)):
            yield _found(
                "EB-055", f"eb:{name} has PartyIds beside HER and ENH, or two of one type", "HIS 1037:2011 §6.2.1"
            )
    yield from _cpa_id(envelope)
    if not is_uuid(header.conversation_id):
        yield _found("EB-060", "eb:ConversationId is no UUID", "HIS 1037:2011 §6.2.1")
    if not is_uuid(header.message_id):
        if is_message_id(header.message_id):
            yield _found("EB-066", "eb:MessageId is no UUID", "HITS 1172:2017 r102", _I)
        else:
            yield _found("EB-065", "eb:MessageId is neither a UUID nor an RFC 2822 id", "HITS 1172:2017 r102")
    if not _ZONED.fullmatch(header.timestamp):
        yield _found(
            "EB-067", "eb:Timestamp has no time zone; UTC is assumed", "HIS 1037:2011 §6.2.1; HITS 1172:2017 r77"
        )


def _cpa_id(envelope: Envelope) -> Iterator[Finding]:
    header = envelope.header
    one, other = header.sender.her_id, header.receiver.her_id
    if is_uuid(header.cpa_id):
        return
    if not _CPA_FORMS.fullmatch(header.cpa_id):
        yield _found("EB-058", "eb:CPAId has none of the known forms", "HITS 1172:2017 r12")
    elif header.cpa_id[:1].isdigit() and one and other and is_her_id(one) and is_her_id(other):
        low_high = default_cpa_id(one, other)
        if header.cpa_id != low_high:
            yield _found(
                "EB-059",
                "eb:CPAId is not the lower and the higher HER-id of the parties",
                "HITS 1172:2017 r12",
                detail=f"expected {low_high}",
            )


def _signal(root: etree._Element, envelope: Envelope) -> Iterator[Finding]:
    header, kind = envelope.header, envelope.header.kind
    if kind is EnvelopeKind.MESSAGE:
        return
    if header.sender.role or header.receiver.role:
        yield _found("EB-057", "a signal has eb:Role", "HITS 1171:2017 §5.2.1.3")
    if header.duplicate_elimination:
        yield _found("EB-070", "a signal has eb:DuplicateElimination", "HITS 1171:2017 §5.2.1.11")
    if envelope.ack_requested is not None:
        yield _found("EB-081", "a signal has eb:AckRequested", "HITS 1171:2017 §5.2.2")
    if envelope.manifest:
        yield _found("EB-122", "a signal has eb:Manifest", "HITS 1171:2017 §5.3")
    if kind is EnvelopeKind.ACKNOWLEDGMENT:
        yield from _acknowledgment(envelope)
    if kind is EnvelopeKind.ERROR:
        yield from _error_signal(root, envelope)


def _acknowledgment(envelope: Envelope) -> Iterator[Finding]:
    if envelope.header.ref_to_message_id:
        yield _found("EB-069", "an Acknowledgment has eb:RefToMessageId in eb:MessageData", "HITS 1172:2017 r109")
    if envelope.acknowledgment is None:
        yield _found(
            "EB-085", "the Action is Acknowledgment and there is no eb:Acknowledgment", "HITS 1172:2017 r106, r107"
        )
    elif not envelope.acknowledgment.digests:
        yield _found(
            "EB-087", "the Acknowledgment does not copy the references of the message", "HITS 1172:2017 r116, r117"
        )
    if envelope.error_list is not None:
        yield _found("EB-089", "an Acknowledgment has eb:ErrorList", "HITS 1172:2017 r115")


def _error_signal(root: etree._Element, envelope: Envelope) -> Iterator[Finding]:
    if not envelope.header.ref_to_message_id:
        yield _found("EB-068", "an Error signal does not say which message it answers", "HITS 1172:2017 r122")
    if envelope.error_list is None:
        yield _found("EB-103", "the Action is MessageError and there is no eb:ErrorList", "HITS 1172:2017 r120, r121")
        return
    if envelope.acknowledgment is not None:
        yield _found("EB-106", "an Error signal has eb:Acknowledgment", "HITS 1172:2017 r123")
    written = root.find(f"{HEADER}/{_EB}ErrorList")
    if written is not None and (written.get(f"{_EB}highestSeverity") or "") != envelope.error_list.highest_severity:
        yield _found("EB-105", "eb:highestSeverity is not the highest severity of the errors", "ebMS 2.0 §4.2.3")
    if any(error.code not in ns.ERROR_CODES for error in envelope.error_list.errors):
        yield _found("EB-104", "an eb:errorCode is none of the known ones", "HIS 1037:2011 §7.2.4")


def _payload_message(envelope: Envelope) -> Iterator[Finding]:
    header = envelope.header
    if header.kind is not EnvelopeKind.MESSAGE:
        return
    if not header.duplicate_elimination:
        yield _found("EB-070", "the message has no eb:DuplicateElimination", "HITS 1172:2017 r74")
    if envelope.ack_requested is None:
        yield _found("EB-080", "the message has no eb:AckRequested", "HITS 1172:2017 r75")
    elif not envelope.ack_requested.signed:
        yield _found("EB-080", "the message does not ask for a signed acknowledgment", "HITS 1172:2017 r94")
    if envelope.acknowledgment is not None or envelope.error_list is not None:
        yield _found("EB-005", "a payload message carries a signal too", "HITS 1172:2017 §5.11.3")
    for reference in envelope.manifest:
        if not reference.schema_location or not reference.schema_version:
            yield _found(
                "EB-123", "the manifest does not name the document's namespace and version", "HITS 1210:2018 req 1, 5–7"
            )


def _metadata(envelope: Envelope) -> tuple[Finding, ...]:
    written = envelope.header.description
    if not written:
        return (_found("EB-124", "eb:Description does not name the sending software", "HITS 1210:2018 req 2, 8, 9"),)
    return _remembered(written) if len(written) <= _LONGEST_REMEMBERED else _of_description(written)


def _of_description(written: str) -> tuple[Finding, ...]:
    try:
        values = json.loads(written)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or not all(
        isinstance(values.get(key), str) and values[key] for key in ("MSH-system", "MSH-versjon")
    ):
        what = "eb:Description is not the JSON that names MSH-system and MSH-versjon"
        return (_found("EB-124", what, "HITS 1210:2018 req 8, 9"),)
    if ("fagsystem" in values) != ("fagsystem-versjon" in values):
        what = "eb:Description names a fagsystem without its version, or the reverse"
        return (_found("EB-125", what, "HITS 1210:2018 req 10, 11", _I),)
    return ()


_remembered = lru_cache(maxsize=64)(_of_description)
"""A partner's software says the same of itself in every mail; what is remembered stays small whatever arrives."""


def _signature(blocks: Sequence[etree._Element]) -> Iterator[Finding]:
    signature = next((block for block in blocks if block.tag == SIGNATURE), None)
    if signature is None:
        return
    stated: dict[str, set[str]] = {tag: set() for tag in _STATED}
    for element in signature.iter(*_STATED):
        stated[element.tag].add(element.get("Algorithm") or "")
    if _XPATH not in stated[_TRANSFORM]:
        yield _found("EB-142", "the signature lacks the XPath transform", "HITS 1172:2017 r35–r38")
    for tag, newer in _NEWER.items():
        if not all(method.endswith("sha1") for method in stated[tag]):
            yield newer
