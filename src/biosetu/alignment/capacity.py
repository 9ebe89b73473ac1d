"""The capacity self-assessment: what a Party has for the indicators that it picks, 0 to 3 in five dimensions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache

import pyarrow as pa

from biosetu.alignment.national import Record
from biosetu.engine.grids import Book, Value, slid_rows
from biosetu.framework import indicators
from biosetu.observations import unescape
from biosetu.observations.packaged import packaged_rows
from biosetu.problems import DataError, Problem, UsageError
from biosetu.translation import say

LOWEST, HIGHEST, LACKING = 0, 3, 1


class Rating(Record):
    """One indicator as the Party rates itself: 0 nothing, 1 beginnings, 2 partly there, 3 there; and the evidence."""

    indicator: str
    scores: dict[str, int]
    evidence: str = ""


class SelfAssessment(Record):
    """The self-assessment of one Party, by an office on a day."""

    party: str
    by: str
    on: date
    ratings: tuple[Rating, ...] = ()


@cache
def dimensions() -> tuple[str, ...]:
    """Return the five dimensions: data, method, people, institution, funding."""
    return tuple(row["dimension"] for row in packaged_rows("biosetu.alignment", "capacity_dimensions"))


def assessment_rows(codes: Sequence[str], held: SelfAssessment | None = None) -> list[tuple[Value, ...]]:
    """Return the sheet that the Party fills for the indicators it picks, header first, with what it said last time."""
    unknown = [code for code in codes if code not in indicators()]
    if unknown:
        raise UsageError(
            say("There is no indicator '{unknown}'. Use codes of decision 16/31, such as A.1.", unknown=unknown[0])
        )
    known = {rating.indicator: rating for rating in held.ratings} if held else {}
    rows: list[tuple[Value, ...]] = [("indicator", "title", *dimensions(), "evidence")]
    for code in codes:
        rating = known.get(code)
        scores = [rating.scores.get(name) if rating else None for name in dimensions()]
        rows.append((code, indicators()[code].title_en, *scores, (rating.evidence or None) if rating else None))
    return rows


def read_assessment(book: Book, party: str, by: str, on: date) -> SelfAssessment:
    """Read a filled sheet; rows without any score are left out. Raises `DataError` naming every wrong cell."""
    rows = book.grids[0].rows if book.grids else ()
    expected = ("indicator", "title", *dimensions(), "evidence")
    if not rows or tuple(str(cell or "") for cell in rows[0][: len(expected)]) != expected:
        raise DataError(Problem("no self-assessment", "Fill the sheet that was sent out", "layout", book.file, 1))
    ratings, problems = [], list(slid_rows(book, book.grids[0]).values())
    for number, row in enumerate(rows[1:], start=2):
        cells = (*row, *(None,) * len(expected))[: len(expected)]
        if any(cell is not None for cell in cells[2:-1]):
            problems += list(_problems(book.file, number, cells))
            ratings.append((str(cells[0]), cells))
    if problems:
        raise DataError(problems)
    return SelfAssessment(party=party, by=by, on=on, ratings=tuple(_rating(code, cells) for code, cells in ratings))


def with_others(filled: SelfAssessment, book: Book, held: SelfAssessment | None) -> SelfAssessment:
    """Return a filled sheet with what was rated before of indicators that the sheet does not list.

    An indicator that it lists without any score is taken out.
    """
    listed = {str(row[0]) for row in book.grids[0].rows[1:] if row}
    kept = [rating for rating in (held.ratings if held else ()) if rating.indicator not in listed]
    order = list(indicators())
    ratings = sorted([*kept, *filled.ratings], key=lambda rating: order.index(rating.indicator))
    return filled.model_copy(update={"ratings": tuple(ratings)})


def _problems(file: str, number: int, cells: Sequence[Value]) -> Iterator[Problem]:
    if str(cells[0]) not in indicators():
        yield Problem("no indicator", "Use a code such as A.1", "indicator", file, number, "indicator", str(cells[0]))
    for name, cell in zip(dimensions(), cells[2:-1], strict=True):
        if cell is not None and _score(cell) is None:
            remedy = say("Write {lowest} to {highest}, or leave it empty", lowest=LOWEST, highest=HIGHEST)
            yield Problem("no score", remedy, "score", file, number, name, str(cell))


def _score(cell: Value) -> int | None:
    text = str(cell).strip().removesuffix(".0")
    return int(text) if text.isdecimal() and LOWEST <= int(text) <= HIGHEST else None


def _rating(code: str, cells: Sequence[Value]) -> Rating:
    scores = {name: _score(cell) for name, cell in zip(dimensions(), cells[2:-1], strict=True) if cell is not None}
    known = {name: score for name, score in scores.items() if score is not None}
    return Rating(indicator=code, scores=known, evidence=unescape(str(cells[-1] or "")))


def progress(first: SelfAssessment, last: SelfAssessment) -> tuple[float, float] | None:
    """Return the mean score [% of what can be had] before and after, over the cells that both rated; None without one.

    What was rated once alone says nothing of change and is left out.
    """
    before = {(one.indicator, name): score for one in first.ratings for name, score in one.scores.items()}
    after = {(one.indicator, name): score for one in last.ratings for name, score in one.scores.items()}
    both = sorted(before.keys() & after.keys())
    if not both:
        return None
    most = HIGHEST * len(both)
    return 100 * sum(before[cell] for cell in both) / most, 100 * sum(after[cell] for cell in both) / most


CONFIRMED = pa.schema(
    [(name, pa.string()) for name in ("id", "indicator", "text", "by", "on", "source")] + [("shortfall", pa.float64())]
)


def confirmed_gaps(held: SelfAssessment) -> pa.Table:
    """Return, for the gaps, the indicators that the Party rates as having no data at all.

    `shortfall` is what it lacks over all five dimensions that it rated, as a share (0 to 1): it orders the gaps.
    """
    records = [
        {
            "id": f"capacity:{rating.indicator}",
            "indicator": rating.indicator,
            "text": rating.evidence or _nothing()["data"],
            "by": held.by,
            "on": held.on.isoformat(),
            "source": f"Capacity self-assessment of {held.by}, {held.on.isoformat()}",
            "shortfall": 1 - sum(rating.scores.values()) / (HIGHEST * len(rating.scores)),
        }
        for rating in held.ratings
        if rating.scores.get("data") == LOWEST
    ]
    return pa.Table.from_pylist(records, schema=CONFIRMED)


@cache
def _nothing() -> Mapping[str, str]:
    return {row["dimension"]: row["nothing_en"] for row in packaged_rows("biosetu.alignment", "capacity_dimensions")}


DEMAND = pa.schema(
    [
        ("indicator", pa.string()),
        ("dimension", pa.string()),
        ("lacking", pa.int32()),
        ("rated", pa.int32()),
        ("parties", pa.string()),
    ]
)


def demand(assessments: Sequence[SelfAssessment]) -> pa.Table:
    """Return by indicator and dimension how many of the Parties that rated it lack it (0 or 1), most first."""
    rated: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for held in assessments:
        for rating in held.ratings:
            for name, score in rating.scores.items():
                rated[(rating.indicator, name)][held.party] = score
    records = []
    for (code, name), scores in rated.items():
        lacking = sorted(party for party, score in scores.items() if score <= LACKING)
        records.append(
            {
                "indicator": code,
                "dimension": name,
                "lacking": len(lacking),
                "rated": len(scores),
                "parties": "; ".join(lacking),
            }
        )
    records.sort(key=lambda record: (-int(str(record["lacking"])), str(record["indicator"]), str(record["dimension"])))
    return pa.Table.from_pylist(records, schema=DEMAND)
