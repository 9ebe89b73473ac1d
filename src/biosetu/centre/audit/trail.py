"""Writing and erasing: `record` is called by the domain verbs, inside their transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from django.db import transaction

from biosetu.centre.accounts.models import Account
from biosetu.centre.audit.models import Actor, Entry, PersonalValue
from biosetu.centre.tracing import request_id

HASHED = "sha256:"


def actor_of(account: Account) -> Actor:
    """Return the pseudonym of an account, made when it first does something."""
    return Actor.objects.get_or_create(account=account)[0]


def record(
    *,
    actor: Account | None,
    verb: str,
    record: str,
    record_id: object,
    party: str = "",
    changes: Mapping[str, object] | None = None,
    personal: Mapping[str, str] | None = None,
) -> Entry:
    """Add an entry. `changes` must hold nothing personal; `personal` values are kept as salted hashes.

    Runs inside the caller's transaction, so that what was done and the record of it stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit entry belongs in the transaction of what it records.")
    who = actor_of(actor) if actor else None
    hidden = {name: _hashed(who, value) for name, value in (personal or {}).items()} if who else {}
    return Entry.objects.create(
        actor=who.pseudonym if who else None,
        verb=verb,
        record=record,
        record_id=str(record_id),
        party=party,
        changes={**(changes or {}), **hidden},
        request_id=request_id(),
    )


def _hashed(subject: Actor, value: str) -> str:
    salt = secrets.token_hex(16)
    digest = hashlib.sha256(f"{salt}{value}".encode()).hexdigest()
    PersonalValue.objects.create(digest=digest, salt=salt, value=value, subject=subject)
    return HASHED + digest


def revealed(text: str) -> str:
    """Return the personal value behind a hash, or the hash itself once the value is erased."""
    found = PersonalValue.objects.filter(digest=text.removeprefix(HASHED)).first()
    return found.value if found else text


@transaction.atomic
def erase(account: Account) -> None:
    """Delete an account with all that leads from the record to the person; the entries stay, unreadable as to whom."""
    account.delete()
