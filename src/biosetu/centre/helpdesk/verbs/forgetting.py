"""Taking a person out of their requests: drafts and contact fields. Texts anywhere are `centre.striking`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from biosetu.centre.accounts.models import Account
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.helpdesk.verbs.moving import keep_holders
from biosetu.centre.matching.likeness import keep_marks
from biosetu.cooperation.forms import without_people


@transaction.atomic
def forget(account: Account) -> None:
    """Delete the person's drafts and contact fields. A draft that was sent before and came back stays, with its
    history.
    """
    SupportRequest.objects.filter(owner=account, state="draft", steps__isnull=True).delete()
    for request in SupportRequest.objects.filter(owner=account):
        values = without_people("request", request.values)
        SupportRequest.objects.filter(pk=request.pk).update(values=values, changed=days.now())
        request.values = values
        keep_marks(request)


@transaction.atomic
def renew(keys: Iterable[int]) -> None:
    """Make anew what is derived from the texts of these requests."""
    for request in SupportRequest.objects.filter(pk__in=list(keys)):
        keep_marks(request)
        keep_holders(request)
