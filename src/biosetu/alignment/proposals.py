"""National targets and actions proposed from the text of a strategy, each with its page and the passage itself.

Nothing is taken over by itself: an officer confirms, corrects or drops each line, and imports the rest as a table.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa

from biosetu.alignment.languages import language_of
from biosetu.alignment.national import Quantity
from biosetu.alignment.quantities import deadline_of, find_quantities, western, years_in
from biosetu.alignment.stated_tables import LINE, StatedRow, StatedTable, cells_of, stated_tables
from biosetu.alignment.wording import shortened
from biosetu.observations.packaged import packaged_rows

TARGET, ACTION, NUMBERED, GOAL = "target", "action", "numbered", "goal"
PARENT = re.compile(r"(?:^|[.\-])[^.\-]*$")
SHORTEST, LONGEST, TITLE, NARROW = 3, 700, 100, 30
FILLED = 0.85
SENTENCE_ENDS = (".", "。", "।", "؟", "!", "?", ";", "؛")
LEADERS = re.compile(r"(\.{4,}|…{2,}|\s\.\s\.\s\.)\s*\d*\s*$")


@dataclass(slots=True)
class _Place:
    """Where the reading stands: the goal; the last target, and its goal."""

    goal: str = ""
    under: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A target or action that the text seems to state. `page` counts from 1; `text` is the passage, unchanged.

    `target` is the number of the target that an action stands under: that in its own number, else the one before it.
    `until` is by when, as a table says it or as the one deadline year of the text; `office` is told by tables alone.
    `goal` is the goal whose heading stands before it, or before the last target of an action.
    """

    kind: str
    number: str
    text: str
    page: int
    language: str
    quantities: tuple[Quantity, ...]
    years: tuple[int, ...]
    target: str = ""
    office: str = ""
    until: str = ""
    goal: str = ""


@cache
def _heading() -> re.Pattern[str]:
    known, between = (
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        for words in (_kinds(), _words(NUMBERED))
    )
    number = r"(?P<number>(?:[A-Z][.\-]?)?\d{1,2}(?:[.\-]\d{1,2}){0,2}[a-z]?)"
    rest = r"(?:\s*(?P<mark>[:：.、)\-–—\t ])\s*(?P<rest>.*)|(?P<alone>\s*))$"
    return re.compile(rf"^\W*(?P<word>{known})\s*(?:{between})?\s*[-–]?\s*{number}{rest}", re.IGNORECASE)


def _words(*kinds: str) -> dict[str, str]:
    rows = packaged_rows("biosetu.alignment", "target_headings")
    return {word.casefold(): row["kind"] for row in rows if row["kind"] in kinds for word in row["words"].split("|")}


@cache
def _goal() -> re.Pattern[str]:
    """Return a heading such as `Goal B`; its letter stands in capitals, so that prose such as `goal a` is none."""
    known = "|".join(re.escape(word) for word in sorted(_words(GOAL), key=len, reverse=True))
    number = r"(?P<number>[A-Z]|[IVX]{1,4}|\d{1,2})"
    rest = r"(?:\s*(?P<mark>[:：.、)\-–— ]).*|\s*)$"
    return re.compile(rf"^\W*(?i:{known})\s*[-–]?\s*{number}{rest}")


@cache
def _kinds() -> dict[str, str]:
    return _words(TARGET, ACTION)


def propose(pages: Sequence[str]) -> tuple[Proposal, ...]:
    """Return the targets and actions that headings such as `Target 3:` or `Action 3.1` announce, in reading order.

    So do tables under headings such as `No. | National target | Key actions | Lead agency` (`stated_tables`).

    A statement runs to the next heading, or the end of its paragraph. Lines of a table of contents are left out, and a
    passage that stands within another of the same number; what else bears a number twice is kept, as numbers may begin
    anew under each goal or target. Actions so numbered get the number of their target before their own, targets that
    of their goal (`B.1`). `Target 3` with but a space after it announces one only where a paragraph begins.
    """
    found = list(_stated(pages))
    kept: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    squeezed = ["".join(mark for mark in one.text.casefold() if mark.isalnum()) for one in found]
    for at, one in enumerate(found):
        same = kept[one.kind, one.target, one.number]
        near = [other for other in same if _one_goal(one, found[other])]
        if not any(squeezed[at] in squeezed[other] for other in near):
            within = {other for other in near if squeezed[other] in squeezed[at]}
            same[:] = [*(other for other in same if other not in within), at]
    stated = _told_apart([found[at] for at in sorted(at for same in kept.values() for at in same)])
    numbers = Counter((one.kind, one.number) for one in stated)
    return tuple(
        replace(one, number=f"{one.target}.{one.number}")
        if one.target and one.number and numbers[one.kind, one.number] > 1 and not PARENT.sub("", one.number)
        else one
        for one in stated
    )


def _one_goal(one: Proposal, other: Proposal) -> bool:
    return one.goal == other.goal or not (one.goal and other.goal)


def _told_apart(stated: Sequence[Proposal]) -> list[Proposal]:
    """Put the goal before the numbers of targets that begin anew under each goal: `B.1`, and its action `B.1.1`."""
    goals = {(one.goal, one.number) for one in stated if one.kind == TARGET and one.number}
    times = Counter(number for _, number in goals)
    again = {(goal, number) for goal, number in goals if goal and times[number] > 1}
    return [_under_goal(one) if (one.goal, _target_of(one)) in again else one for one in stated]


def _target_of(one: Proposal) -> str:
    return one.number if one.kind == TARGET else one.target


def _under_goal(one: Proposal) -> Proposal:
    if one.kind == TARGET:
        return replace(one, number=f"{one.goal}.{one.number}")
    own = f"{one.goal}.{one.number}" if PARENT.sub("", one.number) == one.target else one.number
    return replace(one, target=f"{one.goal}.{one.target}", number=own)


def _stated(pages: Sequence[str]) -> Iterator[Proposal]:
    place, before = _Place(), None
    for page, text in enumerate(pages, start=1):
        lines = text.split("\n")
        tables = stated_tables(lines, before)
        before = tables[-1] if tables and tables[-1].goes_on(lines) else None
        for one in _of_page(lines, tables, place):
            yield replace(one, page=page)


def _of_page(lines: Sequence[str], tables: Sequence[StatedTable], place: _Place) -> Iterator[Proposal]:
    """Yield what the headings and the tables of a page state, in reading order; `place` is where it stands."""
    width = _width(lines)
    rows = {row.line: row for table in tables for row in table.rows}
    inside = {at for table in tables for at in range(table.first, table.last + 1)}
    for at, line in enumerate(lines):
        under = place.under
        if at in inside:
            found = list(_of_row(rows[at], under)) if at in rows else []
        elif goal := _goal_of(lines, at, width):
            place.goal, found = goal, []
        elif len(pieces := _pieces(line)) > 1:
            found = [one for piece in pieces for one in _announced([piece], 0, piece, width, under)]
        else:
            found = _announced(lines, at, line, width, under)
        for one in found:
            if one.kind == TARGET:
                place.under, place.of = one.number, place.goal
            yield replace(one, goal=place.of)


def _goal_of(lines: Sequence[str], at: int, width: int) -> str:
    """Return the letter or number of the goal that a line is the heading of; nothing for any other line."""
    match = _goal().match(western(lines[at]))
    if not match or LEADERS.search(lines[at]):
        return ""
    prose = match["mark"] == " " and at and not _ends(lines[at - 1], width)
    return "" if prose else match["number"]


def _pieces(line: str) -> list[str]:
    """Return a row of a table without headings in pieces, a new one where a cell begins with a heading of its own."""
    cells = cells_of(line)
    if len(cells) < 2:
        return [line]
    pieces: list[str] = []
    for part in (part for cell in cells for part in cell.split(LINE) if part.strip()):
        if pieces and not _heading().match(western(part)):
            pieces[-1] = f"{pieces[-1]}\t{part}"
        else:
            pieces.append(part)
    return pieces


def _announced(lines: Sequence[str], at: int, line: str, width: int, under: str) -> list[Proposal]:
    match = _heading().match(western(line))
    if not match or LEADERS.search(line):
        return []
    if match["mark"] in (" ", None) and at and not _ends(lines[at - 1], width):
        return []
    kind, number = _kinds()[match["word"].casefold()], match["number"]
    start = len(line) if match["rest"] is None else match.start("rest")
    said = _statement(line, start, lines[at + 1 :], width)
    if len(said) <= SHORTEST:
        return []
    return [_proposal(kind, number, said, "" if kind == TARGET else PARENT.sub("", number) or under)]


def _of_row(row: StatedRow, under: str) -> Iterator[Proposal]:
    """Yield the target of a row of a table, then its actions; an empty cell of a target means the one before."""
    match = _heading().match(western(row.target))
    said = row.target if match is None else row.target[match.start("rest") :] if match["rest"] else ""
    number = match["number"] if match else row.number
    if not any(mark.isalpha() for mark in said):
        said, number = "", number or row.target
    if len(said) > SHORTEST:
        one = _proposal(TARGET, number, shortened(said, LONGEST), "")
        yield one if row.actions else replace(one, office=row.office, until=row.until or one.until)
    under = number if row.target else under
    own = row.number if not row.target and len(row.actions) == 1 else ""
    for stated, text in row.actions:
        if len(text) > SHORTEST:
            told = stated or own
            one = _proposal(ACTION, told, shortened(text, LONGEST), PARENT.sub("", told) or under)
            yield replace(one, office=row.office, until=row.until or one.until)


def _statement(line: str, start: int, following: Sequence[str], width: int) -> str:
    """Return what a heading announces: to the end of its paragraph, or of the next where the first is but a title.

    Where no empty line tells, a paragraph ends with a line that closes a sentence and leaves its width unfilled.
    """
    said, last = line[start:].strip(), line
    for more in following:
        headed = _heading().match(western(more)) or _goal().match(western(more))
        if headed or len(said) > LONGEST or (more.strip() and said and _ends(last, width)):
            break
        if more.strip():
            said, last = f"{said} {more.strip()}".strip(), more
        elif said.endswith(SENTENCE_ENDS) or len(said) > TITLE:
            break
    return shortened(said.replace("\t", " – ").replace(LINE, " "), LONGEST)


def _ends(line: str, width: int) -> bool:
    """Return whether a paragraph ends with a line: an empty one, or a closed sentence short of the full width."""
    text = line.strip()
    return not text or (text.endswith(SENTENCE_ENDS) and len(text) < FILLED * width)


def _width(lines: Sequence[str]) -> int:
    """Return how long a full line of a page is: three quarters of those with more than a title are no longer."""
    lengths = sorted(len(line) for line in lines if len(line.strip()) > NARROW)
    return lengths[len(lengths) * 3 // 4] if lengths else 0


def _proposal(kind: str, number: str, text: str, target: str) -> Proposal:
    until = deadline_of(text)
    return Proposal(
        kind, number, text, 0, language_of(text), find_quantities(text), years_in(text), target, "",
        str(until) if until else "",
    )  # fmt: skip


PROPOSALS = pa.schema(
    [(name, pa.string()) for name in ("kind", "id", "target", "title", "language")]
    + [("page", pa.int32())]
    + [(name, pa.string()) for name in ("quantities", "years", "end", "due", "office", "status")]
)


def proposal_table(found: Sequence[Proposal]) -> pa.Table:
    """Return proposals as a table that the import reads once confirmed: kind, id, target, title, language, page …"""
    return pa.Table.from_pylist([_line(entry) for entry in found], schema=PROPOSALS)


def _line(entry: Proposal) -> dict[str, object]:
    found = (f"{q.value:.15g} {q.unit}{f' by {q.year}' if q.year else ''}" for q in entry.quantities)
    return {
        "kind": entry.kind,
        "id": entry.number,
        "target": entry.target,
        "title": entry.text,
        "language": entry.language,
        "page": entry.page,
        "quantities": "; ".join(found),
        "years": "; ".join(map(str, entry.years)),
        "end": entry.until if entry.kind == TARGET else "",
        "due": entry.until if entry.kind == ACTION else "",
        "office": entry.office if entry.kind == ACTION else "",
        "status": "proposed",
    }
