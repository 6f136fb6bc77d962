"""meldingsloft: build, validate, sign, encrypt, wrap, send, receive, open and answer Norwegian health messages.

The steps of the command line are importable; each is one documented, typed function that takes and returns values and
never prints. Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from meldingsloft.version import __version__

_HOMES = {
    "Msh": "flow.msh",
    "MshSettings": "flow.msh",
    "SendOptions": "flow.sending",
    "answer": "apprec.answering",
    "assess": "crypto.trust",
    "build": "fagmelding.building",
    "decrypt": "crypto.cms",
    "deliver": "flow.sending",
    "encrypt": "crypto.cms",
    "envelop": "ebxml.envelope",
    "make_crl": "crypto.revocation_making",
    "make_ocsp": "crypto.revocation_making",
    "make_pki": "adapters.pki_making",
    "prepare": "flow.sending",
    "read_head": "hodemelding.heads",
    "read_plan": "adapters.pki_plan",
    "receive": "flow.receiving",
    "rehearse": "adapters.rehearsing",
    "renew": "adapters.renewal",
    "seal": "ebxml.sealing",
    "sign_message": "crypto.signing",
    "status_of": "crypto.revocation",
    "validate_message": "validate.message",
    "verify_envelope": "crypto.verification",
    "verify_message": "crypto.verification",
}
__all__ = ["__version__", "read_envelope", *_HOMES]  # noqa: PLE0604 - all of them are strings


def __getattr__(name: str) -> object:
    import importlib

    if name == "read_envelope":
        return importlib.import_module("meldingsloft.ebxml.opening").read
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'meldingsloft' has no attribute {name!r}")
    return getattr(importlib.import_module(f"meldingsloft.{home}"), name)
