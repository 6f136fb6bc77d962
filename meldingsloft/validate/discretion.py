"""What of a message may be repeated in a finding: codes, dates of messages, ids of documents; never who or what it is about.

A value that may not be shown is shown as its *form*: digits become 9, letters a and A (``"9999.99.99"``), which tells a
wrong date from a missing one and nobody from anybody.
"""

from __future__ import annotations

import re

_TECHNICAL = frozenset(
    {
        "MIGversion", "GenDate", "MsgId", "RefToParent", "RefToConversation", "IssueDate", "ApprDate", "MimeType", "OidRef",
        "Timestamp", "MessageId", "RefToMessageId", "CPAId", "ConversationId", "Service", "Action", "TimeToLive", "Role",
    }
)  # fmt: skip
"""Elements whose text is about the message."""
_CODED_ATTRIBUTES = frozenset(
    {"V", "S", "U", "version", "mustUnderstand", "type", "id", "signed", "actor", "nil", "Algorithm", "URI", "NULL"}
)
_PERSONAL = re.compile(r"birth|f[oø]d|d[oø]d|death|name|navn|tele|mail|offid", re.IGNORECASE)
_CODE = re.compile(r"[\w.:+/#-]*(?: \d{4}-\d\d-\d\d)?", re.ASCII)
_NUMBER = re.compile(r"(?<![\d-])\d{6}[.-]?\d{5,6}(?!\d)")
"""What may be the number of a person."""
_LONGEST = 60


def shown(value: str, element: str, attribute: str = "") -> str:
    """A value in quotes as it may be shown, given the local names of where it stands; its form where it may not."""
    if value == "":
        return '""'
    plain = attribute in _CODED_ATTRIBUTES if attribute else element in _TECHNICAL
    if plain and not _PERSONAL.search(element) and _CODE.fullmatch(value.strip()):
        return f'"{_shortened(_NUMBER.sub(_masked, value))}"'
    return f'"{_shortened(form_of(value))}"'


def form_of(value: str) -> str:
    """Digits as 9, letters as a or A, blanks and line breaks as blanks, everything else as it is; as long as the value."""
    return "".join(_form_of_sign(sign) for sign in value)


def _form_of_sign(sign: str) -> str:
    if sign.isalpha():
        return "A" if sign.isupper() else "a"
    if sign.isalnum():
        return "9"
    return " " if sign.isspace() else sign


def _masked(match: re.Match[str]) -> str:
    return form_of(match.group())


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
