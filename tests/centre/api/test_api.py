from datetime import date

import hypothesis
import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from schemathesis import GenerationMode
from tests.centre.people import contributor, national, observations, officer, public
from tests.observations.answered import give

from biosetu.centre.api import views
from biosetu.centre.api.views import api
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.wsgi import application
from biosetu.observations import SCHEMA
from biosetu.observations.schema import ANSWER_COLUMNS

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


WHO = {"visitor": None, "public": public, "contributor": contributor, "officer": officer}
NO_ANSWER = {"party_answer": "", "party_value": None, "party_reason": "", "party_office": ""}
BAD = ["limit=0", "limit=1001", "offset=-1", "party=npl", "party=NEPAL", "source=rumour", "first_year=12", "limit=x"]


@pytest.mark.parametrize("who", list(WHO.values()), ids=WHO)
def test_everyone_reads_the_same(client, who):
    if who:
        client.force_login(who())
    parties = client.get("/api/v1/parties").json()
    assert [party["name_en"] for party in parties if party["iso3"] == "NPL"] == ["Nepal"]
    assert client.get("/api/v1/parties/NPL").json()["lldc"] is True
    codes = [item["code"] for item in client.get("/api/v1/indicators").json()]
    assert "A.3" in codes


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 11, 23), True), (date(2026, 11, 24), False)])
def test_least_developed_country_is_told_as_of_the_day(client, monkeypatch, day, expected):
    monkeypatch.setattr(views, "today", lambda: day)
    told = client.get("/api/v1/parties/NPL").json()
    assert (told["ldc"], told["ldc_graduation"]) == (expected, "2026-11-24")
    assert told["ldc_reference"].startswith("UN General Assembly resolution 76/8")


def test_every_column_of_an_observation_is_there(client):
    page = client.get("/api/v1/observations?party=NPL&indicator=A.3&limit=2").json()
    assert list(page["items"][0]) == [*SCHEMA.names, *ANSWER_COLUMNS.names]
    assert page["total"] > len(page["items"]) == 2


def test_a_disputed_figure_says_so_even_where_only_published_ones_are_asked_for(client):
    give("NPL", "A.3", 2024, "2024", DatabaseStore(), answer="dispute", reason="Three species are not native")
    address = "/api/v1/observations?party=NPL&indicator=A.3&first_year=2024&source=availableDataset"
    (item,) = client.get(address).json()["items"]
    assert (item["value"], item["party_answer"], item["party_reason"]) == (
        0.85,
        "dispute",
        "Three species are not native",
    )
    both = client.get(address.removesuffix("&source=availableDataset")).json()["items"]
    assert [line["source"] for line in both] == ["national", "availableDataset"]


def test_pages_of_a_list_join_to_the_whole(client):
    whole = client.get("/api/v1/observations?party=NPL&limit=1000").json()
    parts = [client.get(f"/api/v1/observations?party=NPL&limit=100&offset={n}").json()["items"] for n in (0, 100, 200)]
    assert [row for part in parts for row in part] == whole["items"][:300]


def test_validated_figures_are_there_at_once_and_withdrawn_ones_gone(client):
    figure = national(status="proposed")
    address = "/api/v1/observations?party=NPL&source=national"
    assert client.get(address).json()["total"] == 0
    DatabaseStore().append(observations(figure))
    assert client.get(address).json()["items"] == [figure | NO_ANSWER]
    DatabaseStore().withdraw(observations(figure), reason="asked")
    assert client.get(address).json()["total"] == 0


@pytest.mark.parametrize("query", BAD)
def test_bad_parameters_are_named(client, query):
    answer = client.get(f"/api/v1/observations?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "query"


def test_party_that_is_not_served_is_not_found(client):
    assert client.get("/api/v1/parties/ZZZ").status_code == 404


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, verb):
    assert getattr(client, verb)("/api/v1/observations").status_code == 405


def test_too_many_requests_from_one_address_are_put_off(client, settings):
    codes = [client.get("/api/v1/parties/NPL").status_code for _ in range(settings.BIOSETU_API_PER_MINUTE + 2)]
    assert codes == [200] * settings.BIOSETU_API_PER_MINUTE + [429, 429]
    assert client.get("/api/v1/parties/NPL", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_description_page_lists_every_address(client):
    page = client.get("/api/").content.decode()
    assert [path for path in api.get_openapi_schema()["paths"] if path not in page] == []


schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
schema.config.generation.modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.fixture
def connection_kept():
    """The tests' transaction would end with the first request, as connections are looked after between requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@hypothesis.settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_keep_to_the_description(case, connection_kept):
    cache.clear()
    case.validate_response(case.call(app=application, headers={"Accept-Encoding": "identity"}))
