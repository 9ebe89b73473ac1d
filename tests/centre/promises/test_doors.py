"""The command line of a centre reads and writes the same database, in the name of an account that may."""

import pytest
from tests.centre.people import OFFICE, centre_officer, contributor, officer

from biosetu.centre import doors
from biosetu.centre.audit.models import Entry
from biosetu.centre.promises.store import DatabasePromises
from biosetu.problems import UsageError

pytestmark = [pytest.mark.db, pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@pytest.fixture(autouse=True)
def a_centre(monkeypatch):
    monkeypatch.setattr(doors, "_require_centre", lambda: None)


def test_anybody_reads_what_is_held():
    assert len(doors.promises().load("NPL").targets) == 2


@pytest.mark.parametrize(
    ("person", "verb", "allowed"),
    [
        (officer, "promise", True),
        (officer, "bring", True),
        (centre_officer, "bring", True),
        (centre_officer, "promise", False),
        (contributor, "bring", False),
    ],
)
def test_writing_needs_an_account_that_may(person, verb, allowed):
    name = person().username
    if allowed:
        assert isinstance(doors.promises(name, "NPL", verb), DatabasePromises)
    else:
        with pytest.raises(UsageError, match="may not do this for NPL"):
            doors.promises(name, "NPL", verb)


def test_what_is_written_is_signed_by_the_account():
    person = officer()
    store = doors.promises(person.username, "NPL", "bring")
    held = store.load("NPL")
    store.save(held.model_copy(update={"targets": held.targets[:1]}))
    assert Entry.objects.latest("at").actor == person.actor.pseudonym


def test_office_is_that_of_the_account_and_an_unknown_account_is_said():
    assert doors.office(officer().username, "NPL") == OFFICE
    with pytest.raises(UsageError, match="may not decide for NPL"):
        doors.office(centre_officer().username, "NPL")
    with pytest.raises(UsageError, match="There is no account"):
        doors.office("nobody", "NPL")
