"""Protected and conserved areas of a Party: coverage over time, what is left out, connection, quality."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from biosetu.areas import Figure as OfFigure
from biosetu.areas import held_figures, mean_target_achievement, reconcile
from biosetu.figures import Level, Options, Share, area_map, disclaimer, series_chart, share_bars
from biosetu.reports.content import Block, Citation, Column, Fact, Facts, Figure, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections._areas_quality import quality, reconciled
from biosetu.reports.series import kept_source
from biosetu.translation import N_, Voice

MOST_BARS = 12
TARGET_PERCENT, TARGET_YEAR = 30.0, 2030
REALMS = {"land": N_("land and inland water"), "sea": N_("sea")}
PARTS = {
    "land": N_("Land with inland water"),
    "land without inland water": N_("of it land without inland water"),
    "inland water": N_("of it inland water"),
    "sea": N_("Sea"),
}
MAP_LAYERS = (
    ("land", "ground", N_("Land and inland water")),
    ("sea", "ground-sea", N_("Sea")),
    ("inland water", "ground-water", N_("Inland water")),
    ("protected", "area-protected", N_("Protected areas")),
    ("oecm", "area-oecm", N_("Other conserved areas (OECMs)")),
)


def section(evidence: Evidence, voice: Voice) -> Section | None:
    """Return what is kept on protected and conserved areas, None where nothing is."""
    _ = voice.gettext
    coverage = evidence.table("areas.coverage")
    blocks = [
        *_coverage(coverage, evidence.table("areas.outlines"), voice),
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


def _is_official(table: pa.Table) -> bool:
    return (table.schema.metadata or {}).get(b"biosetu.official") == b"yes"


def _national(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield each realm with its rows, in order of years."""
    whole = table.filter(pc.equal(table.column("class"), "")) if "class" in table.column_names else table
    for realm in REALMS:
        rows = whole.filter(pc.equal(whole.column("realm"), realm)).sort_by("year")
        if rows.num_rows:
            yield realm, rows


def _coverage(table: pa.Table | None, drawn: pa.Table | None, voice: Voice) -> Iterator[Block]:
    if table is None:
        return
    _ = voice.gettext
    sources = kept_source(table, voice)
    if not _is_official(table):
        yield Paragraph(_("These polygons are not official: context, not indicator 3.1."), "caution")
    charts = []
    for realm, rows in _national(table):
        last = rows.to_pylist()[-1]
        share, name = voice.number(last["share_percent"], 1), _(REALMS[realm])
        year = voice.ltr(str(last["year"])) if last["year"] else _("years unknown")
        said = _("{share} % of {realm} is within protected areas or other conserved areas ({year}).").format(
            share=share, realm=name, year=year
        )
        yield Facts(
            (
                Fact(_("Covered, {realm}").format(realm=name), f"{share} %", year),
                Fact(_("Protected areas"), f"{voice.number(last['protected_km2'])} km²"),
                Fact(_("Other conserved areas (OECMs)"), f"{voice.number(last['oecm_km2'])} km²"),
            ),
            sources,
        )
        if rows.num_rows > 1:
            charts.append(_chart(rows, realm, said, sources, voice))
    yield from charts
    yield from _map(drawn, sources, voice)
    yield from _parts(table, sources, voice)
    yield Paragraph(_("Coverage says what is designated; it does not say what is effectively conserved."), "note")


def _map(drawn: pa.Table | None, sources: tuple[Citation, ...], voice: Voice) -> Iterator[Figure]:
    """Yield the map of what is protected, where its outlines were kept."""
    if drawn is None:
        return
    _ = voice.gettext
    shapes = shapely.from_wkb(drawn.column("geometry").to_numpy(zero_copy_only=False))
    kinds = np.array(drawn.column("kind").to_pylist(), dtype=object)
    layers = [(fill, _(label), shapes[kinds == kind]) for kind, fill, label in MAP_LAYERS if (kinds == kind).any()]
    title = _("Where protected and conserved areas lie")
    names = _("; ").join(layer[1] for layer in layers)
    said = _("A map of the country with: {names}.").format(names=names)
    svg = area_map(layers, voice, key="areas.outlines", title=title, text=said)
    if svg:
        yield Figure(svg, f"{title}. {disclaimer(voice)}", said, half=True, sources=sources)


def _parts(table: pa.Table, sources: tuple[Citation, ...], voice: Voice) -> Iterator[Block]:
    """Yield the figures by realm, where inland water is told apart or there is sea."""
    _ = voice.gettext
    rows = [row for row in table.sort_by("year").to_pylist() if not row.get("class")]
    last = {row["realm"]: row for row in rows}
    shown = [realm for realm in PARTS if realm in last]
    if len(shown) < 2:
        return
    columns = (
        Column("realm", _("Realm")),
        Column("area", _("Area (km²)"), numeric=True),
        Column("protected", _("Protected (km²)"), numeric=True),
        Column("oecm", _("OECMs (km²)"), numeric=True),
        Column("share", _("Covered (%)"), numeric=True, decimals=1),
    )
    keys = ("area_km2", "protected_km2", "oecm_km2", "share_percent")
    body = tuple((_(PARTS[realm]), *(last[realm][key] for key in keys)) for realm in shown)
    yield Table(_("Land, inland water and sea"), columns, body, sources)
    yield Paragraph(_("Target 3 counts land with inland water as one figure, and the sea as another."), "note")


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
    options = Options(unit="%", benchmark=goal, zero=True, decimals=1, label=_("Computed here"))
    drawing = series_chart(pa.table(values), voice, options, key=f"areas-{realm}", title=title, text=said)
    return Figure(drawing, title, said, half=True, sources=sources)


def _reconciled(evidence: Evidence, table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    """Yield the reconciliation that was kept, else the figures side by side without measured causes."""
    if table is None:
        return
    kept = evidence.table("areas.reconciliation")
    for realm, rows in _national(table):
        mine = kept.filter(pc.equal(kept.column("realm"), realm)) if kept is not None else None
        if mine is not None and mine.num_rows:
            yield from reconciled(mine, voice.gettext(REALMS[realm]), kept_source(mine, voice), voice)
            continue
        held = held_figures(evidence.observations.to_pylist(), realm)
        if held:
            told = reconcile([*held, _last(rows, table, voice)], [], realm)
            yield from reconciled(told, voice.gettext(REALMS[realm]), kept_source(table, voice), voice)


def _last(rows: pa.Table, table: pa.Table, voice: Voice) -> OfFigure:
    last = rows.to_pylist()[-1]
    return OfFigure("computed", last["share_percent"], last["year"], kept_source(table, voice)[0].text)


def _represented(table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    if table is None:
        return
    _ = voice.gettext
    sources = kept_source(table, voice)
    rows = sorted(table.to_pylist(), key=lambda row: -row["gap_km2"])
    columns = (
        Column("feature", _("Ecosystem or feature")),
        Column("total", _("Area (km²)"), numeric=True),
        Column("share", _("Covered (%)"), numeric=True, decimals=1),
        Column("wanted", _("Wanted (%)"), numeric=True),
        Column("gap", _("Missing (km²)"), numeric=True),
        Column("achieved", _("Part of the target held (%)"), numeric=True, decimals=1),
    )
    keys = ("total_km2", "share_percent", "target_percent", "gap_km2", "achieved_percent")
    body = tuple((_(row["feature"]), *(row[key] for key in keys)) for row in rows)
    mean = voice.number(mean_target_achievement(table), 1)
    yield Paragraph(_("On average {share} % of what is wanted of each is covered.").format(share=mean), sources=sources)
    bars = [Share(_(row["feature"]), row["share_percent"], row["target_percent"]) for row in rows[:MOST_BARS]]
    title = _("Share covered of each")
    drawing = share_bars(bars, voice, key="areas-represented", title=title, wanted=_("what is wanted"))
    yield Figure(drawing, title, _("Bars by feature, those that miss most first."), half=True, sources=sources)
    yield Table(_("What is represented"), columns, body, sources)


def _connected(table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    if table is None:
        return
    _ = voice.gettext
    columns = (
        Column("distance", _("Dispersal (km)"), numeric=True),
        Column("protected", _("Protected (%)"), numeric=True, decimals=1),
        Column("connected", _("Connected (%)"), numeric=True, decimals=1),
        Column("within", _("of it by protected land (%)"), numeric=True, decimals=1),
        Column("across", _("of it across other land (%)"), numeric=True, decimals=1),
        Column("beyond", _("of it by areas abroad (%)"), numeric=True, decimals=1),
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
    yield Table(_("Protected and connected land (ProtConn)"), columns, body, kept_source(table, voice))


def _quality(table: pa.Table | None, voice: Voice) -> Iterator[Block]:
    return quality(table, () if table is None else kept_source(table, voice), voice)


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
    yield Table(_("How the sites were cleaned"), columns, body, kept_source(table, voice), folded=True)
