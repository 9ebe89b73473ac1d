"""Parts of the global targets that no national target covers, by our reading of their words.

Without national targets there is nothing to read: no gap. The parts, and what covers them, are in `promises.coverage`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from biosetu.alignment.gaps.records import Facts, Gap
from biosetu.framework import elements, targets
from biosetu.observations.sentences import Sentence
from biosetu.translation import N_

PART = N_("No national target covers this part of target {target}: {part}.")
NO_TARGET = N_("No national target is aligned with target {target} ({title}).")
OPEN_PARTS = N_(
    "By our reading of their words, the national targets leave {open} of {parts} parts of target {target} open."
)
CLOSE_TARGET = N_("A national target or action for it, or the Party's word that another one serves it.")
CLOSE_PART = N_("A national target or action for it, or the Party's word that it is covered.")
READ = frozenset({"quantity", "outcome", "action"})
NOT_COVERED = "not covered"
SOURCE = N_("The Party's national targets, read part by part; no official list of parts exists")


def find(facts: Facts) -> Iterator[Gap]:
    """Return one gap for each part of a global target that no national target covers.

    Parts that are conditions, means, scopes or beneficiaries are not asked for. The goals are not: national targets
    are aligned with targets. The gaps of one target share their shortfall (the share of its parts that is open), so
    that they stay together, and a heading, under which they are shown as one.
    """
    parts = _parts(facts)
    aligned = _aligned(facts)
    for code, rows in parts.items():
        missing = [row["element"] for row in rows if row["state"] == NOT_COVERED]
        heading, closes = _heading(code, len(missing), len(rows), aligned=code in aligned)
        for element in missing:
            yield Gap(
                id=f"alignment:{element}",
                party=facts.party,
                kind="alignment",
                target=code,
                says=Sentence("alignment-part", PART, {"target": code, "part": element}),
                closes=Sentence(f"{heading.id}-close", closes),
                source=SOURCE,
                shortfall=len(missing) / len(rows),
                heading=heading,
            )


def _parts(facts: Facts) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the rows of coverage by global target, of the parts that are asked for."""
    table = facts.tables.get("promises.coverage")
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in table.to_pylist() if table is not None else []:
        if targets()[row["target"]].kind == "target" and elements()[row["element"]].kind in READ:
            found[row["target"]].append(row)
    return found


def _heading(code: str, missing: int, parts: int, *, aligned: bool) -> tuple[Sentence, str]:
    if not aligned:
        return Sentence("alignment-target", NO_TARGET, {"target": code, "title": code}), CLOSE_TARGET
    values: dict[str, str | int | float] = {"target": code, "open": missing, "parts": parts}
    return Sentence("alignment-parts", OPEN_PARTS, values), CLOSE_PART


def _aligned(facts: Facts) -> set[str]:
    table = facts.tables.get("promises.targets")
    rows = table.to_pylist() if table is not None else []
    return {entry["target"] for row in rows for entry in row["declared"]}
