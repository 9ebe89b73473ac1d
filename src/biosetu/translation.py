"""One gettext domain, `biosetu`, for the command line, the reports and the web.

Text is marked with `_("…")` from `translator(language)` or, at module level, with `N_("…")`.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

DOMAIN = "biosetu"
LOCALE = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def N_(message: str) -> str:
    """Mark text for translation without translating it now."""
    return message


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; text without translation stays English."""
    return gettext.translation(DOMAIN, LOCALE, languages=[language], fallback=True)


def direction(language: str) -> str:
    """Return `rtl` or `ltr`."""
    return "rtl" if language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"
