"""In a real browser: from a file to a shared plan, by mouse and keyboard, with and without scripts; axe on pages."""

import pytest
from tests.centre.people import contributor
from tests.centre.planning.bringing import squares
from tests.centre.playing import PLAYED, sign_in

from biosetu.centre.planning.models import Version
from biosetu.centre.planning.working import perform

pytestmark = PLAYED


def brought(page, path, prefix=""):
    """Bring a problem as a file; return its address."""
    page.goto(f"{prefix}/plans/")
    page.click("details:has(#file) summary")
    page.fill("#title-f", "Terai")
    page.set_input_files("#file", path)
    page.click("details:has(#file) button[type=submit]")
    page.wait_for_selector("#asking")
    return page.url


def worked_out(page):
    """Save and work it out; let a worker do it."""
    page.click("button[value=ask]")
    page.wait_for_url("**/versions/*/")
    perform(Version.objects.latest("pk").pk)
    page.reload()
    page.wait_for_selector(".report")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "units.geojson"
    path.write_text(squares(), encoding="utf-8")
    return path


def test_whole_way_with_scripts(open_window, file, said):
    contributor()
    page, visitor = open_window(), open_window()
    sign_in(page, "contributor")
    desk = brought(page, file)

    page.check("input[name=tool][value=out]")
    page.locator("[data-lock-map] a").nth(5).click()
    assert page.input_value("#locked_out") == "6"
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.input_value("#locked_out") == "6-7, 11"
    assert page.inner_text("[data-said]") == "unit 11: locked out"
    page.keyboard.press("Enter")
    assert page.input_value("#locked_out") == "6-7"
    page.fill("input[name=value-0]", "40")
    page.fill("#note", "without 6 and 7")
    worked_out(page)
    assert "No better plan exists" in page.inner_text(".report")

    page.goto(desk)
    page.fill("#locked_out", "")
    worked_out(page)
    page.click("a:has-text('Plan 1')")
    page.wait_for_selector(".twin")
    assert page.locator("svg.pu-map").count() == 3

    page.goto(f"{desk}versions/2/")
    page.click("button:has-text('Make a link')")
    place = page.input_value(".link input")
    visitor.goto(place)
    assert visitor.locator("p.eyebrow").text_content() == "A plan shared with you"
    page.click("button:has-text('Withdraw the link')")
    assert visitor.goto(place).status == 404

    with page.expect_download() as download:
        page.click("a:has-text('Units (GeoParquet)')")
    assert download.value.suggested_filename == "plan.parquet"
    assert [line for line in said if "404" not in line] == []


def test_whole_way_without_scripts_in_arabic(open_window, file, said):
    contributor()
    page = open_window(java_script_enabled=False)
    sign_in(page, "contributor", "/ar")
    brought(page, file, "/ar")
    page.locator("[data-lock-map] a").nth(5).click()
    page.click("button[value=lock-out]")
    assert page.input_value("#locked_out") == "6"
    worked_out(page)
    assert page.locator("html[dir=rtl]").count() == 1
    assert "%" in page.inner_text(".report")
    assert said == []


def test_progress_moves_and_stops_the_plan(open_window, file):
    contributor()
    page = open_window()
    sign_in(page, "contributor")
    brought(page, file)
    page.click("button[value=ask]")
    page.wait_for_selector("progress")
    Version.objects.update(
        moment={"step": "HiGHS", "seconds": 4.0, "allowed": 30.0, "value": 100.0, "bound": 98.0, "gap": 0.02}
    )
    page.wait_for_selector("#progress dl", timeout=10_000)
    assert "2 %" in page.inner_text("#progress")
    page.click("#progress button")
    page.wait_for_selector(".badge.cancelled")
    made = Version.objects.get()
    perform(made.pk)
    made.refresh_from_db()
    assert made.state == "cancelled"


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_pages_have_no_serious_faults_of_access_and_fit_a_phone(open_window, file, prefix):
    from axe_playwright_python.sync_playwright import Axe

    contributor()
    page = open_window(bypass_csp=True, viewport={"width": 390, "height": 844})
    sign_in(page, "contributor", prefix)
    desk = brought(page, file, prefix)
    worked_out(page)
    page.goto(desk)
    worked_out(page)
    faults, widths = {}, {}
    for place in (f"{prefix}/plans/", desk, f"{desk}versions/1/", f"{desk}compare/?first=1&second=2"):
        page.goto(place)
        found = Axe().run(page).response["violations"]
        serious = [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found if v["impact"] in ("serious", "critical")]
        faults |= {place: serious} if serious else {}
        width = page.evaluate("document.documentElement.scrollWidth")
        widths |= {place: width} if width > 390 else {}
    assert (faults, widths) == ({}, {})
