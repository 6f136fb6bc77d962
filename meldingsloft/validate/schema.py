"""XSD-…: what the XML Schemas say. The verdict is libxml2's alone; the explanation is made only when it said no.

Source: rule GN-003 (the document validates against the schema of its namespace, all imports resolved locally).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.explaining import Told, explain, explain_beginning
from meldingsloft.validate.flooding import first_faults, is_long
from meldingsloft.validate.namespaces import declared_namespaces
from meldingsloft.validate.rules.general.known_type import nearest_namespace
from meldingsloft.validate.violations import Kind, local_names
from meldingsloft.xmlsafe import local_name, namespace_of

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MOST_NAMES = 6
_MOST_VALUES = 12


def compiled(subject: Subject) -> Any:
    """The one compiled schema (``lxml.etree.XMLSchema``) for all namespaces of the document that the set knows."""
    declared = declared_namespaces(subject.data, subject.root)
    return subject.schemas.for_namespaces(declared) if any(map(subject.schemas.knows, declared)) else None


def verdict(subject: Subject) -> bool:
    """True when the document is one of its own kind and valid, hodemelding and every content inside it in one pass."""
    schema = compiled(subject)
    if (
        not subject.known_root
        or schema is None
        or (is_long(subject.data) and first_faults(subject.data, schema) is not None)
    ):
        return False
    return bool(schema.validate(subject.root))


def findings(subject: Subject) -> Iterator[Finding]:
    """A finding for each violation of an invalid document."""
    schema = compiled(subject)
    if schema is None or not subject.known_root:
        yield subject.finding("XSD-UNDECLARED", subject.root, detail="root", **_undeclared(subject, subject.root))
        return
    beginning = first_faults(subject.data, schema)
    if beginning is None:
        explained = explain(subject.root, schema, len(subject.data))
    else:
        explained = explain_beginning(subject.root, schema, beginning)
    for told in explained:
        yield _finding(subject, told)


def _finding(subject: Subject, told: Told) -> Finding:
    violation = told.violation
    element = violation.node
    attribute = violation.attribute.rpartition("}")[2]
    facts = {
        "found": local_name(element),
        "attribute": attribute,
        "near": told.near,
        "beside": told.beside,
        "value": shown(violation.value, local_name(element), attribute),
        "expected": _listed([f"<{name}>" for name in local_names(violation.expected)], _MOST_NAMES),
        "constraint": violation.constraint,
    }
    detail = ""
    match violation.kind:
        case Kind.UNEXPECTED:
            detail = "near" if told.near else "expected" if facts["expected"] else "nothing"
        case Kind.MISSING:
            detail = "before" if told.beside else "inside" if facts["expected"] else "anything"
        case Kind.NAMESPACE:
            facts |= {"wrong": violation.value, "right": violation.constraint}
        case Kind.UNDECLARED:
            facts |= _undeclared(subject, element)
            detail = "near" if facts["near"] else "content"
        case Kind.ATTRIBUTE_UNKNOWN:
            facts["expected"] = _listed(violation.expected, _MOST_NAMES)
            detail = "known" if violation.expected else "none"
        case Kind.ENUMERATION:
            values = [value.strip("' ") for value in violation.constraint.split(", ")]
            facts["constraint"] = _listed([f'"{value}"' for value in values], _MOST_VALUES)
        case Kind.TYPE:
            detail, facts["constraint"] = _type_asked(violation.constraint)
            detail = "blanks" if violation.value != violation.value.strip() and detail != "base64" else detail
        case _:
            pass
    return subject.finding(violation.kind.value, element, violation.attribute, detail=detail, **facts)


def _undeclared(subject: Subject, element: Any) -> dict[str, str]:
    namespace = namespace_of(element)
    near = (
        "" if subject.schemas.knows(namespace) else nearest_namespace(subject.catalogue, namespace, local_name(element))
    )
    return {"found": local_name(element), "namespace": namespace, "near": near}


_TYPES = {
    "xs:dateTime": "dateTime",
    "xs:date": "date",
    "xs:time": "time",
    "xs:boolean": "boolean",
    "xs:integer": "integer",
    "xs:int": "integer",
    "xs:nonNegativeInteger": "integer",
    "xs:positiveInteger": "integer",
    "xs:decimal": "decimal",
    "xs:double": "decimal",
    "xs:float": "decimal",
    "xs:base64Binary": "base64",
    "xs:anyURI": "uri",
    "xs:duration": "duration",
}
"""Type: the detail that says in words what it takes."""


def _type_asked(constraint: str) -> tuple[str, str]:
    if "union" in constraint:
        return "timestamp", constraint
    if "'" not in constraint:
        return "unnamed", ""
    name = constraint.split("'")[1]
    return _TYPES.get(name, "other"), name.rpartition("}")[2]


def _listed(names: Any, most: int) -> str:
    shown_names = list(names)[:most]
    return ", ".join(shown_names) + (" …" if len(names) > most else "")


CHECK = Check(tuple(kind.value for kind in Kind), "schema", findings)
