"""Before anything is stored: what of an import is new, changed, or the same as held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa

from biosetu.alignment.national import Action, Decision, NationalTarget, NotCovered, Promises, Strategy
from biosetu.alignment.wording import has_same_words, shortened
from biosetu.problems import Problem
from biosetu.translation import N_

Entry = NationalTarget | Action | NotCovered | Strategy
NEW, CHANGED, SAME, WRONG, ASIDE = "new", "changed", "same", "wrong", "aside"
NO_PROMISE = N_("a record without national targets; nothing of it is stored")
NOT_COMPARED = frozenset({"source"})
NOT_TOLD = NOT_COMPARED | {"id", "party", "target", "quantities", "carried"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read from a file: records with the row each stands in, and the problems of the rows left out.

    `aside` are records of other kinds, such as reports: row, kind. `said`: by id of a target what its row can say of
    its alignment (goal, target, goal degree, target degree); all of it where the id is not named.
    """

    party: str
    targets: tuple[tuple[int, NationalTarget], ...] = ()
    actions: tuple[tuple[int, Action], ...] = ()
    statements: tuple[tuple[int, NotCovered], ...] = ()
    problems: tuple[Problem, ...] = ()
    aside: tuple[tuple[int, str], ...] = ()
    strategies: tuple[tuple[int, Strategy], ...] = ()
    said: Mapping[str, frozenset[str]] = field(default_factory=dict)


PREVIEW = pa.schema(
    [("row", pa.int32())]
    + [(name, pa.string()) for name in ("kind", "id", "state", "text", "detail", "remedy", "kept")]
)


def preview(imported: Imported, held: Promises) -> pa.Table:
    """Say of each row what storing it would do: columns row, kind, id, state, text, detail, remedy, kept.

    `detail` names the fields that differ; `kept`, where the text itself is another, what stays with it all the same.
    """
    records = [
        *_states("target", imported.targets, {t.id: t for t in held.targets}, _hanging(imported, held)),
        *_states("action", imported.actions, {a.id: a for a in held.actions}),
        *_states("statement", imported.statements, {s.target: s for s in held.statements}),
        *_states("strategy", imported.strategies, {s.id: s for s in held.strategies}),
        *map(wrong_row, imported.problems),
        *(
            {"row": row, "kind": kind, "id": "", "state": ASIDE, "text": "", "detail": NO_PROMISE, "remedy": ""}
            for row, kind in imported.aside
        ),
    ]
    return previewed(records)


def previewed(records: Iterable[dict[str, object]]) -> pa.Table:
    """Return what was said of each row as a table, in the order of the rows."""
    return pa.Table.from_pylist([{"kept": "", **record} for record in sorted(records, key=_row)], schema=PREVIEW)


def _row(record: dict[str, object]) -> int:
    row = record["row"]
    return row if isinstance(row, int) else 0


def _hanging(imported: Imported, held: Promises) -> Mapping[str, Sequence[str]]:
    """Return by id of a held target what is held of it elsewhere: actions that the file has not, and decisions."""
    brought = {action.id for _, action in imported.actions}
    acted = {action.target for action in held.actions if action.id not in brought}
    states = ((target, state) for target in held.targets for state in held.quantity_states(target))
    decided = {name for name, _ in held.decided()} | {target.id for target, (_, _, said) in states if said}
    return {
        target.id: [name for name, ids in (("actions", acted), ("decisions", decided)) if target.id in ids]
        for target in held.targets
    }


def _states(
    kind: str,
    entries: Sequence[tuple[int, Entry]],
    held: Mapping[str, Entry],
    hanging: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Iterable[dict[str, object]]:
    for row, entry in entries:
        known = held.get(_key(entry))
        fields = [] if known is None else changed_fields(known, entry)
        state = NEW if known is None else CHANGED if fields else SAME
        kept = [] if known is None else kept_fields(known, entry, hanging.get(_key(entry), ()))
        yield {"row": row, "kind": kind, "id": _key(entry), "state": state, "text": _label(entry),
               "detail": ", ".join(fields), "remedy": "", "kept": ", ".join(kept)}  # fmt: skip


def wrong_row(problem: Problem) -> dict[str, object]:
    """Return what a preview says of a row that can't be taken."""
    return {"row": problem.row, "kind": "", "id": problem.value, "state": WRONG, "text": "",
            "detail": problem.message, "remedy": problem.remedy}  # fmt: skip


def changed_fields(held: Entry, new: Entry) -> list[str]:
    """Return the names of the fields that differ; where a record came from is no difference."""
    return [
        name
        for name in type(new).model_fields
        if name not in NOT_COMPARED and getattr(held, name) != getattr(new, name)
    ]


def kept_fields(held: Entry, new: Entry, hanging: Sequence[str] = ()) -> list[str]:
    """Return what an entry whose text is another keeps of the old one: other languages (`title ne`), fields.

    `hanging` is what is held elsewhere under its id.
    """
    changed, own = changed_fields(held, new), _text_field(new)
    if own not in changed:
        return []
    before = _texts(held)
    texts = [f"{own} {language}" for language, text in _texts(new).items() if before.get(language) == text]
    fields = (name for name in type(new).model_fields if name not in NOT_TOLD and name not in changed)
    return [*texts, *(name for name in fields if getattr(new, name)), *hanging]


def merged(imported: Imported, held: Promises) -> Promises:
    """Return what is held after the import; records that did not change stay as they were, their source included.

    Decisions of a target that gets other words say from then on which ones they were taken on.
    """
    return held.model_copy(
        update={
            "decisions": _with_words(held, {target.id: target.title for _, target in imported.targets}),
            "targets": _merged(held.targets, [entry for _, entry in imported.targets]),
            "actions": _merged(held.actions, [entry for _, entry in imported.actions]),
            "statements": _merged(held.statements, [entry for _, entry in imported.statements]),
            "strategies": _merged(held.strategies, [entry for _, entry in imported.strategies]),
        }
    )


def _with_words(held: Promises, new: Mapping[str, Mapping[str, str]]) -> tuple[Decision, ...]:
    old = {t.id: t.title for t in held.targets if t.id in new and not has_same_words(t.title, new[t.id])}
    return tuple(
        one if one.title else one.model_copy(update={"title": old.get(one.national_target, {})})
        for one in held.decisions
    )


def _merged(held: Sequence[Entry], new: Sequence[Entry]) -> tuple[Entry, ...]:
    kept = {_key(entry): entry for entry in held}
    for entry in new:
        known = kept.get(_key(entry))
        if known is None or changed_fields(known, entry):
            kept[_key(entry)] = entry
    return tuple(kept.values())


def _key(entry: Entry) -> str:
    return entry.target if isinstance(entry, NotCovered) else entry.id


def _label(entry: Entry) -> str:
    return shortened(next(iter(_texts(entry).values()), ""))


def _texts(entry: Entry) -> Mapping[str, str]:
    texts: Mapping[str, str] = getattr(entry, _text_field(entry))
    return texts


def _text_field(entry: Entry) -> str:
    if isinstance(entry, NotCovered):
        return "info"
    return "text" if isinstance(entry, Action) else "title"
