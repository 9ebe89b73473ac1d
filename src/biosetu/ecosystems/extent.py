"""Extent of ecosystems by functional group (headline A.2): areas, shares that add up, which are natural."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import floor

import pyarrow as pa

from biosetu.ecosystems.typology import functional_groups

UNMAPPED = ""
COLUMNS = pa.schema(
    [
        ("functional_group", pa.string()),
        ("name", pa.string()),
        ("biome", pa.string()),
        ("natural", pa.bool_()),
        ("date", pa.float64()),
        ("area_km2", pa.float64()),
        ("share_percent", pa.float64()),
        ("label", pa.string()),
    ]
)


def extent_by_group(
    measures: Iterable[Mapping[str, object]], groups: Mapping[str, str] | None = None, decimals: int = 2
) -> pa.Table:
    """Return area and share of each functional group at each date.

    Args:
        measures: rows of `ecosystems measure` with class, date, area_km2 and, unless `groups` is given,
            functional_group.
        groups: class → code of its functional group; classes without one stand together under an empty code.
        decimals: of the shares, which are rounded so that those of a date still add up to 100.

    Returns:
        functional_group, name, biome, natural (null for what is not in the typology), date, area_km2, share_percent (of
        all that is mapped at that date), label (how the CBD's reporting tool prints the group).
        What counts as natural are all biomes but the intensively used (T7, F3, M4, S2, SF2, MT3).
    """
    areas: dict[float, dict[str, float]] = {}
    for row in measures:
        if row["area_km2"] in (None, ""):
            continue
        code = (
            groups.get(str(row["class"]), UNMAPPED)
            if groups is not None
            else str(row.get("functional_group") or UNMAPPED)
        )
        own = areas.setdefault(float(str(row["date"])), {})
        own[code] = own.get(code, 0.0) + float(str(row["area_km2"]))
    rows = []
    for date, by_code in sorted(areas.items()):
        codes = sorted(by_code)
        shares = shares_percent([by_code[code] for code in codes], decimals)
        rows += [_row(code, date, by_code[code], share) for code, share in zip(codes, shares, strict=True)]
    return pa.Table.from_pylist(rows, schema=COLUMNS)


def _row(code: str, date: float, area_km2: float, share: float) -> dict[str, object]:
    group = functional_groups().get(code)
    return {
        "functional_group": code,
        "name": group.name if group else "",
        "biome": group.biome_code if group else "",
        "natural": group.natural if group else None,
        "date": date,
        "area_km2": area_km2,
        "share_percent": share,
        "label": group.reporting_label if group else "",
    }


def shares_percent(values: Sequence[float], decimals: int = 2) -> list[float]:
    """Return shares rounded so that they add up to exactly 100: the largest remainders are rounded up (Hamilton).

    All 0 where the values are 0. Raises ValueError for a negative value.
    """
    exact = [Fraction(value) for value in values]
    if any(value < 0 for value in exact):
        raise ValueError("areas are not negative")
    total = sum(exact, Fraction(0))
    if total == 0:
        return [0.0] * len(values)
    whole = 100 * 10**decimals
    quotas = [value / total * whole for value in exact]
    steps = [floor(quota) for quota in quotas]
    order = sorted(range(len(values)), key=lambda i: (steps[i] - quotas[i], i))
    for index in order[: whole - sum(steps)]:
        steps[index] += 1
    return [step / 10**decimals for step in steps]
