"""Reasons in the language of a page or a dossier: what the criteria say in English, piece by piece.

Tables, saved versions and Observations hold the English text; so do files for other systems. Here it is read back by
its fixed grammar (`wording`) and said anew; what does not follow the grammar is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from biosetu.species.criteria.tables import parameters
from biosetu.translation import N_, Voice

QUANTITIES = {
    "past reduction": N_("past reduction"),
    "future reduction": N_("future reduction"),
    "moving reduction": N_("reduction over past and future"),
    "eoo": N_("extent of occurrence"),
    "aoo": N_("area of occupancy"),
    "locations": N_("locations"),
    "mature individuals": N_("mature individuals"),
    "decline 3y 1g": N_("decline in 3 years or 1 generation"),
    "decline 5y 2g": N_("decline in 5 years or 2 generations"),
    "decline 10y 3g": N_("decline in 10 years or 3 generations"),
    "largest subpopulation": N_("largest subpopulation"),
    "percent in one subpopulation": N_("share in one subpopulation"),
    "extinction 10y 3g": N_("probability of extinction in 10 years or 3 generations"),
    "extinction 20y 5g": N_("probability of extinction in 20 years or 5 generations"),
    "extinction 100y": N_("probability of extinction in 100 years"),
}
ANSWERS = {"yes": N_("yes"), "no": N_("no"), "unknown": N_("unknown")}
MET = N_("{criterion}: {name} {value}, {limit}")
MISSED = N_("{criterion}: {name} {value}, not {limit}")
_LIMIT = re.compile(
    r"(?:(?P<level>CR|EN|VU) )?(?P<criterion>[A-E][\w()]*): (?P<name>[a-z0-9 ]+?) (?P<value>[\d.,e+-]+) "
    r"(?P<missed>not )?(?P<sign>[≥≤<]) (?P<limit>[\d.,]+)(?P<unit> (?:%|km²))?"
)
SENTENCES: tuple[tuple[str, str], ...] = (
    (r"no criterion is met at the best estimates", N_("no criterion is met at the best estimates")),
    (r"stated by the assessor: (\S+)", N_("stated by the assessor: {0}")),
    (r"plausible categories run from (\S+) to (\S+?)", N_("plausible categories run from {0} to {1}")),
    (
        r"plausible categories run from (\S+) to (\S+): no quantity has a value",
        N_("plausible categories run from {0} to {1}: no quantity has a value"),
    ),
    (
        r"(\S+) was stated, but does not fit what was computed",
        N_("{0} was stated, but does not fit what was computed"),
    ),
    (
        r"(\S+) was stated as the global category, but that of an endemic is the one found here",
        N_("{0} was stated as the global category, but that of an endemic is the one found here"),
    ),
    (r"(NA|RE) by the regional guidelines", N_("{0} by the regional guidelines")),
)


def said_in(result: Mapping[str, str] | None, voice: Voice) -> dict[str, str | list[str]] | None:
    """Return what the criteria gave for showing: reasons and near misses as lists, in the language of the voice."""
    if result is None:
        return None
    said: dict[str, str | list[str]] = dict(result)
    said["reasons"] = reasons_said(result.get("reasons", ""), voice)
    said["near_threshold"] = reasons_said(result.get("near_threshold", ""), voice)
    said["adjustment_path"] = [step(text, voice) for text in result.get("adjustment_path", "").split(" → ") if text]
    return said


def reasons_said(text: str | None, voice: Voice) -> list[str]:
    """Return each reason, or each near miss, of a cell in the language of the voice; none of an empty cell."""
    return [reason(part, voice) for part in (text or "").split("; ") if part]


def reason(text: str, voice: Voice) -> str:
    """Return one reason, or one near miss, in the language of the voice."""
    if voice.language == "en":
        return text
    if (match := _LIMIT.fullmatch(text)) and match["name"] in QUANTITIES:
        level = f"{match['level']} " if match["level"] else ""
        form = MISSED if match["missed"] else MET
        return voice.gettext(form).format(
            criterion=voice.ltr(f"{level}{match['criterion']}"),
            name=voice.gettext(QUANTITIES[match["name"]]),
            value=voice.ltr(f"{match['value']}{match['unit'] or ''}"),
            limit=voice.ltr(f"{match['sign']} {match['limit']}{match['unit'] or ''}"),
        )
    for pattern, form in SENTENCES:
        if found := re.fullmatch(pattern, text):
            return voice.gettext(form).format(*map(voice.ltr, found.groups()))
    return text


def step(text: str, voice: Voice) -> str:
    """Return one answered question of the regional steps, in words."""
    name, _, answer = text.partition("=")
    known = parameters()
    if name not in known or answer not in ANSWERS:
        return text
    return f"{voice.gettext(known[name].explanation)} {voice.gettext(ANSWERS[answer])}"
