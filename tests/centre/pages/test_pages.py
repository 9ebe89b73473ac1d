import csv
import gzip
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.centre.people import contributor, national, observations, officer, public
from tests.observations.answered import give

from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.pages import reading
from biosetu.centre.pages.views import CODE_LISTS
from biosetu.framework import code_lists, indicators, name_order, parties, states, targets
from biosetu.observations import SCHEMA, units
from biosetu.observations.schema import ANSWER_COLUMNS
from biosetu.reports.series import ANSWERS, baseline_of_level
from biosetu.sources import official

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PUBLIC = [
    "/",
    "/about/",
    "/find/?q=nepal",
    "/parties/",
    "/parties/NPL/",
    "/parties/XXA/",
    "/indicators/",
    "/indicators/A.3/",
    "/indicators/7.1/",
    "/indicators/3.1/",
    "/indicators/10.2/",
    "/indicators/B.b/",
    "/indicators/context:ER_PTD_TERR/",
    "/indicators/context:MFT1.2_units/",
    "/targets/",
    "/targets/3/",
    "/targets/A/",
    "/api/",
]
COMPRESSED_LIMIT = 60_000
WHO = {"visitor": None, "public": public, "contributor": contributor, "officer": officer}


@pytest.mark.parametrize("who", list(WHO.values()), ids=WHO)
def test_public_pages_are_open_to_everyone(client, who):
    if who:
        client.force_login(who())
    assert {page: client.get(page).status_code for page in PUBLIC} == dict.fromkeys(PUBLIC, 200)


@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("page", PUBLIC)
def test_pages_are_small_and_say_their_language(client, page, language):
    answer = client.get(language + page)
    assert len(gzip.compress(answer.content)) < COMPRESSED_LIMIT
    head = answer.content[:200].decode()
    assert ('lang="ar" dir="rtl"' if language else 'lang="en" dir="ltr"') in head


def test_whole_page_with_styles_stays_below_60_kb(client):
    page = client.get("/parties/NPL/", headers={"Accept-Encoding": "gzip"})
    sheets = ["vendor/pico/pico.min.css", "centre.css", "figures/figures.css", "reports/report.css"]
    served = [client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}) for name in sheets]
    weights = [len(b"".join(item.streaming_content)) for item in served if item.status_code == 200]
    assert len(page.content) + sum(weights) < COMPRESSED_LIMIT


@pytest.mark.parametrize("page", ["/parties/ZZZ/", "/indicators/Z.9/", "/targets/99/", "/parties/ZZZ/figures.csv"])
def test_what_there_is_not_is_said(client, page):
    answer = client.get(page)
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_party_by_another_code_leads_to_its_page(client):
    assert client.get("/parties/NP/")["Location"] == "/parties/NPL/"
    assert client.get("/ar/parties/nepal/")["Location"] == "/ar/parties/NPL/"


def test_every_indicator_and_target_has_a_page(client):
    held = [item.indicator for item in reading.context_series()]
    pages = [f"/indicators/{code}/" for code in (*indicators(), *held)] + [f"/targets/{code}/" for code in targets()]
    assert [page for page in pages if client.get(page).status_code != 200] == []


def test_lists_need_the_same_queries_for_few_and_many(client):
    pages = ["/", "/parties/", "/indicators/", "/indicators/A.3/", "/targets/3/", "/parties/NPL/"]

    def queries():
        counts = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                client.get(page)
            counts.append(len(captured))
        return counts

    DatabaseStore().append(observations(national()))
    few = queries()
    for party in ("JOR", "LKA", "IND", "BTN"):
        DatabaseStore().append(observations(*(national(party=party, year=year) for year in range(2000, 2020))))
    assert queries() == few
    assert max(few) <= 8


def test_indicator_page_shows_a_validated_figure_as_national(client):
    import datetime

    own = {"status": "validated", "validated_by": "Office", "validated_on": datetime.date(2026, 1, 1)}
    DatabaseStore().append(observations(national(value=0.777, **own)))
    page = client.get("/indicators/A.3/").content.decode()
    assert "national-rli" in page
    assert "national, validated" in page


@pytest.mark.parametrize("path", ["", "/ar"])
def test_every_series_held_has_its_parties_side_by_side_and_over_time(client, path):
    """Figures of several Parties have dots, those of several years small multiples; answers are a table."""
    held = official.observations().to_pylist()
    language = path.removeprefix("/") or "en"
    for code in sorted({row["indicator"] for row in held}):
        page = client.get(f"{path}/indicators/{code}/").content.decode()
        for item in reading.comparisons(code, language):
            rows = [row for row in held if (row["indicator"], row["series"]) == (code, item.key)]
            number = {row["unit"] for row in rows} <= set(units()) - ANSWERS
            several = len(item.lines) > 1 and number
            assert bool(item.chart) == several, (code, item.key)
            assert item.chart in page
            assert item.courses in page
            years = {row["year"] for row in rows}
            assert bool(item.courses) == (several and len(years) > 1), (code, item.key)


def test_small_multiples_have_a_chart_for_each_party_that_the_table_has():
    for code in ("context:ER_PTD_TERR", "A.CY.1", "4.CT.4", "context:DC_ODA_BDVL"):
        (item,) = reading.comparisons(code, "en")
        assert str(item.courses).count("<li>") == len(item.lines) > 8


def test_table_of_a_page_of_one_centre_holds_its_parties_alone(client):
    west = {party.iso3 for party in reading.shown_parties("iucn-west-asia")}
    page = client.get("/indicators/A.3/?centre=iucn-west-asia").content.decode()
    (address,) = set(re.findall(r'"(/indicators/A\.3/figures\.csv[^"]*)"', page))
    held = csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig")))
    assert {line["party"] for line in held} == west
    everybody = csv.DictReader(io.StringIO(client.get("/indicators/A.3/figures.csv").content.decode("utf-8-sig")))
    assert {line["party"] for line in everybody} > west


def test_parties_of_one_centre_are_compared_alone(client):
    west = {
        item.party.name("en") for known, group in reading.served() if known.id == "iucn-west-asia" for item in group
    }
    page = client.get("/indicators/context:ER_PTD_TERR/?centre=iucn-west-asia").content.decode()
    (item,) = reading.comparisons("context:ER_PTD_TERR", "en", "iucn-west-asia")
    named = {line.party.name("en") for line in item.lines}
    assert named <= west
    assert len(named) == len(west - {"Setuland"}) == 13
    assert str(item.courses) in page
    assert '<option value="iucn-west-asia" selected>' in page
    assert "/parties/NPL/" not in page.partition("<main")[2]
    assert client.get("/indicators/A.3/?centre=nowhere").status_code == 200


def test_answers_on_a_page_are_told_in_words_of_the_language():
    (law,) = reading.comparisons("context:ER_IAS_LEGIS", "ar")
    assert {line.value for line in law.lines} == {"نعم", "لا"}
    (progress,) = reading.comparisons("context:ER_BDY_ABT2NP", "ar")
    assert [line.value for line in progress.lines if re.search("[a-z]", line.value)] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("A.2", ["Units in which it is reported", "km²", "Computed here by the method <code>ecosystems.extent"]),
        ("A.1", ["Optional disaggregations", "By ecosystem type (typology levels 1 to 3)"]),
        ("B.b", ["Questions", "Policies that keep up nature&#39;s contributions", "Under development"]),
        ("context:ER_PTD_TERR", ["the figure is the mean over the sites of the Party", "A series that no indicator"]),
    ],
)
def test_page_of_an_indicator_tells_all_that_is_held_of_it(client, code, words):
    page = client.get(f"/indicators/{code}/").content.decode()
    assert [word for word in words if word not in page] == []


def test_page_of_an_indicator_in_arabic_tells_its_method_in_arabic(client):
    page = client.get("/ar/indicators/A.CY.1/").content.decode()
    assert indicators()["A.CY.1"].method_ar in page
    assert indicators()["A.CY.1"].method_en not in page


@pytest.mark.parametrize("code", ["3.1", "10.2", "A.3"])
def test_an_indicator_with_figures_never_says_there_are_none(client, code):
    page = client.get(f"/indicators/{code}/").content.decode()
    assert "No figure for any of the Parties" not in page
    assert page.count('class="comparison"') == len(reading.comparisons(code, "en")) > 0


def test_parts_are_compared_where_a_series_has_no_national_value():
    titles = [item.title for item in reading.comparisons("3.1", "en")]
    assert len(titles) == len(set(titles)) >= 2
    series = {item.key for item in reading.comparisons("A.3", "en")}
    whole = [row for row in reading.evidence("LKA").observations.to_pylist() if row["indicator"] == "A.3"]
    assert series <= {row["series"] for row in whole if not row["disaggregation"]}


def test_open_dots_of_a_comparison_are_means_of_the_release_of_the_level(client):
    (item,) = [one for one in reading.comparisons("A.3", "en") if one.key == "ER_RSK_LST"]
    assert str(item.chart).count('class="dot-open"') == len(item.lines) + 1
    held = reading.evidence("LKA").observations.to_pylist()
    release = [row for row in held if (row["series"], row["vintage"]) == ("ER_RSK_LST", "2024")]
    mean = [row["value"] for row in release if 2011 <= row["year"] <= 2020]
    (level,) = [one for one in reading.evidence("LKA").summaries_of("A.3") if one.series == "ER_RSK_LST"]
    assert baseline_of_level(level) == pytest.approx(sum(mean) / 10)


@pytest.mark.parametrize("address", ["/indicators/A.3/figures.csv", "/parties/NPL/figures.csv"])
def test_csv_has_every_column_and_no_formula(client, address):
    DatabaseStore().append(observations(national(footnote="=HYPERLINK(1)")))
    answer = client.get(address)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert list(rows[0]) == [*SCHEMA.names, *ANSWER_COLUMNS.names]
    assert {row["footnote"] for row in rows if "HYPERLINK" in row["footnote"]} == {"'=HYPERLINK(1)"}
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("choice", "more", "first"),
    [
        ("replace", {"own_value": "0.71", "own_source": "Red List of Nepal"}, "0.71"),
        ("dispute", {}, "disputed by the Party"),
    ],
)
def test_comparison_of_an_indicator_shows_the_party_s_answer_first(client, choice, more, first):
    give("NPL", "A.3", 2024, "2024", DatabaseStore(), answer=choice, reason="Not native", **more)
    page = client.get("/indicators/A.3/").content.decode()
    cell = page[page.index('/parties/NPL/">') :]
    assert cell.index(first) < cell.index("published: 0.85")
    chart = page[page.index("<svg") : page.index("</svg>")]
    assert ("dot-national" if choice == "replace" else "dot-disputed") in chart


def test_dossier_of_a_party_is_sent_as_one_file(client):
    answer = client.get("/parties/XXA/dossier.html")
    assert answer["Content-Disposition"] == 'attachment; filename="XXA.html"'
    assert b"<style" in answer.content


@pytest.mark.parametrize("language", ["", "/ar"])
def test_dossier_as_a_page_leads_to_the_matrix_that_the_file_holds(client, settings, language):
    settings.BIOSETU_DEMO = True
    link = f'href="{language}/parties/XXA/promises/measured/"'
    page, file = (client.get(f"{language}/parties/XXA/{name}").content.decode() for name in ("", "dossier.html"))
    cell = "7NR 2026</td>"
    assert [link in page, cell in page] == [True, False]
    assert [link in file, cell in file] == [False, True]
    assert client.get(f"{language}/parties/XXA/promises/measured/").status_code == 200


def test_fictional_party_is_listed_in_the_demonstration_alone(client, settings):
    assert "Setuland" not in client.get("/").content.decode()
    settings.BIOSETU_DEMO = True
    assert "Setuland" in client.get("/").content.decode()


NAMED = {"nepal": "parties/NPL", "الأردن": "parties/JOR", "Red List Index": "indicators/A.3", "A.3": "indicators/A.3"}


@pytest.mark.parametrize(("text", "place"), list(NAMED.items()))
def test_search_finds_by_name_and_code(client, text, place):
    assert f'href="/{place}/"' in client.get("/find/", {"q": text}).content.decode()


def test_search_shows_what_was_typed_without_running_it(client):
    page = client.get("/find/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page


def test_our_fault_page_needs_no_database():
    from biosetu.centre.pages.errors import our_fault

    answer = our_fault(None)
    assert (answer.status_code, b"Number of this request" in answer.content) == (500, True)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("A.CY.1", ["Forest area divided by land area", "As the SDG indicator named", "Custodian: <bdi"]),
        ("D.CY.12", ["No published method was found", "The custodian is not known to us"]),
        ("A.CT.9", ["Unconfirmed: our own reading of the title", "looked up on 23 Nov 2026"]),
        ("A.3", ["As the guidance to the decision names it", "BirdLife International (BLI)"]),
    ],
)
def test_page_of_an_indicator_tells_its_method_or_that_none_was_found(client, code, words):
    page = client.get(f"/indicators/{code}/").content.decode()
    assert [word for word in words if word not in page] == []


def test_page_of_an_indicator_in_arabic_says_in_arabic_how_sure_that_is(client):
    page = client.get("/ar/indicators/A.CT.9/").content.decode()
    for field, state in (("method", "unconfirmed"), ("custodian", "unknown")):
        assert states()[field, state].label_ar in page
        assert states()[field, state].label_en not in page


@pytest.mark.parametrize(("path", "language"), [("", "en"), ("/ar", "ar")])
def test_parties_of_an_indicator_stand_in_the_order_of_their_names_in_the_page_s_language(client, path, language):
    page = client.get(f"{path}/indicators/4.CT.4/").content.decode().partition("</main>")[0]
    compared, _, without = page.partition("<tbody>")[2].rpartition('<p class="quiet">')
    for part in (compared, without):
        names = [parties()[code].name(language) for code in re.findall(r"/parties/([A-Z]{3})/", part)]
        assert len(names) > 2
        assert names == sorted(names, key=name_order)


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("intertidal forests", "/codes/functional-group/#MFT1.2"),
        ("المانغروف", "/codes/functional-group/#MFT1.2"),
        ("MFT1.2", "/codes/functional-group/#MFT1.2"),
    ],
)
def test_codes_of_the_lists_are_found_and_lead_to_their_row(client, text, leads):
    assert f'href="{leads}"' in client.get("/find/", {"q": text}).content.decode()
    page, place = leads.split("#")
    assert f'id="{place}"' in client.get(page).content.decode()


def test_every_code_list_has_a_page_in_both_languages(client):
    assert set(code_lists()) == set(CODE_LISTS)
    for name, held in code_lists().items():
        for prefix in ("", "/ar"):
            page = client.get(f"{prefix}/codes/{name}/").content.decode()
            assert [code for code in held if f'id="{code}"' not in page] == []
    assert client.get("/codes/nothing/").status_code == 404
