"""A baseline as a JSON file, ``meldingsloft.baseline/1``: one line a fingerprint, sorted, so that a change reads well in a diff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meldingsloft.adapters.durable import read_file, write_file
from meldingsloft.domain.errors import ConfigError
from meldingsloft.validate.baseline import Baseline, Entry

FORM = "meldingsloft.baseline/1"


def read_baseline(path: Path) -> Baseline:
    """The baseline of a file.

    Raises:
        ConfigError: ``ML-C130``: it is no baseline.
        MailboxError: ``ML-P0…``.
    """
    data = read_file(path)
    try:
        made: Any = json.loads(data)
        if made["form"] != FORM:
            raise ValueError
        entries = {
            str(each["fingerprint"]): Entry(
                str(each["file"]), str(each["code"]), str(each["path"]), int(each.get("count", 1))
            )
            for each in made["findings"]
        }
        return Baseline(entries, str(made.get("language", "")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ConfigError(
            "ML-C130",
            "the file is no baseline",
            hint="make one with `meldingsloft validate … --write-baseline FILE`",
            where=str(path),
        ) from None


def write_baseline(path: Path, baseline: Baseline) -> None:
    """The file, whole or not at all.

    Raises:
        MailboxError: ``ML-P0…``.
    """
    order = sorted(baseline.entries.items(), key=lambda pair: (pair[1].file, pair[1].path, pair[1].code, pair[0]))
    lines = [json.dumps(_row(mark, entry), separators=(", ", ": ")) for mark, entry in order]
    listed = "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"
    text = f'{{\n  "form": "{FORM}",\n  "language": "{baseline.language}",\n  "findings": {listed}\n}}\n'
    write_file(path, text.encode("ascii"), mode=0o644)


def _row(mark: str, entry: Entry) -> dict[str, Any]:
    return {
        "fingerprint": mark,
        "file": entry.file,
        "code": entry.code,
        "path": entry.path,
        "count": entry.count,
    }
