"""Protected and conserved areas of a Party: coverage over time, what is left out, connection, quality."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.areas import Figure as OfFigure
from biosetu.areas import mean_target_achievement, reconcile
from biosetu.figures import Level, Options, series_chart
from biosetu.reports.content import Block, Citation, Column, Fact, Facts, Figure, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.translation import N_, Voice

TARGET_PERCENT, TARGET_YEAR = 30.0, 2030
REALMS = {"land": N_("land and inland water"), "sea": N_("sea")}
OFFICIAL_SERIES = {"land": "ER.LND.PTLD.ZS", "sea": "ER.MRN.PTMR.ZS"}
ORIGINS = {
    "official": N_("The Party's own figure"),
    "database": N_("International database"),
    "computed": N_("Computed here"),
}
CAUSES = {
    "buffer zones": N_("Buffer zones"),
    "corridors": N_("Corridors"),
    "base map": N_("Base map"),
    "adopted": N_("Sites adopted, not yet designated"),
    "points": N_("Points without boundaries"),
    "biosphere reserves": N_("Biosphere reserves"),
    "release": N_("Release of the database"),
    "restricted sites": N_("Sites held but not published"),
    "unexplained": N_("Not explained"),
}


def section(evidence: Evidence, voice: Voice) -> Section | None:
    """Return what is kept on protected and conserved areas, None where nothing is."""
    _ = voice.gettext
    coverage = evidence.table("areas.coverage")
    blocks = [
        *_coverage(coverage, voice),
        *_reconciled(evidence, coverage, voice),
        *_represented(evidence.table("areas.representation"), voice),
        *_connected(evidence.table("areas.connectivity"), voice),
        *_quality(evidence.table("areas.quality"), voice),
        *_cleaned(evidence.table("areas.log"), voice),
    ]
    if not blocks:
        return None
    title = _("Protected and conserved areas")
    return Section("areas", title, tuple(blocks), target="3", kicker=_("Target 3"), place=(320,))


def _citation(table: pa.Table, voice: Voice) -> tuple[Citation, ...]:
    about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    inputs = about.get("biosetu.inputs", "")
    text = about.get("biosetu.citation") or voice.gettext("Computed here from {inputs}").format(inputs=inputs)
    return (Citation(text, licence=about.get("biosetu.licence", "")),)


def _is_official(table: pa.Table) -> bool:
    return (table.schema.metadata or {}).get(b"biosetu.official") == b"yes"


def _national(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield each realm with its rows, in order of years."""
    for realm in REALMS:
        rows = table.filter(pc.equal(table.column("realm"), realm)).sort_by("year")
        if rows.num_rows:
            yield realm, rows


def _coverage(table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    if table is None:
        return
    _ = voice.gettext
    sources = _citation(table, voice)
    if not _is_official(table):
        yield Paragraph(_("These polygons are not official: context, not indicator 3.1."), "caution")
    for realm, rows in _national(table):
        last = rows.to_pylist()[-1]
        share, name = voice.number(last["share_percent"], 1), _(REALMS[realm])
        said = _("{share} % of {realm} is within protected areas or other conserved areas ({year}).").format(
            share=share, realm=name, year=voice.ltr(str(last["year"]))
        )
        yield Facts(
            (
                Fact(_("Covered, {realm}").format(realm=name), f"{share} %", voice.ltr(str(last["year"]))),
                Fact(_("Protected areas"), f"{voice.number(last['protected_km2'])} km²"),
                Fact(_("Other conserved areas (OECMs)"), f"{voice.number(last['oecm_km2'])} km²"),
            ),
            sources,
        )
        if rows.num_rows > 1:
            yield _chart(rows, realm, said, sources, voice)
    yield Paragraph(_("Coverage says what is designated; it does not say what is effectively conserved."), "note")


def _chart(rows: pa.Table, realm: str, said: str, sources: tuple[Citation, ...], voice: Voice) -> Figure:
    _ = voice.gettext
    count = rows.num_rows
    values = {
        "year": rows.column("year"),
        "value": rows.column("share_percent"),
        "lower": pa.nulls(count, pa.float64()),
        "upper": pa.nulls(count, pa.float64()),
        "vintage": pa.array([""] * count),
        "source": pa.array(["availableDataset"] * count),
    }
    goal = Level(_("30 % by 2030, for all Parties together"), ((TARGET_YEAR, TARGET_PERCENT),))
    title = _("Share covered, {realm}").format(realm=_(REALMS[realm]))
    options = Options(unit="%", benchmark=goal, zero=True, decimals=1)
    drawing = series_chart(pa.table(values), voice, options, key=f"areas-{realm}", title=title, text=said)
    return Figure(drawing, title, said, half=True, sources=sources)


def _reconciled(evidence: Evidence, table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    if table is None:
        return
    _ = voice.gettext
    for realm, rows in _national(table):
        figures = [*_held(evidence, realm), _last(rows, table, voice)]
        if len(figures) < 2:
            continue
        known = reconcile(figures, []).to_pylist()
        body = tuple(
            (
                _(ORIGINS.get(row["name"], "") or CAUSES[row["name"]]),
                row["share_percent"],
                None if row["year"] is None else str(row["year"]),
                row["points"],
                row["source"],
            )
            for row in known
        )
        columns = (
            Column("figure", _("Figure or cause")),
            Column("share", _("Share (%)"), numeric=True, decimals=1),
            Column("year", _("Year")),
            Column("difference", _("Difference (points)"), numeric=True, decimals=1),
            Column("source", _("Source")),
        )
        caption = _("Figures side by side, {realm}").format(realm=_(REALMS[realm]))
        yield Table(caption, columns, body, _citation(table, voice), folded=True)
        yield Paragraph(_("A cause without a number has not been measured; the Party may know it."), "note")


def _last(rows: pa.Table, table: pa.Table, voice: Voice) -> OfFigure:
    last = rows.to_pylist()[-1]
    return OfFigure("computed", last["share_percent"], last["year"], _citation(table, voice)[0].text)


def _held(evidence: Evidence, realm: str) -> Iterator[OfFigure]:
    """Yield the newest of the Party's own figures and of the database's, where there are any."""
    rows = [
        row
        for row in evidence.observations.to_pylist()
        if row["indicator"] == "3.1" and row["series"] == OFFICIAL_SERIES[realm] and row["value"] is not None
    ]
    for origin, source in (("official", "national"), ("database", "availableDataset")):
        mine = [row for row in rows if row["source"] == source]
        if mine:
            newest = max(mine, key=lambda row: (row["year"], row["vintage"]))
            yield OfFigure(origin, newest["value"], newest["year"], newest["series"])


def _represented(table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    if table is None:
        return
    _ = voice.gettext
    sources = _citation(table, voice)
    rows = sorted(table.to_pylist(), key=lambda row: -row["gap_km2"])
    columns = (
        Column("feature", _("Ecosystem or feature")),
        Column("total", _("Area (km²)"), numeric=True),
        Column("share", _("Covered (%)"), numeric=True, decimals=1),
        Column("wanted", _("Wanted (%)"), numeric=True),
        Column("gap", _("Missing (km²)"), numeric=True),
    )
    body = tuple(
        (row["feature"], row["total_km2"], row["share_percent"], row["target_percent"], row["gap_km2"]) for row in rows
    )
    mean = voice.number(mean_target_achievement(table), 1)
    yield Paragraph(_("On average {share} % of what is wanted of each is covered.").format(share=mean), sources=sources)
    yield Table(_("What is represented"), columns, body, sources)


def _connected(table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    if table is None:
        return
    _ = voice.gettext
    columns = (
        Column("distance", _("Dispersal (km)"), numeric=True),
        Column("protected", _("Protected (%)"), numeric=True, decimals=1),
        Column("connected", _("Protected and connected (%)"), numeric=True, decimals=1),
        Column("within", _("through protected land (% of that)"), numeric=True, decimals=1),
        Column("across", _("across unprotected land (% of that)"), numeric=True, decimals=1),
        Column("beyond", _("through areas abroad (% of that)"), numeric=True, decimals=1),
    )
    keys = (
        "distance_km",
        "protected_percent",
        "protconn_percent",
        "fraction_prot",
        "fraction_unprot",
        "fraction_trans",
    )
    body = tuple(tuple(row[key] for key in keys) for row in table.to_pylist())
    yield Table(_("Protected and connected land (ProtConn)"), columns, body, _citation(table, voice))


def _quality(table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    if table is None:
        return
    _ = voice.gettext
    columns = (
        Column("kind", _("Assessment")),
        Column("sites", _("Sites assessed"), numeric=True),
        Column("assessed", _("Area assessed (%)"), numeric=True, decimals=1),
        Column("effective", _("Area found effective (%)"), numeric=True, decimals=1),
        Column("years", _("Years")),
    )
    body = tuple(
        (
            row["kind"],
            row["sites_assessed"],
            row["assessed_percent"],
            row["effective_percent"],
            voice.years(int(row["first_year"]), int(row["last_year"])) if row["first_year"] else "",
        )
        for row in table.to_pylist()
    )
    yield Table(_("Management assessed"), columns, body, _citation(table, voice))


def _cleaned(table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    if table is None:
        return
    _ = voice.gettext
    columns = (
        Column("step", _("Step")),
        Column("touched", _("Sites concerned"), numeric=True),
        Column("after", _("Sites kept"), numeric=True),
    )
    body = tuple((_(row["what"]), row["touched"], row["sites_after"]) for row in table.to_pylist())
    yield Table(_("How the sites were cleaned"), columns, body, _citation(table, voice), folded=True)
