"""The read-only API, version 1: what pages show, for programs. Its description is at /api/v1/openapi.json."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import NinjaAPI, Path, Query, Schema
from ninja import Status as Answer
from pydantic import Field

from biosetu import __version__
from biosetu.centre.api.answers import OTHERWISE, PARTY, Problem, Wanted
from biosetu.centre.api.cooperation import router
from biosetu.centre.api.limits import PerMinute
from biosetu.centre.evidence.snapshot import snapshot
from biosetu.centre.pages.reading import shown_parties, today
from biosetu.framework import Party, indicators
from biosetu.jobs.observations import list_observations
from biosetu.observations import Selection, Source, Status
from biosetu.observations.given import with_answers

ANSWERING = (Source.NATIONAL.value, Source.NOT_RELEVANT.value)
CODE = r"^[A-Za-z0-9][A-Za-z0-9:._\-]{0,79}$"

api = NinjaAPI(
    title="BioSetu",
    version=__version__,
    description="Read-only. Every figure comes with its source, release and licence. What is not public needs a key.",
    urls_namespace="api-v1",
    throttle=[PerMinute()],
    docs_url=None,
    openapi_url="/openapi.json",
)
api.add_router("", router)

PartyCode = Annotated[str, Path(pattern=PARTY, description="ISO 3166-1 alpha-3", examples=["NPL"])]


class PartyOut(Schema):
    """A Party that pages show."""

    iso3: str
    iso2: str
    m49: str
    name_en: str
    name_ar: str
    region: str
    subregion: str
    ldc: bool
    ldc_graduation: date | None
    ldc_reference: str
    lldc: bool
    sids: bool
    landlocked: bool
    fictional: bool

    @staticmethod
    def resolve_ldc(party: Party) -> bool:
        """Return whether it is a least developed country today."""
        return party.is_ldc(today())


class IndicatorOut(Schema):
    """An indicator of the monitoring framework."""

    code: str
    identifier: str
    kind: str
    title_en: str
    targets: list[str]
    units: list[str]
    url: str


class ObservationOut(Schema):
    """One value, with where it came from."""

    party: str
    indicator: str
    series: str
    disaggregation_type: str
    disaggregation: str
    year: int
    period_start: int | None
    period_end: int | None
    value: float | None
    lower: float | None
    upper: float | None
    unit: str
    value_text: str
    source: str
    status: str
    validated_by: str
    validated_on: date | None
    vintage: str
    resolution: float | None
    method: str
    inputs: str
    holder: str
    conditions: str
    licence: str
    footnote: str
    party_answer: str
    party_value: float | None
    party_reason: str
    party_office: str


class ObservationPage(Schema):
    """Part of a list: `total` rows in all, these from `offset` on."""

    total: int
    offset: int
    items: list[ObservationOut]


class WantedObservations(Wanted):
    """Which observations; repeat a parameter for several values."""

    party: list[Annotated[str, Field(pattern=PARTY)]] = Field([], max_length=60, description="ISO 3166-1 alpha-3")
    indicator: list[Annotated[str, Field(pattern=CODE)]] = Field([], max_length=60, description="code, such as A.3")
    source: list[Source] = Field([], max_length=4)
    status: list[Status] = Field([], max_length=4)
    first_year: int | None = Field(None, ge=1500, le=2200)
    last_year: int | None = Field(None, ge=1500, le=2200)

    def selection(self) -> Selection:
        """Return the same as the store understands it."""
        years = (self.first_year or 1500, self.last_year or 2200)
        return Selection(
            party=tuple(self.party),
            indicator=tuple(self.indicator),
            source=tuple(self.source),
            status=tuple(self.status),
            years=years if (self.first_year or self.last_year) else None,
        )


@api.get("/parties", response={200: list[PartyOut], **OTHERWISE}, summary="Parties that this centre serves")
def party_list(request: HttpRequest) -> Iterator[Any]:
    """Return the Parties that pages show."""
    return iter(shown_parties())


@api.get("/parties/{code}", response={200: PartyOut, 404: Problem, **OTHERWISE}, summary="One Party")
def one_party(request: HttpRequest, code: PartyCode) -> Any:
    """Return a Party that pages show."""
    found = next((party for party in shown_parties() if party.iso3 == code), None)
    return found or Answer(404, {"detail": "This centre serves no such Party."})


@api.get("/indicators", response={200: list[IndicatorOut], **OTHERWISE}, summary="Indicators of decision 16/31")
def indicator_list(request: HttpRequest) -> Iterator[Any]:
    """Return the indicators."""
    return iter(indicators().values())


@api.get("/observations", response={200: ObservationPage, **OTHERWISE}, summary="Figures with their sources")
def observation_list(request: HttpRequest, wanted: Query[WantedObservations]) -> dict[str, Any]:
    """Return the published observations of the Parties that pages show, sorted by key, the Party's own first.

    `party_answer` says what the Party answered to a figure (replace, dispute, not relevant; empty: nothing of these),
    `party_value` what it gives in its place.
    """
    shown = {party.iso3 for party in shown_parties()}
    selection = wanted.selection()
    parties = tuple(sorted(shown & set(selection.party) if selection.party else shown))
    if not parties:
        return {"total": 0, "offset": wanted.offset, "items": []}
    found = list_observations(_only(selection, parties), store=snapshot())
    answers = list_observations(Selection(party=parties, source=ANSWERING), store=snapshot(), carried=False)
    found = with_answers(found, answers)
    items = found.slice(wanted.offset, wanted.limit).to_pylist()
    return {"total": found.num_rows, "offset": wanted.offset, "items": items}


def _only(selection: Selection, parties: tuple[str, ...]) -> Selection:
    return replace(selection, party=parties)
