"""In a real browser: from a small GeoTIFF to figures under review, with scripts in English, without them in Arabic."""

import re

import pytest
from tests.centre.ecosystems.conftest import GROUPS, NAMES, codes, write_map
from tests.centre.people import contributor
from tests.centre.playing import PLAYED, sign_in

from biosetu.centre.ecosystems import verbs, working
from biosetu.centre.ecosystems.models import Measurement, Study
from biosetu.centre.evidence.models import Run
from biosetu.centre.evidence.working import perform
from biosetu.jobs.ecosystems_study import read_study

pytestmark = PLAYED


def faults(page):
    """What sticks out sideways and, where scripts run, what axe calls serious."""
    from axe_playwright_python.sync_playwright import Axe

    found = [page.url] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    serious = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    return found + [f"{page.url} {v['id']}: {v['nodes'][0]['html'][:120]}" for v in serious]


@pytest.mark.parametrize(
    ("prefix", "scripts", "width"),
    [("", True, 390), ("/ar", False, 1280)],
    ids=["english-phone-with-scripts", "arabic-without-scripts"],
)
def test_from_a_map_to_review(open_window, said, in_this_process, tmp_path, prefix, scripts, width):
    contributor()
    wrong = []
    size = {"width": width, "height": 844}
    page = open_window(java_script_enabled=scripts, bypass_csp=scripts, viewport=size)

    def look():
        if scripts:
            wrong.extend(faults(page))

    sign_in(page, "contributor", prefix)
    page.goto(f"{prefix}/ecosystems/")
    look()
    page.fill("#title", "Middle hills")
    page.click("form.stack button[type=submit]")
    page.wait_for_selector("#maps-title")
    for year in (2000, 2020):
        page.set_input_files("#file", write_map(tmp_path, year))
        page.fill("#year", str(year))
        page.click("form:has(#file) button[type=submit]")
        page.wait_for_selector(f"tbody th:has-text('{year}')")
    page.click("button[value=measure]")
    page.wait_for_selector("progress")
    look()
    working.perform(Measurement.objects.get().pk)
    if not scripts:
        page.reload()
    page.wait_for_selector("#measured image")
    look()

    page.goto(f"{prefix}/ecosystems/{Study.objects.get().pk}/classes/")
    for row in Study.objects.get().classes.all():
        page.fill(f"#name-{row.pk}", NAMES[row.code])
        page.check(f"input[name=group-{row.pk}][value=other]")
        page.fill(f"input[name=other-{row.pk}]", GROUPS[row.code])
    look()
    page.click(".actions.sticky button")
    page.wait_for_selector(".notice.success")
    assert dict(Study.objects.get().classes.values_list("code", "functional_group")) == GROUPS

    page.goto(f"{prefix}/ecosystems/{Study.objects.get().pk}/criteria/")
    look()
    page.click("table.outcomes tbody a")
    page.wait_for_selector("#result .category")
    before = page.inner_text("#result .category >> nth=0")
    page.locator("details", has=page.locator("#p-A3_decline_percent")).evaluate(
        "each => each.open = true"
    ) if scripts else None
    page.fill("#p-A3_decline_percent", "100")
    if scripts:
        page.wait_for_function("before => document.querySelector('#result .category').innerText !== before", arg=before)
    page.click("button[value=keep]")
    page.wait_for_selector(".notice.success")
    assert page.inner_text("#result .category >> nth=0") == "CO"
    look()

    page.goto(f"{prefix}/ecosystems/{Study.objects.get().pk}/criteria/")
    page.fill("#note", "First")
    page.click("form.card button[type=submit]")
    page.click("section[aria-labelledby=versions-title] tbody a")
    page.wait_for_selector("#downloads-title")
    look()
    with page.expect_download() as started:
        page.click("a[href$='measures.xlsx']")
    assert started.value.suggested_filename == "measures.xlsx"
    page.fill("#holder", "Forest department")
    page.fill("#licence", "CC BY 4.0")
    page.click("form:has(#holder) button[type=submit]")
    page.wait_for_selector("progress")
    run = Run.objects.get()
    perform(run.pk)
    page.reload()
    assert page.locator("tbody tr").count() > 5
    assert said == []
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize(
    ("prefix", "scripts", "width"),
    [("", True, 390), ("/ar", False, 1280)],
    ids=["english-phone-with-scripts", "arabic-without-scripts"],
)
def test_flows_of_a_study_are_its_transitions_and_stand_in_a_table_too(
    open_window, said, begun, tmp_path, prefix, scripts, width
):
    """Forest and grassland to cropland, a little cropland to forest: three bands, as wide as their areas."""
    later = codes(2020)
    later[20:, 32:], later[5:9, 26:30] = 9, 1
    kept = begun.maps.get(year=2020)
    verbs.drop_map(study=begun, held=kept, actor=begun.owner)
    path = write_map(tmp_path, 2020, later, "later_2020.tif")
    verbs.add_map(study=begun, path=path, name=path.name, year=2020, field="", actor=begun.owner)
    work = working.ask(study=begun, actor=begun.owner)
    working.perform(work.pk)
    moved = {
        (row["before"], row["after"]): row["area_km2"]
        for row in read_study(work.folder)["transitions"].to_pylist()
        if row["before"] and row["after"] and row["before"] != row["after"]
    }
    assert set(moved) == {("1", "9"), ("2", "9"), ("9", "1")}

    page = open_window(java_script_enabled=scripts, bypass_csp=scripts, viewport={"width": width, "height": 844})
    sign_in(page, "contributor", prefix)
    page.goto(f"{prefix}/ecosystems/{begun.pk}/")
    drawing = page.locator("#measured svg:has(path.flow)")
    bands = [band_of(path.get_attribute("d")) for path in drawing.locator("path.flow").all()]
    assert all(height == pytest.approx(other, abs=0.11) for height, other in bands)
    shares = sorted(height / sum(each for each, _ in bands) for height, _ in bands)
    areas = sorted(area / sum(moved.values()) for area in moved.values())
    assert shares == pytest.approx(areas, abs=0.002)
    texts = {text.strip("\u2067\u2069") for text in drawing.locator("text").all_text_contents()}
    assert {"2000", "2020", "1", "9"} <= texts
    assert drawing.bounding_box()["width"] > 250

    fold = page.locator("#measured details")
    fold.locator("summary").click()
    assert fold.locator("table").is_visible()
    rows = [row.locator("th, td").all_inner_texts() for row in fold.locator("tbody tr").all()]
    found = {(before, after): float(area.replace(",", "")) for before, after, area in rows}
    assert found == pytest.approx(moved, abs=0.05)
    assert found == dict(sorted(found.items(), key=lambda item: -item[1]))
    assert said == []
    if scripts:
        assert faults(page) == []


def band_of(drawn):
    """The height of a band where it begins and where it ends: M x1 y1 C … x2 y2 V y3 C … x1 y4 Z."""
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", drawn)]
    return numbers[-1] - numbers[1], numbers[8] - numbers[7]
