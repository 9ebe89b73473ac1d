"""`species index`: histories of categories in, Red List Indices out, as table, Observations and chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.engine.hashes import inputs_said
from biosetu.engine.tables import replacing
from biosetu.figures import Options as ChartOptions
from biosetu.figures import series_chart
from biosetu.figures.standalone import standalone
from biosetu.framework import find_party
from biosetu.indicators import Provenance, method
from biosetu.jobs.species_assess import read_assessment_cells
from biosetu.observations import Source, validate
from biosetu.problems import DataError, Problem, Severity, UsageError
from biosetu.species.columns import chosen, find_columns, numbers, parts, row_numbers, texts
from biosetu.species.history import (
    Change,
    History,
    back_cast,
    category_counts,
    comparable,
    counted,
    driven_by,
    newest_parts,
    of_taxa,
    read_changes,
    read_histories,
)
from biosetu.species.red_list_index import (
    BASELINE,
    SAMPLE_ADVISED,
    SCHEMA,
    Kind,
    Options,
    red_list_index,
    stands_for_all,
)
from biosetu.species.tables import rows as table_rows
from biosetu.translation import Voice, say

METHOD = "species.red_list_index"
INDICATOR = "A.3"
MIXED = "categories are taken as they were published: change through better knowledge is mixed with genuine change"


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """What `species index` was asked.

    Attributes:
        history: file of taxon, year, category and group columns.
        by: group columns.
        weights: column of the history that holds each taxon's share.
        shares: file of party, taxon, share: one index for each Party.
        genuine: file of genuine changes: taxon, year, from, to; driver where `drivers` are asked for.
        only: (column, value) pairs that a taxon must hold to be counted; a cell may hold several values.
        drivers: codes of threats: only genuine changes that they drove move the index.
        options: how the index is computed.
    """

    history: Path
    by: Sequence[str] = ()
    weights: str | None = None
    shares: Path | None = None
    genuine: Path | None = None
    only: Sequence[tuple[str, str]] = ()
    drivers: Sequence[str] = ()
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class IndexResult:
    """The index table (with a column party where shares by Party were given), taxa by category, and warnings.

    `histories` are what they were made from.
    """

    table: pa.Table
    categories: pa.Table
    warnings: Sequence[Problem]
    histories: Sequence[History] = ()


def compute_index(request: IndexRequest) -> IndexResult:
    """Compute the Red List Index of every group, and of every Party where shares are given.

    Raises:
        DataError: the files cannot be read or hold unknown categories, listed by row.
        UsageError: the national index is asked for with shares: the two indices are never mixed; limits of a sample
            are asked for a mean over groups or a yearly series.
    """
    if request.options.kind is Kind.NATIONAL and (request.weights or request.shares):
        raise UsageError("the index of national Red Lists is unweighted: leave out either --national or the weights")
    if request.options.sampled and (request.options.aggregate or request.options.annual):
        raise UsageError(
            "--sampled gives limits of each group in its assessment years: leave out --aggregate and --annual"
        )
    if request.drivers and request.genuine is None:
        raise UsageError(
            "which changes a driver caused is said by the genuine changes: give --genuine with a column driver"
        )
    cells = _only(read_assessment_cells(request.history), request)
    histories, warnings = read_histories(cells, request.by, request.history.name, _gone(request))
    histories = [counted(history) for history in _compared(_genuine(histories, request, warnings), request, warnings)]
    if request.shares is not None:
        table = _by_party(histories, request)
    else:
        shares = _column_shares(cells, request) if request.weights else None
        table = red_list_index(histories, request.options, shares)
    if table.num_rows == 0:
        raise DataError(
            Problem(
                "no group has a value",
                "A trend needs two assessments of a group, and shares above 0.",
                "empty",
                request.history.name,
            )
        )
    cautions = _cautions(table, request, histories)
    return IndexResult(table, category_counts(histories), [*warnings, *cautions], histories)


def one_line(table: pa.Table) -> pa.Table:
    """Return the table as a chart can draw it; raise UsageError where it holds several Parties: no line joins them."""
    parties = set(table.column("party").to_pylist()) if "party" in table.column_names else set()
    if len(parties) > 1:
        raise UsageError("the table holds several Parties, a chart one: say which by --keep, or leave out --plot")
    return table


def party_result(request: IndexRequest, result: IndexResult, code: str) -> IndexResult:
    """Return of a result what is one Party's: its index, and the categories of the taxa it has a share of.

    Without shares it is the result as it is.

    Raises:
        UsageError: an unknown Party, or an index over certain taxa or of certain drivers: what is kept stands for all.
        DataError: there is no index of the Party.
    """
    iso3 = find_party(code).iso3
    if request.only or request.drivers:
        raise UsageError("what is kept for the dossier counts all taxa and all changes: leave out --keep, or the limit")
    if request.weights:
        shares = _column_shares(read_assessment_cells(request.history), request)
        return replace(result, **_held(result, shares))
    if request.shares is None:
        return result
    mine = result.table.filter(pc.equal(result.table.column("party"), iso3)).drop_columns(["party"])
    if mine.num_rows == 0:
        remedy = "Add its taxa and shares, or name another Party."
        raise DataError(Problem(say("there is no index of {iso3}", iso3=iso3), remedy, "party", request.shares.name))
    return replace(result, table=mine, **_held(result, _party_shares(request.shares)[iso3]))


def _held(result: IndexResult, shares: Mapping[str, float]) -> dict[str, Any]:
    """Return the histories of the taxa with a share above 0, and their categories."""
    held = {taxon for taxon, share in shares.items() if share > 0}
    histories = [of_taxa(history, held) for history in result.histories]
    return {"histories": histories, "categories": category_counts(histories)}


def _gone(request: IndexRequest) -> frozenset[str]:
    return frozenset({"EX", "RE"} if request.options.kind is Kind.NATIONAL else {"EX"})


def _genuine(histories: list[History], request: IndexRequest, warnings: list[Problem]) -> list[History]:
    if request.genuine is None:
        return histories
    changes = _changes(request.genuine, request.drivers)
    cast = []
    for history in histories:
        done, found = back_cast(history, changes, request.genuine.name)
        cast.append(done)
        warnings += found
    return cast


def _compared(histories: list[History], request: IndexRequest, warnings: list[Problem]) -> list[History]:
    if request.options.kind is not Kind.NATIONAL:
        return histories
    parts = []
    for history in histories:
        made, found = comparable(history, request.history.name)
        parts += made
        warnings += found
    return parts


def _changes(path: Path, drivers: Sequence[str]) -> list[Change]:
    cells = read_assessment_cells(path)
    changes = read_changes(cells, path.name)
    if not drivers:
        return changes
    find_columns(cells.column_names, ("driver",), path.name)
    return driven_by(changes, drivers)


def _only(cells: pa.Table, request: IndexRequest) -> pa.Table:
    """Keep the rows of the taxa whose newest year holds what is asked for: all of them, as with groups."""
    for column, value in request.only:
        names = find_columns(cells.column_names, ("taxon", "year", column), request.history.name)
        taxa, years = texts(cells, names["taxon"]), texts(cells, names["year"])
        held, _ = newest_parts(
            texts(cells, names[column]), taxa, [int(year) if year.isdecimal() else 0 for year in years]
        )
        cells = chosen(cells, [value in held.get(taxon, ()) for taxon in taxa])
    if request.only and cells.num_rows == 0:
        asked = ", ".join(f"{column}={value}" for column, value in request.only)
        raise DataError(
            Problem(say("no taxon has {asked}", asked=asked), "Check the value.", "empty", request.history.name)
        )
    return cells


def _column_shares(cells: pa.Table, request: IndexRequest) -> dict[str, float]:
    column = request.weights or ""
    names = find_columns(cells.column_names, ("taxon", column), request.history.name)
    values = _share_cells(cells, names[column], request.history.name)
    keys = [("", taxon) for taxon in texts(cells, names["taxon"])]
    return _shares(cells, keys, values, names[column], request.history.name).get("", {})


def _share_cells(cells: pa.Table, column: str, file: str) -> list[float | None]:
    values, problems = numbers(cells, column, file, least=0, remedy="Write a share, a number ≥ 0.")
    if problems:
        raise DataError(problems)
    return values


def _shares(
    cells: pa.Table, keys: Sequence[tuple[str, str]], values: Sequence[float | None], column: str, file: str
) -> dict[str, dict[str, float]]:
    """Return share by Party and taxon; a taxon with two shares is refused, for which of them counts is not known."""
    shares: dict[str, dict[str, float]] = {}
    problems = []
    for row, (party, taxon), value in zip(row_numbers(cells), keys, values, strict=True):
        mine = shares.setdefault(party, {})
        if value is not None and mine.setdefault(taxon, value) != value:
            told = say("{taxon} already has the share {mine:g}", taxon=taxon, mine=mine[taxon])
            problems.append(Problem(told, "Keep one of them.", "repeated", file, row, column, f"{value:g}"))
    if problems:
        raise DataError(problems)
    return shares


def _by_party(histories: Sequence[History], request: IndexRequest) -> pa.Table:
    tables = [_party_schema()]
    for party, shares in sorted(_party_shares(request.shares or Path()).items()):
        table = red_list_index(histories, request.options, shares)
        tables.append(table.add_column(0, "party", pa.array([party] * table.num_rows, pa.string())))
    return pa.concat_tables(tables)


def _party_shares(path: Path) -> dict[str, dict[str, float]]:
    cells = read_assessment_cells(path)
    names = find_columns(cells.column_names, ("party", "taxon", "share"), path.name)
    keys = list(zip(texts(cells, names["party"]), texts(cells, names["taxon"]), strict=True))
    return _shares(cells, keys, _share_cells(cells, names["share"], path.name), names["share"], path.name)


def _party_schema() -> pa.Table:
    return pa.schema([pa.field("party", pa.string()), *SCHEMA]).empty_table()


def _cautions(table: pa.Table, request: IndexRequest, histories: Sequence[History]) -> list[Problem]:
    said = []
    if request.genuine is None and any(len(history.years) > 1 for history in histories):
        said.append(("mixed", MIXED, "Give the genuine changes by --genuine."))
    fewest = min((row for row in table.column("taxa").to_pylist()), default=0)
    if request.options.sampled and fewest < SAMPLE_ADVISED:
        said.append(
            (
                "sample",
                f"a sample of {fewest} taxa shows a direction at best",
                "About 900 are advised, 200 for the direction (Henriques et al. 2020, doi:10.1111/conl.12703).",
            )
        )
    lists = Counter(history.group for history in histories)
    if request.options.kind is Kind.NATIONAL and any(lists[h.group] == 1 == len(h.years) for h in histories):
        said.append(
            (
                "baseline",
                "a single national assessment is a baseline, not a trend",
                "Assess the whole group again, comparably.",
            )
        )
    if request.options.aggregate and any(len(history.years) < 2 for history in histories):
        said.append(
            ("no-trend", "groups with one assessment, or none to compare with, are in no mean", "Assess them again.")
        )
    if any(count for count in table.column("filled").to_pylist()):
        said.append(
            (
                "filled",
                "some taxa were not assessed in every year; their nearest category was used",
                "Column filled says how many.",
            )
        )
    return [Problem(message, remedy, code, request.history.name, severity=Severity.WARNING)
            for code, message, remedy in said]  # fmt: skip


def for_indicator(request: IndexRequest, code: str) -> IndexRequest:
    """Return the request as an indicator of the framework needs it (`species/data/index_indicators.csv`).

    An indicator of the impact of a driver takes the codes of its threats; one over certain taxa needs `only`.

    Raises UsageError for an indicator that is no Red List Index, or without what it needs.
    """
    known = {row["indicator"]: row for row in table_rows("index_indicators.csv")}
    if code not in known:
        raise UsageError(say("{code} is no Red List Index; there are {known}", code=code, known=", ".join(known)))
    counts = known[code]["counts"]
    if counts == "taxa" and not request.only:
        raise UsageError(say("{code} counts certain taxa: say which by --only COLUMN=VALUE", code=code))
    if counts == "driver" and not request.drivers:
        request = replace(request, drivers=parts(known[code]["drivers"]))
    if counts == "driver" and request.genuine is None:
        raise UsageError(
            say("{code} counts changes of one cause alone: give --genuine with a column driver", code=code)
        )
    if counts == "all" and (request.only or request.drivers):
        raise UsageError(
            say(
                "{code} counts all taxa and all genuine changes: leave out --only and --driver, or name another",
                code=code,
            )
        )
    return request


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose index it is, and the release, holder and licence of the categories behind it."""

    party: str
    vintage: str
    holder: str
    licence: str


def index_observations(request: IndexRequest, table: pa.Table, origin: Origin, indicator: str = INDICATOR) -> pa.Table:
    """Return the index of one Party as Observations of `indicator`; DataError where their rules do not hold.

    Raises UsageError for an unknown Party.
    """
    inputs = inputs_said((request.history, request.shares, request.genuine))
    party = find_party(origin.party).iso3
    mine = table.filter(pc.equal(table.column("party"), party)) if "party" in table.column_names else table
    provenance = Provenance(party, origin.vintage, inputs, origin.holder, origin.licence, footnote=_counted(request))
    made = method(METHOD).observations(mine, indicator, provenance)
    validate(made)
    return made


def _counted(request: IndexRequest) -> str:
    """Say what the index was restricted to, for the footnote of its Observations."""
    taxa = [f"only taxa with {column} {value}" for column, value in request.only]
    return "; ".join([*taxa, *([f"only changes driven by {', '.join(request.drivers)}"] if request.drivers else [])])


def write_chart(table: pa.Table, path: Path, voice: Voice, title: str) -> None:
    """Draw the index of the whole (all taxa, or the mean over taxonomic groups) with its limits as SVG.

    Where there is none it is the first group, named in the title if there are others. Of national lists that
    cannot be compared only the newest is drawn: no line joins them.
    """
    rows = table.to_pylist()
    rows = [row for row in rows if row["status"] != BASELINE] or [max(rows, key=lambda row: int(row["year"]))]
    whole = [row["group"] for row in rows if stands_for_all(row)]
    groups = [row["group"] for row in rows]
    shown = whole[0] if whole else groups[0]
    if not whole and len(set(groups)) > 1:
        title = f"{title}: {shown}"
    measured = [row["year"] for row in rows if row["status"] in ("assessment", BASELINE)]
    newest = str(max(measured, default=rows[-1]["year"]))
    drawn = pa.Table.from_pylist(
        [
            {"vintage": newest, "source": Source.AVAILABLE_DATASET.value, **_point(row)}
            for row in rows
            if row["group"] == shown
        ]
    )
    options = ChartOptions(unit="index", dots=all(row["status"] == "assessment" for row in rows))
    svg = series_chart(drawn, voice, options, key="red-list-index", title=title)
    with replacing(path) as temporary:
        temporary.write_bytes(standalone(svg))


def _point(row: Mapping[str, object]) -> dict[str, object]:
    return {name: row[name] for name in ("year", "value", "lower", "upper")}
