"""Reasons in the language of the page: what the criteria say in English, piece by piece.

Saved versions hold the English text; so do files for other systems. Here it is read back by its fixed grammar
(`species.criteria.wording`) and said anew; what does not follow the grammar is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from biosetu.centre.wording import gettext, language
from biosetu.species.criteria.tables import parameters
from biosetu.translation import N_

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
    (r"(NA|RE) by the regional guidelines", N_("{0} by the regional guidelines")),
)


def said_in(result: Mapping[str, str] | None) -> dict[str, str | list[str]] | None:
    """Return what the criteria gave for showing: reasons and near misses as lists, in the language of the page."""
    if result is None:
        return None
    said: dict[str, str | list[str]] = dict(result)
    said["reasons"] = [reason(text) for text in _parts(result.get("reasons", ""))]
    said["near_threshold"] = [reason(text) for text in _parts(result.get("near_threshold", ""))]
    said["adjustment_path"] = [step(text) for text in result.get("adjustment_path", "").split(" → ") if text]
    return said


def _parts(text: str) -> list[str]:
    return [part for part in text.split("; ") if part]


def reason(text: str) -> str:
    """Return one reason, or one near miss, in the language of the page."""
    if language() == "en":
        return text
    if (match := _LIMIT.fullmatch(text)) and match["name"] in QUANTITIES:
        level = f"{match['level']} " if match["level"] else ""
        name = gettext(QUANTITIES[match["name"]])
        figures = f"{match['value']}{match['unit'] or ''}"
        limit = f"{match['sign']} {match['limit']}{match['unit'] or ''}"
        form = MISSED if match["missed"] else MET
        return gettext(form).format(
            criterion=_apart(f"{level}{match['criterion']}"), name=name, value=_apart(figures), limit=_apart(limit)
        )
    for pattern, form in SENTENCES:
        if found := re.fullmatch(pattern, text):
            return gettext(form).format(*map(_apart, found.groups()))
    return text


def _apart(text: str) -> str:
    """Set figures and codes apart, left to right, whatever the direction of the text around them."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def step(text: str) -> str:
    """Return one answered question of the regional steps, in words."""
    name, _, answer = text.partition("=")
    known = parameters()
    if name not in known or answer not in ANSWERS:
        return text
    return f"{gettext(known[name].explanation)} {gettext(ANSWERS[answer])}"
