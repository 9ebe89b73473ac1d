"""`species index`: histories of categories in, Red List Indices out, as table, Observations and chart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.engine.tables import replacing
from biosetu.figures import Options as ChartOptions
from biosetu.figures import series_chart
from biosetu.figures.standalone import standalone
from biosetu.framework import find_party
from biosetu.indicators import Provenance, method
from biosetu.jobs.species_assess import read_assessment_cells
from biosetu.observations import Source, validate
from biosetu.problems import DataError, Problem, Severity, UsageError
from biosetu.species.history import History, back_cast, category_counts, read_changes, read_histories
from biosetu.species.red_list_index import SAMPLE_ADVISED, SCHEMA, Kind, Options, red_list_index
from biosetu.translation import Voice

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
        genuine: file of genuine changes: taxon, year, from, to.
        options: how the index is computed.
    """

    history: Path
    by: Sequence[str] = ()
    weights: str | None = None
    shares: Path | None = None
    genuine: Path | None = None
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class IndexResult:
    """The index table (with a column party where shares by Party were given), taxa by category, and warnings."""

    table: pa.Table
    categories: pa.Table
    warnings: Sequence[Problem]


def compute_index(request: IndexRequest) -> IndexResult:
    """Compute the Red List Index of every group, and of every Party where shares are given.

    Raises:
        DataError: the files cannot be read or hold unknown categories, listed by row.
        UsageError: the national index is asked for with shares: the two indices are never mixed.
    """
    if request.options.kind is Kind.NATIONAL and (request.weights or request.shares):
        raise UsageError("the index of national Red Lists is unweighted: leave out either --national or the weights")
    cells = read_assessment_cells(request.history)
    histories, warnings = read_histories(cells, request.by, request.history.name, _gone(request))
    histories = _genuine(histories, request, warnings)
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
    return IndexResult(table, category_counts(histories), [*warnings, *_cautions(table, request, histories)])


def _gone(request: IndexRequest) -> frozenset[str]:
    return frozenset({"EX", "RE"} if request.options.kind is Kind.NATIONAL else {"EX"})


def _genuine(histories: list[History], request: IndexRequest, warnings: list[Problem]) -> list[History]:
    if request.genuine is None:
        return histories
    changes = read_changes(read_assessment_cells(request.genuine), request.genuine.name)
    cast = []
    for history in histories:
        done, found = back_cast(history, changes, request.genuine.name)
        cast.append(done)
        warnings += found
    return cast


def _column_shares(cells: pa.Table, request: IndexRequest) -> dict[str, float]:
    lower = {name.strip().lower(): name for name in cells.column_names}
    column = lower.get((request.weights or "").lower())
    taxon = next((lower[name] for name in ("taxon", "scientificname", "species") if name in lower), None)
    if column is None or taxon is None:
        raise DataError(
            Problem(f"there is no column {request.weights}", "Name it so.", "column", request.history.name, 1)
        )
    texts = cells.column(column).to_pylist()
    return _shares(cells.column(taxon).to_pylist(), texts, request.history.name, column)


def _shares(taxa: Sequence[object], texts: Sequence[object], file: str, column: str) -> dict[str, float]:
    shares: dict[str, float] = {}
    problems = []
    for row, (taxon, text) in enumerate(zip(taxa, texts, strict=True), start=2):
        if text is None or str(text).strip() == "":
            continue
        share = _share(str(text))
        if share is None:
            problems.append(Problem("this is no share", "Write a number ≥ 0.", "share", file, row, column, str(text)))
        else:
            shares[str(taxon).strip()] = share
    if problems:
        raise DataError(problems)
    return shares


def _share(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _by_party(histories: Sequence[History], request: IndexRequest) -> pa.Table:
    path = request.shares or Path()
    cells = read_assessment_cells(path)
    missing = [name for name in ("party", "taxon", "share") if name not in cells.column_names]
    if missing:
        raise DataError(
            [Problem(f"there is no column {name}", "Name it so.", "column", path.name, 1) for name in missing]
        )
    parties: dict[str, list[int]] = {}
    for row, party in enumerate(cells.column("party").to_pylist()):
        parties.setdefault(str(party), []).append(row)
    taxa, texts = cells.column("taxon").to_pylist(), cells.column("share").to_pylist()
    tables = [_party_schema()]
    for party, rows in sorted(parties.items()):
        shares = _shares([taxa[i] for i in rows], [texts[i] for i in rows], path.name, "share")
        table = red_list_index(histories, request.options, shares)
        tables.append(table.add_column(0, "party", pa.array([party] * table.num_rows, pa.string())))
    return pa.concat_tables(tables)


def _party_schema() -> pa.Table:
    return pa.schema([pa.field("party", pa.string()), *SCHEMA]).empty_table()


def _cautions(table: pa.Table, request: IndexRequest, histories: Sequence[History]) -> list[Problem]:
    texts = []
    if request.genuine is None and any(len(history.years) > 1 for history in histories):
        texts.append(("mixed", MIXED, "Give the genuine changes by --genuine."))
    fewest = min((row for row in table.column("taxa").to_pylist()), default=0)
    if request.options.sampled and fewest < SAMPLE_ADVISED:
        texts.append(
            (
                "sample",
                f"a sample of {fewest} taxa shows a direction at best",
                "About 900 are advised, 200 for the direction (Henriques et al. 2020, doi:10.1111/conl.12703).",
            )
        )
    if "baseline only" in table.column("status").to_pylist():
        texts.append(
            (
                "baseline",
                "a single national assessment is a baseline, not a trend",
                "Assess the whole group again, comparably.",
            )
        )
    if any(count for count in table.column("filled").to_pylist()):
        texts.append(
            (
                "filled",
                "some taxa were not assessed in every year; their nearest category was used",
                "Column filled says how many.",
            )
        )
    return [Problem(message, remedy, code, request.history.name, severity=Severity.WARNING)
            for code, message, remedy in texts]  # fmt: skip


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, for provenance."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
    used = [path for path in (request.history, request.shares, request.genuine) if path is not None]
    inputs = "; ".join(f"{path.name} sha256:{content_hash(path)[:16]}" for path in used)
    mine = table.filter(pc.equal(table.column("party"), origin.party)) if "party" in table.column_names else table
    provenance = Provenance(find_party(origin.party).iso3, origin.vintage, inputs, origin.holder, origin.licence)
    made = method(METHOD).observations(mine, indicator, provenance)
    validate(made)
    return made


def write_chart(table: pa.Table, path: Path, voice: Voice, title: str) -> None:
    """Draw the index of the whole (the aggregate, or the only group) with its limits as SVG."""
    rows = table.to_pylist()
    groups = [row["group"] for row in rows]
    shown = "aggregate" if "aggregate" in groups else groups[0]
    measured = [row["year"] for row in rows if row["status"] in ("assessment", "baseline only")]
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
