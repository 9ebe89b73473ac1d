"""What matching sees of the directory: as it is now, whatever changed and however the changes add up."""

import datetime

import pytest
from tests.centre.helpdesk.conftest import account

from biosetu.centre.directory import verbs
from biosetu.centre.directory.models import Provider
from biosetu.centre.directory.offers import listed_offers, works_of

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ON = datetime.date(2026, 11, 23)


def listed(name, **changes):
    values = {"work": f"{name} survey", "contacts": "Ms Hidden", **changes.pop("values", {})}
    return Provider.objects.create(name=name, party="NPL", standing="listed", consented_on=ON, values=values, **changes)


def test_offers_follow_changes_that_cancel_out_in_every_sum():
    one, two, three = (listed(name, workload=3) for name in "abc")
    assert [offer.workload for offer in listed_offers()] == [3, 3, 3]
    step = (three.pk - two.pk, one.pk - three.pk, two.pk - one.pk)
    assert sum(by * row.pk for by, row in zip(step, (one, two, three), strict=True)) == 0
    for by, row in zip(step, (one, two, three), strict=True):
        Provider.objects.filter(pk=row.pk).update(workload=3 + by)
    assert [offer.workload for offer in listed_offers()] == [3 + by for by in step]


def test_offers_follow_a_change_saved_after_a_later_one():
    early, late = listed("a"), listed("b")
    Provider.objects.filter(pk=late.pk).update(changed=early.changed + datetime.timedelta(hours=1))
    assert [offer.name for offer in listed_offers()] == ["a", "b"]
    Provider.objects.filter(pk=early.pk).update(name="z", changed=early.changed + datetime.timedelta(minutes=1))
    assert [offer.name for offer in listed_offers()] == ["b", "z"]


def test_offers_know_no_contact_of_an_erased_account():
    owner = account("owner")
    listed("Institute", account=owner, values={"kind": "institution"})
    assert listed_offers()[0].contacts == ("Ms Hidden",)
    verbs.forget(owner)
    assert listed_offers()[0].contacts == ()


def test_records_of_work_lie_in_the_order_of_the_offers():
    listed("b", values={"work": "bats\nfish"})
    listed("a", values={"work": "moss"})
    assert works_of(listed_offers()).owners.tolist() == [0, 1, 1]
