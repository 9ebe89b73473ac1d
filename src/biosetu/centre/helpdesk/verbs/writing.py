"""Messages and files on a request."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, QuerySet

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import User
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.facts import CENTRE_ROLES, roles_for
from biosetu.centre.helpdesk.models import ASKED, Attachment, Message, PlanItem, SupportRequest
from biosetu.centre.helpdesk.verbs.moving import audit, demand, tell
from biosetu.cooperation import Refused
from biosetu.translation import N_

LARGEST = 10_000_000
MOST = 30
# how the content of each accepted type begins; text types begin with no zero byte
BEGINS: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "pptx": (b"PK\x03\x04",),
    "odt": (b"PK\x03\x04",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "csv": (),
    "txt": (),
}


def side_of(by: Account, request: SupportRequest) -> Provider | None:
    """Return the provider for which somebody speaks who was asked to help but is not chosen; None for all others."""
    if roles_for(by, request):
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
    roles = roles_for(user, request)
    if roles & CENTRE_ROLES:
        return Q()
    own = Q(internal=False, provider__account=user)
    return own | Q(internal=False, provider__isnull=True) if roles else own


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
    *, request: SupportRequest, by: Account, file: File[bytes], internal: bool = False, line: PlanItem | None = None
) -> Attachment:
    """Add a file, as a deliverable of the plan where `line` is one; its type is told by its content as well as by its
    name, its size is limited.
    """
    if line is not None and (line.request_id != request.pk or line.kind != PlanItem.Kind.DELIVERABLE):
        raise Refused(N_("Only a deliverable of this plan has files."))
    demand(by, "work" if internal else "write", request)
    if request.attachments.count() >= MOST:
        raise Refused(N_("A request keeps at most {most} files."), most=str(MOST))
    name, kind, content = examined(file)
    made = Attachment(
        request=request, name=name, kind=kind, size=len(content), digest=hashlib.sha256(content).hexdigest(),
        internal=internal, added_by=by, provider=side_of(by, request), line=line,
    )  # fmt: skip
    made.file.save(f"{made.digest}.{kind}", file, save=False)
    made.save()
    audit(
        request,
        by,
        "attach",
        {"digest": made.digest, "kind": kind, "internal": internal, "line": line.pk if line else None},
    )
    return made


def examined(file: File[bytes]) -> tuple[str, str, bytes]:
    """Return name, type and content of a file; raise `Refused` for one that is too large or not what its name says."""
    name, kind = _named(file)
    if (file.size or 0) > LARGEST:
        raise Refused(N_("The file is larger than {limit} MB."), limit=str(LARGEST // 1_000_000))
    content = file.read()
    if not content or not _is(kind, content):
        raise Refused(N_("The file is not what its name says."))
    file.seek(0)
    return name, kind, content


def _named(file: File[bytes]) -> tuple[str, str]:
    name = PurePath((file.name or "").replace("\\", "/")).name[-200:]
    kind = name.rpartition(".")[2].casefold()
    if kind not in BEGINS:
        raise Refused(N_("Files of this type are not taken. Use {types}."), types=", ".join(BEGINS))
    return name, kind


def _is(kind: str, content: bytes) -> bool:
    begins = BEGINS[kind]
    return content.startswith(begins) if begins else b"\0" not in content[:4096]


def readable(user: User, request: SupportRequest, pk: int) -> Attachment:
    """Return a file that the person may read; raise `PermissionDenied` else."""
    found = request.attachments.filter(heard_by(user, request, request.attachments.all()), pk=pk).first()
    if found is None:
        raise PermissionDenied
    return found
