"""What the Party says it still needs to reach a national target, in its own words."""

from __future__ import annotations

from collections.abc import Iterator

from biosetu.alignment.gaps.records import Facts, Gap
from biosetu.alignment.promise_tables import main_target
from biosetu.alignment.wording import spoken
from biosetu.observations.sentences import Sentence
from biosetu.translation import N_

NEEDS = N_("For “{national}” the Party says it still needs: {said}")
UNSAID = N_("For “{national}” the Party says it still needs means of implementation.")
CLOSE = N_("The means named, from the Party's own budget, a partner or a provider of this centre.")
LONGEST = 2000


def find(facts: Facts) -> Iterator[Gap]:
    """Return one gap for each national target whose means are still required."""
    table = facts.tables.get("promises.targets")
    for row in table.to_pylist() if table is not None else []:
        if row["means"] != "required":
            continue
        values = {**spoken("national", row["title"]), **spoken("said", row["means_info"], LONGEST)}
        yield Gap(
            id=f"means:{row['id']}",
            party=facts.party,
            kind="means",
            target=main_target(row),
            says=Sentence("means-needs", NEEDS if values["said"] else UNSAID, values),
            closes=Sentence("means-close", CLOSE),
            source=row["source"],
        )
