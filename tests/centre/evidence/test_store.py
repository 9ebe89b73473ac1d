from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, connections, transaction
from tests.observations.rows import key, row, table
from tests.observations.store_contract import StoreContract

from biosetu.centre.evidence.models import Figure, Store
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.observations import NewerStoreError

pytestmark = [pytest.mark.db, pytest.mark.django_db]


class TestDatabaseContract(StoreContract):
    @pytest.fixture
    def store(self):
        return DatabaseStore()

    @pytest.fixture
    def again(self):
        return lambda store: DatabaseStore()


def test_store_of_a_newer_version_is_refused_and_left_alone():
    DatabaseStore().append(table(row()))
    Store.objects.update(version=99)
    for ask in (lambda: DatabaseStore().select(), lambda: DatabaseStore().append(table(row(year=2019)))):
        with pytest.raises(NewerStoreError, match=r"another version of BioSetu.*99"):
            ask()
    assert Figure.objects.count() == 1


def test_every_column_comes_back_as_it_went_in():
    import datetime

    full = row(
        source="national",
        status="validated",
        validated_by="Office",
        validated_on=datetime.date(2026, 2, 28),
        period_start=2019,
        period_end=2021,
        lower=0.1,
        upper=0.9999999999999999,
        value=0.30000000000000004,
        footnote="«ملاحظة» with\ttabs and\nlines",
        conditions="none",
    )
    DatabaseStore().append(table(full))
    assert DatabaseStore().select().to_pylist() == [full]


def test_the_database_itself_refuses_two_current_rows_of_one_key():
    DatabaseStore().append(table(row()))
    twin = Figure.objects.get()
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_select_needs_the_same_queries_for_one_row_and_for_many(django_assert_num_queries):
    DatabaseStore().append(table(*(row(year=year) for year in range(1900, 2000))))
    with django_assert_num_queries(2):
        assert DatabaseStore().select().num_rows == 100


def test_withdrawn_key_that_arrives_later_never_shows():
    DatabaseStore().withdraw(key(row()), reason="asked")
    DatabaseStore().append(table(row()))
    assert list(Figure.objects.values_list("withdrawn", flat=True)) == [True]


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_lose_nothing(guards_removed):
    def write(year):
        try:
            return DatabaseStore().append(table(row(year=year), row(year=1990, value=year / 10_000)))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(write, range(2000, 2012)))
    assert sum(written) == 24
    assert sorted(DatabaseStore().select().column("year").to_pylist()) == [1990, *range(2000, 2012)]
    assert [batch.sequence for batch in DatabaseStore().batches()] == list(range(1, 13))
    assert connection.vendor in ("sqlite", "postgresql")
