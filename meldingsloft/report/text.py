"""What a terminal can show: colours by severity, and stand-ins for signs its encoding lacks."""

from __future__ import annotations

from dataclasses import dataclass

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
