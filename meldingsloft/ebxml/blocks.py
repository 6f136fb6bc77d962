"""The SOAP blocks of an envelope: which there are, which must not be, and which of them may be believed.

A *block* is a child of SOAP:Header or SOAP:Body. What is addressed to ``nextMSH`` or SOAP ``next`` lies outside the signature
(HIS 1037 §5.5), so such blocks are refused or passed over and never read. Sources: SOAP 1.1 §4; HITS 1172 §5.7; ebXML
profile §4 and §13. An ``answer`` of ``fault`` asks for a SOAP Fault, anything else for an ErrorList with that code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lxml import etree

from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.xmlsafe import nodes_inside

FAULT = "fault"
"""``EnvelopeError.answer`` for: a SOAP Fault."""

ENVELOPE = f"{{{ns.SOAP}}}Envelope"
HEADER = f"{{{ns.SOAP}}}Header"
BODY = f"{{{ns.SOAP}}}Body"
SOAP_FAULT = f"{{{ns.SOAP}}}Fault"
SIGNATURE = f"{{{ns.DS}}}Signature"
MUST_UNDERSTAND = f"{{{ns.SOAP}}}mustUnderstand"
ACTOR = f"{{{ns.SOAP}}}actor"
_EB = f"{{{ns.EB}}}"
_HEADER_BLOCKS = {_EB + name: name for name in ("MessageHeader", "AckRequested", "Acknowledgment", "ErrorList")} | {
    SIGNATURE: SIGNATURE
}
_TWICE = {"MessageHeader": "EB-001", SIGNATURE: "EB-140"}
"""The rule of a block that stands twice, where it is not that of the schema."""
_BODY_BLOCKS = {_EB + name: name for name in ("Manifest", "StatusRequest", "StatusResponse")}
_ACTORS = etree.XPath("//@SOAP:actor", namespaces={"SOAP": ns.SOAP}, smart_strings=False)
_ALLOWED_ACTORS = frozenset({"", ns.TO_PARTY_MSH})
_HEADER_PATH = "/SOAP:Envelope/SOAP:Header"
_BODY_PATH = "/SOAP:Envelope/SOAP:Body"


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of one envelope that may be read, by eb: local name; each at most once."""

    header: MappingProxyType[str, etree._Element]
    body: MappingProxyType[str, etree._Element]
    fault: etree._Element | None = field(default=None)


def read_blocks(root: etree._Element, *, synchronous: bool = False) -> Blocks:
    """The blocks of an envelope, or of a SOAP Fault.

    ``synchronous`` allows eb:SyncReply, which only HTTP knows.

    Raises:
        EnvelopeError: ``ML-E003`` not SOAP 1.1, or Header or Body missing (EB-043); ``ML-E004`` a block that must be
            understood and is not, or an unknown one in the body (EB-044); ``ML-E005`` eb:SyncReply over SMTP (EB-045);
            ``ML-E006`` a block twice (EB-001); ``ML-E007`` a block for another actor, or eb:MessageOrder (EB-009).
    """
    header, body = _soap(root)
    if body is not None and len(body) and (fault := body.find(SOAP_FAULT)) is not None:
        return Blocks(MappingProxyType({}), MappingProxyType({}), fault)
    if header is None or body is None:
        raise _fault("ML-E003", "the envelope lacks SOAP:Header or SOAP:Body", "/SOAP:Envelope", "EB-043")
    readable = _header_blocks(header, synchronous=synchronous)
    _refuse_unsigned_parts(root, header)
    return Blocks(MappingProxyType(readable), MappingProxyType(_body_blocks(body)))


def _soap(root: etree._Element) -> tuple[etree._Element | None, etree._Element | None]:
    if root.tag != ENVELOPE:
        raise _fault(
            "ML-E003",
            "the document is no SOAP 1.1 envelope",
            "/",
            "the namespace must be http://schemas.xmlsoap.org/soap/envelope/",
        )
    found: dict[str, etree._Element] = {}
    for child in nodes_inside(root):
        if child.tag in (HEADER, BODY) and found.setdefault(child.tag, child) is not child:
            raise _fault("ML-E006", "SOAP:Header or SOAP:Body stands more than once", "/SOAP:Envelope", "EB-043")
    return found.get(HEADER), found.get(BODY)


def _header_blocks(header: etree._Element, *, synchronous: bool) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for block in nodes_inside(header):
        tag = block.tag
        actor = (block.get(ACTOR) or "").strip()
        name = _HEADER_BLOCKS.get(tag)
        if name is not None:
            _refuse_other_actor(name, actor)
            if name in found:
                raise EnvelopeError(
                    "ML-E006",
                    f"{_shown(tag)} stands more than once",
                    answer="OtherXml",
                    location=f"{_HEADER_PATH}/{_shown(tag)}",
                    hint=_TWICE.get(name, "EB-042"),
                )
            found[name] = block
        elif tag == f"{_EB}SyncReply":
            if not synchronous:
                raise _fault(
                    "ML-E005", "eb:SyncReply is not for messages over mail", f"{_HEADER_PATH}/eb:SyncReply", "EB-045"
                )
            _check_sync_reply(block, actor)
        elif tag == f"{_EB}MessageOrder":
            raise EnvelopeError(
                "ML-E007",
                "eb:MessageOrder is not agreed",
                answer="NotSupported",
                location=f"{_HEADER_PATH}/eb:MessageOrder",
                hint="EB-009",
            )
        elif is_true(block.get(MUST_UNDERSTAND)) and actor in ns.OUR_ACTORS:
            raise _fault("ML-E004", "a header block must be understood and is not known", f"{_HEADER_PATH}/*", "EB-044")
    return found


def _refuse_other_actor(name: str, actor: str) -> None:
    """Our blocks are for the receiving party; multi-hop is not agreed, and nextMSH is not signed."""
    if actor in _ALLOWED_ACTORS:
        return
    shown = _shown(f"{_EB}{name}")
    location = f"{_HEADER_PATH}/{shown}/@SOAP:actor"
    if actor in ns.UNSIGNED_ACTORS:
        raise EnvelopeError(
            "ML-E007",
            f"{shown} is addressed to a next MSH: multi-hop is not agreed",
            answer="NotSupported",
            location=location,
            hint="EB-009",
        )
    raise EnvelopeError(
        "ML-E007",
        f"{shown} is addressed to an unknown actor",
        answer="Inconsistent",
        location=location,
        hint="EB-009",
    )


def _check_sync_reply(block: etree._Element, actor: str) -> None:
    location = f"{_HEADER_PATH}/eb:SyncReply"
    if (block.get(f"{_EB}version") or "").strip() != ns.VERSION:
        raise EnvelopeError(
            "ML-E010", "eb:SyncReply is not of version 2.0", answer="Inconsistent", location=f"{location}/@eb:version"
        )
    if actor != ns.NEXT:
        raise EnvelopeError(
            "ML-E007",
            "eb:SyncReply is not addressed to SOAP next",
            answer="Inconsistent",
            location=f"{location}/@SOAP:actor",
        )


def _body_blocks(body: etree._Element) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for block in elements(body):
        name = _BODY_BLOCKS.get(block.tag)
        if name is None:
            raise _fault("ML-E004", "SOAP:Body holds a block that is not known", f"{_BODY_PATH}/*", "EB-044")
        if name in found:
            raise EnvelopeError(
                "ML-E006",
                f"eb:{name} stands more than once",
                answer="OtherXml",
                location=f"{_BODY_PATH}/eb:{name}",
                hint="EB-042",
            )
        found[name] = block
    return found


def _refuse_unsigned_parts(root: etree._Element, header: etree._Element) -> None:
    """Nothing below a block may be addressed to a next actor: the XPath transform would take it out of the signature."""
    actors: Any = _ACTORS(root)  # a list of texts, which the stubs cannot know
    if ns.UNSIGNED_ACTORS.isdisjoint([actor.strip() for actor in actors]):
        return
    for element in root.iter(etree.Element):
        actor = element.get(ACTOR)
        if actor is not None and actor.strip() in ns.UNSIGNED_ACTORS and element.getparent() is not header:
            raise EnvelopeError(
                "ML-E007",
                "a part inside a block is addressed to a next actor and so is not signed",
                answer="NotSupported",
                location="//@SOAP:actor",
                hint="EB-009",
            )


def elements(parent: etree._Element) -> Iterator[etree._Element]:
    """The child elements, without comments and processing instructions."""
    return parent.iterchildren(etree.Element)


def is_true(value: str | None) -> bool:
    """``1`` or, as some write it, ``true`` (ebXML profile §13)."""
    return (value or "").strip() in {"1", "true"}


def _shown(tag: str) -> str:
    if tag in (SIGNATURE, f"{_EB}{SIGNATURE}"):
        return "ds:Signature"
    return "eb:" + tag.rpartition("}")[2]


def _fault(code: str, message: str, location: str, hint: str) -> EnvelopeError:
    return EnvelopeError(code, message, answer=FAULT, location=location, hint=hint)
