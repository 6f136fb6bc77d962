"""Starter cases: a case in TOML that builds as it stands, each key explained by the form it is for.

The values stand in ``data/starters``, the explanations come from the form. A small starter has what care cannot do without;
a full one shows most of the form, and the rest as comments.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

from meldingsloft.data import read_text
from meldingsloft.fagmelding.forms import Field, Form, Group, Need
from meldingsloft.fagmelding.kinds import Raw

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 118
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def starter_values(form: Form, *, full: bool) -> dict[str, Raw]:
    """The values of a starter case, as TOML gives them."""
    return tomllib.loads(read_text(f"starters/{form.short_name}.{'full' if full else 'small'}.toml"))


def starter(form: Form, *, full: bool) -> str:
    """A commented starter case, ending in a line break."""
    lines = [
        f"# {form.title}: a case for `meldingsloft build {form.short_name} FILE`.",
        "# Invented people and ids. What is marked * must be there; ids and times that are left out are made.",
    ]
    if not full:
        lines.append(
            f"# This is the small one: `meldingsloft build {form.short_name} --example --full` shows all that can be said."
        )
    values = starter_values(form, full=full)
    lines.extend(_table(form.top, values, (), full=full, explain=True))
    return "\n".join(lines) + "\n"


def _table(
    group: Group, values: Mapping[str, Raw], path: tuple[str, ...], *, full: bool, explain: bool
) -> Iterator[str]:
    fields = [item for item in group.asked if isinstance(item, Field)]
    spaced = not path
    for item in fields:
        if item.key in values or (full and explain):
            if spaced:
                yield ""
                spaced = False
            yield from _answer(item, values, explain=explain)
    for inner in group.asked:
        if isinstance(inner, Group):
            yield from _tables(inner, values.get(inner.key), (*path, inner.key), full=full, explain=explain)


def _tables(group: Group, raw: Raw, path: tuple[str, ...], *, full: bool, explain: bool) -> Iterator[str]:
    name = ".".join(path)
    heading = f"[[{name}]]" if group.many else f"[{name}]"
    if raw is None:
        if full and explain and len(path) <= 3:
            yield ""
            yield f"# {heading}  # {group.help}"
            yield from (f"# {item.key} = …  # {_told(item)}" for item in group.asked if isinstance(item, Field))
        return
    for number, one in enumerate(raw if group.many else [raw]):
        first = explain and number == 0
        yield ""
        if first:
            yield f"# {group.help}{_star(group)}"
        yield heading
        yield from _table(group, one, path, full=full, explain=first)


def _answer(item: Field, values: Mapping[str, Raw], *, explain: bool) -> Iterator[str]:
    if item.key not in values:
        yield f"# {item.key} = …  # {_told(item)}"
        return
    line = f"{item.key} = {toml(values[item.key])}"
    if not explain:
        yield line
    elif "\n" in line or len(line) + len(_told(item)) + 4 > _WIDTH:
        yield f"# {_told(item)}"
        yield line
    else:
        yield f"{line}  # {_told(item)}"


def _told(item: Field) -> str:
    return item.help + _star(item)


def _star(item: Field | Group) -> str:
    return "" if item.need is Need.NO else " *"


def toml(raw: Raw) -> str:
    """A raw value in TOML; a text of several lines as a block.

    Raises:
        TypeError: TOML has no such value.
    """
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return _text(raw)
    if isinstance(raw, int | float):
        return str(raw)
    if isinstance(raw, dt.date | dt.time):
        return raw.isoformat()
    if isinstance(raw, Mapping):
        return f"{{ {', '.join(f'{_key(str(key))} = {toml(value)}' for key, value in raw.items())} }}" if raw else "{}"
    if isinstance(raw, Sequence):
        return f"[{', '.join(toml(value) for value in raw)}]"
    raise TypeError(type(raw).__name__)


def _text(text: str) -> str:
    if "\n" in text and "\r" not in text:
        block = text.replace("\\", "\\\\").replace('"""', '""\\"')
        block = "".join(
            _escaped(character) if ord(character) < 32 and character != "\n" else character for character in block
        )
        return f'"""\n{block}"""' if not block.endswith('"') else f'"""\n{block[:-1]}\\""""'
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\u{ord(character):04X}" if ord(character) < 32 or ord(character) == 127 else character


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)
