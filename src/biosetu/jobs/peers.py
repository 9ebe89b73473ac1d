"""Peers of a Party for a target: who in similar conditions measured it, or moved, with the figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.cooperation.peers import ASKED, SHOWN, Likeness, most_alike, why_few
from biosetu.figures import Movement
from biosetu.framework import find_party, indicators, targets
from biosetu.jobs.party import PartyEvidence, default_store, party_evidence
from biosetu.problems import UsageError
from biosetu.progress import Progress, silent
from biosetu.reports.series import is_disputed, is_headline, movement, targets_of, told
from biosetu.statistics.summary import Summary
from biosetu.translation import Said, Voice, say

ORDER = ("moved", "measured")
NO = ("flag", 0.0)  # the answer "no" to a question of the framework is no evidence of having done it
SCHEMA = pa.schema(
    [
        ("target", pa.string()),
        ("rank", pa.int32()),
        ("party", pa.string()),
        ("likeness", pa.float64()),
        ("alike", pa.string()),
        ("state", pa.string()),
        ("indicator", pa.string()),
        ("series", pa.string()),
        ("first_year", pa.int32()),
        ("year", pa.int32()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("disputed", pa.bool_()),
        ("change", pa.float64()),
        ("vintage", pa.string()),
        ("source", pa.string()),
    ]
)

# how many batches the store holds, and the newest: its name and when it came
State = tuple[int, str, datetime | None]


def peers(
    code: str, target: str = "", *, most: int = SHOWN, language: str = "en", progress: Progress = silent
) -> pa.Table:
    """Return up to `most` peers of a Party for a target (all targets with a peer, where none is named), by likeness.

    Looked for among the forty Parties in the most similar conditions, or among none where too little is known of the
    Party's own. A peer moved for the better on a series that bears on the target (`moved`), or has a figure of one of
    its indicators of the framework (`measured`); there may be fewer than asked for, or none.
    Raises `UsageError` for an unknown Party or target.
    """
    party = find_party(code).iso3
    if target and target not in targets():
        raise UsageError(say("There is no target '{target}'. Use 1 to 23, or A to D.", target=target))
    wanted = (target,) if target else tuple(targets())
    state = _state()
    rows = []
    near = most_alike(party, ASKED)
    for done, item in enumerate(near, start=1):
        rows += [row for one in wanted for row in _row(item, one, "", language, state)]
        progress(done, len(near), item.party)
    return pa.Table.from_pylist([row for one in wanted for row in _ranked(rows, one, most)], schema=SCHEMA)


def lacking(table: pa.Table, code: str, target: str = "", most: int = SHOWN) -> tuple[Said, ...]:
    """Return the sentences that belong under a table of `peers` asked with the same: where there are fewer, and why."""
    wanted = (target,) if target else tuple(targets())
    told = table.column("target").to_pylist()
    return why_few(find_party(code).iso3, {one: told.count(one) for one in wanted}, most)


def _ranked(rows: list[dict[str, object]], target: str, most: int) -> Iterator[dict[str, object]]:
    mine = [row for row in rows if row["target"] == target]
    mine.sort(key=lambda row: (-float(str(row["likeness"])), str(row["party"])))
    for rank, row in enumerate(mine[:most], start=1):
        yield {**row, "rank": rank}


@lru_cache(maxsize=256)
def _evidence(party: str, _state: State) -> PartyEvidence:
    return party_evidence(party)


def _state() -> State:
    """Return what changes with every write to the store, so that an answer given since is not missed."""
    batches = default_store().batches()
    newest = batches[-1] if batches else None
    return len(batches), newest.id if newest else "", newest.recorded_at if newest else None


def _bears(one: Summary, target: str, indicator: str) -> bool:
    asked = indicator in ("", one.indicator) and (not target or target in targets_of(one))
    return asked and one.level.value is not None and (one.unit, one.level.value) != NO


def _row(item: Likeness, target: str, indicator: str, language: str, state: State) -> Iterator[dict[str, object]]:
    """Yield what a Party shows for a target, an indicator, or both; nothing where it neither moved nor measured."""
    held = [one for one in told(_evidence(item.party, state).summaries) if _bears(one, target, indicator)]
    best = next((one for one in held if movement(one) is Movement.BETTER), None)
    agreed = [one for one in held if one.indicator in indicators()]
    shown = best or next(filter(is_headline, agreed), None) or next(iter(agreed), None)
    if shown is None:
        return
    change = shown.change if shown.change.state == "measured" else None
    voice = Voice(language)
    yield {
        "target": target,
        "rank": 0,
        "party": item.party,
        "likeness": round(item.likeness, 4),
        "alike": voice.comma.join(map(voice.gettext, item.alike)),
        "state": "moved" if best else "measured",
        "indicator": shown.indicator,
        "series": shown.series,
        "first_year": change.baseline.first if change and change.baseline else None,
        "year": shown.level.year,
        "value": shown.level.value,
        "unit": shown.unit,
        "disputed": is_disputed(shown),
        "change": change.value if change else None,
        "vintage": shown.level.vintage,
        "source": _source(_evidence(item.party, state).observations, shown),
    }


def _source(observations: pa.Table, shown: Summary) -> str:
    """Return where the latest figure of a series is from: its own inputs, not those of another of its release."""
    key = {
        "indicator": shown.indicator,
        "series": shown.series,
        "disaggregation": shown.disaggregation,
        "source": shown.source,
        "vintage": shown.level.vintage,
        "year": shown.level.year,
    }
    rows = observations.filter(pc.equal(observations.column("series"), shown.series)).to_pylist()
    found = (row for row in rows if all(row[name] == value for name, value in key.items()))
    return next((str(row["inputs"] or row["holder"]) for row in found), "")


def peers_at(party: str, target: str = "", indicator: str = "") -> tuple[dict[str, object], ...]:
    """Return every peer of a Party for an indicator or a target: who moved, then who measured, each by likeness."""
    return _at(party, target, indicator, _state())


@lru_cache(maxsize=1024)
def _at(party: str, target: str, indicator: str, state: State) -> tuple[dict[str, object], ...]:
    rows = (row for item in most_alike(party, ASKED) for row in _row(item, target, indicator, "en", state))
    return tuple(sorted(rows, key=lambda row: (ORDER.index(str(row["state"])), -float(str(row["likeness"])))))


def peers_for_dossier(party: str) -> pa.Table:
    """Return the peers of a Party for every target; without a row where nothing is known of its conditions."""
    return _for_dossier(party, _state())


@lru_cache(maxsize=256)
def _for_dossier(party: str, _state: State) -> pa.Table:
    return peers(party)
