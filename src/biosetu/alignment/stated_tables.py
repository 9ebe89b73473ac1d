"""Tables of a strategy in its text: rows under headings such as No., National target, Key actions, Lead agency.

A cell stands apart from the next by a tab, or by `|` in a text that was pasted. Which column holds what, its heading
tells (`data/strategy_columns.csv`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from biosetu.observations.packaged import packaged_rows

TARGET, ACTIONS, NUMBER, OFFICE, UNTIL = "target", "actions", "number", "office", "until"
LINE = "\x0b"
LONGEST_HEADING, SHORT, MOST_LINES = 80, 3, 40
RULE = re.compile(r"[\s|:+=-]*")
BULLET = re.compile(r"^\s*(?:[•▪‣●○·–—*-]|\(?\w{1,3}[.)](?=\s))\s*")
NUMBERED = re.compile(
    r"^\s*(?:action|activity)?\s*(?P<number>\d{1,2}(?:[.\-]\d{1,2}){1,3})[.:)]?\s+(?P<rest>\S.*)$", re.I
)
ITEMS = re.compile(rf"{LINE}|;\s|\s[•▪‣●○]\s?|(?<=\.)\s+(?=\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}\s)")


@dataclass(frozen=True, slots=True)
class StatedRow:
    """A row of such a table: the line it stands in, and what its cells say by role; `actions` one by one."""

    line: int
    number: str = ""
    target: str = ""
    actions: tuple[tuple[str, str], ...] = ()
    office: str = ""
    until: str = ""


@dataclass(slots=True)
class StatedTable:
    """A table found in lines: its first and last line, its rows, what its columns are; `width` counts them all."""

    first: int
    last: int
    roles: Mapping[int, str]
    width: int
    rows: list[StatedRow] = field(default_factory=list)

    def goes_on(self, lines: Sequence[str]) -> bool:
        """Return whether the table reaches the end of its page, so that its next rows may stand on the next one."""
        return not any(line.strip() for line in lines[self.last + 1 :])


@cache
def _roles() -> Mapping[str, str]:
    rows = packaged_rows("biosetu.alignment", "strategy_columns")
    return {word: row["role"] for row in rows for word in row["words"].split("|")}


def cells_of(line: str) -> list[str]:
    """Return the cells of a line; one alone where it is no row of a table."""
    if "\t" in line:
        return [cell.strip(' "') for cell in line.split("\t")]
    if line.count("|") > 1:
        return [cell.strip() for cell in line.strip().strip("|").split("|")]
    return [line]


def _role(cell: str) -> str:
    if len(cell) > LONGEST_HEADING:
        return ""
    plain = " ".join(cell.replace(LINE, " ").casefold().split()).strip(" .:*()#")
    within = _within().search(plain)
    return _roles().get(plain) or (_roles()[within[0]] if within else "")


@cache
def _within() -> re.Pattern[str]:
    words = sorted((word for word in _roles() if len(word) > SHORT), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


def stated_tables(lines: Sequence[str], before: StatedTable | None = None) -> list[StatedTable]:
    """Return the tables of targets or actions among the lines of a page, in their order.

    `before` is a table that the page before ended with: rows as wide at the beginning of this page belong to it.
    """
    found: list[StatedTable] = []
    at = next((place for place, line in enumerate(lines) if line.strip()), 0)
    if before is not None and at < len(lines) and not _heading(lines[at]):
        found.append(_table(lines, at - 1, before.roles, before.width))
        at = max(at, found[-1].last + 1)
    while at < len(lines):
        roles = _heading(lines[at])
        if roles:
            found.append(_table(lines, at, roles, len(cells_of(lines[at]))))
            at = found[-1].last
        at += 1
    return [table for table in found if table.rows]


def _heading(line: str) -> dict[int, str]:
    """Return the role of each column where a line is the heading of such a table; nothing for other lines."""
    cells = cells_of(line)
    if len(cells) < 2:
        return {}
    roles: dict[int, str] = {}
    for place, cell in enumerate(cells):
        role = _role(cell)
        if role and role not in roles.values():
            roles[place] = role
    named = sum(bool(cell.strip()) for cell in cells)
    known = {TARGET, ACTIONS} & set(roles.values())
    return roles if known and len(roles) >= 2 and len(roles) * 2 >= named else {}


def _table(lines: Sequence[str], start: int, roles: Mapping[int, str], width: int) -> StatedTable:
    table = StatedTable(start, start, roles, width)
    at = start + 1
    while at < len(lines):
        if RULE.fullmatch(lines[at]):
            table.last = at if lines[at].strip() else table.last
            at += 1
            continue
        line, last = _whole(lines, at, width)
        cells = cells_of(line)
        if len(cells) < 2:
            break
        told = {role: cells[place] for place, role in roles.items() if place < len(cells)}
        if any(told.values()):
            table.rows.append(_row(at, told))
        table.last, at = last, last + 1
    return table


def _whole(lines: Sequence[str], at: int, width: int) -> tuple[str, int]:
    """Return a row with the lines over which its cells run in a text that was pasted, and its last line."""
    line = lines[at]
    for last in range(at + 1, min(len(lines), at + MOST_LINES)):
        if "\t" not in line or line.count("\t") >= width - 1 or not lines[last].strip():
            break
        line = f"{line}{LINE}{lines[last]}"
        if line.count("\t") == width - 1:
            return line, last
    return lines[at], at


def _row(line: int, told: Mapping[str, str]) -> StatedRow:
    plain = {role: text.replace(LINE, " ").strip() for role, text in told.items()}
    actions = tuple(_items(told.get(ACTIONS, "")))
    return StatedRow(
        line,
        plain.get(NUMBER, "").rstrip(".:)"),
        plain.get(TARGET, ""),
        actions,
        plain.get(OFFICE, ""),
        plain.get(UNTIL, ""),
    )


def _items(cell: str) -> Iterator[tuple[str, str]]:
    """Yield the actions of a cell, each with the number it bears, if any."""
    for part in ITEMS.split(cell):
        numbered = NUMBERED.match(part)
        text = numbered["rest"] if numbered else BULLET.sub("", part)
        if any(mark.isalpha() for mark in text):
            yield (numbered["number"] if numbered else ""), text.strip(" ;")
