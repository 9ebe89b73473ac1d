"""From a code or a name to a Party or a centre."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from biosetu.framework.records import Centre, Party
from biosetu.framework.search import fold, scan
from biosetu.framework.tables import centres, parties
from biosetu.problems import UsageError
from biosetu.translation import say, together

NEAR = 5


def find_party(code: str) -> Party:
    """Return the Party with this ISO3, ISO2 or M49 code or any name held; raise `UsageError` naming close ones."""
    party = _party_keys().get(fold(code))
    if party is not None:
        return party
    near = near_parties(code)
    hint = say("Did you mean {near}?", near=", ".join(near)) if near else say("")
    wrong = say("There is no Party '{code}'.", code=code)
    raise UsageError(together((wrong, hint, say("Use the three-letter code, such as NPL."))))


def near_parties(text: str) -> list[str]:
    """Return the codes of Parties whose code or name is close to `text`, the closest first."""
    held = [(party.iso3, name) for party in parties().values() for name in (party.iso3, *party.names)]
    hits = scan(text, [name for _, name in held])
    return list(dict.fromkeys(held[hit.position][0] for hit in hits))[:NEAR]


def find_centre(code: str) -> Centre:
    """Return the centre with this id or alias; raise `UsageError` naming all."""
    wanted = fold(code)
    for centre in centres().values():
        if wanted in (fold(centre.id), fold(centre.alias)):
            return centre
    raise UsageError(
        say("There is no support centre '{code}'. Use one of {centres}.", code=code, centres=", ".join(centres()))
    )


@cache
def _party_keys() -> Mapping[str, Party]:
    keys: dict[str, Party] = {}
    for party in parties().values():
        for key in (party.iso3, party.iso2, party.m49, *party.names):
            if key:
                keys.setdefault(fold(key), party)
    return keys
