"""From a table to the store through the domain verbs, on both databases."""

import pytest
from django.core.exceptions import PermissionDenied
from tests.centre.people import (
    OFFICE,
    account,
    centre_officer,
    contributor,
    national,
    observations,
    officer,
    public,
    table_file,
)
from tests.observations.rows import row

from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.audit.models import Entry
from biosetu.centre.evidence import intake
from biosetu.centre.evidence.intake import counts_of, propose, take_in
from biosetu.centre.evidence.models import Proposal, Run
from biosetu.centre.evidence.reader import read_here
from biosetu.centre.evidence.reviewing import accept, send_back
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.evidence.working import cancel, perform, release_silent, resume
from biosetu.problems import DataError

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROWS = [national(year=year, value=0.8 + year / 100_000) for year in range(2010, 2016)]


@pytest.fixture(autouse=True)
def read_in_this_process(monkeypatch):
    """The limited process is tested by itself (test_reader.py); it takes a second each time."""
    monkeypatch.setattr(intake, "read_apart", read_here)


def proposed(folder, *rows, who=None):
    who = who or contributor()
    upload = take_in(path=table_file(folder, *rows), name="figures.csv", owner=who)
    run = propose(upload=upload, actor=who)
    perform(run.pk)
    run.refresh_from_db()
    return run


def test_preview_tells_new_changed_same_and_wrong_by_row(tmp_path):
    DatabaseStore().append(observations(ROWS[0] | {"status": "proposed"}, ROWS[1] | {"status": "proposed"}))
    rows = [ROWS[0], ROWS[1] | {"value": 0.5}, ROWS[2], ROWS[3] | {"value": 7.0}, ROWS[4] | {"party": "JOR"}]
    upload = take_in(path=table_file(tmp_path, *rows), name="../../etc/figures.csv", owner=contributor())
    assert list(upload.rows.order_by("number").values_list("number", "state")) == [
        (2, "same"),
        (3, "changed"),
        (4, "new"),
        (5, "wrong"),
        (6, "wrong"),
    ]
    assert upload.rows.get(number=3).detail == ["value"]
    assert [item["code"] for item in upload.rows.get(number=5).detail] == ["range"]
    assert [item["code"] for item in upload.rows.get(number=6).detail] == ["not-yours"]
    assert upload.name == "figures.csv"


def test_upload_with_a_wrong_row_cannot_be_proposed(tmp_path):
    who = contributor()
    upload = take_in(path=table_file(tmp_path, ROWS[0], ROWS[1] | {"unit": "?"}), name="f.csv", owner=who)
    with pytest.raises(MovedOnError):
        propose(upload=upload, actor=who)
    assert Run.objects.count() == 0


def test_an_upload_cannot_claim_to_be_validated(tmp_path):
    import datetime

    claim = {"status": "validated", "validated_by": "Nobody", "validated_on": datetime.date(2020, 1, 1)}
    run = proposed(tmp_path, ROWS[0] | claim)
    assert list(run.proposals.values_list("status", "validated_by", "validated_on")) == [("proposed", "", None)]


def test_accepted_figures_are_validated_in_the_name_of_the_office(tmp_path):
    run = proposed(tmp_path, *ROWS)
    assert (run.state, run.done, run.total) == ("in_review", 6, 6)
    assert DatabaseStore().select().num_rows == 0
    assert accept(run=run, actor=officer()) == 6
    found = DatabaseStore().select().to_pylist()
    assert [(r["value"], r["status"], r["validated_by"]) for r in found] == [
        (r["value"], "validated", OFFICE) for r in ROWS
    ]
    run.refresh_from_db()
    assert run.state == "reviewed"


def test_returned_figures_never_reach_the_store_and_the_uploader_is_told(tmp_path):
    run = proposed(tmp_path, *ROWS[:2])
    actor = officer()
    send_back(run=run, actor=actor, numbers=[2], reason="The base year differs.")
    accept(run=run, actor=actor)
    assert DatabaseStore().select().column("year").to_pylist() == [2011]
    assert list(run.proposals.order_by("number").values_list("state", "reason")) == [
        ("returned", "The base year differs."),
        ("accepted", ""),
    ]
    assert [str(notice) for notice in run.owner.notices.all()] == ["Your table was reviewed: 1 accepted, 1 returned."]


def test_return_needs_a_reason(tmp_path):
    run = proposed(tmp_path, ROWS[0])
    with pytest.raises(DataError, match="no reason"):
        send_back(run=run, actor=officer(), reason="  ")


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (public, False),
        (lambda: account("second-contributor", role="contributor", party="NPL"), False),
        (officer, True),
        (lambda: officer("JOR"), False),
        (centre_officer, False),
        (lambda: account("weak-officer", role="officer", party="NPL"), False),
    ],
    ids=["public", "contributor", "officer", "officer-elsewhere", "centre-officer", "officer-without-second-step"],
)
def test_who_may_make_a_figure_national(tmp_path, who, allowed):
    run = proposed(tmp_path, ROWS[0])
    if allowed:
        assert accept(run=run, actor=who()) == 1
    else:
        with pytest.raises(PermissionDenied):
            accept(run=run, actor=who())
        assert DatabaseStore().select().num_rows == 0


def test_centre_officer_takes_in_global_figures_without_making_them_national(tmp_path):
    run = proposed(tmp_path, row(status="proposed"))
    accept(run=run, actor=centre_officer())
    assert [(r["status"], r["validated_by"]) for r in DatabaseStore().select().to_pylist()] == [("computed", "")]


def test_a_row_is_decided_once(tmp_path):
    run = proposed(tmp_path, *ROWS[:2])
    accept(run=run, actor=officer(), numbers=[2])
    with pytest.raises(MovedOnError):
        accept(run=run, actor=officer(username="officer2"), numbers=[2])
    with pytest.raises(MovedOnError):
        send_back(run=run, actor=officer(username="officer3"), numbers=[2], reason="too late")
    assert DatabaseStore().select().num_rows == 1


def test_rows_of_another_run_cannot_be_decided_through_this_one(tmp_path):
    run = proposed(tmp_path, ROWS[0])
    with pytest.raises(PermissionDenied):
        accept(run=run, actor=officer(), numbers=[2, 99])


def test_propose_twice_gives_one_run(tmp_path):
    who = contributor()
    upload = take_in(path=table_file(tmp_path, ROWS[0]), name="f.csv", owner=who)
    assert propose(upload=upload, actor=who) == propose(upload=upload, actor=who)
    assert Run.objects.count() == 1


def test_only_the_owner_proposes_cancels_and_resumes(tmp_path):
    who = contributor()
    upload = take_in(path=table_file(tmp_path, ROWS[0]), name="f.csv", owner=who)
    run = propose(upload=upload, actor=who)
    for stranger in (public(), account("other", role="contributor", party="NPL"), officer()):
        for verb in (cancel, resume):
            with pytest.raises(PermissionDenied):
                verb(run=run, actor=stranger)
        with pytest.raises(PermissionDenied):
            propose(upload=upload, actor=stranger)
    cancel(run=run, actor=who)
    perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.proposals.count()) == ("cancelled", 0)
    resume(run=run, actor=who)
    perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.proposals.count()) == ("in_review", 1)


def test_cancel_between_two_pieces_stops_and_resume_goes_on_there(tmp_path, monkeypatch):
    from biosetu.centre.evidence import working

    who = contributor()
    upload = take_in(path=table_file(tmp_path, *ROWS), name="f.csv", owner=who)
    run = propose(upload=upload, actor=who)
    real = working._next_piece

    def then_cancel(*arguments):
        more = real(*arguments)
        cancel(run=run, actor=who)
        return more

    monkeypatch.setattr(working, "_next_piece", then_cancel)
    perform(run.pk, piece=2)
    run.refresh_from_db()
    assert (run.state, run.done, run.proposals.count()) == ("cancelled", 2, 2)
    assert list(visible_to(who, Proposal.objects.all())) == []
    monkeypatch.undo()
    resume(run=run, actor=who)
    perform(run.pk, piece=2)
    run.refresh_from_db()
    assert (run.state, run.done) == ("in_review", 6)
    assert sorted(run.proposals.values_list("number", flat=True)) == [2, 3, 4, 5, 6, 7]


def test_a_failed_run_says_so_keeps_nothing_half_and_resumes(tmp_path, monkeypatch):
    from biosetu.centre.evidence import working

    who = contributor()
    run = propose(upload=take_in(path=table_file(tmp_path, *ROWS), name="f.csv", owner=who), actor=who)
    monkeypatch.setattr(working, "_proposals", lambda *_: 1 / 0)
    perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done, run.proposals.count()) == ("failed", 0, 0)
    monkeypatch.undo()
    resume(run=run, actor=who)
    perform(run.pk)
    run.refresh_from_db()
    assert run.state == "in_review"


def test_a_silent_run_is_queued_again_and_finished_once(tmp_path):
    who = contributor()
    run = propose(upload=take_in(path=table_file(tmp_path, *ROWS), name="f.csv", owner=who), actor=who)
    Run.objects.filter(pk=run.pk).update(state="running", worker="killed", heartbeat="2020-01-01T00:00:00Z", done=0)
    perform(run.pk)
    run.refresh_from_db()
    assert run.state == "running"
    assert release_silent() == 1
    assert release_silent() == 0
    perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.proposals.count()) == ("in_review", 6)


def test_a_table_that_changes_nothing_has_nothing_to_review(tmp_path):
    rows = [ROWS[0], ROWS[1]]
    who = contributor()
    upload = take_in(path=table_file(tmp_path, *rows), name="f.csv", owner=who)
    run = propose(upload=upload, actor=who)
    DatabaseStore().append(observations(*(r | {"status": "proposed"} for r in rows)))
    perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.proposals.count()) == ("reviewed", 0)
    assert counts_of(upload)["new"] == 2


def test_the_audit_names_each_step_and_no_person(tmp_path):
    run = proposed(tmp_path, *ROWS[:2])
    actor = officer()
    send_back(run=run, actor=actor, numbers=[2], reason="Ask Mrs Gurung.")
    accept(run=run, actor=actor)
    entries = Entry.objects.order_by("pk")
    assert [entry.verb for entry in entries] == ["take_in", "propose", "finish", "return", "accept", "close"]
    told = " ".join(f"{entry.changes} {entry.actor}" for entry in entries)
    assert "Gurung" not in told
    assert actor.username not in told
    assert {entry.party for entry in entries if entry.verb in ("return", "accept")} == {"NPL"}
