"""All checks for receivers. A new one is a function with its check in its module, and its texts in ``data/codes/rx.toml``."""

from __future__ import annotations

from meldingsloft.validate.receivers import messages, mime, payloads, signature
from meldingsloft.validate.receivers.checks import ReceiverCheck

CHECKS: tuple[ReceiverCheck, ...] = (mime.CHECK, *signature.CHECKS, *payloads.CHECKS, *messages.CHECKS)
