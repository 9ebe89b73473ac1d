"""The same way by the command line as by pages: same store, same states, same exit codes."""

import json
import os
import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from tests.centre.people import national, table_file
from tests.observations.rows import key
from tests.observations.rows import table as observations

from biosetu.centre import doors
from biosetu.centre.accounts.models import Account
from biosetu.centre.evidence import intake
from biosetu.centre.evidence.reader import read_here
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.cli import main
from biosetu.observations import ObservationFolder

OFFICE = "Ministry of Test"
ROWS = [national(year=year, value=0.8 + year / 100_000) for year in range(2018, 2021)]
pytestmark = [pytest.mark.db, pytest.mark.django_db]


class Said:
    def __init__(self, out, err):
        self.stdout, self.stderr = out, err


@pytest.fixture
def biosetu(capsys, monkeypatch):
    """Run a command in this process, where the tests' database is the centre's."""
    monkeypatch.setenv("DATABASE_URL", "the database of the tests")
    monkeypatch.setattr(intake, "read_apart", read_here)

    def run(*arguments, expected=0):
        code = main.run([str(argument) for argument in arguments])
        said = Said(*capsys.readouterr())
        assert code == expected, said.stderr
        return said

    return run


def table(biosetu, tmp_path, *arguments):
    out = tmp_path / "out.json"
    biosetu(*arguments, "--out", out)
    return json.loads(out.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "arguments", [("gaps", "NPL"), ("align", "coverage", "NPL"), ("observations", "runs", "--as", "kamal")]
)
def test_database_of_an_older_version_is_said_in_a_sentence(biosetu, arguments):
    doors._require_migrated.cache_clear()
    newest = max(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "promises")
    MigrationRecorder(connection).record_unapplied("promises", newest)
    said = biosetu(*arguments, expected=2)
    assert said.stderr == "The database of this centre is of an older version. Start the centre once: biosetu serve\n"
    MigrationRecorder(connection).record_applied("promises", newest)
    assert "older version" not in biosetu("accounts", "list").stderr


def test_whole_way_by_command_line(biosetu, tmp_path):
    for name, role in (("kamal", "contributor"), ("ola", "officer")):
        biosetu("accounts", "add", name, "--role", role, "--party", "NPL", "--office", OFFICE)
    figures = table_file(tmp_path, *ROWS)
    biosetu("observations", "import", figures, expected=2)
    [run] = table(biosetu, tmp_path, "observations", "import", figures, "--as", "kamal")
    assert {name: run[name] for name in ("state", "rows", "pending")} == {"state": "in_review", "rows": 3, "pending": 3}
    assert table(biosetu, tmp_path, "observations", "list", "--own") == []
    refused = biosetu("observations", "review", run["run"], "--as", "ola", expected=2)
    assert "may see" in refused.stderr
    second_step("ola")
    biosetu("observations", "review", run["run"], "--as", "kamal", expected=2)
    biosetu("observations", "review", run["run"], "--as", "ola", "--row", "2", "--return", "Wrong base year")
    [done] = table(biosetu, tmp_path, "observations", "review", run["run"], "--as", "ola")
    assert {name: done[name] for name in ("state", "accepted", "returned", "pending")} == {
        "state": "reviewed",
        "accepted": 2,
        "returned": 1,
        "pending": 0,
    }
    held = table(biosetu, tmp_path, "observations", "list", "--own")
    assert [(row["year"], row["status"], row["validated_by"]) for row in held] == [
        (2019, "validated", OFFICE),
        (2020, "validated", OFFICE),
    ]


def second_step(username):
    """What the officer does at first sign-in, in a browser."""
    Authenticator.objects.create(user=Account.objects.get(username=username), type="totp", data={"secret": "unused"})


def test_wrong_rows_exit_with_1_and_name_them_all(biosetu, tmp_path):
    biosetu("accounts", "add", "kamal", "--role", "contributor", "--party", "NPL", "--office", OFFICE)
    figures = table_file(tmp_path, ROWS[0] | {"value": 7.0}, ROWS[1] | {"party": "JOR"})
    done = biosetu("observations", "import", figures, "--as", "kamal", expected=1)
    assert "figures.csv, row 2, column value" in done.stderr
    assert "figures.csv, row 3, column party: you do not propose figures for this Party" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--role", "officer"], "needs --office"),
        (["--role", "king", "--party", "NPL", "--office", "x"], "needs --office"),
        (["--role", "officer", "--centre", "nowhere", "--office", "x"], "no centre"),
        (["--role", "officer", "--party", "ZZZ", "--office", "x"], "no Party"),
    ],
)
def test_account_that_cannot_be_is_a_usage_error(biosetu, options, said):
    assert said in biosetu("accounts", "add", "x", *options, expected=2).stderr


def test_figures_of_the_folder_move_into_the_new_centre_once(own_home):
    folder = ObservationFolder(own_home / "observations")
    folder.append(observations(*ROWS))
    folder.withdraw(key(ROWS[0]), reason="asked")
    for _ in range(2):
        call_command("adopt")
    assert DatabaseStore().select().to_pylist() == ROWS[1:]
    assert DatabaseStore().withdrawn().column("reason").to_pylist() == ["asked"]
    assert len(DatabaseStore().batches()) == 2


def test_first_account_prepares_the_database_of_a_new_home(tmp_path):
    environment = {**os.environ, "BIOSETU_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "biosetu", "accounts", "add", "kamal", "--name", "Kamal"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert len(done.stdout.strip()) >= 16
    assert (tmp_path / "home" / "centre.sqlite3").exists()
