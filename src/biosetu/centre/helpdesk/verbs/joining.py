"""A joint programme of several Parties: opening it, inviting, joining, staying out, leaving, each result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.accounts.notices import notify
from biosetu.centre.accounts.permissions import centres_for, parties_for
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.facts import focal_parties
from biosetu.centre.helpdesk.models import RequestParty, SupportRequest, Taking
from biosetu.centre.helpdesk.verbs.moving import (
    Raced,
    as_endorsed,
    checked,
    demand,
    in_state,
    keep_holders,
    note,
    note_written_back,
    numbered,
)
from biosetu.cooperation import FINAL, Refused
from biosetu.translation import N_

INVITED = N_("%(reference)s %(title)s: your Party is invited to a joint programme.")
FEWEST = 2
NOT_SERVED = N_("Only Parties that the centre serves are invited: not {parties}.")
TOO_FEW = N_("Invite at least two Parties.")
ENDED = N_("This request has ended; it is not changed any more.")
LAST = N_("Yours is the only Party left; withdraw the programme instead.")


@transaction.atomic
def open_programme(*, by: Account, values: Mapping[str, str], invited: Iterable[str]) -> SupportRequest:
    """Open a joint programme and invite Parties to it; it begins once two have joined.

    Raises `DataError` with every wrong field, `Refused` where fewer than two Parties or one not served is invited.
    """
    codes = tuple(dict.fromkeys(invited))
    _reached(by, codes)
    if len(codes) < FEWEST:
        raise Refused(TOO_FEW)
    clean = checked(values)
    request = numbered(
        owner=by, centre=centre_of(by), joint=True, state="submitted", ball="requester",
        title=clean.get("title", "") or clean.get("what", "")[:80], values=clean,
    )  # fmt: skip
    _invite(request, codes)
    keep_holders(request)
    note(request, by, "call", changes={"invited": list(codes)})
    return request


@transaction.atomic
def invite_parties(*, request: SupportRequest, by: Account, codes: Iterable[str]) -> None:
    """Invite more Parties while the programme goes on; who declined or left may be invited anew."""
    demand(by, "work", request)
    _goes_on(request)
    wanted = tuple(dict.fromkeys(codes))
    _reached(by, wanted)
    _invite(request, wanted)
    note(request, by, "call", changes={"invited": list(wanted)})


@transaction.atomic
def join(*, request: SupportRequest, by: Account, party: str) -> None:
    """Accept the invitation of one's own Party; this is its endorsement."""
    said = {"endorsed_on": days.today(), "endorsed_values": as_endorsed(request)}
    _move(request, by, party, (Taking.INVITED,), Taking.PART, **said)
    note(request, by, "join", changes={"party": party})


@transaction.atomic
def stay_out(*, request: SupportRequest, by: Account, party: str, reason: str = "") -> None:
    """Decline the invitation of one's own Party."""
    note(request, by, "stay_out", reason.strip(), {"party": party})
    _move(request, by, party, (Taking.INVITED,), Taking.DECLINED)


@transaction.atomic
def leave(*, request: SupportRequest, by: Account, party: str, reason: str) -> None:
    """Let one's own Party leave a request of several; the others go on, its lines stay on record without it."""
    if not reason.strip():
        raise Refused(N_("Say why your Party leaves."))
    if not request.request_parties.filter(standing=Taking.PART).exclude(party=party).exists():
        raise Refused(LAST)
    note(request, by, "leave", reason.strip(), {"party": party})
    _move(request, by, party, (Taking.PART,), Taking.LEFT)
    note_written_back(request, by)


@transaction.atomic
def tell_result(*, request: SupportRequest, by: Account, party: str, text: str) -> None:
    """Say what came of it for one Party: its own focal point, or the centre."""
    if party not in focal_parties(by):
        demand(by, "work", request)
    in_state(request, "result")
    if not request.request_parties.filter(party=party, standing=Taking.PART).update(result=text.strip()):
        raise Raced
    note(request, by, "result", changes={"party": party})


def _move(
    request: SupportRequest, by: Account, party: str, before: Iterable[Taking], after: Taking, **fields: object
) -> None:
    if party not in parties_for(by, "endorse", "party"):
        raise PermissionDenied
    _goes_on(request)
    rows = request.request_parties.filter(party=party, standing__in=list(before))
    if not rows.update(standing=after, **fields):
        raise Raced


def _goes_on(request: SupportRequest) -> None:
    if request.state in FINAL:
        raise Refused(ENDED)


def _reached(by: Account, codes: Iterable[str]) -> None:
    """Raise where a Party is not served by the person's centre, or the person opens no programmes at all."""
    reach = parties_for(by, "gather", "party")
    if not reach:
        raise PermissionDenied
    if strange := sorted(set(codes) - reach):
        raise Refused(NOT_SERVED, parties=", ".join(strange))


def centre_of(by: Account) -> str:
    """Return the centre for which somebody acts as officer or manager."""
    return min(centres_for(by, "account_for"))


def _invite(request: SupportRequest, codes: Iterable[str]) -> None:
    asked = []
    for code in codes:
        row, new = RequestParty.objects.get_or_create(
            request=request, party=code, defaults={"standing": Taking.INVITED}
        )
        back = not new and row.standing in (Taking.DECLINED, Taking.LEFT)
        if back:
            RequestParty.objects.filter(pk=row.pk).update(standing=Taking.INVITED, endorsed_on=None, endorsed_values={})
        asked += [code] if new or back else []
    values = {"reference": request.reference, "title": request.title}
    posts = Role.objects.current().endorsing().filter(party__in=asked).select_related("account")
    for account in {role.account for role in posts}:
        notify(account, INVITED, values, address=f"requests/{request.reference}/")
