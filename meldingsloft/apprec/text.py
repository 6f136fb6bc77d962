"""Text as XML: escaped so that a parser gives back the same text, white space included."""

from __future__ import annotations

import re
from urllib.parse import quote

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile(r"[ !#-%'-;=?-~]*")
"""Signs that stand for themselves everywhere, and what nearly every value is made of."""
_SPECIAL = re.compile('[&<>"\t\n\r]')
_REPLACED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


def escape(text: str) -> str:
    """Text for an element or an attribute in double quotes; characters XML cannot carry become U+FFFD."""
    if _PLAIN.fullmatch(text):
        return text
    clean = _FORBIDDEN.sub("\ufffd", text)
    return _SPECIAL.sub(lambda found: _REPLACED[found[0]], clean)


def element(name: str, text: str) -> str:
    """``<name>text</name>``, nothing when there is no text."""
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def attribute(name: str, text: str) -> str:
    """`` name="text"``, nothing when there is no text."""
    return f' {name}="{escape(text)}"' if text else ""


_REST = r"(?:[^%\[\]#]|%[0-9A-Fa-f]{2})*"
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://[A-Za-z0-9.\-]+(?:/{_REST})?|(?!//){_REST})", re.DOTALL)


def uri(text: str) -> str:
    """A telephone or mail address as xs:anyURI: as it is where it can be one, else percent-encoded behind its scheme."""
    if _URI.fullmatch(text):
        return text
    scheme, colon, rest = text.partition(":")
    if colon and scheme.isascii() and scheme.isalpha():
        return f"{scheme}:{quote(rest, safe='', errors='replace')}"
    return quote(text, safe="", errors="replace")
