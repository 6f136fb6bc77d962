"""All commands as data, so that ``--help`` imports none of them."""

from __future__ import annotations


class Entry:
    """One command: the module below ``meldingsloft.cli`` that holds it, and its line in the overview."""

    __slots__ = ("line", "module")

    def __init__(self, module: str, line: str) -> None:
        self.module = module
        self.line = line


SMALL_STEPS: dict[str, Entry] = {
    "types": Entry("types", "the message catalogue"),
    "codes": Entry("codes", "the code lists (kodeverk) and their codes"),
    "build": Entry("build", "a message from a case file"),
    "validate": Entry("validate", "everything that is wrong with messages and envelopes"),
    "explain": Entry("explain", "what a code means and how to mend it"),
    "sign": Entry("sign", "a message with an enveloped signature"),
    "verify": Entry("verify", "who signed, what is covered, whether to trust it"),
    "encrypt": Entry("encrypt", "bytes sealed for a certificate (CMS)"),
    "decrypt": Entry("decrypt", "the bytes inside CMS"),
    "wrap": Entry("wrap", "a message in a signed, encrypted ebXML envelope"),
    "open": Entry("open_", "the payload and header facts of an envelope"),
    "apprec": Entry("apprec", "the AppRec that answers a message"),
    "pki": Entry("pki", "a test PKI, its CRLs and OCSP; what breaks on which date"),
}
JOURNEYS: dict[str, Entry] = {
    "init": Entry("init", "a new workspace with keys, registered in a network folder"),
    "party": Entry("party", "add a party to the workspace, renew its keys"),
    "register": Entry("register_", "look at and keep the network's register"),
    "send": Entry("send", "validate, seal, wrap, journal and deliver messages"),
    "receive": Entry("receive", "empty the inboxes once: open, file, answer"),
    "status": Entry("status", "where every message is"),
    "show": Entry("show", "the whole history of one message"),
    "config": Entry("config", "each setting, its value and where it came from"),
    "doctor": Entry("doctor", "is everything in order, and what to do if not"),
    "demo": Entry("demo", "the Kristiansund story, from end to end, in seconds"),
    "bench": Entry("bench", "messages a second through the whole road"),
}
COMMANDS: dict[str, Entry] = {**SMALL_STEPS, **JOURNEYS}
