"""In a real browser: occurrences measured while one writes, category and reasons that follow each change."""

import csv

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.centre.people import contributor
from tests.centre.playing import PLAYED, sign_in

from biosetu.centre.assessor import working
from biosetu.centre.assessor.models import Measuring, Occurrences, Version
from biosetu.centre.assessor.reader import measure_here

pytestmark = PLAYED
ROWS = "species,decimalLongitude,decimalLatitude\n" + "".join(
    f"Aus bus,{lon},{lat}\n" for lon, lat in ((84.1, 28.1), (84.3, 28.2), (84.2, 28.4))
)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@pytest.fixture(autouse=True)
def quiet(said):
    """A change while an answer is on its way replaces the request; htmx notes what it gave up. All else is a fault."""
    yield
    assert [text for text in said if not text.startswith(("htmx:afterRequest", "htmx:sendAbort"))] == []


def begin(page, prefix=""):
    sign_in(page, "contributor", prefix)
    page.goto(f"{prefix}/assessments/")
    page.fill("#taxon", "Aus bus")
    page.click("form.stack button[type=submit]")
    page.wait_for_selector("#parameters")


def chip(page):
    return page.inner_text("#result .category").strip()


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(working, "measure_apart", lambda path, taxon, folder, limits, tick: measure_here(path, taxon))
    path = tmp_path / "records.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def measure():
    working.perform(Measuring.objects.get(state="queued").pk)


def test_category_and_reasons_follow_each_change_without_a_new_page(open_window):
    contributor()
    page = open_window()
    begin(page)
    address = page.url
    assert chip(page) == "DD"
    for name, value in (("eoo_km2", "4500"), ("locations", "4")):
        page.fill(f"#p-{name}", value)
    page.select_option("#p-decline_habitat", "yes")
    page.wait_for_selector("#result .cat-EN")
    assert page.inner_text("#result .criteria") == "B1ab(iii)"
    assert "B1: eoo 4,500 < 5,000 km²" in page.inner_text("#result dd >> nth=1")
    page.fill("#p-eoo_km2", "90")
    page.fill("#p-locations", "1")
    page.wait_for_selector("#result .cat-CR")
    page.fill("#p-eoo_km2", "few")
    page.wait_for_selector("#result .notice.error a[href='#p-eoo_km2']")
    page.fill("#p-eoo_km2", "20500")
    page.wait_for_selector("#result .said.near")
    assert "VU B1: eoo 20,500 not < 20,000 km²" in page.inner_text("#result")
    assert (page.url, Version.objects.count()) == (address, 0)
    assert page.input_value("#p-locations") == "1"


def test_measuring_goes_on_behind_while_one_writes(open_window, table):
    contributor()
    page = open_window()
    begin(page)
    page.fill("#p-locations", "4")
    page.set_input_files("#file", table)
    page.click("#occurrences button.plain")
    page.wait_for_selector("#occurrences progress")
    assert page.input_value("#p-locations") == "4"
    page.fill("#p-locations", "3")
    page.select_option("#p-decline_habitat", "yes")
    measure()
    page.wait_for_selector("#occurrences .range-point >> nth=0", state="attached")
    assert page.locator("#occurrences .range-point").count() == 3
    assert page.input_value("#p-locations") == "3"
    assert page.input_value("#p-aoo_km2") == "12"
    page.wait_for_selector("#result .cat-EN")
    assert page.inner_text("#result .criteria") == "B1ab(iii)+2ab(iii)"
    page.set_input_files("#file", table)
    page.click("#occurrences button.plain")
    page.wait_for_selector("#occurrences progress")
    page.click("#occurrences button[form=stop]")
    page.wait_for_selector("#file")
    assert page.input_value("#p-locations") == "3"
    page.click("button[value=save]")
    page.wait_for_selector(".notice.success")
    assert Version.objects.get().values["locations"] == "3"


def test_without_scripts_in_arabic_nothing_typed_is_lost(open_window, table):
    contributor()
    page = open_window(java_script_enabled=False, viewport={"width": 390, "height": 800})
    begin(page, "/ar")
    page.fill("#p-locations", "4")
    page.select_option("#p-decline_habitat", "yes")
    page.set_input_files("#file", table)
    page.click("#occurrences button.plain")
    page.wait_for_selector("#occurrences progress")
    page.fill("#p-locations", "3")
    measure()
    page.click("#occurrences button[value=evaluate]")
    page.wait_for_selector("#occurrences .range-outline", state="attached")
    assert page.input_value("#p-locations") == "3"
    page.fill("#p-aoo_km2", "12")
    page.press("#p-aoo_km2", "Enter")
    page.wait_for_selector("#result .category")
    assert chip(page) == "EN"
    assert "مساحة الإشغال" in page.inner_text("#result")
    assert "aoo" not in page.inner_text("#result dl")


def test_whole_way_in_arabic_from_upload_to_export(open_window, table):
    person = contributor()
    page = open_window()
    begin(page, "/ar")
    page.set_input_files("#file", table)
    page.click("#occurrences button.plain")
    page.wait_for_selector("#occurrences progress")
    measure()
    page.wait_for_selector("#occurrences .range-outline", state="attached")
    measured = Occurrences.objects.get()
    assert [float(page.input_value(f"#p-{name}")) for name in ("eoo_km2", "aoo_km2")] == pytest.approx(
        [measured.eoo_km2, measured.aoo_km2], abs=1e-3
    )
    page.fill("#p-locations", "4")
    page.select_option("#p-decline_habitat", "yes")
    page.wait_for_selector("#result .cat-EN")
    assert page.inner_text("#result .criteria") == "B1ab(iii)+2ab(iii)"
    assert "مدى الانتشار" in page.inner_text("#result dl")
    page.click("text=في هذا البلد أو الإقليم")
    page.select_option("#p-global_category", "VU")
    page.select_option("#p-immigration", "yes")
    page.select_option("#p-immigration_decreases", "no")
    page.click("text=كيفية معالجة عدم اليقين")
    page.check("#p-regional")
    page.wait_for_selector("#result .cat-VU")
    assert chip(page) == "VU°"
    told = page.inner_text("#result dl")
    assert "قبل التعديل الإقليمي\nEN" in told
    assert "الفئة العالمية\nVU" in told
    page.click("button[value=save]")
    page.wait_for_selector(".notice.success")
    saved = Version.objects.get()
    row = page.locator("table.rows tbody tr")
    assert str(person) in row.inner_text()
    assert saved.result["category_shown"] in row.inner_text()
    assert page.locator("table.rows tbody td[data-label='متى']").inner_text().strip() != ""
    with page.expect_download() as got:
        page.click("a[href$='row.csv']")
    (line,) = csv.DictReader(got.value.path().read_text(encoding="utf-8-sig").splitlines())
    assert (line["taxon"], line["locations"], line["global_category"]) == ("Aus bus", "4", "VU")
    with page.expect_download() as got:
        page.click("a[href$='assessments.csv']")
    (line,) = csv.DictReader(got.value.path().read_text(encoding="utf-8-sig").splitlines())
    assert line["RedListCriteria.manualCategory"] == "VU"


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_page_is_clean_for_axe_and_fits_a_phone(open_window, table, prefix):
    contributor()
    page = open_window(viewport={"width": 390, "height": 800})
    begin(page, prefix)
    page.set_input_files("#file", table)
    page.click("#occurrences button.plain")
    page.wait_for_selector("#occurrences progress")
    assert Axe().run(page, options=WCAG).response["violations"] == []
    measure()
    page.wait_for_selector("#occurrences .range-outline", state="attached")
    page.wait_for_timeout(300)
    assert Axe().run(page, options=WCAG).response["violations"] == []
    wide = """[...document.querySelectorAll('main *')]
        .filter(e => e.getBoundingClientRect().right > 391).map(e => e.outerHTML.slice(0, 80))"""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.evaluate(wide)
