"""Texts of a Party inside our sentences: shortened between words, in the reader's language where there is one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

BLOCK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]{0,2000})?/?>|<!--.{0,500}?-->", re.DOTALL)
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)
UNKEPT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MOST = 120
MARKS = " ,;:.،؛–-"


def plain_text(text: str) -> str:
    """Return the words of rich text, as the reporting tool keeps it: without tags and entities, a line a paragraph.

    A text without either comes back as it is.
    """
    if not TAG.search(text) and not ENTITY.search(text):
        return text
    bare = html.unescape(TAG.sub("", BLOCK.sub("\n", text))).replace("\u00a0", " ")
    return "\n".join(line for line in (" ".join(line.split()) for line in bare.split("\n")) if line)


def shown_unkept(text: str) -> str:
    """Return a text with marks that no database, file or page can hold as `\\x00`; nothing where there are none.

    They are control characters, halves of surrogate pairs and what Unicode keeps for no character.
    """
    return UNKEPT.sub(lambda mark: ascii(mark[0])[1:-1], text) if UNKEPT.search(text) else ""


def plain_texts(texts: Mapping[str, str] | None) -> dict[str, str]:
    """Return rich texts by language as plain ones."""
    return {language: plain_text(text) for language, text in (texts or {}).items()}


def squeezed(text: str) -> str:
    """Return the letters and digits of a text alone, case apart: what two spellings of the same words share."""
    return "".join(mark for mark in text.casefold() if mark.isalnum())


def has_same_words(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether texts by language say the same: in every language that both have, else in one of each."""
    shared = [language for language in one if one[language] and other.get(language)]
    if shared:
        return all(squeezed(one[language]) == squeezed(other[language]) for language in shared)
    return bool({squeezed(text) for text in one.values()} & {squeezed(text) for text in other.values()})


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
