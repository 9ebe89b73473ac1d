"""Why a candidate stands where it stands, and what is missing, in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from biosetu.cooperation.expertise import covered, missing
from biosetu.cooperation.match import Fit
from biosetu.cooperation.records import CODE_FIELDS, Provider, Request
from biosetu.translation import N_

Gettext = Callable[[str], str]

CODE_LABELS = {
    "targets": N_("target"),
    "indicators": N_("indicator"),
    "ecosystems": N_("ecosystem"),
    "actions": N_("action"),
    "threats": N_("threat"),
    "methods": N_("method"),
}
CLOSE = 0.15


def reasons(matched: Fit, row: int, column: int, gettext: Gettext = str) -> tuple[str, ...]:
    """Return the sentences for one candidate, the part that weighs most in its score first."""
    return tuple(sentence for _, sentence in reasons_by_part(matched, row, column, gettext))


def reasons_by_part(matched: Fit, row: int, column: int, gettext: Gettext = str) -> tuple[tuple[str, str], ...]:
    """Return what `reasons` does, each sentence with the part of the score that it tells of."""
    request, provider = matched.requests[row], matched.providers[column]
    sentences = {
        "expertise": _expertise(request, provider, gettext),
        "text": _text(matched.parts["text"][row, column], gettext),
        "language": _language(request, provider, gettext),
        "region": _region(request, provider, gettext),
        "results": _results(provider, gettext),
        "availability": _availability(provider, gettext),
    }
    weight = {c.name: c.weight * np.nan_to_num(matched.parts[c.name][row, column]) for c in matched.components}
    ordered = sorted(weight, key=lambda name: -weight[name])
    return tuple((name, sentences[name]) for name in ordered if weight[name] > 0 and sentences[name])


def lacking(matched: Fit, row: int, column: int, gettext: Gettext = str) -> tuple[str, ...]:
    """Return what the candidate does not bring, and every conflict that must be looked at."""
    request, provider = matched.requests[row], matched.providers[column]
    found = [f"{gettext(CODE_LABELS[field])} {code}" for field, code in missing(request, provider)]
    found += [
        gettext("language {language}").format(language=language)
        for language in request.languages
        if language not in provider.languages
    ]
    if provider.workload >= provider.capacity:
        found.append(gettext("no free capacity now"))
    found += [gettext(conflict.explanation) for conflict in matched.conflicts.get((row, column), ())]
    return tuple(found)


def _expertise(request: Request, provider: Provider, gettext: Gettext) -> str:
    held = [
        f"{gettext(CODE_LABELS[field])} {code}"
        for field in CODE_FIELDS
        for code in getattr(request, field)
        if covered(field, code, getattr(provider, field)) > 0
    ]
    asked = sum(len(getattr(request, field)) for field in CODE_FIELDS)
    if not held:
        return ""
    return gettext("covers {count} of {asked} things asked for: {list}").format(
        count=len(held), asked=asked, list=", ".join(held)
    )


def _text(share: float, gettext: Gettext) -> str:
    if not share >= CLOSE:
        return ""
    return gettext("has worked on similar questions (closeness {share:.2f})").format(share=share)


def _language(request: Request, provider: Provider, gettext: Gettext) -> str:
    shared = [language for language in request.languages if language in provider.languages]
    return gettext("works in {list}").format(list=", ".join(shared)) if shared else ""


def _region(request: Request, provider: Provider, gettext: Gettext) -> str:
    if request.party == provider.party and request.party:
        return gettext("is at home in {party}").format(party=request.party)
    if request.party in provider.parties:
        return gettext("has worked in {party}").format(party=request.party)
    if request.region and request.region == provider.region:
        return gettext("is at home in the same subregion")
    return gettext("has worked in several Parties") if len(provider.parties) > 1 else ""


def _results(provider: Provider, gettext: Gettext) -> str:
    if provider.results is None:
        return ""
    return gettext("earlier help was rated {rating:.0%} by those who got it").format(rating=provider.results)


def _availability(provider: Provider, gettext: Gettext) -> str:
    free = provider.capacity - provider.workload
    return gettext("has room for {free} more").format(free=free) if free > 0 else ""
