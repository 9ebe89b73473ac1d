"""In a real browser: from a file to a decision, to coverage, to one gap less; in English, and in Arabic."""

import pytest
from tests.centre.people import account, contributor
from tests.centre.playing import PLAYED, sign_in, with_key
from tests.centre.promises.conftest import ACTIONS, TABLE

pytestmark = PLAYED
BASE = "/parties/NPL/promises/"


def bring(page, prefix, path):
    page.goto(f"{prefix}{BASE}import/")
    page.set_input_files("input[type=file]", path)
    page.click("form.stack button[type=submit]")
    page.wait_for_selector(".tallies")
    page.click("form p.actions button[type=submit]")
    page.wait_for_selector(".notice.success")


def covered(page, prefix, target):
    page.goto(f"{prefix}{BASE}")
    return page.inner_text(f"#target-{target} summary").splitlines()[-1]


@pytest.mark.parametrize(
    ("prefix", "scripts"), [("", True), ("/ar", False)], ids=["english-with-scripts", "arabic-without-scripts"]
)
def test_from_a_file_to_a_decision_to_coverage_to_one_gap_less(open_window, tmp_path, said, prefix, scripts):
    with_key(account("officer", role="officer", party="NPL"))
    (tmp_path / "targets.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "actions.csv").write_text(ACTIONS, encoding="utf-8")
    page = open_window(java_script_enabled=scripts)
    sign_in(page, "officer", prefix)
    bring(page, prefix, tmp_path / "targets.csv")
    bring(page, prefix, tmp_path / "actions.csv")

    public = open_window(java_script_enabled=scripts)
    before = covered(public, prefix, "12")
    public.goto(f"{prefix}/parties/NPL/")
    assert public.locator("#target-12").inner_text().count("\n") > 0
    gap = "No national target is aligned with target 12" if not prefix else "لا هدف وطنياً متوافقاً مع الهدف 12"
    assert gap in public.content()

    page.goto(f"{prefix}{BASE}targets/NT-1")
    page.select_option("#s1-degree", "medium")
    page.fill("#s1-note", "Cities")
    page.click("#s1-note >> xpath=ancestor::form >> button[value=confirmed]")
    page.wait_for_selector(".notice.success")
    assert page.locator(".suggestion.done").count() == 1

    assert covered(public, prefix, "12") != before
    public.goto(f"{prefix}/parties/NPL/")
    assert gap not in public.content()
    assert said == []


PAGES = ["", "targets/NT-1", "measured/", "import/", "new-action/?target=NT-1"]


def test_pages_of_promises_are_accessible_and_fit_a_small_screen(open_window, tmp_path, said):
    from axe_playwright_python.sync_playwright import Axe

    with_key(account("officer", role="officer", party="NPL"))
    contributor()
    account("nobody")
    (tmp_path / "targets.csv").write_text(TABLE, encoding="utf-8")
    page = open_window(bypass_csp=True, viewport={"width": 390, "height": 844})
    sign_in(page, "officer")
    bring(page, "", tmp_path / "targets.csv")
    faults, widths = {}, {}
    paths = [*(f"{BASE}{name}" for name in PAGES), "/parties/NPL/capacity/?code=A.1", "/alignment/", f"/ar{BASE}"]
    for path in paths:
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
        found = Axe().run(page).response["violations"]
        serious = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")]
        if serious:
            faults[path] = serious
    assert faults == {}
    assert {path: width for path, width in widths.items() if width > 390} == {}
    assert said == []
