"""GN-002: the document is a message type of the catalogue, or an envelope, CPP or CPA."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import Check
from meldingsloft.validate.subject import BASE64_CONTAINER
from meldingsloft.xmlsafe import local_name, namespace_of

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.catalogue import Catalogue
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _look(subject: Subject) -> Iterator[Finding]:
    root = subject.root
    if not subject.known_root:
        yield _unknown(subject, root)
    elif subject.in_head:
        if subject.contents and subject.message_type is None:
            yield _unknown(subject, subject.contents[0])
    elif root.tag == BASE64_CONTAINER or (subject.message_type is not None and subject.message_type.in_msghead):
        yield subject.finding("GN-002", root, detail="bare", found=local_name(root))


def _unknown(subject: Subject, element: etree._Element) -> Finding:
    facts = {"found": local_name(element), "namespace": namespace_of(element)}
    near = nearest_namespace(subject.catalogue, namespace_of(element), local_name(element))
    return subject.finding("GN-002", element, detail="near" if near else "unknown", near=near, **facts)


def nearest_namespace(catalogue: Catalogue, namespace: str, root: str) -> str:
    """The namespace of the catalogue that was probably meant, ``""`` when none is like it; the same root's go first."""
    same = [row.namespace for row in catalogue if row.root == root and row.namespace != namespace]
    others = [row.namespace for row in catalogue if row.namespace != namespace]
    for known in (same, others):
        found = difflib.get_close_matches(namespace, known, n=1, cutoff=0.85)
        if found:
            return found[0]
    return ""


CHECK = Check(("GN-002",), "rules", _look, answer=True)
