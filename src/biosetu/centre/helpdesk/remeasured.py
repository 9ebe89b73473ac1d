"""What was measured again after help: the lines of a plan beside later figures that are held on the Party."""

from __future__ import annotations

import pyarrow.compute as pc

from biosetu.centre.helpdesk.models import PlanItem, SupportRequest
from biosetu.centre.pages import reading
from biosetu.cooperation.results import Measured, measured_again
from biosetu.framework import indicators


def measured_since(found: SupportRequest) -> dict[int, Measured]:
    """Return by line of the plan what was measured after its baseline: same Party, indicator, series and unit."""
    codes = [row.party for row in found.taking_part()]
    known = {}
    for line in found.plan.all():
        party = line.party or (codes[0] if codes else "")
        again = _again(line, party) if party and line.indicator in indicators() else None
        if again is not None:
            known[line.pk] = again
    return known


def _again(line: PlanItem, party: str) -> Measured | None:
    if line.baseline is None or line.baseline_year is None:
        return None
    held = reading.evidence(party).observations
    return measured_again(
        held.filter(pc.equal(held.column("indicator"), line.indicator)).to_pylist(),
        indicator=line.indicator,
        series=line.series,
        unit=line.unit,
        baseline=line.baseline,
        year=line.baseline_year,
    )
