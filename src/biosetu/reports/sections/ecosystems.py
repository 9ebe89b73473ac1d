"""Ecosystems of a Party: what is left of each, what became what, how many are at risk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from biosetu.ecosystems.pictures import NOTHING, Picture, on_classes, read_pictures
from biosetu.figures import Kind, category_bars, class_map, kinds_of, sankey
from biosetu.reports.content import Block, Citation, Column, Fact, Facts, Figure, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.series import kept_source
from biosetu.translation import N_, Voice

CATEGORIES = {
    "CO": N_("Collapsed"),
    "CR": N_("Critically Endangered"),
    "EN": N_("Endangered"),
    "VU": N_("Vulnerable"),
    "NT": N_("Near Threatened"),
    "LC": N_("Least Concern"),
    "DD": N_("Data Deficient"),
    "NE": N_("Not Evaluated"),
}
CRITERIA = ("A1", "A2a", "A2b", "A3", "B1", "B2", "B3", "C1", "C2a", "C2b", "C3", "D1", "D2a", "D2b", "D3", "E")
THREATENED = frozenset({"CR", "EN", "VU"})
SMALLEST_FLOW = 0.002

Row = Mapping[str, Any]


def section(evidence: Evidence, voice: Voice) -> Section | None:
    """Return extent, change and the Red List of Ecosystems of a Party, None where nothing is kept."""
    _ = voice.gettext
    blocks = [
        *measured_blocks(
            evidence.table("ecosystems.measures"),
            evidence.table("ecosystems.transitions"),
            evidence.table("ecosystems.pictures"),
            voice,
        ),
        *_risk(evidence.table("ecosystems.assessments"), voice),
        *_index(evidence.table("ecosystems.index"), voice),
    ]
    if not blocks:
        return None
    kicker = _("Goal A · Target 1")
    return Section("ecosystems", _("Ecosystems"), tuple(blocks), target="1", kicker=kicker, place=(310,))


def measured_blocks(
    measures: pa.Table | None, transitions: pa.Table | None, pictures: pa.Table | None, voice: Voice
) -> list[Block]:
    """Return what maps tell: the maps themselves, extent and change, what became what."""
    return [*_maps(pictures, measures, voice), *_extent(measures, voice), *_flows(transitions, voice)]


def _maps(pictures: pa.Table | None, measures: pa.Table | None, voice: Voice) -> Iterable[Block]:
    if pictures is None or measures is None or not pictures.num_rows:
        return
    _ = voice.gettext
    found = read_pictures(pictures)
    codes, kinds = _kinds(found, measures, voice)
    sources = kept_source(measures, voice)
    for place, picture in enumerate(found):
        year = "" if picture.date is None else f"{picture.date:g}"
        caption = _("Ecosystems, {year}").format(year=year) if year else _("Ecosystems")
        text = _("Map of {count} classes, each in a colour named below it.").format(count=len(picture.classes))
        cells = on_classes(picture, codes)
        drawing = class_map(
            cells, kinds, voice, key=f"ecosystem-map-{place}", title=caption, text=text, size_km=picture.size_km
        )
        if drawing:
            yield Figure(drawing, caption, text, half=len(found) > 1, sources=sources)


def _kinds(pictures: list[Picture], measures: pa.Table, voice: Voice) -> tuple[list[str], list[Kind]]:
    """Return the classes of all dates and their colours, so that a class has the same colour at every date."""
    sizes: dict[str, float] = {}
    for picture in pictures:
        counts = np.bincount(picture.cells.ravel(), minlength=NOTHING + 1)
        for index, code in enumerate(picture.classes):
            sizes[code] = sizes.get(code, 0.0) + float(counts[index])
    named = dict(zip(measures["class"].to_pylist(), measures["name"].to_pylist(), strict=True))
    order = [code for code in named if code in sizes] + sorted(code for code in sizes if code not in named)
    names = [voice.gettext(named.get(code) or code) for code in order]
    return order, kinds_of(names, [sizes[code] for code in order], voice.gettext("other classes"))


def _extent(table: pa.Table | None, voice: Voice) -> Iterable[Block]:
    """Return extent and change by class, and by zone and class where the maps were measured by zone."""
    if table is None or not table.num_rows:
        return
    _ = voice.gettext
    rows, sources = table.to_pylist(), kept_source(table, voice)
    zoned = any(row.get("zone") for row in rows)
    whole = _over_zones(rows) if zoned else rows
    yield Table(_("Extent of ecosystems"), *_extent_rows(whole, voice, cells=not zoned), sources)
    if zoned:
        yield Table(_("Extent of ecosystems by area"), *_extent_rows(rows, voice, zones=True), sources, folded=True)
    yield Paragraph(
        _(
            "Areas are true on the ellipsoid. Cells are those of the 10 km grid without the smallest that together "
            "hold 1 % of the area, at the grid origin that needs fewest."
        ),
        "note",
    )


def _over_zones(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the area of each class at each date, all zones together; extent and cells do not add up."""
    found: dict[tuple[str, Any], dict[str, Any]] = {}
    for row in rows:
        own = found.setdefault((row["class"], row["date"]), {**row, "area_km2": 0.0, "zone": ""})
        own["area_km2"] += row["area_km2"]
    return list(found.values())


def _extent_rows(
    rows: list[dict[str, Any]], voice: Voice, *, zones: bool = False, cells: bool = True
) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:
    """Return columns and body: area at each date (a single map may have none), change, extent and cells at the last."""
    _ = voice.gettext
    dates = sorted({row["date"] for row in rows}, key=lambda date: date or 0)
    names = [_("Area (km²)") if date is None else _("{year} (km²)").format(year=f"{date:g}") for date in dates]
    columns = [Column("zone", _("Area"))] if zones else []
    columns += [Column("name", _("Ecosystem"))]
    keys = ["km2" if date is None else f"km2_{date:g}" for date in dates]
    columns += [Column(key, name, numeric=True) for key, name in zip(keys, names, strict=True)]
    columns += [Column("change", _("Change (%)"), numeric=True, decimals=1)] if len(dates) > 1 else []
    if cells:
        columns += [
            Column("eoo", _("Extent of occurrence (km²)"), numeric=True),
            Column("aoo", _("Occupied 10 km cells"), numeric=True),
        ]
    by_date = [{(row.get("zone") or "", row["class"]): row for row in rows if row["date"] == date} for date in dates]
    body = []
    for key, last in by_date[-1].items():
        cell: list[Any] = [key[0]] if zones else []
        cell += [_(last["name"] or key[1]), *(own[key]["area_km2"] if key in own else None for own in by_date)]
        cell += [_percent(by_date[0].get(key), last)] if len(dates) > 1 else []
        cell += [last["eoo_km2"], last.get("aoo_cells_min_cumulative", last["aoo_cells"])] if cells else []
        body.append(tuple(cell))
    return tuple(columns), tuple(body)


def _percent(first: Row | None, last: Row) -> float | None:
    if first is None or not first["area_km2"]:
        return None
    return float(100 * (last["area_km2"] / first["area_km2"] - 1))


def _flows(table: pa.Table | None, voice: Voice) -> Iterable[Block]:
    if table is None:
        return
    rows = [row for row in table.to_pylist() if row["before"] and row["after"]]
    intervals = sorted({(row["from_date"], row["to_date"]) for row in rows})
    for place, interval in enumerate(intervals):
        own = _moves([row for row in rows if (row["from_date"], row["to_date"]) == interval])
        yield from _flow(own, interval, f"ecosystem-flows-{place}", kept_source(table, voice), voice)


def _moves(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what became what, all zones together."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        own = found.setdefault((row["before"], row["after"]), {**row, "area_km2": 0.0})
        own["area_km2"] += row["area_km2"]
    return list(found.values())


def _flow(
    rows: list[dict[str, Any]], interval: tuple[float, float], key: str, sources: tuple[Citation, ...], voice: Voice
) -> Iterable[Block]:
    """Return what became what between two dates that follow one another, nothing where all stayed what it was."""
    _ = voice.gettext
    total = sum(row["area_km2"] for row in rows)
    start, end = interval
    moved = [row for row in rows if row["before"] != row["after"]]
    changed = sum(row["area_km2"] for row in moved)
    flows = [
        {
            "from": _(row["before_name"] or row["before"]),
            "to": _(row["after_name"] or row["after"]),
            "value": row["area_km2"],
        }
        for row in moved
        if row["area_km2"] >= SMALLEST_FLOW * changed
    ]
    if not flows:
        return
    years = voice.years(int(start), int(end))
    said = _("{area} km² changed from one class to another in {years}: {share} % of what is mapped.").format(
        area=voice.number(changed), years=years, share=voice.number(100 * changed / total, 1)
    )
    drawing = sankey(
        pa.Table.from_pylist(flows),
        voice,
        key=key,
        title=_("What became what"),
        text=said,
        before=f"{start:g}",
        after=f"{end:g}",
    )
    columns = (
        Column("before", _("Before")),
        Column("after", _("After")),
        Column("km2", _("Area (km²)"), numeric=True, decimals=1),
    )
    body = tuple((flow["from"], flow["to"], flow["value"]) for flow in sorted(flows, key=lambda flow: -flow["value"]))
    caption = _("What became what, {years}").format(years=years)
    yield Figure(drawing, caption, said, half=True, sources=sources)
    yield Table(caption, columns, body, sources, folded=True)


def _risk(table: pa.Table | None, voice: Voice) -> Iterable[Block]:
    if table is None:
        return
    _ = voice.gettext
    rows = table.to_pylist()
    counts = {code: sum(row["category"] == code for row in rows) for code in CATEGORIES}
    threatened = sum(counts[code] for code in THREATENED)
    said = voice.ngettext(
        "{threatened} of {count} ecosystem type assessed is threatened.",
        "{threatened} of {count} ecosystem types assessed are threatened.",
        len(rows),
    ).format(threatened=voice.number(threatened), count=voice.number(len(rows)))
    bars = pa.Table.from_pylist(
        [{"group": _("Ecosystem types"), "category": code, "count": n} for code, n in counts.items() if n]
    )
    names = {code: _(name) for code, name in CATEGORIES.items()}
    drawing = category_bars(
        bars, voice, key="ecosystem-categories", title=_("Red List of Ecosystems"), text=said, names=names
    )
    sources = kept_source(table, voice)
    yield Figure(drawing, _("Ecosystem types by category"), said, half=True, sources=sources)
    yield _criteria_table(rows, sources, voice)


def _criteria_table(rows: list[dict[str, Any]], sources: tuple[Citation, ...], voice: Voice) -> Table:
    _ = voice.gettext
    used = [name for name in CRITERIA if any(row.get(name) not in (None, "", "NE") for row in rows)]
    columns = (
        Column("name", _("Ecosystem")),
        Column("category", _("Category")),
        Column("criteria", _("Criteria")),
        *(Column(name, name) for name in used),
    )
    body = tuple(
        (name, _overall(row), row["criteria"], *(row[each] for each in used)) for name, row in _named(rows, voice)
    )
    versions = ", ".join(sorted({str(row["version"]) for row in rows}))
    caption = _("Assessed by the Red List of Ecosystems, guidelines {version}").format(version=versions)
    return Table(caption, columns, body, sources)


def _named(rows: list[dict[str, Any]], voice: Voice) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield each assessment with its name, and its area where another has the same name."""
    names = [voice.gettext(row["name"] or row["ecosystem"]) for row in rows]
    for name, row in zip(names, rows, strict=True):
        yield (f"{name}{voice.comma}{row['area']}" if names.count(name) > 1 and row.get("area") else name), row


def _overall(row: Row) -> str:
    low, high, best = row["category_low"], row["category_high"], row["category"]
    return best if low == high == best else f"{best} ({low}–{high})"


def _index(table: pa.Table | None, voice: Voice) -> Iterable[Block]:
    if table is None:
        return
    _ = voice.gettext
    whole = [row for row in table.to_pylist() if not row["group"] and row["value"] is not None]
    facts = tuple(
        Fact(
            _("Red List Index of ecosystems, {year}").format(year=row["year"]),
            voice.number(row["value"], 2),
            _("{low} to {high} with what is data deficient").format(
                low=voice.number(row["lower"], 2), high=voice.number(row["upper"], 2)
            ),
        )
        for row in (whole[:1] + whole[-1:] if len(whole) > 1 else whole)
    )
    if not facts:
        return
    yield Facts(facts, kept_source(table, voice))
    if assumed := sum(row.get("genuine_unsaid") or 0 for row in whole):
        said = voice.ngettext(
            "{count} change of category counts as genuine in the index, though nobody said that it is.",
            "{count} changes of category count as genuine in the index, though nobody said that they are.",
            assumed,
        )
        yield Paragraph(said.format(count=voice.number(assumed)), "note")
