"""Glyphs of a page as lines of text in reading order, for scripts that run from right to left.

A PDF holds glyphs at places; what order they come in is the choice of the program that wrote it, and for Arabic it
differs word by word. The places don't lie: on a line the glyphs are taken from right to left, and what runs from left
to right in between (numbers, Latin words) is turned back. This inverts the Unicode Bidirectional Algorithm (UAX #9)
as far as lines of prose need it; brackets are mirrored where the first one closes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SAME_LINE = 0.5
NEW_COLUMN = 2.0
SPACE = 0.25
RIGHT_TO_LEFT = frozenset({"R", "AL"})
ALEFS = frozenset("اأإآٱ")
INSIDE_NUMBERS = frozenset(".,:/٫٬")
MIRRORED = str.maketrans("()[]«»", ")(][»«")
BRACKETS = re.compile(r"[()\[\]]")


@dataclass(slots=True)
class Glyph:
    """What one glyph says and where it stands: left and right edge, baseline, size of its font [points]."""

    text: str
    left: float
    right: float
    base: float
    size: float
    marks: list[str] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """The middle between both edges."""
        return (self.left + self.right) / 2

    def said(self) -> str:
        """Return the letter with the marks that stand on it."""
        return self.text + "".join(self.marks)


def is_right_to_left(text: str) -> bool:
    """Return whether a text holds a letter of a script that runs from right to left."""
    return any(unicodedata.bidirectional(mark) in RIGHT_TO_LEFT for mark in text)


def lines_in_reading_order(glyphs: Sequence[Glyph]) -> list[str]:
    """Return the lines of a page; `glyphs` come in the order of the file, which only decides which line is first."""
    return [_line(part) for band in _bands(glyphs) for part in _columns(band)]


def _bands(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Return the glyphs by baseline, those that the file shows first first."""
    bands: list[list[Glyph]] = []
    for glyph in glyphs:
        near = (band for band in reversed(bands) if _on_one_line(band[0], glyph))
        found = next(near, None)
        if found is None:
            bands.append([glyph])
        else:
            found.append(glyph)
    return bands


def _on_one_line(one: Glyph, other: Glyph) -> bool:
    return abs(one.base - other.base) < SAME_LINE * max(one.size, other.size)


def _columns(band: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Yield the parts of a line, right to left: a wide gap parts two columns, or two cells of a table."""
    marks = [glyph for glyph in band if unicodedata.combining(glyph.text[0])]
    letters = sorted(_without_repeated(band, marks), key=_from_right)
    _place_marks(marks, letters)
    part: list[Glyph] = []
    for glyph in letters:
        if part and part[-1].left - glyph.right > NEW_COLUMN * max(part[-1].size, glyph.size):
            yield part
            part = []
        part.append(glyph)
    if part:
        yield part


def _without_repeated(band: Sequence[Glyph], marks: Sequence[Glyph]) -> Iterator[Glyph]:
    """Yield the letters of a line; some files name the letter once more with the mark that is raised above it."""
    usual = Counter(glyph.base for glyph in band).most_common(1)[0][0]
    raised = {(mark.left, mark.base) for mark in marks if mark.base != usual}
    for glyph in band:
        if not unicodedata.combining(glyph.text[0]) and (glyph.left, glyph.base) not in raised:
            yield glyph


def _from_right(glyph: Glyph) -> tuple[float, bool]:
    """Sort from right to left; of a ligature of lam and alef, both at one place, the alef comes second."""
    return -glyph.left, glyph.text in ALEFS


def _place_marks(marks: Sequence[Glyph], letters: Sequence[Glyph]) -> None:
    for mark in marks:
        under = [glyph for glyph in letters if not glyph.text.isspace()]
        if under:
            nearest = min(under, key=lambda glyph: abs(glyph.middle - mark.middle))
            nearest.marks += [mark.text] if mark.text not in nearest.marks else []


def _line(letters: Sequence[Glyph]) -> str:
    spaced = list(_with_spaces(letters))
    if not is_right_to_left("".join(glyph.text for glyph in spaced)):
        return _joined(reversed(spaced))
    turned: list[Glyph] = []
    for run in _runs(spaced):
        turned += reversed(run) if _runs_rightwards(run[0]) else run
    text = _joined(turned)
    first = BRACKETS.search(text)
    return text.translate(MIRRORED) if first and first[0] in ")]" else text


def _with_spaces(letters: Sequence[Glyph]) -> Iterator[Glyph]:
    """Yield the glyphs of a line, with a space where the file holds none but a gap as wide as one."""
    for before, after in pairwise(letters):
        yield before
        if before.left - after.right > SPACE * max(before.size, after.size):
            yield Glyph(" ", after.right, before.left, before.base, before.size)
    yield from letters[-1:]


def _joined(glyphs: Iterable[Glyph]) -> str:
    return " ".join("".join(glyph.said() for glyph in glyphs).split())


def _runs(letters: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Yield numbers, Latin words with the spaces between them, and all else; in the order from right to left."""
    run: list[Glyph] = []
    for at, glyph in enumerate(letters):
        if run and not _continues(run, letters, at):
            yield run
            run = []
        run.append(glyph)
    if run:
        yield run


def _continues(run: Sequence[Glyph], letters: Sequence[Glyph], at: int) -> bool:
    here, first = letters[at].text, run[0].text
    if _is_digit(first):
        after = letters[at + 1].text if at + 1 < len(letters) else ""
        between = here in INSIDE_NUMBERS and _is_digit(run[-1].text) and _is_digit(after)
        return _is_digit(here) or between
    if _is_latin(first):
        return _is_latin(here) or (not is_right_to_left(here) and any(map(_is_latin, _until_turn(letters, at))))
    return not _is_digit(here) and not _is_latin(here)


def _until_turn(letters: Sequence[Glyph], at: int) -> Iterator[str]:
    for glyph in letters[at:]:
        if is_right_to_left(glyph.text):
            return
        yield glyph.text


def _runs_rightwards(glyph: Glyph) -> bool:
    return _is_digit(glyph.text) or _is_latin(glyph.text)


def _is_digit(text: str) -> bool:
    return text.isdecimal()


def _is_latin(text: str) -> bool:
    return bool(text) and unicodedata.bidirectional(text[0]) == "L"
