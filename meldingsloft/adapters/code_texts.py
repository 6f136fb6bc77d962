"""The catalogue of code texts: everything a finding or error code means, from ``data/codes/*.toml``.

One file for each room that gives codes. A file is read when a code may be in it; one table is parsed at a time.
"""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

from meldingsloft import data
from meldingsloft.domain.code_texts import CodeFile, CodeText, Language
from meldingsloft.domain.errors import NothingMatchedError

_FOLDER = Path(data.__file__).parent / "codes"


class CodeTexts:
    """The texts of all codes of one folder of TOML files (the shipped one by default)."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._folder = folder

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, by file name and place in it."""
        return tuple(code for file in _files(self._folder).values() for code in file.codes)

    @property
    def by_file(self) -> dict[str, tuple[str, ...]]:
        """The codes of each file, by its name without ``.toml``."""
        return {name: file.codes for name, file in _files(self._folder).items()}

    def find(self, code: str, language: Language = "en") -> CodeText | None:
        """The texts of a code, None when it has none."""
        return next((text for file in _files(self._folder).values() if (text := file.read(code, language))), None)

    def explain(self, code: str, language: Language = "en") -> CodeText:
        """The texts of a code, in whatever case it is written.

        Raises:
            NothingMatchedError: ``ML-N010`` for a code that is none; carries the nearest ones.
        """
        known = code.strip().upper()
        text = self.find(known, language)
        if text is None:
            near = difflib.get_close_matches(known, self.codes, n=3, cutoff=0.6)
            hint = f"did you mean {' or '.join(near)}?" if near else "`meldingsloft explain --list` shows all codes"
            raise NothingMatchedError("ML-N010", f"there is no code {known[:40]!r}", hint=hint)
        return text


@cache
def _files(folder: Path) -> dict[str, CodeFile]:
    return {path.stem: CodeFile(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))}
