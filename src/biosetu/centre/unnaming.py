"""Telling a person in texts, by their full name and addresses, and putting a mark in their place.

A name is told whatever its letter case, accents, vowel marks and Unicode form, whatever stands between its words, and
with the last word first. Short Arabic words written as part of the name stay; after a name in a script that adds
endings (as those of India and Nepal) anything may follow; scripts without blanks are searched anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from biosetu.cooperation.forms import parts
from biosetu.framework.search import ARABIC_FORMS

ERASED = "[…]"
LEAST_WORDS, LEAST_UNSPACED = 2, 3
JOINED = "وفبلكس"
DOTLESS = "\N{LATIN SMALL LETTER DOTLESS I}"
ARTICLE, TO_THE = "ال", "لل"
UNSPACED = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"})
WHOLE_WORDS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "ARMENIAN", "GEORGIAN", "DIGIT"})
OPTIONAL_MARKS = ((0x300, 0x36F), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6ED))
ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}|\d{4}-\d{4}-\d{4}-\d{3}[\dXx]")


class _Letters(dict[int, str]):
    """How each letter is compared, told once: nothing for marks that writers leave out, a blank for what is none."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code).translate(ARABIC_FORMS)).casefold().translate(ARABIC_FORMS)
        self[code] = "".join(map(_compared, unicodedata.normalize("NFKD", letters)))
        return self[code]


def _compared(letter: str) -> str:
    code, category = ord(letter), unicodedata.category(letter)
    if category in ("Cf", "Me") or any(first <= code <= last for first, last in OPTIONAL_MARKS):
        return ""
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    if letter == DOTLESS:
        return "i"
    return letter if category[0] in "LNM" else " "


_LETTERS = _Letters()


def folded(text: str) -> str:
    """Return a text as names are compared in it."""
    return text.translate(_LETTERS)


def same_name(one: str, other: str) -> bool:
    """Return whether two texts are one name, written in whatever way."""
    return bool(one.strip()) and folded(one).split() == folded(other).split()


def addresses_in(text: str) -> set[str]:
    """Return the e-mail addresses and ORCID iDs of a text."""
    return {found.casefold() for found in ADDRESS.findall(text)}


@dataclass(frozen=True)
class Person:
    """Who is told in texts. A name of one word may be a word: it is not looked for, except where a script has no
    blanks, or where it is known to be a name (`surely`). `addresses`: their e-mail addresses and ORCID iDs.
    """

    name: str
    addresses: frozenset[str] = frozenset()
    mark: str = ERASED
    surely: bool = False

    @property
    def is_told(self) -> bool:
        """Return whether there is anything to look for."""
        return self._named is not None or bool(self.addresses)

    @cached_property
    def _script(self) -> str:
        letters = "".join(folded(self.name).split())
        return unicodedata.name(letters[-1], "").split(" ")[0] if letters else ""

    @cached_property
    def _named(self) -> re.Pattern[str] | None:
        words = folded(self.name).split()
        alone = self._script in UNSPACED and sum(map(len, words)) >= LEAST_UNSPACED
        if not words or (len(self.name.split()) < LEAST_WORDS and not alone and not self.surely):
            return None
        orders = [words, [words[-1], *words[:-1]]]
        told = "|".join(dict.fromkeys(" +".join(map(re.escape, order)) for order in orders))
        before = "" if self._script in UNSPACED else r"(?<![^ ])"
        if self._script == "ARABIC":
            before += f"[{JOINED}]{{0,2}}"
            told += f"|{TO_THE}{told.removeprefix(ARTICLE)}" if told.startswith(ARTICLE) else ""
        after = r"(?![^ ])" if self._script in WHOLE_WORDS else ""
        return re.compile(f"{before}(?P<name>{told}){after}")

    @cached_property
    def _addressed(self) -> re.Pattern[str] | None:
        told = "|".join(map(re.escape, sorted(self.addresses, key=len, reverse=True)))
        return re.compile(rf"(?<![\w.+%-])(?:{told})(?![\w-]|\.\w)", re.IGNORECASE) if told else None

    def is_said(self, text: str) -> bool:
        """Return whether a text says the name or an address."""
        return self.struck(text) != text

    def struck(self, text: str) -> str:
        """Return a text with a mark in place of the name and the addresses."""
        if self._addressed is not None:
            text = self._addressed.sub(self.mark, text)
        if self._named is None or self._named.search(folded(text)) is None:
            return text
        return self._without_name(text, self._named)

    def _without_name(self, text: str, named: re.Pattern[str]) -> str:
        letters = [folded(letter) for letter in text]
        places = [place for place, letter in enumerate(letters) for _ in letter]
        kept, done = [], 0
        for found in named.finditer("".join(letters)):
            first, last = places[found.start("name")], places[found.end("name") - 1] + 1
            while last < len(text) and (not letters[last] or unicodedata.category(text[last]).startswith("M")):
                last += 1
            if first >= done:
                kept += [text[done:first], self.mark]
                done = last
        return "".join([*kept, text[done:]])

    def struck_whole(self, text: str) -> str:
        """Return a list of organizations with a mark in place of one that has the person's name, and no more."""
        listed = parts(text)
        if not any(same_name(one, self.name) for one in listed):
            return text
        return "; ".join(ERASED if same_name(one, self.name) else one for one in listed)


def unnamed(person: Person, value: Any, whole: Iterable[str] = ()) -> Any:
    """Return a text, or what holds texts at any depth, without the person; what stands under a key of `whole` names
    organizations.
    """
    if isinstance(value, str):
        return person.struck(value)
    if isinstance(value, dict):
        return {key: _under(person, key in whole, one, whole) for key, one in value.items()}
    return [unnamed(person, one, whole) for one in value] if isinstance(value, list) else value


def _under(person: Person, is_whole: bool, value: Any, whole: Iterable[str]) -> Any:
    return person.struck_whole(value) if is_whole and isinstance(value, str) else unnamed(person, value, whole)
