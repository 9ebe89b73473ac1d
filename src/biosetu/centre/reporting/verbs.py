"""What people do to a report that is being collected: permission, the pure verb, audit and notices, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from biosetu.centre.accounts.guarded import PartyRecord
from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import User, grants, may
from biosetu.centre.audit.trail import record
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.reporting.models import Link, Report
from biosetu.centre.reporting.models import Part as PartRow
from biosetu.centre.reporting.store import DatabaseCollections
from biosetu.jobs.collecting import Work, acting, working
from biosetu.problems import DataError, Problem
from biosetu.reports.cbd import collecting
from biosetu.reports.cbd.collecting import Actor, Outcome, Part, Returned, allowed, dated
from biosetu.reports.cbd.collecting.states import PART, REPORT
from biosetu.translation import N_, say

LINK_DAYS = 30
LONGEST_LINK_DAYS = 365
ASKED = N_("%(office)s is asked for a part of the national report (%(report)s), due on %(due)s.")
REMINDED = N_("Reminder: a part of the national report (%(report)s) is asked of %(office)s, due on %(due)s.")
HANDED_IN = N_("%(office)s handed in a part of the national report (%(report)s).")
DIFFERENT = N_("Different texts came in for the national report (%(report)s); decide between them.")
BACK = N_("A part of the national report (%(report)s) comes back to %(office)s: %(reason)s")
TO_SIGN = N_("The national report (%(report)s) is cleared and waits for signing off.")
SIGNED = N_("The national report (%(report)s) is signed off.")
REOPENED = N_("The national report (%(report)s) is reopened: %(reason)s")


def _working(party: str, cycle: str) -> AbstractContextManager[Work]:
    return working(party, cycle, DatabaseCollections(), DatabaseStore())


def roles_for(user: User, party: str, part: PartRow | None = None) -> dict[collecting.Role, str]:
    """Return the roles of the table of states that a person has here, each with the office it acts for."""
    found: dict[collecting.Role, str] = {}
    if part is not None and may(user, "answer", part):
        found[collecting.Role.OFFICE] = part.office
    if may(user, "collect", PartyRecord(party)):
        found[collecting.Role.FOCAL_POINT] = _office(user, "focal_point", party)
    if may(user, "sign", PartyRecord(party)):
        found[collecting.Role.PUBLISHING_AUTHORITY] = _office(user, "publishing_authority", party)
    return found


def _office(user: User, role: str, party: str) -> str:
    held = (grant.office for grant in grants(user) if grant.role == role and party in grant.parties)
    return next((office for office in held if office), role.replace("_", " "))


def part_row(party: str, cycle: str, name: str) -> PartRow | None:
    """Return the row of a part."""
    rows = PartRow.objects.select_related("report")
    return rows.filter(report__party=party, report__cycle=cycle, name=name).first()


def _focal(by: Account, party: str) -> Actor:
    roles = roles_for(by, party)
    if collecting.Role.FOCAL_POINT not in roles:
        raise PermissionDenied
    return acting(collecting.Role.FOCAL_POINT, roles[collecting.Role.FOCAL_POINT])


def _audit(
    by: Account | None, verb: str, place: tuple[str, str, str], changes: Mapping[str, object], reason: str = ""
) -> None:
    """Add an audit entry; `place` is Party, cycle and part (empty: the report). A reason is kept as personal."""
    party, _, part = place
    personal = {"reason": reason} if reason and by else {}
    name = "-".join(filter(None, place))
    kind = PART if part else REPORT
    record(actor=by, verb=verb, record=kind, record_id=name, party=party, changes=changes, personal=personal)


@transaction.atomic
def assign(
    *, party: str, cycle: str, by: Account, office: str, due: date, prefixes: Iterable[str], note: str = ""
) -> Part:
    """Give fields to an office, until a day; its people are told."""
    actor = _focal(by, party)
    with _working(party, cycle) as work:
        part = work.assign(actor, office=office, due=due, prefixes=prefixes, note=note)
    changes = {"office": part.office, "due": due.isoformat(), "fields": list(part.prefixes)}
    _audit(by, "assign", (party, cycle, part.id), changes)
    tell_office(party, cycle, part, ASKED)
    return part


@transaction.atomic
def answer(
    *, party: str, cycle: str, part: str, given: Iterable[Returned], via: str, by: Account | None = None,
    link: Link | None = None,
) -> Outcome:  # fmt: skip
    """Take the answers of an office, given by one of its people or through its link; see `collecting.answer`."""
    row = part_row(party, cycle, part)
    if row is None or not _answers(row, by, link):
        raise PermissionDenied
    with _working(party, cycle) as work:
        outcome = work.answer(acting(collecting.Role.OFFICE, row.office), given, part=part, via=via)
    _after_answers(outcome, by, party, cycle, part, link)
    return outcome


def _answers(row: PartRow, by: Account | None, link: Link | None) -> bool:
    if link is not None:
        return link.report_id == row.report_id and link.office == row.office and link.stands(timezone.localdate())
    return by is not None and may(by, "answer", row)


def _through(link: Link | None) -> dict[str, object]:
    return {"link": str(link.pk)} if link else {}


def _after_answers(
    outcome: Outcome, by: Account | None, party: str, cycle: str, part: str, link: Link | None = None
) -> None:
    if not (outcome.taken or outcome.reviewed or outcome.conflicts):
        return
    changes = {"taken": outcome.taken, "reviewed": outcome.reviewed, "conflicts": outcome.conflicts}
    told: dict[str, object] = {name: list(keys) for name, keys in changes.items() if keys}
    _audit(by, "answer", (party, cycle, part), told | _through(link))
    if outcome.conflicts:
        tell_focal_points(party, cycle, DIFFERENT, page="collect/")


@transaction.atomic
def write(*, party: str, cycle: str, by: Account, given: Iterable[Returned], via: str = "form") -> Outcome:
    """Take what the focal point writes into any field of the report."""
    actor = _focal(by, party)
    with _working(party, cycle) as work:
        outcome = work.answer(actor, given, via=via)
    _after_answers(outcome, by, party, cycle, "")
    return outcome


@transaction.atomic
def decide(*, party: str, cycle: str, by: Account, key: str, choice: str, text: str = "", reason: str = "") -> None:
    """Settle between different texts; the others stay on record."""
    actor = _focal(by, party)
    with _working(party, cycle) as work:
        work.decide(actor, key=key, choice=choice, text=text, reason=reason)
    _audit(by, "decide", (party, cycle, ""), {"field": key, "choice": choice}, reason)


@transaction.atomic
def step(
    *, party: str, cycle: str, by: Account | None, verb: str, part: str = "", reason: str = "",
    link: Link | None = None,
) -> None:  # fmt: skip
    """Move a part, or the report: hand in, clear, send back, sign off, reopen, withdraw; whom it concerns is told."""
    with _working(party, cycle) as work:
        row = part_row(party, cycle, part) if part else None
        if link is not None:
            actor = _through_link(row, link)
        elif by is None or (part and row is None):
            raise PermissionDenied
        else:
            actor = _in_person(work.collection, by, verb, row)
        work.step(actor, verb, part=part, reason=reason)
        after = work.collection
        _settled(by, work.settled, (party, cycle, part))
    _audit(by, verb, (party, cycle, part), _through(link), reason)
    _tell_step(after, verb, part, reason)


def _settled(by: Account | None, figures: Mapping[str, str], place: tuple[str, str, str]) -> None:
    """Record which figures became the Party's own, from what to what; only the focal point makes them so."""
    if not figures:
        return
    if by is None or not may(by, "settle_figures", PartyRecord(place[0])):
        raise PermissionDenied
    _audit(by, "settle_figures", place, {"figures": dict(figures)})


def _through_link(row: PartRow | None, link: Link) -> Actor:
    if row is None or not _answers(row, None, link):
        raise PermissionDenied
    return acting(collecting.Role.OFFICE, row.office)


def _in_person(collection: collecting.Collection, by: Account, verb: str, row: PartRow | None) -> Actor:
    """Return in which of their roles a person does this: the first that the table of states lets, else any."""
    roles = roles_for(by, collection.draft.party, row)
    if not roles:
        raise PermissionDenied
    machine, state = (PART, row.state) if row else (REPORT, str(collection.state))
    fitting = [role for role in roles if verb in allowed(machine, state, role)]
    role = next(iter(fitting or roles))
    return acting(role, roles[role])


def _tell_step(after: collecting.Collection, verb: str, part: str, reason: str) -> None:
    party, cycle = after.draft.party, after.draft.cycle
    held = after.part(part)
    if held is not None:
        if verb == "hand_in":
            tell_focal_points(party, cycle, HANDED_IN, page=f"parts/{held.id}/", office=held.office)
        elif verb in {"send_back", "reopen"}:
            tell_office(party, cycle, held, BACK, reason=reason[:120])
    elif verb == "clear":
        _tell(_people(party, role="publishing_authority"), TO_SIGN, party, cycle)
    elif verb == "sign_off":
        tell_focal_points(party, cycle, SIGNED)
    elif verb in {"reopen", "send_back"}:
        tell_focal_points(party, cycle, REOPENED, reason=reason[:120])


@transaction.atomic
def postpone(*, party: str, cycle: str, by: Account, part: str, due: date, reason: str) -> None:
    """Give a part another due date, with the reason; its office is told."""
    actor = _focal(by, party)
    with _working(party, cycle) as work:
        work.postpone(actor, part=part, due=due, reason=reason)
        held = work.part(part)
    _audit(by, "postpone", (party, cycle, part), {"due": due.isoformat()}, reason)
    tell_office(party, cycle, held, ASKED)


@transaction.atomic
def write_in(*, party: str, cycle: str, by: Account, language: str) -> None:
    """Say in which language the report is written."""
    _focal(by, party)
    if language not in collecting.LANGUAGES:
        raise DataError(
            Problem(
                N_("not a language of the report"),
                say("Use one of {codes}", codes=", ".join(collecting.LANGUAGES)),
                "language",
            )
        )
    with _working(party, cycle) as work:
        work.write_in(language)
    _audit(by, "write_in", (party, cycle, ""), {"language": language})


@transaction.atomic
def remind(*, party: str, cycle: str, by: Account, office: str) -> int:
    """Remind an office of every part that it has not handed in; return how many people were told."""
    _focal(by, party)
    collection = DatabaseCollections().load(party, cycle)
    parts = [p for p in (collection.parts if collection else ()) if p.office == office]
    still = [part for part in parts if part.state in {collecting.PartState.ASSIGNED, collecting.PartState.ANSWERING}]
    told = sum(tell_office(party, cycle, part, REMINDED) for part in still)
    _audit(by, "remind", (party, cycle, ""), {"office": office, "parts": [part.id for part in still]})
    return told


@transaction.atomic
def make_link(*, party: str, cycle: str, by: Account, office: str, days: int = LINK_DAYS) -> Link:
    """Make a link that opens an office's parts of this report for some days."""
    _focal(by, party)
    report = Report.objects.filter(party=party, cycle=cycle, parts__office=office).distinct().first()
    if report is None or not 1 <= days <= LONGEST_LINK_DAYS:
        remedy = N_("Assign it a part first; a link holds for 1 to 365 days")
        raise DataError(Problem(N_("no link can be made for this office"), remedy, "link", value=office))
    link = Link.objects.create(report=report, office=office, expires=timezone.localdate() + timedelta(days=days))
    changes = {"office": office, "link": str(link.pk), "expires": link.expires.isoformat()}
    _audit(by, "make_link", (party, cycle, ""), changes)
    return link


@transaction.atomic
def revoke_link(*, link: Link, by: Account) -> None:
    """Close a link for good."""
    _focal(by, link.report.party)
    if Link.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        _audit(by, "revoke_link", (link.report.party, link.report.cycle, ""), {"link": str(link.pk)})


def _people(party: str, *, role: str = "", office: str = "") -> list[Account]:
    held = Role.objects.current().filter(party=party).select_related("account").order_by("account_id")
    held = held.filter(role=role) if role else held.filter(office=office)
    return list({one.account_id: one.account for one in held if one.account.is_active}.values())


def tell_office(party: str, cycle: str, part: Part, message: str, **values: str) -> int:
    """Leave a notice with everybody of a part's office; return how many."""
    due = dated(party, part.due)
    people = _people(party, office=part.office)
    _tell(people, message, party, cycle, page=f"parts/{part.id}/", office=part.office, due=due, **values)
    return len(people)


def tell_focal_points(party: str, cycle: str, message: str, *, page: str = "", **values: str) -> None:
    """Leave a notice with the focal points of a Party."""
    _tell(_people(party, role="focal_point"), message, party, cycle, page=page, **values)


def _tell(people: Iterable[Account], message: str, party: str, cycle: str, *, page: str = "", **values: str) -> None:
    for account in people:
        address = f"parties/{party}/report/{cycle}/{page}"
        notify(account, message, {"report": f"{party} {cycle}", **values}, address=address)


VERBS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "assign": assign,
        "decide": decide,
        "postpone": postpone,
        "remind": remind,
    }
)


def do(person: Account, verb: str, *, party: str, cycle: str, **values: Any) -> Any:
    """Do one verb by its name, as the command line does: with a part or without, a step of the table or another."""
    if verb == "answer":
        act = answer if values.get("part") else write
        return act(party=party, cycle=cycle, by=person, **{k: v for k, v in values.items() if k != "part" or v})
    if verb in VERBS:
        return VERBS[verb](party=party, cycle=cycle, by=person, **values)
    return step(party=party, cycle=cycle, by=person, verb=verb, **values)
