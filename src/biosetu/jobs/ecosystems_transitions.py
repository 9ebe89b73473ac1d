"""What became what, as it is handed out: dates, zones and names put to the classes."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from biosetu.jobs.ecosystems_inputs import ClassTable


def transition_table(moved: pa.Table, dates: Sequence[float], classes: ClassTable, zones: Sequence[str]) -> pa.Table:
    """Return the transitions between two dates with dates, zones, names and national types.

    Args:
        moved: zone (place in `zones`), before and after (class, null outside the map of that date), area_km2, and the
            whole numbers behind it.
        dates: the earlier and the later date [decimal years].
        classes: what is known of the classes.
        zones: names of the zones.
    """
    count = moved.num_rows
    sides = {
        side: [None if code is None else str(code) for code in moved[side].to_pylist()] for side in ("before", "after")
    }
    columns = {
        "from_date": pa.array([dates[0]] * count, pa.float64()),
        "to_date": pa.array([dates[1]] * count, pa.float64()),
        "zone": pa.array([zones[zone] for zone in moved["zone"].to_pylist()], pa.string()),
        **{side: pa.array(codes, pa.string()) for side, codes in sides.items()},
    }
    said = {"name": classes.names} | ({"national_type": classes.national_types} if classes.national_types else {})
    for what, values in said.items():
        for side, codes in sides.items():
            columns[f"{side}_{what}"] = pa.array([values.get(code or "", "") for code in codes], pa.string())
    for name in moved.column_names:
        if name not in {"zone", "before", "after"}:
            columns[name] = moved[name]
    return pa.table(columns)
