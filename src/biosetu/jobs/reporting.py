"""Files for the Convention's reporting tool: check, correct, write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.alignment.importing import grid_of
from biosetu.alignment.ort import IndicatorData, read_records
from biosetu.alignment.ort.reading import parse_json
from biosetu.engine.grids import Book, read_book
from biosetu.engine.tables import read_parquet
from biosetu.framework import find_party, indicators
from biosetu.jobs.party import default_store, held
from biosetu.jobs.promise_files import json_text
from biosetu.observations import Source, Status, validate
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports.cbd import (
    Change,
    CheckReport,
    check,
    correct,
    has_attachment,
    points,
    write_attachment,
    write_grids,
    write_upload,
)

SENT = (Source.NATIONAL, Source.AVAILABLE_DATASET)
OWN = (Status.VALIDATED, Status.REPORTED)


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked file, and its corrected copy where one was asked for."""

    report: CheckReport
    changes: tuple[Change, ...] = ()
    corrected: Path | None = None


def check_report(
    path: Path, code: str = "", attachment: bool = False, fixed: Path | None = None, today: date | None = None
) -> Checked:
    """Check a file for the reporting tool; with `fixed`, write a corrected copy there and list each change."""
    if code and code not in indicators():
        raise UsageError(f"There is no indicator {code!r}. Use a code of decision 16/31, such as A.3.")
    book = _book(path)
    report = check(book, code, attachment, today)
    if fixed is None:
        return Checked(report)
    if fixed.resolve() == path.resolve():
        raise UsageError("The corrected copy needs another name than the file itself.")
    corrected, changes = correct(book, report)
    _write_book(corrected, fixed)
    return Checked(report, tuple(changes), fixed)


def _book(path: Path) -> Book:
    """Read a table, or JSON: an export as a list of rows, or records of indicator data."""
    if path.suffix.lower() != ".json":
        return read_book(path)
    text = json_text(path)
    content = parse_json(text, path.name)
    if isinstance(content, list) and content and isinstance(content[0], dict) and "header" not in content[0]:
        return Book(path.name, "csv", (grid_of(content),))
    found = [record for _, record in read_records(text, path.name)]
    if wrong := [record for record in found if isinstance(record, Problem)]:
        raise DataError(wrong)
    rows = [row for record in found if isinstance(record, IndicatorData) for row in _rows_of(record)]
    return Book(path.name, "csv", (grid_of(rows),))


def _rows_of(record: IndicatorData) -> list[dict[str, object]]:
    common = {"Unique ID": record.header.identifier, "Government": record.government.identifier}
    return [
        {
            **common,
            "Indicator Code": row.indicator_code,
            "Disaggregation Type": row.disaggregation_type,
            "Disaggregation": row.disaggregation,
            "Year": row.year,
            "Unit": row.unit,
            "Value": row.value,
            "Footnote": row.footnote,
        }
        for row in record.data or ()
    ]


def _write_book(book: Book, path: Path) -> None:
    write_grids({grid.name or "data": grid.rows for grid in book.grids}, path)


def report_indicator(
    party: str, code: str, out: Path, source: str, attachment: Path | None = None, observations: Path | None = None
) -> int:
    """Write the upload workbook from all that is held on the Party, or from a Parquet file of observations.

    Raises `UsageError` for an unknown Party, code or attachment before anything is read.
    """
    iso3 = _known(party, code, attachment)
    table = held(iso3, default_store()) if observations is None else validate(read_parquet(observations))
    return write_indicator_workbook(table, party, code, out, Source(source), attachment)


def write_indicator_workbook(
    observations: pa.Table,
    party: str,
    code: str,
    out: Path,
    source: Source = Source.NATIONAL,
    attachment: Path | None = None,
) -> int:
    """Write the upload workbook of one indicator of a Party, and its detailed attachment; return the rows written.

    National figures are those that the Party validated or reported; computed figures are never sent as its own.
    """
    iso3 = _known(party, code, attachment)
    rows = points(_chosen(observations, iso3, code, source), code.removeprefix("national:"))
    if not rows:
        raise DataError(_nothing(observations, iso3, code, source))
    if attachment is not None:
        write_attachment(code, rows, attachment)
    return write_upload(rows, out)


def _known(party: str, code: str, attachment: Path | None) -> str:
    """Return the Party's code where Party, indicator and the attachment asked for are known."""
    iso3 = find_party(party).iso3
    known = indicators().get(code)
    if known is None and not code.startswith("national:"):
        raise UsageError(f"There is no indicator {code!r}. Use a code of decision 16/31, such as A.3.")
    if known is not None and known.kind == "binary":
        raise UsageError(f"{code} takes answers to questions, not figures: see biosetu report questions.")
    if attachment is not None and not has_attachment(code):
        raise UsageError(f"The reporting tool has no detailed template for {code}.")
    return iso3


def settled_indicators(observations: pa.Table) -> list[tuple[str, Source]]:
    """Return the indicators of which the Party has something to send, in the framework's order, with the source.

    Its own figures where it validated any, else an available dataset that it accepted.
    """
    found: dict[str, Source] = {}
    for row in observations.to_pylist():
        source, code = Source(row["source"]), row["indicator"]
        whole = row["status"] in OWN and row["value"] is not None and bool(row["unit"])
        if whole and source in SENT and _is_sent(code) and found.get(code) is not Source.NATIONAL:
            found[code] = source
    order = {code: place for place, code in enumerate(indicators())}
    return sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))


def _is_sent(code: str) -> bool:
    known = indicators().get(code)
    return known.kind != "binary" if known else code.startswith("national:")


def _chosen(observations: pa.Table, party: str, code: str, source: Source) -> pa.Table:
    mask = pc.and_(pc.equal(observations["party"], party), pc.equal(observations["indicator"], code))
    mask = pc.and_(mask, pc.equal(observations["source"], str(source)))
    if source is Source.NATIONAL:
        mask = pc.and_(mask, pc.is_in(observations["status"], pa.array([str(status) for status in OWN])))
    return observations.filter(mask)


def _nothing(observations: pa.Table, party: str, code: str, source: Source) -> Problem:
    mask = pc.and_(pc.equal(observations["party"], party), pc.equal(observations["indicator"], code))
    others = observations.filter(mask).num_rows
    remedy = (
        "Let the Party accept or replace them first (biosetu validate)" if others else "Import or compute figures first"
    )
    return Problem(
        f"{party} has no {source} figure for {code}; {others} figures of other kinds are held", remedy, "no-figures"
    )
