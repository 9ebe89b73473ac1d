"""Nobody edits history, by the models, their queries or the database; a person is taken out of it."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from tests.centre.helpdesk.test_verbs import agreed

from biosetu.centre.audit.guards import REQUESTS, STRUCK
from biosetu.centre.audit.models import AppendOnlyError
from biosetu.centre.erasing import erase
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import Check, Choice, ConsentRecord, Step, SupportRequest

pytestmark = [pytest.mark.db, pytest.mark.django_db]
KEPT = (Step, ConsentRecord, Choice, Check)


@pytest.fixture
def story(people, request_of, providers, guarded):
    request, _ = agreed(people, request_of, touches_communities="yes")
    verbs.record_consent(
        request=request, by=people["community"], people="Hill people of Maya Gurung", process="Assembly", scope="All",
        status="given", on=request.today(),
    )  # fmt: skip
    verbs.act(request=request, verb="hold", by=people["officer"], reason="Maya Gurung is ill")
    return request


def test_every_guarded_column_is_a_column_and_none_is_forgotten():
    for model, table in zip(KEPT, REQUESTS, strict=True):
        assert model._meta.db_table == table.table
        assert {field.column for field in model._meta.concrete_fields} == {*table.fixed, *table.people, *table.texts}


def test_the_migration_installs_the_guards(db):
    """Its own step is taken again: a test with real transactions before this one takes guards away."""
    step = import_module("biosetu.centre.helpdesk.migrations.0010_history_stands").Migration.operations[0]
    with connection.cursor() as cursor:
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        step.reverse_code(None, editor)
        assert not guards(cursor)
        step.code(None, editor)
        assert len(guards(cursor)) == len(REQUESTS) * {"sqlite": 2, "postgresql": 1}[connection.vendor]


def guards(cursor):
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'helpdesk%'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'helpdesk%'",
    }
    cursor.execute(listed[connection.vendor])
    return cursor.fetchall()


@pytest.mark.parametrize("model", KEPT)
def test_queries_change_and_delete_nothing(model, story):
    row = model.objects.last()
    for change in (
        lambda: model.objects.update(pk=row.pk),
        lambda: model.objects.filter(pk=row.pk).delete(),
        lambda: model.objects.bulk_update([row], [model._meta.concrete_fields[1].name]),
        row.save,
        row.delete,
    ):
        with pytest.raises(AppendOnlyError):
            change()
    with pytest.raises(AppendOnlyError):
        story.steps.all().update(reason="")
    assert model.objects.filter(pk=row.pk).exists()


CHANGES = [
    ("helpdesk_step", "SET verb = 'close'"),
    ("helpdesk_step", "SET reason = 'Nobody is ill'"),
    ("helpdesk_step", "SET at = '2020-01-01 00:00:00+00'"),
    ("helpdesk_step", "SET partial = NOT partial"),
    ("helpdesk_step", "SET actor_id = (SELECT MIN(id) FROM accounts_account WHERE id <> actor_id)"),
    ("helpdesk_consentrecord", "SET status = 'refused'"),
    ("helpdesk_consentrecord", "SET people = 'Other people'"),
    ("helpdesk_consentrecord", "SET expires = '2020-01-01'"),
    ("helpdesk_choice", "SET rank = 9"),
    ("helpdesk_check", "SET looked_at = 'Nothing'"),
]


@pytest.mark.parametrize(("table", "change"), [*CHANGES, *((one.table, "") for one in REQUESTS)])
def test_the_database_itself_refuses(table, change, story):
    statement = f"UPDATE {table} {change}" if change else f"DELETE FROM {table}"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_person_is_taken_out_and_what_was_done_stands(people, story):
    officer = people["officer"]
    type(officer).objects.filter(pk=officer.pk).update(name="Maya Gurung")
    officer.refresh_from_db()
    before = list(story.steps.values_list("verb", "before", "after", "role", "at"))
    erase(account=officer, by=None)
    assert list(story.steps.values_list("verb", "before", "after", "role", "at")) == before
    last = SupportRequest.objects.get(pk=story.pk).steps.last()
    assert (last.actor, last.reason) == (None, f"{STRUCK} is ill")
    assert story.consents.get().people == f"Hill people of {STRUCK}"
    assert story.choices.get().by is None
