"""The database adapter: the contract of `PromiseStore`, its audit, two writers at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connections
from tests.alignment.store_contract import STATED, WHOLE, PromiseStoreContract, rated, target
from tests.centre.people import officer

from biosetu.alignment import PromiseFolder, Promises
from biosetu.centre.audit.models import Entry
from biosetu.centre.promises.models import ActionRow, TargetRow
from biosetu.centre.promises.store import DatabasePromises, version, writing

pytestmark = [pytest.mark.db, pytest.mark.django_db]


class TestDatabaseContract(PromiseStoreContract):
    @pytest.fixture
    def store(self):
        return DatabasePromises()


def test_each_change_is_recorded_once_with_who_and_what():
    person = officer()
    store = DatabasePromises(person)
    store.save(WHOLE)
    store.save(WHOLE)
    store.save(WHOLE.model_copy(update={"targets": WHOLE.targets[:1], "actions": ()}))
    first, second = Entry.objects.filter(record="promises").order_by("pk")
    assert first.changes["targets.new"] == ["NT-3", "a/b ; ?"]
    assert first.changes["decisions.new"] == ["000000", "000001"]
    assert second.changes == {"targets.removed": ["a/b ; ?"], "actions.removed": ["A"]}
    assert {first.actor, second.actor} == {person.actor.pseudonym}
    assert (first.verb, first.party, second.record_id) == ("keep", "NPL", "NPL")


def test_long_list_of_changes_is_shortened_in_the_record():
    many = Promises(party="NPL", targets=tuple(target(f"{n}") for n in range(25)))
    DatabasePromises().save(many)
    assert Entry.objects.get().changes["targets.new"][-2:] == ["19", "+5"]


def test_self_assessment_is_recorded_with_its_scores():
    DatabasePromises(officer()).keep_assessment(rated("NPL", 1))
    entry = Entry.objects.get(verb="assess_capacity")
    assert entry.changes == {"number": 1, "by": "Ministry", "ratings": {"A.1": {"data": 1}}}


def test_own_statements_are_recorded_by_kind_and_only_where_they_change():
    store = DatabasePromises(officer())
    store.keep_own("NPL", STATED)
    store.keep_own("NPL", STATED)
    store.keep_own("NPL", replace(STATED, missing=()))
    first, second = Entry.objects.filter(verb="state").order_by("pk")
    assert first.changes["quantities.new"] == ["quantities:Q1", "quantities:A 0"]
    assert first.changes["progress.new"] == ["progress:3:2026", "progress:3:2024"]
    assert second.changes == {"missing.removed": ["missing:M1"]}


def test_what_lay_in_the_folder_is_taken_over_once_the_database_keeps_it(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    PromiseFolder(tmp_path).keep_own("NPL", STATED)
    (tmp_path / "statements" / "BTN.json").write_text('{"version": 9}')
    before = version()
    import_module("biosetu.centre.promises.migrations.0002_own_statements").take_over(apps, None)
    assert DatabasePromises().own("NPL") == STATED
    assert DatabasePromises().own("BTN") is None
    assert version() != before


def test_only_rows_that_changed_are_written_anew():
    DatabasePromises().save(WHOLE)
    before = list(TargetRow.objects.order_by("key").values_list("pk", flat=True))
    changed = WHOLE.targets[0].model_copy(update={"sequence": 9})
    DatabasePromises().save(WHOLE.model_copy(update={"targets": (changed, WHOLE.targets[1])}))
    assert list(TargetRow.objects.order_by("key").values_list("pk", flat=True)) == before
    assert ActionRow.objects.count() == 1


def test_same_id_twice_is_refused_and_nothing_is_written():
    twice = Promises(party="NPL", targets=(target("1"), target("1")))
    with pytest.raises(ValueError, match="'1' stands twice"):
        DatabasePromises().save(twice)
    assert (TargetRow.objects.count(), Entry.objects.count()) == (0, 0)


def test_version_rises_with_promises_and_with_assessments_only():
    seen = [version()]
    DatabasePromises().save(WHOLE)
    seen.append(version())
    DatabasePromises().save(WHOLE)
    assert version() == seen[-1]
    DatabasePromises().keep_assessment(rated("NPL", 1))
    seen.append(version())
    DatabasePromises().keep_own("NPL", STATED)
    assert len({*seen, version()}) == 4


def test_loading_needs_the_same_queries_for_one_target_and_for_many(django_assert_num_queries):
    DatabasePromises().save(Promises(party="NPL", targets=tuple(target(f"{n}") for n in range(200))))
    with django_assert_num_queries(6):
        assert len(DatabasePromises().load("NPL").targets) == 200


@pytest.mark.django_db(transaction=True)
def test_two_who_add_at_the_same_time_lose_nothing(guards_removed):
    def add(name):
        try:
            with writing("NPL"):
                held = DatabasePromises().load("NPL")
                DatabasePromises().save(held.model_copy(update={"targets": (*held.targets, target(name))}))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, [f"{n}" for n in range(12)]))
    assert {held.id for held in DatabasePromises().load("NPL").targets} == {f"{n}" for n in range(12)}
