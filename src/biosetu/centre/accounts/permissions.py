"""Who may do what: one table (`data/permissions.csv`), from which predicates and queries are both made.

A scope is a pair: a test of one record and a query for all, given what the person holds. `may` asks the first,
`visible_to` the second; a property test proves that they agree. No permission is written elsewhere.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from rules.predicates import Predicate, predicate
from rules.rulesets import add_rule, rule_exists, test_rule

from biosetu.centre.accounts.guarded import NOTHING, Guarded, Paths
from biosetu.centre.accounts.models import Account, Role, RoleName
from biosetu.centre.accounts.signing import has_second_step
from biosetu.observations import Source

PUBLIC, CONTRIBUTOR, OFFICER = "public", "contributor", "officer"
ROLES = (PUBLIC, *RoleName.values)
WITH_SECOND_STEP = frozenset({RoleName.OFFICER, RoleName.MANAGER, RoleName.PUBLISHING_AUTHORITY})

User = Account | AnonymousUser
Kind = TypeVar("Kind", bound=Model)


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of the table."""

    role: str
    verb: str
    record: str
    scope: str
    reason: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person holds: a role, whose account it is, which Parties it reaches, for a Party itself, which office,
    whether it endorses for the Party.
    """

    role: str
    account: int | None = None
    parties: frozenset[str] = frozenset()
    for_party: bool = False
    office: str = ""
    centre: str = ""
    endorses: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records: a test of one, and the query for all."""

    holds: Callable[[Grant, Guarded], bool]
    query: Callable[[Grant, Paths], Q]


def _owns(grant: Grant, record: Guarded) -> bool:
    return grant.account is not None and record.owner_of() == grant.account


def _covers(grant: Grant, record: Guarded) -> bool:
    return bool(grant.parties & record.parties_of())


def _answers(grant: Grant) -> bool:
    return grant.for_party and bool(grant.office)


def _covers_query(grant: Grant, paths: Paths) -> Q:
    return paths.about(grant.parties)


SCOPES: Mapping[str, Scope] = MappingProxyType(
    {
        "published": Scope(lambda _, record: record.is_published(), lambda _, paths: paths.published),
        "own": Scope(_owns, lambda g, paths: NOTHING if g.account is None else paths.owned_by(g.account)),
        "covered": Scope(_covers, _covers_query),
        "sent": Scope(
            lambda grant, record: record.is_sent() and _covers(grant, record),
            lambda grant, paths: paths.sent & _covers_query(grant, paths),
        ),
        "waiting": Scope(lambda _, record: record.is_sent(), lambda _, paths: paths.sent),
        "holding": Scope(
            lambda g, record: record.is_held() and _covers(g, record) and record.is_kept_for(g.office),
            lambda g, paths: paths.held & _covers_query(g, paths) & paths.kept_for(g.office),
        ),
        "open": Scope(
            lambda grant, record: record.is_open() and _covers(grant, record),
            lambda grant, paths: paths.open & _covers_query(grant, paths),
        ),
        "decided": Scope(
            lambda g, record: record.is_sent() and _covers(g, record) and record.was_decided_by(g.account, g.office),
            lambda g, paths: paths.sent & _covers_query(g, paths) & paths.decided_by(g.account, g.office),
        ),
        "named": Scope(
            lambda g, record: record.is_sent() and _covers(g, record) and record.names(g.office),
            lambda g, paths: paths.sent & _covers_query(g, paths) & paths.naming(g.office),
        ),
        "endorsing": Scope(
            lambda grant, record: grant.endorses and _covers(grant, record),
            lambda grant, paths: _covers_query(grant, paths) if grant.endorses else NOTHING,
        ),
        "own_alone": Scope(
            lambda grant, record: _owns(grant, record) and not record.is_joint(),
            lambda g, paths: NOTHING if g.account is None else paths.owned_by(g.account) & ~paths.joint,
        ),
        "joint": Scope(
            lambda grant, record: record.is_joint() and record.is_sent() and _covers(grant, record),
            lambda grant, paths: paths.joint & paths.sent & _covers_query(grant, paths),
        ),
        "delivering": Scope(
            lambda grant, record: grant.account in record.deliverers_of(),
            lambda grant, paths: NOTHING if grant.account is None else paths.delivered_by(grant.account),
        ),
        "helping": Scope(
            lambda grant, record: grant.account in record.helpers_of(),
            lambda grant, paths: NOTHING if grant.account is None else paths.helped_by(grant.account),
        ),
        "sent_by_centre": Scope(
            lambda grant, record: not grant.for_party and record.is_sent() and _covers(grant, record),
            lambda grant, paths: NOTHING if grant.for_party else paths.sent & _covers_query(grant, paths),
        ),
        "covered_by_centre": Scope(
            lambda grant, record: not grant.for_party and _covers(grant, record),
            lambda grant, paths: NOTHING if grant.for_party else _covers_query(grant, paths),
        ),
        "covered_by_party": Scope(
            lambda grant, record: grant.for_party and _covers(grant, record),
            lambda grant, paths: _covers_query(grant, paths) if grant.for_party else NOTHING,
        ),
        "of_centre": Scope(
            lambda grant, record: bool(grant.centre) and grant.centre == record.centre_of(),
            lambda grant, paths: paths.of_centre(grant.centre) if grant.centre else NOTHING,
        ),
        "office": Scope(
            lambda grant, record: _answers(grant) and grant.office == record.office_of() and _covers(grant, record),
            lambda grant, paths: (
                paths.held_by_office(grant.office) & _covers_query(grant, paths) if _answers(grant) else NOTHING
            ),
        ),
        "covered_global": Scope(
            lambda grant, record: record.source_of() == Source.AVAILABLE_DATASET and _covers(grant, record),
            lambda grant, paths: paths.from_source(Source.AVAILABLE_DATASET) & _covers_query(grant, paths),
        ),
    }
)


@cache
def table() -> tuple[Permission, ...]:
    """Return the table, in the order of the file."""
    text = (files("biosetu.centre.accounts") / "data" / "permissions.csv").read_text(encoding="utf-8")
    return tuple(Permission(**row) for row in csv.DictReader(text.splitlines()))


def grants(user: User) -> tuple[Grant, ...]:
    """Return what a person holds today, kept for the request; an officer's roles count only with a second step."""
    if not isinstance(user, Account) or not user.is_active:
        return (Grant(PUBLIC),)
    known: tuple[Grant, ...] | None = getattr(user, "_grants", None)
    if known is None:
        strong = has_second_step(user)
        roles = [role for role in user.roles.current() if strong or role.role not in WITH_SECOND_STEP]
        known = (Grant(PUBLIC, user.pk), *(_grant(role) for role in roles))
        user._grants = known  # type: ignore[attr-defined]  # noqa: SLF001 - our own attribute, for one request
    return known


def _grant(role: Role) -> Grant:
    return Grant(role.role, role.account_id, role.covered(), bool(role.party), role.office, role.centre, role.endorses)


def _granted(user: User, verb: str, record: str) -> Iterable[tuple[Grant, Scope]]:
    for grant in grants(user):
        for line in table():
            if (line.role, line.verb, line.record) == (grant.role, verb, record):
                yield grant, SCOPES[line.scope]


def may(user: User, verb: str, record: Guarded) -> bool:
    """Return whether the person may do this to the record; `KeyError` for what the table does not know."""
    name = f"{record.record_kind}.{verb}"
    if not rule_exists(name):
        raise KeyError(name)
    return bool(test_rule(name, user, record))


def visible_to(user: User, records: QuerySet[Kind], verb: str = "see") -> QuerySet[Kind]:
    """Return those of the records to which the person may do this."""
    model = cast("type[Guarded]", records.model)
    wanted = NOTHING
    for grant, scope in _granted(user, verb, model.record_kind):
        wanted |= scope.query(grant, model.paths)
    return records.filter(wanted & model.paths.shown)


def parties_for(user: User, verb: str, record: str) -> frozenset[str]:
    """Return the Parties for which the person may do this to a kind of record."""
    reached = (
        grant.parties
        for grant, scope in _granted(user, verb, record)
        if scope is SCOPES["covered"]
        or (scope is SCOPES["covered_by_centre"] and not grant.for_party)
        or (scope is SCOPES["endorsing"] and grant.endorses)
    )
    return frozenset().union(*reached)


def centres_for(user: User, verb: str) -> frozenset[str]:
    """Return the support centres to which the person may do this."""
    granted = _granted(user, verb, "centre")
    return frozenset(grant.centre for grant, scope in granted if scope is SCOPES["of_centre"] and grant.centre)


def ways(user: User, verb: str, record: Guarded) -> frozenset[tuple[str, str]]:
    """Return the lines of the table, as (role, scope), by which the person may do this to the record."""
    lines = ((grant, line) for grant in grants(user) for line in table())
    return frozenset(
        (line.role, line.scope)
        for grant, line in lines
        if (line.role, line.verb, line.record) == (grant.role, verb, record.record_kind)
        and SCOPES[line.scope].holds(grant, record)
    )


def offices_for(user: User) -> frozenset[str]:
    """Return the offices in whose name the person answers what a Party's report asks."""
    return frozenset(grant.office for grant, _ in _granted(user, "answer", "part") if _answers(grant))


def holds(user: User, verb: str, record: str) -> bool:
    """Return whether the person may do this to any record of a kind, whatever its scope."""
    return any(True for _ in _granted(user, verb, record))


def _predicate(verb: str, record: str) -> Predicate:
    def allowed(user: User, obj: Guarded | None) -> bool:
        return (
            obj is not None
            and obj.is_shown()
            and any(scope.holds(grant, obj) for grant, scope in _granted(user, verb, record))
        )

    return cast("Predicate", predicate(allowed, name=f"{record}.{verb}"))


def register() -> None:
    """Make one rule per verb and record of the table; called once, when the apps are ready."""
    for verb, record in dict.fromkeys((line.verb, line.record) for line in table()):
        name = f"{record}.{verb}"
        if not rule_exists(name):
            add_rule(name, _predicate(verb, record))
