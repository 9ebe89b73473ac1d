"""Many gaps of one kind about one target, shown as one: so that the parts of a target do not hide all other gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from biosetu.alignment.gaps.records import Gap


def collapsed(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return ranked gaps with those that share a heading as one, in the place of their first.

    It keeps their kind, target, remedy and source; its `parts` are the gaps themselves, in their order.
    """
    groups: dict[object, list[Gap]] = {}
    for gap in gaps:
        key = (gap.kind, gap.target) if gap.heading is not None else gap.id
        groups.setdefault(key, []).append(gap)
    return tuple(_one(found) for found in groups.values())


def _one(found: list[Gap]) -> Gap:
    first = found[0]
    if first.heading is None:
        return first
    return replace(first, id=f"{first.kind}:{first.target}", says=first.heading, parts=tuple(found))


def grouped_rows(gaps: Iterable[Gap]) -> Iterator[tuple[int, Gap, Gap]]:
    """Yield each gap with the place and the gap under which it is shown."""
    for place, shown in enumerate(collapsed(gaps), start=1):
        for gap in shown.parts or (shown,):
            yield place, shown, gap
