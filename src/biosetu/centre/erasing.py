"""Deleting a person: the account, and every place that leads to them or says their name. What was done stays on record.

An entry of the audit keeps its day, verb, record and pseudonym; the pseudonym and the hashes in it lead nowhere any
more. What others may rely on (a request under way, a listed institution, a reviewed solution) stays without its
contact person; what nobody else has seen (drafts) goes.
"""

from __future__ import annotations

from django.db import transaction

from biosetu.centre.accounts import notices
from biosetu.centre.accounts.models import Account
from biosetu.centre.audit import trail
from biosetu.centre.directory import verbs as directory
from biosetu.centre.exchange import verbs as exchange
from biosetu.centre.helpdesk.verbs import forgetting as helpdesk
from biosetu.centre.library import verbs as library
from biosetu.centre.services import verbs as services


@transaction.atomic
def erase(*, account: Account, by: Account | None) -> None:
    """Delete an account for good; `by` is the person themself, or None for the administrator of this machine."""
    who = trail.actor_of(account).pseudonym
    forgetting = (directory, exchange, helpdesk, library, notices)
    for forget in (*(room.forget for room in forgetting), services.forget_account):
        forget(account)
    trail.record(actor=by, verb="erase", record="account", record_id=who)
    trail.erase(account)
