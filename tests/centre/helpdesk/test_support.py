"""From a gap to a request: what would help, the form filled in, results in the dossier, duplicates shown."""

from urllib.parse import parse_qs, urlparse

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.template import engines
from django.urls import reverse
from django.utils.translation import override

from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import public, verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.support import MOST_GAPS, asked_of, asking, help_for
from biosetu.centre.helpdesk.verbs.moving import numbered
from biosetu.centre.matching.models import Weight
from biosetu.centre.pages import reading
from biosetu.cooperation import Request
from biosetu.translation import translations

from .conftest import ELEVEN, FOUR

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def demonstration(settings):
    settings.BIOSETU_DEMO = True
    call_command("demonstrate")


def test_setuland_goes_from_gap_to_re_measured_result(demonstration, client):
    page = client.get(reverse("party_support", args=["XXA"])).content.decode()
    assert "No national map of ecosystems exists by functional group." in page
    assert "Ask for support" in page
    for helping in ("(illustrative)", "metadata of headline indicator A.1", "Illustrative"):
        assert helping in page
    party = client.get(reverse("party", args=["XXA"])).content.decode()
    assert "Who helps, and with what result" in party
    assert "Measured again in 2024: 0.78, a change of −0.03 since 2014" in party
    for hidden in ("Confidential advice", "budget kept", "Field taxonomists", "desk of the institute"):
        assert hidden not in party


def test_asking_carries_party_target_indicator_and_the_figures_behind(demonstration):
    gap = next(gap for gap in reading.supported("XXA").gaps if gap.kind == "progress" and gap.indicator == "5.1")
    carried = {name: value[0] for name, value in parse_qs(urlparse(asking(gap)).query).items()}
    assert (carried["party"], carried["targets"], carried["indicators"]) == ("XXA", "5", "5.1")
    assert "XXA-STOCKS 2024" in carried["purpose"]


def test_withdrawn_knowledge_leaves_the_tables_of_reports(demonstration):
    from biosetu.centre.accounts.models import Account
    from biosetu.centre.library import verbs as library
    from biosetu.centre.library.models import Item

    def titles():
        return public.tables("XXA")["cooperation.solutions"].column("title").to_pylist()

    before, item = public.version(), Item.objects.get(knowledge=True)
    assert item.title in titles()
    library.take_back(item=item, by=Account.objects.get(username="elder"))
    assert item.title not in titles()
    assert public.version() != before


def test_tables_hold_no_confidential_request_nor_its_count(people, request_of):
    for confidential in ("", "yes"):
        made = request_of(title=f"c{confidential}", confidential=confidential)
        SupportRequest.objects.filter(pk=made.pk).update(state="planning")
    assert public.tables("NPL")["requests"].column("title").to_pylist() == ["c"]


def test_the_same_request_elsewhere_is_shown_among_what_one_may_see(client, people, request_of):
    first = request_of(**ELEVEN)
    verbs.act(request=first, verb="submit", by=people["contributor"])
    second = request_of(**ELEVEN)
    values = {**FOUR, **ELEVEN, "party": "NPL", "confidential": "yes"}
    secret = verbs.open_request(by=people["focal_point"], values=values)
    SupportRequest.objects.filter(pk=secret.pk).update(state="planning")
    client.force_login(people["contributor"])
    page = client.get(reverse("request", args=[second.reference])).content.decode()
    assert "The same request elsewhere?" in page
    assert first.reference in page
    assert secret.reference not in page


def test_the_same_request_of_another_party_without_a_target_is_found_behind_any_number(client, people, request_of):
    words = {"what": "Training of six officers in the red list of ecosystems", "purpose": "Assess the hill forests"}
    first = verbs.open_request(by=people["focal_point"], values={**FOUR, **words, "party": "NPL"})
    other = numbered(owner=None, title="", values={**FOUR, **words, "what": f"{words['what']} of hill forests"})
    other.request_parties.create(party="BTN")
    SupportRequest.objects.filter(pk__in=(first.pk, other.pk)).update(state="planning")
    unlike = [
        SupportRequest(reference=f"N-{n}", state="planning", title=f"Question {n}", values={"what": f"fish {n}"})
        for n in range(250)
    ]
    for made in SupportRequest.objects.bulk_create(unlike):
        made.request_parties.create(party="NPL")
    mine = verbs.open_request(by=people["contributor"], values={**FOUR, **words, "party": "NPL"})
    client.force_login(people["contributor"])
    page = client.get(reverse("request", args=[mine.reference])).content.decode()
    assert first.reference in page
    assert other.reference in page


def test_each_top_gap_of_setuland_carries_peers_a_solution_a_provider_an_open_call_and_the_button(
    demonstration, client
):
    gaps = [gap for gap in reading.supported("XXA").shown_gaps if gap.kind != "support"]
    shown = gaps[:MOST_GAPS]
    helps = help_for(AnonymousUser(), [asked_of(gap) for gap in shown], "iucn-asia")
    assert len(helps) == MOST_GAPS
    lacking = {
        f"{gap.id}: {what}"
        for gap, one in zip(shown, helps, strict=True)
        for what, have in {
            "evidence of each peer": all(row["year"] and row["did"] and row["publisher"] for row in one.peers),
            "solution": one.shelf["solution"],
            "provider": one.providers,
            "call": one.shelf["opportunity"],
            "guidance": len(one.shelf["guidance"]) == 3,
            "button": "/requests/new/?" in asking(gap),
        }.items()
        if not have
    }
    assert lacking == set()
    assert sum(len(one.peers) == 3 for one in helps) >= 6
    page = client.get(reverse("party_support", args=["XXA"])).content.decode()
    none, few = "none has moved on it or measured it", "No more than these have moved on it"
    assert page.count(none) == sum(not one.peers for one in helps)
    assert page.count(few) == sum(0 < len(one.peers) < 3 for one in helps)


def test_peers_at_a_gap_stand_by_its_own_indicator_before_others_under_its_target():
    asked = Request("gap", party="NPL", targets=("10",), indicators=("A.3",))
    near = help_for(AnonymousUser(), [asked], "iucn-asia", providers=False)[0].peers
    assert [row["indicator"] for row in near] == ["A.3"] * 3
    asked = Request("gap", party="NPL", targets=("10",))
    near = help_for(AnonymousUser(), [asked], "iucn-asia", providers=False)[0].peers
    assert {row["state"] for row in near} == {"moved"}
    assert [row["likeness"] for row in near] == sorted((row["likeness"] for row in near), reverse=True)


TILES = '{% from "helpdesk/helping.html" import tiles with context %}{{ tiles(one) }}'


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_party_of_unknown_conditions_is_not_said_to_have_been_compared(language):
    one = help_for(AnonymousUser(), [Request("gap", party="EUR", targets=("10",))], "iucn-asia", providers=False)[0]
    assert (one.peers, one.among) == ([], 0)
    unknown = "Too little is known here of its conditions to say which Parties are similar, so no peers are named."
    with override(language):
        page = engines["jinja2"].from_string(TILES).render({"one": one})
    assert translations(language).gettext(unknown) in page
    assert page.count('<p class="quiet">') == 1


def test_what_is_suggested_at_a_gap_follows_the_weights_of_the_centre():
    for name, values in (("by code", {"targets": "2"}), ("by work", {"work": "restoring degraded land in the hills"})):
        Provider.objects.create(name=name, party="BTN", standing="listed", consented_on="2026-01-01", values=values)
    asked = Request("gap", text="restoring degraded land in the hills", party="NPL", targets=("2",))

    def first(centre):
        return help_for(AnonymousUser(), [asked], centre)[0].providers[0][0].name

    assert first("iucn-asia") == "by code"
    for part, weight in (("expertise", 0.05), ("text", 0.9)):
        Weight.objects.create(centre="iucn-asia", component=part, weight=weight, source="ours")
    assert first("iucn-asia") == "by work"
    assert first("another") == "by code"
