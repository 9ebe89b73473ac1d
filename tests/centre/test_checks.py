import pytest
from django.test import override_settings

from biosetu.centre import checks


def ids(found):
    return [message.id for message in found]


def test_production_without_key_and_hosts_is_refused(monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("BIOSETU_HOSTS", raising=False)
    monkeypatch.setenv("BIOSETU_PASSWORD_FAST", "yes")
    with override_settings(BIOSETU_MODE="production", BIOSETU_DEMO=True):
        assert ids(checks.production_is_closed()) == ["biosetu.E001", "biosetu.E002", "biosetu.E005", "biosetu.E007"]


def test_production_fully_set_passes(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "x" * 50)
    monkeypatch.setenv("BIOSETU_HOSTS", "centre.example.org")
    monkeypatch.setenv("BIOSETU_PASSWORD_FAST", "no")
    with override_settings(BIOSETU_MODE="production", BIOSETU_DEMO=False):
        assert ids(checks.production_is_closed()) == []


def test_local_mode_asks_for_nothing():
    assert ids(checks.production_is_closed()) == []


@pytest.mark.parametrize(
    ("setting", "value", "check", "expected"),
    [
        ("DATABASE_URL", "oracle://x", checks.database_is_known, ["biosetu.E004"]),
        ("DATABASE_URL", "postgresql://x/y", checks.database_is_known, []),
        ("DATABASE_URL", "", checks.database_is_known, []),
        ("BIOSETU_MODE", "staging", checks.mode_is_known, ["biosetu.E006"]),
        ("BIOSETU_MODE", "local", checks.mode_is_known, []),
        ("BIOSETU_CENTRES", ("iucn-asia", "nowhere"), checks.centres_are_known, ["biosetu.E008"]),
        ("BIOSETU_CENTRES", ("iucn-asia",), checks.centres_are_known, []),
    ],
)
def test_check_finds_exactly_what_is_wrong(setting, value, check, expected):
    with override_settings(**{setting: value}):
        assert ids(check()) == expected


def test_missing_front_end_is_a_warning(monkeypatch):
    monkeypatch.setattr(checks, "is_there", lambda name: False)
    assert ids(checks.front_end_is_there()) == ["biosetu.W001"]
