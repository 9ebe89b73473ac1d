"""One gettext domain, `biosetu`, for the command line, the reports and the web.

Text is marked with `_("…")` (bound to `Voice.gettext`, or Jinja2's), with `ngettext` where a number decides,
or with `N_("…")` at module level. Each room keeps its own part of a language, `locale/<language>/parts/<room>.po`;
the parts together are the catalogue. It is compiled in memory at first use, or read from
`LC_MESSAGES/biosetu.mo` where `scripts/translations.py compile` has made one that is newer than every part.
"""

from __future__ import annotations

import gettext
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

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
# which form a number takes, as every gettext tool writes it (Babel's own default differs)
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 :"
    " n%100>=11 && n%100<=99 ? 4 : 5);"
}


def N_(message: str) -> str:
    """Mark text for translation without translating it now."""
    return message


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
    return gettext.GNUTranslations(BytesIO(data))


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
        foreign = self.right_to_left and _LATIN.match(text)
        return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if foreign else text


def _arabic(day: date) -> str:
    from babel.dates import get_month_names

    return f"{day.day} {get_month_names('wide', locale='ar')[day.month]} {day.year}"
