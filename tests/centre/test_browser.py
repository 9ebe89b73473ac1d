"""In a real browser: the whole way from a table to the page, in English and Arabic, and axe on every page."""

import pytest
from tests.centre.people import OFFICE, PASSWORD, account, contributor, national, table_file
from tests.centre.playing import PLAYED, sign_in, with_key

from biosetu.centre.accounts.demonstration import one_time_code
from biosetu.centre.evidence.models import Run
from biosetu.centre.evidence.working import perform

pytestmark = PLAYED
ROWS = [national(year=year, value=0.8 + year / 100_000) for year in range(2018, 2021)]


def officer():
    return with_key(account("officer", role="officer", party="NPL"))


@pytest.mark.parametrize(
    ("prefix", "scripts"), [("", True), ("/ar", False)], ids=["english-with-scripts", "arabic-without-scripts"]
)
def test_from_a_table_to_the_page_of_the_party(open_window, tmp_path, said, prefix, scripts):
    contributor()
    officer()
    public, theirs, reviewer = (open_window(java_script_enabled=scripts) for _ in range(3))

    sign_in(theirs, "contributor", prefix)
    theirs.goto(f"{prefix}/upload/")
    theirs.set_input_files("input[type=file]", table_file(tmp_path, *ROWS, name="figures.xlsx"))
    theirs.click("form.stack button[type=submit]")
    theirs.wait_for_selector(".tallies")
    assert theirs.locator("tbody tr").count() == 3
    theirs.click("form p.actions button[type=submit]")
    theirs.wait_for_selector("progress")
    run = Run.objects.get()
    perform(run.pk)
    if not scripts:
        theirs.reload()
    theirs.wait_for_selector("tbody tr", timeout=15_000)

    sign_in(reviewer, "officer", prefix)
    reviewer.goto(f"{prefix}/review/")
    reviewer.click("tbody a")
    reviewer.check("input[name=rows][value='2']")
    reviewer.fill("#reason", "The base year differs.")
    reviewer.click("button[value=return]")
    reviewer.wait_for_selector(".notice.success")
    reviewer.check("input[name=everything]")
    reviewer.click("button[value=accept]")
    reviewer.wait_for_selector(".badge.reviewed")

    public.goto(f"{prefix}/parties/NPL/")
    assert "Department of National Parks (test)" in public.content()
    public.goto(f"{prefix}/")
    assert OFFICE in public.inner_text("aside")
    assert public.goto(f"{prefix}/runs/{run.pk}/").url.endswith(f"?next={prefix}/runs/{run.pk}/")

    theirs.goto(f"{prefix}/")
    assert theirs.locator("section[aria-labelledby=notices] a").count() == 1
    assert said == []


def test_officer_without_second_step_is_sent_to_set_one_up(open_window):
    account("weak", role="officer", party="NPL")
    page = open_window()
    sign_in(page, "weak")
    page.goto("/review/")
    page.click("main a[href='/account/second-step/']")
    page.click("a[href='/account/second-step/totp/activate/']")
    if page.locator("#id_password").count():
        page.fill("#id_password", PASSWORD)
        page.click("form.stack button[type=submit]")
    page.wait_for_selector("#id_code")
    page.fill("#id_code", one_time_code(page.inner_text(".card code")))
    page.click("form.stack button[type=submit]")
    page.goto("/review/")
    assert page.locator("main a[href='/account/second-step/']").count() == 0


def test_passkey_is_added_and_signs_in(open_window, said):
    account("keyholder", role="officer", party="NPL")
    page = open_window()
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    client.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, "keyholder")
    page.goto("/account/second-step/webauthn/add/")
    if page.locator("#id_password").count():
        page.fill("#id_password", PASSWORD)
        page.click("form.stack button[type=submit]")
    page.fill("#id_name", "Test key")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/second-step/recovery-codes/**")
    page.goto("/account/logout/")
    page.click("main button[type=submit]")
    page.goto("/account/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: not url.endswith("/login/"))
    page.goto("/review/")
    assert page.locator("a[href='/account/logout/']").count() == 1
    assert said == []


PAGES = ["/", "/parties/", "/parties/XXA/", "/indicators/", "/indicators/A.3/", "/targets/3/", "/find/?q=a", "/about/"]


ASSESSED = {
    "english": [*PAGES, "/upload/", "/review/", "/account/second-step/"],
    "arabic": ["/ar/", "/ar/parties/XXA/"],
}


@pytest.mark.parametrize("pages", list(ASSESSED.values()), ids=ASSESSED)
def test_pages_have_no_serious_faults_of_access(open_window, pages):
    from axe_playwright_python.sync_playwright import Axe

    contributor()
    officer()
    page = open_window(bypass_csp=True)
    sign_in(page, "officer")
    faults = {}
    for path in pages:
        page.goto(path)
        found = Axe().run(page).response["violations"]
        serious = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")]
        if serious:
            faults[path] = serious
    assert faults == {}


def test_page_of_whom_a_centre_serves_has_no_serious_faults_and_fits_a_phone(open_window):
    from axe_playwright_python.sync_playwright import Axe

    with_key(account("manager", role="manager", centre="iucn-west-asia"))
    page = open_window(bypass_csp=True, viewport={"width": 390, "height": 844})
    sign_in(page, "manager")
    for path in ("/centres/iucn-west-asia/parties/", "/ar/centres/iucn-west-asia/parties/"):
        page.goto(path)
        found = Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_nothing_sticks_out_on_a_small_screen(open_window, said):
    page = open_window(viewport={"width": 390, "height": 844})
    widths = {}
    for path in [*PAGES, "/account/login/", "/ar/", "/ar/parties/XXA/", "/ar/indicators/A.3/"]:
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in widths.items() if width > 390} == {}
    assert said == []
