import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.sources.service_server import serving

from biosetu.jobs.official_sources import list_sources, pull_source, series_without_figures, without_figures
from biosetu.observations import is_indicator, problems_of, unit_code
from biosetu.problems import Cancelled, UsageError
from biosetu.sources import official
from biosetu.sources.services import PULLERS, Client, ServiceError, pull, series_of, services
from biosetu.statistics.summary import summarise

RELEASE = "2026.Q1.G.02"


def sdg_point(area: str, year: float, value: str, **changes):
    return {
        "goal": ["15"],
        "target": ["15.5"],
        "indicator": ["15.5.1"],
        "series": "ER_RSK_LST",
        "seriesDescription": "Red List Index",
        "seriesCount": "5",
        "geoAreaCode": area,
        "geoAreaName": "x",
        "timePeriodStart": year,
        "value": value,
        "valueType": "Float",
        "time_detail": None,
        "timeCoverage": None,
        "upperBound": None,
        "lowerBound": None,
        "basePeriod": None,
        "source": "IUCN; BirdLife International",
        "geoInfoUrl": None,
        "footnotes": [""],
        "attributes": {"Nature": "E", "Units": "INDEX"},
        "dimensions": {"Reporting Type": "G"},
    } | changes


SDG = [
    sdg_point("524", 2022.0, "0.82991", upperBound="0.83", lowerBound="0.82"),
    sdg_point("524", 2023.0, "0.829"),
    sdg_point("524", 2023.0, "0.5", dimensions={"Reporting Type": "G", "Location": "URBAN"}),
    sdg_point("400", 2023.0, "0.96321"),
    sdg_point("400", 2024.0, "NaN"),
]


def un_sdg(verb, path, query, body):
    if path.endswith("Series/List"):
        return 200, {}, [{"code": "ER_RSK_LST", "release": RELEASE, "description": "Red List Index"}]
    page, size = int(query["page"]), 2
    asked_for = [point for point in SDG if point["geoAreaCode"] in query.get("areaCode", "400&524").split("&")]
    return 200, {}, {
        "size": size,
        "totalElements": len(asked_for),
        "totalPages": -(-len(asked_for) // size),
        "pageNumber": page,
        "data": asked_for[(page - 1) * size : page * size],
    }  # fmt: skip


def bank_point(code: str, year: str, value: float | None):
    return {
        "indicator": {"id": "ER.LND.PTLD.ZS", "value": "Terrestrial protected areas (% of total land area)"},
        "country": {"id": code[:2], "value": "x"},
        "countryiso3code": code,
        "date": year,
        "value": value,
        "unit": "",
        "obs_status": "",
        "decimal": 1,
    }


def world_bank(verb, path, query, body):
    pages = [[bank_point("NPL", "2023", 23.63), bank_point("NPL", "2022", None)], [bank_point("JOR", "2023", 4.5)]]
    page = int(query["page"])
    facts = {"page": page, "pages": 2, "per_page": 2, "total": 3, "sourceid": "2", "lastupdated": "2026-01-28"}
    return 200, {}, [facts, pages[page - 1]]


def tracker(verb, path, query, body):
    if path.endswith("goalsTargets"):
        named = {"title": "Red List Index ", "indicatorId": 7}
        return 200, {}, {"data": [{"indicators": [named, {"title": "Something else", "indicatorId": 8}]}]}
    chart = {
        "tabType": "GloballyDerived",
        "labels": ["Baseline (2015)", "2024"],
        "datasets": [{"derived": "National", "data": ["1", "1"]}, {"derived": "Global", "data": ["0.84", "0.83"]}],
    }
    about = {
        "valueSuffix": "",
        "dataSources": [{"title": "IUCN Red List", "link": "https://www.iucnredlist.org"}],
        "indicatorProviders": [{"title": "IUCN", "link": "https://iucn.org"}],
    }
    return 200, {}, {"data": {"charts": [{"tabType": "National"}, chart], "globallyDerivedData": about}}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def client(host: str, folder: Path, waits: list[float] | None = None, **options) -> Client:
    log = waits if waits is not None else []
    return Client(host, folder / "cache", 0.0, "a licence", sleep=log.append, **options)


def test_un_sdg_figures_come_from_all_pages_with_release_and_licence(tmp_path: Path) -> None:
    with serving(un_sdg) as server:
        table, _ = pull_source("un-sdg", ("NPL", "Jordan"), codes=("ER_RSK_LST",), client=client(server.host, tmp_path))
    rows = table.to_pylist()
    assert [(r["party"], r["year"], r["value"]) for r in rows] == [
        ("NPL", 2022, 0.82991),
        ("NPL", 2023, 0.829),
        ("JOR", 2023, 0.96321),
    ]
    assert (rows[0]["lower"], rows[0]["upper"], rows[0]["vintage"]) == (0.82, 0.83, RELEASE)
    assert [r["resolution"] for r in rows] == pytest.approx([1e-5] * 3)
    assert {r["licence"] for r in rows} == {services()["un-sdg"].licence}
    assert [query.get("areaCode") for _, _, query, _, _ in server.asked] == [None, "400&524", "400&524", "400&524"]
    assert problems_of(table) == []


def test_un_sdg_without_a_number_of_a_party_gives_the_figures_of_the_others(tmp_path: Path) -> None:
    with serving(un_sdg) as server:
        asked = client(server.host, tmp_path)
        table = pull("un-sdg", ("EUR", "NPL"), codes=("ER_RSK_LST",), client=asked)
        requests = len(server.asked)
        alone = pull("un-sdg", ("EUR",), codes=("ER_RSK_LST",), client=asked)
        assert len(server.asked) == requests
    assert [(row["party"], row["year"]) for row in table.to_pylist()] == [("NPL", 2022), ("NPL", 2023)]
    assert alone.num_rows == 0
    assert without_figures(table, ("EU", "Nepal", "EUR")) == ("EUR",)


def test_un_sdg_series_without_a_release_is_not_taken(tmp_path: Path) -> None:
    def unnamed(verb, path, query, body):
        return (200, {}, []) if path.endswith("Series/List") else un_sdg(verb, path, query, body)

    with serving(unnamed) as server, pytest.raises(ServiceError, match="names no release"):
        pull("un-sdg", ("NPL",), codes=("ER_RSK_LST",), client=client(server.host, tmp_path))


def test_world_bank_figures_come_from_all_pages_with_the_day_of_update(tmp_path: Path) -> None:
    with serving(world_bank) as server:
        asked = client(server.host, tmp_path)
        table, _ = pull_source("world-bank", ("NPL", "JOR"), codes=("ER.LND.PTLD.ZS",), client=asked)
    assert [(r["party"], r["year"], r["value"], r["vintage"], r["footnote"]) for r in table.to_pylist()] == [
        ("NPL", 2023, 23.63, "2026-01-28", "without OECM"),
        ("JOR", 2023, 4.5, "2026-01-28", "without OECM"),
    ]
    assert server.asked[0][1] == "/v2/country/NPL;JOR/indicator/ER.LND.PTLD.ZS"


def test_world_bank_error_message_is_passed_on(tmp_path: Path) -> None:
    def wrong(verb, path, query, body):
        return (
            200,
            {},
            [{"message": [{"id": "120", "key": "Invalid value", "value": "The provided value is not valid"}]}],
        )

    with serving(wrong) as server, pytest.raises(ServiceError, match="The provided value is not valid"):
        pull("world-bank", ("NPL",), client=client(server.host, tmp_path))


def test_target_tracker_is_read_as_the_reporting_tool_reads_it(tmp_path: Path) -> None:
    with serving(tracker) as server:
        table, _ = pull_source("target-tracker", ("NPL",), client=client(server.host, tmp_path))
    rows = table.to_pylist()
    assert [(r["indicator"], r["year"], r["value"], r["unit"]) for r in rows] == [
        ("A.3", 2015, 0.84, "index"),
        ("A.3", 2024, 0.83, "index"),
    ]
    assert rows[0]["holder"] == "IUCN"
    assert rows[0]["footnote"] == "Data sources there: IUCN Red List https://www.iucnredlist.org"
    assert server.asked[1][3] == {"indicator": 7, "country": "NPL"}


def test_target_tracker_kept_for_days_stays_the_release_of_the_day_it_came(tmp_path: Path) -> None:
    came = datetime.now(UTC) - timedelta(days=20)
    with serving(tracker) as server:
        pull("target-tracker", ("NPL",), client=client(server.host, tmp_path))
        for path in (tmp_path / "cache").glob("*.json"):
            path.write_text(json.dumps(json.loads(path.read_text()) | {"fetched": came.isoformat()}))
        asked = len(server.asked)
        rows = pull("target-tracker", ("NPL",), client=client(server.host, tmp_path)).to_pylist()
        assert len(server.asked) == asked
    day = came.date().isoformat()
    assert {row["vintage"] for row in rows} == {day}
    assert [row["inputs"].endswith(f"pulled {day}") for row in rows] == [True, True]


def test_target_tracker_without_a_host_says_which_setting_names_it() -> None:
    with pytest.raises(ServiceError, match="Set BIOSETU_TARGET_TRACKER_HOST"):
        pull("target-tracker", ("NPL",))


def test_host_in_the_settings_comes_before_the_documented_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(un_sdg) as server:
        monkeypatch.setenv("BIOSETU_UN_SDG_HOST", server.host)
        assert services()["un-sdg"].client().host == server.host
    monkeypatch.delenv("BIOSETU_UN_SDG_HOST")
    assert services()["un-sdg"].address() == "https://unstats.un.org/sdgs/UNSDGAPIV5"


def test_answers_are_cached_with_their_licence_and_asked_once(tmp_path: Path) -> None:
    with serving(world_bank) as server:
        first = pull("world-bank", ("NPL",), codes=("ER.LND.PTLD.ZS",), client=client(server.host, tmp_path))
        again = pull("world-bank", ("NPL",), codes=("ER.LND.PTLD.ZS",), client=client(server.host, tmp_path))
        assert len(server.asked) == 2
        pull(
            "world-bank", ("NPL",), codes=("ER.LND.PTLD.ZS",), client=client(server.host, tmp_path, fresh=timedelta(0))
        )
        assert len(server.asked) == 4
    assert again.equals(first)
    kept = [json.loads(path.read_text()) for path in (tmp_path / "cache").glob("*.json")]
    assert {entry["licence"] for entry in kept} == {"a licence"}


def test_a_stopped_pull_goes_on_with_the_page_that_is_missing(tmp_path: Path) -> None:
    broken = {"down": True}

    def second_page_down(verb, path, query, body):
        if broken["down"] and query["page"] == "2":
            return 404, {}, {}
        return world_bank(verb, path, query, body)

    with serving(second_page_down) as server:
        with pytest.raises(ServiceError, match="answer 404"):
            pull("world-bank", ("NPL", "JOR"), codes=("ER.LND.PTLD.ZS",), client=client(server.host, tmp_path))
        broken["down"] = False
        table = pull("world-bank", ("NPL", "JOR"), codes=("ER.LND.PTLD.ZS",), client=client(server.host, tmp_path))
        assert [query["page"] for _, _, query, _, _ in server.asked] == ["1", "2", "2"]
    assert table.num_rows == 2


def test_a_busy_service_is_asked_again_after_the_wait_it_names(tmp_path: Path) -> None:
    left = [(429, {"retry-after": "7"}, {}), (503, {}, {}), (500, {"retry-after": "600"}, {})]

    def busy(verb, path, query, body):
        return left.pop(0) if left else world_bank(verb, path, query, body)

    waits: list[float] = []
    with serving(busy) as server:
        pull("world-bank", ("NPL",), codes=("ER.LND.PTLD.ZS",), client=client(server.host, tmp_path, waits))
    assert waits == [7.0, 2.0, 600.0]


def test_a_service_that_asks_for_hours_is_left_alone_and_the_time_named(tmp_path: Path) -> None:
    def busy(verb, path, query, body):
        return (429, {"retry-after": "7200"}, {}) if query["page"] == "2" else world_bank(verb, path, query, body)

    waits: list[float] = []
    asked = {"codes": ("ER.LND.PTLD.ZS",), "client": None}
    with serving(busy) as server:
        asked["client"] = client(server.host, tmp_path, waits)
        with pytest.raises(
            ServiceError, match=r"not to be asked before (\S+ \S+) UTC\. What was fetched is kept"
        ) as caught:
            pull("world-bank", ("NPL", "JOR"), **asked)
        assert [query["page"] for _, _, query, _, _ in server.asked] == ["1", "2"]
    named = datetime.strptime(str(caught.value).split("before ")[1][:16], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    assert timedelta(minutes=118) < named - datetime.now(UTC) < timedelta(minutes=121)
    assert waits == []
    with serving(world_bank) as server:
        asked["client"].host = server.host
        assert pull("world-bank", ("NPL", "JOR"), **asked).num_rows == 2


def test_figures_can_be_asked_for_anew_within_thirty_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "home" / "cache" / "sources" / "world-bank"
    order = {"codes": ("ER.LND.PTLD.ZS",)}
    monkeypatch.setattr("biosetu.sources.services.client.time.sleep", lambda _: None)
    with serving(world_bank) as server:
        monkeypatch.setenv("BIOSETU_WORLD_BANK_HOST", server.host)
        counts = []
        for anew, age in ((False, 0), (True, 0), (False, 2), (True, 2), (True, 0)):
            for path in kept.glob("*.json"):
                came = datetime.now(UTC) - timedelta(hours=age)
                path.write_text(json.dumps(json.loads(path.read_text()) | {"fetched": came.isoformat()}))
            before = len(server.asked)
            pull_source("world-bank", ("NPL", "JOR"), anew=anew, **order)
            counts.append(len(server.asked) - before)
    assert counts == [2, 0, 0, 2, 0]


ODA = "Total official development assistance for biodiversity, by recipient countries (millions of constant {} US$)"


@pytest.mark.parametrize(("year", "unit"), [("2018", "usd_million_2018"), ("2022", "usd_million_2022")])
def test_aid_is_in_the_prices_that_the_database_names(tmp_path: Path, year: str, unit: str) -> None:
    listed = [{"code": "DC_ODA_BDVL", "release": RELEASE, "description": ODA.format(year)}]
    point = sdg_point("524", 2020.0, "5.25", series="DC_ODA_BDVL")
    page = {"size": 1, "totalElements": 1, "totalPages": 1, "pageNumber": 1, "data": [point]}
    with serving(lambda verb, path, *_: (200, {}, listed if path.endswith("List") else page)) as server:
        table, _ = pull_source("un-sdg", ("NPL",), codes=("DC_ODA_BDVL",), client=client(server.host, tmp_path))
    assert [(row["unit"], row["value"], row["indicator"]) for row in table.to_pylist()] == [
        (unit, 5.25, "context:DC_ODA_BDVL")
    ]


@pytest.mark.parametrize("year", ["", "1999"])
def test_aid_in_prices_of_no_known_year_is_not_taken(tmp_path: Path, year: str) -> None:
    listed = [{"code": "DC_ODA_BDVL", "release": RELEASE, "description": ODA.format(year)}]
    with serving(lambda *_: (200, {}, listed)) as server, pytest.raises(ServiceError, match="prices of which year"):
        pull("un-sdg", ("NPL",), codes=("DC_ODA_BDVL",), client=client(server.host, tmp_path))


@pytest.mark.parametrize("digits", [12, 21, 400])
def test_service_that_asks_for_a_wait_beyond_any_calendar_ends_the_pull(tmp_path: Path, digits: int) -> None:
    busy = 429, {"retry-after": "9" * digits}, {}
    with serving(lambda *_: busy) as server, pytest.raises(ServiceError, match="asks not to be asked before 20"):
        pull("un-sdg", ("NPL",), client=client(server.host, tmp_path))


def test_aid_in_prices_of_no_known_year_stops_no_other_series(tmp_path: Path) -> None:
    def changed(verb, path, query, body):
        status, headers, answer = un_sdg(verb, path, query, body)
        aid = {"code": "DC_ODA_BDVL", "release": RELEASE, "description": "Total ODA for biodiversity"}
        return status, headers, [*answer, aid] if path.endswith("List") else answer

    with serving(changed) as server:
        table = pull("un-sdg", ("NPL",), client=client(server.host, tmp_path))
    assert set(table.column("series").to_pylist()) == {"ER_RSK_LST"}
    assert "DC_ODA_BDVL" in series_without_figures("un-sdg", table)


def test_series_that_the_database_no_longer_lists_are_left_out_and_named(tmp_path: Path) -> None:
    with serving(un_sdg) as server:
        table = pull("un-sdg", ("NPL",), client=client(server.host, tmp_path))
    assert set(table.column("series").to_pylist()) == {"ER_RSK_LST"}
    missing = series_without_figures("un-sdg", table)
    assert set(missing) == {item.code for item in series_of("un-sdg")} - {"ER_RSK_LST"}
    assert series_without_figures("un-sdg", table, ("ER_RSK_LST", "AG_LND_FRST")) == ("AG_LND_FRST",)


ENDED = {"ER_IAS_NBSAP", "ER_BDY_ABT2NP"}  # answers on the strategy before 2020: no new release of them can come


def test_every_series_carried_from_the_sdg_database_can_be_pulled_under_the_same_names() -> None:
    names = ("indicator", "series", "disaggregation_type", "disaggregation", "unit", "method")
    pulled = {tuple(getattr(item, name) for name in names) for item in series_of("un-sdg")}
    sdg = [item for item in official.series().values() if item.method.startswith("SDG") and item.series not in ENDED]
    assert {tuple(getattr(item, name) for name in names) for item in sdg} == pulled


def test_a_service_that_stays_away_is_given_up_after_five_attempts(tmp_path: Path) -> None:
    waits: list[float] = []
    with pytest.raises(ServiceError, match="after 5 attempts"):
        client("http://127.0.0.1:9", tmp_path, waits).get("x")
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_requests_keep_their_distance_and_say_who_asks(tmp_path: Path) -> None:
    waits: list[float] = []
    with serving(world_bank) as server:
        polite = Client(server.host, tmp_path / "c", 5.0, sleep=waits.append)
        pull("world-bank", ("NPL",), codes=("ER.LND.PTLD.ZS",), client=polite)
        assert {agent.split(" ")[0] for *_, agent in server.asked} == {"BioSetu"}
    assert len(waits) == 1
    assert 4.0 < waits[0] <= 5.0


@pytest.mark.parametrize(("answer", "message"), [(b"<html>", "not JSON"), ({"x": 1}, "documented pair"), ([], "pair")])
def test_an_answer_in_another_form_is_refused(tmp_path: Path, answer, message: str) -> None:
    with serving(lambda *_: (200, {}, answer)) as server, pytest.raises(ServiceError, match=message):
        pull("world-bank", ("NPL",), client=client(server.host, tmp_path))


def test_a_damaged_cache_entry_is_fetched_again(tmp_path: Path) -> None:
    with serving(world_bank) as server:
        pull("world-bank", ("NPL",), codes=("ER.LND.PTLD.ZS",), client=client(server.host, tmp_path))
        for path in (tmp_path / "cache").glob("*.json"):
            path.write_text("{")
        table = pull("world-bank", ("NPL",), codes=("ER.LND.PTLD.ZS",), client=client(server.host, tmp_path))
    assert table.num_rows == 1


def test_a_pull_can_be_stopped(tmp_path: Path) -> None:
    def stop(done: int, total: int, label: str = "") -> None:
        raise Cancelled("stop")

    with serving(world_bank) as server, pytest.raises(Cancelled):
        pull("world-bank", ("NPL",), client=client(server.host, tmp_path), progress=stop)


def test_a_new_release_stands_beside_the_one_carried(tmp_path: Path) -> None:
    with serving(un_sdg) as server:
        asked = client(server.host, tmp_path)
        table, written = pull_source("un-sdg", ("NPL",), codes=("ER_RSK_LST",), keep=True, client=asked)
        assert pull_source("un-sdg", ("NPL",), codes=("ER_RSK_LST",), keep=True, client=asked)[1] == 0
    assert written == table.num_rows == 2
    from biosetu.jobs.party import party_evidence

    (found,) = party_evidence("NPL").summaries_of("A.3")
    assert found.vintages == (RELEASE, "2024", "2020-10")
    assert (found.level.year, found.level.value) == (2023, 0.829)
    assert summarise(table)[0].points == found.points


@pytest.mark.parametrize(("name", "codes"), [("nowhere", ()), ("world-bank", ("NO.SUCH",))])
def test_an_unknown_source_or_series_is_a_usage_error(name: str, codes: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        pull(name, ("NPL",), codes=codes)


def test_every_service_is_described_and_can_be_pulled() -> None:
    assert set(PULLERS) == set(services())
    for service in services().values():
        assert all((service.licence, service.documentation, service.setting, service.holder))
        for series in series_of(service.name):
            assert is_indicator(series.indicator)
            assert unit_code(series.unit) == series.unit


def test_list_names_services_and_tables_with_their_licence() -> None:
    rows = list_sources().to_pylist()
    assert {row["kind"] for row in rows} == {"service", "carried"}
    assert all(row["licence"] for row in rows)
