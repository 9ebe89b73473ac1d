"""Making, using and taking back the keys of programs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may
from biosetu.centre.api.models import Key
from biosetu.centre.api.scopes import scopes
from biosetu.centre.audit.trail import record
from biosetu.cooperation import Refused
from biosetu.translation import N_

PREFIX = "biosetu_"
RANDOM_BYTES = 32
LONGEST_DAYS = 366


@transaction.atomic
def make(*, by: Account, name: str, wanted: Sequence[str], days: int) -> tuple[Key, str]:
    """Make a key for oneself; return it with its secret, which is kept nowhere.

    Raises `Refused` without a name, without a scope of the table, or for more than a year.
    """
    if not may(by, "make", Key(account=by)):
        raise PermissionDenied
    if not name.strip():
        raise Refused(N_("Name the program that will use the key."))
    if not wanted or not set(wanted) <= {one.scope for one in scopes()}:
        raise Refused(N_("Choose what the key may read."))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(N_("A key lasts from one day to a year."))
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    until = timezone.localdate() + timedelta(days=days)
    made = Key.objects.create(
        account=by, name=name.strip()[:80], scopes=sorted(set(wanted)), digest=_digest(secret), expires_on=until
    )
    record(actor=by, verb="make", record="key", record_id=made.pk, changes={"scopes": made.scopes})
    return made, secret


@transaction.atomic
def revoke(*, key: Key, by: Account) -> None:
    """Take a key back; from now on it opens nothing."""
    if not may(by, "revoke", key):
        raise PermissionDenied
    if key.revoked_on is None:
        key.revoked_on = timezone.localdate()
        key.save(update_fields=["revoked_on"])
        record(actor=by, verb="revoke", record="key", record_id=key.pk)


def opened_by(secret: str) -> Key | None:
    """Return the key with this secret, if it still opens anything; the day of its last use is noted."""
    found = Key.objects.select_related("account").filter(digest=_digest(secret)).first()
    if found is None or not found.opens:
        return None
    today = timezone.localdate()
    if found.used_on != today:
        Key.objects.filter(pk=found.pk).update(used_on=today)
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
