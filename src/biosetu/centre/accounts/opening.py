"""Opening accounts: the administrator's verb."""

from __future__ import annotations

import secrets

from django.core.exceptions import ValidationError
from django.db import transaction

from biosetu.centre.accounts.models import Account, Role, RoleName
from biosetu.centre.audit.trail import actor_of, record
from biosetu.framework import centres, find_party
from biosetu.problems import UsageError

PASSWORD_BYTES = 12


@transaction.atomic
def open_account(*, username: str, name: str, role: str, party: str, centre: str, office: str) -> str:
    """Open an account, give it a role, and return its first password, which is kept nowhere else.

    Raises `UsageError` for a name that is taken, an unknown role, Party or centre, or a role without its office.
    """
    if role and (role not in RoleName.values or bool(party) == bool(centre) or not office):
        raise UsageError("A role needs --office and either --party or --centre.")
    if centre and centre not in centres():
        raise UsageError(f"There is no centre {centre!r}. Use one of {', '.join(sorted(centres()))}.")
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        account = Account.objects.open(username=username, name=name, password=password)
    except ValidationError as error:
        raise UsageError(" ".join(error.messages)) from error
    iso3 = find_party(party).iso3 if party else ""
    if role:
        Role.objects.create(account=account, role=role, party=iso3, centre=centre, office=office)
    who, changes = actor_of(account).pseudonym, {"role": role, "centre": centre}
    record(actor=None, verb="open", record="account", record_id=who, party=iso3, changes=changes)
    return password
