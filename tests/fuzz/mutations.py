"""Random damage to messages, in their bytes and in their tree: the same seed gives the same damage."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence

from lxml import etree

_TEXTS = (
    "", " ", "\n\t", "x", "true", "1", "-1", "2026-13-01", "2026-02-30T25:00:00", "2.16.578.1.12.4.1.1.9999", "1.2.", "12345678901", "13918012345",
    "tel: 12 34", "ftp://x", "N", "C", "æøå", "\U0001f600", "a" * 5000, "9" * 400, "&lt;script&gt;", "<![CDATA[", "cid:x", "v1.2 2006-05-24", "NaN", "1e999",
    "YWJj", "=", "%PDF", "0000-00-00", "T", "HER", "FNR", "٣", "\u2028", "NULL",
)  # fmt: skip
_NAMES = (
    "V",
    "S",
    "DN",
    "OT",
    "U",
    "Id",
    "Type",
    "TypeId",
    "HCP",
    "Inst",
    "Patient",
    "Document",
    "RefDoc",
    "Content",
    "Message",
    "x",
    "AppRec",
)
_NAMESPACES = (
    "", "urn:x", "http://www.kith.no/xmlstds/msghead/2006-05-24", "http://www.kith.no/xmlstds/epikrise/2012-02-15", "http://www.w3.org/1999/xhtml",
    "http://www.kith.no/xmlstds/felleskomponent1", "http://www.w3.org/2000/09/xmldsig#", "http://www.kith.no/xmlstds/base64container",
)  # fmt: skip
_CHUNKS = (
    b"<", b">", b"&", b"&amp;", b"\x00", b"\xff", b"\xc3", b"]]>", b"<!--", b"-->", b"<?x?>", b"<!DOCTYPE x>", b"&#0;", b"&#x110000;", b"xmlns=''", b'"', b"'", b"\r\n" * 50,
    b"<x>" * 300, b"\xef\xbb\xbf", b"<?xml version='1.1'?>", b" encoding='utf-16'", b"xsi:type='x:y'", b"xsi:nil='true'",
)  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A damaged copy: one to four blows, in the tree where it still is one."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        blow = _of_bytes if chance.random() < 0.35 else _of_tree
        data = blow(data, chance)
    return data


def _of_bytes(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at, length = chance.randrange(len(data)), chance.choice((1, 1, 2, 8, 64, 1000))
    end, to = at + length, chance.randrange(len(data))
    return chance.choice(
        (
            lambda: data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :],
            lambda: data[:at] + data[end:],
            lambda: data[:at] + data[at:end] * 2 + data[end:],
            lambda: data[:to] + data[at:end] + data[to:],
            lambda: data[:at] + chance.choice(_CHUNKS) + data[at:],
            lambda: data[:at] + chance.randbytes(length) + data[end:],
            lambda: data[:at],
        )
    )()


def _of_tree(data: bytes, chance: random.Random) -> bytes:
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError):
        return _of_bytes(data, chance)
    elements = list(root.iter(etree.Element))
    try:
        chance.choice(_BLOWS)(chance.choice(elements), elements, chance)
    except ValueError:  # a text that no XML may hold
        return _of_bytes(data, chance)
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


_Blow = Callable[[etree._Element, Sequence[etree._Element], random.Random], None]


def _remove(element: etree._Element, _all: Sequence[etree._Element], _chance: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(element: etree._Element, _all: Sequence[etree._Element], chance: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        for _ in range(chance.choice((1, 1, 3, 40))):
            parent.insert(parent.index(element), copy.deepcopy(element))


def _move(element: etree._Element, everything: Sequence[etree._Element], chance: random.Random) -> None:
    target = chance.choice(everything)
    if element.getparent() is not None and element not in (target, *target.iterancestors()):
        target.insert(chance.randrange(len(target) + 1), element)


def _rename(element: etree._Element, _all: Sequence[etree._Element], chance: random.Random) -> None:
    name = etree.QName(element)
    if chance.random() < 0.5:
        element.tag = etree.QName(name.namespace, chance.choice(_NAMES)).text
    else:
        element.tag = etree.QName(chance.choice(_NAMESPACES) or None, name.localname).text


def _retext(element: etree._Element, everything: Sequence[etree._Element], chance: random.Random) -> None:
    other = chance.choice(everything).text
    element.text = chance.choice((*_TEXTS, other, None))


def _reattribute(element: etree._Element, everything: Sequence[etree._Element], chance: random.Random) -> None:
    names = list(element.attrib)
    if names and chance.random() < 0.4:
        del element.attrib[chance.choice(names)]
        return
    values = list(chance.choice(everything).attrib.values())
    element.set(
        chance.choice([str(name) for name in names] or list(_NAMES[:5])), str(chance.choice((*_TEXTS, *values)))
    )


def _fill(element: etree._Element, _all: Sequence[etree._Element], chance: random.Random) -> None:
    kinds: tuple[etree._Element, ...] = (
        etree.Comment("x"),
        etree.ProcessingInstruction("x", "y"),
        etree.Element(chance.choice(_NAMES)),
    )
    element.insert(0, chance.choice(kinds))


_BLOWS: tuple[_Blow, ...] = (_remove, _double, _move, _rename, _retext, _retext, _reattribute, _reattribute, _fill)
