"""Writing and erasing: `record` is called by the domain verbs, inside their transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from biosetu.centre.accounts.models import Account
from biosetu.centre.audit.models import Actor, Entry, PersonalValue
from biosetu.centre.tracing import request_id
from biosetu.centre.unnaming import Person

HASHED = "sha256:"
FROM, TO = "from", "to"
Change = tuple[str, str]


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
    personal: Mapping[str, str | Change] | None = None,
    subject: Account | None = None,
) -> Entry:
    """Add an entry. `changes` must hold nothing personal; `personal` values are kept as salted hashes.

    A value that changed is a pair (from, to). `subject` is whose values they are, where that is not the actor: with
    their account the values are erased. Runs inside the caller's transaction, so that what was done and the record of
    it stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit entry belongs in the transaction of what it records.")
    who = actor_of(actor) if actor else None
    whose = actor_of(subject) if subject else who
    hidden = {name: _hidden(whose, value) for name, value in (personal or {}).items()} if whose else {}
    return Entry.objects.create(
        actor=who.pseudonym if who else None,
        verb=verb,
        record=record,
        record_id=str(record_id),
        party=party,
        changes={**(changes or {}), **hidden},
        request_id=request_id(),
    )


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, Change]:
    """Return what is not as it was, each as a pair (from, to); what is missing counts as empty."""
    names = sorted({*before, *after})
    pairs = {name: (before.get(name, ""), after.get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def as_pair(change: Change) -> dict[str, str]:
    """Return a change that is not personal as entries keep it."""
    return {FROM: change[0], TO: change[1]}


def _hidden(subject: Actor, value: str | Change) -> object:
    if isinstance(value, str):
        return _hashed(subject, value)
    return {FROM: _hashed(subject, value[0]), TO: _hashed(subject, value[1])}


def _hashed(subject: Actor, value: str) -> str:
    """Keep a value apart under its salted hash and return that; nothing is nothing."""
    if not value:
        return ""
    salt = secrets.token_hex(16)
    digest = hashlib.sha256(f"{salt}{value}".encode()).hexdigest()
    PersonalValue.objects.create(digest=digest, salt=salt, value=value, subject=subject)
    return HASHED + digest


def digests_in(changes: Mapping[str, Any]) -> set[str]:
    """Return the hashes of personal values that an entry's changes hold."""
    told = [one for value in changes.values() for one in (value.values() if isinstance(value, dict) else [value])]
    return {one.removeprefix(HASHED) for one in told if isinstance(one, str) and one.startswith(HASHED)}


@transaction.atomic
def erase_values(record: str, record_id: object) -> None:
    """Erase every personal value that entries tell of a record; the entries stay."""
    entries = Entry.objects.filter(record=record, record_id=str(record_id))
    digests = {one for changes in entries.values_list("changes", flat=True) for one in digests_in(changes)}
    PersonalValue.objects.filter(pk__in=digests).delete()


@transaction.atomic
def erase(account: Account, addresses: frozenset[str] = frozenset()) -> None:
    """Delete an account with all that leads from the record to the person; the entries stay, unreadable as to whom.

    Values that others entered and that say the person, by full name or one of these addresses, are erased too.
    """
    person = Person(account.name, addresses)
    values = PersonalValue.objects.values_list("pk", "value").iterator()
    PersonalValue.objects.filter(pk__in=[key for key, value in values if person.is_said(value)]).delete()
    account.delete()
