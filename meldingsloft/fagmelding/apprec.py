"""The forms of AppRec 1.0 and 1.1: the answer that a message was taken in or rejected (HIS 80415:2004 and 80415:2012).

An AppRec that answers a message at hand is made by the ``apprec`` room; this form makes one from nothing, for tests and for
those who only know what they want to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from meldingsloft.fagmelding import in_hcp
from meldingsloft.fagmelding import questions as q
from meldingsloft.fagmelding.codes import Code, Coded, Coding
from meldingsloft.fagmelding.forms import Fault, Field, Form, Group, Need, Values, Written, order_of
from meldingsloft.fagmelding.kinds import Surroundings, Text
from meldingsloft.fagmelding.moments import Moment

_ORDER = """
AppRec: MsgType MIGversion SoftwareName SoftwareVersion GenDate Id Sender Receiver Status Error OriginalMsgId
Sender: Role HCP
Receiver: Role HCP
OriginalMsgId: MsgType IssueDate Id
Inst: Name Id TypeId Dept AdditionalId HCPerson
"""
REJECTED = "2"


def _errors_fit(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """A rejection says why, an acceptance has no errors (rule AK-003)."""
    rejected = values["status"].code == REJECTED
    if rejected and not values.get("errors"):
        yield "errors", "it is missing", "a rejection has at least one code of kodeverk 8221"
    if not rejected and values.get("errors"):
        yield "errors", "an accepted message has no errors", 'write status = "Avvist", or take the errors away'


def _original() -> Group:
    items = (
        Field(
            "type",
            Code("8279"),
            "type of the message answered (kodeverk 8279)",
            "MsgType",
            need=Need.ALWAYS,
            source="AK-007",
        ),
        Field(
            "issued",
            Moment("time", attribute=False),
            "when the message answered was made (its GenDate)",
            "IssueDate",
            need=Need.ALWAYS,
            source="AK-006",
        ),
        Field(
            "id",
            Text(),
            "msg_id of the message answered (AppRec 1.0: sometimes its document id)",
            "Id",
            need=Need.ALWAYS,
            source="AK-005",
        ),
    )
    return Group("original", "the message that is answered", items, "OriginalMsgId", Need.ALWAYS)


def _form(
    short_name: str, namespace: str, mig_version: str, sender_role: Field, receiver_role: Coded, lists: tuple[str, str]
) -> Form:
    receiver = in_hcp.party(
        "receiver",
        "who sent the message",
        "Receiver",
        extra=(Written("Role", Code("8112"), receiver_role),),
        need=Need.ALWAYS,
        lists=lists,
    )
    items = (
        q.MESSAGE_TYPE,
        Written("MsgType", Code("8279"), "APPREC"),
        Written("MIGversion", Text(), mig_version),
        q.MSG_ID.at("Id"),
        q.GENERATED.at("GenDate", kind=Moment("time", attribute=False, zoned=True)),
        Field(
            "status", Code("8258", only=("1", "2")), "OK (1) or Avvist (2)", "Status", need=Need.ALWAYS, source="AK-003"
        ),
        Field(
            "errors",
            Coding(("8221",), words=False),
            "why it is rejected (kodeverk 8221)",
            "Error",
            many=True,
            source="AK-004",
        ),
        _original(),
        in_hcp.party("sender", "who answers", "Sender", extra=(sender_role,), need=Need.ALWAYS, lists=lists),
        receiver,
    )
    top = Group("", "the case", items, checks=(q.of_this_type(short_name), _errors_fit))
    order = {**order_of(namespace, in_hcp.HCP_ORDER), **order_of(namespace, _ORDER)}
    return Form(short_name, "Applikasjonskvittering", namespace, "AppRec", top, order)


def form_1_1() -> Form:
    """The form of AppRec 1.1."""
    text = "which receiver answers: PRIM (the main one) or COP (a copy receiver)"
    sender_role = Field("role", Code("8112", only=("PRIM", "COP")), text, "Role", default="PRIM", source="AK-011")
    receiver_role = Coded("AVS", "Avsender")
    return _form(
        "apprec-1.1",
        "http://www.kith.no/xmlstds/apprec/2012-02-15",
        "v1.1 2012-02-15",
        sender_role,
        receiver_role,
        ("9051", "8116"),
    )


def form_1_0() -> Form:
    """The form of AppRec 1.0."""
    text = "which receiver answers: REQ (stood as Requester), SPR (as ServProvider) or COP (a copy receiver)"
    sender_role = Field("role", Code("7301", only=("REQ", "SPR", "COP")), text, "Role", default="REQ", source="AK-011")
    receiver_role = Coded("RECEIVER", "Mottaker")
    return _form(
        "apprec-1.0",
        "http://www.kith.no/xmlstds/apprec/2004-11-21",
        "1.0 2004-11-21",
        sender_role,
        receiver_role,
        ("8268", "8268"),
    )
