"""All facts of an AppRec document, read as tolerantly as its head (``hodemelding.apprec_reading``).

``write(read(root))`` gives the same facts back; what the AppRec room does not know (MedSpeciality) is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.apprec.codes import NAMESPACES, Version
from meldingsloft.apprec.document import AppRecDocument
from meldingsloft.domain.errors import InvalidMessageError
from meldingsloft.domain.heads import Address
from meldingsloft.hodemelding.apprec_reading import read_facts
from meldingsloft.hodemelding.hcp_reading import read_place
from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of, text

if TYPE_CHECKING:
    from lxml import etree

_VERSIONS: dict[str, Version] = {NAMESPACES["1.0"]: "1.0", NAMESPACES["1.1"]: "1.1"}


def read(root: etree._Element) -> AppRecDocument:
    """The facts of an AppRec; what is missing is empty.

    Raises:
        InvalidMessageError: ``ML-V012``, the root element is not that of AppRec 1.0 or 1.1.
    """
    p = prefix_of(root)
    version = _VERSIONS.get(p[1:-1])
    if version is None or root.tag != p + "AppRec":
        raise InvalidMessageError(
            "ML-V012",
            "the document is not an AppRec of version 1.0 or 1.1",
            hint="name a document with the root AppRec",
        )
    facts = read_facts(root, p)
    sender, receiver = child(root, p + "Sender"), child(root, p + "Receiver")
    return AppRecDocument(
        version=version,
        id=text(root, p + "Id"),
        generated=text(root, p + "GenDate"),
        sender=read_place(sender, p) or Address(),
        sender_role=code(sender, p + "Role"),
        receiver=read_place(receiver, p) or Address(),
        receiver_role=code(receiver, p + "Role"),
        status=facts.status,
        errors=facts.errors,
        original_type=facts.original_type,
        original_type_name=attribute(child(child(root, p + "OriginalMsgId"), p + "MsgType"), "DN"),
        original_issued=facts.original_issued,
        original_id=facts.original_id,
        software_name=text(root, p + "SoftwareName"),
        software_version=text(root, p + "SoftwareVersion"),
    )
