"""Every form is whole: places can be parsed, elements are in the schema's order, keys are one of a kind, lists exist."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.domain.errors import WrongUsageError
from meldingsloft.fagmelding.codes import Choice, Code, Coding
from meldingsloft.fagmelding.forms import Field, Form, Group, Step, Written, order_of, steps
from meldingsloft.fagmelding.registry import BUILDABLE, form_of

CODES = PackagedCodeLists()
with_forms = pytest.mark.parametrize("form", [form_of(name) for name in BUILDABLE], ids=BUILDABLE)


def declared(group: Group, way: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Field | Group | Written]]:
    """Every declaration with the whole way to its place."""
    for item in group.items:
        full = (*way, *steps(item.place))
        yield full, item
        if isinstance(item, Group):
            yield from declared(item, full)


@with_forms
def test_every_element_has_its_order(form: Form) -> None:
    for way, _ in declared(form.top):
        namespace, name = form.namespace, form.root
        for step in way:
            children = form.order.get((namespace, name))
            namespace = form.namespaces[step.prefix] if step.prefix else namespace
            assert children is not None, (name, step.text)
            assert step.name in children, (name, step.text)
            name = step.name


@with_forms
def test_every_code_that_a_place_asks_for_is_in_its_list(form: Form) -> None:
    asked = [step.asked for way, _ in declared(form.top) for step in way if step.asked]
    assert [one for one in asked if CODES.display(one.list_number, one.code) is None] == []


@with_forms
def test_every_list_is_known(form: Form) -> None:
    for _, item in declared(form.top):
        kind = None if isinstance(item, Group) else item.kind
        numbers = (
            kind.lists if isinstance(kind, Coding) else (kind.list_number,) if isinstance(kind, Code | Choice) else ()
        )
        assert [number for number in numbers if CODES.name(number) == number] == []
        if isinstance(kind, Code):
            assert CODES.codes(kind.list_number), kind.list_number
            assert [code for code in kind.only if CODES.display(kind.list_number, code) is None] == []


@with_forms
def test_keys_are_one_of_a_kind_and_explained(form: Form) -> None:
    for _, item in [((), form.top), *declared(form.top)]:
        if isinstance(item, Group):
            keys = [inner.key for inner in item.asked]
            assert len(keys) == len(set(keys)), item.key
        if not isinstance(item, Written):
            assert item.help
            assert item.help == item.help.strip().rstrip(".")


@with_forms
def test_no_two_answers_have_the_same_place(form: Form) -> None:
    """Groups that become elements of their own each time may share a name; single answers may not."""

    def places(group: Group, way: tuple[Step, ...]) -> Iterator[str]:
        for item in group.items:
            full = (*way, *steps(item.place))
            if isinstance(item, Group):
                if not item.many:
                    yield from places(item, full)
            elif item.place:
                yield "/".join(step.text for step in full)

    found = list(places(form.top, ()))
    assert sorted(place for place in set(found) if found.count(place) > 1) == []


def test_forms_are_for_types_of_the_catalogue_and_agree_with_it() -> None:
    catalogue = load_catalogue()
    assert {row.short_name for row in catalogue if row.build} == set(BUILDABLE)
    for name in BUILDABLE:
        row, form = catalogue.named(name), form_of(name)
        assert (form.root == "MsgHead") == row.in_msghead
        if not row.in_msghead:
            assert (form.namespace, form.root) == (row.namespace, row.root)
        else:
            assert row.namespace in form.namespaces.values()
        for code, shown in zip(row.type_codes, row.type_names, strict=True):
            assert CODES.display("8279", code) == shown


def test_a_type_without_a_form_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(WrongUsageError) as caught:
        form_of("rekvisisjon-1.6")
    assert caught.value.code == "ML-C042"
    assert "epikrise-1.2" in caught.value.hint


def test_a_place_is_parsed_into_steps() -> None:
    one, two, three = steps("b64:A/Document[RefDoc/MsgType=8114:A]/Ident[TypeId~9051:HER]")
    assert (one.prefix, one.name, one.asked) == ("b64", "A", None)
    assert two.asked is not None
    assert (two.name, two.asked.names, two.asked.list_number, two.asked.code) == (
        "Document",
        ("RefDoc", "MsgType"),
        "8114",
        "A",
    )
    assert three.asked is not None
    assert (two.asked.with_system, three.asked.with_system) == (False, True)
    assert steps("") == ()


@pytest.mark.parametrize("place", ["A//B", "A[B]", "A[B=8114]", "/A", "A B"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="not a step"):
        steps(place)


def test_an_order_is_read_from_lines() -> None:
    assert order_of("n", "\nA: B C\nB: D\n") == {("n", "A"): ("B", "C"), ("n", "B"): ("D",)}
