from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction
from tests.centre.people import account

from biosetu.centre.accounts.models import Account
from biosetu.centre.audit.guards import ENTRIES, install, remove
from biosetu.centre.audit.models import AppendOnlyError, Entry, PersonalValue
from biosetu.centre.audit.trail import HASHED, actor_of, erase, record

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def entry(actor, **personal):
    return record(actor=actor, verb="accept", record="run", record_id=1, party="NPL", personal=personal)


def test_entry_names_a_pseudonym_and_hashes_what_is_personal():
    who = account("somebody")
    made = entry(who, reason="Ask Mrs Gurung")
    assert made.actor == actor_of(who).pseudonym
    assert made.changes["reason"].startswith(HASHED)
    digest = made.changes["reason"].removeprefix(HASHED)
    assert PersonalValue.objects.get(digest=digest).value == "Ask Mrs Gurung"


def test_same_personal_value_twice_has_two_hashes():
    who = account("somebody")
    assert entry(who, reason="same").changes != entry(who, reason="same").changes


def test_erased_person_leaves_entries_that_lead_nowhere():
    who = account("somebody")
    made = entry(who, reason="Ask Mrs Gurung")
    erase(who)
    kept = Entry.objects.get(pk=made.pk)
    assert (kept.actor, kept.verb, kept.changes) == (made.actor, "accept", made.changes)
    assert (Account.objects.count(), PersonalValue.objects.count()) == (0, 0)


def test_model_refuses_to_change_or_delete():
    made = entry(account("somebody"))
    made.verb = "return"
    with pytest.raises(AppendOnlyError):
        made.save()
    with pytest.raises(AppendOnlyError):
        made.delete()


@pytest.fixture
def guards(db):
    """The triggers as the migration leaves them, whatever earlier tests did to them; gone with the transaction."""
    with connection.cursor() as cursor:
        for statement in (*ENTRIES.remove(connection.vendor), *ENTRIES.install(connection.vendor)):
            cursor.execute(statement)


def test_the_migration_installs_the_guards():
    migration = import_module("biosetu.centre.audit.migrations.0002_append_only").Migration
    assert [(step.code, step.reverse_code) for step in migration.operations] == [(install, remove)]


@pytest.mark.parametrize("change", ["UPDATE audit_entry SET verb = 'x'", "DELETE FROM audit_entry"])
def test_database_refuses_to_change_or_delete(change, guards):
    entry(account("somebody"))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Entry.objects.get().verb == "accept"


def test_entry_falls_with_the_transaction_it_records():
    who = account("somebody")
    with transaction.atomic():
        entry(who)
        transaction.set_rollback(True)
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_entry_outside_of_a_transaction_is_refused(guards_removed):
    with pytest.raises(RuntimeError, match="belongs in the transaction"):
        entry(None)
