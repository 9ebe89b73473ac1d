"""Promises as matrices: Party by global target for a centre, national target by indicator for a Party."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from biosetu.alignment.coverage import ElementCoverage, State, coverage_of
from biosetu.alignment.importing.codes import indicator_text
from biosetu.alignment.national import Aligned, Degree, NationalTarget, Promises
from biosetu.framework import Indicator, indicators, targets
from biosetu.problems import UsageError
from biosetu.translation import say

MATRIX = pa.schema(
    [(name, pa.string()) for name in ("party", "target", "degree", "basis", "national_targets")]
    + [(name, pa.int32()) for name in ("covered", "partly", "not_covered", "not_compared", "parts")]
    + [("progress", pa.string()), ("progress_year", pa.int32())]
)
MEASURED = pa.schema(
    [(name, pa.string()) for name in ("national_target", "title", "target", "indicator", "indicator_title", "kind")]
    + [("measured", pa.string()), ("party_answer", pa.string()), ("year", pa.int32()), ("value", pa.float64())]
    + [(name, pa.string()) for name in ("value_text", "unit", "part", "source", "series", "vintage", "holder")]
)
STATED = "stated"
ASKED = frozenset({"headline", "binary"})
YES, NO, ABSENT, NOT_RELEVANT = "yes", "no", "absent", "not relevant"
Progress = Mapping[str, tuple[str, int]]
Row = dict[str, object]


def alignment_matrix(held: Sequence[Promises], progress: Mapping[str, Progress] | None = None) -> pa.Table:
    """Return Party by goal or target: highest degree, national targets, parts by state, the level of progress declared.

    `progress` holds by Party and target the newest level of progress that it declares, and the year. A Party without
    national targets has no rows: nothing is known, which is not the same as nothing promised.
    """
    rows = [row for promises in held for row in _matrix_rows(promises, (progress or {}).get(promises.party, {}))]
    return pa.Table.from_pylist(rows, schema=MATRIX)


def _matrix_rows(promises: Promises, progress: Progress) -> Iterator[Row]:
    coverage = coverage_of(promises)
    if not coverage:
        return
    aligned = promises.aligned()
    for code in targets():
        mine = {name: e for name, entries in aligned.items() for e in entries if e.target == code}
        parts = [entry for entry in coverage if entry.target == code]
        level, year = progress.get(code, ("", None))
        yield {
            "party": promises.party,
            "target": code,
            **_alignment(mine),
            "national_targets": "; ".join(mine),
            **_states(parts),
            "parts": len(parts),
            "progress": level,
            "progress_year": year,
        }


def _alignment(mine: Mapping[str, Aligned]) -> Row:
    degrees = [degree for degree in Degree if degree in {entry.degree for entry in mine.values()}]
    bases = sorted({entry.basis for entry in mine.values()}, reverse=True)
    return {"degree": str(degrees[0]) if degrees else STATED if mine else "", "basis": bases[0] if bases else ""}


def _states(parts: Sequence[ElementCoverage]) -> Row:
    states = [entry.state for entry in parts]
    return {str(state).replace(" ", "_"): states.count(state) for state in State}


def measured_matrix(promises: Promises, held: pa.Table) -> pa.Table:
    """Return national target by indicator: whether it is measured, the newest figure, its year, source and release.

    `measured`: `yes`; `no` where the Party itself says that there are no data; `absent` where the sources loaded here
    merely hold no figure; `not relevant`. Asked for are the headline and binary indicators of the global targets to
    which a national target is aligned, those that it names itself, and whatever else is measured of these.

    `held` has a row a series: indicator, measured, party_answer (where the Party replaces or disputes the value), year,
    value, value_text, unit, part (the disaggregation), source, series, vintage, holder. Where no national targets are
    loaded the global ones stand in their place.
    """
    by_indicator: dict[str, list[Row]] = {}
    for row in held.to_pylist():
        by_indicator.setdefault(row["indicator"], []).append(row)
    rows = [
        {**about, **figure}
        for about in _asked(promises, by_indicator)
        for figure in by_indicator.get(str(about["indicator"]), [{"measured": ABSENT}])
    ]
    return pa.Table.from_pylist(rows, schema=MEASURED)


def _asked(promises: Promises, held: Mapping[str, object]) -> Iterator[Row]:
    if not promises.targets:
        for code in targets():
            yield from _of_target({"national_target": "", "title": ""}, code, frozenset(), held)
        return
    aligned = promises.aligned()
    for target in sorted(promises.targets, key=lambda target: (target.sequence, target.id)):
        about = {"national_target": target.id, "title": target.text()}
        for entry in aligned[target.id]:
            yield from _of_target(about, entry.target, _named(target), held)


def _named(target: NationalTarget) -> frozenset[str]:
    return frozenset(code for text in target.indicators if (code := indicator_text(text)))


def _of_target(about: Mapping[str, str], code: str, named: frozenset[str], held: Mapping[str, object]) -> Iterator[Row]:
    for one in indicators().values():
        if code in one.targets and _is_asked(one, named, held):
            yield {**about, "target": code, "indicator": one.code, "indicator_title": one.title_en, "kind": one.kind}


def _is_asked(one: Indicator, named: frozenset[str], held: Mapping[str, object]) -> bool:
    return one.kind in ASKED or one.code in named or one.code in held


ORDERS: Mapping[str, Sequence[str]] = {
    "degree": ("high", "medium", "low", STATED, ""),
    "measured": (YES, NO, ABSENT, NOT_RELEVANT),
}


def sorted_rows(table: pa.Table, by: str = "") -> pa.Table:
    """Return a matrix sorted by a column (`year`), downwards with a minus (`-year`); rows without a value come last.

    Codes go in the order of the framework, degrees from high to low. Raises `UsageError` for an unknown column.
    """
    name = by.removeprefix("-")
    if not name:
        return table
    if name not in table.column_names:
        raise UsageError(
            say(
                "There is no column '{name}'. Sort by one of {column_names}.",
                name=name,
                column_names=", ".join(table.column_names),
            )
        )
    values = table.column(name).to_pylist()
    known = [at for at, value in enumerate(values) if value not in (None, "")]
    known.sort(key=lambda at: _place(name, values[at]), reverse=by.startswith("-"))
    return table.take([*known, *(at for at, value in enumerate(values) if value in (None, ""))])


def _place(name: str, value: object) -> tuple[float, str]:
    order = list(targets()) if name == "target" else list(indicators()) if name == "indicator" else ORDERS.get(name)
    if order is not None and value in order:
        return float(list(order).index(str(value))), ""
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value).casefold())
