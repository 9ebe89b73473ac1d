"""Why a candidate stands where it stands, and what is missing, in words."""

from __future__ import annotations

import numpy as np

from biosetu.cooperation.expertise import covered, missing
from biosetu.cooperation.match import Fit
from biosetu.cooperation.naming import language_named, listed, named, party_named
from biosetu.cooperation.records import CODE_FIELDS, Provider, Request
from biosetu.cooperation.regions import Experience, experience_of
from biosetu.translation import N_, Voice

CLOSE = 0.15
ENGLISH = Voice()
EXPERIENCES = {
    Experience.SUBREGION_WORK: N_("has worked in the same subregion"),
    Experience.SUBREGION_HOME: N_("is at home in the same subregion"),
    Experience.SOUTH_SOUTH: N_("is from the South and has worked elsewhere in the South"),
    Experience.ABROAD: N_("has worked in other countries"),
}


def reasons(matched: Fit, row: int, column: int, voice: Voice = ENGLISH) -> tuple[str, ...]:
    """Return the sentences for one candidate, the part that weighs most in its score first."""
    return tuple(sentence for _, sentence in reasons_by_part(matched, row, column, voice))


def reasons_by_part(matched: Fit, row: int, column: int, voice: Voice = ENGLISH) -> tuple[tuple[str, str], ...]:
    """Return what `reasons` does, each sentence with the part of the score that it tells of."""
    request, provider = matched.requests[row], matched.providers[column]
    sentences = {
        "expertise": _expertise(request, provider, voice),
        "text": _text(matched.parts["text"][row, column], voice),
        "language": _language(request, provider, voice),
        "region": _region(request, provider, voice),
        "results": _results(provider, voice),
        "availability": _availability(provider, voice),
    }
    weight = {c.name: c.weight * np.nan_to_num(matched.parts[c.name][row, column]) for c in matched.components}
    ordered = sorted(weight, key=lambda name: -weight[name])
    return tuple((name, sentences[name]) for name in ordered if weight[name] > 0 and sentences[name])


def lacking(matched: Fit, row: int, column: int, voice: Voice = ENGLISH) -> tuple[str, ...]:
    """Return what the candidate does not bring, and every conflict that must be looked at."""
    request, provider = matched.requests[row], matched.providers[column]
    found = [named(field, code, voice) for field, code in missing(request, provider)]
    found += [
        voice.gettext("language {language}").format(language=language_named(language, voice))
        for language in request.languages
        if language not in provider.languages
    ]
    if provider.workload >= provider.capacity:
        found.append(voice.gettext("no free capacity now"))
    found += [voice.gettext(conflict.explanation) for conflict in matched.conflicts.get((row, column), ())]
    return tuple(found)


def _expertise(request: Request, provider: Provider, voice: Voice) -> str:
    held = [
        named(field, code, voice)
        for field in CODE_FIELDS
        for code in getattr(request, field)
        if covered(field, code, getattr(provider, field)) > 0
    ]
    asked = sum(len(getattr(request, field)) for field in CODE_FIELDS)
    if not held:
        return ""
    return voice.gettext("covers {count} of {asked} things asked for: {list}").format(
        count=len(held), asked=asked, list=listed(held, voice)
    )


def _text(share: float, voice: Voice) -> str:
    if not share >= CLOSE:
        return ""
    return voice.gettext("has worked on similar questions (closeness {share:.2f})").format(share=share)


def _language(request: Request, provider: Provider, voice: Voice) -> str:
    shared = [language_named(code, voice) for code in request.languages if code in provider.languages]
    return voice.gettext("works in {list}").format(list=listed(shared, voice)) if shared else ""


def _region(request: Request, provider: Provider, voice: Voice) -> str:
    if not request.party:
        return ""
    if request.party == provider.party:
        return voice.gettext("is at home in {party}").format(party=party_named(request.party, voice))
    found = experience_of(request, provider)
    if found is Experience.THERE:
        return voice.gettext("has worked in {party}").format(party=party_named(request.party, voice))
    return voice.gettext(EXPERIENCES[found]) if found in EXPERIENCES else ""


def _results(provider: Provider, voice: Voice) -> str:
    if provider.results is None:
        return ""
    return voice.gettext("earlier help was rated {rating:.0%} by those who got it").format(rating=provider.results)


def _availability(provider: Provider, voice: Voice) -> str:
    free = provider.capacity - provider.workload
    return voice.gettext("has room for {free} more").format(free=free) if free > 0 else ""
