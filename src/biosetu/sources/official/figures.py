"""The tables of `data/`, read into Observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.observations import SCHEMA, Source, Status
from biosetu.observations.answers import CATEGORY
from biosetu.observations.packaged import packaged_rows
from biosetu.translation import translations

ROOM = "biosetu.sources.official"
MANGROVES = "context:MFT1.2_units"
_MANGROVE_MAPS = {1996: "GMW", 2000: "USGS", 2016: "GMW"}


@dataclass(frozen=True, slots=True)
class Series:
    """A publisher's series in one vintage. `targets` are the codes of the goals and targets that it speaks to."""

    id: str
    indicator: str
    series: str
    publisher_series: str
    targets: tuple[str, ...]
    title_en: str
    title_ar: str
    unit: str
    vintage: str
    vintage_basis: str
    resolution: float
    method: str
    holder: str
    citation: str
    url: str
    licence: str
    conditions: str
    footnote_en: str
    footnote_ar: str
    definition_en: str
    definition_ar: str
    custodian: str
    disaggregation_type: str = ""
    disaggregation: str = ""

    def title(self, language: str) -> str:
        """Return what the series shows, in a few words."""
        return self.title_ar if language == "ar" and self.title_ar else self.title_en

    def definition(self, language: str) -> str:
        """Return what its figures are, in plain words of our own."""
        return self.definition_ar if language == "ar" else self.definition_en

    def footnote(self, language: str) -> str:
        """Return what must be said beside its figures."""
        return self.footnote_ar if language == "ar" and self.footnote_ar else self.footnote_en


@cache
def series() -> Mapping[str, Series]:
    """Return the series carried over, by the id of their table; the mangrove units come last."""
    names = [name for name in Series.__dataclass_fields__ if name not in ("targets", "resolution")]
    found = {
        row["id"]: Series(
            **{name: row[name] for name in names},
            targets=tuple(code for code in row["targets"].split(";") if code),
            resolution=float(row["resolution"]),
        )
        for row in packaged_rows(ROOM, "series")
    }
    return MappingProxyType(found | {"mangrove-units": _mangrove_series()})


def _mangrove_series() -> Series:
    note = "extent of the whole unit, which several Parties may share; not the Party's own area"
    return Series(
        id="mangrove-units",
        indicator=MANGROVES,
        series="GMW",
        publisher_series="area_gmw_1996, area_gmw_2016; area_usgs_2000",
        targets=("A", "1"),
        title_en="Mangrove extent by ecosystem unit (level 4 of MFT1.2)",
        title_ar="مساحة المانغروف بحسب وحدة النظام الإيكولوجي",
        unit="km2",
        vintage="2022-02-15",
        vintage_basis="date of the version copied",
        resolution=0.01,
        method="sum over the marine ecoregions of the unit",
        holder="J.R. Ferrer-Paris / IUCN Red List of Ecosystems; Global Mangrove Watch",
        citation="MFT1.2 intertidal forests, workshop material 2021-22 (github.com/jrfep/MFT1.2-intertidal-forest, "
        "f61b99de); Global Mangrove Watch 1996 and 2016; Giri et al. 2011, doi:10.1111/j.1466-8238.2010.00584.x (2000)",
        url="https://github.com/jrfep/MFT1.2-intertidal-forest",
        licence="CC BY 4.0",
        conditions="Attribution required.",
        footnote_en=note,
        footnote_ar="مساحة الوحدة بأكملها، وقد تشترك فيها عدة أطراف؛ وليست مساحة الطرف نفسه",
        definition_en="Area of mangrove forest seen from satellites in a stretch of coast of one kind, whichever "
        "country it lies in.",
        definition_ar="مساحة غابات المانغروف المرصودة بالسواتل في امتداد ساحلي من نوع واحد، "
        "أياً كان البلد الذي تقع فيه.",
        custodian="rle-mangroves",
    )


@cache
def series_of(indicator: str, code: str = "") -> Series | None:
    """Return the newest table of an indicator code (and series code), or None."""
    known = [s for s in series().values() if s.indicator == indicator and code in ("", s.series)]
    return max(known, key=lambda s: s.vintage, default=None)


def wording(text: str, language: str) -> str:
    """Return a part, a note or a category of an Observation in `language`, by the tables, else by the catalogue.

    What neither holds stays as it was written.
    """
    return _arabic().get(text) or translations(language).gettext(text) if text and language == "ar" else text


@dataclass(frozen=True, slots=True)
class Custodian:
    """Who keeps figures and can correct them: to whom a Party writes."""

    code: str
    name_en: str
    name_ar: str
    reference: str

    def name(self, language: str) -> str:
        """Return its name."""
        return self.name_ar if language == "ar" else self.name_en


@cache
def custodians() -> Mapping[str, Custodian]:
    """Return the custodians of the series carried over, by code."""
    return MappingProxyType({row["code"]: Custodian(**row) for row in packaged_rows(ROOM, "custodians")})


@cache
def categories(indicator: str) -> Mapping[str, str]:
    """Return the categories that figures of an indicator are given in, in English by how they are written in any."""
    given = {row["category"] for item in _of(indicator) for row in packaged_rows(ROOM, f"figures/{item.id}")} - {""}
    words = [row for row in packaged_rows(ROOM, "aichi_2_progress") if given]
    return MappingProxyType({row[name].casefold(): row["text_en"] for row in words for name in ("text_en", "text_ar")})


def _of(indicator: str) -> list[Series]:
    return [item for item in series().values() if item.indicator == indicator and item.indicator != MANGROVES]


@cache
def _arabic() -> Mapping[str, str]:
    """Return what the tables say in both languages: titles and notes of series, categories, names of units."""
    pairs: dict[str, str] = {}
    for item in series().values():
        pairs |= {item.title_en: item.title_ar, item.footnote_en: item.footnote_ar}
    pairs |= {row["text_en"]: row["text_ar"] for row in packaged_rows(ROOM, "aichi_2_progress")}
    for row in packaged_rows(ROOM, "mangrove_names"):
        pairs[f"{row['unit']} {row['name_en']}"] = f"{row['unit']} {row['name_ar']}"
    return MappingProxyType({english: arabic for english, arabic in pairs.items() if english and arabic})


def observations(party: str | None = None) -> pa.Table:
    """Return the official figures of one Party (ISO3), or of all, as Observations.

    Carried over: every Party that a centre in Asia serves or may serve (`framework.coverage`). Figures are exactly the
    publisher's; a year without a figure has no row. `source` is `availableDataset`, `status` is `computed`.
    """
    table = _all()
    return table if party is None else table.filter(pc.equal(table.column("party"), party))


@cache
def _all() -> pa.Table:
    tables = [_table(item, _figures(item)) for item in series().values() if item.id != "mangrove-units"]
    return pa.concat_tables([*tables, _table(series()["mangrove-units"], _mangroves())]).combine_chunks()


def _figures(item: Series) -> list[dict[str, Any]]:
    words = {row["code"]: row["text_en"] for row in packaged_rows(ROOM, "aichi_2_progress")}
    return [
        {"party": row["party"], "year": int(row["year"]), "value": None, "value_text": words[row["category"]]}
        | {"unit": CATEGORY, "resolution": None}
        if row["category"]
        else {"party": row["party"], "year": int(row["year"]), "value": float(row["value"])}
        for row in packaged_rows(ROOM, f"figures/{item.id}")
    ]


def _mangroves() -> list[dict[str, Any]]:
    sharing: dict[str, list[str]] = {}
    for row in packaged_rows(ROOM, "figures/mangrove-parties"):
        sharing.setdefault(row["unit"], []).append(row["party"])
    return [
        {
            "party": party,
            "year": int(row["year"]),
            "value": float(row["km2"]),
            "series": _MANGROVE_MAPS[int(row["year"])],
            "disaggregation_type": "ecosystem unit",
            "disaggregation": f"{row['unit']} {row['name']}",
        }
        for row in packaged_rows(ROOM, "figures/mangrove-units")
        for party in sharing[row["unit"]]
    ]


def _table(item: Series, figures: list[dict[str, Any]]) -> pa.Table:
    same: dict[str, Any] = {
        "indicator": item.indicator,
        "series": item.series,
        "disaggregation_type": item.disaggregation_type,
        "disaggregation": item.disaggregation,
        "unit": item.unit,
        "value_text": "",
        "source": Source.AVAILABLE_DATASET.value,
        "status": Status.COMPUTED.value,
        "validated_by": "",
        "vintage": item.vintage,
        "resolution": item.resolution,
        "method": item.method,
        "inputs": f"{item.citation}. {item.url}",
        "holder": item.holder,
        "conditions": item.conditions,
        "licence": item.licence,
        "footnote": item.footnote_en,
    }
    columns = []
    for field in SCHEMA:
        varies = any(field.name in figure for figure in figures)
        common = same.get(field.name)
        cells = [figure.get(field.name, common) for figure in figures] if varies else [common] * len(figures)
        columns.append(pa.array(cells, field.type))
    return pa.table(columns, schema=SCHEMA)
