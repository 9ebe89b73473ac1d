"""Where a Party stands on each goal and target: what is promised, measured, moving, not relevant, unknown."""

from __future__ import annotations

import pyarrow.compute as pc

from biosetu.figures import Movement, Tile
from biosetu.framework import indicators, targets
from biosetu.observations import Source
from biosetu.reports.evidence import Evidence
from biosetu.reports.series import home_of, is_headline, movement, targets_of, told
from biosetu.statistics.summary import Summary
from biosetu.translation import Voice


def section_key(code: str) -> str:
    """Return the anchor of the section of a goal or target."""
    return f"target-{code}" if code.isdigit() else f"goal-{code}"


def tiles(evidence: Evidence, voice: Voice, *, linked: bool = True) -> list[Tile]:
    """Return the 4 goals and 23 targets with the state of each."""
    series = told(evidence.summaries)
    return [_tile(evidence, voice, code, series, linked) for code in targets()]


def _tile(evidence: Evidence, voice: Voice, code: str, series: list[Summary], linked: bool) -> Tile:
    about = [item for item in series if code in targets_of(item)]
    headline = [item for item in about if is_headline(item)]
    return Tile(
        code=code,
        title=targets()[code].theme(voice.language),
        promised=None if evidence.promises is None else bool(evidence.promises.get(code)),
        measured=len(headline),
        related=len(about) - len(headline),
        movement=joint([movement(item) for item in headline]),
        relevant=not is_set_aside(evidence, code),
        link=f"#{section_key(home_of((headline or about)[0]))}" if linked and about else "",
    )


def joint(moves: list[Movement]) -> Movement:
    """Return how several series move together: their one direction, mixed where they differ."""
    known = [move for move in moves if move is not Movement.UNKNOWN]
    if not known:
        return Movement.UNKNOWN
    changing = {move for move in known if move is not Movement.STEADY}
    if len(changing) > 1:
        return Movement.MIXED
    return changing.pop() if changing else Movement.STEADY


def is_set_aside(evidence: Evidence, code: str) -> bool:
    """Return whether the Party itself has said of every headline indicator of a target that it is not relevant."""
    headlines = {item.code for item in indicators().values() if item.kind == "headline" and code in item.targets}
    return bool(headlines) and headlines <= set_aside(evidence)


def set_aside(evidence: Evidence) -> set[str]:
    """Return the indicators that the Party has said are not relevant to it."""
    table = evidence.observations
    rows = table.filter(pc.equal(table.column("source"), Source.NOT_RELEVANT.value))
    return set(rows.column("indicator").to_pylist())
