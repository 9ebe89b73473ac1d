"""Requests, providers and open calls for programs, in the Bio-Bridge field layout beside what the layout lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from ninja import Status as Answer
from pydantic import BeforeValidator, Field

from biosetu.centre.accounts.permissions import User, may, visible_to
from biosetu.centre.api.answers import OTHERWISE, PARTY, Problem, Wanted
from biosetu.centre.api.reader import OptionalKey
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk.facts import roles_for
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.library.models import Item
from biosetu.cooperation import STATE_NAMES
from biosetu.cooperation.forms import Values, biobridge, form, parts

DAY = r"\d{4}-\d{2}-\d{2}"
REFERENCE = r"^[A-Za-z0-9\-]{1,20}$"
ANSWERS = {401: Problem, 403: Problem, **OTHERWISE}

EITHER_WAY: dict[str, Any] = {"security": [{}]}

router = Router(auth=OptionalKey())
State = Annotated[str, Field(pattern=f"^({'|'.join(STATE_NAMES)})$")]
PartyCode = Annotated[str, Field(pattern=PARTY, description="ISO 3166-1 alpha-3")]


def _written_out(value: object) -> object:
    """Refuse a number, which would count as seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(DAY, value):
        return value
    raise ValueError("write year-month-day, such as 2027-03-31")


Day = Annotated[date, BeforeValidator(_written_out)]


class RequestOut(Schema):
    """A request: where it stands, and what is asked in the Bio-Bridge layout (bbiRequest)."""

    reference: str
    state: str
    centre: str
    parties: list[str]
    endorsed_by: list[str]
    opened: date
    changed: date
    body: dict[str, Any]


class ProviderOut(Schema):
    """A provider in the Bio-Bridge layout (bbiProfile), with the codes that we match by."""

    id: int
    party: str
    targets: list[str]
    indicators: list[str]
    languages: list[str]
    changed: date
    body: dict[str, Any]


class OpportunityOut(Schema):
    """An open call in the Bio-Bridge layout (bbiOpportunity)."""

    id: int
    parties: list[str]
    deadline: date | None
    changed: date
    body: dict[str, Any]


class RequestPage(Schema):
    """Part of a list: `total` requests in all, these from `offset` on."""

    total: int
    offset: int
    items: list[RequestOut]


class ProviderPage(Schema):
    """Part of a list: `total` providers in all, these from `offset` on."""

    total: int
    offset: int
    items: list[ProviderOut]


class OpportunityPage(Schema):
    """Part of a list: `total` open calls in all, these from `offset` on."""

    total: int
    offset: int
    items: list[OpportunityOut]


class WantedRequests(Wanted):
    """Which requests."""

    state: list[State] = Field([], max_length=20)
    party: list[PartyCode] = Field([], max_length=60)


class WantedProviders(Wanted):
    """Which providers."""

    party: list[PartyCode] = Field([], max_length=60)


class WantedOpportunities(Wanted):
    """Which open calls."""

    open_on: Day | None = Field(None, description="those whose deadline is this day or later, or that have none")


@router.get(
    "/requests",
    response={200: RequestPage, **ANSWERS},
    openapi_extra=EITHER_WAY,
    summary="Requests for support, Bio-Bridge layout",
)
def request_list(request: HttpRequest, wanted: Query[WantedRequests]) -> dict[str, Any]:
    """Return the requests that the reader may see, newest change first; no contact persons."""
    rows = visible_to(_reader(request, "requests"), SupportRequest.objects.all()).exclude(state="draft")
    if wanted.state:
        rows = rows.filter(state__in=wanted.state)
    if wanted.party:
        rows = rows.filter(SupportRequest.paths.about(frozenset(wanted.party)))
    return _page(rows.prefetch_related("request_parties"), wanted, _request)


@router.get(
    "/requests/{reference}",
    response={200: RequestOut, 404: Problem, **ANSWERS},
    openapi_extra=EITHER_WAY,
    summary="One request for support",
)
def one_request(request: HttpRequest, reference: Annotated[str, Path(pattern=REFERENCE)]) -> Any:
    """Return one request; with its contact person for those who take part in it."""
    user = _reader(request, "requests")
    found = visible_to(user, SupportRequest.objects.all()).filter(reference=reference).first()
    if found is None:
        return Answer(404, {"detail": "There is no such request, or it is not for you."})
    return _request(found, people=bool(roles_for(user, found)))


@router.get(
    "/providers",
    response={200: ProviderPage, **ANSWERS},
    openapi_extra=EITHER_WAY,
    summary="Providers, Bio-Bridge layout",
)
def provider_list(request: HttpRequest, wanted: Query[WantedProviders]) -> dict[str, Any]:
    """Return the providers that the reader may see, by name; no contact persons."""
    rows = visible_to(_reader(request, "providers"), Provider.objects.all())
    return _page(rows.filter(party__in=wanted.party) if wanted.party else rows, wanted, _provider)


@router.get(
    "/providers/{pk}",
    response={200: ProviderOut, 404: Problem, **ANSWERS},
    openapi_extra=EITHER_WAY,
    summary="One provider",
)
def one_provider(request: HttpRequest, pk: Annotated[int, Path(ge=1, lt=2**31)]) -> Any:
    """Return one provider; with its contact person for itself and the reviewing centre."""
    user = _reader(request, "providers")
    found = visible_to(user, Provider.objects.all()).filter(pk=pk).first()
    if found is None:
        return Answer(404, {"detail": "There is no such provider, or it is not for you."})
    return _provider(found, people=may(user, "edit", found) or may(user, "review", found))


@router.get(
    "/opportunities",
    response={200: OpportunityPage, **ANSWERS},
    openapi_extra=EITHER_WAY,
    summary="Open calls, Bio-Bridge layout",
)
def opportunity_list(request: HttpRequest, wanted: Query[WantedOpportunities]) -> dict[str, Any]:
    """Return the open calls that the reader may see, by title."""
    rows = visible_to(_reader(request, "opportunities"), Item.objects.filter(kind="opportunity"))
    if wanted.open_on:
        rows = rows.exclude(deadline__lt=wanted.open_on)
    return _page(rows.prefetch_related("item_parties"), wanted, _opportunity)


@router.get(
    "/opportunities/{pk}",
    response={200: OpportunityOut, 404: Problem, **ANSWERS},
    openapi_extra=EITHER_WAY,
    summary="One open call",
)
def one_opportunity(request: HttpRequest, pk: Annotated[int, Path(ge=1, lt=2**31)]) -> Any:
    """Return one open call."""
    user = _reader(request, "opportunities")
    found = visible_to(user, Item.objects.filter(kind="opportunity")).filter(pk=pk).first()
    return _opportunity(found) if found else Answer(404, {"detail": "There is no such call, or it is not for you."})


def _reader(request: HttpRequest, scope: str) -> User:
    return request.auth.within(scope)  # type: ignore[attr-defined, no-any-return]


def _page(rows: QuerySet[Any], wanted: Wanted, shape: Any) -> dict[str, Any]:
    found: Iterable[Model] = rows[wanted.offset : wanted.offset + wanted.limit]
    return {"total": rows.count(), "offset": wanted.offset, "items": [shape(row) for row in found]}


def _request(row: SupportRequest, *, people: bool = False) -> dict[str, Any]:
    among = row.taking_part()
    return {
        "reference": row.reference,
        "state": row.state,
        "centre": row.centre,
        "parties": sorted(one.party for one in among),
        "endorsed_by": sorted(one.party for one in among if one.stands(row.values)),
        "opened": row.created.date(),
        "changed": row.changed.date(),
        "body": _body("request", {**row.values, "title": row.title}, people=people),
    }


def _provider(row: Provider, *, people: bool = False) -> dict[str, Any]:
    lists = {name: list(parts(row.values.get(name, ""))) for name in ("targets", "indicators", "languages")}
    body = _body("provider", {**row.values, "name": row.name}, people=people)
    return {"id": row.pk, "party": row.party, **lists, "changed": row.changed.date(), "body": body}


def _opportunity(row: Item) -> dict[str, Any]:
    return {
        "id": row.pk,
        "parties": sorted(row.parties_of()),
        "deadline": row.deadline,
        "changed": row.changed.date(),
        "body": _body("opportunity", {**row.values, "title": row.title}, people=True),
    }


def _body(name: str, values: Values, *, people: bool) -> dict[str, Any]:
    named = {field.field for field in form(name) if field.is_personal}
    return biobridge(name, values if people else {key: text for key, text in values.items() if key not in named})
