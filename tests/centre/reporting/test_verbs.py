from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.centre.reporting.conftest import (
    CYCLE,
    FORESTS,
    PARTY,
    SUMMARY,
    WATERS,
    answered,
    asked,
    sent,
    somebody,
    stepped,
)

from biosetu.centre.accounts.models import Role
from biosetu.centre.audit.models import Entry
from biosetu.centre.reporting import verbs
from biosetu.centre.reporting.links import opened, token_of
from biosetu.centre.reporting.models import Link, Offer, Part, Report, Told
from biosetu.centre.reporting.reminding import remind_due
from biosetu.centre.reporting.store import DatabaseCollections
from biosetu.problems import DataError

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def held():
    return DatabaseCollections().load(PARTY, CYCLE)


def trail():
    return list(Entry.objects.order_by("pk").values_list("verb", "record_id"))


def test_report_goes_its_whole_way_with_audit_and_notices(focal, forester, signer):
    part = asked(focal)
    assert forester.notices.get().values["office"] == FORESTS
    answered(part, forester, sent("all well"))
    stepped(forester, "hand_in", part)
    assert focal.notices.get().address == "parties/NPL/report/7NR/parts/p1/"
    stepped(focal, "clear", part)
    stepped(focal, "clear")
    assert signer.notices.count() == 1
    stepped(signer, "sign_off")
    assert Report.objects.get().state == "signed_off"
    assert trail() == [
        ("assign", "NPL-7NR-p1"),
        ("answer", "NPL-7NR-p1"),
        ("hand_in", "NPL-7NR-p1"),
        ("clear", "NPL-7NR-p1"),
        ("clear", "NPL-7NR"),
        ("sign_off", "NPL-7NR"),
    ]


def test_after_sign_off_only_reopening_with_a_reason_lets_anything_change(focal, forester, signer):
    part = asked(focal)
    answered(part, forester, sent("all well"))
    for by, verb, of in ((forester, "hand_in", part), (focal, "clear", part), (focal, "clear", None)):
        stepped(by, verb, of)
    stepped(signer, "sign_off")
    with pytest.raises(DataError):
        answered(part, forester, sent("better", "all well"))
    with pytest.raises(DataError, match="no reason"):
        stepped(signer, "reopen")
    stepped(signer, "reopen", reason="an office found a mistake")
    stepped(focal, "reopen", part, reason="an office found a mistake")
    assert answered(part, forester, sent("better", "all well")).taken == (SUMMARY,)
    entry = Entry.objects.filter(verb="reopen").first()
    assert entry.changes["reason"].startswith("sha256:")


@pytest.mark.parametrize("verb", ["assign", "write", "decide", "postpone", "write_in", "remind", "make_link"])
def test_only_the_focal_point_of_the_party_collects(focal, forester, signer, stranger, verb):
    part = asked(focal)
    values = {
        "assign": {"office": WATERS, "due": date(2026, 12, 31), "prefixes": ["I"]},
        "write": {"given": [sent("x")]},
        "decide": {"key": SUMMARY, "choice": "held"},
        "postpone": {"part": part.id, "due": date(2027, 1, 31), "reason": "x"},
        "write_in": {"language": "fr"},
        "remind": {"office": FORESTS},
        "make_link": {"office": FORESTS},
    }[verb]
    before = held()
    for person in (forester, signer, stranger):
        with pytest.raises(PermissionDenied):
            getattr(verbs, verb)(party=PARTY, cycle=CYCLE, by=person, **values)
    assert held() == before


def test_office_answers_its_own_parts_and_no_others(focal, forester, stranger):
    theirs, ours = asked(focal), asked(focal, WATERS)
    waters = somebody("waters", "contributor", WATERS)
    for person in (waters, stranger, focal):
        with pytest.raises(PermissionDenied):
            answered(theirs, person, sent("x"))
        with pytest.raises((PermissionDenied, DataError)):
            stepped(person, "hand_in", theirs, reason="x")
    assert answered(ours, waters, sent("x")).taken == (SUMMARY,)


def test_only_the_publishing_authority_signs_and_only_with_a_second_step(focal, forester, stranger):
    part = asked(focal)
    answered(part, forester, sent("all well"))
    for by, verb, of in ((forester, "hand_in", part), (focal, "clear", part), (focal, "clear", None)):
        stepped(by, verb, of)
    weak = somebody("weak", "publishing_authority", "Cabinet (test)")
    for person in (focal, forester, stranger, weak):
        with pytest.raises((PermissionDenied, DataError)):
            stepped(person, "sign_off")
    assert Report.objects.get().state == "cleared"


def test_different_texts_of_two_offices_wait_and_the_focal_point_is_told(focal, forester):
    one, two = asked(focal), asked(focal, WATERS)
    answered(one, forester, sent("dry"))
    outcome = answered(two, somebody("waters", "contributor", WATERS), sent("wet"))
    assert outcome.conflicts == (SUMMARY,)
    assert "Different texts" in str(focal.notices.get())
    verbs.decide(party=PARTY, cycle=CYCLE, by=focal, key=SUMMARY, choice="2", reason="newer")
    assert held().draft.entries[SUMMARY].office == WATERS
    assert list(Offer.objects.order_by("number").values_list("text", "standing", "reason")) == [
        ("dry", "taken", ""),
        ("wet", "taken", "newer"),
    ]


def test_refused_answer_leaves_nothing_behind(focal, forester):
    part = asked(focal, fields=("Q.6", "V"))
    with pytest.raises(DataError):
        answered(part, forester, sent("fine"), sent("maybe", key="Q.6_1"))
    assert (Offer.objects.count(), held().draft.entries, Part.objects.get().state) == (0, {}, "assigned")
    assert [verb for verb, _ in trail()] == ["assign"]


def link_for(focal, office=FORESTS, days=30):
    return verbs.make_link(party=PARTY, cycle=CYCLE, by=focal, office=office, days=days)


def test_link_answers_for_its_office_without_an_account(focal):
    part = asked(focal)
    link = link_for(focal)
    assert opened(token_of(link)) == link
    assert answered(part, None, sent("by link"), link=link).taken == (SUMMARY,)
    entry = Entry.objects.get(verb="answer")
    assert (entry.actor, entry.changes["link"]) == (None, str(link.pk))
    assert held().draft.entries[SUMMARY].office == FORESTS


@pytest.mark.parametrize("spoil", ["other office", "revoked", "expired", "other report"])
def test_link_that_does_not_stand_answers_nothing(focal, spoil):
    part = asked(focal)
    link = link_for(focal)
    if spoil == "other office":
        part = asked(focal, WATERS)
    elif spoil == "revoked":
        verbs.revoke_link(link=link, by=focal)
        link = Link.objects.get()
    elif spoil == "expired":
        Link.objects.update(expires=timezone.localdate() - timedelta(days=1))
        link = Link.objects.get()
    else:
        link.report_id += 1
    with pytest.raises(PermissionDenied):
        answered(part, None, sent("x"), link=link)


def test_token_that_was_changed_by_one_letter_opens_nothing(focal):
    asked(focal)
    token = token_of(link_for(focal))
    assert opened(token) is not None
    for at in range(len(token)):
        changed = token[:at] + ("a" if token[at] != "a" else "b") + token[at + 1 :]
        assert opened(changed) is None
    assert opened("") is None
    assert opened("x" * 500) is None


@pytest.mark.parametrize("days", [0, -3, 366])
def test_link_holds_for_a_day_to_a_year(focal, days):
    asked(focal)
    with pytest.raises(DataError):
        link_for(focal, days=days)


def test_link_for_an_office_that_is_asked_nothing_is_refused(focal):
    asked(focal)
    with pytest.raises(DataError):
        link_for(focal, office="Nobody")


def test_only_the_focal_point_closes_a_link(focal, forester):
    asked(focal)
    link = link_for(focal)
    with pytest.raises(PermissionDenied):
        verbs.revoke_link(link=link, by=forester)
    assert Link.objects.get().revoked_at is None


@pytest.mark.parametrize(("days", "kinds"), [(30, []), (7, ["due"]), (0, ["due"]), (-1, ["late"])])
def test_office_is_reminded_once_when_due_and_once_when_late(focal, forester, days, kinds):
    today = date(2026, 11, 23)
    asked(focal, due=today + timedelta(days=days))
    before = forester.notices.count()
    assert remind_due(today) == len(kinds)
    assert remind_due(today) == 0
    assert list(Told.objects.values_list("kind", flat=True)) == kinds
    assert forester.notices.count() == before + len(kinds)


def test_office_that_handed_in_is_not_reminded(focal, forester):
    part = asked(focal, due=date(2026, 11, 1))
    answered(part, forester, sent("x"))
    stepped(forester, "hand_in", part)
    assert remind_due(date(2026, 11, 23)) == 0
    assert verbs.remind(party=PARTY, cycle=CYCLE, by=focal, office=FORESTS) == 0


def test_role_that_has_ended_answers_nothing(focal, forester):
    part = asked(focal)
    Role.objects.filter(account=forester).update(until=timezone.localdate() - timedelta(days=1))
    with pytest.raises(PermissionDenied):
        answered(part, type(forester).objects.get(pk=forester.pk), sent("x"))


def test_command_line_acts_in_the_name_of_an_account(focal, forester):
    part = verbs.do(
        focal, "assign", party=PARTY, cycle=CYCLE, office=FORESTS, due=date(2026, 12, 31), prefixes=["V"], note=""
    )
    verbs.do(forester, "answer", party=PARTY, cycle=CYCLE, part=part.id, given=[sent("x")], via="xlsx")
    verbs.do(forester, "hand_in", party=PARTY, cycle=CYCLE, part=part.id, reason="")
    verbs.do(focal, "answer", party=PARTY, cycle=CYCLE, given=[sent("y", key="I.processUndertaken")], via="form")
    with pytest.raises(PermissionDenied):
        verbs.do(forester, "clear", party=PARTY, cycle=CYCLE)
    assert (Part.objects.get().state, len(held().draft.entries)) == ("returned", 2)
