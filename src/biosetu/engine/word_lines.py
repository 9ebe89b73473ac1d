"""The body of a Word file as lines: each paragraph, each row of a table with its cells a tab apart.

What stands in content controls and tracked insertions is text like any other; what was deleted or moved away is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
AROUND = frozenset(
    f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink")
)
GONE = frozenset({f"{W}del", f"{W}moveFrom", f"{W}instrText", FALLBACK})
MARKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
LINE = "\x0b"


def word_lines(body: Any) -> Iterator[tuple[int, str]]:
    """Yield each paragraph and table row of a body (lxml) with the page breaks before it.

    Paragraphs of one cell stand a vertical tab apart. A cell that others are merged into is told once, the places of
    the others are empty, so that each column keeps its place.
    """
    for block in _inner(body, {f"{W}p", f"{W}tbl"}):
        if block.tag == f"{W}p":
            yield _breaks(block), _text(block)
        else:
            for row in _inner(block, {f"{W}tr"}):
                yield _breaks(row), "\t".join(_cells(row))


def _inner(parent: Any, wanted: set[str]) -> Iterator[Any]:
    """Yield the children of an element by tag, those in content controls and insertions too."""
    for child in parent:
        if child.tag in wanted:
            yield child
        elif child.tag in AROUND:
            yield from _inner(child, wanted)


def _cells(row: Any) -> Iterator[str]:
    before = row.find(f"{W}trPr/{W}gridBefore")
    yield from [""] * _number(before)
    for cell in _inner(row, {f"{W}tc"}):
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        continued = merged is not None and merged.get(f"{W}val", "continue") == "continue"
        yield "" if continued else LINE.join(filter(None, _paragraphs(cell)))
        yield from [""] * (_number(cell.find(f"{W}tcPr/{W}gridSpan"), 1) - 1)


def _paragraphs(cell: Any) -> Iterator[str]:
    for block in _inner(cell, {f"{W}p", f"{W}tbl"}):
        if block.tag == f"{W}p":
            yield _text(block).replace("\n", LINE).replace("\t", " ").strip()
        else:
            for row in _inner(block, {f"{W}tr"}):
                yield " ".join(filter(None, _cells(row)))


def _number(element: Any, otherwise: int = 0) -> int:
    value = element.get(f"{W}val", "") if element is not None else ""
    return min(int(value), 63) if value.isdecimal() else otherwise


def _text(element: Any) -> str:
    return "".join(_parts(element))


def _parts(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag in MARKS:
            yield MARKS[child.tag] if child.get(f"{W}type") != "page" else ""
        elif child.tag not in GONE and not str(child.tag).endswith(("Pr", "tabs")):
            yield from _parts(child)


def _breaks(element: Any) -> int:
    rendered = sum(1 for _ in element.iter(f"{W}lastRenderedPageBreak"))
    return rendered or sum(1 for one in element.iter(f"{W}br") if one.get(f"{W}type") == "page")
