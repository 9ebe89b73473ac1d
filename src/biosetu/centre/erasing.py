"""Deleting a person: the account, and every place that leads to them or says their name. What was done stays on record.

An entry of the audit keeps its day, verb, record and pseudonym; the pseudonym and the hashes in it lead nowhere any
more. What others may rely on (a request under way, a listed institution, a reviewed solution) stays without its
contact person; what nobody else has seen (drafts) goes.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet

from biosetu.centre.accounts.models import Account
from biosetu.centre.audit import trail
from biosetu.centre.directory import verbs as directory
from biosetu.centre.directory.models import Provider
from biosetu.centre.exchange import verbs as exchange
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.verbs import forgetting as helpdesk
from biosetu.centre.library import verbs as library
from biosetu.centre.library.models import Item
from biosetu.centre.services import verbs as services
from biosetu.centre.striking import strike
from biosetu.centre.unnaming import Person, addresses_in
from biosetu.cooperation.forms import people_in


@transaction.atomic
def erase(*, account: Account, by: Account | None) -> None:
    """Delete an account for good; `by` is the person themself, or None for the administrator of this machine."""
    who = trail.actor_of(account).pseudonym
    entries = directory.describing(account)
    person = Person(account.name, addresses_of(account, entries))
    exchange.forget_rows(person, {one.pk for one in entries if one.values.get("kind") == directory.EXPERT})
    for room in (directory, exchange, helpdesk, library):
        room.forget(account)
    services.forget_person(person)
    trail.record(actor=by, verb="erase", record="account", record_id=who)
    trail.erase(account, person.addresses)
    helpdesk.renew(strike(person).get(SupportRequest, ()))


def addresses_of(account: Account, entries: list[Provider]) -> frozenset[str]:
    """Return the e-mail addresses and ORCID iDs that a person gave as theirs.

    An address that another account gives too, without the person's name beside it, is shared and not theirs alone.
    """
    own = [*_told("provider", entries), *_told("request", SupportRequest.objects.filter(owner=account))]
    own += [people_in(one.kind, one.values) for one in Item.objects.filter(owner=account)]
    own += [one.values.get("identifier", "") for one in entries if one.values.get("kind") == directory.EXPERT]
    found = {address for text in own for address in addresses_in(text)}
    if not found:
        return frozenset()
    named = Person(account.name)
    requests = SupportRequest.objects.filter(owner__isnull=False).exclude(owner=account)
    providers = Provider.objects.filter(account__isnull=False).exclude(account=account)
    others = [text for text in (*_told("request", requests), *_told("provider", providers)) if not named.is_said(text)]
    return frozenset(found - {address for text in others for address in addresses_in(text)})


def _told(form: str, records: QuerySet[SupportRequest] | QuerySet[Provider] | list[Provider]) -> Iterator[str]:
    return (people_in(form, one.values) for one in records)
