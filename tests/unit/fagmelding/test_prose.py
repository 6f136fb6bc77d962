"""Plain text with a few signs becomes XHTML; ready XHTML is held to what messages may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from meldingsloft.fagmelding.kinds import Raw, Wrong
from meldingsloft.fagmelding.prose import PERMITTED, XHTML, Prose
from meldingsloft.fagmelding.writing import Node, document
from tests.unit.fagmelding.making import AROUND


def written(raw: Raw, *, simple: bool = False) -> str:
    """The text as XML without declaration, default namespace and layout."""
    node = Node("urn:x", "t")
    kind = Prose(simple)
    kind.write(node, kind.read(raw, AROUND))
    text = document(node, {}).decode().partition("\n")[2].replace(f' xmlns="{XHTML}"', "").replace(' xmlns="urn:x"', "")
    return "".join(line.strip() for line in text.splitlines()).removeprefix("<t>").removesuffix("</t>")


@pytest.mark.parametrize(
    ("raw", "xhtml"),
    [
        ("en", "<div><p>en</p></div>"),
        ("en\nto", "<div><p>en<br/>to</p></div>"),
        ("en\n\n  \nto", "<div><p>en</p><p>to</p></div>"),
        ("en\r\n\r\nto", "<div><p>en</p><p>to</p></div>"),
        ("a < b & c\td", "<div><p>a &lt; b &amp; c d</p></div>"),
        ("- en\n- to", "<div><ul><li>en</li><li>to</li></ul></div>"),
        ("- en\nto", "<div><p>- en<br/>to</p></div>"),
        ("# Funn\n\n**viktig** her", "<div><h4>Funn</h4><p><b>viktig</b> her</p></div>"),
        (
            "|a|b|\n|--|--|\n|1||",
            "<div><table><tbody><tr><th>a</th><th>b</th></tr><tr><td>1</td><td/></tr></tbody></table></div>",
        ),
        ("| a | b |", "<div><table><tbody><tr><td>a</td><td>b</td></tr></tbody></table></div>"),
        ({"xhtml": "<div><p>a <b>b</b> c</p></div>"}, "<div><p>a <b>b</b> c</p></div>"),
        ({"xhtml": "<div>\n  <ul>\n <li>a</li>\n</ul>løs tekst</div>"}, "<div><ul><li>a</li></ul>løs tekst</div>"),
    ],
)
def test_signs_become_xhtml(raw: Raw, xhtml: str) -> None:
    assert written(raw) == xhtml


@pytest.mark.parametrize("raw", ["en", "en & to", "5 - 6", "a | b"])
def test_one_plain_paragraph_may_stay_bare(raw: str) -> None:
    assert written(raw, simple=True) == raw.replace("&", "&amp;")


@pytest.mark.parametrize("raw", ["en\nto", "en\n\nto", "**en**", "- en", "| a |", "# en"])
def test_what_has_signs_does_not_stay_bare(raw: str) -> None:
    assert written(raw, simple=True).startswith("<div>")


@pytest.mark.parametrize(
    "xhtml",
    [
        "<div",
        "<img src='x'/>",
        "<div style='x'/>",
        "<!DOCTYPE d><div/>",
        '<div xmlns="urn:other"/>',
        "<!--x--><a href='y'/>",
    ],
)
def test_other_xhtml_is_refused(xhtml: str) -> None:
    with pytest.raises(Wrong):
        Prose().read({"xhtml": xhtml}, AROUND)


def test_comments_in_ready_xhtml_are_left_out() -> None:
    assert written({"xhtml": "<div><!-- note --><p>a<!-- b -->c</p></div>"}) == "<div><p>ac</p></div>"


@given(
    text=st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
        | st.sampled_from("\n\n|-*# <&"),
        min_size=1,
    )
)
def test_every_word_arrives_and_only_permitted_elements_are_made(text: str) -> None:
    if not text.strip():
        return
    node = Node("urn:x", "t")
    Prose().write(node, Prose().read(text, AROUND))
    root = etree.fromstring(document(node, {}))
    assert {etree.QName(element).localname for element in root.iter()} - {"t"} <= PERMITTED
    drop = str.maketrans("", "", "|-*#:")
    arrived = "".join(str(part) for part in root.itertext()).translate(drop)
    assert "".join(arrived.split()) == "".join(text.translate(drop).split())
