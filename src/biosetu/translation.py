"""One gettext domain, `biosetu`, for the command line, the reports and the web.

Text is marked with `_("…")` (bound to `Voice.gettext`, or Jinja2's), with `ngettext` where a number decides,
or with `N_("…")` at module level. A message with parts in it is made with `say("… {name} …", name=…)`: it is the
English text and keeps what it was made of, so that every `gettext` here can say it in another language. What stands
as a text of a `Problem` or `UsageError` is marked by its place.

Each room keeps its own part of a language, `locale/<language>/parts/<room>.po`; the parts together are the catalogue.
It is compiled in memory at first use, or read from `LC_MESSAGES/biosetu.mo` where `scripts/translations.py compile`
has made one that is newer than every part.
"""

from __future__ import annotations

import gettext
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

DOMAIN = "biosetu"
LOCALE = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
LEFT_TO_RIGHT_ISOLATE, FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2066", "\u2068", "\u2069"
NO_BREAK = "\u00a0"
EN_DASH = "\u2013"
MINUS = "\u2212"
# begins with Latin letters, before any of another script
_LATIN = re.compile(r"[^\w]*[A-Za-z\u00c0-\u024f]")
_LEFTWARD = re.compile(r"[\u0590-\u08ff]")
# which form a number takes, as every gettext tool writes it (Babel's own default differs)
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 :"
    " n%100>=11 && n%100<=99 ? 4 : 5);"
}


def N_(message: str) -> str:
    """Mark text for translation without translating it now."""
    return message


Gettext = Callable[[str], str]
Value = str | int | float | tuple[str, ...]
Piece = tuple[str, Mapping[str, Value]]


class Said(str):
    """A text in English that kept its message and values; it stays whole through `str`, copying and pickling."""

    __slots__ = ("pieces",)
    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return self

    def in_words(self, gettext: Gettext) -> str:
        """Return the text in the language of `gettext`."""
        return _text(self.pieces, gettext)

    def kept(self) -> list[Any]:
        """Return message and values as plain lists and dicts, for JSON; `said_again` takes them back."""
        return [[message, {name: _plain(value) for name, value in values.items()}] for message, values in self.pieces]

    def changed(self, change: Callable[[str], str]) -> Said:
        """Return the same with every text among the values changed."""
        return _made(
            tuple((message, {n: _changed(v, change) for n, v in values.items()}) for message, values in self.pieces)
        )


def say(message: str, /, **values: object) -> Said:
    """Return one sentence: `message` with its `{names}` filled in. Written here as a literal, it is marked.

    Among the values, numbers stay numbers (`{count:,}`) and all else becomes text; a text stays as it is, unless it
    was made with `say` itself; of a tuple, which is a list of marked words, each word is translated.
    """
    return _made(((message, {name: _value(value) for name, value in values.items()}),))


def together(sentences: Iterable[Said]) -> Said:
    """Return several sentences as one text, empty ones left out."""
    return _made(tuple(piece for sentence in sentences for piece in sentence.pieces))


def in_words(text: str, gettext: Gettext) -> str:
    """Return a text in the language of `gettext`, whether or not it kept its message."""
    return text.in_words(gettext) if isinstance(text, Said) else gettext(text) if text else ""


def said_again(kept: Iterable[Sequence[Any]]) -> Said:
    """Return what `Said.kept` was given for."""
    return _made(tuple((message, {name: _again(value) for name, value in values.items()}) for message, values in kept))


def _value(value: object) -> Value:
    if isinstance(value, tuple):
        return tuple(str(each) for each in value)
    return value if isinstance(value, str | int | float) else str(value)


def _made(pieces: tuple[Piece, ...]) -> Said:
    made = Said(_text(pieces, str))
    made.pieces = pieces
    return made


def _text(pieces: Iterable[Piece], gettext: Gettext) -> str:
    return " ".join(_filled(gettext(message), values, gettext) for message, values in pieces if message)


def _filled(message: str, values: Mapping[str, Value], gettext: Gettext) -> str:
    shown = {name: _shown(value, gettext) for name, value in values.items()}
    if _LEFTWARD.search(message):
        shown = {name: _isolated(value) if isinstance(value, str) else value for name, value in shown.items()}
    return message.format(**shown)


def _shown(value: Value, gettext: Gettext) -> str | int | float:
    if isinstance(value, tuple):
        return gettext(", ").join(in_words(each, gettext) for each in value)
    return value.in_words(gettext) if isinstance(value, Said) else value


def _changed(value: Value, change: Callable[[str], str]) -> Value:
    if isinstance(value, Said):
        return value.changed(change)
    return change(value) if isinstance(value, str) else value


def _isolated(text: str) -> str:
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if _LATIN.match(text) else text


def _plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return {"said": value.kept()} if isinstance(value, Said) else value


def _again(value: Any) -> Value:
    if isinstance(value, list):
        return tuple(str(_again(each)) for each in value)
    return said_again(value["said"]) if isinstance(value, dict) else value


class Catalogue(gettext.GNUTranslations):
    """A catalogue that also says what was made with `say`."""

    def gettext(self, message: str) -> str:
        """Return a message in the language of this catalogue."""
        return in_words(message, super().gettext)


def parts(language: str) -> list[Path]:
    """Return the files whose entries together are the catalogue of a language."""
    return sorted((LOCALE / language / "parts").glob("*.po"))


def compiled(language: str) -> Path:
    """Return where the compiled catalogue of a language lies, if there is one."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo"


def _is_fresh(built: Path, sources: Sequence[Path]) -> bool:
    if not built.exists():
        return False
    made = built.stat().st_mtime
    return all(source.stat().st_mtime <= made for source in sources)


def compile_parts(language: str) -> bytes:
    """Return the parts of a language as one compiled catalogue; where two parts differ, the first by name counts."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale=language, domain=DOMAIN)
    if language in PLURALS:
        whole.mime_headers = [("Plural-Forms", PLURALS[language])]
    for path in parts(language):
        with path.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if message.id and message.string and not whole.get(message.id, message.context):
                    whole[message.id] = message
    target = BytesIO()
    write_mo(target, whole)
    return target.getvalue()


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; text without translation stays English."""
    sources = parts(language)
    if not sources:
        return gettext.NullTranslations()
    built = compiled(language)
    data = built.read_bytes() if _is_fresh(built, sources) else compile_parts(language)
    return Catalogue(BytesIO(data))


def direction(language: str) -> str:
    """Return `rtl` or `ltr`."""
    return "rtl" if language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, slots=True)
class Voice:
    """How things are said in one language: text, numbers, dates, lists.

    Numbers keep European digits in every language, as the documents of the United Nations do, also in Arabic.
    """

    language: str = "en"

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return direction(self.language)

    @property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return self.direction == "rtl"

    def gettext(self, message: str) -> str:
        """Return the translation of a message."""
        return translations(self.language).gettext(message) if message else ""

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the form of a message that fits `count`."""
        return translations(self.language).ngettext(singular, plural, count)

    def number(self, value: float | None, decimals: int = 0, *, signed: bool = False) -> str:
        """Return a number with the separators of the language; a missing one is an en dash."""
        if value is None or math.isnan(value):
            return EN_DASH
        rounded = round(value, decimals) + 0.0
        text = f"{abs(rounded):,.{decimals}f}"
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return self.ltr(sign + text) if sign else text

    def years(self, first: int, last: int) -> str:
        """Return a span of years, or the one year."""
        return str(first) if first == last else self.ltr(f"{first}{EN_DASH}{last}")

    def date(self, day: date) -> str:
        """Return a date in full."""
        from babel.dates import format_date

        return str(format_date(day, "d MMMM y", locale=self.language)) if self.language != "ar" else _arabic(day)

    @property
    def comma(self) -> str:
        """What stands between the items of a plain list."""
        return self.gettext(N_(", "))

    @property
    def semicolon(self) -> str:
        """What stands between the items of a plain list that have commas of their own."""
        return self.gettext(N_("; "))

    def join(self, items: Sequence[str]) -> str:
        """Return the items as a list in a sentence."""
        from babel.lists import format_list

        return str(format_list(list(items), locale=self.language)) if items else ""

    def ltr(self, text: str) -> str:
        """Keep a code, a formula or a signed number from being turned round inside right-to-left text."""
        return f"{LEFT_TO_RIGHT_ISOLATE}{text}{POP_ISOLATE}" if self.right_to_left else text

    def apart(self, text: str) -> str:
        """Keep words in another script from mixing with the sentence around them, in right-to-left text."""
        return _isolated(text) if self.right_to_left else text


def _arabic(day: date) -> str:
    from babel.dates import get_month_names

    return f"{day.day} {get_month_names('wide', locale='ar')[day.month]} {day.year}"
