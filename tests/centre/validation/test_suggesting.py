"""Answers suggested by ministries and institutes, confirmed or declined by the Party's office: the table row by row."""

import pyarrow as pa
import pytest
from django.core.exceptions import PermissionDenied
from tests.centre.people import OFFICE, account, centre_officer, contributor, observations, officer, public
from tests.centre.validation.test_validation import PAGE, PARTY, WORLD, filled, post

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.permissions import may, table, visible_to
from biosetu.centre.audit.models import Entry
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.validation import suggesting
from biosetu.centre.validation.models import Suggestion, SuggestionState
from biosetu.observations import Selection
from biosetu.observations.answers import CHOICES, FILLED, METHOD, reference
from biosetu.problems import DataError

pytestmark = [pytest.mark.db, pytest.mark.django_db]
QUEUE = f"/parties/{PARTY}/validation/suggestions/"
FIGURE = WORLD[-1]
ANSWERS = {
    "accept": {},
    "replace": {"own_value": "0.61", "own_source": "Red List of Setuland, p. 4"},
    "dispute": {"reason": "Two species are not native"},
    "not relevant": {"reason": "It has no such ecosystem"},
}


@pytest.fixture(autouse=True)
def figures():
    DatabaseStore().append(observations(*WORLD))


def cells(figure=FIGURE, **answer):
    row = {"reference": reference(figure), "value": repr(figure["value"]), **dict.fromkeys(FILLED, ""), **answer}
    return pa.table({name: pa.array([text], pa.string()) for name, text in row.items()})


def suggested(actor, choice="replace", figure=FIGURE):
    suggesting.suggest(party=PARTY, cells=cells(figure, answer=choice, **ANSWERS[choice]), file="page", actor=actor)
    return Suggestion.objects.order_by("-pk").first()


def own_answers():
    rows = DatabaseStore().select(Selection(party=(PARTY,))).to_pylist()
    return [row for row in rows if row["method"] == METHOD]


def validated():
    return [
        row for row in DatabaseStore().select(Selection(party=(PARTY,))).to_pylist() if row["status"] == "validated"
    ]


def test_every_answer_of_the_sheet_can_be_suggested():
    assert set(ANSWERS) == set(CHOICES)


@pytest.mark.parametrize("choice", ANSWERS)
def test_a_suggestion_changes_no_figure_until_the_office_confirms_it(choice):
    before = DatabaseStore().select()
    one = suggested(contributor(PARTY), choice)
    assert DatabaseStore().select().equals(before)
    assert (one.state, one.answer) == (SuggestionState.PENDING, choice)
    suggesting.confirm(suggestion=one, actor=officer(PARTY))
    (row,) = validated()
    assert (row["validated_by"], row["year"]) == (OFFICE, FIGURE["year"])
    expected = {"accept": FIGURE["value"], "replace": 0.61, "dispute": None, "not relevant": None}
    assert row["value"] == expected[choice]
    one.refresh_from_db()
    assert one.state == SuggestionState.CONFIRMED


def test_what_was_done_is_in_the_audit_and_both_are_told():
    author, office = contributor(PARTY), officer(PARTY)
    one = suggested(author)
    assert [notice.values["count"] for notice in office.notices.all()] == [1]
    suggesting.confirm(suggestion=one, actor=office)
    done = list(Entry.objects.filter(party=PARTY).order_by("pk").values_list("verb", "record"))
    assert done == [("suggest", "party"), ("answer", "party"), ("confirm", "suggestion")]
    assert [notice.message for notice in author.notices.all()] == ["Your answer to a figure was confirmed."]


def test_a_declined_suggestion_keeps_its_reason_and_changes_nothing():
    author, office = contributor(PARTY), officer(PARTY)
    one = suggested(author)
    with pytest.raises(DataError):
        suggesting.decline(suggestion=one, actor=office, reason="  ")
    suggesting.decline(suggestion=one, actor=office, reason="Not our method")
    one.refresh_from_db()
    assert (one.state, one.said) == (SuggestionState.DECLINED, "Not our method")
    assert own_answers() == []


@pytest.mark.parametrize(("verb", "more"), [("confirm", {}), ("decline", {"reason": "No"})])
def test_a_suggestion_is_decided_once(verb, more):
    office = officer(PARTY)
    one = suggested(contributor(PARTY))
    suggesting.decline(suggestion=one, actor=office, reason="No")
    with pytest.raises(MovedOnError):
        getattr(suggesting, verb)(suggestion=one, actor=office, **more)
    assert own_answers() == []


def test_a_suggestion_to_a_figure_that_changed_is_not_taken_and_still_waits():
    office = officer(PARTY)
    one = suggested(contributor(PARTY))
    DatabaseStore().append(observations(FIGURE | {"value": 0.99}))
    with pytest.raises(DataError) as caught:
        suggesting.confirm(suggestion=one, actor=office)
    assert [problem.code for problem in caught.value.problems] == ["changed"]
    one.refresh_from_db()
    assert one.state == SuggestionState.PENDING


def test_a_later_suggestion_of_the_same_person_replaces_the_earlier():
    author = contributor(PARTY)
    first, second = suggested(author, "accept"), suggested(author, "dispute")
    first.refresh_from_db()
    assert (first.state, second.state) == (SuggestionState.REPLACED, SuggestionState.PENDING)


@pytest.mark.parametrize(
    ("answer", "column"),
    [({"answer": "replace"}, "own_value"), ({"answer": "perhaps"}, "answer"), ({"answer": "dispute"}, "reason")],
)
def test_a_wrong_suggestion_is_named_and_none_is_kept(answer, column):
    with pytest.raises(DataError) as caught:
        suggesting.suggest(party=PARTY, cells=cells(**answer), file="page", actor=contributor(PARTY))
    assert column in [problem.column for problem in caught.value.problems]
    assert not Suggestion.objects.exists()


PEOPLE = {
    "public": public,
    "contributor": lambda: contributor(PARTY),
    "contributor elsewhere": lambda: account("elsewhere", role="contributor", party="JOR"),
    "officer": lambda: officer(PARTY),
    "officer elsewhere": lambda: officer("JOR", username="jor"),
    "centre officer": centre_officer,
    "focal point": lambda: account("focal", role="focal_point", party=PARTY),
}
MAY = {
    "contributor": {"suggest"},
    "officer": {"see", "confirm", "decline"},
    "centre officer": {"see"},
}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_suggest_see_confirm_and_decline(who):
    one = suggested(account("author", role="contributor", party=PARTY))
    person, allowed = PEOPLE[who](), MAY.get(who, set())
    assert may(person, "suggest", PartyRecord(PARTY)) == ("suggest" in allowed)
    for verb in ("see", "confirm", "decline"):
        assert may(person, verb, one) == (verb in allowed), verb
        assert visible_to(person, Suggestion.objects.all(), verb).exists() == (verb in allowed), verb
    if "suggest" not in allowed:
        with pytest.raises(PermissionDenied):
            suggested(person)
    for verb, more in (("confirm", {}), ("decline", {"reason": "No"})):
        if verb not in allowed:
            with pytest.raises(PermissionDenied):
                getattr(suggesting, verb)(suggestion=one, actor=person, **more)
    assert own_answers() == []


def test_the_table_has_a_row_for_each_permission_of_suggestions():
    rows = {(line.role, line.verb, line.scope) for line in table() if line.record == "suggestion"}
    assert rows == {
        ("contributor", "see", "own"),
        ("officer", "see", "covered"),
        ("officer", "confirm", "covered_by_party"),
        ("officer", "decline", "covered_by_party"),
    }


def test_a_contributor_suggests_on_the_page_and_the_officer_confirms_on_another(client):
    client.force_login(contributor(PARTY))
    assert b"Suggest these answers" in client.get(PAGE).content
    answer = post(client, filled(FIGURE, answer="replace", **ANSWERS["replace"]))
    assert answer.status_code == 302
    assert own_answers() == []
    mine = client.get(QUEUE).content.decode()
    assert "0.61" in mine
    assert 'value="confirm"' not in mine
    one = Suggestion.objects.get()
    assert client.post(QUEUE, {"suggestion": one.pk, "verb": "confirm"}).status_code == 403
    client.force_login(officer(PARTY))
    assert b"1 suggested answer waits for the office." in client.get(PAGE).content
    done = client.post(QUEUE, {"suggestion": one.pk, "verb": "confirm"}, follow=True)
    assert b"Confirmed, in the name of your office." in done.content
    assert [row["value"] for row in own_answers()] == [0.61]


@pytest.mark.parametrize("number", ["", "x", "999999", "-1", "1 or 1=1"])
def test_a_suggestion_that_there_is_not_is_not_found(client, number):
    client.force_login(officer(PARTY))
    assert client.post(QUEUE, {"suggestion": number, "verb": "confirm"}).status_code == 404


def test_the_page_of_suggestions_speaks_arabic_and_says_when_empty(client):
    client.force_login(officer(PARTY))
    assert b"Nothing is suggested." in client.get(QUEUE).content
    assert "لا شيء مقترح." in client.get("/ar" + QUEUE).content.decode()
