"""Commands over the database of a centre give what they give over the folder."""

import pytest
from tests.alignment.commands import READING, read_by
from tests.centre.people import contributor, officer

from biosetu.alignment import PromiseFolder
from biosetu.centre.audit.models import Entry
from biosetu.centre.pages import reading as public
from biosetu.centre.promises.store import DatabasePromises
from biosetu.cli.main import run
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


QUANTITIES = (
    "id,title,targets,indicator,series,disaggregation,value,unit,direction,deadline,baseline_value,baseline_year,source\n"
    'Q1,30 % of land by 2030,3,3.1,,terrestrial,30,%,at least,2030,23,2020,"NBSAP, p. 12"\n'
)


def test_what_a_party_states_is_kept_in_the_database_in_the_name_of_its_officer(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATABASE_URL", "the database of the tests")
    (tmp_path / "q.csv").write_text(QUANTITIES, encoding="utf-8")
    command = ["observations", "statements", "NPL", str(tmp_path / "q.csv")]
    assert run(command) == 2
    assert "--as ACCOUNT" in capsys.readouterr().err
    assert run([*command, "--as", contributor("NPL").username]) == 2
    person = officer()
    assert run([*command, "--as", person.username, "--dry-run"]) == 0
    assert DatabasePromises().own("NPL") is None
    assert run([*command, "--as", person.username]) == 0
    assert [one.value for one in DatabasePromises().own("NPL").quantities] == [30.0]
    assert not (tmp_path / "home" / "statements").exists()
    assert [path.quantity.id for path in public.evidence("NPL").pathways] == ["Q1"]
    assert Entry.objects.get(verb="state").actor == person.actor.pseudonym
