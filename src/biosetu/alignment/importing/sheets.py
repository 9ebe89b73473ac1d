"""What is held of a Party's promises as the sheets of our own template, so that reading them back changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from biosetu.alignment.importing.tables import TEXTS, sheet_columns
from biosetu.alignment.national import Action, Declared, NationalTarget, NotCovered, Promises, Texts
from biosetu.engine.grids import Value

Rows = list[tuple[Value, ...]]
Fields = Mapping[str, Value]


def promise_sheets(promises: Promises) -> Mapping[str, Rows]:
    """Return the sheets targets, actions and statements, header first, a column for each language in use."""
    return {
        "targets": _sheet("targets", [_target(one) for one in promises.targets]),
        "actions": _sheet("actions", [_action(one) for one in promises.actions]),
        "statements": _sheet("statements", [_statement(one) for one in promises.statements]),
    }


def _sheet(name: str, rows: Sequence[Fields]) -> Rows:
    used = {column for row in rows for column in row}
    header = tuple(_header(sheet_columns(name), used))
    return [header, *(tuple(row.get(column) for column in header) for row in rows)]


def _header(columns: Sequence[str], used: Collection[str]) -> Iterator[str]:
    """Yield the columns of a sheet; texts stand in one for each language, so none has to say which it is in."""
    for column in columns:
        spoken = sorted(name for name in used if TEXTS.fullmatch(name) and name.rpartition("_")[0] == column)
        if spoken or f"{column}_en" in columns:
            yield from (name for name in spoken if name not in columns)
        elif column != "language":
            yield column


def _texts(stem: str, texts: Texts) -> Fields:
    return {f"{stem}_{language}": text for language, text in texts.items()}


def _target(target: NationalTarget) -> Fields:
    return {
        "id": target.id,
        "sequence": target.sequence or None,
        **_texts("title", target.title),
        **_texts("description", target.description),
        "start": target.start.isoformat() if target.start else None,
        "end": target.end.isoformat() if target.end else None,
        "global_targets": _joined(target.declared, _declared),
        **_texts("alignment_info", target.alignment_info),
        **_texts("measures", target.measures),
        "considerations": _joined(target.considerations, str),
        **_texts("considerations_info", target.considerations_info),
        "means": str(target.means) if target.means else None,
        **_texts("means_info", target.means_info),
        "indicators": _joined(target.indicators, str),
    }


def _declared(entry: Declared) -> str:
    return f"{entry.target}: {entry.degree}" if entry.degree else entry.target


def _joined(entries: Iterable[object], shown: Callable[..., str]) -> str | None:
    return "; ".join(shown(entry) for entry in entries) or None


def _action(action: Action) -> Fields:
    plain = ("office", "currency", "funding_source", "milestone", "place")
    return {
        "id": action.id,
        "target": action.target,
        **_texts("action", action.text),
        **{name: getattr(action, name) or None for name in plain},
        "cost": _money(action.cost),
        "secured": _money(action.secured),
        "due": action.due.isoformat() if action.due else None,
        "status": str(action.status) if action.status else None,
    }


def _money(value: float | None) -> Value:
    """Return an amount, as text where a spreadsheet would round it."""
    return value if value is None or float(f"{value:.15g}") == value else repr(value)


def _statement(said: NotCovered) -> Fields:
    return {"target": said.target, **_texts("statement", said.info)}
