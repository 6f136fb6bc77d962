"""Identifiers as the standards write them.

HER-id: running number of a party in Adresseregisteret (HIS 1153-1 ch. 4), digits only in envelopes (HITS 1172 §5.8).
MsgId: identifier of a fagmelding or AppRec, a UUID (HIS 80415:2012 §3.3.4, rule GN-005).
MessageId: identifier of an ebXML message, UUID or RFC 2822 id (HIS 1037 §6.2.1, HITS 1172 r102).
"""

from __future__ import annotations

import re
from typing import NewType

HerId = NewType("HerId", str)
MsgId = NewType("MsgId", str)
MessageId = NewType("MessageId", str)
ConversationId = NewType("ConversationId", str)
CpaId = NewType("CpaId", str)
ContentId = NewType("ContentId", str)

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HER = re.compile(r"[0-9]{1,12}")
_RFC_2822 = re.compile(r"<?[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:-]+(?:@[A-Za-z0-9.\[\]:_-]+)?>?")


def is_uuid(text: str) -> bool:
    """True for the canonical form 8-4-4-4-12 hexadecimal, either case (rule GN-005)."""
    return _UUID.fullmatch(text) is not None


def is_her_id(text: str) -> bool:
    """True for one to twelve ASCII digits (HITS 1172 §5.8, rules 58–61)."""
    return _HER.fullmatch(text) is not None


def is_message_id(text: str) -> bool:
    """True for a UUID or something shaped as an RFC 2822 id (HITS 1172 r102, EB-066)."""
    return is_uuid(text) or _RFC_2822.fullmatch(text) is not None


def default_cpa_id(one: HerId, other: HerId) -> CpaId:
    """``<lower>_<higher>`` by numeric value, for two parties without a CPA (HIS 1037 §6.2.1, EB-059)."""
    low, high = sorted((one, other), key=int)
    return CpaId(f"{low}_{high}")
