"""The workbench's pages; each test of access names public, contributor, officer."""

import gzip

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.centre.people import account, centre_officer, officer, public
from tests.centre.planning.bringing import ask, asked_and_found, send, squares

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may, visible_to
from biosetu.centre.audit.models import Entry
from biosetu.centre.planning import working
from biosetu.centre.planning.models import Link, PlanState, Study, Version

pytestmark = [pytest.mark.db, pytest.mark.django_db]

WHO = {
    "visitor": lambda: None,
    "public": public,
    "owner": lambda: Account.objects.get(username="contributor"),
    "contributor": lambda: account("c2", role="contributor", party="NPL"),
    "officer": officer,
    "officer-elsewhere": lambda: officer("JOR"),
    "centre-officer": centre_officer,
}
#              visitor public owner contributor officer elsewhere centre-officer
MAY = {
    "plans": (302, 403, 200, 200, 200, 200, 200),
    "plan": (302, 404, 200, 404, 200, 404, 200),
    "plan_version": (302, 404, 200, 404, 200, 404, 200),
    "plan_file": (302, 404, 200, 404, 200, 404, 200),
    "plan_compare": (302, 404, 200, 404, 200, 404, 200),
    "plan_progress": (302, 404, 204, 404, 204, 404, 204),
}


def status(client, place):
    return client.get(place, {"first": 1, "second": 1}).status_code


@pytest.mark.parametrize(("position", "who"), list(enumerate(WHO.values())), ids=WHO)
@pytest.mark.parametrize("licensed", [False, True], ids=["open", "licensed"])
def test_who_may_open_which_page(client, study, position, who, licensed):
    asked_and_found(client, study)
    Study.objects.update(licensed=licensed)
    client.logout()
    if person := who():
        client.force_login(person)
    places = {
        "plans": [],
        "plan_version": [study.pk, 1],
        "plan_progress": [study.pk, 1],
        "plan_file": [study.pk, 1, "csv"],
    }
    found = {name: status(client, reverse(name, args=places.get(name, [study.pk]))) for name in MAY}
    shut = licensed and list(WHO)[position] in ("officer", "centre-officer")
    expected = {name: codes[position] for name, codes in MAY.items()}
    assert found == ({name: 404 if name != "plans" else 200 for name in MAY} if shut else expected)


@pytest.mark.parametrize(("position", "who"), list(enumerate(WHO.values())), ids=WHO)
def test_who_may_ask_share_and_add(client, study, position, who):
    asked_and_found(client, study)
    client.logout()
    if person := who():
        client.force_login(person)
    allowed = list(WHO)[position] in ("owner", "officer", "centre-officer")
    ask(client, study, base="1")
    client.post(reverse("plan_share", args=[study.pk, 1]))
    client.post(reverse("plan_layer", args=[study.pk]), {"what": "features"})
    assert (Version.objects.count(), Link.objects.count()) == ((2, 1) if allowed else (1, 0))


@pytest.mark.parametrize("verb", ["see", "edit", "publish"])
def test_predicate_and_query_agree(study, verb):
    people = [public(), study.owner, officer(), centre_officer(), officer("JOR", "o2")]
    Study.objects.create(owner=people[2], party="NPL", title="own", licensed=True)
    Study.objects.create(owner=people[4], party="JOR", title="other")
    Study.objects.create(owner=people[1], party="NPL", title="licensed", licensed=True)
    for person in people:
        seen = set(visible_to(person, Study.objects.all(), verb))
        assert seen == {row for row in Study.objects.all() if may(person, verb, row)}


def test_file_becomes_a_problem_with_its_features_and_locks(study):
    assert (study.title, study.party, study.licensed) == ("Terai", "NPL", False)
    assert study.held["units"] == 16
    assert [name for name, _, _ in study.held["features"]] == ["forest", "wetland"]
    assert (study.held["locked_in"], study.held["numbers"]) == ("1", "1-16")
    assert study.inputs[0]["name"] == "units.geojson"
    assert len(study.inputs[0]["sha256"]) == 64


@pytest.mark.parametrize("party", ["NPL", "JOR"])
def test_contributor_begins_for_own_party_alone(client, owner, party):
    client.force_login(owner)
    answer = send(client, party=party)
    assert (answer.status_code, Study.objects.count()) == ((302, 1) if party == "NPL" else (403, 0))


def test_file_that_is_wrong_is_told_and_nothing_is_kept(client, owner, own_home):
    client.force_login(owner)
    answer = send(client, squares(**{"3": {"forest": -4.0}}))
    said = answer.content.decode().split('role="alert"')[1].split("</table>")[0]
    assert (answer.status_code, Study.objects.count()) == (422, 0)
    assert 'data-label="Row"><bdi class="cut">4<' in said
    assert "forest" in said
    assert "-4" in said
    assert [path for path in (own_home / "files" / "planning").rglob("*") if path.is_file()] == []


def test_units_are_made_within_setuland_with_its_own_layers(client):
    client.force_login(account("setu", role="contributor", party="XXA"))
    data = {"party": "XXA", "title": "New", "cell_km": "40", "shape": "hexagon"}
    assert client.post(reverse("plan_units"), data).status_code == 302
    held = Study.objects.get().held
    assert held["units"] > 30
    assert sorted(name for name, _, _ in held["features"])[0] == "Eastern plains"
    assert held["locked_in"]


@pytest.mark.parametrize(("cell", "said"), [("0", "above 0 km"), ("0.1", "too many planning units"), ("x", "above 0")])
def test_cells_that_cannot_be_made_are_told(client, cell, said):
    client.force_login(account("setu", role="contributor", party="XXA"))
    answer = client.post(reverse("plan_units"), {"party": "XXA", "title": "New", "cell_km": cell, "shape": "square"})
    assert (answer.status_code, Study.objects.count()) == (422, 0)
    assert said in answer.content.decode()


def test_plan_meets_its_targets_at_least_cost_and_says_so(client, study):
    made = asked_and_found(client, study)
    assert made.state == PlanState.DONE
    told = made.answer["standing"]
    # forest: 8 of 16 units, wetland: 2 of the units above 8; the cheapest are 1–6 with 9 and 10
    assert (told["cost"], told["met"], told["chosen"]) == (sum(range(1, 7)) + 19, 2, 8)
    page = client.get(reverse("plan_version", args=[study.pk, 1])).content.decode()
    assert "2 of 2 targets are met" in page
    assert "No better plan exists; this is proven." in page
    assert page.count('class="pu pu-') == 3
    assert Entry.objects.filter(record="plan").latest("pk").verb == "finish"


def test_target_that_cannot_be_met_is_named_with_what_is_missing(client, study):
    made = asked_and_found(client, study, locked_out="9-15")
    assert made.state == PlanState.IMPOSSIBLE
    assert made.answer["barriers"] == [
        {"kind": "target", "name": "wetland", "wanted": 10.0, "there": 5.0, "proven": True}
    ]
    page = client.get(reverse("plan_version", args=[study.pk, 1])).content.decode()
    assert "wetland: 10 is wanted, all units that may be chosen hold 5: 5 too little." in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value-0": "150"}, "more is wanted than there is"),
        ({"value-0": "many"}, "not a number"),
        ({"value-0": "-1"}, "this is no target"),
        ({"on-0": "", "on-1": ""}, "no feature is chosen"),
        ({"objective": "minimum-shortfall"}, "this aim needs a budget"),
        ({"objective": "best"}, "this is none of the choices"),
        ({"locked_out": "1"}, "units are locked in and locked out"),
        ({"locked_out": "99"}, "there is no such planning unit"),
        ({"locked_in": "one"}, "these are no unit numbers"),
        ({"penalty": "nan"}, "not a number"),
        ({"kind-0": "other"}, "there is no such kind of target"),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_was_typed_kept(client, study, changes, said):
    answer = ask(client, study, **changes)
    page = answer.content.decode()
    assert (answer.status_code, Version.objects.count()) == (422, 0)
    assert said in page.split('role="alert"')[1].split("</div>")[0]
    assert f'value="{changes.get("value-1", "25")}"' in page


def test_versions_say_who_and_when_and_what_was_asked_stays(client, study):
    asked_and_found(client, study, note="first")
    client.force_login(officer())
    asked_and_found(client, study, base="1", **{"value-0": "25"})
    rows = Version.objects.order_by("number").values_list("number", "by__username", "note")
    assert list(rows) == [(1, "contributor", "first"), (2, "officer", "")]
    old = client.get(reverse("plan", args=[study.pk]), {"version": 1}).content.decode()
    assert 'name="value-0" value="50"' in old
    verbs = Entry.objects.filter(record="plan").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["begin", "ask", "finish", "ask", "finish"]


def test_second_asking_on_the_same_base_is_refused_with_what_was_typed_kept(client, study):
    asked_and_found(client, study)
    answer = ask(client, study, **{"value-0": "33"})
    assert (answer.status_code, Version.objects.count()) == (409, 1)
    assert 'value="33"' in answer.content.decode()


def test_place_chosen_without_a_script_opens_its_panel_and_locks(client, study):
    place = reverse("plan", args=[study.pk])
    page = client.get(place, {"unit": 7}).content.decode()
    assert f'href="{place}?unit=7#panel"' in page
    assert '<input type="hidden" name="units" value="7">' in page
    locked = ask(client, study, action="lock-out", units="7", **{"value-0": "44"}).content.decode()
    assert 'name="locked_out" value="7"' in locked
    assert 'value="44"' in locked
    assert "unit 7: locked out" in locked
    freed = ask(client, study, action="lock-free", units="1").content.decode()
    assert 'name="locked_in" value=""' in freed
    assert Version.objects.count() == 0


def test_two_plans_are_set_side_by_side_with_their_difference(client, study):
    asked_and_found(client, study)
    asked_and_found(client, study, base="1", locked_out="2", **{"value-0": "25"})
    page = client.get(reverse("plan_compare", args=[study.pk]), {"first": 1, "second": 2}).content.decode()
    assert page.count("<svg") == 3
    assert all(f"pu-{name}" in page for name in ("first", "both", "neither"))
    assert client.get(reverse("plan_compare", args=[study.pk]), {"first": 1, "second": 9}).status_code == 404
    assert client.get(reverse("plan_compare", args=[study.pk])).status_code == 404


def link(client, study):
    client.post(reverse("plan_share", args=[study.pk, 1]))
    page = client.get(reverse("plan_version", args=[study.pk, 1])).content.decode()
    return page.split("http://testserver")[1].split('"')[0]


def test_link_shows_the_plan_to_a_visitor_until_it_is_withdrawn(client, study):
    asked_and_found(client, study)
    place = link(client, study)
    client.logout()
    page = client.get(place)
    text = page.content.decode()
    assert "2 of 2 targets are met" in text
    assert "<svg" in text
    assert "<form" not in text
    assert "/files/" not in text
    assert page.headers["Cache-Control"] == "no-store"
    assert client.post(place).status_code == 405
    client.force_login(study.owner)
    client.post(reverse("plan_withdraw", args=[study.pk, Link.objects.get().pk]))
    client.logout()
    assert client.get(place).status_code == 404


def test_link_that_was_changed_leads_nowhere(client, study):
    asked_and_found(client, study)
    place = link(client, study)
    name, _, signature = place.rstrip("/").rpartition(".")
    for wrong in (f"{name}.{signature[::-1]}/", f"{name}x.{signature}/", f"{name}/", "/plans/shared/x.y/"):
        assert client.get(wrong).status_code == 404


def test_link_to_a_licensed_plan_shows_figures_alone(client, study):
    asked_and_found(client, study)
    place = link(client, study)
    Study.objects.update(licensed=True)
    client.logout()
    text = client.get(place).content.decode()
    assert "figures alone are shown" in text
    assert "<svg" not in text
    assert "2 of 2 targets are met" in text


def test_files_hold_the_plan(client, study):
    made = asked_and_found(client, study)
    kinds = {"parquet": b"PAR1", "tif": b"II*\0", "svg": b"<svg", "marxan": b"PK", "csv": b'"unit"', "features": b'"fe'}
    for kind, start in kinds.items():
        answer = client.get(reverse("plan_file", args=[study.pk, 1, kind]))
        assert answer.content.startswith(start), kind
        assert "attachment" in answer.headers["Content-Disposition"]
    chosen = pq.read_table(made.folder / "plan.parquet")
    assert np.flatnonzero(chosen.column("selected").to_numpy(zero_copy_only=False)).size == 8
    assert client.get(reverse("plan_file", args=[study.pk, 1, "other"])).status_code == 404


@pytest.mark.parametrize("language", ["", "/ar"])
def test_pages_are_small_and_have_no_inline_script_or_style(client, study, language):
    asked_and_found(client, study)
    for place in (reverse("plan", args=[study.pk]), reverse("plan_version", args=[study.pk, 1]), reverse("plans")):
        page = client.get(language + place)
        text = page.content.decode()
        assert len(gzip.compress(page.content)) < 60_000
        assert "<script>" not in text
        assert " style=" not in text
        assert ('dir="rtl"' in text.split("<body")[0]) == (language == "/ar")


@pytest.mark.parametrize(("role", "shown"), [(public, False), (officer, True)])
def test_menu_names_plans_for_those_who_make_them(client, role, shown):
    client.force_login(role())
    assert (f'href="{reverse("plans")}"' in client.get("/about/").content.decode()) == shown


def test_list_needs_the_same_queries_for_one_row_and_for_a_full_page(client, study):
    def count():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("plans")).status_code == 200
        return len(seen)

    one = count()
    Study.objects.bulk_create(Study(owner=study.owner, party="NPL", title=f"t{n}", held=study.held) for n in range(60))
    assert count() == one


def published(client, study, action="publish"):
    return client.post(reverse("plan_publish", args=[study.pk, 1]), {"action": action}).status_code


@pytest.mark.parametrize(("position", "who"), list(enumerate(WHO.values())), ids=WHO)
def test_only_an_officer_of_the_party_publishes(client, study, position, who):
    asked_and_found(client, study)
    client.logout()
    if person := who():
        client.force_login(person)
    assert published(client, study) == (302, 404, 403, 404, 302, 404, 403)[position]
    assert Entry.objects.filter(verb="publish").count() == (0, 0, 0, 0, 1, 0, 0)[position]


@pytest.mark.parametrize("licensed", [False, True], ids=["open", "licensed"])
def test_next_area_is_shown_on_the_page_of_the_party_and_taken_off(client, study, licensed):
    made = asked_and_found(client, study)
    page = reverse("party", args=["NPL"])
    assert "There is no basis to say it" in client.get(page).content.decode()
    Study.objects.update(licensed=licensed)
    working.publish(made.pk, study.owner_id)
    text = client.get(page).content.decode()
    section = text.split('id="next-area"')[1].split("</section>")[0]
    assert "Terai (1); units.geojson; National forest map 2024 (test)" in text
    assert "of 16 planning units" in section
    assert ("<svg" in section) is not licensed
    assert study.owner.notices.get().message.startswith("The page of the Party shows")
    client.force_login(officer())
    Study.objects.update(licensed=False)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert published(client, study, "retract") == 302
    assert "There is no basis to say it" in client.get(page).content.decode()
