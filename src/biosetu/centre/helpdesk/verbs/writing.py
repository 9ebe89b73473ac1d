"""Messages and files on a request."""

from __future__ import annotations

import hashlib

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import User, may
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.models import ASKED, Attachment, Message, PlanItem, SupportRequest
from biosetu.centre.helpdesk.reader import examine_apart
from biosetu.centre.helpdesk.verbs.moving import audit, demand, tell
from biosetu.centre.receiving import Received
from biosetu.cooperation import Refused
from biosetu.translation import N_

MOST = 30


def side_of(by: Account, request: SupportRequest) -> Provider | None:
    """Return the provider for which somebody speaks who was asked to help but is not chosen; None for all others."""
    if may(by, "hear", request) or may(by, "hear_all", request):
        return None
    asked = request.candidates.filter(provider__account=by, answer__in=ASKED).select_related("provider").first()
    return asked.provider if asked else None


def heard_by(user: User, request: SupportRequest, records: QuerySet[Message] | QuerySet[Attachment]) -> Q:
    """Return the query for messages or files of a request that a person may read.

    The centre reads all; who asks, the focal point and the chosen provider what is said to all; a provider that was
    asked and not chosen only what passes between it and the centre.
    """
    if not isinstance(user, Account):
        return Q(pk__in=[])
    if may(user, "hear_all", request):
        return Q()
    own = Q(internal=False, provider__account=user)
    return own | Q(internal=False, provider__isnull=True) if may(user, "hear", request) else own


@transaction.atomic
def write(
    *, request: SupportRequest, by: Account, text: str, internal: bool = False, to: Provider | None = None
) -> Message:
    """Leave a message; an internal one is for the centre alone, one `to` a provider between it and the centre."""
    if not text.strip():
        raise Refused(N_("The message is empty."))
    demand(by, "work" if internal or to else "write", request)
    side = to or side_of(by, request)
    message = Message.objects.create(request=request, author=by, text=text.strip(), internal=internal, provider=side)
    audit(request, by, "write", {"internal": internal})
    if not internal and side is None:
        tell(request, by)
    return message


@transaction.atomic
def attach(
    *, request: SupportRequest, by: Account, sent: Received, internal: bool = False, line: PlanItem | None = None
) -> Attachment:
    """Add a file, as a deliverable of the plan where `line` is one; raise `DataError` for one with active content."""
    if line is not None and (line.request_id != request.pk or line.kind != PlanItem.Kind.DELIVERABLE):
        raise Refused(N_("Only a deliverable of this plan has files."))
    demand(by, "work" if internal else "write", request)
    if request.attachments.count() >= MOST:
        raise Refused(N_("A request keeps at most {most} files."), most=str(MOST))
    examine_apart(sent.path)
    content, kind = sent.path.read_bytes(), sent.path.suffix[1:]
    made = Attachment(
        request=request, name=sent.name, kind=kind, size=len(content), digest=hashlib.sha256(content).hexdigest(),
        internal=internal, added_by=by, provider=side_of(by, request), line=line,
    )  # fmt: skip
    made.file.save(f"{made.digest}.{kind}", ContentFile(content), save=False)
    made.save()
    audit(
        request,
        by,
        "attach",
        {"digest": made.digest, "kind": kind, "internal": internal, "line": line.pk if line else None},
    )
    return made


def readable(user: User, request: SupportRequest, pk: int) -> Attachment:
    """Return a file that the person may read; raise `PermissionDenied` else."""
    rows = request.attachments.filter(heard_by(user, request, request.attachments.all()), pk=pk)
    found: Attachment | None = rows.first()
    if found is None:
        raise PermissionDenied
    return found
