"""Codes as people read them: the name in the reader's language, with the code behind it where it is one of a list."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from biosetu.cooperation.countries import countries
from biosetu.framework import code_lists, indicators, parties, targets
from biosetu.translation import N_, Voice

LABELS = {
    "targets": N_("target {code} ({name})"),
    "indicators": N_("indicator {code} ({name})"),
    "ecosystems": N_("ecosystem {name} ({code})"),
    "actions": N_("action {name} ({code})"),
    "threats": N_("threat {name} ({code})"),
    "methods": N_("method {name}"),
}
UNKNOWN = {
    "targets": N_("target {code}"),
    "indicators": N_("indicator {code}"),
    "ecosystems": N_("ecosystem {code}"),
    "actions": N_("action {code}"),
    "threats": N_("threat {code}"),
}
_LISTS = {
    "ecosystems": ("functional-group", "biome", "realm"),
    "actions": ("action",),
    "threats": ("threat",),
}
LIST_SEPARATOR = N_(", ")


def named(field: str, code: str, voice: Voice) -> str:
    """Return what a code of a field means, such as `target 2 (Restoration)`; the code alone where no list knows it."""
    name = _name(field, code, voice.language)
    message = LABELS[field] if name else UNKNOWN[field]
    return voice.gettext(message).format(code=voice.ltr(code), name=name)


def language_named(code: str, voice: Voice) -> str:
    """Return the name of a language (ISO 639-1), or the code where it has none."""
    return _languages(voice.language).get(code, code)


def party_named(code: str, voice: Voice) -> str:
    """Return the name of a Party or of another country (as the Unicode CLDR has it); the code where there is none."""
    if code in parties():
        return parties()[code].name(voice.language)
    return _territories(voice.language).get(countries()[code].iso2, code) if code in countries() else code


def listed(items: tuple[str, ...] | list[str], voice: Voice) -> str:
    """Return the items one after another, with the comma of the language."""
    return voice.gettext(LIST_SEPARATOR).join(items)


@lru_cache(maxsize=4096)
def _name(field: str, code: str, language: str) -> str:
    if field == "methods":
        return code
    if field == "targets":
        return targets()[code].theme(language) if code in targets() else ""
    if field == "indicators":
        return indicators()[code].title(language) if code in indicators() else ""
    found = (code_lists()[name].get(code) for name in _LISTS[field])
    return next((one.name(language) for one in found if one), "")


@lru_cache(maxsize=8)
def _territories(language: str) -> dict[str, str]:
    return dict(Locale(language).territories)


@lru_cache(maxsize=8)
def _languages(language: str) -> dict[str, str]:
    return dict(Locale(language).languages)
