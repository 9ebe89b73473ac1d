"""One assignment over all open requests of a centre, solved in the background by one worker, told as it goes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from biosetu import cooperation
from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.audit.trail import record
from biosetu.centre.background import SILENT_SECONDS, alive, carry_out, fail, move, take_up
from biosetu.centre.directory.offers import listed_offers, works_of
from biosetu.centre.helpdesk import days
from biosetu.centre.helpdesk.models import ASKED, Answer, Candidate, SupportRequest
from biosetu.centre.helpdesk.verbs import listing
from biosetu.centre.matching.models import Assignment, Fixed, Line
from biosetu.centre.matching.weights import weights_of
from biosetu.centre.queue import task
from biosetu.cooperation import Provider as Offer
from biosetu.cooperation import acts
from biosetu.jobs.matching import REASONS, Solved, solve
from biosetu.problems import Cancelled, DataError
from biosetu.translation import N_

LISTED = 10
AT_ONCE = 10  # in the queue before what may take minutes
TOLD_EVERY = 25
Kept = dict[int, tuple[int, str]]


def open_requests(centre: str) -> QuerySet[SupportRequest]:
    """Return the requests of a centre for which a provider is looked for: those that may be listed and have none."""
    rows = SupportRequest.objects.filter(centre=centre, state__in=acts()["list"])
    return rows.exclude(pk__in=Candidate.objects.filter(chosen=True).values("request_id"))


@task(priority=AT_ONCE)
def perform_assignment(pk: int) -> None:
    """Solve an assignment (the task of the queue)."""
    perform(pk)


def enqueue(assignment: Assignment) -> None:
    """Put the assignment in the queue once the transaction in hand is through."""
    transaction.on_commit(lambda: perform_assignment.enqueue(assignment.pk))


def perform(pk: int) -> None:
    """Claim an assignment and solve it; return at once when another worker has it or it is not queued."""
    carry_out("assignment", Assignment.objects.all(), pk, _solve, _failed, problem="")


def _failed(mine: QuerySet[Assignment], error: DataError | None) -> None:
    fail("assignment", mine, error, N_("The work failed on our side. Ask again."))


def _solve(mine: QuerySet[Assignment]) -> None:
    started, assignment = time.monotonic(), mine.select_related("by").get()
    requests = list(_asked(assignment).prefetch_related("request_parties"))
    offers = listed_offers()
    kept = kept_choices(requests, offers)
    weights = weights_of(assignment.centre)

    def tell(done: int, total: int, label: str = "") -> None:
        alive(mine, moment={"done": done, "total": total, "step": label})

    solved = solve(
        [one.question() for one in requests],
        offers,
        days.today().year,
        weights=weights,
        works=works_of(offers),
        fixed={row: column for row, (column, _) in kept.items()},
        progress=tell,
    )
    lines = []
    for row, line in enumerate(_lines(assignment, requests, solved, kept)):
        lines.append(line)
        if row % TOLD_EVERY == 0:
            tell(row, len(requests), REASONS)
    found = solved.assigned
    with transaction.atomic():
        Line.objects.filter(assignment=assignment).delete()
        Line.objects.bulk_create(lines, batch_size=100)
        done = move(
            "assignment", mine, "finish", finished_at=timezone.now(), total=found.total, bound=found.bound,
            worst=found.worst, pairs=found.pairs, seconds=time.monotonic() - started, providers=len(offers),
            weights={one.name: one.weight for one in weights},
        )  # fmt: skip
        if done != 1:
            raise Cancelled
        changes = {"assignment": assignment.number, "requests": len(lines), "sum": f"{found.total:.4f}",
                   "bound": f"{found.bound:.4f}"}  # fmt: skip
        record(actor=None, verb="assign_done", record="centre", record_id=assignment.centre, changes=changes)


def _asked(assignment: Assignment) -> QuerySet[SupportRequest]:
    """Return the open requests that who asked for the proposal works on, in the order of their numbers."""
    rows = open_requests(assignment.centre).order_by("reference")
    return visible_to(assignment.by, rows, "work") if assignment.by else rows.none()


def kept_choices(requests: Sequence[SupportRequest], offers: Sequence[Offer]) -> Kept:
    """Return what the machine does not choose anew, as row of request → (row of provider, why).

    That is an officer's fixed choice, else who accepted, else who was invited; a provider that is not listed any more
    is nobody's.
    """
    column = {int(offer.provider): place for place, offer in enumerate(offers)}
    among = [one.pk for one in requests]
    asked = Candidate.objects.filter(request__in=among, answer__in=ASKED).order_by("-answer", "-rank", "-pk")
    found: dict[int, tuple[int, str]] = {}
    for one in sorted(asked, key=lambda one: one.answer == Answer.ACCEPTED):
        found[one.request_id] = one.provider_id, Line.Kept.ASKED
    for request, provider in Fixed.objects.filter(request__in=among).values_list("request_id", "provider_id"):
        found[request] = provider, Line.Kept.OFFICER
    rows = {pk: row for row, pk in enumerate(among)}
    return {rows[pk]: (column[one], why) for pk, (one, why) in found.items() if one in column}


def _lines(assignment: Assignment, requests: Sequence[SupportRequest], solved: Solved, kept: Kept) -> Iterator[Line]:
    for row, request in enumerate(requests):
        column = int(solved.assigned.provider[row])
        ranked = cooperation.ranked(solved.fit, row, LISTED, column)
        yield Line(
            assignment=assignment,
            request=request,
            provider_id=int(solved.fit.providers[column].provider) if column >= 0 else None,
            score=float(solved.fit.total[row, column]) if column >= 0 else 0.0,
            rank=next((rank for rank, other in ranked if other == column), None),
            kept=kept[row][1] if row in kept else Line.Kept.FREE,
            listed=[asdict(one) for one in listing(solved.fit, row, ranked)],
        )


def release_silent(seconds: float = SILENT_SECONDS * 5) -> int:
    """Queue again what killed workers left: proposals that gave no sign of life for a while. Return how many."""
    return take_up("assignment", Assignment.objects.all(), seconds, _again)


def _again(assignment: Assignment) -> None:
    changes = {"assignment": assignment.number}
    record(actor=None, verb="release", record="centre", record_id=assignment.centre, changes=changes)
    enqueue(assignment)
