"""A whole request in a real browser: five people in five windows, from a gap to closure, in English and in Arabic."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.centre.playing import PLAYED

from biosetu.centre.helpdesk.models import Candidate, SupportRequest

from .conftest import ELEVEN, FOUR

pytestmark = PLAYED
WINDOWS = ("focal_point", "officer", "provider", "other_provider", "nobody")


@pytest.fixture
def windows(open_window, said, live_server, people):
    opened = {name: open_window() for name in WINDOWS}
    for name, page in opened.items():
        if name in people:
            client = Client()
            client.force_login(people[name])
            cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
            page.context.add_cookies([cookie])
    yield opened
    assert [line for line in said if "404" not in line and "403" not in line] == []


class Play:
    """One request in five windows, in one language."""

    def __init__(self, windows, language):
        self.windows, self.prefix, self.reference = windows, f"/{language}" if language != "en" else "", ""

    def address(self):
        return f"{self.prefix}/requests/{self.reference}/"

    def press(self, name, action, **fields):
        page = self.windows[name]
        page.goto(self.address())
        form = page.locator(f"form[action$='/do/{action}/']").first
        form.evaluate("node => node.closest('details') && (node.closest('details').open = true)")
        for field, value in fields.items():
            box = form.locator(f"[name='{field}']")
            box.select_option(value) if box.evaluate("node => node.tagName") == "SELECT" else box.fill(value)
        form.locator("button").click()
        page.wait_for_load_state()
        assert page.locator(".notice.error").count() == 0, page.locator(".notice.error").all_inner_texts()

    def who_sees(self, words):
        seen = set()
        for name, page in self.windows.items():
            page.goto(self.address())
            if words in page.inner_text("main"):
                seen.add(name)
        return seen

    def state(self):
        return SupportRequest.objects.get(reference=self.reference).state


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_whole_request_by_five_people(windows, providers, language):
    play = Play(windows, language)
    title, result = ELEVEN["title"], "22 types assessed"
    focal = windows["focal_point"]
    focal.goto(f"{play.prefix}/requests/new/?party=NPL&targets=2&indicators=A.1&purpose=No+list+of+ecosystems")
    assert focal.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    assert focal.input_value("[name=purpose]") == "No list of ecosystems"
    focal.fill("[name=who]", FOUR["who"])
    focal.fill("[name=what]", title)
    focal.fill("[name=needed_by]", (timezone.localdate() + timedelta(days=200)).isoformat())
    focal.click("button[name=submit]")
    focal.wait_for_load_state()
    request = SupportRequest.objects.get()
    play.reference = request.reference
    assert (request.state, request.values["targets"], request.values["indicators"]) == ("submitted", "2", "A.1")
    assert play.who_sees(title) == {"focal_point", "officer"}

    play.press("officer", "acknowledge")
    play.press("focal_point", "endorse")
    assert play.who_sees(title) == set(WINDOWS)
    assert play.who_sees(FOUR["who"]) == {"focal_point", "officer"}

    play.press("officer", "articulate")
    focal.goto(play.address() + "edit/")
    for name, value in ELEVEN.items():
        box = focal.locator(f"[name='{name}']")
        kind = box.first.evaluate("node => node.type")
        if kind == "checkbox":
            for code in value.split(";"):
                focal.check(f"[name='{name}'][value='{code.strip()}']")
        elif kind == "select-one":
            box.select_option(value)
        else:
            box.fill(value)
    focal.click("main form.stack button[type=submit]")
    focal.wait_for_load_state()
    for step in ("plan", "match", "shortlist"):
        play.press("officer", step)
    for _ in range(2):
        play.press("officer", "invite")
    assert set(Candidate.objects.values_list("answer", flat=True)) == {"invited"}
    play.press("provider", "write", text="our offer alone")
    play.press("officer", "write", text="for all concerned")
    assert play.who_sees("our offer alone") == {"officer", "provider"}
    assert play.who_sees("for all concerned") == {"focal_point", "officer"}
    play.press("provider", "answer-invitation")
    play.press("other_provider", "answer-invitation")
    first = Candidate.objects.get(provider__account__username="provider")
    officer = windows["officer"]
    officer.goto(play.address())
    officer.locator(f"form[action$='/do/choose/']:has(input[value='{first.pk}']) button").click()
    officer.wait_for_load_state()
    assert play.who_sees("for all concerned") == {"focal_point", "officer", "provider"}
    for _ in range(2):
        play.press("officer", "check-off", looked_at="register entry")
    play.press(
        "officer", "plan-line", kind="outcome", text="Types assessed", indicator="A.1", baseline="0", target="20"
    )
    play.press("officer", "agree")
    assert set(Candidate.objects.values_list("answer", flat=True)) == {"accepted", "released"}
    play.press("provider", "start")
    play.press("provider", "deliver")
    play.press("provider", "measure", result="22")
    play.press("officer", "report", public=result, internal="slow start", lessons="begin early")
    play.press("officer", "close")
    assert play.state() == "closed"
    assert play.who_sees(result) == set(WINDOWS)
    assert play.who_sees("slow start") == {"officer"}
    play.press("focal_point", "rate", score="5", words="We have a list")
    play.press("provider", "rate", score="4", words="Gladly")
    assert Candidate.objects.get(chosen=True).provider.rating_sum == 5
