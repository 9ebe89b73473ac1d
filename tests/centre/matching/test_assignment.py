"""One assignment over all open requests: proposed, fixed, solved around, taken over, by verbs and by pages."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from biosetu.centre.audit.models import Entry
from biosetu.centre.background import claim
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import verbs as helpdesk
from biosetu.centre.helpdesk.models import Candidate, Choice, SupportRequest
from biosetu.centre.matching import taking, verbs, working
from biosetu.centre.matching.models import Assignment, Fixed, Line
from biosetu.cooperation import Refused
from biosetu.cooperation.naming import language_named, named
from biosetu.translation import Voice

pytestmark = pytest.mark.db
CENTRE = "iucn-asia"
PAGE = ("assignment", [CENTRE])


def proposed(by, centre=CENTRE):
    made = verbs.ask(centre=centre, by=by)
    working.perform(made.pk)
    made.refresh_from_db()
    assert made.state == "done", made.problem
    return made


def who(assignment):
    return {line.request.reference: line.provider and line.provider.name for line in assignment.lines.all()}


@pytest.fixture
def two(matching_of, listed):
    """Two requests of the same want, one provider that fits both well and has room for one, one that fits half."""
    return (
        matching_of(languages="en"),
        matching_of(languages="en"),
        listed("Best", languages="en;ne"),
        listed("Second", targets="1"),
    )


@pytest.mark.usefixtures("two")
def test_every_open_request_gets_a_line_under_workload(people):
    made = proposed(people["officer"])
    assert set(who(made).values()) == {"Best", "Second"}
    assert {line.kept for line in made.lines.all()} == {""}
    assert made.bound == pytest.approx(made.total, rel=0.01)
    assert made.total == pytest.approx(sum(line.score for line in made.lines.all()))
    assert made.worst == pytest.approx(min(line.score for line in made.lines.all()))
    assert set(made.weights) == {"expertise", "text", "language", "region", "results", "availability"}


def test_a_fixed_choice_is_kept_and_the_rest_is_solved_around_it(people, two):
    first, second, best, other = two
    for mine, theirs in ((first, second), (second, first)):
        verbs.fix(request=mine, provider=best, by=people["officer"])
        verbs.fix(request=theirs, provider=other, by=people["officer"])
        verbs.let_go(request=theirs, by=people["officer"])
        made = proposed(people["officer"])
        assert who(made) == {mine.reference: "Best", theirs.reference: "Second"}
        assert made.lines.get(request=mine).kept == Line.Kept.OFFICER
        verbs.let_go(request=mine, by=people["officer"])
    changed = [entry.changes["provider"] for entry in Entry.objects.filter(verb__in=["fix", "let_go"]).order_by("pk")]
    assert changed[:3] == [
        {"from": "", "to": str(best.pk)}, {"from": "", "to": str(other.pk)}, {"from": str(other.pk), "to": ""}
    ]  # fmt: skip


def test_a_choice_is_fixed_even_where_the_provider_is_full(people, matching_of, listed):
    request, full = matching_of(), listed("Full", workload=1)
    listed("Free")
    verbs.fix(request=request, provider=full, by=people["officer"])
    assert who(proposed(people["officer"])) == {request.reference: "Full"}


@pytest.mark.parametrize("field", ["organization", "interests"])
def test_a_choice_that_a_conflict_bars_is_refused_with_the_reason(people, matching_of, listed, field):
    request = matching_of()
    barred = listed("Barred", **{field: "DNPWC"})
    with pytest.raises(Refused, match="A conflict bars this provider: The provider"):
        verbs.fix(request=request, provider=barred, by=people["officer"])
    assert not Fixed.objects.exists()
    listed("Free")
    line = proposed(people["officer"]).lines.get()
    assert line.provider.name == "Free"
    assert barred.pk not in {one["provider"] for one in line.listed}


def test_who_was_invited_is_not_proposed_anew(people, two):
    first, second, _, other = two
    helpdesk.list_candidates(request=first, by=people["officer"])
    helpdesk.invite(candidate=first.candidates.get(provider=other), by=people["officer"])
    made = proposed(people["officer"])
    assert who(made) == {first.reference: "Second", second.reference: "Best"}
    assert made.lines.get(request=first).kept == Line.Kept.ASKED


def test_a_request_with_a_chosen_provider_is_not_looked_for_any_more(people, two):
    first, second, best, _ = two
    Candidate.objects.create(request=first, provider=best, answer="accepted", chosen=True)
    assert set(who(proposed(people["officer"]))) == {second.reference}


def test_nobody_is_proposed_where_nobody_has_room(people, matching_of, listed):
    request = matching_of()
    listed("Full", workload=1)
    line = proposed(people["officer"]).lines.get()
    assert (line.request, line.provider, line.score) == (request, None, 0.0)
    with pytest.raises(Refused, match="found nobody"):
        taking.take_over(line=line, by=people["officer"])


def test_taking_over_keeps_the_machines_list_and_the_officers_choice(people, two):
    first, _, best, other = two
    verbs.fix(request=first, provider=other, by=people["officer"])
    line = proposed(people["officer"]).lines.get(request=first)
    taking.take_over(line=line, by=people["officer"], and_invite=True)
    kept = {one.provider.name: (one.rank, one.answer) for one in first.candidates.all()}
    assert kept == {"Best": (1, "listed"), "Second": (2, "invited")}
    entry = Entry.objects.get(verb="list", record_id=first.reference)
    assert entry.changes["proposed"] == other.pk
    assert set(entry.changes["candidates"]) == {best.pk, other.pk}
    with pytest.raises(Refused, match="taken over already"):
        taking.take_over(line=line, by=people["officer"])
    candidate = first.candidates.get(provider=other)
    Candidate.objects.filter(pk=candidate.pk).update(answer="accepted")
    candidate.request.refresh_from_db()
    helpdesk.choose(candidate=candidate, by=people["officer"])
    choice = Choice.objects.get()
    assert (choice.rank, [one["provider"] for one in choice.machine]) == (2, [best.pk, other.pk])


def test_a_provider_beyond_the_shortlist_is_taken_over_with_its_true_rank(people, matching_of, listed):
    request = matching_of()
    for n in range(12):
        listed(f"Better {n:02d}")
    last = listed("Last", targets="1", languages="ru", work="")
    verbs.fix(request=request, provider=last, by=people["officer"])
    line = proposed(people["officer"]).lines.get()
    assert (line.provider, line.rank, len(line.listed)) == (last, 13, 11)
    taking.take_over(line=line, by=people["officer"])
    assert request.candidates.get(provider=last).rank == 13


def test_only_the_newest_proposal_is_taken_over(people, two):
    first, _, _, _ = two
    old = proposed(people["officer"])
    new = proposed(people["officer"])
    with pytest.raises(Refused, match="newest"):
        taking.take_over(line=old.lines.get(request=first), by=people["officer"])
    with pytest.raises(Refused, match="newest"):
        taking.take_over_all(assignment=old, by=people["officer"])
    taking.take_over(line=new.lines.get(request=first), by=people["officer"])


def test_the_whole_proposal_is_taken_over_and_what_bars_one_stops_no_other(people, two):
    first, second, _, _ = two
    made = proposed(people["officer"])
    SupportRequest.objects.filter(pk=first.pk).update(state="on_hold")
    assert taking.take_rest(made.pk, people["officer"].pk, and_invite=True) == (1, 1)
    assert first.candidates.count() == 0
    assert {one.answer for one in second.candidates.all()} == {"invited", "listed"}
    assert "1 taken over, 1 could not be" in str(people["officer"].notices.latest("pk"))
    assert made.lines.get(request=first).taken_at is None
    assert taking.take_rest(made.pk, people["officer"].pk, and_invite=True) == (0, 1)


def test_a_provider_that_left_the_directory_is_not_taken_over(people, matching_of, listed):
    matching_of()
    only = listed("Only")
    line = proposed(people["officer"]).lines.get()
    Provider.objects.filter(pk=only.pk).update(standing="withdrawn")
    with pytest.raises(Refused, match="not listed any more"):
        taking.take_over(line=line, by=people["officer"])
    line.refresh_from_db()
    assert (line.taken_at, Candidate.objects.count()) == (None, 0)


def test_one_proposal_at_a_time_and_a_stopped_one_makes_room(people, two):
    made = verbs.ask(centre=CENTRE, by=people["officer"])
    with pytest.raises(Refused, match="being worked out"):
        verbs.ask(centre=CENTRE, by=people["officer"])
    verbs.stop(assignment=made, by=people["officer"])
    working.perform(made.pk)
    made.refresh_from_db()
    assert (made.state, made.lines.count()) == ("cancelled", 0)
    with pytest.raises(Refused, match="moved on"):
        verbs.stop(assignment=made, by=people["officer"])
    assert proposed(people["officer"]).number == 2


def test_what_a_killed_worker_left_is_taken_up(people, two, django_capture_on_commit_callbacks):
    made = verbs.ask(centre=CENTRE, by=people["officer"])
    mine = claim("assignment", Assignment.objects.filter(pk=made.pk))
    mine.update(heartbeat=timezone.now() - timezone.timedelta(hours=1))
    assert (working.release_silent(), working.release_silent()) == (1, 0)
    working.perform(made.pk)
    made.refresh_from_db()
    assert made.state == "done"


def test_nothing_open_and_nobody_listed_are_said(people, matching_of, listed):
    with pytest.raises(Refused, match="No request looks for a provider"):
        verbs.ask(centre=CENTRE, by=people["officer"])
    matching_of()
    with pytest.raises(Refused, match="No provider is listed"):
        verbs.ask(centre=CENTRE, by=people["officer"])


@pytest.mark.parametrize(
    ("person", "allowed"),
    [("officer", True), ("manager", True), ("far_officer", False), ("focal_point", False), ("contributor", False),
     ("community", False), ("provider", False), ("public", False)],
)  # fmt: skip
def test_who_may_propose_fix_and_take_over_by_verb_and_by_page(people, two, client, person, allowed):
    first, _, best, _ = two
    made = proposed(people["manager"])
    line = made.lines.get(request=first)
    asked = [
        lambda: verbs.fix(request=first, provider=best, by=people[person]),
        lambda: verbs.let_go(request=first, by=people[person]),
        lambda: taking.take_over(line=line, by=people[person]),
        lambda: taking.take_over_all(assignment=made, by=people[person]),
        lambda: verbs.stop(assignment=verbs.ask(centre=CENTRE, by=people[person]), by=people[person]),
    ]
    client.force_login(people[person])
    assert client.get(reverse(*PAGE[:1], args=PAGE[1])).status_code == (200 if allowed else 403)
    assert client.get(reverse("assignment_past", args=[CENTRE, 1])).status_code == (200 if allowed else 403)
    queue = client.get(reverse("requests")).content.decode()
    assert (reverse("assignments") in queue) == (allowed or person == "far_officer")
    for act in asked:
        if allowed:
            act()
        else:
            with pytest.raises(PermissionDenied):
                act()


def test_what_one_may_not_see_is_neither_shown_nor_counted(people, two, client):
    first, second, _, _ = two
    proposed(people["officer"])
    client.force_login(people["officer"])
    shown = client.get(reverse(PAGE[0], args=PAGE[1])).content.decode()
    assert first.reference in shown
    first.request_parties.update(party="JOR")
    SupportRequest.objects.filter(pk=first.pk).update(confidential=True)
    for address in (reverse(PAGE[0], args=PAGE[1]), reverse("assignment_past", args=[CENTRE, 1])):
        shown = client.get(address).content.decode()
        assert first.reference not in shown
        assert second.reference in shown
        assert re.search(r"Requests in it</dt><dd class=\"number\">1<", shown)


def test_the_page_from_asking_to_taking_over(people, two, client):
    first, second, best, other = two
    client.force_login(people["officer"])
    client.post(reverse("assignment_do", args=[CENTRE, "ask"]))
    made = Assignment.objects.get()
    shown = client.get(reverse(PAGE[0], args=PAGE[1])).content.decode()
    assert 'http-equiv="refresh"' in shown
    assert "progress" in client.get(reverse("assignment_progress", args=[CENTRE, 1])).content.decode()
    working.perform(made.pk)
    assert client.get(reverse("assignment_progress", args=[CENTRE, 1])).headers["HX-Refresh"] == "true"
    shown = client.get(reverse(PAGE[0], args=PAGE[1])).content.decode()
    for text in ("Best", "Second", "works in English", "target 1 (", "the gap is 0.00 %", "works on 0 of 1 requests"):
        assert text in shown
    client.post(reverse("assignment_line", args=[CENTRE, second.reference, "fix"]), {"other": "best"})
    client.post(reverse("assignment_line", args=[CENTRE, first.reference, "fix"]), {"other": "Nobody"})
    shown = client.get(reverse(PAGE[0], args=PAGE[1])).content.decode()
    assert "No listed provider has this number or name" in shown
    assert list(Fixed.objects.values_list("request", "provider")) == [(second.pk, best.pk)]
    working.perform(verbs.ask(centre=CENTRE, by=people["officer"]).pk)
    answer = client.post(
        reverse("assignment_line", args=[CENTRE, second.reference, "take"]), {"number": 2, "invite": "on", "page": 1}
    )
    assert answer.headers["Location"].endswith(f"?page=1#{second.reference}")
    assert second.candidates.get(provider=best).answer == "invited"
    assert other.pk in {one.provider_id for one in second.candidates.all()}
    assert client.get(reverse("assignment_past", args=[CENTRE, 1])).status_code == 200
    assert client.get(reverse("assignment_past", args=[CENTRE, 9])).status_code == 404
    assert client.get(reverse(PAGE[0], args=["nowhere"])).status_code == 404


def test_the_worst_served_come_first_and_new_requests_before_them(people, rows_of, listed, client):
    requests = rows_of(3)
    for n, targets in enumerate(("1", "2", "9")):
        listed(f"P{n}", targets=targets, languages="en" if n else "ru", work="")
    made = proposed(people["officer"])
    later = rows_of(1, start=50)[0]
    client.force_login(people["officer"])
    shown = client.get(reverse(PAGE[0], args=PAGE[1])).content.decode()
    order = re.findall(r'<section class="card" id="([^"]+)"', shown)
    scores = {line.request.reference: line.score for line in made.lines.all()}
    assert order == [later.reference, *sorted((one.reference for one in requests), key=scores.__getitem__)]
    assert "the request came to this point later" in shown


def test_the_page_needs_the_same_queries_for_few_requests_and_many(people, rows_of, listed, client):
    client.force_login(people["officer"])
    counts = []
    for start, many in ((0, 3), (100, 60)):
        rows_of(many, start=start)
        for n in range(many):
            listed(f"P{start + n}", capacity=2)
        made = proposed(people["officer"])
        verbs.fix(request=made.lines.first().request, provider=Provider.objects.first(), by=people["officer"])
        for address in (reverse(PAGE[0], args=PAGE[1]), reverse("assignment_past", args=[CENTRE, made.number])):
            client.get(address)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = client.get(address)
            counts.append(len(queries))
            assert answer.content.decode().count('<section class="card" id="') == min(many, 25)
    assert counts[:2] == counts[2:]


def test_arabic_page_names_codes_in_arabic(people, two, client):
    proposed(people["officer"])
    client.force_login(people["officer"])
    shown = client.get("/ar" + reverse(PAGE[0], args=PAGE[1])).content.decode()
    arabic = Voice("ar")
    assert f"يعمل باللغات: {language_named('en', arabic)}" in shown
    assert named("targets", "1", arabic) in shown
