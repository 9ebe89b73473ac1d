"""In a real browser: an officer lets all open requests be matched, with and without scripts; axe on a phone."""

import pytest
from tests.centre.helpdesk.conftest import TODAY
from tests.centre.people import account
from tests.centre.playing import PLAYED, sign_in, with_key

from biosetu.centre.audit.models import Entry
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.models import RequestParty, SupportRequest
from biosetu.centre.matching.models import Assignment, Weight
from biosetu.centre.matching.working import perform

pytestmark = PLAYED
PHONE = {"width": 390, "height": 844}
ASSIGNMENT, WEIGHTS = "/requests/assignment/iucn-asia/", "/requests/weights/iucn-asia/"


@pytest.fixture
def manager(transactional_db):
    for number, targets in ((1, "1; 2"), (2, "2; 3")):
        row = SupportRequest.objects.create(
            reference=f"2026-{number:05d}", title=f"A rather long title of request number {number}", state="matching",
            centre="iucn-asia", values={"targets": targets, "languages": "en", "what": "red list of ecosystems"},
        )  # fmt: skip
        RequestParty.objects.create(request=row, party="NPL")
    for name, targets in (("Institute of the Hills", "1; 2; 3"), ("Institute of the Plains", "2")):
        values = {"targets": targets, "languages": "en; ne", "ecosystems": "T1.1", "work": "red list of ecosystems"}
        Provider.objects.create(name=name, party="LKA", standing="listed", consented_on=TODAY, values=values)
    return with_key(account("manager", role="manager", centre="iucn-asia"))


def proposed(page, scripts):
    page.click("form[action$='/do/ask/'] button")
    page.wait_for_selector("progress")
    perform(Assignment.objects.latest("number").pk)
    if not scripts:
        page.reload()
    page.wait_for_selector("progress", state="detached")


@pytest.mark.parametrize(("prefix", "scripts"), [("", True), ("/ar", False)], ids=["english-scripts", "arabic-without"])
def test_from_asking_to_an_invitation_with_the_officers_own_choice(open_window, manager, said, prefix, scripts):
    page = open_window(java_script_enabled=scripts, viewport=PHONE)
    sign_in(page, "manager", prefix)
    page.goto(f"{prefix}/requests/")
    page.click(f"a[href='{prefix}/requests/assignment/']")
    proposed(page, scripts)
    cards = page.locator("section.card[id^='2026']")
    assert cards.count() == 2
    first = page.locator("[id='2026-00001']")
    assert "Hills" in first.inner_text()
    first.locator("summary").last.click()
    first.locator("input[name=other]").fill("institute of the plains")
    first.locator("form[action$='/fix/'] button").click()
    page.wait_for_selector(".notice.success")
    proposed(page, scripts)
    assert "Plains" in page.locator("[id='2026-00001'] a >> nth=1").inner_text()
    assert "Hills" in page.locator("[id='2026-00002'] a >> nth=1").inner_text()
    page.locator("[id='2026-00001'] form[action$='/take/'] input[name=invite]").check()
    page.locator("[id='2026-00001'] form[action$='/take/'] button").click()
    page.wait_for_selector(".notice.success")
    request = SupportRequest.objects.get(reference="2026-00001")
    assert {one.provider.name: one.answer for one in request.candidates.all()} == {
        "Institute of the Plains": "invited", "Institute of the Hills": "listed"
    }  # fmt: skip
    assert list(Entry.objects.filter(record_id="2026-00001").order_by("pk").values_list("verb", flat=True)) == [
        "fix", "list", "invite"
    ]  # fmt: skip
    page.goto(f"{prefix}{WEIGHTS}")
    page.fill("input[name=expertise]", "0")
    page.click("button[value=look]")
    page.wait_for_selector("#effect")
    assert Weight.objects.count() == 0
    page.click("button[value=keep]")
    page.wait_for_selector(".notice.success")
    assert Weight.objects.get().weight == 0
    assert said == []


def test_pages_of_matching_have_no_serious_faults_and_fit_a_phone(open_window, manager):
    from axe_playwright_python.sync_playwright import Axe

    page = open_window(bypass_csp=True, viewport=PHONE)
    sign_in(page, "manager")
    page.goto(ASSIGNMENT)
    proposed(page, scripts=True)
    faults = {}
    for address in (ASSIGNMENT, f"{ASSIGNMENT}1/", WEIGHTS):
        for prefix in ("", "/ar"):
            page.goto(f"{prefix}{address}")
            if address == WEIGHTS:
                page.click("button[value=look]")
                page.wait_for_selector("#effect")
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            found = Axe().run(page).response["violations"]
            wrong = [
                f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")
            ]
            width = page.evaluate("document.documentElement.scrollWidth")
            if wrong or width > PHONE["width"]:
                faults[prefix + address] = (wrong, width)
    assert faults == {}
