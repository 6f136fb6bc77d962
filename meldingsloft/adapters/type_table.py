"""The shipped message catalogue as domain rows.

The table is ``data/message-types.csv``: one row a message type and version, columns named as the fields of
``MessageType``; a column with several values separates them with ``|``. Sources: the HIS documents named in each row,
kodeverk 8279 for types and actions, HISD 1209:2018 for actions, HITS 1168 §8.3 for the AppRec version.
"""

from __future__ import annotations

import csv
import functools
import io
from typing import Any

from meldingsloft.data import read_text
from meldingsloft.domain.catalogue import Catalogue, MessageType

_MANY = ("type_codes", "type_names", "actions", "action_names", "change_codes", "profiles")
_FLAGS = ("in_msghead", "build", "view")


@functools.cache
def load_catalogue() -> Catalogue:
    """All message types, in the order of the table; read once."""
    table = io.StringIO(read_text("message-types.csv"))
    return Catalogue([_row(values) for values in csv.DictReader(table)])


def _row(values: dict[str, Any]) -> MessageType:
    for column in _MANY:
        values[column] = tuple(values[column].split("|")) if values[column] else ()
    for column in _FLAGS:
        values[column] = values[column] == "yes"
    return MessageType(**values)
