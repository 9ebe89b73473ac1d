import sqlite3

import pytest

from biosetu.centre.databases import PRAGMAS, database, is_known


def test_empty_address_means_sqlite_in_write_ahead_mode(tmp_path):
    settings = database("", tmp_path / "x.sqlite3")
    assert settings["ENGINE"] == "django.db.backends.sqlite3"
    assert settings["NAME"] == str(tmp_path / "x.sqlite3")
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_pragmas_are_understood_by_sqlite(tmp_path):
    connection = sqlite3.connect(tmp_path / "x.sqlite3")
    connection.executescript(";".join(PRAGMAS))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    connection.close()


def test_postgresql_address_is_taken_apart(tmp_path):
    settings = database("postgresql://me:secret@db.example:5433/figures", tmp_path / "x")
    parts = {key: settings[key] for key in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT", "NAME")}
    assert parts == {
        "ENGINE": "django.db.backends.postgresql",
        "USER": "me",
        "PASSWORD": "secret",
        "HOST": "db.example",
        "PORT": 5433,
        "NAME": "figures",
    }


@pytest.mark.parametrize(("url", "known"), [("", True), ("postgres://x", True), ("mysql://x", False)])
def test_only_tested_databases_are_known(url, known):
    assert is_known(url) is known
