from __future__ import annotations

from pathlib import Path

import pytest

from meldingsloft.adapters.settings import SETTINGS, load_settings, user_file
from meldingsloft.domain.errors import ConfigError
from meldingsloft.flow.msh import MshSettings


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_without_anything_all_are_defaults() -> None:
    settings = load_settings(environ={}, file=None)
    assert {one.origin for one in settings} == {"default"}
    assert len(list(settings)) == len(SETTINGS)
    assert settings.msh() == MshSettings()
    assert settings.default_map() == {}


def test_the_strongest_layer_wins_and_is_named(tmp_path: Path) -> None:
    user = write(
        tmp_path / "xdg/meldingsloft/config.toml",
        "[receive]\nbatch = 2\nunknown_party = 'accept'\n[run]\nworkers = 2\ninterval = 1\n[send]\nmax-mail-bytes = 2000",
    )
    file = write(
        tmp_path / "meldingsloft.toml",
        "[workspace]\nname = 'x'\n[[party]]\n[receive]\nbatch = 3\n[run]\nworkers = 3\n[resend]\nrate = 2",
    )
    environ = {
        "XDG_CONFIG_HOME": str(tmp_path / "xdg"),
        "MELDINGSLOFT_RUN_WORKERS": "4",
        "MELDINGSLOFT_RECEIVE_DECIDE": "henvisning-2.0, epikrise-*",
        "MELDINGSLOFT_WORKSPACE": "x",
    }
    settings = load_settings(environ=environ, file=file, flags={"resend.rate": 9.0})
    found = {one.name: (one.value, one.origin) for one in settings if one.origin != "default"}
    assert found == {
        "receive.batch": (3, str(file)),
        "receive.unknown_party": ("accept", str(user)),
        "receive.decide": (("henvisning-2.0", "epikrise-*"), "environment MELDINGSLOFT_RECEIVE_DECIDE"),
        "run.workers": (4, "environment MELDINGSLOFT_RUN_WORKERS"),
        "run.interval": (1.0, str(user)),
        "send.max_mail_bytes": (2000, str(user)),
        "resend.rate": (9.0, "flag"),
    }
    assert settings.origin("receive.batch") == str(file)
    assert settings.msh() == MshSettings(unknown_party="accept", batch=3, max_send_bytes=2000)
    assert settings.default_map()["run"] == {"workers": 4, "interval": 1.0}
    assert settings.texts("receive.decide") == ("henvisning-2.0", "epikrise-*")


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path / ".config/meldingsloft/config.toml", "[workspace]\nname = 'x'\n[validate]\nstrict = 1\n")
    file = write(
        tmp_path / "meldingsloft.toml",
        "send = 3\n[recieve]\nbatch = 1\n[receive]\nbatch = 0\nbacth = 1\ndecide = 'x'\nunknown_party = 'perhaps'\nmisaddressed = true\n[run]\ninterval = 'x'\nworkers = 1.5",
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(
            environ={
                "HOME": str(tmp_path),
                "MELDINGSLOFT_RUN_WORKERS": "many",
                "MELDINGSLOFT_VALIDATE_STRICT": "perhaps",
            },
            file=file,
        )
    assert caught.value.code == "ML-C102"
    user = tmp_path / ".config/meldingsloft/config.toml"
    assert list(caught.value.problems) == [
        f"{user}: workspace is not known",
        f"{user}: validate.strict must be true or false",
        f"{file}: send must be a table",
        f"{file}: recieve is not known",
        f"{file}: receive.batch must be at least 1",
        f"{file}: receive.bacth is not known",
        f"{file}: receive.decide must be a list of texts",
        f"{file}: receive.unknown_party must be one of reject, accept",
        f"{file}: receive.misaddressed must be text in quotes",
        f"{file}: run.interval must be a number",
        f"{file}: run.workers must be a whole number",
        "environment MELDINGSLOFT_RUN_WORKERS: run.workers must be a whole number",
        "environment MELDINGSLOFT_VALIDATE_STRICT: validate.strict must be true or false",
    ]


@pytest.mark.parametrize(("text", "value"), [("1", True), ("YES", True), ("off", False), ("0", False)])
def test_flags_of_the_environment(text: str, value: bool) -> None:
    settings = load_settings(environ={"MELDINGSLOFT_VALIDATE_STRICT": text}, file=None)
    assert settings["validate.strict"] is value


def test_where_the_users_file_lies() -> None:
    assert user_file({}) is None
    assert user_file({"HOME": "/h"}) == Path("/h/.config/meldingsloft/config.toml")
    assert user_file({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}) == Path("/x/meldingsloft/config.toml")


def test_every_setting_says_what_it_does_and_its_default_is_allowed() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.about
        assert not setting.choices or setting.default in setting.choices
