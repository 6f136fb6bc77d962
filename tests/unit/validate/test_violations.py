"""What libxml2 says and this program does not know stays ``OTHER``, with its place."""

from __future__ import annotations

from types import SimpleNamespace

from lxml import etree

from meldingsloft.validate.violations import Kind, read_log


def test_an_unknown_kind_is_other_at_its_place() -> None:
    root = etree.fromstring("<Message><Type/><MsgId>1</MsgId></Message>")
    entry = SimpleNamespace(
        type=etree.ErrorTypes.SCHEMAV_INTERNAL, path="/Message/MsgId", message="something nobody has said before"
    )
    (violation,) = read_log(root, [entry])
    assert (violation.kind, violation.node.tag, violation.value) == (Kind.OTHER, "MsgId", "")
