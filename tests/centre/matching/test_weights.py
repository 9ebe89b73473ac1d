"""What the parts of a score weigh at a centre: who may say so, on what record, and what it changes."""

import csv
import io
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from biosetu.centre.audit.models import Entry
from biosetu.centre.helpdesk import verbs as helpdesk
from biosetu.centre.matching import verbs, weighing, working
from biosetu.centre.matching.models import Weight
from biosetu.centre.matching.weights import first_places_changed, moved, weigh, weights_of
from biosetu.cooperation import components, fit, reweighed, shortlist, weighted
from biosetu.problems import DataError

pytestmark = pytest.mark.db
CENTRE = "iucn-asia"
DEFAULT = {one.name: f"{one.weight:g}" for one in components()}
TONGUES = {**dict.fromkeys(DEFAULT, "0"), "language": "1"}


@pytest.fixture
def two(matching_of, listed):
    """A request in Nepali on target 1: one provider knows the target, the other the language."""
    return matching_of(languages="ne"), listed("Knows"), listed("Speaks", targets="9", languages="ne", work="")


def weight_of(centre=CENTRE):
    return {one.name: one.weight for one in weights_of(centre)}


def test_the_defaults_hold_where_a_centre_has_no_weights_of_its_own(db):
    assert {name: f"{value:g}" for name, value in weight_of().items()} == DEFAULT
    assert sum(weight_of().values()) == pytest.approx(1.0)


def test_own_weights_hold_at_their_centre_alone_and_are_on_record(people):
    weigh(centre=CENTRE, weights={**DEFAULT, "text": "0.4"}, source="Meeting of 3 May", by=people["manager"])
    assert (weight_of()["text"], weight_of("iucn-west-asia")["text"]) == (0.4, 0.2)
    assert list(Weight.objects.values_list("component", "source")) == [("text", "Meeting of 3 May")]
    weigh(centre=CENTRE, weights={**DEFAULT, "text": "0.4", "region": "0.3"}, source="Later", by=people["manager"])
    assert dict(Weight.objects.values_list("component", "source")) == {"text": "Meeting of 3 May", "region": "Later"}
    weigh(centre=CENTRE, weights=DEFAULT, source="", by=people["manager"])
    assert not Weight.objects.exists()
    weigh(centre=CENTRE, weights=DEFAULT, source="nothing changes", by=people["manager"])
    told = [entry.changes for entry in Entry.objects.filter(verb="weigh", record_id=CENTRE).order_by("pk")]
    assert told == [
        {"text": {"from": "0.2", "to": "0.4"}, "source": "Meeting of 3 May"},
        {"region": {"from": "0.1", "to": "0.3"}, "source": "Later"},
        {"text": {"from": "0.4", "to": "0.2"}, "region": {"from": "0.3", "to": "0.1"}},
    ]


@pytest.mark.parametrize(
    ("wrong", "columns"),
    [({"text": "much"}, {"text"}), ({"text": "-1", "region": "2"}, {"text", "region"}), ({"luck": "1"}, {"luck"}),
     ({"text": "nan"}, {"text"}), (dict.fromkeys(DEFAULT, "0"), {"expertise"})],
)  # fmt: skip
def test_weights_that_cannot_be_are_all_named_and_nothing_is_kept(people, wrong, columns):
    with pytest.raises(DataError) as caught:
        weigh(centre=CENTRE, weights={**DEFAULT, **wrong}, source="", by=people["manager"])
    assert {problem.column for problem in caught.value.problems} == columns
    assert not Weight.objects.exists()


@pytest.mark.parametrize(
    ("person", "looks", "keeps"),
    [("manager", 200, True), ("officer", 200, False), ("far_officer", 403, False), ("focal_point", 403, False),
     ("contributor", 403, False), ("community", 403, False), ("provider", 403, False), ("public", 403, False)],
)  # fmt: skip
def test_who_may_look_at_weights_and_who_may_keep_others(people, client, person, looks, keeps):
    client.force_login(people[person])
    answer = client.get(reverse("weights", args=[CENTRE]))
    assert answer.status_code == looks
    assert client.get(reverse("weights_csv", args=[CENTRE])).status_code == looks
    assert ('value="keep"' in answer.content.decode()) == keeps
    posted = client.post(reverse("weights", args=[CENTRE]), {**DEFAULT, "text": "0.5", "verb": "keep"})
    assert (posted.status_code, Weight.objects.exists()) == (302 if keeps else 403, keeps)
    if not keeps:
        with pytest.raises(PermissionDenied):
            weigh(centre=CENTRE, weights={**DEFAULT, "text": "0.5"}, source="", by=people[person])


def test_shortlists_and_proposals_follow_the_weights_of_the_centre(people, two):
    request, knows, speaks = two
    helpdesk.list_candidates(request=request, by=people["officer"])
    assert request.candidates.get(rank=1).provider == knows
    weigh(centre=CENTRE, weights=TONGUES, source="", by=people["manager"])
    helpdesk.list_candidates(request=request, by=people["officer"])
    assert request.candidates.get(rank=1).provider == speaks
    made = verbs.ask(centre=CENTRE, by=people["officer"])
    working.perform(made.pk)
    made.refresh_from_db()
    assert made.lines.get().provider == speaks
    assert made.weights == {name: float(value) for name, value in TONGUES.items()}


def test_the_effect_is_seen_before_anything_is_kept(people, two, client):
    request, _, _ = two
    client.force_login(people["manager"])
    posted = {**TONGUES, "verb": "look", "request": request.reference}
    shown = client.post(reverse("weights", args=[CENTRE]), posted).content.decode()
    assert "1 first place would go to somebody else" in shown
    assert "among all 1 open requests" in shown
    effect = shown[shown.index('id="effect"') :]
    rows = re.findall(r"<tr><th.*?>(Knows|Speaks)</a></th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>", effect)
    assert rows == [("Speaks", "2", "1"), ("Knows", "1", "–")]
    assert f'name="language" value="{TONGUES["language"]}"' in shown
    assert not Weight.objects.exists()
    same = client.post(reverse("weights", args=[CENTRE]), {**DEFAULT, "verb": "look"}).content.decode()
    assert "0 first places would go to somebody else" in same


def test_over_too_many_pairs_the_most_urgent_are_compared_and_that_is_said(
    people, rows_of, listed, client, monkeypatch
):
    rows_of(4)
    listed("One")
    monkeypatch.setattr(weighing, "MOST_PAIRS", 3)
    client.force_login(people["manager"])
    shown = client.post(reverse("weights", args=[CENTRE]), {**TONGUES, "verb": "look"}).content.decode()
    assert "among the 3 requests that are due first, of 4 open ones" in shown


def test_a_wrong_weight_is_said_beside_its_field_and_what_was_typed_stays(people, two, client):
    client.force_login(people["manager"])
    answer = client.post(reverse("weights", args=[CENTRE]), {**DEFAULT, "text": "plenty", "verb": "keep"})
    shown = answer.content.decode()
    assert (answer.status_code, 'value="plenty"' in shown, 'id="e-text">not a weight' in shown) == (422, True, True)


def test_the_table_of_weights_is_what_the_command_line_reads(people, client):
    weigh(centre=CENTRE, weights={**DEFAULT, "text": "0.4"}, source="=1+1", by=people["manager"])
    client.force_login(people["officer"])
    text = client.get(reverse("weights_csv", args=[CENTRE])).content.decode()
    rows = {row["component"]: row for row in csv.DictReader(io.StringIO(text))}
    assert {name: float(row["weight"]) for name, row in rows.items()} == weight_of()
    assert rows["text"]["source"] == "'=1+1"


def test_moved_tells_both_lists_and_who_is_off(two):
    request, knows, speaks = two
    offers = [knows.offer(), speaks.offer()]
    before = fit([request.question()], offers, 2026)
    after = reweighed(before, weighted(TONGUES))
    assert first_places_changed(before, after) == (0,)
    told = [(offers[one.column].name, one.before, one.after) for one in moved(before, after, 0, 1)]
    assert told == [("Speaks", None, 1), ("Knows", 1, None)]
    for one in moved(before, after, 0, 2):
        assert one.score_before == before.total[0, one.column]
        assert one.score_after == after.parts["language"][0, one.column]


def test_other_weights_give_what_scoring_anew_gives(two):
    request, knows, speaks = two
    offers = [knows.offer(), speaks.offer()]
    wanted = weighted({"text": 0.9, "language": 0.0})
    anew = fit([request.question()], offers, 2026, weights=wanted)
    again = reweighed(fit([request.question()], offers, 2026), wanted)
    assert again.total.tolist() == anew.total.tolist()
    assert list(shortlist(again, 0, 5)) == list(shortlist(anew, 0, 5))
