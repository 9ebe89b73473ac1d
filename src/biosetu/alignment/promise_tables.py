"""What a Party promised as plain tables, as gaps, reports and pages read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from biosetu.alignment.coverage import coverage_of, coverage_table, quantities_beside, quantities_table
from biosetu.alignment.national import Action, ActionStatus, Aligned, NationalTarget, Promises

TARGETS = pa.schema(
    [
        ("id", pa.string()),
        ("sequence", pa.int32()),
        ("title", pa.map_(pa.string(), pa.string())),
        ("declared", pa.list_(pa.struct([(name, pa.string()) for name in ("target", "degree", "basis", "by")]))),
        ("means", pa.string()),
        ("means_info", pa.map_(pa.string(), pa.string())),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("source", pa.string()),
    ]
)
ACTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("target", pa.string()),
        ("text", pa.map_(pa.string(), pa.string())),
        ("office", pa.string()),
        ("cost", pa.float64()),
        ("currency", pa.string()),
        ("secured", pa.float64()),
        ("funding_source", pa.string()),
        ("milestone", pa.string()),
        ("due", pa.date32()),
        ("status", pa.string()),
        ("overdue", pa.bool_()),
        ("place", pa.string()),
        ("source", pa.string()),
    ]
)
STATEMENTS = pa.schema([("target", pa.string()), ("info", pa.map_(pa.string(), pa.string())), ("source", pa.string())])
STRATEGIES = pa.schema(
    [
        ("id", pa.string()),
        ("title", pa.map_(pa.string(), pa.string())),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("status", pa.string()),
        ("adopted", pa.date32()),
        ("fits", pa.bool_()),
        ("links", pa.list_(pa.string())),
        ("source", pa.string()),
    ]
)
FINISHED = frozenset({ActionStatus.DONE, ActionStatus.STOPPED})


def promise_tables(promises: Promises, on: date) -> Mapping[str, pa.Table]:
    """Return the tables `promises.targets`, `.actions`, `.coverage`, `.quantities`, `.statements`, `.strategies`.

    Where no target is loaded there are none, or the strategies alone. An action is overdue on the day `on` when
    its milestone's date has passed and it is neither done nor stopped.
    """
    strategies = {"promises.strategies": _strategies(promises)} if promises.strategies else {}
    if not promises.targets:
        return strategies
    aligned = promises.aligned()
    return strategies | {
        "promises.targets": pa.Table.from_pylist([_target(t, aligned) for t in promises.targets], schema=TARGETS),
        "promises.actions": pa.Table.from_pylist([_action(a, on) for a in promises.actions], schema=ACTIONS),
        "promises.coverage": coverage_table(coverage_of(promises)),
        "promises.quantities": quantities_table(quantities_beside(promises)),
        "promises.statements": pa.Table.from_pylist(
            [{"target": s.target, "info": list(s.info.items()), "source": s.source} for s in promises.statements],
            schema=STATEMENTS,
        ),
    }


def _strategies(promises: Promises) -> pa.Table:
    rows = [
        {**{name: getattr(told, name) for name in STRATEGIES.names}, "title": list(told.title.items())}
        for told in promises.strategies
    ]
    return pa.Table.from_pylist(rows, schema=STRATEGIES)


def _target(target: NationalTarget, aligned: Mapping[str, tuple[Aligned, ...]]) -> dict[str, object]:
    return {
        "id": target.id,
        "sequence": target.sequence,
        "title": list(target.title.items()),
        "declared": [entry.model_dump(mode="json", exclude={"on"}) for entry in aligned.get(target.id, ())],
        "means": target.means,
        "means_info": list(target.means_info.items()),
        "start": target.start,
        "end": target.end,
        "source": target.source,
    }


def _action(action: Action, on: date) -> dict[str, object]:
    values = {name: getattr(action, name) for name in ACTIONS.names if name not in {"text", "overdue"}}
    overdue = action.due is not None and action.due < on and action.status not in FINISHED
    return {**values, "text": list(action.text.items()), "overdue": overdue}


def main_target(row: Mapping[str, Any]) -> str:
    """Return the global target under which a national target is shown: the first declared target, else a goal."""
    codes = [str(entry["target"]) for entry in row.get("declared") or ()]
    return next((code for code in codes if code.isdigit()), codes[0] if codes else "")


def text_in(texts: object, language: str = "en") -> str:
    """Return a text of a map cell in this language, else in English, else in whatever there is."""
    known = dict(texts) if isinstance(texts, list) else {}
    return str(known.get(language) or known.get("en") or next(iter(known.values()), ""))
