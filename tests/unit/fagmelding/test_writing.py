"""The tree becomes bytes that parse back to the same tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from meldingsloft.fagmelding.writing import Node, document, forbidden_character

carried = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\r\n\t<>&\"'æøå")
)


@given(text=carried, attribute=carried)
def test_text_and_attributes_parse_back(text: str, attribute: str) -> None:
    root = etree.fromstring(document(Node("urn:x", "a", {"V": attribute}, [text]), {}))
    assert ((root.text or ""), root.get("V")) == (text.replace("\r\n", "\r\n"), attribute)


@given(text=st.text())
def test_what_cannot_be_carried_is_found(text: str) -> None:
    try:
        etree.Element("a").text = text
        possible = True
    except ValueError:
        possible = False
    assert (forbidden_character(text) is None) == possible


def test_forbidden_characters_are_named_by_number() -> None:
    assert forbidden_character("a\x07b\x00") == "U+0007"
    assert forbidden_character("\ud800") == "U+D800"
    assert forbidden_character("\U0001f600 æøå\t\r\n") is None


def test_layout_namespaces_and_prefixes() -> None:
    root = Node("urn:head", "Head")
    root.child("Empty")
    root.child("Text", "a<b\r\n")
    body = root.child("Body", namespace="urn:body")
    body.child("Unit").child("Id", "1", namespace="urn:common")
    flat = body.child("p", namespace="urn:text")
    flat.flat = True
    flat.child("b", "c")
    flat.child("i", "d")
    again = root.child("Again", namespace="urn:common")
    again.child("X", namespace="urn:head")
    assert document(root, {"urn:common": "c"}).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Head xmlns="urn:head" xmlns:c="urn:common">\n'
        "  <Empty/>\n"
        "  <Text>a&lt;b&#13;\n</Text>\n"
        '  <Body xmlns="urn:body">\n'
        "    <Unit>\n"
        "      <c:Id>1</c:Id>\n"
        "    </Unit>\n"
        '    <p xmlns="urn:text"><b>c</b><i>d</i></p>\n'
        "  </Body>\n"
        "  <c:Again>\n"
        "    <X/>\n"
        "  </c:Again>\n"
        "</Head>\n"
    )


def test_a_prefix_is_declared_where_its_default_namespace_begins() -> None:
    root = Node("urn:head", "Head")
    root.child("Body", namespace="urn:body").child("Id", "1", namespace="urn:common")
    text = document(root, {"urn:common": "c"}).decode()
    assert '<Head xmlns="urn:head">' in text
    assert '<Body xmlns="urn:body" xmlns:c="urn:common">' in text
