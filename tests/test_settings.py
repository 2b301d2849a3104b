"""Settings are read once and typed; a wrong or missing one stops the start and names itself."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from server import keyfiles
from server.helpline import convert, read_helpline
from server.settings import Settings, SettingsError, data_folder, read_settings

ROOT = Path(__file__).resolve().parents[1]
HELPLINE = ROOT / "config" / "helpline.toml"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Everything a worker needs, right."""
    keyfiles.ensure(tmp_path / "data")
    return {
        "REDIS_URL": "redis://chat:canary@127.0.0.1:6379",
        "ALARM_DATA": str(tmp_path / "data"),
        "ALARM_CHAT_ORIGIN": "https://chat.example.no",
        "ALARM_STAFF_ORIGIN": "https://staff.example.no:8443",
        "ALARM_HOST_ORIGINS": "https://www.example.no http://127.0.0.1:8117",
        "PATH": "/usr/bin",
    }


@pytest.fixture
def raw() -> dict[str, Any]:
    """What the real helpline.toml holds."""
    return tomllib.loads(HELPLINE.read_text("utf-8"))


def test_right_settings_are_read(environ: dict[str, str]) -> None:
    """All right: typed values, and what was left out has its default."""
    settings = read_settings(environ)

    assert settings.host_origins == ("https://www.example.no", "http://127.0.0.1:8117")
    assert (settings.open_always, settings.weak_store) == (False, False)
    assert (len(settings.registrar_key), len(settings.receipt_key), len(settings.token_secret.value)) == (65, 32, 32)
    assert settings.helpline.opening["sat"] == ("16:15", "23:45")
    assert settings.helpline.opening["sun"] == ("16:15", "22:45")
    assert settings.worker != read_settings(environ).worker


def test_the_trial_switches_are_words(environ: dict[str, str]) -> None:
    """`ALARM_OPEN=always` and `ALARM_STORE=weak` are asked for in so many words."""
    settings = read_settings(environ | {"ALARM_OPEN": "always", "ALARM_STORE": "weak"})

    assert (settings.open_always, settings.weak_store) == (True, True)


def test_secrets_do_not_show(environ: dict[str, str]) -> None:
    """No secret and no password appears in the settings' own text."""
    settings = read_settings(environ)
    shown = f"{settings!r} {settings} {settings.token_secret!r} {settings.token_secret}"

    assert "canary" not in shown
    assert repr(settings.token_secret.value) not in shown
    assert settings.token_secret.value.hex() not in shown


def test_settings_are_frozen(environ: dict[str, str]) -> None:
    """Nobody changes a setting while the worker runs."""
    with pytest.raises(AttributeError):
        read_settings(environ).open_always = True  # type: ignore[misc]


@pytest.mark.parametrize("name", ["REDIS_URL", "ALARM_CHAT_ORIGIN", "ALARM_STAFF_ORIGIN", "ALARM_HOST_ORIGINS"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_name_is_named(environ: dict[str, str], name: str, value: str | None) -> None:
    """What must be set and is not: its own name, and that nothing came."""
    wrong = {key: kept for key, kept in environ.items() if key != name} | ({} if value is None else {name: value})

    assert_refused(wrong, name, "nothing")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "http://127.0.0.1"),
        ("ALARM_CHAT_ORIGIN", "https://chat.example.no/"),
        ("ALARM_CHAT_ORIGIN", "http://chat.example.no"),
        ("ALARM_CHAT_ORIGIN", "HTTPS://CHAT.EXAMPLE.NO"),
        ("ALARM_STAFF_ORIGIN", "staff.example.no"),
        ("ALARM_HOST_ORIGINS", "https://www.example.no, https://example.no"),
        ("ALARM_OPEN", "yes"),
        ("ALARM_STORE", "always"),
        ("ALARM_OPS", "0.0.0.0:9116"),
        ("ALARM_OPS", "127.0.0.1:70000"),
        ("ALARM_OPS", "unix:relative"),
        ("ALARM_HOSTORIGINS", "https://www.example.no"),
    ],
)
def test_a_wrong_value_is_named(environ: dict[str, str], name: str, value: str) -> None:
    """What is wrong: its own name, what was expected and what came."""
    assert_refused(environ | {name: value}, name)


def test_a_wrong_redis_url_is_not_shown(environ: dict[str, str]) -> None:
    """The address of the store may hold a password."""
    with pytest.raises(SettingsError) as caught:
        read_settings(environ | {"REDIS_URL": "canary"})

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("file", ["token.secret", "audit.secret", "registrar.pub", "receipt.pub"])
def test_a_missing_key_file_is_named_with_the_command_that_makes_it(environ: dict[str, str], file: str) -> None:
    """A missing key file: its path and `python -m server keys`."""
    (data_folder(environ) / file).unlink()

    with pytest.raises(SettingsError, match=rf"{file}: expected a key file \(python -m server keys makes .*, got no file"):
        read_settings(environ)


@pytest.mark.parametrize("file", ["token.secret", "audit.secret", "registrar.pub", "receipt.pub"])
def test_a_key_file_with_other_content_is_named(environ: dict[str, str], file: str) -> None:
    """A key file that holds something else: its path, and nothing of what it holds."""
    (data_folder(environ) / file).write_text("canary")

    with pytest.raises(SettingsError, match=file) as caught:
        read_settings(environ)
    assert "canary" not in str(caught.value)


def test_the_wrong_kind_of_key_is_named(environ: dict[str, str]) -> None:
    """A key of another kind in the place of the registrar's is refused."""
    data = data_folder(environ)
    (data / "registrar.pub").write_bytes((data / "receipt.pub").read_bytes())

    assert_refused(environ, f"{data}/registrar.pub", "another kind of key")


def test_a_secret_that_others_can_read_is_refused(environ: dict[str, str]) -> None:
    """`token.secret` is for its owner alone."""
    (data_folder(environ) / "token.secret").chmod(0o644)

    assert_refused(environ, f"{data_folder(environ)}/token.secret", "mode 0644")


def test_a_missing_file_of_settings_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    """No helpline.toml: its path."""
    assert_refused(environ | {"ALARM_CONFIG": str(tmp_path / "no.toml")}, f"{tmp_path}/no.toml", "No such file or directory")


def test_broken_toml_is_named(tmp_path: Path) -> None:
    """A file that is not TOML: its path and the line."""
    (tmp_path / "helpline.toml").write_text('name = "x\n')

    with pytest.raises(SettingsError, match=r"helpline\.toml: expected TOML in UTF-8, got .*line 1"):
        read_helpline(tmp_path / "helpline.toml")


@pytest.mark.parametrize(
    ("change", "name", "came"),
    [
        ({"line_cp": 3}, "line_cp", "the unknown name `line_cp`"),
        ({"line_cap": "many"}, "line_cap", "'many'"),
        ({"line_cap": 0}, "line_cap", "0"),
        ({"room": 4}, "room", "4"),
        ({"opening": None}, "opening", "nothing"),
        ({"opening": {"mo": ["16:15", "22:45"]}}, "opening.mo", "`mo`"),
        ({"opening": {"mon": ["16:15", "25:00"]}}, "opening.mon", "['16:15', '25:00']"),
        ({"opening": {"mon": ["24:00", "02:00"]}}, "opening.mon", "['24:00', '02:00']"),
        ({"opening": {"mon": "closed"}}, "opening.mon", "'closed'"),
        ({"exceptions": {"24.12.2026": "closed"}}, "exceptions.24.12.2026", "`24.12.2026`"),
        ({"exceptions": {"2026-12-24": "clsd"}}, "exceptions.2026-12-24", "'clsd'"),
        ({"numbers": []}, "numbers", "[]"),
        ({"numbers": [{"number": "112", "label": "x", "tel": "one"}]}, "numbers[0].tel", "'one'"),
        ({"numbers": [{"number": "112", "label": "x", "tel": "112", "tl": ""}]}, "numbers[0].tl", "the unknown name `tl`"),
        ({"numbers": [{"number": "112", "label": "x"}]}, "numbers[0].tel", "nothing"),
        ({"timezone": "Oslo"}, "timezone", "'Oslo'"),
        ({"default_language": "se"}, "default_language", "'se'"),
        ({"exit_url": "http://example.no"}, "exit_url", "'http://example.no'"),
        ({"counsellor_told_seconds": 60}, "counsellor_lost_seconds", "45"),
    ],
)
def test_a_wrong_setting_of_the_helpline_is_named(raw: dict[str, Any], change: dict[str, Any], name: str, came: str) -> None:
    """A typo, a wrong type or a value out of bounds: the setting's name and what came."""
    with pytest.raises(SettingsError) as caught:
        convert(raw | change, "helpline.toml")

    assert (caught.value.name, caught.value.came if isinstance(caught.value.came, str) else str(caught.value.came)) == (
        f"helpline.toml: {name}",
        came,
    )


@pytest.mark.parametrize("name", ["name", "timezone", "languages", "default_language", "exit_url", "opening", "numbers"])
def test_a_missing_setting_of_the_helpline_is_named(raw: dict[str, Any], name: str) -> None:
    """What must be set and is not: its own name."""
    del raw[name]

    with pytest.raises(SettingsError, match=rf"helpline\.toml: {name}: .*got nothing"):
        convert(raw, "helpline.toml")


def test_a_closed_date_and_a_window_over_midnight(raw: dict[str, Any]) -> None:
    """`closed` is None; a window may end at 24:00 or on the next day."""
    changed = {"exceptions": {"2026-12-24": "closed", "2026-12-31": ["16:15", "24:00"], "2027-01-01": ["22:00", "02:00"]}}

    assert convert(raw | changed, "helpline.toml").exceptions == {
        "2026-12-24": None,
        "2026-12-31": ("16:15", "24:00"),
        "2027-01-01": ("22:00", "02:00"),
    }


def test_a_child_sees_no_number_that_nobody_confirmed() -> None:
    """Every number in helpline.toml stands in the data with a source, and without a mark that it must be confirmed first."""
    known = {entry["nummer"]: entry["kilde"] for entry in json.loads((ROOT / "config/data/hjelpenumre.json").read_text("utf-8"))["norge"]}
    helpline = read_helpline(HELPLINE)

    for number in helpline.numbers + helpline.other_help:
        assert number.tel in known
        assert not any(mark in known[number.tel] for mark in ("skal bekreftes", "ubekreftet", "generell kunnskap"))
        assert number.number.replace(" ", "") == number.tel


def assert_refused(environ: dict[str, str], name: str, came: str | None = None) -> None:
    """The start stops, and names this setting and what came."""
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)

    assert caught.value.name == name
    assert came is None or str(caught.value.came) == came


def test_a_settings_object_needs_every_field() -> None:
    """There is no half-made Settings."""
    with pytest.raises(TypeError):
        Settings()  # type: ignore[call-arg]
