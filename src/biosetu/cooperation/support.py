"""The gap kind `support`: a target with gaps for which nobody has asked for help."""

from __future__ import annotations

from collections.abc import Iterator

from biosetu.alignment.gaps import KINDS, Facts, Gap, collapsed
from biosetu.alignment.gaps.registry import finder
from biosetu.cooperation.forms import parts
from biosetu.cooperation.states import FINAL
from biosetu.observations.sentences import Sentence
from biosetu.translation import N_

KIND = "support"
SAYS = N_("Gaps are known here ({count}), and no request for support is open at the centre.")
CLOSES = N_("A request for support, with the figures behind the gap; four fields are enough.")
SOURCE = N_("Open requests at the support centre")


def find(facts: Facts) -> Iterator[Gap]:
    """Return one gap per target that has gaps of other kinds and no open request.

    `facts.tables["requests"]` holds the requests (id, target as `;` list, title, state). Without that table nothing is
    known of requests, and nothing is said.
    """
    table = facts.tables.get("requests")
    if table is None:
        return
    asked = {code for row in table.to_pylist() if row["state"] not in FINAL for code in parts(row["target"])}
    others = collapsed(gap for kind in KINDS if kind != KIND for gap in finder(kind)(facts))
    for target in dict.fromkeys(gap.target for gap in others if gap.target and gap.target not in asked):
        mine = [gap for gap in others if gap.target == target]
        yield Gap(
            id=f"{KIND}:{target}",
            party=facts.party,
            kind=KIND,
            target=target,
            says=Sentence("support", SAYS, {"count": len(mine)}),
            closes=Sentence("support-close", CLOSES),
            evidence=tuple(dict.fromkeys(key for gap in mine for key in gap.evidence)),
            source=SOURCE,
            indicator=next((gap.indicator for gap in mine if gap.indicator), ""),
        )
