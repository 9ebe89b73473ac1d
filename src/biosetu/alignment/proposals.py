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

from biosetu.alignment.importing.languages import language_of
from biosetu.alignment.national import Quantity
from biosetu.alignment.quantities import YEAR, find_quantities, western
from biosetu.alignment.wording import shortened
from biosetu.observations.packaged import packaged_rows

TARGET = "target"
PARENT = re.compile(r"(?:^|[.\-])[^.\-]*$")
LONGEST, TITLE, NARROW = 700, 100, 30
FILLED = 0.85
SENTENCE_ENDS = (".", "。", "।", "؟", "!", "?", ";", "؛")
LEADERS = re.compile(r"(\.{4,}|…{2,}|\s\.\s\.\s\.)\s*\d*\s*$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A target or action that the text seems to state. `page` counts from 1; `text` is the passage, unchanged.

    `target` is the number of the target that an action stands under: that in its own number, else the one before it.
    """

    kind: str
    number: str
    text: str
    page: int
    language: str
    quantities: tuple[Quantity, ...]
    years: tuple[int, ...]
    target: str = ""


@cache
def _heading() -> re.Pattern[str]:
    rows = packaged_rows("biosetu.alignment", "target_headings")
    words = {word: row["kind"] for row in rows for word in row["words"].split("|")}
    known = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    number = r"(?P<number>\d{1,2}(?:[.\-]\d{1,2}){0,2}[a-z]?)"
    return re.compile(rf"^\W*(?P<word>{known})\s*{number}\s*(?P<mark>[:：.、)\-–—\t ])\s*(?P<rest>.*)$", re.IGNORECASE)


@cache
def _kinds() -> dict[str, str]:
    rows = packaged_rows("biosetu.alignment", "target_headings")
    return {word.casefold(): row["kind"] for row in rows for word in row["words"].split("|")}


def propose(pages: Sequence[str]) -> tuple[Proposal, ...]:
    """Return the targets and actions that headings such as `Target 3:` or `Action 3.1` announce, in reading order.

    A statement runs to the next heading, or the end of its paragraph. Lines of a table of contents are left out, and a
    passage that stands within another of the same number; what else bears a number twice is kept, as numbers may begin
    anew under each goal or target. Actions so numbered get the number of their target before their own. `Target 3`
    with but a space after it announces one only where a paragraph begins.
    """
    found = list(_stated(pages))
    kept: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    squeezed = ["".join(mark for mark in one.text.casefold() if mark.isalnum()) for one in found]
    for at, one in enumerate(found):
        same = kept[one.kind, one.target, one.number]
        if not any(squeezed[at] in squeezed[other] for other in same):
            same[:] = [*(other for other in same if squeezed[other] not in squeezed[at]), at]
    stated = [found[at] for at in sorted(at for same in kept.values() for at in same)]
    numbers = Counter((one.kind, one.number) for one in stated)
    return tuple(
        replace(one, number=f"{one.target}.{one.number}")
        if one.target and numbers[one.kind, one.number] > 1 and not PARENT.sub("", one.number)
        else one
        for one in stated
    )


def _stated(pages: Sequence[str]) -> Iterator[Proposal]:
    under = ""
    for page, text in enumerate(pages, start=1):
        lines = text.split("\n")
        width = _width(lines)
        for at, line in enumerate(lines):
            match = _heading().match(western(line))
            if not match or LEADERS.search(line):
                continue
            if match["mark"] == " " and at and not _ends(lines[at - 1], width):
                continue
            kind, number = _kinds()[match["word"].casefold()], match["number"]
            under = number if kind == TARGET else under
            said = _statement(line, match.start("rest"), lines[at + 1 :], width)
            if len(said) > 3:
                yield _proposal(kind, number, said, page, "" if kind == TARGET else PARENT.sub("", number) or under)


def _statement(line: str, start: int, following: Sequence[str], width: int) -> str:
    """Return what a heading announces: to the end of its paragraph, or of the next where the first is but a title.

    Where no empty line tells, a paragraph ends with a line that closes a sentence and leaves its width unfilled.
    """
    said, last = line[start:].strip(), line
    for more in following:
        if _heading().match(western(more)) or len(said) > LONGEST or (more.strip() and said and _ends(last, width)):
            break
        if more.strip():
            said, last = f"{said} {more.strip()}".strip(), more
        elif said.endswith(SENTENCE_ENDS) or len(said) > TITLE:
            break
    return shortened(said.replace("\t", " – "), LONGEST)


def _ends(line: str, width: int) -> bool:
    """Return whether a paragraph ends with a line: an empty one, or a closed sentence short of the full width."""
    text = line.strip()
    return not text or (text.endswith(SENTENCE_ENDS) and len(text) < FILLED * width)


def _width(lines: Sequence[str]) -> int:
    """Return how long a full line of a page is: three quarters of those with more than a title are no longer."""
    lengths = sorted(len(line) for line in lines if len(line.strip()) > NARROW)
    return lengths[len(lengths) * 3 // 4] if lengths else 0


def _proposal(kind: str, number: str, text: str, page: int, target: str) -> Proposal:
    years = tuple(dict.fromkeys(int(match[1]) for match in YEAR.finditer(western(text))))
    return Proposal(kind, number, text, page, language_of(text), find_quantities(text), years, target)


PROPOSALS = pa.schema(
    [(name, pa.string()) for name in ("kind", "id", "target", "title", "language")]
    + [("page", pa.int32())]
    + [(name, pa.string()) for name in ("quantities", "years", "status")]
)


def proposal_table(found: Sequence[Proposal]) -> pa.Table:
    """Return proposals as a table that the import reads once confirmed: kind, id, target, title, language, page …"""
    return pa.Table.from_pylist(
        [
            {
                "kind": entry.kind,
                "id": entry.number,
                "target": entry.target,
                "title": entry.text,
                "language": entry.language,
                "page": entry.page,
                "quantities": "; ".join(
                    f"{q.value:.15g} {q.unit}{f' by {q.year}' if q.year else ''}" for q in entry.quantities
                ),
                "years": "; ".join(map(str, entry.years)),
                "status": "proposed",
            }
            for entry in found
        ],
        schema=PROPOSALS,
    )
