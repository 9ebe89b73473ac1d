"""Of a Party's protected areas: which are assessed and found effective, and why figures on them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.reports.content import Block, Citation, Column, Paragraph, Table
from biosetu.translation import N_, Voice

LEAST_POINTS = 0.005  # below what the table shows
ORIGINS = {
    "official": N_("The Party's own figure"),
    "database": N_("International database"),
    "computed": N_("Computed here"),
}
CAUSES = {
    "later sites": N_("Sites established later"),
    "release": N_("Release of the database"),
    "base map": N_("Base map"),
    "proposed": N_("Sites proposed, not yet designated"),
    "adopted": N_("Sites adopted, not yet designated"),
    "biosphere reserves": N_("Biosphere reserves"),
    "points": N_("Points without boundaries"),
    "buffer zones": N_("Buffer zones"),
    "corridors": N_("Corridors"),
    "oecm": N_("Other conserved areas (OECMs)"),
    "overlaps": N_("Places counted several times"),
    "reported areas": N_("Reported areas instead of outlines"),
    "restricted sites": N_("Sites held but not published"),
    "projection": N_("Areas taken on a flat map"),
    "unexplained": N_("Not explained"),
}
GROUPS = {
    "any assessment": N_("Any assessment"),
    "management effectiveness": N_("Management effectiveness"),
    "Green List": N_("Green List"),
    "governance and equity": N_("Governance and equity"),
}


def quality(table: pa.Table | None, sources: tuple[Citation, ...], voice: Voice) -> Iterator[Block]:
    """Yield which share is assessed and found effective, by sites and by area, where assessments were brought."""
    if table is None:
        return
    _ = voice.gettext
    rows = [row for row in table.to_pylist() if row["realm"] in ("", "land") and row["sites_assessed"]]
    if not rows:
        yield Paragraph(_("No protected or conserved area has an assessment here."), "note", sources)
        return
    columns = (
        Column("kind", _("Assessment")),
        Column("sites", _("Sites assessed"), numeric=True),
        Column("sites_share", _("of sites (%)"), numeric=True, decimals=1),
        Column("assessed", _("of area (%)"), numeric=True, decimals=1),
        Column("effective_sites", _("Good finding, of sites (%)"), numeric=True, decimals=1),
        Column("effective", _("of area (%)"), numeric=True, decimals=1),
        Column("years", _("Years")),
    )
    yield Paragraph(_found(rows, voice), sources=sources)
    yield Table(
        _("Quality: what is assessed, what is found effective"),
        columns,
        tuple(_quality_row(row, _methods(rows, row["group"]), voice) for row in rows if not row["kind"]),
        sources,
    )
    yield Paragraph(
        _("Shares are of all protected and conserved sites and of their area; what is not assessed is not known."),
        "note",
    )


def _found(rows: list[Mapping[str, Any]], voice: Voice) -> str:
    """Return the sentence on management effectiveness, else on any assessment."""
    _ = voice.gettext
    managed = next((row for row in rows if row["group"] == "management effectiveness" and not row["kind"]), None)
    if managed is None or managed["effective_percent"] is None:
        share = voice.number(rows[0]["assessed_percent"] or 0.0, 1)
        return _("{share} % of the protected and conserved area has been assessed.").format(share=share)
    return _(
        "Management is assessed on {assessed} % of the protected and conserved area, and found effective on {good} %."
    ).format(assessed=voice.number(managed["assessed_percent"], 1), good=voice.number(managed["effective_percent"], 1))


def _methods(rows: list[Mapping[str, Any]], group: str) -> list[str]:
    """Return the methods of a group, but for one that is called like the group."""
    return [row["kind"] for row in rows if row["group"] == group and row["kind"] not in ("", group)]


def _quality_row(row: Mapping[str, Any], methods: list[str], voice: Voice) -> tuple[str | int | float | None, ...]:
    name = voice.gettext(GROUPS[row["group"]])
    return (
        f"{name} ({', '.join(methods)})" if methods else name,
        row["sites_assessed"],
        row["sites_assessed_percent"],
        row["assessed_percent"],
        row["sites_effective_percent"],
        row["effective_percent"],
        voice.years(int(row["first_year"]), int(row["last_year"])) if row["first_year"] else "",
    )


def reconciled(table: pa.Table, realm: str, sources: tuple[Citation, ...], voice: Voice) -> Iterator[Block]:
    """Yield the figures side by side, each cause with what it does alone and in order, and what is left."""
    _ = voice.gettext
    rows = table.to_pylist()
    columns = (
        Column("figure", _("Figure or cause")),
        Column("share", _("Share (%)"), numeric=True, decimals=2),
        Column("year", _("Year")),
        Column("difference", _("Difference (points)"), numeric=True, decimals=2),
        Column("left", _("Left then (points)"), numeric=True, decimals=2),
        Column("order", _("Applied as"), numeric=True),
        Column("in_order", _("Adds in that order (points)"), numeric=True, decimals=2),
    )
    caption = _("Figures side by side, {realm}").format(realm=realm)
    causes = [row for row in rows if row["row"] == "cause"]
    measured = [row for row in causes if row["points"] is not None]
    idle = [row for row in measured if abs(row["points"]) < LEAST_POINTS and row["order"] is None]
    shown = [row for row in rows if row["row"] != "cause" or (row in measured and row not in idle)]
    yield Table(caption, columns, tuple(_cause_row(row, voice) for row in shown), sources, folded=True)
    yield Paragraph(_("Each cause was measured by computing again with that one thing changed."), "note")
    missing = [row for row in causes if row["points"] is None]
    for told, named in ((N_("Without effect here: {causes}."), idle), (N_("Not measured: {causes}."), missing)):
        if named:
            names = _("; ").join(_(CAUSES[row["name"]]) for row in named)
            yield Paragraph(_(told).format(causes=names), "note")


def _cause_row(row: Mapping[str, Any], voice: Voice) -> tuple[str | int | float | None, ...]:
    name = ORIGINS.get(row["name"], "") or CAUSES[row["name"]]
    year = None if row["year"] is None else str(row["year"])
    keys = ("points", "left_points", "order", "points_in_order")
    return (voice.gettext(name), row["share_percent"], year, *(row[key] for key in keys))
