"""The head of any message, whichever of the three forms it comes in (rule GN-002: dispatch on root and namespace).

MsgHead around a fagmelding, ``Message`` with a head of its own, ``AppRec``. Reading is tolerant: it says what stands there
and leaves empty what does not; whether the message is valid is for ``validate`` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.domain.catalogue import Catalogue
from meldingsloft.domain.errors import InvalidMessageError
from meldingsloft.domain.heads import Head
from meldingsloft.hodemelding.apprec_reading import read_apprec
from meldingsloft.hodemelding.message_reading import FAMILIES, read_message
from meldingsloft.hodemelding.msghead_reading import NAMESPACE, read_msghead

if TYPE_CHECKING:
    from lxml import etree

_LONGEST_SHOWN = 150
"""Characters of an unknown root element that are told."""


def read_head(root: etree._Element, catalogue: Catalogue) -> Head:
    """Who, what and when of a parsed message.

    A hodemelding around something that is not in the catalogue has the type ``msghead-1.2``.

    Raises:
        InvalidMessageError: ``ML-V010``, the root element belongs to no message type; the AppRec code for it is T10.
    """
    tag: str = root.tag
    namespace, _, name = tag[1:].rpartition("}")
    if namespace == NAMESPACE and name == "MsgHead":
        return read_msghead(root, catalogue)
    message_type = catalogue.of_content(namespace, name)
    if message_type is not None:
        p = "{" + namespace + "}"
        if message_type.family == "apprec":
            return read_apprec(root, p, message_type)
        if message_type.family in FAMILIES and not message_type.in_msghead:
            return read_message(root, p, message_type)
    raise _unknown(tag, in_msghead=message_type is not None)


def _unknown(tag: str, *, in_msghead: bool) -> InvalidMessageError:
    shown = tag if len(tag) <= _LONGEST_SHOWN else f"{tag[:_LONGEST_SHOWN]}…"
    if in_msghead:
        return InvalidMessageError(
            "ML-V011", f"the fagmelding {shown} stands alone", hint="it belongs in MsgHead/Document/RefDoc/Content"
        )
    return InvalidMessageError(
        "ML-V010", f"no message type has the root element {shown}", hint="`meldingsloft types` lists the known ones"
    )
