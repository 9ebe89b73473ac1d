import pytest
from tests.reports.cbd.collecting.collection_contract import CollectionContract
from tests.reports.cbd.collecting.story import empty, given_to

from biosetu.centre.reporting.models import Report
from biosetu.centre.reporting.store import DatabaseCollections

pytestmark = [pytest.mark.db, pytest.mark.django_db]


class TestDatabaseContract(CollectionContract):
    @pytest.fixture
    def store(self):
        return DatabaseCollections()


def test_reading_a_report_asks_the_database_as_often_however_long_it_is(django_assert_num_queries):
    collection = empty()
    for _ in range(20):
        collection, _ = given_to("Forests", "V", start=collection)
    with DatabaseCollections().changing("NPL", "7NR", empty) as desk:
        desk.collection = collection
    assert Report.objects.get().parts.count() == 20
    with django_assert_num_queries(5):
        DatabaseCollections().load("NPL", "7NR")
