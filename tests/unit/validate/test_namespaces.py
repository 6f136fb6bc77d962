"""No namespace of a document may be missed, whatever its encoding and whatever its text pretends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from meldingsloft.validate import namespaces
from meldingsloft.validate.namespaces import XML, declared_namespaces

URIS = st.sampled_from(["urn:a", "urn:b:c", "http://www.kith.no/xmlstds", "http://x/?a=1&b=2"])
TEXTS = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20) | st.sampled_from(
    ["xmlns='", 'xmlns="', 'xmlns:x="urn:b', " xmlns = ' ", "xmlns:a='xmlns:b=\"", "<![CDATA[", "-->"]
)


@st.composite
def documents(draw: st.DrawFn) -> etree._Element:
    root = etree.Element("{urn:root}root", nsmap={draw(st.sampled_from(["q", "r", "ns0"])): "urn:root"})
    node = root
    for number in range(draw(st.integers(0, 4))):
        node = etree.SubElement(node, f"e{number}", nsmap={f"p{number}": draw(URIS)})
        node.set("a", draw(TEXTS))
        node.text = draw(TEXTS)
        if draw(st.booleans()):
            node.append(etree.Comment("xmlns='urn:comment"))
    return root


@given(root=documents(), encoding=st.sampled_from(["UTF-8", "ISO-8859-1", "UTF-16", "UTF-16LE"]))
def test_every_declaration_is_found(root: etree._Element, encoding: str) -> None:
    data = etree.tostring(root, encoding=encoding, xml_declaration=True)
    assert isinstance(data, bytes)
    parsed = etree.fromstring(data)
    wanted = {uri for element in parsed.iter(etree.Element) for uri in element.nsmap.values()}
    assert wanted <= declared_namespaces(data, parsed)


@pytest.mark.parametrize(
    "declaration",
    [
        "xmlns:p = 'urn:p'",
        'xmlns:p\n=\n"urn:p"',
        "xmlns:p='urn:&#112;'",
        f"xmlns:{'p' * 300}='urn:p'",
        "a=\"xmlns='\" xmlns:p='urn:p'",
    ],
)
def test_every_way_to_write_a_declaration(declaration: str) -> None:
    data = f"<a {declaration}/>".encode()
    assert "urn:p" in declared_namespaces(data, etree.fromstring(data))


def test_the_xml_namespace_counts_where_it_is_used() -> None:
    used = b"<a xml:lang='no'/>"
    assert XML in declared_namespaces(used, etree.fromstring(used))
    assert XML not in declared_namespaces(b"<a/>", etree.fromstring(b"<a/>"))


def test_text_full_of_false_declarations_takes_linear_time() -> None:
    data = b"<a>" + b"xmlns:" * 200_000 + b"</a>"
    assert declared_namespaces(data, etree.fromstring(data)) <= {XML}


def test_text_that_is_no_declaration_is_not_remembered() -> None:
    data = b'<a xmlns="urn:a">xmlns' + b"secret " * 200 + b'"x"</a>'
    before = namespaces._names.cache_info().currsize
    assert declared_namespaces(data, etree.fromstring(data)) == {"urn:a"}
    assert namespaces._names.cache_info().currsize == before
