"""CRLs and OCSP responses in files: what an issuer's web site or responder said, fetched by whatever means and put here.

A folder's files are looked at by content, not by name: DER or PEM CRLs, DER OCSP responses; what is neither is passed over. The files
may come and go at any time: every look is believed for a second, and only files that changed are read again.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Sequence
from pathlib import Path

from meldingsloft.adapters.durable import read_file, trouble
from meldingsloft.crypto.statements import is_statement
from meldingsloft.domain.errors import CertificateError, MailboxError

_PEM = re.compile(rb"-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----")
_LARGEST = 32 * 1024 * 1024
"""Bytes of a file; the largest CRLs of the trade have some."""
_FRESH_SECONDS = 1.0
_OTHERS = frozenset({".toml", ".tmp"})


class FolderRevocations:
    """``ports.Revocations`` over folders (those that are missing hold nothing) and single files."""

    def __init__(self, *places: Path) -> None:
        self._places = places
        self._known: dict[tuple[Path, int, int], tuple[bytes, ...]] = {}
        self._looked = float("-inf")
        self._found: tuple[bytes, ...] = ()

    def statements(self) -> Sequence[bytes]:
        """See ``ports.Revocations``."""
        now = time.monotonic()
        if now - self._looked >= _FRESH_SECONDS:
            self._known = {mark: self._known.get(mark) or _statements_in(mark[0]) for mark in self._marks()}
            self._found = tuple(dict.fromkeys(der for found in self._known.values() for der in found))
            self._looked = now
        return self._found

    def _marks(self) -> list[tuple[Path, int, int]]:
        return [mark for path in files_of(self._places) if (mark := _mark(path)) is not None]


def files_of(places: Sequence[Path]) -> list[Path]:
    """Every file that may hold a statement, in order.

    Raises:
        MailboxError: ``ML-P0…``, a folder cannot be listed.
    """
    found: list[Path] = []
    for place in places:
        try:
            inside = sorted(place.iterdir()) if place.is_dir() else [place]
        except OSError as fault:
            raise trouble(fault, place, "list the CRLs") from None
        found += [path for path in inside if path.suffix not in _OTHERS and not path.name.startswith(".")]
    return found


def read_statements(path: Path) -> tuple[bytes, ...]:
    """DER of the CRLs or the OCSP response in a file, or in the files of a folder.

    Raises:
        CertificateError: ``ML-K008``, a named file holds neither.
        MailboxError: ``ML-P0…``.
    """
    if path.is_dir():
        return tuple(der for file in files_of([path]) for der in statements_of(read_file(file, _LARGEST)))
    found = statements_of(read_file(path, _LARGEST))
    if not found:
        raise CertificateError(
            "ML-K008",
            "the file holds no CRL and no OCSP response",
            hint="give a CRL in PEM or DER, or an OCSP response in DER",
            where=str(path),
        )
    return found


def statements_of(data: bytes) -> tuple[bytes, ...]:
    """DER of the CRLs or the OCSP response in the bytes of a file; empty for anything else."""
    try:
        found = [base64.b64decode(b"".join(one.split()), validate=True) for one in _PEM.findall(data)] or [data]
    except ValueError:
        return ()
    return tuple(der for der in found if is_statement(der))


def _statements_in(path: Path) -> tuple[bytes, ...]:
    """What a file of a folder holds; one that has just gone holds nothing."""
    try:
        return statements_of(read_file(path, _LARGEST))
    except MailboxError:
        return ()


def _mark(path: Path) -> tuple[Path, int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return path, facts.st_mtime_ns, facts.st_size
