"""Chance: the operating system's, or a repeatable stream for runs that shall come out the same (never for real keys).

UUIDs are version 4 (RFC 9562 §5.4) in canonical lower-case form.
"""

from __future__ import annotations

import hashlib
import os


def uuid4_of(entropy: bytes) -> str:
    """The version 4 UUID made of 16 bytes; six of their bits are overwritten."""
    digits = entropy.hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


class RandomIds:
    """``ports.Ids`` from the operating system."""

    def uuid(self) -> str:
        """A new UUID."""
        return uuid4_of(os.urandom(16))

    def entropy(self, size: int) -> bytes:
        """``size`` bytes fit for keys."""
        return os.urandom(size)


class SeededIds:
    """``ports.Ids`` whose stream follows from a seed: SHA-256 over the seed and a running number."""

    def __init__(self, seed: int | str) -> None:
        self._seed = f"meldingsloft {seed} ".encode()
        self._drawn = 0

    def uuid(self) -> str:
        """The next UUID of the stream."""
        return uuid4_of(self.entropy(16))

    def entropy(self, size: int) -> bytes:
        """The next ``size`` bytes of the stream."""
        pieces = b""
        while len(pieces) < size:
            self._drawn += 1
            pieces += hashlib.sha256(self._seed + str(self._drawn).encode()).digest()
        return pieces[:size]
