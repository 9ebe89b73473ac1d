"""Numbered system checks: each says what is wrong and what to do, before the first page is served."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

from biosetu.centre import environment as env
from biosetu.centre.assets import PICO, is_there
from biosetu.centre.databases import is_known
from biosetu.framework import centres
from biosetu.home import home


@register(Tags.security)
def production_is_closed(**_: Any) -> Iterable[CheckMessage]:
    """E001 key, E002 hosts, E005 demonstration, E007 weak hashing: what must not be missing or open in production."""
    if settings.BIOSETU_MODE != env.PRODUCTION:
        return
    if not env.text("SECRET_KEY"):
        yield Error("SECRET_KEY is not set.", "Set it to 50 or more random characters.", id="biosetu.E001")
    if not env.words("BIOSETU_HOSTS"):
        yield Error("BIOSETU_HOSTS is not set.", "Set it to the host name of this centre.", id="biosetu.E002")
    if settings.BIOSETU_DEMO:
        yield Error("Demonstration people in production.", "Start without --demo.", id="biosetu.E005")
    if env.flag("BIOSETU_PASSWORD_FAST"):
        yield Error("Weak password hashing in production.", "Unset BIOSETU_PASSWORD_FAST.", id="biosetu.E007")


@register
def home_is_writable(**_: Any) -> Iterable[CheckMessage]:
    """E003: the state folder can be written to."""
    if not os.access(home(), os.W_OK):
        yield Error(f"Cannot write to {home()}.", "Set BIOSETU_HOME to a folder that can be.", id="biosetu.E003")


@register(Tags.database)
def database_is_known(**_: Any) -> Iterable[CheckMessage]:
    """E004: the database is one that BioSetu is tested on."""
    if not is_known(settings.DATABASE_URL):
        yield Error("DATABASE_URL names an unknown database.", "Use postgresql://… or leave it.", id="biosetu.E004")


@register
def mode_is_known(**_: Any) -> Iterable[CheckMessage]:
    """E006: the mode is one of two."""
    if settings.BIOSETU_MODE not in (env.LOCAL, env.PRODUCTION):
        yield Error(f"BIOSETU_MODE is {settings.BIOSETU_MODE!r}.", "Use local or production.", id="biosetu.E006")


@register
def centres_are_known(**_: Any) -> Iterable[CheckMessage]:
    """E008: every support centre named exists."""
    for name in settings.BIOSETU_CENTRES:
        if name not in centres():
            hint = f"Use some of {', '.join(sorted(centres()))}."
            yield Error(f"BIOSETU_CENTRES names an unknown centre {name!r}.", hint, id="biosetu.E008")


@register(Tags.staticfiles)
def front_end_is_there(**_: Any) -> Iterable[CheckMessage]:
    """W001: the vendored style sheet was fetched; without it pages work but look plain."""
    if not is_there(PICO):
        yield Caution("The vendored front-end files are missing.", "Run scripts/frontend.py.", id="biosetu.W001")
