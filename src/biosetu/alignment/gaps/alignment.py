"""Global targets, or parts of them, that no national target covers, by our reading of their words.

Without national targets there is nothing to read: no gap. Which parts are meant is in `promises.coverage`.
"""

from __future__ import annotations

from collections.abc import Iterator

from biosetu.alignment.gaps.records import Facts, Gap
from biosetu.framework import elements, targets
from biosetu.observations.sentences import Sentence
from biosetu.translation import N_

NO_TARGET = N_("No national target is aligned with target {target} ({text}).")
NO_PART = N_(
    "By our reading of their words, the national targets leave {open} of {parts} parts of target {target} open."
)
CLOSE_TARGET = N_("A national target or action for it, or the Party's word that another one serves it.")
CLOSE_PART = N_("A national target or action for these parts, or the Party's word that they are covered.")
READ = frozenset({"quantity", "outcome", "action"})
SOURCE = N_("The Party's national targets, read part by part; no official list of parts exists")


def find(facts: Facts) -> Iterator[Gap]:
    """Return one gap for each global target without a national one, or with parts that no national target covers.

    Parts that are conditions, means, scopes or beneficiaries are not asked for. The goals are not: national targets
    are aligned with targets.
    """
    table = facts.tables.get("promises.coverage")
    rows = table.to_pylist() if table is not None else []
    aligned = _aligned(facts)
    for code, target in targets().items():
        if not rows or target.kind != "target":
            continue
        states = [row["state"] for row in rows if row["target"] == code and elements()[row["element"]].kind in READ]
        missing = states.count("not covered")
        if code not in aligned:
            yield _gap(facts.party, code, Sentence("alignment-target", NO_TARGET, _about(code)), CLOSE_TARGET, 1.0)
        elif missing:
            values: dict[str, str | int | float] = {"target": code, "open": missing, "parts": len(states)}
            yield _gap(
                facts.party, code, Sentence("alignment-parts", NO_PART, values), CLOSE_PART, missing / len(states)
            )


def _about(code: str) -> dict[str, str]:
    return {"target": code, "text": targets()[code].title_en}


def _aligned(facts: Facts) -> set[str]:
    table = facts.tables.get("promises.targets")
    rows = table.to_pylist() if table is not None else []
    return {entry["target"] for row in rows for entry in row["declared"]}


def _gap(party: str, code: str, says: Sentence, closes: str, shortfall: float) -> Gap:
    return Gap(
        id=f"alignment:{code}",
        party=party,
        kind="alignment",
        target=code,
        says=says,
        closes=Sentence(f"{says.id}-close", closes),
        source=SOURCE,
        shortfall=shortfall,
    )
