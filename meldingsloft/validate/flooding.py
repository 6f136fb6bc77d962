"""Documents with more violations than anybody will read: judging them stops early.

libxml2 tells each violation with the path of its node, which it finds by counting siblings: a hundred thousand wrong elements
in a row would take it minutes. So a document of many elements is first read as a stream, where no path is asked for, and left
as soon as enough is wrong. Only what was read so far is then explained.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lxml import etree

_MANY = 10_000
"""Signs ``<``; documents with fewer are judged in one go, whatever is wrong with them."""
_SHORTEST = len("<a/>")
_ENOUGH = 200
"""Violations."""
_STEP = 1024
"""Bytes between two looks at what has been found."""


def is_long(data: bytes) -> bool:
    """True for a document in which violations may be too many to be told one by one."""
    return len(data) >= _MANY * _SHORTEST and data.count(b"<") >= _MANY


@lru_cache(maxsize=1)
def first_faults(data: bytes, schema: Any, enough: int = _ENOUGH) -> bytes | None:
    """The beginning of a document up to where ``enough`` violations of its schema have been found; None when they are fewer."""
    parser = etree.XMLPullParser(
        events=(),
        schema=schema,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        collect_ids=False,
        huge_tree=True,
    )
    for start in range(0, len(data), _STEP):
        parser.feed(data[start : start + _STEP])
        if len(parser.feed_error_log) >= enough:
            return data[: start + _STEP]
    return None
