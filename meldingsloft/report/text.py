"""What a terminal can show: colours by severity, and stand-ins for signs its encoding lacks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_STAND_INS = str.maketrans(
    {
        "…": "...", "–": "-", "—": "-", "‑": "-", "→": "->", "←": "<-", "✓": "ok", "✗": "x", "≤": "<=", "≥": ">=", "×": "x",
        "“": '"', "”": '"', "‘": "'", "’": "'", "•": "*", "\u00a0": " ",
    }
)  # fmt: skip
_IN_ASCII = str.maketrans(
    {"«": '"', "»": '"', "§": "par. ", "æ": "ae", "ø": "o", "å": "a", "Æ": "Ae", "Ø": "O", "Å": "A"}
)
_SGR = {"error": "1;31", "warning": "1;33", "info": "1;36", "dim": "2", "bold": "1", "good": "1;32"}

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that steer a terminal, break a line, turn the direction of writing, or are none."""
_UNPRINTED = re.compile("[\x7f-\x9f\ud800-\udfff]")
_STEERING = re.compile("\x1b(?!\\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST = 100


def one_line(text: str) -> str:
    """An identifier from outside as a person may be shown it: on one line, of bearable length, with ``?`` for what is no sign."""
    shown = _CONTROL.sub("?", text[: _LONGEST + 1])
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def unsteered(text: str) -> str:
    """Text with ``?`` for everything that would steer a terminal, but for line ends and colours."""
    return _STEERING.sub("?", text)


def json_text(values: Mapping[str, Any]) -> str:
    """One JSON object on one line that UTF-8 can carry and no terminal is steered by."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return _UNPRINTED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n"


@dataclass(frozen=True, slots=True)
class Terminal:
    """One output stream, judged by itself."""

    colour: bool = False
    encoding: str = "utf-8"

    def style(self, text: str, name: str) -> str:
        """The text in the colour of a severity (or ``dim``, ``bold``, ``good``); as it is where there are no colours."""
        return f"\x1b[{_SGR[name]}m{text}\x1b[0m" if self.colour else text

    def fitted(self, text: str) -> str:
        """The text with only signs this terminal can show; signs without a stand-in become ``?``."""
        return fitted(text, self.encoding)


PLAIN = Terminal()


def fitted(text: str, encoding: str) -> str:
    """The text as an encoding can carry it: ``…`` becomes ``...`` in ISO-8859-1, ``ø`` becomes ``o`` in ASCII."""
    for stage in (text, text.translate(_STAND_INS), text.translate(_STAND_INS).translate(_IN_ASCII)):
        try:
            stage.encode(encoding)
        except UnicodeEncodeError:
            continue
        return stage
    return text.translate(_STAND_INS).encode(encoding, "replace").decode(encoding)
