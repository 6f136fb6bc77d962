from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.crypto import ber, der

LENGTHS = [0, 1, 127, 128, 255, 256, 65535, 65536]


@pytest.mark.parametrize("size", LENGTHS)
def test_what_der_writes_ber_reads(size: int) -> None:
    value = bytes(size)
    read = ber.read(der.sequence(der.octet_string(value), der.integer(size)))
    assert [child.tag for child in read.children] == [der.OCTET_STRING, der.INTEGER]
    assert read.child(0).octets() == value
    assert int.from_bytes(read.child(1).content, "big") == size


def test_known_encodings() -> None:
    assert der.oid("1.2.840.113549.1.7.3").hex() == "06092a864886f70d010703"
    assert der.oid("2.16.840.1.101.3.4.1.42").hex() == "060960864801650304012a"
    assert der.integer(0).hex() == "020100"
    assert der.integer(128).hex() == "02020080"
    assert der.tlv(0x80, b"x" * 200)[:3].hex() == "8081c8"


def indefinite(tag: int, *values: bytes) -> bytes:
    return bytes((tag | 0x20, 0x80)) + b"".join(values) + b"\x00\x00"


@given(st.lists(st.binary(max_size=40), max_size=6), st.booleans(), st.booleans())
def test_pieces_of_a_string_are_joined_in_order(pieces: list[bytes], outer: bool, inner: bool) -> None:
    wrapped = [indefinite(4, der.octet_string(p)) if inner else der.octet_string(p) for p in pieces]
    whole = indefinite(4, *wrapped) if outer else der.tlv(0x24, *wrapped)
    assert ber.read(whole).octets() == b"".join(pieces)
    assert ber.read(indefinite(0x30, whole)).child(0, der.OCTET_STRING).octets() == b"".join(pieces)


def test_offsets_cover_what_was_written() -> None:
    inner = indefinite(0x30, der.integer(5))
    read = ber.read(der.sequence(inner, der.integer(7)))
    assert read.child(0).whole == inner
    assert read.child(0).content == der.integer(5)
    assert read.child(1).whole == der.integer(7)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x02\x02",
        b"\x30\x03\x02\x05\x00",
        b"\x30\x80\x02\x01\x00",
        b"\x04\x80\x00\x00",
        b"\x30\x80\x04\x80\x00\x00\x00\x00",
        b"\x1f\x81\x01\x00",
        b"\x30\x89\x01\x01\x01\x01\x01\x01\x01\x01\x01",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\xff",
        b"\x02\x01\x00x",
        b"\x30\x80\x00\x01\x00\x00",
    ],
)
def test_what_is_no_ber_is_refused(data: bytes) -> None:
    with pytest.raises(ber.BerError):
        ber.read(data)


def test_line_ends_after_the_object_are_passed_over() -> None:
    assert ber.read(der.integer(1) + b"\r\n\x00").content == b"\x01"


def test_limits_hold() -> None:
    deep = der.integer(1)
    for _ in range(100):
        deep = der.sequence(deep)
    endless = b"\x30\x80" * 100_000
    many = der.sequence(*[der.NULL] * 300)
    for data, limits in (
        (deep, ber.BerLimits()),
        (endless, ber.BerLimits()),
        (many, ber.BerLimits(max_elements=200)),
        (many, ber.BerLimits(max_bytes=500)),
    ):
        with pytest.raises(ber.BerLimitError):
            ber.read(data, limits)


def test_children_are_asked_for_by_place_and_tag() -> None:
    read = ber.read(der.sequence(der.integer(1)))
    with pytest.raises(ber.BerError):
        read.child(1)
    with pytest.raises(ber.BerError):
        read.child(0, der.OCTET_STRING)
    with pytest.raises(ber.BerError):
        ber.read(der.tlv(0x24, der.integer(1))).octets()


@given(st.binary(max_size=300))
def test_noise_is_read_or_refused_and_nothing_else(noise: bytes) -> None:
    try:
        element = ber.read(noise)
        element.octets()
    except ber.BerError:
        return
    assert element.next <= len(noise)
