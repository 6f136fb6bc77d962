"""Namespaces, actors and fixed values of the envelope, as SOAP 1.1, ebMS 2.0 and XMLDSig spell them."""

from __future__ import annotations

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EB = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"

TO_PARTY_MSH = "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH"
NEXT_MSH = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"
NEXT = "http://schemas.xmlsoap.org/soap/actor/next"
UNSIGNED_ACTORS = frozenset({NEXT_MSH, NEXT})
"""What is addressed to these is outside the signature (HIS 1037 §5.5), so no fact is ever read from it."""
OUR_ACTORS = frozenset({"", TO_PARTY_MSH, NEXT_MSH, NEXT})
"""The SOAP roles a receiver plays (HITS 1172 §5.7.2)."""

ERROR_CONTEXT = "urn:oasis:names:tc:ebxml-msg:service:errors"
VERSION = "2.0"
ERROR_CODES = frozenset(
    {
        "ValueNotRecognized",
        "NotSupported",
        "Inconsistent",
        "OtherXml",
        "DeliveryFailure",
        "TimeToLiveExpired",
        "SecurityFailure",
        "MimeProblem",
        "Unknown",
    }
)
"""HIS 1037 §7.2.4, ebMS §4.2.3.4."""
