"""A whole request in a real browser, from a gap to closure, in English and in Arabic: five people in five windows, and
in a sixth the community whose land it touches and whose consent it needs.
"""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlparse

import pytest
from django.test import Client
from django.utils import timezone
from tests.centre.people import national, observations
from tests.centre.playing import PLAYED

from biosetu.centre.evidence.store import DatabaseStore, writing
from biosetu.centre.helpdesk.models import Candidate, FollowUp, SupportRequest
from biosetu.centre.promises.store import DatabasePromises
from biosetu.jobs.alignment import store_imported
from biosetu.jobs.promise_files import read_promises
from biosetu.translation import say, translations

from .conftest import ELEVEN

pytestmark = PLAYED
WINDOWS = ("focal_point", "community", "officer", "provider", "other_provider", "nobody")


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


PROMISED = (
    "id,title_en,title_ar,global_targets,end\n"
    "NT-1,Restore 20 per cent of degraded wetlands by 2030,استعادة الأراضي الرطبة,2: high,\n"
)


@pytest.fixture
def gaps(live_server, tmp_path):
    """What Nepal promised in this test: what nobody promised is a gap."""
    (tmp_path / "targets.csv").write_text(PROMISED, encoding="utf-8")
    store_imported(read_promises(tmp_path / "targets.csv", "NPL"), DatabasePromises())


class Play:
    """One request in six windows, in one language."""

    def __init__(self, windows, language):
        self.windows, self.prefix, self.reference = windows, f"/{language}" if language != "en" else "", ""
        self.text = translations(language).gettext
        self.allowed = {}

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

    def texts(self):
        """What each window's page of the request says; nothing where there is no such page for that person."""
        told = {}
        for name, page in self.windows.items():
            answer = page.request.get(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + self.address())
            assert answer.status in {200, 404}
            told[name] = answer.text().split("<main", 1)[1] if answer.status == 200 else ""
        return told

    def check(self, *step):
        """Take a step (a window, a button, its fields), then look at every window for everything that was ever said."""
        if step:
            name, action, fields = step
            self.press(name, action, **fields)
        told = self.texts()
        seen = {words: {name for name, text in told.items() if words in text} for words in self.allowed}
        assert seen == self.allowed, step

    def allow(self, words, *who):
        """From now on exactly these may read these words."""
        self.allowed[words] = set(who)

    def barred(self, name, verb):
        """Whether a window shows the button of a step, and that it cannot be pressed yet."""
        page = self.windows[name]
        page.goto(self.address())
        return page.locator(f"form[action$='/do/{verb}/'] button").first.is_disabled()

    def bars(self, name, verb, why, **parts):
        """Check that a step cannot be pressed yet, and that the window says why in its language."""
        assert self.barred(name, verb)
        told = self.windows[name].locator(f"form[action$='/do/{verb}/'] .help").first.inner_text()
        assert say(why, **parts).in_words(self.text) in told

    def state(self):
        return SupportRequest.objects.get(reference=self.reference).state


WHO, CONTACT = "Who asks at DNPWC, room 4", "Who answers at DNPWC, room 7"
INSIDE = ("focal_point", "community", "officer")
HELPED = (*INSIDE, "provider")
HOLDERS = "Office of community"
UNHEARD = "Not yet decided by {holders}, whose consent is needed."
NOT_STANDING = "Consent is refused, partial, withdrawn or expired: work stops until the holders release it."
DECISION = {
    "people": "People of the upper springs", "process": "Two nights in the assembly house", "languages": "ne",
    "scope": "Springs and the sacred grove", "on": "2026-11-01",
}  # fmt: skip


def ask_from_the_gap(play):
    """Open the Party's page, go on to its gaps, and press the button of the first that names a target."""
    focal, button = play.windows["focal_point"], "a[href*='/requests/new/'][href*='targets=']"
    focal.goto(f"{play.prefix}/parties/NPL/")
    focal.click("a[href$='/requests/for/NPL/']")
    carried = parse_qs(urlparse(focal.locator(button).first.get_attribute("href")).query)
    focal.locator(button).first.click()
    focal.wait_for_load_state()
    assert focal.evaluate("document.documentElement.dir") == ("rtl" if play.prefix else "ltr")
    assert focal.input_value("[name=purpose]") == carried["purpose"][0]
    assert focal.input_value("[name=party]") == "NPL"
    focal.fill("[name=who]", WHO)
    focal.fill("[name=what]", ELEVEN["title"])
    focal.fill("[name=needed_by]", (timezone.localdate() + timedelta(days=200)).isoformat())
    focal.click("button[name=submit]")
    focal.wait_for_load_state()
    request = SupportRequest.objects.get()
    play.reference = request.reference
    assert (request.state, request.values["targets"]) == ("submitted", carried["targets"][0])
    assert request.values.get("indicators", "") == carried.get("indicators", [""])[0]


def fill_in(play):
    """The whole form, by who asks, in the browser."""
    focal = play.windows["focal_point"]
    focal.goto(play.address() + "edit/")
    for name, value in {**ELEVEN, "contact": CONTACT, "touches_communities": "yes", "holders": HOLDERS}.items():
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


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_whole_request_by_five_people(windows, providers, gaps, live_server, language):
    play = Play(windows, language)
    for page in windows.values():
        page.goto(f"{play.prefix}/requests/")
    ask_from_the_gap(play)
    title = ELEVEN["title"]
    play.allow(title, *INSIDE)
    play.allow(WHO, *INSIDE)
    play.check()
    play.check("officer", "acknowledge", {})
    play.allow(title, *WINDOWS)
    play.check("focal_point", "endorse", {})
    play.check("officer", "articulate", {})
    assert play.barred("officer", "plan")
    fill_in(play)
    play.allow(CONTACT, *INSIDE)
    play.allow(ELEVEN["problem"], *WINDOWS)
    play.allow("/do/consent/", "community")
    play.check()
    play.check("officer", "plan", {})
    play.check("officer", "match", {})
    play.check("officer", "shortlist", {})
    play.check("officer", "invite", {})
    play.check("officer", "invite", {})
    assert set(Candidate.objects.values_list("answer", flat=True)) == {"invited"}
    play.allow("our offer alone", "officer", "provider")
    play.check("provider", "write", {"text": "our offer alone"})
    play.allow("the other offer", "officer", "other_provider")
    play.check("other_provider", "write", {"text": "the other offer"})
    play.allow("for all concerned", *INSIDE)
    play.check("officer", "write", {"text": "for all concerned"})
    play.check("provider", "answer-invitation", {})
    play.check("other_provider", "answer-invitation", {})
    first = Candidate.objects.get(provider__account__username="provider")
    officer = windows["officer"]
    officer.goto(play.address())
    officer.locator(f"form[action$='/do/choose/']:has(input[name='candidate'][value='{first.pk}']) button").click()
    officer.wait_for_load_state()
    for words in (WHO, CONTACT, "for all concerned"):
        play.allow(words, *HELPED)
    play.check()
    for what in ("safeguards", "due_diligence"):
        assert play.barred("officer", "agree")
        play.check("officer", "check-off", {"looked_at": f"register of {what}"})
    play.allow("Types of ecosystems are assessed", *HELPED, "other_provider")
    line = {"text": "Types of ecosystems are assessed", "indicator": "A.1", "baseline": "0.5", "target": "0.6",
            "series": "NPL-RLE", "unit": "index", "baseline_year": "2024"}  # fmt: skip
    play.check("officer", "plan-line", {"kind": "outcome", **line})
    consent_before_work(play)
    assert set(Candidate.objects.values_list("answer", flat=True)) == {"accepted", "released"}
    play.check("provider", "start", {})
    play.check("provider", "deliver", {})
    play.check("provider", "measure", {"result": "0.62"})
    play.allow("22 types assessed", *WINDOWS)
    play.allow("slow start", "officer")
    report = {"public": "22 types assessed", "internal": "slow start", "lessons": "begin early"}
    play.check("officer", "report", report)
    play.allow("Types of ecosystems are assessed", *WINDOWS)
    play.check("officer", "close", {})
    assert play.state() == "closed"
    assert play.windows["provider"].request.get(f"{live_server.url}{play.address()}edit/").status == 403
    play.check("focal_point", "rate", {"score": "5", "words": "We have a list"})
    play.check("provider", "rate", {"score": "4", "words": "Gladly"})
    assert Candidate.objects.get(chosen=True).provider.rating_sum == 5
    half_a_year_later(play)


def decide(play, status):
    """The people concerned record their decision."""
    play.check("community", "consent", {**DECISION, "status": status})


def consent_before_work(play):
    """Nothing is agreed before the holders give their consent, and nothing begins once they take it back."""
    play.bars("officer", "agree", UNHEARD, holders=HOLDERS)
    play.allow(DECISION["process"], *HELPED)
    for words in (DECISION["people"], DECISION["scope"]):
        play.allow(words, *HELPED, "other_provider")
    decide(play, "partial")
    play.bars("officer", "agree", NOT_STANDING)
    decide(play, "given")
    play.allow("the other offer", "officer")
    for words in ("Types of ecosystems are assessed", DECISION["people"], DECISION["scope"]):
        play.allow(words, *HELPED)
    play.check("officer", "agree", {})
    assert play.state() == "agreed"
    decide(play, "withdrawn")
    assert play.state() == "on_hold"
    play.bars("officer", "resume", "The people concerned stopped this work; it goes on when they consent anew.")
    decide(play, "given")
    play.check("officer", "resume", {})
    assert play.state() == "agreed"


def half_a_year_later(play):
    """Both sides are asked what is in use; the Party measures again, and everybody sees the change since then."""
    FollowUp.objects.filter(months=6).update(due_on=timezone.localdate())
    play.allow("In use in two offices", *HELPED)
    play.check("focal_point", "follow-up", {"score": "5", "words": "In use in two offices"})
    play.allow("It goes on without us", *HELPED)
    play.check("provider", "follow-up", {"score": "4", "words": "It goes on without us"})
    measured = national(
        indicator="A.1", series="NPL-RLE", unit="index", year=2026, value=0.7391, lower=None, upper=None,
        resolution=0.0001, status="validated", validated_by="Office", validated_on=date(2026, 11, 1),
        inputs="second survey (test)",
    )  # fmt: skip
    with writing():
        DatabaseStore().append(observations(measured))
    play.allow("second survey (test)", *WINDOWS)
    play.check()
    for page in play.windows.values():
        page.goto(f"{play.prefix}/parties/NPL/")
        told = page.locator("main").inner_text()
        assert ELEVEN["title"] in told
        assert "0.7391" in told
