"""Hypothesis strategies for envelope facts: anything XML can carry, also what would have to be escaped."""

from __future__ import annotations

from hypothesis import strategies as st

from meldingsloft.domain.envelopes import (
    SIGNAL_SERVICE,
    Acknowledgment,
    AckRequested,
    EbxmlError,
    Endpoint,
    Envelope,
    ErrorList,
    ManifestReference,
    MessageHeader,
    PartyId,
)
from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, HerId, MessageId
from meldingsloft.ebxml.namespaces import ERROR_CODES

_SIGNS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from(
    "&<>\"'æøå\t\n\r"
)
texts = st.text(_SIGNS, min_size=1, max_size=30).map(str.strip).filter(bool)
tokens = st.text("abcDEF0123456789-._@", min_size=1, max_size=30)
uuids = st.uuids().map(str)
her_ids = st.integers(1, 999_999).map(lambda number: HerId(str(number)))
instants = st.datetimes().map(lambda when: when.strftime("%Y-%m-%dT%H:%M:%SZ")).filter(lambda text: len(text) == 20)


@st.composite
def endpoints(draw: st.DrawFn, *, role: bool) -> Endpoint:
    ids = [PartyId(draw(her_ids))]
    if draw(st.booleans()):
        ids.append(PartyId(draw(texts), draw(st.sampled_from(["ENH", "orgnummer", "DN"]))))
    return Endpoint(tuple(ids), draw(texts) if role else None)


@st.composite
def headers(draw: st.DrawFn, *, signal: str = "") -> MessageHeader:
    return MessageHeader(
        sender=draw(endpoints(role=not signal)),
        receiver=draw(endpoints(role=not signal)),
        cpa_id=CpaId(draw(texts)),
        conversation_id=ConversationId(draw(texts)),
        service=SIGNAL_SERVICE if signal else draw(texts),
        service_type=None if signal else draw(st.none() | texts),
        action=signal or draw(texts),
        message_id=MessageId(draw(tokens)),
        timestamp=draw(instants),
        ref_to_message_id=draw(st.none() | tokens.map(MessageId)),
        time_to_live=draw(st.none() | instants),
        duplicate_elimination=not signal,
        description=draw(st.none() | texts),
    )


@st.composite
def messages(draw: st.DrawFn) -> Envelope:
    references = st.builds(ManifestReference, tokens.map(ContentId), st.just("urn:x") | texts, st.none() | texts)
    return Envelope(
        draw(headers()),
        AckRequested(draw(st.booleans())),
        manifest=tuple(draw(st.lists(references, min_size=1, max_size=3))),
    )


@st.composite
def error_signals(draw: st.DrawFn) -> Envelope:
    errors = st.builds(
        EbxmlError,
        st.sampled_from(sorted(ERROR_CODES)),
        st.sampled_from(["Error", "Warning"]),
        st.just("") | texts,
        st.just("") | texts,
    )
    return Envelope(
        draw(headers(signal="MessageError")),
        error_list=ErrorList(tuple(draw(st.lists(errors, min_size=1, max_size=3)))),
    )


@st.composite
def acknowledgments(draw: st.DrawFn) -> Envelope:
    return Envelope(
        draw(headers(signal="Acknowledgment")), acknowledgment=Acknowledgment(draw(instants), MessageId(draw(tokens)))
    )


envelopes = messages() | error_signals() | acknowledgments()
