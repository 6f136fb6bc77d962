"""docs/envelope-rules.md lists the rules of the ebXML profile that have texts; refreshed with ``MELDINGSLOFT_UPDATE_GOLDEN=1``."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from meldingsloft.adapters.code_texts import CodeTexts
from tests.docs.test_rules_page import WITHOUT_SAMPLE as MESSAGE_RULES_WITHOUT_SAMPLE
from tests.docs.test_rules_page import samples, text_of
from tests.reference import SHARED, needs_reference

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "envelope-rules.md"
DIGEST: dict[str, tuple[str, str]] = {
    "EB-001": ("MUST", "FAULT / ERR(SecurityFailure)"),
    "EB-004": ("MUST", "ERR(Inconsistent)†"),
    "EB-005": ("MUST", "LOG; type decided by Service/Action"),
    "EB-009": ("MAY", "ERR(NotSupported)†"),
    "EB-010": ("SHOULD", "–"),
    "EB-020": ("MUST", "LOG"),
    "EB-021": ("MUST", "FAULT"),
    "EB-022": ("MUST", "FAULT"),
    "EB-023": ("MUST", "FAULT"),
    "EB-024": ("MUST", "FAULT"),
    "EB-025": ("MUST", "FAULT"),
    "EB-026": ("MUST", "FAULT"),
    "EB-027": ("MUST", "FAULT"),
    "EB-028": ("SHOULD", "LOG"),
    "EB-030": ("MUST", "ERR(MimeProblem)"),
    "EB-040": ("MUST", "FAULT; processable other encoding: WARN(ValueNotRecognized)"),
    "EB-041": ("MUST", "FAULT or ERR(OtherXml)†"),
    "EB-042": ("MUST", "FAULT, or ERR(OtherXml)† when addressable"),
    "EB-043": ("MUST", "FAULT"),
    "EB-044": ("MUST", "FAULT (SOAP MustUnderstand)"),
    "EB-045": ("MUST", "FAULT"),
    "EB-047": ("MUST", "LOG"),
    "EB-050": ("MUST", "ERR(NotSupported)†"),
    "EB-051": ("MUST", "LOG"),
    "EB-052": ("MUST", "FAULT if unreadable, else ERR(ValueNotRecognized)†"),
    "EB-054": ("MUST", "NOSEND; FAULT"),
    "EB-055": ("MAY", "LOG"),
    "EB-056": ("MUST", "ERR(ValueNotRecognized)†"),
    "EB-057": ("MUST", "LOG (tolerate)"),
    "EB-058": ("MUST", "ERR(ValueNotRecognized)†; format finding r12: LOG"),
    "EB-059": ("MUST", "LOG r12"),
    "EB-060": ("MUST", "LOG"),
    "EB-061": ("MUST", "ERR(OtherXml)†; untyped non-URI ERR(Inconsistent)"),
    "EB-065": ("MUST", "r76: ERR(OtherXml)†; r102 and reuse: LOG"),
    "EB-066": ("MUST", "–"),
    "EB-067": ("MUST", "r77: ERR(OtherXml)†"),
    "EB-068": ("MUST", "LOG (cannot correlate)"),
    "EB-069": ("MUST", "LOG (tolerate)"),
    "EB-070": ("MUST", "LOG r74"),
    "EB-071": ("MUST", "ERR(TimeToLiveExpired)"),
    "EB-080": ("MUST", "missing: WARN(OtherXml)† and process; signed false: LOG r94"),
    "EB-081": ("MUST", "LOG"),
    "EB-085": ("MUST", "LOG r106,107"),
    "EB-086": ("MUST", "LOG r108"),
    "EB-087": ("MUST", "LOG r116,117"),
    "EB-089": ("MUST", "LOG r115"),
    "EB-103": ("MUST", "LOG r120,121"),
    "EB-104": ("SHOULD", "–"),
    "EB-105": ("MUST", "LOG"),
    "EB-106": ("MUST", "LOG r123"),
    "EB-120": ("MUST", "ERR(OtherXml)† r5,6"),
    "EB-121": ("MUST", "ERR(MimeProblem) r23,27"),
    "EB-122": ("MUST", "LOG"),
    "EB-123": ("MUST", "LOG r265–268,270"),
    "EB-124": ("MUST", "LOG r271–274,279"),
    "EB-125": ("MAY", "LOG"),
    "EB-140": ("MUST", "ERR(SecurityFailure) r45,52"),
    "EB-141": ("MUST", "ERR(SecurityFailure) r32,41,42,46,65,103,363"),
    "EB-142": ("MUST", "LOG r35–38; missing: ERR(SecurityFailure) r39,40"),
    "EB-143": ("MUST", "ERR(SecurityFailure) r34,64,85"),
    "EB-144": ("MUST", "LOG r33,84"),
    "EB-145": ("MUST", "ERR(SecurityFailure) r50"),
    "EB-146": ("MUST", "ERR(SecurityFailure)† r44,79"),
    "EB-147": ("MUST", "ERR(SecurityFailure)† r104,105"),
    "EB-149": ("SHOULD", "ERR(SecurityFailure)†"),
    "EB-161": ("MUST", "NOSEND"),
    "EB-163": ("MUST", "ERR(SecurityFailure)†"),
    "EB-164": ("MUST", "–"),
    "EB-166": ("SHOULD", "NOSEND / ERR(SecurityFailure)†"),
    "EB-168": ("SHOULD", "–"),
    "EB-185": ("MUST", "–"),
    "EB-190": ("MUST", "–"),
    "EB-201": ("MUST", "bounce"),
}
"""Level of the rule, and what the offending message or party gets."""
WITHOUT_SAMPLE: dict[str, tuple[str, str]] = {
    "EB-004": (
        "receive",
        "whether documents belong together is seen when they are decrypted; receiving takes one alone",
    ),
    "EB-010": ("not in a message", "a receiver's duty: to answer rather than be silent"),
    "EB-054": ("receive", "takes Adresseregisteret"),
    "EB-071": ("receive", "takes the clock"),
    "EB-145": ("receive", "takes digests and the key of the certificate; `meldingsloft verify` computes them too"),
    "EB-146": ("receive", "takes Adresseregisteret and the trusted issuers; `meldingsloft verify` asks for the latter"),
    "EB-147": ("receive", "takes the certificate of a signature that holds; `meldingsloft verify` looks too"),
    "EB-161": ("not in a message", "a sender's duty, seen before the message is there"),
    "EB-163": ("receive", "takes the decryption keys"),
    "EB-164": ("not in a message", "a receiver's duty, in how keys are kept"),
    "EB-166": ("receive", "takes trusted issuers, revocation lists and the clock"),
    "EB-168": ("receive", "takes Adresseregisteret"),
    "EB-185": ("receive", "takes the journal"),
    "EB-190": ("not in a message", "a receiver's duty, in the order of its work"),
    "EB-201": ("receive", "a mail of ten megabytes is no sample; the mailbox and the reader of mails bound the size"),
}
"""Where the rule is decided, and why no sample shows it."""
RECEIPTS = "decided where a receipt meets the message it answers, in the journal: `meldingsloft receive`; or a duty of who answers"
_OPENING = """\
# Rules of the envelope

The rules of the ebXML profile: level, what the offending message or party gets (`FAULT` a SOAP Fault, `ERR` and `WARN` an Error signal,
`LOG` a finding only, `NOSEND` it is not sent; † where the Norwegian texts leave the choice open), what `meldingsloft validate` calls
it, where it is decided, and a sample that breaks it or why there is none. `meldingsloft explain CODE` says why it matters and how to
mend it. Rules without a text of their own are duties of senders and receivers that no finding is about. This page is written by a
test from the texts and the samples.

*validate*: from one envelope, without keys. *receive*: with keys, register, journal or clock, where another code tells of it,
given in brackets. *not in a message*: a duty of who sends or receives; no code of this program is about breaking it.

| code | level | gets | severity | says | decided in | sample, or why there is none |
|---|---|---|---|---|---|---|
"""


def codes() -> tuple[str, ...]:
    return CodeTexts().by_file["eb-rules"]


def page() -> str:
    broken = samples()
    return _OPENING + "".join(_row(code, broken.get(code, [])) for code in codes())


def _row(code: str, broken: list[str]) -> str:
    text, (level, gets) = text_of(code), DIGEST[code]
    where, why = WITHOUT_SAMPLE.get(code, ("validate", ""))
    if where == "receive":
        where += f" ({', '.join(told_by(code))})" if told_by(code) else " (no code)"
    shown = why or " ".join(f"[{number}](../{path})" for number, path in enumerate(broken, 1))
    title = re.sub(r"([|<_*])", r"\\\1", text.title)
    return f"| {code} | {level} | {gets} | {text.severity} | {title} | {where} | {shown} |\n"


def told_by(rule: str) -> list[str]:
    """The codes of errors whose source is this rule."""
    return _told().get(rule, [])


def _told() -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code in CodeTexts().codes:
        if code.startswith("ML-"):
            for rule in re.findall(r"EB-\d{3}", text_of(code).source):
                found[rule].append(code)
    return found


@pytest.mark.parametrize("code", codes())
def test_every_rule_has_a_sample_or_says_why_not(code: str) -> None:
    assert (code in samples()) != (code in WITHOUT_SAMPLE)


def test_every_finding_code_has_a_sample_or_says_why_not() -> None:
    silent = []
    for code in CodeTexts().codes:
        text = text_of(code)
        if not text.severity or code in samples():
            continue
        reason = (
            text.undecided
            or text.no_sample
            or MESSAGE_RULES_WITHOUT_SAMPLE.get(code)
            or WITHOUT_SAMPLE.get(code)
            or (RECEIPTS if code in CodeTexts().by_file["apprec"] else "")
        )
        if not reason:
            silent.append(code)
    assert silent == []


def test_no_reason_is_kept_for_a_code_that_has_a_sample() -> None:
    reasons = {code for code in CodeTexts().codes if text_of(code).no_sample} | set(WITHOUT_SAMPLE)
    assert sorted(reasons & set(samples())) == []


def test_every_sample_is_of_a_finding_code() -> None:
    assert [code for code in samples() if not text_of(code).severity] == []


@needs_reference
def test_levels_and_answers_are_those_of_the_digest() -> None:
    assert SHARED is not None
    digest = (SHARED / "standards" / "ebxml.md").read_text("utf-8")
    rows = re.findall(r"^\| (EB-\d{3}) \| (\w+) \| \w \| .*? \| ([^|]*) \| [^|]* \|$", digest, re.MULTILINE)
    found = {code: (level, gets.strip()) for code, level, gets in rows}
    assert {code: found[code] for code in codes()} == DIGEST


def test_the_page_is_up_to_date() -> None:
    if os.environ.get("MELDINGSLOFT_UPDATE_GOLDEN"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()
