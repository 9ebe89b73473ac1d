"""What a Party has answered to figures, to be shown before them wherever they appear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from biosetu.observations.answers import (
    CATEGORY,
    DISPUTE,
    METHOD,
    NOT_RELEVANT,
    OWN_ANSWER,
    REPLACE,
    answer_vintage,
    is_dispute,
)
from biosetu.observations.schema import ANSWER_COLUMNS, KEY, Source
from biosetu.observations.store import sorted_by_key

Row = Mapping[str, Any]
SeriesKey = tuple[str, ...]
SERIES = ("party", "indicator", "series", "disaggregation_type", "disaggregation")
FIRST = (Source.NATIONAL, Source.NOT_RELEVANT, Source.NO_DATA, Source.AVAILABLE_DATASET)


@dataclass(frozen=True, slots=True)
class PartyAnswer:
    """What a Party has put in the place of one figure, or said against it.

    `choice` is `replace` or `dispute`; `value` the Party's own (None where it gives none), in the figure's unit;
    `published` the figure answered, of `release`; `reason` and `source` are the office's words. `text` is the Party's
    own category, where the figure is one, and `published_text` the category published.
    """

    choice: str
    year: int
    value: float | None
    reason: str
    source: str
    office: str
    on: date | None
    published: float | None
    release: str
    text: str = ""
    published_text: str = ""


def answers_by_series(rows: Iterable[Row]) -> Mapping[SeriesKey, tuple[PartyAnswer, ...]]:
    """Return the Party's answers that replace or dispute a figure, by series (`SERIES`), in the order of years.

    An answer whose figure is no longer among `rows` is told too.
    """
    known = [dict(row) for row in rows]
    published = {_about(row | {"vintage": answer_vintage(row)}): row for row in known if row["method"] != METHOD}
    found: dict[SeriesKey, list[PartyAnswer]] = {}
    for row in known:
        if row["method"] == METHOD and row["source"] == Source.NATIONAL:
            figure = published.get(_about(row))
            found.setdefault(_series(row), []).append(_answer(row, figure))
    ordered = {key: tuple(sorted(given, key=lambda one: (one.year, one.release))) for key, given in found.items()}
    return MappingProxyType(ordered)


def _answer(row: Row, figure: Row | None) -> PartyAnswer:
    return PartyAnswer(
        choice=DISPUTE if is_dispute(row) else REPLACE,
        year=row["year"],
        value=row["value"],
        reason=_reason(row),
        source=row["inputs"],
        office=row["validated_by"],
        on=row["validated_on"],
        published=figure["value"] if figure else None,
        release=row["vintage"].removesuffix(OWN_ANSWER).removesuffix(", "),
        text=row["value_text"] if row["unit"] == CATEGORY else "",
        published_text=figure["value_text"] if figure else "",
    )


def _reason(row: Row) -> str:
    return str(row["footnote"] if row["unit"] == CATEGORY else row["value_text"] or row["footnote"])


def _series(row: Row) -> SeriesKey:
    return tuple(row[name] for name in SERIES)


def _about(row: Row) -> tuple[Any, ...]:
    return (*_series(row), row["year"], row["vintage"])


def party_first(table: pa.Table) -> pa.Table:
    """Return observations sorted by key, but of one year of a series what the Party says before what others publish."""
    order = {source.value: place for place, source in enumerate(FIRST)}
    ordered = sorted_by_key(table)
    places = pa.array([order.get(text, len(FIRST)) for text in ordered.column("source").to_pylist()], pa.int8())
    keys = [("_place" if name == "source" else name, "ascending") for name in KEY]
    return ordered.append_column("_place", places).sort_by(keys).drop_columns(["_place"])


def with_answers(table: pa.Table, beside: pa.Table) -> pa.Table:
    """Return observations, the Party's first, with what it answered to each (`ANSWER_COLUMNS`).

    `beside` holds the Party's observations among which its answers are looked for: `table` may be a choice that
    leaves them out. `party_answer`: replace, dispute or not relevant; empty where it gave none of them.
    """
    given, ordered = _given(beside), party_first(table)
    return _answered(
        ordered,
        (
            None if row["method"] == METHOD else given.get(_about(row | {"vintage": answer_vintage(row)}))
            for row in ordered.to_pylist()
        ),
    )


def with_answers_to(lines: pa.Table, beside: pa.Table, releases: Sequence[str]) -> pa.Table:
    """Return lines about figures with what the Party answered to them (`ANSWER_COLUMNS`).

    A line names its series (`SERIES`) and year; `releases` are the columns of the releases it speaks of, the one whose
    answer counts before others first. `beside` are the Party's observations.
    """
    given = _given(beside)
    return _answered(lines, (_first_answer(row, given, releases) for row in lines.to_pylist()))


def _given(beside: pa.Table) -> dict[tuple[Any, ...], Row]:
    return {_about(row): row for row in beside.to_pylist() if row["method"] == METHOD}


def _answered(table: pa.Table, answers: Iterable[Row | None]) -> pa.Table:
    cells = [_cells(answer) for answer in answers]
    for field in ANSWER_COLUMNS:
        table = table.append_column(field, pa.array([row[field.name] for row in cells], field.type))
    return table


def _first_answer(line: Row, given: Mapping[tuple[Any, ...], Row], releases: Sequence[str]) -> Row | None:
    asked = (answer_vintage({"vintage": line[name]}) for name in releases if line[name] is not None)
    return next((given[key] for name in asked if (key := _about({**line, "vintage": name})) in given), None)


def _cells(answer: Row | None) -> dict[str, Any]:
    if answer is None:
        return {"party_answer": "", "party_value": None, "party_reason": "", "party_office": ""}
    choice = NOT_RELEVANT if answer["source"] == Source.NOT_RELEVANT else DISPUTE if is_dispute(answer) else REPLACE
    own = answer["value_text"] if answer["unit"] == CATEGORY else ""
    return {
        "party_answer": choice,
        "party_value": answer["value"],
        "party_reason": "; ".join(filter(None, (own, _reason(answer)))),
        "party_office": answer["validated_by"],
    }


def disputed_years(answers: Sequence[PartyAnswer]) -> tuple[int, ...]:
    """Return the years whose figure the Party disputes without giving its own."""
    return tuple(sorted({one.year for one in answers if one.choice == DISPUTE and one.value is None}))
