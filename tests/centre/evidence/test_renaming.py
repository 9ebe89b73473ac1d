"""The migration by which figures, withdrawals, proposals, looks and suggestions follow a series to its new name."""

import datetime
from importlib import import_module

import pytest
from django.apps import apps
from tests.centre.people import officer
from tests.observations.rows import row, table

from biosetu.centre.evidence.columns import key_hash
from biosetu.centre.evidence.models import Figure, Withdrawal
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.validation.models import Look, Suggestion
from biosetu.observations import KEY, keys_of, named_before
from biosetu.observations.answers import METHOD, reference
from biosetu.sources import official

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SIGNED = {"status": "validated", "validated_by": "MoFE", "validated_on": datetime.date(2026, 11, 1)}
NOW = row(indicator="2.CT.1", series="AG_LND_DGRD", unit="percent", value=12.0, year=2015, party="JOR")
ANSWER = NOW | SIGNED | {"source": "national", "method": METHOD, "vintage": "2020-10, the Party's answer", "value": 9.0}


def as_before(model) -> None:
    """Put rows under the name that they had before."""
    for one in model.objects.filter(indicator="2.CT.1"):
        (before,) = named_before({name: getattr(one, name) for name in KEY})
        one.indicator, one.key_hash = before["indicator"], key_hash(before)
        one.save()


def migrate() -> None:
    for name in ("evidence.migrations.0002_renamed_series", "validation.migrations.0003_renamed_series"):
        import_module(f"biosetu.centre.{name}").rename(apps, None)


def test_answers_follow_their_series() -> None:
    DatabaseStore().append(table(ANSWER))
    as_before(Figure)
    assert [one["indicator"] for one in DatabaseStore().select().to_pylist()] == ["context:AG_LND_DGRD"]
    migrate()
    (found,) = DatabaseStore().select().to_pylist()
    assert (found["indicator"], found["value"], found["validated_by"]) == ("2.CT.1", 9.0, "MoFE")
    assert DatabaseStore().append(table(ANSWER)) == 0


def test_of_two_answers_the_later_one_stands() -> None:
    DatabaseStore().append(table(ANSWER))
    as_before(Figure)
    DatabaseStore().append(table(ANSWER | {"value": 8.0}))
    migrate()
    assert [one["value"] for one in DatabaseStore().select().to_pylist()] == [8.0]
    assert sorted(one["value"] for one in DatabaseStore().history().to_pylist()) == [8.0, 9.0]


def test_what_was_withdrawn_stays_withdrawn() -> None:
    DatabaseStore().append(table(NOW))
    DatabaseStore().withdraw(keys_of(table(NOW)), reason="an error")
    as_before(Figure)
    as_before(Withdrawal)
    migrate()
    assert DatabaseStore().select().num_rows == 0
    assert DatabaseStore().withdrawn().column("indicator").to_pylist() == ["2.CT.1"]


def test_looks_and_suggestions_follow_and_a_second_run_changes_nothing() -> None:
    figure = next(one for one in official.observations("JOR").to_pylist() if one["indicator"] == "2.CT.1")
    (before,) = named_before(figure)
    seen = {"indicator": "context:AG_LND_DGRD", "series": "AG_LND_DGRD", "disaggregation_type": "", "year": 2015}
    look = Look.objects.create(party="JOR", office="MoE", at=datetime.datetime.now(datetime.UTC), figures=[seen])
    made = Suggestion.objects.create(party="JOR", reference=reference(before), answer="accept", owner=officer())
    for _ in range(2):
        migrate()
        look.refresh_from_db()
        made.refresh_from_db()
        assert [one["indicator"] for one in look.figures] == ["2.CT.1"]
        assert made.reference == reference(figure)
