"""Keys in memory; keeps the contract of ``ports.Keys``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meldingsloft import ports
from meldingsloft.domain.errors import ConfigError
from meldingsloft.domain.identifiers import HerId


class FakeKeys:
    """Signing keys by HER-id, decryption keys newest first."""

    def __init__(
        self, signing: Mapping[HerId, ports.SigningKey], decryption: Sequence[ports.DecryptionKey] = ()
    ) -> None:
        self.signing = dict(signing)
        self.decryption = tuple(decryption)

    def signing_key(self, her_id: HerId) -> ports.SigningKey:
        if her_id not in self.signing:
            raise ConfigError("ML-C120", f"there is no signing key for {her_id}")
        return self.signing[her_id]

    def decryption_keys(self) -> Sequence[ports.DecryptionKey]:
        return self.decryption
