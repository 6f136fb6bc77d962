"""The head of a message that is not well-formed, as far as it can be made out, so that its sender can be told (T01, AR-079).

Nothing read this way may be used for anything but a negative AppRec.
"""

from __future__ import annotations

from lxml import etree

from meldingsloft.domain.catalogue import Catalogue
from meldingsloft.domain.errors import InvalidMessageError
from meldingsloft.domain.heads import Head
from meldingsloft.hodemelding.heads import read_head

_PARSER = etree.XMLParser(
    recover=True, resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, collect_ids=False
)
_BEGINNING = 1_000_000
"""Bytes that are looked at: heads stand first, and what follows may be anything and without end."""


def recover_head(data: bytes, catalogue: Catalogue) -> Head | None:
    """The head of broken XML, None unless its type, its id, its sender and a recipient can be told."""
    try:
        root = etree.fromstring(data[:_BEGINNING], _PARSER)
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        return None
    try:
        head = read_head(root, catalogue)
    except InvalidMessageError:
        return None
    complete = head.msg_id and head.sender and head.receivers and head.apprec is None
    return head if complete else None
