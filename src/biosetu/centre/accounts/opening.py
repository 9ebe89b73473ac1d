"""Opening accounts, giving and ending roles: the administrator's verbs."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from biosetu.centre.accounts.models import Account, Role, RoleName
from biosetu.centre.accounts.subjects import PRIMARY, subjects
from biosetu.centre.audit.trail import actor_of, record
from biosetu.framework import centres, find_party
from biosetu.problems import UsageError
from biosetu.translation import say

PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role as it is asked for; empty: none."""

    role: str = ""
    party: str = ""
    centre: str = ""
    office: str = ""
    subject: str = ""
    deputy: bool = False

    def checked(self) -> Wanted:
        """Return it with the Party's code and the focal point's subject; raise `UsageError` for what cannot be."""
        if self.role not in RoleName.values or bool(self.party) == bool(self.centre) or not self.office:
            roles = ", ".join(RoleName.values)
            raise UsageError(
                say("A role is one of {roles}; it needs --office and either --party or --centre.", roles=roles)
            )
        if self.centre and self.centre not in centres():
            raise UsageError(
                say(
                    "There is no centre '{centre}'. Use one of {centres}.",
                    centre=self.centre,
                    centres=", ".join(sorted(centres())),
                )
            )
        focal = self.role == RoleName.FOCAL_POINT
        if not focal and (self.subject or self.deputy):
            raise UsageError("Only a focal point has a subject or is a deputy.")
        if self.subject and self.subject not in subjects():
            raise UsageError(
                say(
                    "There is no subject '{subject}'. Use one of {subjects}.",
                    subject=self.subject,
                    subjects=", ".join(subjects()),
                )
            )
        party = find_party(self.party).iso3 if self.party else ""
        return replace(self, party=party, subject=(self.subject or PRIMARY) if focal else "")


@transaction.atomic
def open_account(*, username: str, name: str, wanted: Wanted) -> str:
    """Open an account, give it a role if one is wanted, and return its first password, which is kept nowhere else.

    Raises `UsageError` for a name that is taken, an unknown role, Party or centre, or a role without its office.
    """
    held = wanted.checked() if wanted != Wanted() else wanted
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        account = Account.objects.open(username=username, name=name, password=password)
    except ValidationError as error:
        raise UsageError(" ".join(error.messages)) from error
    if held.role:
        Role.objects.create(account=account, **asdict(held))
    _audit(account, "open", held)
    return password


@transaction.atomic
def give_role(*, username: str, wanted: Wanted, since: date | None = None, until: date | None = None) -> Role:
    """Give somebody one more role, from a day, until a day; raise `UsageError` for what cannot be."""
    account, held = _account(username), wanted.checked()
    first = since or timezone.localdate()
    if until is not None and until < first:
        raise UsageError(say("A role cannot end on {until}, before it begins on {first}.", until=until, first=first))
    made = Role.objects.create(account=account, since=first, until=until, **asdict(held))
    _audit(account, "give_role", held)
    return made


@transaction.atomic
def end_role(*, username: str, wanted: Wanted, until: date | None = None) -> int:
    """Let roles end on a day (today), so that a post becomes vacant; return how many. The office need not be named."""
    account, last = _account(username), until or timezone.localdate()
    named = {name: value for name, value in asdict(wanted).items() if value and name != "party"}
    if wanted.party:
        named["party"] = find_party(wanted.party).iso3
    ended = account.roles.filter(Q(until__isnull=True) | Q(until__gt=last), since__lte=last, **named)
    many = ended.update(until=last)
    if not many:
        raise UsageError(say("{username} holds no such role on {last}.", username=username, last=last))
    _audit(account, "end_role", replace(wanted, party=named.get("party", "")))
    return many


def _account(username: str) -> Account:
    found = Account.objects.filter(username=username).first()
    if found is None:
        raise UsageError(
            say("There is no account '{username}'. `biosetu accounts list` names them.", username=username)
        )
    return found


def _audit(account: Account, verb: str, wanted: Wanted) -> None:
    who = actor_of(account).pseudonym
    changes = {"role": wanted.role, "centre": wanted.centre, "subject": wanted.subject}
    record(actor=None, verb=verb, record="account", record_id=who, party=wanted.party, changes=changes)
