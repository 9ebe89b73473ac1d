"""Commands over the database of a centre give what they give over the folder."""

import pytest
from tests.alignment.commands import READING, read_by

from biosetu.alignment import PromiseFolder
from biosetu.jobs.promises import promises_of

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.mark.parametrize("name", READING)
def test_command_reads_the_same_from_the_database_as_from_the_folder(name, loaded, tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    PromiseFolder(tmp_path / "home").save(promises_of("NPL", loaded))
    (tmp_path / "folder").mkdir()
    folder = read_by(name, "NPL", tmp_path / "folder")
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "empty"))
    monkeypatch.setenv("DATABASE_URL", "the database of the tests")
    (tmp_path / "database").mkdir()
    assert read_by(name, "NPL", tmp_path / "database") == folder
