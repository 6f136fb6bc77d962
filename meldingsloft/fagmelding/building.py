"""Build: from a case to the exact bytes that will travel.

The same case, ids, time and attachments give the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from meldingsloft.domain.catalogue import Catalogue
from meldingsloft.domain.heads import Built
from meldingsloft.fagmelding.kinds import Raw, Surroundings
from meldingsloft.fagmelding.placing import place_values
from meldingsloft.fagmelding.reading import Locate, read_case
from meldingsloft.fagmelding.registry import form_of
from meldingsloft.fagmelding.writing import document
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.xmlsafe import parse

if TYPE_CHECKING:
    from meldingsloft.ports import CodeLists, Ids

_CANCELLATIONS = frozenset({"c", "kansellering"})


def _no_attachments(_name: str) -> bytes:
    raise FileNotFoundError


def build(
    short_name: str,
    case: Mapping[str, Raw],
    *,
    catalogue: Catalogue,
    codes: CodeLists,
    ids: Ids,
    now: dt.datetime,
    load_attachment: Callable[[str], bytes] = _no_attachments,
    locate: Locate = lambda _path: "",
) -> Built:
    """The message that a case describes.

    ``case`` is as TOML or JSON gives it, ``now`` aware; ``load_attachment`` gives the bytes of a file named in the case and
    ``locate`` tells where in the file a key stands.

    Raises:
        UnknownTypeError: ``ML-C010``, no such type.
        WrongUsageError: ``ML-C042``, the type has no case form.
        CaseError: ``ML-C040``, with every problem of the case; ``ML-C043``, the message would be larger than 10 MB.
    """
    catalogue.named(short_name)
    form = form_of(short_name)
    cancels = str(case.get("change", "")).strip().casefold() in _CANCELLATIONS
    around = Surroundings(codes, ids, now, load_attachment, cancels)
    root = place_values(form, read_case(form, case, around, locate), around)
    payload = document(root, {form.namespaces[prefix]: prefix for prefix in form.prefixed})
    _small_enough(payload)
    return Built(read_head(parse(payload), catalogue), payload)


LARGEST = 10_000_000
"""Bytes of a whole message (rule GN-015, HIS 1036:2011 §3.2)."""


def _small_enough(payload: bytes) -> None:
    from meldingsloft.domain.errors import CaseError

    if len(payload) > LARGEST:
        raise CaseError(
            "ML-C043",
            f"the message would have {len(payload)} bytes and may have {LARGEST}",
            hint="send smaller attachments, or fewer",
        )
