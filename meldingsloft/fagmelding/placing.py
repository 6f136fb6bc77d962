"""From typed values to the XML tree: every answer to its place, every element in the order of its schema."""

from __future__ import annotations

from meldingsloft.fagmelding.codes import Coded, write_coded
from meldingsloft.fagmelding.forms import Asked, Field, Form, Group, Step, Values, Written, steps
from meldingsloft.fagmelding.kinds import Surroundings
from meldingsloft.fagmelding.writing import Node


def place_values(form: Form, values: Values, around: Surroundings) -> Node:
    """The root element of the message."""
    return _Placer(form, around).message(values)


class _Placer:
    def __init__(self, form: Form, around: Surroundings) -> None:
        self._form = form
        self._around = around

    def message(self, values: Values) -> Node:
        root = Node(self._form.namespace, self._form.root)
        self._group(self._form.top, values, root, ())
        self._order(root)
        return root

    def _group(self, group: Group, values: Values, home: Node, way: tuple[Step, ...]) -> None:
        """``way`` leads from ``home`` to the group's own place; its elements are made when something is put there."""
        for item in group.items:
            if isinstance(item, Written):
                self._written(item, values, home, way)
            elif item.key in values:
                self._item(item, values[item.key], home, (*way, *steps(item.place)))

    def _item(self, item: Field | Group, value: object, home: Node, way: tuple[Step, ...]) -> None:
        if isinstance(item, Group):
            if not item.many:
                assert isinstance(value, dict)
                self._group(item, value, home, way)
                return
            assert isinstance(value, list)
            for one in value:
                self._group(item, one, self._made(home, way, fresh=True) if item.place else home, ())
        elif item.place and value is not None:
            for one in value if item.many else [value]:  # type: ignore[attr-defined]
                item.kind.write(self._made(home, way, fresh=item.many), one)

    def _written(self, item: Written, values: Values, home: Node, way: tuple[Step, ...]) -> None:
        full = (*way, *steps(item.place))
        if item.inside and not self._there(home, full[:-1]):
            return
        raw = item.value(values, self._around) if callable(item.value) else item.value
        if raw is not None:
            item.kind.write(self._made(home, full, fresh=False), item.kind.read(raw, self._around))

    def _made(self, home: Node, way: tuple[Step, ...], *, fresh: bool) -> Node:
        """The element at the end of a way; ``fresh`` makes the last one anew."""
        node = home
        for number, step in enumerate(way):
            made = None if fresh and number == len(way) - 1 else node.made.get(step.text)
            if made is None:
                made = node.child(step.name, namespace=self._form.namespaces[step.prefix] if step.prefix else None)
                if step.asked:
                    self._tell_apart(made, step.asked)
                if not (fresh and number == len(way) - 1):
                    node.made[step.text] = made
            node = made
        return node

    def _tell_apart(self, node: Node, asked: Asked) -> None:
        for name in asked.names:
            child = node.made.get(name) or node.child(name)
            node.made[name] = child
            node = child
        name = self._around.codes.display(asked.list_number, asked.code) or ""
        write_coded(node, Coded(asked.code, name, asked.list_number), with_system=asked.with_system)

    @staticmethod
    def _there(home: Node, way: tuple[Step, ...]) -> bool:
        node: Node | None = home
        for step in way:
            node = node.made.get(step.text) if node else None
        return node is not None

    def _order(self, node: Node) -> None:
        order = self._form.order.get((node.namespace, node.name))
        children = list(node.nodes)
        if order and children:
            node.children.sort(key=lambda child: order.index(child.name) if isinstance(child, Node) else -1)
        for child in children:
            self._order(child)
