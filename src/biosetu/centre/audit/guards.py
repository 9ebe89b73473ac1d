"""The database's own refusal to change or delete what was done: entries of the audit, steps and decisions of requests.

A migration that changes the columns of a guarded table installs its guard anew: SQLite drops triggers with the table
that it builds again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STRUCK = "[…]"


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """A table whose rows are added and never deleted.

    `fixed`: columns that never change; where none is named, no row changes at all. `people`: references that may be
    emptied when a person is erased. `texts`: columns from which a name may be struck, which leaves the mark `[…]`.
    """

    table: str
    fixed: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def among(self, columns: frozenset[str]) -> AppendOnly:
        """Return the guard of those of its columns that are there."""
        there = [tuple(name for name in names if name in columns) for names in (self.fixed, self.people, self.texts)]
        return AppendOnly(self.table, *there)

    def install(self, vendor: str) -> Iterator[str]:
        """Return the statements that guard the table."""
        if vendor == "sqlite":
            changed = f"WHEN {self._changed('IS NOT', 'instr({text}, {mark})')} " if self.fixed else ""
            for verb, only in (("UPDATE", changed), ("DELETE", "")):
                yield (
                    f"CREATE TRIGGER {self.table}_no_{verb.lower()} BEFORE {verb} ON {self.table} {only}"
                    f"BEGIN SELECT RAISE(ABORT, '{self._said}'); END"
                )
        if vendor == "postgresql":
            changed = self._changed("IS DISTINCT FROM", "position({mark} in {text})") if self.fixed else "TRUE"
            yield (
                f"CREATE FUNCTION {self.table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{self._said}'; END IF; "
                f"IF {changed} THEN RAISE EXCEPTION '{self._said}'; END IF; RETURN NEW; END $$"
            )
            yield (
                f"CREATE TRIGGER {self.table}_append_only BEFORE UPDATE OR DELETE ON {self.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {self.table}_refuse()"
            )

    def remove(self, vendor: str) -> Iterator[str]:
        """Return the statements that take the guard away."""
        if vendor == "sqlite":
            yield from (f"DROP TRIGGER IF EXISTS {self.table}_no_{verb}" for verb in ("update", "delete"))
        if vendor == "postgresql":
            yield f"DROP TRIGGER IF EXISTS {self.table}_append_only ON {self.table}"
            yield f"DROP FUNCTION IF EXISTS {self.table}_refuse()"

    @property
    def _said(self) -> str:
        return f"rows of {self.table} are append-only"

    def _changed(self, differs: str, place: str) -> str:
        """Return the condition that a row changed in more than a person taken out."""
        moved = [f'NEW."{name}" {differs} OLD."{name}"' for name in self.fixed]
        moved += [f'(NEW."{name}" {differs} OLD."{name}" AND NEW."{name}" IS NOT NULL)' for name in self.people]
        for name in self.texts:
            found = place.format(text=f'NEW."{name}"', mark=f"'{STRUCK}'")
            moved.append(f'(NEW."{name}" {differs} OLD."{name}" AND {found} = 0)')
        return "(" + " OR ".join(moved) + ")"


ENTRIES = AppendOnly("audit_entry")
REQUESTS = (
    AppendOnly(
        "helpdesk_step",
        ("id", "request_id", "verb", "before", "after", "ball", "role", "partial", "at"),
        ("actor_id",),
        ("reason", "office"),
    ),
    AppendOnly(
        "helpdesk_consentrecord",
        ("id", "request_id", "status", "on", "expires", "at"),
        ("recorded_by_id",),
        ("people", "process", "scope", "languages", "holder"),
    ),
    AppendOnly("helpdesk_choice", ("id", "request_id", "rank", "machine", "chosen_on"), ("provider_id", "by_id")),
    AppendOnly("helpdesk_check", ("id", "choice_id", "what", "at"), ("by_id",), ("looked_at",)),
)


def _columns(editor: BaseDatabaseSchemaEditor, table: str) -> frozenset[str]:
    with editor.connection.cursor() as cursor:
        described = editor.connection.introspection.get_table_description(cursor, table)
    return frozenset(column.name for column in described)


def guard(editor: BaseDatabaseSchemaEditor, tables: Iterable[AppendOnly]) -> None:
    """Guard these tables, in the columns that they have by now: a migration that adds one guards anew."""
    for table in tables:
        for statement in table.among(_columns(editor, table.table)).install(editor.connection.vendor):
            editor.execute(statement, params=None)


def unguard(editor: BaseDatabaseSchemaEditor, tables: Iterable[AppendOnly]) -> None:
    """Take the guards of these tables away."""
    for table in tables:
        for statement in table.remove(editor.connection.vendor):
            editor.execute(statement, params=None)


def install(apps: Apps | None, editor: BaseDatabaseSchemaEditor) -> None:
    """Guard the entries of the audit (a migration step)."""
    guard(editor, (ENTRIES,))


def remove(apps: Apps | None, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the guard of the entries away (the migration step undone)."""
    unguard(editor, (ENTRIES,))


def install_for_requests(apps: Apps | None, editor: BaseDatabaseSchemaEditor) -> None:
    """Guard the steps, decisions, choices and checks of requests (a migration step)."""
    guard(editor, REQUESTS)


def remove_for_requests(apps: Apps | None, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the guards of requests away (the migration step undone)."""
    unguard(editor, REQUESTS)
