"""The subject of validation: one document, parsed once, and what every check wants to know about it.

Vocabulary: *content* is a fagmelding: the root itself, or the elements inside ``Content`` of a hodemelding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree

from meldingsloft.domain.errors import InvalidMessageError
from meldingsloft.domain.findings import Finding, Place
from meldingsloft.domain.lazy import lazy
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.hodemelding.nodes import child, children, code, prefix_of
from meldingsloft.validate.rulebook import RuleBook
from meldingsloft.xmlsafe import Places, local_name, namespace_of, nodes_inside

if TYPE_CHECKING:
    from meldingsloft.domain.catalogue import Catalogue, MessageType
    from meldingsloft.domain.heads import Head
    from meldingsloft.ports import CodeLists, Schemas

MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"
BASE64_CONTAINER = "{http://www.kith.no/xmlstds/base64container}Base64Container"
SOAP_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
_CPPA = "{http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd}"
OTHER_KINDS = {
    SOAP_ENVELOPE: "ebxml",
    f"{_CPPA}CollaborationProtocolProfile": "cpp",
    f"{_CPPA}CollaborationProtocolAgreement": "cpa",
    BASE64_CONTAINER: "base64container",
}
"""Documents that are no fagmelding and have schemas all the same."""
_MSGHEAD = f"{{{MSGHEAD}}}MsgHead"
_CONTENT = tuple(f"{{{MSGHEAD}}}{name}" for name in ("Document", "RefDoc", "Content"))
"""The way from the root to what a hodemelding carries."""
_MSGINFO, _TYPE = f"{{{MSGHEAD}}}MsgInfo", f"{{{MSGHEAD}}}Type"
_BODIES = frozenset({"ServRprt", "ServReq", "ServReport"})


@dataclass
class Subject:
    """One document under validation."""

    data: bytes
    """The bytes ``root`` was parsed from."""
    root: etree._Element
    catalogue: Catalogue
    schemas: Schemas
    codes: CodeLists | None = None
    rules: RuleBook = field(default_factory=RuleBook)

    worked_out: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    """What one check has worked out for others too, by a name they agree on."""
    in_head: bool = field(init=False)
    """The root is a hodemelding."""
    prefix: str = field(init=False)
    """``{namespace}`` of the root."""

    def __post_init__(self) -> None:
        self.in_head = self.root.tag == _MSGHEAD
        self.prefix = prefix_of(self.root)

    @lazy
    def places(self) -> Places:
        """Line and column of every element; measured on first use."""
        return Places(self.data, self.root)

    @lazy
    def contents(self) -> Sequence[etree._Element]:
        """The elements inside the Contents of a hodemelding; the root itself for other documents."""
        if not self.in_head:
            return (self.root,)
        holders = [self.root]
        for tag in _CONTENT:
            holders = [child for holder in holders for child in nodes_inside(holder) if child.tag == tag]
        return [child for content in holders for child in content.iterchildren(etree.Element)]

    @lazy
    def type_element(self) -> etree._Element | None:
        """MsgInfo/Type, Message/Type, or MsgType of an AppRec."""
        if self.in_head:
            infos = self.root.iterchildren(_MSGINFO)
            return next((found for info in infos if (found := child(info, _TYPE)) is not None), None)
        return child(self.root, self.prefix + ("MsgType" if local_name(self.root) == "AppRec" else "Type"))

    def head_child(self, name: str) -> etree._Element | None:
        """The first child of MsgInfo, Message or AppRec with this name (``MsgId``, ``GenDate`` …), None when it is not there."""
        return self._head_children.get(self.prefix + name)

    @lazy
    def _head_children(self) -> dict[str, etree._Element]:
        if not self.in_head:
            return children(self.root)
        infos = list(self.root.iterchildren(f"{{{MSGHEAD}}}MsgInfo"))
        return {tag: child for info in reversed(infos) for tag, child in children(info).items()}

    @lazy
    def by_name(self) -> Mapping[str, Sequence[etree._Element]]:
        """Every element below the root, by local name, in document order; one walk for all checks."""
        found: dict[str, list[etree._Element]] = {}
        of_tag: dict[str, list[etree._Element]] = {}
        for element in self.root.iterdescendants(etree.Element):
            tag = element.tag
            if tag not in of_tag:
                of_tag[tag] = found.setdefault(tag.rpartition("}")[2], [])
            of_tag[tag].append(element)
        return found

    @lazy
    def bodies(self) -> Sequence[etree._Element]:
        """What the message is about: ServRprt, ServReq or ServReport of a Message, the fagmelding in a hodemelding."""
        if self.in_head:
            return self.contents[:1]
        return [each for each in self.root.iterchildren(etree.Element) if local_name(each) in _BODIES]

    @lazy
    def change_code(self) -> str:
        """``N``, ``M``, ``A`` or ``C`` of kodeverk 7309 as the document says it, ``""`` when it says nothing."""
        body = self.bodies[0] if self.bodies else None
        if body is None:
            return ""
        sent = child(body, "{*}InformasjonOmForsendelsen")  # in the namespace of the PLO components
        if sent is not None:
            return code(sent, f"{prefix_of(sent)}Forsendelsesstatus")
        return code(body, f"{prefix_of(body)}ServType")

    @property
    def cancelled(self) -> bool:
        """True for a cancellation, which carries head, ids and addressing only (HISD 1154:2018 §3)."""
        return self.change_code == "C"

    @lazy
    def head(self) -> Head | None:
        """Who, what and when of the message; None for what is no message of the catalogue."""
        try:
            return read_head(self.root, self.catalogue)
        except InvalidMessageError:
            return None

    @lazy
    def message_type(self) -> MessageType | None:
        """The catalogue's row for the first content (told apart by the type code), None for what is no known message."""
        code = self.type_element.get("V", "") if self.type_element is not None else ""
        first = self._first_content if self.in_head else self.root
        if first is None:
            return self.catalogue.of_content(MSGHEAD, "MsgHead")
        return self.catalogue.of_content(namespace_of(first), local_name(first), code)

    @property
    def _first_content(self) -> etree._Element | None:
        """The fagmelding, found without looking for the attachments after it."""
        for document in self.root.iterchildren(_CONTENT[0]):
            for reference in document.iterchildren(_CONTENT[1]):
                for content in reference.iterchildren(_CONTENT[2]):
                    for found in content.iterchildren(etree.Element):
                        return found
        return None

    @lazy
    def kind(self) -> str:
        """``message_type`` of the report: a short name, ``ebxml``, ``cpp``, ``cpa``, ``base64container`` or ``unknown``."""
        if self.message_type is not None:
            return self.message_type.short_name
        return OTHER_KINDS.get(str(self.root.tag), "unknown")

    @property
    def known_root(self) -> bool:
        """True when the root may be a document of its own: a message or content of the catalogue, an envelope, CPP or CPA."""
        tag = self.root.tag
        return tag in self.catalogue.tags or tag in OTHER_KINDS

    @property
    def old_generation(self) -> bool:
        """True for the messages that AppRec 1.0 answers, and for AppRec 1.0 itself (HITS 1168 §8.3)."""
        row = self.message_type
        return row is not None and (row.apprec == "1.0" or row.short_name == "apprec-1.0")

    def finding(
        self,
        code: str,
        at: etree._Element | Place,
        attribute: str = "",
        /,
        *,
        detail: str = "",
        apprec: str | None = None,
        **facts: str,
    ) -> Finding:
        """A finding of rule ``code`` at an element (or an attribute of it); ``facts`` fill the blanks of its detail."""
        place = at if isinstance(at, Place) else self.places.of(at, attribute)
        return self.rules.finding(code, place, facts, detail=detail, apprec=apprec, old_generation=self.old_generation)
