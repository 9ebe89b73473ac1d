"""What a table of observations would change: new, changed, same, withdrawn."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from biosetu.observations.schema import KEY, SCHEMA

NEW, CHANGED, SAME, WITHDRAWN = "new", "changed", "same", "withdrawn"


def _by_key(table: pa.Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[name] for name in KEY): row for row in table.select(SCHEMA.names).to_pylist()}


def row_states(table: pa.Table, held: pa.Table, withdrawn: pa.Table) -> list[tuple[str, tuple[str, ...]]]:
    """Return per row of `table` its state against `held`, and the columns that differ where it is changed.

    `held` holds the current observations and `withdrawn` the keys taken out. A row whose key is withdrawn stays out
    of all output when it is added.
    """
    known = _by_key(held)
    out = {tuple(row.values()) for row in withdrawn.select(KEY).to_pylist()}
    states: list[tuple[str, tuple[str, ...]]] = []
    for row in table.select(SCHEMA.names).to_pylist():
        key = tuple(row[name] for name in KEY)
        before = known.get(key)
        if key in out:
            states.append((WITHDRAWN, ()))
        elif before is None:
            states.append((NEW, ()))
        else:
            changed = tuple(name for name in SCHEMA.names if row[name] != before[name])
            states.append((CHANGED, changed) if changed else (SAME, ()))
    return states


def changed_rows(table: pa.Table, held: pa.Table) -> pa.Table:
    """Return the rows of `table` that `held` does not hold just so."""
    known = _by_key(held)
    keep = [known.get(tuple(row[name] for name in KEY)) != row for row in table.select(SCHEMA.names).to_pylist()]
    return table.filter(pa.array(keep, pa.bool_()))
