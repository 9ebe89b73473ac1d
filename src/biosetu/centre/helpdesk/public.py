"""What everyone may know of requests and solutions, as plain tables for gaps and reports. Nothing confidential."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from django.db.models import Count, Max

from biosetu.centre.directory import models as directory
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.facts import withheld
from biosetu.centre.helpdesk.models import Candidate, PlanItem, RequestParty, SupportRequest
from biosetu.centre.library.models import PUBLISHED, Item

REQUESTS = pa.schema([(name, pa.string()) for name in ("id", "target", "title", "state", "provider", "public")])
RESULTS = pa.schema(
    [
        ("request", pa.string()),
        ("title", pa.string()),
        ("line", pa.string()),
        ("indicator", pa.string()),
        ("series", pa.string()),
        ("unit", pa.string()),
        ("baseline", pa.float64()),
        ("baseline_year", pa.int32()),
        ("target", pa.float64()),
        ("result", pa.float64()),
        ("done_on", pa.date32()),
    ]
)
SOLUTIONS = pa.schema([(name, pa.string()) for name in ("title", "targets", "evidence", "knowledge")])
Version = tuple[object, ...]


def version() -> Version:
    """Return what changes whenever what may be told does: requests, the library, whose names the directory lists."""
    requests = SupportRequest.objects.aggregate(many=Count("pk"), newest=Max("changed"))
    items = Item.objects.aggregate(many=Count("pk"), newest=Max("changed"), released=Max("released_on"))
    shown = Item.objects.filter(PUBLISHED).count()
    names = Provider.objects.aggregate(
        many=Count("pk"), newest=Max("changed"), listed=Count("pk", filter=directory.PUBLISHED)
    )
    return (*requests.values(), *items.values(), shown, *names.values())


def tables(party: str) -> Mapping[str, pa.Table]:
    """Return the tables on a Party, by the names under which gaps and reports look for them."""
    published = SupportRequest.objects.filter(SupportRequest.paths.published).filter(
        SupportRequest.paths.about(frozenset({party}))
    )
    found = list(published.select_related("closure").order_by("-changed"))
    chosen = Candidate.objects.filter(request__in=found, chosen=True).select_related("provider")
    providers = {one.request_id: one.provider.name for one in chosen if one.provider.is_published()}
    closed_off = withheld(found)
    own = dict(RequestParty.objects.filter(request__in=found, party=party).values_list("request_id", "result"))
    requests = [
        _request(row, providers.get(row.pk, ""), own.get(row.pk, ""), told=row.pk not in closed_off) for row in found
    ]
    closed = [row for row in found if row.state == "closed"]
    measured = PlanItem.objects.filter(request__in=closed, party__in=("", party), kind__in=PlanItem.OPEN)
    measured = measured.exclude(indicator="")
    measured = measured.exclude(request__in=closed_off)
    lines = [_result(line) for line in measured.select_related("request")]
    solutions = Item.objects.filter(PUBLISHED, kind="solution").filter(Item.paths.about(frozenset({party})))
    solutions = solutions.prefetch_related("holders")
    table = pa.Table.from_pylist(requests, schema=REQUESTS)
    return {
        "requests": table,
        "cooperation.requests": table,
        "cooperation.results": pa.Table.from_pylist(lines, schema=RESULTS),
        "cooperation.solutions": pa.Table.from_pylist([_solution(item) for item in solutions], schema=SOLUTIONS),
    }


def _request(row: SupportRequest, provider: str, own: str, *, told: bool) -> dict[str, object]:
    ended = told and row.state == "closed"
    public = row.closure.public if ended and hasattr(row, "closure") else ""
    return {
        "id": row.reference,
        "target": row.values.get("targets", ""),
        "title": row.title,
        "state": row.state,
        "provider": provider,
        "public": f"{public} {own}".strip() if ended else "",
    }


def _result(line: PlanItem) -> dict[str, object]:
    names = ("indicator", "series", "unit", "baseline", "baseline_year", "target", "result", "done_on")
    values = {name: getattr(line, name) for name in names}
    return {"request": line.request.reference, "title": line.request.title, "line": line.text, **values}


def _solution(item: Item) -> dict[str, object]:
    return {
        "title": item.title,
        "targets": item.values.get("targets", ""),
        "evidence": item.values.get("evidence", ""),
        "knowledge": item.holder if item.knowledge else "",
    }
