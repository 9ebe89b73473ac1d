"""What a report says, apart from how it looks: a document is sections, a section is blocks.

Every output (HTML, JSON, Word, PDF) is written from this one model, so that all say the same.
Text is plain and already in the reader's language; escaping is the renderer's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from markupsafe import Markup

Tone = Literal["text", "lead", "note", "caution", "heading"]
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a figure comes from: publisher and title in `text`, the release in `vintage`, the terms in `licence`."""

    text: str
    vintage: str = ""
    licence: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph. `tone`: text, lead (larger), note (smaller), caution (set apart), heading."""

    text: str
    tone: Tone = "text"
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list: what it is, and under it what is to be said about it."""

    text: str
    detail: str = ""
    tag: str = ""
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; `ordered` where the order is a ranking."""

    items: tuple[Item, ...]
    ordered: bool = False
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure to be read at a glance: `value` is ready for print, with its unit."""

    label: str
    value: str
    detail: str = ""
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """A row of figures."""

    items: tuple[Fact, ...]
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key in JSON, its heading, whether numbers stand in it and with how many decimals.

    `prose`: sentences stand in it, which a narrow screen must not squeeze; the table scrolls in its frame instead.
    """

    key: str
    label: str
    numeric: bool = False
    decimals: int = 0
    plain: bool = False
    prose: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows. Numbers stay numbers; the renderer prints them. `folded`: closed on a screen, open in print.

    `key` names a table that a page of the centre shows in full, so that the live report may lead there instead.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sources: tuple[Citation, ...] = ()
    folded: bool = False
    key: str = ""

    def records(self) -> list[dict[str, Cell]]:
        """Return the rows as records by column key."""
        return [dict(zip((c.key for c in self.columns), row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: `svg` for print, `screen` (HTML) where a screen has something better; `text` says what it shows.

    `wide` takes the whole width; two `half` ones stand side by side where there is room. `data` are the
    figures behind the picture where no table of the report holds them; JSON carries them.
    """

    svg: Markup
    caption: str
    text: str = ""
    screen: Markup | None = None
    wide: bool = False
    half: bool = False
    sources: tuple[Citation, ...] = ()
    data: Table | None = None


Block = Paragraph | Bullets | Facts | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report. `key` is its anchor; `target` the code of the goal or target it is about, if any.

    `short` is the title in a list of contents; `place` orders the sections of a document.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    target: str = ""
    kicker: str = ""
    short: str = ""
    place: tuple[int, ...] = (500,)
    own_page: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A report, ready to be written in any format. `watermark` stands across every page."""

    key: str
    title: str
    subtitle: str
    language: str
    on: date
    sections: tuple[Section, ...]
    watermark: str = ""
    colophon: tuple[str, ...] = ()
    meta: dict[str, str] = field(default_factory=dict)

    def citations(self) -> list[Citation]:
        """Return every source once, in the order in which the reader meets them."""
        return list(dict.fromkeys(source for section in self.sections for source in cited(section)))


def unified(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Return the sections with one citation a source and release: the fullest of those that name it."""
    parts = tuple(sections)
    best: dict[tuple[str, str], Citation] = {}
    for citation in (one for part in parts for one in cited(part)):
        key = (citation.text, citation.vintage)
        known = best.get(key, citation)
        best[key] = replace(known, licence=known.licence or citation.licence, url=known.url or citation.url)
    return tuple(replace(part, blocks=tuple(_with(block, best) for block in part.blocks)) for part in parts)


def _with(block: Block, best: Mapping[tuple[str, str], Citation]) -> Block:
    def full(sources: Iterable[Citation]) -> tuple[Citation, ...]:
        return tuple(dict.fromkeys(best[one.text, one.vintage] for one in sources))

    if isinstance(block, Bullets):
        return replace(
            block,
            items=tuple(replace(item, sources=full(item.sources)) for item in block.items),
            sources=full(block.sources),
        )
    if isinstance(block, Facts):
        block = replace(block, items=tuple(replace(item, sources=full(item.sources)) for item in block.items))
    return replace(block, sources=full(block.sources))


def cited(section: Section) -> Iterator[Citation]:
    """Yield the sources of a section in reading order, repeated as often as they are cited."""
    for block in section.blocks:
        if isinstance(block, Bullets | Facts):
            for item in block.items:
                yield from item.sources
        yield from block.sources
