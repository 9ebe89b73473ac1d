"""The order in which gaps are shown: one pure function, explained in words beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from biosetu.alignment.gaps.records import Gap
from biosetu.framework import targets
from biosetu.observations.packaged import packaged_rows
from biosetu.translation import N_

EXPLANATION = N_(
    "Gaps are ordered by kind: first what the Party itself declares as missing or still needs, then where it is off "
    "the path to a quantity it has set itself or declares too little progress, then promises without action, office "
    "or on time, then what it has not promised, then what it says is not measured. Within a kind the larger "
    "shortfall comes first, then the more recent statement, then the order of goals and targets. Nothing else counts: "
    "no comparison with other Parties and no score."
)
_UNKNOWN_KIND = 99


@cache
def kind_order() -> Mapping[str, int]:
    """Return the place of each kind; kinds not tabled come after all others."""
    rows = packaged_rows("biosetu.alignment.gaps", "ranking")
    return MappingProxyType({row["kind"]: int(row["order"]) for row in rows})


@cache
def _target_order() -> Mapping[str, int]:
    return MappingProxyType({code: place for place, code in enumerate(targets())})


def _place(gap: Gap) -> tuple[object, ...]:
    return (
        kind_order().get(gap.kind, _UNKNOWN_KIND),
        -(gap.shortfall if gap.shortfall is not None else 0.0),
        -(gap.year or 0),
        _target_order().get(gap.target, len(_target_order())),
        gap.id,
    )


def rank(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return gaps in the order in which they are shown (see `EXPLANATION`); the same gaps always give one order."""
    return tuple(sorted(gaps, key=_place))
