"""What names on the command line stand for: folders in path order, Maildirs, and zip files that are never unpacked."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from meldingsloft.adapters import zip_inputs
from meldingsloft.cli.inputs import ENVELOPES, Source, expand, sources, stands_for_many
from meldingsloft.domain.errors import MeldingsloftError


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "a/x.xml",
        "a.xml",
        "a b/y.XML",
        "b/new/1.host",
        "b/cur/2.host",
        "b/tmp/3.host",
        ".c/z.eml",
        "a/.hid.xml",
        "n.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<x/>", "utf-8")
    return tmp_path


def test_a_folder_comes_in_path_order(tree: Path) -> None:
    found = [Path(name) for name in expand([str(tree)], ENVELOPES)]
    assert found == sorted(found)
    assert {str(path.relative_to(tree)) for path in found} == {
        "a/x.xml",
        "a.xml",
        "a b/y.XML",
        "b/new/1.host",
        "b/cur/2.host",
        ".c/z.eml",
    }


def test_the_working_folder_gives_plain_names(tree: Path) -> None:
    assert next(expand(["."])) == "a/x.xml" or "a b/y.XML" in list(expand(["."]))
    assert not any(name.startswith("./") for name in expand(["."]))


def test_a_folder_is_listed_as_it_is_walked(tree: Path) -> None:
    walk = expand([str(tree)])
    next(walk)
    (tree / "zz").mkdir()
    (tree / "b" / "late.xml").write_text("<x/>", "utf-8")
    assert str(tree / "b" / "late.xml") in list(walk)


def test_links_to_folders_are_not_followed(tree: Path) -> None:
    (tree / "a" / "loop").symlink_to(tree)
    assert sum("loop" in name for name in expand([str(tree)])) == 0


def zipped(folder: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> str:
    path = folder / "in.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return str(path)


def code_of(source: Source) -> str:
    with pytest.raises(MeldingsloftError) as caught:
        source.read()
    assert caught.value.where
    return caught.value.code


def test_a_zip_file_stands_for_its_messages(tmp_path: Path) -> None:
    name = zipped(
        tmp_path,
        {"b/z.xml": b"<z/>", "a/": b"", "a/y.xml": b"<y/>", "a.xml": b"<a/>", "n.txt": b"", "m/new/1": b"<m/>"},
    )
    found = list(sources([name]))
    assert [source.name for source in found] == [
        f"{name}!/{path}" for path in ("a/y.xml", "a.xml", "b/z.xml", "m/new/1")
    ]
    assert [source.read() for source in found] == [b"<y/>", b"<a/>", b"<z/>", b"<m/>"]
    assert stands_for_many(name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.zip"]


def test_the_same_name_twice_is_two_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("a.xml", b"<one/>")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.xml", b"<two/>")
    assert [source.read() for source in sources([str(tmp_path / "in.zip")])] == [b"<one/>", b"<two/>"]


@pytest.mark.parametrize("name", ["../a.xml", "/etc/a.xml", "a/../../b.xml", "..\\a.xml", "c:/a.xml"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    assert [code_of(source) for source in sources([zipped(tmp_path, {name: b"<x/>"})])] == ["ML-U042"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    assert [code_of(source) for source in sources([zipped(tmp_path, {"a.xml": b" " * 5_000_000})])] == ["ML-U043"]


def test_an_entry_that_is_larger_than_any_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_inputs, "MOST_BYTES", 100)
    assert [code_of(source) for source in sources([zipped(tmp_path, {"a.xml": b"x" * 101})])] == ["ML-U043"]


def test_other_methods_are_refused(tmp_path: Path) -> None:
    assert [code_of(each) for each in sources([zipped(tmp_path, {"a.xml": b"<x/>"}, zipfile.ZIP_LZMA)])] == ["ML-U044"]


def patched(path: str, signature: bytes, offset: int, value: bytes) -> None:
    data = bytearray(Path(path).read_bytes())
    at = data.rfind(signature) + offset
    data[at : at + len(value)] = value
    Path(path).write_bytes(data)


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    name = zipped(tmp_path, {"a.xml": b"<x/>", "b.xml": b"<x/>"})
    patched(name, b"PK\x01\x02", 8, struct.pack("<H", 1))
    first, second = sources([name])
    assert first.read() == b"<x/>"
    assert code_of(second) == "ML-U041"


def test_a_damaged_entry_does_not_stop_the_others(tmp_path: Path) -> None:
    name = zipped(tmp_path, {"a.xml": b"<first/>", "b.xml": b"<x/>"}, zipfile.ZIP_STORED)
    patched(name, b"<first/>", 1, b"F")
    first, second = sources([name])
    assert code_of(first) == "ML-U040"
    assert second.read() == b"<x/>"


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"no zip file at all", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_file_is_one_result(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "in.zip"
    path.write_bytes(data)
    found = list(sources([str(path)]))
    assert [source.name for source in found] == [str(path)]
    assert code_of(found[0]) in ("ML-U040", "ML-U043")


def test_entries_over_one_another_are_refused(tmp_path: Path) -> None:
    name = zipped(tmp_path, {"a.xml": b"<x/>", "b.xml": b"<x/>"}, zipfile.ZIP_STORED)
    patched(name, b"PK\x01\x02", 20, struct.pack("<L", 100_000))
    assert [code_of(source) for source in sources([name])] == ["ML-U043"]


def test_a_zip_file_that_changed_is_opened_again(tmp_path: Path) -> None:
    assert [source.read() for source in sources([zipped(tmp_path, {"a.xml": b"<x/>"})])] == [b"<x/>"]
    assert [source.read() for source in sources([zipped(tmp_path, {"a.xml": b"<longer/>"})])] == [b"<longer/>"]
