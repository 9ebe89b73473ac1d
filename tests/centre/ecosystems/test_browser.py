"""In a real browser: from a small GeoTIFF to figures under review, with scripts in English, without them in Arabic."""

import pytest
from tests.centre.ecosystems.conftest import GROUPS, NAMES, write_map
from tests.centre.people import contributor
from tests.centre.playing import PLAYED, sign_in

from biosetu.centre.ecosystems import working
from biosetu.centre.ecosystems.models import Measurement, Study
from biosetu.centre.evidence.models import Run
from biosetu.centre.evidence.working import perform

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
