"""Whose knowledge an entry carries: each of its holders consents for itself, and one alone takes it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.helpdesk.facts import newest_consents
from biosetu.centre.helpdesk.models import SupportRequest, as_named
from biosetu.centre.library.models import RELEASED, Item, ItemHolder, ItemParty, Standing
from biosetu.cooperation import Refused
from biosetu.cooperation.forms import parts
from biosetu.translation import N_

NOT_THEIRS = N_("These are the words of {holder}; only they decide.")


def deciding(request: SupportRequest) -> list[str]:
    """Return the organizations that decide on what comes from a request: those named in it, and those that consented or
    refused, as they write themselves.
    """
    named = parts(request.values.get("holders", ""))
    heard = [one.holder for one in newest_consents(request) if one.holder]
    return list({as_named(name): name for name in (*named, *heard)}.values())


def offices(item: Item, by: Account) -> list[str]:
    """Return the community organizations for which somebody speaks on an entry's Parties."""
    held = by.roles.current().filter(role="community")
    return [role.office for role in held if role.covered() & item.parties_of()]


def keep_holders(item: Item, names: Iterable[str]) -> None:
    """Keep these among the holders of an entry; who stands there already stays as it is."""
    for name in names:
        ItemHolder.objects.get_or_create(item=item, office=as_named(name), defaults={"name": name})


def decide(item: Item, by: Account, on: date | None) -> None:
    """Record that a holder consents, from this day on, or no longer does (None).

    The entry is released once all of its holders consent. Where no holder is known the first to decide is it.
    """
    Item.objects.select_for_update().get(pk=item.pk)  # two who decide at once are heard one after the other
    if not may(by, "release", item):
        raise PermissionDenied
    mine = offices(item, by)
    if item.request is not None:
        keep_holders(item, deciding(item.request))
    if not item.holders.exists():
        keep_holders(item, mine[:1])
    if not item.holders.filter(office__in=list(map(as_named, mine))).update(released_on=on):
        raise Refused(NOT_THEIRS, holder=item.holder)
    _keep_release(item)


def _keep_release(item: Item) -> None:
    """Keep whether an entry is released: since the day on which the last of its holders consented, if all do."""
    held = list(item.holders.values_list("released_on", flat=True))
    days = [day for day in held if day is not None]
    item.released_on, item.changed = max(days) if days and len(days) == len(held) else None, timezone.now()
    item.save(update_fields=["released_on", "changed"])


def consents(item: Item, by: Account) -> bool:
    """Return whether an organization for which somebody speaks consents today to the entry being shown."""
    mine = set(map(as_named, offices(item, by)))
    return any(row.released_on is not None and row.office in mine for row in item.holders.all())


def ask_anew(item: Item) -> None:
    """Let every holder decide anew; the caller saves the entry."""
    item.released_on = None
    item.holders.update(released_on=None)


def withhold(request: SupportRequest) -> list[int]:
    """Take what was drafted from a request out of the library, at once; it waits for the holders, as knowledge."""
    begun = ItemHolder.objects.filter(released_on__isnull=False)
    taken = list(_drafted(request).filter(RELEASED | Q(pk__in=begun.values("item_id"))).select_for_update())
    for item in taken:
        item.knowledge, item.values, item.changed = True, {**item.values, "knowledge": "yes"}, timezone.now()
        for party in request.parties_of():  # its communities have a say; the form of an answer names no Party
            ItemParty.objects.get_or_create(item=item, party=party)
        keep_holders(item, deciding(request))
        ask_anew(item)
        item.save(update_fields=["knowledge", "values", "released_on", "changed"])
    hear(request)
    return [item.pk for item in taken]


def hear(request: SupportRequest) -> list[int]:
    """Give who decides on a request a say in what was drafted from it; what is released already waits for who is new.

    Returns what that took out of the library.
    """
    names, taken = deciding(request), []
    for item in _drafted(request).filter(knowledge=True).select_for_update():
        keep_holders(item, names)
        if item.released_on is not None and item.holders.filter(released_on__isnull=True).exists():
            _keep_release(item)
            taken.append(item.pk)
    return taken


def take_off(request: SupportRequest) -> list[int]:
    """Take what was drafted from a request off the shelf, at once; its writer may ask for review again."""
    shown = _drafted(request).filter(standing__in=(Standing.SUBMITTED, Standing.LISTED))
    taken = list(shown.values_list("pk", flat=True))
    shown.update(standing=Standing.WITHDRAWN, changed=timezone.now())
    return taken


def _drafted(request: SupportRequest) -> QuerySet[Item]:
    return Item.objects.filter(request=request)
