"""A payload made ready for its envelope: encrypted to the receiver, or plain where the message standard exempts it.

Order of the road: MIME entity or bare document, gzip where agreed, then CMS (HIS 1037 §5.5; HITS 1171 ch. 6; EB-160, EB-162).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Literal

from meldingsloft.crypto import cms
from meldingsloft.domain.envelopes import Sealed
from meldingsloft.domain.identifiers import ContentId
from meldingsloft.ebxml.plaintext import Plaintext, write_plaintext


def seal(
    payload: bytes,
    *,
    recipients: Sequence[bytes],
    content_id: ContentId,
    entropy: Callable[[int], bytes],
    namespace: str = "",
    version: str = "",
    plaintext: Plaintext = "mime",
    cipher: Literal["aes-256-cbc", "3des-cbc"] = "aes-256-cbc",
    compress: bool = False,
) -> Sealed:
    """The payload encrypted to certificates (DER); it opens to exactly the bytes given.

    ``namespace`` and ``version`` are those of the business document, for eb:Schema (HITS 1210 req 5). ``compress`` gzips the
    document first and is for agreed processes only.

    Raises:
        CertificateError: a certificate that cannot be encrypted to.
    """
    document = _gzip(payload) if compress else payload
    form: Plaintext = "bare" if compress else plaintext
    sealed = cms.encrypt(write_plaintext(document, form), recipients, cipher=cipher, entropy=entropy)
    return Sealed(content_id, sealed, encrypted=True, namespace=namespace, version=version)


def leave_plain(payload: bytes, *, content_id: ContentId, namespace: str = "", version: str = "") -> Sealed:
    """The payload as it is, for messages whose standard exempts them from encryption (HITS 1171 ch. 6)."""
    return Sealed(content_id, payload, encrypted=False, namespace=namespace, version=version)


def _gzip(data: bytes) -> bytes:
    """The same bytes for the same data: no name, no time."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()
