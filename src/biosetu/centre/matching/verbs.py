"""What an officer does with the assignment over all open requests: fix a choice, let it go, ask, stop."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from biosetu.centre.accounts.guarded import CentreRecord
from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may, visible_to
from biosetu.centre.audit.trail import as_pair, record
from biosetu.centre.background import move
from biosetu.centre.directory.models import PUBLISHED, Provider
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.verbs.choosing import demand_eligible
from biosetu.centre.helpdesk.verbs.moving import audit, demand
from biosetu.centre.matching.models import MOVING, Assignment, Fixed
from biosetu.centre.matching.working import enqueue, open_requests
from biosetu.cooperation import Refused
from biosetu.translation import N_

NOT_LISTED = N_("No listed provider has this number or name. Copy it from the directory.")
SEVERAL = N_("Several listed providers have this name; write the number in the address of the entry.")
BUSY = N_("A proposal is being worked out. Wait for it, or stop it.")
NOTHING_OPEN = N_("No request looks for a provider now.")
NO_PROVIDER = N_("No provider is listed in the directory yet.")
TOO_LATE = N_("The proposal has moved on meanwhile.")


def provider_named(text: str) -> Provider:
    """Return the listed provider of this number or name; raise `Refused` where there is none, or more than one."""
    asked = " ".join(text.split())
    listed = Provider.objects.filter(PUBLISHED)
    found = list(listed.filter(pk=int(asked))[:1]) if asked.isascii() and asked.isdigit() and len(asked) < 10 else []
    found = found or list(listed.filter(name__iexact=asked)[:2])
    if len(found) != 1:
        raise Refused(SEVERAL if found else NOT_LISTED)
    return found[0]


@transaction.atomic
def fix(*, request: SupportRequest, provider: Provider, by: Account) -> None:
    """Fix an officer's choice: every later proposal keeps it and solves the rest around it.

    Raises `Refused` where a conflict bars the provider, or where no provider is looked for any more.
    """
    demand(by, "work", request, "list")
    demand_eligible(request, provider)
    before = Fixed.objects.filter(request=request).values_list("provider_id", flat=True).first()
    Fixed.objects.update_or_create(request=request, defaults={"provider": provider, "by": by, "on": days.today()})
    audit(request, by, "fix", {"provider": as_pair((str(before or ""), str(provider.pk)))})


@transaction.atomic
def let_go(*, request: SupportRequest, by: Account) -> None:
    """Let a fixed choice go; the next proposal chooses anew. A second call changes nothing."""
    demand(by, "work", request)
    held = Fixed.objects.filter(request=request).first()
    if held is not None:
        held.delete()
        audit(request, by, "let_go", {"provider": as_pair((str(held.provider_id), ""))})


@transaction.atomic
def ask(*, centre: str, by: Account) -> Assignment:
    """Ask for a proposal over all open requests of a centre; it is worked out in the background."""
    if not may(by, "assign", CentreRecord(centre)):
        raise PermissionDenied
    if Assignment.objects.filter(centre=centre, state__in=MOVING).exists():
        raise Refused(BUSY)
    if not visible_to(by, open_requests(centre), "work").exists():
        raise Refused(NOTHING_OPEN)
    if not Provider.objects.filter(PUBLISHED).exists():
        raise Refused(NO_PROVIDER)
    last = Assignment.objects.filter(centre=centre).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            made = Assignment.objects.create(centre=centre, number=last + 1, by=by)
    except IntegrityError:
        raise Refused(BUSY) from None
    record(actor=by, verb="assign", record="centre", record_id=centre, changes={"assignment": made.number})
    enqueue(made)
    return made


@transaction.atomic
def stop(*, assignment: Assignment, by: Account) -> None:
    """Stop a proposal that is not finished."""
    if not may(by, "work", assignment):
        raise PermissionDenied
    mine = Assignment.objects.filter(pk=assignment.pk)
    if move("assignment", mine, "cancel", finished_at=timezone.now()) != 1:
        raise Refused(TOO_LATE)
    changes = {"assignment": assignment.number}
    record(actor=by, verb="cancel", record="centre", record_id=assignment.centre, changes=changes)
