"""Observations in and out: preview and import of a file, listing of what is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from biosetu.engine.cells import DEFAULT_LIMITS, Limits, read_cells
from biosetu.framework import find_party
from biosetu.jobs.party import default_store, held
from biosetu.observations import (
    SCHEMA,
    SETTLED,
    ObservationStore,
    Selection,
    Source,
    Status,
    as_typed,
    is_indicator,
    newest_per_key,
    parse_cells,
    problems_of,
    row_states,
    without,
)
from biosetu.observations.changes import changes, released_before, shown, shown_before
from biosetu.observations.given import party_first, with_answers_to
from biosetu.observations.revisions import SAME, revisions
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.sources import official, setuland
from biosetu.translation import say

WRONG = "wrong"
RELEASES = ("new_vintage", "old_vintage")
PREVIEW = pa.schema(
    [
        ("row", pa.int32()),
        ("state", pa.string()),
        ("party", pa.string()),
        ("indicator", pa.string()),
        ("series", pa.string()),
        ("disaggregation", pa.string()),
        ("year", pa.int32()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("column", pa.string()),
        ("note", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Import:
    """What a file would bring, or has brought.

    `observations` are its rows as they are stored, `problems` what is wrong (rows as in the file), `preview` a line
    per row of the file: state new, changed, same, withdrawn or wrong; `written` how many rows were added.
    """

    observations: pa.Table
    problems: tuple[Problem, ...]
    preview: pa.Table
    written: int = 0

    def count(self, state: str) -> int:
        """Return how many rows of the file are in this state."""
        rows = self.preview.to_pylist()
        return len({row["row"] for row in rows if row["state"] == state})


def read_observations(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> pa.Table:
    """Read a table of observations (CSV, TSV, xlsx, Parquet) as it stands, without a store.

    Raises DataError with all problems, by row of the file.
    """
    table, found, numbers, cells = _read(path, {}, limits)
    table = _with_status(table, table.slice(0, 0), table.slice(0, 0), keep_status=True)
    others = as_typed(_unnamed(table, path.name, found), cells)
    if problems := _numbered([*found, *others], numbers):
        raise DataError(problems)
    return table


def preview_import(
    path: Path,
    *,
    store: ObservationStore | None = None,
    defaults: Mapping[str, str] | None = None,
    keep_status: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Import:
    """Read a table of observations (CSV, TSV, xlsx, Parquet) and say by row what it would change; nothing is written.

    `defaults` fill empty cells (`holder` …). New and changed rows that say they are validated become proposed, as
    only the Party validates, unless `keep_status` (an administrator moving a store). Raises DataError for a file that
    cannot be read at all.
    """
    progress(0, 3, path.name)
    table, found, numbers, cells = _read(path, defaults or {}, limits)
    progress(1, 3, path.name)
    target = store or default_store()
    current, withdrawn = target.select(), target.withdrawn()
    table = _with_status(table, current, withdrawn, keep_status=keep_status)
    others = as_typed(_unnamed(table, path.name, found), cells)
    problems = tuple(_numbered([*found, *others], numbers))
    progress(2, 3, path.name)
    return Import(table, problems, _preview(table, problems, numbers, current, withdrawn))


def import_observations(
    path: Path,
    *,
    store: ObservationStore | None = None,
    defaults: Mapping[str, str] | None = None,
    keep_status: bool = False,
    note: str = "",
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Import:
    """Add the rows of a file to the store as one batch; see `preview_import`.

    All or nothing: with any wrong row nothing is written and DataError lists all problems. The same file again adds
    nothing. A kill at any moment leaves the store as it was, or with the whole batch.
    """
    target = store or default_store()
    seen = preview_import(
        path, store=target, defaults=defaults, keep_status=keep_status, limits=limits, progress=progress
    )
    if seen.problems:
        raise DataError(seen.problems)
    written = target.append(seen.observations, note=note or path.name)
    progress(3, 3, path.name)
    return replace(seen, written=written)


def list_observations(
    selection: Selection | None = None, *, store: ObservationStore | None = None, carried: bool = True
) -> pa.Table:
    """Return what is held, by key, the Party's own first: the store's rows, with `carried` the software's too."""
    wanted = selection or Selection()
    parties = tuple(find_party(code).iso3 for code in wanted.party)
    wanted = replace(wanted, party=parties)
    held_in = store or default_store()
    tables = [held_in.select(wanted)]
    if carried:
        everywhere = pa.concat_tables([official.observations(), setuland.observations()])
        tables.insert(0, without(wanted.of(everywhere), held_in.withdrawn()))
    return party_first(newest_per_key(pa.concat_tables(tables)))


def known(wanted: Selection) -> Selection:
    """Return the selection; a code that nothing can have is the asker's slip, not an empty answer (`UsageError`)."""
    if strange := [code for code in wanted.indicator if not is_indicator(code)]:
        raise UsageError(
            say(
                "There is no indicator {strange}. Use a code such as A.3, or context:<series>.",
                strange=", ".join(strange),
            )
        )
    for name, asked, codes in (("source", wanted.source, Source), ("status", wanted.status, Status)):
        if strange := [str(code) for code in asked if code not in {one.value for one in codes}]:
            raise UsageError(
                say(
                    "There is no {name} {strange}. Use {codes}.",
                    name=name,
                    strange=", ".join(strange),
                    codes=", ".join(codes),
                )
            )
    return wanted


def list_revisions(code: str, *, store: ObservationStore | None = None, everything: bool = False) -> pa.Table:
    """Return which figures of a Party its sources changed in their newest release (`observations.revisions`).

    The Party's answers stand beside them, as in `list_changes`.

    Without `everything` years that say the same are left out.
    """
    table = held(find_party(code).iso3, store or default_store())
    found = with_answers_to(revisions(table), table, RELEASES)
    return found if everything else found.filter(pc.not_equal(found.column("state"), SAME))


def list_changes(
    code: str, *, since: date | None = None, seen: pa.Table | None = None, store: ObservationStore | None = None
) -> pa.Table:
    """Return which published figures of a Party changed (`observations.changes`).

    Since what somebody has seen (`seen`, of `shown`); or since a day: what was shown then is what had certainly been
    released, and imported, before it; or else since the release before the newest. With what the Party answered to the
    newer figure, else to the older (`ANSWER_COLUMNS`). Raises UsageError for an unknown Party.
    """
    party, target = find_party(code).iso3, store or default_store()
    now = held(party, target)
    if seen is None:
        seen = shown_before(now) if since is None else shown(_held_before(party, since, target))
    return with_answers_to(changes(seen, shown(now)), now, RELEASES)


def shown_figures(code: str, *, store: ObservationStore | None = None) -> pa.Table:
    """Return the published figures of a Party as they are shown now (`observations.changes.SEEN`)."""
    return shown(held(find_party(code).iso3, store or default_store()))


def _held_before(party: str, day: date, store: ObservationStore) -> pa.Table:
    carried = setuland.observations() if party == setuland.PARTY else official.observations(party)
    history = store.history(Selection(party=(party,)))
    known = [moment.date() < day for moment in history.column("recorded_at").to_pylist()]
    imported = history.filter(pa.array(known, pa.bool_())).select(SCHEMA.names).cast(SCHEMA)
    return newest_per_key(pa.concat_tables([released_before(carried, day), imported]))


def _read(
    path: Path, defaults: Mapping[str, str], limits: Limits
) -> tuple[pa.Table, list[Problem], list[int], pa.Table]:
    """Return the observations of a file, what is wrong with them, their rows, and the cells as typed (of texts)."""
    if path.suffix.lower() == ".parquet":
        table = _read_parquet(path, limits)
        return table, [], list(range(2, table.num_rows + 2)), table.select([])
    cells = read_cells(path, limits=limits, escaped=True)
    numbers = [int(number) for number in cells.schema.metadata[b"biosetu.rows"].decode().split(",") if number]
    table, problems = parse_cells(cells, file=path.name, defaults=defaults)
    return table, problems, numbers, cells


def _read_parquet(path: Path, limits: Limits) -> pa.Table:
    try:
        if pq.read_metadata(path).num_rows > limits.rows:
            raise DataError(
                Problem(
                    "too many rows", say("Keep it under {rows:,} rows", rows=limits.rows), "too-many-rows", path.name
                )
            )
        return pq.read_table(path, partitioning=None).select(SCHEMA.names).cast(SCHEMA)
    except (pa.ArrowException, KeyError, OSError, ValueError) as error:
        raise DataError(
            Problem("not a Parquet table of observations", "Write it with biosetu", "parquet", path.name)
        ) from error


def _with_status(table: pa.Table, current: pa.Table, withdrawn: pa.Table, *, keep_status: bool) -> pa.Table:
    rows = table.to_pylist()
    for row in rows:
        if not row["status"]:
            given = row["source"] == Source.AVAILABLE_DATASET
            row["status"] = Status.COMPUTED.value if given else Status.PROPOSED.value
    filled = pa.Table.from_pylist(rows, schema=SCHEMA)
    if keep_status:
        return filled
    for row, (state, _) in zip(rows, row_states(filled, current, withdrawn), strict=True):
        if state != "same" and row["status"] in SETTLED:
            row |= {"status": Status.PROPOSED.value, "validated_by": "", "validated_on": None}
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _unnamed(table: pa.Table, file: str, found: list[Problem]) -> list[Problem]:
    """Return the problems of the typed table that reading the cells has not named already."""
    known = {(problem.row, problem.column) for problem in found}
    missing = {problem.column for problem in found if problem.code == "missing-column"}
    return [
        problem
        for problem in problems_of(table, file=file)
        if (problem.row, problem.column) not in known and problem.column not in missing
    ]


def _numbered(problems: list[Problem], numbers: list[int]) -> list[Problem]:
    """Return problems with the row numbers of the file, where blank rows count too, in their order."""
    placed = [
        problem
        if problem.row is None or problem.row < 2 or problem.row - 2 >= len(numbers)
        else replace(problem, row=numbers[problem.row - 2])
        for problem in problems
    ]
    return sorted(placed, key=lambda problem: problem.row or 0)


def _preview(
    table: pa.Table, problems: tuple[Problem, ...], numbers: list[int], current: pa.Table, withdrawn: pa.Table
) -> pa.Table:
    wrong: dict[int, list[Problem]] = {}
    for problem in problems:
        wrong.setdefault(problem.row or 0, []).append(problem)
    lines: list[dict[str, Any]] = []
    states = row_states(table, current, withdrawn)
    for number, row, (state, changed) in zip(numbers, table.to_pylist(), states, strict=True):
        shown = {name: row[name] for name in PREVIEW.names if name in row} | {
            "row": number,
            "year": row["year"] or None,
        }
        for problem in wrong.get(number, []):
            note = f"{problem.message}: {problem.value}. {problem.remedy}" if problem.value else str(problem.message)
            lines.append(shown | {"state": WRONG, "column": problem.column, "note": note})
        if number not in wrong:
            lines.append(shown | {"state": state, "column": ", ".join(changed), "note": ""})
    return pa.Table.from_pylist(lines, schema=PREVIEW)
