"""Species of a Party: the Red List Index and what lies behind it, and national assessments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from biosetu.figures import Options, category_bars, series_chart
from biosetu.observations import Source
from biosetu.reports.content import Block, Citation, Column, Fact, Facts, Figure, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.series import kept_source
from biosetu.species.criteria.saying import reasons_said
from biosetu.species.red_list_index import BASELINE, stands_for_all
from biosetu.translation import N_, Voice

CATEGORIES = {
    "EX": N_("Extinct"),
    "EW": N_("Extinct in the Wild"),
    "RE": N_("Regionally Extinct"),
    "CR": N_("Critically Endangered"),
    "EN": N_("Endangered"),
    "VU": N_("Vulnerable"),
    "NT": N_("Near Threatened"),
    "LC": N_("Least Concern"),
    "DD": N_("Data Deficient"),
}
WHICH = {
    "rli-national/1": N_("From repeated national Red Lists: every taxon counts the same, whatever lies abroad."),
    "rli-disaggregated/1": N_("From global categories: every taxon counts by the share of its range in the country."),
    "rli-global/1": N_("From the categories given: every taxon counts the same."),
}
BOTH = {
    "category_before_adjustment": N_("Before the regional adjustment"),
    "category_global": N_("Global category"),
}
ALONE = N_("Baseline only: a single national list, or one that did not assess the same taxa as others, shows no trend.")
THREATENED = frozenset({"CR", "EN", "VU"})

Row = Mapping[str, Any]


def section(evidence: Evidence, voice: Voice) -> Section | None:
    """Return the Red List Index, the categories behind it and national assessments, None where nothing is kept."""
    _ = voice.gettext
    blocks = [
        *_index(evidence.table("species.index"), voice),
        *_categories(evidence.table("species.categories"), voice),
        *_assessments(evidence.table("species.assessments"), voice),
    ]
    if not blocks:
        return None
    return Section("species", _("Species"), tuple(blocks), target="4", kicker=_("Goal A · Target 4"), place=(320,))


def _index(table: pa.Table | None, voice: Voice) -> Iterable[Block]:
    if table is None:
        return
    _ = voice.gettext
    rows = table.to_pylist()
    whole = _whole(rows)
    trend = [row for row in whole if not _alone(row)]
    sources = kept_source(table, voice)
    if whole:
        told = trend[:1] + trend[-1:] if len(trend) > 1 else whole[-1:]
        yield Facts(tuple(_fact(row, voice) for row in told), sources)
    if len(trend) > 1:
        yield _chart(trend, _by_group(rows, sources, voice), voice)
    else:
        yield _by_group(rows, sources, voice)
    yield Paragraph(_(WHICH.get(rows[0]["series"], "")), "note")
    if any(_alone(row) for row in rows):
        yield Paragraph(_(ALONE), "note")


def _alone(row: Row) -> bool:
    """Whether a value stands alone, from a national list that can be compared with no other."""
    return row.get("status") == BASELINE


def _whole(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    named = [row["group"] for row in rows if stands_for_all(row)]
    return [row for row in rows if row["group"] == named[0] and row["value"] is not None] if named else []


def _fact(row: Row, voice: Voice) -> Fact:
    _ = voice.gettext
    return Fact(
        _("Red List Index of species, {year}").format(year=row["year"]),
        voice.number(row["value"], 2),
        _("{low} to {high} with what is data deficient").format(
            low=voice.number(row["lower"], 2), high=voice.number(row["upper"], 2)
        ),
    )


def _chart(whole: list[dict[str, Any]], data: Table, voice: Voice) -> Figure:
    _ = voice.gettext
    drawn = pa.Table.from_pylist(
        [
            {name: row[name] for name in ("year", "value", "lower", "upper")}
            | {"vintage": str(whole[-1]["year"]), "source": Source.AVAILABLE_DATASET.value}
            for row in whole
        ]
    )
    first, last = whole[0], whole[-1]
    said = _("From {first} to {last} the index went from {before} to {after}.").format(
        first=first["year"],
        last=last["year"],
        before=voice.number(first["value"], 3),
        after=voice.number(last["value"], 3),
    )
    title = _("Red List Index of species")
    svg = series_chart(drawn, voice, Options(dots=True), key="species-index", title=title, text=said)
    return Figure(svg, title, said, half=True, sources=data.sources, data=data)


def _by_group(rows: list[dict[str, Any]], sources: tuple[Citation, ...], voice: Voice) -> Table:
    _ = voice.gettext
    columns = (
        Column("group", _("Group")),
        Column("year", _("Year")),
        Column("value", _("Index"), numeric=True, decimals=3),
        Column("lower", _("Lower limit"), numeric=True, decimals=3),
        Column("upper", _("Upper limit"), numeric=True, decimals=3),
        Column("taxa", _("Taxa counted"), numeric=True),
        Column("deficient", _("Data deficient"), numeric=True),
    )
    names = {"aggregate": _("Mean of groups"), "all": _("All")}
    body = tuple(
        (
            names.get(row["group"]) or _(row["group"]),
            _("{year}, baseline only").format(year=row["year"]) if _alone(row) else str(row["year"]),
            *(row[name] for name in ("value", "lower", "upper", "taxa", "data_deficient")),
        )
        for row in rows
    )
    return Table(_("Red List Index by group"), columns, body, sources, folded=True)


def _categories(table: pa.Table | None, voice: Voice) -> Iterable[Block]:
    if table is None:
        return
    _ = voice.gettext
    counts: dict[tuple[str, str], int] = {}
    for row in table.to_pylist():
        key = row["group"], row["category"].split("(")[0]
        counts[key] = counts.get(key, 0) + row["taxa"]
    each_once = {key: count for key, count in counts.items() if key[0] == "all"} or counts
    total = sum(each_once.values())
    threatened = sum(count for (_group, code), count in each_once.items() if code in THREATENED)
    said = voice.ngettext(
        "{threatened} of {count} taxon assessed is threatened.",
        "{threatened} of {count} taxa assessed are threatened.",
        total,
    ).format(threatened=voice.number(threatened), count=voice.number(total))
    bars = pa.Table.from_pylist(
        [
            {"group": _("All") if group == "all" else _(group), "category": code, "count": count}
            for (group, code), count in counts.items()
        ]
    )
    names = {code: _(name) for code, name in CATEGORIES.items()}
    title = _("Taxa by category")
    svg = category_bars(bars, voice, key="species-categories", title=title, text=said, names=names)
    yield Figure(svg, title, said, half=True, sources=kept_source(table, voice))


def _assessments(table: pa.Table | None, voice: Voice) -> Iterable[Block]:
    if table is None:
        return
    _ = voice.gettext
    rows = table.to_pylist()
    signed = any(row.get("validated_by") for row in rows)
    both = [name for name in BOTH if any(row.get(name) for row in rows)]
    columns = (
        Column("taxon", _("Taxon")),
        Column("category", _("Category")),
        *(Column(name, _(BOTH[name])) for name in both),
        Column("criteria", _("Criteria")),
        Column("limits", _("Plausible")),
        Column("reasons", _("Reasons"), prose=True),
        Column("near", _("Near a threshold"), prose=True),
        *((Column("signed", _("Validated by the Party"), prose=True),) if signed else ()),
    )
    body = tuple(
        (
            row["taxon"],
            voice.ltr(row.get("category_shown") or row["category"]),
            *(row.get(name) or "" for name in both),
            row["criteria"],
            _limits(row, voice),
            _("; ").join(reasons_said(row["reasons"], voice)),
            _("; ").join(reasons_said(row["near_threshold"], voice)),
            *((_signed(row, voice),) if signed else ()),
        )
        for row in rows
    )
    caption = _("National assessments under the IUCN criteria 3.1")
    yield Table(caption, columns, body, kept_source(table, voice), folded=len(rows) > 20)
    yield Paragraph(
        _(
            "° marks a category moved by the regional guidelines. Near Threatened is the assessor's judgement: what "
            "lies near a threshold is given as evidence for it."
        ),
        "note",
    )


def _signed(row: Row, voice: Voice) -> str:
    """Whose assessment it is, which office validated it, and when; empty for one that came without review."""
    if not row.get("validated_by"):
        return ""
    return voice.gettext("{holder}; {office}, {date}").format(
        holder=row["holder"], office=row["validated_by"], date=voice.date(row["validated_on"])
    )


def _limits(row: Row, voice: Voice) -> str:
    low, high = row["category_low"], row["category_high"]
    return low if low == high else voice.ltr(f"{low}–{high}")
