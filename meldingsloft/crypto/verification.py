"""Verifying XML signatures of envelopes and of business documents, and telling apart what is wrong.

The verdict is mathematics alone: are these the bytes that the key in that certificate signed? Whether the certificate may
speak is asked of ``crypto.trust``. An envelope's signature must cover the envelope and every part (EB-140–EB-145, EB-149); a
message's signature covers the document it stands in. Digests are compared and the signature value is checked independently of
each other, so that a missing part, an altered part, an altered header, another key and another canonicalisation have each
their own reason. Envelopes of the usual form take a short way (``usual_form``) that only ever says yes. The caller's tree is
never changed. Sources: XML Signature §3.2, HIS 1037:2011 §5.5, HITS 1172:2017 §5.10.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding

from meldingsloft.crypto import algorithms as alg
from meldingsloft.crypto import canonical, header_filter, usual_form
from meldingsloft.crypto.signature_reading import (
    SIGNATURE,
    Reference,
    SignatureFacts,
    SignatureRefusedError,
    read_signature,
    stated_algorithms,
    stated_certificate,
)
from meldingsloft.crypto.signature_report import Algorithms, Reason, SignatureReport
from meldingsloft.domain.envelopes import SignedReference
from meldingsloft.domain.errors import SignatureError
from meldingsloft.domain.identifiers import ContentId

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["Algorithms", "Reason", "SignatureReport", "verify_envelope", "verify_message"]

_ENVELOPE = f"{{{alg.SOAP}}}Envelope"
_HEADER = f"{{{alg.SOAP}}}Header"
_PKCS1 = padding.PKCS1v15()
_UNSIGNED = SignatureReport("unsigned", None)


def verify_envelope(root: etree._Element, parts: Mapping[ContentId, bytes]) -> SignatureReport:
    """The report on an ebXML envelope; ``parts`` are the decoded octets of all its other MIME parts by Content-ID.

    Valid says: exactly one signature, a child of SOAP:Header, covering the envelope (but for what is addressed to a next
    MSH) and every part.
    """
    signatures = list(root.iter(SIGNATURE))
    if not signatures:
        return _UNSIGNED
    holder = signatures[0].getparent()
    if (
        len(signatures) != 1
        or holder is None
        or holder.tag != _HEADER
        or holder.getparent() is not root
        or root.tag != _ENVELOPE
    ):
        return SignatureReport(
            "invalid", Reason.MALFORMED, detail="there must be one signature, a child of SOAP:Header"
        )
    if root.getparent() is not None or len(list(root.iterchildren(_HEADER))) != 1:
        return SignatureReport("invalid", Reason.MALFORMED, detail="there must be one SOAP:Header")
    held = usual_form.held(root, signatures[0], parts)
    if held is not None:
        return SignatureReport(
            "valid", Reason.OK, held.certificate, held.references, held.references_xml, Algorithms(*held.algorithms)
        )
    return _Verifier(root, signatures[0], parts, altered=Reason.HEADER_ALTERED).report()


def verify_message(root: etree._Element) -> SignatureReport:
    """The report on a business document with an enveloped signature as a child of its root.

    Signatures deeper in the document are not looked at.
    """
    signatures = root.findall(SIGNATURE)
    if not signatures:
        return _UNSIGNED
    if len(signatures) != 1 or root.getparent() is not None:
        return SignatureReport("invalid", Reason.MALFORMED, detail="there is more than one signature")
    return _Verifier(root, signatures[0], {}, altered=Reason.MESSAGE_ALTERED).report()


class _Verifier:
    """One signature being looked at; keeps the canonical forms that several steps need."""

    def __init__(
        self, root: etree._Element, signature: etree._Element, parts: Mapping[ContentId, bytes], altered: Reason
    ) -> None:
        self._root = root
        self._signature = signature
        self._parts = parts
        self._altered = altered
        self._inside: bytes | None = None
        """The signature as it stands in the inclusive canonical form of the document, where that could be cut."""

    def report(self) -> SignatureReport:
        """The report."""
        try:
            return self._judged(read_signature(self._signature, one_certificate=self._altered is Reason.HEADER_ALTERED))
        except SignatureRefusedError as refusal:
            return self._refused(refusal.reason, refusal.detail)
        except SignatureError as refusal:
            return self._refused(Reason.MALFORMED, refusal.message)

    def _refused(self, reason: Reason, detail: str) -> SignatureReport:
        stated = Algorithms(*stated_algorithms(self._signature))
        return SignatureReport("invalid", reason, stated_certificate(self._signature), algorithms=stated, detail=detail)

    def _judged(self, facts: SignatureFacts) -> SignatureReport:
        references = tuple(self._looked_at(reference) for reference in facts.references)
        signed = self._signed_info(facts)
        reason, detail = self._coverage(facts, references)
        reason = reason or _fault_of(references, self._altered) or _value_fault(facts, signed)
        stated = Algorithms(facts.method_uri, references[0].digest_algorithm, facts.form_uri)
        if reason is not None:
            return SignatureReport("invalid", reason, facts.certificate, references, algorithms=stated, detail=detail)
        fragments = _fragments(facts, signed)
        return SignatureReport("valid", Reason.OK, facts.certificate, references, fragments, stated)

    def _looked_at(self, reference: Reference) -> SignedReference:
        verdict = self._verdict(reference)
        return SignedReference(reference.uri, verdict, alg.DIGEST_URIS[reference.digest_name], reference.digest_value)

    def _verdict(self, reference: Reference) -> str:
        if reference.kind == "refused":
            return "refused"
        if reference.kind == "document":
            octets: bytes | None = self._document(reference)
        else:
            octets = self._part(reference)
            if octets is None:
                return "missing"
        if octets is None:
            return "refused"
        return "ok" if hmac.compare_digest(alg.HASHERS[reference.digest_name](octets), reference.digest) else "altered"

    def _part(self, reference: Reference) -> bytes | None:
        name = self._named(reference)
        return self._parts[name] if name is not None else None

    def _named(self, reference: Reference) -> ContentId | None:
        """The one part a ``cid:`` URI stands for: by its percent-decoded form, else as it is written."""
        decoded, written = ContentId(reference.content_id), ContentId(reference.uri[4:])
        return decoded if decoded in self._parts else written if written in self._parts else None

    def _document(self, reference: Reference) -> bytes | None:
        """The octets that ``URI=""`` stands for, after its transforms; None when nothing is left of the document."""
        cut = canonical.cut(canonical.document(self._root, reference.form), self._signature)
        if cut is not None:
            if not reference.form.exclusive:
                self._inside = cut.inside
            if not (reference.filtered and header_filter.mentions_actors(cut.without)):
                return cut.without
        root = header_filter.without(self._root, self._signature, filtered=reference.filtered)
        return canonical.document(root, reference.form) if root is not None else None

    def _signed_info(self, facts: SignatureFacts) -> bytes:
        """SignedInfo in its canonical form."""
        node, form = facts.signed_info, facts.form
        if self._inside is not None and not form.exclusive and not form.comments:
            cut = canonical.cut(self._inside, node)
            apex = canonical.as_apex(cut.inside, node) if cut else None
            if apex is not None:
                return apex
        return canonical.element(node, form)

    def _coverage(self, facts: SignatureFacts, references: tuple[SignedReference, ...]) -> tuple[Reason | None, str]:
        """Whether the References are those that there must be (EB-142, EB-143, EB-149)."""
        refused = next(
            (
                r.detail or "the Reference leaves nothing"
                for r, s in zip(facts.references, references, strict=True)
                if s.verdict == "refused"
            ),
            "",
        )
        if refused:
            return Reason.REFERENCE_REFUSED, refused
        parts = [reference for reference in facts.references if reference.kind == "part"]
        if len(facts.references) - len(parts) != 1:
            return Reason.REFERENCE_REFUSED, "there must be one Reference to the document"
        if self._altered is Reason.MESSAGE_ALTERED and parts:
            return Reason.REFERENCE_REFUSED, "a message's signature refers to parts of a mail"
        if len({reference.uri for reference in parts}) != len(parts):
            return Reason.REFERENCE_REFUSED, "two References are to the same part"
        named = {self._named(reference) for reference in parts}
        if any(content_id not in named for content_id in self._parts):
            return Reason.REFERENCE_REFUSED, "a part is not covered by the signature"
        return None, ""


def _fault_of(references: tuple[SignedReference, ...], altered: Reason) -> Reason | None:
    """The gravest thing the digests tell."""
    verdicts = {(reference.uri == "", reference.verdict) for reference in references}
    if (False, "missing") in verdicts:
        return Reason.ATTACHMENT_MISSING
    if (False, "altered") in verdicts:
        return Reason.ATTACHMENT_ALTERED
    return altered if (True, "altered") in verdicts else None


def _value_fault(facts: SignatureFacts, signed: bytes) -> Reason | None:
    """None when the signature value is that of SignedInfo under the certificate's key.

    Else opening the value with the public key decides: no padding inside means another key, another digest another text.
    """
    algorithm = alg.HASHES[facts.method.hash_name]
    scheme: padding.AsymmetricPadding = _PKCS1
    if facts.method.pss:
        scheme = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
    try:
        facts.public_key.verify(facts.value, signed, scheme, algorithm)
    except InvalidSignature:
        return Reason.WRONG_KEY if facts.method.pss or not _opens(facts) else Reason.CANONICALISATION
    return None


def _opens(facts: SignatureFacts) -> bool:
    try:
        facts.public_key.recover_data_from_signature(facts.value, _PKCS1, None)
    except (InvalidSignature, ValueError):
        return False
    return True


def _fragments(facts: SignatureFacts, signed: bytes) -> tuple[bytes, ...]:
    """Each Reference by itself, from the canonical text of SignedInfo where it can be cut there."""
    texts = _pieces(signed, canonical.qualified_name(facts.references[0].node).encode())
    if len(texts) != len(facts.references):
        return tuple(canonical.element(reference.node, alg.CanonicalForm()) for reference in facts.references)
    return tuple(_self_contained(text, reference.node) for text, reference in zip(texts, facts.references, strict=True))


def _pieces(signed: bytes, name: bytes) -> list[bytes]:
    """Each element of a name in canonical bytes, none where comments or processing instructions could look like one."""
    if canonical.holds_more_than_elements(signed):
        return []
    closing = b"</" + name + b">"
    starts = [(piece, piece.find(b"<" + name + b" ")) for piece in signed.split(closing)[:-1]]
    return [piece[start:] + closing for piece, start in starts if start >= 0]


def _self_contained(text: bytes, node: etree._Element) -> bytes:
    """A Reference's canonical text with the declarations of all prefixes that it uses in names or in its XPath."""
    scope = dict(node.nsmap)
    xpath = next(node.iter(f"{{{alg.DS}}}XPath"), None)
    if xpath is not None:
        scope |= xpath.nsmap
    needed = [(prefix, uri) for prefix, uri in scope.items() if _needs(text, prefix, node)]
    declarations = canonical.start_tag("", needed, {})[1:-1]
    end = len(canonical.qualified_name(node).encode()) + 1
    return text[:end] + declarations + text[end:]


def _needs(text: bytes, prefix: str | None, node: etree._Element) -> bool:
    if prefix is None:
        return not node.prefix and b' xmlns="' not in text
    name = prefix.encode()
    return name + b":" in text and b" xmlns:" + name + b'="' not in text
