"""In a real browser: a report from its first assignment to its signature; in English, in Arabic without scripts."""

import docx
import openpyxl
import pytest
from tests.centre.playing import PLAYED, sign_in, with_key
from tests.centre.reporting.conftest import CYCLE, FORESTS, MINISTRY, PARTY, SUMMARY, WATERS, somebody

from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.reporting.models import Offer, Part, Report
from biosetu.centre.reporting.store import DatabaseCollections
from biosetu.observations import Selection

pytestmark = PLAYED


def people():
    somebody("focal", "focal_point", MINISTRY)
    somebody("forester", "contributor", FORESTS)
    with_key(somebody("signer", "publishing_authority", "Cabinet (test)"))


def ask(page, base, office, field="V"):
    page.goto(f"{base}collect/")
    page.fill("#office", office)
    page.fill("#due", "2083-09-16 BS")
    page.check(f"input[name=fields][value='{field}']")
    page.click("form.stack:has(#office) button[type=submit]")
    page.wait_for_selector(".notice.success")


def silent(page, base):
    """Return the offices that have not handed in, as the page of who has not answered tells, and its count."""
    page.goto(f"{base}collect/")
    offices = page.locator("section.office:has(.badge.assigned, .badge.answering)")
    count = page.locator(".tallies li:nth-child(2) strong").inner_text()
    return {office.strip() for office in offices.locator("h2").all_inner_texts()}, int(count)


OLD = "e3b0c44298fc"  # of an empty text: the part was written before the other office answered


REFUSED = "Failed to load resource: the server responded with a status of 403 (Forbidden)"


def filled(path, text):
    """Fill the one field of a part that came as a workbook or a Word file, as if it had gone out first."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        book["part"]["E3"], book["part"]["G3"] = text, OLD
        book.save(path)
        return
    document = docx.Document(str(path))
    (row,) = (row for row in document.tables[1].rows if row.cells[0].text == SUMMARY)
    row.cells[4].text, row.cells[6].text = text, OLD
    document.save(str(path))


@pytest.mark.parametrize(
    ("prefix", "scripts", "suffix"),
    [("", True, ".xlsx"), ("/ar", False, ".docx")],
    ids=["english-with-scripts-xlsx", "arabic-without-scripts-word"],
)
def test_report_is_collected_decided_and_signed(open_window, said, tmp_path, prefix, scripts, suffix):
    people()
    base = f"{prefix}/parties/{PARTY}/report/{CYCLE}/"
    focal, forester, waters, signer = (open_window(java_script_enabled=scripts) for _ in range(4))

    sign_in(focal, "focal", prefix)
    ask(focal, base, FORESTS)
    ask(focal, base, WATERS)
    assert focal.locator(".office .beside:has-text('2083-09-16')").count() == 2
    focal.click(f"section.office:has-text('{WATERS}') form.inline button")
    link = focal.input_value(f"section.office:has-text('{WATERS}') .link-row input[readonly]")
    assert silent(focal, base) == ({FORESTS, WATERS}, 2)

    sign_in(forester, "forester", prefix)
    forester.goto(f"{prefix}/reports/")
    forester.click("tbody a")
    forester.fill(f"textarea[name='{SUMMARY}']", "The forests are well.")
    forester.click("button[value=hand_in]")
    forester.wait_for_selector(".badge.returned")
    assert silent(focal, base) == ({WATERS}, 1)
    for theirs_alone in (base, f"{base}collect/", f"{base}differences/"):
        assert forester.goto(theirs_alone).status in (403, 404)

    waters.goto(link)
    waters.click("main li a")
    waters.click("summary")
    with waters.expect_download() as download:
        waters.click(f"a[href$='file{suffix}']")
    path = tmp_path / f"part{suffix}"
    download.value.save_as(path)
    filled(path, "The waters are not.")
    waters.set_input_files("#file", path)
    waters.click("form:has(#file) button[type=submit]")
    waters.wait_for_selector(".waiting")
    waters.click("button[value=hand_in]")
    waters.wait_for_selector(".badge.returned")
    assert list(Offer.objects.order_by("number").values_list("office", "standing", "via")) == [
        (FORESTS, "taken", "form"),
        (WATERS, "waiting", suffix[1:]),
    ]
    assert silent(focal, base) == (set(), 0)

    focal.goto(f"{base}differences/")
    focal.check("input[name=choice][value='own']")
    focal.fill("textarea[name=text]", "The forests are well, the waters are not.")
    focal.fill("input[name=reason]", "Both are right.")
    focal.click("section.card button[type=submit]")
    focal.wait_for_selector(".notice.success")
    for name in ("p1", "p2"):
        focal.goto(f"{base}parts/{name}/")
        focal.click("form[action$='clear/'] button")
        focal.wait_for_selector(".badge.cleared")
    focal.goto(base)
    focal.click("form[action$='step/clear/'] button")
    focal.wait_for_selector(".track .here:nth-child(2)")
    assert focal.locator("form[action$='step/sign_off/']").count() == 0

    sign_in(signer, "signer", prefix)
    signer.goto(base)
    signer.click("form[action$='step/sign_off/'] button")
    signer.wait_for_selector(".track .here:nth-child(3)")
    with signer.expect_download() as download:
        signer.click("a[href$='document.docx']")
    assert download.value.suggested_filename == f"{PARTY}-{CYCLE}.docx"

    held = DatabaseCollections().load(PARTY, CYCLE)
    assert held.draft.text(SUMMARY) == "The forests are well, the waters are not."
    assert (Report.objects.get().state, set(Part.objects.values_list("state", flat=True))) == (
        "signed_off",
        {"cleared"},
    )
    assert said == [REFUSED] * 3  # what the contributor tried to open


def answered(path, year, value, source):
    """Replace the figure of a year in a part that came as a workbook or a Word file."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        rows = book["figures"].iter_rows(min_row=3)
        (row,) = (row for row in rows if row[0].value and row[2].value == year)
        for cell, text in zip(row[7:10], ("replace", value, source), strict=True):
            cell.value = text
        book.save(path)
        return
    document = docx.Document(str(path))
    (row,) = (row for row in document.tables[2].rows if row.cells[0].text[:2] == "F." and row.cells[2].text == year)
    for cell, text in zip(row.cells[7:10], ("استبدال", value, source), strict=True):
        cell.text = text
    document.save(str(path))


@pytest.mark.parametrize(
    ("prefix", "scripts", "suffix"),
    [("", True, ".xlsx"), ("/ar", False, ".docx")],
    ids=["english-with-scripts-xlsx", "arabic-without-scripts-word"],
)
def test_figures_are_asked_answered_decided_and_become_national(open_window, said, tmp_path, prefix, scripts, suffix):
    people()
    base = f"{prefix}/parties/{PARTY}/report/{CYCLE}/"
    focal, office = (open_window(java_script_enabled=scripts) for _ in range(2))
    sign_in(focal, "focal", prefix)
    ask(focal, base, FORESTS, "F.3.1")
    focal.click("form.inline button")
    link = focal.input_value(".link-row input[readonly]")
    assert silent(focal, base) == ({FORESTS}, 1)

    office.goto(link)
    office.click("main li a")
    new = office.locator("table.figures").last.locator("tbody tr").first
    for name, text in {"year": "2024", "part": "terrestrial", "unit": "%", "own_value": "24,1"}.items():
        new.locator(f"[name$=':{name}']").fill(text)
    office.click("button[value=save]")
    assert office.locator("table.figures tr.wrong .errorlist").count() == 2
    new.locator("[name$=':own_value']").fill("24.1")
    new.locator("[name$=':own_source']").fill("Yearbook 2025, p. 12")
    office.click("button[value=save]")
    office.wait_for_selector(".notice.success")

    office.click("summary")
    with office.expect_download() as download:
        office.click(f"a[href$='file{suffix}']")
    path = tmp_path / f"part{suffix}"
    download.value.save_as(path)
    answered(path, "2020", "23.4", "Yearbook 2021, p. 3")
    for again in (False, True):
        if again:
            office.click("summary")
        office.set_input_files("#file", path)
        office.click("form:has(#file) button[type=submit]")
        office.wait_for_selector("table.figures .waiting")
    assert list(Offer.objects.order_by("number").values_list("standing", "via")) == [
        ("taken", "form"),
        ("waiting", suffix[1:]),
    ]
    office.click("button[value=hand_in]")
    office.wait_for_selector(".badge.returned")
    assert silent(focal, base) == (set(), 0)

    focal.goto(f"{base}differences/")
    assert "23.62604" in focal.locator(".side").first.inner_text()
    focal.check("input[name=choice][value='2']")
    focal.click("section.card button[type=submit]")
    focal.goto(f"{base}parts/p1/")
    focal.click("form[action$='clear/'] button")
    focal.wait_for_selector(".badge.cleared")
    rows = DatabaseStore().select(Selection(party=(PARTY,), source=("national",))).to_pylist()
    assert [(row["year"], row["value"], row["holder"], row["validated_by"]) for row in rows] == [
        (2020, 23.4, FORESTS, MINISTRY),
        (2024, 24.1, FORESTS, MINISTRY),
    ]
    focal.goto(f"{base}workbooks/")
    assert focal.locator("a[href$='workbooks/3.1.xlsx']").count() == 1
    assert said == ["Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"]


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_pages_of_a_report_are_accessible_and_fit_a_phone(open_window, said, prefix):
    from axe_playwright_python.sync_playwright import Axe

    people()
    page = open_window(bypass_csp=True, viewport={"width": 390, "height": 844})
    sign_in(page, "focal", prefix)
    base = f"{prefix}/parties/{PARTY}/report/{CYCLE}/"
    ask(page, base, FORESTS)
    ask(page, base, FORESTS, "F.3.1")
    page.click("form.inline button")
    link = page.input_value(".link-row input[readonly]")
    pages = [base, f"{base}collect/", f"{base}section/III.3/", f"{base}section/Q.8.b/", f"{base}differences/"]
    pages += [
        f"{base}parts/p1/",
        f"{base}workbooks/",
        f"{prefix}/reports/",
        f"{prefix}/report-check/",
        link,
        f"{link}p1/",
        f"{link}p2/",
        f"{base}section/F.3.1/",
    ]
    faults, widths = {}, {}
    for path in pages:
        page.goto(path)
        found = Axe().run(page).response["violations"]
        serious = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found if v["impact"] in ("serious", "critical")]
        faults |= {path: serious} if serious else {}
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert faults == {}
    assert {path: width for path, width in widths.items() if width > 390} == {}
    assert said == []
