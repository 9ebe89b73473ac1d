"""Our own texts in the language of the page: the one gettext domain `biosetu`, also for texts met at import."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.utils.functional import lazy as _lazy
from django.utils.functional import lazystr
from django.utils.translation import get_language

from biosetu.translation import LANGUAGES, direction, translations

__all__ = ["LANGUAGES", "_", "direction", "gettext", "language", "lazy_text", "lazystr", "ngettext"]


def language() -> str:
    """Return the code of the page's language, one of `LANGUAGES`."""
    active = (get_language() or "en").split("-", maxsplit=1)[0]
    return active if active in LANGUAGES else "en"


def gettext(message: str) -> str:
    """Return the message in the page's language."""
    return translations(language()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form for `number` in the page's language."""
    return translations(language()).ngettext(singular, plural, number)


_ = gettext
lazy_text = cast("Callable[[str], str]", _lazy(gettext, str))
