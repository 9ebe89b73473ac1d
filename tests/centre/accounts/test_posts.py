"""Focal points by subject, with deputies and vacancies; roles given and ended; observers."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from tests.centre.helpdesk.conftest import account

from biosetu.centre.accounts import opening
from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.opening import Wanted
from biosetu.centre.accounts.permissions import parties_for
from biosetu.centre.accounts.posts import posts_of
from biosetu.centre.accounts.subjects import subjects
from biosetu.centre.audit.models import Entry
from biosetu.centre.helpdesk.facts import vacant
from biosetu.cli import main
from biosetu.problems import UsageError

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NATIONAL = Wanted(role="focal_point", party="NPL", office="Office")
CHM = Wanted(role="focal_point", party="NPL", office="Office", subject="chm")
TODAY = timezone.localdate


def test_the_subjects_are_those_of_the_convention():
    assert list(subjects()) == [
        "primary", "chm", "sbstta", "article-8j", "protected-areas", "resource-mobilization", "gef"
    ]  # fmt: skip
    assert all(subject.source for subject in subjects().values())


def test_every_post_is_told_with_its_holder_deputy_or_as_vacant():
    account("a")
    account("b")
    opening.give_role(username="a", wanted=CHM)
    opening.give_role(username="b", wanted=Wanted("focal_point", "NPL", "", "Office", "gef", deputy=True))
    told = {post.subject.subject: post for post in posts_of("NPL")}
    assert [role.account.username for role in told["chm"].holders] == ["a"]
    assert not told["chm"].vacant
    assert [role.account.username for role in told["gef"].deputies] == ["b"]
    assert [code for code, post in told.items() if post.vacant] == [code for code in subjects() if code != "chm"]


def test_a_focal_point_without_a_subject_is_the_national_one():
    opening.open_account(username="a", name="", wanted=Wanted("focal_point", "npl", "", "Office"))
    assert Role.objects.values_list("party", "subject").get() == ("NPL", "primary")


def test_a_role_that_ended_leaves_the_post_vacant_the_day_after():
    account("a")
    opening.give_role(username="a", wanted=NATIONAL)
    assert opening.end_role(username="a", wanted=Wanted(role="focal_point", party="NPL", subject="primary")) == 1
    assert vacant(["NPL"]) == frozenset()
    Role.objects.update(until=TODAY() - datetime.timedelta(1))
    assert vacant(["NPL"]) == {"NPL"}
    assert all(post.vacant for post in posts_of("NPL"))
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == ["give_role", "end_role"]


@pytest.mark.parametrize("deputy", [False, True], ids=["holder", "deputy"])
@pytest.mark.parametrize("subject", list(subjects()))
def test_only_the_national_focal_point_or_a_deputy_endorses(subject, deputy):
    """The table says who binds the Party; where none of these is, the Party is vacant for the lapse rule."""
    who = account("a")
    opening.give_role(username="a", wanted=Wanted("focal_point", "NPL", "", "Office", subject, deputy=deputy))
    binds = subject == "primary"
    assert parties_for(who, "endorse", "party") == ({"NPL"} if binds else frozenset())
    assert parties_for(who, "speak", "party") == {"NPL"}
    assert vacant(["NPL"]) == (frozenset() if binds else {"NPL"})
    assert set(Role.objects.endorsing()) == (set(Role.objects.all()) if binds else set())


def test_ending_one_subject_leaves_the_other():
    account("a")
    for subject in ("chm", "gef"):
        opening.give_role(username="a", wanted=Wanted("focal_point", "NPL", "", "Office", subject))
    opening.end_role(username="a", wanted=Wanted(subject="gef"))
    assert set(Role.objects.filter(until=None).values_list("subject", flat=True)) == {"chm"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(role="king", party="NPL", office="x"), "A role is one of"),
        (Wanted(role="officer", office="x"), "--party or --centre"),
        (Wanted(role="officer", party="NPL", centre="iucn-asia", office="x"), "--party or --centre"),
        (Wanted(role="officer", party="NPL"), "needs --office"),
        (Wanted(role="officer", centre="moon", office="x"), "no centre 'moon'"),
        (Wanted(role="officer", party="ZZZ", office="x"), "no Party 'ZZZ'"),
        (Wanted(role="officer", party="NPL", office="x", subject="chm"), "Only a focal point"),
        (Wanted(role="officer", party="NPL", office="x", deputy=True), "Only a focal point"),
        (Wanted(role="focal_point", party="NPL", office="x", subject="tea"), "no subject 'tea'"),
    ],
)
def test_what_cannot_be_held_is_refused_and_nothing_is_written(wanted, said):
    account("a")
    with pytest.raises(UsageError, match=said):
        opening.give_role(username="a", wanted=wanted)
    with pytest.raises(UsageError, match=said):
        opening.open_account(username="b", name="", wanted=wanted)
    assert (Role.objects.count(), Account.objects.count()) == (0, 1)


def test_unknown_accounts_roles_and_days_are_named():
    with pytest.raises(UsageError, match="no account 'z'"):
        opening.give_role(username="z", wanted=CHM)
    account("a")
    with pytest.raises(UsageError, match="holds no such role"):
        opening.end_role(username="a", wanted=CHM)
    with pytest.raises(UsageError, match="cannot end"):
        opening.give_role(username="a", wanted=CHM, until=datetime.date(2020, 1, 1))


def test_the_database_itself_keeps_subjects_to_focal_points():
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(account=account("a"), role="officer", party="NPL", office="x", subject="chm")


def test_names_are_for_those_who_serve_the_party_offices_for_everybody_signed_in(client):
    holder = account("holder")
    opening.give_role(username="holder", wanted=CHM)
    address = reverse("focal_points", args=["NPL"])
    assert client.get(address).status_code == 302
    for person, named in (
        (account("stranger"), False),
        (account("west", "officer", centre="iucn-west-asia"), False),
        (account("asia", "officer", centre="iucn-asia"), True),
        (holder, True),
    ):
        client.force_login(person)
        page = client.get(address).content.decode().split("<main")[1]
        assert ("Holder" in page, "Office" in page) == (named, True), person
    assert client.get(reverse("focal_points", args=["ZZZ"])).status_code == 404


def test_the_same_by_the_command_line(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "the database of the tests")
    role = ["--role", "focal_point", "--party", "NPL", "--office", "Office"]
    assert main.run(["accounts", "add", "a", *role]) == main.DONE
    assert (
        main.run(["accounts", "give", "a", *role, "--subject", "chm", "--deputy", "--until", "2999-01-01"]) == main.DONE
    )
    assert main.run(["accounts", "end", "a", "--subject", "primary", "--until", "2026-01-01"]) == main.USAGE
    assert main.run(["accounts", "end", "a", "--subject", "primary"]) == main.DONE
    held = dict(Role.objects.values_list("subject", "deputy"))
    assert held == {"primary": False, "chm": True}
    assert Role.objects.get(subject="chm").until == datetime.date(2999, 1, 1)
    assert main.run(["accounts", "give", "a", "--role", "king"]) == main.USAGE
    capsys.readouterr()
