"""The official AppRec schemas as judges; what they import is taken from beside them."""

from __future__ import annotations

import functools
import re

from lxml import etree

from tests.reference import REFERENCE

_FILES = {"1.0": "AppRec-v1-2004-11-21.xsd", "1.1": "AppRec-v1.1.xsd"}


@functools.cache
def schema(version: str) -> etree.XMLSchema:
    assert REFERENCE is not None
    folder = REFERENCE / "schemas"
    text = (folder / _FILES[version]).read_bytes()
    beside = re.sub(rb'schemaLocation="[^"]*/([^"/]+)"', rb'schemaLocation="\1"', text)
    return etree.XMLSchema(etree.fromstring(beside, base_url=(folder / _FILES[version]).as_uri()))


def judge(data: bytes, version: str) -> None:
    """Fails with the validator's words when the AppRec is not valid."""
    found = schema(version)
    root = etree.fromstring(data)
    assert found.validate(root), str(found.error_log)
