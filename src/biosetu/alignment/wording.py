"""Texts of a Party inside our sentences: shortened between words, in the reader's language where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MOST = 120
MARKS = " ,;:.،؛–-"


def shortened(text: str, most: int = MOST) -> str:
    """Return a text of at most `most` characters, cut between words, with a mark where something is left out.

    A text without spaces (Chinese, Thai) is cut between two of its characters.
    """
    if len(text) <= most:
        return text
    room = text[:most]
    words = room.rpartition(" ")[0]
    return (words if len(words) > most // 2 else room[:-1]).rstrip(MARKS) + "…"


def spoken(name: str, texts: Mapping[str, str] | Iterable[tuple[str, str]], most: int = MOST) -> dict[str, str]:
    """Return a text as values of a `Sentence`: in English (else in whatever there is), and in each other language."""
    known = {language: shortened(text, most) for language, text in dict(texts or {}).items()}
    first = known.get("en") or next(iter(known.values()), "")
    return {name: first, **{f"{name}@{language}": text for language, text in known.items() if language != "en"}}
