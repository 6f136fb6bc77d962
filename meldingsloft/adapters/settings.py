"""Layered configuration: each setting's value and where it came from.

Strongest first: a flag of the command line, the environment (``MELDINGSLOFT_<COMMAND>_<OPTION>``), the workspace's
``meldingsloft.toml`` (or the nearest one), ``$XDG_CONFIG_HOME/meldingsloft/config.toml``, the default. A table is a command,
a key one of its options; ``MELDINGSLOFT_WORKSPACE`` and ``MELDINGSLOFT_FAULT`` are no settings.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from meldingsloft.adapters.toml_files import read_toml, report
from meldingsloft.flow.msh import MshSettings

Value = str | int | float | bool | tuple[str, ...]
Kind = Literal["text", "integer", "number", "flag", "texts"]
FILE_NAME = "meldingsloft.toml"
PREFIX = "MELDINGSLOFT_"
_IDENTITY = frozenset({"workspace", "party"})
"""Tables of the workspace file that say who we are; read by ``workspace_file``."""
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that may be chosen."""

    command: str
    key: str
    kind: Kind
    default: Value
    about: str
    choices: tuple[str, ...] = ()
    least: float | None = None

    @property
    def name(self) -> str:
        """``receive.batch``."""
        return f"{self.command}.{self.key}"

    @property
    def variable(self) -> str:
        """``MELDINGSLOFT_RECEIVE_BATCH``."""
        return PREFIX + f"{self.command}_{self.key}".upper().replace("-", "_")


_OURS = MshSettings()
_CPUS = 0

SETTINGS: tuple[Setting, ...] = (
    Setting("send", "max_mail_bytes", "integer", _OURS.max_send_bytes, "largest mail that is sent, in bytes as it travels", least=1024),
    Setting("receive", "max_mail_bytes", "integer", _OURS.max_mail_bytes, "larger mails are refused unread, in bytes", least=1024),
    Setting("receive", "batch", "integer", _OURS.batch, "mails that share one durable transaction", least=1),
    Setting("receive", "decide", "texts", (), "message types (or families, `henvisning-*`) that a person answers with `decide`"),
    Setting("receive", "unknown_party", "text", _OURS.unknown_party, "our organisation, but a party we do not have", ("reject", "accept")),
    Setting("receive", "misaddressed", "text", _OURS.misaddressed, "no recipient of the document is ours", ("silent", "e21")),
    Setting("receive", "trust", "texts", (), "PEM files of further issuers to trust beside the network's own CA"),
    Setting("receive", "test_trust", "texts", (), "PEM files of further issuers to trust, but not in production"),
    Setting("receive", "environment", "text", _OURS.environment, "in production no test certificate is trusted", ("test", "production")),
    Setting("receive", "revocation", "text", _OURS.revocation, "ask for revocation, and what then becomes of a message when nobody can tell", ("off", "accept", "postpone", "refuse")),
    Setting("receive", "revocations", "texts", (), "files or folders with CRLs and OCSP responses beside the network's own"),
    Setting("run", "interval", "number", 5.0, "seconds between two looks at the inboxes", least=0.05),
    Setting("run", "workers", "integer", 1, "processes that handle mails", least=1),
    Setting("resend", "rate", "number", 0.0, "envelopes a second; 0 is as fast as it goes", least=0),
    Setting("validate", "schemas", "text", "", "folder of another schema set"),
    Setting("validate", "strict", "flag", default=False, about="warnings fail too"),
    Setting("validate", "fail_fast", "flag", default=False, about="stop at the first file with errors"),
    Setting("validate", "format", "text", "text", "form of the report", ("text", "json", "junit", "sarif", "html")),
    Setting("validate", "jobs", "integer", _CPUS, "processes; 0 is one for each processor", least=0),
)  # fmt: skip
BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The value of a setting and its origin: ``flag``, ``environment NAME``, a file's path, or ``default``."""

    name: str
    value: Value
    origin: str


class Settings:
    """All settings, resolved."""

    def __init__(self, chosen: Mapping[str, Chosen]) -> None:
        self._chosen = dict(chosen)

    def __iter__(self) -> Iterator[Chosen]:
        return iter(self._chosen.values())

    def __getitem__(self, name: str) -> Value:
        return self._chosen[name].value

    def origin(self, name: str) -> str:
        """Where the value came from."""
        return self._chosen[name].origin

    def text(self, name: str) -> str:
        """A setting of kind ``text``."""
        return str(self[name])

    def integer(self, name: str) -> int:
        """A setting of kind ``integer``."""
        return int(cast("int", self[name]))

    def texts(self, name: str) -> tuple[str, ...]:
        """A setting of kind ``texts``."""
        return cast("tuple[str, ...]", self[name])

    def default_map(self) -> dict[str, dict[str, Any]]:
        """``{command: {option: value}}`` of all that is not a default, as click takes it."""
        found: dict[str, dict[str, Any]] = {}
        for one in self:
            if one.origin != "default":
                command, key = one.name.split(".", 1)
                found.setdefault(command, {})[key] = one.value
        return found

    def msh(self) -> MshSettings:
        """What the journeys need of them."""
        return MshSettings(
            unknown_party=cast("Literal['reject', 'accept']", self.text("receive.unknown_party")),
            misaddressed=cast("Literal['silent', 'e21']", self.text("receive.misaddressed")),
            max_mail_bytes=self.integer("receive.max_mail_bytes"),
            max_send_bytes=self.integer("send.max_mail_bytes"),
            batch=self.integer("receive.batch"),
            revocation=cast("Literal['off', 'accept', 'postpone', 'refuse']", self.text("receive.revocation")),
            environment=cast("Literal['test', 'production']", self.text("receive.environment")),
        )


class _Layer:
    """What one origin chooses, and what is wrong with it."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.problems: list[str] = []
        self.chosen: dict[str, Chosen] = {}

    def take(self, setting: Setting, value: Value | None, called: str) -> None:
        """Note a value under the setting's name, or why it cannot be."""
        fault = _fault(setting, value)
        if fault or value is None:
            self.problems.append(f"{called} {fault}")
        else:
            self.chosen[setting.name] = Chosen(setting.name, value, self.origin)


def load_settings(
    *, environ: Mapping[str, str], file: Path | None, flags: Mapping[str, Value] | None = None
) -> Settings:
    """Every setting resolved; ``file`` is the ``meldingsloft.toml`` that applies, ``flags`` maps names to given values.

    Raises:
        ConfigError: ``ML-C102`` naming every unknown key and wrong value of all layers; ``ML-C101`` for broken TOML.
    """
    chosen = {setting.name: Chosen(setting.name, setting.default, "default") for setting in SETTINGS}
    problems: list[str] = []
    for layer in (*_files(environ, file), *_of_environment(environ)):
        chosen |= layer.chosen
        problems.extend(f"{layer.origin}: {problem}" for problem in layer.problems)
    chosen |= {name: Chosen(name, value, "flag") for name, value in (flags or {}).items()}
    report(problems, "", hint="mend what is named; `meldingsloft config show` lists what may be set")
    return Settings(chosen)


def resolve(folder: Path, flags: Mapping[str, Value] | None = None) -> Settings:
    """The settings of the workspace in ``folder``, under this process's environment; raises as ``load_settings``."""
    return load_settings(environ=os.environ, file=folder / FILE_NAME, flags=flags)


def _files(environ: Mapping[str, str], file: Path | None) -> Iterator[_Layer]:
    for path, skip in ((user_file(environ), frozenset[str]()), (file, _IDENTITY)):
        if path is not None and path.is_file():
            yield _of_tables(read_toml(path), str(path), skip)


def user_file(environ: Mapping[str, str]) -> Path | None:
    """``$XDG_CONFIG_HOME/meldingsloft/config.toml``, below ``~/.config`` when unset; None without a home."""
    base = environ.get("XDG_CONFIG_HOME") or (f"{environ['HOME']}/.config" if environ.get("HOME") else "")
    return Path(base) / "meldingsloft" / "config.toml" if base else None


def problems_of(tables: Mapping[str, Any]) -> list[str]:
    """Every unknown table, key and wrong value of a workspace file, the tables that say who we are aside."""
    return _of_tables(tables, "", _IDENTITY).problems


def _of_tables(tables: Mapping[str, Any], origin: str, skip: frozenset[str]) -> _Layer:
    layer = _Layer(origin)
    commands = {setting.command for setting in SETTINGS}
    for command, table in tables.items():
        if command in skip:
            continue
        if command not in commands:
            layer.problems.append(f"{command} is not known")
        elif not isinstance(table, Mapping):
            layer.problems.append(f"{command} must be a table")
        else:
            _of_table(command, table, layer)
    return layer


def _of_table(command: str, table: Mapping[str, Any], layer: _Layer) -> None:
    for key, value in table.items():
        setting = BY_NAME.get(f"{command}.{key.replace('-', '_')}")
        if setting is None:
            layer.problems.append(f"{command}.{key} is not known")
        else:
            layer.take(setting, _of_toml(setting, value), setting.name)


def _of_environment(environ: Mapping[str, str]) -> Iterator[_Layer]:
    for setting in SETTINGS:
        given = environ.get(setting.variable)
        if given is not None:
            layer = _Layer(f"environment {setting.variable}")
            layer.take(setting, _of_text(setting, given), setting.name)
            yield layer


_WANTED = {
    "text": "must be text in quotes",
    "integer": "must be a whole number",
    "number": "must be a number",
    "flag": "must be true or false",
    "texts": "must be a list of texts",
}


def _fault(setting: Setting, value: Value | None) -> str:
    if value is None:
        return _WANTED[setting.kind]
    if setting.choices and value not in setting.choices:
        return f"must be one of {', '.join(setting.choices)}"
    if setting.least is not None and isinstance(value, (int, float)) and value < setting.least:
        return f"must be at least {setting.least:g}"
    return ""


def _of_toml(setting: Setting, value: object) -> Value | None:
    """The value when its TOML type is the right one, else None."""
    if setting.kind == "texts":
        whole = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return tuple(cast("list[str]", value)) if whole else None
    if setting.kind == "flag":
        return value if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if setting.kind == "text":
        return value if isinstance(value, str) else None
    if setting.kind == "integer":
        return value if isinstance(value, int) else None
    return float(value) if isinstance(value, (int, float)) else None


def _of_text(setting: Setting, text: str) -> Value | None:
    """The value of an environment variable; lists are parted by commas."""
    if setting.kind == "text":
        return text
    if setting.kind == "texts":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if setting.kind == "flag":
        word = text.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else None
    try:
        return int(text) if setting.kind == "integer" else float(text)
    except ValueError:
        return None
